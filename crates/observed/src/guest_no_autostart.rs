//! A guest that runs, and stays down once its host was off.

use crate::product::{all, configured, is_kind};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::value::Value;
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "guest-no-autostart",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A guest that runs does not start with its host.",
    rationale: "Somebody started it by hand once. After a power cut or an update of the hypervisor it stays down until somebody notices, with everything that needs it.",
    example: "guests: {photos: {kind: vm, on: pve1, id: 101}}   # and qm config 101 has no onboot: 1",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.14"],
    mend: Mend::None("whether it is wanted is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveGuest;
    for pve in all(ctx) {
        pve.look.unseen(
            &RULE,
            kind,
            "has other guests that do not start with their host",
            out,
        );
        // What is under high availability is started by that, wherever it is.
        let managed: BTreeSet<&str> = pve
            .look
            .items(FactKind::PveHa)
            .filter_map(|(key, _)| key.split_once(':').map(|(_, number)| number))
            .collect();
        for (number, guest, name) in pve.guests() {
            let declared = pve.guests.get(number);
            let wanted_off = declared.is_some_and(|(_, g)| g.autostart.known() == Some(&false));
            let running = guest.field("status").and_then(Value::as_text) == Some("running");
            let starts = guest.field("autostart").and_then(Value::as_bool) == Some(true);
            if wanted_off || !running || starts || managed.contains(number) {
                continue;
            }
            if !configured(guest) {
                pve.unread(&RULE, number, format!("{name} starts with its host"), out);
                continue;
            }
            if let Some(why) = pve.look.gap(FactKind::PveHa) {
                let d = RULE.unknown(format!("whether high availability starts {name}"));
                pve.tell(d.note(why.0), kind, number, out);
                continue;
            }
            let command = if is_kind(guest, "vm") { "qm" } else { "pct" };
            let d = RULE
                .finding(format!("{name} runs, and does not start with its host"))
                .help(format!(
                    "{command} set {number} --onboot 1; if it is to be started by hand, say `autostart: false`"
                ));
            pve.tell(d, kind, number, out);
        }
    }
}
