//! A document as a tree whose nodes know their bytes; YAML, JSON and dotenv texts become the same tree.

use std::fmt;
use std::ops::Range;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// An item of a list, from 0.
    Item(usize),
}

/// Where a value stands, from the root: `postgres.password`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// A path of keys.
    pub fn of<S: AsRef<str>>(keys: &[S]) -> Self {
        let step = |key: &S| Step::Key(key.as_ref().to_owned());
        Self(keys.iter().map(step).collect())
    }

    /// What the encryption of the value at this path is bound to: SOPS knows keys, not the numbers of items.
    pub(crate) fn bound(&self) -> String {
        self.keys().map(|k| format!("{k}:")).collect()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        })
    }

    pub(crate) fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            let dot = if n == 0 { "" } else { "." };
            match step {
                Step::Key(key) => write!(f, "{dot}{key}")?,
                Step::Item(number) => write!(f, "{dot}{number}")?,
            }
        }
        Ok(())
    }
}

/// A value and where it is written.
#[derive(Clone)]
pub(crate) struct Node {
    /// Its bytes, quotes included.
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One text as it was written.
#[derive(Clone)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Without quotes, so that it may be a number.
    pub(crate) plain: bool,
}

/// One key and its value.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// First byte of the key.
    pub(crate) start: usize,
    pub(crate) value: Node,
}

impl Node {
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Scalar(_) | Kind::List(_) => &[],
        }
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| e.key == key)
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        self.scalar().map(|s| s.text.as_str())
    }

    pub(crate) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Scalar(_) | Kind::Map(_) => &[],
        }
    }

    /// The value below a step.
    pub(crate) fn below(&self, step: &Step) -> Option<&Node> {
        match (step, &self.kind) {
            (Step::Key(key), Kind::Map(_)) => self.entry(key).map(|e| &e.value),
            (Step::Key(key), Kind::List(items)) => items.get(key.parse::<usize>().ok()?),
            (Step::Item(number), Kind::List(items)) => items.get(*number),
            _ => None,
        }
    }
}

/// The line of a byte, from 1.
pub(crate) fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|b| **b == b'\n').count() + 1
}
