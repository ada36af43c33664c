//! Lines that something invalid is said of, each read once: a long one may have thousands of unknown keys.

use super::{Standing, is_mixed, made_up, of_part, standing};
use crate::scan::is_made_up;
use diag::{Class, Diagnostic, SourceId, SourceSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where an unknown key ends, where its line does, and what is known of the key.
type Key = (usize, usize, Standing);

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
        let key = (key.end, line.end, standing(d, named));
        out.entry(span.source).or_default().insert(key);
    }
    out
}

/// What is hidden of the values behind unknown keys, in their lines: all but keys, and single words and numbers that are no made-up ones.
pub(super) fn behind_all(text: &str, keys: BTreeSet<Key>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    // How far the rest of a line was looked through already, by what was known of the key before it.
    let mut done: BTreeMap<Standing, usize> = BTreeMap::new();
    let (mut colons, mut returns) = (Next(':', None), Next('\r', None));
    for (key, end, standing) in keys {
        let end = returns.behind(text, key, end);
        let colon = colons.behind(text, key, end);
        if colon == end {
            continue;
        }
        let whole = done.insert(standing, end) != Some(end);
        let hidden = parts(text, colon + 1..end, whole);
        out.extend(match standing {
            Standing::Slip => made_up(text, hidden, is_made_up),
            Standing::Plain => made_up(text, hidden, is_mixed),
            Standing::Perhaps => hidden,
        });
    }
    out
}

/// The next place of a sign, remembered until it is passed.
struct Next(char, Option<usize>);

impl Next {
    /// The first one in a piece, or the end of the piece.
    fn behind(&mut self, text: &str, from: usize, end: usize) -> usize {
        let Self(sign, known) = self;
        let at = known.filter(|at| (from..=end).contains(at));
        let at = at.unwrap_or_else(|| {
            let rest = text.get(from..end).unwrap_or_default();
            rest.find(*sign).map_or(end, |at| from + at)
        });
        *known = Some(at);
        at
    }
}

/// What is hidden of the first thing of a piece of a line, or of everything in it.
fn parts(text: &str, piece: Range<usize>, whole: bool) -> Vec<Range<usize>> {
    let rest = text.get(piece.clone()).unwrap_or_default();
    let all = rest.split([',', '{', '}', '[', ']']);
    let mut begins = piece.start;
    let hidden = all.map(|part| {
        let from = begins;
        begins += part.len() + 1;
        of_part(part, from)
    });
    let most = if whole { usize::MAX } else { 1 };
    hidden.take(most).flatten().collect()
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
