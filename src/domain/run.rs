//! Running a flow: which snapshot it is, and what it shows (X2, X4).

use super::flow::{Piece, Snapshot, pieces};
use super::id::{EnvironmentId, FlowId};
use super::refusal::Refusal;
use super::state::{Deployment, State};
use super::text::VariableName;
use super::variable::Value;

/// A flow that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The environment, and the release that deployed the snapshot there.
    pub deployment: Deployment,
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The canvas's title, filled in.
    pub title: Vec<Filled>,
    /// The canvas's body, filled in.
    pub body: Vec<Filled>,
    /// Whether a signed-in user is asked for (X3).
    pub signs_in: bool,
}

/// A stretch of a running flow's text (V3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// Text of the canvas, or a variable's value.
    Text(String),
    /// A secret: its text is never shown (V2).
    Secret(VariableName),
    /// A variable that is undefined or blank here.
    Missing(VariableName),
}

/// Resolves what runs when the flow is run: the live snapshot, whichever release it came from.
/// Without an environment, the default one is meant (X1).
///
/// # Errors
///
/// [`Refusal`] where the flow or the environment does not exist, or nothing is live there (X2).
pub fn run(
    state: &State,
    flow: FlowId,
    environment: Option<EnvironmentId>,
) -> Result<Run, Refusal> {
    let environment = environment.unwrap_or_else(|| state.pipeline().default_environment());
    if !state.pipeline().contains(environment) {
        return Err(Refusal::NoSuchEnvironment(environment));
    }
    if state.flow(flow).is_none() {
        return Err(Refusal::NoSuchFlow(flow));
    }
    let deployment = state
        .live(environment, flow)
        .ok_or(Refusal::NotRunnable { flow, environment })?;
    let snapshot = state
        .snapshot(deployment.snapshot)
        .ok_or(Refusal::NoSuchSnapshot(deployment.snapshot))?;
    Ok(Run {
        deployment,
        title: fill(state, environment, snapshot.canvas.title.as_str()),
        body: fill(state, environment, snapshot.canvas.body.as_str()),
        snapshot: snapshot.clone(),
        signs_in: environment != state.pipeline().last().id,
    })
}

/// Replaces each `{{Name}}` in `text` by what the variable is in the environment (V3).
#[must_use]
pub fn fill(state: &State, environment: EnvironmentId, text: &str) -> Vec<Filled> {
    pieces(text)
        .map(|piece| match piece {
            Piece::Plain(text) => Filled::Text(text.to_owned()),
            Piece::Variable(name) => {
                let setting = state
                    .variable(&name)
                    .and_then(|variable| variable.values.get(&environment));
                match setting.map(|setting| &setting.value) {
                    Some(Value::Text(text)) => Filled::Text(text.as_str().to_owned()),
                    Some(Value::Secret) => Filled::Secret(name),
                    None => Filled::Missing(name),
                }
            }
        })
        .collect()
}
