//! One page's work with a journal: load it, decide, append, on conflict decide again, follow others.
//!
//! A session may be used from several places at once: whatever is awaited, another call may have
//! taken in entries meanwhile, and each of them is taken in once. It keeps every entry that it read,
//! for the history. Deliberately not here: when to follow (the page knows what it is told by) and
//! whether to try again after a failure (a person decides that).

use std::cell::RefCell;
use std::rc::Rc;

use super::backend::{Backend, BackendError};
use super::entry::{Entry, EntryId, Hash, Sealed};
use crate::domain::actor::Context;
use crate::domain::command::Command;
use crate::domain::decide::decide;
use crate::domain::event::Event;
use crate::domain::id::Position;
use crate::domain::refusal::Refusal;
use crate::domain::state::{Misfit, State};

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The rules are against it. Nothing was recorded.
    Refused(Refusal),
    /// It could not be recorded; after [`BackendError::Unavailable`] it may have been. Submitting the
    /// same command again finds out, and does not record it twice.
    Backend(BackendError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        Self::Backend(error)
    }
}

/// A journal that is open.
pub struct Session {
    backend: Rc<dyn Backend>,
    ids: Box<dyn Fn() -> EntryId>,
    /// Borrowed briefly, never across an await.
    held: RefCell<Held>,
}

impl Session {
    /// Reads the whole journal. One that is empty is begun with `founding`, whose first event is the
    /// tenant's beginning; where another writer begins it at the same time, theirs counts.
    ///
    /// A founding that is interrupted leaves a journal that is sound, and shorter.
    ///
    /// # Errors
    ///
    /// [`BackendError`] where the journal cannot be read to its end, or not be begun;
    /// [`BackendError::Corrupt`] also where the founding itself is no sequence of events, and then
    /// nothing of it is recorded.
    pub async fn open(
        backend: Rc<dyn Backend>,
        founding: impl FnOnce() -> Vec<(Context, Event)>,
        ids: impl Fn() -> EntryId + 'static,
    ) -> Result<Self, BackendError> {
        let texts = backend.read(Position::FIRST).await?;
        if !texts.is_empty() {
            return Self::reading(backend, &texts, ids);
        }
        let founding = founding();
        replay(
            founding
                .iter()
                .map(|(context, event)| (event, context.clone())),
        )?;
        let mut founding = founding.into_iter();
        let Some((context, event)) = founding.next() else {
            return Err(corrupt(Position::FIRST));
        };
        let first = Entry::seal(Position::FIRST, ids(), None, context, event);
        let begun = backend.append(Position::FIRST, &first.text).await;
        if let Err(error) = begun
            && !matches!(error, BackendError::Taken | BackendError::Unavailable)
        {
            return Err(error);
        }
        // Ours or another writer's: what is there counts.
        let texts = backend.read(Position::FIRST).await?;
        if texts.is_empty() {
            return Err(BackendError::Unavailable);
        }
        let session = Self::reading(backend, &texts, ids)?;
        if session.own(Position::FIRST, first.entry.id).is_some() {
            session.found(founding).await?;
        }
        Ok(session)
    }

    fn reading(
        backend: Rc<dyn Backend>,
        texts: &[String],
        ids: impl Fn() -> EntryId + 'static,
    ) -> Result<Self, BackendError> {
        let (first, later) = texts.split_first().ok_or(corrupt(Position::FIRST))?;
        let mut held = Held::begin(first)?;
        held.take_in(Position::FIRST.next(), later)?;
        Ok(Self {
            backend,
            ids: Box::new(ids),
            held: RefCell::new(held),
        })
    }

