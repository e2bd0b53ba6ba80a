//! A second implementation of the rules, naive on purpose, to compare the first one with.
//!
//! Written from `docs/spec.md` alone: plain vectors, searched from end to end, and a whole copy of
//! the world for each step of the history. What a step touches, what it changes and what undoing it
//! brings back are all found by comparing those copies. Only ids, commands and what a plan shows are
//! shared with `src/domain`, as data.
//!
//! Told, not found: the order in which several reasons for a refusal are given, and what the spec
//! marks as decided here.

use std::rc::Rc;

use flow_environments::domain::actor::Role;
use flow_environments::domain::command::{Command, Into};
use flow_environments::domain::flow::Canvas;
use flow_environments::domain::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId};
use flow_environments::domain::pipeline::Settings;
use flow_environments::domain::plan::{Effect, Live, Plan, Row, Step, Warning};
use flow_environments::domain::refusal::Refusal;
use flow_environments::domain::text::{Name, Note, VariableName};
use flow_environments::domain::variable::Value;

/// A deployment: release R put snapshot S there at time T.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) release: ReleaseId,
    pub(crate) snapshot: SnapshotId,
    pub(crate) at: u64,
}

/// A stack, bottom to top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(crate) environment: EnvironmentId,
    pub(crate) flow: FlowId,
    pub(crate) layers: Vec<Layer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Environment {
    pub(crate) id: EnvironmentId,
    pub(crate) settings: Settings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) id: FlowId,
    pub(crate) name: Name,
    pub(crate) canvas: Canvas,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) id: SnapshotId,
    pub(crate) flow: FlowId,
    pub(crate) number: u32,
    pub(crate) notes: Note,
    pub(crate) canvas: Canvas,
    pub(crate) variables: Vec<VariableName>,
    pub(crate) at: u64,
}

/// How a release came to where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    Built,
    Promoted(EnvironmentId),
    RolledBack(EnvironmentId, Note),
    Reset(EnvironmentId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) id: ReleaseId,
    pub(crate) name: Name,
    pub(crate) environment: EnvironmentId,
    pub(crate) since: u64,
    pub(crate) came: Came,
    pub(crate) content: Vec<(FlowId, SnapshotId)>,
    pub(crate) hold: Option<(u64, Note)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: VariableName,
    pub(crate) values: Vec<(EnvironmentId, Value, u64)>,
}

/// Everything there is at one time.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) environments: Vec<Environment>,
    pub(crate) default: EnvironmentId,
    pub(crate) flows: Vec<Flow>,
    pub(crate) snapshots: Vec<Rc<Snapshot>>,
    pub(crate) releases: Vec<Release>,
    pub(crate) stacks: Vec<Stack>,
    pub(crate) variables: Vec<Variable>,
}

/// The kinds of refusal, with what the spec determines of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    NotAllowed(Role),
    NoSuchFlow(FlowId),
    NoSuchRelease(ReleaseId),
    NoSuchEnvironment(EnvironmentId),
    NoSuchVariable(VariableName),
    IdTaken,
    FlowNameTaken(FlowId),
    ReleaseNameTaken(ReleaseId),
    EnvironmentNameTaken(EnvironmentId),
    VariableNameTaken(VariableName),
    Final(ReleaseId, EnvironmentId),
    NoNextEnvironment(ReleaseId, EnvironmentId),
    NoPreviousEnvironment(ReleaseId, EnvironmentId),
    EmptyRelease(ReleaseId),
    Held(ReleaseId),
    AlreadyHeld(ReleaseId),
    NotHeld(ReleaseId),
    FlowNotInRelease(ReleaseId, FlowId),
    PlanChanged,
    NotBetween(EnvironmentId),
    OuterEnvironment(EnvironmentId),
    DefaultEnvironment(EnvironmentId),
    EnvironmentInUse(EnvironmentId),
    NotUndoable(Position),
    ChangedSince(Position, Position),
    EnvironmentGone,
    NameTakenSince(ReleaseId),
    /// Never given to a command.
    NotForCommands,
}

