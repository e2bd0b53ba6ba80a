//! Proves that the rules and the naive model agree on random histories: up to 200 commands each, on
//! a small tenant where everything collides and on a larger one, by all roles, with plans that are
//! fresh, stale or of another step.
//!
//! A failing history is shrunk, and its seed is kept in `against_model.regressions` beside this
//! file: check it in. `FLOW_DEEP=1` runs eight times as much.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Write as _;

use flow_environments::domain::actor::{Actor, Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{
    EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId,
};
use flow_environments::domain::pipeline::{Environment, Pipeline, Settings};
use flow_environments::domain::plan::Plan;
use flow_environments::domain::text::{Body, Note, ValueText};
use flow_environments::domain::variable::Value;
use proptest::prelude::*;
use proptest::test_runner::{
    Config, FailurePersistence, FileFailurePersistence, RngAlgorithm, TestCaseError, TestRunner,
};

use crate::Effort;
use crate::model::Ask;
use crate::side_by_side::{Difference, SideBySide};
use crate::world::{name, note, settings, uuid, variable};

/// One random step; its numbers choose among what is there when its turn comes.
#[derive(Clone, Debug)]
struct Random {
    by: Role,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    CreateFlow {
        name: u8,
        canvas: u8,
        id: NewId,
    },
    EditFlow {
        flow: u8,
        name: u8,
        canvas: u8,
    },
    BuildNew {
        flow: u8,
        name: u8,
        id: NewId,
        snapshot: NewId,
    },
    Move {
        which: Move,
        trust: Trust,
        hold: bool,
        reason: u8,
    },
    Look {
        which: Move,
    },
    Hold {
        release: u8,
        reason: u8,
    },
    Lift {
        release: u8,
    },
    Insert {
        after: u8,
        name: u8,
        id: NewId,
    },
    Change {
        environment: u8,
        name: u8,
        default: bool,
    },
    CreateVariable {
        variable: u8,
        environment: u8,
        value: u8,
    },
    SetVariable {
        variable: u8,
        environment: u8,
        value: u8,
    },
    DeleteVariable {
        variable: u8,
    },
}

/// A step that has a plan.
#[derive(Clone, Copy, Debug)]
enum Move {
    Promote(u8),
    RollBack(u8),
    Build(u8, u8),
    RemoveFlow(u8, u8),
    Delete(u8),
    RemoveEnvironment(u8),
    Undo(u8),
}

/// Which plan is confirmed.
#[derive(Clone, Copy, Debug)]
enum Trust {
    /// One made just now.
    Fresh,
    /// The last one that was seen for this step, however long ago.
    Seen,
    /// One of some other step.
    Other(u8),
    /// None, where a command has room for none.
    None,
}

/// An id for something new.
#[derive(Clone, Copy, Debug)]
enum NewId {
    Fresh,
    /// One that was used before.
    Used(u8),
}

const FLOWS: [&str; 10] = ["o", "O", "p", "q", "r", "s", "t", "u", "v", "w"];
const RELEASES: [&str; 12] = ["A", "a", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K"];
const ENVIRONMENTS: [&str; 8] = [
    "Test",
    "TEST",
    "Staging",
    "Production",
    "Development",
    "Pilot",
    "Load",
    "Canary",
];
const VARIABLES: [&str; 3] = ["Currency", "currency", "Gateway"];
const CANVASES: [(&str, &str); 4] = [
    ("Plain", "Nothing to fill in."),
    (
        "{{Currency}} orders",
        "Paid at {{ Gateway }} in {{Currency}}.",
    ),
    ("{{1st}} {{{Gateway}}}", "{{ {{currency}} }} {{"),
    ("Lost", "{{Unknown}}"),
];
const REASONS: [&str; 3] = ["", "Totals are wrong", "<b>late</b>"];

/// How large the tenant is at first, and how many names there are.
#[derive(Clone, Copy, Debug)]
struct Size {
    environments: usize,
    flows: usize,
    releases: usize,
    /// Names beyond those at first.
    spare: usize,
}

const SMALL: Size = Size {
    environments: 3,
    flows: 1,
    releases: 1,
    spare: 3,
};
const LARGE: Size = Size {
    environments: 5,
    flows: 7,
    releases: 9,
    spare: 3,
};

/// The tenant, and what a person at the page has seen of it.
struct Run {
    size: Size,
    pair: SideBySide,
    ids: u128,
    flows: Vec<FlowId>,
    releases: Vec<ReleaseId>,
    environments: Vec<EnvironmentId>,
    snapshots: Vec<SnapshotId>,
    seen: Vec<(Ask, Plan)>,
}

fn canvas(number: u8) -> Canvas {
    let (title, body) = CANVASES[usize::from(number) % CANVASES.len()];
    Canvas {
        title: name(title),
        body: Body::new(body).unwrap(),
    }
}

fn reason(number: u8) -> Note {
    note(REASONS[usize::from(number) % REASONS.len()])
}

fn value(number: u8) -> Option<Value> {
    match number % 4 {
        0 => None,
        1 => Some(Value::Secret),
        2 => Some(Value::Text(ValueText::new("EUR").unwrap())),
        _ => Some(Value::Text(ValueText::new("{{Gateway}}").unwrap())),
    }
}

fn in_turn<T: Copy>(things: &[T], number: u8) -> Option<T> {
    (!things.is_empty()).then(|| things[usize::from(number) % things.len()])
}

impl Run {
    fn begin(size: Size) -> Result<Self, Difference> {
        let mut run_ids = 0..;
        let mut next = || uuid(run_ids.next().unwrap() + 1);
        let mut all: Vec<Environment> = ["Development", "Test", "Staging", "Pilot", "Production"]
            [..size.environments]
            .iter()
            .map(|text| Environment {
                id: EnvironmentId::new(next()),
                settings: settings(text),
            })
            .collect();
        let environments = all.iter().map(|environment| environment.id).collect();
        let (first, last) = (all.remove(0), all.pop().unwrap());
        let pipeline = Pipeline::new(first, all, last);
        let begun = Event::TenantBegun {
            tenant: TenantId::new(next()),
            pipeline,
        };
        let context = context(Role::Administrator, 1);
        let mut run = Self {
            size,
            pair: SideBySide::begin(begun, &context),
            ids: 100,
            flows: Vec::new(),
            releases: Vec::new(),
            environments,
            snapshots: Vec::new(),
            seen: Vec::new(),
        };
        for number in 0..size.flows {
            // Names that differ by more than case.
            let number = if number == 0 {
                0
            } else {
                u8::try_from(number).unwrap() + 1
            };
            run.step(
                &What::CreateFlow {
                    name: number,
                    canvas: number,
                    id: NewId::Fresh,
                },
                true,
            )?;
        }
        for number in 0..size.releases {
            let number = u8::try_from(number).unwrap();
            let named = if number == 0 { 0 } else { number + 1 };
            let (id, snapshot) = (NewId::Fresh, NewId::Fresh);
            run.step(
                &What::BuildNew {
                    flow: number,
                    name: named,
                    id,
                    snapshot,
                },
                true,
            )?;
            for more in 0..number % 4 {
                let which = Move::Build(number, number + 1 + more);
                let trust = Trust::Fresh;
                run.step(
                    &What::Move {
                        which,
                        trust,
                        hold: false,
                        reason: 0,
                    },
                    true,
                )?;
            }
        }
        // From here on there is always a plan to hold up.
        run.look(Move::Promote(0))?;
        Ok(run)
    }

    fn fresh(&mut self) -> uuid::Uuid {
        self.ids += 1;
        uuid(self.ids)
    }

    // Mostly what exists; at times what was deleted, at times what never was.

    fn release(&self, number: u8) -> ReleaseId {
        let ghost = ReleaseId::new(uuid(1 << 100));
        let existing: Vec<ReleaseId> = self
            .releases
            .iter()
            .copied()
            .filter(|id| self.pair.state.release(*id).is_some())
            .collect();
        match number {
            255 => ghost,
            240..255 => in_turn(&self.releases, number).unwrap_or(ghost),
            _ => in_turn(&existing, number).unwrap_or(ghost),
        }
    }

    fn flow(&self, number: u8) -> FlowId {
        let ghost = FlowId::new(uuid(2 << 100));
        if number == 255 {
            ghost
        } else {
            in_turn(&self.flows, number).unwrap_or(ghost)
        }
    }

    fn environment(&self, number: u8) -> EnvironmentId {
        let ghost = EnvironmentId::new(uuid(3 << 100));
        let existing: Vec<EnvironmentId> = self
            .pair
            .state
            .pipeline()
            .iter()
            .map(|environment| environment.id)
            .collect();
        match number {
            255 => ghost,
            240..255 => in_turn(&self.environments, number).unwrap_or(ghost),
            _ => in_turn(&existing, number).unwrap_or(ghost),
        }
    }

    fn settings(&self, number: u8) -> Settings {
        let names = (self.size.environments + self.size.spare).min(ENVIRONMENTS.len());
        settings(ENVIRONMENTS[usize::from(number) % names])
    }

    fn ask(&mut self, which: Move) -> Ask {
        match which {
            Move::Promote(release) => Ask::Promote(self.release(release)),
            Move::RollBack(release) => Ask::RollBack(self.release(release)),
            Move::Build(release, flow) => {
                let snapshot = SnapshotId::new(self.fresh());
                Ask::Build(self.release(release), self.flow(flow), snapshot)
            }
            Move::RemoveFlow(release, flow) => {
                let (id, flow) = (self.release(release), self.flow(flow));
                let holds = |release: &flow_environments::domain::release::Release| {
                    in_turn(
                        &release.content.flows().collect::<Vec<_>>(),
                        release_turn(flow),
                    )
                };
                // Mostly a flow that the release holds.
                let held = self.pair.state.release(id).and_then(holds);
                Ask::RemoveFlow(
                    id,
                    if release % 8 == 0 {
                        flow
                    } else {
                        held.unwrap_or(flow)
                    },
                )
            }
            Move::Delete(release) => Ask::DeleteRelease(self.release(release)),
            Move::RemoveEnvironment(environment) => {
                Ask::RemoveEnvironment(self.environment(environment))
            }
            Move::Undo(number) => {
                let now = self.pair.state.position().get();
                // Mostly one of the last steps, at times any, at times one that is yet to come.
                let back = match number {
                    255 => return Ask::Undo(Position::new(now + 1)),
                    200..255 => u64::from(number) * 7 % now,
                    120..200 => u64::from(number) % 12 % now,
                    _ => u64::from(number) % 4 % now,
                };
                Ask::Undo(Position::new(now - back))
            }
        }
    }

    /// Opens a form: what it shows is remembered.
    fn look(&mut self, which: Move) -> Result<(Ask, Option<Plan>), Difference> {
        let ask = self.ask(which);
        let plan = self.pair.look(ask)?.ok().flatten();
        if let Some(plan) = &plan {
            self.seen.retain(|(seen, _)| !same_step(*seen, ask));
            self.seen.push((ask, plan.clone()));
        }
        Ok((ask, plan))
    }

    /// Chooses the plan to confirm, and the question that it answers.
    fn trusted(&mut self, which: Move, trust: Trust) -> Result<(Ask, Option<Plan>), Difference> {
        let asked = self.ask(which);
        let remembered = self
            .seen
            .iter()
            .find(|(seen, _)| same_step(*seen, asked))
            .cloned();
        match (trust, remembered) {
            (Trust::Seen, Some((ask, plan))) => Ok((ask, Some(plan))),
            (Trust::Other(number), _) => {
                let (_, plan) = &self.seen[usize::from(number) % self.seen.len()];
                Ok((asked, Some(plan.clone())))
            }
            (Trust::None, _) if matches!(asked, Ask::Build(..)) => Ok((asked, None)),
            _ => {
                let (ask, plan) = self.look(which)?;
                // Where there is no plan, some other plan shall not help.
                let any = || self.seen[self.seen.len() - 1].1.clone();
                let needs_one = !matches!(ask, Ask::Build(..));
                Ok((ask, plan.or_else(|| needs_one.then(any))))
            }
        }
    }

    fn command(&mut self, what: &What) -> Result<Option<Command>, Difference> {
        let command = match *what {
            What::CreateFlow {
                name: number,
                canvas: shows,
                id,
            } => {
                let flow = match id {
                    NewId::Used(number) => self.flow(number),
                    NewId::Fresh => FlowId::new(self.fresh()),
                };
                let names = (self.size.flows + self.size.spare).min(FLOWS.len());
                let name = name(FLOWS[usize::from(number) % names]);
                Command::CreateFlow {
                    flow,
                    name,
                    canvas: canvas(shows),
                }
            }
            What::EditFlow {
                flow,
                name: number,
                canvas: shows,
            } => {
                let flow = self.flow(flow);
                let names = (self.size.flows + self.size.spare).min(FLOWS.len());
                let name = match self.pair.state.flow(flow) {
                    Some(flow) if number % 4 != 0 => flow.name.clone(),
                    _ => name(FLOWS[usize::from(number) % names]),
                };
                Command::EditFlow {
                    flow,
                    name,
                    canvas: canvas(shows),
                }
            }
            What::BuildNew {
                flow,
                name: number,
                id,
                snapshot,
            } => {
                let flow = self.flow(flow);
                let id = match id {
                    NewId::Used(number) => in_turn(&self.releases, number),
                    NewId::Fresh => None,
                };
                let id = id.unwrap_or_else(|| ReleaseId::new(self.fresh()));
                let snapshot = match snapshot {
                    NewId::Used(number) => in_turn(&self.snapshots, number),
                    NewId::Fresh => None,
                };
                let snapshot = snapshot.unwrap_or_else(|| SnapshotId::new(self.fresh()));
                let names = (self.size.releases + self.size.spare).min(RELEASES.len());
                let into = Into::New {
                    id,
                    name: name(RELEASES[usize::from(number) % names]),
                };
                Command::Build {
                    snapshot,
                    flow,
                    into,
                    notes: reason(number),
                    reset: None,
                }
            }
            What::Move {
                which,
                trust,
                hold,
                reason: why,
            } => {
                let (ask, shown) = self.trusted(which, trust)?;
                return Ok(Some(self.confirmation(ask, shown, hold, reason(why))));
            }
            What::Look { which } => {
                self.look(which)?;
                return Ok(None);
            }
            What::Hold {
                release,
                reason: why,
            } => Command::Hold {
                release: self.release(release),
                reason: reason(why),
            },
            What::Lift { release } => Command::LiftHold {
                release: self.release(release),
            },
            What::Insert {
                after,
                name: number,
                id,
            } => {
                let environment = match id {
                    NewId::Used(number) => in_turn(&self.environments, number),
                    NewId::Fresh => None,
                };
                let environment = environment.unwrap_or_else(|| EnvironmentId::new(self.fresh()));
                let (after, settings) = (self.environment(after), self.settings(number));
                Command::InsertEnvironment {
                    environment,
                    after,
                    settings,
                }
            }
            What::Change {
                environment,
                name: number,
                default,
            } => {
                let environment = self.environment(environment);
                let settings = self.settings(number);
                Command::ChangeEnvironment {
                    environment,
                    settings,
                    default,
                }
            }
            What::CreateVariable {
                variable: number,
                environment,
                value: set,
            } => {
                let variable = variable(VARIABLES[usize::from(number) % VARIABLES.len()]);
                let environment = self.environment(environment);
                Command::CreateVariable {
                    variable,
                    environment,
                    value: value(set),
                }
            }
            What::SetVariable {
                variable: number,
                environment,
                value: set,
            } => {
                let variable = variable(VARIABLES[usize::from(number) % VARIABLES.len()]);
                let environment = self.environment(environment);
                Command::SetVariable {
                    variable,
                    environment,
                    value: value(set),
                }
            }
            What::DeleteVariable { variable: number } => {
                let variable = variable(VARIABLES[usize::from(number) % VARIABLES.len()]);
                Command::DeleteVariable { variable }
            }
        };
        Ok(Some(command))
    }

    fn confirmation(&self, ask: Ask, shown: Option<Plan>, hold: bool, reason: Note) -> Command {
        let some = |shown: Option<Plan>| shown.unwrap_or_else(|| self.seen[0].1.clone());
        match ask {
            Ask::Promote(release) => Command::Promote {
                release,
                shown: some(shown),
            },
            Ask::RollBack(release) => Command::RollBack {
                release,
                shown: some(shown),
                reason,
                hold,
            },
            Ask::Build(release, flow, snapshot) => Command::Build {
                snapshot,
                flow,
                into: Into::Existing(release),
                notes: reason,
                reset: shown,
            },
            Ask::RemoveFlow(release, flow) => Command::RemoveFlow {
                release,
                flow,
                shown: some(shown),
            },
            Ask::DeleteRelease(release) => Command::DeleteRelease {
                release,
                shown: some(shown),
                reason,
            },
            Ask::RemoveEnvironment(environment) => Command::RemoveEnvironment {
                environment,
                shown: some(shown),
            },
            Ask::Undo(position) => Command::Undo {
                undoing: self.pair.undoing(position),
                shown: some(shown),
            },
        }
    }

    fn step(&mut self, what: &What, must: bool) -> Result<bool, Difference> {
        self.step_by(what, Role::Administrator, must)
    }

    /// Gives one command; says whether something happened.
    fn step_by(&mut self, what: &What, by: Role, must: bool) -> Result<bool, Difference> {
        let Some(command) = self.command(what)? else {
            return Ok(false);
        };
        let at = self.pair.model.time() + 1;
        let given = self.pair.give(&command, &context(by, at))?;
        if let Err(refusal) = given {
            return if must {
                Err(format!("{refusal:?}: {command:?}"))
            } else {
                Ok(false)
            };
        }
        match command {
            Command::CreateFlow { flow, .. } => self.flows.push(flow),
            Command::Build { snapshot, into, .. } => {
                self.snapshots.push(snapshot);
                if let Into::New { id, .. } = into {
                    self.releases.push(id);
                }
            }
            Command::InsertEnvironment { environment, .. } => self.environments.push(environment),
            _ => {}
        }
        Ok(true)
    }
}

/// Any number that goes with the flow.
fn release_turn(flow: FlowId) -> u8 {
    flow.to_string().as_bytes()[35]
}

fn same_step(one: Ask, other: Ask) -> bool {
    match (one, other) {
        // The draft's id is the form's own.
        (Ask::Build(one, flow, _), Ask::Build(other, same, _)) => one == other && flow == same,
        _ => one == other,
    }
}

fn context(role: Role, at: u64) -> Context {
    let by = match role {
        Role::Administrator => "Ada",
        Role::Standard => "Sam",
        Role::Viewer => "Vic",
    };
    Context {
        at: Timestamp::from_millis(at * 1_000),
        by: Actor {
            name: name(by),
            role,
        },
    }
}

// Chance ------------------------------------------------------------------------------------------

fn new_id() -> impl Strategy<Value = NewId> {
    prop_oneof![15 => Just(NewId::Fresh), 1 => any::<u8>().prop_map(NewId::Used)]
}

fn trust() -> impl Strategy<Value = Trust> {
    prop_oneof![
        14 => Just(Trust::Fresh),
        4 => Just(Trust::Seen),
        1 => any::<u8>().prop_map(Trust::Other),
        1 => Just(Trust::None),
    ]
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        22 => any::<u8>().prop_map(Move::Promote),
        14 => any::<u8>().prop_map(Move::RollBack),
        16 => any::<(u8, u8)>().prop_map(|(release, flow)| Move::Build(release, flow)),
        5 => any::<(u8, u8)>().prop_map(|(release, flow)| Move::RemoveFlow(release, flow)),
        3 => any::<u8>().prop_map(Move::Delete),
        3 => any::<u8>().prop_map(Move::RemoveEnvironment),
        15 => any::<u8>().prop_map(Move::Undo),
    ]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        2 => (any::<u8>(), any::<u8>(), new_id())
            .prop_map(|(name, canvas, id)| What::CreateFlow { name, canvas, id }),
        2 => any::<(u8, u8, u8)>()
            .prop_map(|(flow, name, canvas)| What::EditFlow { flow, name, canvas }),
        9 => (any::<u8>(), any::<u8>(), new_id(), new_id()).prop_map(
            |(flow, name, id, snapshot)| What::BuildNew { flow, name, id, snapshot }
        ),
        66 => (moves(), trust(), any::<bool>(), any::<u8>()).prop_map(
            |(which, trust, hold, reason)| What::Move { which, trust, hold: hold && reason > 200, reason }
        ),
        8 => moves().prop_map(|which| What::Look { which }),
        2 => any::<(u8, u8)>().prop_map(|(release, reason)| What::Hold { release, reason }),
        3 => any::<u8>().prop_map(|release| What::Lift { release }),
        2 => (any::<u8>(), any::<u8>(), new_id())
            .prop_map(|(after, name, id)| What::Insert { after, name, id }),
        1 => any::<(u8, u8, bool)>()
            .prop_map(|(environment, name, default)| What::Change { environment, name, default }),
        1 => any::<(u8, u8, u8)>().prop_map(
            |(variable, environment, value)| What::CreateVariable { variable, environment, value }
        ),
        2 => any::<(u8, u8, u8)>().prop_map(
            |(variable, environment, value)| What::SetVariable { variable, environment, value }
        ),
        1 => any::<u8>().prop_map(|variable| What::DeleteVariable { variable }),
    ]
}

