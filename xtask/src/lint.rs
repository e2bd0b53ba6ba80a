//! Checks everything that no test does: layout, lints, and the documentation, private items
//! included. All checks run, whichever fail.

use crate::checkout;
use crate::progress::{self, Outcome};

/// Runs all checks and says at the end which of them failed.
pub(crate) fn run() -> Outcome {
    let everything = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--features",
        "journeys",
        "--",
        "-D",
        "warnings",
    ];
    let rules_only = [
        "clippy",
        "--locked",
        "--lib",
        "--no-default-features",
        "--",
        "-D",
        "warnings",
    ];
    let documentation = [
        "doc",
        "--locked",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ];
    let checks: [(&str, &[&str]); 4] = [
        ("layout", &["fmt", "--all", "--check"]),
        ("lints", &everything),
        ("lints without the page", &rules_only),
        ("documentation", &documentation),
    ];
    let results: Vec<(String, Outcome)> = checks
        .into_iter()
        .map(|(what, arguments)| {
            let mut cargo = checkout::cargo();
            cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
            (what.to_owned(), progress::watch(what, &mut cargo))
        })
        .collect();
    progress::summary(&results)
}
