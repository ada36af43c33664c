//! Trees to a lab: the sections of the language and the order in which they are read.
//!
//! One file per entity. Every entity is read through [`fields::Fields`], which reports unknown and missing keys, and
//! every value through a reader of `scalar`, `address`, `names` and so on, which reports what it cannot read and gives
//! `None`. Adding an entity is a line in [`SECTIONS`] and a file.

mod address;
mod backup;
mod controller;
mod cx;
mod dataset;
mod exposure;
mod fields;
mod file;
mod firewall;
mod head;
mod host;
mod key;
mod names;
mod network;
mod path;
mod reach;
mod repository;
mod scalar;
mod secret;
mod site;
mod sshd;
mod tier;
mod unit;
mod user;
mod waiver;

pub(crate) use address::Cidr;

use crate::sink::Sink;
use crate::suggest::{did_you_mean, nearest, one_of, quote};
use crate::yaml::{Entry, Key, Node, NodeKind, Text};
use cx::Cx;
use diag::{Diagnostic, SourceSet};
use model::id::Kind;
use model::lab::Lab;
use names::Names;

/// A top-level map of named objects.
struct Section {
    key: &'static str,
    kind: Kind,
    lower: fn(&mut Cx<'_>, &mut Lab, &Key, &Node),
}

/// The top-level maps, in reading order.
const SECTIONS: &[Section] = &[
    Section {
        key: "tiers",
        kind: Kind::Tier,
        lower: tier::lower,
    },
    Section {
        key: "sites",
        kind: Kind::Site,
        lower: site::lower,
    },
    Section {
        key: "networks",
        kind: Kind::Network,
        lower: network::lower,
    },
    Section {
        key: "hosts",
        kind: Kind::Host,
        lower: host::lower,
    },
    Section {
        key: "datasets",
        kind: Kind::Dataset,
        lower: dataset::lower,
    },
    Section {
        key: "repositories",
        kind: Kind::Repository,
        lower: repository::lower,
    },
    Section {
        key: "backups",
        kind: Kind::Backup,
        lower: backup::lower,
    },
];

/// The one section that is not a map of names.
const CONTROLLER: &str = "controller";

/// The one top-level list.
const WAIVERS: &str = "waivers";

/// Lowers all texts into one lab.
pub(crate) fn lower(texts: &[Text], sources: &SourceSet, sink: &mut Sink) -> Lab {
    let mut lab = Lab::default();
    let root = head::root(texts);
    if head::check(texts, root, &mut lab, sink) == head::Version::Unknown {
        return lab;
    }
    let mut parts = Vec::new();
    for text in texts {
        // What is left of a broken text may be anything; the break itself has been reported.
        let usable = |n: &&Node| text.whole || matches!(n.kind, NodeKind::Map { .. });
        if let Some(node) = text.root.as_ref().filter(usable) {
            let is_root = root == Some(text.source);
            top_level(node, is_root, sink, &mut parts);
        }
    }
    let mut names = Names::new(texts.iter().all(|t| t.whole));
    // A name's second definition is reported and then left alone: which one is meant is not for us to say.
    let mut objects = Vec::new();
    for part in &parts {
        if let Part::Objects(section, entries) = part {
            for entry in *entries {
                if names.declare(section.kind, &entry.key, sources, sink) {
                    objects.push((*section, entry));
                }
            }
        }
    }
    let mut cx = Cx {
        sink,
        names: &names,
    };
    for (section, entry) in objects {
        (section.lower)(&mut cx, &mut lab, &entry.key, &entry.value);
    }
    for part in &parts {
        match part {
            Part::Waivers(items) => waiver::lower(&mut cx, &mut lab, items),
            Part::Controller(entry) => controller::lower(&mut cx, &mut lab, entry),
            Part::Objects(..) => {}
        }
    }
    lab
}

/// A top-level entry of one file.
enum Part<'n> {
    Objects(&'static Section, &'n [Entry]),
    Waivers(&'n [Node]),
    Controller(&'n Entry),
}

fn top_level<'n>(root: &'n Node, is_root: bool, sink: &mut Sink, parts: &mut Vec<Part<'n>>) {
    if root.is_null() {
        return;
    }
    let NodeKind::Map { entries, .. } = &root.kind else {
        let message = format!("a lab file is a map of sections, not {}", root.describe());
        let d = Diagnostic::invalid("wrong-type", message)
            .at(root.head, "a section such as 'hosts:' is expected here");
        sink.report(d);
        return;
    };
    for entry in entries {
        let key = entry.key.text.as_str();
        if let Some(section) = SECTIONS.iter().find(|s| s.key == key) {
            match &entry.value.kind {
                NodeKind::Map { entries, .. } => parts.push(Part::Objects(section, entries)),
                _ if entry.value.is_null() => {}
                _ => sink.report(not_names(section, entry)),
            }
        } else if key == CONTROLLER {
            parts.push(Part::Controller(entry));
        } else if key == WAIVERS {
            match &entry.value.kind {
                NodeKind::Seq(items) => parts.push(Part::Waivers(items)),
                _ if entry.value.is_null() => {}
                _ => sink.report(
                    Diagnostic::invalid("wrong-type", "'waivers' is a list")
                        .at(entry.value.head, format!("is {}", entry.value.describe()))
                        .help("write 'waivers:' and below it items that begin with '- rule: …'"),
                ),
            }
        } else if head::KEYS.contains(&key) {
            if !is_root {
                sink.report(head::misplaced(&entry.key));
            }
        } else {
            sink.report(unknown_section(&entry.key, is_root));
        }
    }
}

fn not_names(section: &Section, entry: &Entry) -> Diagnostic {
    let (key, word) = (section.key, section.kind.word());
    Diagnostic::invalid(
        "wrong-type",
        format!("'{key}' is a map from names to definitions"),
    )
    .at(entry.value.head, format!("is {}", entry.value.describe()))
    .help(format!(
        "write '{key}:' and below it, indented, the name of each {word} with a ':'"
    ))
}

fn unknown_section(key: &Key, is_root: bool) -> Diagnostic {
    let mut known: Vec<&str> = SECTIONS.iter().map(|s| s.key).collect();
    known.extend([WAIVERS, CONTROLLER]);
    let shown = known.clone();
    if is_root {
        known.extend(head::KEYS);
    }
    let d = Diagnostic::invalid(
        "unknown-key",
        format!("there is no section {}", quote(&key.text)),
    )
    .at(key.span, "unknown section")
    .help(format!("sections are {}", one_of(shown)));
    match nearest(&key.text, known) {
        Some(near) => d.fix(did_you_mean(key.span, near)),
        None => d,
    }
}
