//! Why a command is refused, as data: ids that a sentence needs, never the sentence.

use super::actor::Role;
use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId};
use super::plan::Plan;
use super::text::{Name, VariableName};

/// What stands in the way of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The role may not do this (O1).
    NotAllowed {
        /// The role that was acted in.
        role: Role,
        /// The least role that may.
        needs: Role,
    },
    /// There is no such flow.
    NoSuchFlow(FlowId),
    /// There is no such release (any more).
    NoSuchRelease(ReleaseId),
    /// There is no such environment (any more).
    NoSuchEnvironment(EnvironmentId),
    /// There is no such variable (any more).
    NoSuchVariable(VariableName),
    /// The id is used already; ids are made afresh, so this is a command given twice.
    IdTaken,
    /// A flow has the name (B5).
    FlowNameTaken(FlowId),
    /// A release has the name (B5).
    ReleaseNameTaken(ReleaseId),
    /// An environment has the name (B5).
    EnvironmentNameTaken(EnvironmentId),
    /// A variable has the name (V1).
    VariableNameTaken(VariableName),
    /// A release in the last environment is final (B4, D1, D2).
    Final {
        /// The release.
        release: ReleaseId,
        /// The last environment.
        environment: EnvironmentId,
    },
    /// In the last environment there is no next one (P1).
    NoNextEnvironment {
        /// The release.
        release: ReleaseId,
        /// The last environment.
        environment: EnvironmentId,
    },
    /// In the first environment there is no previous one (R1).
    NoPreviousEnvironment {
        /// The release.
        release: ReleaseId,
        /// The first environment.
        environment: EnvironmentId,
    },
    /// An empty release cannot be promoted (P4).
    EmptyRelease(ReleaseId),
    /// A held release cannot be promoted (H1).
    Held(ReleaseId),
    /// The release is held already, with another hold.
    AlreadyHeld(ReleaseId),
    /// The release is not held.
    NotHeld(ReleaseId),
    /// The release does not hold the flow (D1).
    FlowNotInRelease {
        /// The release.
        release: ReleaseId,
        /// The flow.
        flow: FlowId,
    },
    /// What was confirmed is not what would happen now (R8). Nothing was done.
    PlanChanged {
        /// What would happen now. None where nothing is to be confirmed any more: a build that no
        /// longer resets the release (B2).
        now: Option<Box<Plan>>,
    },
    /// An environment can be inserted between two only (E1).
    NotBetween(EnvironmentId),
    /// The first and the last environment stay (E3).
    OuterEnvironment(EnvironmentId),
    /// The default environment cannot be removed (E3).
    DefaultEnvironment(EnvironmentId),
    /// Releases are in the environment (E3).
    EnvironmentInUse {
        /// The environment.
        environment: EnvironmentId,
        /// One of them.
        release: ReleaseId,
    },
    /// The step is none that can be undone (U1).
    NotUndoable(Position),
    /// Something after the step touched the same release or stack (U2).
    ChangedSince {
        /// The step that was to be undone.
        undo: Position,
        /// The latest change that stands in the way.
        by: Position,
    },
    /// The undo needs an environment that is gone (U2).
    EnvironmentGone(EnvironmentId),
    /// Another release took the deleted one's name (U2).
    NameTakenSince {
        /// The name.
        name: Name,
        /// The release that has it.
        by: ReleaseId,
    },
    /// The flow has no live snapshot in the environment (X2).
    NotRunnable {
        /// The flow.
        flow: FlowId,
        /// The environment.
        environment: EnvironmentId,
    },
    /// There is no such snapshot.
    NoSuchSnapshot(SnapshotId),
}
