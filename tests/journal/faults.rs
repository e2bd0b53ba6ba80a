//! Writes that fail: what is recorded, what is said, and what trying again does.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use flow_environments::domain::event::Event;
use flow_environments::domain::id::Position;
use flow_environments::domain::refusal::Refusal;
use flow_environments::journal::backend::{Answer, Backend, BackendError, Reading};
use flow_environments::journal::entry::{Entry, Hash};
use flow_environments::journal::memory::{Fault, Memory};
use flow_environments::journal::session::{Failure, Session};
use pollster::block_on;

use crate::world::{
    FOUNDED, Turn, context, create_flow, entry_id, founding, open, opened, promote, state,
    tenant_begun, together,
};

const UNAVAILABLE: Failure = Failure::Backend(BackendError::Unavailable);

fn session() -> (Memory, Session) {
    let memory = Memory::default();
    let session = block_on(opened(Rc::new(memory.clone())));
    (memory, session)
}

/// The session's state is what the journal holds.
fn agrees(session: &Session, memory: &Memory) {
    assert_eq!(memory.texts().len() as u64, session.position().get());
    let reopened = block_on(opened(Rc::new(memory.clone())));
    assert_eq!(state(&reopened), state(session));
}

#[test]
fn a_write_whose_answer_was_lost_is_recognised() {
    let (memory, session) = session();
    memory.fail([Fault::LostAnswer]);
    let entry = block_on(session.submit(&promote(&session), &context()));
    assert_eq!(entry.map(|entry| entry.position), Ok(FOUNDED.next()));
    assert_eq!(session.position(), FOUNDED.next());
    agrees(&session, &memory);
}

#[test]
fn a_write_that_was_lost_records_nothing_and_can_be_tried_again() {
    let (memory, session) = session();
    let before = memory.texts();
    memory.fail([Fault::LostRequest]);
    let command = promote(&session);
    let lost = block_on(session.submit(&command, &context()));
    assert_eq!(lost, Err(UNAVAILABLE));
    assert_eq!(memory.texts(), before);
    let entry = block_on(session.submit(&command, &context()));
    assert_eq!(entry.map(|entry| entry.position), Ok(FOUNDED.next()));
    agrees(&session, &memory);
}

#[test]
fn a_full_storage_records_nothing_and_stays_usable() {
    let (memory, session) = session();
    let before = memory.texts();
    memory.fail([Fault::Full]);
    let command = promote(&session);
    let full = block_on(session.submit(&command, &context()));
    assert_eq!(full, Err(Failure::Backend(BackendError::Full)));
    assert_eq!(memory.texts(), before);
    assert_eq!(session.stopped(), None);
    assert_eq!(block_on(session.follow()), Ok(false));
    block_on(session.submit(&command, &context())).expect("there is room again");
    agrees(&session, &memory);
}

#[test]
fn a_refused_command_records_nothing() {
    let (memory, session) = session();
    let command = create_flow("orders ✓");
    let refused = block_on(session.submit(&command, &context()));
    assert!(
        matches!(refused, Err(Failure::Refused(Refusal::FlowNameTaken(_)))),
        "{refused:?}"
    );
    assert_eq!(session.position(), FOUNDED);
    agrees(&session, &memory);
}

#[test]
fn another_writer_s_entry_is_not_taken_for_one_s_own() {
    let (memory, mine) = session();
    let yours = block_on(opened(Rc::new(memory.clone())));
    block_on(yours.submit(&create_flow("Refunds"), &context())).expect("it is recorded");
    memory.fail([Fault::LostRequest]);
    let lost = block_on(mine.submit(&create_flow("Returns"), &context()));
    assert_eq!(lost, Err(UNAVAILABLE));
    assert_eq!(state(&mine), state(&yours));
}

/// Memory that an append reaches only when it is let through, and that can be out of reach.
#[derive(Clone, Default)]
struct Late {
    memory: Memory,
    out_of_reach: Rc<Cell<bool>>,
    under_way: Rc<RefCell<Vec<(Position, String)>>>,
}

impl Late {
    fn arrive(&self) {
        for (position, text) in self.under_way.take() {
            // Whoever wrote it has stopped waiting for the answer.
            let _ = block_on(self.memory.append(position, &text));
        }
    }
}

impl Backend for Late {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        Box::pin(async move {
            if self.out_of_reach.get() {
                return BackendError::Unavailable.into();
            }
            self.memory.read(from, limit).await
        })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            if self.out_of_reach.get() {
                let mut under_way = self.under_way.borrow_mut();
                under_way.push((position, text.to_owned()));
                return Err(BackendError::Unavailable);
            }
            self.memory.append(position, text).await
        })
    }
}

