//! A state, written down: so that a checkpoint of it can be kept, and read again.
//!
//! One value a line, each as JSON, in the order in which [`State::write`] writes them. Only what cannot
//! be derived from anything else in the state is written; reading derives the rest, and refuses what no
//! sequence of events leads to. Where releases, flows, snapshots and environments are named in great
//! numbers, it is by a number and not by an id, and many small values share a line: what is short arrives
//! sooner and is read faster. Deliberately not here: which version this is. Whoever keeps what was
//! written keeps the version with it.

use std::collections::BTreeMap;
use std::iter::once;
use std::str::Lines;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use rustc_hash::FxHashMap;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Being, Deployed, FlowRecord, ReleaseRecord, Stack, State, Table, Version, insert};
use crate::actor::{Actor, Context, Timestamp};
use crate::edit::Layer;
use crate::flow::{Canvas, Flow, Snapshot};
use crate::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId, parse};
use crate::json::{self, Row};
use crate::pipeline::Pipeline;
use crate::release::{Arrival, Content, Hold, Place, Release};
use crate::text::{Checked, Name, Note, VariableName};
use crate::variable::{Setting, Value, Variable};

mod third;

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

/// A flow: its id, its name, how often it was built, and its canvas, unless it is that of the last
/// build.
type WrittenFlow = (Short<FlowId>, Name, usize, Option<Canvas>);

/// A snapshot: its id, its notes, its canvas, unless it is that of the build before, and its build.
type WrittenSnapshot = (Short<SnapshotId>, Note, Option<Canvas>, Position);

/// A release: when it was touched, its id, its name, and the rest, unless it is deleted.
type WrittenRelease = (Position, Short<ReleaseId>, Name, Option<WrittenRest>);

/// The environment, since when, by what, the content, and the hold. What it holds is the number of a
/// flow among all flows, and the snapshot's number within it.
type WrittenRest = (usize, Position, Came, Vec<(usize, u32)>, Option<Hold>);

/// A stack: where it is, when it was touched, and its layers, each with the entry that deployed it, the
/// number of its release among all releases, and the snapshot's number within the flow.
type WrittenStack<Environment> = (Environment, Position, Vec<WrittenLayer>);

type WrittenLayer = (Position, usize, u32);

/// How a release came where it is, and from which environment.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Came {
    Build,
    Promotion(usize),
    Rollback(usize, Note),
    Reset(usize),
}

// Writing -----------------------------------------------------------------------------------------

impl State {
    /// Writes the state down.
    pub fn write(&self, text: &mut String) {
        put(text, &self.tenant);
        put(text, &self.pipeline);
        put(text, &self.former_environments);
        self.write_moments(text);
        let environments = self.environments_named();
        put(text, &environments);
        put(text, &(self.flows.records.len(), self.versions.len()));
        for record in &self.flows.records {
            write_flow(&record.flow, text);
        }
        put(text, &self.releases.records.len());
        for record in &self.releases.records {
            put(text, &self.written_release(record, &environments));
        }
        for record in &self.flows.records {
            let stacks = record.stacks.iter();
            let stacks: Vec<_> = stacks
                .map(|it| self.written_stack(it, &environments))
                .collect();
            put(text, &stacks);
        }
        put(text, &self.variables.len());
        for variable in self.variables.values() {
            let values = variable.values.iter();
            let values: Vec<_> = values.map(|(id, it)| (id, &it.value, it.since)).collect();
            put(text, &(&variable.name, values));
        }
    }

    /// Everyone who recorded something; then how long after the one before each entry was recorded, in
    /// milliseconds, and by which of them.
    fn write_moments(&self, text: &mut String) {
        let mut actors: Vec<&Actor> = Vec::new();
        let mut moments: Vec<i64> = Vec::new();
        let mut before = 0;
        for Context { at, by } in &self.moments {
            let known = actors.iter().position(|known| *known == by);
            let by_whom = known.unwrap_or(actors.len());
            // Clocks are set back; and whatever a clock says is reached from whatever it said.
            moments.push(at.as_millis().wrapping_sub(before).cast_signed());
            moments.push(by_whom.try_into().unwrap_or(i64::MAX));
            before = at.as_millis();
            if known.is_none() {
                actors.push(by);
            }
        }
        put(text, &actors);
        put(text, &moments);
    }

