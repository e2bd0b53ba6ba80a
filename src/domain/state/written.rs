//! A state, written down: so that a checkpoint of it can be kept, and read again.
//!
//! One value a line, each as JSON, in the order in which [`State::write`] writes them. Only what
//! nothing else in the state can be derived from is written; reading derives the rest, and refuses
//! what no sequence of events leads to. Many small values share a line, and a release that deployed
//! something is named by its number: what is short is read fast. Deliberately not here: which version
//! this is. Whoever keeps what was written keeps the version with it.

use std::collections::BTreeMap;
use std::iter::once;
use std::str::Lines;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Being, Deployed, FlowRecord, ReleaseRecord, Stack, State, Table, insert};
use crate::domain::actor::{Actor, Context, Timestamp};
use crate::domain::edit::Layer;
use crate::domain::flow::{Canvas, Flow, Snapshot};
use crate::domain::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId};
use crate::domain::json;
use crate::domain::pipeline::Pipeline;
use crate::domain::release::Release;
use crate::domain::text::{Name, Note, VariableName};
use crate::domain::variable::{Setting, Value, Variable};

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

/// A stack: where it is, when it was touched, and its layers, each with the entry that deployed it, the
/// number of its release among all releases, and the snapshot's number within the flow.
type WrittenStack = (EnvironmentId, Position, Vec<(Position, usize, u32)>);

// Writing -----------------------------------------------------------------------------------------

impl State {
    /// Writes the state down.
    pub fn write(&self, text: &mut String) {
        put(text, &self.tenant);
        put(text, &self.pipeline);
        put(text, &self.former_environments);
        self.write_moments(text);
        put(text, &self.releases.records.len());
        for record in &self.releases.records {
            record.write(text);
        }
        put(text, &self.flows.records.len());
        for record in &self.flows.records {
            self.write_flow(record, text);
        }
        put(text, &self.variables.len());
        for variable in self.variables.values() {
            let values = variable.values.iter();
            let values: Vec<_> = values.map(|(id, it)| (id, &it.value, it.since)).collect();
            put(text, &(&variable.name, values));
        }
    }

    /// Everyone who recorded something; then when each entry was recorded, and by which of them.
    fn write_moments(&self, text: &mut String) {
        let mut actors: Vec<&Actor> = Vec::new();
        let mut moments = Vec::new();
        for Context { at, by } in &self.moments {
            let known = actors.iter().position(|known| *known == by);
            moments.push((at, known.unwrap_or(actors.len())));
            if known.is_none() {
                actors.push(by);
            }
        }
        put(text, &actors);
        put(text, &moments);
    }

    fn write_flow(&self, record: &FlowRecord, text: &mut String) {
        let flow = &record.flow;
        put(text, &(flow.id, &flow.name, flow.snapshots.len()));
        let built = flow.snapshots.iter().map(|snapshot| &snapshot.canvas);
        let before = once(None).chain(built.map(Some));
        for (snapshot, before) in flow.snapshots.iter().zip(before.clone()) {
            let canvas = changed(&snapshot.canvas, before);
            let line = (snapshot.id, &snapshot.notes, canvas, snapshot.built);
            put(text, &line);
        }
        let canvas = changed(&flow.canvas, before.last().flatten());
        let stacks: Vec<WrittenStack> = record.stacks.iter().map(|it| self.written(it)).collect();
        put(text, &(canvas, stacks));
    }

    fn written(&self, stack: &Stack) -> WrittenStack {
        let layers = stack.layers.iter().map(|layer| {
            let release = self.releases.indices.get(&layer.release);
            let release = *release.expect("what deployed something is among the releases");
            (layer.position, release, layer.number)
        });
        (stack.environment, stack.touched, layers.collect())
    }
}

/// A canvas, unless it is the same as the one before it, as it is of nearly every build.
fn changed<'a>(canvas: &'a Canvas, before: Option<&Canvas>) -> Option<&'a Canvas> {
    Some(canvas).filter(|canvas| Some(*canvas) != before)
}

impl ReleaseRecord {
    fn write(&self, text: &mut String) {
        let deleted = match &self.being {
            Being::There(_) => None,
            Being::Deleted(id, name) => Some((id, name)),
        };
        put(text, &(self.touched, self.release(), deleted));
    }
}

// Reading -----------------------------------------------------------------------------------------

impl State {
    /// Reads what was written. None where it is not what [`State::write`] writes of any state.
    #[must_use]
    pub fn read(lines: &mut Lines) -> Option<Self> {
        let tenant: TenantId = take(lines)?;
        let pipeline: Pipeline = take(lines)?;
        let former_environments = take(lines)?;
        let moments = read_moments(lines)?;
        if moments.is_empty() || !pipeline.is_consistent() {
            return None;
        }
        let mut state = Self {
            tenant,
            pipeline,
            former_environments,
            flows: Table::default(),
            versions: FxHashMap::default(),
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
            state.read_variable(lines)?;
        }
        lines.next().is_none().then_some(state)
    }

