//! The tree as the model's definitions read it.

use super::cx::{Cx, Slot, Words};
use super::fields::{Fields, items};
use super::{scalar, secret};
use crate::suggest::{did_you_mean, nearest, one_of, quote};
use crate::yaml::{Node, NodeKind};
use diag::{Diagnostic, Span, Spanned};
use model::declare::{
    Form, Lines, Names, Place, Record, Repeats, SECRET_IN_CLEAR, Says, Value as _, Wrong,
};
use model::lab::open::Open;
use model::secret::SecretRef;
use model::units::money::Money;
use model::units::size::Rate;
use model::units::text::Prose;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A value of the tree.
pub(super) struct At<'a, 'c, 's> {
    pub(super) cx: &'a mut Cx<'c>,
    /// The value with the words to speak of it.
    pub(super) slot: Slot<'s>,
    /// Where it is named.
    pub(super) named: Span,
    /// The words for the record that stands here, if it has better ones than the slot: `pool 'tank'`.
    pub(super) title: Option<Words<'s>>,
    /// The list that it is an item of: what stands there already was not meant by another item.
    pub(super) list: Option<&'s Node>,
}

impl<'c> At<'_, 'c, '_> {
    fn child<'b>(&'b mut self, slot: Slot<'b>, named: Span) -> At<'b, 'c, 'b> {
        At {
            cx: &mut *self.cx,
            slot,
            named,
            title: None,
            list: None,
        }
    }
}

/// Remembers that what stands here is declared not to be known.
pub(super) fn left_open(cx: &mut Cx<'_>, slot: &Slot<'_>, why: Option<&Prose>) {
    let key = Spanned::new(slot.key.to_owned(), slot.node.head());
    cx.sink.left_open(Open {
        object: None,
        key,
        path: Vec::new(),
        words: slot.to_string(),
        why: why.cloned(),
    });
}

impl Place for At<'_, '_, '_> {
    fn form(&self) -> Form {
        match &self.slot.node.kind {
            _ if self.slot.node.is_null() => Form::Nothing,
            NodeKind::Scalar(_) => Form::Text,
            NodeKind::Seq(_) => Form::List,
            NodeKind::Map(_) => Form::Map,
        }
    }

    fn left_open(&mut self, why: Option<&Prose>) {
        left_open(self.cx, &self.slot, why);
    }

    fn keys(&self) -> Vec<&str> {
        match &self.slot.node.kind {
            NodeKind::Map(entries) => entries.iter().map(|e| e.key.text.as_str()).collect(),
            NodeKind::Scalar(_) | NodeKind::Seq(_) => Vec::new(),
        }
    }

    fn has(&self, key: &str) -> bool {
        match &self.slot.node.kind {
            NodeKind::Map(entries) => entries.iter().any(|e| e.key.text == key),
            NodeKind::Scalar(_) | NodeKind::Seq(_) => false,
        }
    }

    fn count(&self) -> usize {
        match &self.slot.node.kind {
            NodeKind::Seq(items) => items.len(),
            NodeKind::Map(entries) => entries.len(),
            NodeKind::Scalar(_) => 0,
        }
    }

    fn span(&self) -> Span {
        self.slot.node.span
    }

    fn names(&self) -> &dyn Names {
        self.cx.names
    }

    fn text(&mut self, lines: Lines) -> Option<SmolStr> {
        match lines {
            Lines::One => scalar::line(self.cx, &self.slot),
            Lines::Many => scalar::any_text(self.cx, &self.slot),
        }
    }

    fn secret(&mut self) -> Option<SecretRef> {
        secret::reference(self.cx, &self.slot)
    }

    fn wrong(&mut self, text: &str, wrong: Wrong) {
        let words = self.slot.to_string();
        if wrong.code == SECRET_IN_CLEAR {
            // Of a map or list, every line.
            self.cx.sink.secret(self.slot.node.span);
        }
        let mut wrong = wrong;
        wrong.help = recurring(self.slot.key, text)
            .or_else(|| usual(self.slot.key, text))
            .or(wrong.help);
        if wrong.meant.is_none() {
            wrong.help = bought(&words, self.slot.key, text).or(wrong.help);
        }
        let has = |meant: &String| {
            let items = match self.list.map(|l| &l.kind) {
                Some(NodeKind::Seq(items)) => &**items,
                _ => &[],
            };
            let text = |n: &Node| matches!(&n.kind, NodeKind::Scalar(text) if text == meant);
            items.iter().any(text)
        };
        wrong.meant = wrong.meant.filter(|m| !has(m));
        complain(self.cx, &words, text, self.slot.node.head(), wrong);
    }

    fn items(&mut self, repeats: Repeats, read: &mut dyn FnMut(&mut dyn Place)) {
        let slot = self.slot;
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for item in items(self.cx, &slot) {
            if repeats == Repeats::Refused
                && let NodeKind::Scalar(text) = &item.kind
                && let Some(first) = seen.insert(text, item.head())
            {
                let d =
                    Diagnostic::invalid("duplicate-value", format!("{slot} lists a value twice"))
                        .at(item.head(), "listed again")
                        .and_at(first, "first listed here");
                self.cx.report(d);
                continue;
            }
            let mut at = self.child(slot.with(item), item.head());
            at.list = Some(slot.node);
            if matches!(item.kind, NodeKind::Map(_)) {
                at.title = Some(Words::Item(&slot));
            }
            read(&mut at);
        }
    }

    fn entries(
        &mut self,
        key: &mut dyn FnMut(&str, &dyn Names) -> Result<(), Wrong>,
        value: &mut dyn FnMut(&mut dyn Place),
    ) {
        let slot = self.slot;
        let entries = match &slot.node.kind {
            NodeKind::Map(entries) => &**entries,
            _ if slot.node.is_null() => Default::default(),
            _ => {
                let message = format!("{slot} is a map, not {}", slot.node.describe());
                let d = Diagnostic::invalid("wrong-type", message)
                    .at(slot.node.head(), "a map is expected here")
                    .help("write '{NAME: …}', or below it, indented, one 'NAME: …' per line");
                self.cx.report(d);
                return;
            }
        };
        for entry in entries {
            let text = entry.key.text.as_str();
            if let Err(wrong) = key(text, self.cx.names) {
                complain(self.cx, &slot.to_string(), text, entry.key.span, wrong);
            }
            let slot = Slot {
                owner: Words::Value(&slot),
                key: text,
                node: &entry.value,
            };
            value(&mut self.child(slot, entry.key.span));
        }
    }

    fn record(&mut self, read: &mut dyn FnMut(&mut dyn Record)) {
        let owner = self.title.unwrap_or(Words::Value(&self.slot));
        let Some(mut fields) = Fields::of(self.cx, owner, self.named, self.slot.node) else {
            return;
        };
        read(&mut Map {
            cx: self.cx,
            fields: &mut fields,
        });
        fields.finish(self.cx);
    }
}

