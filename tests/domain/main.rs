//! Proves the rules of `docs/spec.md` natively: worked cases, an example for each rule, a second
//! implementation to compare with, and histories that were written once and must replay for ever.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails says so by panicking, and counts are printed for whoever asks"
)]

mod against_model;
mod content;
mod frozen;
mod json;
mod misfits;
mod model;
mod rules;
mod side_by_side;
mod small_worlds;
mod worked_cases;
mod world;

/// How much is tried at random and exhaustively.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// `FLOW_BRIEF=1`: a second, for `cargo mutants`, which runs everything anew for each mutant.
    Brief,
    Usual,
    /// `FLOW_DEEP=1`: minutes.
    Deep,
}

impl Effort {
    fn asked_for() -> Self {
        let asked = |variable| std::env::var(variable).is_ok_and(|value| value == "1");
        match (asked("FLOW_BRIEF"), asked("FLOW_DEEP")) {
            (_, true) => Self::Deep,
            (true, false) => Self::Brief,
            (false, false) => Self::Usual,
        }
    }
}
