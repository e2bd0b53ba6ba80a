//! One request and its answer; who carries them; and when to ask again.
//!
//! Asking again is safe for every request that the journal makes: a reading changes nothing, and an
//! entry that was recorded by a request whose answer was lost is found to be one's own by its id.
//! All of this is pure but for the [`Transport`], which has the network, the timer and chance.

use std::future::Future;
use std::pin::Pin;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The text at an address.
    Get,
    /// A text to be kept at an address.
    Put,
    /// An address to hold nothing.
    Delete,
    /// A folder, of a `WebDAV` store.
    Mkcol,
    /// Another name for a folder of a `WebDAV` store.
    Move,
}

impl Method {
    /// Returns the method's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Mkcol => "MKCOL",
            Self::Move => "MOVE",
        }
    }
}

/// A request to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The absolute address.
    pub address: String,
    /// Headers by name.
    pub headers: Vec<(&'static str, String)>,
    /// The text to keep.
    pub body: Option<String>,
    /// Whether the browser adds what it keeps for the store: cookies, client certificates.
    pub cookies: bool,
}

impl Request {
    /// Asks without headers, body and cookies.
    #[must_use]
    pub const fn new(method: Method, address: String) -> Self {
        Self {
            method,
            address,
            headers: Vec::new(),
            body: None,
            cookies: false,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns what a header says.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| *known == name)?;
        Some(&found.1)
    }

    /// Adds a JSON text.
    #[must_use]
    pub fn carrying(mut self, json: String) -> Self {
        self.body = Some(json);
        self.with("Content-Type", "application/json")
    }
}

/// What the store answered, as far as the journal looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
    /// Whether there is a `Next-Page` header: the list goes on.
    pub more: bool,
    /// The text.
    pub body: String,
}

/// There was no answer: the store is away, or slow, or the browser does not show what it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswer;

/// What comes of a request, once something does.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response, NoAnswer>> + 'a>>;

/// Carries requests to the store and brings the answers, within a time limit of its own.
pub trait Transport {
    /// Sends a request once.
    fn send<'a>(&'a self, request: &'a Request) -> Sent<'a>;

    /// Sends a request that will be the first one, and keeps what comes of it for then.
    fn send_ahead(&self, _request: Request) {}

    /// Waits for so many milliseconds.
    fn pause(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + '_>>;

    /// Returns any number from 0 to 1.
    fn chance(&self) -> f64;
}

/// How often a request is sent before its failure is told.
const ATTEMPTS: u32 = 3;

/// The longest that is waited because the store says so, in seconds: a person is waiting, too.
const PATIENCE: u32 = 5;

/// Returns after how many milliseconds the request is sent again; none where its answer is to be
/// taken as it is. It has been sent `attempts` times; `chance` is any number from 0 to 1, which
/// keeps writers who failed together from trying again together.
#[must_use]
pub fn sent_again_after(
    method: Method,
    attempts: u32,
    answer: Result<&Response, NoAnswer>,
    chance: f64,
) -> Option<u32> {
    let passing = match answer {
        Err(NoAnswer) => true,
        Ok(response) => match response.status {
            408 | 429 | 502 | 503 | 504 => true,
            // A store that cannot do something says so with 500, too. Looking again is cheap.
            500 => method == Method::Get,
            _ => false,
        },
    };
    if !passing || attempts >= ATTEMPTS {
        return None;
    }
    let own = around(250 << attempts.saturating_sub(1), chance);
    let seconds: Option<u32> = answer
        .ok()
        .and_then(|response| response.retry_after.as_deref()?.trim().parse().ok());
    match seconds {
        Some(seconds) if seconds > PATIENCE => None,
        Some(seconds) => Some(own.max(seconds * 1_000)),
        None => Some(own),
    }
}

/// Returns after how many milliseconds to look for what others recorded: often while something
/// happens, ever more rarely after `quiet` looks in vain.
#[must_use]
pub fn looked_again_after(quiet: u32, chance: f64) -> u32 {
    around((2_000 << quiet.min(4)).min(24_000), chance)
}

/// Returns after how many milliseconds to look whether a store is back that was away at the last
/// `looks`.
#[must_use]
pub fn missed_again_after(looks: u32, chance: f64) -> u32 {
    around((1_000 << looks.min(3)).min(8_000), chance)
}

/// From three quarters of `milliseconds` to five quarters.
fn around(milliseconds: u32, chance: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a number of milliseconds"
    )]
    let share = (f64::from(milliseconds / 2) * chance) as u32;
    milliseconds - milliseconds / 4 + share
}