    /// Every environment that is named: those that there are, those that there were, and whatever a
    /// release says that it came from.
    fn environments_named(&self) -> Vec<EnvironmentId> {
        let there = self.pipeline.iter().map(|environment| environment.id);
        let left = self.releases().filter_map(|it| it.place.arrival.from());
        let mut named = Vec::new();
        for id in there
            .chain(self.former_environments.keys().copied())
            .chain(left)
        {
            if !named.contains(&id) {
                named.push(id);
            }
        }
        named
    }

    fn written_release(
        &self,
        record: &ReleaseRecord,
        environments: &[EnvironmentId],
    ) -> WrittenRelease {
        let touched = record.touched;
        match &record.being {
            Being::Deleted(id, name) => (touched, Short(*id), name.clone(), None),
            Being::There(release) => {
                let content = release.content.iter().map(|(flow, snapshot)| {
                    let index = self.flows.indices.get(&flow);
                    let version = self.versions.get(&snapshot);
                    let both = index.zip(version);
                    let (index, version) = both.expect("what a release holds was built");
                    (*index, version.number)
                });
                let Place {
                    environment,
                    since,
                    arrival,
                } = &release.place;
                let rest = (
                    number(environments, *environment),
                    *since,
                    came(arrival, environments),
                    content.collect(),
                    release.hold.clone(),
                );
                (touched, Short(release.id), release.name.clone(), Some(rest))
            }
        }
    }

    fn written_stack(&self, stack: &Stack, environments: &[EnvironmentId]) -> WrittenStack<usize> {
        let layers = stack.layers.iter().map(|layer| {
            let release = self.releases.indices.get(&layer.release);
            let release = *release.expect("what deployed something is among the releases");
            (layer.position, release, layer.number)
        });
        let environment = number(environments, stack.environment);
        (environment, stack.touched, layers.collect())
    }
}

fn number(environments: &[EnvironmentId], id: EnvironmentId) -> usize {
    let number = environments.iter().position(|known| *known == id);
    number.expect("every environment that is named has a number")
}

fn came(arrival: &Arrival, environments: &[EnvironmentId]) -> Came {
    let number = |from: &EnvironmentId| number(environments, *from);
    match arrival {
        Arrival::Build => Came::Build,
        Arrival::Promotion { from } => Came::Promotion(number(from)),
        Arrival::Rollback { from, reason } => Came::Rollback(number(from), reason.clone()),
        Arrival::Reset { from } => Came::Reset(number(from)),
    }
}

fn write_flow(flow: &Flow, text: &mut String) {
    let built = flow.snapshots.iter().map(|snapshot| &snapshot.canvas);
    let canvas = changed(&flow.canvas, built.clone().next_back());
    put(
        text,
        &(Short(flow.id), &flow.name, flow.snapshots.len(), canvas),
    );
    let before = once(None).chain(built.map(Some));
    for (snapshot, before) in flow.snapshots.iter().zip(before) {
        let canvas = changed(&snapshot.canvas, before);
        let line = (Short(snapshot.id), &snapshot.notes, canvas, snapshot.built);
        put(text, &line);
    }
}

/// A canvas, unless it is the same as the one before it, as it is of nearly every build.
fn changed<'a>(canvas: &'a Canvas, before: Option<&Canvas>) -> Option<&'a Canvas> {
    Some(canvas).filter(|canvas| Some(*canvas) != before)
}

// Reading -----------------------------------------------------------------------------------------

impl State {
    /// Reads what was written. None where it is not what [`State::write`] writes of any state; but an id
    /// may be in full, as the versions before wrote it.
    #[must_use]
    pub fn read(lines: &mut Lines) -> Option<Self> {
        Self::read_with(lines, read_moments)
    }

    /// Reads what the fourth version wrote, in which every moment is told in full, and every id.
    #[must_use]
    pub fn read_fourth(lines: &mut Lines) -> Option<Self> {
        Self::read_with(lines, third::read_moments)
    }

