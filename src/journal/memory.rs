//! A journal in memory: for tests, and for a page that is kept from every storage.
//!
//! It ends with the last handle on it. It can be told to fail, and how; nothing else in it differs
//! from other backends.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::backend::{Answer, Backend, BackendError, Personal, Reading, Room};
use super::entry::Hash;
use crate::domain::id::Position;

/// A handle on a journal in memory; its clones are handles on the same journal.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: Rc<RefCell<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    texts: Vec<String>,
    /// How many entries before those were removed.
    removed: usize,
    /// The checkpoint that the journal begins with, where entries were removed.
    base: Option<String>,
    checkpoint: Option<String>,
    faults: VecDeque<Fault>,
}

/// How an append fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry never arrives.
    LostRequest,
    /// The entry is recorded, and the writer does not hear of it.
    LostAnswer,
    /// There is no room.
    Full,
}

impl Memory {
    /// Holds a journal that has these entries already, be they what they may.
    #[must_use]
    pub fn holding(texts: Vec<String>) -> Self {
        let kept = Kept {
            texts,
            ..Kept::default()
        };
        Self {
            kept: Rc::new(RefCell::new(kept)),
        }
    }

    /// Returns all that is kept, the first entry first.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.kept.borrow().texts.clone()
    }

    /// Lets the appends to come fail, one fault each, after those that are to fail already.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept.borrow_mut().faults.extend(faults);
    }
}

impl Backend for Memory {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        let reading = self.kept.borrow().read(from, limit);
        Box::pin(std::future::ready(reading))
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move { self.kept.borrow_mut().append(position, text) })
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        let kept = self.kept.borrow();
        let newest_first = kept.checkpoint.iter().chain(&kept.base);
        Box::pin(std::future::ready(newest_first.cloned().collect()))
    }

    fn keep_checkpoint<'a>(
        &'a self,
        _: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            self.kept.borrow_mut().checkpoint = Some(text.to_owned());
            Ok(())
        })
    }

    fn personal(&self) -> Option<&dyn Personal> {
        Some(self)
    }
}

impl Personal for Memory {
    fn room(&self) -> Result<Room, BackendError> {
        let kept = self.kept.borrow();
        Ok(Room {
            entries: kept.texts.iter().map(String::len).sum(),
            checkpoints: kept
                .base
                .iter()
                .chain(&kept.checkpoint)
                .map(String::len)
                .sum(),
            ..Room::default()
        })
    }

    fn shorten(&self, position: Position, tip: Hash, checkpoint: &str) -> Result<(), BackendError> {
        let mut kept = self.kept.borrow_mut();
        let before = kept.index(position).filter(|index| {
            let there = kept.texts.get(*index);
            there.is_some_and(|text| Hash::of(text) == tip)
        });
        let before = before.ok_or(BackendError::Corrupt { position })?;
        kept.base = Some(checkpoint.to_owned());
        kept.texts.drain(..before);
        kept.removed += before;
        Ok(())
    }

    fn replace(
        &self,
        checkpoint: Option<&str>,
        from: Position,
        texts: &[String],
    ) -> Result<(), BackendError> {
        let mut kept = self.kept.borrow_mut();
        kept.checkpoint = None;
        kept.base = checkpoint.map(str::to_owned);
        kept.removed = 0;
        kept.removed = kept.index(from).unwrap_or(0);
        kept.texts = texts.to_vec();
        Ok(())
    }
}

impl Kept {
    fn read(&self, from: Position, limit: usize) -> Reading {
        let Some(before) = self.index(from) else {
            let before = Position::new(self.removed as u64 + 1);
            return BackendError::Removed { before }.into();
        };
        Reading::of(
            self.texts
                .iter()
                .skip(before)
                .take(limit)
                .cloned()
                .collect(),
        )
    }

    fn append(&mut self, position: Position, text: &str) -> Result<(), BackendError> {
        let fault = self.faults.pop_front();
        match fault {
            Some(Fault::LostRequest) => return Err(BackendError::Unavailable),
            Some(Fault::Full) => return Err(BackendError::Full),
            Some(Fault::LostAnswer) | None => {}
        }
        match self.index(position) {
            Some(index) if index == self.texts.len() => self.texts.push(text.to_owned()),
            Some(index) if index < self.texts.len() => return Err(BackendError::Taken),
            // A hole would be left before it.
            _ => return Err(BackendError::Corrupt { position }),
        }
        match fault {
            Some(Fault::LostAnswer) => Err(BackendError::Unavailable),
            _ => Ok(()),
        }
    }

    /// Where the entry at `position` is, or would be; none where it was removed.
    fn index(&self, position: Position) -> Option<usize> {
        let index = position.get().saturating_sub(1);
        usize::try_from(index).ok()?.checked_sub(self.removed)
    }
}
