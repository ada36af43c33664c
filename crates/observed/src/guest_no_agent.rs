//! A virtual machine that its hypervisor cannot talk to.

use crate::product::{all, configured, is_kind};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "guest-no-agent",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "A virtual machine has no guest agent switched on.",
    rationale: "Without the agent an image backup is a copy of a running disk, as after a power cut: file systems are not held still. A shutdown waits for its time-out, and the addresses of the machine are not known.",
    example: "guests: {photos: {kind: vm, on: pve1, id: 101}}   # and qm config 101 has no agent: 1",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("the agent has to be installed inside of it, too"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveGuest;
    for pve in all(ctx) {
        pve.look
            .unseen(&RULE, kind, "has other machines without a guest agent", out);
        let guests = pve.guests().into_iter();
        for (number, guest, name) in guests.filter(|(_, g, _)| is_kind(g, "vm")) {
            let agent = guest.field("agent").and_then(Value::as_text);
            if agent.is_some_and(is_on) {
                continue;
            }
            if agent.is_none() && !configured(guest) {
                pve.unread(&RULE, number, format!("{name} has a guest agent"), out);
                continue;
            }
            let d = RULE
                .finding(format!("{name} has no guest agent"))
                .help(format!(
                    "install qemu-guest-agent in it, then: qm set {number} --agent 1"
                ));
            pve.tell(d, kind, number, out);
        }
    }
}

/// `1`, `enabled=1,fstrim_cloned_disks=1`: the first part may stand without its name (`qm` of Proxmox VE 8, option `agent`).
fn is_on(option: &str) -> bool {
    let first = option
        .split(',')
        .map(|part| part.strip_prefix("enabled=").unwrap_or(part));
    first.into_iter().any(|part| part == "1")
}
