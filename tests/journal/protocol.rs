//! The protocol, proved by trying everything: the real sessions of two or three writers, and every
//! order in which a backend can come round to what they ask of it, can lose a request or an answer,
//! let a write arrive late, and see a writer crash.
//!
//! A backend does what is asked and answers in one step. Nothing is left out by that: between its
//! calls a writer touches nothing that others see, so that an answer which takes its time is like a
//! writer who does. What is asked and gets no answer may still arrive at any later time, or never.
//!
//! A state is what the backend holds, what is still under way, and all that each writer was answered:
//! a writer that was answered the same is the same. States that were seen are not gone into again.

#![allow(
    clippy::print_stdout,
    clippy::panic,
    reason = "figures are printed, and a test fails by panicking"
)]

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::future::{Future, poll_fn};
use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Turn, Poll, Waker};

use flow_environments::domain::command::Command;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::Position;
use flow_environments::domain::text::Body;
use flow_environments::journal::backend::{Answer, Backend, BackendError, Reading};
use flow_environments::journal::checkpoint::Checkpoint;
use flow_environments::journal::entry::{Entry, EntryId, sealed_upon};
use flow_environments::journal::memory::Memory;
use flow_environments::journal::session::{Failure, Session};
use pollster::block_on;
use uuid::Uuid;

use crate::world::{FLOW, context, founding, name, opened, promote, sealed, state, texts};

/// What is tried in every order.
#[derive(Clone)]
struct World {
    /// How many commands each writer gives.
    writers: Vec<usize>,
    /// Whether the first command of each is a promotion: only one of them is still true then.
    promoting: bool,
    /// Whether the journal has been begun.
    begun: bool,
    /// Whether writers keep checkpoints, and find an old one.
    checkpoints: bool,
    /// How many calls get no answer.
    silences: usize,
    /// How many writers crash.
    crashes: usize,
    broken: Broken,
}

/// What is wrong on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Broken {
    Nothing,
    /// A writer that got no answer does not know its own entry again.
    ForgetsItsId,
    /// An append writes over what is there.
    Overwrites,
}

impl World {
    fn of(writers: &[usize]) -> Self {
        Self {
            writers: writers.to_vec(),
            promoting: false,
            begun: true,
            checkpoints: false,
            silences: 0,
            crashes: 0,
            broken: Broken::Nothing,
        }
    }
}

/// What a writer asks of the backend.
#[derive(Clone, Hash, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Call {
    Read(u64, usize),
    Append(u64, String),
    Checkpoints,
    Keep(String),
}

/// What it is answered.
#[derive(Clone)]
enum Said {
    Read(Reading),
    Done(Result<(), BackendError>),
    Checkpoints(Vec<String>),
}

/// What the backend holds, and what is under way.
#[derive(Default)]
struct Board {
    texts: Vec<String>,
    checkpoint: Option<String>,
    overwrites: bool,
    asked: Vec<Option<Call>>,
    said: Vec<Option<Said>>,
    /// What each writer was answered, up to now.
    heard: Vec<u64>,
    /// What got no answer and may yet arrive.
    late: Vec<Call>,
    /// Whether everything is answered at once.
    at_once: bool,
    writers: Vec<Writer>,
    violation: Option<String>,
}

/// How far a writer has come.
#[derive(Default)]
struct Writer {
    given: usize,
    ids: u64,
    recorded: Vec<(usize, Rc<Entry>)>,
    refused: Vec<usize>,
    finished: Option<Rc<Session>>,
}

impl Board {
    fn carry_out(&mut self, call: &Call) -> Said {
        match call {
            Call::Read(from, limit) => {
                let before = usize::try_from(from - 1).expect("few entries");
                let texts = self.texts.iter().skip(before).take(*limit);
                Said::Read(Reading::of(texts.cloned().collect()))
            }
            Call::Append(position, text) => Said::Done(self.append(*position, text)),
            Call::Checkpoints => Said::Checkpoints(self.checkpoint.iter().cloned().collect()),
            Call::Keep(text) => {
                self.checkpoint = Some(text.clone());
                Said::Done(Ok(()))
            }
        }
    }

