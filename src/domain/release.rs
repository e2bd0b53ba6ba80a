//! Releases: what they hold, where they are, how they came there.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::id::{EnvironmentId, FlowId, Position, ReleaseId, SnapshotId};
use super::text::{Name, Note};

/// A named set of snapshots, at most one per flow, that moves through the pipeline as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Which release it is.
    pub id: ReleaseId,
    /// Unique among the releases, without regard to case (B5).
    pub name: Name,
    /// The one environment that it is in: the one that it was last moved to.
    pub place: Place,
    /// What it holds.
    pub content: Content,
    /// Why it may not be promoted, if so (H1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

/// What a release holds: of each flow at most one snapshot, in the order of the flows' ids.
///
/// A list, as most releases hold few flows, and a tenant has many releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content(Vec<(FlowId, SnapshotId)>);

impl Content {
    fn find(&self, flow: FlowId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&flow, |held| held.0)
    }

    /// Returns the snapshot of a flow, if there is one.
    #[must_use]
    pub fn get(&self, flow: FlowId) -> Option<SnapshotId> {
        self.find(flow).ok().map(|index| self.0[index].1)
    }

    /// Tells whether there is a snapshot of a flow.
    #[must_use]
    pub fn holds(&self, flow: FlowId) -> bool {
        self.find(flow).is_ok()
    }

    /// Puts a snapshot there, and returns the one in whose place it came.
    pub fn insert(&mut self, flow: FlowId, snapshot: SnapshotId) -> Option<SnapshotId> {
        match self.find(flow) {
            Ok(index) => Some(std::mem::replace(&mut self.0[index].1, snapshot)),
            Err(index) => {
                if self.0.is_empty() {
                    // Many hold no more than one.
                    self.0.reserve_exact(1);
                }
                self.0.insert(index, (flow, snapshot));
                None
            }
        }
    }

    /// Takes a flow away, and returns its snapshot, if there was one.
    pub fn remove(&mut self, flow: FlowId) -> Option<SnapshotId> {
        self.find(flow).ok().map(|index| self.0.remove(index).1)
    }

    /// Returns how many flows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether nothing is held.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each flow and its snapshot.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FlowId, SnapshotId)> + Clone {
        self.0.iter().copied()
    }

    /// Returns the flows.
    #[must_use]
    pub fn flows(&self) -> impl ExactSizeIterator<Item = FlowId> + Clone {
        self.0.iter().map(|held| held.0)
    }

    /// Returns the snapshots.
    #[must_use]
    pub fn snapshots(&self) -> impl ExactSizeIterator<Item = SnapshotId> + Clone {
        self.0.iter().map(|held| held.1)
    }
}

impl FromIterator<(FlowId, SnapshotId)> for Content {
    fn from_iter<T: IntoIterator<Item = (FlowId, SnapshotId)>>(held: T) -> Self {
        let mut content = Self::default();
        for (flow, snapshot) in held {
            content.insert(flow, snapshot);
        }
        content
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Held;

        impl<'de> Visitor<'de> for Held {
            type Value = Content;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the snapshot of each flow")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
                let mut content = Content::default();
                while let Some((flow, snapshot)) = map.next_entry()? {
                    content.insert(flow, snapshot);
                }
                Ok(content)
            }
        }

        deserializer.deserialize_map(Held)
    }
}

/// Where a release is, since when, and how it came there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The environment.
    pub environment: EnvironmentId,
    /// The entry that put it there.
    pub since: Position,
    /// The move that put it there.
    pub arrival: Arrival,
}

/// The move that put a release where it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Arrival {
    /// Its first build, in the first environment (B1).
    Build,
    /// A promotion (P2).
    Promotion {
        /// The environment that it left.
        from: EnvironmentId,
    },
    /// A rollback (R3).
    Rollback {
        /// The environment that it was withdrawn from.
        from: EnvironmentId,
        /// Why; may be empty (R9).
        #[serde(default, skip_serializing_if = "Note::is_empty")]
        reason: Note,
    },
    /// A build into it when it was past the first environment (B3).
    Reset {
        /// The environment that it was withdrawn from.
        from: EnvironmentId,
    },
}

impl Arrival {
    /// Returns the environment that the release left, if it came from one.
    #[must_use]
    pub const fn from(&self) -> Option<EnvironmentId> {
        match self {
            Self::Build => None,
            Self::Promotion { from } | Self::Rollback { from, .. } | Self::Reset { from } => {
                Some(*from)
            }
        }
    }
}

/// A release that is held cannot be promoted (H1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// The entry that set it: when and by whom.
    pub since: Position,
    /// Why; may be empty.
    #[serde(default, skip_serializing_if = "Note::is_empty")]
    pub reason: Note,
}
