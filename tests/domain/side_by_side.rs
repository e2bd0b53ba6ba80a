//! The rules and the naive model, given the same commands and compared after each.
//!
//! What is compared: whether and why a command is refused; every flow, snapshot, release, stack,
//! environment and variable; the plan with what then happened; the state replayed from the events'
//! JSON with the state that was stepped; and what undoing brings back with what was there before.

use std::collections::BTreeMap;

use flow_environments::domain::actor::{Context, Role};
use flow_environments::domain::command::Command;
use flow_environments::domain::decide::decide;
use flow_environments::domain::event::Event;
use flow_environments::domain::id::Position;
use flow_environments::domain::pipeline::Pipeline;
use flow_environments::domain::plan::{self, Effect, Live, Plan, Undoing};
use flow_environments::domain::refusal::Refusal;
use flow_environments::domain::release::Arrival;
use flow_environments::domain::run::run;
use flow_environments::domain::state::State;

use crate::model::{Ask, Came, Environment, Model, Shown, Why, World};

/// How the two differ.
pub(crate) type Difference = String;

macro_rules! same {
    ($left:expr, $right:expr, $($what:tt)+) => {
        let (left, right) = (&$left, &$right);
        if left != right {
            return Err(format!("{}:\n  rules: {left:?}\n  model: {right:?}", format_args!($($what)+)));
        }
    };
}

/// One tenant, kept twice.
#[derive(Clone)]
pub(crate) struct SideBySide {
    /// As the rules have it.
    pub(crate) state: State,
    /// As the events' JSON replays it, from what it was when it was last written down itself.
    replica: State,
    /// As the model has it.
    pub(crate) model: Model,
    /// Every event.
    pub(crate) history: Vec<Event>,
    /// How often each kind of event, refusal, effect and warning was met.
    pub(crate) met: BTreeMap<String, u64>,
}

impl SideBySide {
    pub(crate) fn begin(event: Event, context: &Context) -> Self {
        let Event::TenantBegun { pipeline, .. } = &event else {
            panic!("not a beginning")
        };
        let model = Model::begin(environments(pipeline));
        let state = State::begin(&event, context.clone()).unwrap();
        let replica = state.clone();
        let mut pair = Self {
            state,
            replica,
            model,
            history: Vec::new(),
            met: BTreeMap::new(),
        };
        pair.meet(&event);
        pair.history.push(event);
        pair
    }

    /// Gives a command to both. Says whether anything happened.
    pub(crate) fn give(
        &mut self,
        command: &Command,
        context: &Context,
    ) -> Result<Result<(), Refusal>, Difference> {
        let decided = decide(&self.state, command, context);
        let performed = self.model.perform(command, context.by.role);
        let (event, model) = match (decided, performed) {
            (Ok(event), Ok(model)) => (event, model),
            (Err(refusal), Err(why)) => {
                self.compare_refusals(&refusal, &why)?;
                self.meet(&refusal);
                return Ok(Err(refusal));
            }
            (Ok(event), Err(why)) => {
                return Err(format!("the model refuses {why:?}\n  rules: {event:?}"));
            }
            (Err(refusal), Ok(_)) => return Err(format!("only the rules refuse: {refusal:?}")),
        };
        let json = serde_json::to_string(&event).unwrap();
        let read: Event = serde_json::from_str(&json).unwrap();
        same!(read, event, "read back from {json}");

        let shown = shown_with(command);
        let was = shown.map(|plan| self.live(plan));
        let before = (event.can_be_undone()).then(|| self.state.clone());
        let misfit = |state: &mut State, event: &Event| {
            state
                .apply(event, context.clone())
                .map_err(|misfit| format!("{misfit:?}: {event:?}"))
        };
        misfit(&mut self.state, &event)?;
        misfit(&mut self.replica, &read)?;
        if self.replica.position().get().is_multiple_of(4) {
            self.replica = written_down(&self.replica)?;
        }
        if self.replica != self.state {
            return Err(format!("replayed from {json}, the state is another"));
        }
        self.model = model;
        self.meet(&event);
        if let Some(plan) = shown {
            self.meet(&plan.step);
            plan.rows
                .iter()
                .flat_map(|row| &row.effects)
                .for_each(|effect| self.meet(effect));
            plan.warnings.iter().for_each(|warning| self.meet(warning));
        }
        self.history.push(event);
        compare(&self.state, self.model.now())?;
        same!(self.state.position().get(), self.model.time(), "the time");
        if let (Some(plan), Some(was)) = (shown, was) {
            self.compare_with_effect(plan, &was)?;
        }
        same!(
            before.is_some(),
            self.model.last_is_undoable(),
            "whether it can be undone"
        );
        if before.is_some() {
            self.undo_for_a_try(context)?;
        }
        Ok(Ok(()))
    }

