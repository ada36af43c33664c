//! A service that promises more than a service does that it cannot do without.

use super::RULE;
use crate::Findings;
use crate::context::service;
use crate::error_budget::{Promise, percent, words};
use crate::wording::names;
use graph::attainable::Attainable;
use graph::availability::ppm;
use model::declare::Target;
use model::id::Kind;
use model::lab::watch::Planned;
use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What a needed service promises, as an objective has it that rests on it.
#[derive(Clone, Copy)]
struct Less<'a> {
    name: &'a str,
    promise: &'a Promise,
    /// Parts per million that planned downtime has of it and that the objective does not count.
    planned: u64,
}

impl Less<'_> {
    /// In parts per million.
    fn share(&self) -> u64 {
        self.promise.target.ppm() + self.planned
    }
}

/// Those that promise more, by the name and the share of what they need and by their own target.
type Groups<'a> = BTreeMap<(&'a str, u64, u64), (Less<'a>, Vec<(&'a str, &'a Promise)>)>;

/// Tells each needed service once for each objective that is above its own.
pub(super) fn run(seen: &Attainable<'_>, promised: &[(&str, Promise)], out: &mut Findings) {
    let (structure, cuts) = seen.structure();
    let of = |name: &str| structure.find(&Target::whole(Kind::Service, name));
    let mut all: FxHashMap<NodeIndex, Vec<(&str, &Promise)>> = FxHashMap::default();
    for (name, promise) in promised {
        if let Some(node) = of(name) {
            all.entry(node).or_default().push((name, promise));
        }
    }
    // By the number of the element: each is asked for by all that need it.
    let last = all.keys().map(|n| n.index()).max();
    let mut nodes = vec![&[][..]; last.map_or(0, |n| n + 1)];
    for (node, promises) in &all {
        if let Some(slot) = nodes.get_mut(node.index()) {
            *slot = promises;
        }
    }
    let mut groups: Groups<'_> = BTreeMap::new();
    for (name, promise) in promised {
        let Some(node) = of(name) else { continue };
        let needed = cuts.of(node).iter().filter(|n| **n != node);
        let needed = needed.filter_map(|n| Some((*n, *nodes.get(n.index())?)));
        let needed = needed.flat_map(|(n, all)| all.iter().map(move |less| (n, *less)));
        let less = needed.map(|(n, (name, less))| Less {
            name,
            promise: less,
            planned: not_counted(seen, n, less, promise),
        });
        // The weakest says it all; of equal ones the first by name.
        let weakest = less.min_by_key(|less| (less.share(), less.name));
        if let Some(less) = weakest.filter(|l| l.share() < promise.target.ppm()) {
            let key = (less.name, less.share(), promise.target.ppm());
            let (_, group) = groups.entry(key).or_insert_with(|| (less, Vec::new()));
            group.push((name, promise));
        }
    }
    for (less, group) in groups.values() {
        tell(less, group, out);
    }
}

/// Two objectives can be compared if both count planned downtime, or the needed one leaves it out. Else what windows may take is added to what is promised of it.
fn not_counted(seen: &Attainable<'_>, node: NodeIndex, less: &Promise, promise: &Promise) -> u64 {
    let (out, counted) = (Some(Planned::Excluded), Some(Planned::Counted));
    match less.target.ppm() < promise.target.ppm() && less.planned != out {
        true if promise.planned != counted => ppm(seen.planned_at_most(node)),
        _ => 0,
    }
}

fn tell(less: &Less<'_>, group: &[(&str, &Promise)], out: &mut Findings) {
    let Some((first, promise)) = group.first() else {
        return;
    };
    let (needed, target) = (less.name, less.promise.target);
    let mut who: Vec<&str> = group.iter().map(|(n, _)| *n).collect();
    who.dedup();
    let (word, verb, need) = match who.len() {
        1 => ("service", "promises", "needs"),
        _ => ("services", "promise", "need"),
    };
    let d = RULE
        .finding(format!(
            "{word} {} {verb} {} and {need} service '{needed}', which promises {target}",
            names(&who),
            promise.target,
        ))
        .at(promise.span, "the objective")
        .and_at(less.promise.span, format!("of service '{needed}'"));
    out.add(service(first), explain(promise, less, d));
}

fn explain(promise: &Promise, less: &Less<'_>, d: diag::Diagnostic) -> diag::Diagnostic {
    // The same days for both, so that they can be compared.
    let (needed, window) = (less.name, promise.window);
    let same = Promise {
        window,
        ..*less.promise
    };
    let series = less.promise.target.ppm() * promise.target.ppm() / 1_000_000;
    let mut d = d
        .note(format!(
            "'{needed}' may be away for {}, and the error budget is {}",
            words(same.budget()),
            words(promise.budget())
        ))
        .note(same.arithmetic())
        .note(promise.arithmetic());
    d = match less.planned {
        0 => d.note(format!(
            "if both use up what they may: {} × {} = {}",
            less.promise.target,
            promise.target,
            percent(series)
        )),
        planned => d.note(format!(
            "of that windows may take {}, which this objective does not count: {} + {} = {} < {}",
            percent(planned),
            less.promise.target,
            percent(planned),
            percent(less.share()),
            promise.target
        )),
    };
    d.help("promise more for what is needed, do without it for a while, or promise less")
}
