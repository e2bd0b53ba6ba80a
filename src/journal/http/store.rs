//! Which store keeps the journal, how it is spoken to, and how it is proved who asks: what
//! `config.json` says. No secret stands in there, nor in an address.

use serde::Deserialize;

/// A store, as it is written in `config.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// How it keeps entries.
    pub profile: Profile,
    /// The address that all of the journal's addresses begin with, without a slash at the end.
    pub base: String,
    /// How it is proved who asks.
    #[serde(default)]
    pub auth: Auth,
}

/// How a store keeps entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A file each, created by a conditional PUT that the store decides at once.
    Plain,
    /// A folder each, made ready aside and moved to its place.
    Webdav,
    /// A record each, of a collection of Kinto.
    Kinto,
}

/// How a store learns who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Not at all, or by the network that it is in.
    #[default]
    None,
    /// By what the browser keeps for it: cookies of a sign-in elsewhere, client certificates.
    Cookies,
    /// By a token.
    Bearer,
    /// By a name and a password.
    Basic,
}

/// Writes the `Authorization` header of a token.
#[must_use]
pub fn bearer(token: &str) -> String {
    ["Bearer ", token.trim()].concat()
}

/// Writes the `Authorization` header of a name and a password.
#[must_use]
pub fn basic(name: &str, password: &str) -> String {
    let mut authorization = "Basic ".to_owned();
    let pair = [name, ":", password].concat();
    for three in pair.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            authorization.push(match digit {
                _ if place > three.len() => '=',
                0..26 => letter(b'A', digit),
                26..52 => letter(b'a', digit - 26),
                52..62 => letter(b'0', digit - 52),
                62 => '+',
                _ => '/',
            });
        }
    }
    authorization
}

fn letter(first: u8, after: u32) -> char {
    char::from_u32(u32::from(first) + after).unwrap_or('/')
}
