//! A tier says half of what is promised.

use crate::context::tier;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::lab::FaultScope;

pub(crate) const RULE: Rule = Rule {
    id: "bak-rpo-missing",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A tier that data or services use lacks a recovery point or a recovery time objective.",
    rationale: "How much may be lost (RPO) decides how often a backup runs, how long it may take (RTO) decides what a restore \
        must manage. One without the other cannot be planned for, and nothing can be proven against it.",
    example: "tiers: {household: {rto: {host: 8h}}}   # back within 8h, but with the data of when?",
    controls: &["ISO 27001:2022 A.5.30"],
    mend: Mend::None("how much may be lost, and for how long it may be away, is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, bundle) in &ctx.lab.tiers {
        let uses = |d: &&model::lab::Dataset| d.tier.known().is_some_and(|t| t == name);
        let users = ctx.lab.datasets.values().filter(uses).count();
        let runs = |s: &&model::lab::service::Service| {
            let named = s.tier.known().is_some_and(|t| t.name() == name);
            named && s.is_running()
        };
        let services = ctx.lab.services.values().filter(runs).count();
        if users + services == 0 {
            continue;
        }
        let lacking = |have: &dyn Fn(FaultScope) -> bool, other: &dyn Fn(FaultScope) -> bool| {
            let all = FaultScope::ALL.into_iter();
            all.filter(|s| other(*s) && !have(*s))
                .map(FaultScope::word)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let rpo = |s| bundle.rpo.contains_key(&s);
        let rto = |s| bundle.rto.contains_key(&s);
        let mut parts = Vec::new();
        for (word, missing, none) in [
            ("RPO", lacking(&rpo, &rto), bundle.rpo.is_empty()),
            ("RTO", lacking(&rto, &rpo), bundle.rto.is_empty()),
        ] {
            if none {
                parts.push(format!("no {word} at all"));
            } else if !missing.is_empty() {
                parts.push(format!("no {word} for {missing}"));
            }
        }
        if parts.is_empty() {
            continue;
        }
        let what = parts.join(" and ");
        let d = RULE
            .finding(format!("tier '{name}' has {what}"))
            .at(bundle.span, what)
            .note(used(users, services))
            .help("give both per fault scope: 'rto: {corruption: 1h, host: 8h}' and 'rpo: {corruption: 24h, host: 24h}'");
        out.add(tier(name), d);
    }
}

fn used(datasets: usize, services: usize) -> String {
    match (datasets, services) {
        (_, 0) => format!("datasets of this tier: {datasets}"),
        (0, _) => format!("services of this tier: {services}"),
        _ => format!("datasets of this tier: {datasets}, services: {services}"),
    }
}