    fn read_flow(&mut self, lines: &mut Lines) -> Option<()> {
        let (id, name, count): (FlowId, Name, usize) = take(lines)?;
        let mut snapshots = Vec::new();
        let mut numbers = BTreeMap::new();
        for number in (1..).take(count) {
            let snapshot = read_snapshot(id, number, snapshots.last(), lines)?;
            insert(&mut self.versions, snapshot.id, id).ok()?;
            numbers.insert(snapshot.id, snapshot.number);
            snapshots.push(snapshot);
        }
        let (canvas, stacks): (Option<Canvas>, Vec<WrittenStack>) = take(lines)?;
        let canvas = after(canvas, snapshots.last())?;
        let mut record = FlowRecord::new(Flow {
            id,
            name,
            canvas,
            snapshots,
        });
        record.numbers = numbers;
        for stack in stacks {
            let stack = self.read_stack(&record, stack)?;
            record.stacks.push(stack);
        }
        self.flows.give_name(&record.flow.name, id).ok()?;
        self.flows.push(id, record).ok()
    }

    fn read_stack(&mut self, record: &FlowRecord, written: WrittenStack) -> Option<Stack> {
        let (environment, touched, written) = written;
        let flow = record.flow.id;
        let mut layers = Vec::with_capacity(written.len());
        for (position, release, number) in written {
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            let snapshot = record.flow.snapshots.get(index)?.id;
            let stands = Layer {
                flow,
                snapshot,
                position,
            };
            let deployed = self.releases.records.get_mut(release)?;
            deployed.stand(environment, &[], &[stands]).ok()?;
            layers.push(Deployed {
                position,
                release: deployed.release()?.id,
                snapshot,
                number,
            });
        }
        let rising = layers.is_sorted_by(|below, above| below.position < above.position);
        // A removed environment's stacks are kept, and empty (E3).
        let sound = layers.is_empty() || self.pipeline.contains(environment);
        let first = record.stack(environment).is_none();
        (rising && sound && first).then_some(Stack {
            environment,
            layers,
            touched,
        })
    }

    fn read_release(&mut self, lines: &mut Lines) -> Option<()> {
        type Deleted = (ReleaseId, Name);
        let (touched, there, deleted): (_, Option<Release>, Option<Deleted>) = take(lines)?;
        let (id, being) = match (there, deleted) {
            (Some(release), None) => {
                if !self.pipeline.contains(release.place.environment) {
                    return None;
                }
                self.releases.give_name(&release.name, release.id).ok()?;
                (release.id, Being::There(release))
            }
            (None, Some((id, name))) => (id, Being::Deleted(id, name)),
            (Some(_), Some(_)) | (None, None) => return None,
        };
        let record = ReleaseRecord::new(being, touched);
        self.releases.push(id, record).ok()
    }

    fn read_variable(&mut self, lines: &mut Lines) -> Option<()> {
        type Values = Vec<(EnvironmentId, Value, Position)>;
        let (name, written): (VariableName, Values) = take(lines)?;
        let mut values = BTreeMap::new();
        for (environment, value, since) in written {
            if !self.pipeline.contains(environment) {
                return None;
            }
            values.insert(environment, Setting { value, since });
        }
        let variable = Variable {
            name: name.clone(),
            values,
        };
        self.variables
            .insert(name, variable)
            .is_none()
            .then_some(())
    }
}

fn read_moments(lines: &mut Lines) -> Option<Vec<Context>> {
    let actors: Vec<Actor> = take(lines)?;
    let moments: Vec<(Timestamp, usize)> = take(lines)?;
    let moment = |(at, by): (_, usize)| {
        let by = actors.get(by)?.clone();
        Some(Context { at, by })
    };
    moments.into_iter().map(moment).collect()
}

fn read_snapshot(
    flow: FlowId,
    number: u32,
    before: Option<&Snapshot>,
    lines: &mut Lines,
) -> Option<Snapshot> {
    let (id, notes, canvas, built): (SnapshotId, Note, _, Position) = take(lines)?;
    let canvas = after(canvas, before)?;
    let variables = match before {
        Some(before) if before.canvas == canvas => before.variables.clone(),
        _ => canvas.variables(),
    };
    Some(Snapshot {
        id,
        flow,
        number,
        notes,
        canvas,
        variables,
        built,
    })
}

/// The canvas that was written, or the one before it where none was.
fn after(written: Option<Canvas>, before: Option<&Snapshot>) -> Option<Canvas> {
    let before = before.map(|snapshot| &snapshot.canvas);
    match written {
        Some(canvas) => (Some(&canvas) != before).then_some(canvas),
        None => before.cloned(),
    }
}
