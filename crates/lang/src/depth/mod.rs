//! Entries that stand a level too high or too low: what they belong to is said, and nothing else is made of them.
//!
//! An indent too little turns a key of a host into a host, or into a key that the section does not have. Readers complain of what
//! they see then, and a guess at that would give the lab another meaning. So once all are done, each complaint about a key or a
//! form is looked up in the description of the language, and replaced where an entry fits in another place and not in its own.

mod comma;
mod fit;
mod say;

use crate::lower::{Names, SECRET, is_advised};
use crate::mixup::Values;
use crate::sink::Sink;
use crate::suggest::is_same;
use crate::yaml::{Entry, Key, Node, NodeKind, Text};
use diag::{SourceSet, Span};
use fit::Level;
use model::declare::{FORMS, Shape};
use model::lab::Network;
use model::lab::Objects;
use say::Found;

/// What is said of an entry that is no such thing where it stands.
const CODES: [&str; 5] = [
    "unknown-key",
    "wrong-type",
    "missing-key",
    "invalid-value",
    "unknown-reference",
];

/// More complaints of a lab are not looked up: each walks down a tree.
const MOST: usize = 100;
/// Keys by which people say the one value that something has.
const VALUES: [&str; 9] = [
    "name",
    "id",
    "value",
    "was",
    "distribution",
    "distro",
    "type",
    "size",
    "amount",
];
/// Entries before one that are looked at.
const BEFORE: usize = 30;

/// An entry that is none of what it stands among, and the one there that it belongs to, if that can be told.
pub(crate) struct Stray {
    pub(crate) key: Span,
    pub(crate) of: Option<Span>,
}

/// Something was said that may be about an entry at the wrong depth.
pub(crate) fn is_wanted(sink: &Sink) -> bool {
    CODES.iter().any(|code| sink.places(code).next().is_some())
}

/// Replaces the complaints about entries that stand at the wrong depth, and says which those are.
pub(crate) fn help(
    texts: &[Text],
    sources: &SourceSet,
    (names, networks): (&Names, &Objects<Network>),
    sink: &mut Sink,
) -> Vec<Stray> {
    let mut strays = Vec::new();
    let all = CODES.iter().flat_map(|code| sink.places(code));
    let complaints: Vec<Span> = all.take(MOST).collect();
    if complaints.is_empty() {
        return strays;
    }
    let root = schema::root();
    for text in texts {
        let own = complaints.iter().copied();
        let own: Vec<Span> = own.filter(|s| s.source == text.source).collect();
        let (Some(node), Some(source)) = (text.root.as_ref(), sources.get(text.source)) else {
            continue;
        };
        let mut walk = Walk {
            values: &Values::new(names, networks),
            text: &source.text,
            complaints: &own,
            found: Vec::new(),
        };
        walk.at(&root, node, None);
        for found in walk.found {
            say::report(&found, &source.text, sink);
            strays.extend(found.strays());
        }
    }
    strays
}

/// A map on the way down to another one.
struct Up<'a, 'n> {
    level: &'a Level,
    entries: &'n [Entry],
    /// The key that leads on.
    key: &'n Key,
    above: Option<&'a Up<'a, 'n>>,
}

struct Walk<'w, 'c, 'n> {
    values: &'w Values<'c>,
    text: &'w str,
    complaints: &'w [Span],
    found: Vec<Found<'n>>,
}

impl<'n> Walk<'_, '_, 'n> {
    fn concerns(&self, from: u32, to: u32) -> bool {
        let within = |s: &&Span| from <= s.start && s.end <= to;
        self.complaints.iter().any(|s| within(&s))
    }

    fn is_told(&self, entry: &Entry) -> bool {
        self.concerns(entry.key.span.start, entry.value.span.end)
    }

    fn at(&mut self, shape: &Shape, node: &'n Node, above: Option<&Up<'_, 'n>>) {
        match (shape, &node.kind) {
            (_, NodeKind::Scalar(_)) => {}
            (Shape::List(of), NodeKind::Seq(items)) => {
                let split = items.windows(2).filter_map(|pair| match pair {
                    [item, next] => comma::in_list(of, item, next, self.text, self.values),
                    _ => None,
                });
                let split: Vec<_> = split.map(Found::Comma).collect();
                if !split.is_empty() {
                    self.found.extend(split);
                    return;
                }
                for item in items {
                    if self.concerns(item.span.start, item.span.end) {
                        self.at(of, item, above);
                    }
                }
            }
            (Shape::Any(all), NodeKind::Seq(_)) => {
                if let Some(list) = all.iter().find(|s| matches!(s, Shape::List(_))) {
                    self.at(list, node, above);
                }
            }
            (_, NodeKind::Seq(_)) => {}
            (_, NodeKind::Map(entries)) => {
                if let Some(level) = Level::of(shape) {
                    self.map(&level, entries, above);
                }
            }
        }
    }

