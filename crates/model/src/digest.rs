//! SHA-256 digests in lower-case hexadecimal.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256 digest, printed as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub String);

impl Digest {
    /// Of bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(HEXLOWER.encode(&Sha256::digest(bytes.as_ref())))
    }

    /// Of a value's compact JSON. All maps in the vocabulary are ordered, so equal values have equal digests.
    pub fn of_json<T: Serialize>(value: &T) -> Self {
        let text = serde_json::to_vec(value)
            .unwrap_or_else(|e| format!("unserialisable: {e}").into_bytes());
        Self::of(text)
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
