//! Edit environments: the pipeline in its order, to insert, describe, rename, remove (E1–E3).

use leptos::prelude::*;

use crate::domain::actor::Role;
use crate::domain::id::EnvironmentId;
use crate::domain::pipeline::Environment;
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::icon::{Glyph, Icon};
use crate::ui::navigation::Navigation;
use crate::ui::route::{Route, Tab};
use crate::ui::settings_form::{Asked, SettingsForm};
use crate::ui::tenant::Tenant;
use crate::ui::wizard::{Act, Wizard, why_not};

/// The page.
#[component]
pub fn EditEnvironments() -> impl IntoView {
    let tenant = Tenant::of_page();
    let navigation = Navigation::of_page();
    let asked = RwSignal::new(None::<(EnvironmentId, Asked)>);
    // What is shown of each: another one's buttons never take the place of those that had the focus.
    let environments = move || {
        tenant.read(|state| {
            let pipeline = state.pipeline();
            let default = pipeline.default_environment();
            let shown = pipeline.iter().map(|it| Stage {
                environment: it.clone(),
                is_default: it.id == default,
                next: pipeline.next(it.id).map(|next| next.name().to_string()),
            });
            shown.collect::<Vec<_>>()
        })
    };
    let removing = Memo::new(move |_| match navigation.route() {
        Route::Pipeline { removing } => removing,
        _ => None,
    });
    let removal = move |id| {
        let settled = Route::Pipeline { removing: None };
        let closed = settled.clone();
        view! {
            <Wizard
                act=Act::RemoveEnvironment(id)
                on_close=move || navigation.close(closed.clone())
                on_done=move || navigation.settle(&settled)
            />
        }
    };
    view! {
        <p class="crumbs"><a href="#/">"Environments"</a></p>
        <h1>"Edit environments"</h1>
        <p class="description">
            "Builds land in the first one, and users run the last one. Releases go from one to the next."
        </p>
        <ol class="pipeline">
            <For each=environments key=Stage::clone let:it>
                {stage(tenant, asked, it)}
            </For>
        </ol>
        {move || {
            asked
                .get()
                .map(|(id, what)| {
                    view! { <SettingsForm id=id asked=what on_close=move || asked.set(None) /> }
                })
        }}
        {move || removing.get().map(removal)}
    }
}

/// One environment, and the one after it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Stage {
    environment: Environment,
    is_default: bool,
    next: Option<String>,
}

/// One environment, and the place after it.
fn stage(tenant: Tenant, asked: RwSignal<Option<(EnvironmentId, Asked)>>, stage: Stage) -> AnyView {
    let Stage {
        environment,
        is_default,
        next,
    } = stage;
    let id = environment.id;
    let name = environment.name().to_string();
    let navigation = Navigation::of_page();
    let may = || tenant.why_not(Role::Administrator, || None);
    let insert = next.map(|next| {
        let label = format!("Insert an environment between {name} and {next}");
        view! {
            <li class="between">
                <Button
                    on_press=move || asked.set(Some((id, Asked::Insert)))
                    weight=Weight::Quiet
                    why_not=may()
                    label=label
                >
                    <Glyph icon=Icon::Plus />
                    "Insert an environment"
                </Button>
            </li>
        }
    });
    let settings = Route::Environment {
        id,
        tab: Tab::Settings,
    };
    view! {
        <li class="card stage">
            <div>
                <h2>
                    <a href=settings.to_string()>{name.clone()}</a>
                    {is_default.then(|| view! { " " <span class="badge">"default"</span> })}
                </h2>
                <p class="description">{environment.settings.description.to_string()}</p>
            </div>
            <div class="buttons">
                <Button
                    on_press=move || asked.set(Some((id, Asked::Change)))
                    why_not=may()
                    label=format!("Edit {name}")
                >
                    "Edit"
                </Button>
                <Button
                    on_press=move || navigation.go(&Route::Pipeline { removing: Some(id) })
                    weight=Weight::Away
                    why_not=why_not(tenant, Act::RemoveEnvironment(id))
                    label=format!("Remove {name}")
                >
                    "Remove"
                </Button>
            </div>
        </li>
        {insert}
    }
    .into_any()
}
