//! Lab trees and the day on which they are judged.

use diag::{Class, Diagnostic, SourceSet};
use jiff::civil::{Date, date};
use model::fact::Facts;
use model::lab::Lab;
use std::path::PathBuf;

/// Fixtures know what is overdue on this day.
pub(crate) const TODAY: Date = date(2026, 11, 21);

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The lab of some files; their text must be valid.
pub(crate) fn lab(files: &[(&str, &str)]) -> (Lab, SourceSet) {
    let mut sources = SourceSet::default();
    for (path, text) in files {
        sources.add(*path, *text);
    }
    let (lab, diagnostics) = lang::analyze(&sources);
    let invalid: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|d| d.class == Class::Invalid)
        .collect();
    assert!(
        invalid.is_empty(),
        "the fixture is invalid: {invalid:#?}\n{files:?}"
    );
    (lab, sources)
}

/// The findings of one text, judged on [`TODAY`].
pub(crate) fn check(text: &str, facts: Option<&Facts>) -> (Vec<Diagnostic>, SourceSet) {
    let (lab, sources) = lab(&[("holdfast.yaml", text)]);
    let ctx = rules::Context {
        lab: &lab,
        facts,
        today: TODAY,
    };
    (rules::check(&ctx), sources)
}

/// The findings of one code that are more than an unknown or a waived one.
pub(crate) fn hits<'a>(findings: &'a [Diagnostic], code: &str) -> Vec<&'a Diagnostic> {
    let soft = |d: &Diagnostic| {
        ["unknown: ", "waived "]
            .iter()
            .any(|p| d.message.starts_with(p))
    };
    findings
        .iter()
        .filter(|d| d.code == code && !soft(d))
        .collect()
}
