//! A button that can be pressed, or says why not.

use leptos::prelude::*;

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
}

impl Weight {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Main => "button main",
            Self::Grave => "button grave",
            Self::Quiet => "button quiet",
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
}

/// Returns an id that no other element of the page has.
#[must_use]
pub fn fresh_id(kind: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