    fn append(&mut self, position: u64, text: &str) -> Result<(), BackendError> {
        let index = usize::try_from(position - 1).expect("few entries");
        if index < self.texts.len() && self.overwrites {
            text.clone_into(&mut self.texts[index]);
            return Ok(());
        }
        match index {
            index if index < self.texts.len() => Err(BackendError::Taken),
            index if index == self.texts.len() => {
                self.texts.push(text.to_owned());
                Ok(())
            }
            _ => {
                let position = Position::new(position);
                Err(BackendError::Corrupt { position })
            }
        }
    }

    fn answer(&mut self, writer: usize, said: Said) {
        let mut hasher = DefaultHasher::new();
        self.heard[writer].hash(&mut hasher);
        match &said {
            Said::Read(reading) => (0, &reading.texts, reading.broken.is_some()).hash(&mut hasher),
            Said::Done(done) => (1, format!("{done:?}")).hash(&mut hasher),
            Said::Checkpoints(all) => (2, all).hash(&mut hasher),
        }
        self.heard[writer] = hasher.finish();
        self.said[writer] = Some(said);
    }

    fn wrong(&mut self, what: impl Into<String>) {
        self.violation.get_or_insert(what.into());
    }
}

/// One writer's way to the backend.
#[derive(Clone)]
struct Desk {
    board: Rc<RefCell<Board>>,
    writer: usize,
}

impl Desk {
    async fn ask(&self, call: Call) -> Said {
        if self.board.borrow().at_once {
            return self.board.borrow_mut().carry_out(&call);
        }
        self.board.borrow_mut().asked[self.writer] = Some(call);
        poll_fn(|_| match self.board.borrow_mut().said[self.writer].take() {
            Some(said) => Poll::Ready(said),
            None => Poll::Pending,
        })
        .await
    }
}

impl Backend for Desk {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        Box::pin(async move {
            match self.ask(Call::Read(from.get(), limit)).await {
                Said::Read(reading) => reading,
                _ => BackendError::Unavailable.into(),
            }
        })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            match self
                .ask(Call::Append(position.get(), text.to_owned()))
                .await
            {
                Said::Done(done) => done,
                _ => Err(BackendError::Unavailable),
            }
        })
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async move {
            match self.ask(Call::Checkpoints).await {
                Said::Checkpoints(all) => all,
                _ => Vec::new(),
            }
        })
    }

    fn keep_checkpoint<'a>(
        &'a self,
        _: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            match self.ask(Call::Keep(text.to_owned())).await {
                Said::Done(done) => done,
                _ => Err(BackendError::Unavailable),
            }
        })
    }
}

// A writer ----------------------------------------------------------------------------------------

/// A change that could be recorded any number of times: only the protocol keeps it from that.
fn edit(writer: usize, number: usize) -> Command {
    let title = name(&format!("{writer}.{number}"));
    let body = Body::default();
    Command::EditFlow {
        flow: FLOW,
        name: name("Orders ✓"),
        canvas: Canvas { title, body },
    }
}

