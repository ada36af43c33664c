//! The structure function of a lab: what needs what to be up, and what falls with what.
//!
//! Elements are declared things and their parts; edges lead to what an element needs; an element needs all of them, or so many. Capacity, placement and soft needs
//! are no matter here. A fault spreads along needs that are not met any more (the least fixpoint of failures), so loops stay up until something from outside breaks them.
//! For single faults this is exact: the elements whose loss alone takes an element down are its cut set of size one.

mod build;
mod index;
mod paths;

use self::index::Index;

use model::declare::Target;
use petgraph::Direction::Incoming;
use petgraph::algo::{astar, kosaraju_scc};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashSet;
use std::rc::Rc;
use std::sync::OnceLock;

/// More entries than this in all cut sets together are not computed; a lab of a hundred thousand services has far fewer.
const MOST: usize = 20_000_000;

/// Loops with choices are gone through until nothing changes, and given up after so many steps.
const LONGEST: usize = 200_000_000;

/// How many of the elements that it needs must be up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// All.
    All,
    /// So many; an edge counts once.
    AtLeast(usize),
    /// One of them, which is not known and not chosen anew when it fails.
    One,
}

/// Something that can be up or down.
#[derive(Debug)]
pub struct Element {
    /// What it is; groups of alternatives are nothing by themselves.
    pub target: Option<Target>,
    /// What it needs.
    pub need: Need,
}

/// What needs what.
#[derive(Debug, Default)]
pub struct Structure {
    graph: DiGraph<Element, ()>,
    index: Index,
    /// Elements that need each other in some way, found once.
    components: OnceLock<Components>,
}

/// Each set of elements that need each other; what is needed comes before what needs it.
#[derive(Debug)]
struct Components {
    /// One set behind the other.
    nodes: Vec<NodeIndex>,
    /// Where each set ends.
    ends: Vec<usize>,
}

impl Components {
    fn of(graph: &DiGraph<Element, ()>) -> Self {
        let sets = kosaraju_scc(graph);
        let mut out = Self {
            nodes: Vec::with_capacity(graph.node_count()),
            ends: Vec::with_capacity(sets.len()),
        };
        for set in sets {
            out.nodes.extend(set);
            out.ends.push(out.nodes.len());
        }
        out
    }

    fn iter(&self) -> impl Iterator<Item = &[NodeIndex]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let sets = starts.zip(&self.ends);
        sets.filter_map(|(from, to)| self.nodes.get(*from..*to))
    }
}

/// For each element, those whose loss alone takes it down, in order, itself included.
pub struct Cuts(Vec<Vec<NodeIndex>>);

impl Structure {
    /// The element of a thing, if something is said of it.
    pub fn find(&self, target: &Target) -> Option<NodeIndex> {
        self.index.find(&self.graph, target)
    }

    /// Elements, by their number, that need one of several of which nobody knows which.
    pub fn on_one(&self) -> Vec<bool> {
        let mut out = vec![false; self.graph.node_count()];
        let is_one = |n: &NodeIndex| {
            self.graph
                .node_weight(*n)
                .is_some_and(|e| e.need == Need::One)
        };
        for group in self.graph.node_indices().filter(is_one) {
            for node in self.graph.neighbors_directed(group, Incoming) {
                if let Some(slot) = out.get_mut(node.index()) {
                    *slot = true;
                }
            }
        }
        out
    }

    /// Those of which an element needs one that nobody knows, for each time that it does.
    pub fn one_of(&self, node: NodeIndex) -> Vec<Vec<NodeIndex>> {
        let groups = self.graph.neighbors(node);
        let one = |g: &NodeIndex| self.graph.node_weight(*g).map(|e| e.need) == Some(Need::One);
        groups
            .filter(one)
            .map(|g| self.graph.neighbors(g).collect())
            .collect()
    }

    /// How many elements there are, groups included.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Nothing is said of anything.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All elements, groups included.
    pub fn elements(&self) -> impl Iterator<Item = NodeIndex> {
        self.graph.node_indices()
    }

    /// How many of what an element needs must be up.
    pub fn need(&self, node: NodeIndex) -> Need {
        self.graph.node_weight(node).map_or(Need::All, |e| e.need)
    }

    /// What an element needs directly, once for each edge: elements and groups.
    pub fn needs_of(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.graph.neighbors(node)
    }

