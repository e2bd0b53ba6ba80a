//! Turns commands into events, or says why not. Pure: the same state, command and context give the
//! same answer.

use super::actor::{Context, Role};
use super::command::{Command, Into};
use super::edit::{ContentChange, Edit};
use super::event::Event;
use super::flow::{Canvas, Flow};
use super::id::{EnvironmentId, FlowId, ReleaseId, SnapshotId};
use super::pipeline::{Environment, Settings};
use super::plan::{self, Plan, Step};
use super::refusal::Refusal;
use super::release::{Arrival, Content, Hold, Place, Release};
use super::state::State;
use super::text::{Name, Note, VariableName};
use super::variable::Value;

/// Decides what happens when `command` is given now.
///
/// # Errors
///
/// [`Refusal`] where nothing happens.
pub fn decide(state: &State, command: &Command, context: &Context) -> Result<Event, Refusal> {
    permit(context.by.role, Role::needed_for(command))?;
    match command {
        Command::CreateFlow { flow, name, canvas } => create_flow(state, *flow, name, canvas),
        Command::EditFlow { flow, name, canvas } => edit_flow(state, *flow, name, canvas),
        Command::Build {
            snapshot,
            flow,
            into,
            notes,
            reset,
        } => build(state, *snapshot, *flow, into, notes, reset.as_ref()),
        Command::Promote { release, shown } => promote(state, *release, shown),
        Command::RollBack {
            release,
            shown,
            reason,
            hold,
        } => {
            let plan = confirm(plan::rollback(state, *release)?, shown)?;
            let Step::RollBack { from, to, .. } = plan.step else {
                return Err(changed(plan));
            };
            let mut edits = plan.into_edits();
            let how = Arrival::Rollback {
                from,
                reason: reason.clone(),
            };
            edits.extend(arrival(state, *release, to, how));
            if *hold {
                // R10; a hold that is there already stays as it is.
                edits.extend(hold_edit(state, *release, reason));
            }
            Ok(Event::RolledBack {
                release: *release,
                from,
                to,
                reason: reason.clone(),
                edits,
            })
        }
        Command::RemoveFlow {
            release,
            flow,
            shown,
        } => {
            let plan = confirm(plan::flow_removal(state, *release, *flow)?, shown)?;
            Ok(Event::FlowRemoved {
                release: *release,
                flow: *flow,
                edits: plan.into_edits(),
            })
        }
        Command::DeleteRelease {
            release,
            shown,
            reason,
        } => {
            let plan = confirm(plan::deletion(state, *release)?, shown)?;
            let (reason, edits) = (reason.clone(), plan.into_edits());
            Ok(Event::ReleaseDeleted {
                release: *release,
                reason,
                edits,
            })
        }
        Command::Hold { release, reason } => {
            existing_release(state, *release)?;
            let edit = hold_edit(state, *release, reason).ok_or(Refusal::AlreadyHeld(*release))?;
            Ok(Event::ReleaseHeld {
                release: *release,
                edits: vec![edit],
            })
        }
        Command::LiftHold { release } => {
            let was = existing_release(state, *release)?.hold.clone();
            if was.is_none() {
                return Err(Refusal::NotHeld(*release));
            }
            let edits = vec![Edit::Hold {
                release: *release,
                was,
                now: None,
            }];
            Ok(Event::HoldLifted {
                release: *release,
                edits,
            })
        }
        Command::Undo { undoing, shown } => {
            let plan = confirm(plan::undo(state, undoing)?, shown)?;
            Ok(Event::Undone {
                undid: undoing.position,
                edits: plan.into_edits(),
            })
        }
        Command::InsertEnvironment {
            environment,
            after,
            settings,
        } => insert_environment(state, *environment, *after, settings),
        Command::ChangeEnvironment {
            environment,
            settings,
            default,
        } => {
            existing_environment(state, *environment)?;
            free_environment_name(state, &settings.name, *environment)?;
            Ok(Event::EnvironmentChanged {
                environment: *environment,
                settings: settings.clone(),
                default: *default,
            })
        }
        Command::RemoveEnvironment { environment, shown } => {
            let plan = confirm(plan::environment_removal(state, *environment)?, shown)?;
            let name = existing_environment(state, *environment)?.name().clone();
            let edits = plan.into_edits();
            Ok(Event::EnvironmentRemoved {
                environment: *environment,
                name,
                edits,
            })
        }
        Command::CreateVariable {
            variable,
            environment,
            value,
        } => create_variable(state, variable, *environment, value.as_ref()),
        Command::SetVariable {
            variable,
            environment,
            value,
        } => set_variable(state, variable, *environment, value.as_ref()),
        Command::DeleteVariable { variable } => {
            existing_variable(state, variable)?;
            Ok(Event::VariableDeleted {
                variable: variable.clone(),
            })
        }
    }
}

