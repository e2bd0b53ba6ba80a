//! Where a journal is kept: what a backend does, and what it must hold to.
//!
//! The contract is short so that many stores can hold to it; `tests/journal/contract.rs` is its
//! executable form.
//!
//! - **Create if absent.** Of all attempts to append at one position, from anywhere, exactly one
//!   succeeds. An entry that was appended never changes.
//! - **Read what was told.** What a page has been told of, because its append was acknowledged or its
//!   position taken, its later reads hold.
//! - **All or nothing.** An append that fails with anything but [`BackendError::Unavailable`] has
//!   recorded nothing.
//! - **To the letter.** A text is read as it was written: entries are chained by their exact text.
//! - **As far as it goes.** Damage hides nothing that lies before it: a reading returns both.
//! - **Checkpoints are hints.** One that is missing, stale, garbled, foreign or refused costs its
//!   reader time, and no one an entry. So a backend may lose them.
//!
//! A backend does not interpret entries. It may refuse as [`BackendError::Corrupt`] what it can see
//! to be damage: an entry that leaves a hole before it, or that was sealed upon another one than the
//! one before it.

use std::future::{Future, ready};
use std::pin::Pin;

use super::entry::Hash;
use crate::domain::id::Position;

/// What a backend answers, once it does.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Keeps one journal.
pub trait Backend {
    /// Reads entries from `from` on, in order: at most `limit`, and none after the first position
    /// that holds none.
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading>;

    /// Writes an entry where there is none.
    ///
    /// # Errors
    ///
    /// [`BackendError::Taken`] where the position holds an entry already, be it the same one; or any
    /// other [`BackendError`].
    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>>;

    /// Reads the checkpoints that can be had, the newest first. One is enough; none, where the backend
    /// keeps no checkpoints.
    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        Box::pin(ready(Vec::new()))
    }

    /// Keeps a checkpoint of the state after the entry at `position`. Older ones may go.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; the journal is none the worse for it.
    fn keep_checkpoint<'a>(
        &'a self,
        _position: Position,
        _text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(ready(Ok(())))
    }

    /// Begins a journal with as many of these entries, the first of them at the first position, as can
    /// be written in one go: one at least. What is not part of it is left to be appended.
    ///
    /// # Errors
    ///
    /// As [`Backend::append`]; nothing was written then.
    fn begin<'a>(&'a self, texts: &'a [String]) -> Answer<'a, Result<(), BackendError>> {
        match texts.first() {
            Some(text) => self.append(Position::FIRST, text),
            None => Box::pin(ready(Ok(()))),
        }
    }

    /// Returns the journal as one that a single person may shorten and forget; none where others
    /// share it.
    fn personal(&self) -> Option<&dyn Personal> {
        None
    }
}

/// A journal that is one person's own.
///
/// Whatever is interrupted here, at whatever point, leaves a journal that opens, or none.
pub trait Personal {
    /// Returns how much room the journal takes, in characters; of the rest of the storage, what is
    /// known to be taken by others.
    ///
    /// # Errors
    ///
    /// [`BackendError::Blocked`].
    fn room(&self) -> Result<Room, BackendError>;

    /// Lets the journal begin with the state after the entry at `position`, which has the hash `tip`:
    /// keeps the checkpoint of it for good, then removes the entries before, the oldest first.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; [`BackendError::Corrupt`] where that is not the entry there, and
    /// [`BackendError::Full`] where there is no room for the checkpoint. Nothing was removed then.
    fn shorten(&self, position: Position, tip: Hash, checkpoint: &str) -> Result<(), BackendError>;

    /// Puts another journal in the place of this one: the entries from `from` on, and the checkpoint
    /// that it begins with, where that is not the first entry.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; this journal is still there then.
    fn replace(
        &self,
        checkpoint: Option<&str>,
        from: Position,
        texts: &[String],
    ) -> Result<(), BackendError>;
}

/// How full a storage is, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// What the entries take.
    pub entries: usize,
    /// What checkpoints take.
    pub checkpoints: usize,
    /// What is kept beside the journal.
    pub others: usize,
    /// What there is altogether, by the browsers' custom; none where nothing limits it.
    pub limit: Option<usize>,
}

/// As many entries as there are.
pub const ALL: usize = usize::MAX;

/// What came of reading entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The entries that could be read.
    pub texts: Vec<String>,
    /// What was in the way after them; never `Taken` or `Full`, and `Removed` only where there are none.
    pub broken: Option<BackendError>,
}

impl Reading {
    /// Has these entries, and nothing was in the way.
    #[must_use]
    pub const fn of(texts: Vec<String>) -> Self {
        let broken = None;
        Self { texts, broken }
    }
}

impl From<BackendError> for Reading {
    fn from(error: BackendError) -> Self {
        let (texts, broken) = (Vec::new(), Some(error));
        Self { texts, broken }
    }
}

/// Why a journal could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendError {
    /// The position holds an entry already.
    Taken,
    /// There was no answer, or none that says what became of it. A write may or may not have been
    /// recorded.
    Unavailable,
    /// What answers is no store of journals: a sign-in page, for example.
    NotAStore,
    /// The store answered that this may not be done.
    Refused {
        /// The HTTP status that it said so with: 401, 403, 404, 413 …
        status: u16,
    },
    /// There is no room for another entry.
    Full,
    /// The store is there, and this page is kept from using it.
    Blocked,
    /// The entry at this position is not the one that was written there.
    Corrupt {
        /// The first position at which that is so.
        position: Position,
    },
    /// What lies before this position was removed to make room. No damage.
    Removed {
        /// The first position that is left.
        before: Position,
    },
    /// An entry is of a newer format than this page knows.
    TooNew {
        /// The entry's format.
        format: u32,
    },
}

impl BackendError {
    /// Tells whether nothing may be written after this: what is there is not understood.
    #[must_use]
    pub const fn stops_writing(self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::TooNew { .. })
    }
}
