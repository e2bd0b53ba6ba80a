//! The HTTP backend over answers that are written down here: what it makes of each, and what it asks
//! for. Real stores are in `tests/stores`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{ALL, Backend, BackendError, Reading};
use flow_environments::journal::http::Http;
use flow_environments::journal::http::exchange::{
    Method, NoAnswer, Request, Response, Sent, Transport, looked_again_after, missed_again_after,
    sent_again_after,
};
use flow_environments::journal::http::store::{Auth, Profile, Store, basic, bearer};
use pollster::block_on;

const FIRST: Position = Position::FIRST;

// Answers that are written down ---------------------------------------------------------------------

type Answer = Result<Response, NoAnswer>;

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    asked: Vec<Request>,
    ahead: Vec<Request>,
    paused: Vec<u32>,
}

#[derive(Clone, Default)]
struct Scripted(Rc<RefCell<Script>>);

impl Transport for Scripted {
    fn send<'a>(&'a self, request: &'a Request) -> Sent<'a> {
        let mut script = self.0.borrow_mut();
        script.asked.push(request.clone());
        let answer = script.answers.pop_front();
        Box::pin(ready(answer.expect("an answer was written down")))
    }

    fn send_ahead(&self, request: Request) {
        self.0.borrow_mut().ahead.push(request);
    }

