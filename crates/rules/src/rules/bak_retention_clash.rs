//! Two backups that forget each other's archives.

use crate::context::dataset;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub(crate) const RULE: Rule = Rule {
    id: "bak-retention-clash",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Two backups archive the same dataset to the same repository.",
    rationale: "A repository tells archives apart by dataset. Each of the two backups would apply its own 'keep' to all of them, so \
        that the one that keeps less decides, and a month of history is gone after a night.",
    example: "backups: {daily: {datasets: [photos], to: usb, keep: {last: 30}}, hourly: {datasets: [photos], to: usb, keep: {last: 3}}}",
    controls: &[
        "CIS v8 11.3",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("which of the two plans is meant is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let backups = ctx.backups_of(name);
        for (n, (first, one, key, _)) in backups.iter().enumerate() {
            for (second, other, to, _) in backups.iter().skip(n + 1) {
                if key != to {
                    continue;
                }
                let d = RULE
                    .finding(format!("backups '{first}' and '{second}' both archive dataset '{name}' to repository '{key}'"))
                    .at(other.span, "forgets by its own 'keep'")
                    .and_at(one.span, "and so does this one")
                    .and_at(data.span, "the dataset")
                    .note(format!("backups of '{name}' to '{key}': 2, allowed: 1"))
                    .help("make them one backup, or give one of them a repository of its own");
                out.add(dataset(name), d);
            }
        }
    }
}
