//! A field over the page in which something is looked for, with the list of what is found: an editable
//! combobox whose list is always open, in a dialog. What cannot be picked says why.
//!
//! It closes when something is picked, and hands the focus back to where it was.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::button::{Button, Weight, fresh_id};
use super::table::empty;
use crate::browser;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is called.
    pub label: String,
    /// What stands beside it.
    pub hint: String,
    /// Why it cannot be picked.
    pub why_not: Option<String>,
}

/// Opens the field as long as it is mounted. `on_pick` hears which of `found` was picked, once it is
/// closed; `on_close` hears of the closing, by whatever means.
pub fn finder(
    text: RwSignal<String>,
    found: Signal<Vec<Found>>,
    on_pick: Box<dyn Fn(usize)>,
    on_close: Box<dyn Fn()>,
) -> AnyView {
    let dialog = NodeRef::<html::Dialog>::new();
    let active = RwSignal::new(0_usize);
    let list = fresh_id("found");
    let option = StoredValue::new(list.clone());
    let option = move |index: usize| option.with_value(|list| format!("{list}-{index}"));
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // Fails only where the element is not in the document: then there is nothing to see.
            let _ = dialog.show_modal();
        }
    });
    Effect::new(move |_| browser::reveal_id(&option(active.get())));
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let on_pick = StoredValue::new_local(on_pick);
    let pick = move |index: usize| {
        let may = found.with_untracked(|found| {
            let picked = found.get(index);
            picked.is_some_and(|picked| picked.why_not.is_none())
        });
        if may {
            close();
            on_pick.with_value(|on_pick| on_pick(index));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        let at = active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => active.set((at + 1) % count),
            "ArrowUp" => active.set((at + count - 1) % count),
            "Enter" => pick(at),
            _ => return,
        }
        event.prevent_default();
    };
    let items = move || {
        let found = found.get().into_iter().enumerate();
        found
            .map(|(index, found)| item(index, option(index), found, active, pick))
            .collect_view()
    };
    let count = move || match found.read().len() {
        1 => "1 found".to_owned(),
        count => format!("{count} found"),
    };
    view! {
        <dialog node_ref=dialog class="dialog finder" aria-label="Find" on:close=move |_| on_close()>
            <div class="finder-head">
                <input
                    type="text"
                    role="combobox"
                    aria-label="Find"
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls=list.clone()
                    aria-activedescendant=move || (!found.read().is_empty()).then(|| option(active.get()))
                    autocomplete="off"
                    autofocus=true
                    placeholder="Go to a page, or do something …"
                    prop:value=text
                    on:input=move |event| {
                        active.set(0);
                        text.set(event_target_value(&event));
                    }
                    on:keydown=on_key
                />
                <Button on_press=close weight=Weight::Quiet>"Close"</Button>
            </div>
            <p class="hidden" role="status">{count}</p>
            <ul id=list role="listbox" aria-label="Found">{items}</ul>
            {move || {
                let nothing = || empty(format!("Nothing found for “{}”.", text.read().trim()));
                found.read().is_empty().then(nothing)
            }}
        </dialog>
    }
    .into_any()
}

fn item(
    index: usize,
    id: String,
    found: Found,
    active: RwSignal<usize>,
    pick: impl Fn(usize) + 'static,
) -> AnyView {
    let Found {
        label,
        hint,
        why_not,
    } = found;
    let disabled = why_not.is_some().then_some("true");
    view! {
        <li
            id=id
            role="option"
            aria-selected=move || (active.get() == index).to_string()
            aria-disabled=disabled
            on:mousemove=move |_| {
                if active.get_untracked() != index {
                    active.set(index);
                }
            }
            // The field keeps the focus.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| pick(index)
        >
            <span>{label}</span>
            <span class="hint">{hint}</span>
            {why_not.map(|why| view! { <span class="why-not">{why}</span> })}
        </li>
    }
    .into_any()
}
