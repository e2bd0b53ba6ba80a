//! One entry: its text, to the letter, and every way in which a text is not the entry expected.

use flow_environments::domain::id::Position;
use flow_environments::journal::entry::{Entry, EntryId, EntryProblem, FORMAT, Hash};
use uuid::Uuid;

use crate::world::{context, founding, sealed, tenant_begun, texts};

const FIRST: &str = r#"{"format":1,"position":1,"id":"00000000-0000-0000-0000-0000000000e1","at":1795403940000,"by":{"name":"Ada","role":"administrator"},"event":{"tenantBegun":{"tenant":"00000000-0000-0000-0000-000000000001","pipeline":{"first":{"id":"00000000-0000-0000-0000-0000000000e1","settings":{"name":"Development","player":"default"}},"between":[{"id":"00000000-0000-0000-0000-0000000000e2","settings":{"name":"Test","player":"default"}}],"last":{"id":"00000000-0000-0000-0000-0000000000e3","settings":{"name":"Production","player":"default"}},"default":"00000000-0000-0000-0000-0000000000e3"}}}}"#;

fn problem(text: &str, position: u64, previous: Option<Hash>) -> Option<EntryProblem> {
    Entry::parse(text, Position::new(position), previous).err()
}

#[test]
fn an_entry_is_this_text() {
    let id = EntryId::new(Uuid::from_u128(0xe1));
    let sealed = Entry::seal(Position::FIRST, id, None, context(), tenant_begun());
    assert_eq!(sealed.text, FIRST);
    assert_eq!(sealed.entry.format, FORMAT);
    assert_eq!(Entry::parse(FIRST, Position::FIRST, None), Ok(sealed));
}

#[test]
fn the_documented_entry_is_one() {
    let events: Vec<_> = founding().into_iter().map(|(_, event)| event).collect();
    let id = EntryId::new(Uuid::from_u128(0xe2));
    let position = Position::new(2);
    let previous = Some(Hash::of(FIRST));
    let sealed = Entry::seal(position, id, previous, context(), events[1].clone());

    let documentation = include_str!("../../docs/journal.md");
    let (_, example) = documentation.split_once("```json\n").expect("there is one");
    let (example, _) = example.split_once("```").expect("it ends");
    let documented = Entry::parse(example, position, previous);
    assert_eq!(documented.map(|it| it.entry), Ok(sealed.entry));
}

#[test]
fn a_hash_is_the_sha_256_of_the_text() {
    assert_eq!(
        Hash::of("abc").to_string(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn an_entry_is_read_as_it_was_sealed() {
    let entries = sealed(founding());
    let mut previous = None;
    for entry in entries {
        let read = Entry::parse(&entry.text, entry.entry.position, previous);
        previous = Some(Hash::of(&entry.text));
        assert_eq!(read, Ok(entry));
    }
}

#[test]
fn a_text_that_is_cut_off_anywhere_is_garbled() {
    for text in texts(&sealed(founding())) {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = problem(&text[..end], 1, None);
            assert_eq!(cut, Some(EntryProblem::Garbled), "{}", &text[..end]);
        }
    }
}

#[test]
fn what_is_no_entry_is_garbled() {
    let garbled = [
        "null",
        "[]",
        "{}",
        "\u{fffd}\u{0}",
        r#"{"format":1}"#,
        r#"{"format":-1}"#,
        r#"{"format":"1"}"#,
        r#"{"format":1e99}"#,
        r#"{"format":99999999999999999999}"#,
        r#"{"format":2,"format":1}"#,
        &FIRST.replacen(r#""format":1"#, r#""format":0"#, 1),
        &FIRST.replacen(r#""position":1"#, r#""position":-1"#, 1),
        &FIRST.replacen(r#""position":1"#, r#""position":1,"position":1"#, 1),
        &FIRST.replacen(r#""at":"#, r#""att":1,"at":"#, 1),
        &FIRST.replacen("administrator", "owner", 1),
        &FIRST.replacen("tenantBegun", "tenantEnded", 1),
        &FIRST.replacen(r#""at""#, r#""previous":"abc","at""#, 1),
        &FIRST.replacen(r#""Ada""#, r#""""#, 1),
        &format!("{FIRST}{FIRST}"),
        &format!(r#"{{"format":1,"event":{}"#, "[".repeat(100_000)),
    ];
    for text in garbled {
        let found = problem(text, 1, None);
        assert_eq!(found, Some(EntryProblem::Garbled), "{text:.200}");
    }
}

#[test]
fn a_hash_is_written_in_one_way_only() {
    let hash = Hash::of("abc");
    let second = |hash: &str| {
        let position = format!(r#""position":2,"previous":"{hash}""#);
        FIRST.replacen(r#""position":1"#, &position, 1)
    };
    assert_eq!(problem(&second(&hash.to_string()), 2, Some(hash)), None);
    let capitals = second(&hash.to_string().to_uppercase());
    let found = problem(&capitals, 2, Some(hash));
    assert_eq!(found, Some(EntryProblem::Garbled));
}

#[test]
fn an_entry_upon_another_one_is_forked() {
    let entries = sealed(founding());
    let second = &entries[1].text;
    let forked = Some(EntryProblem::Forked);
    assert_eq!(problem(second, 2, Some(Hash::of("another"))), forked);
    assert_eq!(problem(second, 2, None), forked);
    assert_eq!(problem(FIRST, 1, Some(Hash::of("another"))), forked);
}

#[test]
fn an_entry_of_another_position_is_noticed() {
    let wrong = Some(EntryProblem::WrongPosition);
    assert_eq!(problem(FIRST, 2, None), wrong);
    assert_eq!(problem(FIRST, 0, None), wrong);
}

#[test]
fn an_entry_of_a_newer_format_is_recognised_whatever_else_it_says() {
    let newer = [
        r#"{"format":2}"#,
        r#"{"position":"the seventh","event":[],"format":2}"#,
        &FIRST.replacen(r#""format":1"#, r#""format":2"#, 1),
    ];
    for text in newer {
        let found = problem(text, 7, None);
        assert_eq!(found, Some(EntryProblem::TooNew { format: 2 }), "{text}");
    }
}
