//! The objective is over before anybody acts.

use crate::context::tier;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::units::Seconds;

pub(crate) const RULE: Rule = Rule {
    id: "dr-rto-response",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A tier's response time leaves no time for the recovery itself.",
    rationale: "Recovery time is counted from the fault, not from the first command. Noticing and deciding come out of it; if \
        they take as long as the objective, no restore is fast enough.",
    example: "tiers: {gold: {rto: {host: 15m}, response: 30m}}",
    controls: &["ISO 27001:2022 A.5.30"],
    mend: Mend::None("a longer time or a faster response is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, bundle) in &ctx.lab.tiers {
        let Some(response) = &bundle.response else {
            continue;
        };
        let Some(spent) = response.value().copied() else {
            continue;
        };
        for (scope, rto) in &bundle.rto {
            if spent < rto.value {
                continue;
            }
            let (word, allowed) = (scope.word(), rto.value);
            let left = Seconds(allowed.0 - spent.0);
            let d = RULE
                .finding(format!("tier '{name}' cannot be back within {allowed} after {word}: noticing takes {spent}"))
                .at(rto.span, format!("the RTO for {word}"))
                .and_at(response.span, "until somebody acts")
                .note(format!("time for the restore = {allowed} - {spent} = {left}"))
                .help("raise the RTO, or shorten the response, e.g. by an alert that wakes somebody");
            out.add(tier(name), d);
        }
    }
}
