//! Identities that cannot be mixed up: each kind of thing has an id type of its own.
//!
//! Ids are made outside the domain (the rules know no randomness) and arrive inside commands.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Names the thing that `uuid` identifies.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        // As bytes compare, but as one number: ids are compared more often than anything else.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.as_u128() == other.0.as_u128()
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, hasher: &mut H) {
                let (high, low) = self.0.as_u64_pair();
                hasher.write_u64(high);
                hasher.write_u64(low);
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.as_u128().cmp(&other.0.as_u128())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id! {
    /// Identifies a tenant: one journal, one pipeline.
    TenantId
}
id! {
    /// Identifies a flow; part of the Run URL (X1).
    FlowId
}
id! {
    /// Identifies a snapshot: its Version ID.
    SnapshotId
}
id! {
    /// Identifies a release.
    ReleaseId
}
id! {
    /// Identifies an environment; part of the Run URL (E2, X1).
    EnvironmentId
}

/// Counts entries: the first entry of a journal is at position 1.
///
/// A position is also the domain's notion of *when*: of two deployments in one stack, the one
/// recorded at the higher position lies on top.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// The position of a journal's first entry.
    pub const FIRST: Self = Self(1);

    /// Names the `number`th entry.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number of the entry, counted from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
