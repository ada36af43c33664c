//! Which objects exist, and references to them.

use super::cx::{Cx, Slot, Words};
use super::scalar;
use crate::sink::Sink;
use crate::suggest::{did_you_mean, nearest, quote};
use crate::yaml::{Entry, Key, Node, NodeKind};
use diag::{Diagnostic, SourceSet, Span};
use indexmap::IndexMap;
use model::declare::{Given, Or, Part, Ref, set};
use model::id::Kind;
use model::lab::road::Whole;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The longest name: the longest label of a domain name (RFC 1035).
const LONGEST: usize = 63;
/// Names that mean something else where a reference may stand.
const RESERVED: [&str; 3] = ["any", "loopback", "internet"];
/// Names that are compared for "did you mean" in one reading; what is mistyped after that is reported without.
const COMPARED: usize = 300_000;

/// Declared names with their places.
pub(crate) struct Names {
    declared: BTreeMap<Kind, Table<Span>>,
    /// The kinds that have a name, as bits; only looked up, never walked.
    kinds: FxHashMap<SmolStr, u64>,
    /// Parts by the name of their owner, in the order of their names: most have one or two, and a set of them takes ten times the room.
    parts: BTreeMap<Part, Table<Box<[SmolStr]>>>,
    /// Kinds whose section is there and cannot be read, as bits: their names are anybody's guess, and that was told.
    unread: u64,
    /// The same of the parts of an object.
    unread_parts: BTreeSet<(Part, SmolStr)>,
    /// Comparisons that were made or refused.
    spent: AtomicUsize,
    /// Every file could be read to its end, so that a name which is not here does not exist.
    complete: bool,
}

impl Names {
    /// Room for so many names.
    pub(super) fn new(complete: bool, names: usize) -> Self {
        Self {
            declared: BTreeMap::new(),
            kinds: FxHashMap::with_capacity_and_hasher(names, FxBuildHasher),
            parts: BTreeMap::new(),
            unread: 0,
            unread_parts: BTreeSet::new(),
            spent: AtomicUsize::new(0),
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
        let ends = [
            Kind::Network,
            Kind::Zone,
            Kind::Host,
            Kind::Guest,
            Kind::Service,
        ];
        if ends.contains(&kind) && RESERVED.contains(&name) {
            let message =
                format!("'{name}' has a meaning of its own and cannot be the name of a {word}");
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
        known.insert(key.text.clone(), key.span);
        *self.kinds.entry(key.text.clone()).or_default() |= kind.bit();
        true
    }

    /// The section of a kind is there, and no map of names.
    pub(super) fn not_read(&mut self, kind: Kind) {
        self.unread |= kind.bit();
    }

    /// Whether what a reference of these kinds means stands where nothing could be read. That was told, and is not told again.
    pub(super) fn is_unread(&self, set: u64, text: &str) -> bool {
        let Some((first, rest)) = text.split_once('/') else {
            return set & self.unread != 0;
        };
        let kind = Kind::ALL.iter().find(|k| k.word() == first);
        if kind.is_some_and(|k| set & self.unread & k.bit() != 0) {
            return true;
        }
        let owner = match kind {
            Some(_) => rest.split_once('/').map_or(first, |(owner, _)| owner),
            None => first,
        };
        let mut parts = Part::ALL.into_iter().filter(|p| set & p.bit() != 0);
        parts.any(|part| {
            let lost = self.unread & part.owner().bit() != 0 && self.kinds(owner) == 0;
            lost || self.unread_parts.contains(&(part, SmolStr::from(owner)))
        })
    }

    /// Adds the names of an object's parts.
    pub(super) fn declare_parts(&mut self, kind: Kind, owner: &SmolStr, node: &Node) {
        for part in Part::ALL.into_iter().filter(|p| p.owner() == kind) {
            let entries = match below(node, part.path()) {
                Below::Names(entries) => entries,
                Below::Nothing => continue,
                Below::Unread => {
                    self.unread_parts.insert((part, owner.clone()));
                    continue;
                }
            };
            let mut names: Box<[SmolStr]> = entries.iter().map(|e| e.key.text.clone()).collect();
            names.sort_unstable();
            let owners = self.parts.entry(part).or_default();
            owners.insert(owner.clone(), names);
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(crate) fn has_part(&self, part: Part, owner: &str, name: &str) -> bool {
        let owners = self.parts.get(&part);
        let names = owners.and_then(|o| o.get(owner));
        names.is_some_and(|names| names.binary_search_by(|n| n.as_str().cmp(name)).is_ok())
    }

    /// The objects that have parts of this sort.
    pub(crate) fn owners(&self, part: Part) -> impl Iterator<Item = &str> {
        self.parts.get(&part).into_iter().flat_map(Table::names)
    }

    pub(crate) fn parts_of(&self, part: Part, owner: &str) -> impl Iterator<Item = &str> {
        let names = self.parts.get(&part).and_then(|o| o.get(owner));
        names.into_iter().flatten().map(SmolStr::as_str)
    }

    /// Whether the names of these kinds may still be compared; takes them off the budget.
    pub(super) fn affordable(&self, set: u64) -> bool {
        let kinds = self.declared.iter().filter(|(k, _)| set & k.bit() != 0);
        let parts = self.parts.iter().filter(|(p, _)| set & p.bit() != 0);
        let cost =
            kinds.map(|(_, n)| n.len()).sum::<usize>() + parts.map(|(_, o)| o.len()).sum::<usize>();
        let before = self.spent.fetch_add(cost, Ordering::Relaxed);
        before.saturating_add(cost) <= COMPARED
    }

    /// The budget did not do for everybody: what was suggested to whom depends on who asked first.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > COMPARED
    }

    /// The whole budget is there again.
    pub(super) fn refill(&self) {
        self.spent.store(0, Ordering::Relaxed);
    }

    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.declared.get(&kind).into_iter().flat_map(Table::names)
    }

    pub(crate) fn has(&self, kind: Kind, name: &str) -> bool {
        self.kinds(name) & kind.bit() != 0
    }

    /// The kinds that have an object of this name, as bits.
    pub(crate) fn kinds(&self, name: &str) -> u64 {
        self.kinds.get(name).copied().unwrap_or_default()
    }
}

/// Something by name: found by a hash, and listed in the order of the names, which is made when somebody wants it.
struct Table<T> {
    map: IndexMap<SmolStr, T, FxBuildHasher>,
    order: OnceLock<Vec<usize>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            map: IndexMap::default(),
            order: OnceLock::new(),
        }
    }
}

