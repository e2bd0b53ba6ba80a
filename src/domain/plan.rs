//! What a step would change for those who run flows: one value for the disabled button's reason,
//! the form, and `decide` (R7). What was shown is what happens.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::{Change, ContentChange, Edit, Layer, by_flow, changes, inverse};
use super::event::Event;
use super::flow::{Flow, Snapshot};
use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId};
use super::refusal::Refusal;
use super::release::{Content, Release};
use super::state::{Deployment, Stacks, State, Subject};
use super::text::VariableName;

/// The step that a plan is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A promotion to the next environment (P2).
    Promote {
        /// The release.
        release: ReleaseId,
        /// The environment that it leaves.
        from: EnvironmentId,
        /// The target environment.
        to: EnvironmentId,
    },
    /// A rollback to the previous environment (R3).
    RollBack {
        /// The release.
        release: ReleaseId,
        /// The environment that it is withdrawn from.
        from: EnvironmentId,
        /// The environment that it goes back to.
        to: EnvironmentId,
    },
    /// A build into a release that is past the first environment (B3).
    Reset {
        /// The release.
        release: ReleaseId,
        /// The flow that is built.
        flow: FlowId,
        /// The environment that the release is withdrawn from.
        from: EnvironmentId,
        /// The first environment.
        to: EnvironmentId,
    },
    /// The removal of a flow from a release (D1).
    RemoveFlow {
        /// The release.
        release: ReleaseId,
        /// The flow.
        flow: FlowId,
    },
    /// The deletion of a release (D2).
    DeleteRelease {
        /// The release.
        release: ReleaseId,
    },
    /// The removal of an environment (E3).
    RemoveEnvironment {
        /// The environment.
        environment: EnvironmentId,
    },
    /// The undoing of an earlier step (U1).
    Undo {
        /// The entry whose step it is.
        position: Position,
    },
}

/// What a step would change, flow by flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The step.
    pub step: Step,
    /// The environments that the rows speak of, in this order.
    pub environments: Vec<EnvironmentId>,
    /// One row for each flow.
    pub rows: Vec<Row>,
    /// What to think of before confirming.
    pub warnings: Vec<Warning>,
    edits: Vec<Edit>,
}

/// What a step would change for one flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The flow.
    pub flow: FlowId,
    /// What changes in each of [`Plan::environments`], in their order.
    pub effects: Vec<Effect>,
}

/// What runs, or would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Live {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// Its number within the flow.
    pub number: u32,
    /// The release that deployed it.
    pub release: ReleaseId,
}

/// What a step changes about running one flow in one environment (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// What lay beneath runs again.
    Restored {
        /// What runs before.
        was: Live,
        /// What runs after.
        now: Live,
    },
    /// Nothing lies beneath: the flow can no longer be run.
    Removed {
        /// What runs before.
        was: Live,
    },
    /// What the step deploys takes the place of what ran.
    Replaced {
        /// What runs before.
        was: Live,
        /// What runs after.
        now: Live,
    },
    /// The flow could not be run, and can be.
    Introduced {
        /// What runs after.
        now: Live,
    },
    /// The same version runs before and after.
    Unaffected {
        /// It.
        live: Live,
    },
    /// The flow cannot be run, before and after.
    Absent,
}

impl Live {
    const fn of(release: ReleaseId, snapshot: &Snapshot) -> Self {
        Self {
            snapshot: snapshot.id,
            number: snapshot.number,
            release,
        }
    }
}

impl From<Deployment> for Live {
    fn from(deployment: Deployment) -> Self {
        let Deployment {
            release,
            snapshot,
            number,
            ..
        } = deployment;
        Self {
            snapshot,
            number,
            release,
        }
    }
}

impl Effect {
    /// Returns what runs before.
    #[must_use]
    pub const fn before(&self) -> Option<Live> {
        match self {
            Self::Restored { was, .. } | Self::Removed { was } | Self::Replaced { was, .. } => {
                Some(*was)
            }
            Self::Unaffected { live } => Some(*live),
            Self::Introduced { .. } | Self::Absent => None,
        }
    }

