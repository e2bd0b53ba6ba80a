//! Where the journal is kept, and what it begins with.

use std::any::Any;
use std::rc::Rc;

use leptos::prelude::*;

use super::route::Route;
use super::team::Team;
use crate::browser;
use crate::demo;
use crate::domain::id::Position;
use crate::journal::backend::{Backend, BackendError};
use crate::journal::entry::Hash;
use crate::journal::http::store::Store;
use crate::journal::local::Local;
use crate::journal::memory::Memory;
use crate::journal::place::{Mistake, Place};
use crate::journal::transfer::Copy;

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
            Self::Team(team) => team.backend(),
        }
    }

    /// Calls back when others have written, and when the store is away or back again, until what is
    /// returned is dropped. Nobody else writes to the memory of a page.
    pub fn watch(self, callback: impl Fn() + 'static) -> Option<Box<dyn Any>> {
        match self {
            Self::Browser(_) => Some(Box::new(Local::watch(callback))),
            Self::Team(team) => Some(team.watch(callback)),
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

    /// Returns why nothing that is done here will be there after a reload, if so.
    #[must_use]
    pub const fn fleeting(self) -> Option<BackendError> {
        match self {
            Self::Browser(_) | Self::Team(_) => None,
            Self::Page(error) => Some(error),
        }
    }

    /// Forgets the journal; another one begins.
    ///
    /// # Errors
    ///
    /// [`BackendError::Blocked`]; the journal is still there then.
    pub fn begin(self, keeper: Keeper, beginning: Beginning) -> Result<(), BackendError> {
        match self {
            Self::Browser(_) => {
                Local::erase()?;
                browser::remember("beginning", beginning.slug());
                browser::set_hash(&Route::home().to_string());
                browser::reload();
                Ok(())
            }
            // A page that is loaded anew would not know what it was to begin with.
            Self::Page(_) => {
                browser::set_hash(&Route::home().to_string());
                keeper.empty(beginning)
            }
            // What a team has recorded is not one person's to remove.
            Self::Team(_) => Err(BackendError::Refused { status: 403 }),
        }
    }
}

/// What keeps the journal, for whoever reads or replaces all of it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Keeper {
    backend: StoredValue<Rc<dyn Backend>, LocalStorage>,
    /// What a journal begins with that has no entry yet.
    beginning: StoredValue<Beginning>,
    /// Counts how often another journal was put in its place.
    replaced: RwSignal<u32>,
    /// Whether that one came out of a file, and nobody was told yet.
    imported: StoredValue<bool>,
}

impl Keeper {
    /// Speaks of what this keeps.
    #[must_use]
    pub fn new(backend: Rc<dyn Backend>) -> Self {
        Self {
            backend: StoredValue::new_local(backend),
            beginning: StoredValue::new(Beginning::chosen()),
            replaced: RwSignal::new(0),
            imported: StoredValue::new(false),
        }
    }

    /// Returns what keeps it.
    #[must_use]
    pub fn backend(self) -> Rc<dyn Backend> {
        self.backend.get_value()
    }

    /// Tells how often another journal was put in its place; whoever asks runs again when one was.
    pub fn replaced(self) -> u32 {
        self.replaced.get()
    }

    /// Puts a copy in the place of the journal, which is opened anew then.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; the journal is still there then. [`BackendError::Blocked`] where others share it.
    pub fn put(self, copy: &Copy) -> Result<(), BackendError> {
        let backend = self.backend();
        copy.put_into(backend.personal().ok_or(BackendError::Blocked)?)?;
        self.imported.set_value(true);
        self.replaced.update(|times| *times += 1);
        Ok(())
    }

    /// Tells whether a copy was put in the place of the journal; once.
    #[must_use]
    pub fn was_imported(self) -> bool {
        let imported = self.imported.get_value();
        self.imported.set_value(false);
        imported
    }

    /// Removes all entries; another journal begins in their place.
    fn empty(self, beginning: Beginning) -> Result<(), BackendError> {
        let backend = self.backend();
        let personal = backend.personal().ok_or(BackendError::Blocked)?;
        personal.replace(None, Position::FIRST, &[])?;
        self.beginning.set_value(beginning);
        self.replaced.update(|times| *times += 1);
        Ok(())
    }

    /// Returns what a journal begins with that has no entry yet.
    #[must_use]
    pub fn beginning(self) -> Beginning {
        self.beginning.get_value()
    }

    /// Says to whoever founds a journal what its last entry is: as long as that is so, nothing was done
    /// in it.
    pub fn remember_founded(tip: Hash) {
        browser::remember("founded", &tip.to_string());
    }

    /// Tells whether nothing was done in a journal with this last entry since it was founded here.
    #[must_use]
    pub fn is_as_founded(tip: Hash) -> bool {
        browser::remembered("founded") == Some(tip.to_string())
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
    let (status, text) = browser::site_settings().await.ok_or(Unsettled::Unread)?;
    let place = match status {
        200 => Place::parse(&text).map_err(Unsettled::Mistaken)?,
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
