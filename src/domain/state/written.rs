//! A state, written down: so that a checkpoint of it can be kept, and read again.
//!
//! Only what nothing else in the state can be derived from is written; reading derives the rest, and
//! refuses what no sequence of events leads to. Deliberately not here: a promise to read what another
//! version of this code wrote. Whoever keeps what was written keeps the version with it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Misfit, Record, Stack, State, insert, vacant};
use crate::domain::actor::{Actor, Context, Timestamp};
use crate::domain::flow::{Canvas, Flow, Snapshot};
use crate::domain::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId};
use crate::domain::pipeline::Pipeline;
use crate::domain::release::Release;
use crate::domain::text::{Name, Note, VariableName};
use crate::domain::variable::{Setting, Value, Variable};

/// The primary tables. Rows are without field names: there are many of them.
#[derive(Serialize, Deserialize)]
struct Written {
    tenant: TenantId,
    pipeline: Pipeline,
    flows: Vec<(FlowId, Name, Canvas, Vec<Built>, Vec<Layers>)>,
    /// With the entry that touched each last.
    releases: Vec<(Release, Position)>,
    former_releases: Vec<(ReleaseId, Name, Position)>,
    former_environments: BTreeMap<EnvironmentId, Name>,
    variables: BTreeMap<VariableName, Vec<(EnvironmentId, Value, Position)>>,
    /// Everyone who recorded something.
    actors: Vec<Actor>,
    /// When each entry was recorded, and by which of the actors.
    moments: Vec<(Timestamp, usize)>,
}

/// A snapshot; its number is its place in the row.
type Built = (SnapshotId, Note, Canvas, Position);

/// A stack: the entry that touched it last, and by release and number what stands in it.
type Layers = (EnvironmentId, Position, Vec<(Position, ReleaseId, u32)>);

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        written
            .read()
            .map_err(|_: Misfit| de::Error::custom("no journal leads there"))
    }
}

impl Written {
    fn of(state: &State) -> Self {
        let mut actors = Vec::new();
        let mut known = HashMap::new();
        let moments = state.moments.iter().map(|Context { at, by }| {
            let by = *known.entry(by).or_insert_with(|| {
                actors.push(by.clone());
                actors.len() - 1
            });
            (*at, by)
        });
        let moments = moments.collect();
        let touched = |id| state.touched.get(id).copied().unwrap_or_default();
        Self {
            tenant: state.tenant,
            pipeline: state.pipeline.clone(),
            flows: state.flows.iter().map(flow_row).collect(),
            releases: state
                .releases
                .values()
                .map(|release| (release.clone(), touched(&release.id)))
                .collect(),
            former_releases: state
                .former_releases
                .iter()
                .map(|(id, name)| (*id, name.clone(), touched(id)))
                .collect(),
            former_environments: state.former_environments.clone(),
            variables: state
                .variables
                .iter()
                .map(|(name, variable)| (name.clone(), values_row(variable)))
                .collect(),
            actors,
            moments,
        }
    }

    fn read(self) -> Result<State, Misfit> {
        let moments = self.moments.into_iter().map(|(at, by)| {
            let by = self.actors.get(by).ok_or(Misfit::Missing)?.clone();
            Ok(Context { at, by })
        });
        let moments = moments.collect::<Result<Vec<Context>, Misfit>>()?;
        if moments.is_empty() || !self.pipeline.is_consistent() {
            return Err(Misfit::Contradiction);
        }
        let mut state = State {
            tenant: self.tenant,
            pipeline: self.pipeline,
            flows: Vec::new(),
            flow_indices: HashMap::new(),
            flow_names: HashMap::new(),
            versions: HashMap::new(),
            releases: BTreeMap::new(),
            release_names: HashMap::new(),
            former_releases: BTreeMap::new(),
            former_environments: self.former_environments,
            standing: HashMap::new(),
            touched: HashMap::new(),
            variables: BTreeMap::new(),
            moments,
        };
        for (flow, name, canvas, built, stacks) in self.flows {
            state.put_flow(flow, name, canvas)?;
            for snapshot in built {
                state.put_snapshot(flow, snapshot)?;
            }
            for stack in stacks {
                state.put_stack(flow, stack)?;
            }
        }
        for (release, touched) in self.releases {
            state.put_release(release, touched)?;
        }
        for (release, name, touched) in self.former_releases {
            vacant(&state.releases, &release)?;
            insert(&mut state.touched, release, touched)?;
            state.former_releases.insert(release, name);
        }
        for (name, values) in self.variables {
            state.put_variable(name, values)?;
        }
        Ok(state)
    }
}

