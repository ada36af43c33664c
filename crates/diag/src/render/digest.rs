//! The full form for a person with little time: what weighs most comes first, what repeats is listed, what nobody knows is
//! one line per code.

use super::concise::one_line;
use super::full::{Color, Excerpts, folded};
use super::{clean, compare, word};
use crate::{Class, Diagnostic, Severity, SourceSet};
use std::collections::BTreeMap;

/// So many of one code are shown whole.
const WHOLE: usize = 2;

/// What is shown whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whole {
    /// Every finding, however many have its code.
    pub repeats: bool,
    /// Every unknown.
    pub unknowns: bool,
    /// Lines are cut and folded to so many characters; without it, nothing is folded.
    pub width: Option<usize>,
}

/// Diagnostics by weight, then by code, then by place. Invalid text is always shown whole and first.
pub fn digest(
    diagnostics: &[Diagnostic],
    sources: &SourceSet,
    color: Color,
    whole: Whole,
) -> String {
    let mut excerpts = Excerpts::of(sources, color, whole.width);
    let mut out = String::new();
    let (unknown, told): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        diagnostics.iter().partition(|d| d.unknown);
    let mut groups: BTreeMap<(bool, Weight, &str), Vec<&Diagnostic>> = BTreeMap::new();
    for d in told {
        let key = (
            d.class == Class::Finding,
            Weight(d.severity),
            d.code.as_str(),
        );
        groups.entry(key).or_default().push(d);
    }
    let all = |finding: bool, n: usize| whole.repeats || !finding || n <= WHOLE + 1;
    let mut shown = Vec::new();
    for ((finding, ..), group) in &mut groups {
        group.sort_by(|a, b| compare(a, b));
        let some = if all(*finding, group.len()) {
            group.len()
        } else {
            WHOLE
        };
        shown.extend(group.iter().take(some).copied());
    }
    excerpts.prepare(&shown);
    for ((finding, ..), group) in groups {
        let some = if all(finding, group.len()) {
            group.len()
        } else {
            WHOLE
        };
        let (first, rest) = group.split_at(some.min(group.len()));
        let first: Vec<Diagnostic> = first.iter().map(|d| (*d).clone()).collect();
        out.push_str(&excerpts.full(&first));
        out.push_str(&repeated(rest, sources, whole.width));
    }
    out.push_str(&unknowns(&unknown, &mut excerpts, whole));
    out
}

/// Heavier first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weight(Severity);

impl Ord for Weight {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.cmp(&self.0)
    }
}

impl PartialOrd for Weight {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A line for each that is not shown whole.
fn repeated(rest: &[&Diagnostic], sources: &SourceSet, width: Option<usize>) -> String {
    let Some(first) = rest.first() else {
        return String::new();
    };
    let head = format!("{}[{}]: ", word(first.severity), first.code);
    let text = format!("{} more (--all shows them whole)", rest.len());
    let text = folded(&text, width, head.len());
    let below = format!("\n{}", " ".repeat(head.len()));
    let mut out = format!("{head}{}\n", text.replace('\n', &below));
    for d in rest {
        let text = format!("{}{}", place(d, sources), one_line(&d.message));
        out.push_str(&listed(&text, width));
    }
    out.push('\n');
    out
}

/// An item of a list; what does not fit its line stands below it, further in.
fn listed(text: &str, width: Option<usize>) -> String {
    let text = folded(text, width, "    ".len());
    format!("  {}\n", text.replace('\n', "\n    "))
}

fn place(d: &Diagnostic, sources: &SourceSet) -> String {
    let label = d.primary.as_ref();
    label.map_or_else(String::new, |l| {
        format!("{}: ", clean(&sources.place(l.span)))
    })
}

/// One line per code, or all of them.
fn unknowns(unknown: &[&Diagnostic], excerpts: &mut Excerpts<'_>, whole: Whole) -> String {
    if whole.unknowns {
        let all: Vec<Diagnostic> = unknown.iter().map(|d| (*d).clone()).collect();
        return excerpts.full(&all);
    }
    let mut by: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for d in unknown {
        by.entry(d.code.as_str()).or_default().push(d);
    }
    if by.is_empty() {
        return String::new();
    }
    let mut out = String::from("not known (--unknown shows where):\n");
    for (code, mut group) in by {
        group.sort_by(|a, b| compare(a, b));
        let Some(first) = group.first() else { continue };
        let what = one_line(first.message.trim_start_matches("unknown: "));
        let more = match group.len() {
            1 => String::new(),
            n => format!("; and {} more", n - 1),
        };
        out.push_str(&listed(&format!("{code}: {what}{more}"), whole.width));
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, severity: Severity, message: &str) -> Diagnostic {
        Diagnostic::finding(code, severity, message)
    }

    #[test]
    fn weight_comes_first_and_repeats_are_listed() {
        let mut all = vec![finding("b", Severity::Info, "small")];
        all.extend((1..=4).map(|n| finding("c", Severity::Warning, &format!("same {n}"))));
        all.push(finding("z", Severity::Error, "large"));
        let mut missing = finding("u", Severity::Info, "unknown: the size");
        missing.unknown = true;
        all.extend([missing.clone(), missing]);
        let sources = SourceSet::default();
        let text = digest(&all, &sources, Color::Never, Whole::default());
        assert_eq!(
            text,
            "error[z]: large\n\nwarning[c]: same 1\n\nwarning[c]: same 2\n\n\
             warning[c]: 2 more (--all shows them whole)\n  same 3\n  same 4\n\n\
             info[b]: small\n\n\
             not known (--unknown shows where):\n  u: the size; and 1 more\n\n"
        );
        let whole = Whole {
            repeats: true,
            unknowns: true,
            width: None,
        };
        let text = digest(&all, &sources, Color::Never, whole);
        assert!(!text.contains("more"), "{text}");
        assert_eq!(text.matches("unknown: the size").count(), 2, "{text}");
    }

    #[test]
    fn one_more_than_usual_is_shown_whole_too() {
        let all: Vec<Diagnostic> = (1..=3)
            .map(|n| finding("c", Severity::Error, &format!("{n}")))
            .collect();
        let text = digest(&all, &SourceSet::default(), Color::Never, Whole::default());
        assert_eq!(text, "error[c]: 1\n\nerror[c]: 2\n\nerror[c]: 3\n\n");
    }
}
