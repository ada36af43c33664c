//! A UPS that runs on its battery.

use crate::power::{KIND, all};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::kleene::Reason;
use model::units::Seconds;

pub const RULE: Rule = Rule {
    id: "ups-on-battery",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A UPS runs on its battery.",
    rationale: "On battery everything behind the UPS has minutes. Where the mains are fine for everybody else, it is a fuse or a plug, and nobody notices until the battery is empty.",
    example: "ups: {ups1: {nut: ups1@192.168.10.5, feeds: [nas]}}   # and upsc says: ups.status: OB DISCHRG",
    controls: &["ISO 27001:2022 A.7.11", "NIST CSF 2.0 PR.IR-02"],
    mend: Mend::None("the mains have to come back"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for power in all(ctx) {
        let look = &power.look;
        let flags = match power.flags() {
            Ok(flags) => flags,
            Err(why) => {
                power.unknown(&RULE, "runs on its battery", &why, out);
                continue;
            }
        };
        let has = |flag: &str| flags.contains(&flag);
        if has("OB") || has("FSD") {
            let how = match (has("FSD"), has("LB")) {
                (true, _) => "is about to switch off (FSD)",
                (false, true) => "runs on its battery, which is nearly empty (OB LB)",
                (false, false) => "runs on its battery (OB)",
            };
            let mut d = RULE.finding(format!("{} {how}", look.title()));
            if let Ok(charge) = power.number("battery", "charge") {
                d = d.note(match power.number("battery", "runtime") {
                    Ok(left) => format!("charged to {charge} %, {} left", Seconds(left)),
                    Err(_) => format!("charged to {charge} %"),
                });
            }
            let d = d.help("the mains at the UPS: its plug, the fuse, the line");
            out.add(look.object.clone(), look.dated(d, KIND, "ups"));
        } else if !has("OL") {
            let why = Reason::new(format!("its status is {}", flags.join(" ")));
            power.unknown(&RULE, "runs on its battery", &why, out);
        }
    }
}
