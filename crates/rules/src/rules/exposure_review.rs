//! A way in that nobody justifies, owns or looks at.

use crate::context::host;
use crate::{Context, Findings, Rule};
use diag::Severity;
use model::lab::Exposure;

pub(crate) const RULE: Rule = Rule {
    id: "exposure-review",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An exposure lacks a reason, an owner or a review date, or its review is overdue.",
    rationale: "Ports are opened for a reason and stay open without one. A reason, somebody who answers for it, and a day on \
        which it is looked at again are what keeps the list of ways in from only growing.",
    example: "exposures: [{port: 8080/tcp, from: any}]",
    controls: &["NIST CSF 2.0 ID.AM-03", "ISO 27001:2022 A.8.20"],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in &ctx.lab.hosts {
        for exposure in &machine.exposures {
            missing(name, exposure, out);
            overdue(ctx, name, exposure, out);
        }
    }
}

fn port(exposure: &Exposure) -> String {
    format!("{}/{}", exposure.port.value, exposure.protocol.word())
}

fn missing(name: &str, exposure: &Exposure, out: &mut Findings) {
    let fields = [
        ("why", exposure.why.is_none()),
        ("owner", exposure.owner.is_none()),
        ("review", exposure.review.is_none()),
    ];
    let lacking: Vec<&str> = fields
        .iter()
        .filter(|(_, none)| *none)
        .map(|(f, _)| *f)
        .collect();
    if lacking.is_empty() {
        return;
    }
    let list = lacking.join(", ");
    let d = RULE
        .finding(format!(
            "port {} of host '{name}' is open without: {list}",
            port(exposure)
        ))
        .at(exposure.span, format!("missing: {list}"))
        .help("add 'why: …', 'owner: …' and 'review: YYYY-MM-DD', or close the port");
    out.add(host(name), d);
}

fn overdue(ctx: &Context<'_>, name: &str, exposure: &Exposure, out: &mut Findings) {
    let Some(review) = exposure.review.as_ref().filter(|r| r.value < ctx.today) else {
        return;
    };
    let days = review
        .value
        .until(ctx.today)
        .map(|span| span.get_days())
        .unwrap_or_default();
    let owner = exposure
        .owner
        .as_ref()
        .map_or("its owner", |o| o.value.as_str());
    let d = RULE
        .finding(format!(
            "the review of port {} of host '{name}' is {days} days overdue",
            port(exposure)
        ))
        .at(review.span, "due")
        .note(format!("{} - {} = {days} days", ctx.today, review.value))
        .help(format!(
            "ask {owner} whether it is still needed; then close it or set a new date"
        ));
    out.add(host(name), d);
}
