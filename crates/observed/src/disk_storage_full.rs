//! A storage of the hypervisor that is nearly full, or not there.

use crate::look::part;
use crate::product::{all, percent};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;

/// Where Proxmox VE turns to red.
const LIMIT: f64 = 90.0;

pub const RULE: Rule = Rule {
    id: "disk-storage-full",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A storage of Proxmox VE is more than nine tenths full, or switched on and not there.",
    rationale: "Where there is no room, backups fail first and guests next. A storage that is configured and not active is a share that was not mounted: jobs that go there fail, or fill the disk below the mount point.",
    example: "clusters: {main: {kind: proxmox, api: {…}}}   # and pvesm status says: backup nfs inactive",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("what may be deleted is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveStorage;
    for pve in all(ctx) {
        let look = &pve.look;
        look.unseen(
            &RULE,
            kind,
            "has other storages that are full or not there",
            out,
        );
        for (storage, value) in look.items(kind) {
            let flag = |field: &str| value.field(field).and_then(Value::as_bool);
            let number = |field: &str| value.field(field).and_then(Value::as_int);
            if flag("enabled") == Some(false) {
                continue;
            }
            let shown = plain(storage);
            let both = number("used").zip(number("size"));
            let d = match (
                flag("active"),
                both.and_then(|(used, size)| percent(used, size)),
            ) {
                (Some(false), _) => RULE
                    .finding(format!("storage {shown} is switched on and not there"))
                    .help("on the node: pvesm status, and whether its server answers"),
                (_, Some(share)) if share < LIMIT => continue,
                (_, Some(share)) => RULE
                    .finding(format!("storage {shown} is {share:.1} % full"))
                    .note(format!(
                        "{share:.1} % of {LIMIT:.0} % that are asked for at most"
                    ))
                    .help(
                        "prune backups, or delete disks that no guest uses (`pvesm list STORAGE`)",
                    ),
                (_, None) => {
                    look.untold(&RULE, kind, &format!("has room on storage {shown}"), out);
                    continue;
                }
            };
            out.add(
                look.object.clone(),
                look.dated(d.of(part(storage)), kind, storage),
            );
        }
    }
}
