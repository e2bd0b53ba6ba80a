//! A journal in an HTTP store that a team has already: files behind conditional PUT, a `WebDAV`
//! folder, or a Kinto collection.
//!
//! No server of ours: what the store must be able to do is to create something only where there is
//! nothing. `docs/journal.md` has the requests. Everything here is pure but for the
//! [`Transport`]; `fetch` is the browser's. Deliberately not here: the asking
//! for a password, and any sentence.

pub mod answer;
pub mod exchange;
#[cfg(feature = "browser")]
pub mod fetch;
mod files;
mod kinto;
pub mod store;
#[cfg(feature = "browser")]
pub mod watch;

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::backend::{Answer, Backend, BackendError, Reading};
use crate::domain::id::Position;
use answer::problem;
use exchange::{Method, Request, Response, Transport, sent_again_after};
use store::{Auth, Profile, Store};

/// A journal in an HTTP store.
pub struct Http {
    store: Store,
    transport: Box<dyn Transport>,
    /// The `Authorization` header, where one is needed and known.
    authorization: RefCell<Option<String>>,
    /// The last position of which it is known that it holds an entry.
    last: Cell<Position>,
    /// Whether whoever shows the journal takes the store to be away.
    missed: Cell<bool>,
    written: RefCell<Option<Box<dyn Fn()>>>,
    /// The addresses that were read first since an opening began.
    first: RefCell<Vec<String>>,
}

/// How many addresses are remembered that were read first: the checkpoint, and what is read next, which are
/// two entries, or a list of them (Kinto).
const FIRST: usize = 3;

impl Http {
    /// Uses the store by this transport.
    #[must_use]
    pub fn new(store: Store, transport: Box<dyn Transport>) -> Self {
        Self {
            store,
            transport,
            authorization: RefCell::new(None),
            last: Cell::new(Position::new(0)),
            missed: Cell::new(false),
            written: RefCell::new(None),
            first: RefCell::default(),
        }
    }

    /// Proves from now on who asks: the value of the `Authorization` header.
    pub fn authorize(&self, authorization: String) {
        *self.authorization.borrow_mut() = Some(authorization);
    }

    /// Returns which store it is.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the last position of which it is known that it holds an entry.
    #[must_use]
    pub fn last(&self) -> Position {
        self.last.get()
    }

    /// Returns the request that opening the journal begins with.
    #[must_use]
    pub fn first_request(&self) -> Request {
        self.signed(match self.store.profile {
            Profile::Kinto => kinto::for_checkpoint(self),
            Profile::Plain | Profile::Webdav => files::for_checkpoint(self),
        })
    }

    /// Sends that request already: the store answers while the page is made.
    pub fn ask_ahead(&self) {
        self.transport.send_ahead(self.first_request());
    }

    /// Returns the first few addresses that were read when the journal was last opened: it may be opened in
    /// the same way the next time.
    #[must_use]
    pub fn asked_first(&self) -> Vec<String> {
        self.first.borrow().clone()
    }

    /// Calls back whenever an entry was recorded here, in the place of who was called before.
    pub fn on_write(&self, callback: impl Fn() + 'static) {
        *self.written.borrow_mut() = Some(Box::new(callback));
    }

    /// Notes whether the store is missed, as a look found, or as the journal is shown from now on. Returns
    /// whether that is news.
    pub fn note_missed(&self, missed: bool) -> bool {
        self.missed.replace(missed) != missed
    }

    /// Tells whether there is an entry after the last one that was read or written here: one small
    /// request.
    ///
    /// # Errors
    ///
    /// [`BackendError`].
    pub async fn has_news(&self) -> Result<bool, BackendError> {
        let next = self.last.get().next();
        match self.store.profile {
            Profile::Kinto => kinto::holds(self, next).await,
            Profile::Plain | Profile::Webdav => files::holds(self, next).await,
        }
    }

    fn address(&self, parts: &[&str]) -> String {
        let mut address = self.store.base.clone();
        address.extend(parts.iter().copied());
        address
    }

