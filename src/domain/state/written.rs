//! A state, written down: so that a checkpoint of it can be kept, and read again.
//!
//! One value a line, each as JSON, in the order in which [`State::write`] writes them. Only what
//! nothing else in the state can be derived from is written; reading derives the rest, and refuses
//! what no sequence of events leads to. Deliberately not here: a promise to read what another version
//! of this code wrote. Whoever keeps what was written keeps the version with it.

use std::collections::{BTreeMap, HashMap};
use std::str::Lines;

use serde::{Deserialize, Serialize};

use super::{Misfit, Record, Stack, State, insert, vacant};
use crate::domain::actor::{Actor, Context, Timestamp};
use crate::domain::flow::{Canvas, Flow, Snapshot};
use crate::domain::id::{EnvironmentId, FlowId, Position};
use crate::domain::pipeline::Pipeline;
use crate::domain::release::Release;
use crate::domain::variable::{Setting, Variable};

/// Writes a value on a line of its own: JSON escapes every line break inside of it.
pub fn put<T: Serialize>(text: &mut String, value: &T) {
    text.push_str(&json(value));
    text.push('\n');
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("a value's maps have text for keys")
}

/// Reads the value on the next line. None where there is no such value.
pub fn take<'a, T: Deserialize<'a>>(lines: &mut Lines<'a>) -> Option<T> {
    serde_json::from_str(lines.next()?).ok()
}

// Writing -----------------------------------------------------------------------------------------

impl State {
    /// Writes the state down.
    pub fn write(&self, text: &mut String) {
        put(text, &self.tenant);
        put(text, &self.pipeline);
        self.write_moments(text);
        put(text, &self.flows.len());
        for record in &self.flows {
            record.write(text);
        }
        put(text, &self.releases.len());
        for release in self.releases.values() {
            put(text, release);
            put(text, &self.touched.get(&release.id));
        }
        put(text, &self.former_releases.len());
        for (id, name) in &self.former_releases {
            put(text, id);
            put(text, name);
            put(text, &self.touched.get(id));
        }
        put(text, &self.former_environments.len());
        for (id, name) in &self.former_environments {
            put(text, id);
            put(text, name);
        }
        put(text, &self.variables.len());
        for variable in self.variables.values() {
            put(text, &variable.name);
            put(text, &variable.values.len());
            for (environment, setting) in &variable.values {
                put(text, environment);
                put(text, &setting.value);
                put(text, &setting.since);
            }
        }
    }

    /// Everyone who recorded something, then when each entry was recorded, and by which of them.
    fn write_moments(&self, text: &mut String) {
        let mut actors: Vec<&Actor> = Vec::new();
        let mut moments = String::new();
        for Context { at, by } in &self.moments {
            let known = actors.iter().position(|known| *known == by);
            put(&mut moments, at);
            put(&mut moments, &known.unwrap_or(actors.len()));
            if known.is_none() {
                actors.push(by);
            }
        }
        put(text, &actors.len());
        for actor in actors {
            put(text, actor);
        }
        put(text, &self.moments.len());
        text.push_str(&moments);
    }
}

impl Record {
    fn write(&self, text: &mut String) {
        put(text, &self.flow.id);
        put(text, &self.flow.name);
        put(text, &self.flow.canvas);
        put(text, &self.flow.snapshots.len());
        for snapshot in &self.flow.snapshots {
            put(text, &snapshot.id);
            put(text, &snapshot.notes);
            put(text, &snapshot.canvas);
            put(text, &snapshot.built);
        }
        put(text, &self.stacks.len());
        for (environment, stack) in &self.stacks {
            put(text, environment);
            put(text, &stack.touched);
            put(text, &stack.layers.len());
            for (position, (release, _, number)) in &stack.layers {
                put(text, position);
                put(text, release);
                put(text, number);
            }
        }
    }
}

// Reading -----------------------------------------------------------------------------------------

