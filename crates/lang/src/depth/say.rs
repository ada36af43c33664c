//! What is said of an entry at the wrong depth, and the indent that mends it.

use super::Stray;
use super::comma::Split;
use crate::sink::Sink;
use crate::suggest::{did_you_mean, quote};
use crate::yaml::{Entry, Key, NodeKind};
use diag::{Applicability, Diagnostic, Edit, Fix, SourceId, Span};

/// Entries that stand where they do not belong.
pub(super) enum Found<'n> {
    /// Beside the one that they belong below.
    Below {
        owner: &'n Entry,
        entries: Vec<&'n Entry>,
    },
    /// Two levels above the one that it belongs below.
    Deeper {
        of: &'n Entry,
        owner: &'n Entry,
        entry: &'n Entry,
    },
    /// The same, and of which one is not said.
    Lost {
        entry: &'n Entry,
        under: &'static str,
    },
    /// Below the one that they belong beside.
    Beside {
        /// Of the map that they belong to.
        owner: Option<&'n Key>,
        beside: &'n Key,
        entries: Vec<&'n Entry>,
        /// All that stand there.
        around: &'n [Entry],
    },
    /// Beside a key that they belong below, which may not be there.
    Inside {
        entry: &'n Entry,
        under: &'static str,
        there: Option<&'n Entry>,
    },
    /// The value of the key before it, which has none.
    Value { owner: &'n Entry, entry: &'n Entry },
    /// In a map where one value belongs.
    Single {
        owner: &'n Entry,
        value: &'n Entry,
        /// What belongs beside the owner.
        beside: Vec<&'n Entry>,
    },
    /// In two: a comma splits what is between brackets.
    Comma(Split),
    /// Here, under another key and in another form.
    Reworded { entry: &'n Entry, help: String },
    /// Nowhere: the key that is a slip away takes nothing of this form.
    NoSlip {
        entry: &'n Entry,
        known: Vec<&'static str>,
    },
}

impl Found<'_> {
    /// Entries that were taken for what stands beside them.
    pub(super) fn strays(&self) -> Vec<Stray> {
        let of = |entries: &[&Entry], owner: Option<&Entry>| {
            let of = owner.map(|o| o.key.span);
            let stray = |e: &&Entry| Stray {
                key: e.key.span,
                of,
            };
            entries.iter().map(stray).collect()
        };
        match self {
            Found::Below { owner, entries } => of(entries, Some(owner)),
            Found::Deeper {
                of: owner, entry, ..
            } => of(&[entry], Some(owner)),
            Found::Lost { entry, .. } => of(&[entry], None),
            Found::Beside { .. }
            | Found::Inside { .. }
            | Found::Value { .. }
            | Found::Single { .. }
            | Found::Comma(_)
            | Found::Reworded { .. }
            | Found::NoSlip { .. } => Vec::new(),
        }
    }
}

/// Longer values are not repeated.
const LONGEST: usize = 60;

/// Says it in place of what was said.
pub(super) fn report(found: &Found<'_>, text: &str, sink: &mut Sink) {
    match found {
        Found::Below { owner, entries } => below(owner, entries, text, sink),
        Found::Deeper { of, owner, entry } => deeper(of, owner, entry, text, sink),
        Found::Lost { entry, under } => lost(entry, under, sink),
        Found::Beside {
            owner,
            beside: key,
            entries,
            around,
        } => {
            let of = owner.map_or(String::new(), |o| format!(" to {},", quote(&o.text)));
            if entries.len() == around.len() {
                forget_around(key, around, sink);
            }
            beside((&of, key), entries, around, text, sink);
        }
        Found::Inside {
            entry,
            under,
            there,
        } => inside(entry, under, there.is_some(), text, sink),
        Found::Value { owner, entry } => value(owner, entry, text, sink),
        Found::Single {
            owner,
            value,
            beside,
        } => single(owner, value, beside, text, sink),
        Found::Comma(split) => comma(split, sink),
        Found::Reworded { entry, help } => sink.unguess("unknown-key", entry.key.span, help),
        Found::NoSlip { entry, known } => {
            let help = format!("known keys are {}", known.join(", "));
            sink.unguess("unknown-key", entry.key.span, &help);
        }
    }
}

fn below(owner: &Entry, entries: &[&Entry], text: &str, sink: &mut Sink) {
    let Some(first) = entries.first() else { return };
    forget(sink, entries);
    if owner.value.is_null() {
        sink.forget(whole(owner));
    }
    let below = quote(&owner.key.text);
    let message = format!("{} below {below}, not beside it", belong(entries));
    let what = format!("indent {} below {below}", pronoun(entries));
    let d = Diagnostic::invalid("unknown-key", message)
        .at(first.key.span, format!("belongs below {below}"));
    sink.report(with(d, what, indent(owner, entries, text)));
}

/// What is said of a map that has nothing else in it: one key of a value is missing there, say.
fn forget_around(key: &Key, around: &[Entry], sink: &mut Sink) {
    if let Some(last) = around.last() {
        let end = last.value.span.end as usize + 1;
        sink.forget(Span::new(key.span.source, key.span.start as usize, end));
    }
}