    /// Returns what runs after.
    #[must_use]
    pub const fn after(&self) -> Option<Live> {
        match self {
            Self::Restored { now, .. } | Self::Replaced { now, .. } | Self::Introduced { now } => {
                Some(*now)
            }
            Self::Unaffected { live } => Some(*live),
            Self::Removed { .. } | Self::Absent => None,
        }
    }

    /// Tells whether what runs after is not what runs before.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        !matches!(self, Self::Unaffected { .. } | Self::Absent)
    }
}

/// Something to think of before confirming. A warning refuses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// An older snapshot would run in place of a newer one of another release (R3).
    OlderReplacesNewer {
        /// The flow.
        flow: FlowId,
        /// The environment.
        environment: EnvironmentId,
        /// What runs before.
        was: Live,
        /// What runs after.
        now: Live,
    },
    /// A snapshot that would become live names a variable that has no value there (V4).
    VariableMissing {
        /// The flow.
        flow: FlowId,
        /// The environment.
        environment: EnvironmentId,
        /// What runs after.
        now: Live,
        /// The variable.
        variable: VariableName,
        /// Whether the variable exists, and is only blank in that environment.
        blank: bool,
    },
}

/// A step of the history that is to be undone (U3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoing {
    /// The entry that recorded it.
    pub position: Position,
    /// What it recorded.
    pub event: Event,
}

impl Plan {
    /// Tells whether a person who was shown `other` was shown this (R8).
    ///
    /// The edits are left out: they also say at which position they will be recorded, which is
    /// nothing that anyone confirms.
    #[must_use]
    pub fn shows_the_same_as(&self, other: &Self) -> bool {
        self.step == other.step
            && self.environments == other.environments
            && self.rows == other.rows
            && self.warnings == other.warnings
    }

    /// Returns what the step does to the stacks, to be executed as it is.
    pub(super) fn into_edits(self) -> Vec<Edit> {
        self.edits
    }

    fn new(
        state: &State,
        built: Option<&Snapshot>,
        step: Step,
        environments: Vec<EnvironmentId>,
        edits: Vec<Edit>,
    ) -> Self {
        let mut rows = Vec::new();
        let mut warnings = Vec::new();
        let changes = changes(&edits);
        for (flow, changes) in by_flow(&changes) {
            // None only for a flow that does not exist, which no edit speaks of.
            let Some(stacks) = state.stacks_of(flow) else {
                continue;
            };
            let outlook = Outlook {
                state,
                flow,
                stacks,
                built,
                changes,
            };
            let effects = environments
                .iter()
                .map(|at| outlook.effect(*at, &mut warnings));
            rows.push(Row {
                flow,
                effects: effects.collect(),
            });
        }
        Self {
            step,
            environments,
            rows,
            warnings,
            edits,
        }
    }
}

/// The stacks of one flow as they are, and what a step would do to them.
struct Outlook<'a> {
    state: &'a State,
    flow: FlowId,
    stacks: Stacks<'a>,
    built: Option<&'a Snapshot>,
    changes: &'a [Change<'a>],
}

