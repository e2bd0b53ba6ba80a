//! Gives what reads texts from outside any text, to see that nothing panics: cargo fuzz with the targets
//! of `tests/fuzz`, which begin with what the frozen journal is made of.

use std::process::Command;

use crate::checkout;
use crate::progress::{self, Outcome};
use crate::tools;

/// What can be fuzzed.
pub(crate) const TARGETS: [&str; 6] = [
    "entries",
    "journals",
    "imports",
    "checkpoints",
    "routes",
    "stores",
];

/// Runs the targets one after the other. All of them run, whichever fail.
pub(crate) fn run(targets: &[&str], runs: u64) -> Outcome {
    let corpus = checkout::target().join("fuzz/corpus");
    let mut seeds = checkout::cargo();
    seeds
        .args(["run", "--quiet", "--locked", "--manifest-path"])
        .arg("tests/fuzz/Cargo.toml")
        .args(["--no-default-features", "--example", "seeds"])
        .arg(&corpus)
        // Not among the sources, which tests/tidy reads.
        .env("CARGO_TARGET_DIR", checkout::target().join("fuzz/seeds"));
    progress::watch("the texts to begin with", &mut seeds)?;
    let program = tools::cargo_fuzz()?.join("cargo-fuzz");
    let results: Vec<(String, Outcome)> = targets
        .iter()
        .map(|target| {
            let mut fuzz = Command::new(&program);
            fuzz.current_dir(checkout::root())
                .args(["fuzz", "run", "--fuzz-dir", "tests/fuzz"])
                // The code is safe Rust: a sanitizer of memory finds nothing in it, slowly.
                .args(["-s", "none", target])
                .arg(corpus.join(target))
                .arg("--")
                .arg(format!("-runs={runs}"))
                .arg("-max_len=3000")
                .env("RUSTUP_TOOLCHAIN", "nightly")
                // Apart from what the other commands build, with another compiler.
                .env("CARGO_TARGET_DIR", checkout::target().join("fuzz/build"));
            let what = format!("{runs} runs of {target}");
            let result = progress::watch(&what, &mut fuzz);
            (what, result)
        })
        .collect();
    progress::summary(&results)
}
