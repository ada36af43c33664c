//! What stands somewhere, in the form that is wanted there.

use super::value::{Inside, Values, flow};
use crate::yaml::{Entry, Node, NodeKind};
use model::declare::{FieldShape, RecordShape, Shape};
use std::collections::BTreeSet;

/// Keys by which people name the items of a list.
const NAMES: [&str; 4] = ["name", "id", "label", "hostname"];

/// Turns nodes into what is accepted.
pub(super) struct Former<'v, 'c> {
    values: &'v Values<'c>,
    /// Something in it is an example and not the user's own.
    pub(super) invented: bool,
    /// An address that is in none of the declared networks.
    pub(super) nowhere: Option<String>,
}

impl<'v, 'c> Former<'v, 'c> {
    pub(super) fn new(values: &'v Values<'c>) -> Self {
        Self {
            values,
            invented: false,
            nowhere: None,
        }
    }

    /// The same content in this shape; none if there is no telling.
    pub(super) fn of(&mut self, shape: &Shape, node: &Node) -> Option<String> {
        if node.is_null() {
            return None;
        }
        match shape {
            Shape::Value(_) | Shape::Ref(_) => self.single(shape, node),
            Shape::Given(of) => self.of(of, node),
            Shape::List(of) => self.list(of, node),
            Shape::Map(key, of) => self.map(key, of, node),
            Shape::Record(record, short) => self.record(&record(), short, node),
            Shape::AnyCase(_) => None,
            Shape::Any(all) => {
                // A map where one value is enough is not one of several.
                let one = all
                    .iter()
                    .any(|s| matches!(s, Shape::Value(_) | Shape::Ref(_)));
                let spread = |s: &&Shape| {
                    one && matches!(s, Shape::List(_)) && matches!(node.kind, NodeKind::Map(_))
                };
                let all = all.iter().filter(|s| !spread(s));
                all.into_iter().find_map(|one| self.of(one, node))
            }
        }
    }

