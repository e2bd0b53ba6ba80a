//! Proves that the rules and the naive model agree on *every* sequence of commands up to a depth,
//! in a world of three environments, two flows and two releases.
//!
//! Worlds that differ only in when things happened are the same world and are visited once: a
//! world is what is in its releases and stacks, what is held, and what each step that can still be
//! undone would bring back. `FLOW_DEEP=1` goes deeper.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;

use flow_environments::domain::actor::{Actor, Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::event::Event;
use flow_environments::domain::id::{
    EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId,
};
use flow_environments::domain::pipeline::{Environment, Pipeline};
use flow_environments::domain::plan::Plan;
use flow_environments::domain::text::Note;

use crate::Effort;
use crate::model::{Ask, Release, Stack, WayBack, World};
use crate::side_by_side::{Difference, SideBySide};
use crate::world::{canvas, name, settings, uuid};

const NAMES: [&str; 2] = ["A", "B"];

/// Everything that can be asked for in a small world, be it refused.
#[derive(Clone, Copy, Debug)]
enum Choice {
    Build { release: usize, flow: usize },
    Promote(usize),
    RollBack { release: usize, hold: bool },
    RemoveFlow { release: usize, flow: usize },
    Delete(usize),
    Hold(usize),
    Lift(usize),
    Undo(u64),
    RemoveTest,
}

fn flow(index: usize) -> FlowId {
    FlowId::new(uuid(10 + index as u128))
}

fn environment(index: usize) -> EnvironmentId {
    EnvironmentId::new(uuid(1 + index as u128))
}

fn context(at: u64) -> Context {
    let by = Actor {
        name: name("Ada"),
        role: Role::Administrator,
    };
    Context {
        at: Timestamp::from_millis(at),
        by,
    }
}

/// Development, Test and Production, two flows, nothing built.
fn beginning() -> Result<SideBySide, Difference> {
    let place = |index: usize, text: &str| Environment {
        id: environment(index),
        settings: settings(text),
    };
    let between = vec![place(1, "Test")];
    let pipeline = Pipeline::new(place(0, "Development"), between, place(2, "Production"));
    let begun = Event::TenantBegun {
        tenant: TenantId::new(uuid(9)),
        pipeline,
    };
    let mut pair = SideBySide::begin(begun, &context(1));
    for (index, text) in ["o", "p"].into_iter().enumerate() {
        let create = Command::CreateFlow {
            flow: flow(index),
            name: name(text),
            canvas: canvas(text),
        };
        pair.give(&create, &context(2))?
            .map_err(|refusal| format!("{refusal:?}"))?;
    }
    Ok(pair)
}

fn choices(pair: &SideBySide) -> Vec<Choice> {
    let mut all = vec![Choice::RemoveTest];
    for release in 0..NAMES.len() {
        for flow in 0..2 {
            all.push(Choice::Build { release, flow });
            all.push(Choice::RemoveFlow { release, flow });
        }
        for hold in [false, true] {
            all.push(Choice::RollBack { release, hold });
        }
        all.extend([
            Choice::Promote(release),
            Choice::Delete(release),
            Choice::Hold(release),
            Choice::Lift(release),
        ]);
    }
    all.extend((1..=pair.state.position().get()).map(Choice::Undo));
    all
}

/// Does what was chosen, on both sides; says whether anything happened.
fn choose(pair: &mut SideBySide, choice: Choice) -> Result<bool, Difference> {
    let at = pair.state.position().get() + 1;
    let plan = |pair: &SideBySide, ask: Ask| -> Result<Option<Plan>, Difference> {
        Ok(pair.look(ask)?.ok().flatten())
    };
    let id = |index: usize| {
        pair.model
            .now()
            .releases
            .iter()
            .find(|release| release.name.as_str() == NAMES[index])
            .map(|release| release.id)
    };
    let snapshot = SnapshotId::new(uuid((1 << 64) + u128::from(at)));
    let command = match choice {
        Choice::Build {
            release,
            flow: index,
        } => {
            let (into, reset) = if let Some(id) = id(release) {
                let ask = Ask::Build(id, flow(index), snapshot);
                (Into::Existing(id), plan(pair, ask)?)
            } else {
                let id = ReleaseId::new(uuid((2 << 64) + u128::from(at)));
                let name = name(NAMES[release]);
                (Into::New { id, name }, None)
            };
            let (flow, notes) = (flow(index), Note::default());
            Some(Command::Build {
                snapshot,
                flow,
                into,
                notes,
                reset,
            })
        }
        Choice::Promote(release) => match id(release) {
            Some(release) => {
                plan(pair, Ask::Promote(release))?.map(|shown| Command::Promote { release, shown })
            }
            None => None,
        },
        Choice::RollBack { release, hold } => match id(release) {
            Some(release) => plan(pair, Ask::RollBack(release))?.map(|shown| {
                let reason = Note::default();
                Command::RollBack {
                    release,
                    shown,
                    reason,
                    hold,
                }
            }),
            None => None,
        },
        Choice::RemoveFlow {
            release,
            flow: index,
        } => match id(release) {
            Some(release) => plan(pair, Ask::RemoveFlow(release, flow(index)))?.map(|shown| {
                Command::RemoveFlow {
                    release,
                    flow: flow(index),
                    shown,
                }
            }),
            None => None,
        },
        Choice::Delete(release) => match id(release) {
            Some(release) => plan(pair, Ask::DeleteRelease(release))?.map(|shown| {
                let reason = Note::default();
                Command::DeleteRelease {
                    release,
                    shown,
                    reason,
                }
            }),
            None => None,
        },
        Choice::Hold(release) => id(release).map(|release| Command::Hold {
            release,
            reason: Note::default(),
        }),
        Choice::Lift(release) => id(release).map(|release| Command::LiftHold { release }),
        Choice::Undo(position) => {
            let position = Position::new(position);
            plan(pair, Ask::Undo(position))?.map(|shown| Command::Undo {
                undoing: pair.undoing(position),
                shown,
            })
        }
        Choice::RemoveTest => {
            let environment = environment(1);
            plan(pair, Ask::RemoveEnvironment(environment))?
                .map(|shown| Command::RemoveEnvironment { environment, shown })
        }
    };
    // Where there is no plan there is nothing to confirm: both sides have refused, and agreed.
    let Some(command) = command else {
        return Ok(false);
    };
    Ok(pair.give(&command, &context(at))?.is_ok())
}

/// Writes a world down without positions, moments and chance: two that read the same behave the
/// same from here on.
fn reading(pair: &SideBySide) -> String {
    let world = pair.model.now();
    let ways_back = pair.model.ways_back();
    let mut names = Labels::default();
    let mut text = String::new();
    write!(text, "{}", world.environments.len()).unwrap();
    let mut releases: Vec<&Release> = world.releases.iter().collect();
    releases.sort_by(|one, other| one.name.cmp(&other.name));
    for release in releases {
        names.release(world, release, &mut text);
    }
    names.stacks(world, &world.stacks, &mut text);
    for WayBack {
        environments,
        releases,
        stacks,
    } in &ways_back
    {
        text.push('|');
        for id in environments {
            place(*id, &mut text);
        }
        for release in releases {
            match release {
                Some(release) => names.release(world, release, &mut text),
                None => text.push('-'),
            }
        }
        text.push('/');
        names.stacks(world, stacks, &mut text);
    }
    names.numbered(&text)
}

fn place(id: EnvironmentId, text: &mut String) {
    let index = (0..3).position(|index| environment(index) == id).unwrap();
    write!(text, "{index}").unwrap();
}

/// Names for ids, given in the order in which they are met.
#[derive(Default)]
struct Labels {
    releases: Vec<ReleaseId>,
    /// Of each flow, the numbers of the snapshots that are spoken of.
    numbers: [Vec<u32>; 2],
}

impl Labels {
    fn label(&mut self, id: ReleaseId, text: &mut String) {
        let index = self
            .releases
            .iter()
            .position(|known| *known == id)
            .unwrap_or_else(|| {
                self.releases.push(id);
                self.releases.len() - 1
            });
        write!(text, "r{index}").unwrap();
    }

    /// A place for a number, filled in once all are known: only their order matters.
    fn snapshot(&mut self, world: &World, id: SnapshotId, text: &mut String) {
        let snapshot = world.snapshot(id).unwrap();
        let index = usize::from(snapshot.flow == flow(1));
        if !self.numbers[index].contains(&snapshot.number) {
            self.numbers[index].push(snapshot.number);
        }
        write!(text, "<{index}.{}>", snapshot.number).unwrap();
    }

    fn release(&mut self, world: &World, release: &Release, text: &mut String) {
        text.push('(');
        self.label(release.id, text);
        write!(
            text,
            "{}{}",
            release.name,
            if release.hold.is_some() { "!" } else { "" }
        )
        .unwrap();
        place(release.environment, text);
        let mut content = release.content.clone();
        content.sort_unstable();
        for (_, snapshot) in content {
            self.snapshot(world, snapshot, text);
        }
        text.push(')');
    }

    fn stacks(&mut self, world: &World, stacks: &[Stack], text: &mut String) {
        let mut stacks: Vec<&Stack> = stacks.iter().collect();
        stacks.sort_by_key(|stack| (stack.environment, stack.flow));
        for stack in stacks {
            place(stack.environment, text);
            text.push(if stack.flow == flow(0) { 'o' } else { 'p' });
            for layer in &stack.layers {
                self.label(layer.release, text);
                self.snapshot(world, layer.snapshot, text);
            }
            text.push(';');
        }
    }

    fn numbered(mut self, text: &str) -> String {
        let mut written = text.to_owned();
        for (index, numbers) in self.numbers.iter_mut().enumerate() {
            numbers.sort_unstable();
            for (rank, number) in numbers.iter().enumerate() {
                written = written.replace(&format!("<{index}.{number}>"), &format!("s{rank}"));
            }
        }
        written
    }
}

/// Follows a path from the beginning; the first choice that differs is told with its path.
fn follow(path: &[Choice]) -> SideBySide {
    let mut pair = beginning().unwrap();
    for choice in path {
        choose(&mut pair, *choice)
            .unwrap_or_else(|difference| panic!("{path:?}, at {choice:?}: {difference}"));
    }
    pair
}

/// Makes every choice in every world that can be reached from the end of `start` in `depth` steps.
fn everywhere(start: &[Choice], depth: usize, of: &str) {
    let mut worlds = HashSet::from([reading(&follow(start))]);
    // Paths, not worlds: a world is large, and quickly made again.
    let mut frontier = vec![start.to_vec()];
    let (mut given, mut reached) = (0_u64, Vec::new());
    for level in 1..=depth {
        let mut next = Vec::new();
        for path in frontier {
            let pair = follow(&path);
            for choice in choices(&pair) {
                given += 1;
                let mut changed = pair.clone();
                let happened = choose(&mut changed, choice)
                    .unwrap_or_else(|difference| panic!("{path:?}, then {choice:?}: {difference}"));
                if happened && worlds.insert(reading(&changed)) && level < depth {
                    next.push(path.iter().copied().chain([choice]).collect());
                }
            }
        }
        frontier = next;
        reached.push(worlds.len());
    }
    // Straight to the stream: a test's own output is swallowed when it passes.
    writeln!(
        std::io::stderr().lock(),
        "small worlds {of}: {} distinct to depth {depth} ({reached:?}), {given} steps",
        worlds.len(),
    )
    .unwrap();
}

/// B1–B4, P1–P4, R1–R5, R7, R10, U1, U2, D1, D2, H1, E3, X2: whatever is done from the very
/// beginning, in whatever order, the rules and the model agree.
#[test]
fn the_rules_agree_with_the_model_in_every_small_world() {
    let depth = match Effort::asked_for() {
        Effort::Brief => 3,
        Effort::Usual => 5,
        Effort::Deep => 8,
    };
    everywhere(&[], depth, "from the beginning");
}

/// The same from where rollbacks begin: A and then B in Production, with one flow in common.
#[test]
fn the_rules_agree_with_the_model_in_every_small_world_in_production() {
    let start = [
        Choice::Build {
            release: 0,
            flow: 0,
        },
        Choice::Build {
            release: 0,
            flow: 1,
        },
        Choice::Promote(0),
        Choice::Promote(0),
        Choice::Build {
            release: 1,
            flow: 0,
        },
        Choice::Promote(1),
        Choice::Promote(1),
    ];
    let depth = match Effort::asked_for() {
        Effort::Brief => 2,
        Effort::Usual => 4,
        Effort::Deep => 6,
    };
    everywhere(&start, depth, "in production");
}
