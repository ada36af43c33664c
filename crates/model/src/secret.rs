//! Secrets as a type that cannot be printed, compared in the open or serialised.

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
}

/// Replaces every occurrence of known secrets in a text by `[redacted]`; applied to all output that a command printed.
pub fn mask(text: &str, secrets: &[&Secret]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets.iter().filter(|s| s.expose().len() >= 4) {
        masked = masked.replace(secret.expose(), "[redacted]");
    }
    masked
}
