//! Mermaid graphs.

use diag::Span;
use std::collections::BTreeMap;

/// A node as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its text, if it has one of its own.
    pub label: Option<String>,
    /// The frames around it, the innermost last.
    pub frames: Vec<String>,
    /// The object of the lab that a comment `%% holdfast: NODE = kind/name` says it is.
    pub object: Option<String>,
    /// Where it is first named.
    pub span: Span,
}

/// A line between two nodes or frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Id of one end.
    pub from: String,
    /// Id of the other end.
    pub to: String,
    /// Where it is.
    pub span: Span,
}

/// A graph or flow chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagram {
    /// Nodes by id, in the order of ids.
    pub nodes: BTreeMap<String, Node>,
    /// Frames (`subgraph`) by id, with their titles.
    pub frames: BTreeMap<String, String>,
    /// Lines, in the order of the text.
    pub edges: Vec<Edge>,
    /// Lines of text that are not understood.
    pub unknown: Vec<Span>,
    /// Where it is.
    pub span: Span,
}
