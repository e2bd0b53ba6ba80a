//! Places for journals in stores that all tests share, each store started when it is first needed.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use flow_environments::journal::http::Http;
use flow_environments::journal::http::exchange::Method;
use flow_environments::journal::http::store::{Auth, Profile, Store as Address, basic};
use xtask::stores::{Kind, Programs, Store, WHO};

use crate::wire::{Wire, status};

/// Where one test keeps its journal.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    pub(crate) base: String,
}

/// Who runs Kinto.
const ADMIN: (&str, &str) = ("admin", "of Kinto");

pub(crate) const KINDS: [Kind; 3] = [Kind::Webdav, Kind::Plain, Kind::Kinto];

/// The store that all tests share.
pub(crate) fn running(kind: Kind) -> &'static Store {
    /// Started, or not to be started.
    type Shared = OnceLock<Result<Store, String>>;
    static WEBDAV: Shared = OnceLock::new();
    static PLAIN: Shared = OnceLock::new();
    static KINTO: Shared = OnceLock::new();
    let store = match kind {
        Kind::Webdav => &WEBDAV,
        Kind::Plain => &PLAIN,
        Kind::Kinto => &KINTO,
    };
    let started = store.get_or_init(|| start(kind).map_err(|error| error.to_string()));
    started.as_ref().unwrap_or_else(|error| panic!("{error}"))
}

/// Starts a store in which journals can be made.
pub(crate) fn start(kind: Kind) -> io::Result<Store> {
    let store = Store::start(kind, &Programs::named()?, "*")?;
    if kind == Kind::Kinto {
        let origin = store.origin();
        for (name, password) in [ADMIN, WHO] {
            let account = format!("{origin}/v1/accounts/{name}");
            let body = format!(r#"{{"data": {{"password": "{password}"}}}}"#);
            assert_eq!(status(Method::Put, &account, &[], &body), 201);
        }
        let bucket = format!("{origin}/v1/buckets/journals");
        let permissions = r#"{"permissions": {"write": ["account:admin"]}}"#;
        assert_eq!(as_admin(&bucket, permissions), 201);
    }
    Ok(store)
}

/// Makes a place for a journal, which is empty.
pub(crate) fn fresh(kind: Kind) -> Place {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    make(running(kind), kind, &format!("journal-{number}"))
}

/// Makes a place as whoever runs the store does.
pub(crate) fn make(store: &Store, kind: Kind, name: &str) -> Place {
    let base = store.base(name);
    match kind {
        // The page makes the folders itself.
        Kind::Webdav => {}
        Kind::Plain => {
            for folder in ["/", "/entries/"] {
                let address = format!("{base}{folder}");
                assert_eq!(status(Method::Mkcol, &address, &authorized(), ""), 201);
            }
        }
        Kind::Kinto => {
            let permissions = r#"{"permissions": {
                "read": ["system.Authenticated"], "record:create": ["system.Authenticated"]
            }}"#;
            assert_eq!(as_admin(&base, permissions), 201);
        }
    }
    Place { kind, base }
}

fn as_admin(address: &str, body: &str) -> u16 {
    let authorization = basic(ADMIN.0, ADMIN.1);
    let headers = [("Authorization", authorization.as_str())];
    status(Method::Put, address, &headers, body)
}

/// The headers of one who may write.
pub(crate) fn authorized() -> [(&'static str, &'static str); 1] {
    static AUTHORIZATION: OnceLock<String> = OnceLock::new();
    let value = AUTHORIZATION.get_or_init(|| basic(WHO.0, WHO.1));
    [("Authorization", value)]
}

impl Place {
    /// A page's handle on the journal.
    pub(crate) fn backend(&self) -> Http {
        self.backend_by(&self.base)
    }

    /// A handle by another base.
    pub(crate) fn backend_by(&self, base: &str) -> Http {
        let http = Http::new(self.address(base), Box::new(Wire));
        http.authorize(basic(WHO.0, WHO.1));
        http
    }

    /// What `config.json` says of it.
    pub(crate) fn address(&self, base: &str) -> Address {
        let profile = match self.kind {
            Kind::Webdav => Profile::Webdav,
            Kind::Plain => Profile::Plain,
            Kind::Kinto => Profile::Kinto,
        };
        let (base, auth) = (base.to_owned(), Auth::Basic);
        Address {
            profile,
            base,
            auth,
        }
    }

    /// The address of what is kept at a position.
    pub(crate) fn entry(&self, position: u64) -> String {
        let base = &self.base;
        match self.kind {
            Kind::Webdav => format!("{base}/entries/{position:010}/entry.json"),
            Kind::Plain => format!("{base}/entries/{position:010}.json"),
            Kind::Kinto => format!("{base}/records/{position:010}"),
        }
    }
}
