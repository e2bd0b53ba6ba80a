//! Entries: whatever a text is, reading it says what is the matter, and what was read is written the
//! same way again.

#![no_main]

use flow_environments::domain::id::Position;
use flow_environments::journal::entry::Entry;
use flow_environments_fuzz::somewhere;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Entry::parse(text, Position::FIRST, None);
    if let Some(sealed) = somewhere(text) {
        let entry = sealed.entry;
        let (position, previous) = (entry.position, entry.previous);
        let context = entry.context();
        let again = Entry::seal(position, entry.id, previous, context, entry.event.clone());
        let read = Entry::parse(&again.text, position, previous).map(|sealed| sealed.entry);
        assert_eq!(read, Ok(entry));
    }
});
