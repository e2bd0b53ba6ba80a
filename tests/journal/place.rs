//! `config.json`: what is understood, and that nothing else is.

use flow_environments::journal::http::store::{Auth, Profile, Store};
use flow_environments::journal::place::{Mistake, Place};

#[expect(clippy::unnecessary_wraps, reason = "as it is read")]
fn http(profile: Profile, base: &str, auth: Auth) -> Result<Place, Mistake> {
    let base = base.to_owned();
    Ok(Place::Http(Store {
        profile,
        base,
        auth,
    }))
}

fn with_base(base: &str) -> Result<Place, Mistake> {
    Place::parse(&format!(
        r#"{{"journal": {{"http": {{"profile": "plain", "base": "{base}"}}}}}}"#
    ))
}

#[test]
fn every_place_is_understood() {
    for (text, expected) in [
        (r#"{ "journal": "browser" }"#, Ok(Place::Browser)),
        ("\u{FEFF}{\"journal\":\"browser\"}\n", Ok(Place::Browser)),
        (
            r#"{"journal": {"http": {"profile": "plain", "base": "https://a.example"}}}"#,
            http(Profile::Plain, "https://a.example", Auth::None),
        ),
        (
            r#"{"journal": {"http": {"auth": "cookies", "base": "/journals/team//", "profile": "webdav"}}}"#,
            http(Profile::Webdav, "/journals/team", Auth::Cookies),
        ),
        (
            r#"{"journal": {"http": {"profile": "kinto", "base": "http://127.0.0.1:8888/v1", "auth": "bearer"}}}"#,
            http(Profile::Kinto, "http://127.0.0.1:8888/v1", Auth::Bearer),
        ),
        (
            r#"{"journal": {"http": {"profile": "webdav", "base": "team", "auth": "basic"}}}"#,
            http(Profile::Webdav, "team", Auth::Basic),
        ),
    ] {
        assert_eq!(Place::parse(text), expected, "{text}");
    }
}

#[test]
fn the_settings_that_are_built_and_documented_are_understood() {
    let built = include_str!("../../src/config.json");
    assert_eq!(Place::parse(built), Ok(Place::Browser));
    let documented = include_str!("../../docs/journal.md");
    let line = documented
        .lines()
        .find(|line| line.starts_with("{ \"journal\": { \"http\""));
    let expected = http(
        Profile::Webdav,
        "https://store.example/journals/team",
        Auth::Basic,
    );
    assert_eq!(Place::parse(line.expect("there is one")), expected);
}

#[test]
fn nothing_is_guessed() {
    for text in [
        "",
        "null",
        "{}",
        "[]",
        "<!DOCTYPE html>",
        r#"{"journal": null}"#,
        r#"{"journal": "Browser"}"#,
        r#"{"journal": "http"}"#,
        r#"{"journal": {"http": {}}}"#,
        r#"{"journal": {"http": {"profile": "plain"}}}"#,
        r#"{"journal": {"http": {"profile": "ftp", "base": "https://a.example"}}}"#,
        r#"{"journal": {"http": {"profile": "plain", "base": "https://a.example", "token": "x"}}}"#,
        r#"{"journal": {"http": {"profile": "plain", "base": "https://a.example", "auth": "digest"}}}"#,
        r#"{"journal": "browser", "journals": "browser"}"#,
        r#"{"journal": "browser", "journal": "browser"}"#,
        r#"{"journal": "browser"} {"journal": "browser"}"#,
    ] {
        let read = Place::parse(text);
        assert!(
            matches!(read, Err(Mistake::NotUnderstood { .. })),
            "{text}: {read:?}"
        );
    }
    let wrong = "{\n  \"journal\": \"elsewhere\"\n}";
    assert_eq!(
        Place::parse(wrong),
        Err(Mistake::NotUnderstood {
            line: 2,
            column: 24
        })
    );
}

#[test]
fn a_base_is_an_address_and_holds_no_secret() {
    for base in [
        "",
        "/",
        "https://ada:secret@store.example/journals",
        "https://ada@store.example",
        "https://store.example/journals?token=secret",
        "https://store.example/#journals",
        "ftp://store.example",
        "javascript:alert(1)",
        "file:///journals",
        "https://store.example/a b",
        "https://store.example/✓",
        "https:\\\\\\\\store.example",
    ] {
        assert_eq!(with_base(base), Err(Mistake::Base), "{base}");
    }
}
