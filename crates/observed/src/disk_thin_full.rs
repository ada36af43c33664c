//! A thin pool that runs full, or whose map of blocks does.

use crate::look::part;
use crate::product::{all, percent};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;

/// Where `thin_pool_autoextend_threshold` of lvm.conf(5) is commonly set, and where Proxmox VE turns to yellow.
const LIMIT: f64 = 80.0;

pub const RULE: Rule = Rule {
    id: "disk-thin-full",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A thin pool, or its metadata, is more than four fifths full.",
    rationale: "A thin pool promises more than it has. When the data is full, writes of all its guests fail at once; when the metadata is full, the pool goes read-only and may need repair. Both happen from one minute to the next, and lvs shows the second in a column that nobody reads.",
    example: "clusters: {main: {kind: proxmox, api: {…}}}   # and lvs says: Data% 50, Meta% 90",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("what may be deleted, or how much to buy, is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveThin;
    for pve in all(ctx) {
        let look = &pve.look;
        look.unseen(
            &RULE,
            kind,
            "has other thin pools that are nearly full",
            out,
        );
        for (pool, value) in look.items(kind) {
            for (what, used, size) in [
                ("data", "used", "size"),
                ("metadata", "metadata_used", "metadata_size"),
            ] {
                let number = |field: &str| value.field(field).and_then(Value::as_int);
                let both = number(used).zip(number(size));
                let Some(share) = both.and_then(|(used, size)| percent(used, size)) else {
                    let about = format!("has room in the {what} of thin pool {}", plain(pool));
                    look.untold(&RULE, kind, &about, out);
                    continue;
                };
                if share < LIMIT {
                    continue;
                }
                let d = RULE
                    .finding(format!("the {what} of thin pool {} is {share:.1} % full", plain(pool)))
                    .of(part(&format!("{pool} {what}")))
                    .note(format!("{share:.1} % of {LIMIT:.0} % that are asked for at most"))
                    .help(match what {
                        "data" => "delete or move disks, let guests trim (`fstrim -av`), or add a device to the volume group",
                        _ => "lvextend --poolmetadatasize +1G VG/POOL, as long as the volume group has room",
                    });
                out.add(look.object.clone(), look.dated(d, kind, pool));
            }
        }
    }
}
