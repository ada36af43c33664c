//! A snapshot of a guest that nobody removed.

use crate::product::{Pve, all};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::id::Kind;
use model::lab::Lab;
use model::lab::protection::{KeepAll, Snapshot};
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "guest-snapshot-old",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A snapshot of a guest is older than the lab keeps snapshots.",
    rationale: "A snapshot is for the hour in which something may have to be taken back. One that is forgotten keeps every block that changed since: it fills a thin pool, slows the disk, stops some migrations and replications, \
        and going back to it loses months.",
    example: "guests: {photos: {kind: vm, on: pve1, id: 101}}   # and `qm listsnapshot 101` shows one of last year",
    controls: &["CIS v8 4.1", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("what is removed does not come back"),
    run,
};

const DAY: i64 = 86_400;
/// Where the lab does not say how long snapshots are kept.
const USUAL: i64 = 30 * DAY;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::PveGuest;
    for pve in all(ctx) {
        pve.look
            .unseen(&RULE, kind, "has other guests with old snapshots", out);
        for (number, guest, name) in pve.guests() {
            let Some(snapshots) = guest.field("snapshots").and_then(as_map) else {
                let d = RULE.unknown(format!("whether {name} has old snapshots"));
                let d = d.note("its snapshots were not told: the token needs VM.Audit");
                pve.tell(d, kind, number, out);
                continue;
            };
            let (limit, why) = limit(&pve, number);
            let mut old: Vec<(i64, &str)> = Vec::new();
            for (snapshot, at) in snapshots {
                let Some(at) = at.as_int().filter(|at| !pve.look.is_future(*at)) else {
                    let snapshot = plain(snapshot);
                    let d = RULE.unknown(format!("how old snapshot '{snapshot}' of {name} is"));
                    pve.tell(
                        d.note("its time is missing or after the look"),
                        kind,
                        number,
                        out,
                    );
                    continue;
                };
                if pve.look.ago(at) > limit {
                    old.push((pve.look.ago(at) / DAY, snapshot));
                }
            }
            old.sort_unstable_by(|a, b| b.cmp(a));
            let Some((days, oldest)) = old.first() else {
                continue;
            };
            let more = match old.len() {
                1 => String::new(),
                n => format!(", and {} more are too old as well", n - 1),
            };
            if let Some(open) = open(pve.look.lab()).filter(|_| limit == USUAL) {
                let d = RULE.unknown(format!("for how long snapshots of {name} are to be kept"));
                let d = d.note(format!("of what snapshots '{open}' are is not known"));
                pve.tell(d, kind, number, out);
                continue;
            }
            let command = match crate::product::is_kind(guest, "vm") {
                true => "qm",
                false => "pct",
            };
            let oldest = plain(oldest);
            let d = RULE
                .finding(format!("{name} has a snapshot that is {days} days old: '{oldest}'{more}"))
                .note(format!("{days}d > {}d: {why}", limit / DAY))
                .help(format!(
                    "if nobody wants to go back to it: {command} delsnapshot {number} {oldest}; what is to be kept belongs into a backup"
                ));
            pve.tell(d, kind, number, out);
        }
    }
}

/// How old a snapshot may be, and why: as long as the declared ones of the guest are kept.
fn limit(pve: &Pve<'_, '_>, number: &str) -> (i64, String) {
    let usual = || {
        (
            USUAL,
            "assumed, since nothing declares how long snapshots of it are kept".to_owned(),
        )
    };
    let Some((guest, _)) = pve.guests.get(number) else {
        return usual();
    };
    let of = |s: &&Snapshot| {
        let on = s.on.known();
        on.is_some_and(|on| on.kind() == Kind::Guest && on.name() == *guest)
    };
    let all = pve.look.lab().snapshots.iter().filter(|(_, s)| of(s));
    let kept = all.filter_map(|(name, s)| Some((kept(s)?, name)));
    match kept.max() {
        Some((longest, name)) => (longest, format!("snapshots '{name}' are kept for so long")),
        None => usual(),
    }
}

/// Declared snapshots of which nobody knows whether they are of this guest.
fn open(lab: &Lab) -> Option<&str> {
    let unsure = |s: &Snapshot| match s.on.known() {
        None => true,
        Some(on) if on.kind() == Kind::Guest => {
            let guest = lab.guests.get(on.name());
            guest.is_none_or(|g| g.on.known().is_none())
        }
        Some(_) => false,
    };
    let mut all = lab.snapshots.iter().filter(|(_, s)| unsure(s));
    all.next().map(|(name, _)| name.as_str())
}

/// For how long the oldest that is kept is there, and a turn more.
fn kept(declared: &Snapshot) -> Option<i64> {
    let every = declared.schedule.known().and_then(|s| s.longest_interval());
    let every = every.and_then(|minutes| i64::try_from(minutes).ok()?.checked_mul(60));
    let keep: &KeepAll = declared.keep.as_ref()?;
    let of = |n: &model::declare::Opt<u32>, each: i64| Some(i64::from(*n.known()?) * each);
    let spans = [
        every.and_then(|e| of(&keep.last, e)),
        of(&keep.hourly, 3_600),
        of(&keep.daily, DAY),
        of(&keep.weekly, 7 * DAY),
        of(&keep.monthly, 31 * DAY),
        of(&keep.yearly, 366 * DAY),
        keep.within
            .known()
            .and_then(|d| i64::try_from(d.seconds()).ok()),
    ];
    let longest = spans.into_iter().flatten().max()?;
    Some(longest.saturating_add(every.unwrap_or(DAY)))
}

fn as_map(value: &Value) -> Option<&std::collections::BTreeMap<String, Value>> {
    match value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}
