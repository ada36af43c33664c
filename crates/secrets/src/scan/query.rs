//! What the query of a URL says by a name that is a secret's: `https://ntfy.sh/alarm?auth=…`. Whoever has the URL has it, and so have the
//! logs of every machine on its way.

use super::Kind;
use super::literal::{Bounds, is_mixed, is_strong, is_thought_up, literal};
use std::ops::Range;

/// Names of parameters whose value is a secret, in small letters and without signs between their words.
const NAMES: [&str; 12] = [
    "auth",
    "authkey",
    "bearer",
    "jwt",
    "key",
    "pass",
    "passwd",
    "psk",
    "pwd",
    "session",
    "sessionid",
    "sig",
];
/// What the other names end with: `access_token`, `client_secret`, `X-Amz-Signature`.
const ENDS: [&str; 8] = [
    "accesskey",
    "apikey",
    "passphrase",
    "password",
    "secret",
    "secretkey",
    "signature",
    "token",
];

/// A parameter that is named as a secret.
pub(super) struct Parameter<'t> {
    pub(super) name: &'t str,
    /// The bytes of its value.
    pub(super) span: Range<usize>,
    /// It is more than a word that says something of one.
    pub(super) is_told: bool,
}

/// All of a text, in its order.
pub(super) fn parameters(text: &str, kind: Kind) -> Vec<Parameter<'_>> {
    let mut out = Vec::new();
    let mut done = 0;
    for (start, _) in text.match_indices("://") {
        // A URL may hold another one.
        if start < done {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let edge = |c: char| c.is_whitespace() || "\"'`<>\\|".contains(c);
        let word = rest
            .get(..rest.find(edge).unwrap_or(rest.len()))
            .unwrap_or_default();
        done = start + word.len();
        let Some((path, query)) = word.split_once('?') else {
            continue;
        };
        let mut at = start + path.len() + 1;
        for part in query.split(['?', '&', ';', '#']) {
            out.extend(parameter((part, at), kind));
            at += part.len() + 1;
        }
    }
    out
}

fn parameter((part, at): (&str, usize), kind: Kind) -> Option<Parameter<'_>> {
    let (name, value) = part.split_once('=')?;
    if !is_named(name) {
        return None;
    }
    let value = bare(value);
    let start = at + name.len() + 1;
    let bytes = start..start + value.len();
    let is_told = literal(value, Bounds::Guessed, Kind::Settings).is_some()
        && !is_name_of_one(value)
        && is_secret(value, kind);
    (!value.is_empty()).then_some(Parameter {
        name,
        span: bytes,
        is_told,
    })
}

fn is_named(name: &str) -> bool {
    let letters = name.chars().filter(|c| !"-_.".contains(*c));
    let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    NAMES.contains(&plain.as_str()) || ENDS.iter().any(|end| plain.ends_with(end))
}

/// Up to what ends a value of a list, a map or a sentence around it; the braces of a variable are its own.
fn bare(value: &str) -> &str {
    let mut depth = 0_usize;
    let end = value.find(|c| match c {
        '{' | '[' | '(' => {
            depth += 1;
            false
        }
        '}' | ']' | ')' => match depth.checked_sub(1) {
            Some(less) => {
                depth = less;
                false
            }
            None => true,
        },
        ',' => depth == 0,
        _ => false,
    });
    let value = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
    value.trim_end_matches(['.', ':', '!'])
}

/// `MY_ACCESS_TOKEN`: what stands where a secret will be.
fn is_name_of_one(value: &str) -> bool {
    value.contains('_') && value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}

fn is_secret(value: &str, kind: Kind) -> bool {
    match kind {
        Kind::Settings | Kind::Script => {
            is_strong(value, kind) || is_mixed(value) || is_thought_up(value)
        }
        Kind::Prose | Kind::Code => is_strong(value, kind),
    }
}
