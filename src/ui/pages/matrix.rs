//! What runs where: flows by environments, how neighbours differ, and what lies beneath each version.

use leptos::prelude::*;

use crate::domain::actor::Role;
use crate::domain::id::{EnvironmentId, FlowId, ReleaseId};
use crate::domain::pipeline::Environment;
use crate::domain::state::{Deployment, Stacks, State};
use crate::ui::components::button::Weight;
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::more::{STEP, more};
use crate::ui::components::table::{cell, empty, none_yet, table};
use crate::ui::navigation::Navigation;
use crate::ui::opener::opener;
use crate::ui::order::sorted_by;
use crate::ui::route::{Form, Open, Route};
use crate::ui::search::Wanted;
use crate::ui::tenant::{Tenant, release_name};
use crate::ui::wizard::{Act, why_not};

/// A flow, and what there is of it in each environment.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Line {
    flow: FlowId,
    name: String,
    places: Vec<Place>,
}

/// What there is of a flow in one environment.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    environment: String,
    /// How it differs from the environment before, which is named; none in the first.
    beside: Option<(Beside, String)>,
    live: Option<Version>,
    /// What lies beneath, the uppermost first.
    beneath: Vec<Version>,
    /// The release whose rollback would uncover what lies beneath.
    can_go: bool,
}

/// A version of a flow, and the release that deployed it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Version {
    number: u32,
    release: ReleaseId,
    release_name: String,
}

/// How what is live in one environment differs from what is live in the one before.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Beside {
    Same,
    Behind,
    Ahead,
    OnlyBefore,
    OnlyHere,
    Neither,
}

impl Beside {
    const fn of(before: Option<u32>, here: Option<u32>) -> Self {
        match (before, here) {
            (Some(before), Some(here)) if here < before => Self::Behind,
            (Some(before), Some(here)) if here > before => Self::Ahead,
            (Some(_), Some(_)) => Self::Same,
            (Some(_), None) => Self::OnlyBefore,
            (None, Some(_)) => Self::OnlyHere,
            (None, None) => Self::Neither,
        }
    }

    const fn differs(self) -> bool {
        !matches!(self, Self::Same | Self::Neither)
    }

    /// Says it, in colour, with an icon and in words.
    fn told(self, before: &str) -> Option<AnyView> {
        let (class, icon, words) = match self {
            Self::Same => ("beside", Icon::Equal, format!("same as {before}")),
            Self::Behind => ("beside back", Icon::Back, format!("behind {before}")),
            Self::Ahead => ("beside on", Icon::Forward, format!("ahead of {before}")),
            Self::OnlyBefore => ("beside gone", Icon::Minus, format!("only in {before}")),
            Self::OnlyHere => ("beside on", Icon::Plus, format!("not in {before}")),
            Self::Neither => return None,
        };
        Some(view! { <span class=class><Glyph icon=icon />{words}</span> }.into_any())
    }
}

fn line(state: &State, stacks: Stacks<'_>, flow: FlowId, name: String) -> Line {
    let mut before: Option<(&Environment, Option<u32>)> = None;
    let places = state.pipeline().iter().map(|environment| {
        let mut stack = stacks.stack(environment.id);
        let live = stack.next();
        let here = live.map(|it| it.number);
        let beside = before.map(|(before, number)| {
            let beside = Beside::of(number, here);
            (beside, before.name().to_string())
        });
        before = Some((environment, here));
        Place {
            environment: environment.name().to_string(),
            beside,
            live: live.map(|it| version(state, it)),
            beneath: stack.map(|it| version(state, it)).collect(),
            can_go: live.is_some_and(|it| can_go(state, it.release, environment.id)),
        }
    });
    Line {
        flow,
        name,
        places: places.collect(),
    }
}

fn version(state: &State, deployment: Deployment) -> Version {
    Version {
        number: deployment.number,
        release: deployment.release,
        release_name: release_name(state, deployment.release),
    }
}

/// R1: a release is rolled back from where it is, and not from the first environment.
fn can_go(state: &State, release: ReleaseId, environment: EnvironmentId) -> bool {
    let is_there = state
        .release(release)
        .is_some_and(|release| release.place.environment == environment);
    is_there && state.pipeline().previous(environment).is_some()
}

/// The flows that are asked for, by name.
fn lines(state: &State, search: &str, differing: bool) -> Vec<Line> {
    let wanted = Wanted::new(search);
    let mut lines: Vec<Line> = state
        .flows()
        .filter(|flow| wanted.is_in(flow.name.as_str()))
        .filter_map(|flow| {
            let stacks = state.stacks_of(flow.id)?;
            Some(line(state, stacks, flow.id, flow.name.to_string()))
        })
        .filter(|line| {
            let mut besides = line.places.iter().filter_map(|place| place.beside.as_ref());
            !differing || besides.any(|(beside, _)| beside.differs())
        })
        .collect();
    lines.sort_by_cached_key(|line| sorted_by(&line.name));
    lines
}

