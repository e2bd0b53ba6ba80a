//! Journals that are not as they were written: what is noticed, where, and what a session does then.

use std::cell::RefCell;
use std::rc::Rc;

use flow_environments::domain::event::Event;
use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{Answer, Backend, BackendError, Reading};
use flow_environments::journal::entry::{Entry, Hash, Sealed};
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::{Failure, Session};
use pollster::block_on;

use crate::world::{
    FLOW, FOUNDED, context, create_flow, entry_id, founding, name, open, opened, sealed, state,
    texts,
};

fn corrupt(position: u64) -> BackendError {
    BackendError::Corrupt {
        position: Position::new(position),
    }
}

/// Opens a journal and returns what it says of its damage. It must show all that is sound.
fn opening(texts: &[String]) -> Option<BackendError> {
    let memory = Memory::holding(texts.to_vec());
    let session = match block_on(open(Rc::new(memory.clone()))) {
        Ok(session) => session,
        Err(error) => {
            assert_eq!(error, corrupt(1), "something sound was not shown");
            return Some(error);
        }
    };
    let sound = session.position().get();
    if let Some(BackendError::Corrupt { position }) = session.stopped() {
        assert_eq!(session.position().next(), position);
    }
    if session.stopped().is_some() {
        let shorter = texts[..usize::try_from(sound).expect("it is small")].to_vec();
        let shorter = block_on(opened(Rc::new(Memory::holding(shorter))));
        assert_eq!(shorter.stopped(), None);
        assert_eq!(state(&session), state(&shorter));
        assert_eq!(block_on(session.follow()).err(), session.stopped());
        let refused = block_on(session.submit(&create_flow("Refunds"), &context()));
        assert_eq!(refused.err(), session.stopped().map(Failure::Backend));
    }
    assert_eq!(memory.texts(), texts, "something was written");
    session.stopped()
}

/// An event that can follow nothing.
fn misfit() -> Event {
    Event::FlowCreated {
        flow: FLOW,
        name: name("Orders ✓"),
        canvas: match &founding()[1].1 {
            Event::FlowCreated { canvas, .. } => canvas.clone(),
            event => unreachable!("{event:?}"),
        },
    }
}

#[test]
fn a_journal_as_it_was_written_opens() {
    assert_eq!(opening(&texts(&sealed(founding()))), None);
}

#[test]
fn a_gap_is_noticed_at_its_position() {
    for gap in [1, 2] {
        let mut texts = texts(&sealed(founding()));
        texts.remove(gap - 1);
        assert_eq!(opening(&texts), Some(corrupt(gap as u64)));
    }
}

#[test]
fn entries_in_another_order_are_noticed() {
    let mut texts = texts(&sealed(founding()));
    texts.swap(1, 2);
    assert_eq!(opening(&texts), Some(corrupt(2)));
}

#[test]
fn a_fork_is_noticed_where_it_joins() {
    let mut texts = texts(&sealed(founding()));
    // Another journal's entry, sound in itself.
    texts[1].clone_from(&sealed(founding())[1].text);
    assert_eq!(opening(&texts), Some(corrupt(2)));
}

#[test]
fn a_garbled_entry_is_noticed_at_its_position() {
    for garbled in 1..=3 {
        let mut texts = texts(&sealed(founding()));
        texts[garbled - 1] = "{".into();
        assert_eq!(opening(&texts), Some(corrupt(garbled as u64)));
    }
}

#[test]
fn every_change_of_a_character_is_noticed_once_an_entry_follows() {
    let sound = texts(&sealed(founding()));
    let second = &sound[1];
    for (at, character) in second.char_indices() {
        for other in ['0', '9', 'x', '"', ' ', '\\'] {
            if other == character {
                continue;
            }
            let mut changed = sound.clone();
            changed[1].replace_range(
                at..at + character.len_utf8(),
                other.encode_utf8(&mut [0; 4]),
            );
            let found = opening(&changed);
            let is_newer = matches!(found, Some(BackendError::TooNew { .. }));
            assert!(
                [Some(corrupt(2)), Some(corrupt(3))].contains(&found) || is_newer,
                "{found:?}: {}",
                changed[1]
            );
        }
    }
}

#[test]
fn a_sound_entry_whose_event_cannot_have_happened_is_noticed() {
    let mut events = founding();
    events.push((context(), misfit()));
    assert_eq!(opening(&texts(&sealed(events))), Some(corrupt(4)));
    let mut events = founding();
    events.remove(0);
    assert_eq!(opening(&texts(&sealed(events))), Some(corrupt(1)));
}

