//! Copies a text to the clipboard and says whether it worked.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::{Glyph, Icon};
use crate::browser;

/// A button that copies `text`.
#[component]
pub fn CopyButton(
    /// What is copied.
    text: impl Fn() -> String + 'static,
    /// What the button is called.
    #[prop(into)]
    label: String,
    /// Whether the label is seen, or only heard.
    #[prop(optional)]
    labelled: bool,
) -> impl IntoView {
    copy_button(Box::new(text), label, labelled)
}

fn copy_button(text: Box<dyn Fn() -> String>, label: String, labelled: bool) -> AnyView {
    let (said, say) = signal("");
    let copy = move |_| {
        let text = text();
        spawn_local(async move {
            let copied = browser::copy(&text).await.is_ok();
            say.try_set(if copied {
                "Copied"
            } else {
                "Could not copy: select the text instead"
            });
        });
    };
    let class = if labelled {
        "button"
    } else {
        "button quiet icon"
    };
    let name = (!labelled).then(|| label.clone());
    view! {
        <span class="copy">
            <button type="button" class=class aria-label=name on:click=copy>
                <Glyph icon=Icon::Copy />
                {labelled.then_some(label)}
            </button>
            <span class="said" role="status">{said}</span>
        </span>
    }
    .into_any()
}
