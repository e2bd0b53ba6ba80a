//! What is, derived from what happened: events are applied, and questions are answered.
//!
//! Tables that are changed in place: applying an event costs what the event touches, whatever the
//! size of the tenant or the length of the history. There is no table of what is live; the top of a
//! stack is found when asked for.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::actor::Context;
use super::edit::{Change, ContentChange, Edit, Layer, by_flow, changes};
use super::event::Event;
use super::flow::{Flow, Snapshot};
use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId};
use super::pipeline::{Environment, Pipeline};
use super::release::Release;
use super::text::{Name, NameKey, VariableName};
use super::variable::{Setting, Value, Variable};

pub mod written;

/// An event that cannot have followed the ones before it. No `decide` makes one; a damaged or
/// forged journal can hold one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The tenant's beginning is not the first event, or the first event is not that.
    OutOfOrder,
    /// It speaks of something that does not exist.
    Missing,
    /// It brings something that exists already.
    Taken,
    /// It says that something was what it was not.
    Contradiction,
}

/// A deployment in a stack: release R put snapshot S of flow F into environment E.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deployment {
    /// The environment.
    pub environment: EnvironmentId,
    /// The flow.
    pub flow: FlowId,
    /// The entry that recorded it: when, and how high it lies in its stack.
    pub position: Position,
    /// The release that put it there.
    pub release: ReleaseId,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// The snapshot's number within the flow.
    pub number: u32,
}

/// What a later change can touch, so that an earlier one can no longer be undone (U2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A release: its place, its content, its hold, its being.
    Release(ReleaseId),
    /// The stack of a flow in an environment.
    Stack(EnvironmentId, FlowId),
}

/// A layer of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Deployed {
    position: Position,
    release: ReleaseId,
    snapshot: SnapshotId,
    number: u32,
}

/// The deployments of one flow in one environment that have not been withdrawn, the newest last: it
/// is live. A list, because what joins or leaves a stack is nearly always at its top.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stack {
    environment: EnvironmentId,
    layers: Vec<Deployed>,
    touched: Position,
}

/// A flow, with what is kept about it: a step that concerns a flow looks it up once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FlowRecord {
    flow: Box<Flow>,
    /// One for each environment that the flow was ever deployed to.
    stacks: Vec<Stack>,
}

/// A release, with what is kept about it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ReleaseRecord {
    being: Being,
    touched: Position,
    /// Derived from the stacks: its layers in each environment in which there are any, in the order
    /// of the environments' and of the flows' ids. A list, because there are few environments.
    standing: Vec<(EnvironmentId, Vec<Layer>)>,
}

/// A deleted release keeps its id, for an undo to bring it back, and its name, for the history to say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Being {
    There(Release),
    Deleted(ReleaseId, Name),
}

/// Things in the order in which they came; indices and names are derived from the records. No record
/// ever goes; a name does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table<Id: Eq + Hash, Record> {
    records: Vec<Record>,
    indices: FxHashMap<Id, usize>,
    names: FxHashMap<NameKey, Id>,
}

/// Where a snapshot is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    flow: FlowId,
    number: u32,
}

/// A tenant at one position of its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    tenant: TenantId,
    pipeline: Pipeline,
    /// Removed environments keep their names, for the history to say.
    former_environments: BTreeMap<EnvironmentId, Name>,
    flows: Table<FlowId, FlowRecord>,
    /// Where each snapshot is found: derived from the flows.
    versions: FxHashMap<SnapshotId, Version>,
    releases: Table<ReleaseId, ReleaseRecord>,
    variables: BTreeMap<VariableName, Variable>,
    /// When and by whom each entry was recorded, the first one first.
    moments: Vec<Context>,
}

// Questions ---------------------------------------------------------------------------------------

impl State {
    /// Returns the tenant.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Returns the position of the last entry that was applied.
    #[must_use]
    pub fn position(&self) -> Position {
        // A journal with more entries than a u64 counts is not to be had.
        Position::new(u64::try_from(self.moments.len()).unwrap_or(u64::MAX))
    }

    /// Returns the ordered environments.
    #[must_use]
    pub const fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Returns all flows, in the order of their creation.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> + Clone {
        self.flows.records.iter().map(|record| &*record.flow)
    }