/// Opens the journal and gives all commands that were not given yet. One that gets no answer is given
/// again after the others.
async fn work(world: World, desk: Desk) {
    let Desk { board, writer } = desk.clone();
    let backend = Rc::new(desk) as Rc<dyn Backend>;
    let opened = open(&board, writer, &backend).await;
    board.borrow_mut().at_once = false;
    let Some(mut session) = opened else { return };
    let given = board.borrow().writers[writer].given;
    let mut open_commands: VecDeque<(usize, Option<Command>)> = (given..world.writers[writer])
        .map(|number| (number, None))
        .collect();
    while let Some((number, command)) = open_commands.pop_front() {
        let command = command.unwrap_or_else(|| {
            board.borrow_mut().writers[writer].given += 1;
            match number {
                0 if world.promoting && can_promote(&session) => promote(&session),
                _ => edit(writer, number),
            }
        });
        match session.submit(&command, &context()).await {
            Ok(entry) => board.borrow_mut().writers[writer]
                .recorded
                .push((number, entry)),
            Err(Failure::Refused(_)) => board.borrow_mut().writers[writer].refused.push(number),
            Err(Failure::Backend(BackendError::Unavailable)) => {
                open_commands.push_back((number, Some(command)));
                if world.broken == Broken::ForgetsItsId {
                    session = match open(&board, writer, &backend).await {
                        Some(session) => session,
                        None => return,
                    };
                }
            }
            Err(Failure::Backend(error)) => {
                let wrong = format!("writer {writer} is told {error:?}");
                return board.borrow_mut().wrong(wrong);
            }
        }
    }
    if world.checkpoints {
        let text = session.with_state(|state| Checkpoint::write(state, session.tip()));
        // A hint: whatever becomes of it.
        let _ = backend.keep_checkpoint(session.position(), &text).await;
    }
    board.borrow_mut().writers[writer].finished = Some(Rc::new(session));
}

fn can_promote(session: &Session) -> bool {
    let release = crate::world::RELEASE;
    session.with_state(|state| flow_environments::domain::plan::promotion(state, release).is_ok())
}

async fn open(
    board: &Rc<RefCell<Board>>,
    writer: usize,
    backend: &Rc<dyn Backend>,
) -> Option<Session> {
    loop {
        let counting = board.clone();
        let ids = move || {
            let ids = &mut counting.borrow_mut().writers[writer].ids;
            *ids += 1;
            EntryId::new(Uuid::from_u128(
                ((writer as u128 + 1) << 32) | u128::from(*ids),
            ))
        };
        match Session::open(backend.clone(), founding, ids).await {
            Ok(session) => {
                if let Some(error) = session.stopped() {
                    let wrong = format!("writer {writer} finds {error:?}");
                    board.borrow_mut().wrong(wrong);
                    return None;
                }
                return Some(session);
            }
            // Somebody tries again until there is an answer.
            Err(BackendError::Unavailable) => {}
            Err(error) => {
                let wrong = format!("writer {writer} cannot open: {error:?}");
                board.borrow_mut().wrong(wrong);
                return None;
            }
        }
    }
}

// One course of things ----------------------------------------------------------------------------

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Answer(usize),
    /// The call gets no answer; what it would write may arrive later.
    Silence(usize),
    Crash(usize),
    /// What got no answer arrives.
    Arrive(usize),
}

struct Course {
    world: World,
    board: Rc<RefCell<Board>>,
    writers: Vec<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    silences: usize,
    crashes: usize,
    /// What was acknowledged, where.
    acknowledged: Vec<(Position, String)>,
}

impl Course {
    fn begin(world: &World, beginning: &[String], old: Option<&String>) -> Self {
        let count = world.writers.len();
        let board = Board {
            texts: beginning.to_vec(),
            checkpoint: old.cloned(),
            overwrites: world.broken == Broken::Overwrites,
            asked: vec![None; count],
            said: vec![None; count],
            heard: vec![0; count],
            writers: (0..count).map(|_| Writer::default()).collect(),
            ..Board::default()
        };
        let mut course = Self {
            world: world.clone(),
            board: Rc::new(RefCell::new(board)),
            writers: (0..count).map(|_| None).collect(),
            silences: world.silences,
            crashes: world.crashes,
            acknowledged: Vec::new(),
        };
        for writer in 0..count {
            // How they open is tried where they begin the journal, and after a crash.
            course.board.borrow_mut().at_once = world.begun;
            course.start(writer);
        }
        course
    }

    fn start(&mut self, writer: usize) {
        let board = self.board.clone();
        let desk = Desk { board, writer };
        self.writers[writer] = Some(Box::pin(work(self.world.clone(), desk)));
        self.turn(writer);
    }

