//! Who may write may add to a journal, and do nothing else to it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::BackendError;
use flow_environments::journal::http::Http;
use flow_environments::journal::http::exchange::Method;
use pollster::block_on;
use xtask::stores::Kind;

use crate::places::{KINDS, Place, authorized, fresh};
use crate::wire::{Wire, parts, status};
use crate::world::{open, opened, read};

/// Tries something, as one who may write, and returns what the store says.
fn try_to(method: Method, address: &str, more: &[(&'static str, &str)], body: &str) -> u16 {
    let headers = [&authorized()[..], more].concat();
    status(method, address, &headers, body)
}

fn texts(place: &Place) -> Vec<String> {
    let texts = block_on(read(Rc::new(place.backend()), Position::FIRST));
    texts.expect("it can be read")
}

#[test]
fn an_entry_is_neither_changed_nor_removed() {
    for kind in KINDS {
        let place = fresh(kind);
        block_on(opened(Rc::new(place.backend())));
        let before = texts(&place);
        let entry = place.entry(2);
        let other = match kind {
            Kind::Kinto => r#"{"data": {"text": "other"}}"#,
            Kind::Webdav | Kind::Plain => "{}",
        };
        for refused in [
            try_to(Method::Put, &entry, &[], other),
            try_to(Method::Put, &entry, &[("If-Match", "*")], other),
            try_to(Method::Delete, &entry, &[], ""),
            try_to(Method::Delete, &place.base, &[], ""),
        ] {
            assert!((400..500).contains(&refused), "{kind:?}: {refused}");
        }
        assert_eq!(texts(&place), before, "{kind:?}");
    }
}

#[test]
fn nothing_is_moved_over_an_entry_or_away_from_it() {
    let place = fresh(Kind::Webdav);
    block_on(opened(Rc::new(place.backend())));
    let before = texts(&place);
    let (base, entries) = (&place.base, format!("{}/entries", place.base));
    let other = format!("{base}/aside/other/");
    assert_eq!(try_to(Method::Mkcol, &other, &[], ""), 201);
    assert_eq!(
        try_to(Method::Put, &format!("{other}entry.json"), &[], "{}"),
        201
    );

    let second = format!("{entries}/0000000002/");
    let second_file = format!("{second}entry.json");
    let elsewhere = format!("{base}/aside/elsewhere/");
    let outside = format!("{base}/outside/");
    for (from, headers) in [
        (
            &other,
            vec![("Destination", second.as_str()), ("Overwrite", "F")],
        ),
        (
            &other,
            vec![("Destination", second.as_str()), ("Overwrite", "T")],
        ),
        (&other, vec![("Destination", second.as_str())]),
        (
            &other,
            vec![("Destination", second_file.as_str()), ("Overwrite", "F")],
        ),
        (
            &other,
            vec![("Destination", outside.as_str()), ("Overwrite", "F")],
        ),
        (
            &second,
            vec![("Destination", elsewhere.as_str()), ("Overwrite", "F")],
        ),
        (
            &second_file,
            vec![("Destination", elsewhere.as_str()), ("Overwrite", "F")],
        ),
    ] {
        let refused = try_to(Method::Move, from, &headers, "");
        assert!(
            (400..500).contains(&refused),
            "{from} {headers:?}: {refused}"
        );
    }
    assert_eq!(texts(&place), before);
}

#[test]
fn a_store_that_asks_who_one_is_refuses_who_does_not_say() {
    for kind in KINDS {
        let place = fresh(kind);
        let stranger = Http::new(place.address(&place.base), Box::new(Wire));
        let refused = BackendError::Refused { status: 401 };
        let stranger = Rc::new(stranger);
        assert_eq!(
            block_on(open(stranger.clone())).err(),
            Some(refused),
            "{kind:?}"
        );
        // Once they have, it goes on.
        stranger.authorize(authorized()[0].1.to_owned());
        block_on(opened(stranger));
    }
}

#[test]
fn a_place_that_is_not_there_is_not_made_up() {
    for (kind, missing, expected) in [
        // Its own folders a page makes, what they lie in it does not.
        (Kind::Webdav, "-missing/below", 409),
        (Kind::Plain, "-missing", 409),
        (Kind::Kinto, "-missing", 403),
    ] {
        let place = fresh(kind);
        let base = format!("{}{missing}", place.base);
        let backend = place.backend_by(&base);
        let refused = block_on(open(Rc::new(backend))).err();
        let expected = BackendError::Refused { status: expected };
        assert_eq!(refused, Some(expected), "{kind:?}");
    }
}

/// Why there is a profile `webdav`: what a conditional PUT promises, `mod_dav` does not keep. When it
/// does one day, this fails, and the profile can go.
#[test]
fn a_conditional_put_is_not_enough_for_mod_dav() {
    let place = fresh(Kind::Webdav);
    block_on(opened(Rc::new(place.backend())));
    let folder = format!("{}/aside/race/", place.base);
    assert_eq!(try_to(Method::Mkcol, &folder, &[], ""), 201);
    let address = format!("{folder}entry.json");
    let (authority, path) = parts(&address);
    let begin = || {
        let mut stream = TcpStream::connect(authority).expect("it listens");
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nIf-None-Match: *\r\n\
             Expect: 100-continue\r\n{}: {}\r\nContent-Length: 2\r\n\r\n",
            authorized()[0].0,
            authorized()[0].1,
        );
        stream.write_all(head.as_bytes()).expect("it is sent");
        // It says that it has looked, and wants the text.
        let mut said = [0; 25];
        stream.read_exact(&mut said).expect("it answers");
        assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream
    };
    let both = [begin(), begin()].map(|mut stream| {
        stream.write_all(b"{}").expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.starts_with("HTTP/1.1 201")
    });
    assert_eq!(both, [true, true]);
}