    /// Adds what proves who asks.
    fn signed(&self, mut request: Request) -> Request {
        request.cookies = self.store.auth == Auth::Cookies;
        match &*self.authorization.borrow() {
            Some(authorization) => request.with("Authorization", authorization),
            None => request,
        }
    }

    fn note(&self, request: &Request) {
        let mut first = self.first.borrow_mut();
        if request.method == Method::Get && first.len() < FIRST {
            first.push(request.address.clone());
        }
    }

    /// Sends a request, and again where its failure may pass. It may be one that an opening begins with.
    async fn ask(&self, request: Request) -> Result<Response, BackendError> {
        self.note(&request);
        self.look(request).await
    }

    /// As [`Http::ask`], for what has nothing to do with an opening.
    async fn look(&self, request: Request) -> Result<Response, BackendError> {
        let request = self.signed(request);
        let mut attempts = 0;
        loop {
            let answer = self.transport.send(&request).await;
            attempts += 1;
            let chance = self.transport.chance();
            let told = answer.as_ref().map_err(|none| *none);
            match sent_again_after(request.method, attempts, told, chance) {
                Some(milliseconds) => self.transport.pause(milliseconds).await,
                None => return answer.map_err(|_| BackendError::Unavailable),
            }
        }
    }

    fn holds(&self, position: Position) {
        self.last.set(self.last.get().max(position));
    }
}

impl Backend for Http {
    fn read(&self, from: Position, limit: usize) -> Answer<'_, Reading> {
        Box::pin(async move {
            let mut texts = Vec::new();
            let read = match self.store.profile {
                Profile::Kinto => kinto::read(self, from, limit, &mut texts).await,
                Profile::Plain | Profile::Webdav => {
                    files::read(self, from, limit, &mut texts).await
                }
            };
            if !texts.is_empty() {
                self.holds(Position::new(from.get() + texts.len() as u64 - 1));
            }
            let broken = read.err();
            Reading { texts, broken }
        })
    }

    fn append<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            let appended = match self.store.profile {
                Profile::Kinto => kinto::append(self, position, text).await,
                Profile::Plain | Profile::Webdav => files::append(self, position, text).await,
            };
            if appended.is_ok() {
                self.holds(position);
                if let Some(written) = &*self.written.borrow() {
                    written();
                }
            }
            appended
        })
    }

    fn checkpoints(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async move {
            // An opening begins with them.
            self.first.borrow_mut().clear();
            let newest = match self.store.profile {
                Profile::Kinto => kinto::checkpoint(self).await,
                Profile::Plain | Profile::Webdav => files::checkpoint(self).await,
            };
            // What cannot be had is as good as none.
            newest.ok().flatten().into_iter().collect()
        })
    }

    fn keep_checkpoint<'a>(
        &'a self,
        position: Position,
        text: &'a str,
    ) -> Answer<'a, Result<(), BackendError>> {
        Box::pin(async move {
            let request = match self.store.profile {
                Profile::Kinto => kinto::keeping(self, position, text),
                Profile::Plain | Profile::Webdav => files::keeping(self, text),
            };
            match self.ask(request).await?.status {
                // 412: somebody else has kept the same.
                200 | 201 | 204 | 412 => Ok(()),
                status => Err(problem(status)),
            }
        })
    }
}

/// Writes a position as stores sort it: ten digits.
fn digits(position: Position) -> String {
    format!("{:010}", position.get())
}

type Turn<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Lets all of the futures take turns until each is done.
async fn together<'a, T: 'a, F: Future<Output = T> + 'a>(futures: Vec<F>) -> Vec<T> {
    let mut turns: Vec<Result<T, Turn<'a, T>>> = futures
        .into_iter()
        .map(|future| Err(Box::pin(future) as Turn<'a, T>))
        .collect();
    poll_fn(|context| {
        let mut pending = false;
        for turn in &mut turns {
            if let Err(future) = turn {
                match future.as_mut().poll(context) {
                    Poll::Ready(done) => *turn = Ok(done),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    turns.into_iter().filter_map(Result::ok).collect()
}
