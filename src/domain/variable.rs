//! Variables: one value per environment, blank where none is set (V1, V2).
//!
//! A secret's text never comes here: neither a command nor an event has room for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{EnvironmentId, Position};
use super::text::{ValueText, VariableName};

/// A named value that differs by environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Unique, with regard to case: it is written between braces.
    pub name: VariableName,
    /// Blank in every environment that is not here (V1).
    pub values: BTreeMap<EnvironmentId, Setting>,
}

/// A value, and the entry that set it: when and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Setting {
    /// What was set.
    pub value: Value,
    /// When and by whom.
    pub since: Position,
}

/// What a variable is in one environment, where it is not blank.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Value {
    /// A text that everyone may see; never empty.
    Text(ValueText),
    /// A text that is not kept: only that it was set (V2).
    Secret,
}
