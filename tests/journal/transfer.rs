//! Copies of a journal, and making room: what is written is read again to the letter, damage anywhere
//! is named by its position and hides nothing that is sound, and a shortened journal goes on.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{Answer, Backend, BackendError, Personal, Reading};
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::Hash;
use flow_environments::journal::memory::{Fault, Memory};
use flow_environments::journal::session::Failure;
use flow_environments::journal::transfer::{Copy, Unusable};
use pollster::block_on;

use crate::world::{
    FOUNDED, context, create_flow, founding, opened, promote, sealed, state, texts,
};

/// A journal of a few entries.
fn journal() -> Vec<String> {
    let memory = Memory::default();
    let session = block_on(opened(Rc::new(memory.clone())));
    for command in [promote(&session), create_flow("Refunds \u{1f4a1}")] {
        block_on(session.submit(&command, &context())).expect("it is recorded");
    }
    memory.texts()
}

/// The same, shortened, with two entries since.
fn shortened() -> Memory {
    let memory = Memory::holding(journal());
    let session = block_on(opened(Rc::new(memory.clone())));
    assert_eq!(block_on(session.shorten()), Ok(()));
    for called in ["Returns", "Receipts"] {
        let recorded = block_on(session.submit(&create_flow(called), &context()));
        recorded.expect("it is recorded");
    }
    memory
}

fn copy(memory: &Memory) -> Copy {
    block_on(Copy::of(memory)).expect("there is something")
}

fn corrupt(position: u64) -> BackendError {
    let position = Position::new(position);
    BackendError::Corrupt { position }
}

/// The parts of a file.
fn file(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("a file is JSON")
}

// The file ----------------------------------------------------------------------------------------

#[test]
fn what_is_exported_is_imported_to_the_letter() {
    for memory in [Memory::holding(journal()), shortened()] {
        let copied = copy(&memory);
        assert_eq!(copied.broken(), None);
        assert_eq!(copied.len(), memory.texts().len());
        let read = Copy::read(&copied.write()).expect("it is sound");
        assert_eq!(read, copied);

        let other = Memory::holding(texts(&sealed(founding())));
        assert_eq!(read.put_into(&other), Ok(()));
        assert_eq!(other.texts(), memory.texts());
        let opened = |memory: Memory| block_on(opened(Rc::new(memory)));
        assert_eq!(state(&opened(other.clone())), state(&opened(memory)));
        let command = create_flow("Afterwards");
        let recorded = block_on(opened(other).submit(&command, &context()));
        assert!(recorded.is_ok(), "{recorded:?}");
    }
}

// Carrying over -----------------------------------------------------------------------------------

#[test]
fn a_copy_is_carried_over_to_the_letter() {
    let copied = copy(&Memory::holding(journal()));
    let store = Memory::default();
    assert_eq!(block_on(copied.carry_into(&store)), Ok(()));
    assert_eq!(store.texts(), journal_of(&copied));
    // Once more changes nothing.
    assert_eq!(block_on(copied.carry_into(&store)), Ok(()));
    assert_eq!(store.texts(), journal_of(&copied));
}

#[test]
fn a_carrying_over_that_is_interrupted_goes_on_with_the_same_file() {
    let copied = copy(&Memory::holding(journal()));
    for count in 0..copied.len() {
        let store = Memory::holding(journal_of(&copied)[..count].to_vec());
        store.fail([Fault::LostAnswer]);
        assert_eq!(block_on(copied.carry_into(&store)), Ok(()));
        assert_eq!(store.texts(), journal_of(&copied));
    }
    let store = Memory::default();
    store.fail([Fault::LostAnswer, Fault::LostRequest]);
    let interrupted = block_on(copied.carry_into(&store));
    assert_eq!(interrupted, Err(BackendError::Unavailable));
    assert_eq!(store.texts().len(), 1);
    assert_eq!(block_on(copied.carry_into(&store)), Ok(()));
    assert_eq!(store.texts(), journal_of(&copied));
}

