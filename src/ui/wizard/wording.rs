//! A plan in plain sentences, before and after the fact.

use leptos::prelude::untrack;

use crate::domain::id::EnvironmentId;
use crate::domain::plan::{Effect, Live, Plan, Row, Step, Warning};
use crate::domain::state::State;
use crate::ui::components::icon::Icon;
use crate::ui::deed;
use crate::ui::order::by_name;
use crate::ui::problem::flow_name;
use crate::ui::tenant::{Tenant, environment_name, release_name};

/// Whether something will happen or has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tense {
    /// It will, once it is confirmed.
    Future,
    /// It has.
    Past,
}

/// What an effect is to someone who runs the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The flow can no longer be run.
    Gone,
    /// An earlier version runs.
    Back,
    /// A newer version runs.
    On,
    /// The flow can be run where it could not.
    New,
    /// Nothing changes.
    Same,
}

impl Kind {
    /// All kinds, the gravest first.
    pub const ALL: [Self; 5] = [Self::Gone, Self::Back, Self::On, Self::New, Self::Same];

    /// Returns what an effect is.
    #[must_use]
    pub fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Removed { .. } => Self::Gone,
            Effect::Introduced { .. } => Self::New,
            Effect::Unaffected { .. } | Effect::Absent => Self::Same,
            Effect::Restored { was, now } | Effect::Replaced { was, now } => {
                if now.number < was.number {
                    Self::Back
                } else {
                    Self::On
                }
            }
        }
    }

    /// Returns the icon that goes with the words.
    #[must_use]
    pub const fn icon(self) -> Icon {
        match self {
            Self::Gone => Icon::Minus,
            Self::Back => Icon::Back,
            Self::On => Icon::Forward,
            Self::New => Icon::Plus,
            Self::Same => Icon::Equal,
        }
    }

    /// Returns the class that goes with the words.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Back => "back",
            Self::On => "on",
            Self::New => "new",
            Self::Same => "same",
        }
    }

    fn count(self, count: usize, tense: Tense) -> String {
        let flows = if count == 1 {
            "1 flow".to_owned()
        } else {
            format!("{count} flows")
        };
        let one = count == 1;
        match (self, tense) {
            (Self::Gone, _) => format!("{flows} can no longer be run"),
            (Self::Back, Tense::Future) => {
                format!(
                    "{flows} {} back to an earlier version",
                    if one { "goes" } else { "go" }
                )
            }
            (Self::Back, Tense::Past) => format!("{flows} went back to an earlier version"),
            (Self::On, Tense::Future) => {
                format!(
                    "{flows} {} up to a newer version",
                    if one { "moves" } else { "move" }
                )
            }
            (Self::On, Tense::Past) => format!("{flows} moved up to a newer version"),
            (Self::New, Tense::Future) => format!("{flows} can be run from then on"),
            (Self::New, Tense::Past) => format!("{flows} can be run now"),
            (Self::Same, Tense::Future) => {
                format!(
                    "{flows} {} as {}",
                    if one { "stays" } else { "stay" },
                    if one { "it is" } else { "they are" }
                )
            }
            (Self::Same, Tense::Past) => {
                format!(
                    "{flows} stayed as {}",
                    if one { "it was" } else { "they were" }
                )
            }
        }
    }
}

/// Says what a step does to the release or environment that it is about.
#[must_use]
pub fn lead(tenant: Tenant, step: &Step, tense: Tense) -> String {
    if let Step::Undo { position } = step {
        let (again, step) = untrack(|| deed::step(tenant, *position));
        return match (again, tense) {
            (false, Tense::Future) => {
                format!("Everything that {step} changed is put back as it was.")
            }
            (false, Tense::Past) => format!("Everything that {step} changed is as it was."),
            (true, Tense::Future) => format!("Everything that {step} changed is changed again."),
            (true, Tense::Past) => format!("Everything that {step} changed is as it made it."),
        };
    }
    tenant.peek(|state| moved(state, step, tense))
}

