//! Where the journal is kept, and what it begins with.

use std::rc::Rc;

use super::route::Route;
use super::team::Team;
use crate::browser;
use crate::demo;
use crate::journal::backend::{Backend, BackendError};
use crate::journal::http::exchange::{Method, Request, Transport};
use crate::journal::http::fetch::Fetch;
use crate::journal::http::store::Store;
use crate::journal::http::watch;
use crate::journal::local::{self, Local};
use crate::journal::memory::Memory;
use crate::journal::place::{Mistake, Place};

/// Where the journal is kept.
#[derive(Clone, Copy)]
pub enum Keeping {
    /// In this browser's storage.
    Browser(Local),
    /// In the memory of the page, because of the error: it is gone when the page closes.
    Page(BackendError),
    /// In a store that a team shares.
    Team(Team),
}

/// Watches the journal until it is dropped.
pub enum Watch {
    /// What other tabs write to this browser's storage.
    Browser(local::Watch),
    /// What others write to a store.
    Team(watch::Watch),
}

impl Keeping {
    /// Uses this browser's storage, or the memory of the page where the browser blocks that.
    #[must_use]
    pub fn here() -> Self {
        Local::open().map_or_else(Self::Page, Self::Browser)
    }

    /// Returns what keeps it.
    #[must_use]
    pub fn backend(self) -> Rc<dyn Backend> {
        match self {
            Self::Browser(local) => Rc::new(local),
            Self::Page(_) => Rc::new(Memory::default()),
            Self::Team(team) => team.http(),
        }
    }

    /// Calls back when others have written, and when the store is away or back again. Nobody else
    /// writes to the memory of a page.
    pub fn watch(self, callback: impl Fn() + 'static) -> Option<Watch> {
        match self {
            Self::Browser(_) => Some(Watch::Browser(Local::watch(callback))),
            Self::Team(team) => {
                let http = team.http();
                Some(Watch::Team(watch::Watch::new(http, callback)))
            }
            Self::Page(_) => None,
        }
    }

    /// Returns the store that a team shares, if that is what keeps it.
    #[must_use]
    pub const fn team(self) -> Option<Team> {
        match self {
            Self::Team(team) => Some(team),
            Self::Browser(_) | Self::Page(_) => None,
        }
    }

    fn erase(self) -> Result<(), BackendError> {
        match self {
            Self::Browser(_) => Local::erase(),
            // Loading the page anew does it.
            Self::Page(_) => Ok(()),
            // What a team has recorded is not one person's to remove.
            Self::Team(_) => Err(BackendError::Refused { status: 403 }),
        }
    }

    /// Returns why nothing that is done here will be there after a reload, if so.
    #[must_use]
    pub const fn fleeting(self) -> Option<BackendError> {
        match self {
            Self::Browser(_) | Self::Team(_) => None,
            Self::Page(error) => Some(error),
        }
    }

    /// Forgets the journal, then loads the page anew; another journal begins.
    ///
    /// # Errors
    ///
    /// [`BackendError::Blocked`]; the journal is still there then.
    pub fn begin(self, beginning: Beginning) -> Result<(), BackendError> {
        self.erase()?;
        browser::remember("beginning", beginning.slug());
        browser::set_hash(&Route::home().to_string());
        browser::reload();
        Ok(())
    }
}

// Settings of the site ----------------------------------------------------------------------------

/// Why it is not known where the journal is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// `config.json` could not be read.
    Unread,
    /// What it says is not understood.
    Mistaken(Mistake),
}

/// Reads `config.json`, which lies beside the page: where it says that the journal is kept, or in
/// this browser where there is none.
///
/// # Errors
///
/// [`Unsettled`]. Nothing takes the place of the journal that is meant.
pub async fn settled() -> Result<Place, Unsettled> {
    let mut request = Request::new(Method::Get, "config.json".to_owned());
    // A site may ask who one is.
    request.cookies = true;
    let answer = Fetch.send(&request).await.map_err(|_| Unsettled::Unread)?;
    let place = match answer.status {
        200 => Place::parse(&answer.body).map_err(Unsettled::Mistaken)?,
        404 | 410 => Place::Browser,
        _ => return Err(Unsettled::Unread),
    };
    match place {
        Place::Browser => Ok(Place::Browser),
        Place::Http(store) => match browser::absolute(&store.base) {
            Some(base) => Ok(Place::Http(Store { base, ..store })),
            None => Err(Unsettled::Mistaken(Mistake::Base)),
        },
    }
}

/// What a journal begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// The demo.
    Shop,
    /// Three environments and nothing in them.
    Empty,
}

impl Beginning {
    const fn slug(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Empty => "empty",
        }
    }

    /// Returns what was chosen for the next journal: the demo on the first visit.
    #[must_use]
    pub fn chosen() -> Self {
        match browser::remembered("beginning") {
            Some(slug) if slug == Self::Empty.slug() => Self::Empty,
            _ => Self::Shop,
        }
    }
}

/// Returns the first entries of a journal that has none yet.
#[must_use]
pub fn founding(beginning: Beginning) -> demo::Founding {
    let (now, mut fresh) = (browser::now(), browser::fresh_uuid);
    let begun = match beginning {
        Beginning::Shop => demo::shop(now, &mut fresh),
        Beginning::Empty => demo::empty(now, &mut fresh),
    };
    // A test plays both through the rules; a founding with nothing in it is refused by the session,
    // and the page says so.
    begun.unwrap_or_default()
}
