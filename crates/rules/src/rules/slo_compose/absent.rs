//! A promise of what cannot work today, since it needs something that is planned or gone.

use super::RULE;
use crate::Findings;
use crate::context::service;
use crate::error_budget::Promise;
use crate::partial::listed;
use crate::wording::names;
use std::collections::BTreeMap;

/// Those that promise something, by what they lack and by their target.
pub(super) type Lacking<'a> = BTreeMap<(Vec<String>, u64), Vec<(&'a str, Promise)>>;

/// Tells each lack once for each objective that is missed by it.
pub(super) fn run(all: &Lacking<'_>, out: &mut Findings) {
    for ((lacks, _), group) in all {
        let Some((first, promise)) = group.first() else {
            continue;
        };
        let who: Vec<&str> = group.iter().map(|(name, _)| *name).collect();
        let (word, verb) = match who.len() {
            1 => ("service", "promises"),
            _ => ("services", "promise"),
        };
        let d = RULE
            .finding(format!(
                "{word} {} {verb} {}, and cannot do without {}",
                names(&who),
                promise.target,
                listed(lacks)
            ))
            .at(promise.span, "the objective")
            .note("what it needs in any case and does not have: it works 0% of the time")
            .help("name what is needed today, or say 'status: planned' of the service, too");
        out.add(service(first), d);
    }
}
