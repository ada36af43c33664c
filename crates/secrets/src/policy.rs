//! `.sops.yaml`: for whom new files are encrypted, and which of their values. The first creation rule whose `path_regex` matches
//! counts, as for sops.

use crate::sops::{Selection, SopsError, Which};
use regex::Regex;

/// What one creation rule says.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Age recipients, `age1…` or `ssh-ed25519 …`.
    pub recipients: Vec<String>,
    /// Which values are encrypted.
    pub selection: Selection,
}

/// Why a file has no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(SopsError),
    /// It has no rules.
    #[error("it has no 'creation_rules'")]
    NoRules,
    /// No rule is for this file.
    #[error("none of its creation rules is for {0}")]
    NoRule(String),
    /// A rule is not understood.
    #[error("creation rule {number} {why}")]
    Rule {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// The policy for a file; `path` is meant from the folder of `.sops.yaml`.
///
/// # Errors
/// There is none, or it asks for more than age keys.
pub fn policy(text: &str, path: &str) -> Result<Policy, PolicyError> {
    let root = crate::sops::tree_of_yaml(text).map_err(PolicyError::Unreadable)?;
    let rules = root.entry("creation_rules").ok_or(PolicyError::NoRules)?;
    for (n, rule) in rules.value.items().iter().enumerate() {
        let text = |key: &str| rule.entry(key)?.value.text().map(str::to_owned);
        let wrong = |why: String| PolicyError::Rule { number: n + 1, why };
        if let Some(regex) = text("path_regex") {
            let read = Regex::new(&regex);
            let read =
                read.map_err(|_| wrong(format!("has a path_regex that cannot be read: {regex}")))?;
            if !read.is_match(path) {
                continue;
            }
        }
        let strange = [
            "pgp",
            "kms",
            "gcp_kms",
            "azure_keyvault",
            "hc_vault_transit_uri",
            "hckms",
        ];
        if let Some(kind) = strange.iter().find(|k| rule.entry(k).is_some()) {
            return Err(wrong(format!(
                "wants recipients of kind {kind}; Holdfast encrypts to age keys only"
            )));
        }
        let mut places = vec![rule];
        match rule.entry("key_groups").map(|g| g.value.items()) {
            None => {}
            Some([group]) => places.push(group),
            Some(_) => return Err(wrong("wants keys of several groups at once".to_owned())),
        }
        let mut recipients = Vec::new();
        for place in places {
            let Some(age) = place.entry("age") else {
                continue;
            };
            let texts = age
                .value
                .items()
                .iter()
                .filter_map(|i| i.text())
                .chain(age.value.text());
            let each = texts.flat_map(|t| t.split(','));
            recipients.extend(each.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()));
        }
        if recipients.is_empty() {
            return Err(wrong("has no age recipient".to_owned()));
        }
        let which = crate::sops::which(&text).map_err(wrong)?;
        // What sops does if nothing is said.
        let which = match which {
            Which::All => Which::UnlessSuffix("_unencrypted".to_owned()),
            said => said,
        };
        let selection = Selection {
            which,
            mac_only_encrypted: text("mac_only_encrypted").is_some_and(|t| t == "true"),
        };
        return Ok(Policy {
            recipients,
            selection,
        });
    }
    Err(PolicyError::NoRule(path.to_owned()))
}
