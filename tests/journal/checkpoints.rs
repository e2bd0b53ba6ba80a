//! Checkpoints: opening from one gives what replaying everything gives, and whatever becomes of one,
//! no entry does.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use flow_environments::domain::command::Command;
use flow_environments::domain::id::Position;
use flow_environments::domain::plan::{self, Undoing};
use flow_environments::journal::backend::{Answer, Backend, BackendError, Reading};
use flow_environments::journal::checkpoint::{Checkpoint, FORMAT, sum};
use flow_environments::journal::entry::Hash;
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::{Failure, MANY, Session};
use pollster::block_on;

use crate::world::{
    FOUNDED, context, create_flow, entry_id, founding, opened, promote, sealed, state, texts,
};

/// A journal that was written once, with every kind of event in it.
fn frozen() -> Vec<String> {
    include_str!("../fixtures/journal-v1.json")
        .lines()
        .filter(|line| !matches!(*line, "[" | "]"))
        .map(|line| line.strip_suffix(',').unwrap_or(line).to_owned())
        .collect()
}

/// The checkpoint after the last of the entries.
fn checkpoint(texts: &[String]) -> String {
    let session = replayed(texts);
    let tip = texts.last().map(|text| Hash::of(text));
    session.with_state(|state| Checkpoint::write(state, tip.expect("there is an entry")))
}

fn replayed(texts: &[String]) -> Session {
    block_on(opened(Rc::new(Memory::holding(texts.to_vec()))))
}

/// A journal with a checkpoint, that notes from where it is read.
struct Noting {
    memory: Memory,
    read: RefCell<Vec<Position>>,
}

impl Noting {
    fn holding(texts: &[String], checkpoint: &str) -> Rc<Self> {
        let memory = Memory::holding(texts.to_vec());
        let read = RefCell::default();
        block_on(memory.keep_checkpoint(Position::FIRST, checkpoint)).expect("memory has room");
        Rc::new(Self { memory, read })
    }

    fn read_from(&self) -> Vec<u64> {
        self.read.take().into_iter().map(Position::get).collect()
    }
}

impl Backend for Noting {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        self.read.borrow_mut().push(from);
        self.memory.read(from, limit)
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        self.memory.append(position, text)
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        self.memory.checkpoints()
    }

    fn keep_checkpoint<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        self.memory.keep_checkpoint(position, text)
    }
}

/// A journal that was shortened begins with its checkpoint, and has nothing else: whatever version
/// wrote it, it is read for ever.
#[test]
fn a_checkpoint_that_was_written_once_is_read_for_ever() {
    let texts = frozen();
    for written in [
        include_str!("../fixtures/checkpoint-v3.txt"),
        include_str!("../fixtures/checkpoint-v4.txt"),
        include_str!("../fixtures/checkpoint-v5.txt"),
    ] {
        let read = Checkpoint::read(written).expect("it was sound when it was written");
        assert_eq!(read.state, state(&replayed(&texts)));
        assert_eq!(Some(read.tip), texts.last().map(|text| Hash::of(text)));
    }
    assert_eq!(FORMAT, 5, "a newer version reads this one's, too");
}

#[test]
#[ignore = "a frozen checkpoint is never written again; this is for the next version's"]
fn write_the_checkpoint_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let file = folder.join(format!("checkpoint-v{FORMAT}.txt"));
    fs::write(file, checkpoint(&frozen())).expect("the folder is there");
}

// Opening -----------------------------------------------------------------------------------------

#[test]
fn a_journal_opens_the_same_from_a_checkpoint_anywhere() {
    let texts = frozen();
    let whole = replayed(&texts);
    for at in 1..=texts.len() {
        let noting = Noting::holding(&texts, &checkpoint(&texts[..at]));
        let session = block_on(opened(noting.clone()));
        assert_eq!(state(&session), state(&whole));
        assert_eq!(session.stopped(), None);
        assert_eq!(noting.read_from(), [at as u64]);
        let known = session.with_entries(<[_]>::to_vec);
        assert_eq!(known, whole.with_entries(|all| all[at - 1..].to_vec()));
    }
}

/// The state at any position is the one that a journal ending there has, wherever it was opened from.
#[test]
fn every_moment_of_the_history_can_be_returned_to() {
    let texts = frozen();
    for opened_at in [1, 20, texts.len()] {
        let noting = Noting::holding(&texts, &checkpoint(&texts[..opened_at]));
        let session = block_on(opened(noting));
        for at in (1..=texts.len()).rev() {
            let then = block_on(session.state_at(Position::new(at as u64)));
            assert_eq!(then, Ok(state(&replayed(&texts[..at]))));
        }
        assert_eq!(state(&session), state(&replayed(&texts)));
    }
}

