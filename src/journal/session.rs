//! One page's work with a journal: load it, decide, append, on conflict decide again, follow others.
//!
//! A session may be used from several places at once: whatever is awaited, another call may have
//! taken in entries meanwhile, and each of them is taken in once. It keeps every entry that it read,
//! for the history; those before a checkpoint are read when they are asked for. Deliberately not
//! here: when to follow (the page knows what it is told by) and whether to try again after a failure
//! (a person decides that).

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::backend::{ALL, Backend, BackendError, Reading};
use super::checkpoint::{Checkpoint, Reads};
use super::entry::{Entry, EntryId, Hash, Sealed, sealed_upon};
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

/// How many entries an opening may have to read and apply before it is worth a checkpoint.
pub const MANY: u64 = 100;

/// A journal that is open.
pub struct Session {
    backend: Rc<dyn Backend>,
    ids: Box<dyn Fn() -> EntryId>,
    /// Borrowed briefly, never across an await.
    held: RefCell<Held>,
}

impl Session {
    /// Reads the journal, from its newest checkpoint on where there is one. A journal that is empty is
    /// begun with `founding`, whose first event is the tenant's beginning; where another writer begins
    /// it at the same time, theirs counts.
    ///
    /// A journal that is damaged, or of a newer format from some entry on, opens at the last sound
    /// entry, and [`Session::stopped`] says so. A founding that is interrupted leaves a journal that is
    /// sound, and shorter; a backend that begins one in one go leaves none that is.
    ///
    /// # Errors
    ///
    /// [`BackendError`] where the journal cannot be reached to its end, not even its first entry is
    /// sound, or it cannot be begun; [`BackendError::Corrupt`] also where the founding itself is no
    /// sequence of events, and then nothing of it is recorded.
    pub async fn open(
        backend: Rc<dyn Backend>,
        founding: impl FnOnce() -> Vec<(Context, Event)>,
        ids: impl Fn() -> EntryId + Clone + 'static,
    ) -> Result<Self, BackendError> {
        let reads = async || Some(Checkpoint::read as Reads);
        match Self::find(reads, backend.clone(), ids.clone()).await? {
            Some(session) => Ok(session),
            None => Self::begin(reads, backend, founding(), ids).await,
        }
    }

    /// Opens a journal as [`Session::open`] does, unless it is empty. What `reads` its checkpoints is asked
    /// for if there is one; where that cannot be had, all entries are read.
    ///
    /// # Errors
    ///
    /// As [`Session::open`]; [`BackendError::Unavailable`] also where there are not all entries any
    /// more, and nothing reads the checkpoint in their place.
    pub async fn find(
        reads: impl AsyncFn() -> Option<Reads>,
        backend: Rc<dyn Backend>,
        ids: impl Fn() -> EntryId + 'static,
    ) -> Result<Option<Self>, BackendError> {
        let held = Held::load(&*backend, reads).await?;
        Ok(held.map(|held| Self::of(backend, ids, held)))
    }

    /// Begins a journal that is empty, and opens it, as [`Session::open`] does.
    ///
    /// # Errors
    ///
    /// As [`Session::find`].
    pub async fn begin(
        reads: impl AsyncFn() -> Option<Reads>,
        backend: Rc<dyn Backend>,
        founding: Vec<(Context, Event)>,
        ids: impl Fn() -> EntryId + 'static,
    ) -> Result<Self, BackendError> {
        replay(
            founding
                .iter()
                .map(|(context, event)| (event, context.clone())),
        )?;
        let founding = chain(founding, &ids);
        let texts: Vec<String> = founding.iter().map(|it| it.text.clone()).collect();
        let begun = backend.begin(&texts).await;
        if let Err(error) = begun
            && !matches!(error, BackendError::Taken | BackendError::Unavailable)
        {
            return Err(error);
        }
        // Ours or another writer's: what is there counts.
        let held = Held::load(&*backend, reads).await?;
        let held = held.ok_or(BackendError::Unavailable)?;
        let session = Self::of(backend, ids, held);
        session.found(founding).await?;
        Ok(session)
    }