impl From<&Refusal> for Why {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotAllowed { needs, .. } => Self::NotAllowed(*needs),
            Refusal::NoSuchFlow(flow) => Self::NoSuchFlow(*flow),
            Refusal::NoSuchRelease(release) => Self::NoSuchRelease(*release),
            Refusal::NoSuchEnvironment(environment) => Self::NoSuchEnvironment(*environment),
            Refusal::NoSuchVariable(name) => Self::NoSuchVariable(name.clone()),
            Refusal::IdTaken => Self::IdTaken,
            Refusal::FlowNameTaken(by) => Self::FlowNameTaken(*by),
            Refusal::ReleaseNameTaken(by) => Self::ReleaseNameTaken(*by),
            Refusal::EnvironmentNameTaken(by) => Self::EnvironmentNameTaken(*by),
            Refusal::VariableNameTaken(name) => Self::VariableNameTaken(name.clone()),
            Refusal::Final {
                release,
                environment,
            } => Self::Final(*release, *environment),
            Refusal::NoNextEnvironment {
                release,
                environment,
            } => Self::NoNextEnvironment(*release, *environment),
            Refusal::NoPreviousEnvironment {
                release,
                environment,
            } => Self::NoPreviousEnvironment(*release, *environment),
            Refusal::EmptyRelease(release) => Self::EmptyRelease(*release),
            Refusal::Held(release) => Self::Held(*release),
            Refusal::AlreadyHeld(release) => Self::AlreadyHeld(*release),
            Refusal::NotHeld(release) => Self::NotHeld(*release),
            Refusal::FlowNotInRelease { release, flow } => Self::FlowNotInRelease(*release, *flow),
            Refusal::PlanChanged { .. } => Self::PlanChanged,
            Refusal::NotBetween(environment) => Self::NotBetween(*environment),
            Refusal::OuterEnvironment(environment) => Self::OuterEnvironment(*environment),
            Refusal::DefaultEnvironment(environment) => Self::DefaultEnvironment(*environment),
            Refusal::EnvironmentInUse { environment, .. } => Self::EnvironmentInUse(*environment),
            Refusal::NotUndoable(position) => Self::NotUndoable(*position),
            Refusal::ChangedSince { undo, by } => Self::ChangedSince(*undo, *by),
            Refusal::EnvironmentGone(_) => Self::EnvironmentGone,
            Refusal::NameTakenSince { by, .. } => Self::NameTakenSince(*by),
            Refusal::NotRunnable { .. } | Refusal::NoSuchSnapshot(_) => Self::NotForCommands,
        }
    }
}

/// A question whose answer is a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Promote(ReleaseId),
    RollBack(ReleaseId),
    /// A build into a release that exists; a plan only where it resets the release.
    Build(ReleaseId, FlowId, SnapshotId),
    RemoveFlow(ReleaseId, FlowId),
    DeleteRelease(ReleaseId),
    RemoveEnvironment(EnvironmentId),
    Undo(Position),
}

/// What a step would come to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) world: World,
    /// What is shown of it beforehand; none for a step that needs no plan.
    pub(crate) shown: Option<Shown>,
    undoable: bool,
    environments: Vec<EnvironmentId>,
}

/// The part of a plan that a person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) step: Step,
    pub(crate) environments: Vec<EnvironmentId>,
    pub(crate) rows: Vec<Row>,
    pub(crate) warnings: Vec<Warning>,
}

impl From<&Plan> for Shown {
    fn from(plan: &Plan) -> Self {
        Self {
            step: plan.step.clone(),
            environments: plan.environments.clone(),
            rows: plan.rows.clone(),
            warnings: plan.warnings.clone(),
        }
    }
}

// The world ---------------------------------------------------------------------------------------

impl World {
    pub(crate) fn release(&self, id: ReleaseId) -> Option<&Release> {
        self.releases.iter().find(|release| release.id == id)
    }

    fn release_mut(&mut self, id: ReleaseId) -> &mut Release {
        self.releases
            .iter_mut()
            .find(|release| release.id == id)
            .unwrap()
    }

