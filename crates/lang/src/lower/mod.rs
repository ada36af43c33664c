//! Trees to a lab: the sections of the language and the order in which they are read.
//!
//! Most entities are read by their definition in the model alone, through [`place`]: adding one is an `entity!` and a line in
//! `model::lab::sections`. Those of the first version of the language are read by hand, one file per entity, through
//! [`fields::Fields`], which reports unknown and missing keys, and readers of single values (`scalar`, `address`, `names`), which
//! report what they cannot read and give `None`; what they have in common with the newer ones (`about`) is defined there too.
//!
//! Once all names are known, objects are read without knowing of each other, and so several at a time.

mod address;
mod backup;
mod controller;
mod cron;
mod cx;
mod dataset;
mod exposure;
mod fields;
mod file;
mod firewall;
mod forms;
mod guest;
mod head;
mod host;
mod key;
mod location;
mod names;
mod network;
mod open;
mod path;
mod place;
mod reach;
mod repository;
mod resolve;
mod scalar;
mod secret;
mod sections;
mod setting;
mod site;
mod slip;
mod sshd;
mod system;
pub(crate) mod table;
mod tier;
mod unit;
mod user;
mod waiver;

pub(crate) use address::{Cidr, kept};
pub(crate) use fields::SECRET;
pub(crate) use guest::namesakes;
pub(crate) use head::patterns;
pub(crate) use names::Names;
pub(crate) use sections::keys as section_keys;

use crate::depth::Stray;
use crate::sink::Sink;
use crate::yaml::{Entry, Node, NodeKind, Text};
use cx::Cx;
use diag::{SourceSet, Span};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use rayon::prelude::*;
use sections::{Part, Section, top_level};

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
    lab.unread.sections = !texts.iter().all(|t| t.whole) || sink.invalid() > 0;
    let whole = texts.iter().all(|t| t.whole);
    let (names, objects) = defined(&parts, whole, sources, &mut lab, sink);
    read(&objects, &names, &mut lab, sink);
    let mut cx = Cx {
        sink,
        names: &names,
    };
    for part in &parts {
        let before = cx.sink.invalid();
        let list = match part {
            Part::Objects(..) | Part::Unread(_) => continue,
            Part::Waivers(items) => {
                waiver::lower(&mut cx, &mut lab, items);
                "waivers"
            }
            Part::Rules(entries) => {
                setting::lower(&mut cx, &mut lab, entries);
                "rules"
            }
            Part::Controller(entry) => {
                controller::lower(&mut cx, &mut lab, entry);
                "controller"
            }
            Part::List(section, entry) => {
                sections::list(&mut cx, &mut lab, section, entry);
                section.key
            }
        };
        if cx.sink.invalid() > before {
            lab.unread.lists.insert(list.to_owned());
        }
        match part {
            Part::List(_, entry) => open::take(&mut cx, &mut lab, None, entry),
            _ => open::rest(&mut cx, &mut lab, list),
        }
    }
    head::read(&mut cx, texts, root, &mut lab);
    crate::mixup::help(texts, &names, &lab.networks, sink);
    for stray in crate::depth::help(texts, sources, (&names, &lab.networks), sink) {
        forget(&mut lab, &objects, &stray);
    }
    lab.settle();
    lab
}

