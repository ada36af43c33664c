//! What was never filled in: notes to oneself, gaps of templates, example passwords.

use crate::call::object;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::document::{Document, Place};

pub const RULE: Rule = Rule {
    id: "doc-residue",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document has a note to its author, an unfilled gap of a template, or an example password.",
    rationale: "What was to be filled in later is missing when the document is needed. An example address receives the backup's key, and an \
        example password is the first that an intruder tries.",
    example: "gpg --encrypt -r backup@example.com",
    controls: &["CIS v8 4.7", "ISO 27001:2022 A.5.37"],
    mend: Mend::None("what belongs there is known to its author"),
    run,
};

/// Where a piece of text counts.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    /// Everywhere.
    Anywhere,
    /// In commands and other code, where it would be used as it is.
    Code,
}

/// What is found, how it must stand, and what it is. Capital letters must be capital letters.
const RESIDUE: &[(&str, Where, &str)] = &[
    ("TODO", Where::Anywhere, "a note to the author"),
    ("FIXME", Where::Anywhere, "a note to the author"),
    ("TBD", Where::Anywhere, "a note to the author"),
    ("XXX", Where::Anywhere, "a note to the author"),
    ("lorem ipsum", Where::Anywhere, "filling text"),
    ("[continued in", Where::Anywhere, "text of a conversation"),
    (
        "should i continue",
        Where::Anywhere,
        "text of a conversation",
    ),
    ("as an ai", Where::Anywhere, "text of a conversation"),
    ("let me know if", Where::Anywhere, "text of a conversation"),
    ("[username]", Where::Anywhere, "a gap"),
    ("[your", Where::Anywhere, "a gap"),
    ("<your", Where::Anywhere, "a gap"),
    ("your_", Where::Code, "a gap"),
    ("your-domain", Where::Anywhere, "a gap"),
    ("yourdomain", Where::Anywhere, "a gap"),
    ("/path/to/", Where::Anywhere, "a gap"),
    ("example.com", Where::Code, "an example"),
    ("example.org", Where::Code, "an example"),
    ("example.net", Where::Code, "an example"),
    (".xxx.", Where::Anywhere, "a gap"),
    ("service_name", Where::Code, "a gap"),
    ("sdX", Where::Code, "a gap"),
    ("insert here", Where::Anywhere, "a gap"),
];
/// Values of passwords in guides.
const PASSWORDS: [&str; 14] = [
    "changeme",
    "change_me",
    "change-me",
    "password",
    "passw0rd",
    "secret",
    "admin",
    "example",
    "hunter2",
    "letmein",
    "supersecret",
    "topsecret",
    "postgres",
    "root",
];
/// What names of passwords have in them.
const SECRETS: [&str; 6] = ["password", "passwd", "pass", "secret", "token", "pwd"];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for document in ctx.documents.by_name.values() {
        let found = residue(document);
        if let Some((first, text, what)) = found.first() {
            let lines: Vec<String> = found
                .iter()
                .map(|(s, t, w)| format!("{} ('{t}', {w})", document.line(*s)))
                .collect();
            let count = found.len();
            let noun = if count == 1 {
                "place was"
            } else {
                "places were"
            };
            let mut d = RULE
                .finding(format!(
                    "document '{}' is not finished: {count} {noun} left to be filled in",
                    document.name
                ))
                .at(*first, format!("'{text}' is {what}"))
                .note(format!("lines: {}", lines.join(", ")))
                .help("write what is meant, or remove it");
            for (span, text, what) in found.iter().skip(1).take(2) {
                d = d.and_at(*span, format!("'{text}' is {what}"));
            }
            out.add(object(document), d);
        }
        for line in passwords(document) {
            // No excerpt: it would show the line.
            let d = RULE
                .finding(format!(
                    "document '{}' has an example password in line {line}",
                    document.name
                ))
                .help("say where the real one is kept; if it was ever used, change it");
            out.add(object(document), d);
        }
    }
}

fn residue(document: &Document) -> Vec<(Span, &'static str, &'static str)> {
    let mut out = Vec::new();
    for (needle, place, what) in RESIDUE {
        let exact = needle.chars().any(char::is_uppercase);
        let text = if exact {
            document.text.clone()
        } else {
            document.text.to_ascii_lowercase()
        };
        for (at, _) in text.match_indices(needle) {
            let span = document.span(at, at + needle.len());
            if is_word(&text, at, needle) && (*place == Where::Anywhere || is_code(document, span))
            {
                out.push((span, *needle, *what));
            }
        }
    }
    out.sort_by_key(|(span, ..)| span.start);
    out
}

/// What is found begins or ends no longer word.
fn is_word(text: &str, at: usize, needle: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let before = text.get(..at).and_then(|t| t.chars().next_back());
    let after = text.get(at + needle.len()..).and_then(|t| t.chars().next());
    let begins = needle.starts_with(char::is_alphanumeric);
    let ends = needle.ends_with(char::is_uppercase) || needle.ends_with("name");
    let longer = begins && letter(before) && needle != "sdX" || ends && letter(after);
    !longer
}

fn is_code(document: &Document, span: Span) -> bool {
    let around = |s: Span| s.start <= span.start && span.end <= s.end;
    let fenced = document.fences.iter().any(|f| around(f.span));
    fenced
        || document
            .commands
            .iter()
            .any(|c| c.place == Place::Script && around(c.span))
}

/// Lines that set a password to one that is in every guide.
fn passwords(document: &Document) -> Vec<usize> {
    let mut out = Vec::new();
    for (n, line) in document.text.lines().enumerate() {
        let separated = line.match_indices(['=', ':']).any(|(at, _)| {
            let (name, value) = line.split_at(at);
            let name = name
                .rsplit([' ', '"', '\'', '('])
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            let value = value
                .get(1..)
                .unwrap_or_default()
                .trim()
                .trim_matches(['"', '\'', '`'])
                .to_ascii_lowercase();
            let value = value
                .split([' ', '"', '\'', '`'])
                .next()
                .unwrap_or_default();
            SECRETS.iter().any(|s| name.ends_with(s))
                && (PASSWORDS.contains(&value) || value.starts_with("12345"))
        });
        if separated {
            out.push(n + 1);
        }
    }
    out
}