impl<'a> Outlook<'a> {
    fn snapshot(&self, id: SnapshotId) -> Option<&'a Snapshot> {
        self.built
            .filter(|built| built.id == id)
            .or_else(|| self.stacks.snapshot(id))
    }

    /// Returns what changes in an environment, and says what to think of.
    fn effect(&self, environment: EnvironmentId, warnings: &mut Vec<Warning>) -> Effect {
        let changes = || {
            self.changes
                .iter()
                .filter(|change| *change.environment == environment)
        };
        let withdrawn = |position| {
            changes().any(|change| !change.deployed && change.layer.position == position)
        };
        let mut layers = self.stacks.stack(environment);
        let before = layers.next();
        let kept = before
            .into_iter()
            .chain(layers)
            .find(|layer| !withdrawn(layer.position));
        let fresh = changes()
            .filter(|change| change.deployed)
            .max_by_key(|change| change.layer.position)
            .filter(|change| kept.is_none_or(|kept| kept.position < change.layer.position))
            .and_then(|change| {
                let snapshot = self.snapshot(change.layer.snapshot)?;
                Some(Live::of(*change.release, snapshot))
            });

        let was = before.map(Live::from);
        let now = fresh.or(kept.map(Live::from));
        let effect = match (was, now) {
            (None, None) => Effect::Absent,
            (None, Some(now)) => Effect::Introduced { now },
            (Some(was), None) => Effect::Removed { was },
            (Some(was), Some(now)) if was == now => Effect::Unaffected { live: now },
            (Some(was), Some(now)) if fresh.is_some() => Effect::Replaced { was, now },
            (Some(was), Some(now)) => Effect::Restored { was, now },
        };
        if effect.is_change()
            && let Some(now) = now
        {
            self.warn(environment, effect, now, warnings);
        }
        effect
    }

    /// Says what to think of when `now` becomes live.
    fn warn(
        &self,
        environment: EnvironmentId,
        effect: Effect,
        now: Live,
        warnings: &mut Vec<Warning>,
    ) {
        let flow = self.flow;
        if let Effect::Replaced { was, .. } = effect
            && was.number > now.number
            && was.release != now.release
        {
            warnings.push(Warning::OlderReplacesNewer {
                flow,
                environment,
                was,
                now,
            });
        }
        let built = self.built.filter(|built| built.id == now.snapshot);
        let becomes = built.or_else(|| self.stacks.numbered(now.number));
        for name in becomes.into_iter().flat_map(|it| &*it.variables) {
            let variable = self.state.variable(name);
            if variable.is_none_or(|variable| !variable.values.contains_key(&environment)) {
                warnings.push(Warning::VariableMissing {
                    flow,
                    environment,
                    now,
                    variable: name.clone(),
                    blank: variable.is_some(),
                });
            }
        }
    }
}

// Steps -------------------------------------------------------------------------------------------

fn release(state: &State, id: ReleaseId) -> Result<&Release, Refusal> {
    state.release(id).ok_or(Refusal::NoSuchRelease(id))
}

/// B4: a release in the last environment is final.
fn not_final(state: &State, release: &Release) -> Result<(), Refusal> {
    let environment = release.place.environment;
    if environment == state.pipeline().last().id {
        return Err(Refusal::Final {
            release: release.id,
            environment,
        });
    }
    Ok(())
}

/// Deploys `content` on top of the stacks of `environment`. What the release had in the same stacks
/// leaves them: it stands at most once in any (B2). `content` is in the order of the flows' ids.
pub(super) fn deployment_of(
    state: &State,
    release: ReleaseId,
    environment: EnvironmentId,
    content: &Content,
) -> Edit {
    let position = state.position().next();
    let deployed: Vec<Layer> = content
        .iter()
        .map(|(flow, snapshot)| Layer {
            flow,
            snapshot,
            position,
        })
        .collect();
    // Both are in the order of the flows' ids: one walk along both finds what stands there already.
    let mut standing = state
        .standing(release)
        .in_environment(environment)
        .peekable();
    let withdrawn = deployed.iter().filter_map(|layer| {
        while standing
            .next_if(|stands| stands.flow < layer.flow)
            .is_some()
        {}
        standing.next_if(|stands| stands.flow == layer.flow)
    });
    let withdrawn = withdrawn.collect();
    Edit::Stacks {
        environment,
        release,
        withdrawn,
        deployed,
    }
}

/// Withdraws all that the release has deployed in `environment` (R2).
fn withdrawal_of(state: &State, release: ReleaseId, environment: EnvironmentId) -> Edit {
    let withdrawn = state
        .standing(release)
        .in_environment(environment)
        .collect();
    Edit::Stacks {
        environment,
        release,
        withdrawn,
        deployed: Vec::new(),
    }
}

/// Plans a promotion to the next environment.
///
/// # Errors
///
/// [`Refusal`] where the release cannot be promoted (P1, P4, H1).
pub fn promotion(state: &State, id: ReleaseId) -> Result<Plan, Refusal> {
    let release = release(state, id)?;
    let from = release.place.environment;
    let to = state
        .pipeline()
        .next(from)
        .ok_or(Refusal::NoNextEnvironment {
            release: id,
            environment: from,
        })?
        .id;
    if release.hold.is_some() {
        return Err(Refusal::Held(id));
    }
    if release.content.is_empty() {
        return Err(Refusal::EmptyRelease(id));
    }
    // P3: what the release deployed where it is goes on running there.
    let edits = vec![deployment_of(state, id, to, &release.content)];
    Ok(Plan::new(
        state,
        None,
        Step::Promote {
            release: id,
            from,
            to,
        },
        vec![to],
        edits,
    ))
}