    async fn found(
        &self,
        later: impl Iterator<Item = (Context, Event)>,
    ) -> Result<(), BackendError> {
        for (context, event) in later {
            let sealed = self.held.borrow().seal((self.ids)(), context, event);
            match self.record(sealed).await {
                Ok(_) => {}
                // Someone works with the journal already: it is founded well enough.
                Err(BackendError::Taken) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lends the state.
    pub fn with_state<R>(&self, f: impl FnOnce(&State) -> R) -> R {
        f(&self.held.borrow().state)
    }

    /// Lends the history: all entries, the first one first.
    pub fn with_entries<R>(&self, f: impl FnOnce(&[Rc<Entry>]) -> R) -> R {
        f(&self.held.borrow().entries)
    }

    /// Returns the position of the last entry that the state holds.
    #[must_use]
    pub fn position(&self) -> Position {
        self.held.borrow().state.position()
    }

    /// Finds an entry.
    #[must_use]
    pub fn entry(&self, position: Position) -> Option<Rc<Entry>> {
        self.held.borrow().entry(position).cloned()
    }

    /// Returns why nothing can be written any more, if that is so. The state is then that of the last
    /// entry that was understood.
    #[must_use]
    pub fn stopped(&self) -> Option<BackendError> {
        self.held.borrow().stopped
    }

    /// Decides the command, records what is decided, and returns the entry once the backend has
    /// acknowledged it.
    ///
    /// Where another writer was first, what they wrote is taken in, and the command is decided again.
    ///
    /// # Errors
    ///
    /// [`Failure`]. The state may have moved on nevertheless, by entries of other writers.
    pub async fn submit(&self, command: &Command, context: &Context) -> Result<Rc<Entry>, Failure> {
        let id = match self.doubt_about(command) {
            Some(Doubt { position, id, .. }) => match self.own(position, id) {
                Some(entry) => return Ok(self.settle(entry)),
                None => id,
            },
            None => (self.ids)(),
        };
        // Each round ends, or begins at a later position than the one before.
        loop {
            let sealed = self.held.borrow().decided(id, command, context)?;
            let position = sealed.entry.position;
            match self.record(sealed).await {
                Ok(entry) => return Ok(self.settle(entry)),
                Err(BackendError::Taken) => {}
                Err(error) => {
                    if error == BackendError::Unavailable {
                        let command = command.clone();
                        self.held.borrow_mut().doubt = Some(Doubt {
                            command,
                            position,
                            id,
                        });
                    }
                    return Err(error.into());
                }
            }
        }
    }

    /// Reads what other writers recorded, and tells whether there was anything.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; entries before the one that is not understood are taken in nevertheless.
    /// [`BackendError::Corrupt`] at the last position that was read also where the journal was put in
    /// another one's place since.
    pub async fn follow(&self) -> Result<bool, BackendError> {
        if let Some(error) = self.stopped() {
            return Err(error);
        }
        // From the last known entry, not the next one: it must still be there.
        let from = self.position();
        let read = self.backend.read(from).await;
        let mut held = self.held.borrow_mut();
        let news = match read {
            Ok(texts) if texts.is_empty() => Err(corrupt(from)),
            Ok(texts) => held.take_in(from, &texts),
            Err(error) => Err(error),
        };
        if let Err(error) = news {
            held.stop_after(error);
        }
        news
    }

    /// Appends an entry and takes it in. `Taken` says that the state has moved past its position.
    async fn record(&self, sealed: Sealed) -> Result<Rc<Entry>, BackendError> {
        let Sealed { entry, text } = &sealed;
        let (position, id) = (entry.position, entry.id);
        let error = match self.backend.append(position, text).await {
            Ok(()) => return self.held.borrow_mut().acknowledged(sealed),
            Err(error @ (BackendError::Taken | BackendError::Unavailable)) => error,
            Err(error) => {
                self.held.borrow_mut().stop_after(error);
                return Err(error);
            }
        };
        let followed = self.follow().await;
        if let Some(entry) = self.own(position, id) {
            return Ok(entry);
        }
        match (error, followed) {
            (_, Err(error)) if error.stops_writing() => Err(error),
            (BackendError::Taken, Ok(_)) if self.position() >= position => Err(BackendError::Taken),
            _ => Err(BackendError::Unavailable),
        }
    }

    fn own(&self, position: Position, id: EntryId) -> Option<Rc<Entry>> {
        self.entry(position).filter(|entry| entry.id == id)
    }

    fn doubt_about(&self, command: &Command) -> Option<Doubt> {
        let held = self.held.borrow();
        held.doubt.clone().filter(|doubt| doubt.command == *command)
    }

    /// Once something was recorded, the same command given again is meant again.
    fn settle(&self, entry: Rc<Entry>) -> Rc<Entry> {
        self.held.borrow_mut().doubt = None;
        entry
    }
}

/// A command of which it is not known whether it was recorded, and where it would be.
#[derive(Clone)]
struct Doubt {
    command: Command,
    position: Position,
    id: EntryId,
}

/// What was read and understood.
struct Held {
    state: State,
    entries: Vec<Rc<Entry>>,
    /// The hash of the last entry.
    tip: Hash,
    stopped: Option<BackendError>,
    doubt: Option<Doubt>,
}

impl Held {
    fn begin(text: &str) -> Result<Self, BackendError> {
        let first = Position::FIRST;
        let Sealed { entry, text } =
            Entry::parse(text, first, None).map_err(|problem| problem.at(first))?;
        let state = State::begin(&entry.event, entry.context()).map_err(|_| corrupt(first))?;
        Ok(Self {
            state,
            entries: vec![Rc::new(entry)],
            tip: Hash::of(&text),
            stopped: None,
            doubt: None,
        })
    }

    fn entry(&self, position: Position) -> Option<&Rc<Entry>> {
        let index = position.get().checked_sub(1)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Returns the hash of an entry: the one after it says it.
    fn hash_at(&self, position: Position) -> Option<Hash> {
        self.entry(position)?;
        match self.entry(position.next()) {
            Some(next) => next.previous,
            None => Some(self.tip),
        }
    }

    fn decided(
        &self,
        id: EntryId,
        command: &Command,
        context: &Context,
    ) -> Result<Sealed, Failure> {
        if let Some(error) = self.stopped {
            return Err(error.into());
        }
        let event = decide(&self.state, command, context)?;
        Ok(self.seal(id, context.clone(), event))
    }

    fn seal(&self, id: EntryId, context: Context, event: Event) -> Sealed {
        Entry::seal(
            self.state.position().next(),
            id,
            Some(self.tip),
            context,
            event,
        )
    }

    /// Takes in the entries from `from` on, as far as they are new, and tells whether any were.
    fn take_in(&mut self, from: Position, texts: &[String]) -> Result<bool, BackendError> {
        let mut news = false;
        let mut position = from;
        for text in texts {
            match self.hash_at(position) {
                Some(hash) if hash == Hash::of(text) => {}
                Some(_) => return Err(corrupt(position)),
                None => {
                    let sealed = Entry::parse(text, position, Some(self.tip))
                        .map_err(|problem| problem.at(position))?;
                    self.push(sealed)?;
                    news = true;
                }
            }
            position = position.next();
        }
        Ok(news)
    }

    /// Takes in an entry that the backend has acknowledged.
    fn acknowledged(&mut self, sealed: Sealed) -> Result<Rc<Entry>, BackendError> {
        let position = sealed.entry.position;
        let taken_in = match self.entry(position) {
            None => self.push(sealed),
            // It was read by another call before its writer heard of it.
            Some(entry) if entry.id == sealed.entry.id => Ok(entry.clone()),
            Some(_) => Err(corrupt(position)),
        };
        if let Err(error) = taken_in {
            self.stop_after(error);
        }
        taken_in
    }

    /// Takes in the next entry.
    fn push(&mut self, sealed: Sealed) -> Result<Rc<Entry>, BackendError> {
        let Sealed { entry, text } = sealed;
        if self.state.apply(&entry.event, entry.context()).is_err() {
            let entries = self.entries.iter();
            self.state = replay(entries.map(|entry| (&entry.event, entry.context())))
                .expect("events that were applied once can be applied again");
            return Err(corrupt(entry.position));
        }
        let entry = Rc::new(entry);
        self.entries.push(entry.clone());
        self.tip = Hash::of(&text);
        Ok(entry)
    }

    fn stop_after(&mut self, error: BackendError) {
        if error.stops_writing() {
            self.stopped = Some(error);
        }
    }
}

/// Applies the events from the first one on.
fn replay<'a>(
    events: impl IntoIterator<Item = (&'a Event, Context)>,
) -> Result<State, BackendError> {
    let mut events = events.into_iter();
    let first = |_: Misfit| corrupt(Position::FIRST);
    let (event, context) = events.next().ok_or(corrupt(Position::FIRST))?;
    let mut state = State::begin(event, context).map_err(first)?;
    for (event, context) in events {
        let applied = state.apply(event, context);
        applied.map_err(|_: Misfit| corrupt(state.position()))?;
    }
    Ok(state)
}

const fn corrupt(position: Position) -> BackendError {
    BackendError::Corrupt { position }
}
