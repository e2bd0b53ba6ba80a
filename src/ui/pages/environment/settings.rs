//! The settings of one environment, and its place in the pipeline (E1–E3).

use leptos::prelude::*;

use crate::browser;
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::id::EnvironmentId;
use crate::domain::pipeline::Settings;
use crate::domain::text::Note;
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::copy::CopyButton;
use crate::ui::components::field::{Check, Line, Lines};
use crate::ui::components::form::Form;
use crate::ui::navigation::Navigation;
use crate::ui::problem::{Problem, typed_name};
use crate::ui::route::{Filter, Open, Route};
use crate::ui::tenant::{Tenant, environment_name};
use crate::ui::wizard::{Act, why_not};

/// What the form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Change,
    Insert,
}

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
        navigation.go(&Route::Environments {
            filter: Filter::default(),
            open: Some(Open::RemoveEnvironment(id)),
        });
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
                weight=Weight::Quiet
                why_not=why_not(tenant, Act::RemoveEnvironment(id))
            >
                "Remove environment"
            </Button>
        </div>
        {move || {
            asked
                .get()
                .map(|it| match it {
                    Asked::Change => view! { <SettingsForm id=id inserts=false on_close=close /> }.into_any(),
                    Asked::Insert => view! { <SettingsForm id=id inserts=true on_close=close /> }.into_any(),
                })
        }}
    }
}

/// The form for the settings of an environment, or of a new one right after it.
#[component]
fn SettingsForm(id: EnvironmentId, inserts: bool, on_close: impl Fn() + 'static) -> impl IntoView {
    let tenant = Tenant::of_page();
    let before = tenant
        .peek(|state| state.pipeline().get(id).cloned())
        .filter(|_| !inserts);
    let is_default = !inserts && tenant.peek(|state| state.pipeline().default_environment() == id);
    let begin = |read: fn(&Settings) -> String, new: &str| {
        RwSignal::new(
            before
                .as_ref()
                .map_or_else(|| new.to_owned(), |it| read(&it.settings)),
        )
    };
    let name = begin(|it| it.name.to_string(), "");
    let description = begin(|it| it.description.to_string(), "");
    let player = begin(|it| it.player.to_string(), "default");
    let default = RwSignal::new(is_default);
    // One id per form: a second try is the same environment.
    let fresh = EnvironmentId::new(browser::fresh_uuid());
    let typed = move || -> Result<Settings, Problem> {
        Ok(Settings {
            name: typed_name("The name", &name.read())?,
            description: Note::new(&description.read())
                .map_err(|it| Problem::of_text("The description", it))?,
            player: typed_name("The player", &player.read())?,
        })
    };
    let why_not = tenant.why_not(Role::Administrator, move || typed().err());
    let give = move || async move {
        let Ok(settings) = untrack(typed) else {
            return Ok(());
        };
        tenant
            .say(if inserts {
                Command::InsertEnvironment {
                    environment: fresh,
                    after: id,
                    settings,
                }
            } else {
                let default = default.get_untracked();
                Command::ChangeEnvironment {
                    environment: id,
                    settings,
                    default,
                }
            })
            .await
    };
    let title = if inserts {
        "Insert environment"
    } else {
        "Edit settings"
    };
    let lead = inserts.then(|| {
        tenant.peek(|state| {
            let after = environment_name(state, id);
            let before = state.pipeline().next(id).map(|it| it.name().to_string());
            let before = before.unwrap_or_default();
            format!("It comes between {after} and {before}, and starts empty.")
        })
    });
    view! {
        <Form title=title confirm="Save" why_not=why_not give=give on_close=on_close>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            <div class="questions">
                <Line label="Name" value=name />
                <Lines label="Description" value=description />
                <Line label="Default player" value=player />
                {(!inserts && !is_default)
                    .then(|| view! { <Check label="Make this the default environment" value=default /> })}
            </div>
        </Form>
    }
}
