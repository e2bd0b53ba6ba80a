//! A tenant to try the rules on, spoken to by names: `world.promote("A")`,
//! `world.stack("Production", "o") == "A:o1 B:o2"`.
//!
//! It proves nothing by itself. Every step goes through `decide` and `State::apply`, as the page's
//! steps do; ids and times are counted, so that the same words always make the same tenant.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use flow_environments::domain::actor::{Actor, Context, Role, Timestamp};
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{
    EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId,
};
use flow_environments::domain::pipeline::{Environment, Pipeline, Settings};
use flow_environments::domain::plan::{self, Effect, Live, Plan, Undoing, Warning};
use flow_environments::domain::refusal::Refusal;
use flow_environments::domain::run::{Filled, run};
use flow_environments::domain::state::{Deployment, State};
use flow_environments::domain::text::{Body, Name, Note, VariableName};
use flow_environments::domain::variable::Value;
use uuid::Uuid;

/// A tenant, its history, and the person who gives the commands.
pub(crate) struct World {
    /// The tenant now.
    pub(crate) state: State,
    /// Every event; the first is at position 1.
    pub(crate) history: Vec<Event>,
    /// Who gives the next command.
    pub(crate) by: Actor,
    flows: BTreeMap<String, FlowId>,
    releases: BTreeMap<String, ReleaseId>,
    environments: BTreeMap<String, EnvironmentId>,
    ids: u128,
}

/// Makes a name.
pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// Makes a note or a reason.
pub(crate) fn note(text: &str) -> Note {
    Note::new(text).unwrap()
}

/// Makes a variable's name.
pub(crate) fn variable(text: &str) -> VariableName {
    VariableName::new(text).unwrap()
}

/// Makes a canvas without a body.
pub(crate) fn canvas(title: &str) -> Canvas {
    Canvas {
        title: name(title),
        body: Body::default(),
    }
}

/// Makes an environment's settings.
pub(crate) fn settings(text: &str) -> Settings {
    Settings {
        name: name(text),
        description: Note::default(),
        player: name("default"),
    }
}

/// Counts ids up from 1.
pub(crate) const fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

impl World {
    /// Begins a tenant with Development, Test and Production.
    pub(crate) fn new() -> Self {
        Self::of(&["Development", "Test", "Production"])
    }

    /// Begins a tenant with environments of these names.
    pub(crate) fn of(names: &[&str]) -> Self {
        let mut ids = 0;
        let mut environments = BTreeMap::new();
        let mut ordered: Vec<Environment> = names
            .iter()
            .map(|text| {
                ids += 1;
                let id = EnvironmentId::new(uuid(ids));
                environments.insert((*text).to_owned(), id);
                Environment {
                    id,
                    settings: settings(text),
                }
            })
            .collect();
        let last = ordered.pop().unwrap();
        let first = ordered.remove(0);
        ids += 1;
        let begun = Event::TenantBegun {
            tenant: TenantId::new(uuid(ids)),
            pipeline: Pipeline::new(first, ordered, last),
        };
        let by = Actor {
            name: name("Ada"),
            role: Role::Administrator,
        };
        let context = Context {
            at: Timestamp::from_millis(1_000),
            by: by.clone(),
        };
        Self {
            state: State::begin(&begun, context).unwrap(),
            history: vec![begun],
            by,
            flows: BTreeMap::new(),
            releases: BTreeMap::new(),
            environments,
            ids,
        }
    }

    /// Makes an id that was not there before.
    pub(crate) fn fresh(&mut self) -> Uuid {
        self.ids += 1;
        uuid(self.ids)
    }

    // Names ---------------------------------------------------------------------------------------

    /// Returns the flow of the name.
    pub(crate) fn flow(&self, text: &str) -> FlowId {
        self.flows[text]
    }

    /// Returns the release of the name, be it deleted by now.
    pub(crate) fn release(&self, text: &str) -> ReleaseId {
        self.releases[text]
    }

    /// Returns the environment of the name, be it removed by now.
    pub(crate) fn environment(&self, text: &str) -> EnvironmentId {
        self.environments[text]
    }