    /// Counts a thing of a kind: the first word of how it is written for debugging.
    fn meet(&mut self, thing: &impl std::fmt::Debug) {
        let text = format!("{thing:?}");
        let kind = text
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        *self.met.entry(kind.to_owned()).or_default() += 1;
    }

    /// Asks both for the plan of a step.
    pub(crate) fn look(&self, ask: Ask) -> Result<Result<Option<Plan>, Refusal>, Difference> {
        let plan = match ask {
            Ask::Promote(release) => plan::promotion(&self.state, release).map(Some),
            Ask::RollBack(release) => plan::rollback(&self.state, release).map(Some),
            Ask::Build(release, flow, snapshot) => {
                plan::reset(&self.state, release, flow, snapshot)
            }
            Ask::RemoveFlow(release, flow) => {
                plan::flow_removal(&self.state, release, flow).map(Some)
            }
            Ask::DeleteRelease(release) => plan::deletion(&self.state, release).map(Some),
            Ask::RemoveEnvironment(environment) => {
                plan::environment_removal(&self.state, environment).map(Some)
            }
            Ask::Undo(position) => plan::undo(&self.state, &self.undoing(position)).map(Some),
        };
        match (plan, self.model.foresee(ask)) {
            (Ok(plan), Ok(outcome)) => {
                same!(
                    plan.as_ref().map(Shown::from),
                    outcome.shown,
                    "the plan of {ask:?}"
                );
                Ok(Ok(plan))
            }
            (Err(refusal), Err(why)) => {
                self.compare_refusals(&refusal, &why)?;
                Ok(Err(refusal))
            }
            (Ok(plan), Err(why)) => Err(format!("the model refuses {ask:?}: {why:?}\n  {plan:?}")),
            (Err(refusal), Ok(_)) => Err(format!("only the rules refuse {ask:?}: {refusal:?}")),
        }
    }

    /// The step at a position. One that is not there yet is made of the last step: whoever asks for
    /// it has a history that this tenant has not.
    pub(crate) fn undoing(&self, position: Position) -> Undoing {
        let index = usize::try_from(position.get()).unwrap().saturating_sub(1);
        let event = self.history[index.min(self.history.len() - 1)].clone();
        Undoing { position, event }
    }

    fn compare_refusals(&self, refusal: &Refusal, why: &Why) -> Result<(), Difference> {
        same!(Why::from(refusal), *why, "why not");
        let world = self.model.now();
        let named_rightly = match refusal {
            Refusal::EnvironmentGone(environment) => !world.has_environment(*environment),
            Refusal::EnvironmentInUse {
                environment,
                release,
            } => world
                .release(*release)
                .is_some_and(|inside| inside.environment == *environment),
            // What is shown then must be what would happen now; none where nothing is to be confirmed.
            Refusal::PlanChanged { now } => now.as_ref().is_none_or(|now| {
                self.model.foresee(ask_of(now)).map(|outcome| outcome.shown)
                    == Ok(Some(Shown::from(now.as_ref())))
            }),
            Refusal::NameTakenSince { name, by } => self.state.release_named(name) == Some(*by),
            Refusal::NotAllowed { role, needs } => role < needs,
            _ => true,
        };
        if named_rightly {
            Ok(())
        } else {
            Err(format!("refused with a wrong detail: {refusal:?}"))
        }
    }

    /// What runs in all places that the plan speaks of.
    fn live(&self, plan: &Plan) -> Vec<Option<Live>> {
        let mut live = Vec::new();
        for row in &plan.rows {
            for environment in &plan.environments {
                live.push(self.state.live(*environment, row.flow).map(|top| Live {
                    snapshot: top.snapshot,
                    number: self.state.snapshot(top.snapshot).unwrap().number,
                    release: top.release,
                }));
            }
        }
        live
    }

    /// R7: what was shown is what happened.
    fn compare_with_effect(&self, plan: &Plan, was: &[Option<Live>]) -> Result<(), Difference> {
        let effects: Vec<&Effect> = plan.rows.iter().flat_map(|row| &row.effects).collect();
        let before: Vec<_> = effects.iter().map(|effect| effect.before()).collect();
        let after: Vec<_> = effects.iter().map(|effect| effect.after()).collect();
        same!(
            before,
            was,
            "what ran before, and what the plan said of it: {plan:?}"
        );
        same!(
            after,
            self.live(plan),
            "what runs after, and what the plan said of it: {plan:?}"
        );
        // What the plan does not speak of runs as before.
        let (before, now) = (self.model.before(), self.model.now());
        for environment in &now.environments {
            for flow in &now.flows {
                let (at, flow) = (environment.id, flow.id);
                let spoken_of =
                    plan.environments.contains(&at) && plan.rows.iter().any(|row| row.flow == flow);
                if !spoken_of && before.live(at, flow) != now.live(at, flow) {
                    return Err(format!("{flow:?} changes in {at:?}, unsaid in {plan:?}"));
                }
            }
        }
        Ok(())
    }

