//! A moment in time, told as people tell it, with the exact time on hover.

use leptos::prelude::*;

use super::tenant::Tenant;
use crate::browser;
use crate::domain::actor::Timestamp;

/// A moment, relative to now.
pub fn ago(at: Timestamp) -> AnyView {
    let (now, at) = (Tenant::of_page().now, at.as_millis());
    view! {
        <time datetime=browser::iso(at) title=browser::exact_time(at)>
            {move || browser::relative_time(at, now.get().as_millis())}
        </time>
    }
    .into_any()
}