    /// Finds a flow.
    #[must_use]
    pub fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.get(id).map(|record| &*record.flow)
    }

    /// Finds the flow that has the name, without regard to case (B5).
    #[must_use]
    pub fn flow_named(&self, name: &Name) -> Option<FlowId> {
        self.flows.named(name)
    }

    /// Finds a snapshot.
    #[must_use]
    pub fn snapshot(&self, id: SnapshotId) -> Option<&Snapshot> {
        let version = self.versions.get(&id)?;
        self.flows.get(version.flow)?.numbered(version.number)
    }

    /// Returns all releases, in the order of their creation.
    pub fn releases(&self) -> impl Iterator<Item = &Release> + Clone {
        self.releases
            .records
            .iter()
            .filter_map(ReleaseRecord::release)
    }

    /// Finds a release.
    #[must_use]
    pub fn release(&self, id: ReleaseId) -> Option<&Release> {
        self.releases.get(id)?.release()
    }

    /// Finds the release that has the name, without regard to case (B5).
    #[must_use]
    pub fn release_named(&self, name: &Name) -> Option<ReleaseId> {
        self.releases.named(name)
    }

    /// Returns the releases that are deleted, each with its last name, in the order of their creation.
    pub fn deleted_releases(&self) -> impl Iterator<Item = (ReleaseId, &Name)> {
        let records = self.releases.records.iter();
        records.filter_map(|record| match &record.being {
            Being::Deleted(id, name) => Some((*id, name)),
            Being::There(_) => None,
        })
    }

    /// Returns the name of a release, be it deleted by now.
    #[must_use]
    pub fn release_name(&self, id: ReleaseId) -> Option<&Name> {
        match &self.releases.get(id)?.being {
            Being::There(release) => Some(&release.name),
            Being::Deleted(_, name) => Some(name),
        }
    }

    /// Returns the name of an environment, be it removed by now.
    #[must_use]
    pub fn environment_name(&self, id: EnvironmentId) -> Option<&Name> {
        self.pipeline
            .get(id)
            .map(Environment::name)
            .or(self.former_environments.get(&id))
    }

    /// Returns the releases that are in an environment.
    pub fn releases_in(&self, environment: EnvironmentId) -> impl Iterator<Item = &Release> {
        self.releases()
            .filter(move |release| release.place.environment == environment)
    }

    /// Returns all that is kept about one flow, for questions about several of its stacks.
    #[must_use]
    pub fn stacks_of(&self, flow: FlowId) -> Option<Stacks<'_>> {
        self.flows.get(flow).map(|record| Stacks {
            record,
            versions: &self.versions,
        })
    }

    /// Returns the stack of a flow in an environment, the newest deployment first.
    pub fn stack(
        &self,
        environment: EnvironmentId,
        flow: FlowId,
    ) -> impl Iterator<Item = Deployment> {
        self.stacks_of(flow)
            .into_iter()
            .flat_map(move |stacks| stacks.stack(environment))
    }

    /// Returns what runs when the flow is run in the environment: the top of its stack (X2).
    #[must_use]
    pub fn live(&self, environment: EnvironmentId, flow: FlowId) -> Option<Deployment> {
        self.stack(environment, flow).next()
    }

    /// Returns what is live in an environment, at most one deployment a flow.
    pub fn live_in(&self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> {
        self.flows
            .records
            .iter()
            .filter_map(move |record| record.deployments(environment).next())
    }

    /// Returns all deployments that stand in an environment, flow by flow.
    pub fn deployments_in(&self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> {
        self.flows
            .records
            .iter()
            .flat_map(move |record| record.deployments(environment))
    }

    /// Returns where the deployments of one release stand.
    #[must_use]
    pub fn standing(&self, release: ReleaseId) -> Standing<'_> {
        Standing(self.releases.get(release))
    }

    /// Returns all variables.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.variables.values()
    }

    /// Finds a variable.
    #[must_use]
    pub fn variable(&self, name: &VariableName) -> Option<&Variable> {
        self.variables.get(name)
    }

    /// Returns when and by whom the entry at `position` was recorded.
    #[must_use]
    pub fn moment(&self, position: Position) -> Option<&Context> {
        self.moments
            .get(usize::try_from(position.get()).ok()?.checked_sub(1)?)
    }

    /// Returns the last entry that touched any stack of an environment.
    #[must_use]
    pub fn last_touch_in(&self, environment: EnvironmentId) -> Option<Position> {
        let stacks = self
            .flows
            .records
            .iter()
            .filter_map(|record| record.stack(environment));
        stacks.map(|stack| stack.touched).max()
    }

    /// Returns the last entry that touched the subject (U2).
    #[must_use]
    pub fn last_touch(&self, subject: Subject) -> Option<Position> {
        match subject {
            Subject::Release(release) => Some(self.releases.get(release)?.touched),
            Subject::Stack(environment, flow) => {
                Some(self.flows.get(flow)?.stack(environment)?.touched)
            }
        }
    }
}

