//! What people ask for, in the imperative. A command that moves a release carries the plan that was
//! shown: what was not shown cannot be confirmed (R7, R8).

use super::flow::Canvas;
use super::id::{EnvironmentId, FlowId, ReleaseId, SnapshotId};
use super::pipeline::Settings;
use super::plan::{Plan, Undoing};
use super::text::{Name, Note, VariableName};
use super::variable::Value;

/// The release that a build goes into (B1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Into {
    /// One that exists.
    Existing(ReleaseId),
    /// One that the build creates.
    New {
        /// Its id.
        id: ReleaseId,
        /// Its name.
        name: Name,
    },
}

/// One thing that a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Creates a flow.
    CreateFlow {
        /// The new flow's id.
        flow: FlowId,
        /// What it is called.
        name: Name,
        /// What its canvas shows.
        canvas: Canvas,
    },
    /// Changes a flow's name and canvas.
    EditFlow {
        /// The flow.
        flow: FlowId,
        /// What it is called from now on.
        name: Name,
        /// What its canvas shows from now on.
        canvas: Canvas,
    },
    /// Builds a flow's canvas into a release (B1–B4).
    Build {
        /// The new snapshot's Version ID.
        snapshot: SnapshotId,
        /// The flow.
        flow: FlowId,
        /// The release that it goes into.
        into: Into,
        /// Build notes.
        notes: Note,
        /// The plan that was shown, if the build resets the release (B3).
        reset: Option<Plan>,
    },
    /// Promotes a release (P2).
    Promote {
        /// The release.
        release: ReleaseId,
        /// The plan that was shown.
        shown: Plan,
    },
    /// Rolls a release back (R2, R3).
    RollBack {
        /// The release.
        release: ReleaseId,
        /// The plan that was shown.
        shown: Plan,
        /// Why (R9).
        reason: Note,
        /// Whether the release is held in the same step (R10).
        hold: bool,
    },
    /// Removes a flow from a release (D1).
    RemoveFlow {
        /// The release.
        release: ReleaseId,
        /// The flow.
        flow: FlowId,
        /// The plan that was shown.
        shown: Plan,
    },
    /// Deletes a release (D2).
    DeleteRelease {
        /// The release.
        release: ReleaseId,
        /// The plan that was shown.
        shown: Plan,
        /// Why.
        reason: Note,
    },
    /// Holds a release (H1).
    Hold {
        /// The release.
        release: ReleaseId,
        /// Why.
        reason: Note,
    },
    /// Lifts a release's hold (H1).
    LiftHold {
        /// The release.
        release: ReleaseId,
    },
    /// Undoes an earlier step (U1).
    Undo {
        /// The step, as the history has it (U3).
        undoing: Undoing,
        /// The plan that was shown.
        shown: Plan,
    },
    /// Inserts an environment (E1).
    InsertEnvironment {
        /// The new environment's id.
        environment: EnvironmentId,
        /// The environment right before it.
        after: EnvironmentId,
        /// What it is called, and so on.
        settings: Settings,
    },
    /// Changes an environment's settings (E2).
    ChangeEnvironment {
        /// The environment.
        environment: EnvironmentId,
        /// Its settings from now on.
        settings: Settings,
        /// Whether it becomes the default environment.
        default: bool,
    },
    /// Removes an environment (E3).
    RemoveEnvironment {
        /// The environment.
        environment: EnvironmentId,
        /// The plan that was shown.
        shown: Plan,
    },
    /// Creates a variable in one environment; it is blank in all others (V1).
    CreateVariable {
        /// The variable.
        variable: VariableName,
        /// The environment.
        environment: EnvironmentId,
        /// Its value there, if it has one.
        value: Option<Value>,
    },
    /// Sets a variable's value in one environment, or makes it blank there (V1, V2).
    SetVariable {
        /// The variable.
        variable: VariableName,
        /// The environment.
        environment: EnvironmentId,
        /// The value; none makes it blank.
        value: Option<Value>,
    },
    /// Deletes a variable.
    DeleteVariable {
        /// The variable.
        variable: VariableName,
    },
}
