//! The journal as records of a Kinto collection: profile `kinto`.
//!
//! A record's id is the entry's position, its field `text` the entry's exact text: Kinto keeps JSON
//! as values, not as it was written.

use serde::{Deserialize, Serialize};

use super::answer::{Written, problem, written};
use super::exchange::{Method, Request, Response};
use super::{Http, digits};
use crate::domain::id::Position;
use crate::domain::json;
use crate::journal::backend::BackendError;

#[derive(Serialize)]
struct Envelope<'a> {
    data: Writing<'a>,
}

#[derive(Serialize)]
struct Writing<'a> {
    text: &'a str,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    /// None in a record that somebody else wrote.
    text: Option<String>,
}

/// Asks for one list of records with these ids.
fn for_list(http: &Http, order: &str, ids: [&str; 2], limit: usize) -> Request {
    // In quotes: texts, whatever they look like.
    let [from, to] = ids;
    let limit = limit.min(1_000).to_string();
    let address = http.address(&[
        "/records?_sort=",
        order,
        "&min_id=%22",
        from,
        "%22&max_id=%22",
        to,
        "%22&_limit=",
        &limit,
    ]);
    Request::new(Method::Get, address)
}

/// Reads one list of records, and tells whether it goes on.
async fn list(http: &Http, asked: Request) -> Result<(Vec<Record>, bool), BackendError> {
    listed(&http.ask(asked).await?)
}

fn listed(answer: &Response) -> Result<(Vec<Record>, bool), BackendError> {
    if answer.status != 200 {
        return Err(problem(answer.status));
    }
    let listing: Listing = json::read(&answer.body).map_err(|_| BackendError::NotAStore)?;
    Ok((listing.data, answer.more))
}

fn for_entries(http: &Http, from: Position, limit: usize) -> Request {
    let ids = [&*digits(from), "9999999999"];
    for_list(http, "id", ids, limit)
}

/// Tells whether there is an entry at `position`, or a later one.
pub(super) async fn holds(http: &Http, position: Position) -> Result<bool, BackendError> {
    let answer = http.look(for_entries(http, position, 1)).await?;
    Ok(!listed(&answer)?.0.is_empty())
}

pub(super) async fn read(
    http: &Http,
    from: Position,
    limit: usize,
    texts: &mut Vec<String>,
) -> Result<(), BackendError> {
    let mut position = from;
    while texts.len() < limit {
        let (records, more) = list(http, for_entries(http, position, limit - texts.len())).await?;
        let begun = position;
        for record in records {
            // Text, as ids are compared: of several lengths there are none.
            let expected = digits(position);
            if record.id.len() != expected.len() || record.id < expected {
                continue;
            }
            match record.text {
                Some(text) if record.id == expected => texts.push(text),
                _ => return Err(BackendError::Corrupt { position }),
            }
            position = position.next();
        }
        if !more || position == begun {
            break;
        }
    }
    Ok(())
}

pub(super) async fn append(
    http: &Http,
    position: Position,
    text: &str,
) -> Result<(), BackendError> {
    let put = creating(http, &digits(position), text);
    match written(http.ask(put).await?.status)? {
        Written::Here => Ok(()),
        Written::Taken => Err(BackendError::Taken),
        Written::Unclear(error) => {
            let mut texts = Vec::new();
            let read = read(http, position, 1, &mut texts).await;
            match (texts.first(), read) {
                (Some(stored), _) if stored == text => Ok(()),
                (Some(_), _) => Err(BackendError::Taken),
                (None, Ok(())) => Err(error),
                (None, Err(_)) => Err(BackendError::Unavailable),
            }
        }
    }
}

/// Asks for a record where there is none.
fn creating(http: &Http, id: &str, text: &str) -> Request {
    let record = Envelope {
        data: Writing { text },
    };
    let json = serde_json::to_string(&record).expect("a text can be written down");
    Request::new(Method::Put, http.address(&["/records/", id]))
        .with("If-None-Match", "*")
        .carrying(json)
}

// Checkpoints -------------------------------------------------------------------------------------

// A record each: who may add records may not change any.

pub(super) fn for_checkpoint(http: &Http) -> Request {
    let ids = ["checkpoint-0", "checkpoint-9999999999"];
    for_list(http, "-id", ids, 1)
}

pub(super) async fn checkpoint(http: &Http) -> Result<Option<String>, BackendError> {
    let (records, _) = list(http, for_checkpoint(http)).await?;
    Ok(records.into_iter().next().and_then(|record| record.text))
}

pub(super) fn keeping(http: &Http, position: Position, text: &str) -> Request {
    creating(http, &["checkpoint-", &digits(position)].concat(), text)
}
