//! Where in an object something stands that could not be read.

use crate::yaml::{Entry, NodeKind};
use diag::{Class, Diagnostic, Span};
use std::collections::BTreeSet;

/// The keys that lead to each value that could not be read. No keys stand for what may be any key of the object: one that is not known, or a
/// map or list in whose place something else was expected, as it may have slipped there from elsewhere.
pub(super) fn places(object: &Entry, said: Option<&[Diagnostic]>) -> BTreeSet<Vec<String>> {
    let Some(said) = said else {
        return BTreeSet::from([Vec::new()]);
    };
    let wrong = said.iter().filter(|d| d.class == Class::Invalid);
    let places = wrong.map(|d| {
        let at = d.primary.as_ref().map(|p| p.span);
        let at = at.filter(|_| d.code != "unknown-key");
        at.and_then(|at| keys(object, at)).unwrap_or_default()
    });
    places.collect()
}

/// The keys from below the object to a single value; none if there is no such value.
fn keys(object: &Entry, at: Span) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut node = &object.value;
    loop {
        match &node.kind {
            NodeKind::Map(entries) => {
                let entry = entries.iter().find(|e| holds(e.value.span, at));
                let entry = entry.filter(|_| !node.truncated)?;
                out.push(entry.key.text.to_string());
                node = &entry.value;
            }
            NodeKind::Seq(items) => node = items.iter().find(|n| holds(n.span, at))?,
            NodeKind::Scalar(_) => return Some(out),
        }
    }
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}
