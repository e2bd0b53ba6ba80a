//! Checked text: a value that exists is trimmed and within its limit (B5).
//!
//! Nothing here interprets text. Markup in a name is a name with angle brackets. Copies share their
//! characters: what a canvas shows is kept once, however many snapshots are built from it.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

/// Why a text is not accepted (B5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextProblem {
    /// Nothing but white space, where something is needed.
    Empty,
    /// More characters than the limit.
    TooLong {
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
    /// A variable's name is a letter, then letters, digits and `_` (V1).
    NotAVariableName,
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the text is empty"),
            Self::TooLong { length, limit } => {
                write!(f, "the text has {length} characters, more than {limit}")
            }
            Self::NotAVariableName => write!(f, "the text is not a variable's name"),
        }
    }
}

impl std::error::Error for TextProblem {}

fn within(text: &str, limit: usize) -> Result<&str, TextProblem> {
    let text = text.trim();
    // No text has more characters than bytes.
    if text.len() > limit {
        let length = text.chars().count();
        if length > limit {
            return Err(TextProblem::TooLong { length, limit });
        }
    }
    Ok(text)
}

/// Reads a text that is written down and makes of it what it stands for, without a copy in between.
pub(super) struct Checked<T, Problem>(pub(super) fn(&str) -> Result<T, Problem>);

impl<T, Problem: fmt::Display> Visitor<'_> for Checked<T, Problem> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        self.0(text).map_err(E::custom)
    }
}

macro_rules! read_and_checked {
    ($($name:ty $(, $limit:ident)?;)*) => {$(
        impl<'de, $(const $limit: usize)?> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Checked(Self::new))
            }
        }
    )*};
}

read_and_checked! {
    Text<LIMIT>, LIMIT;
    ValueText;
    Name;
    VariableName;
}

/// A text of at most `LIMIT` characters that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Text<const LIMIT: usize>(Arc<str>);

/// Build notes, reasons and descriptions (B5).
pub type Note = Text<2_000>;
/// The body of a flow's canvas.
pub type Body = Text<20_000>;

impl<const LIMIT: usize> Text<LIMIT> {
    /// How many characters the text may have.
    pub const LIMIT: usize = LIMIT;

    /// Trims `text`.
    ///
    /// # Errors
    ///
    /// [`TextProblem::TooLong`].
    pub fn new(text: &str) -> Result<Self, TextProblem> {
        within(text, LIMIT).map(|text| match text {
            // All that are empty share one.
            "" => Self::default(),
            text => Self(text.into()),
        })
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const LIMIT: usize> From<Text<LIMIT>> for String {
    fn from(text: Text<LIMIT>) -> Self {
        text.as_str().to_owned()
    }
}

impl<const LIMIT: usize> fmt::Display for Text<LIMIT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The value of a variable in one environment: 1 to 2,000 characters. Without any, it is blank (V1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct ValueText(Arc<str>);

impl ValueText {
    /// How many characters a value may have.
    pub const LIMIT: usize = 2_000;

    /// Trims `text` and checks it.
    ///
    /// # Errors
    ///
    /// [`TextProblem::Empty`], [`TextProblem::TooLong`].
    pub fn new(text: &str) -> Result<Self, TextProblem> {
        match within(text, Self::LIMIT)? {
            "" => Err(TextProblem::Empty),
            text => Ok(Self(text.into())),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ValueText> for String {
    fn from(text: ValueText) -> Self {
        text.as_str().to_owned()
    }
}

impl fmt::Display for ValueText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The name of a flow, release, environment or person: 1 to 80 characters (B5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// How many characters a name may have (B5).
    pub const LIMIT: usize = 80;

    /// Trims `text` and checks it.
    ///
    /// # Errors
    ///
    /// [`TextProblem::Empty`], [`TextProblem::TooLong`].
    pub fn new(text: &str) -> Result<Self, TextProblem> {
        match within(text, Self::LIMIT)? {
            "" => Err(TextProblem::Empty),
            text => Ok(Self(text.into())),
        }
    }

    /// Names something that the program itself names, such as a role.
    #[must_use]
    pub fn known(name: &'static str) -> Self {
        debug_assert!(
            Self::new(name).is_ok_and(|known| &*known.0 == name),
            "{name:?} is a name"
        );
        Self(name.into())
    }

    /// Returns the name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what is compared when names must be unique: the name without regard to case (B5).
    #[must_use]
    pub fn key(&self) -> NameKey {
        if self.0.is_ascii() {
            return NameKey(self.0.to_ascii_lowercase());
        }
        // By way of the upper case, where "ß" and "SS", or a final and another sigma, are the same.
        NameKey(self.0.to_uppercase().to_lowercase())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A name without regard to case; see [`Name::key`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(String);

/// The name of a variable: a letter, then letters, digits and `_`, 80 characters at most (V1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct VariableName(String);

impl VariableName {
    /// Trims `text` and checks it.
    ///
    /// # Errors
    ///
    /// [`TextProblem::Empty`], [`TextProblem::TooLong`], [`TextProblem::NotAVariableName`].
    pub fn new(text: &str) -> Result<Self, TextProblem> {
        let text = within(text, Name::LIMIT)?;
        let mut characters = text.chars();
        match characters.next() {
            None => Err(TextProblem::Empty),
            Some(first)
                if first.is_alphabetic() && characters.all(|c| c.is_alphanumeric() || c == '_') =>
            {
                Ok(Self(text.to_owned()))
            }
            Some(_) => Err(TextProblem::NotAVariableName),
        }
    }

    /// Returns the name as it is written between `{{` and `}}`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<VariableName> for String {
    fn from(name: VariableName) -> Self {
        name.0
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
