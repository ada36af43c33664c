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
pub(crate) use fields::{SECRET, is_advised};
pub(crate) use guest::namesakes;
pub(crate) use head::patterns;
pub(crate) use names::Names;
pub(crate) use sections::keys as section_keys;

use crate::depth::Stray;
use crate::sink::Sink;
use crate::yaml::{Entry, Node, NodeKind, Text};
use cx::Cx;
use diag::{SourceId, SourceSet, Span};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use rayon::prelude::*;
use sections::{Part, Section, top_level};

/// Lowers all texts into one lab. Of a large lab the trees take more memory than the lab: what is read of an object is taken apart at
/// once, and the few who need a tree afterwards, to say what is wrong, have it read again.
pub(crate) fn lower(mut texts: Vec<Text>, sources: &SourceSet, sink: &mut Sink) -> Lab {
    let mut lab = Lab::default();
    let root = head::root(&texts);
    if head::check(&texts, root, &mut lab, sink) == head::Version::Unknown {
        return lab;
    }
    let parts = parts(&texts, root, sink);
    lab.unread.sections = !texts.iter().all(|t| t.whole) || sink.invalid() > 0;
    let whole = texts.iter().all(|t| t.whole);
    let (names, counts) = defined(&parts, whole, sources, &mut lab, sink);
    read(&mut texts, &counts, &names, sources, &mut lab, sink);
    // What is wrong with them was said before.
    let parts = self::parts(&texts, root, &mut Sink::default());
    let mut cx = Cx {
        sink,
        names: &names,
    };
    for part in &parts {
        others(part, &mut cx, &mut lab);
    }
    head::read(&mut cx, &texts, root, &mut lab);
    if crate::mixup::is_wanted(sink) || crate::depth::is_wanted(sink) {
        let texts = crate::yaml::parse_all(sources, &mut Sink::default());
        crate::mixup::help(&texts, &names, &lab.networks, sink);
        let strays = crate::depth::help(&texts, sources, (&names, &lab.networks), sink);
        let objects = objects(&parts, &counts);
        for stray in strays {
            forget(&mut lab, &objects, &stray);
        }
    }
    lab.settle();
    rayon::spawn(|| drop(texts));
    lab
}

/// The sections of all texts that can be read.
fn parts<'t>(texts: &'t [Text], root: Option<SourceId>, sink: &mut Sink) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    for text in texts {
        // What is left of a broken text may be anything; the break itself has been reported.
        let usable = |n: &&Node| text.whole || matches!(n.kind, NodeKind::Map(_));
        if let Some(node) = text.root.as_ref().filter(usable) {
            let is_root = root == Some(text.source);
            top_level(node, is_root, sink, &mut parts);
        }
    }
    parts
}

