//! What an entry of the journal did, in words, and what it was about. Things are called by their last
//! names, wherever in the history one is.

use super::problem::flow_name;
use super::route::{Kind, Story};
use super::tenant::{Tenant, environment_name, release_name};
use crate::domain::edit::Edit;
use crate::domain::event::Event;
use crate::domain::id::{EnvironmentId, FlowId, Position};
use crate::journal::entry::Entry;

/// Says what an entry did, to follow the name of who did it: "rolled Release B back from Production to
/// Test".
#[must_use]
pub fn deed(tenant: Tenant, event: &Event) -> String {
    if let Event::Undone { undid, .. } = event {
        let (again, step) = step(tenant, *undid);
        return format!("{} {step}", if again { "redid" } else { "undid" });
    }
    tenant.read_last(|state| {
        let release = |id| release_name(state, id);
        let environment = |id| environment_name(state, id);
        match event {
            Event::TenantBegun { .. } => "began the journal".to_owned(),
            Event::FlowCreated { name, .. } => format!("created the flow {name}"),
            Event::FlowEdited { name, .. } => format!("edited {name}"),
            Event::Built {
                flow,
                number,
                release: id,
                reset_from,
                ..
            } => {
                let reset = reset_from.map(|from| {
                    let from = environment(from);
                    format!(", which brought it back from {from}")
                });
                format!(
                    "built version {number} of {} into {}{}",
                    flow_name(state, *flow),
                    release(*id),
                    reset.unwrap_or_default()
                )
            }
            Event::Promoted {
                release: id, to, ..
            } => format!("promoted {} to {}", release(*id), environment(*to)),
            Event::RolledBack {
                release: id,
                from,
                to,
                ..
            } => format!(
                "rolled {} back from {} to {}",
                release(*id),
                environment(*from),
                environment(*to)
            ),
            Event::FlowRemoved {
                release: id, flow, ..
            } => format!("removed {} from {}", flow_name(state, *flow), release(*id)),
            Event::ReleaseDeleted { release: id, .. } => format!("deleted {}", release(*id)),
            Event::ReleaseHeld { release: id, .. } => format!("held {}", release(*id)),
            Event::HoldLifted { release: id, .. } => {
                format!("lifted the hold of {}", release(*id))
            }
            Event::EnvironmentInserted {
                after,
                environment: inserted,
            } => format!("inserted {} after {}", inserted.name(), environment(*after)),
            Event::EnvironmentChanged { settings, .. } => {
                format!("changed the settings of {}", settings.name)
            }
            Event::EnvironmentRemoved { name, .. } => format!("removed the environment {name}"),
            Event::VariableCreated {
                variable,
                environment: at,
                ..
            } => format!("created the variable {variable} in {}", environment(*at)),
            Event::VariableSet {
                variable,
                environment: at,
                value,
            } => {
                let (verb, at) = (
                    value.as_ref().map_or("blanked", |_| "set"),
                    environment(*at),
                );
                format!("{verb} {variable} in {at}")
            }
            Event::VariableDeleted { variable } => format!("deleted the variable {variable}"),
            Event::Undone { undid, .. } => format!("undid entry {undid}"),
        }
    })
}

/// Names the step that undoing the entry at `position` would undo; true where it undoes an undoing,
/// and so does the step again. "The rollback of Release B" is one, however often it went to and fro.
#[must_use]
pub fn step(tenant: Tenant, position: Position) -> (bool, String) {
    let (mut again, mut at) = (false, position);
    loop {
        let Some(entry) = tenant.entry(at) else {
            return (again, format!("entry {at}"));
        };
        if let Event::Undone { undid, .. } = &entry.event
            && *undid < at
        {
            (again, at) = (!again, *undid);
            continue;
        }
        let (what, whose) = tenant.read_last(|state| {
            let release = |id: &_| release_name(state, *id);
            match &entry.event {
                Event::Promoted { release: id, .. } => ("promotion of", release(id)),
                Event::RolledBack { release: id, .. } => ("rollback of", release(id)),
                Event::Built { release: id, .. } => ("reset of", release(id)),
                Event::ReleaseDeleted { release: id, .. } => ("deletion of", release(id)),
                Event::FlowRemoved {
                    release: id, flow, ..
                } => (
                    "removal of",
                    format!("{} from {}", flow_name(state, *flow), release(id)),
                ),
                _ => ("step of entry", at.to_string()),
            }
        });
        return (again, format!("the {what} {whose}"));
    }
}

/// Returns what kind of step an event was.
#[must_use]
pub const fn kind(event: &Event) -> Kind {
    match event {
        Event::Built { .. } => Kind::Build,
        Event::Promoted { .. } => Kind::Promotion,
        Event::RolledBack { .. } => Kind::Rollback,
        Event::FlowRemoved { .. } | Event::ReleaseDeleted { .. } => Kind::Removal,
        Event::ReleaseHeld { .. } | Event::HoldLifted { .. } => Kind::Hold,
        Event::Undone { .. } => Kind::Undo,
        Event::FlowCreated { .. } | Event::FlowEdited { .. } => Kind::Flow,
        Event::TenantBegun { .. }
        | Event::EnvironmentInserted { .. }
        | Event::EnvironmentChanged { .. }
        | Event::EnvironmentRemoved { .. } => Kind::Environment,
        Event::VariableCreated { .. }
        | Event::VariableSet { .. }
        | Event::VariableDeleted { .. } => Kind::Variable,
    }
}

/// Tells whether an entry is part of the story that is asked for.
#[must_use]
pub fn belongs(entry: &Entry, story: &Story) -> bool {
    let event = &entry.event;
    let release = |id| event.edits().iter().any(|edit| edit.release() == id);
    story.kind.is_none_or(|it| kind(event) == it)
        && (story.person.is_empty() || entry.by.name.as_str() == story.person)
        && story.release.is_none_or(release)
        && story.flow.is_none_or(|id| is_about_flow(event, id))
        && (story.environment).is_none_or(|id| is_about_environment(event, id))
}

fn is_about_environment(event: &Event, id: EnvironmentId) -> bool {
    let itself = match event {
        Event::TenantBegun { pipeline, .. } => pipeline.contains(id),
        Event::Promoted { from, to, .. } | Event::RolledBack { from, to, .. } => {
            *from == id || *to == id
        }
        Event::EnvironmentInserted { environment, .. } => environment.id == id,
        Event::EnvironmentChanged { environment, .. }
        | Event::EnvironmentRemoved { environment, .. }
        | Event::VariableCreated { environment, .. }
        | Event::VariableSet { environment, .. } => *environment == id,
        _ => false,
    };
    itself || (event.edits().iter()).any(|edit| edit.environment() == Some(id))
}

fn is_about_flow(event: &Event, id: FlowId) -> bool {
    let itself = match event {
        Event::FlowCreated { flow, .. }
        | Event::FlowEdited { flow, .. }
        | Event::Built { flow, .. }
        | Event::FlowRemoved { flow, .. } => *flow == id,
        _ => false,
    };
    let by_edit = |edit: &Edit| match edit {
        Edit::Stacks {
            withdrawn,
            deployed,
            ..
        } => withdrawn.iter().chain(deployed).any(|it| it.flow == id),
        Edit::Content { changes, .. } => changes.iter().any(|it| it.flow == id),
        Edit::Created { release } | Edit::Deleted { release } => release.content.holds(id),
        Edit::Place { .. } | Edit::Hold { .. } => false,
    };
    itself || event.edits().iter().any(by_edit)
}
