//! SARIF 2.1.0, for code hosts and editors.
//!
//! Layout: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>, sections 3.14 (run) to 3.57 (replacement).

use super::place::Place;
use super::sorted;
use crate::{Diagnostic, Fix, Label, Severity, SourceSet, Span, Waived};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the rule book says about a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// The code, e.g. `bak-coverage`.
    pub id: String,
    /// One sentence.
    pub summary: String,
    /// Why it matters.
    pub rationale: String,
    /// How much it matters, unless a result says otherwise.
    pub severity: Severity,
    /// A declaration that it finds fault with; empty for none.
    pub example: String,
    /// Professional controls that it serves.
    pub controls: Vec<String>,
}

/// A SARIF 2.1.0 log with one run. `rules` describes codes; a code that it lacks is listed by its id alone.
pub fn sarif(diagnostics: &[Diagnostic], sources: &SourceSet, rules: &[RuleText]) -> String {
    let texts: BTreeMap<&str, &RuleText> = rules.iter().map(|r| (r.id.as_str(), r)).collect();
    let sorted = sorted(diagnostics);
    let mut codes: Vec<&str> = sorted.iter().map(|d| d.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let descriptors: Vec<Value> = codes
        .iter()
        .map(|code| descriptor(code, texts.get(code).copied()))
        .collect();
    let results: Vec<Value> = sorted
        .into_iter()
        .map(|d| result(d, codes.binary_search(&d.code.as_str()).ok(), sources))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "holdfast",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // Strings and numbers alone always serialise.
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn descriptor(code: &str, text: Option<&RuleText>) -> Value {
    let Some(t) = text else {
        return json!({"id": code});
    };
    let mut out = json!({
        "id": code,
        "shortDescription": {"text": t.summary},
        "fullDescription": {"text": t.rationale},
        "defaultConfiguration": {"level": level(t.severity)},
        "help": help(t),
    });
    if !t.controls.is_empty() {
        out["properties"] = json!({"tags": t.controls});
    }
    out
}

/// The rule's page. There is no address that it could be read at, so it is carried along (3.49.13).
fn help(t: &RuleText) -> Value {
    let (mut text, mut markdown) = (t.rationale.clone(), t.rationale.clone());
    if !t.example.is_empty() {
        text.push_str(&format!("\n\nExample:\n{}", t.example));
        markdown.push_str(&format!("\n\n```yaml\n{}\n```", t.example));
    }
    let explain = format!("holdfast explain {}", t.id);
    text.push_str(&format!("\n\n{explain}"));
    markdown.push_str(&format!("\n\n`{explain}`"));
    json!({"text": text, "markdown": markdown})
}

fn result(d: &Diagnostic, rule: Option<usize>, sources: &SourceSet) -> Value {
    let mut out = Map::new();
    out.insert("ruleId".to_owned(), json!(d.code));
    if let Some(index) = rule {
        out.insert("ruleIndex".to_owned(), json!(index));
    }
    out.insert("level".to_owned(), json!(level(d.severity)));
    out.insert("message".to_owned(), json!({"text": message(d)}));
    let primary = d.primary.as_ref().and_then(|l| location(l, sources, None));
    out.insert(
        "locations".to_owned(),
        Value::Array(primary.into_iter().collect()),
    );
    let related: Vec<Value> = d
        .secondary
        .iter()
        .enumerate()
        .filter_map(|(n, l)| location(l, sources, Some(n + 1)))
        .collect();
    if !related.is_empty() {
        out.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    // All results of a run have the list, or none has: without it nobody would know that waivers were looked at (3.27.23).
    let waived: Vec<Value> = d.waived.iter().map(suppression).collect();
    out.insert("suppressions".to_owned(), Value::Array(waived));
    if let Some(change) = d.fix.as_ref().and_then(|f| fix(f, sources)) {
        out.insert("fixes".to_owned(), json!([change]));
    }
    if !d.controls.is_empty() {
        out.insert("properties".to_owned(), json!({"controls": d.controls}));
    }
    Value::Object(out)
}

/// A waiver stands beside what it accepts, not in it (3.35). The level stays that of a note, since not every reader knows suppressions.
fn suppression(waived: &Waived) -> Value {
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": waived.reason,
        "properties": {"owner": waived.owner, "until": waived.until},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Message, arithmetic and help in one text: most viewers show nothing else.
fn message(d: &Diagnostic) -> String {
    let mut text = d.message.clone();
    for line in d.notes.iter().chain(&d.help) {
        text.push('\n');
        text.push_str(line);
    }
    text
}

fn location(label: &Label, sources: &SourceSet, id: Option<usize>) -> Option<Value> {
    let (artifact, region) = physical(label.span, sources)?;
    let mut out = Map::new();
    if let Some(id) = id {
        out.insert("id".to_owned(), json!(id));
    }
    out.insert(
        "physicalLocation".to_owned(),
        json!({"artifactLocation": artifact, "region": region}),
    );
    if !label.text.is_empty() {
        out.insert("message".to_owned(), json!({"text": label.text}));
    }
    Some(Value::Object(out))
}

fn physical(span: Span, sources: &SourceSet) -> Option<(Value, Value)> {
    let place = Place::of(span, sources)?;
    let region = json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    });
    Some((json!({"uri": uri(&place.path)}), region))
}

fn fix(fix: &Fix, sources: &SourceSet) -> Option<Value> {
    let mut changes: BTreeMap<crate::SourceId, (Value, Vec<Value>)> = BTreeMap::new();
    for edit in &fix.edits {
        let (artifact, region) = physical(edit.span, sources)?;
        let replacement = json!({
            "deletedRegion": region,
            "insertedContent": {"text": edit.text},
        });
        changes
            .entry(edit.span.source)
            .or_insert_with(|| (artifact, Vec::new()))
            .1
            .push(replacement);
    }
    let changes: Vec<Value> = changes
        .into_values()
        .map(|(artifact, replacements)| {
            json!({"artifactLocation": artifact, "replacements": replacements})
        })
        .collect();
    // The format wants at least one change, so a fix that is only described is left out.
    (!changes.is_empty())
        .then(|| json!({"description": {"text": fix.message}, "artifactChanges": changes}))
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