/// Reads what is no object.
fn others(part: &Part<'_>, cx: &mut Cx<'_>, lab: &mut Lab) {
    let before = cx.sink.invalid();
    let list = match part {
        Part::Objects(..) | Part::Unread(_) => return,
        Part::Waivers(items) => {
            waiver::lower(cx, lab, items);
            "waivers"
        }
        Part::Rules(entries) => {
            setting::lower(cx, lab, entries);
            "rules"
        }
        Part::Controller(entry) => {
            controller::lower(cx, lab, entry);
            "controller"
        }
        Part::List(section, entry) => {
            sections::list(cx, lab, section, entry);
            section.key
        }
    };
    if cx.sink.invalid() > before {
        lab.unread.lists.insert(list.to_owned());
    }
    match part {
        Part::List(_, entry) => open::take(cx, lab, None, entry),
        _ => open::rest(cx, lab, list),
    }
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

/// Every name that is defined, and of each entry of the sections of objects whether it is the definition of its name.
fn defined(
    parts: &[Part<'_>],
    whole: bool,
    sources: &SourceSet,
    lab: &mut Lab,
    sink: &mut Sink,
) -> (Names, Vec<bool>) {
    let defined = parts.iter().map(|part| match part {
        Part::Objects(_, entries) => entries.len(),
        _ => 0,
    });
    let defined = defined.sum();
    let mut names = Names::new(whole, defined);
    // A name's second definition is reported and then left alone: which one is meant is not for us to say.
    let mut counts = Vec::with_capacity(defined);
    for part in parts {
        if let Part::Objects(section, entries) = part {
            for entry in *entries {
                let is_first = names.declare(section.kind, &entry.key, sources, sink);
                counts.push(is_first);
                if is_first {
                    names.declare_parts(section.kind, &entry.key.text, &entry.value);
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
    (names, counts)
}

/// The entries that are definitions.
fn objects<'t>(parts: &[Part<'t>], counts: &[bool]) -> Vec<(Section, &'t Entry)> {
    let all = parts.iter().flat_map(|part| match part {
        Part::Objects(section, entries) => entries.iter().map(|e| (*section, e)).collect(),
        _ => Vec::new(),
    });
    let all = all.zip(counts).filter(|(_, counts)| **counts);
    all.map(|(object, _)| object).collect()
}

/// Fewer objects are read in one go: handing them out would take longer.
const FEW: usize = 500;
/// Into so many parts for each processor, since one may have something else to do for a while.
const SHARES: usize = 8;

/// Reads objects into a lab. The outcome does not depend on how many are read at a time: lab and complaints are put together in the
/// order of the objects, and suggestions, of which there is a bounded number, are made anew in that order if they do not suffice for all.
fn read(
    texts: &mut [Text],
    counts: &[bool],
    names: &Names,
    sources: &SourceSet,
    lab: &mut Lab,
    sink: &mut Sink,
) {
    let mut objects = Vec::with_capacity(counts.len());
    let all = texts.iter_mut().flat_map(sections::objects);
    objects.extend(all.zip(counts).filter(|(_, c)| **c).map(|(o, _)| o));
    let each = |of: &mut [(Section, &mut Entry)]| {
        let mut reader = Reader::default();
        for (section, entry) in of {
            reader.read(names, *section, entry);
            entry.value.empty();
        }
        reader
    };
    let share = objects
        .len()
        .div_ceil(rayon::current_num_threads() * SHARES);
    let shares = objects.par_chunks_mut(share.max(FEW)).map(each);
    let mut done = shares.reduce_with(Reader::and);
    if names.is_spent() {
        names.refill();
        let texts = crate::yaml::parse_all(sources, &mut Sink::default());
        let mut all = Reader::default();
        let root = head::root(&texts);
        let parts = parts(&texts, root, &mut Sink::default());
        for (section, entry) in self::objects(&parts, counts) {
            all.read(names, section, entry);
        }
        done = Some(all);
    }
    if let Some(Reader {
        lab: part,
        sink: complaints,
    }) = done
    {
        lab.append(part);
        sink.append(complaints);
    }
}

/// What was read of some objects.
#[derive(Default)]
struct Reader {
    lab: Lab,
    sink: Sink,
}

impl Reader {
    fn read(&mut self, names: &Names, section: Section, entry: &Entry) {
        let (lab, sink) = (&mut self.lab, &mut self.sink);
        let mut cx = Cx { sink, names };
        let (before, said) = (cx.sink.invalid(), cx.sink.len());
        section.lower(&mut cx, lab, &entry.key, &entry.value);
        if cx.sink.invalid() > before {
            let object = object(section, entry);
            let places = slip::places(entry, cx.sink.since(said));
            let at = lab.unread.at.entry(object.clone()).or_default();
            at.extend(places);
            lab.unread.objects.insert(object);
        }
        open::take(&mut cx, lab, Some(section), entry);
    }

    /// Those of the one, then those of the other.
    fn and(mut self, more: Self) -> Self {
        self.lab.append(more.lab);
        self.sink.append(more.sink);
        self
    }
}

fn object(section: sections::Section, entry: &Entry) -> ObjectRef {
    ObjectRef::new(section.kind, entry.key.text.as_str())
}
