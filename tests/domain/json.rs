//! The reader of JSON against `serde_json`, which reads more slowly in bytes of program and is
//! right: both take and refuse the same texts, and read the same values from them.

use std::collections::BTreeMap;
use std::fmt::Debug;

use flow_environments::domain::event::Event;
use flow_environments::domain::id::{FlowId, Position};
use flow_environments::domain::json::{Garbled, Row, read, read_row};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;

const FROZEN: &str = include_str!("../fixtures/journal-v1.json");

/// Something of each kind that the rules and the journal write.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Kind {
    Bare,
    Wrapped(String),
    Pair(u32, i64),
    Fields {
        truth: bool,
        #[serde(default)]
        several: Vec<Option<Position>>,
        counted: BTreeMap<u64, (u8, String)>,
    },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    kind: Kind,
    #[serde(default)]
    size: usize,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Lenient {
    size: i64,
}

fn agree<T: DeserializeOwned + PartialEq + Debug>(text: &str) -> Result<(), TestCaseError> {
    let expected = serde_json::from_str::<T>(text).map_err(|_| Garbled);
    prop_assert_eq!(read::<T>(text), expected, "{}", text);
    Ok(())
}

fn agree_on_all(text: &str) -> Result<(), TestCaseError> {
    agree::<Event>(text)?;
    agree::<Strict>(text)?;
    agree::<Kind>(text)?;
    agree::<Lenient>(text)?;
    agree::<String>(text)?;
    agree::<bool>(text)?;
    agree::<u64>(text)?;
    agree::<i64>(text)?;
    agree::<i8>(text)?;
    agree::<Option<(String, u32)>>(text)?;
    agree::<Vec<Vec<u16>>>(text)?;
    agree::<BTreeMap<String, Position>>(text)?;
    agree_on_a_row(text)
}

/// An array of several kinds, with arrays in it.
type Mixed = (u64, String, Option<(i8, bool)>, Vec<(Position, u16)>);

fn mixed(row: &mut Row) -> Option<Mixed> {
    let (number, word) = (row.number()?, row.value()?);
    let pair = row.row_or_nothing(|row| Some((row.value()?, row.value()?)))?;
    let mut several = Vec::new();
    row.row(|row| {
        row.each(|row| {
            several.push((row.number()?, row.number()?));
            Some(())
        })
    })?;
    Some((number, word, pair, several))
}

fn agree_on_a_row(text: &str) -> Result<(), TestCaseError> {
    let expected = serde_json::from_str::<Mixed>(text).ok();
    prop_assert_eq!(read_row(text, mixed), expected, "{}", text);
    Ok(())
}