    pub(crate) fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.id == id)
    }

    pub(crate) fn snapshot(&self, id: SnapshotId) -> Option<&Snapshot> {
        self.snapshots
            .iter()
            .rev()
            .find(|snapshot| snapshot.id == id)
            .map(Rc::as_ref)
    }

    pub(crate) fn has_environment(&self, id: EnvironmentId) -> bool {
        self.environments
            .iter()
            .any(|environment| environment.id == id)
    }

    pub(crate) fn first(&self) -> EnvironmentId {
        self.environments[0].id
    }

    pub(crate) fn last(&self) -> EnvironmentId {
        self.environments[self.environments.len() - 1].id
    }

    fn order_of(&self, id: EnvironmentId) -> usize {
        self.environments
            .iter()
            .position(|environment| environment.id == id)
            .unwrap()
    }

    /// The stack of a flow in an environment, bottom to top.
    pub(crate) fn stack(&self, environment: EnvironmentId, flow: FlowId) -> &[Layer] {
        for stack in &self.stacks {
            if stack.environment == environment && stack.flow == flow {
                return &stack.layers;
            }
        }
        &[]
    }

    pub(crate) fn live(&self, environment: EnvironmentId, flow: FlowId) -> Option<Live> {
        let top = self.stack(environment, flow).last()?;
        let number = self.snapshot(top.snapshot).unwrap().number;
        Some(Live {
            snapshot: top.snapshot,
            number,
            release: top.release,
        })
    }

    fn stack_mut(&mut self, environment: EnvironmentId, flow: FlowId) -> &mut Vec<Layer> {
        let found = self
            .stacks
            .iter()
            .position(|stack| stack.environment == environment && stack.flow == flow);
        let index = found.unwrap_or_else(|| {
            self.stacks.push(Stack {
                environment,
                flow,
                layers: Vec::new(),
            });
            self.stacks.len() - 1
        });
        &mut self.stacks[index].layers
    }

    /// Withdraws all that a release has in an environment.
    fn withdraw(&mut self, release: ReleaseId, environment: EnvironmentId) {
        for stack in &mut self.stacks {
            if stack.environment == environment {
                stack.layers.retain(|layer| layer.release != release);
            }
        }
    }

    /// B2: deploys on top; what the release had in that stack leaves it.
    fn deploy(
        &mut self,
        release: ReleaseId,
        environment: EnvironmentId,
        content: &[(FlowId, SnapshotId)],
        at: u64,
    ) {
        for &(flow, snapshot) in content {
            let stack = self.stack_mut(environment, flow);
            stack.retain(|layer| layer.release != release);
            stack.push(Layer {
                release,
                snapshot,
                at,
            });
        }
    }

    /// Says whether a release is the same in both worlds: or absent from both.
    fn same_release(&self, other: &Self, id: ReleaseId) -> bool {
        self.release(id) == other.release(id)
    }

    fn same_stack(&self, other: &Self, environment: EnvironmentId, flow: FlowId) -> bool {
        self.stack(environment, flow) == other.stack(environment, flow)
    }

    /// The releases in which two worlds differ.
    fn differing_releases(&self, other: &Self) -> Vec<ReleaseId> {
        let mut ids: Vec<ReleaseId> = Vec::new();
        for release in self.releases.iter().chain(&other.releases) {
            if !ids.contains(&release.id) && !self.same_release(other, release.id) {
                ids.push(release.id);
            }
        }
        ids
    }

    /// The stacks in which two worlds differ.
    fn differing_stacks(&self, other: &Self) -> Vec<(EnvironmentId, FlowId)> {
        let mut places: Vec<(EnvironmentId, FlowId)> = Vec::new();
        for stack in self.stacks.iter().chain(&other.stacks) {
            let place = (stack.environment, stack.flow);
            if !places.contains(&place) && !self.same_stack(other, place.0, place.1) {
                places.push(place);
            }
        }
        places
    }

    fn value(&self, name: &VariableName, environment: EnvironmentId) -> Option<&Value> {
        let variable = self
            .variables
            .iter()
            .find(|variable| variable.name == *name)?;
        let value = variable.values.iter().find(|(at, _, _)| *at == environment);
        value.map(|(_, value, _)| value)
    }
}

/// V3: the variables that a canvas names, by trying every `{{` there is.
fn variables_of(canvas: &Canvas) -> Vec<VariableName> {
    let mut found: Vec<VariableName> = Vec::new();
    for text in [canvas.title.as_str(), canvas.body.as_str()] {
        let text: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at + 1 < text.len() {
            if text[at] == '{' && text[at + 1] == '{' {
                let mut end = at + 2;
                while end + 1 < text.len() && !(text[end] == '}' && text[end + 1] == '}') {
                    end += 1;
                }
                if end + 1 < text.len() {
                    let inside: String = text[at + 2..end].iter().collect();
                    if let Some(name) = variable_name(inside.trim()) {
                        if !found.contains(&name) {
                            found.push(name);
                        }
                        at = end + 2;
                        continue;
                    }
                }
            }
            at += 1;
        }
    }
    found
}

/// V1: a letter, then letters, digits, `_`.
fn variable_name(text: &str) -> Option<VariableName> {
    for (index, c) in text.chars().enumerate() {
        let good = c.is_alphabetic() || index > 0 && (c.is_numeric() || c == '_');
        if !good {
            return None;
        }
    }
    VariableName::new(text).ok()
}

fn same_name(one: &Name, other: &Name) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}

// What a plan shows -------------------------------------------------------------------------------

/// R2, R7: compares two copies of the world, environment by environment and flow by flow.
fn show(before: &World, after: &World, step: Step, environments: Vec<EnvironmentId>) -> Shown {
    let changed = before.differing_stacks(after);
    let mut flows: Vec<FlowId> = changed.iter().map(|(_, flow)| *flow).collect();
    flows.sort_unstable();
    flows.dedup();
    let mut rows = Vec::new();
    let mut warnings = Vec::new();
    for flow in flows {
        let mut effects = Vec::new();
        for &environment in &environments {
            let effect = effect(before, after, environment, flow);
            warn(before, after, environment, flow, effect, &mut warnings);
            effects.push(effect);
        }
        rows.push(Row { flow, effects });
    }
    Shown {
        step,
        environments,
        rows,
        warnings,
    }
}