/// A session that has given a command while the backend was out of reach, which it no longer is.
fn in_doubt() -> (Late, Session) {
    let late = Late::default();
    let session = block_on(opened(Rc::new(late.clone())));
    late.out_of_reach.set(true);
    let lost = block_on(session.submit(&create_flow("Refunds"), &context()));
    assert_eq!(lost, Err(UNAVAILABLE));
    late.out_of_reach.set(false);
    (late, session)
}

#[test]
fn a_write_that_arrives_late_is_not_recorded_twice() {
    let arrivals: [fn(&Late, &Session); 3] = [
        // Before it is tried again, and read by then.
        |late, session| {
            late.arrive();
            assert_eq!(block_on(session.follow()), Ok(true));
        },
        // Before it is tried again, and not read yet.
        |late, _| late.arrive(),
        // Never.
        |_, _| {},
    ];
    for arrival in arrivals {
        let (late, session) = in_doubt();
        arrival(&late, &session);
        let entry = block_on(session.submit(&create_flow("Refunds"), &context()));
        assert_eq!(entry.map(|entry| entry.position), Ok(FOUNDED.next()));
        // Or only now, when its place is taken.
        late.arrive();
        assert_eq!(block_on(session.follow()), Ok(false));
        agrees(&session, &late.memory);
    }
}

#[test]
fn a_command_without_an_answer_is_known_as_recorded_once_it_has_been_read() {
    let (late, session) = in_doubt();
    let command = create_flow("Refunds");
    assert_eq!(session.recorded(&command), None);
    late.arrive();
    assert_eq!(session.recorded(&command), None);
    assert_eq!(block_on(session.follow()), Ok(true));
    let entry = session.recorded(&command).expect("it has been read");
    assert_eq!(entry.position, FOUNDED.next());
    // Told from somebody else's entry at the same position.
    let (late, session) = in_doubt();
    let other = block_on(opened(Rc::new(late.memory.clone())));
    block_on(other.submit(&create_flow("Returns"), &context())).expect("it is recorded");
    assert_eq!(block_on(session.follow()), Ok(true));
    assert_eq!(session.recorded(&command), None);
}

#[test]
fn the_same_command_given_again_later_is_meant_again() {
    let (late, session) = in_doubt();
    late.arrive();
    assert_eq!(block_on(session.follow()), Ok(true));
    block_on(session.submit(&create_flow("Returns"), &context())).expect("it is recorded");
    let again = block_on(session.submit(&create_flow("Refunds"), &context()));
    assert_eq!(again, Err(Failure::Refused(Refusal::IdTaken)));
    agrees(&session, &late.memory);
}

#[test]
fn of_two_commands_without_an_answer_none_is_recorded_twice() {
    let commands = [create_flow("Refunds"), create_flow("Returns")];
    let give = |session: &Session, n: usize| block_on(session.submit(&commands[n], &context()));
    // Which of the two writes arrives late, and which command is given again first.
    for (arriving, first) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for followed in [false, true] {
            let late = Late::default();
            let session = block_on(opened(Rc::new(late.clone())));
            late.out_of_reach.set(true);
            for n in 0..2 {
                assert_eq!(give(&session, n), Err(UNAVAILABLE));
            }
            late.out_of_reach.set(false);
            late.under_way.borrow_mut().rotate_left(arriving);
            late.arrive();
            if followed {
                assert_eq!(block_on(session.follow()), Ok(true));
            }
            for n in [first, 1 - first] {
                let entry = give(&session, n).expect("it is recorded");
                let expected = if n == arriving { 1 } else { 2 };
                assert_eq!(entry.position.get(), FOUNDED.get() + expected);
            }
            assert_eq!(session.position().get(), FOUNDED.get() + 2);
            agrees(&session, &late.memory);
        }
    }
}

/// A backend that says of every position that it is taken, and shows nothing there.
struct Liar(Memory);

impl Backend for Liar {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        self.0.read(from, limit)
    }

    fn append<'a>(&'a self, _: Position, _: &'a str) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async { Err(BackendError::Taken) })
    }
}

#[test]
fn a_position_that_is_taken_by_nothing_does_not_make_a_session_try_for_ever() {
    let (memory, _) = session();
    let session = block_on(opened(Rc::new(Liar(memory))));
    let failed = block_on(session.submit(&create_flow("Refunds"), &context()));
    assert_eq!(failed, Err(UNAVAILABLE));
}

/// A backend into which another writer comes at one position; the writer of that position is told
/// `answer`.
#[derive(Clone)]
struct Crossed {
    memory: Memory,
    at: Position,
    answer: Result<(), BackendError>,
}

impl Crossed {
    fn at(position: u64, answer: Result<(), BackendError>) -> Self {
        Self {
            memory: Memory::default(),
            at: Position::new(position),
            answer,
        }
    }
}

