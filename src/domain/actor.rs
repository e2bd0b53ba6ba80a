//! Who does something, when, and what a role permits (O1).

use serde::{Deserialize, Serialize};

use super::command::Command;
use super::text::Name;

/// Milliseconds since 1 January 1970, UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Names the moment `milliseconds` after the epoch.
    #[must_use]
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Returns the milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

/// What a person may do (O1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sees everything and changes nothing.
    Viewer,
    /// Builds flows, adds them to releases, and sees everything.
    Standard,
    /// Does everything.
    Administrator,
}

impl Role {
    /// All roles, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Standard, Self::Administrator];

    /// Returns the least role that may do what `command` says (O1).
    #[must_use]
    pub const fn needed_for(command: &Command) -> Self {
        match command {
            Command::CreateFlow { .. } | Command::EditFlow { .. } | Command::Build { .. } => {
                Self::Standard
            }
            _ => Self::Administrator,
        }
    }
}

/// A person, as the journal names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// What the person is called.
    pub name: Name,
    /// The role in which they acted.
    pub role: Role,
}

/// What the rules are told of the world: who acts, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The clock's time.
    pub at: Timestamp,
    /// Who gives the command.
    pub by: Actor,
}
