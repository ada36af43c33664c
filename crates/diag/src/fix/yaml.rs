//! Items and entries of YAML in a text: where one begins and ends with what separates it, in both of YAML's forms.

use std::ops::Range;

/// The whole of an item of a list or of the entry of a block map whose key is given.
pub(super) fn item(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let line = line_start(text, at.start);
    let before = text.get(line..at.start)?;
    match before.trim_start_matches('\u{feff}').trim() {
        "" | "-" => Some(block(text, line, at, before)),
        _ => flow(text, at),
    }
}

fn block(text: &str, line: usize, at: Range<usize>, before: &str) -> Range<usize> {
    let dash = before.trim() == "-";
    let indent = before.len() - before.trim_start_matches(' ').len();
    let mut end = next_line(text, at.end.max(at.start + 1).min(text.len()));
    // What is indented deeper belongs to it.
    while let Some(next) = text.get(end..).and_then(|t| t.lines().next()) {
        let deeper = next.len() - next.trim_start_matches(' ').len() > indent;
        if next.trim().is_empty() || !deeper {
            break;
        }
        end = next_line(text, end);
    }
    let mut start = line + before.len() - before.trim_start_matches('\u{feff}').len();
    let sibling = text.get(end..).is_some_and(|t| {
        let next = t.lines().next().unwrap_or_default();
        next.trim_start().starts_with('-') && next.find('-') == before.find('-')
    });
    // A list without items would be a key without a value.
    if dash && !sibling && start > 0 {
        let above = line_start(text, start - 1);
        if text
            .get(above..start)
            .is_some_and(|l| l.trim_end().ends_with(':'))
        {
            start = above;
        }
    }
    // No blank line is left at the top.
    if text
        .get(..start)
        .is_some_and(|t| t.trim_start_matches('\u{feff}').is_empty())
    {
        while text
            .get(end..next_line(text, end))
            .is_some_and(|l| !l.is_empty() && l.trim().is_empty())
        {
            end = next_line(text, end);
        }
    }
    start..end
}

fn flow(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let after = text.get(at.end..)?;
    let rest = after.trim_start();
    if let Some(next) = rest.strip_prefix(',') {
        let end = text.len() - next.trim_start_matches(' ').len();
        return Some(at.start..end);
    }
    if !rest.starts_with([']', '}']) {
        return None;
    }
    let before = text.get(..at.start)?.trim_end();
    Some(match before.strip_suffix(',') {
        Some(kept) => kept.len()..at.end,
        None => at,
    })
}

/// Where `key: value` goes in a map, and what to write there.
pub(super) fn entry(text: &str, map: Range<usize>, entry: &str) -> Option<(Range<usize>, String)> {
    let whole = text.get(map.clone())?.trim_end();
    if let Some(inner) = whole.strip_prefix('{') {
        let inner = inner.strip_suffix('}')?.trim_end();
        let at = map.start + 1 + inner.len();
        let new = match inner.trim().is_empty() {
            true => entry.to_owned(),
            false => format!(", {entry}"),
        };
        return Some((at..at, new));
    }
    let line = line_start(text, map.start);
    let before = text.get(line..map.start)?;
    if !before.chars().all(|c| c == ' ' || c == '-') {
        return None;
    }
    let at = line_end(text, map.start + whole.len())?;
    let indent = " ".repeat(before.len());
    Some((at..at, format!("\n{indent}{entry}")))
}

/// Where the item after another one goes, and what to write there.
pub(super) fn next(text: &str, item: Range<usize>, new: &str) -> (Range<usize>, String) {
    let line = line_start(text, item.start);
    let before = text.get(line..item.start).unwrap_or_default();
    let block = before.trim() == "-";
    match line_end(text, item.end).filter(|_| block) {
        Some(at) => (at..at, format!("\n{before}{new}")),
        None => (item.end..item.end, format!(", {new}")),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |n| n + 1)
}

fn next_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    // A place behind a line end is on the next line already.
    let ended = at > 0 && text.get(..at).is_some_and(|t| t.ends_with('\n')) && rest.is_empty();
    match rest.find('\n') {
        _ if ended => at,
        Some(n) => at + n + 1,
        None => text.len(),
    }
}

/// The end of the line that a place is on, if only a comment stands between.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let line = rest.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let comment = line.trim().is_empty() || line.trim_start().starts_with('#');
    comment.then_some(at + line.len())
}
