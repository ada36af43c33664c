//! A pool that nobody has read whole for too long.

use crate::look::{Look, machines, part};
use crate::storage::{declared, mounts, number, observed};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::kleene::Reason;
use model::units::Seconds;
use model::value::Value;

const KIND: FactKind = FactKind::Pool;
const DAY: i64 = 86_400;
/// What Debian's zfsutils-linux and btrfsmaintenance do by default, once a month, and a few days to get it done.
const LIMIT: i64 = 35 * DAY;

pub const RULE: Rule = Rule {
    id: "disk-scrub-overdue",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A pool of btrfs or ZFS was not read whole for twice the declared time between two scrubs, or for 35 days.",
    rationale: "Sectors rot in silence, and the copy that would mend them does too. Only who reads all of it finds out while there still is a good copy; the rebuild after a failure is the worst moment to learn it.",
    example: "pools: {tank: {kind: btrfs, on: nas, scrub: monthly}}   # and btrfs scrub status says: no stats available",
    controls: &["NIST CSF 2.0 PR.DS-11", "ISO 27001:2022 A.8.13"],
    mend: Mend::None("a scrub takes hours of a pool's speed; its time is a choice"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in machines(ctx, KIND) {
        look.unseen(
            &RULE,
            KIND,
            "has other pools that were never read whole",
            out,
        );
        for (key, value, name) in observed(&look) {
            // Of the others LVM reads nothing whole, and md keeps no time of it.
            if key.starts_with("btrfs/") || key.starts_with("zfs/") {
                one(&look, key, value, &name, out);
            }
        }
    }
}

fn one(look: &Look<'_, '_>, key: &str, value: &Value, name: &str, out: &mut Findings) {
    let of = look.title();
    let Some(last) = number(value, "scrub") else {
        let what = format!("has read {name} whole within its time");
        return look.untold(&RULE, KIND, &what, out);
    };
    let (limit, why) = limit(look, key, value);
    let age = look.ago(last);
    let d = match last {
        _ if look.is_future(last) => {
            let what = format!("has read {name} whole within its time");
            let why = Reason::new("it dates that after the look");
            return look.unknown(&RULE, KIND, &what, &why, out);
        }
        0 => RULE.finding(format!("{name} of {of} was never read whole")),
        _ if age <= limit => return,
        _ => RULE.finding(format!(
            "{name} of {of} was read whole {} ago",
            Seconds(age)
        )),
    };
    let d = d.note(format!("allowed are {}: {why}", Seconds(limit)));
    let d = d.help("start one now (btrfs scrub start, zpool scrub), and a timer for the next");
    out.add(look.object.clone(), look.dated(d.of(part(key)), KIND, key));
}

fn limit(look: &Look<'_, '_>, key: &str, value: &Value) -> (i64, String) {
    let at = mounts(value);
    let all = declared(look);
    let own = all
        .iter()
        .find(|d| d.mount.is_some_and(|m| at.contains(&m)));
    let said = own.and_then(|d| d.pool.scrub.known());
    let minutes = said.and_then(|s| Some((s, s.longest_interval()?)));
    match minutes {
        Some((said, minutes)) => (
            i64::try_from(minutes)
                .unwrap_or(i64::MAX)
                .saturating_mul(2 * 60),
            format!("twice the time between two of '{said}'"),
        ),
        None => match own_threshold(look, key) {
            Some(limit) => (
                limit,
                "the days that its scrub task waits, and a week for its turn".to_owned(),
            ),
            None => (
                LIMIT,
                "a month and a few days, as nothing is declared".to_owned(),
            ),
        },
    }
}

/// TrueNAS looks once a week, or when its task says, whether so many days have passed.
fn own_threshold(look: &Look<'_, '_>, key: &str) -> Option<i64> {
    let pool = key.strip_prefix("zfs/")?;
    let task = look.seen(FactKind::TrueNasTask, &format!("scrub/{pool}"));
    let task = task.value()?;
    let is_on = task.field("enabled").and_then(Value::as_bool) == Some(true);
    let days = number(task, "days").filter(|_| is_on)?;
    Some(days.saturating_add(8).saturating_mul(DAY))
}
