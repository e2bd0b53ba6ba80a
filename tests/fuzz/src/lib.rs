//! What several targets need: journals whose chain is sound, made of texts that are not.
//!
//! A changed text has another hash, so that nothing would lie behind the first change. Here the chain
//! is made anew, and what an entry says is tried on the rules.

use flow_environments::journal::entry::{Entry, Hash, Sealed, sealed_upon};

/// The texts of a journal made of all the lines that are entries somewhere, sealed anew in their order.
#[must_use]
pub fn sealed_anew<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut position = flow_environments::domain::id::Position::FIRST;
    for line in lines {
        let Some(Sealed { entry, .. }) = somewhere(line) else {
            continue;
        };
        let previous = texts.last().map(|text| Hash::of(text));
        let context = entry.context();
        let sealed = Entry::seal(position, entry.id, previous, context, entry.event);
        texts.push(sealed.text);
        position = position.next();
    }
    texts
}

/// The entry that the text is, at the position and after the entry that it says itself.
#[must_use]
pub fn somewhere(text: &str) -> Option<Sealed> {
    let said: serde_json::Value = serde_json::from_str(text).ok()?;
    let position = said.get("position")?.as_u64()?;
    let position = flow_environments::domain::id::Position::new(position);
    Entry::parse(text, position, sealed_upon(text)).ok()
}

/// The lines of a journal as `tests/fixtures` has it.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| line.strip_suffix(',').unwrap_or(line))
}
