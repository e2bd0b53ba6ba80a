//! A box that says that something is wrong, or that something is done.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Says what is wrong, and what can be done about it. Read out at once.
#[component]
pub fn Trouble(
    /// What is wrong.
    #[prop(into)]
    sentence: String,
    /// What can be done.
    #[prop(into)]
    way_out: String,
    /// What does it, where that is a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="notice trouble" role="alert">
            <Glyph icon=Icon::Warning />
            <p><strong>{sentence}</strong>" "{way_out}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// Says that something is done. Read out when there is a pause.
#[component]
pub fn Done(
    /// What is done.
    #[prop(into)]
    sentence: String,
    /// More about it.
    #[prop(into)]
    more: String,
) -> impl IntoView {
    view! {
        <div class="notice done" role="status">
            <Glyph icon=Icon::Check />
            <p><strong>{sentence}</strong>" "{more}</p>
        </div>
    }
}

/// What is wrong, what can be done about it, and a button that does it, where there is one.
#[derive(Clone, Debug)]
pub struct Said {
    /// What is wrong.
    pub sentence: String,
    /// What can be done.
    pub way_out: String,
    /// Does it.
    pub button: Option<fn() -> AnyView>,
}

/// Says what is wrong, with the button that helps.
#[must_use]
pub fn trouble(said: Said) -> AnyView {
    view! {
        <Trouble sentence=said.sentence way_out=said.way_out>
            {said.button.map(|button| button())}
        </Trouble>
    }
    .into_any()
}

/// What came of something: that it is done, with a sentence and more; or that something is wrong.
pub type Outcome = Result<(String, String), Said>;

/// Says what came of something, once it is known.
pub fn outcome(said: RwSignal<Option<Outcome>>) -> impl Fn() -> Option<AnyView> {
    move || {
        Some(match said.get()? {
            Ok((sentence, more)) => view! { <Done sentence=sentence more=more /> }.into_any(),
            Err(said) => trouble(said),
        })
    }
}

/// Says that something is being recorded, and takes the place of the buttons.
#[component]
pub fn Recording() -> impl IntoView {
    view! {
        <p class="recording" role="status">
            <span class="spinner" aria-hidden="true"></span>
            "Recording …"
        </p>
    }
}
