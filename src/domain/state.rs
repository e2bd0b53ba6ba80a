//! What is, derived from what happened: events are applied, and questions are answered.
//!
//! Tables with composite keys, each changed in place: applying an event costs what the event
//! touches, whatever the size of the tenant or the length of the history. There is no table of what
//! is live; the top of a stack is found when asked for.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::actor::Context;
use super::edit::{ContentChange, Edit, Layer};
use super::event::Event;
use super::flow::{Flow, Snapshot};
use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId};
use super::pipeline::{Environment, Pipeline};
use super::release::Release;
use super::text::{Name, NameKey, VariableName};
use super::variable::{Setting, Value, Variable};

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
}

/// What a later change can touch, so that an earlier one can no longer be undone (U2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A release: its place, its content, its hold, its being.
    Release(ReleaseId),
    /// The stack of a flow in an environment.
    Stack(EnvironmentId, FlowId),
}

type Slot = (EnvironmentId, FlowId, Position);

/// A tenant at one position of its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    tenant: TenantId,
    position: Position,
    pipeline: Pipeline,
    flows: BTreeMap<FlowId, Flow>,
    flow_names: BTreeMap<NameKey, FlowId>,
    snapshots: BTreeMap<SnapshotId, Snapshot>,
    releases: BTreeMap<ReleaseId, Release>,
    release_names: BTreeMap<NameKey, ReleaseId>,
    /// Deleted releases and removed environments keep their names, for the history to say.
    former_releases: BTreeMap<ReleaseId, Name>,
    former_environments: BTreeMap<EnvironmentId, Name>,
    /// All stacks: those of one environment lie together, those of one flow in it are one stack.
    stacks: BTreeMap<Slot, (ReleaseId, SnapshotId)>,
    /// Where each release stands: at most once in any stack (B2).
    standing: BTreeMap<(ReleaseId, EnvironmentId, FlowId), Position>,
    variables: BTreeMap<VariableName, Variable>,
    moments: BTreeMap<Position, Context>,
    touched: BTreeMap<Subject, Position>,
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
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns the ordered environments.
    #[must_use]
    pub const fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Returns all flows.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> + Clone {
        self.flows.values()
    }

    /// Finds a flow.
    #[must_use]
    pub fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.get(&id)
    }

    /// Finds the flow that has the name, without regard to case (B5).
    #[must_use]
    pub fn flow_named(&self, name: &Name) -> Option<FlowId> {
        self.flow_names.get(&name.key()).copied()
    }

    /// Finds a snapshot.
    #[must_use]
    pub fn snapshot(&self, id: SnapshotId) -> Option<&Snapshot> {
        self.snapshots.get(&id)
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

    /// Returns the stack of a flow in an environment, the newest deployment first.
    pub fn stack(
        &self,
        environment: EnvironmentId,
        flow: FlowId,
    ) -> impl Iterator<Item = Deployment> {
        self.stacks
            .range(whole(environment, flow))
            .rev()
            .map(deployment)
    }

    /// Returns what runs when the flow is run in the environment: the top of its stack (X2).
    #[must_use]
    pub fn live(&self, environment: EnvironmentId, flow: FlowId) -> Option<Deployment> {
        self.stack(environment, flow).next()
    }

    /// Returns what is live in an environment, at most one deployment a flow.
    pub fn live_in(&self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> {
        self.flows
            .keys()
            .filter_map(move |flow| self.live(environment, *flow))
    }

    /// Returns the deployments of one release that stand in an environment.
    pub fn standing_in(
        &self,
        release: ReleaseId,
        environment: EnvironmentId,
    ) -> impl Iterator<Item = Layer> {
        // Uuids are compared as numbers: nil is the least of them, max the greatest.
        let flows = (release, environment, FlowId::MIN)..=(release, environment, FlowId::MAX);
        self.standing
            .range(flows)
            .filter_map(|(&(_, environment, flow), &position)| {
                let (_, snapshot) = self.stacks.get(&(environment, flow, position))?;
                Some(Layer {
                    flow,
                    snapshot: *snapshot,
                    position,
                })
            })
    }

    /// Returns the place of one release in one stack.
    #[must_use]
    pub fn standing_at(
        &self,
        release: ReleaseId,
        environment: EnvironmentId,
        flow: FlowId,
    ) -> Option<Layer> {
        let position = *self.standing.get(&(release, environment, flow))?;
        let (_, snapshot) = self.stacks.get(&(environment, flow, position))?;
        Some(Layer {
            flow,
            snapshot: *snapshot,
            position,
        })
    }

    /// Returns all deployments that stand in an environment, flow by flow, the lowest first.
    pub fn deployments_in(&self, environment: EnvironmentId) -> impl Iterator<Item = Deployment> {
        let all = *whole(environment, FlowId::MIN).start()..=*whole(environment, FlowId::MAX).end();
        self.stacks.range(all).map(deployment)
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
        self.moments.get(&position)
    }

    /// Returns the last entry that touched the subject (U2).
    #[must_use]
    pub fn last_touch(&self, subject: Subject) -> Option<Position> {
        self.touched.get(&subject).copied()
    }
}

const fn whole(environment: EnvironmentId, flow: FlowId) -> RangeInclusive<Slot> {
    (environment, flow, Position::new(0))..=(environment, flow, Position::new(u64::MAX))
}

fn deployment(
    (&(environment, flow, position), &(release, snapshot)): (&Slot, &(ReleaseId, SnapshotId)),
) -> Deployment {
    Deployment {
        environment,
        flow,
        position,
        release,
        snapshot,
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
            position: Position::FIRST,
            pipeline: pipeline.clone(),
            flows: BTreeMap::new(),
            flow_names: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            releases: BTreeMap::new(),
            release_names: BTreeMap::new(),
            former_releases: BTreeMap::new(),
            former_environments: BTreeMap::new(),
            stacks: BTreeMap::new(),
            standing: BTreeMap::new(),
            variables: BTreeMap::new(),
            moments: BTreeMap::from([(Position::FIRST, moment)]),
            touched: BTreeMap::new(),
        })
    }

    /// Takes in the next event: the one recorded at the position after [`State::position`].
    ///
    /// # Errors
    ///
    /// [`Misfit`] where the event cannot have followed. The state is then of no more use: whoever
    /// wants the one before replays up to it.
    pub fn apply(&mut self, event: &Event, moment: Context) -> Result<(), Misfit> {
        self.position = self.position.next();
        let position = self.position;
        match event {
            Event::TenantBegun { .. } => return Err(Misfit::OutOfOrder),
            Event::FlowCreated { flow, name, canvas } => {
                vacant(&self.flows, flow)?;
                insert(&mut self.flow_names, name.key(), *flow)?;
                let created = Flow {
                    id: *flow,
                    name: name.clone(),
                    canvas: canvas.clone(),
                    snapshots: Vec::new(),
                };
                self.flows.insert(*flow, created);
            }
            Event::FlowEdited { flow, name, canvas } => {
                let edited = self.flows.get_mut(flow).ok_or(Misfit::Missing)?;
                self.flow_names.remove(&edited.name.key());
                insert(&mut self.flow_names, name.key(), *flow)?;
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
                vacant(&self.snapshots, snapshot)?;
                let of = self.flows.get_mut(flow).ok_or(Misfit::Missing)?;
                if of.next_number() != *number {
                    return Err(Misfit::Contradiction);
                }
                of.snapshots.push(*snapshot);
                let built = Snapshot {
                    id: *snapshot,
                    flow: *flow,
                    number: *number,
                    notes: notes.clone(),
                    canvas: canvas.clone(),
                    variables: canvas.variables(),
                    built: position,
                };
                self.snapshots.insert(*snapshot, built);
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
                insert(&mut self.variables, variable.clone(), created)?;
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
        self.moments.insert(position, moment);
        Ok(())
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
        let since = self.position;
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
        self.touched
            .insert(Subject::Release(edit.release()), self.position);
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
        let gone = self
            .stacks
            .remove(&(environment, layer.flow, layer.position));
        if gone != Some((release, layer.snapshot)) {
            return Err(Misfit::Contradiction);
        }
        self.standing.remove(&(release, environment, layer.flow));
        self.touched
            .insert(Subject::Stack(environment, layer.flow), self.position);
        Ok(())
    }

    fn deploy(
        &mut self,
        environment: EnvironmentId,
        release: ReleaseId,
        layer: &Layer,
    ) -> Result<(), Misfit> {
        if self
            .snapshots
            .get(&layer.snapshot)
            .is_none_or(|snapshot| snapshot.flow != layer.flow)
        {
            return Err(Misfit::Missing);
        }
        let slot = (environment, layer.flow, layer.position);
        insert(&mut self.stacks, slot, (release, layer.snapshot))?;
        // B2: a release stands at most once in any stack.
        insert(
            &mut self.standing,
            (release, environment, layer.flow),
            layer.position,
        )?;
        self.touched
            .insert(Subject::Stack(environment, layer.flow), self.position);
        Ok(())
    }
}

fn vacant<K: Ord, V>(table: &BTreeMap<K, V>, key: &K) -> Result<(), Misfit> {
    if table.contains_key(key) {
        Err(Misfit::Taken)
    } else {
        Ok(())
    }
}

fn insert<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: V) -> Result<(), Misfit> {
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
