//! The rules: commands become events, events become state, and a plan says beforehand what a step
//! will change.
//!
//! No input or output, no clock, no randomness, no `async`, no browser: all of that reaches the rules
//! as ids inside commands and as a [`Context`](actor::Context). Rule numbers (`B1`, `R7`, …) are
//! those of `docs/spec.md`.
//!
//! Invariants, held by [`state::State::apply`] for every event it accepts:
//!
//! - a release is in exactly one environment of the pipeline;
//! - a release stands at most once in any stack (B2);
//! - a stack is ordered by the position of the entry that deployed each layer, and what is live is
//!   its top, never a field of its own;
//! - names are unique without regard to case among the things of a kind that exist (B5).
//!
//! Deliberately not here: the text of a secret (V2), sentences for people (those are the
//! interface's), and any knowledge of how entries are kept.

pub mod actor;
pub mod command;
pub mod decide;
pub mod edit;
pub mod event;
pub mod flow;
pub mod id;
pub mod json;
pub mod pipeline;
pub mod plan;
pub mod refusal;
pub mod release;
pub mod run;
pub mod state;
pub mod text;
pub mod variable;
