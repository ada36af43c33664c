//! Items and entries of YAML in a text: where one begins and ends with what separates it, in both of YAML's forms.

use std::ops::Range;

/// The whole of an item of a list or of the entry of a block map whose key is given. `None` where it cannot be taken away alone,
/// or where something else refers to it.
pub(super) fn item(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let given = text.get(at.clone())?;
    // The place of a block of text reaches over the lines behind it.
    let at = at.start..at.start + given.trim_end().len();
    let line = line_start(text, at.start);
    let before = text.get(line..at.start)?;
    let lead = before.trim_start_matches('\u{feff}').trim();
    let dashed = lead == "-" || lead.strip_prefix("- ").is_some_and(is_name);
    let whole = match dash_above(text, line).filter(|_| lead.is_empty()) {
        // The dash stands alone on a line above.
        Some(above) => block(text, above, &at)?,
        None if dashed || lead.is_empty() && is_key(text, &at) => block(text, line, &at)?,
        None => flow(text, &at)?,
    };
    (!named_elsewhere(text, &whole)).then_some(whole)
}

/// An anchor and nothing else.
fn is_name(text: &str) -> bool {
    text.starts_with('&') && !text.contains(char::is_whitespace)
}

fn is_key(text: &str, at: &Range<usize>) -> bool {
    let rest = text.get(at.end..).unwrap_or_default();
    let rest = rest.trim_start_matches(['"', '\'']);
    rest.trim_start_matches(' ').starts_with(':')
}

/// The line of the dash whose item begins on the line at `line`; comments may stand between.
fn dash_above(text: &str, line: usize) -> Option<usize> {
    let mut at = line;
    while at > 0 {
        at = line_start(text, at - 1);
        let bare = text.get(at..)?.lines().next()?.trim();
        let plain = bare.split('#').next().unwrap_or_default().trim_end();
        if plain == "-" || plain.strip_prefix("- ").is_some_and(is_name) {
            return Some(at);
        }
        if !plain.is_empty() {
            return None;
        }
    }
    None
}

/// An alias outside of the place stands for something in it.
fn named_elsewhere(text: &str, place: &Range<usize>) -> bool {
    let (Some(gone), Some(before), Some(after)) = (
        text.get(place.clone()),
        text.get(..place.start),
        text.get(place.end..),
    ) else {
        return true;
    };
    let names = gone.split('&').skip(1);
    let names = names.map(|n| {
        let end = n.find(|c: char| c.is_whitespace() || ",]}".contains(c));
        n.get(..end.unwrap_or(n.len())).unwrap_or_default()
    });
    names.filter(|n| !n.is_empty()).any(|name| {
        let alias = format!("*{name}");
        [before, after].iter().any(|t| t.contains(&alias))
    })
}

/// The lines of what begins on the line at `line`.
fn block(text: &str, line: usize, at: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(line..at.start)?;
    let first = before.trim_start_matches('\u{feff}');
    let dash = first.trim_start().starts_with('-');
    let indent = first.len() - first.trim_start_matches(' ').len();
    let mut end = next_line(text, at.end.max(at.start + 1).min(text.len()));
    while let Some(next) = deeper(text, end, indent, has_block(text.get(line..end)?)) {
        end = next;
    }
    let mut start = line + before.len() - first.len();
    // A list without items would be a key without a value.
    if dash && !sibling(text, end, indent) && start > 0 {
        let above = line_start(text, start - 1);
        let key = text.get(above..start)?.trim_end();
        let bare = key.trim_start_matches([' ', '\u{feff}']);
        if key.ends_with(':') && !bare.starts_with(['-', '#', '?']) {
            start = above + key.len() - key.trim_start_matches('\u{feff}').len();
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
    Some(start..end)
}

/// Whether a block of text begins in these lines, in which `#` is no comment.
fn has_block(lines: &str) -> bool {
    let bare = |line: &str| line.trim_end().trim_end_matches(['+', '-']).to_owned();
    lines.lines().any(|line| bare(line).ends_with(['|', '>']))
}

/// Behind the next line that belongs to what stands at a column: one that is indented deeper, even behind lines that are blank or a
/// comment. Comments that no such line follows stand above what comes next, and stay with it.
fn deeper(text: &str, from: usize, column: usize, in_block: bool) -> Option<usize> {
    let mut at = from;
    let mut apart = false;
    while let Some(line) = text.get(at..).and_then(|t| t.lines().next()) {
        let bare = line.trim();
        let indent = line.len() - line.trim_start_matches(' ').len();
        let next = next_line(text, at);
        match bare.is_empty() || bare.starts_with('#') && (apart || indent <= column || !in_block) {
            true => apart = true,
            false => return (indent > column).then_some(next),
        }
        if next == at {
            break;
        }
        at = next;
    }
    None
}

/// The next line with anything on it but a comment is another item of the list whose dashes stand at `column`.
fn sibling(text: &str, from: usize, column: usize) -> bool {
    let rest = text.get(from..).unwrap_or_default();
    let mut lines = rest.lines();
    let next = lines.find(|l| !matches!(l.trim().as_bytes(), [] | [b'#', ..]));
    next.is_some_and(|l| l.trim_start().starts_with('-') && l.find('-') == Some(column))
}

fn flow(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let after = text.get(at.end..)?;
    let rest = after.trim_start();
    let start = unnamed(text, at.start)?;
    if let Some(next) = rest.strip_prefix(',') {
        let shown = next.trim_start_matches(' ');
        // A comment needs the space before it.
        let next = if shown.starts_with('#') { next } else { shown };
        return Some(start..text.len() - next.len());
    }
    if !rest.starts_with([']', '}']) {
        return None;
    }
    let before = text.get(..start)?.trim_end();
    let commented = text
        .get(line_start(text, before.len())..before.len())?
        .contains('#');
    Some(match before.strip_suffix(',').filter(|_| !commented) {
        Some(kept) => kept.len()..at.end,
        None => start..at.end,
    })
}

/// Where the anchor of the value at `start` begins, or the value itself.
fn unnamed(text: &str, start: usize) -> Option<usize> {
    let before = text.get(..start)?.trim_end_matches(' ');
    let word = before.rfind(|c: char| c.is_whitespace() || "[{,".contains(c));
    let word = word.map_or(0, |n| n + 1);
    Some(if is_name(before.get(word..)?) {
        word
    } else {
        start
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
    let indent = " ".repeat(before.len());
    let end = map.start + whole.len();
    // Of a map in lines only its first key may be given: the entry goes before that.
    if is_key(text, &(map.start..end)) {
        return Some((map.start..map.start, format!("{entry}\n{indent}")));
    }
    let at = line_end(text, end)?;
    Some((at..at, format!("\n{indent}{entry}")))
}

/// Where the item after another one goes, and what to write there.
pub(super) fn next(text: &str, item: Range<usize>, new: &str) -> (Range<usize>, String) {
    let line = line_start(text, item.start);
    let before = text.get(line..item.start).unwrap_or_default();
    match before.trim() {
        "-" => super::nest::beside(text, item, new),
        _ => (item.end..item.end, format!(", {new}")),
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