#[test]
fn texts_at_the_edges_are_read_as_they_should_be() {
    let texts = [
        "",
        " ",
        "null",
        "true",
        " false\n",
        "truth",
        "tru",
        "0",
        "-0",
        "00",
        "01",
        "+1",
        "1.0",
        "1e0",
        "-",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "9223372036854775808",
        "127",
        "128",
        "-128",
        "-129",
        "\u{a0}1",
        "1 1",
        "[]",
        "[[]]",
        "[[1],[]]",
        "[[1,]]",
        "[,]",
        "[[1][2]]",
        "[[1]",
        "[[1]]]",
        "{}",
        r#""""#,
        r#"""#,
        r#""a"#,
        r#""é\n\t\\\/\"\b\f\r""#,
        r#""\u00e9\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ud83d\u0041""#,
        r#""\ude00""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\x""#,
        "\"\n\"",
        "\"\u{7f}\"",
        r#"["a",1]"#,
        r#"["a"]"#,
        r#"["a",1,2]"#,
        r#"{"a":1}"#,
        r#"{"a":1,}"#,
        r#"{"a" : 1 , "\u0062":2}"#,
        r#"{"a":1"b":2}"#,
        r"{a:1}",
        r"{1:1}",
        r#""bare""#,
        r#"{"bare":null}"#,
        r#"{"bare":1}"#,
        r#"{"bare"}"#,
        r#""wrapped""#,
        r#"{"wrapped":"x"}"#,
        r#"{"wrapped":"x","bare":null}"#,
        r#"{"pair":[1,-2]}"#,
        r#"{"pair":[1]}"#,
        r#"{"pair":[1,2,3]}"#,
        r#""fields""#,
        "{\"fields\":{}}",
        r#"{"fields":{"truth":true,"counted":{"1":[2,"x"]},"other":[{"deep":[1.5e-3,null]}]}}"#,
        r#"{"fields":{"truth":true,"several":[null,1],"counted":{}}}"#,
        r#"{"fields":{"truth":true,"counted":{"01":[2,"x"]}}}"#,
        r#"{"fields":{"truth":true,"counted":{"-1":[2,"x"]}}}"#,
        r#"{"fields":{"truth":true,"counted":{" 1":[2,"x"]}}}"#,
        r#"{"fields":{"truth":true,"counted":{"1 ":[2,"x"]}}}"#,
        r#"{"fields":{"truth":true,"truth":true,"counted":{}}}"#,
        r#"{"kind":"bare"}"#,
        r#"{"kind":"bare","size":3}"#,
        r#"{"kind":"bare","more":3}"#,
        r#"{"size":1,"more":[01]}"#,
        r#"{"size":1,"more":1.}"#,
        r#"{"size":1,"more":.5}"#,
        r#"{"size":1,"more":-1.50E+7}"#,
        r#"{"size":1,"more":1e}"#,
        r#"{"size":1,"more":--1}"#,
        r#"{"size":1,"more":nul}"#,
        r#"{"size":1,"more":}"#,
        r#"{"size":1,"more":{"a":1,"a":[]}}"#,
        r#"{"size":1,"more":{"a"}}"#,
        r#"{"size":1,"more":[1 2]}"#,
        r#"{"size":1,"more":[}}"#,
        r#"[1,"a",null,[]]"#,
        r#" [ 1 , "a" , [ -1 , true ] , [ [ 2 , 3 ] , [4,5] ] ] "#,
        r#"[1,"a",null,[]]]"#,
        r#"[1,"a",null,[]"#,
        r#"[1,"a",null,[],1]"#,
        r#"[1,"a",null,[1]]"#,
        r#"[1,"a",null,[[1]]]"#,
        r#"[1,"a",null,[[1,2,3]]]"#,
        r#"[1,"a",null,[[1,2],]]"#,
        r#"[1,"a",null,[[1,65536]]]"#,
        r#"[1,"a",nul,[]]"#,
        r#"[1,"a",[1],[]]"#,
        r#"[-1,"a",null,[]]"#,
        r#"[-0,"a",null,[]]"#,
        r#"[01,"a",null,[]]"#,
        r#"[1.0,"a",null,[]]"#,
        r#"[18446744073709551616,"a",null,[]]"#,
        r#"["a",1,null,[]]"#,
        r#"[1,"a"]"#,
    ];
    for text in texts {
        agree_on_all(text).unwrap();
    }
}

/// No byte but a digit is taken for one, wherever it stands in an id.
#[test]
fn an_id_has_nothing_but_digits() {
    let id = "936da01f-9abd-4d9d-80c7-02AF85C822A8";
    for place in 0..id.len() {
        for byte in 0..=0x7f_u8 {
            let mut text = id.as_bytes().to_vec();
            text[place] = byte;
            let text = str::from_utf8(&text).unwrap();
            let expected = Uuid::try_parse(text).ok().map(FlowId::new);
            assert_eq!(text.parse::<FlowId>().ok(), expected, "{text}");
        }
    }
}