impl Backend for Crossed {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        self.memory.read(from, limit)
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            if position != self.at {
                return self.memory.append(position, text).await;
            }
            let previous = self.memory.texts().last().map(|text| Hash::of(text));
            let event = founding().remove(1).1;
            let theirs = Entry::seal(position, entry_id(), previous, context(), event);
            self.memory.append(position, &theirs.text).await?;
            // Whoever else wants a turn has it before the answer.
            yield_once().await;
            self.answer
        })
    }
}

async fn yield_once() {
    let mut waited = false;
    poll_fn(|turn| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        turn.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn an_acknowledged_entry_in_whose_place_there_is_another_stops_the_session() {
    let crossed = Crossed::at(2, Ok(()));
    let founding = || founding().into_iter().take(1).collect();
    let opening = Session::open(Rc::new(crossed.clone()), founding, entry_id);
    let session = block_on(opening).expect("it opens");
    let corrupt = BackendError::Corrupt {
        position: Position::new(2),
    };
    let command = create_flow("Refunds");
    let at = context();
    let submit = async { Some(session.submit(&command, &at).await) };
    let follow = async {
        assert_eq!(session.follow().await, Ok(true));
        None
    };
    let turns: [Turn<'_, _>; 2] = [Box::pin(submit), Box::pin(follow)];
    let failed = block_on(together(turns)).remove(0);
    assert_eq!(failed, Some(Err(Failure::Backend(corrupt))));
    assert_eq!(session.stopped(), Some(corrupt));
}

// Founding ----------------------------------------------------------------------------------------

fn open_after(fault: Fault) -> (Memory, Result<Session, BackendError>) {
    let memory = Memory::default();
    memory.fail([fault]);
    let opened = block_on(open(Rc::new(memory.clone())));
    (memory, opened)
}

#[test]
fn a_founding_whose_answer_was_lost_goes_on() {
    let (memory, session) = open_after(Fault::LostAnswer);
    let session = session.expect("it opens");
    assert_eq!(session.position(), FOUNDED);
    agrees(&session, &memory);
}

#[test]
fn a_founding_that_fails_is_said_to_and_can_be_tried_again() {
    for (fault, error) in [
        (Fault::LostRequest, BackendError::Unavailable),
        (Fault::Full, BackendError::Full),
    ] {
        let (memory, failed) = open_after(fault);
        assert_eq!(failed.err(), Some(error));
        assert_eq!(memory.texts(), Vec::<String>::new());
        let session = block_on(opened(Rc::new(memory.clone())));
        agrees(&session, &memory);
    }
}

#[test]
fn a_founding_that_is_no_sequence_of_events_records_nothing() {
    let twice = vec![(context(), tenant_begun()), (context(), tenant_begun())];
    let late = founding().split_off(1);
    let foundings: [(Vec<_>, u64); 3] = [(vec![], 1), (late, 1), (twice, 2)];
    for (founding, position) in foundings {
        let memory = Memory::default();
        let opened = Session::open(Rc::new(memory.clone()), || founding, entry_id);
        let position = Position::new(position);
        let error = Some(BackendError::Corrupt { position });
        assert_eq!(block_on(opened).err(), error);
        assert_eq!(memory.texts(), Vec::<String>::new());
    }
}

#[test]
fn a_founding_ends_where_another_writer_works_with_the_journal() {
    let crossed = Crossed::at(2, Err(BackendError::Taken));
    let session = block_on(opened(Rc::new(crossed.clone())));
    assert_eq!(session.position(), Position::new(2));
    agrees(&session, &crossed.memory);
}

#[test]
fn a_founding_that_was_interrupted_leaves_a_sound_journal() {
    let memory = Memory::default();
    memory.fail([Fault::LostAnswer, Fault::Full]);
    let failed = block_on(open(Rc::new(memory.clone())));
    assert_eq!(failed.err(), Some(BackendError::Full));
    let session = block_on(opened(Rc::new(memory.clone())));
    assert_eq!(session.position(), Position::FIRST);
    let entry = session.entry(Position::FIRST).expect("it is there");
    assert!(matches!(entry.event, Event::TenantBegun { .. }));
    agrees(&session, &memory);
}

#[test]
fn what_a_command_writes_does_not_grow_with_the_history() {
    let (memory, session) = session();
    for n in 0..200 {
        let command = create_flow(&format!("Flow {n:03}"));
        block_on(session.submit(&command, &context())).expect("it is recorded");
    }
    let lengths: Vec<usize> = memory.texts()[3..].iter().map(String::len).collect();
    // Only the position has more digits.
    assert!(lengths.iter().max() <= lengths.iter().min().map(|it| it + 2).as_ref());
}