    /// One text: itself, or the only one in what stands there.
    fn single(&self, shape: &Shape, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar(text) => {
                let meant = || self.values.meant(shape, text).map(|m| flow(&m, true));
                let own = self
                    .values
                    .takes(shape, text)
                    .then(|| flow(text, node.plain));
                own.or_else(meant)
            }
            NodeKind::Seq(items) => match &**items {
                [one] => self.single(shape, one),
                _ if self.values.is_prose(shape) => joined(items),
                _ => None,
            },
            NodeKind::Map(entries) => match &**entries {
                [one] if one.value.is_null() => {
                    let text = one.key.text.as_str();
                    self.values.takes(shape, text).then(|| flow(text, true))
                }
                // Any other key may say something that would be lost.
                [one] if NAMES.contains(&one.key.text.as_str()) || one.key.text == "value" => {
                    self.single(shape, &one.value)
                }
                _ => None,
            },
        }
    }

    fn list(&mut self, of: &Shape, node: &Node) -> Option<String> {
        let items = match &node.kind {
            NodeKind::Scalar(text) if node.plain => match self.parts(of, text) {
                Some(parts) => parts,
                None => match self.of(of, node) {
                    Some(one) => vec![one],
                    // A name that nothing has yet, or several have, is still the user's own.
                    None => vec![name(of, text)?],
                },
            },
            NodeKind::Scalar(_) => vec![self.of(of, node)?],
            NodeKind::Seq(items) => self.all(items.iter(), of)?,
            NodeKind::Map(entries) => match self.of(of, node) {
                Some(one) => vec![one],
                None => match self.keys_or_values(of, entries) {
                    Some(all) => all,
                    None => self.items(of, entries)?,
                },
            },
        };
        Some(format!("[{}]", items.join(", ")))
    }

    /// `a, b` or `a b`, where each is an item.
    fn parts(&self, of: &Shape, text: &str) -> Option<Vec<String>> {
        let separator = |c: char| c == ',' || c == ' ';
        let parts: Vec<&str> = text.split(separator).filter(|p| !p.is_empty()).collect();
        let narrow = |part: &&str| self.values.takes(of, part) && !self.values.is_text(of);
        (parts.len() > 1 && parts.iter().all(narrow))
            .then(|| parts.iter().map(|p| flow(p, true)).collect())
    }

    fn all<'n>(
        &mut self,
        nodes: impl Iterator<Item = &'n Node>,
        of: &Shape,
    ) -> Option<Vec<String>> {
        nodes.map(|n| self.of(of, n)).collect()
    }

    /// Of a map in place of a list: the keys if nothing stands under them, or what stands under keys that only count.
    fn keys_or_values(&mut self, of: &Shape, entries: &[Entry]) -> Option<Vec<String>> {
        let counts = |e: &Entry| e.key.text.chars().all(|c| c.is_ascii_digit());
        if entries.iter().all(counts) {
            return self.all(entries.iter().map(|e| &e.value), of);
        }
        let key = |e: &Entry| {
            let text = e.key.text.as_str();
            let bare = e.value.is_null() && self.values.takes(of, text);
            bare.then(|| flow(text, true))
        };
        entries.iter().map(key).collect()
    }

    /// Of a map in place of a list of records: each key as what an item is about, with what stands under it.
    fn items(&mut self, of: &Shape, entries: &[Entry]) -> Option<Vec<String>> {
        let Shape::Record(record, _) = of else {
            return None;
        };
        let record = record();
        let all = entries.iter().map(|entry| {
            let about = |f: &&FieldShape| matches!(plain(&f.shape), Shape::Ref(_));
            let text = entry.key.text.as_str();
            let mut fields = record.fields.iter().filter(about);
            let known = fields.clone().find(|f| self.values.takes(&f.shape, text));
            let field = known.or_else(|| fields.next())?;
            let mut told = vec![(field.key, flow(text, true))];
            match &entry.value.kind {
                NodeKind::Scalar(value) => {
                    let said = self.said(&record, value)?;
                    told.push((said.key, flow(value, true)));
                }
                NodeKind::Map(below) => {
                    for entry in below {
                        let field = record.fields.iter().find(|f| f.key == entry.key.text)?;
                        if is_secret(field.key) {
                            return None;
                        }
                        told.push((field.key, self.of(&field.shape, &entry.value)?));
                    }
                }
                NodeKind::Seq(_) => return None,
            }
            self.complete(&record, told)
        });
        all.collect()
    }

    fn map(&mut self, key: &Shape, of: &Shape, node: &Node) -> Option<String> {
        if let Some(counted) = self.counted(key, of, node) {
            return Some(counted);
        }
        let entries: Vec<String> = match &node.kind {
            NodeKind::Scalar(_) if is_fault_scope(key) => {
                // One for all of them may be meant, or one for some; whoever reads it takes away what is not.
                self.invented = true;
                let value = self.of(of, node)?;
                let scopes = model::lab::FaultScope::ALL.iter();
                scopes.map(|s| format!("{}: {value}", s.word())).collect()
            }
            NodeKind::Scalar(_) => vec![self.entry(key, of, node, 0)?],
            NodeKind::Seq(items) => {
                let each = items.iter().enumerate();
                let all: Option<Vec<String>> =
                    each.map(|(n, item)| self.entry(key, of, item, n)).collect();
                all?
            }
            NodeKind::Map(entries) => {
                let each = entries.iter().map(|e| {
                    let value = self.of(of, &e.value)?;
                    Some(format!("{}: {value}", flow(&e.key.text, true)))
                });
                each.collect::<Option<Vec<String>>>()?
            }
        };
        let entries = self.apart(entries)?;
        Some(format!("{{{}}}", entries.join(", ")))
    }

    /// Each name once. Of two addresses in one network, only one can be meant: where the other one is, nobody said.
    fn apart(&mut self, entries: Vec<String>) -> Option<Vec<String>> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut out = Vec::new();
        for (n, entry) in entries.into_iter().enumerate() {
            let (name, value) = entry.split_once(':')?;
            if names.insert(name.to_owned()) {
                out.push(entry);
            } else {
                self.invented = true;
                out.push(format!("NETWORK{}:{value}", n + 1));
            }
        }
        Some(out)
    }

    /// Of how many there are, the first two.
    fn counted(&mut self, key: &Shape, of: &Shape, node: &Node) -> Option<String> {
        let NodeKind::Scalar(text) = &node.kind else {
            return None;
        };
        let several = text.parse::<u16>().is_ok_and(|n| n > 1);
        let numbered = ["1", "2"].iter().all(|n| self.values.takes(key, n));
        if !several || !numbered || self.measures(of, text) {
            return None;
        }
        let value = self.values.example(of)?;
        self.invented = true;
        Some(format!("{{1: {value}, 2: {value}}}"))
    }

    /// An item as an entry: it is the value of a name that is still to be given, or it is the name, or it has the name within.
    fn entry(&mut self, key: &Shape, of: &Shape, item: &Node, n: usize) -> Option<String> {
        match &item.kind {
            NodeKind::Scalar(text) if self.values.takes(key, text) && !self.measures(of, text) => {
                let value = self.empty(of)?;
                Some(format!("{}: {value}", flow(text, true)))
            }
            NodeKind::Map(entries) => match named(entries) {
                Some((name, rest)) => {
                    let value = self.entries(of, &rest)?;
                    Some(format!("{}: {value}", flow(name, true)))
                }
                None => match &**entries {
                    [one]
                        if self.values.takes(key, &one.key.text)
                            && self.of(of, &one.value).is_some() =>
                    {
                        let value = self.of(of, &one.value)?;
                        Some(format!("{}: {value}", flow(&one.key.text, true)))
                    }
                    _ => self.unnamed(key, of, item, n),
                },
            },
            _ => self.unnamed(key, of, item, n),
        }
    }

    fn unnamed(&mut self, key: &Shape, of: &Shape, item: &Node, n: usize) -> Option<String> {
        let value = self.of(of, item)?;
        let name = match self.values.inside(key, &value) {
            Some(Inside::Of(name)) => return Some(format!("{}: {value}", flow(name, true))),
            Some(Inside::Nowhere) => {
                let numbered = if n == 0 {
                    String::new()
                } else {
                    (n + 1).to_string()
                };
                self.nowhere.get_or_insert_with(|| value.clone());
                format!("NETWORK{numbered}")
            }
            None => self.values.key(key, n, &value)?,
        };
        self.invented = true;
        Some(format!("{name}: {value}"))
    }

    /// A text is a figure that the value has, so it is no name.
    fn measures(&self, of: &Shape, text: &str) -> bool {
        match of {
            Shape::Record(record, short) => record()
                .fields
                .iter()
                .filter(|f| short.contains(&f.key))
                .any(|f| self.measures(&f.shape, text)),
            Shape::Any(all) => all.iter().any(|one| self.measures(one, text)),
            Shape::Given(of) => self.measures(of, text),
            Shape::Value(_) => !self.values.is_text(of) && self.values.takes(of, text),
            _ => false,
        }
    }

    /// What stands under a name of which nothing else is known.
    fn empty(&mut self, of: &Shape) -> Option<String> {
        if let Shape::Record(record, []) = of {
            let record = record();
            if record.either.is_empty() && !record.fields.iter().any(|f| f.need) {
                return Some("{}".to_owned());
            }
        }
        self.invented = true;
        self.values.example(of)
    }

    /// Some entries of a map as a value.
    fn entries(&mut self, of: &Shape, entries: &[&Entry]) -> Option<String> {
        let Shape::Record(record, _) = of else {
            return match entries {
                [one] => self.of(of, &one.value),
                _ => None,
            };
        };
        self.known(&record(), entries)
    }

    fn record(&mut self, record: &RecordShape, short: &[&str], node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar(text) => {
                let shorts = record.fields.iter().filter(|f| short.contains(&f.key));
                let mut shorts = shorts.filter(|f| self.values.takes(&f.shape, text));
                match (shorts.next(), short) {
                    (Some(_), _) => Some(flow(text, true)),
                    (None, []) => self.told(record, text),
                    // It was meant as that, and is none.
                    (None, _) => None,
                }
            }
            NodeKind::Seq(items) => match &**items {
                [one] => self.record(record, short, one),
                _ => self
                    .merged(record, items)
                    .or_else(|| self.collected(record, node)),
            },
            NodeKind::Map(entries) => {
                let entries: Vec<&Entry> = entries.iter().collect();
                self.known(record, &entries)
            }
        }
    }

    /// `- port: 22` and `- from: lan` as one map.
    fn merged(&mut self, record: &RecordShape, items: &[Node]) -> Option<String> {
        let mut all = Vec::new();
        for item in items {
            let NodeKind::Map(entries) = &item.kind else {
                return None;
            };
            all.extend(entries);
        }
        let twice = |e: &&Entry| all.iter().filter(|o| o.key.text == e.key.text).count() > 1;
        match all.iter().any(twice) {
            true => None,
            false => self.known(record, &all),
        }
    }

    /// A list in place of a map that has a key for such a list.
    fn collected(&mut self, record: &RecordShape, node: &Node) -> Option<String> {
        let lists = record.fields.iter().filter(|f| holds_names(&f.shape));
        let found: Vec<(&FieldShape, String)> = lists
            .filter_map(|f| Some((f, self.of(&f.shape, node)?)))
            .collect();
        let [(field, value)] = found.as_slice() else {
            return None;
        };
        self.complete(record, vec![(field.key, value.clone())])
    }

    /// A map with these entries, if all of them are keys of the record.
    fn known(&mut self, record: &RecordShape, entries: &[&Entry]) -> Option<String> {
        let mut told = Vec::new();
        for entry in entries {
            let field = record.fields.iter().find(|f| f.key == entry.key.text)?;
            if is_secret(field.key) {
                return None;
            }
            told.push((field.key, self.of(&field.shape, &entry.value)?));
        }
        self.complete(record, told)
    }

    /// A text in place of a map: the value of the key that it fits best.
    fn told(&mut self, record: &RecordShape, text: &str) -> Option<String> {
        if let Some((money, period)) = model::units::money::recurring(text)
            && let [Some(amount), Some(_)] =
                ["amount", "every"].map(|k| record.fields.iter().find(|f| f.key == k))
            && self.values.takes(&amount.shape, &money)
        {
            let told = vec![("amount", money), ("every", period.to_owned())];
            return self.complete(record, told);
        }
        if let Some(field) = self.said(record, text) {
            return self.complete(record, vec![(field.key, flow(text, true))]);
        }
        // Of what must be there only one may be a slip away from what stands here.
        let needed = record.fields.iter().filter(|f| f.need && !is_secret(f.key));
        let slips = needed.filter_map(|f| Some((f.key, self.values.meant(&f.shape, text)?)));
        let slips: Vec<(&'static str, String)> = slips.collect();
        match slips.as_slice() {
            [(key, meant)] => self.complete(record, vec![(*key, flow(meant, true))]),
            _ => None,
        }
    }

    /// The key that a text in place of a map is the value of, if it can be no other: one that must be there, or that names an object of
    /// the lab, or whose unit the text has. Any other would be a guess, and the lab would mean it.
    fn said<'f>(&self, record: &'f RecordShape, text: &str) -> Option<&'f FieldShape> {
        let must = |f: &FieldShape| f.need || record.either.iter().any(|g| g.contains(&f.key));
        let takes = |f: &&FieldShape| !is_secret(f.key) && self.values.takes(&f.shape, text);
        let all = || record.fields.iter().filter(takes);
        let needed: Vec<&FieldShape> = all().filter(|f| must(f)).collect();
        if let [field] = needed.as_slice() {
            return Some(field);
        }
        let unit = text.contains(|c: char| c.is_ascii_digit())
            && text.contains(|c: char| c.is_alphabetic() || "%€$£".contains(c));
        let sure =
            |f: &&FieldShape| names_object(&f.shape) || (unit && !self.values.is_text(&f.shape));
        let sure: Vec<&FieldShape> = all().filter(sure).collect();
        match (needed.as_slice(), sure.as_slice()) {
            ([], [field]) => Some(field),
            _ => None,
        }
    }

    /// A map with these keys and examples of those that must be there.
    fn complete(
        &mut self,
        record: &RecordShape,
        mut told: Vec<(&'static str, String)>,
    ) -> Option<String> {
        let has = |told: &[(&str, String)], key: &str| told.iter().any(|(k, _)| *k == key);
        let needed = record.fields.iter().filter(|f| f.need);
        for field in needed {
            if !has(&told, field.key) {
                told.push((field.key, self.values.example(&field.shape)?));
                self.invented = true;
            }
        }
        for group in record.either {
            if !group.iter().any(|key| has(&told, key)) {
                let field = record.fields.iter().find(|f| group.contains(&f.key))?;
                told.push((field.key, self.values.example(&field.shape)?));
                self.invented = true;
            }
        }
        let entries: Vec<String> = told.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        Some(format!("{{{}}}", entries.join(", ")))
    }
}

