//! Which values of an object, or of a list of the lab, are declared not to be known.

use super::cx::Cx;
use super::sections::Section;
use crate::yaml::{Entry, Node, NodeKind};
use diag::Span;
use model::id::ObjectRef;
use model::lab::Lab;

/// Hands what was left open while an entry was read to the lab, with the way that leads there. Ways are sought only here, as a lab has
/// millions of values and few of them are unknown.
pub(super) fn take(cx: &mut Cx<'_>, lab: &mut Lab, section: Option<Section>, entry: &Entry) {
    let key = entry.key.text.as_str();
    for mut open in cx.sink.take_open() {
        open.object = section.map(|s| ObjectRef::new(s.kind, key));
        open.path = way(&entry.value, open.key.span).unwrap_or_default();
        if section.is_none() {
            open.path.insert(0, key.to_owned());
        }
        lab.open.push(open);
    }
}

/// The same for what is no object and no list of records.
pub(super) fn rest(cx: &mut Cx<'_>, lab: &mut Lab, of: &str) {
    for mut open in cx.sink.take_open() {
        open.path = vec![of.to_owned(), open.key.value.clone()];
        lab.open.push(open);
    }
}

/// The keys that lead from a node to the one whose head is at a place; items of lists are numbers.
fn way(from: &Node, place: Span) -> Option<Vec<String>> {
    if from.head() == place {
        return Some(Vec::new());
    }
    let below = |key: String, node: &Node| {
        let mut way = way(node, place)?;
        way.insert(0, key);
        Some(way)
    };
    match &from.kind {
        NodeKind::Scalar(_) => None,
        NodeKind::Seq(items) => {
            let mut numbered = items.iter().enumerate();
            numbered.find_map(|(n, item)| below(n.to_string(), item))
        }
        NodeKind::Map(entries) => {
            let mut entries = entries.iter();
            entries.find_map(|e| below(e.key.text.to_string(), &e.value))
        }
    }
}
