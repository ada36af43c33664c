//! Age identities: where sops looks for them, and where the lab says that they are.

use crate::disk::{self, Unread};
use age::ssh;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use zeroize::Zeroizing;

/// The environment that matters here.
#[derive(Default)]
pub struct Surroundings {
    home: Option<PathBuf>,
    variables: BTreeMap<String, Zeroizing<String>>,
}

impl Surroundings {
    /// Of this process.
    pub fn here() -> Self {
        let all = std::env::vars_os().filter_map(|(k, v)| {
            Some((k.into_string().ok()?, Zeroizing::new(v.into_string().ok()?)))
        });
        Self {
            home: std::env::var_os("HOME").map(PathBuf::from),
            variables: all.collect(),
        }
    }

    pub(crate) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then(|| value.to_string())
    }

    fn configuration(&self) -> Option<PathBuf> {
        let xdg = self.variable("XDG_CONFIG_HOME").map(PathBuf::from);
        xdg.or_else(|| Some(self.home()?.join(".config")))
    }
}

/// One key that can decrypt.
pub(crate) enum Key {
    Age(age::x25519::Identity),
    Ssh(ssh::Identity),
}

impl Key {
    pub(crate) fn identity(&self) -> &dyn age::Identity {
        match self {
            Key::Age(key) => key,
            Key::Ssh(key) => key,
        }
    }
}

/// A key and what is public about it.
pub(crate) struct Held {
    pub(crate) key: Key,
    /// `age1…` or `ssh-ed25519 AAAA…`, without a comment.
    pub(crate) public: Option<String>,
}

/// All keys at hand.
#[derive(Default)]
pub struct Identities {
    pub(crate) held: Vec<Held>,
    /// Places that hold keys.
    pub places: Vec<String>,
    /// Places that were looked at and have none, with the reason.
    pub without: Vec<String>,
}

impl Identities {
    /// Looks at all places, in the order of sops; what the lab declares comes first.
    pub(crate) fn gather(around: &Surroundings, declared: &[PathBuf]) -> Self {
        let mut out = Self::default();
        for path in declared {
            out.file(path, "declared in the lab");
        }
        if let Some(text) = around.variable("SOPS_AGE_KEY") {
            out.text(&Zeroizing::new(text), "SOPS_AGE_KEY");
        }
        if let Some(path) = around.variable("SOPS_AGE_KEY_FILE") {
            out.file(Path::new(&path), "SOPS_AGE_KEY_FILE");
        }
        if let Some(folder) = around.configuration() {
            out.optional(&folder.join("sops/age/keys.txt"));
        }
        match around.variable("SOPS_AGE_SSH_PRIVATE_KEY_FILE") {
            Some(path) => out.file(Path::new(&path), "SOPS_AGE_SSH_PRIVATE_KEY_FILE"),
            None => {
                if let Some(home) = around.home() {
                    out.optional(&home.join(".ssh/id_ed25519"));
                }
            }
        }
        out
    }

    /// Public keys of what is at hand.
    pub fn public(&self) -> impl Iterator<Item = &str> {
        self.held.iter().filter_map(|h| h.public.as_deref())
    }

    /// Whether a recipient is one of the keys at hand.
    pub fn has(&self, recipient: &str) -> bool {
        let wanted = bare(recipient);
        self.public().any(|p| p == wanted)
    }

    fn optional(&mut self, path: &Path) {
        match disk::read(path) {
            Err(Unread::Missing) => self
                .without
                .push(format!("{} is not there", path.display())),
            _ => self.file(path, ""),
        }
    }

    fn file(&mut self, path: &Path, why: &str) {
        let shown = match why {
            "" => path.display().to_string(),
            why => format!("{} ({why})", path.display()),
        };
        match disk::read(path) {
            Err(unread) => self.without.push(unread.about(shown).what),
            Ok(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) => self.text(text, &shown),
                Err(_) => self.without.push(format!("{shown} is no text")),
            },
        }
    }

    fn text(&mut self, text: &str, place: &str) {
        if text.contains("-----BEGIN ") {
            return match ssh_key(text) {
                Ok(held) => self.keep(place, vec![held]),
                Err(why) => self.without.push(format!("{place} {why}")),
            };
        }
        let mut found = Vec::new();
        for (number, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // Only the line is named: what stands there is a key, or was meant to be one.
            match age::x25519::Identity::from_str(line) {
                Ok(key) => found.push(Held {
                    public: Some(key.to_public().to_string()),
                    key: Key::Age(key),
                }),
                Err(_) => self.without.push(format!(
                    "line {} of {place} is no age identity that is understood (AGE-SECRET-KEY-1…)",
                    number + 1
                )),
            }
        }
        self.keep(place, found);
    }

    fn keep(&mut self, place: &str, found: Vec<Held>) {
        if found.is_empty() {
            self.without.push(format!("{place} holds no identity"));
            return;
        }
        self.places.push(place.to_owned());
        self.held.extend(found);
    }
}

/// A recipient without its comment.
pub(crate) fn bare(recipient: &str) -> String {
    let words: Vec<&str> = recipient.split_whitespace().take(2).collect();
    words.join(" ")
}

/// An OpenSSH private key. RSA is left out: its implementation has a known weakness in timing (RUSTSEC-2023-0071).
fn ssh_key(text: &str) -> Result<Held, &'static str> {
    let key = ssh::Identity::from_buffer(text.as_bytes(), None)
        .map_err(|_| "holds no private key that is understood")?;
    match &key {
        ssh::Identity::Unencrypted(_) => {}
        ssh::Identity::Encrypted(_) => {
            return Err("is protected by a passphrase; use an age identity");
        }
        ssh::Identity::Unsupported(_) => return Err("is of a kind that is not used"),
    }
    let public = match ssh::Recipient::try_from(key.clone()) {
        Ok(public @ ssh::Recipient::SshEd25519(..)) => public.to_string(),
        _ => return Err("is no ed25519 key; only those are used"),
    };
    Ok(Held {
        public: Some(bare(&public)),
        key: Key::Ssh(key),
    })
}
