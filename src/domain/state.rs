//! What is, derived from what happened: events are applied, and questions are answered.
//!
//! Tables that are changed in place: applying an event costs what the event touches, whatever the
//! size of the tenant or the length of the history. There is no table of what is live; the top of a
//! stack is found when asked for.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use super::actor::Context;
use super::edit::{ContentChange, Edit, Layer};
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

/// The deployments of one flow in one environment that have not been withdrawn, by the entry that
/// recorded each: the last one is live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stack {
    layers: BTreeMap<Position, (ReleaseId, SnapshotId, u32)>,
    touched: Position,
}

/// A flow, with what is kept about it: a step that concerns a flow looks it up once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    flow: Flow,
    numbers: BTreeMap<SnapshotId, u32>,
    stacks: BTreeMap<EnvironmentId, Stack>,
}

/// A tenant at one position of its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    tenant: TenantId,
    pipeline: Pipeline,
    /// In the order of their creation; no flow is ever deleted.
    flows: Vec<Record>,
    flow_indices: HashMap<FlowId, usize>,
    flow_names: HashMap<NameKey, FlowId>,
    /// The flow of each snapshot.
    versions: HashMap<SnapshotId, FlowId>,
    releases: BTreeMap<ReleaseId, Release>,
    release_names: HashMap<NameKey, ReleaseId>,
    /// Deleted releases and removed environments keep their names, for the history to say.
    former_releases: BTreeMap<ReleaseId, Name>,
    former_environments: BTreeMap<EnvironmentId, Name>,
    /// Where each release stands: at most once in any stack (B2).
    standing: HashMap<ReleaseId, Places>,
    touched: HashMap<ReleaseId, Position>,
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
        self.flows.iter().map(|record| &record.flow)
    }

    /// Finds a flow.
    #[must_use]
    pub fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.record(id).map(|record| &record.flow)
    }

    /// Finds the flow that has the name, without regard to case (B5).
    #[must_use]
    pub fn flow_named(&self, name: &Name) -> Option<FlowId> {
        self.flow_names.get(&name.key()).copied()
    }

    /// Finds a snapshot.
    #[must_use]
    pub fn snapshot(&self, id: SnapshotId) -> Option<&Snapshot> {
        self.stacks_of(*self.versions.get(&id)?)?.snapshot(id)
    }

    /// Returns all releases.
    pub fn releases(&self) -> impl Iterator<Item = &Release> + Clone {
        self.releases.values()
    }

    /// Finds a release.
    #[must_use]
    pub fn release(&self, id: ReleaseId) -> Option<&Release> {
        self.releases.get(&id)
    }

    /// Finds the release that has the name, without regard to case (B5).
    #[must_use]
    pub fn release_named(&self, name: &Name) -> Option<ReleaseId> {
        self.release_names.get(&name.key()).copied()
    }

    /// Returns the name of a release, be it deleted by now.
    #[must_use]
    pub fn release_name(&self, id: ReleaseId) -> Option<&Name> {
        self.releases
            .get(&id)
            .map(|release| &release.name)
            .or(self.former_releases.get(&id))
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
        self.releases
            .values()
            .filter(move |release| release.place.environment == environment)
    }

    fn record(&self, flow: FlowId) -> Option<&Record> {
        self.flows.get(*self.flow_indices.get(&flow)?)
    }

    /// Returns all that is kept about one flow, for questions about several of its stacks.
    #[must_use]
    pub fn stacks_of(&self, flow: FlowId) -> Option<Stacks<'_>> {
        self.record(flow).map(Stacks)
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
            .iter()
            .filter_map(move |record| Stacks(record).stack(environment).next())
    }

    /// Returns all deployments that stand in an environment, flow by flow.
    pub fn deployments_in(&self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> {
        self.flows
            .iter()
            .flat_map(move |record| Stacks(record).stack(environment))
    }

    /// Returns where the deployments of one release stand.
    #[must_use]
    pub fn standing(&self, release: ReleaseId) -> Standing<'_> {
        Standing(self.standing.get(&release))
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
            .iter()
            .filter_map(|record| record.stacks.get(&environment));
        stacks.map(|stack| stack.touched).max()
    }

    /// Returns the last entry that touched the subject (U2).
    #[must_use]
    pub fn last_touch(&self, subject: Subject) -> Option<Position> {
        match subject {
            Subject::Release(release) => self.touched.get(&release).copied(),
            Subject::Stack(environment, flow) => {
                Some(self.record(flow)?.stacks.get(&environment)?.touched)
            }
        }
    }
}