/// Tells whether `role` may do what needs `needs` (O1).
///
/// # Errors
///
/// [`Refusal::NotAllowed`].
pub fn permit(role: Role, needs: Role) -> Result<(), Refusal> {
    if role < needs {
        Err(Refusal::NotAllowed { role, needs })
    } else {
        Ok(())
    }
}

/// R8: a stale plan is never executed.
fn confirm(plan: Plan, shown: &Plan) -> Result<Plan, Refusal> {
    if plan.shows_the_same_as(shown) {
        Ok(plan)
    } else {
        Err(changed(plan))
    }
}

fn changed(now: Plan) -> Refusal {
    Refusal::PlanChanged {
        now: Some(Box::new(now)),
    }
}

// The commands that a story can be told by ---------------------------------------------------------

/// Decides [`Command::CreateFlow`], whoever gives it.
///
/// # Errors
///
/// [`Refusal`].
pub fn create_flow(
    state: &State,
    flow: FlowId,
    name: &Name,
    canvas: &Canvas,
) -> Result<Event, Refusal> {
    if state.flow(flow).is_some() {
        return Err(Refusal::IdTaken);
    }
    free_flow_name(state, name, flow)?;
    Ok(Event::FlowCreated {
        flow,
        name: name.clone(),
        canvas: canvas.clone(),
    })
}

/// Decides [`Command::EditFlow`], whoever gives it.
///
/// # Errors
///
/// [`Refusal`].
pub fn edit_flow(
    state: &State,
    flow: FlowId,
    name: &Name,
    canvas: &Canvas,
) -> Result<Event, Refusal> {
    existing_flow(state, flow)?;
    free_flow_name(state, name, flow)?;
    Ok(Event::FlowEdited {
        flow,
        name: name.clone(),
        canvas: canvas.clone(),
    })
}

/// Decides [`Command::CreateVariable`], whoever gives it.
///
/// # Errors
///
/// [`Refusal`].
pub fn create_variable(
    state: &State,
    variable: &VariableName,
    environment: EnvironmentId,
    value: Option<&Value>,
) -> Result<Event, Refusal> {
    existing_environment(state, environment)?;
    if state.variable(variable).is_some() {
        return Err(Refusal::VariableNameTaken(variable.clone()));
    }
    Ok(Event::VariableCreated {
        variable: variable.clone(),
        environment,
        value: value.cloned(),
    })
}

/// Decides [`Command::SetVariable`], whoever gives it.
///
/// # Errors
///
/// [`Refusal`].
pub fn set_variable(
    state: &State,
    variable: &VariableName,
    environment: EnvironmentId,
    value: Option<&Value>,
) -> Result<Event, Refusal> {
    existing_variable(state, variable)?;
    existing_environment(state, environment)?;
    Ok(Event::VariableSet {
        variable: variable.clone(),
        environment,
        value: value.cloned(),
    })
}

/// Decides [`Command::Promote`], whoever gives it.
///
/// # Errors
///
/// [`Refusal`].
pub fn promote(state: &State, release: ReleaseId, shown: &Plan) -> Result<Event, Refusal> {
    let plan = confirm(plan::promotion(state, release)?, shown)?;
    let Step::Promote { from, to, .. } = plan.step else {
        return Err(changed(plan));
    };
    let mut edits = plan.into_edits();
    edits.extend(arrival(state, release, to, Arrival::Promotion { from }));
    Ok(Event::Promoted {
        release,
        from,
        to,
        edits,
    })
}

/// Decides [`Command::Build`], whoever gives it.
///
/// # Errors
///
/// [`Refusal`].
pub fn build(
    state: &State,
    snapshot: SnapshotId,
    flow: FlowId,
    into: &Into,
    notes: &Note,
    shown: Option<&Plan>,
) -> Result<Event, Refusal> {
    let flow = existing_flow(state, flow)?;
    if state.snapshot(snapshot).is_some() {
        return Err(Refusal::IdTaken);
    }
    let (release, reset_from, edits) = match into {
        Into::New { id, name } => (*id, None, build_new(state, snapshot, flow, *id, name)?),
        Into::Existing(id) => {
            let release = existing_release(state, *id)?;
            let content = Edit::Content {
                release: *id,
                changes: vec![ContentChange {
                    flow: flow.id,
                    was: release.content.get(flow.id),
                    now: Some(snapshot),
                }],
            };
            match (plan::reset(state, *id, flow.id, snapshot)?, shown) {
                // B2: the new snapshot takes the older one's place.
                (None, None) => {
                    let first = state.pipeline().first().id;
                    let built = Content::from_iter([(flow.id, snapshot)]);
                    let stacks = plan::deployment_of(state, *id, first, &built);
                    (*id, None, vec![stacks, content])
                }
                // R8: a reset was confirmed, and the release has come back by itself meanwhile.
                (None, Some(_)) => return Err(Refusal::PlanChanged { now: None }),
                // B3: the release is withdrawn from where it is and deployed, whole, to the first.
                (Some(plan), Some(shown)) => {
                    let plan = confirm(plan, shown)?;
                    let from = release.place.environment;
                    let first = state.pipeline().first().id;
                    let mut edits = plan.into_edits();
                    edits.push(content);
                    edits.extend(arrival(state, *id, first, Arrival::Reset { from }));
                    (*id, Some(from), edits)
                }
                (Some(plan), None) => return Err(changed(plan)),
            }
        }
    };
    Ok(Event::Built {
        snapshot,
        flow: flow.id,
        number: flow.next_number(),
        notes: notes.clone(),
        canvas: flow.canvas.clone(),
        release,
        reset_from,
        edits,
    })
}

