//! What every reader is given.

use super::names::Names;
use crate::sink::Sink;
use crate::suggest::quote;
use crate::yaml::Node;
use diag::{Diagnostic, Span};
use model::id::Kind;
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
        self.report(Diagnostic::invalid(code, message).at(slot.node.head(), ""));
    }
}

/// What a value belongs to, in words. They are put together when somebody is told of it: most values are as they should be.
#[derive(Clone, Copy)]
pub(super) enum Words<'n> {
    /// As they stand here.
    Text(&'n str),
    /// The user's own text, in quotes.
    Quoted(&'n str),
    /// `host 'web'`.
    Named(Kind, &'n str),
    /// `'hardware' of host 'web'`.
    Value(&'n Slot<'n>),
    /// `an item of 'exposures' of host 'web'`.
    Item(&'n Slot<'n>),
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Words::Text(text) => f.write_str(text),
            Words::Quoted(text) => f.write_str(&quote(text)),
            Words::Named(kind, name) => write!(f, "{} '{name}'", kind.word()),
            Words::Value(slot) => slot.fmt(f),
            Words::Item(slot) => write!(f, "an item of {slot}"),
        }
    }
}

/// A value with the words to speak of it.
#[derive(Clone, Copy)]
pub(super) struct Slot<'n> {
    /// `host 'web'`.
    pub(super) owner: Words<'n>,
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