fn random() -> impl Strategy<Value = Random> {
    let by = prop_oneof![
        30 => Just(Role::Administrator),
        1 => Just(Role::Standard),
        1 => Just(Role::Viewer),
    ];
    (by, what()).prop_map(|(by, what)| Random { by, what })
}

/// Runs random histories until at least `steps` commands were given.
fn run_at_random(size: Size, steps: u64, of: &'static str) {
    let effort = Effort::asked_for();
    let steps = match effort {
        Effort::Brief => steps / 40,
        Effort::Usual => steps,
        Effort::Deep => steps * 8,
    };
    let (given, happened, histories) = (Cell::new(0_u64), Cell::new(0_u64), Cell::new(0_u64));
    let met = RefCell::new(BTreeMap::new());
    while given.get() < steps {
        // A history has 100 steps on average; what chance left over is run after.
        let mut runner = TestRunner::new(Config {
            cases: u32::try_from((steps - given.get()).div_ceil(100)).unwrap(),
            failure_persistence: (effort != Effort::Brief).then(regressions),
            source_file: Some(file!()),
            test_name: Some(of),
            // Of a mutant it is enough to know that it is caught.
            max_shrink_iters: if effort == Effort::Brief { 0 } else { 5_000 },
            rng_algorithm: RngAlgorithm::XorShift,
            ..Config::default()
        });
        let history = proptest::collection::vec(random(), 1..=200);
        let result = runner.run(&history, |history| {
            let mut run = Run::begin(size).map_err(TestCaseError::fail)?;
            histories.set(histories.get() + 1);
            for random in &history {
                given.set(given.get() + 1);
                if run
                    .step_by(&random.what, random.by, false)
                    .map_err(TestCaseError::fail)?
                {
                    happened.set(happened.get() + 1);
                }
            }
            for (kind, times) in run.pair.met {
                *met.borrow_mut().entry(kind).or_insert(0) += times;
            }
            Ok(())
        });
        if let Err(failure) = result {
            panic!("{failure}");
        }
    }
    let (given, happened, histories) = (given.get(), happened.get(), histories.get());
    // Straight to the stream: a test's own output is swallowed when it passes.
    writeln!(
        std::io::stderr().lock(),
        "{of}: {given} steps in {histories} histories, of which {happened} changed something"
    )
    .unwrap();
    if size.releases > 1 || effort == Effort::Brief {
        return;
    }
    let met = met.into_inner();
    let missed: Vec<&str> = KINDS
        .into_iter()
        .filter(|kind| !met.contains_key(*kind))
        .collect();
    assert!(missed.is_empty(), "never met: {missed:?}, but {met:?}");
}

