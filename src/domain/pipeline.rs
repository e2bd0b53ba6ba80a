//! The ordered environments: never fewer than two, exactly one of them the default (E1, E2).

use serde::{Deserialize, Serialize};

use super::id::EnvironmentId;
use super::text::{Name, Note};

/// A stage that releases move through.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Environment {
    /// Read-only; used in the Run URL (E2).
    pub id: EnvironmentId,
    /// What people may change.
    pub settings: Settings,
}

impl Environment {
    /// Returns what the environment is called.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.settings.name
    }
}

/// What people may change of an environment (E2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Settings {
    /// Unique among the environments, without regard to case (B5).
    pub name: Name,
    /// What the environment is for.
    #[serde(default, skip_serializing_if = "Note::is_empty")]
    pub description: Note,
    /// The player that its Run URLs name (X1).
    pub player: Name,
}

/// The environments in order: builds land in the first, users run the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    first: Environment,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    between: Vec<Environment>,
    last: Environment,
    default: EnvironmentId,
}

impl Pipeline {
    /// Orders `first`, `between` and `last`; the last is the default environment at first (E2).
    ///
    /// Whether ids and names are unique is for the caller: see [`Pipeline::is_consistent`].
    #[must_use]
    pub fn new(first: Environment, between: Vec<Environment>, last: Environment) -> Self {
        let default = last.id;
        Self {
            first,
            between,
            last,
            default,
        }
    }

    /// Tells whether ids and names are unique and the default environment is one of them.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let distinct = self.iter().enumerate().all(|(index, one)| {
            self.iter()
                .skip(index + 1)
                .all(|other| one.id != other.id && one.name().key() != other.name().key())
        });
        distinct && self.contains(self.default)
    }

    /// Returns the environments in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Environment> + Clone {
        std::iter::once(&self.first)
            .chain(&self.between)
            .chain(std::iter::once(&self.last))
    }

    /// Returns the environment in which builds land.
    #[must_use]
    pub const fn first(&self) -> &Environment {
        &self.first
    }

    /// Returns the environment that users run.
    #[must_use]
    pub const fn last(&self) -> &Environment {
        &self.last
    }

    /// Returns the environment that a Run URL without one means (X1).
    #[must_use]
    pub const fn default_environment(&self) -> EnvironmentId {
        self.default
    }

    /// Finds an environment.
    #[must_use]
    pub fn get(&self, id: EnvironmentId) -> Option<&Environment> {
        self.iter().find(|environment| environment.id == id)
    }

    /// Tells whether the environment exists.
    #[must_use]
    pub fn contains(&self, id: EnvironmentId) -> bool {
        self.get(id).is_some()
    }

    /// Returns the environment after `id`; none after the last (P1).
    #[must_use]
    pub fn next(&self, id: EnvironmentId) -> Option<&Environment> {
        self.iter()
            .skip_while(|environment| environment.id != id)
            .nth(1)
    }

    /// Returns the environment before `id`; none before the first (R1).
    #[must_use]
    pub fn previous(&self, id: EnvironmentId) -> Option<&Environment> {
        self.iter()
            .rev()
            .skip_while(|environment| environment.id != id)
            .nth(1)
    }

    /// Inserts `environment` right after `after`; false where `after` is the last or not there (E1).
    pub(super) fn insert_after(&mut self, after: EnvironmentId, environment: Environment) -> bool {
        let index = if after == self.first.id {
            0
        } else if let Some(index) = self.between.iter().position(|between| between.id == after) {
            index + 1
        } else {
            return false;
        };
        self.between.insert(index, environment);
        true
    }

    /// Removes an environment that lies between the first and the last; false where none does (E3).
    pub(super) fn remove(&mut self, id: EnvironmentId) -> bool {
        let Some(index) = self.between.iter().position(|between| between.id == id) else {
            return false;
        };
        self.between.remove(index);
        true
    }

    /// Changes settings and, where asked, the default environment; false where `id` is not there.
    pub(super) fn change(&mut self, id: EnvironmentId, settings: Settings, default: bool) -> bool {
        let environments = std::iter::once(&mut self.first)
            .chain(&mut self.between)
            .chain([&mut self.last]);
        for environment in environments {
            if environment.id == id {
                environment.settings = settings;
                if default {
                    self.default = id;
                }
                return true;
            }
        }
        false
    }
}