    fn pause(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        self.0.borrow_mut().paused.push(milliseconds);
        Box::pin(ready(()))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

#[expect(clippy::unnecessary_wraps, reason = "no answer is one of them")]
fn says(status: u16, body: &str) -> Answer {
    let body = body.to_owned();
    Ok(Response {
        status,
        body,
        ..Response::default()
    })
}

fn store(profile: Profile) -> Store {
    Store {
        profile,
        base: "https://store.example/team".to_owned(),
        auth: Auth::None,
    }
}

fn scripted(profile: Profile, answers: impl IntoIterator<Item = Answer>) -> (Http, Scripted) {
    let script = Scripted::default();
    script.0.borrow_mut().answers = answers.into_iter().collect();
    (Http::new(store(profile), Box::new(script.clone())), script)
}

impl Scripted {
    /// What was asked for: `GET /entries/0000000001.json`.
    fn asked(&self) -> Vec<String> {
        let script = self.0.borrow();
        assert_eq!(script.answers.len(), 0, "not everything was asked for");
        let asked = script.asked.iter().map(|request| {
            let path = request.address.strip_prefix("https://store.example/team");
            format!(
                "{} {}",
                request.method.word(),
                path.expect("the store's own address")
            )
        });
        asked.collect()
    }
}

/// Reads everything, or says why not; what came before is looked at where that matters.
async fn all(http: &Http) -> Result<Vec<String>, BackendError> {
    let Reading { texts, broken } = http.read(FIRST, ALL).await;
    broken.map_or(Ok(texts), Err)
}

fn read(
    profile: Profile,
    answers: impl IntoIterator<Item = Answer>,
) -> (Result<Vec<String>, BackendError>, Vec<String>) {
    let (http, script) = scripted(profile, answers);
    let read = block_on(all(&http));
    (read, script.asked())
}

fn append(
    profile: Profile,
    answers: impl IntoIterator<Item = Answer>,
) -> (Result<(), BackendError>, Vec<String>) {
    let (http, script) = scripted(profile, answers);
    let appended = block_on(http.append(FIRST, "{}"));
    (appended, script.asked())
}

#[expect(clippy::unnecessary_wraps, reason = "as it is read")]
fn texts(texts: &[&str]) -> Result<Vec<String>, BackendError> {
    Ok(texts.iter().map(|text| (*text).to_owned()).collect())
}

const fn refused(status: u16) -> BackendError {
    BackendError::Refused { status }
}

const fn corrupt(position: u64) -> BackendError {
    let position = Position::new(position);
    BackendError::Corrupt { position }
}

// Ahead ---------------------------------------------------------------------------------------------

/// What is asked ahead is to the letter what an opening then asks first, or it would be asked twice.
#[test]
fn what_is_asked_ahead_is_what_an_opening_begins_with() {
    for profile in [Profile::Plain, Profile::Webdav, Profile::Kinto] {
        let (http, script) = scripted(profile, [says(404, "")]);
        http.authorize(bearer("secret"));
        let ahead = http.first_request();
        http.ask_ahead();
        assert_eq!(script.0.borrow().ahead, std::slice::from_ref(&ahead));
        assert_eq!(ahead.header("Authorization"), Some("Bearer secret"));
        assert_eq!(block_on(http.checkpoints()), Vec::<String>::new());
        assert_eq!(script.0.borrow().asked, [ahead]);
    }
}

/// What an opening began with is told for the next visit: a few addresses, of the last opening, and none that was
/// asked again because its store was busy, nor by a look for news.
#[test]
fn what_an_opening_began_with_is_remembered() {
    let look = says(404, "");
    let opening = [
        says(503, ""),
        says(404, ""),
        look,
        says(200, "1"),
        says(200, "2"),
    ];
    let end = (0..4).map(|_| says(404, ""));
    let twice = opening.clone().into_iter().chain(end.clone());
    let (http, _) = scripted(Profile::Plain, twice.clone().chain(twice));
    for _ in 0..2 {
        assert_eq!(block_on(http.checkpoints()), Vec::<String>::new());
        assert_eq!(block_on(http.has_news()), Ok(false));
        let reading = block_on(http.read(FIRST, ALL));
        assert_eq!((reading.texts.len(), reading.broken), (2, None));
        let expected = [
            "/checkpoint.txt",
            "/entries/0000000001.json",
            "/entries/0000000002.json",
        ];
        let asked = http.asked_first();
        assert_eq!(asked.len(), expected.len());
        for (asked, expected) in asked.iter().zip(expected) {
            assert!(asked.ends_with(expected), "{asked}");
        }
    }
}

// Reading -------------------------------------------------------------------------------------------

#[test]
fn entries_are_asked_for_ahead_ever_more_of_them() {
    let answers = (1..=20).map(|n| {
        if n < 15 {
            says(200, &n.to_string())
        } else {
            says(404, "none")
        }
    });
    // Two, four, eight, eight.
    let (read, asked) = read(
        Profile::Plain,
        answers.chain([says(404, ""), says(404, "")]),
    );
    let expected: Vec<String> = (1..15).map(|n| n.to_string()).collect();
    assert_eq!(read, Ok(expected));
    assert_eq!(asked[0], "GET /entries/0000000001.json");
    assert_eq!(asked[21], "GET /entries/0000000022.json");
}

#[test]
fn an_entry_that_came_while_it_was_asked_for_is_read() {
    // The first was not there when it was asked for, the second was when that was.
    let answers = [
        says(404, ""),
        says(200, "2"),
        says(200, "1"),
        says(200, "1"),
        says(200, "2"),
        says(404, ""),
        says(404, ""),
    ];
    assert_eq!(read(Profile::Plain, answers).0, texts(&["1", "2"]));
}

#[test]
fn an_entry_that_is_missing_is_noticed() {
    let answers = [says(404, ""), says(200, "2"), says(404, "")];
    assert_eq!(read(Profile::Plain, answers).0, Err(corrupt(1)));
    let answers = [
        says(200, "1"),
        says(200, "2"),
        says(404, ""),
        says(500, ""),
        says(404, ""),
        says(200, "6"),
        says(404, ""),
    ];
    let (read, _) = read(
        Profile::Webdav,
        answers.into_iter().flat_map(|it| match it {
            // Asked for three times.
            Ok(Response { status: 500, .. }) => vec![it.clone(), it.clone(), it],
            it => vec![it],
        }),
    );
    assert_eq!(read, Err(corrupt(3)));
}

#[test]
fn what_lies_behind_the_end_does_not_matter() {
    let answers = [says(200, "1"), says(404, "")];
    assert_eq!(read(Profile::Plain, answers).0, texts(&["1"]));
    let answers = [says(404, ""), says(403, "")];
    assert_eq!(read(Profile::Plain, answers).0, texts(&[]));
}

#[test]
fn a_list_of_records_is_read_page_by_page() {
    let page = |body: &str, more| {
        let mut answer = says(200, body);
        if let Ok(response) = &mut answer {
            response.more = more;
        }
        answer
    };
    let answers = [
        page(
            r#"{"data": [
                {"id": "0000000001", "text": "{\"a\": \"\\u2713\"}", "last_modified": 1},
                {"id": "0000000002", "text": "✓", "schema": 7},
                {"id": "a-note-of-somebody", "text": "not an entry"}
            ]}"#,
            true,
        ),
        page(r#"{"data": [{"id": "0000000003", "text": "3"}]}"#, false),
    ];
    let (read, asked) = read(Profile::Kinto, answers);
    assert_eq!(read, texts(&[r#"{"a": "\u2713"}"#, "✓", "3"]));
    assert_eq!(
        asked,
        [
            "GET /records?_sort=id&min_id=%220000000001%22&max_id=%229999999999%22&_limit=1000",
            "GET /records?_sort=id&min_id=%220000000003%22&max_id=%229999999999%22&_limit=1000",
        ]
    );
}

#[test]
fn a_record_that_is_missing_or_has_no_text_is_noticed() {
    for (body, position) in [
        (r#"{"data": [{"id": "0000000002", "text": "2"}]}"#, 1),
        (
            r#"{"data": [{"id": "0000000001", "text": "1"}, {"id": "0000000002"}]}"#,
            2,
        ),
    ] {
        let (read, _) = read(Profile::Kinto, [says(200, body)]);
        assert_eq!(read, Err(corrupt(position)));
    }
}

#[test]
fn what_lies_before_damage_is_read() {
    let answers = [
        says(200, "1"),
        says(200, "2"),
        says(403, ""),
        says(404, ""),
        says(404, ""),
        says(404, ""),
    ];
    let (http, _) = scripted(Profile::Plain, answers);
    let reading = block_on(http.read(FIRST, ALL));
    assert_eq!(reading.texts, ["1", "2"]);
    assert_eq!(reading.broken, Some(refused(403)));

    let body =
        r#"{"data": [{"id": "0000000001", "text": "1"}, {"id": "0000000003", "text": "3"}]}"#;
    let (http, _) = scripted(Profile::Kinto, [says(200, body)]);
    let reading = block_on(http.read(FIRST, ALL));
    assert_eq!(reading.texts, ["1"]);
    assert_eq!(reading.broken, Some(corrupt(2)));
}

#[test]
fn no_more_is_asked_for_than_is_wanted() {
    let (http, script) = scripted(Profile::Plain, ["1", "2", "3"].map(|it| says(200, it)));
    let reading = block_on(http.read(FIRST, 3));
    assert_eq!(
        reading,
        Reading::of(vec!["1".into(), "2".into(), "3".into()])
    );
    assert_eq!(script.asked().len(), 3);

    let (http, script) = scripted(Profile::Kinto, [says(200, r#"{"data": []}"#)]);
    block_on(http.read(FIRST, 7));
    assert!(script.asked()[0].ends_with("&_limit=7"));
}

#[test]
fn a_web_page_is_no_entry() {
    for page in [
        "<!DOCTYPE html>",
        "\u{FEFF}\n <html>",
        "<?xml version='1.0'?>",
    ] {
        for profile in [Profile::Plain, Profile::Webdav] {
            let answers = [says(200, page), says(200, page)];
            assert_eq!(read(profile, answers).0, Err(BackendError::NotAStore));
        }
        let (read, _) = read(Profile::Kinto, [says(200, page)]);
        assert_eq!(read, Err(BackendError::NotAStore));
    }
    let (read, _) = read(Profile::Kinto, [says(200, r#"{"hello": "world"}"#)]);
    assert_eq!(read, Err(BackendError::NotAStore));
}

/// What every profile says of these when it reads.
#[test]
fn each_status_has_its_meaning() {
    for (status, expected) in [
        (401, refused(401)),
        (403, refused(403)),
        (405, refused(405)),
        (409, refused(409)),
        (412, refused(412)),
        (413, refused(413)),
        (418, refused(418)),
        (408, BackendError::Unavailable),
        (429, BackendError::Unavailable),
        (500, BackendError::Unavailable),
        (503, BackendError::Unavailable),
        (507, refused(507)),
        (204, BackendError::NotAStore),
        (301, BackendError::NotAStore),
    ] {
        for profile in [Profile::Plain, Profile::Webdav, Profile::Kinto] {
            let (http, script) = scripted(profile, vec![says(status, ""); 6]);
            assert_eq!(block_on(all(&http)), Err(expected), "{status}");
            assert!(!script.0.borrow().asked.is_empty());
        }
    }
    let (read, _) = read(Profile::Kinto, [says(404, "")]);
    assert_eq!(read, Err(refused(404)));
}

// Writing -------------------------------------------------------------------------------------------

#[test]
fn a_plain_entry_is_put_where_there_is_none() {
    let (http, script) = scripted(Profile::Plain, [says(201, "")]);
    assert_eq!(block_on(http.append(FIRST, "{}")), Ok(()));
    let expected = Request::new(
        Method::Put,
        "https://store.example/team/entries/0000000001.json".to_owned(),
    )
    .with("If-None-Match", "*")
    .carrying("{}".to_owned());
    assert_eq!(script.0.borrow().asked, [expected]);
}

#[test]
fn a_record_carries_the_exact_text() {
    let (http, script) = scripted(Profile::Kinto, [says(201, "")]);
    assert_eq!(block_on(http.append(FIRST, "{ \"a\": \"✓\" }")), Ok(()));
    let asked = script.0.borrow().asked[0].clone();
    assert_eq!(
        asked.body.as_deref(),
        Some(r#"{"data":{"text":"{ \"a\": \"✓\" }"}}"#)
    );
    assert!(asked.headers.contains(&("If-None-Match", "*".to_owned())));
}

/// The SHA-256 of `{}`.
const ASIDE: &str = "/aside/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a/";

#[test]
fn a_folder_is_made_ready_aside_and_moved() {
    let (http, script) = scripted(Profile::Webdav, vec![says(201, ""); 3]);
    assert_eq!(block_on(http.append(FIRST, "{}")), Ok(()));
    let asked = script.asked();
    let expected = [
        format!("MKCOL {ASIDE}"),
        format!("PUT {ASIDE}entry.json"),
        format!("MOVE {ASIDE}"),
    ];
    assert_eq!(asked, expected);
    let headers = &script.0.borrow().asked[2].headers;
    let destination = "https://store.example/team/entries/0000000001/";
    assert_eq!(
        headers,
        &[
            ("Destination", destination.to_owned()),
            ("Overwrite", "F".to_owned())
        ]
    );
}

#[test]
fn the_folders_of_a_new_journal_are_made() {
    let made = [409, 201, 201, 201, 201, 201, 201];
    let (appended, asked) = append(Profile::Webdav, made.map(|it| says(it, "")));
    assert_eq!(appended, Ok(()));
    assert_eq!(asked[1..4], ["MKCOL /", "MKCOL /aside/", "MKCOL /entries/"]);
    // Only one of them may be missing.
    let made = [201, 201, 409, 405, 405, 201, 405, 204, 201];
    let (appended, _) = append(Profile::Webdav, made.map(|it| says(it, "")));
    assert_eq!(appended, Ok(()));
    // What they should lie in is not made up.
    let made = [409, 409, 409, 409, 409];
    let answers = made
        .map(|it| says(it, ""))
        .into_iter()
        .chain([says(404, "")]);
    assert_eq!(append(Profile::Webdav, answers).0, Err(refused(409)));
}

#[test]
fn a_folder_that_came_second_is_cleared_away() {
    let answers = [says(201, ""), says(201, ""), says(412, ""), says(204, "")];
    let (appended, asked) = append(Profile::Webdav, answers);
    assert_eq!(appended, Err(BackendError::Taken));
    assert_eq!(asked[3], format!("DELETE {ASIDE}"));
    // Nothing depends on it.
    let answers = [says(201, ""), says(201, ""), says(412, ""), says(403, "")];
    let (appended, _) = append(Profile::Webdav, answers);
    assert_eq!(appended, Err(BackendError::Taken));
}

#[test]
fn a_writing_of_which_the_answer_does_not_tell_is_looked_at() {
    let own = || says(200, "{}");
    let other = || says(200, r#"{"a": 1}"#);
    let none = || says(404, "");
    let taken = Err(BackendError::Taken);
    let unknown = Err(BackendError::Unavailable);
    for (status, look, expected) in [
        // As an object store answers.
        (200, own(), Ok(())),
        (200, other(), taken),
        (200, none(), unknown),
        // As a host that knows only its start page.
        (200, says(200, "<html>"), unknown),
        (204, own(), Ok(())),
        (303, none(), unknown),
        (409, other(), taken),
        (409, none(), Err(refused(409))),
        (404, none(), Err(refused(404))),
        (405, none(), Err(refused(405))),
        (405, says(401, ""), unknown),
        (500, own(), Ok(())),
        (500, other(), taken),
        (500, none(), unknown),
    ] {
        let (appended, asked) = append(Profile::Plain, [says(status, ""), look.clone()]);
        assert_eq!(appended, expected, "{status}, {look:?}");
        assert_eq!(asked[1], "GET /entries/0000000001.json");
    }
    let record = says(200, r#"{"data": [{"id": "0000000001", "text": "{}"}]}"#);
    let (appended, _) = append(Profile::Kinto, [says(200, ""), record]);
    assert_eq!(appended, Ok(()));
}

#[test]
fn who_asks_is_proved_in_every_request() {
    let (http, script) = scripted(Profile::Plain, vec![says(404, ""); 4]);
    block_on(all(&http)).expect("it is empty");
    http.authorize(bearer(" token\n"));
    block_on(all(&http)).expect("it is empty");
    let script = script.0.borrow();
    assert!(script.asked[..2].iter().all(|it| it.headers.is_empty()));
    let proof = ("Authorization", "Bearer token".to_owned());
    assert!(
        script.asked[2..]
            .iter()
            .all(|it| it.headers == [proof.clone()])
    );
    assert!(script.asked.iter().all(|it| !it.cookies));

    let answers = Scripted::default();
    answers.0.borrow_mut().answers = vec![says(404, ""); 2].into();
    let auth = Auth::Cookies;
    let store = Store {
        auth,
        ..store(Profile::Plain)
    };
    let http = Http::new(store, Box::new(answers.clone()));
    block_on(all(&http)).expect("it is empty");
    assert!(answers.0.borrow().asked.iter().all(|it| it.cookies));
}

#[test]
fn a_name_and_a_password_are_written_as_the_standard_says() {
    // The example of RFC 7617, and its lengths.
    assert_eq!(
        basic("Aladdin", "open sesame"),
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
    assert_eq!(basic("test", "123£"), "Basic dGVzdDoxMjPCow==");
    assert_eq!(basic("", ""), "Basic Og==");
    assert_eq!(basic("a", ""), "Basic YTo=");
    assert_eq!(basic("a", "b"), "Basic YTpi");
    assert_eq!(basic("\u{3ff}", "\u{fb}ÿ>?"), "Basic z786w7vDvz4/");
}

// Again and again -----------------------------------------------------------------------------------

#[test]
fn what_may_pass_is_asked_again_three_times_in_all() {
    let (http, script) = scripted(Profile::Kinto, vec![Err(NoAnswer); 3]);
    assert_eq!(block_on(all(&http)), Err(BackendError::Unavailable));
    assert_eq!(script.asked().len(), 3);
    assert_eq!(script.0.borrow().paused, [250, 500]);

    for status in [408, 429, 500, 502, 503, 504] {
        let answers = [
            says(status, ""),
            says(status, ""),
            says(200, r#"{"data": []}"#),
        ];
        assert_eq!(read(Profile::Kinto, answers).0, texts(&[]));
    }
    for status in [400, 401, 403, 404, 409, 412, 413, 501, 507] {
        let (read, asked) = read(Profile::Kinto, [says(status, "")]);
        assert!(read.is_err());
        assert_eq!(asked.len(), 1, "{status}");
    }
}

#[test]
fn waiting_has_bounds_and_is_never_the_same_for_all() {
    let after = |attempts, chance| sent_again_after(Method::Put, attempts, Err(NoAnswer), chance);
    assert_eq!(after(1, 0.0), Some(188));
    assert_eq!(after(1, 1.0), Some(313));
    assert_eq!(after(2, 0.0), Some(375));
    assert_eq!(after(2, 1.0), Some(625));
    assert_eq!(after(3, 0.5), None);
}

#[test]
fn a_store_that_says_when_to_come_back_is_waited_for_within_reason() {
    let after = |told: &str| {
        let response = Response {
            status: 503,
            retry_after: Some(told.to_owned()),
            ..Response::default()
        };
        sent_again_after(Method::Get, 1, Ok(&response), 0.5)
    };
    assert_eq!(after("0"), Some(250));
    assert_eq!(after(" 2 "), Some(2_000));
    assert_eq!(after("5"), Some(5_000));
    assert_eq!(after("6"), None);
    assert_eq!(after("4294967295"), None);
    // A date, or anything else.
    assert_eq!(after("Mon, 23 Nov 2026 03:19:00 GMT"), Some(250));
    assert_eq!(after("-1"), Some(250));
}

#[test]
fn looking_for_news_becomes_rarer_and_never_ends() {
    let quiet: Vec<u32> = (0..7).map(|looks| looked_again_after(looks, 0.5)).collect();
    assert_eq!(quiet, [2_000, 4_000, 8_000, 16_000, 24_000, 24_000, 24_000]);
    assert_eq!(looked_again_after(u32::MAX, 1.0), 30_000);
    assert_eq!(looked_again_after(0, 0.0), 1_500);
    let away: Vec<u32> = (0..5).map(|looks| missed_again_after(looks, 0.5)).collect();
    assert_eq!(away, [1_000, 2_000, 4_000, 8_000, 8_000]);
}