fn regressions() -> Box<dyn FailurePersistence> {
    Box::new(FileFailurePersistence::Direct(
        "tests/domain/against_model.regressions",
    ))
}

/// What the random histories must meet: each kind of event, refusal, effect and warning. Otherwise
/// they prove less than they seem to.
const KINDS: [&str; 59] = [
    // Events.
    "TenantBegun",
    "FlowCreated",
    "FlowEdited",
    "Built",
    "Promoted",
    "RolledBack",
    "FlowRemoved",
    "ReleaseDeleted",
    "ReleaseHeld",
    "HoldLifted",
    "Undone",
    "EnvironmentInserted",
    "EnvironmentChanged",
    "EnvironmentRemoved",
    "VariableCreated",
    "VariableSet",
    "VariableDeleted",
    // Steps whose plans were confirmed.
    "Promote",
    "RollBack",
    "Reset",
    "RemoveFlow",
    "DeleteRelease",
    "RemoveEnvironment",
    "Undo",
    // Effects and warnings.
    "Restored",
    "Removed",
    "Replaced",
    "Introduced",
    "Unaffected",
    "Absent",
    "OlderReplacesNewer",
    "VariableMissing",
    // Refusals.
    "NotAllowed",
    "NoSuchFlow",
    "NoSuchRelease",
    "NoSuchEnvironment",
    "NoSuchVariable",
    "IdTaken",
    "FlowNameTaken",
    "ReleaseNameTaken",
    "EnvironmentNameTaken",
    "VariableNameTaken",
    "Final",
    "NoNextEnvironment",
    "NoPreviousEnvironment",
    "EmptyRelease",
    "Held",
    "AlreadyHeld",
    "NotHeld",
    "FlowNotInRelease",
    "PlanChanged",
    "NotBetween",
    "OuterEnvironment",
    "DefaultEnvironment",
    "EnvironmentInUse",
    "NotUndoable",
    "ChangedSince",
    "EnvironmentGone",
    "NameTakenSince",
];

/// B1–B5, P1–P4, R1–R5, R7–R10, U1–U3, D1, D2, H1, E1–E3, V1, V2, V4, X2, O1: on a small tenant,
/// where steps get in each other's way.
#[test]
fn the_rules_agree_with_the_model_on_small_tenants() {
    run_at_random(SMALL, 100_000, "small tenants against the model");
}

/// The same on a larger tenant, where steps are far apart.
#[test]
fn the_rules_agree_with_the_model_on_large_tenants() {
    run_at_random(LARGE, 40_000, "large tenants against the model");
}
