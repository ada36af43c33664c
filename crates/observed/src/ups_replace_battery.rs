//! A UPS whose battery is worn.

use crate::power::{KIND, all};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;

pub const RULE: Rule = Rule {
    id: "ups-replace-battery",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A UPS says that its battery is to be replaced, or its last test of it failed.",
    rationale: "Batteries of UPSs wear out in three to five years, and show it when the mains fail: the UPS switches off at once, and everything behind it with it. The device says so before, by a light that nobody looks at.",
    example: "ups: {ups1: {nut: ups1@192.168.10.5, feeds: [nas]}}   # and upsc says: ups.status: OL RB",
    controls: &["ISO 27001:2022 A.7.13", "NIST CSF 2.0 PR.IR-02"],
    mend: Mend::None("somebody has to replace the battery"),
    run,
};

/// What drivers of NUT call a test that went wrong: `Done and error`, `Done and warning`, `Battery failure`, `Bad`, `Failed`.
const BAD: &[&str] = &["error", "warning", "fail", "bad", "weak"];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for power in all(ctx) {
        let look = &power.look;
        let worn = power.flags().map(|flags| flags.contains(&"RB"));
        let test = power.text("ups", "test.result");
        let failed = test.filter(|t| {
            let said = t.to_ascii_lowercase();
            BAD.iter().any(|word| said.contains(word))
        });
        let message = match (&worn, failed) {
            (Ok(true), _) => format!(
                "{} says that its battery is to be replaced (RB)",
                look.title()
            ),
            (_, Some(test)) => format!(
                "the last test of {} ended with: {}",
                look.title(),
                plain(test)
            ),
            (Ok(false), None) => continue,
            (Err(why), None) => {
                power.unknown(&RULE, "needs another battery", why, out);
                continue;
            }
        };
        let mut d = RULE.finding(message);
        for (name, what) in [("date", "replaced"), ("mfr.date", "made")] {
            if let Some(date) = power.text("battery", name) {
                d = d.note(format!("the battery was {what}: {}", plain(date)));
            }
        }
        let d = d.help("replace the battery, set its date in the UPS, and let it test itself (`upscmd UPS test.battery.start.quick`)");
        out.add(look.object.clone(), look.dated(d, KIND, "ups"));
    }
}