fn beside(
    (of, owner): (&str, &Key),
    entries: &[&Entry],
    around: &[Entry],
    text: &str,
    sink: &mut Sink,
) {
    let Some(first) = entries.first() else { return };
    forget(sink, entries);
    let key = quote(&owner.text);
    let message = format!("{}{of} beside {key}, not below it", belong(entries));
    let d = Diagnostic::invalid("unknown-key", message)
        .at(first.key.span, format!("belongs beside {key}"));
    let what = format!("write {} beside {key}, at its indent", pronoun(entries));
    sink.report(with(d, what, dedent(owner, entries, around, text)));
}

/// Offers the edits, or says what to do where there are none.
fn with(d: Diagnostic, what: String, edits: Option<Vec<Edit>>) -> Diagnostic {
    match edits {
        Some(edits) => d.fix(Fix {
            message: what,
            applicability: Applicability::Unsafe,
            edits,
        }),
        None => d.help(what),
    }
}

fn deeper(of: &Entry, owner: &Entry, entry: &Entry, text: &str, sink: &mut Sink) {
    forget(sink, &[entry]);
    let (key, of_key) = (quote(&owner.key.text), quote(&of.key.text));
    let message = format!("{} belongs below {key} of {of_key}", quote(&entry.key.text));
    let what = format!("write it below {key}, indented deeper");
    let d = Diagnostic::invalid("unknown-key", message)
        .at(entry.key.span, format!("belongs below {key}"));
    // What stands between would take it instead.
    let last = match &of.value.kind {
        NodeKind::Map(entries) => entries.last().map(|e| e.key.span),
        _ => None,
    };
    let next = last == Some(owner.key.span);
    let edits = indent(owner, &[entry], text).filter(|_| next);
    sink.report(with(d, what, edits));
}

fn lost(entry: &Entry, under: &str, sink: &mut Sink) {
    forget(sink, &[entry]);
    let key = quote(&entry.key.text);
    let message = format!("{key} belongs below '{under}' of what it is said of");
    let d = Diagnostic::invalid("unknown-key", message)
        .at(entry.key.span, format!("belongs below '{under}'"));
    sink.report(d.help(format!(
        "write it below '{under}' of the entry that it is meant of"
    )));
}

fn inside(entry: &Entry, under: &str, there: bool, text: &str, sink: &mut Sink) {
    let secret = sink.is_secret(whole(entry));
    forget(sink, &[entry]);
    let key = quote(&entry.key.text);
    let message = format!("{key} belongs below '{under}', not beside it");
    let d = Diagnostic::invalid("unknown-key", message)
        .at(entry.key.span, format!("belongs below '{under}'"));
    let shown = written(entry, text).filter(|w| !secret && diag::hide(w) == *w);
    sink.report(d.help(match shown.filter(|_| !there) {
        Some(shown) => format!("write '{under}: {{{shown}}}'"),
        None => format!("write it below '{under}', indented"),
    }));
}

fn value(owner: &Entry, entry: &Entry, text: &str, sink: &mut Sink) {
    let help = told(owner, entry, text, sink);
    sink.forget(whole(owner));
    forget(sink, &[entry]);
    let (key, owner) = (quote(&entry.key.text), quote(&owner.key.text));
    let message = format!("{key} is no key here, and {owner} has no value");
    let d = Diagnostic::invalid("unknown-key", message);
    sink.report(d.at(entry.key.span, "unknown key").help(help));
}

fn single(owner: &Entry, value: &Entry, beside: &[&Entry], text: &str, sink: &mut Sink) {
    let mut help = told(owner, value, text, sink);
    sink.forget(whole(owner));
    if !beside.is_empty() {
        let keys: Vec<String> = beside.iter().map(|e| quote(&e.key.text)).collect();
        help += &format!(", and {} beside it", keys.join(", "));
    }
    let message = format!("{} is one value, not a map", quote(&owner.key.text));
    let d = Diagnostic::invalid("wrong-type", message);
    let d = d.at(owner.value.head(), "one value is expected here");
    sink.report(d.help(help));
}

/// A number is written with a point.
fn comma(split: &Split, sink: &mut Sink) {
    let secret = sink.is_secret(split.span);
    sink.forget(split.span);
    let what = match secret || diag::hide(&split.written) != split.written {
        true => "this".to_owned(),
        false => quote(&split.written),
    };
    let message = format!("{what} is two values: within brackets a comma separates them");
    let d = Diagnostic::invalid("invalid-value", message).at(split.span, "a decimal point is '.'");
    sink.report(match split.dotted.as_deref().filter(|_| !secret) {
        Some(dotted) => d.fix(did_you_mean(split.span, dotted)),
        None => d.help("write a number with a point, as in 12.50, and without marks between thousands; text with a comma in it in quotes"),
    });
}

