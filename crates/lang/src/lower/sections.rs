//! The sections of the language, and what of them stands in a file.

use super::cx::{Cx, Slot, Words};
use super::head;
use super::place::At;
use super::{backup, dataset, guest, host, network, repository, site, tier};
use crate::sink::Sink;
use crate::suggest::{did_you_mean, nearest, one_of, quote};
use crate::yaml::{Entry, Key, Node, NodeKind, Text};
use diag::Diagnostic;
use model::id::Kind;
use model::lab::{LISTS, Lab, ListSection, SECTIONS};

/// A top-level map of named objects.
#[derive(Clone, Copy)]
pub(super) struct Section {
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    how: How,
}

/// How the objects of a section are read.
#[derive(Clone, Copy)]
enum How {
    /// By a file of this folder.
    Hand(fn(&mut Cx<'_>, &mut Lab, &Key, &Node)),
    /// By their definition in the model.
    Defined(&'static model::lab::Section),
}

/// The sections that are read by hand, in reading order.
const BY_HAND: [Section; 7] = [
    hand("tiers", Kind::Tier, tier::lower),
    hand("sites", Kind::Site, site::lower),
    hand("networks", Kind::Network, network::lower),
    hand("hosts", Kind::Host, host::lower),
    hand("datasets", Kind::Dataset, dataset::lower),
    hand("repositories", Kind::Repository, repository::lower),
    hand("backups", Kind::Backup, backup::lower),
];

const fn hand(
    key: &'static str,
    kind: Kind,
    lower: fn(&mut Cx<'_>, &mut Lab, &Key, &Node),
) -> Section {
    let how = How::Hand(lower);
    Section { key, kind, how }
}

/// The one section that is neither a map of names nor a list.
const CONTROLLER: &str = "controller";

/// The map whose keys are rules.
const RULES: &str = "rules";

/// The list that is read by hand.
const WAIVERS: &str = "waivers";

impl Section {
    /// All of them, in reading order.
    pub(super) fn all() -> impl Iterator<Item = Section> {
        let defined = SECTIONS.iter().map(|s| Section {
            key: s.key,
            kind: s.kind,
            how: match s.kind {
                // What is inside of them is read as that of hosts is.
                Kind::Guest => How::Hand(guest::lower),
                _ => How::Defined(s),
            },
        });
        BY_HAND.into_iter().chain(defined)
    }

    /// Reads one object into the lab.
    pub(super) fn lower(self, cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
        match self.how {
            How::Hand(lower) => lower(cx, lab, name, node),
            How::Defined(section) => {
                let slot = Slot {
                    owner: Words::Quoted(section.key),
                    key: &name.text,
                    node,
                };
                let mut at = At {
                    cx,
                    slot,
                    named: name.span,
                    title: Some(Words::Named(self.kind, &name.text)),
                    list: None,
                };
                (section.read)(lab, &name.text, &mut at);
            }
        }
    }
}

/// A top-level entry of one file.
pub(super) enum Part<'n> {
    Objects(Section, &'n [Entry]),
    List(&'static ListSection, &'n Entry),
    Waivers(&'n [Node]),
    Controller(&'n Entry),
    Rules(&'n [Entry]),
    /// A section of named objects that is none, or whose key is misspelt: it was told.
    Unread(Kind),
}

/// Reads the items of a list.
pub(super) fn list(cx: &mut Cx<'_>, lab: &mut Lab, section: &'static ListSection, entry: &Entry) {
    let slot = Slot {
        owner: Words::Text("the lab"),
        key: section.key,
        node: &entry.value,
    };
    let title = format!("{} {}", article(section.word), section.word);
    for item in super::fields::items(cx, &slot) {
        let before = (cx.sink.invalid(), lab.claims.len(), lab.slos.len());
        let mut at = At {
            cx,
            slot: slot.with(item),
            named: item.head(),
            title: Some(Words::Text(&title)),
            list: None,
        };
        (section.read)(lab, &mut at);
        // A figure of which it cannot be read what it is of would be one of the whole lab.
        if cx.sink.invalid() > before.0 {
            lab.claims.truncate(before.1);
            lab.slos.truncate(before.2);
        }
    }
}

fn article(word: &str) -> &'static str {
    match word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    }
}

/// The entries of the sections of objects of a text, as [`top_level`] has them.
pub(super) fn objects(text: &mut Text) -> impl Iterator<Item = (Section, &mut Entry)> {
    let sections = match text.root.as_mut().map(|root| &mut root.kind) {
        Some(NodeKind::Map(entries)) => &mut **entries,
        _ => Default::default(),
    };
    let sections = sections.iter_mut().filter_map(|entry| {
        let key = entry.key.text.as_str();
        let section = Section::all().find(|s| s.key == key)?;
        match &mut entry.value.kind {
            NodeKind::Map(entries) => Some((section, entries)),
            _ => None,
        }
    });
    sections.flat_map(|(section, entries)| entries.iter_mut().map(move |e| (section, e)))
}

/// Adds the sections of one file; what is none is reported.
pub(super) fn top_level<'n>(
    root: &'n Node,
    is_root: bool,
    sink: &mut Sink,
    parts: &mut Vec<Part<'n>>,
) {
    if root.is_null() {
        return;
    }
    let NodeKind::Map(entries) = &root.kind else {
        let message = format!("a lab file is a map of sections, not {}", root.describe());
        let d = Diagnostic::invalid("wrong-type", message)
            .at(root.head(), "a section such as 'hosts:' is expected here");
        sink.report(d);
        return;
    };
    for entry in entries {
        let key = entry.key.text.as_str();
        if let Some(section) = Section::all().find(|s| s.key == key) {
            match &entry.value.kind {
                NodeKind::Map(entries) => parts.push(Part::Objects(section, entries)),
                _ if entry.value.is_null() => {}
                _ => {
                    sink.report(not_names(section, entry));
                    parts.push(Part::Unread(section.kind));
                }
            }
        } else if let Some(list) = LISTS.iter().find(|l| l.key == key) {
            parts.push(Part::List(list, entry));
        } else if key == CONTROLLER {
            parts.push(Part::Controller(entry));
        } else if key == RULES {
            match &entry.value.kind {
                NodeKind::Map(entries) => parts.push(Part::Rules(entries)),
                _ if entry.value.is_null() => {}
                _ => sink.report(
                    Diagnostic::invalid("wrong-type", "'rules' is a map from rules to settings")
                        .at(entry.value.head(), format!("is {}", entry.value.describe()))
                        .help(
                            "write 'rules:' and below it, indented, 'ID: {severity: info, why: …}'",
                        ),
                ),
            }
        } else if key == WAIVERS {
            match &entry.value.kind {
                NodeKind::Seq(items) => parts.push(Part::Waivers(items)),
                _ if entry.value.is_null() => {}
                _ => sink.report(
                    Diagnostic::invalid("wrong-type", "'waivers' is a list")
                        .at(entry.value.head(), format!("is {}", entry.value.describe()))
                        .help("write 'waivers:' and below it items that begin with '- rule: …'"),
                ),
            }
        } else if head::keys().any(|k| k == key) {
            if !is_root {
                sink.report(head::misplaced(&entry.key));
            }
        } else {
            let (d, meant) = unknown_section(&entry.key, is_root);
            sink.report(d);
            parts.extend(meant.map(|section| Part::Unread(section.kind)));
        }
    }
}

fn not_names(section: Section, entry: &Entry) -> Diagnostic {
    let (key, word) = (section.key, section.kind.word());
    Diagnostic::invalid(
        "wrong-type",
        format!("'{key}' is a map from names to definitions"),
    )
    .at(entry.value.head(), format!("is {}", entry.value.describe()))
    .help(format!(
        "write '{key}:' and below it, indented, the name of each {word} with a ':'"
    ))
}

/// The keys of all sections, in reading order.
fn known() -> impl Iterator<Item = &'static str> {
    let lists = LISTS.iter().map(|l| l.key);
    let singles = [WAIVERS, RULES, CONTROLLER];
    Section::all().map(|s| s.key).chain(lists).chain(singles)
}

/// Every key that a file of a lab tree can begin with.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    known().chain(head::keys())
}

/// And the section of objects that was meant.
fn unknown_section(key: &Key, is_root: bool) -> (Diagnostic, Option<Section>) {
    let mut known: Vec<&str> = known().collect();
    let shown = known.clone();
    if is_root {
        known.extend(head::keys());
    }
    let d = Diagnostic::invalid(
        "unknown-key",
        format!("there is no section {}", quote(&key.text)),
    )
    .at(key.span, "unknown section")
    .help(format!("sections are {}", one_of(shown)));
    match nearest(&key.text, known) {
        Some(near) => {
            let meant = Section::all().find(|s| s.key == near);
            (d.fix(did_you_mean(key.span, near)), meant)
        }
        None => (d, None),
    }
}
