//! Security updates that wait.

use crate::look::{count, hosts};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::LIMIT;
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::units::Seconds;

pub const RULE: Rule = Rule {
    id: "patch-pending",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Security updates wait to be installed on a host.",
    rationale: "From the day on which a security update is published, what it mends is known to everybody. Package lists that are old make a host look \
        patched that is not, so that their age is told as well.",
    example: "hosts: {web: {os: debian}}   # and apt has 7 security updates for it",
    controls: &[
        "CIS v8 7.3",
        "NIST CSF 2.0 ID.RA-01",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("somebody, or unattended-upgrades, has to install them"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let kind = FactKind::Patch;
        let what = "has security updates to install";
        let lists = look.seen(kind, "lists");
        let age = lists
            .value()
            .and_then(model::value::Value::as_int)
            .filter(|at| !look.is_future(*at))
            .map(|at| Seconds(look.ago(at)));
        match look.seen(kind, "security") {
            Seen::Present(value) => match value.as_int() {
                Some(0) => {
                    let why = match age {
                        Some(age) if age.0 <= LIMIT.0 => continue,
                        Some(age) => format!("none is known, but the package lists are {age} old"),
                        None => "none is known, nor how old the package lists are".to_owned(),
                    };
                    look.unknown(&RULE, kind, what, &Reason::new(why), out);
                }
                Some(n @ 1..) => {
                    let n = usize::try_from(n).unwrap_or_default();
                    let d = RULE.finding(format!(
                        "{} waits for {}",
                        look.title(),
                        count(n, "security update", "security updates")
                    ));
                    let d = match age {
                        Some(age) => d.note(format!(
                            "0 are asked for, {n} wait by package lists that are {age} old"
                        )),
                        None => d.note(format!("0 are asked for, {n} wait")),
                    };
                    let d = d
                        .help("`apt upgrade` installs them; unattended-upgrades does it every day");
                    out.add(look.object.clone(), look.dated(d, kind, "security"));
                }
                _ => look.untold(&RULE, kind, what, out),
            },
            Seen::Absent => look.untold(&RULE, kind, what, out),
            Seen::Unknown(reason) => look.unknown(&RULE, kind, what, &reason, out),
        }
    }
}
