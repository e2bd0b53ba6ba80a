//! A moment in time, told as people tell it, with the exact time on hover.

use leptos::prelude::*;

use super::rest::{Later, OfRest};
use super::tenant::Tenant;
use crate::browser;
use crate::domain::actor::Timestamp;

/// A moment, relative to now. What tells exact times takes some 20 ms to be made the first time: it is made
/// once somebody points at something.
pub fn ago(at: Timestamp) -> AnyView {
    let (Tenant { now, pointed, .. }, at) = (Tenant::of_page(), at.as_millis());
    let rest = Later::<OfRest>::of_page();
    let exact = move || {
        let arrived = rest.arrived().filter(|_| pointed.get())?;
        Some(arrived.run(|| browser::exact_time(at)))
    };
    view! {
        <time datetime=browser::iso(at) title=exact>
            {move || relative(at, now.get().as_millis())}
        </time>
    }
    .into_any()
}

/// Says how long before (or after) `now` a moment is, both in milliseconds: "2 hours ago", "yesterday".
///
/// These are words in the page's sentences and in its language, whatever the browser's locale is: those
/// of `Intl.RelativeTimeFormat`, which takes some 20 ms to be made the first time, before the list can be
/// seen.
fn relative(at: u64, now: u64) -> String {
    const UNITS: [(u64, &str, Option<[&str; 2]>); 5] = [
        (365 * 86_400, "year", Some(["last year", "next year"])),
        (30 * 86_400, "month", Some(["last month", "next month"])),
        (86_400, "day", Some(["yesterday", "tomorrow"])),
        (3_600, "hour", None),
        (60, "minute", None),
    ];
    let seconds = at.abs_diff(now) / 1_000;
    let counted = UNITS.map(|(length, unit, next_to)| (seconds / length, unit, next_to));
    let Some((count, unit, next_to)) = counted.into_iter().find(|(count, ..)| *count > 0) else {
        return "now".to_owned();
    };
    let past = at < now;
    if let (1, Some([before, after])) = (count, next_to) {
        return if past { before } else { after }.to_owned();
    }
    let ending = if count == 1 { "" } else { "s" };
    if past {
        format!("{count} {unit}{ending} ago")
    } else {
        format!("in {count} {unit}{ending}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_403_940_000;
    const SECOND: u64 = 1_000;
    const HOUR: u64 = 3_600 * SECOND;
    const DAY: u64 = 24 * HOUR;

    #[test]
    fn a_moment_is_told_in_its_longest_unit() {
        // As `new Intl.RelativeTimeFormat("en", { numeric: "auto" })` says them.
        for (away, before, after) in [
            (0, "now", "now"),
            (59 * SECOND, "now", "now"),
            (60 * SECOND, "1 minute ago", "in 1 minute"),
            (119 * SECOND, "1 minute ago", "in 1 minute"),
            (59 * 60 * SECOND, "59 minutes ago", "in 59 minutes"),
            (HOUR, "1 hour ago", "in 1 hour"),
            (DAY - 1, "23 hours ago", "in 23 hours"),
            (DAY, "yesterday", "tomorrow"),
            (2 * DAY - 1, "yesterday", "tomorrow"),
            (29 * DAY, "29 days ago", "in 29 days"),
            (30 * DAY, "last month", "next month"),
            (364 * DAY, "12 months ago", "in 12 months"),
            (365 * DAY, "last year", "next year"),
            (730 * DAY, "2 years ago", "in 2 years"),
        ] {
            assert_eq!(relative(NOW - away, NOW), before);
            assert_eq!(relative(NOW + away, NOW), after);
        }
        assert_eq!(relative(0, NOW), "56 years ago");
        assert_eq!(relative(u64::MAX, 0), "in 584942417 years");
    }
}
