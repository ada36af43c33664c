//! Many alike things as one box: their names are listed, nothing is left out.

use super::count;
use crate::diagram::model::{Diagram, Hue, Node, Stroke, Sure};
use std::collections::{BTreeMap, BTreeSet};

/// So many nodes that are alike in all that the drawing shows are one box with their names.
const ALIKE: usize = 3;

/// Ends of lines: the node at the other end, its row, the look.
type Ends = BTreeSet<(usize, Option<usize>, Stroke)>;

/// Folds those of the chosen nodes that have the same group, colour, state and lines.
pub(crate) fn fold(out: &mut Diagram, word: (&str, &str), chosen: &dyn Fn(&Node) -> bool) {
    let mut lines: BTreeMap<usize, (Ends, Ends)> = BTreeMap::new();
    for edge in &out.edges {
        let to = (edge.to, edge.to_row, edge.stroke);
        lines.entry(edge.from).or_default().0.insert(to);
        let from = (edge.from, edge.from_row, edge.stroke);
        lines.entry(edge.to).or_default().1.insert(from);
    }
    type Look = (Option<usize>, Hue, Sure, (Ends, Ends));
    let mut alike: BTreeMap<Look, Vec<usize>> = BTreeMap::new();
    for (n, node) in out.nodes.iter().enumerate().filter(|(_, n)| chosen(n)) {
        let own = lines.get(&n).cloned().unwrap_or_default();
        alike
            .entry((node.group, node.hue, node.sure, own))
            .or_default()
            .push(n);
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for members in alike.into_values().filter(|m| m.len() >= ALIKE) {
        let own: Vec<Node> = members
            .iter()
            .filter_map(|m| out.nodes.get(*m))
            .cloned()
            .collect();
        let Some((first, rest)) = members.split_first() else {
            continue;
        };
        if let Some(node) = out.nodes.get_mut(*first) {
            let names: Vec<&str> = own.iter().map(|n| n.title.as_str()).collect();
            node.title = count(names.len(), word.0, word.1);
            node.lines = vec![names.join(", ")];
            node.of = own.iter().flat_map(|n| n.of.clone()).collect();
            node.detail = String::new();
        }
        gone.extend(rest);
    }
    remove(out, &gone);
}

fn remove(out: &mut Diagram, gone: &BTreeSet<usize>) {
    let mut new: BTreeMap<usize, usize> = BTreeMap::new();
    let nodes = std::mem::take(&mut out.nodes);
    for (n, node) in nodes
        .into_iter()
        .enumerate()
        .filter(|(n, _)| !gone.contains(n))
    {
        new.insert(n, out.nodes.len());
        out.nodes.push(node);
    }
    let edges = std::mem::take(&mut out.edges);
    out.edges = edges
        .into_iter()
        .filter_map(|mut e| {
            e.from = *new.get(&e.from)?;
            e.to = *new.get(&e.to)?;
            Some(e)
        })
        .collect();
}
