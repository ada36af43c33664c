//! Lab trees and the day on which they are judged.

use diag::{Class, Diagnostic, SourceSet};
use jiff::civil::{Date, date};
use model::document::{Documents, Presence};
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

/// In front of the path of a document in a fixture; the rest of the text up to the next one is its text.
const DOCUMENT: &str = "#### document ";

/// The findings of one text, judged on [`TODAY`]. Documents may follow the lab, each behind a line `#### document PATH`.
pub(crate) fn check(text: &str, facts: Option<&Facts>) -> (Vec<Diagnostic>, SourceSet) {
    let mut parts = text.split(DOCUMENT);
    let (lab, mut sources) = lab(&[("holdfast.yaml", parts.next().unwrap_or_default())]);
    let files: Vec<(&str, &str)> = parts.filter_map(|p| p.split_once('\n')).collect();
    let documents = documents(&lab, &files, &mut sources);
    let ctx = rules::Context {
        lab: &lab,
        documents: &documents,
        facts,
        today: TODAY,
    };
    (rules::check(&ctx), sources)
}

/// The documents that a lab declares, of some files; other files of the lab tree are there, but are not read.
fn documents(lab: &Lab, files: &[(&str, &str)], sources: &mut SourceSet) -> Documents {
    let mut out = Documents::default();
    for (name, declared) in &lab.documents {
        let file = declared
            .file
            .as_ref()
            .and_then(|f| f.value())
            .map(|f| f.0.clone());
        let Some(file) = file else { continue };
        let (_, text) = files
            .iter()
            .find(|(path, _)| *path == file)
            .expect("the fixture has the document");
        let source = sources.add(file.as_str(), *text);
        out.by_name
            .insert(name.clone(), lang::document(name, &file, source, text));
    }
    let here = |path: &str| match files.iter().any(|(f, _)| *f == path) {
        true => Presence::File,
        false => Presence::Missing,
    };
    out.files = out
        .paths()
        .into_iter()
        .map(|p| (p.to_owned(), here(p)))
        .collect();
    out
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
