//! A clock that nobody keeps.

use crate::look::hosts;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::{FactKind, Seen};
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "time-unsynced",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "The clock of a host is not synchronised.",
    rationale: "With a wrong clock certificates are refused, one-time passwords fail, Kerberos and clusters fall apart, and the order of events in \
        the logs is a guess when it matters most.",
    example: "hosts: {web: {}}   # and timedatectl says: System clock synchronized: no",
    controls: &[
        "CIS v8 8.4",
        "NIST CSF 2.0 PR.PS-04",
        "ISO 27001:2022 A.8.17",
    ],
    mend: Mend::None("a time service has to run there"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let (kind, key) = (FactKind::Host, "clock-synced");
        match look.seen(kind, key) {
            Seen::Present(Value::Bool(false)) => {
                let d = RULE
                    .finding(format!("the clock of {} is not synchronised", look.title()))
                    .help("let chrony or systemd-timesyncd keep it: `timedatectl set-ntp true`");
                out.add(look.object.clone(), look.dated(d, kind, key));
            }
            Seen::Unknown(reason) => {
                look.unknown(
                    &RULE,
                    kind,
                    "has a clock that is synchronised",
                    &reason,
                    out,
                );
            }
            Seen::Present(Value::Bool(true)) => {}
            Seen::Present(_) | Seen::Absent => {
                look.untold(&RULE, kind, "has a clock that is synchronised", out);
            }
        }
    }
}