/// A map whose keys are asked for.
pub(super) struct Map<'a, 'c, 'f, 'n> {
    pub(super) cx: &'a mut Cx<'c>,
    pub(super) fields: &'f mut Fields<'n>,
}

impl Map<'_, '_, '_, '_> {
    fn through(
        &mut self,
        key: &'static str,
        value: &Node,
        named: Span,
        read: &mut dyn FnMut(&mut dyn Place),
    ) {
        let slot = Slot {
            owner: self.fields.owner(),
            key,
            node: value,
        };
        read(&mut At {
            cx: &mut *self.cx,
            slot,
            named,
            title: None,
            list: None,
        });
    }
}

impl Record for Map<'_, '_, '_, '_> {
    fn span(&self) -> Span {
        self.fields.place()
    }

    fn field(&mut self, key: &'static str, read: &mut dyn FnMut(&mut dyn Place)) -> bool {
        let entry = self.fields.entry(key);
        if let Some(entry) = entry {
            self.through(key, &entry.value, entry.key.span, read);
        }
        entry.is_some()
    }

    fn need(&mut self, key: &'static str, example: &str, read: &mut dyn FnMut(&mut dyn Place)) {
        if let Some(entry) = self.fields.required(key, example) {
            self.through(key, &entry.value, entry.key.span, read);
        }
    }

