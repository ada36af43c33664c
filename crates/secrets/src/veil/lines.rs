//! Lines that something invalid is said of, each read once: a long one may have thousands of unknown keys.

use super::flow::Line;
use super::{Names, Standing, is_mixed, made_up, of_part, standing};
use crate::scan::is_made_up;
use diag::{Class, Diagnostic, SourceId, SourceSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where an unknown key ends, where its line begins and ends, and what is known of the key.
type Key = (usize, usize, usize, Standing);

/// The unknown keys of each text, in its order.
pub(super) fn unknown_keys(
    told: &[Diagnostic],
    sources: &SourceSet,
) -> BTreeMap<SourceId, BTreeSet<Key>> {
    let mut out: BTreeMap<SourceId, BTreeSet<Key>> = BTreeMap::new();
    for d in told.iter().filter(|d| d.code == "unknown-key") {
        let span = d.primary.as_ref().map(|label| label.span);
        let text = span.and_then(|span| Some((span, sources.get(span.source)?)));
        let Some((span, source)) = text else { continue };
        let key = span.start as usize..span.end as usize;
        let end = diag::Span::new(span.source, key.end, key.end);
        let Some(line) = sources.whole_lines(end) else {
            continue;
        };
        let named = source.text.get(key.clone()).unwrap_or_default();
        let key = (key.end, line.start, line.end, standing(d, named));
        out.entry(span.source).or_default().insert(key);
    }
    out
}

/// What is hidden of the values behind unknown keys: all but keys, and single words and numbers that are no made-up ones. What belongs to
/// other keys of the same map is theirs.
pub(super) fn behind_all(text: &str, keys: BTreeSet<Key>, names: &Names<'_>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut line = Line::default();
    // How far was looked through already, by what was known of the key before: a value may have more unknown keys in it.
    let mut done: BTreeMap<Standing, usize> = BTreeMap::new();
    for (key, start, end, standing) in keys {
        if line.place != (start..end) {
            line = Line::of(text, start..end);
        }
        let value = line.value(text, key);
        let from = done.get(&standing).copied().unwrap_or(0);
        let value = value.start.max(from)..value.end;
        if value.is_empty() {
            continue;
        }
        done.insert(standing, value.end);
        let hidden = parts(text, value);
        out.extend(match standing {
            Standing::Slip => made_up(text, hidden, is_made_up, names),
            Standing::Plain => made_up(text, hidden, is_mixed, names),
            Standing::Perhaps => hidden,
        });
    }
    out
}

/// What is hidden of a piece of a line.
fn parts(text: &str, piece: Range<usize>) -> Vec<Range<usize>> {
    let rest = text.get(piece.clone()).unwrap_or_default();
    let all = rest.split([',', '{', '}', '[', ']']);
    let mut begins = piece.start;
    let hidden = all.map(|part| {
        let from = begins;
        begins += part.len() + 1;
        of_part(part, from)
    });
    hidden.flatten().collect()
}

/// Lines that are wrong, joined where they touch, and whether they could not be read.
pub(super) fn wrong(
    told: &[Diagnostic],
    sources: &SourceSet,
) -> Vec<(SourceId, bool, Vec<Range<usize>>)> {
    let mut lines: BTreeMap<(SourceId, bool), BTreeSet<(usize, usize)>> = BTreeMap::new();
    for d in told.iter().filter(|d| d.class == Class::Invalid) {
        let unread = d.code.starts_with("yaml-") || d.code == "unknown-key";
        for label in d.primary.iter().chain(&d.secondary) {
            if let Some(place) = sources.whole_lines(label.span) {
                let of_text = lines.entry((label.span.source, unread)).or_default();
                of_text.insert((place.start, place.end));
            }
        }
    }
    let joined = |((id, unread), places)| (id, unread, joined(places));
    lines.into_iter().map(joined).collect()
}

/// Whole lines without what two of them have in common.
fn joined(places: BTreeSet<(usize, usize)>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (start, end) in places {
        match out.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => out.push(start..end),
        }
    }
    out
}
