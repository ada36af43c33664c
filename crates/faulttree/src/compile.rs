//! From a tree to a binary decision diagram.
//!
//! R. E. Bryant, *Graph-Based Algorithms for Boolean Function Manipulation*, IEEE Transactions on Computers C-35 (1986); A. Rauzy, *New
//! algorithms for fault trees analysis*, Reliability Engineering and System Safety 40 (1993).

use crate::tree::{Event, Formula, Gate, Tree};
use biodivine_lib_bdd::{Bdd, BddVariable, BddVariableSet, op_function};
use std::rc::Rc;

/// The tree has too many events, or no diagram within the limit was found for it.
#[derive(Debug, thiserror::Error)]
pub enum TooLarge {
    /// More events than can be told apart.
    #[error("the tree has {0} events; at most {MOST_EVENTS} can be computed exactly")]
    Events(usize),
    /// A diagram would be larger than the limit.
    #[error("its diagrams have more than {0} nodes in each order of events that was tried")]
    Nodes(usize),
}

/// Nodes at the first try; most trees of people need fewer.
const FIRST_ROOM: usize = 20_000;
/// What the numbers of variables have room for.
const MOST_EVENTS: usize = u16::MAX as usize - 1;

/// The function of a gate.
pub struct Compiled {
    pub(crate) diagram: Bdd,
    /// The event of each variable; variables stand in the order in which a walk from the gate meets their events.
    pub(crate) order: Vec<Event>,
    pub(crate) variables: BddVariableSet,
    /// No *not* and no *odd* is in it: more events never undo the top.
    pub(crate) coherent: bool,
    /// Nodes that a diagram may have.
    pub(crate) limit: usize,
}

impl Compiled {
    /// Computes the function of a gate; `limit` is the largest number of nodes that a diagram may have on the way. How large diagrams become
    /// depends on the order of events, and no rule finds a good one always: several are tried, with more and more room for each.
    ///
    /// # Errors
    ///
    /// If there are too many events, or the limit does not suffice.
    pub fn of(tree: &Tree, top: Gate, limit: usize) -> Result<Self, TooLarge> {
        let weights = weights(tree);
        let mut room = FIRST_ROOM.min(limit);
        loop {
            for order in [Order::AsWritten, Order::LightFirst, Order::HeavyFirst] {
                match Self::ordered(tree, top, walk(tree, top, order, &weights), room) {
                    Err(TooLarge::Nodes(_)) => {}
                    Err(events) => return Err(events),
                    Ok(found) => return Ok(Self { limit, ..found }),
                }
            }
            if room == limit {
                return Err(TooLarge::Nodes(limit));
            }
            room = room.saturating_mul(8).min(limit);
        }
    }

    fn ordered(
        tree: &Tree,
        top: Gate,
        (gates, order): (Vec<Gate>, Vec<Event>),
        limit: usize,
    ) -> Result<Self, TooLarge> {
        let count = order.len();
        let number = u16::try_from(count).ok().filter(|_| count <= MOST_EVENTS);
        let variables = BddVariableSet::new_anonymous(number.ok_or(TooLarge::Events(count))?);
        let mut place = vec![0; tree.events];
        for (variable, event) in order.iter().enumerate() {
            if let Some(of) = place.get_mut(event.0) {
                *of = variable;
            }
        }
        let mut maker = Maker {
            variables: &variables,
            place: &place,
            done: vec![None; tree.formulas.len()],
            limit,
        };
        for gate in &gates {
            let made = maker.make(tree, *gate)?;
            if let Some(done) = maker.done.get_mut(gate.0) {
                *done = Some(Rc::new(made));
            }
        }
        let diagram = maker.of(top).as_ref().clone();
        let plain = |g: &Gate| {
            let formula = tree.formulas.get(g.0);
            !matches!(formula, Some(Formula::Not(_) | Formula::Odd(_)))
        };
        Ok(Self {
            diagram,
            coherent: gates.iter().all(plain),
            order,
            variables,
            limit,
        })
    }

    /// How likely the gate is, if events are independent and event `i` has the probability `of[i]`; `None` if one of the gate's has none.
    ///
    /// Shannon's expansion from the leaves: `P(f) = p·P(f|x) + (1 − p)·P(f|¬x)`.
    pub fn probability(&self, of: &[f64]) -> Option<f64> {
        let mut known: Vec<f64> = Vec::with_capacity(self.diagram.size());
        for pointer in self.diagram.pointers() {
            let value = if pointer.is_zero() {
                0.0
            } else if pointer.is_one() {
                1.0
            } else {
                let event = self.order.get(self.diagram.var_of(pointer).to_index())?;
                let p = *of.get(event.0)?;
                let low = known.get(self.diagram.low_link_of(pointer).to_index())?;
                let high = known.get(self.diagram.high_link_of(pointer).to_index())?;
                p.mul_add(*high, (1.0 - p) * low)
            };
            known.push(value);
        }
        known.last().copied()
    }
}

/// In which order a walk takes what a gate is made of.
#[derive(Clone, Copy)]
enum Order {
    AsWritten,
    LightFirst,
    HeavyFirst,
}

/// How many events each gate would have below it, if none were shared.
fn weights(tree: &Tree) -> Vec<u64> {
    let mut weights: Vec<u64> = Vec::with_capacity(tree.formulas.len());
    for index in 0..tree.formulas.len() {
        let inputs = tree.inputs(Gate(index)).iter();
        let sum = inputs
            .filter_map(|i| weights.get(i.0))
            .fold(0, |a: u64, b| a.saturating_add(*b));
        weights.push(sum.max(1));
    }
    weights
}

