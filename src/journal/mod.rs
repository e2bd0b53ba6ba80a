//! The promise that nothing recorded is lost: an append-only journal of entries, each written once,
//! each naming the one before it by its hash.
//!
//! What is promised:
//!
//! - a command is reported as done only when the backend has acknowledged its entry, and the entry
//!   is then in the state;
//! - of several writers who race for a position one gets it; the others read on and decide again on
//!   the new state, so that a stale plan is refused and never recorded (R8);
//! - a write whose answer was lost is recognised by its entry's id, and is not written twice;
//! - a gap, a fork, a changed entry and an entry of a newer format are noticed when they are read;
//!   what lies before is shown, and nothing is written from then on;
//! - writing costs one small entry, however long the history is, and opening what was recorded since
//!   the last checkpoint.
//!
//! What is deliberately not here: the rules (those are the domain's), the clock and the making of ids
//! (both are handed in), sentences for people, and a way to change or remove a single entry.
//!
//! `docs/journal.md` has the format. Without the `browser` feature nothing here touches a window.

pub mod backend;
pub mod checkpoint;
pub mod entry;
pub mod http;
#[cfg(feature = "browser")]
pub mod local;
pub mod memory;
pub mod place;
pub mod session;
pub mod transfer;