#[test]
fn a_moment_before_damage_and_a_checkpoint_cannot_be_returned_to_and_says_so() {
    let texts = frozen();
    let mut changed = texts.clone();
    changed[9] = "{".into();
    let session = block_on(opened(Noting::holding(&changed, &checkpoint(&texts[..20]))));
    let position = Position::new(10);
    let before = block_on(session.state_at(Position::new(15)));
    assert_eq!(before, Err(BackendError::Corrupt { position }));
    let after = block_on(session.state_at(Position::new(25)));
    assert_eq!(after, Ok(state(&replayed(&texts[..25]))));
}

/// What reads checkpoints may not be there: it is asked for only where there is one, and costs no entry.
#[test]
fn a_journal_opens_without_what_reads_checkpoints() {
    let texts = frozen();
    let without = |backend: Rc<dyn Backend>, asked: &Cell<u32>| {
        let reads = async || {
            asked.set(asked.get() + 1);
            None
        };
        let found = block_on(Session::find(reads, backend, entry_id));
        found.map(|session| session.expect("the journal has entries"))
    };
    let asked = Cell::new(0);
    let none = without(Rc::new(Memory::holding(texts.clone())), &asked);
    assert_eq!(none.map(|it| state(&it)), Ok(state(&replayed(&texts))));
    assert_eq!(asked.get(), 0);

    let noting = Noting::holding(&texts, &checkpoint(&texts[..20]));
    let session = without(noting.clone(), &asked).expect("all entries are there");
    assert_eq!(state(&session), state(&replayed(&texts)));
    assert_eq!(noting.read_from(), [1]);
    assert_eq!(asked.get(), 1);

    let shortened = Memory::holding(texts);
    let session = block_on(opened(Rc::new(shortened.clone())));
    assert_eq!(block_on(session.shorten()), Ok(()));
    let unread = without(Rc::new(shortened.clone()), &asked);
    assert_eq!(unread.err(), Some(BackendError::Unavailable));
    let read = block_on(opened(Rc::new(shortened)));
    assert_eq!(state(&read), state(&session));
}

#[test]
fn a_checkpoint_of_another_journal_is_none() {
    let texts = frozen();
    let others = sealed(founding());
    let others = crate::world::texts(&others);
    let noting = Noting::holding(&texts, &checkpoint(&others));
    let session = block_on(opened(noting.clone()));
    assert_eq!(state(&session), state(&replayed(&texts)));
    assert_eq!(noting.read_from(), [others.len() as u64, 1]);
}

#[test]
fn a_checkpoint_beyond_the_end_is_none() {
    let texts = frozen();
    let cut = &texts[..20];
    let noting = Noting::holding(cut, &checkpoint(&texts));
    let session = block_on(opened(noting.clone()));
    assert_eq!(state(&session), state(&replayed(cut)));
    assert_eq!(noting.read_from(), [texts.len() as u64, 1]);
}

#[test]
fn a_checkpoint_whose_text_was_changed_anywhere_is_none() {
    let sound = checkpoint(&texts(&sealed(founding())));
    assert!(Checkpoint::read(&sound).is_some());
    for (at, character) in sound.char_indices() {
        for other in ['0', '"', '}', ' '] {
            if other == character {
                continue;
            }
            let mut changed = sound.clone();
            let end = at + character.len_utf8();
            changed.replace_range(at..end, other.encode_utf8(&mut [0; 4]));
            assert_eq!(Checkpoint::read(&changed), None, "{changed}");
        }
        assert_eq!(Checkpoint::read(&sound[..at]), None, "{}", &sound[..at]);
    }
}

