//! One entry on the wire: a JSON document, written once, chained to the one before it.
//!
//! No input makes this panic. Deliberately not here: whether the event fits the state. That is the
//! domain's to say, when the entry is applied.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::backend::BackendError;
use crate::domain::actor::{Actor, Context, Timestamp};
use crate::domain::event::Event;
use crate::domain::id::Position;
use crate::domain::json;

/// The format of the entries that are written.
///
/// An entry that an older page could misread must say a greater number: a new kind of event, or a
/// new meaning of an old one.
pub const FORMAT: u32 = 1;

/// Identifies an entry: by it a writer recognises what it wrote itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(Uuid);

impl EntryId {
    /// Names the entry that `uuid` identifies.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

/// The SHA-256 of an entry's exact text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash([u8; 32]);

impl Hash {
    /// Hashes an entry's text, as UTF-8.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

/// A text that is not 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAHash;

impl fmt::Display for NotAHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is not a hash")
    }
}

impl TryFrom<String> for Hash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, NotAHash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAHash);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

const fn digit(character: u8) -> Result<u8, NotAHash> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        _ => Err(NotAHash),
    }
}

/// What was recorded at one position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Always [`FORMAT`]: entries of another one are not understood.
    pub format: u32,
    /// Where in the journal it stands.
    pub position: Position,
    /// By which its writer recognises it.
    pub id: EntryId,
    /// The hash of the entry before it; none at the first position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
    /// When it was recorded, by its writer's clock.
    pub at: Timestamp,
    /// Who recorded it.
    pub by: Actor,
    /// What happened.
    pub event: Event,
}

/// An entry together with the exact text that is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What the text says.
    pub entry: Entry,
    /// What is hashed and kept.
    pub text: String,
}

/// Why a text is not the entry that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryProblem {
    /// It is no entry at all.
    Garbled,
    /// It was written upon another entry than the one that stands before it.
    Forked,
    /// It belongs to another position.
    WrongPosition,
    /// It is of a newer format than this page knows.
    TooNew {
        /// The format that it says.
        format: u32,
    },
}

impl EntryProblem {
    /// Returns what the problem is to the reader of a whole journal.
    #[must_use]
    pub const fn at(self, position: Position) -> BackendError {
        match self {
            Self::Garbled | Self::Forked | Self::WrongPosition => {
                BackendError::Corrupt { position }
            }
            Self::TooNew { format } => BackendError::TooNew { format },
        }
    }
}

impl Entry {
    /// Writes down what happened. The text is final: nothing may be added to it later.
    #[must_use]
    pub fn seal(
        position: Position,
        id: EntryId,
        previous: Option<Hash>,
        context: Context,
        event: Event,
    ) -> Sealed {
        let Context { at, by } = context;
        let entry = Self {
            format: FORMAT,
            position,
            id,
            previous,
            at,
            by,
            event,
        };
        let text = json(&entry);
        Sealed { entry, text }
    }

    /// Reads the text that is kept at `position`, where the entry before it has the hash `previous`.
    ///
    /// # Errors
    ///
    /// [`EntryProblem`] where it is not the entry that was written there.
    pub fn parse(
        text: &str,
        position: Position,
        previous: Option<Hash>,
    ) -> Result<Sealed, EntryProblem> {
        // First and alone: of a newer entry nothing else may be understood.
        let Ok(Version { format }) = json::read(text) else {
            return Err(EntryProblem::Garbled);
        };
        match format {
            FORMAT => {}
            0 => return Err(EntryProblem::Garbled),
            format => return Err(EntryProblem::TooNew { format }),
        }
        let Ok(entry) = json::read::<Self>(text) else {
            return Err(EntryProblem::Garbled);
        };
        if entry.position != position {
            return Err(EntryProblem::WrongPosition);
        }
        if entry.previous != previous {
            return Err(EntryProblem::Forked);
        }
        let text = text.to_owned();
        Ok(Sealed { entry, text })
    }

    /// Returns when and by whom it was recorded, as the rules want to know it.
    #[must_use]
    pub fn context(&self) -> Context {
        Context {
            at: self.at,
            by: self.by.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

#[derive(Deserialize)]
struct Link {
    previous: Option<Hash>,
}

/// Returns the hash of the entry that `text` was sealed upon: all that a backend may want to know of
/// an entry. None where it says none.
#[must_use]
pub fn sealed_upon(text: &str) -> Option<Hash> {
    json::read(text).ok().and_then(|Link { previous }| previous)
}

fn json(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("an entry's maps have text for keys")
}