    /// Lets a writer go on until it asks for something, or has finished.
    fn turn(&mut self, writer: usize) {
        let mut turn = Turn::from_waker(Waker::noop());
        if let Some(work) = &mut self.writers[writer]
            && work.as_mut().poll(&mut turn).is_ready()
        {
            self.writers[writer] = None;
        }
    }

    fn steps(&self) -> Vec<Step> {
        let board = self.board.borrow();
        let mut steps = Vec::new();
        for writer in 0..self.writers.len() {
            if board.asked[writer].is_none() {
                continue;
            }
            steps.push(Step::Answer(writer));
            if self.silences > 0 {
                steps.push(Step::Silence(writer));
            }
            if self.crashes > 0 {
                steps.push(Step::Crash(writer));
            }
        }
        steps.extend((0..board.late.len()).map(Step::Arrive));
        steps
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Answer(writer) => {
                let call = self.asked(writer);
                let mut board = self.board.borrow_mut();
                let said = board.carry_out(&call);
                if let (Call::Append(position, text), Said::Done(Ok(()))) = (call, &said) {
                    self.acknowledged.push((Position::new(position), text));
                }
                board.answer(writer, said);
            }
            Step::Silence(writer) => {
                self.silences -= 1;
                let call = self.asked(writer);
                let said = match &call {
                    Call::Read(..) => Said::Read(BackendError::Unavailable.into()),
                    Call::Checkpoints => Said::Checkpoints(Vec::new()),
                    Call::Append(..) | Call::Keep(_) => Said::Done(Err(BackendError::Unavailable)),
                };
                self.may_arrive(call);
                self.board.borrow_mut().answer(writer, said);
            }
            Step::Crash(writer) => {
                self.crashes -= 1;
                self.writers[writer] = None;
                let call = self.asked(writer);
                self.may_arrive(call);
                let mut board = self.board.borrow_mut();
                board.said[writer] = None;
                let mut hasher = DefaultHasher::new();
                (board.heard[writer], "crash").hash(&mut hasher);
                board.heard[writer] = hasher.finish();
                drop(board);
                return self.start(writer);
            }
            Step::Arrive(index) => {
                let mut board = self.board.borrow_mut();
                let call = board.late.remove(index);
                board.carry_out(&call);
                return;
            }
        }
        if let Step::Answer(writer) | Step::Silence(writer) = step {
            self.turn(writer);
        }
    }

    fn asked(&self, writer: usize) -> Call {
        let call = self.board.borrow_mut().asked[writer].take();
        call.expect("only who asked is answered")
    }

    fn may_arrive(&self, call: Call) {
        let late = &mut self.board.borrow_mut().late;
        if matches!(call, Call::Append(..) | Call::Keep(_)) && !late.contains(&call) {
            late.push(call);
            late.sort();
        }
    }

    /// What tells this state from others.
    fn key(&self) -> u64 {
        let board = self.board.borrow();
        let mut hasher = DefaultHasher::new();
        board.texts.hash(&mut hasher);
        board.checkpoint.hash(&mut hasher);
        board.late.hash(&mut hasher);
        board.heard.hash(&mut hasher);
        (self.silences, self.crashes).hash(&mut hasher);
        hasher.finish()
    }

    fn is_over(&self) -> bool {
        self.writers.iter().all(Option::is_none)
    }

    // What must hold ------------------------------------------------------------------------------

    /// What must hold at every moment.
    fn check(&self) -> Result<(), String> {
        let board = self.board.borrow();
        if let Some(violation) = &board.violation {
            return Err(violation.clone());
        }
        for (position, text) in &self.acknowledged {
            let index = usize::try_from(position.get() - 1).expect("few entries");
            if board.texts.get(index) != Some(text) {
                return Err(format!("the acknowledged entry {position} is lost"));
            }
        }
        let mut seen = HashSet::new();
        for (index, text) in board.texts.iter().enumerate() {
            let entry = parse(index, text);
            let entry = entry.ok_or_else(|| format!("entry {} is not sound", index + 1))?;
            if let Event::FlowEdited { canvas, .. } = &entry.event
                && !seen.insert(canvas.title.clone())
            {
                return Err(format!("the command {} is recorded twice", canvas.title));
            }
        }
        for (writer, progress) in board.writers.iter().enumerate() {
            for (number, entry) in &progress.recorded {
                let index = usize::try_from(entry.position.get() - 1).expect("few entries");
                let stored = board.texts.get(index).and_then(|text| parse(index, text));
                if stored.as_ref() != Some(&**entry) {
                    return Err(format!(
                        "{writer}.{number} is said to be done, and is not there"
                    ));
                }
            }
            for number in &progress.refused {
                let title = name(&format!("{writer}.{number}"));
                let promoted = board.texts.iter().enumerate().any(|(index, text)| {
                    let own = |entry: &Entry| entry.id.to_string().starts_with(&own_ids(writer));
                    parse(index, text).is_some_and(|entry| {
                        own(&entry) && matches!(entry.event, Event::Promoted { .. })
                    })
                });
                if seen.contains(&title) || (*number == 0 && self.world.promoting && promoted) {
                    return Err(format!(
                        "{writer}.{number} is said to be refused, and is there"
                    ));
                }
            }
        }
        Ok(())
    }

    /// What must hold when every writer has finished: all of them know the same journal, and so does
    /// whoever opens it now.
    fn check_end(&self) -> Result<(), String> {
        self.board.borrow_mut().at_once = true;
        let (texts, checkpoint) = {
            let board = self.board.borrow();
            (board.texts.clone(), board.checkpoint.clone())
        };
        let whole = state(&block_on(opened(Rc::new(Memory::holding(texts.clone())))));
        let memory = Memory::holding(texts);
        if let Some(checkpoint) = checkpoint {
            let kept = block_on(memory.keep_checkpoint(Position::FIRST, &checkpoint));
            kept.expect("memory has room");
        }
        let reopened = block_on(opened(Rc::new(memory)));
        if reopened.stopped().is_some() || state(&reopened) != whole {
            return Err("a checkpoint leads to another state".to_owned());
        }
        let count = self.writers.len();
        for writer in 0..count {
            let session = self.board.borrow().writers[writer].finished.clone();
            let session = session.ok_or_else(|| format!("writer {writer} has not finished"))?;
            if let Err(error) = block_on(session.follow()) {
                return Err(format!("writer {writer} cannot follow: {error:?}"));
            }
            if state(&session) != whole {
                return Err(format!("writer {writer} knows another state"));
            }
        }
        self.board.borrow_mut().at_once = false;
        Ok(())
    }
}