impl<T> Table<T> {
    fn get(&self, name: &str) -> Option<&T> {
        self.map.get(name)
    }

    fn insert(&mut self, name: SmolStr, of: T) {
        self.order = OnceLock::new();
        self.map.insert(name, of);
    }

    fn len(&self) -> usize {
        self.map.len()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let name = |n: &usize| self.map.get_index(*n).map(|(name, _)| name.as_str());
        let order = self.order.get_or_init(|| {
            let mut order: Vec<usize> = (0..self.map.len()).collect();
            order.sort_unstable_by_key(name);
            order
        });
        order.iter().filter_map(name)
    }
}

/// What stands at the end of some keys.
enum Below<'n> {
    /// A map, whose keys are names.
    Names(&'n [Entry]),
    /// Nothing, or that it is unknown.
    Nothing,
    /// Something else, on the way or in the end.
    Unread,
}

fn below<'n>(node: &'n Node, path: &[&str]) -> Below<'n> {
    match &node.kind {
        NodeKind::Map(entries) => match path.split_first() {
            None => Below::Names(entries),
            Some((key, rest)) => match entries.iter().find(|e| e.key.text == **key) {
                Some(entry) => below(&entry.value, rest),
                None => Below::Nothing,
            },
        },
        NodeKind::Scalar(text) if node.is_null() || text == "unknown" => Below::Nothing,
        NodeKind::Scalar(_) | NodeKind::Seq(_) => Below::Unread,
    }
}

