//! Proves the rules of `docs/spec.md` natively: worked cases, an example for each rule, a second
//! implementation to compare with, and histories that were written once and must replay for ever.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that fails says so by panicking, and counts are printed for whoever asks"
)]

mod against_model;
mod frozen;
mod model;
mod rules;
mod side_by_side;
mod small_worlds;
mod worked_cases;
mod world;