impl State {
    /// Reads what was written. None where it is not what [`State::write`] writes of any state.
    #[must_use]
    pub fn read(lines: &mut Lines) -> Option<Self> {
        let tenant = take(lines)?;
        let pipeline: Pipeline = take(lines)?;
        let moments = read_moments(lines)?;
        if moments.is_empty() || !pipeline.is_consistent() {
            return None;
        }
        let mut state = Self {
            tenant,
            pipeline,
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
            moments,
        };
        for _ in 0..take(lines)? {
            state.read_flow(lines)?;
        }
        for _ in 0..take(lines)? {
            let release = take(lines)?;
            state.put_release(release, take(lines)?).ok()?;
        }
        for _ in 0..take(lines)? {
            let (id, name) = (take(lines)?, take(lines)?);
            vacant(&state.releases, &id).ok()?;
            insert(&mut state.touched, id, take(lines)?).ok()?;
            state.former_releases.insert(id, name);
        }
        for _ in 0..take(lines)? {
            let id = take(lines)?;
            state.former_environments.insert(id, take(lines)?);
        }
        for _ in 0..take(lines)? {
            state.read_variable(lines)?;
        }
        lines.next().is_none().then_some(state)
    }

    fn read_flow(&mut self, lines: &mut Lines) -> Option<()> {
        let flow = Flow {
            id: take(lines)?,
            name: take(lines)?,
            canvas: take(lines)?,
            snapshots: Vec::new(),
        };
        let id = flow.id;
        let mut record = Record {
            flow,
            numbers: BTreeMap::new(),
            stacks: BTreeMap::new(),
        };
        for _ in 0..take(lines)? {
            let snapshot = read_snapshot(id, record.flow.next_number(), lines)?;
            insert(&mut self.versions, snapshot.id, id).ok()?;
            record.numbers.insert(snapshot.id, snapshot.number);
            record.flow.snapshots.push(snapshot);
        }
        for _ in 0..take(lines)? {
            let environment = take(lines)?;
            vacant(&record.stacks, &environment).ok()?;
            let stack = self.read_stack(environment, &record.flow, lines)?;
            record.stacks.insert(environment, stack);
        }
        insert(&mut self.flow_indices, id, self.flows.len()).ok()?;
        insert(&mut self.flow_names, record.flow.name.key(), id).ok()?;
        self.flows.push(record);
        Some(())
    }

    fn read_stack(
        &mut self,
        environment: EnvironmentId,
        flow: &Flow,
        lines: &mut Lines,
    ) -> Option<Stack> {
        let mut stack = Stack {
            touched: take(lines)?,
            layers: BTreeMap::new(),
        };
        for _ in 0..take(lines)? {
            let position: Position = take(lines)?;
            let release = take(lines)?;
            let number: u32 = take(lines)?;
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            let snapshot = flow.snapshots.get(index)?.id;
            // B2: a release stands at most once in any stack.
            let standing = self.standing.entry(release).or_default();
            vacant(standing, &(environment, flow.id)).ok()?;
            standing.insert((environment, flow.id), (position, snapshot));
            vacant(&stack.layers, &position).ok()?;
            stack.layers.insert(position, (release, snapshot, number));
        }
        // A removed environment's stacks are kept, and empty (E3).
        let sound = stack.layers.is_empty() || self.pipeline.contains(environment);
        sound.then_some(stack)
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

    fn read_variable(&mut self, lines: &mut Lines) -> Option<()> {
        let mut variable = Variable {
            name: take(lines)?,
            values: BTreeMap::new(),
        };
        for _ in 0..take(lines)? {
            let environment = take(lines)?;
            let setting = Setting {
                value: take(lines)?,
                since: take(lines)?,
            };
            if !self.pipeline.contains(environment) {
                return None;
            }
            variable.values.insert(environment, setting);
        }
        vacant(&self.variables, &variable.name).ok()?;
        self.variables.insert(variable.name.clone(), variable);
        Some(())
    }
}

fn read_moments(lines: &mut Lines) -> Option<Vec<Context>> {
    let mut actors: Vec<Actor> = Vec::new();
    for _ in 0..take(lines)? {
        actors.push(take(lines)?);
    }
    let mut moments = Vec::new();
    for _ in 0..take(lines)? {
        let at: Timestamp = take(lines)?;
        let by: usize = take(lines)?;
        let by = actors.get(by)?.clone();
        moments.push(Context { at, by });
    }
    Some(moments)
}

fn read_snapshot(flow: FlowId, number: u32, lines: &mut Lines) -> Option<Snapshot> {
    let (id, notes) = (take(lines)?, take(lines)?);
    let canvas: Canvas = take(lines)?;
    let built = take(lines)?;
    Some(Snapshot {
        id,
        flow,
        number,
        notes,
        variables: canvas.variables(),
        canvas,
        built,
    })
}