    /// U1: undone at once, all is as before, but for the snapshot that was built.
    fn undo_for_a_try(&self, context: &Context) -> Result<(), Difference> {
        let undoing = self.undoing(self.state.position());
        let shown = plan::undo(&self.state, &undoing)
            .map_err(|refusal| format!("the last step cannot be undone: {refusal:?}"))?;
        let mut state = self.state.clone();
        let mut administrator = context.clone();
        administrator.by.role = Role::Administrator;
        let event = decide(&state, &Command::Undo { undoing, shown }, &administrator)
            .map_err(|refusal| format!("the last step is not undone: {refusal:?}"))?;
        state
            .apply(&event, administrator)
            .map_err(|misfit| format!("{misfit:?}: {event:?}"))?;
        let expected = World {
            snapshots: self.model.now().snapshots.clone(),
            ..self.model.before().clone()
        };
        compare(&state, &expected)
    }
}

/// Returns what is read of a state that was written down: the same, to go on with.
fn written_down(state: &State) -> Result<State, Difference> {
    let mut text = String::new();
    state.write(&mut text);
    let read = State::read(&mut text.lines());
    let read = read.ok_or_else(|| format!("cannot be read back:\n{text}"))?;
    same!(&read, state, "read back from {text}");
    let mut again = String::new();
    read.write(&mut again);
    same!(again, text, "written again");
    Ok(read)
}

fn environments(pipeline: &Pipeline) -> Vec<Environment> {
    let environment = |one: &flow_environments::domain::pipeline::Environment| Environment {
        id: one.id,
        settings: one.settings.clone(),
    };
    pipeline.iter().map(environment).collect()
}

/// The plan that a command confirmed.
fn shown_with(command: &Command) -> Option<&Plan> {
    match command {
        Command::Promote { shown, .. }
        | Command::RollBack { shown, .. }
        | Command::RemoveFlow { shown, .. }
        | Command::DeleteRelease { shown, .. }
        | Command::RemoveEnvironment { shown, .. }
        | Command::Undo { shown, .. } => Some(shown),
        Command::Build { reset, .. } => reset.as_ref(),
        _ => None,
    }
}

fn ask_of(plan: &Plan) -> Ask {
    use flow_environments::domain::plan::Step;
    match &plan.step {
        Step::Promote { release, .. } => Ask::Promote(*release),
        Step::RollBack { release, .. } => Ask::RollBack(*release),
        Step::Reset { release, flow, .. } => {
            // The draft that it speaks of is the one that the command brought.
            let drafted = plan
                .rows
                .iter()
                .filter(|row| row.flow == *flow)
                .flat_map(|row| row.effects.iter().filter_map(Effect::after))
                .max_by_key(|live| live.number);
            Ask::Build(*release, *flow, drafted.unwrap().snapshot)
        }
        Step::RemoveFlow { release, flow } => Ask::RemoveFlow(*release, *flow),
        Step::DeleteRelease { release } => Ask::DeleteRelease(*release),
        Step::RemoveEnvironment { environment } => Ask::RemoveEnvironment(*environment),
        Step::Undo { position } => Ask::Undo(*position),
    }
}

/// Compares all that there is.
fn compare(state: &State, world: &World) -> Result<(), Difference> {
    same!(
        environments(state.pipeline()),
        world.environments,
        "the pipeline"
    );
    same!(
        state.pipeline().default_environment(),
        world.default,
        "the default environment"
    );

    same!(state.flows().count(), world.flows.len(), "how many flows");
    for flow in &world.flows {
        let held = state
            .flow(flow.id)
            .ok_or_else(|| format!("missing: {flow:?}"))?;
        let built: Vec<_> = world
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.flow == flow.id)
            .map(|snapshot| snapshot.id)
            .collect();
        let held_snapshots: Vec<_> = held.snapshots.iter().map(|it| it.id).collect();
        same!(held_snapshots, built, "the snapshots of {}", flow.name);
        same!(
            (&held.name, &held.canvas),
            (&flow.name, &flow.canvas),
            "flow {}",
            flow.name
        );
        same!(
            state.flow_named(&flow.name),
            Some(flow.id),
            "the flow named {}",
            flow.name
        );
    }
    for snapshot in &world.snapshots {
        let held = state
            .snapshot(snapshot.id)
            .ok_or_else(|| format!("missing: {snapshot:?}"))?;
        let same = held.flow == snapshot.flow
            && held.number == snapshot.number
            && held.notes == snapshot.notes
            && held.canvas == snapshot.canvas
            && *held.variables == *snapshot.variables
            && held.built.get() == snapshot.at;
        if !same {
            return Err(format!(
                "a snapshot:\n  rules: {held:?}\n  model: {snapshot:?}"
            ));
        }
    }
    compare_releases(state, world)?;
    compare_stacks(state, world)?;

    same!(
        state.variables().count(),
        world.variables.len(),
        "how many variables"
    );
    for variable in &world.variables {
        let held = state
            .variable(&variable.name)
            .ok_or_else(|| format!("{variable:?}"))?;
        same!(
            held.values.len(),
            variable.values.len(),
            "values of {}",
            variable.name
        );
        for (environment, value, at) in &variable.values {
            let set = held
                .values
                .get(environment)
                .map(|set| (&set.value, set.since.get()));
            same!(
                set,
                Some((value, *at)),
                "{} in {environment}",
                variable.name
            );
        }
    }
    Ok(())
}

