//! The third version of what is written: a journal may begin with it, and is read for ever.
//!
//! Releases come first, and hold ids; each flow's stacks follow it, and hold their environments' ids.

use std::str::Lines;

use super::{Stack, WrittenStack, take};
use crate::actor::{Actor, Context, Timestamp};
use crate::flow::Canvas;
use crate::id::{EnvironmentId, FlowId, Position, ReleaseId};
use crate::release::Release;
use crate::state::{Being, State};
use crate::text::Name;

impl State {
    /// Reads what the third version wrote. None where it did not write that of any state.
    #[must_use]
    pub fn read_third(lines: &mut Lines) -> Option<Self> {
        let mut state = Self::read_beginning(lines, read_moments)?;
        for _ in 0..take(lines)? {
            type Deleted = (ReleaseId, Name);
            let (touched, there, deleted): (Position, Option<Release>, Option<Deleted>) =
                take(lines)?;
            let being = match (there, deleted) {
                (Some(release), None) => Being::There(release),
                (None, Some((id, name))) => Being::Deleted(id, name),
                (Some(_), Some(_)) | (None, None) => return None,
            };
            state.admit_release(being, touched)?;
        }
        for _ in 0..take(lines)? {
            let (id, name, builds): (FlowId, Name, usize) = take(lines)?;
            let snapshots = state.read_builds(id, builds, lines)?;
            let (canvas, stacks): (Option<Canvas>, Vec<WrittenStack<EnvironmentId>>) = take(lines)?;
            state.admit_flow(id, name, snapshots, canvas)?;
            let record = state.flows.records.last_mut()?;
            let known = (&state.pipeline, &state.former_environments);
            for (environment, touched, layers) in stacks {
                let mut stack = Stack::begin(environment, touched);
                for layer in layers {
                    stack.admit(layer, record, &mut state.releases)?;
                }
                record.admit(stack, known)?;
            }
        }
        let held = state.releases().flat_map(|release| release.content.iter());
        for (flow, snapshot) in held {
            state.check_built(flow, snapshot).ok()?;
        }
        state.read_variables(lines)
    }
}

/// Everyone who recorded something; then when each entry was recorded, and by which of them.
pub(super) fn read_moments(lines: &mut Lines) -> Option<Vec<Context>> {
    let actors: Vec<Actor> = take(lines)?;
    let moments: Vec<(Timestamp, usize)> = take(lines)?;
    let moment = |(at, by): (_, usize)| {
        let by = actors.get(by)?.clone();
        Some(Context { at, by })
    };
    moments.into_iter().map(moment).collect()
}