#[test]
fn a_copy_is_not_mixed_with_another_journal() {
    let copied = copy(&Memory::holding(journal()));
    let other = texts(&sealed(founding()));
    let store = Memory::holding(other.clone());
    let taken = Err(BackendError::Taken);
    assert_eq!(block_on(copied.carry_into(&store)), taken);
    assert_eq!(store.texts(), other);
    // Nor is a journal that has gone on otherwise since.
    let store = Memory::holding(journal_of(&copied)[..3].to_vec());
    let session = block_on(opened(Rc::new(store.clone())));
    let recorded = block_on(session.submit(&create_flow("Otherwise"), &context()));
    assert!(recorded.is_ok(), "{recorded:?}");
    let before = store.texts();
    assert_eq!(block_on(copied.carry_into(&store)), taken);
    assert_eq!(store.texts(), before);
}

#[test]
fn a_copy_without_its_first_entries_is_not_carried_over() {
    let copied = copy(&shortened());
    let store = Memory::default();
    let before = copied.from();
    let refused = Err(BackendError::Removed { before });
    assert_eq!(block_on(copied.carry_into(&store)), refused);
    assert_eq!(store.texts().len(), 0);
}

/// The entries of a copy that begins with the first.
fn journal_of(copied: &Copy) -> Vec<String> {
    let memory = Memory::default();
    copied.put_into(&memory).expect("memory has room");
    memory.texts()
}

#[test]
fn a_file_is_this() {
    let texts = journal();
    let file = file(&copy(&Memory::holding(texts.clone())).write());
    let tip = Hash::of(&texts[texts.len() - 1]).to_string();
    let expected = serde_json::json!({ "format": 1, "entries": texts, "tip": tip });
    assert_eq!(file, expected);
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_none() {
    let text = copy(&Memory::holding(journal())).write();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        assert_eq!(Copy::read(&text[..end]), Err(Unusable::NotACopy));
    }
}

