//! What stands behind a name that may be a slip of a secret's: `--passwrod x`, `tokne=x`. It is hidden wherever a text is shown, and
//! told nowhere: a name that is near to another one is still another name.

use super::kind::Kind;
use super::literal::{Bounds, literal};
use super::words::{bare, gap, is_word, value};
use diag::misspelt;
use regex::Regex;
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

/// The shapes, compiled once.
pub(super) struct Slips(Vec<Regex>);

impl Default for Slips {
    fn default() -> Self {
        let shapes = [OPTION, ASSIGNED].into_iter();
        Self(shapes.filter_map(|s| Regex::new(s).ok()).collect())
    }
}

impl Slips {
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        // Comparing a name is quadratic in it, and a text has each often.
        let mut known: BTreeMap<&str, bool> = BTreeMap::new();
        for found in self.0.iter().flat_map(|r| r.captures_iter(text)) {
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
