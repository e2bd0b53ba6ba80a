//! One environment: the releases that are in it, the flows that are live in it, the variables'
//! values in it, and its settings.

pub mod settings;
pub mod variables;

use leptos::prelude::*;

use self::settings::SettingsTab;
use self::variables::VariablesTab;
use crate::domain::actor::Timestamp;
use crate::domain::id::{EnvironmentId, Position, ReleaseId};
use crate::domain::state::{Deployment, State};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::components::more::{STEP, more};
use crate::ui::components::table::{cell, empty, table};
use crate::ui::moment::ago;
use crate::ui::navigation::Navigation;
use crate::ui::order::sorted_by;
use crate::ui::problem::flow_name;
use crate::ui::route::{Route, Tab};
use crate::ui::tenant::{Tenant, release_name};
use crate::ui::title::tab_name;

/// The page.
#[component]
pub fn OneEnvironment() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let shown = Memo::new(move |_| match navigation.route() {
        Route::Environment { id, tab } => Some((id, tab)),
        _ => None,
    });
    let exists = Memo::new(move |_| {
        let (id, tab) = shown.get()?;
        tenant
            .read(|state| state.pipeline().contains(id))
            .then_some((id, tab))
    });
    view! {
        {move || match exists.get() {
            None => {
                view! {
                    <h1>"There is no such environment"</h1>
                    <p>"It may have been removed. " <a href="#/">"Go to the environments"</a> "."</p>
                }
                    .into_any()
            }
            Some((id, tab)) => {
                let description = tenant
                    .read(|state| state.pipeline().get(id).map(|it| it.settings.description.to_string()));
                view! {
                    <p class="crumbs"><a href="#/">"Environments"</a></p>
                    <h1>{move || tenant.environment_name(id)}</h1>
                    <p class="description">{description}</p>
                    <nav class="tabs" aria-label="Environment">
                        {Tab::ALL
                            .into_iter()
                            .map(|it| {
                                view! {
                                    <a
                                        href=Route::Environment { id, tab: it }.to_string()
                                        aria-current=(it == tab).then_some("page")
                                    >
                                        {tab_name(it)}
                                    </a>
                                }
                            })
                            .collect_view()}
                    </nav>
                    {match tab {
                        Tab::Releases => view! { <ReleasesTab id=id /> }.into_any(),
                        Tab::Flows => view! { <FlowsTab id=id /> }.into_any(),
                        Tab::Variables => view! { <VariablesTab id=id /> }.into_any(),
                        Tab::Settings => view! { <SettingsTab id=id /> }.into_any(),
                    }}
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn ReleasesTab(id: EnvironmentId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let releases = Memo::new(move |_| {
        tenant.read(|state| {
            let mut releases: Vec<_> = state
                .releases_in(id)
                .map(|it| {
                    let at = state.moment(it.place.since).map(|moment| moment.at);
                    (
                        it.id,
                        it.name.to_string(),
                        it.content.len(),
                        at,
                        it.place.since,
                    )
                })
                .collect();
            releases.sort_by_key(|release| std::cmp::Reverse(release.4));
            releases
        })
    });
    let shown = RwSignal::new(STEP);
    let row =
        |(id, name, flows, at, _): (ReleaseId, String, usize, Option<Timestamp>, Position)| {
            view! {
                <tr>
                    <th scope="row"><a href=Route::release(id).to_string()>{name}</a></th>
                    {cell("Flows", flows)}
                    {cell("Last deployed", at.map(ago))}
                </tr>
            }
        };
    view! {
        <h2 class="hidden">"Releases"</h2>
        {table(
            "Releases".into_any(),
            &["Release", "Flows", "Last deployed"],
            (move || releases.get().into_iter().take(shown.get()).map(row).collect_view()).into_any(),
        )}
        {more(shown, move || releases.read().len())}
        {move || {
            releases.read().is_empty().then(|| empty("No release is in this environment."))
        }}
    }
}

/// What is live, flow by flow.
fn live(state: &State, id: EnvironmentId) -> Vec<(String, Deployment)> {
    let mut live: Vec<_> = state
        .live_in(id)
        .map(|deployment| (flow_name(state, deployment.flow), deployment))
        .collect();
    live.sort_by_cached_key(|(name, _)| sorted_by(name));
    live
}

#[component]
fn FlowsTab(id: EnvironmentId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let flows = Memo::new(move |_| tenant.read(|state| live(state, id)));
    let shown = RwSignal::new(STEP);
    let row = move |(name, deployment): (String, Deployment)| {
        let Deployment {
            environment,
            flow,
            position,
            release,
            number,
            ..
        } = deployment;
        tenant.peek(|state| {
            let at = state.moment(position).map(|moment| moment.at);
            let player = state.pipeline().get(environment).map(|it| it.settings.player.to_string());
            let run = Route::Play {
                player: player.unwrap_or_default(),
                flow,
                environment: Some(environment),
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=Route::Flow { id: flow, building: false }.to_string()>{name.clone()}</a>
                    </th>
                    {cell("Version", number)}
                    {cell("Release", view! { <a href=Route::release(release).to_string()>{release_name(state, release)}</a> })}
                    {cell("Since", at.map(ago))}
                    {cell("", view! {
                        <a class="run" href=run.to_string()>
                            <Glyph icon=Icon::Play />
                            "Run "
                            {name}
                        </a>
                    })}
                </tr>
            }
        })
    };
    view! {
        <h2 class="hidden">"Flows"</h2>
        {table(
            "Flows".into_any(),
            &["Flow", "Version", "Release", "Since", "Actions"],
            (move || flows.get().into_iter().take(shown.get()).map(row).collect_view()).into_any(),
        )}
        {more(shown, move || flows.read().len())}
        {move || {
            flows.read().is_empty().then(|| empty("No flow can be run in this environment."))
        }}
    }
}
