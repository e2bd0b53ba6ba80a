//! Between a page and its store everything fails that can: nothing is lost, nothing is recorded twice.

use std::rc::Rc;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{ALL, Backend, BackendError};
use flow_environments::journal::http::Http;
use flow_environments::journal::session::{Failure, Session};
use pollster::block_on;
use xtask::stores::Kind;

use crate::places::{KINDS, Place, fresh};
use crate::proxy::{Fault, Proxy};
use crate::wire::parts;
use crate::world::{FOUNDED, context, create_flow, open, opened, read, state};

const UNAVAILABLE: BackendError = BackendError::Unavailable;

/// A session that reaches its store through a proxy.
struct Way {
    place: Place,
    proxy: Proxy,
    session: Session,
}

impl Way {
    fn to(kind: Kind) -> Self {
        let place = fresh(kind);
        let (authority, _) = parts(&place.base);
        let proxy = Proxy::to(&format!("http://{authority}"));
        let session = block_on(opened(Rc::new(through(&place, &proxy))));
        Self {
            place,
            proxy,
            session,
        }
    }

    fn record(&self, called: &str) -> Result<Position, Failure> {
        let recorded = block_on(self.session.submit(&create_flow(called), &context()));
        recorded.map(|entry| entry.position)
    }

    /// The journal holds so many entries after those that it was founded with, and the session knows
    /// them all.
    #[track_caller]
    fn holds(&self, count: u64) {
        let texts = block_on(read(Rc::new(self.place.backend()), Position::FIRST));
        let texts = texts.expect("it can be read");
        assert_eq!(texts.len() as u64, FOUNDED.get() + count);
        let reopened = block_on(opened(Rc::new(self.place.backend())));
        assert_eq!(state(&reopened), state(&self.session));
    }
}

fn through(place: &Place, proxy: &Proxy) -> Http {
    let (_, path) = parts(&place.base);
    place.backend_by(&format!("{}{path}", proxy.origin()))
}

/// The request by which an entry comes to be.
fn decisive(kind: Kind) -> &'static str {
    match kind {
        Kind::Webdav => "MOVE",
        Kind::Plain | Kind::Kinto => "PUT",
    }
}

/// Fails in this way once, or more often; then says whether the command was done at once.
fn check(kind: Kind, faults: &[Fault], expected: Result<(), BackendError>) {
    let way = Way::to(kind);
    way.proxy.fail(decisive(kind), faults.iter().copied());
    let next = FOUNDED.next();
    let expected = expected.map(|()| next).map_err(Failure::Backend);
    let told = format!("{kind:?}, {faults:?}");
    assert_eq!(way.record("Refunds"), expected, "{told}");
    if expected.is_err() {
        // Given again, as the form offers, it is done, and done once.
        way.proxy.fail_all(None);
        assert_eq!(way.record("Refunds"), Ok(next), "{told}");
    }
    way.holds(1);
    // And nothing is in the way of what follows.
    assert_eq!(way.record("Returns"), Ok(next.next()), "{told}");
    way.holds(2);
}

#[test]
fn a_request_that_is_lost_is_sent_again() {
    for kind in KINDS {
        check(kind, &[Fault::LostRequest], Ok(()));
        check(kind, &[Fault::LostRequest; 2], Ok(()));
        check(kind, &[Fault::LostRequest; 3], Err(UNAVAILABLE));
    }
}

#[test]
fn an_entry_whose_answer_is_lost_is_recognised() {
    for kind in KINDS {
        check(kind, &[Fault::LostAnswer], Ok(()));
        check(kind, &[Fault::LostAnswer; 3], Ok(()));
        check(kind, &[Fault::HalfAnswer], Ok(()));
        check(
            kind,
            &[Fault::LostRequest, Fault::LostAnswer, Fault::HalfAnswer],
            Ok(()),
        );
    }
}

#[test]
fn an_entry_of_a_store_that_died_is_recognised_when_it_is_back() {
    for kind in KINDS {
        check(kind, &[Fault::Crash], Err(UNAVAILABLE));
    }
}