    fn map(&mut self, level: &Level, entries: &'n [Entry], above: Option<&Up<'_, 'n>>) {
        if matches!(level, Level::Single) && self.single(entries, above) {
            return;
        }
        let mut moved = self.split(level, entries);
        for (n, entry) in entries.iter().enumerate() {
            if !self.is_told(entry) || moved.contains(&n) {
                continue;
            }
            if let Some(below) = self.below(level, entries, n, &moved) {
                self.lower(level, entries, below, n, &mut moved);
            } else if let Some((of, owner)) = self.deeper(level, entries, n) {
                self.found.push(Found::Deeper { of, owner, entry });
            } else if let Some(under) = self.lost(level, entry) {
                self.found.push(Found::Lost { entry, under });
            } else if let Some(owner) = self.value_of(level, entries, n) {
                self.found.push(Found::Value { owner, entry });
            } else if let Some((up, beside)) = self.outside(level, entry, above) {
                self.raise(entries, n, up, beside);
            } else if !self.inside(level, entries, entry)
                && let Some(shape) = level.under(&entry.key.text)
            {
                let up = Up {
                    level,
                    entries,
                    key: &entry.key,
                    above,
                };
                self.at(&shape, &entry.value, Some(&up));
            }
        }
    }

    /// Numbers that a comma split, and the entries that are parts of them.
    fn split(&mut self, level: &Level, entries: &'n [Entry]) -> Vec<usize> {
        let mut parts = Vec::new();
        for (n, pair) in entries.windows(2).enumerate() {
            let [entry, next] = pair else { continue };
            if !self.is_told(entry) && !self.is_told(next) {
                continue;
            }
            let shape = level.under(&entry.key.text);
            let found = comma::in_map(shape.as_ref(), entry, next, self.text, self.values);
            if let Some(found) = found {
                self.found.push(Found::Comma(found));
                parts.extend([n, n + 1]);
            }
        }
        parts
    }

    /// The entry before this one that it belongs below.
    fn below(
        &self,
        level: &Level,
        entries: &'n [Entry],
        n: usize,
        moved: &[usize],
    ) -> Option<usize> {
        let entry = entries.get(n)?;
        let column = say::first_column(self.text, entry.key.span)?;
        if level.is_home(entry) {
            return None;
        }
        let before = (n.saturating_sub(BEFORE)..n).rev();
        before.into_iter().find(|b| {
            let Some(owner) = entries.get(*b).filter(|_| !moved.contains(b)) else {
                return false;
            };
            let open = owner.value.is_null() || matches!(owner.value.kind, NodeKind::Map(_));
            let same = say::column(self.text, owner.key.span) == column;
            let shape = level.under(&owner.key.text).filter(|_| open && same);
            let Some(inner) = shape.as_ref().and_then(Level::of) else {
                return false;
            };
            // A host is not called as a key of hosts is: that one was to stand below as well.
            let stray = matches!(level, Level::Map(..)) && inner.has(&owner.key.text);
            let free = matches!(inner, Level::Map(..));
            let slip = free && level.near(&entry.key.text).is_some();
            let next = !free || b + 1 == n || (b + 1..n).all(|m| moved.contains(&m));
            !stray && !slip && next && inner.takes(entry, self.values)
        })
    }

    /// The entry of the map before this one that it belongs below, two levels deeper: `hardware` of the host before `memory`.
    fn deeper(
        &self,
        level: &Level,
        entries: &'n [Entry],
        n: usize,
    ) -> Option<(&'n Entry, &'n Entry)> {
        let entry = entries.get(n).filter(|e| !level.is_home(e))?;
        let column = say::first_column(self.text, entry.key.span)?;
        let of = entries.get(n.checked_sub(1)?)?;
        let NodeKind::Map(inner) = &of.value.kind else {
            return None;
        };
        let first = say::first_column(self.text, of.key.span)?;
        let middle = level.under(&of.key.text).filter(|_| first == column)?;
        let middle = Level::of(&middle).filter(|l| matches!(l, Level::Record(_)))?;
        let key = entry.key.text.as_str();
        if middle.has(key) || level.near(key).is_some() {
            return None;
        }
        let mut owners = inner.iter().filter(|owner| {
            let shape = middle.under(&owner.key.text);
            match shape.as_ref().and_then(Level::of) {
                Some(inside @ Level::Record(_)) => {
                    let map = matches!(owner.value.kind, NodeKind::Map(_));
                    (map || owner.value.is_null()) && inside.reads(entry, self.values)
                }
                _ => false,
            }
        });
        match (owners.next(), owners.next()) {
            (Some(owner), None) => Some((of, owner)),
            _ => None,
        }
    }

