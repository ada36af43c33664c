//! An alert rings while everything is as it shall be.

use crate::bands::{Target, Threshold, targets, thresholds};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "alt-target-overlap",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An alert rings at a value that the target calls right.",
    rationale: "An alert that rings while nothing is wrong is turned off or slept through, and then the one that matters is too.",
    example: "metrics: {utilisation: {target: 70-85%}}   # and 'alerts: {cpu: {metric: cpu usage, above: 80%}}'",
    controls: &["ISO 27001:2022 A.8.16"],
    mend: Mend::Unsafe("lets the alert ring from the end of the target on"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let alerts = thresholds(ctx.lab);
    for target in targets(ctx.lab) {
        let (Some(low), Some(high)) = (target.low, target.high) else {
            continue;
        };
        for alert in alerts.iter().filter(|a| a.watches(&target)) {
            let at = alert.figure.value();
            let inside = if alert.above {
                at >= low && at < high
            } else {
                at > low && at <= high
            };
            if inside {
                let end = if alert.above { high } else { low };
                out.add(
                    ObjectRef::new(Kind::Alert, alert.name),
                    finding(&target, alert, end),
                );
            }
        }
    }
}

fn finding(target: &Target, alert: &Threshold<'_>, end: i128) -> Diagnostic {
    let (word, figure) = (if alert.above { "above" } else { "below" }, &alert.figure);
    let end = figure.say(end);
    RULE.finding(format!(
        "alert '{}' rings {word} {figure}, and the target of '{}' is {}",
        alert.name, target.name, target.figure
    ))
    .at(alert.span, "rings from here")
    .and_at(target.span, "all of this is as it shall be")
    .note(format!("rings in the target from {figure} to {end}"))
    .help(format!("let it ring from {end} on, or correct the target"))
    .fix(Fix::doubtful(
        format!("let it ring from {end} on"),
        Edit::replace(alert.span, end),
    ))
}