/// Plans a rollback to the previous environment.
///
/// # Errors
///
/// [`Refusal`] where the release does not exist or is in the first environment (R1).
pub fn rollback(state: &State, id: ReleaseId) -> Result<Plan, Refusal> {
    let release = release(state, id)?;
    let from = release.place.environment;
    let to = state
        .pipeline()
        .previous(from)
        .ok_or(Refusal::NoPreviousEnvironment {
            release: id,
            environment: from,
        })?
        .id;
    let edits = vec![
        withdrawal_of(state, id, from),
        deployment_of(state, id, to, &release.content),
    ];
    Ok(Plan::new(
        state,
        None,
        Step::RollBack {
            release: id,
            from,
            to,
        },
        vec![from, to],
        edits,
    ))
}

/// Plans the reset of a release by a build of `flow` into it. None where the release is in the first
/// environment: then nothing needs to be confirmed (B2).
///
/// # Errors
///
/// [`Refusal`] where nothing can be built into the release (B4).
pub fn reset(
    state: &State,
    id: ReleaseId,
    flow: FlowId,
    snapshot: SnapshotId,
) -> Result<Option<Plan>, Refusal> {
    let flow = state.flow(flow).ok_or(Refusal::NoSuchFlow(flow))?;
    let release = release(state, id)?;
    not_final(state, release)?;
    let from = release.place.environment;
    let to = state.pipeline().first().id;
    if from == to {
        return Ok(None);
    }
    let built = draft(state, flow, snapshot);
    let mut content = release.content.clone();
    content.insert(flow.id, snapshot);
    let edits = vec![
        withdrawal_of(state, id, from),
        deployment_of(state, id, to, &content),
    ];
    let step = Step::Reset {
        release: id,
        flow: flow.id,
        from,
        to,
    };
    Ok(Some(Plan::new(
        state,
        Some(&built),
        step,
        vec![from, to],
        edits,
    )))
}

/// Returns the snapshot that a build of the flow would make now.
pub(super) fn draft(state: &State, flow: &Flow, id: SnapshotId) -> Snapshot {
    Snapshot {
        id,
        flow: flow.id,
        number: flow.next_number(),
        notes: super::text::Note::default(),
        canvas: flow.canvas.clone(),
        variables: flow.canvas.variables().into(),
        built: state.position().next(),
    }
}

/// Plans the removal of a flow from a release.
///
/// # Errors
///
/// [`Refusal`] where the release does not hold the flow, or is final (D1, B4).
pub fn flow_removal(state: &State, id: ReleaseId, flow: FlowId) -> Result<Plan, Refusal> {
    let release = release(state, id)?;
    not_final(state, release)?;
    let Some(snapshot) = release.content.get(flow) else {
        return Err(Refusal::FlowNotInRelease { release: id, flow });
    };
    let environment = release.place.environment;
    let withdrawn = state
        .standing(id)
        .at(environment, flow)
        .into_iter()
        .collect();
    let edits = vec![
        Edit::Stacks {
            environment,
            release: id,
            withdrawn,
            deployed: Vec::new(),
        },
        Edit::Content {
            release: id,
            changes: vec![ContentChange {
                flow,
                was: Some(snapshot),
                now: None,
            }],
        },
    ];
    Ok(Plan::new(
        state,
        None,
        Step::RemoveFlow { release: id, flow },
        vec![environment],
        edits,
    ))
}

/// Plans the deletion of a release: its deployments are withdrawn everywhere.
///
/// # Errors
///
/// [`Refusal`] where the release does not exist or is final (D2).
pub fn deletion(state: &State, id: ReleaseId) -> Result<Plan, Refusal> {
    let release = release(state, id)?;
    not_final(state, release)?;
    let mut edits: Vec<Edit> = state
        .pipeline()
        .iter()
        .map(|environment| withdrawal_of(state, id, environment.id))
        .filter(|edit| matches!(edit, Edit::Stacks { withdrawn, .. } if !withdrawn.is_empty()))
        .collect();
    let environments = environments_of(state, &edits);
    edits.push(Edit::Deleted {
        release: release.clone(),
    });
    Ok(Plan::new(
        state,
        None,
        Step::DeleteRelease { release: id },
        environments,
        edits,
    ))
}

