//! A UPS of which no machine would hear.

use crate::power::{KIND, all};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub const RULE: Rule = Rule {
    id: "ups-nobody-told",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A UPS has no machine logged in to be told when its battery runs empty.",
    rationale: "A UPS gives time to shut down in order. If no upsmon is connected, nobody uses it: everything runs until the battery is empty, and loses power as it would have without.",
    example: "ups: {ups1: {nut: ups1@192.168.10.5, feeds: [nas]}}   # and `upsc -c ups1@192.168.10.5` prints nothing",
    controls: &["ISO 27001:2022 A.7.11", "NIST CSF 2.0 PR.IR-02"],
    mend: Mend::None("upsmon has to be set up on what it feeds"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for power in all(ctx) {
        let look = &power.look;
        if plan::ups::clients(look.facts).next().is_some() {
            continue;
        }
        if let Some(why) = look.gap(KIND) {
            let what = "has a machine logged in to be told when its battery runs empty";
            power.unknown(&RULE, what, &why, out);
            continue;
        }
        let d = RULE
            .finding(format!(
                "nobody is told when the battery of {} runs empty",
                look.title()
            ))
            .note("0 machines are logged in to upsd for it")
            .help("on each machine that it feeds: `MONITOR UPS@HOST 1 USER PASSWORD secondary` in upsmon.conf; the one with the cable is primary");
        out.add(look.object.clone(), look.dated(d, KIND, "*"));
    }
}