fn compare_releases(state: &State, world: &World) -> Result<(), Difference> {
    same!(
        state.releases().count(),
        world.releases.len(),
        "how many releases"
    );
    for release in &world.releases {
        let held = state
            .release(release.id)
            .ok_or_else(|| format!("missing: {release:?}"))?;
        let came = match &held.place.arrival {
            Arrival::Build => Came::Built,
            Arrival::Promotion { from } => Came::Promoted(*from),
            Arrival::Rollback { from, reason } => Came::RolledBack(*from, reason.clone()),
            Arrival::Reset { from } => Came::Reset(*from),
        };
        let why_held = held
            .hold
            .as_ref()
            .map(|hold| (hold.since.get(), hold.reason.clone()));
        let place = (held.place.environment, held.place.since.get(), &came);
        let name = &release.name;
        same!(
            place,
            (release.environment, release.since, &release.came),
            "place of {name}"
        );
        same!(why_held, release.hold, "the hold of {name}");
        same!(held.name, release.name, "the name of {name}");
        same!(
            state.release_named(name),
            Some(release.id),
            "the release named {name}"
        );
        same!(
            held.content.len(),
            release.content.len(),
            "how many flows {name} holds"
        );
        for (flow, snapshot) in &release.content {
            same!(held.content.get(*flow), Some(*snapshot), "{flow} in {name}");
            // What a release holds stands where the release is: that is what being there means.
            let stands = state.standing(release.id).at(release.environment, *flow);
            same!(
                stands.map(|layer| layer.snapshot),
                Some(*snapshot),
                "{name} where it is"
            );
        }
    }
    Ok(())
}

fn compare_stacks(state: &State, world: &World) -> Result<(), Difference> {
    for stack in &world.stacks {
        // Bottom to top here, top to bottom there.
        let mut layers = stack.layers.iter().rev();
        let (environment, flow) = (stack.environment, stack.flow);
        for held in state.stack(environment, flow) {
            let layer = layers
                .next()
                .map(|layer| (layer.release, layer.snapshot, layer.at));
            let held = (held.release, held.snapshot, held.position.get());
            same!(Some(held), layer, "a layer of {flow} in {environment}");
            let stands = state.standing(held.0).at(environment, flow);
            same!(
                stands.map(|stands| stands.position.get()),
                Some(held.2),
                "where it stands"
            );
        }
        same!(layers.len(), 0, "layers missing of {flow} in {environment}");
        // X2: what runs is the top, or nothing does.
        let runs = run(state, flow, Some(environment)).map(|run| run.snapshot.id);
        let expected = stack.layers.last().map(|top| top.snapshot);
        same!(
            runs.clone().ok(),
            expected,
            "what runs of {flow} in {environment}"
        );
        if expected.is_none() {
            same!(
                runs,
                Err(Refusal::NotRunnable { flow, environment }),
                "why it does not run"
            );
        }
    }
    let mut standing = 0;
    for environment in &world.environments {
        let held = state.deployments_in(environment.id).count();
        let expected: usize = world
            .stacks
            .iter()
            .filter(|stack| stack.environment == environment.id)
            .map(|stack| stack.layers.len())
            .sum();
        same!(
            held,
            expected,
            "deployments in {}",
            environment.settings.name
        );
        let held: usize = world
            .releases
            .iter()
            .map(|release| {
                state
                    .standing(release.id)
                    .in_environment(environment.id)
                    .count()
            })
            .sum();
        standing += held;
        let live = state.live_in(environment.id).count();
        let expected = world
            .flows
            .iter()
            .filter(|flow| world.live(environment.id, flow.id).is_some())
            .count();
        same!(
            live,
            expected,
            "what is live in {}",
            environment.settings.name
        );
    }
    let layers: usize = world.stacks.iter().map(|stack| stack.layers.len()).sum();
    same!(standing, layers, "deployments, found by release");
    Ok(())
}