fn effect(before: &World, after: &World, environment: EnvironmentId, flow: FlowId) -> Effect {
    match (
        before.live(environment, flow),
        after.live(environment, flow),
    ) {
        (None, None) => Effect::Absent,
        (None, Some(now)) => Effect::Introduced { now },
        (Some(was), None) => Effect::Removed { was },
        (Some(was), Some(now)) if was == now => Effect::Unaffected { live: now },
        (Some(was), Some(now)) => {
            // What runs after was there before, beneath: it has come up again.
            let top = after.stack(environment, flow).last().unwrap();
            if before.stack(environment, flow).contains(top) {
                Effect::Restored { was, now }
            } else {
                Effect::Replaced { was, now }
            }
        }
    }
}

/// R3, V4.
fn warn(
    before: &World,
    after: &World,
    environment: EnvironmentId,
    flow: FlowId,
    effect: Effect,
    warnings: &mut Vec<Warning>,
) {
    if let Effect::Replaced { was, now } = effect
        && now.number < was.number
        && now.release != was.release
    {
        warnings.push(Warning::OlderReplacesNewer {
            flow,
            environment,
            was,
            now,
        });
    }
    let (Effect::Restored { now, .. } | Effect::Replaced { now, .. } | Effect::Introduced { now }) =
        effect
    else {
        return;
    };
    for name in &*after.snapshot(now.snapshot).unwrap().variables {
        if before.value(name, environment).is_none() {
            let blank = before
                .variables
                .iter()
                .any(|variable| variable.name == *name);
            let variable = name.clone();
            warnings.push(Warning::VariableMissing {
                flow,
                environment,
                now,
                variable,
                blank,
            });
        }
    }
}

// The history -------------------------------------------------------------------------------------

/// What the history has to know of a step beside the two copies of the world around it.
#[derive(Clone, Debug)]
struct Record {
    undoable: bool,
    /// The environments that it withdrew from or deployed to.
    environments: Vec<EnvironmentId>,
}

/// What undoing a step would bring back.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    /// The environments that it would withdraw from or deploy to.
    pub(crate) environments: Vec<EnvironmentId>,
    /// The releases that it would change, as they were.
    pub(crate) releases: Vec<Option<Release>>,
    /// The stacks that it would change, as they were.
    pub(crate) stacks: Vec<Stack>,
}

/// The world after each step; the first after the first.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    worlds: Vec<Rc<World>>,
    records: Vec<Record>,
    /// Ids of deleted releases and removed environments are not given again.
    former_releases: Vec<ReleaseId>,
    former_environments: Vec<EnvironmentId>,
}

impl Model {
    /// E1, E2: a tenant with these environments and nothing else; the last is the default one.
    pub(crate) fn begin(environments: Vec<Environment>) -> Self {
        let default = environments[environments.len() - 1].id;
        let world = World {
            environments,
            default,
            flows: Vec::new(),
            snapshots: Vec::new(),
            releases: Vec::new(),
            stacks: Vec::new(),
            variables: Vec::new(),
        };
        Self {
            worlds: vec![Rc::new(world)],
            records: vec![Record {
                undoable: false,
                environments: Vec::new(),
            }],
            former_releases: Vec::new(),
            former_environments: Vec::new(),
        }
    }

    /// The world now.
    pub(crate) fn now(&self) -> &World {
        &self.worlds[self.worlds.len() - 1]
    }

    /// The world before the last step.
    pub(crate) fn before(&self) -> &World {
        &self.worlds[self.worlds.len() - 2]
    }

    /// How many steps there were.
    pub(crate) fn time(&self) -> u64 {
        self.worlds.len() as u64
    }

    /// Whether undoing the step is possible by its kind, whatever came after.
    pub(crate) fn last_is_undoable(&self) -> bool {
        self.records[self.records.len() - 1].undoable
    }

    /// What the steps that can still be undone would bring back.
    pub(crate) fn ways_back(&self) -> Vec<WayBack> {
        let mut ways = Vec::new();
        for index in 1..self.worlds.len() {
            if !self.records[index].undoable || self.latest_conflict(index).is_some() {
                continue;
            }
            let (before, after) = (&self.worlds[index - 1], &self.worlds[index]);
            let releases = before
                .differing_releases(after)
                .into_iter()
                .map(|id| before.release(id).cloned())
                .collect();
            let stacks = before
                .differing_stacks(after)
                .into_iter()
                .map(|(environment, flow)| {
                    let layers = before.stack(environment, flow).to_vec();
                    Stack {
                        environment,
                        flow,
                        layers,
                    }
                })
                .collect();
            let environments = self.records[index].environments.clone();
            ways.push(WayBack {
                environments,
                releases,
                stacks,
            });
        }
        ways
    }

