//! What of the texts of a lab may be shown: everything that prints a line of somebody's text takes it from here.

use ::secrets::scan::{Look, Scanner};
use ::secrets::veil::Veil;
use diag::{Diagnostic, SourceSet};
use rayon::prelude::*;
use std::sync::LazyLock;

/// What is looked for is compiled when a text may have it, and once.
static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::default);

/// Looks through all texts, and hides what diagnostics say of unknown keys.
pub(crate) fn over(sources: &SourceSet, told: &[Diagnostic]) -> Veil {
    let texts: Vec<_> = sources.iter().map(|(_, source)| source).collect();
    let looks: Vec<Look> = texts
        .par_iter()
        .map(|source| SCANNER.look(&source.path, &source.text))
        .collect();
    Veil::of(sources, looks, told)
}

/// What was found in clear text, for the rules.
pub(crate) fn leaks(veil: &Veil, sources: &SourceSet, told: &[Diagnostic]) -> Vec<rules::Leak> {
    let found = veil.leaks(sources, told).into_iter();
    let found = found.filter_map(|(span, what)| {
        let file = sources.get(span.source)?.path.clone();
        Some(rules::Leak { span, file, what })
    });
    found.collect()
}

/// A text without the secrets that stand in it, and without what may be one.
pub(crate) fn hidden(path: &str, text: &str) -> String {
    SCANNER.look(path, text).veiled(text)
}
