//! Mends: which edits of many diagnostics go together, and the texts that come out.
//!
//! Nothing is written here; who calls it has the files. A fix is taken whole or not at all, and of two that touch the same place
//! the first in the order of the output is taken; the other is found again in the next pass if it is still needed.

mod nest;
mod yaml;

use crate::render::sorted;
use crate::{Aim, Applicability, Diagnostic, Edit, SourceSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How far a user lets mends go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only what keeps the meaning or restores what was obviously meant.
    Safe,
    /// Also what changes the meaning.
    Unsafe,
}

impl Reach {
    /// A mend of this kind may be made.
    pub fn covers(self, applicability: Applicability) -> bool {
        match applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => self == Self::Unsafe,
            Applicability::DisplayOnly => false,
        }
    }
}

/// What one pass gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mended {
    /// New texts by path; texts that stay are not here.
    pub texts: BTreeMap<String, String>,
    /// The mends that were taken.
    pub taken: Vec<Taken>,
    /// Of each new text where its edits are, before and after, in order.
    pub places: BTreeMap<String, Vec<Moved>>,
}

/// The place of an edit in the text before and in the one after, in bytes.
pub type Moved = (Range<usize>, Range<usize>);

/// A mend that was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taken {
    /// Of the diagnostic.
    pub code: String,
    /// Its message.
    pub message: String,
    /// Of the texts that it changes.
    pub paths: BTreeSet<String>,
}

/// How many diagnostics have a mend that can be written: safe ones, and the others.
pub fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let fixes = diagnostics.iter().filter_map(|d| d.fix.as_ref());
    let real: Vec<Applicability> = fixes
        .filter(|f| !f.edits.is_empty())
        .map(|f| f.applicability)
        .collect();
    let of = |a: Applicability| real.iter().filter(|r| **r == a).count();
    (of(Applicability::Safe), of(Applicability::Unsafe))
}

/// Makes every edit exact. A mend for which the text around the place is no YAML that is understood is only described.
pub fn settle(diagnostics: &mut [Diagnostic], sources: &SourceSet) {
    for fix in diagnostics.iter_mut().filter_map(|d| d.fix.as_mut()) {
        let exact: Option<Vec<Edit>> = fix.edits.iter().map(|e| exact(e, sources)).collect();
        match exact {
            Some(edits) => fix.edits = edits,
            None => {
                fix.edits.clear();
                fix.applicability = Applicability::DisplayOnly;
            }
        }
    }
}

fn exact(edit: &Edit, sources: &SourceSet) -> Option<Edit> {
    let source = sources.get(edit.span.source)?;
    let text = &source.text;
    let at = range(edit);
    let written = text.get(at.clone())?;
    let is_yaml = !source.path.to_ascii_lowercase().ends_with(".json");
    let may_be = match edit.aim {
        // What a variable says today is no reason to take the variable away.
        Aim::Exact => edit.text.contains('$') || !has_variable(written),
        // An entry is written as YAML has it.
        Aim::Enter | Aim::Under | Aim::Beside | Aim::Append => is_yaml,
        Aim::Remove => true,
    };
    if !may_be {
        return None;
    }
    let (at, new) = match edit.aim {
        Aim::Exact => (short_of_the_end(text, at, &edit.text), edit.text.clone()),
        Aim::Remove => (yaml::item(text, at)?, String::new()),
        Aim::Enter => yaml::entry(text, at, &edit.text)?,
        Aim::Append => yaml::next(text, at, &edit.text),
        Aim::Under => nest::under(text, at, &edit.text)?,
        Aim::Beside => nest::beside(text, at, &edit.text),
    };
    let span = crate::Span::new(edit.span.source, at.start, at.end);
    Some(Edit::replace(span, new))
}

/// `$WORD` or `${WORD…}`.
fn has_variable(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| c == '{' || c == '_' || c.is_ascii_alphabetic())
    })
}

/// The place of a block of text reaches to where the next thing begins; what takes its place leaves the end of its line.
fn short_of_the_end(text: &str, at: Range<usize>, new: &str) -> Range<usize> {
    let written = text.get(at.clone()).unwrap_or_default();
    let kept = written.trim_end();
    let goes_on = written
        .get(kept.len()..)
        .is_some_and(|end| end.contains('\n'));
    match goes_on && !kept.is_empty() && !new.is_empty() && new == new.trim_end() {
        true => at.start..at.start + kept.len(),
        false => at,
    }
}

