//! Names and values of JSON, as they stand in messages and in texts that have them in quotes of their own: `{\"password\":\"…\"}`.

use crate::name::naming;
use std::ops::Range;

/// A copy of the same length in bytes, in which what stands in quotes behind the name of a secret is stars.
pub(super) fn hide(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Most texts have no quotes.
    if !text.contains('"') {
        out.push_str(text);
        return out;
    }
    let mut done = 0;
    for (colon, _) in text.match_indices(':') {
        if colon < done {
            continue;
        }
        let Some(name) = name(text.get(..colon)).filter(|name| naming(name).is_some()) else {
            continue;
        };
        for part in values(text, colon + 1, name) {
            let said = text.get(part.clone()).unwrap_or_default();
            if part.start < done || is_elsewhere(said) {
                continue;
            }
            out.push_str(text.get(done..part.start).unwrap_or_default());
            for c in said.chars() {
                match c.is_whitespace() {
                    true => out.push(c),
                    false => out.push_str(&"*".repeat(c.len_utf8())),
                }
            }
            done = part.end;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// What stands in quotes behind a name: one text, those of a list, or, under the name of several secrets, those of a map.
fn values(text: &str, from: usize, name: &str) -> Vec<Range<usize>> {
    let Some(after) = text.get(from..) else {
        return Vec::new();
    };
    if let Some((start, length)) = value(after) {
        return std::iter::once(from + start..from + start + length).collect();
    }
    let said = after.trim_start_matches([' ', '\t']);
    let is_map = said.starts_with('{') && name.to_ascii_lowercase().ends_with('s');
    if !(is_map || said.starts_with('[')) {
        return Vec::new();
    }
    let mut at = text.len() - said.len() + 1;
    let mut out = Vec::new();
    while let Some(rest) = text.get(at..) {
        let lead = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_whitespace() || c == ',')
                .len();
        let Some((start, length)) = rest.get(lead..).and_then(value) else {
            break;
        };
        let part = at + lead + start..at + lead + start + length;
        // With the quotes that end it.
        let behind = text.get(part.end..).unwrap_or_default();
        let behind = behind.trim_start_matches('\\');
        let behind = behind.strip_prefix('"').unwrap_or(behind);
        at = text.len() - behind.len();
        let colon = behind.trim_start_matches([' ', '\t']).strip_prefix(':');
        match colon.filter(|_| is_map) {
            Some(value) => at = text.len() - value.len(),
            None => out.push(part),
        }
    }
    out
}

/// The name in quotes that a text ends with.
fn name(before: Option<&str>) -> Option<&str> {
    let inner = before?.trim_end_matches([' ', '\t']).strip_suffix('"')?;
    let inner = inner.trim_end_matches('\\');
    let start = inner.rfind(|c: char| !(c.is_alphanumeric() || "_.- ".contains(c)))?;
    let head = inner.get(..=start).filter(|h| h.ends_with('"'))?;
    inner.get(head.len()..)
}

/// Where the value in quotes begins that a text begins with, and its length. It ends with quotes that are no more escaped than those
/// before it, or as the text does.
fn value(after: &str) -> Option<(usize, usize)> {
    let said = after.trim_start_matches([' ', '\t']);
    let slashes = said.len() - said.trim_start_matches('\\').len();
    let inner = said.get(slashes..)?.strip_prefix('"')?;
    let start = after.len() - inner.len();
    let end = inner.match_indices('"').find_map(|(at, _)| {
        let head = inner.get(..at)?;
        let more = head.len() - head.trim_end_matches('\\').len();
        (more <= slashes).then_some(at - more)
    });
    Some((start, end.unwrap_or(inner.len())))
}

/// A variable, and words that are no secret.
fn is_elsewhere(value: &str) -> bool {
    let variable = ["${", "{{", "<", "["].iter().any(|p| value.starts_with(p))
        && value.ends_with(['}', '>', ']']);
    value.is_empty() || variable || value.starts_with('*')
}