#[test]
fn a_journal_opens_up_to_the_first_entry_of_a_newer_format() {
    let mut texts = texts(&sealed(founding()));
    texts.push(r#"{"format":3,"position":4}"#.into());
    assert_eq!(opening(&texts), Some(BackendError::TooNew { format: 3 }));
}

/// A journal that can be put in another one's place.
#[derive(Clone, Default)]
struct Replaceable(Rc<RefCell<Memory>>);

impl Replaceable {
    fn holds(&self, texts: Vec<String>) {
        self.0.replace(Memory::holding(texts));
    }

    fn texts(&self) -> Vec<String> {
        self.0.borrow().texts()
    }

    /// Writes past all checks.
    fn push(&self, text: String) {
        let mut texts = self.texts();
        texts.push(text);
        self.holds(texts);
    }
}

impl Backend for Replaceable {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        let memory = self.0.borrow().clone();
        Box::pin(async move { memory.read(from, limit).await })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        let memory = self.0.borrow().clone();
        Box::pin(async move { memory.append(position, text).await })
    }
}

/// Opens a journal, lets `happen` damage it, and expects the session to stop with `error` in the
/// state it had, whether it is asked to follow or given a command first.
fn stops(error: BackendError, happen: impl Fn(&Replaceable, &Session)) {
    for follow_first in [true, false] {
        let journal = Replaceable::default();
        let session = block_on(opened(Rc::new(journal.clone())));
        assert_eq!(session.stopped(), None);
        let before = state(&session);
        happen(&journal, &session);
        let damaged = journal.texts();
        let refused = Err(Failure::Backend(error));
        let command = create_flow("Refunds");
        if follow_first {
            assert_eq!(block_on(session.follow()), Err(error));
        }
        assert_eq!(block_on(session.submit(&command, &context())), refused);
        assert_eq!(block_on(session.submit(&command, &context())), refused);
        assert_eq!(block_on(session.follow()), Err(error));
        assert_eq!(session.stopped(), Some(error));
        assert_eq!(state(&session), before);
        assert_eq!(journal.texts(), damaged, "something was written");
    }
}

fn next(session: &Session, journal: &Replaceable, event: Event) -> Sealed {
    let previous = journal.texts().last().map(|text| Hash::of(text));
    let position = session.position().next();
    Entry::seal(position, entry_id(), previous, context(), event)
}

#[test]
fn a_session_stops_at_a_garbled_entry() {
    stops(corrupt(4), |journal, _| journal.push("{".into()));
}

#[test]
fn a_session_stops_at_an_entry_of_a_newer_format() {
    stops(BackendError::TooNew { format: 2 }, |journal, _| {
        journal.push(r#"{"format":2}"#.into());
    });
}

#[test]
fn a_session_stops_at_an_event_that_cannot_have_happened() {
    stops(corrupt(4), |journal, session| {
        journal.push(next(session, journal, misfit()).text);
    });
}

#[test]
fn a_session_that_has_stopped_stays_so() {
    let journal = Replaceable::default();
    let session = block_on(opened(Rc::new(journal.clone())));
    let sound = journal.texts();
    journal.push("{".into());
    assert_eq!(block_on(session.follow()), Err(corrupt(4)));
    journal.holds(sound.clone());
    assert_eq!(block_on(session.follow()), Err(corrupt(4)));
    let refused = block_on(session.submit(&create_flow("Refunds"), &context()));
    assert_eq!(refused, Err(Failure::Backend(corrupt(4))));
    assert_eq!(journal.texts(), sound);
}

#[test]
fn a_session_stops_when_the_backend_refuses_to_write_on_what_is_damaged() {
    let journal = Replaceable::default();
    let session = block_on(opened(Rc::new(journal.clone())));
    journal.holds(vec![]);
    let refused = block_on(session.submit(&create_flow("Refunds"), &context()));
    assert_eq!(refused, Err(Failure::Backend(corrupt(4))));
    assert_eq!(session.stopped(), Some(corrupt(4)));
}

#[test]
fn a_session_takes_in_what_is_sound_before_the_damage() {
    let journal = Replaceable::default();
    let session = block_on(opened(Rc::new(journal.clone())));
    let other = block_on(opened(Rc::new(journal.clone())));
    block_on(other.submit(&create_flow("Refunds"), &context())).expect("it is recorded");
    journal.push(next(&other, &journal, misfit()).text);
    assert_eq!(block_on(session.follow()), Err(corrupt(5)));
    assert_eq!(state(&session), state(&other));
    let entries = session.with_entries(<[_]>::len);
    assert_eq!(entries as u64, session.position().get());
}

#[test]
fn a_session_notices_that_its_last_entry_is_gone() {
    let journal = Replaceable::default();
    let session = block_on(opened(Rc::new(journal.clone())));
    journal.holds(vec![]);
    assert_eq!(block_on(session.follow()), Err(corrupt(FOUNDED.get())));
}

#[test]
fn a_session_notices_that_another_journal_is_in_the_place_of_its_own() {
    let journal = Replaceable::default();
    let session = block_on(opened(Rc::new(journal.clone())));
    journal.holds(texts(&sealed(founding())));
    assert_eq!(block_on(session.follow()), Err(corrupt(FOUNDED.get())));
}