/// The stacks and snapshots of one flow.
#[derive(Clone, Copy)]
pub struct Stacks<'a> {
    record: &'a FlowRecord,
    versions: &'a FxHashMap<SnapshotId, Version>,
}

impl<'a> Stacks<'a> {
    /// Returns the stack in an environment, the newest deployment first.
    pub fn stack(self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> + use<'a> {
        self.record.deployments(environment)
    }

    /// Finds a snapshot of the flow.
    #[must_use]
    pub fn snapshot(self, id: SnapshotId) -> Option<&'a Snapshot> {
        let version = self.versions.get(&id)?;
        let own = version.flow == self.record.flow.id;
        own.then(|| self.numbered(version.number))?
    }

    /// Finds the snapshot that has this number.
    #[must_use]
    pub fn numbered(self, number: u32) -> Option<&'a Snapshot> {
        self.record.numbered(number)
    }
}

/// The deployments of one release.
#[derive(Clone, Copy)]
pub struct Standing<'a>(Option<&'a ReleaseRecord>);

impl<'a> Standing<'a> {
    fn places(self, environment: EnvironmentId) -> &'a [Layer] {
        let mut standing = self.0.into_iter().flat_map(|record| &record.standing);
        let places = standing.find(|(at, _)| *at == environment);
        places.map_or(&[], |(_, places)| places)
    }

    /// Returns those in one environment, in the order of the flows' ids.
    pub fn in_environment(
        self,
        environment: EnvironmentId,
    ) -> impl Iterator<Item = Layer> + use<'a> {
        self.places(environment).iter().copied()
    }

    /// Returns the one in one stack.
    #[must_use]
    pub fn at(self, environment: EnvironmentId, flow: FlowId) -> Option<Layer> {
        let places = self.places(environment);
        let index = find(places, flow).ok()?;
        places.get(index).copied()
    }
}

// Events ------------------------------------------------------------------------------------------

impl State {
    /// Returns the state after a journal's first event.
    ///
    /// # Errors
    ///
    /// [`Misfit`] where the event is not the beginning of a tenant.
    pub fn begin(event: &Event, moment: Context) -> Result<Self, Misfit> {
        let Event::TenantBegun { tenant, pipeline } = event else {
            return Err(Misfit::OutOfOrder);
        };
        if !pipeline.is_consistent() {
            return Err(Misfit::Contradiction);
        }
        Ok(Self {
            tenant: *tenant,
            pipeline: pipeline.clone(),
            former_environments: BTreeMap::new(),
            flows: Table::default(),
            versions: FxHashMap::default(),
            releases: Table::default(),
            variables: BTreeMap::new(),
            moments: vec![moment],
        })
    }

