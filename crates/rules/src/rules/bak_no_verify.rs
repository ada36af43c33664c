//! A drill that asks nothing.

use crate::context::dataset;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::lab::DataClass;

pub(crate) const RULE: Rule = Rule {
    id: "bak-no-verify",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A dataset with objectives is backed up, but nothing says what a restored copy must answer.",
    rationale: "An empty folder and an empty database restore quickly and without an error. Only a question whose answer is known \
        (a query, a number of files, a file that must be there) tells a restore from a restore of nothing, so without one a drill \
        proves no promise.",
    example: "datasets: {photos: {host: nas, folder: /srv/photos, tier: household}}   # in a backup, without 'verify'",
    controls: &[
        "CIS v8 11.5",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::DisplayOnly("what a restored dataset has to contain is known to its owner"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let backups = ctx.backups_of(name).len();
        // Nobody wants it back.
        if data.class.known() == Some(&DataClass::Scratch) {
            continue;
        }
        if data.tier.is_none() || backups == 0 || !data.verify.is_empty() {
            continue;
        }
        let noun = if backups == 1 { "backup" } else { "backups" };
        let d = RULE
            .finding(format!("a drill of dataset '{name}' would ask nothing of what it restores"))
            .at(data.span, "no 'verify'")
            .note(format!("{backups} {noun}, 0 checks"))
            .help("add 'verify:' with '- files_at_least: NUMBER', '- file: PATH', or '- sql: QUERY' and 'at_least: NUMBER'");
        out.add(dataset(name), d);
    }
}
