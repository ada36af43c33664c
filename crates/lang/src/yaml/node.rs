//! The tree. A large lab has millions of nodes, so a short text stands in the node itself.

use diag::Span;
use smol_str::SmolStr;

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From its first to its last byte.
    pub(crate) span: Span,
    /// Which part of it to point at.
    pub(crate) shown: Shown,
    /// Text without quotes, so that `~` means nothing.
    pub(crate) plain: bool,
    /// A map in which the text broke off, so that keys may be missing.
    pub(crate) truncated: bool,
    /// Its tag, where the dialect keeps tags; none if it is YAML's own and says nothing new. Few have one, so it takes little room where
    /// there is none.
    tag: Option<Box<Box<str>>>,
    /// What it is.
    pub(crate) kind: NodeKind,
}

/// The part of a value to point at: all of it if it is on one line, else its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All of it.
    Whole,
    /// The bracket that opens it.
    Bracket,
    /// Its first key, or what is shown of its first item.
    First,
    /// The place where it would begin.
    Start,
}

/// Kinds of values. Lists are exactly as long as what they hold.
#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    /// Text as it was written, without quotes; `no` and `0644` stay text.
    Scalar(SmolStr),
    /// A list.
    Seq(Box<[Node]>),
    /// A map in the order of the text; keys are unique.
    Map(Box<[Entry]>),
}

/// One key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: Key,
    /// The value.
    pub(crate) value: Node,
}

/// A key with its place.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// The text.
    pub(crate) text: SmolStr,
    /// Where it is written.
    pub(crate) span: Span,
    /// Without quotes, so that `1` is a number and no text.
    pub(crate) plain: bool,
}

impl Node {
    /// A value that is shown as a whole.
    pub(crate) fn new(span: Span, tag: Option<Box<str>>, kind: NodeKind) -> Self {
        Self {
            span,
            shown: Shown::Whole,
            plain: false,
            truncated: false,
            tag: tag.map(Box::new),
            kind,
        }
    }

    /// Its tag.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_deref().map(|tag| &**tag)
    }

    /// The part to point at: all of it if it is on one line, else its beginning.
    pub(crate) fn head(&self) -> Span {
        let start = self.span.start;
        let until = |end| Span { end, ..self.span };
        match self.shown {
            Shown::Whole => self.span,
            Shown::Bracket => until(start + 1),
            Shown::Start => until(start),
            Shown::First => match &self.kind {
                NodeKind::Scalar(_) => self.span,
                NodeKind::Seq(items) => items.first().map_or(until(start), Node::head),
                NodeKind::Map(entries) => entries.first().map_or(until(start), |e| e.key.span),
            },
        }
    }

    /// How many nodes are in it, itself included, and keys. Trees are no deeper than the parser lets them be.
    pub(crate) fn weight(&self) -> usize {
        1 + match &self.kind {
            NodeKind::Scalar(_) => 0,
            NodeKind::Seq(items) => items.iter().map(Node::weight).sum(),
            NodeKind::Map(entries) => entries.iter().map(|e| e.value.weight() + 1).sum(),
        }
    }

    /// Nothing was written: `key:`, `key: ~` or `key: null`.
    pub(crate) fn is_null(&self) -> bool {
        let nothing = |text: &str| matches!(text, "" | "~" | "null" | "Null" | "NULL");
        matches!(&self.kind, NodeKind::Scalar(text) if self.plain && nothing(text))
    }

    /// Takes it apart: its place stays, and all that is in it is gone.
    pub(crate) fn empty(&mut self) {
        self.kind = NodeKind::Seq(Box::default());
    }

    /// What it is, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            NodeKind::Scalar(_) => "text",
            NodeKind::Seq(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_little_room() {
        assert!(size_of::<Node>() <= 48, "{}", size_of::<Node>());
        assert!(size_of::<Entry>() <= 88, "{}", size_of::<Entry>());
    }
}
