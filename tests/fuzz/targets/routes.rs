//! Addresses: whatever stands behind the `#`, it is a page or is said to be none, and an address that
//! was written is read as the same page.

#![no_main]

use libfuzzer_sys::fuzz_target;

/// What the page's own file speaks of.
mod domain {
    pub(crate) use flow_environments::domain::*;
}

#[allow(
    dead_code,
    reason = "the page's own file: what else it offers is for the page"
)]
#[path = "../../../src/ui/route.rs"]
mod route;

fuzz_target!(|hash: &str| {
    let route = route::Route::parse(hash);
    let written = route.to_string();
    assert_eq!(route::Route::parse(&written), route, "{written}");
});
