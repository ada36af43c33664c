//! Formulas to gates.

use super::expression::{Values, is_about};
use super::names::{Definitions, Files, Sort};
use anyhow::{Context as _, Result, bail};
use faulttree::{Gate, Tree};
use roxmltree::Node;
use std::collections::BTreeSet;

/// Formulas in formulas and gates of gates; more would be no tree that anybody drew.
const DEEPEST: usize = 2_000;

/// A model as far as it was asked for.
pub(super) struct Model<'a> {
    definitions: &'a Definitions<'a>,
    pub(super) tree: Tree,
    made: Vec<Option<Gate>>,
    open: Vec<usize>,
    /// Gates and formulas around what is made.
    depth: usize,
    /// The definition of each event of the tree.
    events: Vec<usize>,
}

impl<'a> Model<'a> {
    pub(super) fn new(definitions: &'a Definitions<'a>) -> Self {
        Self {
            definitions,
            tree: Tree::new(),
            made: vec![None; definitions.all.len()],
            open: Vec::new(),
            depth: 0,
            events: Vec::new(),
        }
    }

    /// The gate of a name.
    pub(super) fn named(&mut self, name: &str) -> Result<Gate> {
        let found = self.definitions.find(true, name, &[])?;
        self.define(found.with_context(|| format!("there is no gate '{name}'"))?)
    }

    /// The gate that no other one is made of.
    pub(super) fn top(&mut self) -> Result<Gate> {
        let all = &self.definitions.all;
        let mut used = BTreeSet::new();
        for definition in all.iter().filter(|d| d.sort == Sort::Gate) {
            for node in definition.node.descendants().filter(|n| is_reference(*n)) {
                used.extend(self.definitions.find(
                    true,
                    self.files().named(node)?,
                    &definition.within,
                )?);
            }
        }
        let gates = all.iter().enumerate().filter(|(_, d)| d.sort == Sort::Gate);
        let tops: Vec<usize> = gates
            .map(|(i, _)| i)
            .filter(|i| !used.contains(i))
            .collect();
        match tops.as_slice() {
            [one] => self.define(*one),
            [] => bail!(
                "there is no gate that no other one is made of; say which is meant with --top"
            ),
            many => {
                let names = many.iter().filter_map(|i| all.get(*i)).map(|d| d.name);
                let names: Vec<&str> = names.take(8).collect();
                bail!(
                    "{} gates are part of no other one ({}); say which is meant with --top",
                    many.len(),
                    names.join(", ")
                )
            }
        }
    }

    /// The probability of each event of the tree, for a mission of this many hours.
    pub(super) fn chances(&self, mission: f64) -> Result<Vec<f64>> {
        let values = Values::new(self.definitions, mission);
        self.events
            .iter()
            .map(|index| {
                let event = self.definitions.all.get(*index);
                let event = event.context("a definition is missing")?;
                let value = event
                    .node
                    .children()
                    .find(|n| n.is_element() && !is_about(*n))
                    .with_context(|| {
                        format!(
                            "{}: event '{}' has no probability",
                            self.files().place(event.node),
                            event.name
                        )
                    })?;
                let chance = values.of(&event.within, value)?;
                if !(0.0..=1.0).contains(&chance) {
                    bail!(
                        "{}: event '{}' has the probability {chance}",
                        self.files().place(event.node),
                        event.name
                    );
                }
                Ok(chance)
            })
            .collect()
    }

