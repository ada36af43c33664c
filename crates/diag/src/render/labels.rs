//! Where the words of labels go: beside the caret where the screen has room for them, else below the excerpt, under a number.
//!
//! A terminal breaks a line that is too long wherever it ends, and then the carets stand below something else. So nothing
//! of an excerpt may reach over the edge: long words move below, long spans are marked as far as they fit, and labels that
//! are too far apart for one screen get an excerpt each.

use super::full::boundary;
use crate::{Label, Span};
use annotate_snippets::AnnotationKind;

/// A label as it is drawn.
pub(super) type Drawn = (Label, AnnotationKind);

/// Number and words of a label that has no room in its excerpt.
pub(super) type Below = (String, String);

/// The number of the line with what separates it, and dots where a line is cut at both ends.
const BESIDE: usize = 14;
/// Less than this is no screen.
const NARROWEST: usize = 30;
/// A number in parentheses, after a blank.
const NUMBER: usize = 4;

/// A label and the columns that it takes, counted from 0.
struct Placed {
    drawn: Drawn,
    from: usize,
    to: usize,
    /// The length of its line.
    line: usize,
}

/// The labels of one text in groups that fit an excerpt each.
pub(super) fn fitted(
    labels: &[(&Label, AnnotationKind)],
    text: &str,
    width: usize,
    below: &mut Vec<Below>,
) -> Vec<Vec<Drawn>> {
    let room = width.saturating_sub(BESIDE).max(NARROWEST);
    let mut groups: Vec<(usize, usize, usize, Vec<Drawn>)> = Vec::new();
    for (label, kind) in labels {
        let next = place(label, *kind, text, room, below);
        let joined = groups.last_mut().and_then(|(from, to, line, group)| {
            let (left, right) = (next.from.min(*from), next.to.max(*to));
            let longest = next.line.max(*line);
            let fits = longest <= room || right - left <= room;
            fits.then(|| (*from, *to, *line) = (left, right, longest))
                .map(|()| group)
        });
        match joined {
            Some(group) => group.push(next.drawn),
            None => groups.push((next.from, next.to, next.line, vec![next.drawn])),
        }
    }
    groups.into_iter().map(|(.., group)| group).collect()
}

fn place(
    label: &Label,
    kind: AnnotationKind,
    text: &str,
    room: usize,
    below: &mut Vec<Below>,
) -> Placed {
    let start = boundary(text, label.span.start as usize);
    let end = boundary(text, (label.span.end as usize).max(start));
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let stop = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = text[first..stop].chars().count();
    let column = text[first..start].chars().count();
    let mut label = label.clone();
    let one_line = end <= stop;
    let long = if one_line {
        text[start..end].chars().count()
    } else {
        stop - start
    };
    let most = room - NUMBER - 1;
    let shown = long.min(most);
    if one_line && long > most {
        let cut = text[start..end].char_indices().nth(most);
        let cut = cut.map_or(end, |(at, _)| start + at);
        label.span = Span::new(label.span.source, start, cut);
    }
    let words = label.text.chars().count();
    let whole = column + shown + 1 + words <= room;
    let beside = one_line && (whole || (line > room && shown + 1 + words <= room));
    if words > 0 && !beside && (one_line || !whole) {
        let number = format!("({})", below.len() + 1);
        below.push((number.clone(), std::mem::replace(&mut label.text, number)));
    }
    let to = column + shown + 1 + label.text.chars().count();
    Placed {
        drawn: (label, kind),
        from: column,
        to,
        line,
    }
}
