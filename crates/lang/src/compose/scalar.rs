//! YAML nodes to values: what a plain scalar means, which keys are text, which tags say something.

use super::value::{Entry, Kind, Map, Value};
use crate::sink::Sink;
use crate::suggest::quote;
use crate::yaml::{Node, NodeKind};
use diag::Diagnostic;

/// What a tag asks for when files are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merge {
    /// `!reset`: what is there so far goes away, and so does the tagged value.
    Reset,
    /// `!override`: what is there so far goes away, and the tagged value comes.
    Override,
}

/// Turns nodes into values and collects the paths that carry a merge tag.
pub(super) struct Reader<'a> {
    pub(super) sink: &'a mut Sink,
    /// Paths whose earlier value is to go.
    pub(super) cleared: Vec<Vec<String>>,
    path: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sink: &'a mut Sink) -> Self {
        Self {
            sink,
            cleared: Vec::new(),
            path: Vec::new(),
        }
    }

    /// The value of a node; `None` if it is reset.
    pub(super) fn value(&mut self, node: &Node) -> Option<Value> {
        match merge_tag(node) {
            Some(Merge::Reset) => {
                self.cleared.push(self.path.clone());
                return None;
            }
            Some(Merge::Override) => self.cleared.push(self.path.clone()),
            None => {}
        }
        let kind = match &node.kind {
            NodeKind::Scalar(text) => scalar(text, node.plain, node.tag()),
            NodeKind::Seq(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (n, item) in items.iter().enumerate() {
                    self.path.push(n.to_string());
                    values.extend(self.value(item));
                    self.path.pop();
                }
                Kind::Seq(values)
            }
            NodeKind::Map(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    let key = &entry.key;
                    if key.plain && !matches!(scalar(&key.text, true, None), Kind::Text(_)) {
                        self.sink.report(not_text(key));
                        continue;
                    }
                    self.path.push(key.text.to_string());
                    if let Some(value) = self.value(&entry.value) {
                        let key_span = key.span;
                        map.insert(
                            key.text.to_string(),
                            Entry {
                                key: key_span,
                                value,
                            },
                        );
                    }
                    self.path.pop();
                }
                Kind::Map(map)
            }
        };
        Some(Value::new(node.head(), kind))
    }
}

fn not_text(key: &crate::yaml::Key) -> Diagnostic {
    let message = format!(
        "the key {} is a number, a truth value or nothing, and not text",
        quote(&key.text)
    );
    Diagnostic::invalid("compose-type", message)
        .at(key.span, "put it in quotes")
        .help("Compose refuses keys that are not text")
}

/// The merge tag of a node, if it has one.
fn merge_tag(node: &Node) -> Option<Merge> {
    match node.tag()? {
        "!reset" => Some(Merge::Reset),
        "!override" => Some(Merge::Override),
        _ => None,
    }
}

/// What a scalar means by YAML's core schema, as the reader of Compose has it.
fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Kind {
    let says = |name: &str| tag.is_some_and(|t| t.ends_with(name) && t != name);
    if says("str") || tag == Some("!") {
        return Kind::Text(text.to_owned());
    }
    if !plain && !["int", "float", "bool", "null"].into_iter().any(says) {
        return Kind::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => match number(text) {
            Some(kind) => kind,
            None => Kind::Text(text.to_owned()),
        },
    }
}

/// A number; `None` for text.
fn number(text: &str) -> Option<Kind> {
    let first = text.chars().next()?;
    if !(first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Some(Kind::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Some(Kind::Float(f64::NEG_INFINITY)),
        ".nan" | ".NaN" | ".NAN" => return Some(Kind::Float(f64::NAN)),
        _ => {}
    }
    let digits = text.replace('_', "");
    if let Some(n) = integer(&digits) {
        return Some(Kind::Int(n));
    }
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    let has_digit = digits.contains(|c: char| c.is_ascii_digit());
    if has_digit && digits.chars().all(allowed) {
        return digits.parse().ok().map(Kind::Float);
    }
    None
}

/// A whole number: decimal, or with a prefix; a leading zero means octal.
fn integer(digits: &str) -> Option<i64> {
    let (sign, body) = match digits.as_bytes().first() {
        Some(b'-') => (-1, digits.get(1..)?),
        Some(b'+') => (1, digits.get(1..)?),
        _ => (1, digits),
    };
    let lower = body.to_ascii_lowercase();
    let (radix, body) = match lower.get(..2) {
        Some("0x") => (16, body.get(2..)?),
        Some("0o") => (8, body.get(2..)?),
        Some("0b") => (2, body.get(2..)?),
        _ if body.len() > 1 && body.starts_with('0') => (8, body.get(1..)?),
        _ => (10, body),
    };
    if body.is_empty() || body.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(body, radix).ok().map(|n| sign * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars() {
        for (text, expected) in [
            ("0644", "Int(420)"),
            ("08", "Float(8.0)"),
            ("1_000", "Int(1000)"),
            ("0x1F", "Int(31)"),
            ("1.50", "Float(1.5)"),
            ("1e3", "Float(1000.0)"),
            ("22:22", "Text(\"22:22\")"),
            ("yes", "Text(\"yes\")"),
            ("True", "Bool(true)"),
            ("-", "Text(\"-\")"),
            ("1.2.3", "Text(\"1.2.3\")"),
            ("~", "Null"),
            ("2020-01-01", "Text(\"2020-01-01\")"),
        ] {
            assert_eq!(
                format!("{:?}", scalar(text, true, None)),
                expected,
                "{text}"
            );
        }
        assert_eq!(format!("{:?}", scalar("5", false, None)), "Text(\"5\")");
    }
}
