//! What stands behind a name that may be a slip of a secret's: `--passwrod x`, `tokne=x`. It is hidden wherever a text is shown, and
//! told nowhere: a name that is near to another one is still another name.

use super::kind::Kind;
use super::literal::{Bounds, literal};
use super::parts::{Held, Lazy, Parts};
use super::words::{bare, gap, is_word, value};
use diag::misspelt;
use std::collections::BTreeMap;
use std::ops::Range;

/// An option and its value.
const OPTION: &str = concat!(
    r#"(?:^|[\s"'\[,(`])--?([A-Za-z][A-Za-z0-9_-]*)"#,
    gap!(),
    value!()
);
/// A name and what is assigned to it.
const ASSIGNED: &str = concat!(r#"([A-Za-z_][A-Za-z0-9_.-]*)["']?="#, value!());

/// The shapes, compiled when they are needed.
pub(super) struct Slips {
    option: Lazy,
    assigned: Lazy,
}

impl Slips {
    pub(super) fn new(parts: &mut Parts) -> Self {
        Self {
            option: parts.shape(&[], OPTION),
            assigned: parts.shape(&["="], ASSIGNED),
        }
    }

    pub(super) fn find(&self, text: &str, held: &Held) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        // Comparing a name is quadratic in it, and a text has each often.
        let mut known: BTreeMap<&str, bool> = BTreeMap::new();
        let options = has_option(text).then_some(&self.option).into_iter();
        let shapes = options.chain([&self.assigned]);
        for found in shapes.flat_map(|shape| shape.captures(held, text)) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            let name = name.as_str();
            let is_named = known
                .entry(name)
                .or_insert_with(|| misspelt(name).is_some());
            let (said, span) = bare(value.as_str(), value.range());
            let written = literal(said, Bounds::Guessed, Kind::Settings).is_some();
            if *is_named && written && is_word(said) {
                out.push(span);
            }
        }
        out
    }
}

/// Whether a word begins as an option does. A dash alone is in most texts.
fn has_option(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = |at: usize| match at.checked_sub(1).and_then(|before| bytes.get(before)) {
        None => true,
        Some(b) => b.is_ascii_whitespace() || *b == 0x0b || !b.is_ascii() || b"\"'[,(`".contains(b),
    };
    let named = |at: usize| {
        let next = bytes.get(at + 1);
        next.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'-')
    };
    let mut dashes = text.match_indices('-').map(|(at, _)| at);
    dashes.any(|at| named(at) && starts(at))
}
