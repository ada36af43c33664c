//! The keys of one map: asked for by name; what nobody asked for is unknown.

use super::cx::{Cx, Slot, Words};
use super::forms;
use crate::suggest::{alike, did_you_mean, nearest, quote};
use crate::yaml::{Entry, Key, Node, NodeKind};
use diag::{Diagnostic, Span, Spanned};
use model::declare::Opt;
use std::collections::BTreeMap;

/// A map that is read key by key.
pub(super) struct Fields<'n> {
    /// The words for the map's owner, e.g. `host 'web'`.
    owner: Owner<'n>,
    /// Where its owner is named; a missing key is reported here.
    place: Span,
    entries: &'n [Entry],
    truncated: bool,
    asked: Vec<&'static str>,
    /// What is missing, kept until it is known that no misspelt key was meant.
    missing: Vec<(Vec<&'static str>, Diagnostic)>,
}

/// The words for a map's owner: made for it, or what it is known by already.
pub(super) enum Owner<'n> {
    Made(String),
    Known(Words<'n>),
}

impl Owner<'_> {
    fn words(&self) -> Words<'_> {
        match self {
            Owner::Made(text) => Words::Text(text),
            Owner::Known(words) => *words,
        }
    }
}

impl From<String> for Owner<'_> {
    fn from(text: String) -> Self {
        Owner::Made(text)
    }
}

impl<'n> From<&'n str> for Owner<'n> {
    fn from(text: &'n str) -> Self {
        Owner::Known(Words::Text(text))
    }
}

impl<'n> From<Words<'n>> for Owner<'n> {
    fn from(words: Words<'n>) -> Self {
        Owner::Known(words)
    }
}

/// Names of sensitive keys: the value of a misspelt one must not be shown.
pub(crate) const SECRET: &[&str] = &["password", "passphrase", "secret", "token"];

/// Keys that are asked for in one map, usually.
const ASKED: usize = 24;

impl<'n> Fields<'n> {
    /// The fields of `node`; nothing written counts as an empty map. Anything else is reported.
    pub(super) fn of(
        cx: &mut Cx<'_>,
        owner: impl Into<Owner<'n>>,
        place: Span,
        node: &'n Node,
    ) -> Option<Self> {
        let owner = owner.into();
        let (entries, truncated) = match &node.kind {
            NodeKind::Map(entries) => (&**entries, node.truncated),
            _ if node.is_null() => (Default::default(), false),
            _ => {
                let message = format!(
                    "{} is described by keys and values, not by {}",
                    owner.words(),
                    node.describe()
                );
                cx.report(
                    Diagnostic::invalid("wrong-type", message)
                        .at(node.head(), "a map is expected here"),
                );
                return None;
            }
        };
        Some(Self {
            owner,
            place,
            entries,
            truncated,
            // As many as most records have, so that the list does not grow step by step.
            asked: Vec::with_capacity(ASKED),
            missing: Vec::new(),
        })
    }

