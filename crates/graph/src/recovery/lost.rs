//! What is left when everything that can come back has come back: a least fixpoint, in time linear in what the formulas say.

use super::{Formula, Node, Thing};
use rustc_hash::{FxHashMap, FxHashSet};

/// What cannot come back; most labs have nothing of it.
pub(super) struct Lost<'a>(FxHashSet<Node<'a>>);

impl<'a> Lost<'a> {
    pub(super) fn has(&self, node: &Node<'a>) -> bool {
        !self.0.is_empty() && self.0.contains(node)
    }
}

/// Part of a formula that waits for more of its parts.
struct Gate {
    missing: u32,
    then: Then,
}

/// What an open gate is good for.
#[derive(Clone, Copy)]
enum Then {
    Gate(u32),
    /// The object is there.
    Node(u32),
}

struct Gates<'n, 'a> {
    ids: &'n FxHashMap<Node<'a>, u32>,
    gates: Vec<Gate>,
    /// An object, and a gate that waits for it.
    wants: Vec<(u32, u32)>,
}

/// No lab has as many objects as a number of this kind can count.
fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Everything that waits for itself, or for something that does. What is not described is taken as being there.
///
/// A formula is asked for once and not kept.
pub(super) fn lost<'a>(
    things: &[Thing<'a>],
    formula: impl Fn(&Thing<'a>) -> Formula<'a>,
) -> Lost<'a> {
    let ids: FxHashMap<Node<'a>, u32> = things.iter().map(Thing::node).zip(0..).collect();
    let mut gates = Gates {
        ids: &ids,
        gates: Vec::with_capacity(things.len()),
        wants: Vec::with_capacity(things.len()),
    };
    let mut there = Vec::with_capacity(things.len());
    let mut open = Vec::new();
    for (thing, node) in things.iter().zip(0..) {
        let is_open = gates.add(&formula(thing), Then::Node(node));
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
                && let Some(is_there) = there.get_mut(came as usize).filter(|t| !**t)
            {
                *is_there = true;
                open.push(came);
            }
        }
    }
    let things = things.iter().zip(there);
    Lost(things.filter(|(_, t)| !t).map(|(t, _)| t.node()).collect())
}

impl<'a> Gates<'_, 'a> {
    /// Whether it is open from the start.
    fn add(&mut self, formula: &Formula<'a>, then: Then) -> bool {
        let (wanted, parts) = match formula {
            Formula::Leaf(_) => (1, std::slice::from_ref(formula)),
            Formula::Of(wanted, parts) => (*wanted, parts.as_slice()),
        };
        match (wanted, parts) {
            (0, _) => return true,
            // Of one part there is nothing to count.
            (1, [only @ Formula::Of(..)]) => return self.add(only, then),
            _ => {}
        }
        let gate = small(self.gates.len());
        self.gates.push(Gate {
            missing: small(wanted),
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
        let missing = small(wanted.saturating_sub(met));
        if let Some(gate) = self.gates.get_mut(gate as usize) {
            gate.missing = missing;
        }
        missing == 0
    }
}

/// One part of a gate has come; gives the object that is there by it.
fn step(gates: &mut [Gate], mut at: u32) -> Option<u32> {
    loop {
        let gate = gates.get_mut(at as usize)?;
        // An open gate was counted when it opened.
        gate.missing = gate.missing.checked_sub(1)?;
        match (gate.missing, gate.then) {
            (0, Then::Node(node)) => return Some(node),
            (0, Then::Gate(next)) => at = next,
            _ => return None,
        }
    }
}
