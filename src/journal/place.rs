//! Where the journal is kept, as `config.json` beside the page says it.
//!
//! ```json
//! { "journal": { "http": { "profile": "webdav", "base": "https://store.example/journals/team", "auth": "basic" } } }
//! ```
//!
//! What is not understood is refused, never guessed: another journal in the place of the one that was
//! meant would be worse than none.

use serde::Deserialize;

use super::http::store::Store;
use crate::domain::json;

/// Where the journal is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the storage of the browser that shows the page.
    Browser,
    /// In an HTTP store.
    Http(Store),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    journal: Place,
}

/// What is wrong with a `config.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Something in it is not what can stand there.
    NotUnderstood {
        /// The line, from 1.
        line: usize,
        /// The character of that line, from 1.
        column: usize,
    },
    /// The store's base is no address of http or https, holds a name or a password, or ends in a
    /// question or a place within a page.
    Base,
}

impl Place {
    /// Reads a `config.json`.
    ///
    /// # Errors
    ///
    /// [`Mistake`].
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let config = json::read_telling(text.trim_start_matches('\u{FEFF}'));
        let Config { journal } = config.map_err(|read| Mistake::NotUnderstood {
            line: read.split('\n').count(),
            column: read
                .chars()
                .rev()
                .take_while(|it| *it != '\n')
                .count()
                .max(1),
        })?;
        match journal {
            Self::Http(mut store) => {
                let length = store.base.trim_end_matches('/').len();
                store.base.truncate(length);
                if is_base(&store.base) {
                    Ok(Self::Http(store))
                } else {
                    Err(Mistake::Base)
                }
            }
            Self::Browser => Ok(Self::Browser),
        }
    }
}

/// Tells whether a text can be what a store's addresses begin with: an address, or a path on the
/// page's own host.
fn is_base(base: &str) -> bool {
    let scheme = base.split_once(':').map(|(scheme, _)| scheme);
    let plain = |it: char| it.is_ascii_graphic() && !matches!(it, '@' | '?' | '#' | '\\');
    !base.is_empty() && base.chars().all(plain) && matches!(scheme, None | Some("http" | "https"))
}