    /// Takes in the next event: the one recorded at the position after [`State::position`].
    ///
    /// # Errors
    ///
    /// [`Misfit`] where the event cannot have followed. The state is then of no more use: whoever
    /// wants the one before replays up to it.
    pub fn apply(&mut self, event: &Event, moment: Context) -> Result<(), Misfit> {
        self.moments.push(moment);
        let position = self.position();
        match event {
            Event::TenantBegun { .. } => return Err(Misfit::OutOfOrder),
            Event::FlowCreated { flow, name, canvas } => {
                let created = FlowRecord::new(Flow {
                    id: *flow,
                    name: name.clone(),
                    canvas: canvas.clone(),
                    snapshots: Vec::new(),
                });
                self.flows.push(*flow, created)?;
                self.flows.give_name(name, *flow)?;
            }
            Event::FlowEdited { flow, name, canvas } => {
                let edited = &mut self.flows.get_mut(*flow)?.flow;
                edited.canvas = canvas.clone();
                let before = std::mem::replace(&mut edited.name, name.clone());
                self.flows.take_name(&before);
                self.flows.give_name(name, *flow)?;
            }
            Event::Built {
                snapshot,
                flow,
                number,
                notes,
                canvas,
                ..
            } => {
                let of = self.flows.get_mut(*flow)?;
                if of.flow.next_number() != *number {
                    return Err(Misfit::Contradiction);
                }
                let version = Version {
                    flow: *flow,
                    number: *number,
                };
                insert(&mut self.versions, *snapshot, version)?;
                let built = Snapshot {
                    id: *snapshot,
                    flow: *flow,
                    number: *number,
                    notes: notes.clone(),
                    canvas: canvas.clone(),
                    variables: canvas.variables().into(),
                    built: position,
                };
                of.flow.snapshots.push(built);
            }
            Event::EnvironmentInserted { after, environment } => {
                if !self.pipeline.insert_after(*after, environment.clone()) {
                    return Err(Misfit::Missing);
                }
                self.check_pipeline()?;
            }
            Event::EnvironmentChanged {
                environment,
                settings,
                default,
            } => {
                if !self
                    .pipeline
                    .change(*environment, settings.clone(), *default)
                {
                    return Err(Misfit::Missing);
                }
                self.check_pipeline()?;
            }
            Event::VariableCreated {
                variable,
                environment,
                value,
            } => {
                let created = Variable {
                    name: variable.clone(),
                    values: BTreeMap::new(),
                };
                if self.variables.insert(variable.clone(), created).is_some() {
                    return Err(Misfit::Taken);
                }
                self.set(variable, *environment, value.as_ref())?;
            }
            Event::VariableSet {
                variable,
                environment,
                value,
            } => {
                self.set(variable, *environment, value.as_ref())?;
            }
            Event::VariableDeleted { variable } => {
                self.variables.remove(variable).ok_or(Misfit::Missing)?;
            }
            Event::Promoted { .. }
            | Event::RolledBack { .. }
            | Event::FlowRemoved { .. }
            | Event::ReleaseDeleted { .. }
            | Event::ReleaseHeld { .. }
            | Event::HoldLifted { .. }
            | Event::Undone { .. }
            | Event::EnvironmentRemoved { .. } => {}
        }
        for edit in event.edits() {
            self.edit(edit)?;
        }
        self.restack(event.edits())?;
        // After the edits: they empty the stacks of the environment that goes (E3).
        if let Event::EnvironmentRemoved {
            environment, name, ..
        } = event
        {
            self.remove_environment(*environment, name)?;
        }
        Ok(())
    }

    fn check_pipeline(&self) -> Result<(), Misfit> {
        if self.pipeline.is_consistent() {
            Ok(())
        } else {
            Err(Misfit::Taken)
        }
    }

    fn check_environment(&self, environment: EnvironmentId) -> Result<(), Misfit> {
        if self.pipeline.contains(environment) {
            Ok(())
        } else {
            Err(Misfit::Missing)
        }
    }

    /// Whoever holds a snapshot holds it as that of its flow.
    fn check_built(&self, flow: FlowId, snapshot: SnapshotId) -> Result<(), Misfit> {
        match self.versions.get(&snapshot) {
            Some(version) if version.flow == flow => Ok(()),
            _ => Err(Misfit::Missing),
        }
    }

    fn set(
        &mut self,
        variable: &VariableName,
        environment: EnvironmentId,
        value: Option<&Value>,
    ) -> Result<(), Misfit> {
        self.check_environment(environment)?;
        let since = self.position();
        let values = &mut self
            .variables
            .get_mut(variable)
            .ok_or(Misfit::Missing)?
            .values;
        match value {
            Some(value) => values.insert(
                environment,
                Setting {
                    value: value.clone(),
                    since,
                },
            ),
            None => values.remove(&environment),
        };
        Ok(())
    }

    fn remove_environment(
        &mut self,
        environment: EnvironmentId,
        name: &Name,
    ) -> Result<(), Misfit> {
        if self.deployments_in(environment).next().is_some()
            || self.releases_in(environment).next().is_some()
        {
            return Err(Misfit::Contradiction);
        }
        if !self.pipeline.remove(environment) {
            return Err(Misfit::Missing);
        }
        self.check_pipeline()?;
        for variable in self.variables.values_mut() {
            variable.values.remove(&environment);
        }
        self.former_environments.insert(environment, name.clone());
        Ok(())
    }

