//! Thin pools that can run full unseen.

use crate::amounts::{count, decimal};
use crate::attention::{Attention, Watchers, of_pool};
use crate::ceiling;
use crate::pools::{chain, object};
use crate::totals;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::guest::GuestDisk;
use model::lab::storage::{Pool, PoolKind};
use std::collections::BTreeMap;

/// Source: lvmthin(7), "Automatically extend thin pool LV" and "Metadata space exhaustion": a full pool fails writes of every volume on it,
/// full metadata need a repair offline.
pub(crate) const RULE: Rule = Rule {
    id: "sto-thin",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A thin pool can run full and nothing says so beforehand, or more is promised than it holds.",
    rationale: "Thin volumes promise space that is not there. When the pool, or its metadata, is full, every guest on it gets write \
        errors in the same moment, and databases and file systems break. So the limit is watched, and the promises are bounded.",
    example: "pools: {thin: {kind: lvm-thin, from: vg0, size: 400GB}}   # with guests' disks of 600GB, no 'thin_limit', no alert",
    controls: &["ISO 27001:2022 A.8.6", "NIST CSF 2.0 DE.CM-09"],
    mend: Mend::DisplayOnly("whom the alert reaches is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let (disks, watchers) = (disks(ctx.lab), Watchers::of(ctx.lab));
    for (name, pool) in &ctx.lab.pools {
        let own = disks.get(name.as_str()).map(Vec::as_slice);
        if pool.kind.known() == Some(&PoolKind::LvmThin)
            && let Some(d) = judge(&watchers, name, pool, own.unwrap_or_default())
        {
            out.add(object(name), d);
        }
    }
}

fn judge(
    watchers: &Watchers<'_>,
    name: &str,
    pool: &Pool,
    disks: &[&GuestDisk],
) -> Option<Diagnostic> {
    let lab = watchers.lab;
    let known = totals::room(lab, name, pool);
    // More than all that it can be made of is more than it holds.
    let bound = known
        .is_none()
        .then(|| ceiling::at_most(lab, name, pool))
        .flatten()
        .map(|p| totals::Part {
            shown: format!("at most {}", p.shown).into(),
            ..p
        });
    let is_known = known.is_some();
    let capacity = known.or(bound);
    let sized = disks.iter().filter_map(|d| d.size.known());
    let promised: u128 = sized.map(|s| u128::from(s.bytes())).sum();
    let open = disks.iter().filter(|d| d.size.known().is_none()).count();
    let more = capacity.as_ref().is_some_and(|c| promised > holds(c));
    let watched = match of_pool(watchers, name, pool) {
        Attention::Paid => pool.thin_limit.known().is_some() || named_fill(lab, name),
        Attention::None(_) | Attention::Unknown(_) => false,
    };
    let sum = arithmetic(capacity.as_ref(), is_known, disks, open, promised);
    let mut d = match (watched, more) {
        (true, false) if open > 0 || (!is_known && !disks.is_empty()) => {
            let message = format!("whether thin pool '{name}' promises more than it holds");
            return Some(RULE.unknown(message).at(pool.span, "").note(sum));
        }
        (true, false) => return None,
        (true, true) => RULE
            .with(
                Severity::Info,
                format!("thin pool '{name}' promises more than it holds"),
            )
            .at(pool.span, "bounded by its alert"),
        (false, true) => RULE
            .finding(format!(
                "thin pool '{name}' promises more than it holds, and nobody is told when it fills"
            ))
            .at(pool.span, "no watched limit"),
        (false, false) => RULE
            .finding(format!(
                "nobody is told when thin pool '{name}' or its metadata fills"
            ))
            .at(pool.span, "no watched limit"),
    };
    d = d.note(sum);
    if !watched {
        if let Attention::None(instead) = of_pool(watchers, name, pool) {
            d = instead.into_iter().fold(d, Diagnostic::note);
        }
        let limit = match &pool.thin_limit {
            Some(limit) => limit.value().map(ToString::to_string),
            None => None,
        };
        d = d.help(match limit {
            Some(limit) => format!("declare the alert that rings at {limit} of data or metadata: 'alerts: {{…: {{about: [{name}], above: {limit}, route: […]}}}}'"),
            None => format!("write 'thin_limit: 80%' and an alert 'about: [{name}]' with 'above: 80%' and a 'route', for data and for metadata"),
        });
    }
    Some(match pool.metadata.known() {
        None if !watched => d.note("the size of its metadata volume is not declared"),
        _ => d,
    })
}

/// `3 disks of guests = at least 500GB, 1 of unknown size`.
/// `3 disks of guests = 4TB; the pool holds 3TB: 133 % promised`.
fn arithmetic(
    capacity: Option<&totals::Part>,
    is_known: bool,
    disks: &[&GuestDisk],
    open: usize,
    promised: u128,
) -> String {
    let all = added(disks.len(), open, promised);
    let Some(capacity) = capacity else {
        return format!("its size is not declared; {all}");
    };
    let percent = promised * 100 / holds(capacity).max(1);
    let share = match (open, disks.len()) {
        (0, _) if is_known => format!("{percent} %"),
        (n, all) if n == all => "nobody knows how much is".to_owned(),
        _ => format!("at least {percent} %"),
    };
    format!("{all}; the pool holds {}: {share} promised", capacity.shown)
}

fn holds(capacity: &totals::Part) -> u128 {
    u128::try_from(capacity.value).unwrap_or_default()
}

fn added(disks: usize, open: usize, promised: u128) -> String {
    let all = count(disks, "disk of guests", "disks of guests");
    match open {
        0 => format!("{all} = {}", decimal(promised)),
        n if n == disks => format!("{all} of unknown size"),
        n => format!(
            "{all} = at least {}, {n} of unknown size",
            decimal(promised)
        ),
    }
}

/// An alert with a limit of its own.
fn named_fill(lab: &Lab, name: &str) -> bool {
    lab.alerts.values().any(|a| {
        let about = a
            .about
            .iter()
            .any(|x| x.value.to_words().is_some_and(|n| n == name));
        about && (a.above.known().is_some() || a.below.known().is_some())
    })
}

trait Words {
    fn to_words(&self) -> Option<&str>;
}

impl<const SET: u64> Words for model::declare::About<SET> {
    fn to_words(&self) -> Option<&str> {
        match self {
            model::declare::About::Ref(r) if r.kind() == model::id::Kind::Pool => Some(r.name()),
            _ => None,
        }
    }
}

/// Disks of guests by all pools below them.
fn disks(lab: &Lab) -> BTreeMap<&str, Vec<&GuestDisk>> {
    let mut out: BTreeMap<&str, Vec<&GuestDisk>> = BTreeMap::new();
    for disk in lab.guests.values().flat_map(|g| g.disks.values()) {
        let own = disk.pool.known().map(|p| chain(lab, p.name()));
        for (name, _) in own.unwrap_or_default() {
            out.entry(name).or_default().push(disk);
        }
    }
    out
}
