//! The state at a position of the journal, written down: so that opening need not read and apply
//! every entry.
//!
//! It is a hint. One that does not match its checksum, that is of an unknown version, or that does not
//! belong to the journal beside it is as good as none. But a journal that was shortened begins with
//! one: what this version writes, later ones must read, too. Deliberately not here: when one is kept,
//! and where.

use xxhash_rust::xxh64::xxh64;

use super::entry::Hash;
use crate::domain::id::Position;
use crate::domain::state::State;
use crate::domain::state::written::{put, take};

/// The version of the checkpoints that are written. The third and the fourth are read, too; none before them
/// was published.
pub const FORMAT: u32 = 5;

/// A state, and the entry after which it was so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The state.
    pub state: State,
    /// The hash of the entry at the state's position.
    pub tip: Hash,
}

/// Reads a checkpoint as [`Checkpoint::read`] does. Whoever opens a journal brings it: a page loads
/// what does so only where there is a checkpoint to read.
pub type Reads = fn(&str) -> Option<Checkpoint>;

impl Checkpoint {
    /// Writes down a state, and the hash of the entry at its position.
    #[must_use]
    pub fn write(state: &State, tip: Hash) -> String {
        let mut body = String::new();
        put(&mut body, &FORMAT);
        put(&mut body, &state.position());
        put(&mut body, &tip);
        state.write(&mut body);
        format!("{}\n{body}", sum(&body))
    }

    /// Returns the position that a checkpoint says it was written at; none where it says none. It is the
    /// state's where it can be read.
    #[must_use]
    pub fn position(text: &str) -> Option<Position> {
        take(&mut text.split('\n').nth(2)?.lines())
    }

    /// Reads what was written. None where it is not what this version, the third or the fourth writes.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (sum, body) = text.split_once('\n')?;
        let mut lines = body.lines();
        let format: u32 = take(&mut lines)?;
        let expected = match format {
            FORMAT | 4 => self::sum(body),
            3 => Hash::of(body).to_string(),
            _ => return None,
        };
        if expected != sum {
            return None;
        }
        let position: Position = take(&mut lines)?;
        let tip = take(&mut lines)?;
        let state = match format {
            FORMAT => State::read(&mut lines),
            4 => State::read_fourth(&mut lines),
            _ => State::read_third(&mut lines),
        }?;
        (state.position() == position).then_some(Self { state, tip })
    }
}

/// What tells a text that was damaged or cut off. It proves nothing to anyone, as little as a better
/// one would: whoever could change the text could change the sum.
#[must_use]
pub fn sum(body: &str) -> String {
    format!("{:016x}", xxh64(body.as_bytes(), 0))
}
