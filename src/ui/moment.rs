//! A moment in time, told as people tell it, with the exact time on hover.

use leptos::prelude::*;

use crate::browser;
use crate::domain::actor::Timestamp;

/// A moment, relative to now.
#[component]
pub fn Ago(
    /// The moment.
    at: Timestamp,
    /// Now, moving on.
    #[prop(into)]
    now: Signal<Timestamp>,
) -> impl IntoView {
    view! {
        <time datetime=browser::iso(at.as_millis()) title=browser::exact_time(at.as_millis())>
            {move || browser::relative_time(at.as_millis(), now.get().as_millis())}
        </time>
    }
}

/// A moment, exactly.
#[component]
pub fn Moment(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=browser::iso(at.as_millis())>{browser::exact_time(at.as_millis())}</time> }
}
