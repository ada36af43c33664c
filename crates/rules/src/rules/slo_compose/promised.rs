//! A service that promises more than a service does that it cannot do without.

use super::RULE;
use crate::Findings;
use crate::context::service;
use crate::error_budget::{Promise, percent, words};
use crate::wording::names;
use graph::structure::{Cuts, Structure};
use model::declare::Target;
use model::id::Kind;
use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Tells each needed service once for each objective that is above its own.
pub(super) fn run(
    (structure, cuts): (&Structure, &Cuts),
    promised: &[(&str, Promise)],
    out: &mut Findings,
) {
    let of = |name: &str| structure.find(&Target::whole(Kind::Service, name));
    let nodes = promised.iter().filter_map(|(n, p)| Some((of(n)?, (*n, p))));
    let nodes: FxHashMap<NodeIndex, (&str, &Promise)> = nodes.collect();
    let mut groups: BTreeMap<(&str, u64), Vec<(&str, &Promise)>> = BTreeMap::new();
    for (name, promise) in promised {
        let Some(node) = of(name) else { continue };
        let needed = cuts.of(node).iter().filter(|n| **n != node);
        let needed = needed.filter_map(|n| nodes.get(n));
        // The weakest says it all; of equal ones the first by name.
        let weakest = needed.min_by_key(|(n, p)| (p.target.ppm(), *n));
        if let Some((needed, less)) = weakest
            && less.target.ppm() < promise.target.ppm()
        {
            let group = groups.entry((needed, promise.target.ppm()));
            group.or_default().push((name, promise));
        }
    }
    let by_name: BTreeMap<&str, &Promise> = promised.iter().map(|(n, p)| (*n, p)).collect();
    for ((needed, _), group) in &groups {
        let (Some((first, promise)), Some(less)) = (group.first(), by_name.get(needed)) else {
            continue;
        };
        let who: Vec<&str> = group.iter().map(|(n, _)| *n).collect();
        let (word, verb, need) = match who.len() {
            1 => ("service", "promises", "needs"),
            _ => ("services", "promise", "need"),
        };
        let d = RULE
            .finding(format!(
                "{word} {} {verb} {} and {need} service '{needed}', which promises {}",
                names(&who),
                promise.target,
                less.target
            ))
            .at(promise.span, "the objective")
            .and_at(less.span, format!("of service '{needed}'"));
        out.add(service(first), explain(promise, less, needed, d));
    }
}

fn explain(
    promise: &Promise,
    less: &Promise,
    needed: &str,
    d: diag::Diagnostic,
) -> diag::Diagnostic {
    // The same days for both, so that they can be compared.
    let window = promise.window;
    let same = Promise { window, ..*less };
    let series = less.target.ppm() * promise.target.ppm() / 1_000_000;
    d.note(format!(
        "'{needed}' may be away for {}, and the error budget is {}",
        words(same.budget()),
        words(promise.budget())
    ))
    .note(same.arithmetic())
    .note(promise.arithmetic())
    .note(format!(
        "if both use up what they may: {} × {} = {}",
        less.target,
        promise.target,
        percent(series)
    ))
    .help("promise more for what is needed, do without it for a while, or promise less")
}
