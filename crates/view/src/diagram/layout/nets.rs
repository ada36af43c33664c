//! Which column each node stands in, and which lines run together.
//!
//! Lines that share an end are one net with one trunk between two columns, as in a wiring diagram: thirty services that need one
//! thing are thirty short lines and a trunk, not thirty long ones. A net that passes a column has a place of its own there.

use crate::diagram::model::{Diagram, Hue, Stroke, View};
use std::collections::{BTreeMap, BTreeSet};

/// An end of a line: a node and perhaps a row of it.
pub(crate) type End = (usize, Option<usize>);

/// Lines that share an end.
#[derive(Debug)]
pub(crate) struct Net {
    pub(crate) stroke: Stroke,
    pub(crate) arrow: bool,
    pub(crate) hue: Option<Hue>,
    /// It is drawn from right to left: the heads are at the left.
    pub(crate) backward: bool,
    pub(crate) hub: End,
    pub(crate) others: Vec<End>,
    /// The hub is the right end.
    pub(crate) hub_right: bool,
}

/// The column of each node, and the nets.
pub(crate) struct Columns {
    pub(crate) of: Vec<usize>,
    pub(crate) count: usize,
    pub(crate) nets: Vec<Net>,
}

impl Columns {
    /// How many pieces the lines are drawn in: one for each end, and one for each column that a net leads on to.
    pub(crate) fn pieces(&self) -> usize {
        let column = |end: &End| self.of.get(end.0).copied().unwrap_or(0);
        let of = |net: &Net| {
            let hub = column(&net.hub);
            let others = net.others.iter().map(|o| column(o).abs_diff(hub));
            net.others.len() + others.max().unwrap_or(0)
        };
        self.nets.iter().map(of).sum()
    }
}

pub(crate) fn columns(diagram: &Diagram) -> Columns {
    let back = backward(diagram);
    let ends: Vec<(usize, usize)> = diagram
        .edges
        .iter()
        .zip(&back)
        .map(|(e, back)| {
            if *back {
                (e.to, e.from)
            } else {
                (e.from, e.to)
            }
        })
        .collect();
    let onwards = onwards(diagram.nodes.len(), &ends);
    let mut of = earliest(diagram, &onwards);
    let all = diagram.view == View::Dependencies;
    latest(&mut of, diagram, &onwards, all);
    if all {
        spread(&mut of, &ends);
    }
    let used: BTreeSet<usize> = of.iter().copied().collect();
    let rank: BTreeMap<usize, usize> = used.iter().enumerate().map(|(n, c)| (*c, n)).collect();
    for column in &mut of {
        *column = rank.get(column).copied().unwrap_or(0);
    }
    Columns {
        nets: nets(diagram, &back),
        count: used.len(),
        of,
    }
}

/// Edges that would close a loop, or that lead to an earlier column by decree, are drawn the other way round.
fn backward(diagram: &Diagram) -> Vec<bool> {
    let mut out = vec![false; diagram.edges.len()];
    let knots = knots(diagram);
    let mut from: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (n, edge) in diagram.edges.iter().enumerate() {
        match (knots.get(&edge.from), knots.get(&edge.to)) {
            (Some((a, before)), Some((b, after))) if a == b => {
                if let Some(back) = out.get_mut(n) {
                    *back = before > after;
                }
            }
            _ => from.entry(edge.from).or_default().push(n),
        }
    }
    // 0 is new, 1 is open, 2 is done.
    let mut state = vec![0_u8; diagram.nodes.len()];
    for start in 0..diagram.nodes.len() {
        if state.get(start) == Some(&0) {
            descend(start, diagram, &from, &mut state, &mut out);
        }
    }
    out
}

/// Loops of many nodes: which one each node is in, and its place in an order, nearest to the first node first. Followed in depth they would be as many columns as
/// nodes, and every other line would pass most of them.
fn knots(diagram: &Diagram) -> BTreeMap<usize, (usize, usize)> {
    const MANY: usize = 40;
    let mut graph = petgraph::graph::DiGraph::<(), ()>::new();
    let nodes: Vec<_> = diagram.nodes.iter().map(|_| graph.add_node(())).collect();
    for edge in &diagram.edges {
        if let (Some(a), Some(b)) = (nodes.get(edge.from), nodes.get(edge.to)) {
            graph.add_edge(*a, *b, ());
        }
    }
    let mut out = BTreeMap::new();
    let parts = petgraph::algo::tarjan_scc(&graph);
    for (part, members) in parts.iter().enumerate().filter(|(_, p)| p.len() > MANY) {
        let inside: BTreeSet<_> = members.iter().copied().collect();
        let mut near: Vec<_> = inside.first().copied().into_iter().collect();
        let mut seen: BTreeSet<_> = near.iter().copied().collect();
        let mut next = 0;
        while let Some(node) = near.get(next).copied() {
            out.insert(node.index(), (part, next));
            next += 1;
            let mut beside: Vec<_> = graph.neighbors(node).collect();
            beside.sort_unstable();
            near.extend(
                beside
                    .into_iter()
                    .filter(|n| inside.contains(n) && seen.insert(*n)),
            );
        }
    }
    out
}