/// The name within an item of a list, and the rest of the item.
fn named(entries: &[Entry]) -> Option<(&str, Vec<&Entry>)> {
    let name = entries
        .iter()
        .find(|e| NAMES.contains(&e.key.text.as_str()))?;
    let NodeKind::Scalar(text) = &name.value.kind else {
        return None;
    };
    let rest = entries.iter().filter(|e| e.key.text != name.key.text);
    Some((text, rest.collect()))
}

/// A text as the name of an object, where one can stand.
fn name(shape: &Shape, text: &str) -> Option<String> {
    let refers = match shape {
        Shape::Record(record, short) => {
            let record = record();
            let mut shorts = record.fields.iter().filter(|f| short.contains(&f.key));
            shorts.any(|f| names_object(&f.shape))
        }
        Shape::Any(all) => all.iter().any(|one| name(one, text).is_some()),
        _ => names_object(shape),
    };
    let good = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    (refers && !text.is_empty() && text.chars().all(good)).then(|| flow(text, true))
}

/// What is given, without how it is known.
fn plain(shape: &Shape) -> &Shape {
    match shape {
        Shape::Given(of) => plain(of),
        _ => shape,
    }
}

/// Several texts as one.
fn joined(items: &[Node]) -> Option<String> {
    let text = |n: &Node| match &n.kind {
        NodeKind::Scalar(text) if !n.is_null() => Some(text.to_string()),
        _ => None,
    };
    let all: Option<Vec<String>> = items.iter().map(text).collect();
    Some(flow(&all?.join(", "), true))
}

/// Objectives stand by what the loss is caused by.
fn is_fault_scope(key: &Shape) -> bool {
    matches!(key, Shape::Value(form) if form.name == "fault-scope")
}

/// It is the name of an object of the lab.
fn names_object(shape: &Shape) -> bool {
    match shape {
        Shape::Ref(_) => true,
        Shape::Given(of) => names_object(of),
        Shape::Any(all) => all.iter().any(names_object),
        _ => false,
    }
}

/// It is a list of names of the lab, which nothing else is taken for.
fn holds_names(shape: &Shape) -> bool {
    match shape {
        Shape::List(of) => matches!(**of, Shape::Ref(_)),
        Shape::Any(all) => all.iter().any(holds_names),
        _ => false,
    }
}

/// What stands under this key is not repeated.
fn is_secret(key: &str) -> bool {
    let lower = key.to_lowercase();
    [
        "pass",
        "secret",
        "token",
        "key",
        "community",
        "auth",
        "privacy",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
