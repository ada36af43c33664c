//! The tree that Compose works on: typed scalars, ordered maps, a place on everything.

use diag::Span;
use model::compose::{Extra, Text};
use std::collections::BTreeMap;

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// The part to point at.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: Kind,
}

/// Kinds of values.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list.
    Seq(Vec<Value>),
    /// A map.
    Map(Map),
}

/// A map's entries by key.
pub(super) type Map = BTreeMap<String, Entry>;

/// A map's value and the place of its key.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Where the key is written.
    pub(super) key: Span,
    /// The value.
    pub(super) value: Value,
}

impl Entry {
    /// An entry that is nowhere written with a key of its own.
    pub(super) fn of(value: Value) -> Self {
        Self {
            key: value.span,
            value,
        }
    }
}

impl Value {
    pub(super) fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    pub(super) fn text(span: Span, text: impl Into<String>) -> Self {
        Self::new(span, Kind::Text(text.into()))
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(t) => Some(t),
            _ => None,
        }
    }

    pub(super) fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(m) => Some(m),
            _ => None,
        }
    }

    pub(super) fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.kind {
            Kind::Map(m) => Some(m),
            _ => None,
        }
    }

    pub(super) fn as_seq(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::Seq(s) => Some(s),
            _ => None,
        }
    }

    /// The value under a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key).map(|e| &e.value)
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// What it is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Int(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "text",
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// A scalar as Compose prints it; `None` for nothing, lists and maps.
    pub(super) fn print(&self) -> Option<String> {
        match &self.kind {
            Kind::Bool(b) => Some(b.to_string()),
            Kind::Int(n) => Some(n.to_string()),
            Kind::Float(f) => Some(print_float(*f)),
            Kind::Text(t) => Some(t.clone()),
            Kind::Null | Kind::Seq(_) | Kind::Map(_) => None,
        }
    }

    /// Both say the same, wherever they are written.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Float(a), Kind::Float(b)) => a == b,
            (Kind::Text(a), Kind::Text(b)) => a == b,
            (Kind::Seq(a), Kind::Seq(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|((k, a), (l, b))| k == l && a.value.same(&b.value))
            }
            _ => false,
        }
    }

    /// Nodes in it, itself included.
    pub(super) fn weight(&self) -> usize {
        1 + match &self.kind {
            Kind::Seq(s) => s.iter().map(Value::weight).sum(),
            Kind::Map(m) => m.values().map(|e| e.value.weight()).sum(),
            _ => 0,
        }
    }

    /// For the model, where it has no type of its own. `key` is what it is called.
    pub(super) fn to_extra(&self, key: &str) -> diag::Spanned<Extra> {
        let extra = match &self.kind {
            Kind::Null => Extra::Null,
            Kind::Bool(b) => Extra::Bool(*b),
            Kind::Int(n) => Extra::Int(*n),
            Kind::Float(f) => Extra::Float(*f),
            Kind::Text(t) => Extra::Text(super::secret::judge(key, t)),
            Kind::Seq(s) => Extra::List(s.iter().map(|v| v.to_extra(key)).collect()),
            Kind::Map(m) => Extra::Map(
                m.iter()
                    .map(|(k, e)| (k.clone(), e.value.to_extra(k)))
                    .collect(),
            ),
        };
        diag::Spanned::new(extra, self.span)
    }

    /// Its text, hidden if it looks like a secret.
    pub(super) fn judged(&self, key: &str) -> Option<Text> {
        self.print().map(|t| super::secret::judge(key, &t))
    }
}

/// A number as Go prints it: short, without an exponent where that is readable.
fn print_float(f: f64) -> String {
    if f.is_infinite() {
        return if f > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = f.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        let text = format!("{f:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(e) => ('-', e),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    f.to_string()
}