#[test]
fn a_request_that_is_late_is_recorded_once() {
    for kind in KINDS {
        check(kind, &[Fault::Late], Ok(()));
        check(kind, &[Fault::Late; 2], Ok(()));
        // All that is left is the reading that follows: of files it asks twice, of a list once, and
        // the entry arrives after the first time.
        let told = match kind {
            Kind::Webdav | Kind::Plain => Ok(()),
            Kind::Kinto => Err(UNAVAILABLE),
        };
        check(kind, &[Fault::Late; 3], told);
    }
}

#[test]
fn a_server_that_is_out_of_order_is_asked_again() {
    for kind in KINDS {
        check(kind, &[Fault::Status(503)], Ok(()));
        check(kind, &[Fault::Status(502), Fault::Status(504)], Ok(()));
        check(kind, &[Fault::Busy(1)], Ok(()));
        check(kind, &[Fault::Busy(1); 3], Err(UNAVAILABLE));
        check(kind, &[Fault::Busy(3_600)], Err(UNAVAILABLE));
        check(kind, &[Fault::Status(500)], Err(UNAVAILABLE));
    }
}

#[test]
fn what_a_store_refuses_is_not_recorded() {
    for kind in KINDS {
        for status in [400, 401, 403, 413, 507] {
            check(
                kind,
                &[Fault::Status(status)],
                Err(BackendError::Refused { status }),
            );
        }
    }
}

#[test]
fn a_web_page_is_not_taken_for_an_acknowledgement() {
    for kind in KINDS {
        check(kind, &[Fault::Html], Err(UNAVAILABLE));
    }
}

#[test]
fn a_web_page_is_not_taken_for_a_journal() {
    for kind in KINDS {
        let way = Way::to(kind);
        way.proxy.fail_all(Some(Fault::Html));
        assert_eq!(block_on(way.session.follow()), Err(BackendError::NotAStore));
        let opening = block_on(open(Rc::new(through(&way.place, &way.proxy))));
        assert_eq!(opening.err(), Some(BackendError::NotAStore), "{kind:?}");
        // It passes.
        way.proxy.fail_all(None);
        assert_eq!(block_on(way.session.follow()), Ok(false));
        assert_eq!(way.record("Refunds"), Ok(FOUNDED.next()));
        way.holds(1);
    }
}

#[test]
fn a_reading_that_fails_is_repeated() {
    for kind in KINDS {
        let way = Way::to(kind);
        let yours = block_on(opened(Rc::new(way.place.backend())));
        for (n, faults) in [
            [Fault::LostRequest, Fault::HalfAnswer],
            [Fault::Status(500), Fault::Status(503)],
            [Fault::Busy(1), Fault::LostAnswer],
        ]
        .into_iter()
        .enumerate()
        {
            let command = create_flow(&format!("Flow {n}"));
            block_on(yours.submit(&command, &context())).expect("it is recorded");
            way.proxy.fail("GET", faults);
            assert_eq!(
                block_on(way.session.follow()),
                Ok(true),
                "{kind:?}, {faults:?}"
            );
            assert_eq!(state(&way.session), state(&yours));
        }
    }
}

#[test]
fn a_store_that_is_away_is_waited_for() {
    for kind in KINDS {
        let way = Way::to(kind);
        way.proxy.fail_all(Some(Fault::LostRequest));
        assert_eq!(way.record("Refunds"), Err(Failure::Backend(UNAVAILABLE)));
        assert_eq!(block_on(way.session.follow()), Err(UNAVAILABLE));
        let opening = block_on(open(Rc::new(through(&way.place, &way.proxy))));
        assert_eq!(opening.err(), Some(UNAVAILABLE));
        way.proxy.fail_all(None);
        assert_eq!(block_on(way.session.follow()), Ok(false));
        assert_eq!(way.record("Refunds"), Ok(FOUNDED.next()));
        way.holds(1);
    }
}

#[test]
fn looking_for_news_takes_one_request() {
    for kind in KINDS {
        let way = Way::to(kind);
        let http = through(&way.place, &way.proxy);
        assert_eq!(block_on(http.has_news()), Ok(true));
        block_on(http.read(Position::FIRST, ALL));
        way.proxy.count("GET");
        assert_eq!(block_on(http.has_news()), Ok(false));
        assert_eq!(way.proxy.count("GET"), 1, "{kind:?}");
        assert_eq!(way.record("Refunds"), Ok(FOUNDED.next()));
        assert_eq!(block_on(http.has_news()), Ok(true));
    }
}