    fn of(backend: Rc<dyn Backend>, ids: impl Fn() -> EntryId + 'static, held: Held) -> Self {
        Self {
            backend,
            ids: Box::new(ids),
            held: RefCell::new(held),
        }
    }

    /// Records what is not there yet of the entries that the journal is begun with.
    async fn found(&self, founding: Vec<Sealed>) -> Result<(), BackendError> {
        let known = self.position();
        let mut founding = founding
            .into_iter()
            .skip_while(|it| it.entry.position < known);
        let last = founding.next();
        if last.is_none_or(|it| self.own(known, it.entry.id).is_none()) {
            // Someone else has begun it, or works with it already: it is founded well enough.
            return Ok(());
        }
        for sealed in founding {
            match self.record(sealed).await {
                Ok(_) => {}
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

    /// Lends the history, the oldest entry first: all that came after the checkpoint with which the
    /// journal was opened, and what was reached back for since.
    pub fn with_entries<R>(&self, f: impl FnOnce(&[Rc<Entry>]) -> R) -> R {
        f(&self.held.borrow().entries)
    }

    /// Returns the position of the last entry that the state holds.
    #[must_use]
    pub fn position(&self) -> Position {
        self.held.borrow().state.position()
    }

    /// Finds an entry among those that were read.
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
        let known = self.position();
        if let Some(entry) = self.recorded(command) {
            self.settle(command);
            return Ok(entry);
        }
        let doubt = self.doubt_about(command);
        let again = doubt.is_some();
        let id = doubt.map_or_else(|| (self.ids)(), |doubt| doubt.id);
        // Each round ends, or begins at a later position than the one before.
        loop {
            let sealed = self.held.borrow().decided(id, command, context)?;
            let position = sealed.entry.position;
            match self.record(sealed).await {
                Ok(entry) => {
                    self.settle(command);
                    if !again {
                        self.go_on_from(known);
                    }
                    return Ok(entry);
                }
                Err(BackendError::Taken) => {}
                Err(error) => {
                    if error == BackendError::Unavailable {
                        self.settle(command);
                        let command = command.clone();
                        self.held.borrow_mut().doubts.push(Doubt {
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

    /// Returns the entry of a command whose outcome was not told, where it was recorded after all and has
    /// been read since.
    #[must_use]
    pub fn recorded(&self, command: &Command) -> Option<Rc<Entry>> {
        let Doubt { position, id, .. } = self.doubt_about(command)?;
        self.own(position, id)
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
        let mut reading = self.backend.read(from, ALL).await;
        if reading.texts.is_empty() {
            reading.broken.get_or_insert(corrupt(from));
        }
        self.held.borrow_mut().take_in(from, &reading)
    }

    /// Reads the entries from `from` on that lie before those that are known, for the history and to
    /// undo what they say (U3). Each must be the one that the entry after it names.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; entries after the one that is not understood are there nevertheless.
    pub async fn reach_back(&self, from: Position) -> Result<(), BackendError> {
        let first = self.held.borrow().first();
        let before = first.get().saturating_sub(from.get());
        if before == 0 {
            return Ok(());
        }
        let limit = usize::try_from(before).unwrap_or(ALL);
        let reading = self.backend.read(from, limit).await;
        // The journal may have been shortened meanwhile.
        let shortened = || {
            let before = self.held.borrow().first();
            (before > first).then_some(BackendError::Removed { before })
        };
        if let Some(removed) = shortened() {
            return Err(removed);
        }
        let answer = self.held.borrow_mut().take_in_before(from, &reading);
        match answer {
            Err(error @ BackendError::Removed { before }) if before > from => {
                // As far as there is anything.
                let limit = (limit as u64 + from.get()).saturating_sub(before.get());
                let limit = usize::try_from(limit).unwrap_or(ALL);
                let reading = self.backend.read(before, limit).await;
                if let Some(removed) = shortened() {
                    return Err(removed);
                }
                let mut held = self.held.borrow_mut();
                held.take_in_before(before, &reading).and(Err(error))
            }
            answer => answer,
        }
    }

    /// Returns the state right after the entry at `position`, made anew: how it was then.
    ///
    /// # Errors
    ///
    /// [`BackendError`] where the entries up to it cannot be read, or are no sequence of events.
    pub async fn state_at(&self, position: Position) -> Result<State, BackendError> {
        let base = self.held.borrow().base_for(position).is_some();
        if !base {
            self.reach_back(Position::FIRST).await?;
        }
        self.held.borrow().state_at(position)
    }

    /// Keeps a checkpoint, if it would spare the next opening more than [`MANY`] entries.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; nothing is lost by that but time, the next time.
    pub async fn keep_checkpoint(&self) -> Result<(), BackendError> {
        let Some((position, text)) = self.held.borrow().checkpoint_due() else {
            return Ok(());
        };
        self.backend.keep_checkpoint(position, &text).await?;
        self.held.borrow_mut().checkpointed = position;
        Ok(())
    }

    /// Makes room: lets the journal begin with what is known now. What happened before can no longer be
    /// looked at, nor undone.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; nothing was removed then. [`BackendError::Blocked`] where others share the
    /// journal, too.
    pub async fn shorten(&self) -> Result<(), BackendError> {
        self.follow().await?;
        let personal = self.backend.personal().ok_or(BackendError::Blocked)?;
        let mut held = self.held.borrow_mut();
        let (position, text) = (held.state.position(), held.checkpoint());
        // What is kept from now on instead of the entries is read once before they go.
        let read = Checkpoint::read(&text);
        if read.is_none_or(|read| read.state != held.state) {
            return Err(corrupt(position));
        }
        personal.shorten(position, held.tip, &text)?;
        held.begin_at(Base {
            position,
            text,
            reads: Checkpoint::read,
        });
        Ok(())
    }

    /// Returns the hash of the last entry that the state holds.
    #[must_use]
    pub fn tip(&self) -> Hash {
        self.held.borrow().tip
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
        let doubt = held.doubts.iter().find(|doubt| doubt.command == *command);
        doubt.cloned()
    }

    /// Forgets the doubt about a command: its outcome is told now.
    fn settle(&self, command: &Command) {
        let mut held = self.held.borrow_mut();
        held.doubts.retain(|doubt| doubt.command != *command);
    }

    /// Whoever gave a new command when all up to `known` could be seen has gone on: a command of which
    /// the outcome could be seen by then is meant again when it is given again.
    fn go_on_from(&self, known: Position) {
        let mut held = self.held.borrow_mut();
        held.doubts.retain(|doubt| doubt.position > known);
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
    /// Without a gap up to the state's position; never empty.
    entries: Vec<Rc<Entry>>,
    /// The hash of the last entry.
    tip: Hash,
    /// What the state was begun from, where that was not the first entry.
    base: Option<Base>,
    /// The position of the newest checkpoint that is known.
    checkpointed: Position,
    stopped: Option<BackendError>,
    doubts: Vec<Doubt>,
}

/// A checkpoint that a state was begun from.
struct Base {
    position: Position,
    text: String,
    reads: Reads,
}

impl Held {
    /// Reads what there is; none where the journal is empty.
    async fn load(
        backend: &dyn Backend,
        reads: impl AsyncFn() -> Option<Reads>,
    ) -> Result<Option<Self>, BackendError> {
        let mut unread = false;
        for text in backend.checkpoints().await {
            let Some(reads) = reads().await else {
                unread = true;
                break;
            };
            let Some(from) = Checkpoint::position(&text) else {
                continue;
            };
            // On the way while the checkpoint is read, which takes a while where there is much.
            let mut reading = backend.read(from, ALL);
            let begun = poll_fn(|context| Poll::Ready(reading.as_mut().poll(context))).await;
            let Some(checkpoint) = reads(&text) else {
                continue;
            };
            let reading = match begun {
                Poll::Ready(reading) => reading,
                Poll::Pending => reading.await,
            };
            let base = Base {
                position: from,
                text,
                reads,
            };
            let first = reading.texts.first();
            if let Some(held) = first.and_then(|first| Self::resume(checkpoint, base, first)) {
                return held.usable_after(from, &reading).map(Some);
            }
        }
        let reading = backend.read(Position::FIRST, ALL).await;
        match (reading.texts.first(), reading.broken) {
            (Some(first), _) => Self::begin(first)?
                .usable_after(Position::FIRST, &reading)
                .map(Some),
            (None, Some(BackendError::Removed { .. })) if unread => Err(BackendError::Unavailable),
            // Entries were removed, and the checkpoint in their place is none.
            (None, Some(BackendError::Removed { before })) => Err(corrupt(before)),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
        }
    }

    fn begin(text: &str) -> Result<Self, BackendError> {
        let first = Position::FIRST;
        let Sealed { entry, text } =
            Entry::parse(text, first, None).map_err(|problem| problem.at(first))?;
        let state = State::begin(&entry.event, entry.context()).map_err(|_| corrupt(first))?;
        Ok(Self {
            state,
            entries: vec![Rc::new(entry)],
            tip: Hash::of(&text),
            base: None,
            checkpointed: Position::default(),
            stopped: None,
            doubts: Vec::new(),
        })
    }

    /// Begins at a checkpoint; none where `text` is not the entry that it was written after.
    fn resume(checkpoint: Checkpoint, base: Base, text: &str) -> Option<Self> {
        let Checkpoint { state, tip } = checkpoint;
        let position = state.position();
        if Hash::of(text) != tip {
            return None;
        }
        let Sealed { entry, .. } = Entry::parse(text, position, sealed_upon(text)).ok()?;
        Some(Self {
            state,
            entries: vec![Rc::new(entry)],
            tip,
            base: Some(base),
            checkpointed: position,
            stopped: None,
            doubts: Vec::new(),
        })
    }

    /// Takes in the rest of an opening. What is damaged is of use up to there.
    fn usable_after(mut self, from: Position, reading: &Reading) -> Result<Self, BackendError> {
        match self.take_in(from, reading) {
            Err(error) if !error.stops_writing() => Err(error),
            _ => Ok(self),
        }
    }

    fn first(&self) -> Position {
        self.entries
            .first()
            .map_or(self.state.position(), |entry| entry.position)
    }

    fn entry(&self, position: Position) -> Option<&Rc<Entry>> {
        let index = position.get().checked_sub(self.first().get())?;
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
    fn take_in(&mut self, from: Position, reading: &Reading) -> Result<bool, BackendError> {
        let news = self.take_in_sound(from, &reading.texts);
        let answer = match (news, reading.broken) {
            (Ok(_), Some(error)) => Err(error),
            (news, _) => news,
        };
        if let Err(error) = answer {
            self.stop_after(error);
        }
        answer
    }

    fn take_in_sound(&mut self, from: Position, texts: &[String]) -> Result<bool, BackendError> {
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

    /// Takes in entries from `from` on that lie before all that are known, the last of them first.
    fn take_in_before(&mut self, from: Position, reading: &Reading) -> Result<(), BackendError> {
        let mut before = Vec::new();
        let answer = self.read_back(from, reading, &mut before);
        before.reverse();
        self.entries.splice(0..0, before);
        if let Err(error) = answer {
            self.stop_after(error);
        }
        answer
    }

    fn read_back(
        &self,
        from: Position,
        reading: &Reading,
        before: &mut Vec<Rc<Entry>>,
    ) -> Result<(), BackendError> {
        let position = |index: usize| Position::new(from.get() + index as u64);
        // Others may have become known meanwhile.
        let missing = self.first().get().saturating_sub(from.get());
        let missing = usize::try_from(missing).unwrap_or(ALL);
        let Some(texts) = reading.texts.get(..missing) else {
            let gap = corrupt(position(reading.texts.len()));
            return Err(reading.broken.unwrap_or(gap));
        };
        let mut named = self.entries.first().and_then(|entry| entry.previous);
        for (index, text) in texts.iter().enumerate().rev() {
            let position = position(index);
            if named != Some(Hash::of(text)) {
                return Err(corrupt(position));
            }
            let Sealed { entry, .. } = Entry::parse(text, position, sealed_upon(text))
                .map_err(|problem| problem.at(position))?;
            named = entry.previous;
            before.push(Rc::new(entry));
        }
        Ok(())
    }

    /// Returns the checkpoint that is worth keeping, if one is.
    fn checkpoint_due(&self) -> Option<(Position, String)> {
        let position = self.state.position();
        let spared = position.get() - self.checkpointed.get();
        let due = spared > MANY && self.stopped.is_none();
        due.then(|| (position, self.checkpoint()))
    }

    fn checkpoint(&self) -> String {
        Checkpoint::write(&self.state, self.tip)
    }

    /// Begins with the state as it is, of which `base` is the checkpoint.
    fn begin_at(&mut self, base: Base) {
        self.entries.drain(..self.entries.len().saturating_sub(1));
        self.checkpointed = base.position;
        self.base = Some(base);
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
            self.state = self.state_again();
            return Err(corrupt(entry.position));
        }
        let entry = Rc::new(entry);
        self.entries.push(entry.clone());
        self.tip = Hash::of(&text);
        Ok(entry)
    }

    /// Makes the state of all entries that were taken in anew.
    fn state_again(&self) -> State {
        let last = self.entries.last().map(|entry| entry.position);
        self.state_at(last.unwrap_or_default())
            .expect("what was read once can be read again")
    }

    /// Makes the state after one of the entries that are known anew.
    fn state_at(&self, position: Position) -> Result<State, BackendError> {
        let base = self.base_for(position);
        let base = base.and_then(|base| (base.reads)(&base.text));
        let after = base
            .as_ref()
            .map_or(Position::default(), |base| base.state.position());
        let events = self
            .entries
            .iter()
            .filter(|entry| after < entry.position && entry.position <= position)
            .map(|entry| (&entry.event, entry.context()));
        match base {
            Some(base) => replay_upon(base.state, events),
            None => replay(events),
        }
    }

    /// Returns the checkpoint upon which the state after the entry at `position` can be made.
    fn base_for(&self, position: Position) -> Option<&Base> {
        self.base.as_ref().filter(|base| base.position <= position)
    }

    fn stop_after(&mut self, error: BackendError) {
        if error.stops_writing() {
            self.stopped = Some(error);
        }
    }
}

/// Tells how many of the entries from `from` on are sound, and what is the matter with the next one.
/// They begin a journal, or follow upon a checkpoint, whose own entry is the first of them.
pub(super) fn sound(
    base: Option<&str>,
    from: Position,
    texts: &[String],
) -> (usize, Option<BackendError>) {
    let Some(first) = texts.first() else {
        return (0, None);
    };
    let begun = match base {
        None => Held::begin(first),
        Some(text) => Checkpoint::read(text)
            .and_then(|checkpoint| {
                let base = Base {
                    position: from,
                    text: text.to_owned(),
                    reads: Checkpoint::read,
                };
                Held::resume(checkpoint, base, first)
            })
            .ok_or(corrupt(from)),
    };
    match begun {
        Ok(mut held) => {
            let answer = held.take_in_sound(from, texts);
            (held.entries.len(), answer.err())
        }
        Err(error) => (0, Some(error)),
    }
}

/// Seals the entries that a journal begins with, each upon the one before.
fn chain(founding: Vec<(Context, Event)>, ids: impl Fn() -> EntryId) -> Vec<Sealed> {
    let (mut position, mut previous) = (Position::FIRST, None);
    let seal = |(context, event)| {
        let sealed = Entry::seal(position, ids(), previous, context, event);
        (position, previous) = (position.next(), Some(Hash::of(&sealed.text)));
        sealed
    };
    founding.into_iter().map(seal).collect()
}

/// Applies events from the first one on.
fn replay<'a>(
    events: impl IntoIterator<Item = (&'a Event, Context)>,
) -> Result<State, BackendError> {
    let mut events = events.into_iter();
    let first = |_: Misfit| corrupt(Position::FIRST);
    let (event, context) = events.next().ok_or(corrupt(Position::FIRST))?;
    replay_upon(State::begin(event, context).map_err(first)?, events)
}

/// Applies the events that follow a state.
fn replay_upon<'a>(
    mut state: State,
    events: impl IntoIterator<Item = (&'a Event, Context)>,
) -> Result<State, BackendError> {
    for (event, context) in events {
        let applied = state.apply(event, context);
        applied.map_err(|_: Misfit| corrupt(state.position()))?;
    }
    Ok(state)
}

const fn corrupt(position: Position) -> BackendError {
    BackendError::Corrupt { position }
}
