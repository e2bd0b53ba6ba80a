//! A moment in time, told as people tell it, with the exact time on hover.

use leptos::prelude::*;

use super::tenant::Tenant;
use crate::browser;
use crate::domain::actor::Timestamp;

/// A moment, relative to now.
pub fn ago(at: Timestamp) -> AnyView {
    let (Tenant { now, clock, .. }, at) = (Tenant::of_page(), at.as_millis());
    let exact = move || Some(clock.get()?.run(|| browser::exact_time(at)));
    view! {
        <time datetime=browser::iso(at) title=exact>
            {move || browser::relative_time(at, now.get().as_millis())}
        </time>
    }
    .into_any()
}
