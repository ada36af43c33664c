//! The tree. A large lab has millions of nodes, so a short text stands in the node itself.

use diag::Span;
use smol_str::SmolStr;

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From its first to its last byte.
    pub(crate) span: Span,
    /// The part to point at: all of it if it is on one line, else its beginning.
    pub(crate) head: Span,
    /// Nodes in it, itself included.
    pub(crate) weight: u32,
    /// Its tag, where the dialect keeps tags; none if it is YAML's own and says nothing new.
    pub(crate) tag: Option<Box<str>>,
    /// What it is.
    pub(crate) kind: NodeKind,
}

/// Kinds of values.
#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    /// Text as it was written, without quotes; `no` and `0644` stay text.
    Scalar {
        /// The text.
        text: SmolStr,
        /// Without quotes, so that `~` means nothing.
        plain: bool,
    },
    /// A list.
    Seq(Vec<Node>),
    /// A map in the order of the text; keys are unique.
    Map {
        /// Its entries.
        entries: Vec<Entry>,
        /// The text broke off inside, so keys may be missing.
        truncated: bool,
    },
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
    /// Nothing was written: `key:`, `key: ~` or `key: null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What it is, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            NodeKind::Scalar { .. } => "text",
            NodeKind::Seq(_) => "a list",
            NodeKind::Map { .. } => "a map",
        }
    }
}