/// Gates with what they are made of before them, and events in the order in which they are met.
fn walk(tree: &Tree, top: Gate, order: Order, weights: &[u64]) -> (Vec<Gate>, Vec<Event>) {
    let (mut gates, mut events) = (Vec::new(), Vec::new());
    let mut met = vec![false; tree.formulas.len()];
    let mut open = vec![(top, false)];
    while let Some((gate, below)) = open.pop() {
        if below {
            gates.push(gate);
            continue;
        }
        if met
            .get_mut(gate.0)
            .is_none_or(|m| std::mem::replace(m, true))
        {
            continue;
        }
        if let Some(Formula::Event(event)) = tree.formulas.get(gate.0) {
            events.push(*event);
        }
        open.push((gate, true));
        let mut inputs = tree.inputs(gate).to_vec();
        let weight = |g: &Gate| weights.get(g.0).copied().unwrap_or_default();
        match order {
            Order::AsWritten => {}
            Order::LightFirst => inputs.sort_by_key(weight),
            Order::HeavyFirst => inputs.sort_by_key(|g| std::cmp::Reverse(weight(g))),
        }
        // The last that is put there is taken first.
        open.extend(inputs.into_iter().rev().map(|g| (g, false)));
    }
    (gates, events)
}

struct Maker<'a> {
    variables: &'a BddVariableSet,
    place: &'a [usize],
    done: Vec<Option<Rc<Bdd>>>,
    limit: usize,
}

impl Maker<'_> {
    fn of(&self, gate: Gate) -> Rc<Bdd> {
        let known = self.done.get(gate.0).cloned().flatten();
        known.unwrap_or_else(|| Rc::new(self.variables.mk_false()))
    }

    /// Joins two by one of `op_function`.
    fn join<T>(&self, a: &Bdd, b: &Bdd, by: T) -> Result<Bdd, TooLarge>
    where
        T: Fn(Option<bool>, Option<bool>) -> Option<bool>,
    {
        Bdd::binary_op_with_limit(self.limit, a, b, by).ok_or(TooLarge::Nodes(self.limit))
    }

    /// Joins neighbours, then what came of them: each step copies what it joins, so one after the other would copy the first of many as many times.
    fn all_joined<T>(&self, of: &[Gate], by: T, none: Bdd) -> Result<Bdd, TooLarge>
    where
        T: Fn(Option<bool>, Option<bool>) -> Option<bool> + Copy,
    {
        let mut level: Vec<Rc<Bdd>> = of.iter().map(|gate| self.of(*gate)).collect();
        while level.len() > 1 {
            let pairs = level.chunks(2).map(|pair| match pair {
                [a, b] => Ok(Rc::new(self.join(a, b, by)?)),
                rest => Ok(rest
                    .first()
                    .map_or_else(|| Rc::new(none.clone()), Rc::clone)),
            });
            level = pairs.collect::<Result<_, TooLarge>>()?;
        }
        Ok(level.pop().map_or(none, |one| one.as_ref().clone()))
    }

    fn make(&self, tree: &Tree, gate: Gate) -> Result<Bdd, TooLarge> {
        Ok(match tree.formulas.get(gate.0) {
            None | Some(Formula::Constant(false)) => self.variables.mk_false(),
            Some(Formula::Constant(true)) => self.variables.mk_true(),
            Some(Formula::Event(event)) => {
                let at = self.place.get(event.0).copied().unwrap_or_default();
                self.variables.mk_var(BddVariable::from_index(at))
            }
            Some(Formula::Not(of)) => self.of(*of).not(),
            Some(Formula::AtLeast(least, of)) => self.at_least(*least, of)?,
            Some(Formula::Odd(of)) => {
                self.all_joined(of, op_function::xor, self.variables.mk_false())?
            }
        })
    }

    /// Input by input from the last: `k` of these and those behind are `this ∧ (k − 1 of those) ∨ k of those`.
    fn at_least(&self, least: usize, of: &[Gate]) -> Result<Bdd, TooLarge> {
        if least == 0 {
            return Ok(self.variables.mk_true());
        }
        if least > of.len() {
            return Ok(self.variables.mk_false());
        }
        if least == 1 {
            return self.all_joined(of, op_function::or, self.variables.mk_false());
        }
        if least == of.len() {
            return self.all_joined(of, op_function::and, self.variables.mk_true());
        }
        let mut counts = vec![self.variables.mk_false(); least + 1];
        if let Some(none) = counts.first_mut() {
            *none = self.variables.mk_true();
        }
        for (before, input) in of.iter().enumerate().rev() {
            let input = self.of(*input);
            // Fewer would not be enough with all that stand before this one.
            for k in (least.saturating_sub(before).max(1)..=least).rev() {
                let (Some(fewer), Some(same)) = (counts.get(k - 1), counts.get(k)) else {
                    continue;
                };
                if fewer.is_false() {
                    continue;
                }
                let with = self.join(&input, fewer, op_function::and)?;
                let now = self.join(&with, same, op_function::or)?;
                if let Some(count) = counts.get_mut(k) {
                    *count = now;
                }
            }
        }
        Ok(counts.pop().unwrap_or_else(|| self.variables.mk_false()))
    }
}
