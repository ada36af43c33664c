//! Which objects exist, and references to them.

use super::cx::{Cx, Slot};
use super::scalar;
use crate::sink::Sink;
use crate::suggest::{did_you_mean, nearest, quote};
use crate::yaml::Key;
use diag::{Diagnostic, SourceSet, Span};
use model::id::Kind;
use std::collections::BTreeMap;

/// The longest name: the longest label of a domain name (RFC 1035).
const LONGEST: usize = 63;
/// Names that mean something else where a network may stand.
const RESERVED: [&str; 2] = ["any", "loopback"];

/// Declared names with their places.
pub(super) struct Names {
    declared: BTreeMap<Kind, BTreeMap<String, Span>>,
    /// Every file could be read to its end, so that a name which is not here does not exist.
    complete: bool,
}

impl Names {
    pub(super) fn new(complete: bool) -> Self {
        Self {
            declared: BTreeMap::new(),
            complete,
        }
    }

    /// Adds a name; reports one that is malformed or was there before, and says whether its definition counts.
    pub(super) fn declare(
        &mut self,
        kind: Kind,
        key: &Key,
        sources: &SourceSet,
        sink: &mut Sink,
    ) -> bool {
        let word = kind.word();
        let name = key.text.as_str();
        if !is_name(name) {
            let message = format!("{} cannot be the name of a {word}", quote(name));
            let d = Diagnostic::invalid("invalid-name", message)
                .at(key.span, "not a name")
                .help("names begin with a letter or digit, go on with letters, digits, '-', '_' and '.', and have at most 63 of them");
            sink.report(d);
            return false;
        }
        if kind == Kind::Network && RESERVED.contains(&name) {
            let message =
                format!("'{name}' has a meaning of its own and cannot be the name of a network");
            sink.report(Diagnostic::invalid("invalid-name", message).at(key.span, "reserved"));
            return false;
        }
        let known = self.declared.entry(kind).or_default();
        if let Some(first) = known.get(name) {
            let at = sources.place(*first);
            let message = format!("{word} '{name}' is defined twice, first at {at}");
            let d = Diagnostic::invalid("duplicate-definition", message)
                .at(key.span, "defined again")
                .and_at(*first, "first defined here")
                .help("merge the two definitions, or rename one of them");
            sink.report(d);
            return false;
        }
        known.insert(name.to_owned(), key.span);
        true
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.declared
            .get(&kind)
            .into_iter()
            .flatten()
            .map(|(n, _)| n.as_str())
    }

    pub(super) fn has(&self, kind: Kind, name: &str) -> bool {
        self.declared
            .get(&kind)
            .is_some_and(|names| names.contains_key(name))
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// A short word such as an operating system or a disk's label; same shape as a name.
pub(super) fn word(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if is_name(&text) {
        return Some(text);
    }
    cx.bad(
        "invalid-value",
        slot,
        &text,
        "is not one word of letters, digits, '-', '_' and '.'",
    );
    None
}

/// The name an object had before; it has the shape of a name, and nothing of this name need exist.
pub(super) fn was(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    word(cx, slot)
}

/// A reference to an object of this kind, bare or as `kind/name`; gives the bare name.
pub(super) fn reference(kind: Kind) -> impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<String> {
    move |cx, slot| resolve(cx, slot, kind, &[])
}

/// A reference, or one of some words that are not names.
pub(super) fn reference_or(
    kind: Kind,
    words: &'static [&'static str],
) -> impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<String> {
    move |cx, slot| resolve(cx, slot, kind, words)
}

/// A reference that does not resolve is reported and kept: what it was meant to say is more than nothing.
fn resolve(cx: &mut Cx<'_>, slot: &Slot<'_>, kind: Kind, words: &[&str]) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if words.contains(&text.as_str()) {
        return Some(text);
    }
    let word = kind.word();
    let name = match text.split_once('/') {
        Some((prefix, name)) if prefix == word => name,
        Some((prefix, _)) => {
            let message = format!("{slot} refers to a {word}, not to a {}", quote(prefix));
            let d = Diagnostic::invalid("unknown-reference", message)
                .at(slot.node.head, format!("a {word} is expected here"));
            cx.report(d);
            return None;
        }
        None => text.as_str(),
    };
    if !cx.names.has(kind, name) && cx.names.complete {
        let message = format!("{slot}: there is no {word} {}", quote(name));
        let d = Diagnostic::invalid("unknown-reference", message)
            .at(slot.node.head, format!("no such {word}"));
        let known: Vec<&str> = cx.names.of(kind).chain(words.iter().copied()).collect();
        let d = match nearest(name, known.iter().copied()) {
            Some(near) => d.fix(did_you_mean(slot.node.head, near)),
            None => d.help(declared(kind, &known)),
        };
        cx.report(d);
    }
    Some(name.to_owned())
}

fn declared(kind: Kind, known: &[&str]) -> String {
    const SHOWN: usize = 8;
    let word = kind.word();
    match known.len() {
        0 => format!("no {word} is declared yet"),
        n if n <= SHOWN => format!("known here: {}", known.join(", ")),
        n => format!("{n} names are known here"),
    }
}

/// A reference to an object of any kind: `kind/name`, or a bare name that only one object has. Gives `kind/name`.
pub(super) fn object(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let kinds = super::SECTIONS.iter().map(|s| s.kind);
    let full: Vec<String> = kinds
        .flat_map(|k| cx.names.of(k).map(move |n| format!("{}/{n}", k.word())))
        .collect();
    let fits: Vec<&String> = full
        .iter()
        .filter(|f| **f == text || f.split_once('/').is_some_and(|(_, n)| n == text))
        .collect();
    match fits.as_slice() {
        [one] => return Some((*one).clone()),
        [] if !cx.names.complete => return Some(text),
        [] => {
            let message = format!("{slot}: there is no {}", quote(&text));
            let d = Diagnostic::invalid("unknown-reference", message)
                .at(slot.node.head, "no such object");
            let bare = full
                .iter()
                .filter_map(|f| f.split_once('/'))
                .map(|(_, n)| n);
            let near =
                nearest(&text, full.iter().map(String::as_str)).or_else(|| nearest(&text, bare));
            let d = match near {
                Some(near) => d.fix(did_you_mean(slot.node.head, near)),
                None => d.help("write it as KIND/NAME, e.g. host/web"),
            };
            cx.report(d);
        }
        several => {
            let names: Vec<&str> = several.iter().map(|s| s.as_str()).collect();
            let message = format!(
                "{slot}: {} could be {}",
                quote(&text),
                crate::suggest::one_of(names)
            );
            let d = Diagnostic::invalid("unknown-reference", message)
                .at(slot.node.head, "not unique")
                .help("write it as KIND/NAME");
            cx.report(d);
        }
    }
    None
}
