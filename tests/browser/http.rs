//! The journal in real stores, by the browser's own requests, from a page of another origin. `cargo
//! xtask test` starts the stores and tells where they are.

use std::cell::Cell;
use std::rc::Rc;

use flow_environments::domain::id::Position;
use flow_environments::journal::backend::{Backend, BackendError};
use flow_environments::journal::http::Http;
use flow_environments::journal::http::fetch::Fetch;
use flow_environments::journal::http::store::{Auth, Profile, Store, basic};
use js_sys::{Date, Promise, eval};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::contract;
use crate::world::{open, read};

/// The origins of a `WebDAV` folder and of Kinto.
const STORES: Option<&str> = option_env!("FLOW_STORES");

macro_rules! stores_keep {
    ($($promise:ident,)*) => {
        mod webdav {
            use super::*;

            $(
                #[wasm_bindgen_test]
                async fn $promise() {
                    let store = webdav();
                    contract::$promise(&|| handle(&store)).await;
                }
            )*
        }

        mod kinto {
            use super::*;

            $(
                #[wasm_bindgen_test]
                async fn $promise() {
                    let store = kinto().await;
                    contract::$promise(&|| handle(&store)).await;
                }
            )*
        }
    };
}
contract::promises!(stores_keep);

fn origin(which: usize) -> &'static str {
    STORES
        .and_then(|stores| stores.split(' ').nth(which))
        .expect("stores: run these tests with cargo xtask test --only browser")
}

/// A name that no journal has.
fn fresh() -> String {
    thread_local! {
        static NEXT: Cell<u32> = const { Cell::new(1) };
    }
    NEXT.set(NEXT.get() + 1);
    format!("browser-{}-{}", Date::now(), NEXT.get())
}

fn webdav() -> Store {
    Store {
        profile: Profile::Webdav,
        base: format!("{}/journals/{}", origin(0), fresh()),
        auth: Auth::Basic,
    }
}

/// Makes what whoever runs Kinto makes.
async fn kinto() -> Store {
    let (origin, name) = (origin(1), fresh());
    let made = eval(&format!(
        "(async () => {{
            const put = (path, body) => fetch('{origin}/v1/' + path, {{
                method: 'PUT', body: JSON.stringify(body),
                headers: {{ 'Content-Type': 'application/json', 'Authorization': 'Basic ' + btoa('admin:of Kinto') }},
            }});
            const account = (name, password) => fetch('{origin}/v1/accounts/' + name, {{
                method: 'PUT', body: JSON.stringify({{ data: {{ password }} }}),
                headers: {{ 'Content-Type': 'application/json' }},
            }});
            if (!window.kinto) {{
                await account('admin', 'of Kinto');
                await account('ada', 'journal');
                await put('buckets/journals', {{ permissions: {{ write: ['account:admin'] }} }});
                window.kinto = true;
            }}
            const everybody = ['system.Authenticated'];
            const permissions = {{ read: everybody, 'record:create': everybody }};
            return (await put('buckets/journals/collections/{name}', {{ permissions }})).status;
        }})()"
    ));
    let made = made.expect("the script runs").unchecked_into::<Promise>();
    let status = JsFuture::from(made).await.expect("Kinto answers");
    assert_eq!(status.as_f64(), Some(201.0));
    Store {
        profile: Profile::Kinto,
        base: format!("{origin}/v1/buckets/journals/collections/{name}"),
        auth: Auth::Basic,
    }
}

fn http(store: &Store) -> Http {
    Http::new(store.clone(), Box::<Fetch>::default())
}

fn handle(store: &Store) -> Rc<dyn Backend> {
    let http = http(store);
    http.authorize(basic("ada", "journal"));
    Rc::new(http)
}

#[wasm_bindgen_test]
async fn who_does_not_say_who_they_are_is_asked() {
    for store in [webdav(), kinto().await] {
        let stranger = Rc::new(http(&store));
        let refused = BackendError::Refused { status: 401 };
        assert_eq!(open(stranger.clone()).await.err(), Some(refused));
        stranger.authorize(basic("ada", "wrong"));
        assert_eq!(open(stranger.clone()).await.err(), Some(refused));
        stranger.authorize(basic("ada", "journal"));
        assert!(open(stranger).await.is_ok());
    }
}

#[wasm_bindgen_test]
async fn what_the_browser_keeps_from_the_page_is_no_answer() {
    for base in [
        // Nobody listens.
        "http://127.0.0.1:9".to_owned(),
        // It lets no page of another origin read the answer: what it answers beside its journals.
        format!("{}/elsewhere", origin(0)),
    ] {
        let profile = Profile::Plain;
        let auth = Auth::None;
        let store = Store {
            profile,
            base,
            auth,
        };
        let read = read(Rc::new(http(&store)), Position::FIRST).await;
        assert_eq!(read, Err(BackendError::Unavailable));
    }
}