/// `write 'os: debian'`, unless it may be a secret.
fn told(owner: &Entry, value: &Entry, text: &str, sink: &Sink) -> String {
    let key = &owner.key.text;
    let shown = written(value, text).and_then(|w| Some(w.split_once(": ")?.1.to_owned()));
    let shown = shown.filter(|w| !sink.is_secret(whole(value)) && diag::hide(w) == *w);
    match shown {
        Some(shown) => format!("write '{key}: {shown}'"),
        None => format!("write the value behind '{key}:'"),
    }
}

fn forget(sink: &mut Sink, entries: &[&Entry]) {
    for entry in entries {
        sink.forget(whole(entry));
    }
}

fn whole(entry: &Entry) -> Span {
    let (key, value) = (entry.key.span, entry.value.span);
    let end = key.end.max(value.end).max(entry.value.head().end);
    Span::new(key.source, key.start as usize, end as usize)
}

/// `'os' and 'version' belong`.
fn belong(entries: &[&Entry]) -> String {
    let keys: Vec<String> = entries.iter().map(|e| quote(&e.key.text)).collect();
    match keys.split_last() {
        Some((last, [])) => format!("{last} belongs"),
        Some((last, rest)) => format!("{} and {last} belong", rest.join(", ")),
        None => String::new(),
    }
}

fn pronoun(entries: &[&Entry]) -> &'static str {
    match entries {
        [_] => "it",
        _ => "them",
    }
}

/// A single value with its key, as it stands there.
fn written(entry: &Entry, text: &str) -> Option<String> {
    let own = text.get(entry.value.span.start as usize..entry.value.span.end as usize)?;
    let plain = own.len() <= LONGEST && !own.contains(['\n', '#']);
    let single = matches!(entry.value.kind, NodeKind::Scalar(_));
    let flow = !single || !own.contains([',', '[', ']', '{', '}']);
    (plain && flow && !own.is_empty()).then(|| format!("{}: {own}", entry.key.text))
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind('\n').map_or(0, |n| n + 1)
}

/// How far a key stands from the beginning of its line.
pub(super) fn column(text: &str, key: Span) -> usize {
    let at = key.start as usize;
    at - line_start(text, at)
}

/// The same of a key that is the first on its line.
pub(super) fn first_column(text: &str, key: Span) -> Option<usize> {
    let at = key.start as usize;
    let before = text.get(line_start(text, at)..at)?;
    before.chars().all(|c| c == ' ').then_some(before.len())
}

/// Blanks before every line of the entries, so that they stand as the others below the owner do.
fn indent(owner: &Entry, entries: &[&Entry], text: &str) -> Option<Vec<Edit>> {
    let from = first_column(text, entries.first()?.key.span)?;
    let to = match &owner.value.kind {
        NodeKind::Map(entries) => first_column(text, entries.first()?.key.span)?,
        _ => column(text, owner.key.span) + 2,
    };
    let blanks = " ".repeat(to.checked_sub(from).filter(|n| *n > 0)?);
    each_line(entries, text, |start, _| {
        let here = Span::new(start.source, start.at, start.at);
        Some(Edit::replace(here, blanks.clone()))
    })
}

/// Where a line begins.
struct Start {
    source: SourceId,
    at: usize,
}

/// An edit for each line of the entries that has something in it; none at all if one of them cannot be made.
fn each_line(
    entries: &[&Entry],
    text: &str,
    edit: impl Fn(Start, &str) -> Option<Edit>,
) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for entry in entries {
        first_column(text, entry.key.span)?;
        let whole = whole(entry);
        let mut at = line_start(text, whole.start as usize);
        for line in text.get(at..whole.end as usize)?.split_inclusive('\n') {
            if !line.trim().is_empty() {
                let source = whole.source;
                edits.push(edit(Start { source, at }, line)?);
            }
            at += line.len();
        }
    }
    Some(edits)
}

/// Blanks taken from every line of the entries, so that they stand as the key does that they belong beside; only where nothing of the map
/// that they leave follows.
fn dedent(beside: &Key, entries: &[&Entry], around: &[Entry], text: &str) -> Option<Vec<Edit>> {
    let to = first_column(text, beside.span)?;
    let from = first_column(text, entries.first()?.key.span)?;
    let less = from.checked_sub(to).filter(|n| *n > 0)?;
    let tail = around.len().checked_sub(entries.len())?;
    let mut is_tail = around.get(tail..)?.iter().zip(entries);
    if !is_tail.all(|(a, e)| a.key.span == e.key.span) {
        return None;
    }
    let end = whole(entries.last()?).end as usize;
    let after = text.get(end..)?.lines().skip(1).find(|l| {
        let said = l.trim_start();
        !said.is_empty() && !said.starts_with('#')
    });
    let lead = |line: &str| line.len() - line.trim_start_matches(' ').len();
    if after.is_some_and(|line| lead(line) > to) {
        return None;
    }
    each_line(entries, text, |Start { source, at }, line| {
        (lead(line) >= less).then_some(())?;
        let gone = Span::new(source, at, at + less);
        Some(Edit::replace(gone, String::new()))
    })
}
