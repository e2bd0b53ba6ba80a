//! Flows, their canvas, and the snapshots that were built from it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::id::{FlowId, Position, SnapshotId};
use super::text::{Body, Name, Note, VariableName};

/// What a flow shows when it is run: a title and a body, both with `{{Variables}}` (V3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Canvas {
    /// The heading of the running page.
    pub title: Name,
    /// What stands below it, one paragraph a line.
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub body: Body,
}

impl Canvas {
    /// Returns the variables that the canvas names, each once, in the order of first use (V3).
    #[must_use]
    pub fn variables(&self) -> Vec<VariableName> {
        let mut names = Vec::new();
        for text in [self.title.as_str(), self.body.as_str()] {
            for piece in pieces(text) {
                if let Piece::Variable(name) = piece
                    && !names.contains(&name)
                {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// A stretch of a canvas's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that stands as it is.
    Plain(&'a str),
    /// `{{Name}}`, to be filled in.
    Variable(VariableName),
}

/// Splits `text` at its `{{Name}}`s (V3). What only looks like one (`{{1st}}`, `{{`) is plain text.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(open) = rest[from..].find('{').map(|at| from + at) {
            match variable_at(&rest[open..]) {
                Some((name, after)) if open == 0 => {
                    rest = after;
                    return Some(Piece::Variable(name));
                }
                Some(_) => {
                    let (plain, after) = rest.split_at(open);
                    rest = after;
                    return Some(Piece::Plain(plain));
                }
                // One brace on: "{{{Name}}" is a brace and a variable.
                None => from = open + 1,
            }
        }
        Some(Piece::Plain(std::mem::take(&mut rest)))
    })
}

/// Returns the variable that `text` begins with, and what follows it.
fn variable_at(text: &str) -> Option<(VariableName, &str)> {
    let inside = text.strip_prefix("{{")?;
    // No name has a brace in it: the next one closes the variable, or there is none. So no text is read
    // more than twice.
    let (name, closed) = inside.split_at(inside.find(['{', '}'])?);
    let after = closed.strip_prefix("}}")?;
    Some((VariableName::new(name).ok()?, after))
}

/// Something users run; edited on a canvas, run from a Run URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Which flow it is.
    pub id: FlowId,
    /// Unique among the flows, without regard to case (B5).
    pub name: Name,
    /// What the next build will make a snapshot of.
    pub canvas: Canvas,
    /// Every snapshot ever built; the one with number 1 comes first.
    pub snapshots: Vec<Snapshot>,
}

impl Flow {
    /// Returns the number that the next snapshot will have.
    #[must_use]
    pub fn next_number(&self) -> u32 {
        u32::try_from(self.snapshots.len()).map_or(u32::MAX, |built| built.saturating_add(1))
    }
}

/// One immutable built version of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The Version ID.
    pub id: SnapshotId,
    /// The flow that was built.
    pub flow: FlowId,
    /// 1, 2, 3 … within the flow.
    pub number: u32,
    /// What the builder noted; may be empty (B1).
    pub notes: Note,
    /// What it shows when it is run.
    pub canvas: Canvas,
    /// The variables that the canvas names (V4); builds of one canvas share them.
    pub variables: Arc<[VariableName]>,
    /// When and by whom: the entry that recorded the build.
    pub built: Position,
}
