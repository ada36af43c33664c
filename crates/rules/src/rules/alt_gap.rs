//! A target is missed and nothing rings.

use crate::bands::{Target, Threshold, targets, thresholds};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};

pub(crate) const RULE: Rule = Rule {
    id: "alt-gap",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Between a target and the first alert lies a band in which the target is missed and nothing rings.",
    rationale: "A target without an alert is a wish: it is found to be missed when somebody complains. Between the two nobody \
        looks, because nothing rings.",
    example: "metrics: {latency: {text: network latency, target: <10ms}}   # and 'alerts: {slow: {metric: network latency, above: 100ms}}'",
    controls: &["ISO 27001:2022 A.8.16"],
    mend: Mend::Unsafe("lets the first alert ring from the end of the target on"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let alerts = thresholds(ctx.lab);
    if ctx.lab.alerts.is_empty() {
        return;
    }
    for target in targets(ctx.lab) {
        let watching: Vec<&Threshold<'_>> = alerts.iter().filter(|a| a.watches(&target)).collect();
        if let Some(d) = gap(&target, &watching) {
            out.add(target.object.clone(), d);
        }
    }
}

fn gap(target: &Target, watching: &[&Threshold<'_>]) -> Option<Diagnostic> {
    let high = target.high?;
    let first = watching
        .iter()
        .filter(|a| a.above)
        .min_by_key(|a| a.figure.value());
    let name = &target.name;
    let Some(first) = first else {
        let d = RULE
            .finding(format!(
                "nothing rings when '{name}' is above its target of {}",
                target.figure
            ))
            .at(target.span, "no alert watches it")
            .note("alerts for it with a number: 0");
        return Some(d.help(format!(
            "add an alert above {}, or drop the target",
            target.figure.say(high)
        )));
    };
    let at = first.figure.value();
    if at <= high {
        return None;
    }
    let (from, to) = (target.figure.say(high), &first.figure);
    let d = RULE
        .finding(format!(
            "nothing rings when '{name}' is between its target of {} and {to}",
            target.figure
        ))
        .at(target.span, "the target")
        .and_at(first.span, "the first alert")
        .note(format!(
            "silent from {from} to {to}: {} wide",
            first.figure.say(at - high)
        ));
    let say = format!("let alert '{}' ring above {from}", first.name);
    let edit = Edit::replace(first.span, from.clone());
    let d = d.fix(Fix::doubtful(say, edit));
    Some(d.help(format!(
        "let alert '{}' or another one ring above {from}",
        first.name
    )))
}