/// Plans the removal of an environment: what was deployed to it is withdrawn.
///
/// # Errors
///
/// [`Refusal`] where the environment must stay (E3).
pub fn environment_removal(state: &State, id: EnvironmentId) -> Result<Plan, Refusal> {
    let pipeline = state.pipeline();
    if !pipeline.contains(id) {
        return Err(Refusal::NoSuchEnvironment(id));
    }
    if id == pipeline.first().id || id == pipeline.last().id {
        return Err(Refusal::OuterEnvironment(id));
    }
    if id == pipeline.default_environment() {
        return Err(Refusal::DefaultEnvironment(id));
    }
    if let Some(release) = state.releases_in(id).next() {
        return Err(Refusal::EnvironmentInUse {
            environment: id,
            release: release.id,
        });
    }
    let mut withdrawn: BTreeMap<ReleaseId, Vec<Layer>> = BTreeMap::new();
    for Deployment {
        flow,
        position,
        release,
        snapshot,
        ..
    } in state.deployments_in(id)
    {
        withdrawn.entry(release).or_default().push(Layer {
            flow,
            snapshot,
            position,
        });
    }
    let edits = withdrawn
        .into_iter()
        .map(|(release, withdrawn)| Edit::Stacks {
            environment: id,
            release,
            withdrawn,
            deployed: Vec::new(),
        })
        .collect();
    Ok(Plan::new(
        state,
        None,
        Step::RemoveEnvironment { environment: id },
        vec![id],
        edits,
    ))
}

/// Plans the undoing of an earlier step: its edits, inverted.
///
/// # Errors
///
/// [`Refusal`] where the step cannot be undone, or not any more (U2).
pub fn undo(state: &State, undoing: &Undoing) -> Result<Plan, Refusal> {
    let position = undoing.position;
    if !undoing.event.can_be_undone() || position > state.position() {
        return Err(Refusal::NotUndoable(position));
    }
    let edits = inverse(undoing.event.edits());
    for edit in &edits {
        let needed = match edit {
            Edit::Stacks { environment, .. } => *environment,
            Edit::Place { now, .. } => now.environment,
            Edit::Created { release } => release.place.environment,
            Edit::Content { .. } | Edit::Hold { .. } | Edit::Deleted { .. } => continue,
        };
        if !state.pipeline().contains(needed) {
            return Err(Refusal::EnvironmentGone(needed));
        }
    }
    for edit in &edits {
        if let Edit::Created { release } = edit
            && let Some(by) = state.release_named(&release.name)
            && by != release.id
        {
            return Err(Refusal::NameTakenSince {
                name: release.name.clone(),
                by,
            });
        }
    }
    if let Some(by) = edits
        .iter()
        .flat_map(subjects)
        .filter_map(|subject| state.last_touch(subject))
        .filter(|touched| *touched > position)
        .max()
    {
        return Err(Refusal::ChangedSince { undo: position, by });
    }
    let environments = environments_of(state, &edits);
    Ok(Plan::new(
        state,
        None,
        Step::Undo { position },
        environments,
        edits,
    ))
}

/// Returns what an edit touches (U2).
fn subjects(edit: &Edit) -> Vec<Subject> {
    match edit {
        Edit::Stacks {
            environment,
            withdrawn,
            deployed,
            ..
        } => withdrawn
            .iter()
            .chain(deployed)
            .map(|layer| Subject::Stack(*environment, layer.flow))
            .collect(),
        edit => vec![Subject::Release(edit.release())],
    }
}

/// Returns the environments whose stacks the edits change, in the pipeline's order.
fn environments_of(state: &State, edits: &[Edit]) -> Vec<EnvironmentId> {
    let changed: BTreeSet<EnvironmentId> = edits.iter().filter_map(Edit::environment).collect();
    state
        .pipeline()
        .iter()
        .map(|environment| environment.id)
        .filter(|id| changed.contains(id))
        .collect()
}
