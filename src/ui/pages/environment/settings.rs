//! The settings of one environment, and its place in the pipeline (E1–E3).

use leptos::prelude::*;

use crate::domain::actor::Role;
use crate::domain::id::EnvironmentId;
use crate::domain::pipeline::Settings;
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::copy::CopyButton;
use crate::ui::navigation::Navigation;
use crate::ui::route::Route;
use crate::ui::settings_form::{Asked, SettingsForm};
use crate::ui::tenant::Tenant;
use crate::ui::wizard::{Act, why_not};

/// The tab.
#[component]
pub fn SettingsTab(
    /// The environment.
    id: EnvironmentId,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let asked = RwSignal::new(None::<Asked>);
    let environment = Memo::new(move |_| tenant.read(|state| state.pipeline().get(id).cloned()));
    let is_default =
        Memo::new(move |_| tenant.read(|state| state.pipeline().default_environment() == id));
    let next = Memo::new(move |_| {
        tenant.read(|state| state.pipeline().next(id).map(|it| it.name().to_string()))
    });
    let fact = |name: &'static str, value: AnyView| {
        view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
    };
    let setting = move |read: fn(&Settings) -> String| {
        (move || environment.get().map(|it| read(&it.settings))).into_any()
    };
    let close = move || asked.set(None);
    let remove = move || {
        navigation.go(&Route::Pipeline { removing: Some(id) });
    };
    view! {
        <h2 class="hidden">"Settings"</h2>
        <dl class="settings">
            {fact("Name", setting(|it| it.name.to_string()))}
            {fact("Description", setting(|it| it.description.to_string()))}
            {fact(
                "Environment ID",
                view! {
                    <code>{id.to_string()}</code>
                    <CopyButton text=move || id.to_string() label="Copy Environment ID" />
                }
                    .into_any(),
            )}
            {fact("Default player", setting(|it| it.player.to_string()))}
            {fact(
                "Default environment",
                (move || if is_default.get() { "Yes" } else { "No" }).into_any(),
            )}
        </dl>
        <div class="actions">
            <Button
                on_press=move || asked.set(Some(Asked::Change))
                why_not=tenant.why_not(Role::Administrator, || None)
            >
                "Edit settings"
            </Button>
            {move || {
                next.get()
                    .map(|next| {
                        let why_not = tenant.why_not(Role::Administrator, || None);
                        let text = format!("Insert an environment before {next}");
                        view! {
                            <Button on_press=move || asked.set(Some(Asked::Insert)) why_not=why_not>
                                {text}
                            </Button>
                        }
                    })
            }}
            <Button
                on_press=remove
                weight=Weight::Away
                why_not=why_not(tenant, Act::RemoveEnvironment(id))
            >
                "Remove environment"
            </Button>
        </div>
        {move || {
            asked.get().map(|asked| view! { <SettingsForm id=id asked=asked on_close=close /> })
        }}
    }
}
