//! Secrets as a type that cannot be printed, compared in the open or serialised.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// A secret value. It has no `Debug`, `Display`, `Serialize` or `Clone`; its memory is wiped on drop.
///
/// ```compile_fail
/// let s = model::secret::Secret::new("hunter2".into());
/// println!("{s:?}");
/// ```
/// ```compile_fail
/// let s = model::secret::Secret::new("hunter2".into());
/// println!("{s}");
/// ```
/// ```compile_fail
/// let s = model::secret::Secret::new("hunter2".into());
/// serde_json::to_string(&s).unwrap();
/// ```
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of a secret.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the one place that hands it to its user (a pipe, a file of mode 0600).
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Where a secret is obtained; the reference is not secret and is all that plans and records carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretRef {
    /// First line of a file on the controller, outside the lab tree or ignored by git.
    File(String),
    /// An environment variable of the controller.
    Env(String),
    /// Standard output of a command on the controller, run without a shell.
    Command(Vec<String>),
    /// One value of a SOPS file.
    Sops {
        /// The file, from the root of the lab tree.
        file: String,
        /// The keys that lead to the value, from the root of the document; numbers also count the items of lists.
        key: Vec<String>,
    },
    /// First line of a file that is encrypted with age.
    Age(String),
}

impl fmt::Display for SecretRef {
    /// What to call it in messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::File(path) => write!(f, "the secret file {path}"),
            SecretRef::Env(name) => write!(f, "the environment variable {name}"),
            SecretRef::Command(words) => {
                write!(
                    f,
                    "the output of {}",
                    words.first().map_or("", String::as_str)
                )
            }
            SecretRef::Sops { file, key } => match key.as_slice() {
                [] => write!(f, "the SOPS file {file}"),
                key => write!(f, "'{}' of the SOPS file {file}", key.join(".")),
            },
            SecretRef::Age(path) => write!(f, "the age file {path}"),
        }
    }
}

/// Replaces every occurrence of known secrets in a text by `[redacted]`; applied to all output that a command printed.
pub fn mask(text: &str, secrets: &[&Secret]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets.iter().filter(|s| s.expose().len() >= 4) {
        masked = masked.replace(secret.expose(), "[redacted]");
    }
    masked
}

/// Hides text that may be a secret and still tells whether it changed. Only who holds the key, which never leaves the store,
/// can try out what the text may have been.
pub struct Redactor(Zeroizing<[u8; 32]>);

impl Redactor {
    /// With this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// What may be kept and shown in place of `text`.
    pub fn redact(&self, text: &str) -> Redacted {
        let hash = HEXLOWER.encode(&self.hmac(text.as_bytes()));
        Redacted(hash.get(..16).unwrap_or(&hash).to_owned())
    }

    /// HMAC-SHA256 (RFC 2104); the key is shorter than a block.
    fn hmac(&self, message: &[u8]) -> [u8; 32] {
        let pad = |with: u8| {
            let mut block = Zeroizing::new([with; 64]);
            block
                .iter_mut()
                .zip(self.0.iter())
                .for_each(|(b, k)| *b ^= k);
            block
        };
        let inner = Sha256::new()
            .chain_update(*pad(0x36))
            .chain_update(message)
            .finalize();
        Sha256::new()
            .chain_update(*pad(0x5c))
            .chain_update(inner)
            .finalize()
            .into()
    }
}

/// A text that is not kept, only a keyed hash of it. Made by [`Redactor::redact`] alone; equal texts give equal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted(String);

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted {}]", self.0)
    }
}

/// Whether git keeps a file. Whoever reads the files asks; nobody else knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InGit {
    /// It is in the repository.
    Kept,
    /// It is not, and nothing keeps it out.
    New,
    /// It is not, and git is told to ignore it.
    Ignored,
    /// There is no repository.
    NoRepository,
    /// Git did not say.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_hmac_sha256_and_needs_the_key() {
        // `printf what | openssl mac -digest SHA256 -macopt hexkey:0101…01 HMAC`
        let one = Redactor::new([1; 32]);
        assert_eq!(
            one.redact("what").to_string(),
            "[redacted da02662d6a3e9802]"
        );
        assert_eq!(one.redact("what"), one.redact("what"));
        assert_ne!(one.redact("what"), one.redact("what "));
        assert_ne!(one.redact("what"), Redactor::new([2; 32]).redact("what"));
    }
}