/// The stacks and snapshots of one flow.
#[derive(Clone, Copy)]
pub struct Stacks<'a>(&'a Record);

impl<'a> Stacks<'a> {
    /// Returns the stack in an environment, the newest deployment first.
    pub fn stack(self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> + use<'a> {
        let flow = self.0.flow.id;
        let layers = self
            .0
            .stacks
            .get(&environment)
            .into_iter()
            .flat_map(|stack| &stack.layers);
        layers.rev().map(
            move |(&position, &(release, snapshot, number))| Deployment {
                environment,
                flow,
                position,
                release,
                snapshot,
                number,
            },
        )
    }

    /// Finds a snapshot of the flow.
    #[must_use]
    pub fn snapshot(self, id: SnapshotId) -> Option<&'a Snapshot> {
        let number = *self.0.numbers.get(&id)?;
        // Snapshots are numbered from 1.
        self.0
            .flow
            .snapshots
            .get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// Where one release stands: by environment and flow, the height in the stack and what stands there.
type Places = BTreeMap<(EnvironmentId, FlowId), (Position, SnapshotId)>;

/// The deployments of one release.
#[derive(Clone, Copy)]
pub struct Standing<'a>(Option<&'a Places>);

impl<'a> Standing<'a> {
    /// Returns those in one environment.
    pub fn in_environment(
        self,
        environment: EnvironmentId,
    ) -> impl Iterator<Item = Layer> + use<'a> {
        let flows = (environment, FlowId::MIN)..=(environment, FlowId::MAX);
        let places = self
            .0
            .into_iter()
            .flat_map(move |places| places.range(flows.clone()));
        places.map(|(&(_, flow), &(position, snapshot))| Layer {
            flow,
            snapshot,
            position,
        })
    }

    /// Returns the one in one stack.
    #[must_use]
    pub fn at(self, environment: EnvironmentId, flow: FlowId) -> Option<Layer> {
        let &(position, snapshot) = self.0?.get(&(environment, flow))?;
        Some(Layer {
            flow,
            snapshot,
            position,
        })
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
            flows: Vec::new(),
            flow_indices: HashMap::new(),
            flow_names: HashMap::new(),
            versions: HashMap::new(),
            releases: BTreeMap::new(),
            release_names: HashMap::new(),
            former_releases: BTreeMap::new(),
            former_environments: BTreeMap::new(),
            standing: HashMap::new(),
            touched: HashMap::new(),
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
                insert(&mut self.flow_indices, *flow, self.flows.len())?;
                insert(&mut self.flow_names, name.key(), *flow)?;
                let created = Flow {
                    id: *flow,
                    name: name.clone(),
                    canvas: canvas.clone(),
                    snapshots: Vec::new(),
                };
                let (numbers, stacks) = (BTreeMap::new(), BTreeMap::new());
                self.flows.push(Record {
                    flow: created,
                    numbers,
                    stacks,
                });
            }
            Event::FlowEdited { flow, name, canvas } => {
                let before = self.record_mut(*flow)?.flow.name.key();
                self.flow_names.remove(&before);
                insert(&mut self.flow_names, name.key(), *flow)?;
                let edited = &mut self.record_mut(*flow)?.flow;
                edited.name = name.clone();
                edited.canvas = canvas.clone();
            }
            Event::Built {
                snapshot,
                flow,
                number,
                notes,
                canvas,
                ..
            } => {
                insert(&mut self.versions, *snapshot, *flow)?;
                let of = self.record_mut(*flow)?;
                if of.flow.next_number() != *number {
                    return Err(Misfit::Contradiction);
                }
                of.numbers.insert(*snapshot, *number);
                let built = Snapshot {
                    id: *snapshot,
                    flow: *flow,
                    number: *number,
                    notes: notes.clone(),
                    canvas: canvas.clone(),
                    variables: canvas.variables(),
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
                vacant(&self.variables, variable)?;
                self.variables.insert(variable.clone(), created);
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
        // After the edits: they empty the stacks of the environment that goes (E3).
        if let Event::EnvironmentRemoved {
            environment, name, ..
        } = event
        {
            self.remove_environment(*environment, name)?;
        }
        Ok(())
    }

    fn record_mut(&mut self, flow: FlowId) -> Result<&mut Record, Misfit> {
        let index = *self.flow_indices.get(&flow).ok_or(Misfit::Missing)?;
        self.flows.get_mut(index).ok_or(Misfit::Missing)
    }

    fn check_pipeline(&self) -> Result<(), Misfit> {
        if self.pipeline.is_consistent() {
            Ok(())
        } else {
            Err(Misfit::Taken)
        }
    }

    fn set(
        &mut self,
        variable: &VariableName,
        environment: EnvironmentId,
        value: Option<&Value>,
    ) -> Result<(), Misfit> {
        if !self.pipeline.contains(environment) {
            return Err(Misfit::Missing);
        }
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

    fn edit(&mut self, edit: &Edit) -> Result<(), Misfit> {
        match edit {
            Edit::Stacks {
                environment,
                release,
                withdrawn,
                deployed,
            } => {
                if !self.pipeline.contains(*environment) {
                    return Err(Misfit::Missing);
                }
                for layer in withdrawn {
                    self.withdraw(*environment, *release, layer)?;
                }
                for layer in deployed {
                    self.deploy(*environment, *release, layer)?;
                }
                // No release is touched by this alone: one that moves has its place edited too.
                return Ok(());
            }
            Edit::Place { release, was, now } => {
                if !self.pipeline.contains(now.environment) {
                    return Err(Misfit::Missing);
                }
                replace(&mut self.release_mut(*release)?.place, was, now)?;
            }
            Edit::Content { release, changes } => {
                let content = &mut self.release_mut(*release)?.content;
                for ContentChange { flow, was, now } in changes {
                    let held = match now {
                        Some(snapshot) => content.insert(*flow, *snapshot),
                        None => content.remove(flow),
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
                vacant(&self.releases, &release.id)?;
                if !self.pipeline.contains(release.place.environment) {
                    return Err(Misfit::Missing);
                }
                insert(&mut self.release_names, release.name.key(), release.id)?;
                self.former_releases.remove(&release.id);
                self.releases.insert(release.id, release.clone());
            }
            Edit::Deleted { release } => {
                let deleted = self.releases.remove(&release.id).ok_or(Misfit::Missing)?;
                if deleted != *release {
                    return Err(Misfit::Contradiction);
                }
                self.release_names.remove(&deleted.name.key());
                self.former_releases.insert(deleted.id, deleted.name);
            }
        }
        let position = self.position();
        self.touched.insert(edit.release(), position);
        Ok(())
    }

    fn release_mut(&mut self, id: ReleaseId) -> Result<&mut Release, Misfit> {
        self.releases.get_mut(&id).ok_or(Misfit::Missing)
    }

    fn withdraw(
        &mut self,
        environment: EnvironmentId,
        release: ReleaseId,
        layer: &Layer,
    ) -> Result<(), Misfit> {
        let position = self.position();
        let record = self.record_mut(layer.flow)?;
        let stack = record.stacks.get_mut(&environment).ok_or(Misfit::Missing)?;
        let gone = stack.layers.remove(&layer.position);
        if gone.is_none_or(|(by, snapshot, _)| (by, snapshot) != (release, layer.snapshot)) {
            return Err(Misfit::Contradiction);
        }
        stack.touched = position;
        let standing = self.standing.get_mut(&release).ok_or(Misfit::Missing)?;
        standing.remove(&(environment, layer.flow));
        if standing.is_empty() {
            self.standing.remove(&release);
        }
        Ok(())
    }

    fn deploy(
        &mut self,
        environment: EnvironmentId,
        release: ReleaseId,
        layer: &Layer,
    ) -> Result<(), Misfit> {
        let position = self.position();
        let record = self.record_mut(layer.flow)?;
        let number = *record.numbers.get(&layer.snapshot).ok_or(Misfit::Missing)?;
        let stack = record.stacks.entry(environment).or_default();
        if stack
            .layers
            .insert(layer.position, (release, layer.snapshot, number))
            .is_some()
        {
            return Err(Misfit::Taken);
        }
        stack.touched = position;
        // B2: a release stands at most once in any stack.
        let standing = self.standing.entry(release).or_default();
        match standing.insert((environment, layer.flow), (layer.position, layer.snapshot)) {
            None => Ok(()),
            Some(_) => Err(Misfit::Taken),
        }
    }
}

fn vacant<K: Ord, V>(table: &BTreeMap<K, V>, key: &K) -> Result<(), Misfit> {
    if table.contains_key(key) {
        Err(Misfit::Taken)
    } else {
        Ok(())
    }
}

fn insert<K: Eq + Hash, V>(table: &mut HashMap<K, V>, key: K, value: V) -> Result<(), Misfit> {
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