    fn read_with(lines: &mut Lines, read_moments: ReadsMoments) -> Option<Self> {
        let mut state = Self::read_beginning(lines, read_moments)?;
        let environments: Vec<EnvironmentId> = take(lines)?;
        let (flows, snapshots) = take(lines)?;
        state.flows.reserve(state.counted(flows)?);
        state.versions.reserve(state.counted(snapshots)?);
        for _ in 0..flows {
            let (Short(id), name, builds, canvas): WrittenFlow = take(lines)?;
            let snapshots = state.read_builds(id, builds, lines)?;
            state.admit_flow(id, name, snapshots, canvas)?;
        }
        let releases = state.counted(take(lines)?)?;
        state.releases.reserve(releases);
        for _ in 0..releases {
            let (being, touched) =
                json::read_row(lines.next()?, |row| state.read_release(row, &environments))?;
            state.admit_release(being, touched)?;
        }
        let known = (&state.pipeline, &state.former_environments);
        for record in &mut state.flows.records {
            json::read_row(lines.next()?, |row| {
                row.each(|row| {
                    let environment = *environments.get(row.number::<usize>()?)?;
                    let mut stack = Stack::begin(environment, row.number()?);
                    row.row(|row| {
                        row.each(|row| {
                            let layer = (row.number()?, row.number()?, row.number()?);
                            stack.admit(layer, record, &mut state.releases)
                        })
                    })?;
                    record.admit(stack, known)
                })
            })?;
        }
        (state.versions.len() == snapshots).then_some(())?;
        state.read_variables(lines)
    }

    /// What all versions begin with.
    fn read_beginning(lines: &mut Lines, read_moments: ReadsMoments) -> Option<Self> {
        let tenant: TenantId = take(lines)?;
        let pipeline: Pipeline = take(lines)?;
        let former_environments = take(lines)?;
        let moments = read_moments(lines)?;
        let sound = !moments.is_empty() && pipeline.is_consistent();
        sound.then_some(Self {
            tenant,
            pipeline,
            former_environments,
            flows: Table::default(),
            versions: FxHashMap::default(),
            releases: Table::default(),
            variables: BTreeMap::new(),
            moments,
        })
    }

    /// How many there are to come of what an entry brings at most one of.
    fn counted(&self, count: usize) -> Option<usize> {
        (count <= self.moments.len()).then_some(count)
    }

    fn read_builds(
        &mut self,
        flow: FlowId,
        count: usize,
        lines: &mut Lines,
    ) -> Option<Vec<Snapshot>> {
        let mut snapshots: Vec<Snapshot> = Vec::with_capacity(self.counted(count)?);
        for number in (1..).take(count) {
            let (Short(id), notes, canvas, built): WrittenSnapshot =
                json::read_row(lines.next()?, |row| {
                    Some((row.value()?, row.value()?, row.value()?, row.number()?))
                })?;
            insert(&mut self.versions, id, Version { flow, number }).ok()?;
            let (canvas, variables) = match (canvas, snapshots.last()) {
                (None, before) => {
                    let before = before?;
                    (before.canvas.clone(), Arc::clone(&before.variables))
                }
                (Some(canvas), before) => {
                    if before.is_some_and(|before| before.canvas == canvas) {
                        return None;
                    }
                    let variables = canvas.variables().into();
                    (canvas, variables)
                }
            };
            snapshots.push(Snapshot {
                id,
                flow,
                number,
                notes,
                canvas,
                variables,
                built,
            });
        }
        Some(snapshots)
    }

    fn admit_flow(
        &mut self,
        id: FlowId,
        name: Name,
        snapshots: Vec<Snapshot>,
        canvas: Option<Canvas>,
    ) -> Option<()> {
        let built = snapshots.last().map(|snapshot| &snapshot.canvas);
        let canvas = match canvas {
            Some(canvas) => (Some(&canvas) != built).then_some(canvas),
            None => built.cloned(),
        }?;
        self.flows.give_name(&name, id).ok()?;
        let flow = Flow {
            id,
            name,
            canvas,
            snapshots,
        };
        self.flows.push(id, FlowRecord::new(flow)).ok()
    }

    /// Reads a release, and when it was touched.
    fn read_release(
        &self,
        row: &mut Row,
        environments: &[EnvironmentId],
    ) -> Option<(Being, Position)> {
        let (touched, Short(id), name) = (row.number()?, row.value()?, row.value()?);
        let rest = row.row_or_nothing(|row| {
            let named = |number: usize| environments.get(number).copied();
            let (environment, since) = (named(row.number()?)?, row.number()?);
            let arrival = match row.value()? {
                Came::Build => Arrival::Build,
                Came::Promotion(from) => Arrival::Promotion { from: named(from)? },
                Came::Rollback(from, reason) => Arrival::Rollback {
                    from: named(from)?,
                    reason,
                },
                Came::Reset(from) => Arrival::Reset { from: named(from)? },
            };
            let place = Place {
                environment,
                since,
                arrival,
            };
            let mut content = Content::default();
            row.row(|row| {
                row.each(|row| {
                    let record = self.flows.records.get(row.number::<usize>()?)?;
                    let snapshot = record.numbered(row.number()?)?.id;
                    let before = content.insert(record.flow.id, snapshot);
                    before.is_none().then_some(())
                })
            })?;
            Some((place, content, row.value()?))
        })?;
        let being = match rest {
            None => Being::Deleted(id, name),
            Some((place, content, hold)) => Being::There(Release {
                id,
                name,
                place,
                content,
                hold,
            }),
        };
        Some((being, touched))
    }