/// Reads an entry, wherever it is said to be.
fn parse(index: usize, text: &str) -> Option<Entry> {
    let position = Position::new(index as u64 + 1);
    let sealed = Entry::parse(text, position, sealed_upon(text)).ok()?;
    Some(sealed.entry)
}

fn own_ids(writer: usize) -> String {
    let mut ids = EntryId::new(Uuid::from_u128((writer as u128 + 1) << 32)).to_string();
    ids.truncate(28);
    ids
}

// All courses -------------------------------------------------------------------------------------

/// How far a search has gone.
#[derive(Debug)]
struct Searched {
    states: usize,
    depth: usize,
    ends: usize,
}

/// What went wrong, and how it came to that.
#[derive(Debug)]
struct Violation {
    what: String,
    steps: Vec<Step>,
}

/// Tries every course of things; or stops at the first in which something is wrong.
fn search(world: &World) -> Result<Searched, Violation> {
    let beginning = if world.begun {
        texts(&sealed(founding()))
    } else {
        vec![]
    };
    let old = (world.begun && world.checkpoints).then(|| {
        let session = block_on(opened(Rc::new(Memory::holding(beginning[..2].to_vec()))));
        session.with_state(|state| Checkpoint::write(state, session.tip()))
    });
    let mut seen = HashSet::new();
    let mut searched = Searched {
        states: 0,
        depth: 0,
        ends: 0,
    };
    // The step that is taken at each depth, and how many there are.
    let mut path: Vec<(usize, usize)> = Vec::new();
    loop {
        let mut course = Course::begin(world, &beginning, old.as_ref());
        let mut taken = Vec::new();
        for depth in 0.. {
            let steps = course.steps();
            if depth == path.len() {
                let mut sound = course.check();
                if !seen.insert(course.key()) {
                    break;
                }
                searched.states += 1;
                searched.depth = searched.depth.max(depth);
                if course.is_over() {
                    searched.ends += 1;
                    sound = sound.and_then(|()| course.check_end());
                }
                if let Err(what) = sound {
                    return Err(Violation { what, steps: taken });
                }
                if steps.is_empty() {
                    break;
                }
                path.push((0, steps.len()));
            }
            let step = steps[path[depth].0];
            taken.push(step);
            course.take(step);
        }
        while let Some((step, count)) = path.pop() {
            if step + 1 < count {
                path.push((step + 1, count));
                break;
            }
        }
        if path.is_empty() {
            return Ok(searched);
        }
    }
}

