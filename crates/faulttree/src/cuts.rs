//! Minimal cut sets: the smallest sets of events that bring the top about.
//!
//! A. Rauzy, *New algorithms for fault trees analysis*, Reliability Engineering and System Safety 40 (1993): from the decision diagram of the
//! function to a zero-suppressed one (S. Minato, 1993) of its minimal solutions. Where a tree has *not* in it, a cut set is a set of events
//! that bring the top about if no other happens, and minimal ones are counted: those of the smallest function without *not* above the
//! tree's (A. Rauzy, *Mathematical foundations of minimal cutsets*, IEEE Transactions on Reliability 50, 2001).

use crate::compile::Compiled;
use crate::tree::Event;
use biodivine_lib_bdd::{Bdd, BddPointer, BddVariable};
use rustc_hash::FxHashMap;

/// A family of sets: without any, or with the empty one only, or those without a variable and those with it.
type Family = usize;
const NONE: Family = 0;
const EMPTY: Family = 1;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    variable: usize,
    with: Family,
    without: Family,
}

/// The minimal cut sets of a gate.
pub struct CutSets {
    nodes: Vec<Node>,
    known: FxHashMap<Node, Family>,
    less: FxHashMap<(Family, Family), Family>,
    top: Family,
    order: Vec<Event>,
}

impl CutSets {
    /// Finds them.
    pub fn of(compiled: &Compiled) -> Self {
        let diagram = upward(compiled);
        let end = Node {
            variable: usize::MAX,
            with: NONE,
            without: NONE,
        };
        let mut sets = Self {
            nodes: vec![end, end],
            known: FxHashMap::default(),
            less: FxHashMap::default(),
            top: NONE,
            order: compiled.order.clone(),
        };
        // What a node points to stands before it.
        let mut minimal: Vec<Family> = Vec::with_capacity(diagram.size());
        for pointer in diagram.pointers() {
            let family = if pointer.is_zero() {
                NONE
            } else if pointer.is_one() {
                EMPTY
            } else {
                let at = |p: BddPointer| minimal.get(p.to_index()).copied().unwrap_or(NONE);
                let without = at(diagram.low_link_of(pointer));
                let high = at(diagram.high_link_of(pointer));
                let with = sets.not_above(high, without);
                sets.node(diagram.var_of(pointer).to_index(), with, without)
            };
            minimal.push(family);
        }
        sets.top = minimal.last().copied().unwrap_or(NONE);
        sets
    }

    /// How many there are, by the number of their events; `None` where there are more than 2^128 of a size.
    pub fn by_size(&self) -> Option<Vec<u128>> {
        let mut counts: Vec<Vec<u128>> = vec![Vec::new(), vec![1]];
        for node in self.nodes.iter().skip(2) {
            let mut sum = counts.get(node.without)?.clone();
            for (size, number) in counts.get(node.with)?.iter().enumerate() {
                if sum.len() <= size + 1 {
                    sum.resize(size + 2, 0);
                }
                let slot = sum.get_mut(size + 1)?;
                *slot = slot.checked_add(*number)?;
            }
            counts.push(sum);
        }
        counts.get(self.top).cloned()
    }

    /// How many there are; `None` where there are more than 2^128.
    pub fn count(&self) -> Option<u128> {
        let mut counts: Vec<u128> = vec![0, 1];
        for node in self.nodes.iter().skip(2) {
            let (with, without) = (counts.get(node.with)?, counts.get(node.without)?);
            counts.push(with.checked_add(*without)?);
        }
        counts.get(self.top).copied()
    }

    /// Those of at most `most` events, each in the order of its events, shorter ones first.
    pub fn up_to(&self, most: usize) -> Vec<Vec<Event>> {
        let mut out = Vec::new();
        let mut open = vec![(self.top, Vec::new())];
        while let Some((family, events)) = open.pop() {
            match (family, self.nodes.get(family)) {
                (EMPTY, _) => out.push(events),
                (NONE, _) | (_, None) => {}
                (_, Some(node)) => {
                    open.push((node.without, events.clone()));
                    if let Some(event) = self
                        .order
                        .get(node.variable)
                        .filter(|_| events.len() < most)
                    {
                        let mut events = events;
                        events.push(*event);
                        open.push((node.with, events));
                    }
                }
            }
        }
        out.iter_mut().for_each(|set| set.sort_unstable());
        out.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        out
    }

    fn node(&mut self, variable: usize, with: Family, without: Family) -> Family {
        if with == NONE {
            return without;
        }
        let node = Node {
            variable,
            with,
            without,
        };
        let next = self.nodes.len();
        let family = *self.known.entry(node).or_insert(next);
        if family == next {
            self.nodes.push(node);
        }
        family
    }

    fn at(&self, family: Family) -> Node {
        self.nodes.get(family).copied().unwrap_or(Node {
            variable: usize::MAX,
            with: NONE,
            without: NONE,
        })
    }

    /// The sets of `these` that do not have all of some set of `others`. As deep as there are variables.
    fn not_above(&mut self, these: Family, others: Family) -> Family {
        match (these, others) {
            (NONE, _) | (_, EMPTY) => return NONE,
            (_, NONE) => return these,
            _ if these == others => return NONE,
            _ => {}
        }
        if let Some(known) = self.less.get(&(these, others)) {
            return *known;
        }
        let (a, b) = (self.at(these), self.at(others));
        let result = if b.variable < a.variable {
            // Others that have the variable are in none of these.
            self.not_above(these, b.without)
        } else if a.variable < b.variable {
            let with = self.not_above(a.with, others);
            let without = self.not_above(a.without, others);
            self.node(a.variable, with, without)
        } else {
            let with = self.not_above(a.with, b.with);
            let with = self.not_above(with, b.without);
            let without = self.not_above(a.without, b.without);
            self.node(a.variable, with, without)
        };
        self.less.insert((these, others), result);
        result
    }
}

/// The smallest function above the tree's that stays true when more events happen.
fn upward(compiled: &Compiled) -> Bdd {
    let mut diagram = compiled.diagram.clone();
    if compiled.coherent {
        return diagram;
    }
    for index in 0..compiled.order.len() {
        let variable = BddVariable::from_index(index);
        let happens = compiled.variables.mk_var(variable);
        let without = diagram.var_restrict(variable, false);
        diagram = diagram.or(&happens.and(&without));
    }
    diagram
}
