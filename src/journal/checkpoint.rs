//! The state at a position of the journal, written down: so that opening need not read and apply
//! every entry.
//!
//! It is a hint. One that does not match its checksum, that is of another version, or that does not
//! belong to the journal beside it is as good as none; so nothing is promised of its format but that.
//! Deliberately not here: when one is kept, and where.

use serde::{Deserialize, Serialize};

use super::entry::Hash;
use crate::domain::id::Position;
use crate::domain::state::State;

/// The version of the checkpoints that are written, and the only one that is read.
pub const FORMAT: u32 = 1;

/// A state, and the entry after which it was so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The state.
    pub state: State,
    /// The hash of the entry at the state's position.
    pub tip: Hash,
}

#[derive(Serialize, Deserialize)]
struct Body<S> {
    format: u32,
    position: Position,
    entry: Hash,
    state: S,
}

/// What stands before the checksum of all that follows it, and after it.
const QUOTES: (&str, &str) = (r#"{"sum":""#, r#"","#);

impl Checkpoint {
    /// Writes down a state, and the hash of the entry at its position.
    #[must_use]
    pub fn write(state: &State, tip: Hash) -> String {
        let body = Body {
            format: FORMAT,
            position: state.position(),
            entry: tip,
            state,
        };
        let body = serde_json::to_string(&body).expect("a state's maps have text for keys");
        let body = &body[1..];
        format!("{}{}{}{body}", QUOTES.0, Hash::of(body), QUOTES.1)
    }

    /// Reads what was written. None where it is not to the letter what this version writes.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (sum, body) = text.strip_prefix(QUOTES.0)?.split_once(QUOTES.1)?;
        if Hash::of(body).to_string() != sum {
            return None;
        }
        let Body {
            format,
            position,
            entry,
            state,
        } = serde_json::from_str::<Body<State>>(text).ok()?;
        let sound = format == FORMAT && position == state.position();
        sound.then_some(Self { state, tip: entry })
    }
}