pub(super) fn is_name(text: &str) -> bool {
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

/// The label of a disk alone; the host is told by another key, which is given with its value.
pub(super) fn label(
    on: Option<(&'static str, &str)>,
) -> impl Fn(&mut Cx<'_>, &Slot<'_>) -> Option<String> {
    move |cx, slot| {
        let text = scalar::text(cx, slot)?;
        let Some((host, label)) = text
            .split_once('/')
            .filter(|(h, l)| is_name(h) && is_name(l))
        else {
            return word(cx, slot);
        };
        let message = format!("{slot}: {} is a disk with its host", quote(&text));
        let d = Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
        cx.report(match on {
            Some((key, on)) if on != host => d.help(format!(
                "'{key}' says '{on}' and this says '{host}'; write the disk's name alone, and the right host at '{key}'"
            )),
            Some((key, _)) => d
                .note(format!("the host is told by '{key}'"))
                .fix(did_you_mean(slot.node.head(), label)),
            None => d.help(format!("write the disk's name alone, '{label}', and its host at 'on' or 'host'")),
        });
        None
    }
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
        Some(_) if kind == Kind::Network && super::Cidr::parse(&text).is_some() => {
            let message = format!("{slot} is the name of a network, not a subnet");
            let known: Vec<&str> = cx.names.of(kind).chain(words.iter().copied()).collect();
            let d = Diagnostic::invalid("unknown-reference", message)
                .at(slot.node.head(), "a name is expected here")
                .help(format!("write the name of the network that has it, as in 'networks: {{NAME: {{subnet: {text}}}}}'; {}", declared(kind, &known)));
            cx.report(d);
            return Some(text);
        }
        Some((prefix, _)) => {
            let message = format!("{slot} refers to a {word}, not to a {}", quote(prefix));
            let d = Diagnostic::invalid("unknown-reference", message)
                .at(slot.node.head(), format!("a {word} is expected here"));
            cx.report(d);
            return None;
        }
        None => text.as_str(),
    };
    let sure = cx.names.complete && !cx.names.is_unread(kind.bit(), &text);
    if !cx.names.has(kind, name) && sure {
        let message = format!("{slot}: there is no {word} {}", quote(name));
        let d = Diagnostic::invalid("unknown-reference", message)
            .at(slot.node.head(), format!("no such {word}"));
        let known: Vec<&str> = cx.names.of(kind).chain(words.iter().copied()).collect();
        let near = cx
            .names
            .affordable(kind.bit())
            .then(|| nearest(name, known.iter().copied()));
        let d = match near.flatten() {
            Some(near) => d.fix(did_you_mean(slot.node.head(), near)),
            None => d.help(declared(kind, &known)),
        };
        cx.report(d);
    }
    Some(name.to_owned())
}

/// Reports the label of a disk that is none of a host's, where the host lists its disks.
pub(super) fn disk_of(cx: &mut Cx<'_>, owner: Words<'_>, host: &str, disk: &Given<String>) {
    let Some(label) = disk.value() else { return };
    let full = format!("{host}/{label}");
    let known: Vec<&str> = cx.names.parts_of(Part::Disk, host).collect();
    let sure = cx.names.complete && !cx.names.is_unread(set::DISK, &full);
    if known.is_empty() || known.contains(&label.as_str()) || !sure {
        return;
    }
    let message = format!(
        "'disk' of {owner}: host '{host}' has no disk {}",
        quote(label)
    );
    let d = Diagnostic::invalid("unknown-reference", message).at(disk.span, "no such disk");
    let near = cx.names.affordable(set::DISK);
    let d = match near
        .then(|| nearest(label, known.iter().copied()))
        .flatten()
    {
        Some(near) => d.fix(did_you_mean(disk.span, near)),
        None => d.help(declared(Kind::Host, &known)),
    };
    cx.report(d.help(
        "a disk that is not built in stands among the host's too: 'hardware: {disks: {usb0: 4TB}}'",
    ));
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

/// A reference to an object of any kind: `kind/name`, or a bare name that only one object has; or the whole lab. Gives `kind/name`
/// or `lab`.
pub(super) fn object(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let mut at = super::place::At {
        cx,
        slot: *slot,
        named: slot.node.head(),
        title: None,
        list: None,
    };
    let target = model::declare::scalar::<Or<Whole, Ref<{ set::ANY }>>>(&mut at)?;
    Some(match target {
        Or::Word(whole) => whole.to_string(),
        Or::Ref(target) => target.to_string(),
    })
}
