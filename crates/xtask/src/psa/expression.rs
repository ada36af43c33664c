//! Expressions of probabilities. A distribution stands for its mean.

use super::names::Definitions;
use anyhow::{Context as _, Result, bail};
use roxmltree::Node;
use std::cell::RefCell;
use std::collections::BTreeMap;

const DEEPEST: usize = 200;

/// What expressions are computed with.
pub(super) struct Values<'a> {
    definitions: &'a Definitions<'a>,
    /// Hours.
    mission: f64,
    /// Of parameters: one that is the sum of another one and itself, and so on, would double the work with each.
    known: RefCell<BTreeMap<usize, f64>>,
}

impl<'a> Values<'a> {
    pub(super) fn new(definitions: &'a Definitions<'a>, mission: f64) -> Self {
        Self {
            definitions,
            mission,
            known: RefCell::default(),
        }
    }

    /// The value of an expression that stands within some containers.
    pub(super) fn of(&self, within: &[&str], node: Node<'_, '_>) -> Result<f64> {
        self.at_depth(within, node, 0)
    }

    fn at_depth(&self, within: &[&str], node: Node<'_, '_>, depth: usize) -> Result<f64> {
        let tag = node.tag_name().name();
        if depth > DEEPEST {
            let place = self.place(node);
            bail!("{place}: <{tag}> stands in itself, or in more than {DEEPEST} others");
        }
        match tag {
            "float" | "int" => return self.number(node),
            "pi" => return Ok(std::f64::consts::PI),
            "system-mission-time" => return Ok(self.mission),
            "parameter" => return self.parameter(within, node, depth),
            _ => {}
        }
        let mut of = Vec::new();
        for inner in node.children().filter(Node::is_element) {
            of.push(self.at_depth(within, inner, depth + 1)?);
        }
        let value = computed(tag, &of);
        value.with_context(|| {
            format!(
                "{}: <{tag}> of {} is not understood",
                self.place(node),
                of.len()
            )
        })
    }

    fn parameter(&self, within: &[&str], node: Node<'_, '_>, depth: usize) -> Result<f64> {
        let name = self.definitions.files.named(node)?;
        let found = self.definitions.find(false, name, within)?;
        let found = found.and_then(|i| Some((i, self.definitions.all.get(i)?)));
        let (index, parameter) = found
            .with_context(|| format!("{}: parameter '{name}' is not defined", self.place(node)))?;
        if let Some(known) = self.known.borrow().get(&index) {
            return Ok(*known);
        }
        let mut inner = parameter.node.children().filter(Node::is_element);
        let inner = inner.find(|n| !is_about(*n));
        let inner = inner.with_context(|| {
            format!(
                "{}: parameter '{name}' has no value",
                self.place(parameter.node)
            )
        })?;
        let value = self.at_depth(&parameter.within, inner, depth + 1)?;
        self.known.borrow_mut().insert(index, value);
        Ok(value)
    }

    fn number(&self, node: Node<'_, '_>) -> Result<f64> {
        let text = node.attribute("value");
        let text = text.with_context(|| format!("{}: a number needs a value", self.place(node)))?;
        let value = text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
        value.with_context(|| format!("{}: '{text}' is no number", self.place(node)))
    }

    fn place(&self, node: Node<'_, '_>) -> String {
        self.definitions.files.place(node)
    }
}

/// It says something about what it stands in.
pub(super) fn is_about(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "label" | "attributes")
}

/// Formulas as chapter *Stochastic layer* of the format defines them.
fn computed(tag: &str, of: &[f64]) -> Option<f64> {
    Some(match (tag, of) {
        ("neg", [x]) => -x,
        ("add", [_, ..]) => of.iter().sum(),
        ("sub", [first, rest @ ..]) => rest.iter().fold(*first, |a, b| a - b),
        ("mul", [_, ..]) => of.iter().product(),
        ("div", [first, rest @ ..]) => rest.iter().fold(*first, |a, b| a / b),
        ("pow", [x, y]) => x.powf(*y),
        ("abs", [x]) => x.abs(),
        ("exp", [x]) => x.exp(),
        ("log", [x]) => x.ln(),
        ("log10", [x]) => x.log10(),
        ("sqrt", [x]) => x.sqrt(),
        ("min", [_, ..]) => of.iter().copied().fold(f64::INFINITY, f64::min),
        ("max", [_, ..]) => of.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ("mean", [_, ..]) => of.iter().sum::<f64>() / of.len() as f64,
        // Rate and time; `exp_m1` keeps the digits of small products.
        ("exponential", [rate, time]) => -(-rate * time).exp_m1(),
        // Chance of failing on demand, rates of failure and of repair, time.
        ("GLM", [gamma, lambda, mu, time]) => {
            let sum = lambda + mu;
            (lambda - (lambda - gamma * sum) * (-sum * time).exp()) / sum
        }
        // Rate, time between tests, time of the first, time: nothing is left of a failure behind a test.
        ("periodic-test", [rate, between, first, time]) => {
            let since = (time - first) % between;
            let since = match time <= first {
                true => *time,
                false if since == 0.0 => *between,
                false => since,
            };
            -(-rate * since).exp_m1()
        }
        // Scale, shape, time that nothing happens in, time.
        ("Weibull", [scale, shape, shift, time]) => {
            -(-((time - shift).max(0.0) / scale).powf(*shape)).exp_m1()
        }
        ("uniform-deviate", [low, high]) => f64::midpoint(*low, *high),
        ("normal-deviate", [mean, _]) | ("lognormal-deviate", [mean, _, _]) => *mean,
        ("gamma-deviate", [shape, scale]) => shape * scale,
        ("beta-deviate", [a, b]) => a / (a + b),
        _ => return None,
    })
}
