//! What every reader is given.

use super::names::Names;
use crate::sink::Sink;
use crate::suggest::quote;
use crate::yaml::Node;
use diag::{Diagnostic, Span};
use std::fmt;

/// The names that exist, and where complaints go.
pub(super) struct Cx<'a> {
    pub(super) sink: &'a mut Sink,
    pub(super) names: &'a Names,
}

impl Cx<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    /// The value of `slot` is text, but not what is wanted: `'vlan' of network 'lan': '5000' is not …`.
    pub(super) fn bad(&mut self, code: &str, slot: &Slot<'_>, text: &str, expected: &str) {
        let message = format!("{slot}: {} {expected}", quote(text));
        self.report(Diagnostic::invalid(code, message).at(slot.node.head, ""));
    }
}

/// A value with the words to speak of it.
#[derive(Clone, Copy)]
pub(super) struct Slot<'n> {
    /// `host 'web'`.
    pub(super) owner: &'n str,
    /// The key of the value, e.g. `site`.
    pub(super) key: &'n str,
    /// The value.
    pub(super) node: &'n Node,
}

impl<'n> Slot<'n> {
    /// An item of this list, or a value below this map, under the same words.
    pub(super) fn with(self, node: &'n Node) -> Self {
        Self { node, ..self }
    }

    pub(super) fn span(&self) -> Span {
        self.node.span
    }
}

impl fmt::Display for Slot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", quote(self.key), self.owner)
    }
}