    fn none_of(&mut self, keys: &[&'static str], help: &str) {
        let mut any = false;
        for key in keys {
            any |= self.fields.entry(key).is_some();
        }
        if !any {
            self.fields.none_of(keys, help);
        }
    }
}

/// Reads the keys that a definition of the model has, from a map whose other keys are read by hand.
pub(super) fn about<T>(cx: &mut Cx<'_>, f: &mut Fields<'_>, read: fn(&mut dyn Record) -> T) -> T {
    read(&mut Map { cx, fields: f })
}

/// What is paid again and again where something is paid once: which keys say it.
fn recurring(key: &str, text: &str) -> Option<String> {
    if !["amount", "price"].contains(&key) {
        return None;
    }
    let (money, period) = model::units::money::recurring(text)?;
    Some(match (key, period) {
        ("amount", "month" | "year") => format!("write 'amount: {money}, every: {period}'"),
        ("amount", _) => {
            format!("write the amount of a month or a year: 'amount: {money}, every: month'")
        }
        _ => format!(
            "a price is paid once; an offer says 'cost: {money}/{period}', costs say 'amount: …, every: month'"
        ),
    })
}

/// What was paid once where something is paid again and again: the keys that say it.
fn bought(words: &str, key: &str, text: &str) -> Option<String> {
    if key != "cost" {
        return None;
    }
    let money = Money::parse(text).ok()?;
    let (_, of) = words.split_once(" of ")?;
    let (kind, name) = of.split_once(' ')?;
    let name = name.trim_matches('\'');
    let once = match kind {
        "host" => format!("'assets: {{NAME: {{of: {name}, price: {money}}}}}'"),
        "repository" => {
            format!("'costs: {{NAME: {{amount: {money}, for: repository/{name}}}}}'")
        }
        _ => return None,
    };
    Some(format!(
        "what was paid once stands in a section of its own, {once}; 'cost' is what is paid again and again, as in '{money}/month'"
    ))
}

/// What people write where something else is meant by the key.
fn usual(key: &str, text: &str) -> Option<String> {
    match key {
        "dhcp" if ["yes", "no", "true", "false", "on", "off"].contains(&text) => {
            Some("write from which address to which it hands them out, as in 'dhcp: 192.168.10.100-192.168.10.199'; where nobody knows that, 'dhcp: {server: NAME}' says who does, and without DHCP the key is left out".to_owned())
        }
        "down" | "up" => {
            let (down, up) = text.split_once('/')?;
            let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            let (number, unit) = up.split_once(|c: char| !c.is_ascii_digit())?;
            let unit = up.strip_prefix(number).map_or(unit, str::trim);
            let each = [down.trim(), number].map(|n| format!("{n}{unit}"));
            let read = each.iter().all(|r| Rate::parse(r).is_ok());
            let [down, up] = (digits(down.trim()) && read).then_some(each)?;
            Some(format!("each way has its key: 'down: {down}, up: {up}'"))
        }
        _ => None,
    }
}

/// The known word that means what another one means elsewhere: to `init`, say.
fn same<'k>(text: &str, mut known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    const SAME: [(&str, &str); 13] = [
        // What other programs call the two kinds of guests.
        ("qemu", "vm"),
        ("kvm", "vm"),
        ("virtual-machine", "vm"),
        ("container", "lxc"),
        ("ct", "lxc"),
        ("email", "mail"),
        ("e-mail", "mail"),
        ("one-host", "single-host"),
        // zpoolconcepts(7): both are names of single parity.
        ("raidz", "raidz1"),
        ("raid-z", "raidz1"),
        ("jbod", "linear"),
        ("stripe", "raid0"),
        ("striped", "raid0"),
    ];
    let text = text.to_lowercase();
    let (_, word) = SAME.iter().find(|(other, _)| *other == text)?;
    known.find(|k| k == word)
}

/// The only word that is made of this one and others: `ssh-key` of `ssh`. A slip makes another word of it sooner (`sso`).
fn whole_of<'k>(text: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let text = text.to_lowercase();
    let mut whole = known.filter(|k| k.split('-').any(|part| part == text) && *k != text);
    whole.next().filter(|_| whole.next().is_none())
}

/// Reports what a value's own type says of it.
fn complain(cx: &mut Cx<'_>, words: &str, text: &str, at: Span, wrong: Wrong) {
    let message = match &wrong.says {
        Says::After(why) => format!("{words}: {} {why}", quote(text)),
        Says::Whole(what) => format!("{words}: {what}"),
        Says::Nothing => return,
    };
    if wrong.code == SECRET_IN_CLEAR {
        cx.sink.secret(at);
    }
    let d = Diagnostic::invalid(wrong.code, message).at(at, wrong.label.clone());
    let known = || wrong.known.iter().copied();
    let near = same(text, known());
    let part = whole_of(text, known()).filter(|_| near.is_none() && wrong.meant.is_none());
    let near = near.or(part).or_else(|| nearest(text, known()));
    let near = || near.map(str::to_owned);
    cx.report(match (wrong.meant.clone().or_else(near), wrong.help) {
        // Half of a word says less than a slip of it: the others may be meant as well.
        (Some(meant), _) if part.is_some() => d
            .fix(did_you_mean(at, &meant))
            .help(format!("it is {}", one_of(wrong.known.iter().copied()))),
        (Some(meant), _) => d.fix(did_you_mean(at, &meant)),
        (None, Some(help)) => d.help(help),
        (None, None) if !wrong.known.is_empty() => {
            d.help(format!("write {}", one_of(wrong.known.iter().copied())))
        }
        (None, None) => d,
    });
}
