//! What is left when everything that can come back has come back: a least fixpoint, in time linear in what the formulas say.

use super::{Formula, Node};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// What cannot come back; most labs have nothing of it.
pub(super) struct Lost<'a>(FxHashSet<Node<'a>>);

impl<'a> Lost<'a> {
    pub(super) fn has(&self, node: &Node<'a>) -> bool {
        !self.0.is_empty() && self.0.contains(node)
    }
}

/// Part of a formula that waits for more of its parts.
struct Gate {
    missing: usize,
    then: Then,
}

/// What an open gate is good for.
#[derive(Clone, Copy)]
enum Then {
    Gate(usize),
    /// The object is there.
    Node(usize),
}

struct Gates<'n, 'a> {
    ids: &'n FxHashMap<Node<'a>, usize>,
    gates: Vec<Gate>,
    /// An object, and a gate that waits for it.
    wants: Vec<(usize, usize)>,
}

/// Everything that waits for itself, or for something that does. What is not described is taken as being there.
pub(super) fn lost<'a>(formulas: &BTreeMap<Node<'a>, Formula<'a>>) -> Lost<'a> {
    let ids: FxHashMap<Node<'a>, usize> =
        formulas.keys().enumerate().map(|(n, k)| (*k, n)).collect();
    let mut gates = Gates {
        ids: &ids,
        gates: Vec::with_capacity(formulas.len()),
        wants: Vec::with_capacity(formulas.len()),
    };
    let mut there = Vec::with_capacity(formulas.len());
    let mut open = Vec::new();
    for (node, formula) in formulas.values().enumerate() {
        let is_open = gates.add(formula, Then::Node(node));
        there.push(is_open);
        open.extend(is_open.then_some(node));
    }
    let Gates {
        mut gates,
        mut wants,
        ..
    } = gates;
    wants.sort_unstable();
    while let Some(node) = open.pop() {
        let first = wants.partition_point(|(n, _)| *n < node);
        let waiting = wants.iter().skip(first).take_while(|(n, _)| *n == node);
        for (_, gate) in waiting {
            if let Some(came) = step(&mut gates, *gate)
                && let Some(is_there) = there.get_mut(came).filter(|t| !**t)
            {
                *is_there = true;
                open.push(came);
            }
        }
    }
    let keys = formulas.keys().zip(there);
    Lost(keys.filter(|(_, t)| !t).map(|(k, _)| *k).collect())
}

impl<'a> Gates<'_, 'a> {
    /// Whether it is open from the start.
    fn add(&mut self, formula: &Formula<'a>, then: Then) -> bool {
        let (wanted, parts) = match formula {
            Formula::Leaf(_) => (1, std::slice::from_ref(formula)),
            Formula::Of(wanted, parts) => (*wanted, parts.as_slice()),
        };
        let gate = self.gates.len();
        self.gates.push(Gate {
            missing: wanted,
            then,
        });
        let mut met = 0;
        for part in parts {
            let is_met = match part {
                Formula::Leaf(edge) => match self.ids.get(&edge.to) {
                    Some(node) => {
                        self.wants.push((*node, gate));
                        false
                    }
                    None => true,
                },
                Formula::Of(..) => self.add(part, Then::Gate(gate)),
            };
            met += usize::from(is_met);
        }
        let missing = wanted.saturating_sub(met);
        if let Some(gate) = self.gates.get_mut(gate) {
            gate.missing = missing;
        }
        missing == 0
    }
}

/// One part of a gate has come; gives the object that is there by it.
fn step(gates: &mut [Gate], mut at: usize) -> Option<usize> {
    loop {
        let gate = gates.get_mut(at)?;
        // An open gate was counted when it opened.
        gate.missing = gate.missing.checked_sub(1)?;
        match (gate.missing, gate.then) {
            (0, Then::Node(node)) => return Some(node),
            (0, Then::Gate(next)) => at = next,
            _ => return None,
        }
    }
}