    /// Returns the snapshot of a flow that has the number that its name ends in: `o2`.
    pub(crate) fn snapshot(&self, text: &str) -> SnapshotId {
        let (flow, number) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap());
        let number: usize = number.parse().unwrap();
        self.state.flow(self.flow(flow)).unwrap().snapshots[number - 1].id
    }

    fn flow_name(&self, id: FlowId) -> String {
        self.state.flow(id).unwrap().name.to_string()
    }

    fn release_name(&self, id: ReleaseId) -> String {
        self.state.release_name(id).unwrap().to_string()
    }

    fn environment_name(&self, id: EnvironmentId) -> String {
        self.state.environment_name(id).unwrap().to_string()
    }

    // Steps ---------------------------------------------------------------------------------------

    /// Gives a command, and takes in what it decides.
    pub(crate) fn give(&mut self, command: &Command) -> Result<Position, Refusal> {
        let at = Timestamp::from_millis(1_000 * (self.history.len() as u64 + 1));
        let context = Context {
            at,
            by: self.by.clone(),
        };
        let event = decide(&self.state, command, &context)?;
        self.state.apply(&event, context).unwrap();
        self.history.push(event);
        Ok(self.state.position())
    }

    /// Creates a flow with a canvas of its own name.
    pub(crate) fn create_flow(&mut self, text: &str) -> FlowId {
        let flow = FlowId::new(self.fresh());
        self.flows.insert(text.to_owned(), flow);
        self.give(&Command::CreateFlow {
            flow,
            name: name(text),
            canvas: canvas(text),
        })
        .unwrap();
        flow
    }

    /// Gives a flow another canvas.
    pub(crate) fn edit_flow(&mut self, text: &str, canvas: Canvas) {
        let flow = self.flow(text);
        self.give(&Command::EditFlow {
            flow,
            name: name(text),
            canvas,
        })
        .unwrap();
    }

    /// Builds flows, one after another, into a release. Those that are new are created; a reset is
    /// shown and confirmed.
    pub(crate) fn build(&mut self, release: &str, flows: &[&str]) {
        for flow in flows {
            if !self.flows.contains_key(*flow) {
                self.create_flow(flow);
            }
            self.try_build(release, flow).unwrap();
        }
    }

    /// Builds one flow into a release, new if no release has the name.
    pub(crate) fn try_build(&mut self, release: &str, flow: &str) -> Result<Position, Refusal> {
        let flow = self.flow(flow);
        let snapshot = SnapshotId::new(self.fresh());
        let existing = self.state.release_named(&name(release));
        let (into, reset) = if let Some(id) = existing {
            (
                Into::Existing(id),
                plan::reset(&self.state, id, flow, snapshot)?,
            )
        } else {
            let id = ReleaseId::new(self.fresh());
            self.releases.insert(release.to_owned(), id);
            (
                Into::New {
                    id,
                    name: name(release),
                },
                None,
            )
        };
        self.give(&Command::Build {
            snapshot,
            flow,
            into,
            notes: Note::default(),
            reset,
        })
    }

    /// Promotes a release to the next environment.
    pub(crate) fn promote(&mut self, release: &str) -> Position {
        self.try_promote(release).unwrap()
    }

    /// Tries to promote a release.
    pub(crate) fn try_promote(&mut self, release: &str) -> Result<Position, Refusal> {
        let release = self.release(release);
        let shown = plan::promotion(&self.state, release)?;
        self.give(&Command::Promote { release, shown })
    }

    /// Builds flows into a new release and promotes it to the last environment.
    pub(crate) fn ship(&mut self, release: &str, flows: &[&str]) {
        self.build(release, flows);
        for _ in 1..self.state.pipeline().iter().count() {
            self.promote(release);
        }
    }

    /// Returns what a rollback of the release would change.
    pub(crate) fn plan_rollback(&self, release: &str) -> Plan {
        plan::rollback(&self.state, self.release(release)).unwrap()
    }

    /// Rolls a release back.
    pub(crate) fn roll_back(&mut self, release: &str) -> Position {
        self.try_roll_back(release).unwrap()
    }

    /// Tries to roll a release back.
    pub(crate) fn try_roll_back(&mut self, release: &str) -> Result<Position, Refusal> {
        let shown = plan::rollback(&self.state, self.release(release))?;
        self.confirm_rollback(release, shown, "", false)
    }

    /// Rolls a release back and holds it in the same step (R10).
    pub(crate) fn roll_back_and_hold(&mut self, release: &str, reason: &str) -> Position {
        let shown = self.plan_rollback(release);
        self.confirm_rollback(release, shown, reason, true).unwrap()
    }

    /// Confirms a rollback that was shown as `shown`.
    pub(crate) fn confirm_rollback(
        &mut self,
        release: &str,
        shown: Plan,
        reason: &str,
        hold: bool,
    ) -> Result<Position, Refusal> {
        let release = self.release(release);
        self.give(&Command::RollBack {
            release,
            shown,
            reason: note(reason),
            hold,
        })
    }

    /// Tries to remove a flow from a release.
    pub(crate) fn try_remove_flow(
        &mut self,
        release: &str,
        flow: &str,
    ) -> Result<Position, Refusal> {
        let (release, flow) = (self.release(release), self.flow(flow));
        let shown = plan::flow_removal(&self.state, release, flow)?;
        self.give(&Command::RemoveFlow {
            release,
            flow,
            shown,
        })
    }

    /// Tries to delete a release.
    pub(crate) fn try_delete(&mut self, release: &str) -> Result<Position, Refusal> {
        let release = self.release(release);
        let shown = plan::deletion(&self.state, release)?;
        self.give(&Command::DeleteRelease {
            release,
            shown,
            reason: Note::default(),
        })
    }

    /// Tries to hold a release.
    pub(crate) fn try_hold(&mut self, release: &str, why: &str) -> Result<Position, Refusal> {
        let release = self.release(release);
        self.give(&Command::Hold {
            release,
            reason: note(why),
        })
    }

    /// Tries to lift a release's hold.
    pub(crate) fn try_lift(&mut self, release: &str) -> Result<Position, Refusal> {
        let release = self.release(release);
        self.give(&Command::LiftHold { release })
    }

    /// Returns the step at a position, as the history has it.
    pub(crate) fn undoing(&self, position: Position) -> Undoing {
        let index = usize::try_from(position.get()).unwrap() - 1;
        Undoing {
            position,
            event: self.history[index].clone(),
        }
    }

    /// Undoes the step at a position.
    pub(crate) fn undo(&mut self, position: Position) -> Position {
        self.try_undo(position).unwrap()
    }

    /// Tries to undo the step at a position.
    pub(crate) fn try_undo(&mut self, position: Position) -> Result<Position, Refusal> {
        let undoing = self.undoing(position);
        let shown = plan::undo(&self.state, &undoing)?;
        self.give(&Command::Undo { undoing, shown })
    }

    /// Tries to insert an environment right after another.
    pub(crate) fn try_insert(&mut self, text: &str, after: &str) -> Result<Position, Refusal> {
        let environment = EnvironmentId::new(self.fresh());
        let after = self.environment(after);
        self.environments
            .entry(text.to_owned())
            .or_insert(environment);
        self.give(&Command::InsertEnvironment {
            environment,
            after,
            settings: settings(text),
        })
    }

    /// Tries to remove an environment.
    pub(crate) fn try_remove_environment(&mut self, text: &str) -> Result<Position, Refusal> {
        let environment = self.environment(text);
        let shown = plan::environment_removal(&self.state, environment)?;
        self.give(&Command::RemoveEnvironment { environment, shown })
    }

    /// Tries to make an environment the default one.
    pub(crate) fn make_default(&mut self, text: &str) {
        let environment = self.environment(text);
        let settings = self
            .state
            .pipeline()
            .get(environment)
            .unwrap()
            .settings
            .clone();
        self.give(&Command::ChangeEnvironment {
            environment,
            settings,
            default: true,
        })
        .unwrap();
    }

    /// Creates a variable with a value in one environment.
    pub(crate) fn create_variable(&mut self, text: &str, environment: &str, value: Option<Value>) {
        let environment = self.environment(environment);
        let variable = variable(text);
        self.give(&Command::CreateVariable {
            variable,
            environment,
            value,
        })
        .unwrap();
    }

    /// Sets a variable's value in one environment.
    pub(crate) fn set_variable(&mut self, text: &str, environment: &str, value: Option<Value>) {
        let environment = self.environment(environment);
        self.give(&Command::SetVariable {
            variable: variable(text),
            environment,
            value,
        })
        .unwrap();
    }

    // Answers -------------------------------------------------------------------------------------

    /// Returns the environment that a release is in.
    pub(crate) fn place(&self, release: &str) -> String {
        let release = self.state.release(self.release(release)).unwrap();
        self.environment_name(release.place.environment)
    }

    /// Returns what a release holds: `o2 p1`.
    pub(crate) fn content(&self, release: &str) -> String {
        let release = self.state.release(self.release(release)).unwrap();
        let held: Vec<String> = release
            .content
            .snapshots()
            .map(|id| self.version(id))
            .collect();
        held.join(" ")
    }

    fn version(&self, snapshot: SnapshotId) -> String {
        let snapshot = self.state.snapshot(snapshot).unwrap();
        format!("{}{}", self.flow_name(snapshot.flow), snapshot.number)
    }

    /// Returns a stack, bottom to top: `A:o1 B:o2`.
    pub(crate) fn stack(&self, environment: &str, flow: &str) -> String {
        let stack = self
            .state
            .stack(self.environment(environment), self.flow(flow));
        let mut layers: Vec<String> = stack
            .map(
                |Deployment {
                     release, snapshot, ..
                 }| {
                    format!("{}:{}", self.release_name(release), self.version(snapshot))
                },
            )
            .collect();
        layers.reverse();
        layers.join(" ")
    }

    /// Returns which version runs when users run the flow, or `cannot be run`.
    pub(crate) fn runs(&self, environment: &str, flow: &str) -> String {
        let (environment, flow) = (self.environment(environment), self.flow(flow));
        match run(&self.state, flow, Some(environment)) {
            Ok(run) => self.version(run.snapshot.id),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::NotRunnable { flow, environment });
                "cannot be run".to_owned()
            }
        }
    }

    /// Returns the body of a running flow as it is shown.
    pub(crate) fn shows(&self, environment: &str, flow: &str) -> String {
        let run = run(
            &self.state,
            self.flow(flow),
            Some(self.environment(environment)),
        )
        .unwrap();
        run.body
            .into_iter()
            .map(|piece| match piece {
                Filled::Text(text) => text,
                Filled::Secret(name) => format!("[secret {name}]"),
                Filled::Missing(name) => format!("[missing {name}]"),
            })
            .collect()
    }

    /// Writes a plan as lines: an effect for each flow and environment, then the warnings.
    pub(crate) fn lines(&self, plan: &Plan) -> String {
        let mut text = String::new();
        for row in &plan.rows {
            for (environment, effect) in plan.environments.iter().zip(&row.effects) {
                let flow = self.flow_name(row.flow);
                let environment = self.environment_name(*environment);
                writeln!(text, "{flow} in {environment}: {}", self.effect(effect)).unwrap();
            }
        }
        for warning in &plan.warnings {
            match warning {
                Warning::OlderReplacesNewer {
                    environment,
                    was,
                    now,
                    ..
                } => {
                    let environment = self.environment_name(*environment);
                    let (was, now) = (self.live(*was), self.live(*now));
                    writeln!(
                        text,
                        "warning: in {environment}, {now} over the newer {was}"
                    )
                }
                Warning::VariableMissing {
                    environment,
                    now,
                    variable,
                    blank,
                    ..
                } => {
                    let environment = self.environment_name(*environment);
                    let how = if *blank { "blank" } else { "undefined" };
                    writeln!(
                        text,
                        "warning: {variable} of {} is {how} in {environment}",
                        self.live(*now)
                    )
                }
            }
            .unwrap();
        }
        text
    }

    fn effect(&self, effect: &Effect) -> String {
        match effect {
            Effect::Restored { was, now } => {
                format!("restored {} -> {}", self.live(*was), self.live(*now))
            }
            Effect::Removed { was } => format!("removed {}", self.live(*was)),
            Effect::Replaced { was, now } => {
                format!("replaced {} -> {}", self.live(*was), self.live(*now))
            }
            Effect::Introduced { now } => format!("introduced {}", self.live(*now)),
            Effect::Unaffected { live } => format!("unaffected {}", self.live(*live)),
            Effect::Absent => "absent".to_owned(),
        }
    }

    fn live(&self, live: Live) -> String {
        // A draft's number is told by the plan: its snapshot is not there yet.
        let flow = self
            .state
            .snapshot(live.snapshot)
            .map_or_else(|| "?".to_owned(), |snapshot| self.flow_name(snapshot.flow));
        format!("{}:{flow}{}", self.release_name(live.release), live.number)
    }

    /// Replays the whole history from its JSON.
    pub(crate) fn replayed(&self) -> State {
        let mut events = self.history.iter().zip(1..).map(|(event, position)| {
            let json = serde_json::to_string(event).unwrap();
            let moment = self.state.moment(Position::new(position)).unwrap().clone();
            (serde_json::from_str::<Event>(&json).unwrap(), moment)
        });
        let (begun, moment) = events.next().unwrap();
        let mut state = State::begin(&begun, moment).unwrap();
        for (event, moment) in events {
            state.apply(&event, moment).unwrap();
        }
        state
    }
}

/// Checks that a plan reads as expected; indentation and blank lines do not count.
#[track_caller]
pub(crate) fn check(world: &World, plan: &Plan, expected: &str) {
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let lines = world.lines(plan);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines, expected);
}
