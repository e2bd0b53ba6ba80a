//! The journal as files: profiles `plain` and `webdav`.
//!
//! `plain` trusts the store's conditional PUT. `webdav` does not: `mod_dav` looks whether there is a
//! file and writes it later, when the text has arrived, so that of two writers both may be told that
//! they created it. What a file system does at once is to give a folder a name that no folder with
//! something in it has. So an entry is a folder with one file; it is made ready aside, under the
//! name of its hash, and moved to its position.

use super::answer::{Written, problem, text, written};
use super::exchange::{Method, Request};
use super::{Http, Profile, digits, together};
use crate::domain::id::Position;
use crate::journal::backend::BackendError;
use crate::journal::entry::Hash;

/// How many entries are asked for at once, at first: the last one that is known, and the next.
const FEW: usize = 2;

/// How many are asked for at once when there are many.
const MANY: usize = 8;

fn entry(http: &Http, position: Position) -> String {
    let file = match http.store.profile {
        Profile::Webdav => "/entry.json",
        Profile::Plain | Profile::Kinto => ".json",
    };
    http.address(&["/entries/", &digits(position), file])
}

/// Reads the entry at `position`, if there is one.
pub(super) async fn at(http: &Http, position: Position) -> Result<Option<String>, BackendError> {
    text(
        http.ask(Request::new(Method::Get, entry(http, position)))
            .await?,
    )
}

/// Tells whether there is an entry at `position`.
pub(super) async fn holds(http: &Http, position: Position) -> Result<bool, BackendError> {
    let asked = Request::new(Method::Get, entry(http, position));
    Ok(text(http.look(asked).await?)?.is_some())
}

pub(super) async fn read(
    http: &Http,
    from: Position,
    limit: usize,
    texts: &mut Vec<String>,
) -> Result<(), BackendError> {
    let mut position = from;
    let mut count = FEW;
    while texts.len() < limit {
        let next = position;
        let asked = (0..count.min(limit - texts.len()) as u64)
            .map(|n| at(http, Position::new(next.get().saturating_add(n))));
        let mut answers = together(asked.collect()).await.into_iter();
        while let Some(answer) = answers.next() {
            if let Some(text) = answer? {
                texts.push(text);
                position = position.next();
                continue;
            }
            if !answers.any(|later| matches!(later, Ok(Some(_)))) {
                return Ok(());
            }
            // A later one is there: this one has been written since it was asked for, or is lost.
            if at(http, position).await?.is_none() {
                return Err(BackendError::Corrupt { position });
            }
            break;
        }
        count = (count * 2).min(MANY);
    }
    Ok(())
}

pub(super) async fn append(
    http: &Http,
    position: Position,
    text: &str,
) -> Result<(), BackendError> {
    let written = match http.store.profile {
        Profile::Webdav => put_aside_and_move(http, position, text).await?,
        Profile::Plain | Profile::Kinto => {
            let put = Request::new(Method::Put, entry(http, position))
                .with("If-None-Match", "*")
                .carrying(text.to_owned());
            written(http.ask(put).await?.status)?
        }
    };
    let outcome = match written {
        Written::Here => Ok(()),
        Written::Taken => Err(BackendError::Taken),
        Written::Unclear(error) => match at(http, position).await {
            Ok(Some(stored)) if stored == text => Ok(()),
            Ok(Some(_)) => Err(BackendError::Taken),
            Ok(None) => Err(error),
            Err(_) => Err(BackendError::Unavailable),
        },
    };
    if outcome == Err(BackendError::Taken) && http.store.profile == Profile::Webdav {
        let leftover = folder(aside(http, text));
        // What stays lying there costs room and nothing else.
        let _ = http.ask(Request::new(Method::Delete, leftover)).await;
    }
    outcome
}

/// Where an entry is made ready.
fn aside(http: &Http, text: &str) -> String {
    http.address(&["/aside/", &String::from(Hash::of(text))])
}

fn folder(address: String) -> String {
    address + "/"
}

async fn put_aside_and_move(
    http: &Http,
    position: Position,
    text: &str,
) -> Result<Written, BackendError> {
    match try_to_move(http, position, text).await? {
        409 => {}
        status => return written(status),
    }
    // Not all of the folders are there: the journal is new.
    for name in ["/", "/aside/", "/entries/"] {
        // What becomes of it shows at once.
        let _ = http
            .ask(Request::new(Method::Mkcol, http.address(&[name])))
            .await;
    }
    written(try_to_move(http, position, text).await?)
}

/// Returns the status of the moving, or of what comes before it where a folder is missing. Before it
/// nothing is recorded.
async fn try_to_move(http: &Http, position: Position, text: &str) -> Result<u16, BackendError> {
    let aside = aside(http, text);
    let made = Request::new(Method::Mkcol, folder(aside.clone()));
    match http.ask(made).await?.status {
        // 405: it was made by an earlier try.
        201 | 405 => {}
        409 => return Ok(409),
        status => return Err(problem(status)),
    }
    let put = Request::new(Method::Put, aside.clone() + "/entry.json").carrying(text.to_owned());
    match http.ask(put).await?.status {
        200 | 201 | 204 => {}
        // The folder is gone again.
        status @ (404 | 409) => return Ok(status),
        status => return Err(problem(status)),
    }
    let destination = http.address(&["/entries/", &digits(position), "/"]);
    let moved = Request::new(Method::Move, folder(aside))
        .with("Destination", destination)
        .with("Overwrite", "F");
    Ok(http.ask(moved).await?.status)
}

// Checkpoints -------------------------------------------------------------------------------------

/// The newest one, over the one before.
const CHECKPOINT: &str = "/checkpoint.txt";

pub(super) fn for_checkpoint(http: &Http) -> Request {
    Request::new(Method::Get, http.address(&[CHECKPOINT]))
}

pub(super) async fn checkpoint(http: &Http) -> Result<Option<String>, BackendError> {
    text(http.ask(for_checkpoint(http)).await?)
}

pub(super) fn keeping(http: &Http, text: &str) -> Request {
    let mut put = Request::new(Method::Put, http.address(&[CHECKPOINT]));
    put.body = Some(text.to_owned());
    put.with("Content-Type", "text/plain")
}