    fn admit_release(&mut self, being: Being, touched: Position) -> Option<()> {
        let id = match &being {
            Being::Deleted(id, _) => *id,
            Being::There(release) => {
                let there = self.pipeline.contains(release.place.environment);
                there.then_some(())?;
                self.releases.give_name(&release.name, release.id).ok()?;
                release.id
            }
        };
        let record = ReleaseRecord::new(being, touched);
        self.releases.push(id, record).ok()
    }

    /// What all versions end with.
    fn read_variables(mut self, lines: &mut Lines) -> Option<Self> {
        for _ in 0..take(lines)? {
            self.read_variable(lines)?;
        }
        lines.next().is_none().then_some(self)
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

type ReadsMoments = fn(&mut Lines) -> Option<Vec<Context>>;

fn read_moments(lines: &mut Lines) -> Option<Vec<Context>> {
    let actors: Vec<Actor> = take(lines)?;
    let line = lines.next()?;
    // As many as there are about: making room again and again would copy them as often.
    let mut moments = Vec::with_capacity(line.len() / "3600000,0,".len());
    let mut at = 0_u64;
    json::read_row(line, |row| {
        while let Some(after) = row.value_if_any::<i64>()? {
            at = at.wrapping_add_signed(after);
            moments.push(Context {
                at: Timestamp::from_millis(at),
                by: actors.get(row.number::<usize>()?)?.clone(),
            });
        }
        Some(())
    })?;
    Some(moments)
}

/// An id in 22 characters, which are the digits of base64 as URLs have them. What the versions before
/// the fifth wrote is read, too.
struct Short<Id>(Id);

/// How many digits an id has in short.
const DIGITS: usize = 22;

impl<Id: Copy + Into<Uuid>> Serialize for Short<Id> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let id: Uuid = self.0.into();
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(id.as_bytes()))
    }
}

impl<'de, Id: From<Uuid>> Deserialize<'de> for Short<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = deserializer.deserialize_str(Checked(short))?;
        Ok(Self(id.into()))
    }
}

/// Reads an id in short, or in full.
fn short(text: &str) -> Result<Uuid, uuid::Error> {
    if text.len() != DIGITS {
        return parse(text);
    }
    // The library wants room for whole groups of digits. What it does not take is no id either.
    let mut bytes = [0; 18];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).unwrap_or(0);
    Uuid::from_slice(&bytes[..length])
}

impl Stack {
    fn begin(environment: EnvironmentId, touched: Position) -> Self {
        Self {
            environment,
            layers: Vec::new(),
            touched,
        }
    }

    /// Puts a layer upon it, and tells the release where it stands.
    fn admit(
        &mut self,
        (position, release, number): WrittenLayer,
        record: &FlowRecord,
        releases: &mut Table<ReleaseId, ReleaseRecord>,
    ) -> Option<()> {
        let snapshot = record.numbered(number)?.id;
        let stands = Layer {
            flow: record.flow.id,
            snapshot,
            position,
        };
        let deployed = releases.records.get_mut(release)?;
        deployed.stand(self.environment, &[], &[stands]).ok()?;
        let rising = self.layers.last().is_none_or(|top| top.position < position);
        rising.then_some(())?;
        self.layers.push(Deployed {
            position,
            release: deployed.release()?.id,
            snapshot,
            number,
        });
        Some(())
    }
}

impl FlowRecord {
    /// Keeps another stack of the flow.
    fn admit(
        &mut self,
        stack: Stack,
        (pipeline, former): (&Pipeline, &BTreeMap<EnvironmentId, Name>),
    ) -> Option<()> {
        let environment = stack.environment;
        // A removed environment's stacks are kept, and empty (E3).
        let left = stack.layers.is_empty() && former.contains_key(&environment);
        let sound = left || pipeline.contains(environment);
        (sound && self.stack(environment).is_none()).then_some(())?;
        self.stacks.push(stack);
        Some(())
    }
}
