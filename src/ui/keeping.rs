//! Where the journal is kept, and what it begins with.

use std::rc::Rc;

use super::route::Route;
use crate::browser;
use crate::demo;
use crate::journal::backend::{Backend, BackendError};
use crate::journal::local::{Local, Watch};
use crate::journal::memory::Memory;

/// Where the journal is kept.
#[derive(Clone, Copy, Debug)]
pub enum Keeping {
    /// In this browser's storage.
    Browser(Local),
    /// In the memory of the page, because of the error: it is gone when the page closes.
    Page(BackendError),
}

impl Keeping {
    /// Returns what keeps it.
    #[must_use]
    pub fn backend(self) -> Rc<dyn Backend> {
        match self {
            Self::Browser(local) => Rc::new(local),
            Self::Page(_) => Rc::new(Memory::default()),
        }
    }

    /// Calls back when another tab has written. Nobody else writes to the memory of a page.
    pub fn watch(self, callback: impl Fn() + 'static) -> Option<Watch> {
        match self {
            Self::Browser(_) => Some(Local::watch(callback)),
            Self::Page(_) => None,
        }
    }

    fn erase(self) -> Result<(), BackendError> {
        match self {
            Self::Browser(_) => Local::erase(),
            // Loading the page anew does it.
            Self::Page(_) => Ok(()),
        }
    }

    /// Returns why nothing that is done here will be there after a reload, if so.
    #[must_use]
    pub const fn fleeting(self) -> Option<BackendError> {
        match self {
            Self::Browser(_) => None,
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
    fn chosen() -> Self {
        match browser::remembered("beginning") {
            Some(slug) if slug == Self::Empty.slug() => Self::Empty,
            _ => Self::Shop,
        }
    }
}

/// Returns what a journal begins with that has no entry yet.
#[must_use]
pub fn founding() -> demo::Founding {
    let (now, mut fresh) = (browser::now(), browser::fresh_uuid);
    let begun = match Beginning::chosen() {
        Beginning::Shop => demo::shop(now, &mut fresh),
        Beginning::Empty => demo::empty(now, &mut fresh),
    };
    // A test plays both through the rules; a founding with nothing in it is refused by the session,
    // and the page says so.
    begun.unwrap_or_default()
}
