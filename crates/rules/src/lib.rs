//! The linter: what a careful senior engineer finds by reading a lab's declaration.
//!
//! One file per rule in `rules/`, in `native`, in `network` and in `observed`, listed in [`RULES`]. A rule is a function from a [`Context`] to findings; it looks at
//! what is declared, and at what was observed where nothing is declared. A fact that is neither gives a finding of
//! severity info that says `unknown`, never silence. Rules never see a driver, a clock or a file.

pub mod book;

mod knowledge;
mod parts;
mod rules;
mod waivers;

use graph::{
    amounts, archives, attention, attributes, bands, bodies, budget, call, ceiling, claims,
    containers, context, copies, coverage, error_budget, evacuation, failover, faults, figure,
    held, lead, lifecycle, load, near, objectives, origin, partial, places, pools, processors,
    reach, recovery, shared_storage, sizes, standing, structure, terms, totals, transfer, votes,
    wording,
};

pub use graph::{Context, Leak, Observation};
pub use knowledge::EMBEDDED;
pub use lint::{Findings, Mend, Rule};
pub use observed::{Judged, RULES as OBSERVED, judged};
pub use rules::RULES;

use diag::Diagnostic;
use rayon::prelude::*;

/// Runs every rule, several at a time; findings that a waiver in force accepts are turned into infos that say so.
///
/// Rules see nothing of each other, so the findings are the same on any number of processors, and in the same order: that of
/// [`RULES`], and within a rule that in which it found them.
pub fn check(ctx: &Context<'_>) -> Vec<Diagnostic> {
    let all: Vec<&Rule> = RULES.iter().collect();
    check_with(ctx, &all)
}

/// Rules that take longest, or build what many others ask for. Begun last, one of them would run alone while other processors wait.
const LONGEST: [&str; 4] = ["dr-rto-procure", "dr-circular", "slo-compose", "bak-321"];

/// Runs some rules, as [`check`] runs all of them.
pub fn check_with(ctx: &Context<'_>, rules: &[&Rule]) -> Vec<Diagnostic> {
    let of_rule = |(at, rule): (usize, &Rule)| {
        let mut findings = Findings::default();
        (rule.run)(ctx, &mut findings);
        (at, findings)
    };
    let mut order: Vec<(usize, &Rule)> = rules.iter().copied().enumerate().collect();
    order.sort_by_key(|(_, rule)| !LONGEST.contains(&rule.id));
    // Each processor takes the next rule when it is done with one.
    let found = order.into_iter().par_bridge().map(of_rule);
    let mut found: Vec<(usize, Findings)> = found.collect();
    found.sort_by_key(|(at, _)| *at);
    let mut findings = Findings::default();
    found.into_iter().for_each(|(_, f)| findings.append(f));
    let findings = doubt::open::apply(ctx, rules, findings);
    waivers::apply(ctx, doubt::unread::apply(ctx, rules, findings))
}

/// The rule with this id.
pub fn explain(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == code)
}
