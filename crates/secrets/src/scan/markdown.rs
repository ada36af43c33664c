//! Texts with marks in them, as Markdown and HTML have: what stands before a colon or in a cell is a name, whatever marks are around it.

use super::found::Found;
use super::literal::Bounds;
use std::ops::Range;

/// Tags that change how a text looks, or that hold one.
const TAGS: [&str; 22] = [
    "b", "strong", "i", "em", "u", "s", "code", "kbd", "samp", "tt", "pre", "mark", "font", "span",
    "small", "p", "li", "br", "td", "th", "dt", "dd",
];
/// Those behind which the next cell stands.
const CELLS: [&str; 3] = ["td", "th", "dt"];

/// Whether a file is written so.
pub(super) fn is_marked(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    ["md", "rst", "adoc", "html"].contains(&end)
}

/// Whether a file is a text for people, with marks or without.
pub(super) fn is_document(path: &str) -> bool {
    is_marked(path) || path.ends_with(".txt")
}

/// The text with blanks in place of emphasis and tags; every byte keeps its place.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.contains(['*', '_', '`', '~', '<']) {
            true => out.push_str(&plain_line(line)),
            false => out.push_str(line),
        }
    }
    out
}

fn plain_line(line: &str) -> String {
    let mut marks: Vec<(Range<usize>, &str)> = Vec::new();
    // Emphasis that was begun: one that nothing ends is a sign of the text.
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(found) = line
        .get(at..)
        .and_then(|l| l.find(['*', '_', '`', '~', '<']))
    {
        let start = at + found;
        let rest = line.get(start..).unwrap_or_default();
        let sign = rest.chars().next().unwrap_or_default();
        let run = rest.len() - rest.trim_start_matches(sign).len();
        at = start + run;
        if sign == '<' {
            if let Some((length, stands)) = tag(rest) {
                at = start + length;
                marks.push((start..at, stands));
            }
            continue;
        }
        let before = line.get(..start).and_then(|l| l.chars().next_back());
        let edge =
            |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "([{|>*_`~:-\"'".contains(c));
        let same = |o: &Range<usize>| line.get(o.clone()) == rest.get(..run);
        let ended = open.iter().rposition(same);
        let after = line.get(at..).and_then(|l| l.chars().next());
        let ends = edge(after) || after.is_some_and(|c| ",;.=)]}!?<".contains(c)) || sign == '`';
        match ended.filter(|_| ends) {
            Some(n) => {
                let begun = open.split_off(n);
                marks.extend(begun.into_iter().next().map(|o| (o, "")));
                marks.push((start..at, ""));
            }
            None if edge(before) || sign == '`' => open.push(start..at),
            None => {}
        }
    }
    marks.sort_by_key(|(span, _)| span.start);
    blanked(line, &marks)
}

fn blanked(line: &str, marks: &[(Range<usize>, &str)]) -> String {
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    for (span, stands) in marks {
        out.push_str(line.get(at..span.start).unwrap_or_default());
        out.push_str(stands);
        out.push_str(&" ".repeat(span.len() - stands.len()));
        at = span.end;
    }
    out + line.get(at..).unwrap_or_default()
}

/// The length of the tag that a text begins with, and what stands for it.
fn tag(rest: &str) -> Option<(usize, &'static str)> {
    let inner = rest.strip_prefix('<')?;
    let (is_end, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric())?;
    let name = inner.get(..length)?.to_ascii_lowercase();
    let end = inner
        .find(['>', '<'])
        .filter(|_| TAGS.contains(&name.as_str()))?;
    let closed = inner.get(end..)?.starts_with('>');
    // What has words behind its name, and no attribute, is no tag.
    let more = inner.get(length..end)?.trim_matches(['/', ' ']);
    let stands = match is_end && CELLS.contains(&name.as_str()) {
        true => " :",
        false => "",
    };
    let good = closed && (more.is_empty() || more.contains('='));
    good.then_some((rest.len() - inner.len() + end + 1, stands))
}

/// The cells of tables: each under the name of its column, and the second of a row under the first, if a name is of interest. Takes a
/// text without marks.
pub(super) fn cells<'t>(
    plain: &'t str,
    is_name: fn(&str) -> bool,
    named: &mut impl FnMut(&str, Found<'_>),
) {
    let mut columns: Vec<Option<&'t str>> = Vec::new();
    let mut last: Option<&'t str> = None;
    let mut start = 0;
    for line in plain.split_inclusive('\n') {
        let begins = start;
        start += line.len();
        if !line.contains('|') {
            (columns, last) = (Vec::new(), None);
            continue;
        }
        if is_rule(line) {
            let name = |(_, text): (usize, &'t str)| Some(text).filter(|t| is_name(t));
            columns = last.map_or(Vec::new(), |l| row(l).map(name).collect());
            continue;
        }
        last = Some(line);
        let mut first = None;
        for (n, (at, text)) in row(line).enumerate() {
            let column = columns.get(n).copied().flatten();
            // A pipe of a shell begins no line.
            let beside = first.filter(|_| n == 1 && line.trim_start().starts_with('|'));
            for name in column.into_iter().chain(beside) {
                let found = Found {
                    text,
                    raw: text,
                    start: begins + at,
                    bounds: Bounds::Read,
                };
                named(name, found);
            }
            if n == 0 {
                first = Some(text).filter(|t| is_name(t));
            }
        }
    }
}

/// Where each cell begins, and what it says.
fn row(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let inner = line.trim_start().strip_prefix('|');
    let mut at = line.len() - inner.map_or(line.len(), str::len);
    line.get(at..)
        .unwrap_or_default()
        .split('|')
        .map(move |cell| {
            let start = at + (cell.len() - cell.trim_start().len());
            at += cell.len() + 1;
            (start, cell.trim())
        })
}

/// The line below the names of the columns.
fn is_rule(line: &str) -> bool {
    line.contains('-') && line.trim().bytes().all(|b| b"|-: ".contains(&b))
}
