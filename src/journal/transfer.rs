//! A copy of a journal: checked to its last entry, written to one file, read from it again.
//!
//! A copy holds all that can be read, whatever state the journal is in: the sound part to the letter,
//! and beside it, as it is, what cannot be made sense of. Nothing is read from a file that a journal
//! could not have said. Deliberately not here: where a file comes from and goes to, and whether a
//! journal may be replaced.

use serde::{Deserialize, Serialize};

use super::backend::{ALL, Backend, BackendError, Personal};
use super::checkpoint::Checkpoint;
use super::entry::Hash;
use super::session::sound;
use crate::domain::id::Position;
use crate::domain::json;

/// The format of the files that are written.
pub const FORMAT: u32 = 1;

/// How many positions in a row may be empty before what lies behind them is not looked for.
const FAR: usize = 100;

/// A copy of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The checkpoint of the first entry, where that is not the journal's first.
    checkpoint: Option<String>,
    /// The position of the first entry.
    from: Position,
    /// The entries: each sound, without a gap.
    texts: Vec<String>,
    apart: Vec<Apart>,
    broken: Option<BackendError>,
}

/// A text that lies in a journal and is no part of what is sound in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// Where it lies.
    pub position: Position,
    /// What is there.
    pub text: String,
}

/// Why a text is not a copy of a journal that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no such file, or not all of it.
    NotACopy,
    /// It was written by a newer version of the page.
    TooNew {
        /// The format that it says.
        format: u32,
    },
    /// The checkpoint that its journal begins with cannot be read by this version of the page.
    Checkpoint,
    /// No entry in it is sound.
    Nothing,
    /// An entry is not sound: the first such.
    Entry(BackendError),
    /// Its last entry is not the one that it was written with.
    Cut {
        /// The last entry's position.
        position: Position,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoint: Option<String>,
    entries: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tip: Option<Hash>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    apart: Vec<Apart>,
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Copy {
    /// Copies all that can be read, and checks it.
    ///
    /// # Errors
    ///
    /// [`BackendError`] where nothing can be read.
    pub async fn of(backend: &dyn Backend) -> Result<Self, BackendError> {
        let mut found = Found::in_all_of(backend).await;
        if found.texts.is_empty() {
            return Err(found.broken.unwrap_or(BackendError::Unavailable));
        }
        let mut best = Part::of(&found, None, Position::FIRST);
        // What is said to be broken is what comes first, also where a checkpoint leads past it.
        let mut broken = found.broken.or(best.broken);
        if best.texts.len() < found.texts.len() {
            for checkpoint in backend.checkpoints().await.into_iter().rev() {
                let from = Checkpoint::read(&checkpoint).map(|it| it.state.position());
                let Some(from) = from else { continue };
                let part = Part::of(&found, Some(checkpoint), from);
                if part.end() > best.end() {
                    best = part;
                }
            }
            if found.removed {
                // An interrupted removal leaves entries before the checkpoint: they are to go.
                found.texts.retain(|apart| apart.position >= best.from);
            }
            broken = broken.or(best.broken);
        }
        let sound = best.from..best.end();
        let within = |apart: &Apart| sound.contains(&apart.position);
        let apart: Vec<Apart> = found.texts.into_iter().filter(|it| !within(it)).collect();
        if let Some(apart) = apart.first() {
            let position = apart.position;
            broken.get_or_insert(BackendError::Corrupt { position });
        }
        Ok(Self {
            checkpoint: best.checkpoint,
            from: best.from,
            texts: best.texts,
            apart,
            broken,
        })
    }

    /// Returns the position of the first entry.
    #[must_use]
    pub const fn from(&self) -> Position {
        self.from
    }

    /// Returns the number of sound entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.texts.len()
    }

    /// Tells whether no entry is sound.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Returns what is kept beside the sound part.
    #[must_use]
    pub fn apart(&self) -> &[Apart] {
        &self.apart
    }

    /// Returns what is the matter with the journal that was copied, if anything is.
    #[must_use]
    pub const fn broken(&self) -> Option<BackendError> {
        self.broken
    }

    /// Puts the sound part in the place of a journal.
    ///
    /// # Errors
    ///
    /// [`BackendError`]; the other journal is still there then.
    pub fn put_into(&self, personal: &dyn Personal) -> Result<(), BackendError> {
        personal.replace(self.checkpoint.as_deref(), self.from, &self.texts)
    }

    /// Carries the sound part over into a store that others may use: entry by entry, where there is none.
    /// What an earlier try has carried over is left as it is.
    ///
    /// # Errors
    ///
    /// [`BackendError::Removed`] where the copy does not begin with the first entry, which a store
    /// wants; [`BackendError::Taken`] where the store holds another entry; or what kept the next entry
    /// from being written. Those before it are there then, and the same again goes on.
    pub async fn carry_into(&self, backend: &dyn Backend) -> Result<(), BackendError> {
        if self.from > Position::FIRST {
            let before = self.from;
            return Err(BackendError::Removed { before });
        }
        let mut position = Position::FIRST;
        for text in &self.texts {
            let written = backend.append(position, text).await;
            if let Err(error @ (BackendError::Taken | BackendError::Unavailable)) = written {
                let there = backend.read(position, 1).await;
                if there.texts.first() != Some(text) {
                    return Err(error);
                }
            } else {
                written?;
            }
            position = position.next();
        }
        Ok(())
    }

    // The file ------------------------------------------------------------------------------------

    /// Writes the copy as a file.
    #[must_use]
    pub fn write(&self) -> String {
        let file = File {
            format: FORMAT,
            checkpoint: self.checkpoint.clone(),
            entries: self.texts.clone(),
            tip: self.texts.last().map(|text| Hash::of(text)),
            apart: self.apart.clone(),
        };
        written(&file)
    }

    /// Reads a file, and checks each entry in it.
    ///
    /// # Errors
    ///
    /// [`Unusable`]: what is the matter, with the position of the first entry that is not sound.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        // First and alone: of a newer file nothing else may be understood.
        let Ok(Version { format }) = json::read(text) else {
            return Err(Unusable::NotACopy);
        };
        match format {
            FORMAT => {}
            0 => return Err(Unusable::NotACopy),
            format => return Err(Unusable::TooNew { format }),
        }
        let Ok(file) = json::read::<File>(text) else {
            return Err(Unusable::NotACopy);
        };
        let from = match &file.checkpoint {
            None => Position::FIRST,
            Some(checkpoint) => Checkpoint::read(checkpoint)
                .map(|it| it.state.position())
                .ok_or(Unusable::Checkpoint)?,
        };
        if file.entries.is_empty() {
            return Err(Unusable::Nothing);
        }
        let (count, broken) = sound(file.checkpoint.as_deref(), from, &file.entries);
        if let Some(error) = broken {
            return Err(Unusable::Entry(error));
        }
        if file.entries.last().map(|text| Hash::of(text)) != file.tip {
            let position = after(from, count - 1);
            return Err(Unusable::Cut { position });
        }
        let broken = file.apart.first().map(|apart| BackendError::Corrupt {
            position: apart.position,
        });
        Ok(Self {
            checkpoint: file.checkpoint,
            from,
            texts: file.entries,
            apart: file.apart,
            broken,
        })
    }
}