/// Depth first, with a stack of its own.
fn descend(
    start: usize,
    diagram: &Diagram,
    from: &BTreeMap<usize, Vec<usize>>,
    state: &mut [u8],
    out: &mut [bool],
) {
    let mut open = vec![(start, 0)];
    if let Some(s) = state.get_mut(start) {
        *s = 1;
    }
    while let Some((node, next)) = open.last_mut() {
        let edges = from.get(node).map_or(&[][..], Vec::as_slice);
        let Some(edge) = edges.get(*next) else {
            if let Some(s) = state.get_mut(*node) {
                *s = 2;
            }
            open.pop();
            continue;
        };
        *next += 1;
        let Some(to) = diagram.edges.get(*edge).map(|e| e.to) else {
            continue;
        };
        match state.get(to).copied() {
            Some(1) => {
                if let Some(o) = out.get_mut(*edge) {
                    *o = true;
                }
            }
            Some(0) => {
                if let Some(s) = state.get_mut(to) {
                    *s = 1;
                }
                open.push((to, 0));
            }
            _ => {}
        }
    }
}

/// Nodes in an order in which every line leads on. There is one, since those that close a loop are turned round.
fn onwards(count: usize, ends: &[(usize, usize)]) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut leads: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut before = vec![0_usize; count];
    for (from, to) in ends.iter().filter(|(from, to)| from != to) {
        if let (Some(leads), Some(before)) = (leads.get_mut(*from), before.get_mut(*to)) {
            leads.push(*to);
            *before += 1;
        }
    }
    let mut order: Vec<usize> = (0..count).filter(|n| before.get(*n) == Some(&0)).collect();
    let mut next = 0;
    while let Some(node) = order.get(next).copied() {
        next += 1;
        for to in leads.get(node).into_iter().flatten() {
            let Some(left) = before.get_mut(*to) else {
                continue;
            };
            *left -= 1;
            if *left == 0 {
                order.push(*to);
            }
        }
    }
    (order, leads)
}

/// As far left as hints and lines allow.
fn earliest(diagram: &Diagram, (order, leads): &(Vec<usize>, Vec<Vec<usize>>)) -> Vec<usize> {
    let mut of: Vec<usize> = diagram.nodes.iter().map(|n| n.column).collect();
    for node in order {
        let least = of.get(*node).map_or(0, |c| c + 1);
        for to in leads.get(*node).into_iter().flatten() {
            if let Some(column) = of.get_mut(*to) {
                *column = least.max(*column);
            }
        }
    }
    of
}

/// What nothing leads to moves right, next to what it leads to; with `all`, whatever leads anywhere does.
fn latest(
    of: &mut [usize],
    diagram: &Diagram,
    (order, leads): &(Vec<usize>, Vec<Vec<usize>>),
    all: bool,
) {
    let led: BTreeSet<usize> = leads.iter().flatten().copied().collect();
    for node in order.iter().rev() {
        let pinned = diagram.nodes.get(*node).is_some_and(|n| n.column > 0);
        if pinned || (!all && led.contains(node)) {
            continue;
        }
        let targets = leads.get(*node).into_iter().flatten();
        let nearest = targets.filter_map(|to| of.get(*to)).min().copied();
        if let (Some(nearest), Some(column)) = (nearest, of.get_mut(*node))
            && nearest > *column + 1
        {
            *column = nearest - 1;
        }
    }
}

/// Nodes without any line go where most room is.
fn spread(of: &mut [usize], ends: &[(usize, usize)]) {
    let joined: BTreeSet<usize> = ends.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let last = joined.iter().filter_map(|n| of.get(*n)).max().copied();
    let Some(last) = last else {
        let columns = (of.len() as f64).sqrt().ceil() as usize;
        for (n, column) in of.iter_mut().enumerate() {
            *column = n % columns.clamp(1, 5);
        }
        return;
    };
    let mut load = vec![0_usize; last + 1];
    for node in &joined {
        if let Some(l) = of.get(*node).and_then(|c| load.get_mut(*c)) {
            *l += 1;
        }
    }
    for node in (0..of.len()).filter(|n| !joined.contains(n)) {
        let emptiest = load.iter().enumerate().min_by_key(|(_, l)| **l);
        let Some(column) = emptiest.map(|(c, _)| c) else {
            continue;
        };
        if let (Some(c), Some(l)) = (of.get_mut(node), load.get_mut(column)) {
            *c = column;
            *l += 1;
        }
    }
}

/// What must be equal for two lines to run together.
type Look = (Stroke, bool, bool, Option<Hue>);

fn nets(diagram: &Diagram, back: &[bool]) -> Vec<Net> {
    let mut lines: BTreeSet<(Look, End, End)> = BTreeSet::new();
    for (edge, back) in diagram.edges.iter().zip(back) {
        let (from, to) = ((edge.from, edge.from_row), (edge.to, edge.to_row));
        if from.0 == to.0 {
            continue;
        }
        let look = (edge.stroke, edge.arrow, *back, edge.hue);
        lines.insert(if *back {
            (look, to, from)
        } else {
            (look, from, to)
        });
    }
    let mut out: BTreeMap<(Look, End), usize> = BTreeMap::new();
    let mut into: BTreeMap<(Look, End), usize> = BTreeMap::new();
    for (look, from, to) in &lines {
        *out.entry((*look, *from)).or_default() += 1;
        *into.entry((*look, *to)).or_default() += 1;
    }
    let mut nets: BTreeMap<(Look, bool, End), Vec<End>> = BTreeMap::new();
    for (look, from, to) in &lines {
        let right = into.get(&(*look, *to)) >= out.get(&(*look, *from));
        let (hub, other) = if right { (*to, *from) } else { (*from, *to) };
        nets.entry((*look, right, hub)).or_default().push(other);
    }
    nets.into_iter()
        .map(
            |(((stroke, arrow, backward, hue), hub_right, hub), others)| Net {
                stroke,
                arrow,
                hue,
                backward,
                hub,
                others,
                hub_right,
            },
        )
        .collect()
}