/// A value that is read needs no array for its fields: stricter than `serde_json`, so that an entry
/// is written in one way only.
#[test]
fn a_struct_is_an_object() {
    assert_eq!(read::<Lenient>("[1]"), Err(Garbled));
    assert_eq!(read::<Lenient>(r#"{"size":1}"#), Ok(Lenient { size: 1 }));
}

/// Text is read several bytes at a time: wherever something lies in it that is not plain, and whatever
/// stands around that.
#[test]
fn what_is_special_in_a_text_is_seen_wherever_it_lies() {
    let special = [
        "\"", "\\", "\\n", "\u{1f}", "\u{0}", " ", "\u{7f}", "é", "\u{80}", "!", "]",
    ];
    for length in 0..20 {
        for at in 0..=length {
            for what in special {
                for around in ["a", "!", "\u{7f}"] {
                    let (before, after) = (around.repeat(at), around.repeat(length - at));
                    let text = format!("\"{before}{what}{after}\"");
                    agree::<String>(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
                    let open = &text[..text.len() - 1];
                    agree::<String>(open).unwrap_or_else(|error| panic!("{open:?}: {error}"));
                }
            }
        }
    }
}

#[test]
fn what_lies_too_deep_is_garbled_and_overflows_nothing() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read::<IgnoredAny>(&nested(100)).is_ok());
    assert!(read::<IgnoredAny>(&nested(1_000_000)).is_err());
}

#[test]
fn the_frozen_journal_is_read_alike() {
    for text in FROZEN.lines().filter(|line| line.starts_with('{')) {
        let (_, event) = text
            .trim_end_matches(',')
            .split_once(r#""event":"#)
            .unwrap();
        let event = event.strip_suffix('}').unwrap();
        assert!(read::<Event>(event).is_ok(), "{event}");
        agree::<Event>(event).unwrap();
    }
}

/// A line of the frozen journal or a text of its own, with some characters exchanged, taken out or
/// put in.
fn damaged() -> impl Strategy<Value = String> {
    let lines: Vec<&str> = FROZEN
        .lines()
        .filter(|line| line.starts_with('{'))
        .collect();
    let own = [
        r#"{"fields":{"truth":true,"several":[null,12],"counted":{"7":[2,"x\u00e9"]},"more":[-1.5,{}]}}"#,
        r#"{"kind":{"pair":[1,-2]},"size":30}"#,
        r#"[10,"x\u00e9",[-1,true],[[12,3],[4,50]]]"#,
    ];
    let events = lines
        .into_iter()
        .filter_map(|line| line.split_once(r#""event":"#));
    let events = events.map(|(_, event)| event.trim_end_matches(',').trim_end_matches('}'));
    let closed = events.map(|event| {
        let open = event.matches('{').count() - event.matches('}').count();
        format!("{event}{}", "}".repeat(open))
    });
    let texts: Vec<String> = own.iter().map(|&it| it.to_owned()).chain(closed).collect();
    let characters: Vec<char> = "{}[]\",:\\u0123e+-. ntf\né".chars().collect();
    let damage = (
        any::<prop::sample::Index>(),
        prop::sample::select(characters),
        0..3,
    );
    (
        prop::sample::select(texts),
        prop::collection::vec(damage, 0..4),
    )
        .prop_map(|(text, damages)| {
            let mut text: Vec<char> = text.chars().collect();
            for (place, character, how) in damages {
                let place = place.index(text.len());
                match how {
                    0 => text[place] = character,
                    1 => text.insert(place, character),
                    _ => drop(text.remove(place)),
                }
            }
            text.into_iter().collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_texts_are_read_alike(text in damaged()) {
        agree_on_all(&text)?;
    }

    /// The way in which ids are read is as right as the library's, which is made for other machines.
    #[test]
    fn any_id_is_read_as_the_library_reads_it(
        id in any::<u128>(),
        way in 0..4_u8,
        damage in prop::option::of((any::<prop::sample::Index>(), any::<char>())),
    ) {
        let id = Uuid::from_u128(id);
        let text = match way {
            0 => id.hyphenated().to_string(),
            1 => id.hyphenated().to_string().to_uppercase(),
            2 => id.simple().to_string(),
            _ => id.urn().to_string(),
        };
        let text = match damage {
            None => text,
            Some((place, character)) => {
                let place = place.index(text.len());
                let mut text: Vec<char> = text.chars().collect();
                text[place] = character;
                text.into_iter().collect()
            }
        };
        let expected = Uuid::try_parse(&text).ok().map(FlowId::new);
        prop_assert_eq!(text.parse::<FlowId>().ok(), expected, "{}", text);
    }

    #[test]
    fn any_text_in_quotes_is_read_alike(text in any::<String>(), raw in "[ -~é\\\\\"]*") {
        agree::<String>(&serde_json::to_string(&text).unwrap())?;
        agree::<String>(&format!("\"{raw}\""))?;
    }
}
