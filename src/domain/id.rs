//! Identities that cannot be mixed up: each kind of thing has an id type of its own.
//!
//! Ids are made outside the domain (the rules know no randomness) and arrive inside commands.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::text::Checked;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Names the thing that `uuid` identifies.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
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
                parse(text).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Checked(parse)).map(Self)
            }
        }
    };
}

/// Reads any way in which an id can be written. The one in which ids are written here is read eight
/// digits at a time: a journal is full of them, and the library's way is made for vector instructions.
pub(super) fn parse(text: &str) -> Result<Uuid, uuid::Error> {
    hyphenated(text.as_bytes()).map_or_else(|| Uuid::try_parse(text), Ok)
}

/// Reads `936da01f-9abd-4d9d-80c7-02af85c822a8`. None where it is anything else.
fn hyphenated(text: &[u8]) -> Option<Uuid> {
    let [
        a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        a6,
        a7,
        b'-',
        b0,
        b1,
        b2,
        b3,
        b'-',
        b4,
        b5,
        b6,
        b7,
        b'-',
        c0,
        c1,
        c2,
        c3,
        b'-',
        c4,
        c5,
        c6,
        c7,
        d0,
        d1,
        d2,
        d3,
        d4,
        d5,
        d6,
        d7,
    ] = *text
    else {
        return None;
    };
    let a = eight_digits([a0, a1, a2, a3, a4, a5, a6, a7])?;
    let b = eight_digits([b0, b1, b2, b3, b4, b5, b6, b7])?;
    let c = eight_digits([c0, c1, c2, c3, c4, c5, c6, c7])?;
    let d = eight_digits([d0, d1, d2, d3, d4, d5, d6, d7])?;
    Some(Uuid::from_u64_pair(a << 32 | b, c << 32 | d))
}

/// The number that these hexadecimal digits are.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let digits = u64::from_be_bytes(digits);
    // Letters differ from digits by a bit, and from small letters by another.
    let letters = (digits >> 6) & ONES;
    let values = (digits & (ONES * 0x0f)) + letters * 9;
    // What was no digit is too large, or does not become itself again.
    let above_nine = ((values + ONES * 0x76) >> 7) & ONES;
    let again = values + ONES * 0x30 + above_nine * 0x27;
    (values & (ONES * 0xf0) == 0 && again == digits | letters << 5).then_some(())?;
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) & 0xffff_ffff)
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

impl From<u64> for Position {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