    /// What needs an element directly, once for each edge: elements and groups.
    pub fn users_of(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.graph.neighbors_directed(node, Incoming)
    }

    /// What an element is.
    pub fn target(&self, node: NodeIndex) -> Option<&Target> {
        self.graph.node_weight(node)?.target.as_ref()
    }

    /// Something is said to need it.
    pub fn is_needed(&self, node: NodeIndex) -> bool {
        let mut users = self.graph.neighbors_directed(node, Incoming);
        users.next().is_some()
    }

    /// Elements that need this one directly, groups skipped.
    pub fn users(&self, node: NodeIndex) -> Vec<&Target> {
        let users = self.graph.neighbors_directed(node, Incoming);
        users.filter_map(|n| self.target(n)).collect()
    }

    /// Everything that an element needs in some way, itself included.
    pub fn reach(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut seen = vec![node];
        let mut known: FxHashSet<NodeIndex> = seen.iter().copied().collect();
        let mut at = 0;
        while let Some(next) = seen.get(at).copied() {
            at += 1;
            for child in self.graph.neighbors(next) {
                if known.insert(child) {
                    seen.push(child);
                }
            }
        }
        seen
    }

    /// Whether each element, by its number, needs in some way one of those that are marked, or is one.
    pub fn above(&self, marked: &[bool]) -> Vec<bool> {
        let mut out = vec![false; self.graph.node_count()];
        let is = |n: &NodeIndex| marked.get(n.index()) == Some(&true);
        let mut open: Vec<NodeIndex> = self.graph.node_indices().filter(is).collect();
        while let Some(node) = open.pop() {
            if let Some(seen) = out.get_mut(node.index())
                && !std::mem::replace(seen, true)
            {
                open.extend(self.graph.neighbors_directed(node, Incoming));
            }
        }
        out
    }

    /// Which elements are such, by their number.
    pub fn marked(&self, is: impl Fn(&Target) -> bool) -> Vec<bool> {
        let nodes = self.graph.node_weights();
        let is = |e: &Element| e.target.as_ref().is_some_and(&is);
        nodes.map(is).collect()
    }

    fn components(&self) -> &Components {
        self.components.get_or_init(|| Components::of(&self.graph))
    }

    /// For each element, by its number, those that are asked for and that it needs in some way, in order, itself included. Most need the same
    /// as what they need, and share it.
    pub fn below(&self, wanted: impl Fn(&Target) -> bool) -> Vec<Rc<[NodeIndex]>> {
        let wanted = self.marked(wanted);
        let is_wanted = |n: &NodeIndex| wanted.get(n.index()) == Some(&true);
        let mut out: Vec<Rc<[NodeIndex]>> = vec![Rc::from([]); self.graph.node_count()];
        // What is needed comes before what needs it.
        for component in self.components().iter() {
            let mut all: Vec<NodeIndex> = component.iter().copied().filter(is_wanted).collect();
            let mut largest: Rc<[NodeIndex]> = Rc::from([]);
            let children = component.iter().flat_map(|n| self.graph.neighbors(*n));
            for list in children.filter_map(|c| out.get(c.index())) {
                if !Rc::ptr_eq(list, &largest) {
                    all.extend_from_slice(list);
                    if list.len() > largest.len() {
                        largest = Rc::clone(list);
                    }
                }
            }
            all.sort_unstable();
            all.dedup();
            let list = match all.len() == largest.len() {
                true => largest,
                false => Rc::from(all),
            };
            for node in component {
                if let Some(slot) = out.get_mut(node.index()) {
                    *slot = Rc::clone(&list);
                }
            }
        }
        out
    }

    /// The cut sets of size one of all elements; `None` if they are too many.
    pub fn cuts(&self) -> Option<Cuts> {
        let mut sets: Vec<Vec<NodeIndex>> = vec![Vec::new(); self.graph.node_count()];
        let (mut total, mut work) = (0, 0);
        // What is needed comes before what needs it.
        for component in self.components().iter() {
            if component.len() > 1 && self.all_needed(component) {
                let set = self.shared(component, &sets);
                total += set.len().saturating_mul(component.len());
                if total > MOST {
                    return None;
                }
                for node in component {
                    *sets.get_mut(node.index())? = set.clone();
                }
                continue;
            }
            loop {
                let mut changed = false;
                for node in component {
                    let set = self.cut(*node, &sets);
                    work += set.len();
                    let slot = sets.get_mut(node.index())?;
                    if *slot != set {
                        total += set.len().saturating_sub(slot.len());
                        *slot = set;
                        changed = true;
                    }
                }
                if total > MOST || work > LONGEST {
                    return None;
                }
                if !changed || component.len() == 1 {
                    break;
                }
            }
        }
        Some(Cuts(sets))
    }

