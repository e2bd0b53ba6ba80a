//! A journal in memory: for tests, and for a page that is kept from every storage.
//!
//! It ends with the last handle on it. It can be told to fail, and how; nothing else in it differs
//! from other backends.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::backend::{Answer, Backend, BackendError, Reading};
use crate::domain::id::Position;

/// A handle on a journal in memory; its clones are handles on the same journal.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: Rc<RefCell<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    texts: Vec<String>,
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
        let checkpoint = self.kept.borrow().checkpoint.clone();
        Box::pin(std::future::ready(checkpoint.into_iter().collect()))
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
}

impl Kept {
    fn read(&self, from: Position, limit: usize) -> Reading {
        let before = index(from).unwrap_or(0);
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
        match index(position) {
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
}

fn index(position: Position) -> Option<usize> {
    usize::try_from(position.get().checked_sub(1)?).ok()
}