    /// The key of what stands here that the entry belongs below, where nothing says of which: `hardware` of a host for a `memory` that is first.
    fn lost(&self, level: &Level, entry: &Entry) -> Option<&'static str> {
        let Level::Map(_, of) = level else {
            return None;
        };
        let is_text = matches!(entry.value.kind, NodeKind::Scalar(_)) && !entry.value.is_null();
        let Some(Level::Record(middle)) =
            Level::of(of).filter(|_| is_text && !level.is_home(entry))
        else {
            return None;
        };
        let mut under = middle.fields.iter().filter(|field| {
            let inside = Level::of(&field.shape);
            let inside = inside.filter(|l| matches!(l, Level::Record(_)));
            inside.is_some_and(|l| l.reads(entry, self.values))
        });
        let own = middle.fields.iter().any(|f| f.key == entry.key.text);
        match (under.next(), under.next()) {
            (Some(field), None) if !own => Some(field.key),
            _ => None,
        }
    }

    /// The key without a value right before a name that is no key here: `os:` before `name: debian`.
    fn value_of(&self, level: &Level, entries: &'n [Entry], n: usize) -> Option<&'n Entry> {
        let entry = entries.get(n)?;
        let owner = entries.get(n.checked_sub(1)?)?;
        let shape = level.under(&owner.key.text)?;
        let NodeKind::Scalar(text) = &entry.value.kind else {
            return None;
        };
        let single = matches!(Level::of(&shape), Some(Level::Single));
        let lost = owner.value.is_null() && single && !level.has(&entry.key.text);
        let named = VALUES.contains(&entry.key.text.as_str());
        (lost && named && self.values.takes(&shape, text)).then_some(owner)
    }

    /// A map in place of one value, with that value and keys that belong beside it.
    fn single(&mut self, entries: &'n [Entry], above: Option<&Up<'_, 'n>>) -> bool {
        let Some(up) = above.filter(|u| u.above.is_some()) else {
            return false;
        };
        let Some(shape) = up.level.under(&up.key.text) else {
            return false;
        };
        let taken = |e: &&Entry| match &e.value.kind {
            NodeKind::Scalar(text) => self.values.takes(&shape, text),
            _ => false,
        };
        let said = |e: &&&Entry| VALUES.contains(&e.key.text.as_str());
        let all: Vec<&Entry> = entries.iter().collect();
        let Some(value) = all.iter().find(said).copied().filter(taken) else {
            return false;
        };
        let beside: Vec<&Entry> = all
            .into_iter()
            .filter(|e| e.key.text != value.key.text)
            .collect();
        let fits = |e: &&Entry| {
            let there = up.entries.iter().any(|o| o.key.text == e.key.text);
            !there && up.level.takes(e, self.values)
        };
        if !beside.iter().all(fits) {
            return false;
        }
        let owner = up.entries.iter().find(|e| e.key.span == up.key.span);
        self.found.extend(owner.map(|owner| Found::Single {
            owner,
            value,
            beside,
        }));
        true
    }

    /// Notes that an entry belongs below another one, and so does what stands between them.
    fn lower(
        &mut self,
        level: &Level,
        entries: &'n [Entry],
        owner: usize,
        n: usize,
        moved: &mut Vec<usize>,
    ) {
        let Some(under) = entries.get(owner) else {
            return;
        };
        let shape = level.under(&under.key.text);
        let inner = shape.as_ref().and_then(Level::of);
        let has = |e: &Entry| inner.as_ref().is_some_and(|l| l.has(&e.key.text));
        let known = self.found.iter_mut().find_map(|f| match f {
            Found::Below { owner, entries } if owner.key.span == under.key.span => Some(entries),
            _ => None,
        });
        let mut own = Vec::new();
        let run = match known {
            Some(run) => run,
            None => &mut own,
        };
        for (m, entry) in entries.iter().enumerate().take(n + 1).skip(owner + 1) {
            let silent = !matches!(level, Level::Record(_)) && has(entry);
            if !moved.contains(&m) && (m == n || silent) {
                moved.push(m);
                run.push(entry);
            }
        }
        if !own.is_empty() {
            let (owner, entries) = (under, own);
            self.found.push(Found::Below { owner, entries });
        }
    }

    /// The map around this one that an entry belongs to, and the key there that it stands below.
    fn outside<'a>(
        &self,
        level: &Level,
        entry: &'n Entry,
        above: Option<&'a Up<'a, 'n>>,
    ) -> Option<(&'a Up<'a, 'n>, &'n Key)> {
        let key = entry.key.text.as_str();
        if level.has(key) || level.near(key).is_some() {
            return None;
        }
        if let Level::Map(Shape::Ref(_), _) = level {
            // Whether there is such a name is for the reader to say.
            let at = entry.key.span;
            if !self.concerns(at.start, at.end) {
                return None;
            }
        } else if matches!(level, Level::Map(..)) || FORMS.contains(&key) {
            return None;
        }
        let mut up = above;
        while let Some(this) = up {
            let there = this.entries.iter().any(|e| e.key.text == entry.key.text);
            let named = matches!(this.level, Level::Record(_)) && this.level.has(key);
            if named && !there && this.level.takes(entry, self.values) && this.above.is_some() {
                return Some((this, this.key));
            }
            up = this.above;
        }
        None
    }

    fn raise(&mut self, entries: &'n [Entry], n: usize, up: &Up<'_, 'n>, beside: &'n Key) {
        let Some(entry) = entries.get(n) else { return };
        let owner = up.above.map(|a| a.key);
        let known = self.found.iter_mut().find_map(|f| match f {
            Found::Beside {
                beside: b, entries, ..
            } if b.span == beside.span => Some(entries),
            _ => None,
        });
        if let Some(run) = known {
            run.push(entry);
            return;
        }
        self.found.push(Found::Beside {
            owner,
            beside,
            entries: vec![entry],
            around: entries,
        });
    }

    /// A key of one of the maps that stand here, or may: it is said which.
    fn inside(&mut self, level: &Level, entries: &'n [Entry], entry: &'n Entry) -> bool {
        let Level::Record(record) = level else {
            return false;
        };
        let key = entry.key.text.as_str();
        if level.has(key) {
            return false;
        }
        let holds = |shape: &Shape| match Level::of(shape) {
            Some(inner @ Level::Record(_)) => inner.has(key) && inner.reads(entry, self.values),
            _ => false,
        };
        let near = level.near(key);
        // Who writes a secret in clear meant the key of a secret; that it may not stand there is told next.
        let is_secret = |k: &str| SECRET.contains(&k);
        // Four letters are near many others, so that the value has to be one of that key.
        let is_meant = |k: &str, s: &Shape| match key.len() {
            ..=4 => level.means(k, entry, self.values),
            _ => fit::fits(s, &entry.value),
        };
        if near.is_some_and(|k| is_secret(k) || level.under(k).is_some_and(|s| is_meant(k, &s))) {
            return false;
        }
        let mut fields = record.fields.iter().filter(|f| holds(&f.shape));
        let only = match (fields.next(), fields.next()) {
            (Some(field), None) => Some(field.key),
            _ => None,
        };
        let there = |k: &str| entries.iter().find(|e| e.key.text == k);
        match only {
            Some(under) => self.found.push(Found::Inside {
                entry,
                under,
                there: there(under),
            }),
            // Another word for a key whose value has another form.
            None if near.is_some_and(|k| is_same(key, k)) => {
                let meant = near.and_then(|k| Some((k, level.under(k)?)));
                let help = meant
                    .and_then(|(k, s)| crate::mixup::reworded(self.values, &s, &entry.value, k));
                let Some(help) = help else { return false };
                self.found.push(Found::Reworded { entry, help });
            }
            // A word of its own that another one only begins with, which takes nothing of this form: `user` and `users`.
            None if near.is_some_and(|k| k.starts_with(key)) && !is_advised(key) => {
                self.found.push(Found::NoSlip {
                    entry,
                    known: record.fields.iter().map(|f| f.key).collect(),
                })
            }
            None => return false,
        }
        true
    }
}
