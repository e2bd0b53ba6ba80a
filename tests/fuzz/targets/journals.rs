//! Journals: whatever the entries of a sound chain say, the journal opens as far as the rules can
//! follow, and opens the same from a checkpoint, from a copy, and after room was made.

#![no_main]

use std::rc::Rc;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::Backend;
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::EntryId;
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::Session;
use flow_environments::journal::transfer::Copy;
use flow_environments_fuzz::{lines, sealed_anew};
use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use uuid::Uuid;

fn open(memory: &Memory) -> Option<Session> {
    let backend = Rc::new(memory.clone()) as Rc<dyn Backend>;
    block_on(Session::open(backend, Vec::new, || {
        EntryId::new(Uuid::nil())
    }))
    .ok()
}

fuzz_target!(|text: &str| {
    let memory = Memory::holding(sealed_anew(lines(text)));
    let Some(session) = open(&memory) else { return };
    let state = session.with_state(Clone::clone);

    let checkpoint = Checkpoint::write(&state, session.tip());
    let read = Checkpoint::read(&checkpoint).expect("what was written can be read");
    assert_eq!(read.state, state);

    let copy = block_on(Copy::of(&memory)).expect("there is something");
    assert_eq!(copy.broken(), session.stopped());
    let read = Copy::read(&copy.write()).expect("what was written can be read");
    let other = Memory::default();
    read.put_into(&other).expect("memory has room");
    let copied = open(&other).expect("the sound part opens");
    assert_eq!(copied.stopped(), None);
    assert!(copied.with_state(|copied| *copied == state));

    block_on(copied.shorten()).expect("memory has room");
    let shortened = open(&other).expect("a shortened journal opens");
    assert!(shortened.with_state(|shortened| *shortened == state));
    assert!(block_on(shortened.reach_back(Position::FIRST)).is_err() || copy.len() == 1);
});
