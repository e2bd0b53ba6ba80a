//! A field in which one of several things is picked: from a list, or, where there are too many to look
//! through, by their names.

use leptos::prelude::*;

use super::combobox::{Choice, Combobox};
use crate::ui::search::Wanted;

/// More things than these are found by their names.
const FEW: usize = 200;

/// What can be picked: each thing's value and its name.
pub type Options = Memo<Vec<(String, String)>>;

/// A field in which one of the options is picked; `none` stands for none of them, where that can be.
pub fn picker(
    label: &'static str,
    none: Option<&'static str>,
    options: Options,
    picked: Signal<String>,
    pick: impl Fn(String) + Send + Sync + 'static,
) -> AnyView {
    let pick = Callback::new(pick);
    let few = Memo::new(move |_| options.read().len() <= FEW);
    view! {
        {move || {
            if few.get() {
                from_list(label, none, options, picked, pick)
            } else {
                by_name(label, none.is_some(), options, picked, pick)
            }
        }}
    }
    .into_any()
}

fn from_list(
    label: &'static str,
    none: Option<&'static str>,
    options: Options,
    picked: Signal<String>,
    pick: Callback<String>,
) -> AnyView {
    let option = move |(value, name): (String, String)| {
        let own = value.clone();
        view! { <option value=value selected=move || *picked.read() == own>{name}</option> }
    };
    view! {
        <label>
            <span class="label">{label}</span>
            <select on:change=move |event| pick.run(event_target_value(&event))>
                {none.map(|none| view! { <option value="" selected=move || picked.read().is_empty()>{none}</option> })}
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn by_name(
    label: &'static str,
    may_be_none: bool,
    options: Options,
    picked: Signal<String>,
    pick: Callback<String>,
) -> AnyView {
    let name_of = move |value: &str| {
        let options = options.read();
        let known = options.iter().find(|(known, _)| known == value);
        known.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let typed = RwSignal::new(untrack(|| name_of(&picked.read())));
    let found = move || {
        let wanted = Wanted::new(&typed.read());
        let options = options.read();
        let found = options.iter().filter(|(_, name)| wanted.is_in(name));
        let choice = |(_, name): &(String, String)| Choice::named(name.clone());
        found.map(choice).collect::<Vec<_>>()
    };
    // What is typed picks what has exactly this name, and nothing picks none.
    Effect::new(move |_| {
        let typed = typed.read();
        let known = options.read_untracked();
        let known = known.iter().find(|(_, name)| *name == *typed);
        let value = match known {
            Some((value, _)) => value.clone(),
            None if may_be_none && typed.is_empty() => String::new(),
            None => return,
        };
        if *picked.read_untracked() != value {
            pick.run(value);
        }
    });
    // What is picked elsewhere, by an address for example, is written here.
    Effect::new(move |before: Option<String>| {
        let picked = picked.get();
        if before.is_some_and(|before| before != picked) {
            let name = untrack(|| name_of(&picked));
            if *typed.read_untracked() != name {
                typed.set(name);
            }
        }
        picked
    });
    view! { <Combobox label=label value=typed choices=Signal::derive(found) /> }.into_any()
}
