//! A field in which an environment is picked.

use leptos::prelude::*;

use super::tenant::Tenant;
use crate::domain::id::EnvironmentId;

/// The environments, in the pipeline's order, with the one picked that `picked` says.
pub fn environment_select(
    tenant: Tenant,
    picked: impl Fn() -> EnvironmentId + Copy + Send + Sync + 'static,
    pick: impl Fn(Option<EnvironmentId>) + 'static,
) -> AnyView {
    environment_options(tenant, move || Some(picked()), pick, None)
}

/// The same, with another option before them that stands for none.
pub fn environment_options(
    tenant: Tenant,
    picked: impl Fn() -> Option<EnvironmentId> + Copy + Send + Sync + 'static,
    pick: impl Fn(Option<EnvironmentId>) + 'static,
    none: Option<&'static str>,
) -> AnyView {
    let picked = Signal::derive(picked);
    let named = move || {
        tenant.read(|state| {
            let pipeline = state.pipeline().iter();
            pipeline
                .map(|it| (it.id, it.name().to_string()))
                .collect::<Vec<_>>()
        })
    };
    let option = move |(id, name): (EnvironmentId, String)| {
        view! { <option value=id.to_string() selected=move || picked.get() == Some(id)>{name}</option> }
    };
    view! {
        <select on:change=move |event| pick(event_target_value(&event).parse().ok())>
            {none.map(|none| view! { <option value="" selected=move || picked.get().is_none()>{none}</option> })}
            {move || named().into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}