fn range(edit: &Edit) -> Range<usize> {
    edit.span.start as usize..edit.span.end as usize
}

/// One text with one edit in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// Of the text.
    pub path: String,
    /// The text before.
    pub was: String,
    /// The text with the edit.
    pub now: String,
    /// Where the edit is.
    pub places: Vec<Moved>,
}

/// One text with one edit in it; `None` if the place is no YAML that is understood.
pub fn edited(edit: &Edit, sources: &SourceSet) -> Option<Edited> {
    let exact = exact(edit, sources)?;
    let source = sources.get(exact.span.source)?;
    let (now, places) = apply(&source.text, &[(range(&exact), exact.text.as_str())]);
    Some(Edited {
        path: source.path.clone(),
        was: source.text.clone(),
        now,
        places,
    })
}

/// Takes as many mends as do not touch each other, and none of `not`. Edits must be exact.
pub fn mend(
    diagnostics: &[Diagnostic],
    sources: &SourceSet,
    reach: Reach,
    not: &BTreeSet<Taken>,
) -> Mended {
    let mut out = Mended::default();
    let mut edits: BTreeMap<&str, Vec<(Range<usize>, &str)>> = BTreeMap::new();
    for diagnostic in sorted(diagnostics) {
        let Some(fix) = &diagnostic.fix else { continue };
        if fix.edits.is_empty() || !reach.covers(fix.applicability) {
            continue;
        }
        let placed: Option<Vec<_>> = fix.edits.iter().map(|e| placed(e, sources)).collect();
        let Some(placed) = placed else { continue };
        let fresh = |(path, at, text): &(&str, Range<usize>, &str)| {
            let there = edits.get(path).map_or(&[][..], Vec::as_slice);
            there
                .iter()
                .all(|(other, same)| (other == at && same == text) || apart(other, at))
        };
        let taken = Taken {
            code: diagnostic.code.clone(),
            message: fix.message.clone(),
            paths: placed.iter().map(|(p, ..)| (*p).to_owned()).collect(),
        };
        if placed.iter().all(fresh) && !not.contains(&taken) {
            out.taken.push(taken);
            for (path, at, text) in placed {
                let there = edits.entry(path).or_default();
                if !there.iter().any(|(other, _)| *other == at) {
                    there.push((at, text));
                }
            }
        }
    }
    for (path, mut edits) in edits {
        let Some((_, source)) = sources.iter().find(|(_, s)| s.path == path) else {
            continue;
        };
        edits.sort_by_key(|(at, _)| at.start);
        let (new, places) = apply(&source.text, &edits);
        if new != source.text {
            out.texts.insert(path.to_owned(), new);
            out.places.insert(path.to_owned(), places);
        }
    }
    out
}

/// A text can be in the set twice, as a Compose file and as a document; its path tells.
fn placed<'a>(edit: &'a Edit, sources: &'a SourceSet) -> Option<(&'a str, Range<usize>, &'a str)> {
    let source = sources.get(edit.span.source)?;
    let at = range(edit);
    source.text.get(at.clone())?;
    let exact = edit.aim == Aim::Exact;
    exact.then_some((source.path.as_str(), at, edit.text.as_str()))
}

/// Two insertions at one place are not apart: their order would be an accident.
fn apart(a: &Range<usize>, b: &Range<usize>) -> bool {
    let touch = a.start < b.end && b.start < a.end;
    !touch && a.start != b.start
}

/// The text with edits in it, which are in order, with the line ends that the text has; and where they are.
fn apply(text: &str, edits: &[(Range<usize>, &str)]) -> (String, Vec<Moved>) {
    let windows = text
        .split_once('\n')
        .is_some_and(|(l, _)| l.ends_with('\r'));
    let mut out = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(edits.len());
    let mut from = 0;
    for (at, new) in edits {
        out.push_str(text.get(from..at.start).unwrap_or_default());
        let start = out.len();
        match windows {
            true => out.push_str(&new.replace("\r\n", "\n").replace('\n', "\r\n")),
            false => out.push_str(new),
        }
        places.push((at.clone(), start..out.len()));
        from = at.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    (out, places)
}

#[cfg(test)]
mod tests;
