//! A thin pool that runs full, or whose map of blocks does.

use crate::look::{Look, hosts, part};
use crate::product::{all, percent};
use crate::storage::number;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::value::Value;
use std::collections::BTreeSet;

/// Where `thin_pool_autoextend_threshold` of lvm.conf(5) is commonly set, and where Proxmox VE turns to yellow.
const LIMIT: f64 = 80.0;

pub const RULE: Rule = Rule {
    id: "disk-thin-full",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A thin pool, or its metadata, is more than four fifths full.",
    rationale: "A thin pool promises more than it has. When the data is full, writes of all its guests fail at once; when the metadata is full, the pool goes read-only and may need repair. Both happen from one minute to the next, and lvs shows the second in a column that nobody reads.",
    example: "hosts: {pve1: {os: proxmox-ve}}   # and lvs says: Data% 50, Meta% 90",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("what may be deleted, or how much to buy, is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for pve in all(ctx) {
        let look = &pve.look;
        let what = "has other thin pools that are nearly full";
        look.unseen(&RULE, FactKind::PveThin, what, out);
        for (pool, value) in look.items(FactKind::PveThin) {
            told.insert(pool);
            let number = |field: &str| value.field(field).and_then(Value::as_int);
            let share = |used: &str, size: &str| percent(number(used)?, number(size)?);
            let shares = Shares {
                data: share("used", "size"),
                metadata: share("metadata_used", "metadata_size"),
            };
            one(look, (FactKind::PveThin, pool), pool, shares, out);
        }
    }
    for (look, _) in hosts(ctx) {
        let what = "has other thin pools that are nearly full";
        look.unseen(&RULE, FactKind::Pool, what, out);
        for (key, value) in look.items(FactKind::Pool) {
            let Some(pool) = key.strip_prefix("lvm-thin/") else {
                continue;
            };
            // A node of Proxmox VE that was asked both ways is told of once.
            let pool = format!("{}/{pool}", look.name);
            if told.contains(pool.as_str()) {
                continue;
            }
            let shares = Shares {
                data: number(value, "used")
                    .zip(number(value, "size"))
                    .and_then(|(used, size)| percent(used, size)),
                // In thousandths.
                metadata: number(value, "metadata").and_then(|part| percent(part, 1_000)),
            };
            one(&look, (FactKind::Pool, key), &pool, shares, out);
        }
    }
}

/// How full a thin pool and its metadata are, in percent; none where that was not told.
struct Shares {
    data: Option<f64>,
    metadata: Option<f64>,
}

fn one(
    look: &Look<'_, '_>,
    (kind, key): (FactKind, &str),
    pool: &str,
    shares: Shares,
    out: &mut Findings,
) {
    for (what, share) in [("data", shares.data), ("metadata", shares.metadata)] {
        let Some(share) = share else {
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
        out.add(look.object.clone(), look.dated(d, kind, key));
    }
}
