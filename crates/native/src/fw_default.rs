//! Ways in are listed, but nothing keeps the others shut.

use crate::context::called;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub const RULE: Rule = Rule {
    id: "fw-default",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A host has exposures but no firewall of its own.",
    rationale: "A list of ways in is a wish until something denies the rest. A default deny on the host itself holds also \
        against neighbours in the same network, and against the service that somebody starts tomorrow.",
    example: "hosts: {web: {exposures: [{port: 22/tcp, from: lan}]}}",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::DisplayOnly("a firewall can lock its owner out, so who turns it on has to look"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, machine) in ctx.lab.machines() {
        let of = ctx.lab.machine_ref(name);
        let called = called(&of);
        if machine.exposures.is_empty() || machine.firewall.is_some() {
            continue;
        }
        let open = machine.exposures.len();
        let ways = if open == 1 { "way in" } else { "ways in" };
        let d = RULE
            .finding(format!("{called} lists {open} {ways} and denies nothing else"))
            .at(machine.span, "no firewall")
            .note(format!("ports let in on purpose: {open}; ports kept shut: 0 of 65535"))
            .help("add 'firewall: {table: holdfast}': a table of its own that lets in the exposures and denies the rest");
        out.add(of.clone(), d);
    }
}