/// The page.
#[component]
pub fn Matrix() -> impl IntoView {
    let (tenant, navigation) = (Tenant::of_page(), Navigation::of_page());
    let asked = Memo::new(move |_| match navigation.route() {
        Route::Matrix { search, differing } => (search, differing),
        _ => Default::default(),
    });
    let lines = Memo::new(move |_| {
        let (search, differing) = asked.get();
        tenant.read(|state| lines(state, &search, differing))
    });
    let all = Memo::new(move |_| tenant.read(|state| state.flows().count()));
    let columns = Memo::new(move |_| {
        let names = tenant.read(|state| {
            let names = state.pipeline().iter();
            names.map(|it| it.name().to_string()).collect::<Vec<_>>()
        });
        std::iter::once("Flow".to_owned())
            .chain(names)
            .collect::<Vec<_>>()
    });
    let shown = RwSignal::new(STEP);
    let listed = move || {
        lines
            .read()
            .iter()
            .take(shown.get())
            .cloned()
            .collect::<Vec<_>>()
    };
    view! {
        <div class="page-head">
            <h1>"Matrix"</h1>
            <div class="filters" role="search" aria-label="Flows">
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || asked.read().1
                        on:change=move |event| {
                            let (search, _) = asked.get_untracked();
                            let differing = event_target_checked(&event);
                            navigation.amend(Route::Matrix { search, differing });
                        }
                    />
                    "Only differences"
                </label>
                <label>
                    <span class="label">"Search"</span>
                    <input
                        type="search"
                        placeholder="Flow"
                        prop:value=move || asked.read().0.clone()
                        on:input=move |event| {
                            let (_, differing) = asked.get_untracked();
                            let search = event_target_value(&event);
                            navigation.amend(Route::Matrix { search, differing });
                        }
                    />
                </label>
                <p class="quiet" role="status">
                    {move || format!("{} of {}", lines.read().len(), all.get())}
                </p>
            </div>
        </div>
        <p class="description">
            "What runs where, compared with the environment before. Open a version to see what lies beneath it, and so what a rollback would uncover."
        </p>
        <div class="matrix">
            {move || {
                let columns = columns.get();
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                table(
                    "Matrix".into_any(),
                    &columns,
                    view! { <For each=listed key=|line| line.clone() children=row /> }.into_any(),
                )
            }}
        </div>
        {more(shown, move || lines.read().len())}
        {move || {
            lines
                .read()
                .is_empty()
                .then(|| {
                    if all.get() == 0 {
                        let may = tenant.why_not(Role::Standard, || None);
                        let form = || Route::Flows { creating: true };
                        none_yet("There are no flows yet.", opener("Create the first flow", Weight::Main, may, form))
                    } else {
                        empty("No flow matches. Choose other filters to see more.")
                    }
                })
        }}
    }
}

fn row(line: Line) -> AnyView {
    let Line { flow, name, places } = line;
    let places = places
        .into_iter()
        .map(|it| {
            let column = it.environment.clone();
            cell(&column, place(&name, it))
        })
        .collect_view();
    let address = Route::Flow {
        id: flow,
        building: false,
    };
    view! {
        <tr>
            <th scope="row"><a href=address.to_string()>{name}</a></th>
            {places}
        </tr>
    }
    .into_any()
}

fn place(flow: &str, place: Place) -> AnyView {
    let beside = place
        .beside
        .as_ref()
        .and_then(|(beside, before)| beside.told(before));
    let Some(live) = place.live else {
        return view! { <div class="place"><span class="quiet">"not available"</span>{beside}</div> }
            .into_any();
    };
    let uncovered = match (place.can_go, place.beneath.first()) {
        (true, Some(next)) => format!(
            "Rolling {} back uncovers version {} of {}.",
            live.release_name, next.number, next.release_name
        ),
        (true, None) => format!(
            "Nothing lies beneath: after rolling {} back, {flow} can no longer be run in {}.",
            live.release_name, place.environment
        ),
        (false, Some(_)) => "Beneath it, in this order:".to_owned(),
        (false, None) => "Nothing lies beneath it.".to_owned(),
    };
    let beneath = (!place.beneath.is_empty()).then(|| {
        let layers = place.beneath.iter().map(|layer| {
            view! { <li>"Version " {layer.number} " of " {layer.release_name.clone()}</li> }
        });
        view! { <ol>{layers.collect_view()}</ol> }
    });
    let plan = place.can_go.then(|| {
        let id = live.release;
        opener(
            format!("See the rollback of {}", live.release_name),
            Weight::Plain,
            why_not(Tenant::of_page(), Act::RollBack(id)),
            move || Route::open(Open::Form(id, Form::RollBack)),
        )
    });
    view! {
        <div class="place">
            <details>
                <summary>
                    <Glyph icon=Icon::Chevron />
                    <span><strong>"Version " {live.number}</strong>" of " {live.release_name.clone()}</span>
                    {beside}
                </summary>
                <div class="beneath">
                    <p>{uncovered}</p>
                    {beneath}
                    {plan}
                </div>
            </details>
        </div>
    }
    .into_any()
}
