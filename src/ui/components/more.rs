//! The rest of a long list, shown on demand.

use leptos::prelude::*;

use super::button::Button;

/// How many more are shown at a time.
pub const STEP: usize = 30;

/// Says how many of `all` are shown, and shows more; nothing where all are shown.
pub fn more(shown: RwSignal<usize>, all: impl Fn() -> usize + Send + 'static) -> AnyView {
    view! {
        {move || {
            let (now, all) = (shown.get(), all());
            (now < all)
                .then(|| {
                    view! {
                        <p class="more">
                            <span role="status">{format!("{now} of {all} are shown.")}</span>
                            <Button on_press=move || shown.update(|shown| *shown += STEP)>"Show more"</Button>
                        </p>
                    }
                })
        }}
    }
    .into_any()
}