    /// Does what a command says, or says why not.
    pub(crate) fn perform(&self, command: &Command, role: Role) -> Result<Self, Why> {
        let needs = needed(command);
        if role < needs {
            return Err(Why::NotAllowed(needs));
        }
        let outcome = self.outcome(command)?;
        let mut next = self.clone();
        for release in &self.now().releases {
            if outcome.world.release(release.id).is_none() {
                next.former_releases.push(release.id);
            }
        }
        for environment in &self.now().environments {
            if !outcome.world.has_environment(environment.id) {
                next.former_environments.push(environment.id);
            }
        }
        let Outcome {
            world,
            undoable,
            environments,
            ..
        } = outcome;
        next.worlds.push(Rc::new(world));
        next.records.push(Record {
            undoable,
            environments,
        });
        Ok(next)
    }

    fn outcome(&self, command: &Command) -> Result<Outcome, Why> {
        match command {
            Command::Promote { release, shown } => self.confirm(Ask::Promote(*release), shown),
            Command::RollBack {
                release,
                shown,
                reason,
                hold,
            } => {
                let mut outcome = self.confirm(Ask::RollBack(*release), shown)?;
                let at = self.time() + 1;
                let moved = outcome.world.release_mut(*release);
                if let Came::RolledBack(_, why) = &mut moved.came {
                    *why = reason.clone();
                }
                // R10: in the same step. A hold that is there stays as it is.
                if *hold && moved.hold.is_none() {
                    moved.hold = Some((at, reason.clone()));
                }
                Ok(outcome)
            }
            Command::RemoveFlow {
                release,
                flow,
                shown,
            } => self.confirm(Ask::RemoveFlow(*release, *flow), shown),
            Command::DeleteRelease { release, shown, .. } => {
                self.confirm(Ask::DeleteRelease(*release), shown)
            }
            Command::RemoveEnvironment { environment, shown } => {
                self.confirm(Ask::RemoveEnvironment(*environment), shown)
            }
            Command::Undo { undoing, shown } => self.confirm(Ask::Undo(undoing.position), shown),
            Command::Build {
                snapshot,
                flow,
                into,
                notes,
                reset,
            } => self.build(*snapshot, *flow, into, notes, reset.as_ref()),
            other => self.plain(other),
        }
    }

    /// R8: what would happen now must be what was shown.
    fn confirm(&self, ask: Ask, shown: &Plan) -> Result<Outcome, Why> {
        let outcome = self.foresee(ask)?;
        if outcome.shown == Some(Shown::from(shown)) {
            Ok(outcome)
        } else {
            Err(Why::PlanChanged)
        }
    }

    fn build(
        &self,
        snapshot: SnapshotId,
        flow: FlowId,
        into: &Into,
        notes: &Note,
        shown: Option<&Plan>,
    ) -> Result<Outcome, Why> {
        let now = self.now();
        if now.flow(flow).is_none() {
            return Err(Why::NoSuchFlow(flow));
        }
        if now.snapshot(snapshot).is_some() {
            return Err(Why::IdTaken);
        }
        let mut outcome = match into {
            Into::New { id, name } => {
                if now.release(*id).is_some() || self.former_releases.contains(id) {
                    return Err(Why::IdTaken);
                }
                if let Some(by) = now
                    .releases
                    .iter()
                    .find(|other| same_name(&other.name, name))
                {
                    return Err(Why::ReleaseNameTaken(by.id));
                }
                let mut world = self.with_snapshot(flow, snapshot);
                let (first, at) = (world.first(), self.time() + 1);
                let content = vec![(flow, snapshot)];
                world.deploy(*id, first, &content, at);
                let name = name.clone();
                world.releases.push(Release {
                    id: *id,
                    name,
                    environment: first,
                    since: at,
                    came: Came::Built,
                    content,
                    hold: None,
                });
                Outcome {
                    world,
                    shown: None,
                    undoable: false,
                    environments: vec![first],
                }
            }
            Into::Existing(id) => {
                let outcome = self.foresee(Ask::Build(*id, flow, snapshot))?;
                if outcome.shown != shown.map(Shown::from) {
                    return Err(Why::PlanChanged);
                }
                outcome
            }
        };
        if let Some(built) = outcome.world.snapshots.pop() {
            let built = Snapshot {
                notes: notes.clone(),
                ..(*built).clone()
            };
            outcome.world.snapshots.push(Rc::new(built));
        }
        Ok(outcome)
    }

