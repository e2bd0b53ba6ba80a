//! A state, written down: so that a checkpoint of it can be kept, and read again.
//!
//! One value a line, each as JSON, in the order in which [`State::write`] writes them. Only what
//! nothing else in the state can be derived from is written; reading derives the rest, and refuses
//! what no sequence of events leads to. Deliberately not here: a promise to read what another version
//! of this code wrote. Whoever keeps what was written keeps the version with it.

use std::collections::{BTreeMap, HashMap};
use std::str::Lines;

use serde::{Deserialize, Serialize};

use super::{Being, Deployed, FlowRecord, ReleaseRecord, Stack, State, Table, insert};
use crate::domain::actor::{Actor, Context, Timestamp};
use crate::domain::edit::Layer;
use crate::domain::flow::{Canvas, Flow, Snapshot};
use crate::domain::id::{FlowId, Position};
use crate::domain::json;
use crate::domain::pipeline::Pipeline;
use crate::domain::release::Release;
use crate::domain::variable::{Setting, Variable};

/// Writes a value on a line of its own: JSON escapes every line break inside of it.
pub fn put<T: Serialize>(text: &mut String, value: &T) {
    text.push_str(&written(value));
    text.push('\n');
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("a value's maps have text for keys")
}

/// Reads the value on the next line. None where there is no such value.
pub fn take<'a, T: Deserialize<'a>>(lines: &mut Lines<'a>) -> Option<T> {
    json::read(lines.next()?).ok()
}

// Writing -----------------------------------------------------------------------------------------

impl State {
    /// Writes the state down.
    pub fn write(&self, text: &mut String) {
        put(text, &self.tenant);
        put(text, &self.pipeline);
        self.write_moments(text);
        put(text, &self.releases.records.len());
        for record in &self.releases.records {
            record.write(text);
        }
        put(text, &self.flows.records.len());
        for record in &self.flows.records {
            record.write(text);
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

impl ReleaseRecord {
    fn write(&self, text: &mut String) {
        put(text, &self.touched);
        put(text, &self.release());
        if let Being::Deleted(id, name) = &self.being {
            put(text, id);
            put(text, name);
        }
    }
}

impl FlowRecord {
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
        for stack in &self.stacks {
            put(text, &stack.environment);
            put(text, &stack.touched);
            put(text, &stack.layers.len());
            for layer in &stack.layers {
                put(text, &layer.position);
                put(text, &layer.release);
                put(text, &layer.number);
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
            former_environments: BTreeMap::new(),
            flows: Table::default(),
            versions: HashMap::new(),
            releases: Table::default(),
            variables: BTreeMap::new(),
            moments,
        };
        for _ in 0..take(lines)? {
            state.read_release(lines)?;
        }
        for _ in 0..take(lines)? {
            state.read_flow(lines)?;
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
        let mut record = FlowRecord::new(flow);
        for _ in 0..take(lines)? {
            let snapshot = read_snapshot(id, record.flow.next_number(), lines)?;
            insert(&mut self.versions, snapshot.id, id).ok()?;
            record.numbers.insert(snapshot.id, snapshot.number);
            record.flow.snapshots.push(snapshot);
        }
        for _ in 0..take(lines)? {
            let stack = self.read_stack(&record, lines)?;
            record.stacks.push(stack);
        }
        self.flows.give_name(&record.flow.name, id).ok()?;
        self.flows.push(id, record).ok()
    }

    fn read_stack(&mut self, record: &FlowRecord, lines: &mut Lines) -> Option<Stack> {
        let mut stack = Stack {
            environment: take(lines)?,
            touched: take(lines)?,
            layers: Vec::new(),
        };
        let (environment, flow) = (stack.environment, record.flow.id);
        for _ in 0..take(lines)? {
            let position: Position = take(lines)?;
            let release = take(lines)?;
            let number: u32 = take(lines)?;
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            let snapshot = record.flow.snapshots.get(index)?.id;
            let stands = Layer {
                flow,
                snapshot,
                position,
            };
            let deployed = self.releases.get_mut(release).ok()?;
            deployed.stand(environment, &[], &[stands]).ok()?;
            stack.layers.push(Deployed {
                position,
                release,
                snapshot,
                number,
            });
        }
        let rising = stack
            .layers
            .is_sorted_by(|below, above| below.position < above.position);
        // A removed environment's stacks are kept, and empty (E3).
        let sound = stack.layers.is_empty() || self.pipeline.contains(environment);
        let first = record.stack(environment).is_none();
        (rising && sound && first).then_some(stack)
    }

    fn read_release(&mut self, lines: &mut Lines) -> Option<()> {
        let touched = take(lines)?;
        let (id, being) = if let Some(release) = take::<Option<Release>>(lines)? {
            if !self.pipeline.contains(release.place.environment) {
                return None;
            }
            self.releases.give_name(&release.name, release.id).ok()?;
            (release.id, Being::There(release))
        } else {
            let id = take(lines)?;
            (id, Being::Deleted(id, take(lines)?))
        };
        let record = ReleaseRecord::new(being, touched);
        self.releases.push(id, record).ok()
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
        let taken = self.variables.insert(variable.name.clone(), variable);
        taken.is_none().then_some(())
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
