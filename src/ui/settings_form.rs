//! The form for the settings of an environment, or of a new one right after it (E1, E2).

use leptos::prelude::*;

use super::components::draft::Draft;
use super::components::field::{Check, Line, Lines};
use super::components::form::Form;
use super::problem::{Problem, typed_name};
use super::tenant::{Tenant, environment_name};
use crate::browser;
use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::id::EnvironmentId;
use crate::domain::pipeline::Settings;
use crate::domain::text::Note;

/// What the form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The settings of the environment.
    Change,
    /// A new environment right after it.
    Insert,
}

/// The form.
#[component]
pub fn SettingsForm(
    /// The environment.
    id: EnvironmentId,
    /// Whether its settings are meant, or a new environment right after it.
    asked: Asked,
    /// Hears that the form was closed.
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let inserts = asked == Asked::Insert;
    let before = tenant
        .peek(|state| state.pipeline().get(id).cloned())
        .filter(|_| !inserts);
    let is_default = !inserts && tenant.peek(|state| state.pipeline().default_environment() == id);
    let draft = Draft::of(format!("{asked:?}/{id}"));
    let begin = |field, read: fn(&Settings) -> String, new: &str| {
        let was = before.as_ref().map(|it| read(&it.settings));
        draft.field(field, was.as_deref().unwrap_or(new))
    };
    let name = begin("name", |it| it.name.to_string(), "");
    let description = begin("description", |it| it.description.to_string(), "");
    let player = begin("player", |it| it.player.to_string(), "default");
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
        <Form title=title confirm="Save" why_not=why_not give=give on_close=on_close draft=draft>
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
