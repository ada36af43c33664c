//! The `sops` section: who can read the document, which values are encrypted, and the MAC.

use super::error::SopsError;
use super::tree::{Node, Path};
use regex::Regex;
use std::ops::Range;

/// What is known of a document without any key.
#[derive(Clone)]
pub struct Metadata {
    /// Who can decrypt the data key with an age key.
    pub recipients: Vec<Recipient>,
    /// Other kinds of keys that can: `pgp`, `kms`, …
    pub others: Vec<String>,
    /// When a value was last changed, as written (RFC 3339).
    pub last_modified: String,
    /// Which values are encrypted.
    pub selection: Selection,
    pub(super) version: String,
    /// The MAC as written.
    pub(super) mac: String,
    pub(super) mac_at: Range<usize>,
    pub(super) modified_at: Range<usize>,
}

/// One age recipient of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// `age1…` or `ssh-ed25519 …`.
    pub public: String,
    /// The data key, encrypted to it: an armored age file.
    pub sealed: String,
}

/// Which values of a document are encrypted.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Which keys.
    pub which: Which,
    /// Values in clear text are not counted in the MAC.
    pub mac_only_encrypted: bool,
}

/// Which keys have encrypted values; a key speaks for all that is below it.
#[derive(Debug, Clone, Default)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// All but those that end so.
    UnlessSuffix(String),
    /// Those that end so.
    IfSuffix(String),
    /// All but those that match.
    UnlessRegex(Regex),
    /// Those that match.
    IfRegex(Regex),
}

impl Which {
    /// Reads a regular expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn regex(text: &str, make: fn(Regex) -> Self) -> Result<Self, String> {
        let read = Regex::new(text);
        read.map(make)
            .map_err(|_| format!("has a regular expression that cannot be read: {text}"))
    }

    /// Key and text, as they are written in the metadata.
    pub(super) fn written(&self) -> Option<(&'static str, String)> {
        match self {
            Which::All => None,
            Which::UnlessSuffix(s) => Some(("unencrypted_suffix", s.clone())),
            Which::IfSuffix(s) => Some(("encrypted_suffix", s.clone())),
            Which::UnlessRegex(r) => Some(("unencrypted_regex", r.as_str().to_owned())),
            Which::IfRegex(r) => Some(("encrypted_regex", r.as_str().to_owned())),
        }
    }

    /// Whether the value at a path is encrypted.
    pub fn covers(&self, path: &Path) -> bool {
        let mut keys = path.keys();
        match self {
            Which::All => true,
            Which::UnlessSuffix(s) => s.is_empty() || !keys.any(|k| k.ends_with(s)),
            Which::IfSuffix(s) => keys.any(|k| k.ends_with(s)),
            Which::UnlessRegex(r) => !keys.any(|k| r.is_match(k)),
            Which::IfRegex(r) => keys.any(|k| r.is_match(k)),
        }
    }
}

/// Sections of recipients of other kinds.
const OTHERS: [&str; 6] = ["pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"];
/// Rules on comments cannot be followed where comments are not read.
const COMMENTS: [&str; 2] = ["unencrypted_comment_regex", "encrypted_comment_regex"];

impl Metadata {
    pub(super) fn read(node: &Node) -> Result<Self, SopsError> {
        let text = |key: &str| {
            let value = node.entry(key).and_then(|e| e.value.text());
            value.map(str::to_owned).filter(|t| !t.is_empty())
        };
        let need = |key: &str| {
            let found = node.entry(key).map(|e| &e.value);
            let value = found.and_then(|v| Some((v.text()?.to_owned(), v.span.clone())));
            value
                .filter(|(t, _)| !t.is_empty())
                .ok_or_else(|| SopsError::Metadata(format!("has no '{key}'; the file is cut off")))
        };
        let version = text("version").unwrap_or_else(|| "an unknown version".to_owned());
        if !version.starts_with("3.") {
            return Err(SopsError::Version(version));
        }
        if let Some(key) = COMMENTS.iter().find(|key| text(key).is_some()) {
            let why = format!("chooses by comments ('{key}'), which Holdfast does not read");
            return Err(SopsError::Metadata(why));
        }
        let groups = node
            .entry("key_groups")
            .map_or(0, |g| g.value.items().len());
        let shamir = text("shamir_threshold").is_some_and(|t| t != "0");
        if groups > 0 || shamir {
            let why = "wants keys of several groups at once, which Holdfast does not do";
            return Err(SopsError::Metadata(why.to_owned()));
        }
        let (mac, mac_at) = need("mac")?;
        let (last_modified, modified_at) = need("lastmodified")?;
        let used = |key: &&&str| {
            node.entry(key)
                .is_some_and(|e| !e.value.items().is_empty() || !e.value.entries().is_empty())
        };
        let others = OTHERS.iter().filter(used).map(|k| (*k).to_owned());
        Ok(Self {
            recipients: recipients(node)?,
            others: others.collect(),
            last_modified,
            selection: Selection {
                which: which(&text).map_err(SopsError::Metadata)?,
                mac_only_encrypted: text("mac_only_encrypted").is_some_and(|t| t == "true"),
            },
            version,
            mac,
            mac_at,
            modified_at,
        })
    }
}

fn recipients(node: &Node) -> Result<Vec<Recipient>, SopsError> {
    let items = node.entry("age").map_or(&[][..], |e| e.value.items());
    let read = |item: &Node| {
        let text = |key: &str| item.entry(key).and_then(|e| e.value.text());
        let whole = text("recipient").zip(text("enc"));
        let broken = || SopsError::Metadata("has an age recipient without its key".to_owned());
        whole.ok_or_else(broken).map(|(public, sealed)| Recipient {
            public: public.to_owned(),
            sealed: sealed.to_owned(),
        })
    };
    items.iter().map(read).collect()
}

/// The one rule that a document, or a creation rule, has; none is sops' own.
pub(crate) fn which(text: &dyn Fn(&str) -> Option<String>) -> Result<Which, String> {
    let mut found = Vec::new();
    found.extend(text("unencrypted_suffix").map(|t| Ok(Which::UnlessSuffix(t))));
    found.extend(text("encrypted_suffix").map(|t| Ok(Which::IfSuffix(t))));
    found.extend(text("unencrypted_regex").map(|t| Which::regex(&t, Which::UnlessRegex)));
    found.extend(text("encrypted_regex").map(|t| Which::regex(&t, Which::IfRegex)));
    if found.len() > 1 {
        return Err("says in two ways which values are encrypted".to_owned());
    }
    found.pop().unwrap_or(Ok(Which::All))
}
