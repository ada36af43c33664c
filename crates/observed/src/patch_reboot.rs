//! A host that runs what was replaced already.

use crate::look::hosts;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::{FactKind, Seen};
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "patch-reboot",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A host has to be restarted before its updates hold.",
    rationale: "A kernel that is installed mends nothing until it runs. The package list looks patched, and the machine is as open as before.",
    example: "hosts: {web: {os: debian}}   # and /run/reboot-required is there",
    controls: &[
        "CIS v8 7.3",
        "NIST CSF 2.0 PR.PS-02",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("a restart is planned by whoever knows what runs there"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let kind = FactKind::Patch;
        match look.seen(kind, "reboot") {
            Seen::Present(Value::Bool(true)) => {
                let up = look.seen(FactKind::Host, "uptime");
                let up = up
                    .value()
                    .and_then(Value::as_int)
                    .map(model::units::Seconds);
                let d = RULE.finding(format!(
                    "{} has to be restarted before its updates hold",
                    look.title()
                ));
                let d = match up {
                    Some(up) => d.note(format!("it runs since {up}")),
                    None => d,
                };
                let d = d.help("restart it in the next maintenance window");
                out.add(look.object.clone(), look.dated(d, kind, "reboot"));
            }
            Seen::Unknown(reason) => {
                look.unknown(&RULE, kind, "has to be restarted", &reason, out);
            }
            Seen::Present(Value::Bool(false)) => {}
            Seen::Present(_) | Seen::Absent => {
                look.untold(&RULE, kind, "has to be restarted", out);
            }
        }
    }
}
