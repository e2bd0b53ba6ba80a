//! A button that can be pressed, or says why not.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use crate::browser::{self, WindowListener};

/// How much weight a button has among its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// One among others.
    #[default]
    Plain,
    /// What one came for.
    Main,
    /// What takes something away from users.
    Grave,
    /// Hardly there.
    Quiet,
    /// One among others that takes something away.
    Away,
}

impl Weight {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Main => "button main",
            Self::Grave => "button grave",
            Self::Quiet => "button quiet",
            Self::Away => "button away",
        }
    }
}

/// A button. Where `why_not` gives a reason, it cannot be pressed and gives the reason on hover, on
/// focus and to a screen reader; it stays in the tab order so that the reason can be reached.
#[component]
pub fn Button(
    /// What happens when it is pressed.
    on_press: impl Fn() + 'static,
    /// How much weight it has.
    #[prop(optional)]
    weight: Weight,
    /// Why it cannot be pressed.
    #[prop(optional, into)]
    why_not: Signal<Option<String>>,
    /// A name for screen readers where the visible text is not enough.
    #[prop(optional, into)]
    label: Option<String>,
    /// What stands on it.
    children: Children,
) -> impl IntoView {
    button(Box::new(on_press), weight, why_not, label, children)
}

// Once for all buttons, whatever they do.
fn button(
    on_press: Box<dyn Fn()>,
    weight: Weight,
    why_not: Signal<Option<String>>,
    label: Option<String>,
    children: Children,
) -> AnyView {
    let id = fresh_id("why");
    let reason = id.clone();
    let blocked = move || why_not.with(Option::is_some);
    view! {
        <span class="reasoned">
            <button
                type="button"
                class=weight.class()
                aria-label=label
                aria-disabled=move || blocked().then_some("true")
                aria-describedby=move || blocked().then(|| reason.clone())
                on:click=move |_| {
                    if !why_not.with_untracked(Option::is_some) {
                        on_press();
                    }
                }
            >
                {children()}
            </button>
            {move || {
                let id = id.clone();
                why_not.get().map(|why| view! { <span class="why" role="tooltip" id=id>{why}</span> })
            }}
        </span>
    }
    .into_any()
}

/// Hides, at Escape, the reason that is shown on hover or on focus, until the pointer or the focus
/// moves on. A form around it closes only with the next Escape.
#[must_use = "dropping it ends the listening"]
pub fn hush_at_escape() -> [WindowListener; 3] {
    fn hush(hushed: bool) {
        if let Some(root) = document().document_element() {
            // The attribute's name is a valid one.
            let _ = root.toggle_attribute_with_force("data-hushed", hushed);
        }
    }
    let shown = ":root:not([data-hushed]) .reasoned:is(:hover, :focus-within) > .why";
    let escape = browser::listen("keydown", move |event| {
        let pressed = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
        if pressed.as_deref() == Some("Escape")
            && document()
                .query_selector(shown)
                .is_ok_and(|it| it.is_some())
        {
            event.prevent_default();
            hush(true);
        }
    });
    let on = |name| browser::on_window_event(name, || hush(false));
    [escape, on("pointerover"), on("focusin")]
}

/// Returns an id that no other element of the page has.
#[must_use]
pub fn fresh_id(kind: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
