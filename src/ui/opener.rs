//! A button that opens a form, which has an address of its own; or says why the form cannot be opened.

use leptos::prelude::*;

use super::components::button::{Button, Weight};
use super::navigation::Navigation;
use super::route::Route;

/// The button. The form is at `address`.
pub fn opener(
    label: impl Into<String>,
    weight: Weight,
    why_not: Signal<Option<String>>,
    address: impl Fn() -> Route + 'static,
) -> AnyView {
    let navigation = Navigation::of_page();
    let label = label.into();
    let press = move || navigation.go(&untrack(&address));
    view! { <Button on_press=press weight=weight why_not=why_not>{label}</Button> }.into_any()
}
