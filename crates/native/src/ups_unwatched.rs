//! A UPS of which nothing says that anybody is told when the power fails.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::id::{Kind, ObjectRef};

pub const RULE: Rule = Rule {
    id: "ups-unwatched",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Nothing says which machine is told when a UPS runs on its battery.",
    rationale: "A UPS gives some minutes. If no machine is told, nothing shuts down in order: all that hangs on it loses its power a little later than without, \
        and the owner learns of neither the failure nor of a battery that is worn out.",
    example: "ups: {ups1: {power: 390W, feeds: [nas, pve1]}}   # without 'watched_by' and 'nut'",
    controls: &["ISO 27001:2022 A.7.11", "NIST CSF 2.0 PR.IR-02"],
    mend: Mend::None("which machine its cable is plugged into is known where it stands"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, ups) in &ctx.lab.ups {
        if ups.feeds.is_empty() || ups.watched_by.is_some() || ups.nut.is_some() {
            continue;
        }
        let fed: Vec<&str> = ups.feeds.iter().map(|f| f.value.name()).collect();
        let d = RULE
            .finding(format!(
                "nothing says who is told when UPS '{name}' runs on its battery"
            ))
            .at(ups.span, "neither 'watched_by' nor 'nut'")
            .note(format!("without power when it is empty: {}", fed.join(", ")))
            .help("write 'watched_by: HOST', the machine that its cable or its network card tells; or 'nut: UPS@ADDRESS', so that it can be looked at");
        out.add(ObjectRef::new(Kind::Ups, name), d);
    }
}
