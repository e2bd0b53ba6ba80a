//! What happened, in the past tense: facts, never a recipe to compute them again.
//!
//! The JSON of these types is a promise to every journal ever written.

use serde::{Deserialize, Serialize};

use super::edit::Edit;
use super::flow::Canvas;
use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId, TenantId};
use super::pipeline::{Environment, Pipeline, Settings};
use super::text::{Name, Note, VariableName};
use super::variable::Value;

/// What one entry of the journal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The journal began. Always the first event, and only the first.
    TenantBegun {
        /// The tenant; part of the Run URL (X1).
        tenant: TenantId,
        /// Its environments at first (E1).
        pipeline: Pipeline,
    },
    /// A flow can be built from now on.
    FlowCreated {
        /// The flow.
        flow: FlowId,
        /// What it is called.
        name: Name,
        /// What its canvas shows at first.
        canvas: Canvas,
    },
    /// A flow's name or canvas changed. Nothing that was built changes with it.
    FlowEdited {
        /// The flow.
        flow: FlowId,
        /// What it is called now.
        name: Name,
        /// What its canvas shows now.
        canvas: Canvas,
    },
    /// A snapshot was built into a release and deployed to the first environment (B1–B3).
    Built {
        /// The Version ID.
        snapshot: SnapshotId,
        /// The flow that was built.
        flow: FlowId,
        /// The snapshot's number within the flow.
        number: u32,
        /// What the builder noted.
        #[serde(default, skip_serializing_if = "Note::is_empty")]
        notes: Note,
        /// What the snapshot shows when it is run.
        canvas: Canvas,
        /// The release that it was added to.
        release: ReleaseId,
        /// Where the build brought the release back from, if it was a reset (B3).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reset_from: Option<EnvironmentId>,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A release moved to the next environment (P2).
    Promoted {
        /// The release.
        release: ReleaseId,
        /// The environment that it left.
        from: EnvironmentId,
        /// The environment that it is in.
        to: EnvironmentId,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A release was withdrawn and deployed back to the previous environment (R2, R3).
    RolledBack {
        /// The release.
        release: ReleaseId,
        /// The environment that it was withdrawn from.
        from: EnvironmentId,
        /// The environment that it is back in.
        to: EnvironmentId,
        /// Why; may be empty (R9).
        #[serde(default, skip_serializing_if = "Note::is_empty")]
        reason: Note,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A flow was removed from a release (D1).
    FlowRemoved {
        /// The release.
        release: ReleaseId,
        /// The flow.
        flow: FlowId,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A release was deleted; its snapshots were not (D2).
    ReleaseDeleted {
        /// The release.
        release: ReleaseId,
        /// Why; may be empty.
        #[serde(default, skip_serializing_if = "Note::is_empty")]
        reason: Note,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A release was held (H1).
    ReleaseHeld {
        /// The release.
        release: ReleaseId,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A release's hold was lifted (H1).
    HoldLifted {
        /// The release.
        release: ReleaseId,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// An earlier step was undone (U1).
    Undone {
        /// The entry whose step it was.
        undid: Position,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// An environment was inserted into the pipeline; it starts empty (E1).
    EnvironmentInserted {
        /// The environment right before it.
        after: EnvironmentId,
        /// The environment.
        environment: Environment,
    },
    /// What people may change of an environment changed (E2).
    EnvironmentChanged {
        /// The environment.
        environment: EnvironmentId,
        /// Its settings now.
        settings: Settings,
        /// Whether it became the default environment.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        default: bool,
    },
    /// An environment was removed from the pipeline (E3).
    EnvironmentRemoved {
        /// The environment.
        environment: EnvironmentId,
        /// What it was called.
        name: Name,
        /// What changed.
        edits: Vec<Edit>,
    },
    /// A variable exists from now on: set in one environment, blank in all others (V1).
    VariableCreated {
        /// The variable.
        variable: VariableName,
        /// The environment that it was created in.
        environment: EnvironmentId,
        /// Its value there; none where it is blank there too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
    },
    /// A variable's value in one environment changed (V1, V2).
    VariableSet {
        /// The variable.
        variable: VariableName,
        /// The environment.
        environment: EnvironmentId,
        /// The value; none where it is blank now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
    },
    /// A variable exists no more.
    VariableDeleted {
        /// The variable.
        variable: VariableName,
    },
}

impl Event {
    /// Returns what the event changed about releases and stacks.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        match self {
            Self::Built { edits, .. }
            | Self::Promoted { edits, .. }
            | Self::RolledBack { edits, .. }
            | Self::FlowRemoved { edits, .. }
            | Self::ReleaseDeleted { edits, .. }
            | Self::ReleaseHeld { edits, .. }
            | Self::HoldLifted { edits, .. }
            | Self::Undone { edits, .. }
            | Self::EnvironmentRemoved { edits, .. } => edits,
            Self::TenantBegun { .. }
            | Self::FlowCreated { .. }
            | Self::FlowEdited { .. }
            | Self::EnvironmentInserted { .. }
            | Self::EnvironmentChanged { .. }
            | Self::VariableCreated { .. }
            | Self::VariableSet { .. }
            | Self::VariableDeleted { .. } => &[],
        }
    }

    /// Returns why it was done, where people are asked for that; may be empty (R9, H1).
    #[must_use]
    pub fn reason(&self) -> Option<&Note> {
        match self {
            Self::RolledBack { reason, .. } | Self::ReleaseDeleted { reason, .. } => Some(reason),
            Self::ReleaseHeld { edits, .. } => edits.iter().find_map(|edit| match edit {
                Edit::Hold { now, .. } => now.as_ref().map(|hold| &hold.reason),
                _ => None,
            }),
            _ => None,
        }
    }

    /// Tells whether the event is one that can be undone (U1).
    #[must_use]
    pub const fn can_be_undone(&self) -> bool {
        match self {
            Self::Built { reset_from, .. } => reset_from.is_some(),
            Self::Promoted { .. }
            | Self::RolledBack { .. }
            | Self::FlowRemoved { .. }
            | Self::ReleaseDeleted { .. }
            | Self::Undone { .. } => true,
            _ => false,
        }
    }
}
