//! A backup keeps too few newest archives.

use crate::context::backup;
use crate::{Context, Findings, Rule};
use diag::{Applicability, Edit, Fix, Severity};

/// The newest may be damaged, the one before may have the damage in it already.
const LEAST: u32 = 3;

pub(crate) const RULE: Rule = Rule {
    id: "bak-rotate-floor",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A backup keeps fewer than three newest archives, whatever their age.",
    rationale: "Rotation by age alone deletes the last good archive when backups have failed for long enough. A floor of \
        newest archives keeps something to restore from, and some of them from before damage was noticed.",
    example: "backups: {nightly: {datasets: [photos], to: usb, every: 1d, keep: {daily: 14}}}",
    controls: &["NIST CSF 2.0 PR.DS-11", "ISO 27001:2022 A.8.13"],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, schedule) in &ctx.lab.backups {
        let d = match &schedule.keep_last {
            Some(last) if last.value >= LEAST => continue,
            Some(last) => {
                let kept = last.value;
                let message = format!(
                    "backup '{name}' keeps only the newest {kept}, and {LEAST} are the floor"
                );
                RULE.finding(message)
                    .at(last.span, format!("{kept} < {LEAST}"))
                    .fix(Fix {
                        message: format!("keep {LEAST}"),
                        applicability: Applicability::Unsafe,
                        edits: vec![Edit {
                            span: last.span,
                            text: LEAST.to_string(),
                        }],
                    })
            }
            None => RULE
                .finding(format!(
                    "backup '{name}' keeps no fixed number of newest archives"
                ))
                .at(schedule.span, "no 'keep: {last: …}'")
                .help(format!("add 'last: {LEAST}' or more to its 'keep'")),
        };
        out.add(backup(name), d);
    }
}