#[test]
fn a_checkpoint_that_no_journal_leads_to_is_none() {
    let texts = frozen();
    let sound = checkpoint(&texts);
    let (_, body) = sound.split_once('\n').expect("it has a checksum");
    let read = |body: &str| Checkpoint::read(&format!("{}\n{body}", sum(body)));
    assert!(read(body).is_some());

    assert_eq!(read(&format!("{body}1\n")), None);
    let format = FORMAT.to_string();
    assert_eq!(
        read(&body.replacen(&format, "0", 1)),
        None,
        "another format"
    );
    let last = format!("\n{}\n", texts.len());
    assert_eq!(
        read(&body.replacen(&last, "\n3\n", 1)),
        None,
        "another position"
    );
    let two = body.replace(r#""name":"Staging""#, r#""name":"Trial""#);
    assert_eq!(read(&two), None, "two environments of one name");
}

/// Whatever line is missing, or is another: it is read as another state, or not at all.
#[test]
fn a_checkpoint_with_another_line_is_another_one_or_none() {
    let third = include_str!("../fixtures/checkpoint-v3.txt");
    each_line_is_changed(third, |body| Hash::of(body).to_string());
    let fourth = include_str!("../fixtures/checkpoint-v4.txt");
    each_line_is_changed(fourth, sum);
    let fifth = include_str!("../fixtures/checkpoint-v5.txt");
    each_line_is_changed(fifth, sum);
}

fn each_line_is_changed(sound: &str, sum: fn(&str) -> String) {
    let (_, body) = sound.split_once('\n').expect("it has a checksum");
    let read = |body: &str| Checkpoint::read(&format!("{}\n{body}", sum(body)));
    assert!(read(body).is_some());
    let lines: Vec<&str> = body.lines().collect();
    for at in 0..lines.len() {
        for other in ["", "0", "1", "9", "null", r#""x""#, "[]", "{}"] {
            let mut changed = lines.clone();
            changed[at] = other;
            let changed = changed.join("\n") + "\n";
            if let Some(read) = read(&changed) {
                let again = Checkpoint::write(&read.state, read.tip);
                assert_eq!(Checkpoint::read(&again), Some(read));
            }
        }
        let mut shorter = lines.clone();
        shorter.remove(at);
        assert_eq!(read(&(shorter.join("\n") + "\n")), None, "{}", lines[at]);
    }
}

#[test]
fn damage_after_a_checkpoint_is_noticed_and_what_lies_before_it_is_shown() {
    let texts = frozen();
    for at in [30, 40] {
        for damaged in at + 1..=texts.len() {
            let mut changed = texts.clone();
            changed[damaged - 1] = "{".into();
            let noting = Noting::holding(&changed, &checkpoint(&texts[..at]));
            let session = block_on(opened(noting));
            let position = Position::new(damaged as u64);
            assert_eq!(session.stopped(), Some(BackendError::Corrupt { position }));
            assert_eq!(state(&session), state(&replayed(&texts[..damaged - 1])));
        }
    }
}

#[test]
fn an_event_that_cannot_have_happened_leaves_the_state_before_it() {
    let sound = texts(&sealed(founding()));
    let mut events = founding();
    // A flow that was created already.
    events.push(founding().remove(1));
    let misfit = sealed(events).pop().expect("there are some");
    let previous = sound.last().map(|text| Hash::of(text));
    let entry = misfit.entry;
    let misfit = flow_environments::journal::entry::Entry::seal(
        entry.position,
        entry.id,
        previous,
        entry.context(),
        entry.event,
    );
    let mut damaged = sound.clone();
    damaged.push(misfit.text);
    for at in 1..=sound.len() {
        let noting = Noting::holding(&damaged, &checkpoint(&sound[..at]));
        let session = block_on(opened(noting));
        let position = FOUNDED.next();
        assert_eq!(session.stopped(), Some(BackendError::Corrupt { position }));
        assert_eq!(state(&session), state(&replayed(&sound)));
    }
}

// Before a checkpoint -----------------------------------------------------------------------------

#[test]
fn entries_before_a_checkpoint_are_read_when_they_are_asked_for() {
    let texts = frozen();
    let whole = replayed(&texts).with_entries(<[_]>::to_vec);
    for at in [2, 20, texts.len()] {
        let noting = Noting::holding(&texts, &checkpoint(&texts[..at]));
        let session = block_on(opened(noting.clone()));
        for from in [at, at - 1, at / 2, 1, at] {
            let from = Position::new(from.max(1) as u64);
            assert_eq!(block_on(session.reach_back(from)), Ok(()));
            assert!(session.entry(from).is_some());
        }
        assert_eq!(session.with_entries(<[_]>::to_vec), whole);
        assert_eq!(session.stopped(), None);
    }
}

#[test]
fn damage_before_a_checkpoint_is_noticed_when_it_is_reached() {
    let texts = frozen();
    let at = 20;
    let known = checkpoint(&texts[..at]);
    for damaged in 1..at {
        let mut changed = texts.clone();
        changed[damaged - 1].push(' ');
        let session = block_on(opened(Noting::holding(&changed, &known)));
        assert_eq!(session.stopped(), None);
        let position = Position::new(damaged as u64);
        assert_eq!(block_on(session.reach_back(position.next())), Ok(()));
        let error = BackendError::Corrupt { position };
        assert_eq!(block_on(session.reach_back(Position::FIRST)), Err(error));
        assert_eq!(session.stopped(), Some(error));
        let oldest = session.with_entries(|all| all.first().map(|entry| entry.position));
        assert_eq!(oldest, Some(position.next()));
    }
}

/// U3: undoing needs nothing that is not in the history.
#[test]
fn a_step_before_a_checkpoint_can_be_undone() {
    let memory = Memory::default();
    let session = block_on(opened(Rc::new(memory.clone())));
    let before = state(&session);
    block_on(session.submit(&promote(&session), &context())).expect("it is recorded");
    block_on(session.submit(&create_flow("Refunds"), &context())).expect("it is recorded");
    let noting = Noting::holding(&memory.texts(), &checkpoint(&memory.texts()));
    let session = block_on(opened(noting));
    let position = FOUNDED.next();
    assert_eq!(session.entry(position), None);
    assert_eq!(block_on(session.reach_back(position)), Ok(()));
    let event = session.entry(position).expect("it was read").event.clone();
    let undoing = Undoing { position, event };
    let shown = session.with_state(|state| plan::undo(state, &undoing));
    let shown = shown.expect("nothing touched the release since");
    block_on(session.submit(&Command::Undo { undoing, shown }, &context())).expect("it is allowed");
    let release = crate::world::RELEASE;
    let place = |state: &flow_environments::domain::state::State| {
        state.release(release).map(|release| release.place.clone())
    };
    assert_eq!(place(&state(&session)), place(&before));
}

// Keeping -----------------------------------------------------------------------------------------

fn record(session: &Session, count: u64) {
    let from = session.position().get();
    for n in from..from + count {
        let command = create_flow(&format!("Flow {n}"));
        block_on(session.submit(&command, &context())).expect("it is recorded");
    }
}

fn kept(memory: &Memory) -> Vec<String> {
    block_on(memory.checkpoints())
}

#[test]
fn an_opening_that_had_to_apply_many_entries_spares_the_next_one_that() {
    let memory = Memory::default();
    let session = block_on(opened(Rc::new(memory.clone())));
    assert_eq!(block_on(session.keep_checkpoint()), Ok(()));
    record(&session, MANY - FOUNDED.get());
    assert_eq!(kept(&memory), Vec::<String>::new(), "a command kept one");
    let session = block_on(opened(Rc::new(memory.clone())));
    assert_eq!(block_on(session.keep_checkpoint()), Ok(()));
    assert_eq!(kept(&memory), Vec::<String>::new(), "it was not worth it");

    record(&session, 1);
    let session = block_on(opened(Rc::new(memory.clone())));
    assert_eq!(block_on(session.keep_checkpoint()), Ok(()));
    assert_eq!(kept(&memory), [checkpoint(&memory.texts())]);

    let noting = Noting::holding(&memory.texts(), &kept(&memory)[0]);
    let session = block_on(opened(noting.clone()));
    assert_eq!(noting.read_from(), [MANY + 1]);
    block_on(noting.keep_checkpoint(Position::FIRST, "not again")).expect("memory has room");
    assert_eq!(block_on(session.keep_checkpoint()), Ok(()));
    assert_eq!(kept(&noting.memory), ["not again"]);
}

#[test]
fn a_damaged_journal_has_no_checkpoint_written_over() {
    let memory = Memory::default();
    record(&block_on(opened(Rc::new(memory.clone()))), MANY);
    let mut texts = memory.texts();
    texts.push("{".into());
    let damaged = Memory::holding(texts);
    let session = block_on(opened(Rc::new(damaged.clone())));
    assert_eq!(block_on(session.keep_checkpoint()), Ok(()));
    assert_eq!(kept(&damaged), Vec::<String>::new());
}

/// A backend that takes no checkpoint.
struct Full(Memory);

impl Backend for Full {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        self.0.read(from, limit)
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        self.0.append(position, text)
    }

    fn keep_checkpoint<'a>(
        &'a self,
        _: Position,
        _: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async { Err(BackendError::Full) })
    }
}

#[test]
fn a_checkpoint_that_is_refused_costs_nothing() {
    let memory = Memory::default();
    record(&block_on(opened(Rc::new(memory.clone()))), MANY);
    let session = block_on(opened(Rc::new(Full(memory.clone()))));
    let full = block_on(session.keep_checkpoint());
    assert_eq!(full, Err(BackendError::Full));
    assert_eq!(session.stopped(), None);
    let recorded = block_on(session.submit(&create_flow("Refunds"), &context()));
    assert!(
        !matches!(recorded, Err(Failure::Backend(_))),
        "{recorded:?}"
    );
    assert_eq!(state(&session), state(&replayed(&memory.texts())));
}
