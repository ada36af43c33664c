//! Somebody else's YAML as plain values, without places: for formats that are read and not complained about in detail.

use crate::sink::Sink;
use crate::yaml::{self, Node, NodeKind};
use diag::{Diagnostic, SourceSet};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plain {
    /// Nothing is written.
    Nothing,
    /// Text as it was written; numbers and truth values, too.
    Text(String),
    /// A value with a tag of its own, `!vault`: the tag, and not what it stands at.
    Tagged(String),
    /// A list.
    List(Vec<Plain>),
    /// A map in the order of the text.
    Map(Vec<(String, Plain)>),
}

/// The documents of all texts, with everything that is wrong about them.
pub fn plain(sources: &SourceSet) -> (Vec<Plain>, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let mut out = Vec::new();
    for (id, source) in sources.iter() {
        let (nodes, _) = yaml::documents(id, &source.text, &mut sink);
        out.extend(nodes.iter().map(of));
    }
    (out, sink.finish(sources))
}

/// Trees are no deeper than the parser lets them be.
fn of(node: &Node) -> Plain {
    if let Some(tag) = node.tag() {
        return Plain::Tagged(tag.to_string());
    }
    match &node.kind {
        _ if node.is_null() => Plain::Nothing,
        NodeKind::Scalar(text) => Plain::Text(text.to_string()),
        NodeKind::Seq(items) => Plain::List(items.iter().map(of).collect()),
        NodeKind::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|e| (e.key.text.to_string(), of(&e.value)));
            Plain::Map(pairs.collect())
        }
    }
}