#[test]
fn the_first_bad_entry_of_a_file_is_named_by_its_position() {
    for memory in [Memory::holding(journal()), shortened()] {
        let copied = copy(&memory);
        let sound = file(&copied.write());
        for index in 0..copied.len() {
            let position = copied.from().get() + index as u64;
            let mut garbled = sound.clone();
            garbled["entries"][index] = "{".into();
            let found = Copy::read(&garbled.to_string());
            let begun_elsewhere = index == 0 && sound.get("checkpoint").is_some();
            assert_eq!(found, Err(Unusable::Entry(corrupt(position))));

            let text = sound["entries"][index].as_str().expect("it is a text");
            let mut newer = sound.clone();
            newer["entries"][index] = text.replacen(r#""format":1"#, r#""format":2"#, 1).into();
            let found = Copy::read(&newer.to_string());
            let too_new = BackendError::TooNew { format: 2 };
            // A checkpoint is not that of another entry.
            let expected = if begun_elsewhere {
                corrupt(position)
            } else {
                too_new
            };
            assert_eq!(found, Err(Unusable::Entry(expected)));

            let mut missing = sound.clone();
            missing["entries"]
                .as_array_mut()
                .expect("a list")
                .remove(index);
            let last = index + 1 == copied.len();
            let expected = if last {
                let position = Position::new(position - 1);
                Unusable::Cut { position }
            } else {
                Unusable::Entry(corrupt(position))
            };
            assert_eq!(Copy::read(&missing.to_string()), Err(expected));

            let mut changed = sound.clone();
            changed["entries"][index] = format!("{text} ").into();
            let expected = if last {
                let position = Position::new(position);
                Unusable::Cut { position }
            } else if begun_elsewhere {
                Unusable::Entry(corrupt(position))
            } else {
                Unusable::Entry(corrupt(position + 1))
            };
            assert_eq!(Copy::read(&changed.to_string()), Err(expected));
        }
    }
}

#[test]
fn what_is_no_copy_is_said_to_be_none() {
    let sound = file(&copy(&shortened()).write());
    let with = |field: &str, value: serde_json::Value| {
        let mut changed = sound.clone();
        changed[field] = value;
        Copy::read(&changed.to_string())
    };
    assert_eq!(with("format", 0.into()), Err(Unusable::NotACopy));
    let newer = Err(Unusable::TooNew { format: 2 });
    assert_eq!(with("format", 2.into()), newer);
    assert_eq!(with("more", 1.into()), Err(Unusable::NotACopy));
    assert_eq!(with("checkpoint", "".into()), Err(Unusable::Checkpoint));
    let nothing = serde_json::json!([]);
    assert_eq!(with("entries", nothing), Err(Unusable::Nothing));
    for text in ["", "null", "[]", "{}", r#"{"format":1}"#, "\u{0}"] {
        assert_eq!(Copy::read(text), Err(Unusable::NotACopy), "{text}");
    }
}

// Damage ------------------------------------------------------------------------------------------

#[test]
fn all_that_is_sound_of_a_damaged_journal_is_exported_and_the_rest_kept_apart() {
    let sound = journal();
    for damaged in 0..sound.len() {
        let mut texts = sound.clone();
        texts[damaged] = "{ by hand".to_owned();
        let copied = copy(&Memory::holding(texts.clone()));
        assert_eq!(copied.broken(), Some(corrupt(damaged as u64 + 1)));
        assert_eq!(copied.len(), damaged);
        let apart: Vec<&str> = copied.apart().iter().map(|it| it.text.as_str()).collect();
        assert_eq!(apart, texts[damaged..]);

        let read = Copy::read(&copied.write());
        if damaged == 0 {
            assert_eq!(read, Err(Unusable::Nothing));
            continue;
        }
        let other = Memory::default();
        let read = read.expect("its sound part can be used");
        assert_eq!(read.put_into(&other), Ok(()));
        assert_eq!(other.texts(), sound[..damaged]);
    }
}

#[test]
fn a_checkpoint_leads_past_damage_and_what_lies_before_is_kept_apart() {
    let texts = journal();
    let at = 4;
    let session = block_on(opened(Rc::new(Memory::holding(texts[..at].to_vec()))));
    let checkpoint = session.with_state(|state| Checkpoint::write(state, Hash::of(&texts[at - 1])));
    for damaged in 0..at - 1 {
        let mut damaged_texts = texts.clone();
        damaged_texts[damaged].push('}');
        let memory = Memory::holding(damaged_texts.clone());
        block_on(memory.keep_checkpoint(FOUNDED, &checkpoint)).expect("memory has room");
        let copied = copy(&memory);
        assert_eq!(copied.broken(), Some(corrupt(damaged as u64 + 1)));
        assert_eq!(copied.from(), Position::new(at as u64));
        assert_eq!(copied.apart().len(), at - 1);

        let other = Memory::default();
        let read = Copy::read(&copied.write()).expect("its sound part can be used");
        assert_eq!(read.put_into(&other), Ok(()));
        let whole = block_on(opened(Rc::new(Memory::holding(texts.clone()))));
        assert_eq!(state(&block_on(opened(Rc::new(other)))), state(&whole));
    }
}

#[test]
fn of_a_journal_in_which_there_is_nothing_there_is_no_copy() {
    let nothing = block_on(Copy::of(&Memory::default()));
    assert_eq!(nothing, Err(BackendError::Unavailable));
}

// Making room -------------------------------------------------------------------------------------

#[test]
fn a_shortened_journal_opens_the_same_and_goes_on() {
    let texts = journal();
    let memory = Memory::holding(texts.clone());
    let session = block_on(opened(Rc::new(memory.clone())));
    let before = state(&session);
    assert_eq!(block_on(session.shorten()), Ok(()));
    assert_eq!(memory.texts(), texts[texts.len() - 1..]);
    assert_eq!(state(&session), before);
    for session in [session, block_on(opened(Rc::new(memory.clone())))] {
        assert_eq!(state(&session), before);
        assert_eq!(session.stopped(), None);
        let removed = BackendError::Removed {
            before: session.position(),
        };
        assert_eq!(block_on(session.reach_back(Position::FIRST)), Err(removed));
        assert_eq!(session.stopped(), None, "what was removed is no damage");
    }
    let session = block_on(opened(Rc::new(memory.clone())));
    let recorded = block_on(session.submit(&create_flow("Returns"), &context()));
    assert!(recorded.is_ok(), "{recorded:?}");
    assert_eq!(block_on(session.shorten()), Ok(()));
    assert_eq!(state(&block_on(opened(Rc::new(memory)))), state(&session));
}

#[test]
fn what_is_left_before_the_last_entry_is_reached_back_for_as_far_as_it_goes() {
    let memory = shortened();
    let last = memory.texts().len() as u64;
    let session = block_on(opened(Rc::new(memory.clone())));
    let checkpoint = session.with_state(|state| Checkpoint::write(state, session.tip()));
    block_on(memory.keep_checkpoint(session.position(), &checkpoint)).expect("memory has room");
    let session = block_on(opened(Rc::new(memory)));
    assert_eq!(session.with_entries(<[_]>::len), 1);
    let before = Position::new(session.position().get() + 1 - last);
    let removed = Err(BackendError::Removed { before });
    assert_eq!(block_on(session.reach_back(Position::FIRST)), removed);
    assert_eq!(session.with_entries(<[_]>::len) as u64, last);
    assert!(session.entry(before).is_some());
}

/// Memory that hands over what it has read a turn later.
struct Unhurried(Memory);

impl Backend for Unhurried {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        Box::pin(async move {
            let reading = self.0.read(from, limit).await;
            let mut turns = 0..1;
            poll_fn(|context| match turns.next() {
                Some(_) => {
                    context.waker().wake_by_ref();
                    Poll::Pending
                }
                None => Poll::Ready(()),
            })
            .await;
            reading
        })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        self.0.append(position, text)
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        self.0.checkpoints()
    }

    fn personal(&self) -> Option<&dyn Personal> {
        Some(&self.0)
    }
}