fn written(file: &File) -> String {
    serde_json::to_string(file).expect("a file has text for keys")
}

/// All that lies in a journal.
struct Found {
    /// In order; there may be gaps.
    texts: Vec<Apart>,
    /// What was in the way first.
    broken: Option<BackendError>,
    /// Whether what lay before was removed.
    removed: bool,
}

impl Found {
    async fn in_all_of(backend: &dyn Backend) -> Self {
        let (mut texts, mut broken, mut removed) = (Vec::new(), None, false);
        let (mut position, mut missing) = (Position::FIRST, 0);
        loop {
            let reading = backend.read(position, ALL).await;
            missing = if reading.texts.is_empty() {
                missing + 1
            } else {
                0
            };
            for text in reading.texts {
                texts.push(Apart { position, text });
                position = position.next();
            }
            match reading.broken {
                Some(BackendError::Removed { before }) if before > position => {
                    position = before;
                    removed = true;
                    continue;
                }
                Some(error) => {
                    broken.get_or_insert(error);
                }
                None => {}
            }
            // Behind a gap there may be more.
            let gap = matches!(reading.broken, Some(BackendError::Corrupt { .. }));
            if !gap || missing > FAR {
                break;
            }
            position = position.next();
        }
        Self {
            texts,
            broken,
            removed,
        }
    }

    /// Returns the texts from `from` on, up to the first gap.
    fn from(&self, from: Position) -> Vec<String> {
        let later = self.texts.iter().filter(|apart| apart.position >= from);
        let without_gap = later
            .enumerate()
            .take_while(|(index, apart)| apart.position == after(from, *index));
        without_gap.map(|(_, apart)| apart.text.clone()).collect()
    }
}

/// What is sound from some position on.
struct Part {
    checkpoint: Option<String>,
    from: Position,
    texts: Vec<String>,
    broken: Option<BackendError>,
}

impl Part {
    fn of(found: &Found, checkpoint: Option<String>, from: Position) -> Self {
        let mut texts = found.from(from);
        let (count, broken) = sound(checkpoint.as_deref(), from, &texts);
        texts.truncate(count);
        Self {
            checkpoint,
            from,
            texts,
            broken,
        }
    }

    /// The position after its last entry.
    fn end(&self) -> Position {
        after(self.from, self.texts.len())
    }
}

fn after(from: Position, count: usize) -> Position {
    Position::new(from.get().saturating_add(count as u64))
}
