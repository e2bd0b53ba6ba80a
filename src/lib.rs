//! Flow Environments: releases of flows through Development, Test and Production, and back.
//!
//! One append-only **journal** of events is the truth. A pure **domain** turns commands into events
//! and events into state. A **backend** keeps the journal. The **page** shows state and gives
//! commands. Undo, the conflict of two tabs and the history follow from this one idea; none of them
//! has a mechanism of its own.
//!
//! ```text
//!  click ──► Command ──► decide(&State, &Command, &Context) ──► Event ──► append ──► apply ──► State ──► view
//!                             │ refused: Refusal                   │ taken: read on, decide again
//! ```
//!
//! # The map
//!
//! | where | what lives there |
//! |---|---|
//! | [`domain`] | the rules of `docs/spec.md`: [`decide`](domain::decide::decide), [`State`](domain::state::State), and the [`Plan`](domain::plan::Plan) that says beforehand what a step changes |
//! | [`journal`] | entries, the contract of a backend, the backends, and the [`Session`](journal::session::Session) that loads, decides, appends and follows others; `docs/journal.md` has the format |
//! | `demo` | the tenants that a journal can begin with |
//! | `browser` | clock, ids, address, clipboard: with the backends the only code that touches the window |
//! | `ui` | the page: `pages`, the `wizard` that moves releases, `components` that know nothing of releases, and `problem`, the only place with sentences about what went wrong |
//!
//! # What holds everywhere
//!
//! - `domain` imports nothing of the others: it is a crate of its own. `journal` imports only `domain`,
//!   `ui` both; `ui::components` imports neither. Pages never import one another. `tests/tidy` reads
//!   the sources and fails when this breaks.
//! - The plan that a form shows is the value that the rules execute. A command that moves a release
//!   carries it, and is refused when it is no longer what would happen.
//! - What is live, what a release deployed, what a plan would change: derived when asked for, never
//!   stored beside the journal.
//! - What is loaded first is what the first view needs. Each later part is only called through
//!   [`Arrived`](ui::rest::Arrived), which nobody has before it is there; a release is split there.
//! - Nothing panics on any input; a refusal is data, and only `ui::problem` makes a sentence of it.
//!
//! # Features
//!
//! `ui`, the default, is the page. `browser` is what touches the window without Leptos: the journal's
//! browser backends are tested with it. With neither, the rules and the journal build in seconds.

#[cfg(feature = "browser")]
pub mod browser;
pub mod demo;
pub use flow_domain as domain;
pub mod journal;
#[cfg(feature = "ui")]
pub mod ui;