#[test]
fn what_is_removed_while_it_is_reached_back_for_is_no_damage() {
    let memory = Memory::holding(journal());
    let session = block_on(opened(Rc::new(memory.clone())));
    let checkpoint = session.with_state(|state| Checkpoint::write(state, session.tip()));
    block_on(memory.keep_checkpoint(session.position(), &checkpoint)).expect("memory has room");
    block_on(session.submit(&create_flow("Returns"), &context())).expect("it is recorded");
    let session = block_on(opened(Rc::new(Unhurried(memory))));
    let mut reached = pin!(session.reach_back(Position::FIRST));
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(reached.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(block_on(session.shorten()), Ok(()));
    let before = session.position();
    assert_eq!(block_on(reached), Err(BackendError::Removed { before }));
    assert_eq!(session.stopped(), None);
}

/// A page that was left behind while another one made room records nothing upon what is gone.
#[test]
fn a_page_that_has_not_heard_of_what_was_removed_records_nothing() {
    let memory = Memory::holding(journal());
    let behind = block_on(opened(Rc::new(memory.clone())));
    let other = block_on(opened(Rc::new(memory.clone())));
    let recorded = block_on(other.submit(&create_flow("Returns"), &context()));
    assert!(recorded.is_ok(), "{recorded:?}");
    assert_eq!(block_on(other.shorten()), Ok(()));
    let before = other.position();
    let kept = memory.texts();
    let refused = block_on(behind.submit(&create_flow("Receipts"), &context()));
    assert!(matches!(refused, Err(Failure::Backend(_))), "{refused:?}");
    assert_eq!(memory.texts(), kept);
    let removed = Err(BackendError::Removed { before });
    assert_eq!(block_on(behind.follow()), removed);
}

#[test]
fn a_damaged_journal_is_not_shortened() {
    let mut texts = journal();
    texts.push("{".to_owned());
    let memory = Memory::holding(texts.clone());
    let session = block_on(opened(Rc::new(memory.clone())));
    let position = texts.len() as u64;
    assert_eq!(block_on(session.shorten()), Err(corrupt(position)));
    assert_eq!(memory.texts(), texts);
}

#[test]
fn what_the_checkpoint_takes_the_place_of_must_be_there() {
    let texts = journal();
    let memory = Memory::holding(texts.clone());
    let last = texts.last().expect("it has entries");
    let end = Position::new(texts.len() as u64);
    for (position, tip) in [
        (end.next(), Hash::of(last)),
        (end, Hash::of("another entry")),
    ] {
        let refused = memory.shorten(position, tip, "anything");
        assert_eq!(refused, Err(BackendError::Corrupt { position }));
        assert_eq!(memory.texts(), texts);
    }
}