    /// Takes in what an edit says of its release; what it says of stacks, [`State::restack`] does.
    fn edit(&mut self, edit: &Edit) -> Result<(), Misfit> {
        let position = self.position();
        match edit {
            Edit::Stacks {
                environment,
                release,
                withdrawn,
                deployed,
            } => {
                self.check_environment(*environment)?;
                let record = self.releases.get_mut(*release)?;
                // No release is touched by this alone: one that moves has its place edited too.
                return record.stand(*environment, withdrawn, deployed);
            }
            Edit::Place { release, was, now } => {
                self.check_environment(now.environment)?;
                replace(&mut self.release_mut(*release)?.place, was, now)?;
            }
            Edit::Content { release, changes } => {
                for (flow, now) in changes.iter().filter_map(|it| Some((it.flow, it.now?))) {
                    self.check_built(flow, now)?;
                }
                let content = &mut self.release_mut(*release)?.content;
                for ContentChange { flow, was, now } in changes {
                    let held = match now {
                        Some(snapshot) => content.insert(*flow, *snapshot),
                        None => content.remove(*flow),
                    };
                    if held != *was {
                        return Err(Misfit::Contradiction);
                    }
                }
            }
            Edit::Hold { release, was, now } => {
                replace(&mut self.release_mut(*release)?.hold, was, now)?;
            }
            Edit::Created { release } => {
                self.check_environment(release.place.environment)?;
                for (flow, snapshot) in release.content.iter() {
                    self.check_built(flow, snapshot)?;
                }
                self.releases.give_name(&release.name, release.id)?;
                if self.release(release.id).is_some() {
                    return Err(Misfit::Taken);
                }
                let being = Being::There(release.clone());
                if let Ok(deleted) = self.releases.get_mut(release.id) {
                    deleted.being = being;
                } else {
                    let created = ReleaseRecord::new(being, position);
                    self.releases.push(release.id, created)?;
                }
            }
            Edit::Deleted { release } => {
                let record = self.releases.get_mut(release.id)?;
                // D2: it stands nowhere any more.
                if record.release_mut()? != release || !record.standing.is_empty() {
                    return Err(Misfit::Contradiction);
                }
                record.being = Being::Deleted(release.id, release.name.clone());
                self.releases.take_name(&release.name);
            }
        }
        self.releases.get_mut(edit.release())?.touched = position;
        Ok(())
    }

    fn release_mut(&mut self, id: ReleaseId) -> Result<&mut Release, Misfit> {
        self.releases.get_mut(id)?.release_mut()
    }

    /// Takes layers from stacks and puts layers there, after [`State::edit`] found that those that
    /// are to leave stand there.
    fn restack(&mut self, edits: &[Edit]) -> Result<(), Misfit> {
        let position = self.position();
        for (flow, changes) in by_flow(&changes(edits)) {
            let record = self.flows.get_mut(flow)?;
            for change in changes {
                let version = self.versions.get(&change.layer.snapshot);
                let version = version.filter(|version| version.flow == flow);
                let number = version.ok_or(Misfit::Missing)?.number;
                record.change(*change, number, position)?;
            }
        }
        Ok(())
    }
}

impl FlowRecord {
    fn new(flow: Flow) -> Self {
        Self {
            flow: Box::new(flow),
            stacks: Vec::new(),
        }
    }

    fn stack(&self, environment: EnvironmentId) -> Option<&Stack> {
        self.stacks
            .iter()
            .find(|stack| stack.environment == environment)
    }

    /// Returns the stack in an environment, the newest deployment first.
    fn deployments(
        &self,
        environment: EnvironmentId,
    ) -> impl Iterator<Item = Deployment> + use<'_> {
        let flow = self.flow.id;
        let stack = self.stack(environment);
        let layers = stack.map_or(&[][..], |stack| &stack.layers);
        layers.iter().rev().map(move |layer| Deployment {
            environment,
            flow,
            position: layer.position,
            release: layer.release,
            snapshot: layer.snapshot,
            number: layer.number,
        })
    }

    /// Finds a snapshot by its number: they are numbered from 1.
    fn numbered(&self, number: u32) -> Option<&Snapshot> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.flow.snapshots.get(index)
    }

    /// Takes a layer away or puts one there; `number` is its snapshot's.
    fn change(&mut self, change: Change<'_>, number: u32, touched: Position) -> Result<(), Misfit> {
        let Layer {
            snapshot, position, ..
        } = *change.layer;
        let (environment, release) = (*change.environment, *change.release);
        let known = self
            .stacks
            .iter()
            .position(|stack| stack.environment == environment);
        let index = known.unwrap_or(self.stacks.len());
        if known.is_none() {
            self.stacks.push(Stack {
                environment,
                layers: Vec::new(),
                touched,
            });
        }
        let stack = &mut self.stacks[index];
        stack.touched = touched;
        let layers = &mut stack.layers;
        let found = layers.binary_search_by_key(&position, |layer| layer.position);
        match (change.deployed, found) {
            (false, Ok(index)) => {
                layers.remove(index);
                Ok(())
            }
            (true, Err(index)) => {
                let deployed = Deployed {
                    position,
                    release,
                    snapshot,
                    number,
                };
                layers.insert(index, deployed);
                Ok(())
            }
            (false, Err(_)) | (true, Ok(_)) => Err(Misfit::Contradiction),
        }
    }
}

