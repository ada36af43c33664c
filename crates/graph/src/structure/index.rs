//! Elements by what they are, without a second copy of their names.

use super::Element;
use hashbrown::HashTable;
use model::declare::Target;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher as _;

/// The numbers of all elements that are something; what they are stands in the graph.
#[derive(Debug, Default)]
pub(super) struct Index(HashTable<NodeIndex>);

fn hash(target: &Target) -> u64 {
    FxBuildHasher.hash_one(target)
}

fn target(graph: &DiGraph<Element, ()>, node: NodeIndex) -> Option<&Target> {
    graph.node_weight(node)?.target.as_ref()
}

impl Index {
    pub(super) fn reserve(&mut self, graph: &DiGraph<Element, ()>, more: usize) {
        let hash_of = |n: &NodeIndex| target(graph, *n).map_or(0, hash);
        self.0.reserve(more, hash_of);
    }

    pub(super) fn find(&self, graph: &DiGraph<Element, ()>, wanted: &Target) -> Option<NodeIndex> {
        let is_it = |n: &NodeIndex| target(graph, *n) == Some(wanted);
        self.0.find(hash(wanted), is_it).copied()
    }

    /// Takes up an element that is in the graph and not in here.
    pub(super) fn insert(&mut self, graph: &DiGraph<Element, ()>, node: NodeIndex) {
        let hash_of = |n: &NodeIndex| target(graph, *n).map_or(0, hash);
        self.0.insert_unique(hash_of(&node), node, hash_of);
    }
}
