//! The variables' values in one environment (V1, V2).

use leptos::prelude::*;

use crate::domain::actor::Role;
use crate::domain::command::Command;
use crate::domain::id::EnvironmentId;
use crate::domain::text::{TextProblem, ValueText, VariableName};
use crate::domain::variable::{Setting, Value};
use crate::ui::components::button::{Button, Weight};
use crate::ui::components::field::{Check, Line, Lines};
use crate::ui::components::form::Form;
use crate::ui::components::table::{cell, none_yet, table};
use crate::ui::moment::ago;
use crate::ui::problem::Problem;
use crate::ui::tenant::Tenant;

/// What the form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    New,
    Value(VariableName),
}

/// The tab that shows them.
#[component]
pub fn VariablesTab(
    /// The environment.
    id: EnvironmentId,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let asked = RwSignal::new(None::<Asked>);
    let variables = Memo::new(move |_| {
        tenant.read(|state| {
            state
                .variables()
                .map(|variable| (variable.name.clone(), variable.values.get(&id).cloned()))
                .collect::<Vec<_>>()
        })
    });
    let may = tenant.why_not(Role::Administrator, || None);
    let new = move |label: &'static str, weight| {
        let press = move || asked.set(Some(Asked::New));
        view! { <Button on_press=press weight=weight why_not=may>{label}</Button> }.into_any()
    };
    view! {
        <div class="section-head">
            <h2>"Variables"</h2>
            {new("New variable", Weight::Plain)}
        </div>
        {table(
            "Variables".into_any(),
            &["Name", "Value", "Last set", "Actions"],
            view! {
                <For
                    each=move || variables.get()
                    key=|variable| variable.clone()
                    children=move |(name, setting)| variable_row(name, setting, asked)
                />
            }
                .into_any(),
        )}
        {move || {
            let none = "There are no variables yet. A flow names one as {{Name}} on its canvas.";
            variables
                .read()
                .is_empty()
                .then(|| none_yet(none, new("Create the first variable", Weight::Main)))
        }}
        {move || {
            asked
                .get()
                .map(|it| view! { <ValueForm environment=id asked=it on_close=move || asked.set(None) /> })
        }}
    }
}

fn variable_row(
    name: VariableName,
    setting: Option<Setting>,
    asked: RwSignal<Option<Asked>>,
) -> AnyView {
    let tenant = Tenant::of_page();
    let since = setting.as_ref().map(|setting| setting.since);
    let moment = since.and_then(|since| tenant.peek(|state| state.moment(since).cloned()));
    let value = match setting.map(|setting| setting.value) {
        Some(Value::Text(text)) => view! { <span>{text.to_string()}</span> }.into_any(),
        Some(Value::Secret) => view! { <span class="quiet">"•••••• (secret)"</span> }.into_any(),
        None => view! { <span class="badge back">"blank"</span> }.into_any(),
    };
    let label = format!("Set {name}");
    let opened = name.clone();
    view! {
        <tr>
            <th scope="row"><code>{name.to_string()}</code></th>
            {cell("Value", value)}
            {cell("Last set", moment.map(|moment| view! { <span>{ago(moment.at)} " by " {moment.by.name.to_string()}</span> }))}
            {cell("Actions", view! {
                <Button
                    on_press=move || asked.set(Some(Asked::Value(opened.clone())))
                    weight=Weight::Quiet
                    label=label
                    why_not=tenant.why_not(Role::Administrator, || None)
                >
                    "Set"
                </Button>
            })}
        </tr>
    }
    .into_any()
}

/// The form for a new variable, or for the value of one.
#[component]
fn ValueForm(
    environment: EnvironmentId,
    asked: Asked,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let tenant = Tenant::of_page();
    let known = match &asked {
        Asked::New => None,
        Asked::Value(name) => Some(name.clone()),
    };
    let before = known.as_ref().and_then(|name| {
        tenant.peek(|state| state.variable(name)?.values.get(&environment).cloned())
    });
    // A secret is write-only: the form never begins with it (V2).
    let (text, secret) = match before.map(|setting| setting.value) {
        Some(Value::Text(text)) => (text.to_string(), false),
        Some(Value::Secret) => (String::new(), true),
        None => (String::new(), false),
    };
    let name = RwSignal::new(known.as_ref().map(ToString::to_string).unwrap_or_default());
    let text = RwSignal::new(text);
    let secret = RwSignal::new(secret);
    let is_new = known.is_none();
    let typed = move || -> Result<(VariableName, Option<Value>), Problem> {
        let name =
            VariableName::new(&name.read()).map_err(|it| Problem::of_text("The name", it))?;
        let value = match ValueText::new(&text.read()) {
            // An empty field is no secret; unticked, it makes the variable blank.
            Err(problem @ TextProblem::Empty) if secret.get() => {
                return Err(Problem::of_text("The secret", problem));
            }
            Err(TextProblem::Empty) => None,
            Err(problem) => return Err(Problem::of_text("The value", problem)),
            // V2: the text ends here; what is recorded is that one was set.
            Ok(_) if secret.get() => Some(Value::Secret),
            Ok(text) => Some(Value::Text(text)),
        };
        Ok((name, value))
    };
    let why_not = tenant.why_not(Role::Administrator, move || typed().err());
    let give = move || async move {
        let Ok((variable, value)) = untrack(typed) else {
            return Ok(());
        };
        tenant
            .say(if is_new {
                Command::CreateVariable {
                    variable,
                    environment,
                    value,
                }
            } else {
                Command::SetVariable {
                    variable,
                    environment,
                    value,
                }
            })
            .await
    };
    let place = tenant.peek(|state| crate::ui::tenant::environment_name(state, environment));
    let title = known.map_or_else(|| "New variable".to_owned(), |name| format!("Set {name}"));
    view! {
        <Form title=title confirm="Save" why_not=why_not give=give on_close=on_close>
            <p class="lead">
                {if is_new {
                    format!("It is set in {place} and appears in all other environments, blank.")
                } else {
                    format!("The value in {place}. Without a value it is blank there.")
                }}
            </p>
            <div class="questions">
                {is_new.then(|| view! { <Line label="Name" value=name /> })}
                <Lines label="Value" value=text />
                <Check label="The value is a secret" value=secret />
                <p class="hint">
                    "A secret’s text is not kept anywhere by this page: only that it was set, when and by whom. "
                    "Running flows show it masked."
                </p>
            </div>
        </Form>
    }
}
