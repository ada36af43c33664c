//! Redundancy that nobody watches.

use crate::attention::{Attention, Watchers, of_pool};
use crate::pools::{self, object, own_tolerance};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::lab::storage::{Pool, PoolKind};

pub(crate) const RULE: Rule = Rule {
    id: "sto-monitor",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Nothing tells anybody when a redundant pool has lost a disk.",
    rationale: "Redundancy turns the first failure into a message. If the message reaches nobody, the pool runs degraded until the \
        second failure, which loses the data; looking at /proc/mdstat by hand is looking afterwards.",
    example: "pools: {main: {kind: md, level: raid5, devices: [nas/a, nas/b, nas/c]}}   # no alert, no 'monitored_by'",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::DisplayOnly("whom the alert reaches is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let watchers = Watchers::of(ctx.lab);
    for (name, pool) in &ctx.lab.pools {
        let spare = own_tolerance(ctx.lab, pool).unwrap_or(0);
        if spare == 0 || is_share(pool) {
            continue;
        }
        let instead = match of_pool(&watchers, name, pool) {
            Attention::Paid => continue,
            Attention::Unknown(why) => {
                let message = format!("whether anybody is told when pool '{name}' has lost a disk");
                let d = RULE.unknown(message).at(pool.span, "").note(why);
                out.add(object(name), d);
                continue;
            }
            Attention::None(instead) => instead,
        };
        let level = pools::level_word(pool);
        let disks = if spare == 1 { "disk" } else { "disks" };
        let mut d = RULE
            .finding(format!("nobody is told when pool '{name}' has lost a disk"))
            .at(pool.span, "nothing watches it")
            .note(format!(
                "{level} survives {spare} failed {disks}; alerts about it that reach somebody: 0"
            ));
        for why in instead {
            d = d.note(why);
        }
        out.add(
            object(name),
            d.help("declare an alert with 'about: [POOL]' and a 'route', or name what watches it with 'monitored_by'"),
        );
    }
}

fn is_share(pool: &Pool) -> bool {
    let kind = pool.kind.known();
    matches!(
        kind,
        Some(PoolKind::Iscsi | PoolKind::Nfs | PoolKind::Smb | PoolKind::Directory)
    )
}
