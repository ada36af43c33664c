//! Where the words of labels go: beside the caret where the screen has room for them, else below the excerpt, under a number.
//!
//! A terminal breaks a line that is too long wherever it ends, and then the carets stand below something else. So nothing
//! of an excerpt may reach over the edge: long words move below, long spans are marked as far as they fit, and labels that
//! are too far apart for one screen get an excerpt each. Lines that are too long are cut by `annotate-snippets`, which keeps
//! the labels in sight; what it does with a line depends on whether it cuts it, so both cases are told apart here.

use super::full::boundary;
use crate::{Label, Span};
use annotate_snippets::AnnotationKind;

/// A label as it is drawn.
pub(super) type Drawn = (Label, AnnotationKind);

/// Number and words of a label that has no room in its excerpt.
pub(super) type Below = (String, String);

/// Dots where a line is cut, and the air beside them, at both ends.
const DOTS: usize = 12;
/// A number in parentheses, after a blank.
pub(super) const NUMBER: usize = 4;
/// A screen that is narrower gets lines that are too long.
const NARROWEST: usize = DOTS + 2 * NUMBER;
/// Indentation that is deeper than the first is shown without all but the last columns of it.
const DEEP: (usize, usize) = (26, 22);

/// The labels of one text in groups that fit an excerpt each.
#[derive(Default)]
pub(super) struct Fitted {
    pub(super) groups: Vec<Vec<Drawn>>,
    /// A label is so near to the edge that not even its number fits; a narrower excerpt has its line cut.
    pub(super) tight: bool,
}

/// A label and the columns that it takes, counted from 0.
struct Placed {
    drawn: Drawn,
    from: usize,
    to: usize,
    /// The longest of its lines.
    line: usize,
    tight: bool,
}

/// Columns of source text on a screen: beside numbers of lines, of which the largest is given, and what spans of several lines draw.
pub(super) fn columns_beside(
    width: usize,
    line: usize,
    labels: &[(&Label, AnnotationKind)],
    text: &str,
) -> usize {
    let several = |l: &Label| l.span.end > l.span.start && whole(l, text).contains('\n');
    let drawn = labels.iter().filter(|(l, _)| several(l)).count();
    let drawn = if drawn == 0 { 0 } else { drawn + 1 };
    let number = line.max(1).ilog10() as usize + 1;
    width.saturating_sub(3 + number + drawn).max(NARROWEST)
}

/// The text that a label marks.
fn whole<'t>(label: &Label, text: &'t str) -> &'t str {
    let start = boundary(text, label.span.start as usize);
    let end = boundary(text, (label.span.end as usize).max(start));
    text[start..end].trim_end_matches(['\n', '\r'])
}

/// Puts labels into as few excerpts as have room for them; `room` is in columns of source text.
pub(super) fn fitted(
    labels: &[(&Label, AnnotationKind)],
    text: &str,
    room: usize,
    below: &mut Vec<Below>,
) -> Fitted {
    let mut groups: Vec<(usize, usize, usize, Vec<Drawn>)> = Vec::new();
    let mut tight = false;
    for (label, kind) in labels {
        let next = place(label, *kind, text, room, below);
        tight |= next.tight;
        let joined = groups.last_mut().and_then(|(from, to, line, group)| {
            let (left, right) = (next.from.min(*from), next.to.max(*to));
            let longest = next.line.max(*line);
            let fits = longest <= room || right - left + DOTS <= room;
            fits.then(|| (*from, *to, *line) = (left, right, longest))
                .map(|()| group)
        });
        match joined {
            Some(group) => group.push(next.drawn),
            None => groups.push((next.from, next.to, next.line, vec![next.drawn])),
        }
    }
    let groups = groups.into_iter().map(|(.., group)| group).collect();
    Fitted { groups, tight }
}

fn place(
    label: &Label,
    kind: AnnotationKind,
    text: &str,
    room: usize,
    below: &mut Vec<Below>,
) -> Placed {
    let marked = whole(label, text);
    let start = boundary(text, label.span.start as usize);
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let behind = start + marked.len();
    let stop = text[behind..]
        .find('\n')
        .map_or(text.len(), |at| behind + at);
    let lines = || text[first..stop].lines();
    let line = lines().map(columns).max().unwrap_or_default();
    let indent = lines().map(indentation).min().unwrap_or_default();
    let column = columns(&text[first..start]);
    let mut label = label.clone();
    let (from, mut end) = match marked.rsplit_once('\n') {
        Some((_, last)) => (column.min(columns(last)), column.max(columns(last))),
        None => (column, column + columns(marked).max(1)),
    };
    let is_cut = line > room;
    if is_cut && end - from + DOTS + NUMBER > room {
        // As much of the first line as fits.
        let most = room - DOTS - NUMBER;
        let line = marked.lines().next().unwrap_or_default();
        let cut = line
            .char_indices()
            .nth(most)
            .map_or(line.len(), |(at, _)| at);
        label.span = Span::new(label.span.source, start, start + cut);
        end = from.max(column) + columns(&line[..cut]).max(1);
    }
    let deep = if indent > DEEP.0 { indent - DEEP.1 } else { 0 };
    let right = |words: usize| {
        let in_line = end + words <= room;
        let in_cut =
            end - from + words + DOTS <= room && (line - deep > room || end - deep + words <= room);
        if is_cut { in_cut } else { in_line }
    };
    let words = columns(&label.text);
    if words > 0 && !right(1 + words) {
        let number = format!("({})", below.len() + 1);
        below.push((number.clone(), std::mem::replace(&mut label.text, number)));
    }
    let words = columns(&label.text);
    let words = if words > 0 { 1 + words } else { 0 };
    Placed {
        tight: !right(words),
        drawn: (label, kind),
        from,
        to: end + words,
        line,
    }
}

/// Columns of a text as excerpts show it.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

fn indentation(line: &str) -> usize {
    columns(&line[..line.len() - line.trim_start().len()])
}
