//! The linter: what a careful senior engineer finds by reading a lab's declaration.
//!
//! One file per rule in `rules/`, listed in [`RULES`]. A rule is a function from a [`Context`] to findings; it looks at
//! what is declared, and at what was observed where nothing is declared. A fact that is neither gives a finding of
//! severity info that says `unknown`, never silence. Rules never see a driver, a clock or a file.

pub mod book;

mod addresses;
mod amounts;
mod archives;
mod attention;
mod attributes;
mod bands;
mod bodies;
mod budget;
mod call;
mod claims;
mod containers;
mod context;
mod copies;
mod coverage;
mod error_budget;
mod failover;
mod faults;
mod figure;
mod findings;
mod fstab;
mod held;
mod intervals;
mod knowledge;
mod lead;
mod lifecycle;
mod links;
mod load;
mod near;
mod netfilter;
mod objectives;
mod origin;
mod places;
mod pools;
mod processors;
mod reach;
mod recovery;

mod rule;
mod rules;
mod shared_storage;
mod sizes;
mod standing;
mod structure;
mod terms;
mod totals;
mod traffic;
mod transfer;
mod votes;
mod waivers;
mod wires;
mod wording;

pub use context::{Context, Leak};
pub use findings::Findings;
pub use knowledge::EMBEDDED;
pub use rule::Rule;
pub use rules::RULES;

use diag::Diagnostic;

/// Runs every rule; findings that a waiver in force accepts are turned into infos that say so.
pub fn check(ctx: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    for rule in RULES {
        (rule.run)(ctx, &mut findings);
    }
    waivers::apply(ctx, findings)
}

/// The rule with this id.
pub fn explain(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == code)
}
