//! The checksum of a file as browsers compare it with what they have loaded.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha384};

/// Returns what stands in an `integrity` attribute for a file with this content.
#[must_use]
pub fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}