/// B1: a new release, named in the same form, in the first environment.
fn build_new(
    state: &State,
    snapshot: SnapshotId,
    flow: &Flow,
    id: ReleaseId,
    name: &Name,
) -> Result<Vec<Edit>, Refusal> {
    // An id that was ever used stays that release's: an undo may bring it back.
    if state.release_name(id).is_some() {
        return Err(Refusal::IdTaken);
    }
    if let Some(by) = state.release_named(name) {
        return Err(Refusal::ReleaseNameTaken(by));
    }
    let first = state.pipeline().first().id;
    let release = Release {
        id,
        name: name.clone(),
        place: Place {
            environment: first,
            since: state.position().next(),
            arrival: Arrival::Build,
        },
        content: Content::from_iter([(flow.id, snapshot)]),
        hold: None,
    };
    let stacks = plan::deployment_of(state, id, first, &release.content);
    Ok(vec![Edit::Created { release }, stacks])
}

fn insert_environment(
    state: &State,
    environment: EnvironmentId,
    after: EnvironmentId,
    settings: &Settings,
) -> Result<Event, Refusal> {
    existing_environment(state, after)?;
    if state.pipeline().next(after).is_none() {
        return Err(Refusal::NotBetween(after));
    }
    // An id that was ever used stays that environment's.
    if state.environment_name(environment).is_some() {
        return Err(Refusal::IdTaken);
    }
    free_environment_name(state, &settings.name, environment)?;
    let environment = Environment {
        id: environment,
        settings: settings.clone(),
    };
    Ok(Event::EnvironmentInserted { after, environment })
}

fn arrival(
    state: &State,
    release: ReleaseId,
    environment: EnvironmentId,
    arrival: Arrival,
) -> Option<Edit> {
    let was = state.release(release)?.place.clone();
    let now = Place {
        environment,
        since: state.position().next(),
        arrival,
    };
    Some(Edit::Place { release, was, now })
}

fn hold_edit(state: &State, release: ReleaseId, reason: &Note) -> Option<Edit> {
    let None = state.release(release)?.hold else {
        return None;
    };
    let now = Some(Hold {
        since: state.position().next(),
        reason: reason.clone(),
    });
    Some(Edit::Hold {
        release,
        was: None,
        now,
    })
}

fn existing_flow(state: &State, id: FlowId) -> Result<&Flow, Refusal> {
    state.flow(id).ok_or(Refusal::NoSuchFlow(id))
}

fn existing_release(state: &State, id: ReleaseId) -> Result<&Release, Refusal> {
    state.release(id).ok_or(Refusal::NoSuchRelease(id))
}

fn existing_environment(state: &State, id: EnvironmentId) -> Result<&Environment, Refusal> {
    state
        .pipeline()
        .get(id)
        .ok_or(Refusal::NoSuchEnvironment(id))
}

fn existing_variable(state: &State, name: &VariableName) -> Result<(), Refusal> {
    state
        .variable(name)
        .map(|_| ())
        .ok_or_else(|| Refusal::NoSuchVariable(name.clone()))
}

fn free_flow_name(state: &State, name: &Name, id: FlowId) -> Result<(), Refusal> {
    match state.flow_named(name) {
        Some(by) if by != id => Err(Refusal::FlowNameTaken(by)),
        _ => Ok(()),
    }
}

fn free_environment_name(state: &State, name: &Name, id: EnvironmentId) -> Result<(), Refusal> {
    let key = name.key();
    match state
        .pipeline()
        .iter()
        .find(|other| other.name().key() == key)
    {
        Some(other) if other.id != id => Err(Refusal::EnvironmentNameTaken(other.id)),
        _ => Ok(()),
    }
}
