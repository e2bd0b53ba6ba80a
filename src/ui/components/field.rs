//! Fields with their labels.

use leptos::prelude::*;

use super::button::fresh_id;

/// A line of text.
#[component]
pub fn Line(
    /// What the field is called.
    #[prop(into)]
    label: String,
    /// What was typed.
    value: RwSignal<String>,
) -> impl IntoView {
    let id = fresh_id("field");
    view! {
        <label for=id.clone()>{label}</label>
        <input
            id=id
            type="text"
            autocomplete="off"
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        />
    }
}

/// Several lines of text.
#[component]
pub fn Lines(
    /// What the field is called.
    #[prop(into)]
    label: String,
    /// What was typed.
    value: RwSignal<String>,
    /// How many lines are seen at once.
    #[prop(default = 2)]
    rows: u32,
) -> impl IntoView {
    let id = fresh_id("field");
    view! {
        <label for=id.clone()>{label}</label>
        <textarea
            id=id
            rows=rows
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        ></textarea>
    }
}

/// A field to search with. Its name is heard, and its hint seen.
pub fn search(name: &'static str, hint: &'static str, value: RwSignal<String>) -> AnyView {
    view! {
        <input
            type="search"
            aria-label=name
            placeholder=hint
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        />
    }
    .into_any()
}

/// Yes or no.
#[component]
pub fn Check(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// The answer.
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=value
                on:change=move |event| value.set(event_target_checked(&event))
            />
            {label}
        </label>
    }
}