fn moved(state: &State, step: &Step, tense: Tense) -> String {
    let environment = |id: &EnvironmentId| environment_name(state, *id);
    let future = tense == Tense::Future;
    match step {
        Step::RollBack { release, from, to } => {
            let (release, from, to) = (
                release_name(state, *release),
                environment(from),
                environment(to),
            );
            if future {
                format!("{release} leaves {from} and goes back to {to}.")
            } else {
                format!("{release} left {from} and is back in {to}.")
            }
        }
        Step::Promote { release, from, to } => {
            let (release, from, to) = (
                release_name(state, *release),
                environment(from),
                environment(to),
            );
            if future {
                format!(
                    "{release} goes from {from} to {to}. What it deployed in {from} goes on running there."
                )
            } else {
                format!(
                    "{release} is in {to} now. What it deployed in {from} goes on running there."
                )
            }
        }
        Step::Reset {
            release,
            flow,
            from,
            to,
        } => {
            let (release, flow) = (release_name(state, *release), flow_name(state, *flow));
            let (from, to) = (environment(from), environment(to));
            if future {
                format!("Building {flow} into {release} takes it out of {from} and back to {to}.")
            } else {
                format!(
                    "{release} left {from} and is back in {to}, with the new version of {flow}."
                )
            }
        }
        Step::RemoveFlow { release, flow } => {
            let (release, flow) = (release_name(state, *release), flow_name(state, *flow));
            if future {
                format!("{flow} is taken out of {release}. Its versions are kept.")
            } else {
                format!("{flow} is no longer part of {release}.")
            }
        }
        Step::DeleteRelease { release } => {
            let release = release_name(state, *release);
            if future {
                format!(
                    "{release} is deleted, and withdrawn wherever it is deployed. Its versions are kept."
                )
            } else {
                format!("{release} is deleted. Its versions are kept.")
            }
        }
        Step::RemoveEnvironment { environment: id } => {
            let name = environment(id);
            if future {
                format!("{name} is removed, with all that is deployed there.")
            } else {
                format!("{name} is removed.")
            }
        }
        Step::Undo { .. } => String::new(),
    }
}

/// Counts what changes in one environment of the plan, by kind.
#[must_use]
pub fn counts(plan: &Plan, column: usize, tense: Tense) -> Vec<(Kind, String)> {
    let count = |kind| {
        plan.rows
            .iter()
            .filter_map(|row| row.effects.get(column))
            .filter(|effect| Kind::of(effect) == kind)
            .count()
    };
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, count(kind)))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| (kind, kind.count(count, tense)))
        .collect()
}

/// Says what happens to a flow in one environment: the change itself, what leads to the version that
/// runs afterwards, and that version.
#[must_use]
pub fn sentence(
    state: &State,
    environment: EnvironmentId,
    effect: &Effect,
    tense: Tense,
) -> (&'static str, String, String) {
    let place = environment_name(state, environment);
    let future = tense == Tense::Future;
    let (change, rest) = match effect {
        Effect::Restored { was, .. } | Effect::Replaced { was, .. } => {
            let change = match (Kind::of(effect), future) {
                (Kind::Back, true) => "Goes back",
                (Kind::Back, false) => "Went back",
                (_, true) => "Moves up",
                (_, false) => "Moved up",
            };
            (change, format!("from version {} to ", was.number))
        }
        Effect::Removed { was } => {
            let runs = if future {
                "runs there now"
            } else {
                "ran there"
            };
            let rest = format!("in {place}; version {} {runs}.", was.number);
            ("Can no longer be run", rest)
        }
        Effect::Introduced { .. } if future => ("Can then be run", format!("in {place}, in ")),
        Effect::Introduced { .. } => ("Can now be run", format!("in {place}, in ")),
        Effect::Unaffected { .. } => (if future { "Stays" } else { "Stayed" }, "at ".to_owned()),
        Effect::Absent if future => ("Cannot be run", format!("in {place}, as before.")),
        Effect::Absent => ("Still cannot be run", format!("in {place}.")),
    };
    let after = effect.after().map(|live| {
        let release = release_name(state, live.release);
        format!("version {} of {release}.", live.number)
    });
    (change, rest, after.unwrap_or_default())
}

/// Returns what the plan says of each flow, under the flow's name, in the order in which people look
/// for one.
#[must_use]
pub fn rows<'a>(state: &State, plan: &'a Plan) -> Vec<(String, &'a Row)> {
    by_name(
        plan.rows
            .iter()
            .map(|row| (flow_name(state, row.flow), row)),
    )
}

/// Says what to think of before confirming, or what there was to think of; in the order of the flows.
#[must_use]
pub fn warnings(state: &State, plan: &Plan, tense: Tense) -> Vec<String> {
    let named = plan.warnings.iter().map(|it| {
        let (Warning::OlderReplacesNewer { flow, .. } | Warning::VariableMissing { flow, .. }) = it;
        (flow_name(state, *flow), warning(state, it, tense))
    });
    by_name(named).into_iter().map(|(_, text)| text).collect()
}

fn warning(state: &State, warning: &Warning, tense: Tense) -> String {
    match warning {
        Warning::OlderReplacesNewer {
            flow,
            environment,
            was,
            now,
        } => {
            let goes = if tense == Tense::Future {
                "goes"
            } else {
                "went"
            };
            let version = |live: &Live| {
                format!(
                    "version {} ({})",
                    live.number,
                    release_name(state, live.release)
                )
            };
            format!(
                "In {}, {} {goes} back from {} to {}.",
                environment_name(state, *environment),
                flow_name(state, *flow),
                version(was),
                version(now),
            )
        }
        Warning::VariableMissing {
            flow,
            environment,
            now,
            variable,
            blank,
        } => format!(
            "Version {} of {} uses {{{{{variable}}}}}, which is {} in {}.",
            now.number,
            flow_name(state, *flow),
            if *blank { "blank" } else { "not defined" },
            environment_name(state, *environment),
        ),
    }
}
