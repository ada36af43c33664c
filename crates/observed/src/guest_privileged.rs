//! A container that is root on its hypervisor, and nobody said so.

use crate::product::{all, configured, is_kind};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "guest-privileged",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container is privileged and is not declared so.",
    rationale: "Root inside a privileged container is root on the hypervisor, held back by filters alone; Proxmox calls such containers unsafe. A container that was restored or cloned with the wrong box ticked looks like any other.",
    example: "guests: {photos: {kind: lxc, on: pve1, id: 101}}   # and pct config 101 has no unprivileged: 1",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.PS-01",
        "ISO 27001:2022 A.8.9",
    ],
    mend: Mend::None("owners of files change with it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveGuest;
    for pve in all(ctx) {
        pve.look
            .unseen(&RULE, kind, "has other containers that are privileged", out);
        let guests = pve.guests().into_iter();
        for (number, guest, name) in guests.filter(|(_, g, _)| is_kind(g, "lxc")) {
            let declared = pve.guests.get(number);
            let said = declared.and_then(|(_, g)| g.privileged.known());
            if said == Some(&true)
                || guest.field("unprivileged").and_then(Value::as_text) == Some("1")
            {
                continue;
            }
            if guest.field("unprivileged").is_none() && !configured(guest) {
                pve.unread(&RULE, number, format!("{name} is privileged"), out);
                continue;
            }
            let d = RULE
                .finding(format!("{name} is a privileged container, and is not declared as one"))
                .help("back it up and restore it with `--unprivileged 1`; if it has to be so, say `privileged: true` and why");
            pve.tell(d, kind, number, out);
        }
    }
}
