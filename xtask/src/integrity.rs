//! The checksum of a file as browsers compare it with what they have loaded.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// Returns what stands in an `integrity` attribute for a file with this content.
#[must_use]
pub fn integrity(content: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(content)))
}
