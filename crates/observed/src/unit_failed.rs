//! A unit that failed, and nobody noticed.

use crate::look::{hosts, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "unit-failed",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A unit of a host has failed: a service that is down, or a job that did not do its work.",
    rationale: "systemd remembers what failed and tells nobody. A backup or a scrub that fails every night looks the same as one that works, \
        until it is needed.",
    example: "hosts: {nas: {}}   # and `systemctl --failed` lists mdmonitor.service",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::None("what is wrong stands in the unit's own log"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        let kind = FactKind::Unit;
        look.unseen(&RULE, kind, "has other units that failed", out);
        let all: Vec<(&str, &Value)> = look.items(kind).collect();
        let failed = |v: &Value| v.field("failed").and_then(Value::as_bool) == Some(true);
        // Of what a timer started, `cron-failed` tells.
        let names: Vec<String> = all
            .iter()
            .filter(|(name, v)| failed(v) && !crate::cron_failed::tells(&look, name))
            .map(|(name, _)| (*name).to_owned())
            .collect();
        for name in &names {
            let d = RULE
                .finding(format!("unit {} of {} failed", plain(name), look.title()))
                .of(part(name))
                .note(format!("{} of {} units failed", names.len(), all.len()));
            let d = match host.units.get(name) {
                Some(declared) => d.at(declared.span, ""),
                None => d,
            };
            let d = d.help(format!("on the host: systemctl status {}", plain(name)));
            out.add(look.object.clone(), look.dated(d, kind, name));
        }
    }
}