/// Takes away what was made of a key that stands too far out: `memory` among the hosts is no host. What it is of was not read whole.
fn forget(lab: &mut Lab, objects: &[(Section, &Entry)], stray: &Stray) {
    let at = |span: Span| objects.iter().find(|(_, entry)| entry.key.span == span);
    let Some((section, entry)) = at(stray.key) else {
        return;
    };
    let name = entry.key.text.as_str();
    match section.kind {
        Kind::Host => lab.hosts.remove(name).is_some(),
        Kind::Guest => lab.guests.remove(name).is_some(),
        Kind::Dataset => lab.datasets.remove(name).is_some(),
        Kind::Device => lab.devices.remove(name).is_some(),
        Kind::Pool => lab.pools.remove(name).is_some(),
        // Of the others there is no sum.
        _ => return,
    };
    lab.unread.objects.remove(&object(*section, entry));
    lab.unread.at.remove(&object(*section, entry));
    // Whose it is may be anybody's.
    let whose = stray.of.and_then(at);
    let kind = |(s, _): &&(Section, &Entry)| s.kind == section.kind;
    let owners = objects.iter().filter(kind);
    let owners = owners.filter(|(_, e)| match whose {
        Some((_, owner)) => owner.key.span == e.key.span,
        None => e.key.span != stray.key,
    });
    for (section, owner) in owners {
        let of = object(*section, owner);
        let places = lab.unread.at.entry(of.clone()).or_default();
        places.insert(Vec::new());
        lab.unread.objects.insert(of);
    }
}

/// Every name that is defined, and the objects that have them.
fn defined<'t>(
    parts: &[Part<'t>],
    whole: bool,
    sources: &SourceSet,
    lab: &mut Lab,
    sink: &mut Sink,
) -> (Names, Vec<(Section, &'t Entry)>) {
    let defined = parts.iter().map(|part| match part {
        Part::Objects(_, entries) => entries.len(),
        _ => 0,
    });
    let defined = defined.sum();
    let mut names = Names::new(whole, defined);
    // A name's second definition is reported and then left alone: which one is meant is not for us to say.
    let mut objects = Vec::with_capacity(defined);
    for part in parts {
        if let Part::Objects(section, entries) = part {
            for entry in *entries {
                if names.declare(section.kind, &entry.key, sources, sink) {
                    names.declare_parts(section.kind, &entry.key.text, &entry.value);
                    objects.push((*section, entry));
                } else {
                    lab.unread.objects.insert(object(*section, entry));
                    let at = lab.unread.at.entry(object(*section, entry));
                    at.or_default().insert(Vec::new());
                }
            }
        }
        if let Part::Unread(kind) = part {
            names.not_read(*kind);
        }
    }
    (names, objects)
}

/// Fewer objects are read in one go: handing them out would take longer.
const FEW: usize = 500;
/// Into so many parts for each processor, since one may have something else to do for a while.
const SHARES: usize = 8;

/// Reads objects into a lab. The outcome does not depend on how many are read at a time: lab and complaints are put together in the
/// order of the objects, and suggestions, of which there is a bounded number, are made anew in that order if they do not suffice for all.
fn read(objects: &[(Section, &Entry)], names: &Names, lab: &mut Lab, sink: &mut Sink) {
    let each = |of: &[(Section, &Entry)]| {
        let (mut lab, mut sink) = (Lab::default(), Sink::default());
        let mut cx = Cx {
            sink: &mut sink,
            names,
        };
        for (section, entry) in of {
            let (before, said) = (cx.sink.invalid(), cx.sink.len());
            section.lower(&mut cx, &mut lab, &entry.key, &entry.value);
            if cx.sink.invalid() > before {
                let object = object(*section, entry);
                let places = slip::places(entry, cx.sink.since(said));
                lab.unread
                    .at
                    .entry(object.clone())
                    .or_default()
                    .extend(places);
                lab.unread.objects.insert(object);
            }
            open::take(&mut cx, &mut lab, Some(*section), entry);
        }
        (lab, sink)
    };
    let share = objects
        .len()
        .div_ceil(rayon::current_num_threads() * SHARES);
    let both = |(mut lab, mut sink): (Lab, Sink), (more, complaints): (Lab, Sink)| {
        lab.append(more);
        sink.append(complaints);
        (lab, sink)
    };
    let shares = objects.par_chunks(share.max(FEW)).map(each);
    let mut done = shares.reduce_with(both);
    if names.is_spent() {
        names.refill();
        done = Some(each(objects));
    }
    if let Some((part, complaints)) = done {
        lab.append(part);
        sink.append(complaints);
    }
}

fn object(section: sections::Section, entry: &Entry) -> ObjectRef {
    ObjectRef::new(section.kind, entry.key.text.as_str())
}