    /// The world now, and in it a snapshot of the flow's canvas.
    fn with_snapshot(&self, flow: FlowId, id: SnapshotId) -> World {
        let mut world = self.now().clone();
        let canvas = world.flow(flow).unwrap().canvas.clone();
        let older = world
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.flow == flow)
            .count();
        world.snapshots.push(Rc::new(Snapshot {
            id,
            flow,
            number: u32::try_from(older).unwrap() + 1,
            notes: Note::default(),
            variables: variables_of(&canvas),
            canvas,
            at: self.time() + 1,
        }));
        world
    }

    /// Says what a step would come to, and what the plan shows of it.
    pub(crate) fn foresee(&self, ask: Ask) -> Result<Outcome, Why> {
        let now = self.now();
        let at = self.time() + 1;
        let mut world = now.clone();
        let (step, environments, undoable) = match ask {
            Ask::Promote(id) => {
                let release = now.release(id).ok_or(Why::NoSuchRelease(id))?;
                let from = release.environment;
                let Some(next) = now.environments.get(now.order_of(from) + 1) else {
                    return Err(Why::NoNextEnvironment(id, from));
                };
                if release.hold.is_some() {
                    return Err(Why::Held(id));
                }
                if release.content.is_empty() {
                    return Err(Why::EmptyRelease(id));
                }
                let to = next.id;
                world.deploy(id, to, &release.content, at);
                let moved = world.release_mut(id);
                (moved.environment, moved.since, moved.came) = (to, at, Came::Promoted(from));
                (
                    Step::Promote {
                        release: id,
                        from,
                        to,
                    },
                    vec![to],
                    true,
                )
            }
            Ask::RollBack(id) => {
                let release = now.release(id).ok_or(Why::NoSuchRelease(id))?;
                let from = release.environment;
                let order = now.order_of(from);
                if order == 0 {
                    return Err(Why::NoPreviousEnvironment(id, from));
                }
                let to = now.environments[order - 1].id;
                world.withdraw(id, from);
                world.deploy(id, to, &release.content, at);
                let moved = world.release_mut(id);
                (moved.environment, moved.since) = (to, at);
                moved.came = Came::RolledBack(from, Note::default());
                (
                    Step::RollBack {
                        release: id,
                        from,
                        to,
                    },
                    vec![from, to],
                    true,
                )
            }
            Ask::Build(id, flow, snapshot) => return self.foresee_build(id, flow, snapshot),
            Ask::RemoveFlow(id, flow) => {
                let release = self.not_final(id)?;
                if !release.content.iter().any(|(held, _)| *held == flow) {
                    return Err(Why::FlowNotInRelease(id, flow));
                }
                let environment = release.environment;
                world
                    .stack_mut(environment, flow)
                    .retain(|layer| layer.release != id);
                world
                    .release_mut(id)
                    .content
                    .retain(|(held, _)| *held != flow);
                (
                    Step::RemoveFlow { release: id, flow },
                    vec![environment],
                    true,
                )
            }
            Ask::DeleteRelease(id) => {
                self.not_final(id)?;
                for environment in &now.environments {
                    world.withdraw(id, environment.id);
                }
                world.releases.retain(|release| release.id != id);
                let changed = now.differing_stacks(&world);
                let environments = now
                    .environments
                    .iter()
                    .map(|environment| environment.id)
                    .filter(|id| changed.iter().any(|(at, _)| at == id))
                    .collect();
                (Step::DeleteRelease { release: id }, environments, true)
            }
            Ask::RemoveEnvironment(id) => {
                if !now.has_environment(id) {
                    return Err(Why::NoSuchEnvironment(id));
                }
                if id == now.first() || id == now.last() {
                    return Err(Why::OuterEnvironment(id));
                }
                if id == now.default {
                    return Err(Why::DefaultEnvironment(id));
                }
                if now.releases.iter().any(|release| release.environment == id) {
                    return Err(Why::EnvironmentInUse(id));
                }
                world.stacks.retain(|stack| stack.environment != id);
                world
                    .environments
                    .retain(|environment| environment.id != id);
                for variable in &mut world.variables {
                    variable.values.retain(|(at, _, _)| *at != id);
                }
                (Step::RemoveEnvironment { environment: id }, vec![id], false)
            }
            Ask::Undo(position) => {
                let (undone, environments) = self.undo(position)?;
                world = undone;
                (Step::Undo { position }, environments, true)
            }
        };
        let shown = show(now, &world, step, environments.clone());
        Ok(Outcome {
            world,
            shown: Some(shown),
            undoable,
            environments,
        })
    }

    /// B4, D1, D2: a release in the last environment is final.
    fn not_final(&self, id: ReleaseId) -> Result<&Release, Why> {
        let release = self.now().release(id).ok_or(Why::NoSuchRelease(id))?;
        if release.environment == self.now().last() {
            return Err(Why::Final(id, release.environment));
        }
        Ok(release)
    }

    fn foresee_build(
        &self,
        id: ReleaseId,
        flow: FlowId,
        snapshot: SnapshotId,
    ) -> Result<Outcome, Why> {
        let now = self.now();
        if now.flow(flow).is_none() {
            return Err(Why::NoSuchFlow(flow));
        }
        let release = self.not_final(id)?;
        let at = self.time() + 1;
        let (from, first) = (release.environment, now.first());
        let mut world = self.with_snapshot(flow, snapshot);
        let changed = world.release_mut(id);
        changed.content.retain(|(held, _)| *held != flow);
        changed.content.push((flow, snapshot));
        if from == first {
            // B2.
            world.deploy(id, first, &[(flow, snapshot)], at);
            return Ok(Outcome {
                world,
                shown: None,
                undoable: false,
                environments: vec![first],
            });
        }
        // B3.
        (changed.environment, changed.since, changed.came) = (first, at, Came::Reset(from));
        let content = changed.content.clone();
        world.withdraw(id, from);
        world.deploy(id, first, &content, at);
        let environments = vec![from, first];
        let step = Step::Reset {
            release: id,
            flow,
            from,
            to: first,
        };
        let shown = show(now, &world, step, environments.clone());
        Ok(Outcome {
            world,
            shown: Some(shown),
            undoable: true,
            environments,
        })
    }

    /// U1, U2: takes from the copy before the step all in which it differs from the copy after.
    fn undo(&self, position: Position) -> Result<(World, Vec<EnvironmentId>), Why> {
        let index = usize::try_from(position.get()).unwrap().wrapping_sub(1);
        if !self
            .records
            .get(index)
            .is_some_and(|record| record.undoable)
        {
            return Err(Why::NotUndoable(position));
        }
        let now = self.now();
        let (before, after) = (&self.worlds[index - 1], &self.worlds[index]);
        let releases = before.differing_releases(after);
        for &id in &releases {
            let Some(was) = before.release(id) else {
                continue;
            };
            let stays = after
                .release(id)
                .is_some_and(|is| is.environment == was.environment);
            if !stays && !now.has_environment(was.environment) {
                return Err(Why::EnvironmentGone);
            }
        }
        if self.records[index]
            .environments
            .iter()
            .any(|id| !now.has_environment(*id))
        {
            return Err(Why::EnvironmentGone);
        }
        for &id in &releases {
            if let Some(was) = before.release(id)
                && after.release(id).is_none()
                && let Some(by) = now
                    .releases
                    .iter()
                    .find(|other| same_name(&other.name, &was.name))
                && by.id != id
            {
                return Err(Why::NameTakenSince(by.id));
            }
        }
        if let Some(by) = self.latest_conflict(index) {
            return Err(Why::ChangedSince(position, by));
        }
        let mut world = now.clone();
        for &id in &releases {
            world.releases.retain(|release| release.id != id);
            world.releases.extend(before.release(id).cloned());
        }
        for (environment, flow) in before.differing_stacks(after) {
            *world.stack_mut(environment, flow) = before.stack(environment, flow).to_vec();
        }
        let mut environments = self.records[index].environments.clone();
        environments.sort_by_key(|id| now.order_of(*id));
        Ok((world, environments))
    }

    /// The latest step after this one that changed something that this one had changed.
    fn latest_conflict(&self, index: usize) -> Option<Position> {
        let (before, after) = (&self.worlds[index - 1], &self.worlds[index]);
        let releases = before.differing_releases(after);
        let stacks = before.differing_stacks(after);
        for later in (index + 1..self.worlds.len()).rev() {
            let (before, after) = (&self.worlds[later - 1], &self.worlds[later]);
            if releases.iter().any(|id| !before.same_release(after, *id))
                || stacks
                    .iter()
                    .any(|(at, flow)| !before.same_stack(after, *at, *flow))
            {
                return Some(Position::new(later as u64 + 1));
            }
        }
        None
    }

    /// The commands that no plan goes before.
    fn plain(&self, command: &Command) -> Result<Outcome, Why> {
        let now = self.now();
        let at = self.time() + 1;
        let mut world = now.clone();
        match command {
            Command::CreateFlow { flow, name, canvas } => {
                if now.flow(*flow).is_some() {
                    return Err(Why::IdTaken);
                }
                self.free_flow_name(*flow, name)?;
                let (name, canvas) = (name.clone(), canvas.clone());
                world.flows.push(Flow {
                    id: *flow,
                    name,
                    canvas,
                });
            }
            Command::EditFlow { flow, name, canvas } => {
                if now.flow(*flow).is_none() {
                    return Err(Why::NoSuchFlow(*flow));
                }
                self.free_flow_name(*flow, name)?;
                for edited in &mut world.flows {
                    if edited.id == *flow {
                        edited.name = name.clone();
                        edited.canvas = canvas.clone();
                    }
                }
            }
            Command::Hold { release, reason } => {
                let held = now.release(*release).ok_or(Why::NoSuchRelease(*release))?;
                if held.hold.is_some() {
                    return Err(Why::AlreadyHeld(*release));
                }
                world.release_mut(*release).hold = Some((at, reason.clone()));
            }
            Command::LiftHold { release } => {
                let held = now.release(*release).ok_or(Why::NoSuchRelease(*release))?;
                if held.hold.is_none() {
                    return Err(Why::NotHeld(*release));
                }
                world.release_mut(*release).hold = None;
            }
            Command::InsertEnvironment {
                environment,
                after,
                settings,
            } => {
                if !now.has_environment(*after) {
                    return Err(Why::NoSuchEnvironment(*after));
                }
                if *after == now.last() {
                    return Err(Why::NotBetween(*after));
                }
                if now.has_environment(*environment)
                    || self.former_environments.contains(environment)
                {
                    return Err(Why::IdTaken);
                }
                self.free_environment_name(*environment, settings)?;
                let inserted = Environment {
                    id: *environment,
                    settings: settings.clone(),
                };
                world
                    .environments
                    .insert(now.order_of(*after) + 1, inserted);
            }
            Command::ChangeEnvironment {
                environment,
                settings,
                default,
            } => {
                if !now.has_environment(*environment) {
                    return Err(Why::NoSuchEnvironment(*environment));
                }
                self.free_environment_name(*environment, settings)?;
                let index = now.order_of(*environment);
                world.environments[index].settings = settings.clone();
                if *default {
                    world.default = *environment;
                }
            }
            Command::CreateVariable {
                variable,
                environment,
                value,
            } => {
                if !now.has_environment(*environment) {
                    return Err(Why::NoSuchEnvironment(*environment));
                }
                if now.variables.iter().any(|other| other.name == *variable) {
                    return Err(Why::VariableNameTaken(variable.clone()));
                }
                let values = value
                    .iter()
                    .map(|value| (*environment, value.clone(), at))
                    .collect();
                world.variables.push(Variable {
                    name: variable.clone(),
                    values,
                });
            }
            Command::SetVariable {
                variable,
                environment,
                value,
            } => {
                let index = self.index_of(variable)?;
                if !now.has_environment(*environment) {
                    return Err(Why::NoSuchEnvironment(*environment));
                }
                let values = &mut world.variables[index].values;
                values.retain(|(set, _, _)| set != environment);
                values.extend(value.iter().map(|value| (*environment, value.clone(), at)));
            }
            Command::DeleteVariable { variable } => {
                let index = self.index_of(variable)?;
                world.variables.remove(index);
            }
            _ => panic!("a command that a plan goes before: {command:?}"),
        }
        Ok(Outcome {
            world,
            shown: None,
            undoable: false,
            environments: Vec::new(),
        })
    }

    fn index_of(&self, name: &VariableName) -> Result<usize, Why> {
        let found = self
            .now()
            .variables
            .iter()
            .position(|variable| variable.name == *name);
        found.ok_or_else(|| Why::NoSuchVariable(name.clone()))
    }

    fn free_flow_name(&self, id: FlowId, name: &Name) -> Result<(), Why> {
        for other in &self.now().flows {
            if other.id != id && same_name(&other.name, name) {
                return Err(Why::FlowNameTaken(other.id));
            }
        }
        Ok(())
    }

    fn free_environment_name(&self, id: EnvironmentId, settings: &Settings) -> Result<(), Why> {
        for other in &self.now().environments {
            if other.id != id && same_name(&other.settings.name, &settings.name) {
                return Err(Why::EnvironmentNameTaken(other.id));
            }
        }
        Ok(())
    }
}

/// O1: standard users build flows; administrators do everything.
fn needed(command: &Command) -> Role {
    match command {
        Command::CreateFlow { .. } | Command::EditFlow { .. } | Command::Build { .. } => {
            Role::Standard
        }
        Command::Promote { .. }
        | Command::RollBack { .. }
        | Command::RemoveFlow { .. }
        | Command::DeleteRelease { .. }
        | Command::Hold { .. }
        | Command::LiftHold { .. }
        | Command::Undo { .. }
        | Command::InsertEnvironment { .. }
        | Command::ChangeEnvironment { .. }
        | Command::RemoveEnvironment { .. }
        | Command::CreateVariable { .. }
        | Command::SetVariable { .. }
        | Command::DeleteVariable { .. } => Role::Administrator,
    }
}