    /// All elements of a loop need all that they need.
    fn all_needed(&self, component: &[NodeIndex]) -> bool {
        let need = |n: &NodeIndex| self.graph.node_weight(*n).map(|e| e.need);
        component.iter().all(|n| need(n) == Some(Need::All))
    }

    /// Elements that need each other without a choice fall together: with each of them, and with whatever takes one of them down.
    fn shared(&self, component: &[NodeIndex], sets: &[Vec<NodeIndex>]) -> Vec<NodeIndex> {
        let own = component.iter().copied();
        let mut all: Vec<NodeIndex> = own.filter(|n| self.target(*n).is_some()).collect();
        for node in component {
            let children = self.graph.neighbors(*node);
            let below = children.filter_map(|c| sets.get(c.index()));
            all.extend(below.flatten());
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn cut(&self, node: NodeIndex, sets: &[Vec<NodeIndex>]) -> Vec<NodeIndex> {
        let Some(element) = self.graph.node_weight(node) else {
            return Vec::new();
        };
        let children = || {
            self.graph
                .neighbors(node)
                .filter_map(|c| sets.get(c.index()))
        };
        let edges = children().count();
        let enough = match element.need {
            Need::All => 1,
            Need::One => edges.max(1),
            Need::AtLeast(k) => (edges + 1).saturating_sub(k).max(1),
        };
        let mut all: Vec<NodeIndex> = Vec::with_capacity(children().map(Vec::len).sum());
        children().for_each(|set| all.extend_from_slice(set));
        all.sort_unstable();
        let mut out: Vec<NodeIndex> = match enough {
            1 => {
                all.dedup();
                all
            }
            _ => all
                .chunk_by(|a, b| a == b)
                .filter(|same| same.len() >= enough)
                .filter_map(|same| same.first().copied())
                .collect(),
        };
        if element.target.is_some()
            && let Err(place) = out.binary_search(&node)
        {
            out.insert(place, node);
        }
        out
    }

    /// Whether an element is up while some are down.
    pub fn is_up(&self, node: NodeIndex, reach: &[NodeIndex], down: &[NodeIndex]) -> bool {
        let mut failed: std::collections::BTreeSet<NodeIndex> = down.iter().copied().collect();
        loop {
            let before = failed.len();
            for n in reach.iter().rev() {
                if failed.contains(n) {
                    continue;
                }
                let lost = self
                    .graph
                    .neighbors(*n)
                    .filter(|c| failed.contains(c))
                    .count();
                let edges = self.graph.neighbors(*n).count();
                let fails = match self.graph.node_weight(*n).map(|e| e.need) {
                    Some(Need::All) => lost > 0,
                    Some(Need::One) => lost > 0 && edges == lost,
                    Some(Need::AtLeast(k)) => lost > 0 && edges - lost < k,
                    None => false,
                };
                if fails {
                    failed.insert(*n);
                }
            }
            if failed.contains(&node) {
                return false;
            }
            if failed.len() == before {
                return true;
            }
        }
    }

    /// A shortest chain of needs between two elements, groups skipped.
    pub fn chain(&self, from: NodeIndex, to: NodeIndex) -> Vec<&Target> {
        let found = astar(
            &self.graph,
            from,
            |n| n == to,
            |e| u32::from(self.target(e.target()).is_some()),
            |_| 0,
        );
        let nodes = found.map(|(_, nodes)| nodes).unwrap_or_default();
        nodes.into_iter().filter_map(|n| self.target(n)).collect()
    }
}

impl Cuts {
    /// The cut set of an element, in order.
    pub fn of(&self, node: NodeIndex) -> &[NodeIndex] {
        self.0.get(node.index()).map_or(&[], Vec::as_slice)
    }
}
