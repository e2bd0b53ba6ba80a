//! The facts that a move leaves behind: which deployments left and joined which stacks, and what
//! changed about the release. Every edit can be inverted, and that is all that undo is (U1).

use serde::{Deserialize, Serialize};

use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId};
use super::release::{Hold, Place, Release};

/// A snapshot's place in a stack: the entry that deployed it is its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Layer {
    /// The flow whose stack it is.
    pub flow: FlowId,
    /// The snapshot that was deployed.
    pub snapshot: SnapshotId,
    /// The entry that deployed it.
    #[serde(rename = "at")]
    pub position: Position,
}

/// What changed about one flow of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentChange {
    /// The flow.
    pub flow: FlowId,
    /// The snapshot that the release held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<SnapshotId>,
    /// The snapshot that it holds now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<SnapshotId>,
}

/// One thing that a move changed, with enough said to change it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Edit {
    /// Deployments of one release left, and then joined, stacks of one environment.
    Stacks {
        /// The environment.
        environment: EnvironmentId,
        /// The release that deployed them.
        release: ReleaseId,
        /// What left its stack.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        withdrawn: Vec<Layer>,
        /// What joined its stack.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        deployed: Vec<Layer>,
    },
    /// The release moved.
    Place {
        /// The release.
        release: ReleaseId,
        /// Where it was.
        was: Place,
        /// Where it is.
        now: Place,
    },
    /// The release holds other snapshots.
    Content {
        /// The release.
        release: ReleaseId,
        /// Each flow for which that is so.
        changes: Vec<ContentChange>,
    },
    /// The release was held, or its hold was lifted (H1).
    Hold {
        /// The release.
        release: ReleaseId,
        /// The hold that was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Hold>,
        /// The hold that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<Hold>,
    },
    /// The release came into being.
    Created {
        /// All of it.
        release: Release,
    },
    /// The release ceased to be (D2).
    Deleted {
        /// All of it.
        release: Release,
    },
}

impl Edit {
    /// Returns the release that the edit is about.
    #[must_use]
    pub const fn release(&self) -> ReleaseId {
        match self {
            Self::Stacks { release, .. }
            | Self::Place { release, .. }
            | Self::Content { release, .. }
            | Self::Hold { release, .. } => *release,
            Self::Created { release } | Self::Deleted { release } => release.id,
        }
    }

    /// Returns the environment whose stacks the edit changes, if it changes any.
    #[must_use]
    pub const fn environment(&self) -> Option<EnvironmentId> {
        match self {
            Self::Stacks { environment, .. } => Some(*environment),
            _ => None,
        }
    }

    /// Returns the edit that changes back what this one changed.
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Stacks {
                environment,
                release,
                withdrawn,
                deployed,
            } => Self::Stacks {
                environment,
                release,
                withdrawn: deployed,
                deployed: withdrawn,
            },
            Self::Place { release, was, now } => Self::Place {
                release,
                was: now,
                now: was,
            },
            Self::Content { release, changes } => Self::Content {
                release,
                changes: changes
                    .into_iter()
                    .map(|ContentChange { flow, was, now }| ContentChange {
                        flow,
                        was: now,
                        now: was,
                    })
                    .collect(),
            },
            Self::Hold { release, was, now } => Self::Hold {
                release,
                was: now,
                now: was,
            },
            Self::Created { release } => Self::Deleted { release },
            Self::Deleted { release } => Self::Created { release },
        }
    }
}

/// Returns the edits that undo `edits`: each inverted, the last one first.
#[must_use]
pub fn inverse(edits: &[Edit]) -> Vec<Edit> {
    edits.iter().rev().map(Edit::inverse).collect()
}

/// What an edit does to one stack.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) environment: &'a EnvironmentId,
    /// The release that deployed it.
    pub(super) release: &'a ReleaseId,
    pub(super) layer: &'a Layer,
    /// Whether it joins the stack, or leaves it.
    pub(super) deployed: bool,
}

/// Returns what the edits do to stacks: flow by flow, and for each flow in the order of the edits.
///
/// Stacks of different flows know nothing of each other, so one look at a flow does for all that
/// changes about it.
pub(super) fn changes(edits: &[Edit]) -> Vec<Change<'_>> {
    let mut changes = Vec::new();
    for edit in edits {
        if let Edit::Stacks {
            environment,
            release,
            withdrawn,
            deployed,
        } = edit
        {
            let change = |deployed| {
                move |layer| Change {
                    environment,
                    release,
                    layer,
                    deployed,
                }
            };
            changes.extend(withdrawn.iter().map(change(false)));
            changes.extend(deployed.iter().map(change(true)));
        }
    }
    changes.sort_by_key(|change| change.layer.flow);
    changes
}

/// Returns each flow of what [`changes`] returned, with what changes about it.
pub(super) fn by_flow<'a>(
    changes: &'a [Change<'a>],
) -> impl Iterator<Item = (FlowId, &'a [Change<'a>])> {
    changes
        .chunk_by(|one, other| one.layer.flow == other.layer.flow)
        .filter_map(|changes| Some((changes.first()?.layer.flow, changes)))
}