    /// The words for the owner.
    pub(super) fn owner(&self) -> Words<'_> {
        self.owner.words()
    }

    /// Where its owner is named.
    pub(super) fn place(&self) -> Span {
        self.place
    }

    /// Whether a key is there, without asking for it.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|e| e.key.text == key)
    }

    /// The entry of an optional key.
    pub(super) fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.asked.push(key);
        self.entries.iter().find(|e| e.key.text == key)
    }

    /// The entry of a key that must be there; `example` is a value to show.
    pub(super) fn required(&mut self, key: &'static str, example: &str) -> Option<&'n Entry> {
        let entry = self.entry(key);
        if entry.is_none() {
            let message = format!("{} has no '{key}'", self.owner());
            let d = Diagnostic::invalid("missing-key", message)
                .at(self.place, format!("'{key}' is missing"))
                .help(format!("add '{key}: {example}'"));
            self.missing.push((vec![key], d));
        }
        entry
    }

    /// An optional value, read by `reader`.
    pub(super) fn read<T>(
        &mut self,
        cx: &mut Cx<'_>,
        key: &'static str,
        reader: impl FnOnce(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let entry = self.entry(key)?;
        self.through(cx, entry, reader)
    }

    /// A value that must be there, read by `reader`.
    pub(super) fn need<T>(
        &mut self,
        cx: &mut Cx<'_>,
        key: &'static str,
        example: &str,
        reader: impl FnOnce(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let entry = self.required(key, example)?;
        self.through(cx, entry, reader)
    }

    /// The same in one of the four forms: declared, assumed, measured, unknown.
    pub(super) fn given<T>(
        &mut self,
        cx: &mut Cx<'_>,
        key: &'static str,
        reader: impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
    ) -> Opt<T> {
        let entry = self.entry(key)?;
        forms::read(cx, &self.slot(entry), reader)
    }

    /// The same for a value that must be there.
    pub(super) fn need_given<T>(
        &mut self,
        cx: &mut Cx<'_>,
        key: &'static str,
        example: &str,
        reader: impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
    ) -> Opt<T> {
        let entry = self.required(key, example)?;
        forms::read(cx, &self.slot(entry), reader)
    }

    fn slot<'s>(&'s self, entry: &'s Entry) -> Slot<'s> {
        Slot {
            owner: self.owner(),
            key: &entry.key.text,
            node: &entry.value,
        }
    }

    fn through<T>(
        &self,
        cx: &mut Cx<'_>,
        entry: &Entry,
        reader: impl FnOnce(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let slot = self.slot(entry);
        let value = reader(cx, &slot)?;
        Some(Spanned::new(value, slot.span()))
    }

    /// Every item of an optional list, read by `reader`; items that cannot be read are left out.
    pub(super) fn list<T: Ord + Clone>(
        &mut self,
        cx: &mut Cx<'_>,
        key: &'static str,
        mut reader: impl FnMut(&mut Cx<'_>, &Slot<'_>) -> Option<T>,
    ) -> Vec<Spanned<T>> {
        let Some(entry) = self.entry(key) else {
            return Vec::new();
        };
        let slot = Slot {
            owner: self.owner(),
            key: &entry.key.text,
            node: &entry.value,
        };
        let mut out: Vec<Spanned<T>> = Vec::new();
        let mut seen: BTreeMap<T, Span> = BTreeMap::new();
        for item in items(cx, &slot) {
            let Some(value) = reader(cx, &slot.with(item)) else {
                continue;
            };
            if let Some(first) = seen.get(&value) {
                let d =
                    Diagnostic::invalid("duplicate-value", format!("{slot} lists a value twice"))
                        .at(item.head(), "listed again")
                        .and_at(*first, "first listed here");
                cx.report(d);
            } else {
                seen.insert(value.clone(), item.span);
                out.push(Spanned::new(value, item.span));
            }
        }
        out
    }

    /// The entries of an optional map with free keys.
    pub(super) fn map(&mut self, cx: &mut Cx<'_>, key: &'static str) -> &'n [Entry] {
        let Some(entry) = self.entry(key) else {
            return Default::default();
        };
        match &entry.value.kind {
            NodeKind::Map(entries) => entries,
            _ if entry.value.is_null() => Default::default(),
            _ => {
                let slot = Slot {
                    owner: self.owner(),
                    key,
                    node: &entry.value,
                };
                let message = format!("{slot} is a map, not {}", entry.value.describe());
                cx.report(
                    Diagnostic::invalid("wrong-type", message)
                        .at(entry.value.head(), "a map is expected here")
                        .help("write '{NAME: …}', or below it, indented, one 'NAME: …' per line"),
                );
                Default::default()
            }
        }
    }

    /// Of two keys only one may be there.
    pub(super) fn exclusive(&self, cx: &mut Cx<'_>, one: &str, other: &str) {
        let find = |key: &str| self.entries.iter().find(|e| e.key.text == key);
        if let (Some(a), Some(b)) = (find(one), find(other)) {
            let message = format!("{} has both '{one}' and '{other}'", self.owner());
            let d = Diagnostic::invalid("conflicting-keys", message)
                .at(b.key.span, "only one of them may be given")
                .and_at(a.key.span, "the other one");
            cx.report(d);
        }
    }

    /// None of several keys is there, of which one must be.
    pub(super) fn none_of(&mut self, keys: &[&'static str], help: &str) {
        let message = format!("{} has no '{}'", self.owner(), keys.join("' and no '"));
        let d = Diagnostic::invalid("missing-key", message)
            .at(self.place, "what it is cannot be told")
            .help(help);
        self.missing.push((keys.to_vec(), d));
    }

    /// Reports the keys that nobody asked for, and those that are missing unless one of the former was meant.
    pub(super) fn finish(self, cx: &mut Cx<'_>) {
        let mut meant = Vec::new();
        for entry in self.entries {
            let key = entry.key.text.as_str();
            if self.asked.contains(&key) {
                continue;
            }
            meant.extend(unknown(cx, self.owner(), &entry.key, &self.asked));
            let secret = nearest(key, SECRET.iter().copied()).is_some();
            if secret || key.to_lowercase().contains("pass") {
                cx.sink.secret(entry.value.span);
            }
        }
        for (keys, diagnostic) in self.missing {
            if !self.truncated && !keys.iter().any(|k| meant.contains(k)) {
                cx.report(diagnostic);
            }
        }
    }
}

/// Them in their order, each once: several readers may ask for one key.
fn each_once<'k>(known: &[&'k str]) -> Vec<&'k str> {
    let mut out: Vec<&str> = Vec::with_capacity(known.len());
    for key in known {
        if !out.contains(key) {
            out.push(key);
        }
    }
    out
}

