//! YAML text to trees in which every node knows its place. Knows nothing of labs.

mod complain;
mod input;
mod node;
mod offsets;
mod parse;
mod unfinished;

pub(crate) use node::{Entry, Key, Node, NodeKind};
pub(crate) use parse::documents;

use crate::sink::Sink;
use diag::{SourceId, SourceSet};
use rayon::prelude::*;

/// One text as a tree.
pub(crate) struct Text {
    /// Which text.
    pub(crate) source: SourceId,
    /// Path as shown.
    pub(crate) path: String,
    /// The tree; `None` for an empty text.
    pub(crate) root: Option<Node>,
    /// The whole text was understood; else the tree ends where it was not.
    pub(crate) whole: bool,
}

/// Parses one text, as far as it can be understood.
pub(crate) fn parse(source: SourceId, text: &str, sink: &mut Sink) -> Option<Node> {
    parse::parse(source, text, sink).0
}

/// One text of our own language, and whether all of it was understood.
pub(crate) fn whole(source: SourceId, text: &str) -> (Option<Node>, bool) {
    parse::parse(source, text, &mut Sink::default())
}

/// Parses every text of the set, several at a time. What is wrong is reported in the order of the texts.
pub(crate) fn parse_all(sources: &SourceSet, sink: &mut Sink) -> Vec<Text> {
    let all: Vec<_> = sources.iter().collect();
    let parsed: Vec<(Text, Sink)> = all
        .into_par_iter()
        .with_max_len(1)
        .map(|(id, source)| {
            let mut own = Sink::default();
            let (root, whole) = parse::parse(id, &source.text, &mut own);
            let path = source.path.clone();
            let text = Text {
                source: id,
                path,
                root,
                whole,
            };
            (text, own)
        })
        .collect();
    let mut texts = Vec::with_capacity(parsed.len());
    for (text, own) in parsed {
        sink.append(own);
        texts.push(text);
    }
    texts
}
