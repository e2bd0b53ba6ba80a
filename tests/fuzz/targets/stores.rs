//! What comes from the network: a `config.json`, and whatever a store answers. A base that is accepted
//! holds no secret; an answer that is no store's is told apart, and nothing is read from it.

#![no_main]

use std::cell::Cell;
use std::future::{Future, ready};
use std::pin::Pin;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{Backend, BackendError};
use flow_environments::journal::http::Http;
use flow_environments::journal::http::exchange::{NoAnswer, Request, Response, Sent, Transport};
use flow_environments::journal::http::store::{Auth, Profile, Store};
use flow_environments::journal::place::Place;
use libfuzzer_sys::fuzz_target;

/// Answers with these texts, one after the other; then there is nothing.
struct Texts(Vec<String>, Cell<usize>);

impl Transport for Texts {
    fn send<'a>(&'a self, _: &'a Request) -> Sent<'a> {
        let at = self.1.replace(self.1.get() + 1);
        let answer = match self.0.get(at) {
            Some(text) => Response {
                status: 200,
                body: text.clone(),
                more: at % 2 == 0,
                ..Response::default()
            },
            None => Response {
                status: 404,
                ..Response::default()
            },
        };
        Box::pin(ready(Ok::<_, NoAnswer>(answer)))
    }

    fn pause(&self, _: u32) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(ready(()))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

fuzz_target!(|text: &str| {
    if let Ok(Place::Http(store)) = Place::parse(text) {
        assert!(!store.base.contains(['@', '?', '#']) && !store.base.is_empty());
    }
    let texts: Vec<String> = text.split('\u{1e}').map(str::to_owned).collect();
    for profile in [Profile::Plain, Profile::Webdav, Profile::Kinto] {
        let store = Store {
            profile,
            base: "https://store.example".to_owned(),
            auth: Auth::None,
        };
        let http = Http::new(store, Box::new(Texts(texts.clone(), Cell::new(0))));
        let reading = pollster::block_on(http.read(Position::FIRST, 20));
        assert!(reading.texts.len() <= 20);
        assert!(!matches!(reading.broken, Some(BackendError::Taken | BackendError::Full)));
        if profile != Profile::Kinto {
            assert!(reading.texts.iter().all(|it| !it.trim_start().starts_with('<')));
        }
        let written = pollster::block_on(http.append(Position::FIRST, "{}"));
        assert!(!matches!(written, Err(BackendError::Corrupt { .. })));
    }
});
