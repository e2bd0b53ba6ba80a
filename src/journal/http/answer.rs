//! What the store's answers mean: pure, and the same for every profile.

use super::exchange::Response;
use crate::journal::backend::BackendError;

/// Returns what kept the store from doing what was asked; `status` is none that says it was done.
#[must_use]
pub const fn problem(status: u16) -> BackendError {
    match status {
        // No room: that a store has none is not what a browser without room can help.
        507 => BackendError::Refused { status },
        408 | 429 | 500..=599 => BackendError::Unavailable,
        400..=499 => BackendError::Refused { status },
        // It is done, or moved elsewhere: no store says that of something else than was asked for.
        _ => BackendError::NotAStore,
    }
}

/// Returns the text that an address holds, if it holds one.
///
/// # Errors
///
/// [`BackendError::NotAStore`] where something else answers: an entry never begins like a web page,
/// which the sign-in of a network or a host that answers everything with its start page does.
pub fn text(response: Response) -> Result<Option<String>, BackendError> {
    match response.status {
        200 if is_markup(&response.body) => Err(BackendError::NotAStore),
        200 => Ok(Some(response.body)),
        404 | 410 => Ok(None),
        status => Err(problem(status)),
    }
}

fn is_markup(body: &str) -> bool {
    body.trim_start_matches(|it: char| it.is_whitespace() || it == '\u{FEFF}')
        .starts_with('<')
}

/// What the answer to a writing says of the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It holds the entry now, which it did not before.
    Here,
    /// It held one before.
    Taken,
    /// Only a look at it can tell; an entry that is not there was not written because of the error,
    /// unless that is [`BackendError::Unavailable`].
    Unclear(BackendError),
}

/// Reads the answer to a writing that must create.
///
/// # Errors
///
/// [`BackendError`] where nothing was written, or nobody can know.
pub const fn written(status: u16) -> Result<Written, BackendError> {
    match status {
        201 => Ok(Written::Here),
        412 => Ok(Written::Taken),
        // Object stores say 200 of what they created, and so does any server of what it did not
        // understand. 409 is a missing folder, or another writing at the same time; 500 is what
        // mod_dav says when another one was first by a moment.
        200..=399 | 500 => Ok(Written::Unclear(BackendError::Unavailable)),
        404 | 405 | 409 => Ok(Written::Unclear(BackendError::Refused { status })),
        status => Err(problem(status)),
    }
}