fn deep() -> bool {
    std::env::var_os("FLOW_DEEP").is_some()
}

/// Finds nothing wrong in any course of this world, and says how many states there are.
#[track_caller]
fn holds(called: &str, world: &World) {
    match search(world) {
        Ok(Searched {
            states,
            depth,
            ends,
        }) => {
            println!("{called}: {states} states, {depth} steps deep, {ends} ends");
            assert!(ends > 0, "no course comes to an end");
        }
        Err(Violation { what, steps }) => panic!("{called}: {what}, after {steps:?}"),
    }
}

/// R5, R8: two who promote the same release and change the same flow, and are not always answered.
#[test]
fn two_writers_who_are_not_always_answered_lose_nothing() {
    let world = World {
        promoting: true,
        silences: if deep() { 3 } else { 1 },
        ..World::of(&[2, 1])
    };
    holds("two writers, no answer", &world);
}

#[test]
fn three_writers_at_once_lose_nothing() {
    let world = World {
        silences: if deep() { 2 } else { 1 },
        ..World::of(&[1, 1, 1])
    };
    holds("three writers", &world);
}

#[test]
fn a_writer_who_crashes_loses_nothing_that_was_said_to_be_done() {
    let world = World {
        crashes: 1,
        silences: usize::from(deep()),
        checkpoints: true,
        ..World::of(&[1, 1])
    };
    holds("a crash, with checkpoints", &world);
}

#[test]
fn two_writers_who_begin_a_journal_begin_one() {
    let world = World {
        begun: false,
        silences: if deep() { 2 } else { 1 },
        ..World::of(&[1, 1])
    };
    holds("a beginning", &world);
}

/// Two commands without an answer, each given again.
#[test]
fn a_writer_in_doubt_about_several_commands_records_each_of_them_once() {
    let world = World {
        silences: if deep() { 5 } else { 3 },
        ..World::of(&[2])
    };
    holds("in doubt about two commands", &world);
    let world = World {
        silences: if deep() { 3 } else { 2 },
        ..World::of(&[2, 1])
    };
    holds("in doubt, beside another writer", &world);
}

// The search finds what is wrong ------------------------------------------------------------------

#[test]
fn a_writer_that_does_not_know_its_own_entry_again_is_caught() {
    let world = World {
        silences: 1,
        broken: Broken::ForgetsItsId,
        ..World::of(&[1, 1])
    };
    let violation = search(&world).expect_err("it records a command twice");
    assert!(violation.what.contains("recorded twice"), "{violation:?}");
}

#[test]
fn an_append_that_writes_over_an_entry_is_caught() {
    let world = World {
        broken: Broken::Overwrites,
        ..World::of(&[1, 1])
    };
    let violation = search(&world).expect_err("it loses an entry");
    assert!(violation.what.contains("is lost"), "{violation:?}");
}