/// How things are asked that are no machines, where somebody looks for it below a machine: the key, its section, and how it is written there.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    (
        "openwrt",
        "devices",
        "devices: {NAME: {kind: router, openwrt: {url: …}}}",
    ),
    ("snmp", "devices", "devices: {NAME: {snmp: …}}"),
    ("nut", "ups", "ups: {NAME: {nut: NAME@ADDRESS}}"),
];

/// What people look for below a thing, and where and how it is written: the word for the thing, the key, and what to do.
const ADVICE: [(&str, &str, &str); 4] = [
    (
        "service",
        "port",
        "where a service is reached stands in 'exposures: [{port: 8080, from: NETWORK}]'",
    ),
    (
        "service",
        "ports",
        "where a service is reached stands in 'exposures: [{port: 8080, from: NETWORK}]'",
    ),
    (
        "service",
        "slo",
        "what a service promises stands in its tier, 'tiers: {NAME: {slo: 99.9%}}' and 'tier: NAME' here, or for it alone in 'slos: [{service: NAME, target: 99.9%}]'",
    ),
    (
        "site",
        "uplink",
        "a site can have several, each with a name: write 'uplinks: {NAME: {down: 250Mbit/s, up: 40Mbit/s}}'",
    ),
];

/// Something is said of this key wherever it stands and is not known.
pub(crate) fn is_advised(key: &str) -> bool {
    ADVICE.iter().any(|(_, of, _)| *of == key)
}

/// Where somebody says of something else that it is planned.
const STATUS: &str = "hosts, guests, devices, services, pools and documents have a 'status', and what rests on a planned one is planned with it; of anything else say in the roadmap that it comes: 'roadmap: {NAME: {items: [{text: …}]}}'";

/// Reports a key that is not among the known ones; gives the one that was probably meant.
pub(super) fn unknown<'k>(
    cx: &mut Cx<'_>,
    owner: Words<'_>,
    key: &Key,
    known: &[&'k str],
) -> Option<&'k str> {
    let message = format!("{owner} has no key {}", quote(&key.text));
    let d = Diagnostic::invalid("unknown-key", message).at(key.span, "unknown key");
    if let Some((_, section, how)) = ELSEWHERE.iter().find(|(of, ..)| *of == key.text) {
        let help = format!("it belongs to '{section}': write '{how}'");
        cx.report(d.help(help));
        return None;
    }
    let words = owner.to_string();
    let of = |word: &str| {
        words
            .strip_prefix(word)
            .is_some_and(|rest| rest.starts_with(' '))
    };
    if let Some((.., advice)) = ADVICE.iter().find(|(w, k, _)| *k == key.text && of(w)) {
        cx.report(d.help(*advice));
        return None;
    }
    if key.text == "status" {
        cx.report(d.help(STATUS));
        return None;
    }
    let near = nearest(&key.text, known.iter().copied());
    let near = near.or_else(|| alike(&key.text, known.iter().copied()));
    if let Some((name, value)) = spaceless(&key.text, known) {
        // Within brackets such a word is a key without a value.
        let fix = did_you_mean(key.span, &format!("{name}: {value}"));
        cx.report(d.fix(fix).help("a space belongs behind ':'"));
        return Some(name);
    }
    cx.report(match near {
        Some(near) => d.fix(did_you_mean(key.span, near)),
        None if super::section_keys().any(|k| k == key.text) => d.help(format!(
            "'{0}' is a section: write '{0}:' at the left edge of a file, and what belongs to it below",
            key.text
        )),
        None => d.help(format!("known keys are {}", each_once(known).join(", "))),
    });
    near
}

/// The key and the value of `site:home`, if that key is known and its value is none that could be secret.
fn spaceless<'k, 't>(text: &'t str, known: &[&'k str]) -> Option<(&'k str, &'t str)> {
    let (name, value) = text.split_once(':')?;
    let name = known.iter().find(|k| **k == name && !SECRET.contains(k))?;
    (!value.is_empty() && diag::hide(value) == value).then_some((*name, value))
}

/// The items of a list; a single text or map is not taken for a list of one.
pub(super) fn items<'n>(cx: &mut Cx<'_>, slot: &Slot<'n>) -> &'n [Node] {
    match &slot.node.kind {
        NodeKind::Seq(items) => items,
        _ if slot.node.is_null() => Default::default(),
        _ => {
            let message = format!("{slot} is a list, not {}", slot.node.describe());
            let d = Diagnostic::invalid("wrong-type", message)
                .at(slot.node.head(), "a list is expected here")
                .help("write '[a, b]', or one item per line after '- '");
            cx.report(d);
            Default::default()
        }
    }
}
