//! A UPS that is on and would not take over.

use crate::power::{KIND, all};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;

pub const RULE: Rule = Rule {
    id: "ups-no-protection",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A UPS is switched off, passes the mains through, or carries more than it can.",
    rationale: "On bypass a UPS is a power strip, and overloaded it switches off when the mains fail: what is declared as fed by it has no protection, and everything still runs as if it had.",
    example: "ups: {ups1: {nut: ups1@192.168.10.5, feeds: [nas]}}   # and upsc says: ups.status: OL BYPASS",
    controls: &["ISO 27001:2022 A.7.11", "NIST CSF 2.0 PR.IR-02"],
    mend: Mend::None("somebody has to go there"),
    run,
};

/// Flags of NUT that say so, and what they mean.
const FLAGS: &[(&str, &str)] = &[
    ("BYPASS", "passes the mains through (BYPASS)"),
    ("OFF", "gives no power (OFF)"),
    ("OVER", "carries more than it can (OVER)"),
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for power in all(ctx) {
        let look = &power.look;
        let flags = match power.flags() {
            Ok(flags) => flags,
            Err(why) => {
                power.unknown(&RULE, "would take over", &why, out);
                continue;
            }
        };
        for (flag, what) in FLAGS.iter().filter(|(flag, _)| flags.contains(flag)) {
            let d = RULE
                .finding(format!("{} {what}", look.title()))
                .of(*flag)
                .note(format!("its status is {}", flags.join(" ")));
            let d = match power.number("ups", "load") {
                Ok(load) => d.note(format!("its load is {load} %")),
                Err(_) => d,
            };
            let d = d.help(match *flag {
                "OVER" => "move something to another UPS or to the mains",
                _ => "switch it on, and off bypass; its manual says how",
            });
            out.add(look.object.clone(), look.dated(d, KIND, "ups"));
        }
    }
}
