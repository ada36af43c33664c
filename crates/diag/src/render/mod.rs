//! Renderers of diagnostics: for people (full, concise) and for programs (JSON, SARIF).
//!
//! Every renderer puts the diagnostics into one order (source, place, code), so output is stable whatever order the
//! rules ran in. No renderer prints the text of a value that stands where a secret belongs: excerpts pass through
//! [`mask`], the other formats carry no excerpt at all.

mod concise;
mod digest;
mod full;
mod json;
mod labels;
mod mask;
mod patch;
mod place;
mod sarif;
mod summary;

pub use concise::concise;
pub use digest::{Whole, digest};
pub use full::{Color, full};
pub use json::json;
pub use patch::patch;
pub use sarif::{RuleText, sarif};
pub use summary::summary;

use crate::Diagnostic;
use std::cmp::Ordering;

/// The order of all output: diagnostics without a place first, then by source, start, code and message.
pub(crate) fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut all: Vec<&Diagnostic> = diagnostics.iter().collect();
    all.sort_by(|a, b| compare(a, b));
    all
}

fn compare(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    let place = |d: &Diagnostic| d.primary.as_ref().map(|l| (l.span.source, l.span.start));
    place(a)
        .cmp(&place(b))
        .then_with(|| a.code.cmp(&b.code))
        .then_with(|| a.message.cmp(&b.message))
}

/// The word for a severity.
fn word(severity: crate::Severity) -> &'static str {
    match severity {
        crate::Severity::Info => "info",
        crate::Severity::Warning => "warning",
        crate::Severity::Error => "error",
    }
}

/// Text from the user without control characters: a terminal must not obey what a lab file says.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if (c.is_control() && c != '\n') || turns_text(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Whether a character ends a line or turns the direction of the text around it, without being a control character.
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
