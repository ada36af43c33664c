//! JSON: one array, one object per diagnostic, in the order of the other formats.

use super::place::Place;
use super::sorted;
use crate::{Applicability, Class, Diagnostic, Edit, Fix, Label, Severity, SourceSet, Waived};
use serde::Serialize;

#[derive(Serialize)]
struct Item<'a> {
    code: &'a str,
    severity: Severity,
    class: Class,
    message: &'a str,
    primary: Option<Marked<'a>>,
    secondary: Vec<Marked<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fix: Option<Mend<'a>>,
    controls: &'a [String],
    unknown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    parts: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a Waived>,
}

#[derive(Serialize)]
struct Marked<'a> {
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
}

#[derive(Serialize)]
struct Mend<'a> {
    message: &'a str,
    applicability: Applicability,
    edits: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

/// A JSON array of diagnostics; places are `{path, line, column, end: {line, column}}`, counted from 1, end exclusive.
pub fn json(diagnostics: &[Diagnostic], sources: &SourceSet) -> String {
    let items: Vec<Item<'_>> = sorted(diagnostics)
        .into_iter()
        .map(|d| item(d, sources))
        .collect();
    // Strings and numbers alone always serialise.
    serde_json::to_string_pretty(&items).unwrap_or_default()
}

fn item<'a>(d: &'a Diagnostic, sources: &SourceSet) -> Item<'a> {
    Item {
        code: &d.code,
        severity: d.severity,
        class: d.class,
        message: &d.message,
        primary: d.primary.as_ref().and_then(|l| marked(l, sources)),
        secondary: d
            .secondary
            .iter()
            .filter_map(|l| marked(l, sources))
            .collect(),
        notes: &d.notes,
        help: &d.help,
        fix: d.fix.as_ref().map(|f| mend(f, sources)),
        controls: &d.controls,
        unknown: d.unknown,
        object: d.object.as_deref(),
        parts: &d.parts,
        waived: d.waived.as_ref(),
    }
}

fn marked<'a>(label: &'a Label, sources: &SourceSet) -> Option<Marked<'a>> {
    Some(Marked {
        place: Place::of(label.span, sources)?,
        text: &label.text,
    })
}

fn mend<'a>(fix: &'a Fix, sources: &SourceSet) -> Mend<'a> {
    let change = |e: &'a Edit| {
        Some(Change {
            place: Place::of(e.span, sources)?,
            text: &e.text,
        })
    };
    Mend {
        message: &fix.message,
        applicability: fix.applicability,
        edits: fix.edits.iter().filter_map(change).collect(),
    }
}