    fn files(&self) -> Files<'a> {
        self.definitions.files
    }

    fn define(&mut self, index: usize) -> Result<Gate> {
        if let Some(known) = self.made.get(index).copied().flatten() {
            return Ok(known);
        }
        let definition = self
            .definitions
            .all
            .get(index)
            .context("a definition is missing")?;
        if self.open.contains(&index) {
            let around = self.open.iter().skip_while(|i| **i != index);
            let names = around
                .filter_map(|i| self.definitions.all.get(*i))
                .map(|d| d.name);
            let names: Vec<&str> = names.chain([definition.name]).collect();
            bail!("gates are made of each other: {}", names.join(" → "));
        }
        let inner = definition
            .node
            .children()
            .find(|n| n.is_element() && !is_about(*n));
        self.open.push(index);
        let gate = match definition.sort {
            Sort::Basic => {
                self.events.push(index);
                self.tree.event()
            }
            Sort::House | Sort::Gate => {
                let formula = inner.with_context(|| {
                    let place = self.files().place(definition.node);
                    format!("{place}: '{}' has nothing in it", definition.name)
                })?;
                self.formula(formula, &definition.within)?
            }
            // No name of an event finds one.
            Sort::Parameter => bail!(
                "{}: '{}' is a parameter, and an event is meant",
                self.files().place(definition.node),
                definition.name
            ),
        };
        self.open.pop();
        if let Some(made) = self.made.get_mut(index) {
            *made = Some(gate);
        }
        Ok(gate)
    }

    fn formula(&mut self, node: Node<'a, 'a>, within: &[&'a str]) -> Result<Gate> {
        if self.depth == DEEPEST {
            let place = self.files().place(node);
            bail!("{place}: more than {DEEPEST} gates and formulas are made of one another");
        }
        self.depth += 1;
        let gate = self.shallow(node, within)?;
        self.depth -= 1;
        Ok(gate)
    }

    fn shallow(&mut self, node: Node<'a, 'a>, within: &[&'a str]) -> Result<Gate> {
        let tag = node.tag_name().name();
        if is_reference(node) {
            let name = self.files().named(node)?;
            let found = self.definitions.find(true, name, within)?;
            let files = self.files();
            return self.define(
                found.with_context(|| format!("{}: '{name}' is not defined", files.place(node)))?,
            );
        }
        if tag == "constant" {
            return match node.attribute("value") {
                Some("true") => Ok(self.tree.constant(true)),
                Some("false") => Ok(self.tree.constant(false)),
                _ => bail!(
                    "{}: a constant is 'true' or 'false'",
                    self.files().place(node)
                ),
            };
        }
        let mut of = Vec::new();
        for inner in node.children().filter(Node::is_element) {
            of.push(self.formula(inner, within)?);
        }
        self.connected(node, tag, of)
    }

    fn connected(&mut self, node: Node<'_, '_>, tag: &str, of: Vec<Gate>) -> Result<Gate> {
        let files = self.files();
        let tree = &mut self.tree;
        let number = |key: &str| -> Result<usize> {
            let text = node.attribute(key).and_then(|t| t.trim().parse().ok());
            text.with_context(|| {
                format!(
                    "{}: <{tag}> needs a whole number as '{key}'",
                    files.place(node)
                )
            })
        };
        Ok(match (tag, of.as_slice()) {
            (_, []) => bail!("{}: <{tag}> has nothing in it", files.place(node)),
            ("not", [one]) => tree.not(*one),
            ("and", _) => tree.all(of),
            ("or", _) => tree.any(of),
            ("nand", _) => {
                let all = tree.all(of);
                tree.not(all)
            }
            ("nor", _) => {
                let any = tree.any(of);
                tree.not(any)
            }
            ("xor", [_, _, ..]) => tree.odd(of),
            ("iff", [_, _]) => {
                let odd = tree.odd(of);
                tree.not(odd)
            }
            ("imply", [first, second]) => {
                let not = tree.not(*first);
                tree.any(vec![not, *second])
            }
            ("atleast", _) => tree.at_least(number("min")?, of),
            ("cardinality", _) => {
                let least = tree.at_least(number("min")?, of.clone());
                let more = tree.at_least(number("max")?.saturating_add(1), of);
                let not_more = tree.not(more);
                tree.all(vec![least, not_more])
            }
            _ => bail!(
                "{}: <{tag}> of {} is not understood",
                files.place(node),
                of.len()
            ),
        })
    }
}

fn is_reference(node: Node<'_, '_>) -> bool {
    matches!(
        node.tag_name().name(),
        "event" | "gate" | "basic-event" | "house-event"
    )
}
