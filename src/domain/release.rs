//! Releases: what they hold, where they are, how they came there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId};
use super::text::{Name, Note};

/// A named set of snapshots, at most one per flow, that moves through the pipeline as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Which release it is.
    pub id: ReleaseId,
    /// Unique among the releases, without regard to case (B5).
    pub name: Name,
    /// The one environment that it is in: the one that it was last moved to.
    pub place: Place,
    /// What it holds.
    pub content: BTreeMap<FlowId, SnapshotId>,
    /// Why it may not be promoted, if so (H1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

/// Where a release is, since when, and how it came there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The environment.
    pub environment: EnvironmentId,
    /// The entry that put it there.
    pub since: Position,
    /// The move that put it there.
    pub arrival: Arrival,
}

/// The move that put a release where it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Arrival {
    /// Its first build, in the first environment (B1).
    Build,
    /// A promotion (P2).
    Promotion {
        /// The environment that it left.
        from: EnvironmentId,
    },
    /// A rollback (R3).
    Rollback {
        /// The environment that it was withdrawn from.
        from: EnvironmentId,
        /// Why; may be empty (R9).
        #[serde(default, skip_serializing_if = "Note::is_empty")]
        reason: Note,
    },
    /// A build into it when it was past the first environment (B3).
    Reset {
        /// The environment that it was withdrawn from.
        from: EnvironmentId,
    },
}

/// A release that is held cannot be promoted (H1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// The entry that set it: when and by whom.
    pub since: Position,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "Note::is_empty")]
    pub reason: Note,
}