impl ReleaseRecord {
    const fn new(being: Being, touched: Position) -> Self {
        Self {
            being,
            touched,
            standing: Vec::new(),
        }
    }

    const fn release(&self) -> Option<&Release> {
        match &self.being {
            Being::There(release) => Some(release),
            Being::Deleted(..) => None,
        }
    }

    const fn release_mut(&mut self) -> Result<&mut Release, Misfit> {
        match &mut self.being {
            Being::There(release) => Ok(release),
            Being::Deleted(..) => Err(Misfit::Missing),
        }
    }

    /// Keeps up where the release stands: at most once in any stack (B2), and nowhere once it is
    /// deleted (D2).
    fn stand(
        &mut self,
        environment: EnvironmentId,
        withdrawn: &[Layer],
        deployed: &[Layer],
    ) -> Result<(), Misfit> {
        self.release_mut()?;
        let found = self.standing.binary_search_by_key(&environment, |it| it.0);
        let index = found.unwrap_or_else(|index| {
            // Most stand in one environment only.
            self.standing.reserve_exact(1);
            let places = Vec::with_capacity(deployed.len());
            self.standing.insert(index, (environment, places));
            index
        });
        let places = &mut self.standing[index].1;
        // Whatever leaves whole leaves from its end on, and what comes whole joins at the end.
        for layer in withdrawn.iter().rev() {
            match find(places, layer.flow) {
                Ok(index) if places[index] == *layer => places.remove(index),
                _ => return Err(Misfit::Contradiction),
            };
        }
        for layer in deployed {
            match find(places, layer.flow) {
                Err(index) => places.insert(index, *layer),
                Ok(_) => return Err(Misfit::Taken),
            }
        }
        if places.is_empty() {
            self.standing.remove(index);
        }
        Ok(())
    }
}

impl<Id: Copy + Eq + Hash, Record> Table<Id, Record> {
    fn get(&self, id: Id) -> Option<&Record> {
        self.records.get(*self.indices.get(&id)?)
    }

    fn get_mut(&mut self, id: Id) -> Result<&mut Record, Misfit> {
        let index = *self.indices.get(&id).ok_or(Misfit::Missing)?;
        self.records.get_mut(index).ok_or(Misfit::Missing)
    }

    fn push(&mut self, id: Id, record: Record) -> Result<(), Misfit> {
        insert(&mut self.indices, id, self.records.len())?;
        self.records.push(record);
        Ok(())
    }

    fn named(&self, name: &Name) -> Option<Id> {
        self.names.get(&name.key()).copied()
    }

    fn reserve(&mut self, more: usize) {
        self.records.reserve_exact(more);
        self.indices.reserve(more);
        self.names.reserve(more);
    }

    fn give_name(&mut self, name: &Name, id: Id) -> Result<(), Misfit> {
        insert(&mut self.names, name.key(), id)
    }

    fn take_name(&mut self, name: &Name) {
        self.names.remove(&name.key());
    }
}

impl<Id: Eq + Hash, Record> Default for Table<Id, Record> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            indices: FxHashMap::default(),
            names: FxHashMap::default(),
        }
    }
}

/// Finds a flow's place among those in the order of the flows' ids, or where it would be.
fn find(places: &[Layer], flow: FlowId) -> Result<usize, usize> {
    let Some((last, others)) = places.split_last() else {
        return Err(0);
    };
    match last.flow.cmp(&flow) {
        Ordering::Less => Err(places.len()),
        Ordering::Equal => Ok(others.len()),
        Ordering::Greater => others.binary_search_by_key(&flow, |layer| layer.flow),
    }
}

fn insert<K: Eq + Hash, V>(table: &mut FxHashMap<K, V>, key: K, value: V) -> Result<(), Misfit> {
    match table.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(Misfit::Taken),
    }
}

fn replace<T: Clone + PartialEq>(place: &mut T, was: &T, now: &T) -> Result<(), Misfit> {
    if place != was {
        return Err(Misfit::Contradiction);
    }
    place.clone_from(now);
    Ok(())
}