fn flow_row(record: &Record) -> (FlowId, Name, Canvas, Vec<Built>, Vec<Layers>) {
    let Flow {
        id,
        name,
        canvas,
        snapshots,
    } = &record.flow;
    let built = snapshots.iter().map(|snapshot| {
        let (notes, canvas) = (snapshot.notes.clone(), snapshot.canvas.clone());
        (snapshot.id, notes, canvas, snapshot.built)
    });
    let stacks = record.stacks.iter().map(|(environment, stack)| {
        let layers = stack.layers.iter();
        let layers = layers.map(|(position, (release, _, number))| (*position, *release, *number));
        (*environment, stack.touched, layers.collect())
    });
    (
        *id,
        name.clone(),
        canvas.clone(),
        built.collect(),
        stacks.collect(),
    )
}

fn values_row(variable: &Variable) -> Vec<(EnvironmentId, Value, Position)> {
    let values = variable.values.iter();
    values
        .map(|(environment, Setting { value, since })| (*environment, value.clone(), *since))
        .collect()
}

impl State {
    fn put_flow(&mut self, id: FlowId, name: Name, canvas: Canvas) -> Result<(), Misfit> {
        insert(&mut self.flow_indices, id, self.flows.len())?;
        insert(&mut self.flow_names, name.key(), id)?;
        let snapshots = Vec::new();
        let flow = Flow {
            id,
            name,
            canvas,
            snapshots,
        };
        let (numbers, stacks) = (BTreeMap::new(), BTreeMap::new());
        self.flows.push(Record {
            flow,
            numbers,
            stacks,
        });
        Ok(())
    }

    fn put_snapshot(&mut self, flow: FlowId, built: Built) -> Result<(), Misfit> {
        let (id, notes, canvas, built) = built;
        insert(&mut self.versions, id, flow)?;
        let record = self.record_mut(flow)?;
        let number = record.flow.next_number();
        let variables = canvas.variables();
        record.numbers.insert(id, number);
        record.flow.snapshots.push(Snapshot {
            id,
            flow,
            number,
            notes,
            canvas,
            variables,
            built,
        });
        Ok(())
    }

    fn put_stack(&mut self, flow: FlowId, stack: Layers) -> Result<(), Misfit> {
        let (environment, touched, layers) = stack;
        // A removed environment's stacks are kept, and empty (E3).
        if !layers.is_empty() && !self.pipeline.contains(environment) {
            return Err(Misfit::Missing);
        }
        let mut stack = Stack {
            touched,
            ..Stack::default()
        };
        for (position, release, number) in layers {
            let index = usize::try_from(number)
                .ok()
                .and_then(|it| it.checked_sub(1));
            let snapshots = &self.record_mut(flow)?.flow.snapshots;
            let built = index.and_then(|index| snapshots.get(index));
            let snapshot = built.ok_or(Misfit::Missing)?.id;
            let standing = self.standing.entry(release).or_default();
            // B2: a release stands at most once in any stack.
            vacant(standing, &(environment, flow))?;
            standing.insert((environment, flow), (position, snapshot));
            vacant(&stack.layers, &position)?;
            stack.layers.insert(position, (release, snapshot, number));
        }
        let stacks = &mut self.record_mut(flow)?.stacks;
        vacant(stacks, &environment)?;
        stacks.insert(environment, stack);
        Ok(())
    }

    fn put_release(&mut self, release: Release, touched: Position) -> Result<(), Misfit> {
        if !self.pipeline.contains(release.place.environment) {
            return Err(Misfit::Missing);
        }
        insert(&mut self.release_names, release.name.key(), release.id)?;
        insert(&mut self.touched, release.id, touched)?;
        self.releases.insert(release.id, release);
        Ok(())
    }

    fn put_variable(
        &mut self,
        name: VariableName,
        values: Vec<(EnvironmentId, Value, Position)>,
    ) -> Result<(), Misfit> {
        let mut variable = Variable {
            name: name.clone(),
            values: BTreeMap::new(),
        };
        for (environment, value, since) in values {
            if !self.pipeline.contains(environment) {
                return Err(Misfit::Missing);
            }
            vacant(&variable.values, &environment)?;
            variable
                .values
                .insert(environment, Setting { value, since });
        }
        self.variables.insert(name, variable);
        Ok(())
    }
}
