//! One environment: the releases that are in it, the flows that are live in it, the variables'
//! values in it, and its settings.

pub mod settings;
pub mod variables;

use leptos::prelude::*;

use self::settings::SettingsTab;
use self::variables::VariablesTab;
use crate::domain::id::EnvironmentId;
use crate::domain::state::{Deployment, State};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::moment::Moment;
use crate::ui::navigation::Navigation;
use crate::ui::problem::flow_name;
use crate::ui::route::{Route, Tab};
use crate::ui::tenant::{Tenant, release_name};

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

const fn tab_name(tab: Tab) -> &'static str {
    match tab {
        Tab::Releases => "Releases",
        Tab::Flows => "Flows",
        Tab::Variables => "Variables",
        Tab::Settings => "Settings",
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
    view! {
        <h2 class="hidden">"Releases"</h2>
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Release"</th>
                    <th scope="col">"Flows"</th>
                    <th scope="col">"Last deployed"</th>
                </tr>
            </thead>
            <tbody>
                {move || {
                    releases
                        .get()
                        .into_iter()
                        .map(|(id, name, flows, at, _)| {
                            view! {
                                <tr>
                                    <th scope="row"><a href=Route::release(id).to_string()>{name}</a></th>
                                    <td data-label="Flows">{flows}</td>
                                    <td data-label="Last deployed">{at.map(|at| view! { <Moment at=at /> })}</td>
                                </tr>
                            }
                        })
                        .collect_view()
                }}
            </tbody>
        </table>
        {move || {
            releases.read().is_empty().then(|| view! { <p class="empty">"No release is in this environment."</p> })
        }}
    }
}

/// What is live, flow by flow.
fn live(state: &State, id: EnvironmentId) -> Vec<(String, Deployment)> {
    let mut live: Vec<_> = state
        .live_in(id)
        .map(|deployment| (flow_name(state, deployment.flow), deployment))
        .collect();
    live.sort_by_key(|(name, _)| name.to_lowercase());
    live
}

#[component]
fn FlowsTab(id: EnvironmentId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let flows = Memo::new(move |_| tenant.read(|state| live(state, id)));
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
                    <td data-label="Version">{number}</td>
                    <td data-label="Release">
                        <a href=Route::release(release).to_string()>{release_name(state, release)}</a>
                    </td>
                    <td data-label="Since">{at.map(|at| view! { <Moment at=at /> })}</td>
                    <td data-label="Run">
                        <a class="run" href=run.to_string()>
                            <Glyph icon=Icon::Play />
                            "Run "
                            {name}
                        </a>
                    </td>
                </tr>
            }
        })
    };
    view! {
        <h2 class="hidden">"Flows"</h2>
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Flow"</th>
                    <th scope="col">"Version"</th>
                    <th scope="col">"Release"</th>
                    <th scope="col">"Since"</th>
                    <th scope="col">"Run"</th>
                </tr>
            </thead>
            <tbody>{move || flows.get().into_iter().map(row).collect_view()}</tbody>
        </table>
        {move || {
            flows.read().is_empty().then(|| view! { <p class="empty">"No flow can be run in this environment."</p> })
        }}
    }
}
