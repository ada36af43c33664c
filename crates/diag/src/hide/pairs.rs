//! Names and values of JSON, as they stand in messages and in texts that have them in quotes of their own: `{\"password\":\"…\"}`.

use crate::name::naming;

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
        let named = colon >= done && name(text.get(..colon)).and_then(naming).is_some();
        let Some((start, length)) = text.get(colon + 1..).filter(|_| named).and_then(value) else {
            continue;
        };
        let start = colon + 1 + start;
        let said = text.get(start..start + length).unwrap_or_default();
        if is_elsewhere(said) {
            continue;
        }
        out.push_str(text.get(done..start).unwrap_or_default());
        for c in said.chars() {
            match c.is_whitespace() {
                true => out.push(c),
                false => out.push_str(&"*".repeat(c.len_utf8())),
            }
        }
        done = start + length;
    }
    out.push_str(text.get(done..).unwrap_or_default());
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
