//! Prints the journal of a large tenant as a file that the page imports: a shop with many flows, whose
//! releases went through the environments over a year, and some of which came back.
//!
//! The same numbers and the same seed give the same tenant; its history ends at the given moment.
//! Everything in it went through the rules. Deliberately not here: what is measured on it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a command that prints, and stops where the rules refuse what it sets up"
)]

mod shop;
mod tenant;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use flow_environments::domain::actor::Timestamp;
use flow_environments::journal::memory::Memory;
use flow_environments::journal::transfer::Copy;

use shop::Size;

const DAY: u64 = 24 * 3_600_000;

fn main() -> ExitCode {
    let numbers: Option<Vec<u64>> = std::env::args()
        .skip(1)
        .map(|number| number.parse().ok())
        .collect();
    let Some([releases, flows, seed]) = numbers.as_deref() else {
        eprintln!("How many releases, how many flows, and which seed: three numbers.");
        return ExitCode::from(2);
    };
    let size = Size {
        releases: usize::try_from(*releases).unwrap_or(usize::MAX),
        flows: usize::try_from(*flows).unwrap_or(usize::MAX),
    };
    // The last midnight: what is made on one day is the same to the letter.
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs() * 1_000);
    let texts = shop::grown(size, *seed, Timestamp::from_millis(now / DAY * DAY)).seal();
    eprintln!("{} entries.", texts.len());
    let copy = pollster::block_on(Copy::of(&Memory::holding(texts)));
    println!("{}", copy.expect("the entries are sound").write());
    ExitCode::SUCCESS
}
