//! Minimal cut sets: the smallest sets of events that bring the top about.
//!
//! A. Rauzy, *New algorithms for fault trees analysis*, Reliability Engineering and System Safety 40 (1993): from the decision diagram of the
//! function to a zero-suppressed one (S. Minato, 1993) of its minimal solutions. Where a tree has *not* in it, a cut set is a set of events
//! that bring the top about if no other happens, and minimal ones are counted: those of the smallest function without *not* above the
//! tree's (A. Rauzy, *Mathematical foundations of minimal cutsets*, IEEE Transactions on Reliability 50, 2001).

use crate::compile::{Compiled, TooLarge};
use crate::tree::Event;
use biodivine_lib_bdd::{Bdd, BddPointer, BddVariable, op_function};
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

/// Behind all variables.
const END: Node = Node {
    variable: usize::MAX,
    with: NONE,
    without: NONE,
};

/// The minimal cut sets of a gate.
pub struct CutSets {
    nodes: Vec<Node>,
    top: Family,
    order: Vec<Event>,
}

impl CutSets {
    /// Finds them.
    ///
    /// # Errors
    ///
    /// If that takes more nodes than the limit that the gate was compiled with.
    pub fn of(compiled: &Compiled) -> Result<Self, TooLarge> {
        let diagram = upward(compiled)?;
        let mut finder = Finder::new(compiled.limit);
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
                let with = finder.not_above(high, without)?;
                finder.node(diagram.var_of(pointer).to_index(), with, without)
            };
            minimal.push(family);
        }
        Ok(Self {
            nodes: finder.nodes,
            top: minimal.last().copied().unwrap_or(NONE),
            order: compiled.order.clone(),
        })
    }

    /// How many there are; `None` where there are more than 2^128.
    pub fn count(&self) -> Option<u128> {
        // Of what was tried on the way there may be more than of what is left.
        let mut counts: Vec<Option<u128>> = vec![Some(0), Some(1)];
        for node in self.nodes.iter().skip(2) {
            let of = |family: Family| counts.get(family).copied().flatten();
            let both = of(node.with).zip(of(node.without));
            counts.push(both.and_then(|(with, without)| with.checked_add(without)));
        }
        counts.get(self.top).copied().flatten()
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
                    let event = self.order.get(node.variable);
                    if let Some(event) = event.filter(|_| events.len() < most) {
                        let mut more = events.clone();
                        more.push(*event);
                        open.push((node.with, more));
                    }
                    open.push((node.without, events));
                }
            }
        }
        out.iter_mut().for_each(|set| set.sort_unstable());
        out.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        out
    }
}

/// Families while they are made: each is there once.
struct Finder {
    nodes: Vec<Node>,
    known: FxHashMap<Node, Family>,
    less: FxHashMap<(Family, Family), Family>,
    limit: usize,
}

impl Finder {
    fn new(limit: usize) -> Self {
        Self {
            nodes: vec![END, END],
            known: FxHashMap::default(),
            less: FxHashMap::default(),
            limit,
        }
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

    /// The sets of `these` that do not have all of some set of `others`. Trees may have more events than a stack has room for calls, so what
    /// is asked for on the way is put in a list.
    fn not_above(&mut self, these: Family, others: Family) -> Result<Family, TooLarge> {
        let mut open = vec![(these, others)];
        while let Some((these, others)) = open.last().copied() {
            if self.nodes.len().max(self.less.len()) > self.limit {
                return Err(TooLarge::Nodes(self.limit));
            }
            match self.settled(these, others) {
                Ok(_) => {
                    open.pop();
                }
                Err(_) => match self.step(these, others) {
                    Ok(found) => {
                        self.less.insert((these, others), found);
                    }
                    Err(first) => open.push(first),
                },
            }
        }
        Ok(self.settled(these, others).unwrap_or(NONE))
    }

    /// What is known already, or what has to be asked.
    fn settled(&self, these: Family, others: Family) -> Result<Family, (Family, Family)> {
        match (these, others) {
            (NONE, _) | (_, EMPTY) => Ok(NONE),
            (_, NONE) => Ok(these),
            _ if these == others => Ok(NONE),
            both => self.less.get(&both).copied().ok_or(both),
        }
    }

    /// One step of [`Finder::not_above`], or what has to be known before it.
    fn step(&mut self, these: Family, others: Family) -> Result<Family, (Family, Family)> {
        let at = |family: Family| self.nodes.get(family).copied().unwrap_or(END);
        let (a, b) = (at(these), at(others));
        if b.variable < a.variable {
            // Others that have the variable are in none of these.
            return self.settled(these, b.without);
        }
        let (with, without) = if a.variable < b.variable {
            (
                self.settled(a.with, others)?,
                self.settled(a.without, others)?,
            )
        } else {
            let with = self.settled(a.with, b.with)?;
            let with = self.settled(with, b.without)?;
            (with, self.settled(a.without, b.without)?)
        };
        Ok(self.node(a.variable, with, without))
    }
}

/// The smallest function above the tree's that stays true when more events happen.
fn upward(compiled: &Compiled) -> Result<Bdd, TooLarge> {
    let mut diagram = compiled.diagram.clone();
    if compiled.coherent {
        return Ok(diagram);
    }
    for index in 0..compiled.order.len() {
        let variable = BddVariable::from_index(index);
        let happens = compiled.variables.mk_var(variable);
        let without = happens.and(&diagram.var_restrict(variable, false));
        diagram = Bdd::binary_op_with_limit(compiled.limit, &diagram, &without, op_function::or)
            .ok_or(TooLarge::Nodes(compiled.limit))?;
    }
    Ok(diagram)
}
