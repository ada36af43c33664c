//! What can be wrong with a SOPS document. No message holds a value.

use super::tree::Path;

/// Why a document, or a value of it, cannot be had. Whoever shows it names the file in front.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SopsError {
    /// It cannot be read as what its name says.
    #[error("line {line}: {why}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// There is no `sops` section.
    #[error("it is not encrypted with SOPS: it has no 'sops' section")]
    NotSops,
    /// The metadata lack something or hold something that is not understood.
    #[error("its 'sops' section {0}")]
    Metadata(String),
    /// Written by a version whose format is not known.
    #[error("it was written by sops {0}; versions 3.x are understood")]
    Version(String),
    /// Nothing is encrypted to an age key.
    #[error("it has no age recipient{}", others(.0))]
    NoAge(Vec<String>),
    /// A value is not of the form that SOPS writes.
    #[error("the value of '{path}' is damaged: {why}")]
    Damaged {
        /// Which value.
        path: Path,
        /// What is wrong with its form.
        why: &'static str,
    },
    /// A value that ought to be encrypted stands in clear text.
    #[error("the value of '{0}' is not encrypted, and should be")]
    Clear(Path),
    /// The authentication of a value failed.
    #[error(
        "the value of '{0}' cannot be decrypted: it was changed, or moved from another key or file"
    )]
    Tampered(Path),
    /// The checksum over all values is wrong.
    #[error("its MAC is wrong: a value was added, removed, moved or changed without sops")]
    Mac,
    /// The data key has the wrong length.
    #[error("its data key is damaged")]
    DataKey,
    /// There is no such key.
    #[error("it has no key '{path}'{}", meant.as_ref().map(|m| format!(" (did you mean '{m}'?)")).unwrap_or_default())]
    NoSuchKey {
        /// What was asked for.
        path: Path,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// A map or a list is there.
    #[error("'{path}' is {what}, not one value")]
    NotOne {
        /// What was asked for.
        path: Path,
        /// `a map`.
        what: &'static str,
    },
    /// The value is null.
    #[error("'{0}' has no value")]
    Empty(Path),
    /// The value is not text.
    #[error("the value of '{0}' is not text")]
    NotText(Path),
    /// A key that the document's own rule leaves in clear text.
    #[error("'{0}' would not be encrypted: the rule of this file leaves it in clear text")]
    LeftClear(Path),
    /// Something that is left to sops itself.
    #[error("{0}")]
    Unsupported(String),
}

fn others(kinds: &[String]) -> String {
    match kinds {
        [] => String::new(),
        _ => format!(
            ", only {}; Holdfast reads what is encrypted to age keys",
            kinds.join(", ")
        ),
    }
}
