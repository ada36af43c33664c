//! Entries of YAML that go below a key or beside an entry, where only the key is known.

use super::yaml;
use std::ops::Range;

/// Where `entry` goes in the map that `key` has, and what to write there.
pub(super) fn under(text: &str, key: Range<usize>, entry: &str) -> Option<(Range<usize>, String)> {
    let quote = text.get(key.end..)?.starts_with(['"', '\'']);
    let colon = key.end + usize::from(quote);
    let rest = text
        .get(colon..)?
        .trim_start_matches(' ')
        .strip_prefix(':')?;
    let value = text.len() - rest.len();
    let inline = rest.split('\n').next().unwrap_or_default();
    let shown = inline.trim();
    if shown.starts_with('{') {
        let start = value + (inline.len() - inline.trim_start().len());
        let end = closing(text, start)?;
        return yaml::entry(text, start..end, entry);
    }
    if !shown.is_empty() && !shown.starts_with('#') {
        return None;
    }
    let column = column(text, key.start)?;
    let body = value + inline.len();
    let (end, inner) = block(text, body, column);
    let indent = " ".repeat(inner.unwrap_or(column + 2));
    let at = end;
    Some((at..at, indented(&format!("\n{entry}"), &indent)))
}

/// Where an entry or item goes beside the one that begins at `first`, and what to write there.
pub(super) fn beside(text: &str, first: Range<usize>, new: &str) -> (Range<usize>, String) {
    let flow = (first.start..first.start, format!("{new}, "));
    let line = line_start(text, first.start);
    let Some(before) = text.get(line..first.start) else {
        return flow;
    };
    if !matches!(before.trim(), "" | "-") {
        return flow;
    }
    let column = before.find('-').unwrap_or(before.len());
    let from = line
        + text
            .get(line..)
            .map_or(0, |t| t.split('\n').next().unwrap_or_default().len());
    let (end, _) = block(text, from, column);
    let indent = " ".repeat(before.len());
    let rest = indented(new, &indent);
    (end..end, format!("\n{before}{}", rest.trim_start()))
}

/// The end of what stands deeper than a column from a line's end on, and the column of its first line.
fn block(text: &str, from: usize, column: usize) -> (usize, Option<usize>) {
    let (mut end, mut inner) = (from, None);
    let mut at = from;
    let lines = text.get(from..).unwrap_or_default().split('\n');
    for (number, line) in lines.enumerate() {
        // The first part is what is left of the line itself.
        if number > 0 {
            at += 1;
            let bare = line.trim();
            let indent = line.len() - line.trim_start_matches(' ').len();
            if !bare.is_empty() && indent <= column {
                break;
            }
            if !bare.is_empty() {
                end = at + line.trim_end_matches('\r').len();
                if !bare.starts_with('#') {
                    inner = inner.or(Some(indent));
                }
            }
        }
        at += line.len();
    }
    (without_return(text, end), inner)
}

/// A carriage return belongs to the line end behind it.
fn without_return(text: &str, end: usize) -> usize {
    match text.get(..end) {
        Some(before) if before.ends_with('\r') => end - 1,
        _ => end,
    }
}

/// The column of a key that stands first on its line.
fn column(text: &str, at: usize) -> Option<usize> {
    let before = text.get(line_start(text, at)..at)?;
    let quoted = before.trim_end_matches(['"', '\'']);
    quoted.chars().all(|c| c == ' ').then_some(quoted.len())
}

/// Every line but the first behind an indent.
fn indented(text: &str, indent: &str) -> String {
    text.replace('\n', &format!("\n{indent}"))
}

/// Behind the bracket that closes the one at `start`.
fn closing(text: &str, start: usize) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.get(start..)?.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(start + at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(
        text: &str,
        at: &str,
        how: impl Fn(&str, Range<usize>) -> (Range<usize>, String),
    ) -> String {
        let start = text.find(at).unwrap();
        let (place, new) = how(text, start..start + at.len());
        let (before, after) = (
            text.get(..place.start).unwrap(),
            text.get(place.end..).unwrap(),
        );
        format!("{before}{new}{after}")
    }

    #[test]
    fn entries_below_a_key() {
        for (text, key, entry, want) in [
            (
                "h:\n  web:\n    a: 1 # why\n\n  # next\n  nas: {}\n",
                "web",
                "b: 2",
                "h:\n  web:\n    a: 1 # why\n    b: 2\n\n  # next\n  nas: {}\n",
            ),
            (
                "h:\n  web:\n    a: |\n      x\n\n      y\n",
                "web",
                "b: 2",
                "h:\n  web:\n    a: |\n      x\n\n      y\n    b: 2\n",
            ),
            (
                "h:\n  web: {a: \"}\", c: [1]} # why\n",
                "web",
                "b: 2",
                "h:\n  web: {a: \"}\", c: [1], b: 2} # why\n",
            ),
            (
                "h: {web: {}, nas: {}}\n",
                "web",
                "b: 2",
                "h: {web: {b: 2}, nas: {}}\n",
            ),
            (
                "h:\n  web:\n  nas: {}\n",
                "web",
                "b: 2",
                "h:\n  web:\n    b: 2\n  nas: {}\n",
            ),
            (
                "h:\n  web:\n    a: 1",
                "web",
                "b:\n  - 2",
                "h:\n  web:\n    a: 1\n    b:\n      - 2",
            ),
            (
                "h:\r\n  web:\r\n    a: 1\r\n",
                "web",
                "b: 2",
                "h:\r\n  web:\r\n    a: 1\n    b: 2\r\n",
            ),
        ] {
            assert_eq!(put(text, key, |t, at| under(t, at, entry).unwrap()), want);
        }
        assert!(under("web: *other\n", 0..3, "b: 2").is_none());
    }

    #[test]
    fn entries_beside_another_one() {
        for (text, first, new, want) in [
            (
                "u:\n  anna:\n    keys:\n      - x\n  # end\np: 1\n",
                "anna",
                "jo: {}",
                "u:\n  anna:\n    keys:\n      - x\n  jo: {}\n  # end\np: 1\n",
            ),
            (
                "u: {anna: {}, b: {}}\n",
                "anna",
                "jo: {}",
                "u: {jo: {}, anna: {}, b: {}}\n",
            ),
            (
                "e:\n  - port: 1\n    why: x\n  - port: 2\n",
                "port: 1",
                "{port: 3}",
                "e:\n  - port: 1\n    why: x\n  - {port: 3}\n  - port: 2\n",
            ),
            (
                "e: [{port: 1}]\n",
                "{port",
                "{port: 3}",
                "e: [{port: 3}, {port: 1}]\n",
            ),
        ] {
            assert_eq!(put(text, first, |t, at| beside(t, at, new)), want);
        }
    }
}
