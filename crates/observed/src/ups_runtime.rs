//! A UPS that lasts less than is declared.

use crate::power::{KIND, all};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::kleene::Reason;
use model::units::Seconds;

/// So full a battery counts as full: chargers hold it there.
const FULL: i64 = 95;

pub const RULE: Rule = Rule {
    id: "ups-runtime",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "By its own estimate a UPS lasts less than is declared, or less than the time at which it says that it is nearly empty.",
    rationale: "What shuts down in order needs the declared minutes. They get less with every year of the battery and with everything that is plugged in later, and nobody measures them again.",
    example: "ups: {ups1: {nut: ups1@192.168.10.5, runtime: 20m}}   # and upsc says: battery.runtime: 540",
    controls: &["ISO 27001:2022 A.7.11", "NIST CSF 2.0 PR.IR-02"],
    mend: Mend::None("less load, or another battery"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for power in all(ctx) {
        let look = &power.look;
        let declared = power.declared.runtime.known();
        let asked = declared.and_then(|d| i64::try_from(d.seconds()).ok());
        let low = power.number("battery", "runtime.low").ok();
        let Some(needed) = asked.max(low) else {
            continue;
        };
        let what = "lasts as long as is declared";
        let left = match power.number("battery", "runtime") {
            Ok(left) if left >= needed => continue,
            Ok(left) => left,
            Err(why) => {
                power.unknown(&RULE, what, &why, out);
                continue;
            }
        };
        // The estimate is of the present charge: what is being charged again, or used up, says nothing of a full battery.
        match power.number("battery", "charge") {
            Ok(FULL..) => {}
            Ok(charge) => {
                let why = format!("it lasts {}, and is charged to {charge} %", Seconds(left));
                power.unknown(&RULE, what, &Reason::new(why), out);
                continue;
            }
            Err(why) => {
                let why = format!("it lasts {}, by how full a battery: {why}", Seconds(left));
                power.unknown(&RULE, what, &Reason::new(why), out);
                continue;
            }
        }
        let than = match (declared, asked == Some(needed)) {
            (Some(declared), true) => format!("{declared} are declared"),
            _ => format!("it counts as nearly empty at {}", Seconds(needed)),
        };
        let load = power.number("ups", "load");
        let load = load.map_or_else(|_| String::new(), |l| format!(" at a load of {l} %"));
        let d = RULE
            .finding(format!("{} lasts {}, and {than}", look.title(), Seconds(left)))
            .note(format!("{} s < {needed} s{load}, by its own estimate", left))
            .help("take load off it, replace its battery, or declare what it lasts and what shuts down by then");
        out.add(look.object.clone(), look.dated(d, KIND, "battery"));
    }
}
