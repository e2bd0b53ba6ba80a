//! What can be done with the wizard: for each act its plan, its command, and its fixed words.

use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::event::Event;
use crate::domain::id::{EnvironmentId, FlowId, Position, ReleaseId};
use crate::domain::plan::{self, Plan, Undoing};
use crate::domain::refusal::Refusal;
use crate::domain::state::State;
use crate::domain::text::Note;
use crate::ui::components::button::Weight;
use crate::ui::deed;
use crate::ui::problem::flow_name;
use crate::ui::tenant::{Tenant, environment_name, release_name};

/// Something that is planned, confirmed and recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Promote a release (P5).
    Promote(ReleaseId),
    /// Roll a release back (R6).
    RollBack(ReleaseId),
    /// Remove a flow from a release (D1).
    RemoveFlow(ReleaseId, FlowId),
    /// Delete a release (D2).
    Delete(ReleaseId),
    /// Remove an environment (E3).
    RemoveEnvironment(EnvironmentId),
    /// Undo an earlier step (U1).
    Undo(Position),
}

impl Act {
    /// Returns what would happen now.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where nothing would, or the person who acts may not do it (O1).
    pub fn plan(self, tenant: Tenant) -> Result<Plan, Refusal> {
        tenant.permits(Role::Administrator)?;
        match self {
            Self::Promote(release) => tenant.read(|state| plan::promotion(state, release)),
            Self::RollBack(release) => tenant.read(|state| plan::rollback(state, release)),
            Self::RemoveFlow(release, flow) => {
                tenant.read(|state| plan::flow_removal(state, release, flow))
            }
            Self::Delete(release) => tenant.read(|state| plan::deletion(state, release)),
            Self::RemoveEnvironment(id) => {
                tenant.read(|state| plan::environment_removal(state, id))
            }
            Self::Undo(position) => {
                let undoing = undoing(tenant, position)?;
                tenant.read(|state| plan::undo(state, &undoing))
            }
        }
    }

    /// Returns the command that does what was shown.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotUndoable`] where there is no such step to undo.
    pub fn command(
        self,
        tenant: Tenant,
        shown: Plan,
        reason: Note,
        hold: bool,
    ) -> Result<Command, Refusal> {
        Ok(match self {
            Self::Promote(release) => Command::Promote { release, shown },
            Self::RollBack(release) => Command::RollBack {
                release,
                shown,
                reason,
                hold,
            },
            Self::RemoveFlow(release, flow) => Command::RemoveFlow {
                release,
                flow,
                shown,
            },
            Self::Delete(release) => Command::DeleteRelease {
                release,
                shown,
                reason,
            },
            Self::RemoveEnvironment(environment) => {
                Command::RemoveEnvironment { environment, shown }
            }
            Self::Undo(position) => Command::Undo {
                undoing: undoing(tenant, position)?,
                shown,
            },
        })
    }

    /// Tells whether an event did just this.
    #[must_use]
    pub fn is_done_by(self, event: &Event) -> bool {
        match (self, event) {
            (Self::Promote(id), Event::Promoted { release, .. })
            | (Self::RollBack(id), Event::RolledBack { release, .. })
            | (Self::Delete(id), Event::ReleaseDeleted { release, .. }) => id == *release,
            (Self::RemoveFlow(id, it), Event::FlowRemoved { release, flow, .. }) => {
                id == *release && it == *flow
            }
            (Self::RemoveEnvironment(id), Event::EnvironmentRemoved { environment, .. }) => {
                id == *environment
            }
            (Self::Undo(position), Event::Undone { undid, .. }) => position == *undid,
            _ => false,
        }
    }

    /// Tells whether the form asks why (R9).
    #[must_use]
    pub const fn offers_reason(self) -> bool {
        matches!(self, Self::RollBack(_) | Self::Delete(_))
    }

    /// Tells whether the form offers to hold the release (R10).
    #[must_use]
    pub const fn offers_hold(self) -> bool {
        matches!(self, Self::RollBack(_))
    }

    /// Tells whether the step, once done, can be undone (U1).
    #[must_use]
    pub const fn can_be_undone(self) -> bool {
        !matches!(self, Self::RemoveEnvironment(_))
    }

    /// Returns how much weight the button has that confirms.
    #[must_use]
    pub const fn weight(self) -> Weight {
        match self {
            Self::Promote(_) | Self::Undo(_) => Weight::Main,
            Self::RollBack(_)
            | Self::RemoveFlow(..)
            | Self::Delete(_)
            | Self::RemoveEnvironment(_) => Weight::Grave,
        }
    }

    /// Returns the heading of the form.
    #[must_use]
    pub fn title(self, tenant: Tenant) -> String {
        let title = match self {
            Self::Promote(_) => "Promote release",
            Self::RollBack(_) => "Rollback Release",
            Self::RemoveFlow(..) => "Remove flow",
            Self::Delete(_) => "Delete release",
            Self::RemoveEnvironment(_) => "Remove environment",
            Self::Undo(position) => {
                let (again, step) = deed::step(tenant, position);
                return format!("{} {step}", if again { "Redo" } else { "Undo" });
            }
        };
        title.to_owned()
    }

    /// Returns the release that the act is about, if it is about one.
    #[must_use]
    pub fn release(self, tenant: Tenant) -> Option<ReleaseId> {
        match self {
            Self::Promote(release)
            | Self::RollBack(release)
            | Self::RemoveFlow(release, _)
            | Self::Delete(release) => Some(release),
            Self::RemoveEnvironment(_) => None,
            Self::Undo(position) => {
                let entry = tenant.entry(position)?;
                Some(entry.event.edits().first()?.release())
            }
        }
    }

    /// Returns what stands on the button that confirms.
    #[must_use]
    pub fn confirm_label(self, state: &State) -> String {
        match self {
            Self::Promote(release) => {
                let target = state
                    .release(release)
                    .and_then(|release| state.pipeline().next(release.place.environment));
                target.map_or_else(
                    || "Promote".to_owned(),
                    |target| format!("Promote to {}", target.name()),
                )
            }
            Self::RollBack(_) => "Rollback to previous release".to_owned(),
            Self::RemoveFlow(release, flow) => format!(
                "Remove {} from {}",
                flow_name(state, flow),
                release_name(state, release)
            ),
            Self::Delete(release) => format!("Delete {}", release_name(state, release)),
            Self::RemoveEnvironment(id) => format!("Remove {}", environment_name(state, id)),
            Self::Undo(_) => "Undo this step".to_owned(),
        }
    }

    /// Returns the words that say that it is done.
    #[must_use]
    pub const fn done(self) -> &'static str {
        match self {
            Self::Promote(_) => "Promote release successful",
            Self::RollBack(_) => "Release rolled back",
            Self::RemoveFlow(..) => "Flow removed",
            Self::Delete(_) => "Release deleted",
            Self::RemoveEnvironment(_) => "Environment removed",
            Self::Undo(_) => "Step undone",
        }
    }
}

/// Returns the step of the history that is to be undone (U3).
fn undoing(tenant: Tenant, position: Position) -> Result<Undoing, Refusal> {
    let entry = tenant
        .entry(position)
        .ok_or(Refusal::NotUndoable(position))?;
    Ok(Undoing {
        position,
        event: entry.event.clone(),
    })
}
