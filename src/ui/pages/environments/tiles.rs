//! The environments as tiles: the pipeline at a glance.

use leptos::prelude::*;

use crate::domain::actor::Timestamp;
use crate::domain::id::EnvironmentId;
use crate::domain::state::State;
use crate::ui::components::rows::rows;
use crate::ui::moment::ago;
use crate::ui::route::{Route, Tab};
use crate::ui::tenant::Tenant;

/// The environments, in the pipeline's order.
#[component]
pub fn Tiles() -> impl IntoView {
    let tenant = Tenant::of_page();
    let environments = Memo::new(move |_| {
        tenant.read(|state| {
            state
                .pipeline()
                .iter()
                .map(|environment| environment.id)
                .collect::<Vec<EnvironmentId>>()
        })
    });
    view! {
        <ol class="tiles">
            {rows(move || environments.get(), |id| view! { <Tile id=id /> }.into_any())}
        </ol>
    }
}

/// One environment at a glance.
#[component]
fn Tile(id: EnvironmentId) -> impl IntoView {
    let tenant = Tenant::of_page();
    let environment = Memo::new(move |_| tenant.read(|state| state.pipeline().get(id).cloned()));
    let is_default =
        Memo::new(move |_| tenant.read(|state| state.pipeline().default_environment() == id));
    let releases = Memo::new(move |_| tenant.read(|state| state.releases_in(id).count()));
    let flows = Memo::new(move |_| tenant.read(|state| state.live_in(id).count()));
    let changed = Memo::new(move |_| tenant.read(|state| last_changed(state, id)));
    let name = move || {
        environment
            .get()
            .map(|it| it.name().to_string())
            .unwrap_or_default()
    };
    view! {
        <li class="tile">
            <h2>
                {name}
                {move || is_default.get().then(|| view! { " " <span class="badge">"default"</span> })}
            </h2>
            <p class="description">
                {move || environment.get().map(|it| it.settings.description.to_string())}
            </p>
            <dl class="figures">
                <div><dt>{move || if releases.get() == 1 { "release" } else { "releases" }}</dt><dd>{releases}</dd></div>
                <div><dt>{move || if flows.get() == 1 { "flow" } else { "flows" }}</dt><dd>{flows}</dd></div>
            </dl>
            <p class="quiet">
                {move || match changed.get() {
                    Some(at) => {
                        view! { "Last changed " {ago(at)} }.into_any()
                    }
                    None => "Nothing was deployed yet".into_any(),
                }}
            </p>
            <a class="manage" href=Route::Environment { id, tab: Tab::Releases }.to_string()>
                "Manage " {name}
            </a>
        </li>
    }
}

/// Returns when something was last deployed to an environment or withdrawn from it.
fn last_changed(state: &State, id: EnvironmentId) -> Option<Timestamp> {
    let latest = state.last_touch_in(id)?;
    state.moment(latest).map(|moment| moment.at)
}
