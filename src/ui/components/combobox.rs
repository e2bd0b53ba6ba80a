//! A text field with suggestions, from which one is picked or a new thing is named (the editable
//! combobox with list autocomplete of the ARIA Authoring Practices).

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::button::fresh_id;

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is written into the field when it is picked.
    pub text: String,
    /// What stands in the list.
    pub label: String,
    /// What stands beside it.
    pub hint: String,
}

impl Choice {
    /// One that is called what is written.
    #[must_use]
    pub fn named(name: String) -> Self {
        Self {
            label: name.clone(),
            text: name,
            hint: String::new(),
        }
    }
}

/// So many suggestions are shown; typing finds the others.
const MOST: usize = 50;

/// A text field that suggests.
#[component]
pub fn Combobox(
    /// What the field is called.
    #[prop(into)]
    label: String,
    /// What was typed or picked.
    value: RwSignal<String>,
    /// What is suggested for the text that is there now.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let (open, set_open) = signal(false);
    let (active, set_active) = signal(None::<usize>);
    let field = fresh_id("field");
    let list = fresh_id("list");
    let option_id = {
        let list = list.clone();
        move |index: usize| format!("{list}-{index}")
    };
    let shut = move || {
        set_open.set(false);
        set_active.set(None);
    };
    let all = Memo::new(move |_| choices.read().len());
    let choices = Memo::new(move |_| {
        let choices = choices.read();
        choices.iter().take(MOST).cloned().collect::<Vec<_>>()
    });
    let pick = move |index: usize| {
        if let Some(choice) = choices.with_untracked(|choices| choices.get(index).cloned()) {
            value.set(choice.text);
        }
        shut();
    };
    let on_key = move |event: KeyboardEvent| {
        let count = choices.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if count > 0 => {
                event.prevent_default();
                let down = event.key() == "ArrowDown";
                let next = match active.get_untracked() {
                    None => {
                        if down {
                            0
                        } else {
                            count - 1
                        }
                    }
                    Some(index) if down => (index + 1) % count,
                    Some(index) => (index + count - 1) % count,
                };
                set_open.set(true);
                set_active.set(Some(next));
            }
            "Enter" => {
                if let (true, Some(index)) = (open.get_untracked(), active.get_untracked()) {
                    event.prevent_default();
                    pick(index);
                }
            }
            // The list closes first, and the dialog around it only with the next Escape.
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                event.stop_propagation();
                shut();
            }
            _ => {}
        }
    };
    let active_id = {
        let option_id = option_id.clone();
        move || active.get().map(&option_id)
    };
    view! {
        <div class="combobox">
            <label for=field.clone()>{label.clone()}</label>
            <input
                node_ref=input
                id=field
                type="text"
                role="combobox"
                autocomplete="off"
                aria-autocomplete="list"
                aria-controls=list.clone()
                aria-expanded=move || open.get().to_string()
                aria-activedescendant=active_id
                prop:value=value
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    set_active.set(None);
                    set_open.set(true);
                }
                on:click=move |_| set_open.set(true)
                on:keydown=on_key
                on:blur=move |_| {
                    set_open.try_set(false);
                }
            />
            <ul id=list role="listbox" aria-label=label class:open=move || open.get()>
                {move || {
                    let option_id = option_id.clone();
                    choices
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, choice)| {
                            view! {
                                <li
                                    id=option_id(index)
                                    role="option"
                                    aria-selected=move || (active.get() == Some(index)).to_string()
                                    // Before the field loses the focus and the list closes.
                                    on:mousedown=move |event| {
                                        event.prevent_default();
                                        pick(index);
                                    }
                                >
                                    <span>{choice.label}</span>
                                    <span class="hint">{choice.hint}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <p class="hint" role="status">
                {move || {
                    let (open, all) = (open.get(), all.get());
                    (open && all > MOST).then(|| format!("{MOST} of {all} are shown. Type to find others."))
                }}
            </p>
        </div>
    }
}
