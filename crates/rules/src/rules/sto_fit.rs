//! More is declared on a pool, or on the disks of a machine, than they hold.

mod machine;

use crate::amounts::count;
use crate::ceiling;
use crate::partial::Partial;
use crate::places::{Mounts, of_dataset};
use crate::pools::object;
use crate::sizes::storage;
use crate::totals::{self, Part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::Lab;
use model::lab::storage::{Pool, PoolKind};
use std::collections::BTreeMap;

/// Datasets are what there is; virtual disks are what there may be. Which pools set a disk's whole size aside: lvm(8), linear volumes;
/// on ZFS, btrfs and directories a disk takes what was written to it, unless that is asked for.
pub(crate) const RULE: Rule = Rule {
    id: "sto-fit",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "The datasets, virtual disks and thin pools on a pool are together larger than it, or may become so; or datasets of which no pool is said are larger than the disks of their machine.",
    rationale: "What does not fit is somewhere else than the declaration says, or it is not there at all. Virtual disks that may grow past their \
        pool work until the day on which all of them stop at once; that may be wanted, but it has to be watched.",
    example: "pools: {tank: {kind: zfs, usable: 1TB, …}}   # and datasets of 'size: 3TB' on it",
    controls: &["ISO 27001:2022 A.8.6", "NIST CSF 2.0 PR.IR-04"],
    mend: Mend::None("what goes elsewhere, and which disks are bought, is a decision"),
    run,
};

const HELP: &str = "move something elsewhere, add disks, or correct the size";

/// What lies on one pool.
#[derive(Default)]
struct Load {
    datasets: Partial,
    disks: Partial,
    /// Datasets that are in no disk of a guest, and pools that are cut out of this one.
    beside: Partial,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let loads = loads(ctx.lab);
    for (name, load) in &loads {
        let Some(pool) = ctx.lab.pools.get(*name) else {
            continue;
        };
        let known = totals::room(ctx.lab, name, pool);
        let most = || ceiling::at_most(ctx.lab, name, pool);
        let Some((part, exact)) = (known.map(|p| (p, true))).or_else(|| Some((most()?, false)))
        else {
            continue;
        };
        let shown = match exact {
            true => part.shown.to_string(),
            false => format!("at most {}", part.shown),
        };
        let room = Room {
            holder: "the pool holds",
            value: part.value,
            shown: &shown,
            exact,
        };
        if let Some(d) = judge(name, pool, load, &room) {
            out.add(object(name), d);
        }
    }
    machine::run(ctx, out);
}

/// What a pool or the disks of a machine hold, or what they cannot hold more than.
struct Room<'a> {
    /// `the pool holds`
    holder: &'a str,
    value: i128,
    shown: &'a str,
    /// It is what it holds.
    exact: bool,
}

/// Datasets and virtual disks by the pool that they are declared on.
fn loads(lab: &Lab) -> BTreeMap<&str, Load> {
    let mounts = Mounts::of(lab);
    let mut out: BTreeMap<&str, Load> = BTreeMap::new();
    for (name, data) in &lab.datasets {
        // The lowest of its pools that is named, or the one that is mounted where it lies.
        let place = of_dataset(lab, &mounts, data);
        let own = data.about.pool.known().map(|p| p.name());
        let only = place.pools.iter().next().filter(|_| place.pools.len() == 1);
        if let Some(pool) = own.or(only.copied()) {
            let load = out.entry(pool).or_default();
            let what = format!("dataset '{name}'");
            // What a guest has may be in one of its disks, and is counted with that.
            if data
                .about
                .on
                .known()
                .is_none_or(|on| on.kind() != Kind::Guest)
            {
                load.beside.add(what.clone(), &data.about.size);
            }
            load.datasets.add(what, &data.about.size);
        }
    }
    for (name, pool) in &lab.pools {
        // Nobody has to say how large a part is that takes what is left.
        let group = pool.from.known().and_then(|f| lab.pools.get(f.name()));
        let group = group.is_some_and(|g| g.kind.known() == Some(&PoolKind::Lvm));
        let thin = pool.kind.known() == Some(&PoolKind::LvmThin);
        let cut = (thin || group) && pool.size.known().is_some();
        if let (Some(from), true) = (pool.from.known(), cut) {
            let load = out.entry(from.name()).or_default();
            load.beside.add(format!("pool '{name}'"), &pool.size);
        }
    }
    for (name, guest) in &lab.guests {
        for (label, disk) in &guest.disks {
            if let Some(pool) = disk.pool.known() {
                let load = out.entry(pool.name()).or_default();
                let what = format!("disk '{label}' of guest '{name}'");
                load.disks.add(what, &disk.size);
            }
        }
    }
    out
}

fn judge(name: &str, pool: &Pool, load: &Load, room: &Room<'_>) -> Option<Diagnostic> {
    if load.datasets.value() > room.value {
        let message = format!("the datasets on pool '{name}' are larger than the pool");
        return Some(finding(RULE.finding(message), &load.datasets, room).help(HELP));
    }
    // `sto-thin` speaks of thin pools.
    let thin = pool.kind.known() == Some(&PoolKind::LvmThin);
    if load.disks.value() > room.value && !thin {
        let d = match pool.kind.known() == Some(&PoolKind::Lvm) {
            true => RULE.finding(format!(
                "the disks of guests on pool '{name}' are larger than the pool"
            )),
            false => RULE.with(
                Severity::Warning,
                format!("the disks of guests on pool '{name}' may become larger than the pool"),
            ),
        };
        return Some(finding(d, &load.disks, room).help(HELP));
    }
    if !thin && let Some(d) = together(name, pool, load, room) {
        return Some(d);
    }
    let partly = |of: &&Partial| !of.known.is_empty() && !of.missing.is_empty();
    let disks = (!thin).then_some(&load.disks);
    let sized = |of: &&Partial| !of.known.is_empty();
    let mut both = [&load.datasets].into_iter().chain(disks);
    let open = match room.exact {
        true => both.find(partly)?,
        // `sto-replica-fit` speaks of what copies take.
        false if pool.kind.known() == Some(&PoolKind::Ceph) => return None,
        false => both.find(sized)?,
    };
    let d = RULE.unknown(format!("whether what lies on pool '{name}' fits on it"));
    let d = d.at(pool.span, "").note(format!(
        "{}{} of {}",
        open.least(),
        storage(open.value()),
        room.shown
    ));
    let d = match open.left_out() {
        Some(what) => d.note(what),
        None => d,
    };
    Some(match room.exact {
        true => d,
        false => d
            .note("how much of that can be filled is not declared")
            .help("declare its 'level', or what can be used of it ('usable')"),
    })
}

/// Each kind fits by itself, and all of it does not.
fn together(name: &str, pool: &Pool, load: &Load, room: &Room<'_>) -> Option<Diagnostic> {
    let mut all = load.beside.clone();
    all.known.extend(load.disks.known.iter().cloned());
    all.missing.extend(load.disks.missing.iter().cloned());
    if all.value() <= room.value {
        return None;
    }
    // A volume group sets the whole size of all of them aside.
    let message = match pool.kind.known() == Some(&PoolKind::Lvm) || load.disks.known.is_empty() {
        true => RULE.finding(format!(
            "what lies on pool '{name}' is larger than the pool"
        )),
        false => RULE.with(
            Severity::Warning,
            format!("what lies on pool '{name}' may become larger than the pool"),
        ),
    };
    Some(finding(message, &all, room).help(HELP))
}

fn finding(mut d: Diagnostic, all: &Partial, room: &Room<'_>) -> Diagnostic {
    const SHOWN: usize = 6;
    let mut parts: Vec<&Part> = all.known.iter().collect();
    parts.sort_by_key(|p| std::cmp::Reverse(p.value));
    for (n, part) in parts.iter().take(SHOWN).enumerate() {
        let label = format!("{}: {}", part.name, part.shown);
        d = match n {
            0 => d.at(part.span, label),
            _ => d.and_at(part.span, label),
        };
    }
    let terms: Vec<&str> = parts.iter().take(SHOWN).map(|p| p.shown.as_str()).collect();
    let more = match parts.len().saturating_sub(SHOWN) {
        0 => String::new(),
        n => format!(" + {}", count(n, "more", "more")),
    };
    // A pool that holds less than this makes it more.
    let least = match room.exact {
        true => all.least(),
        false => "at least ",
    };
    let sum = match parts.as_slice() {
        [only] => only.shown.to_string(),
        _ => format!("{}{more} = {}", terms.join(" + "), storage(all.value())),
    };
    d = d.note(format!(
        "{sum}; {} {}: {least}{} too much",
        room.holder,
        room.shown,
        storage(all.value() - room.value)
    ));
    d.notes.extend(all.left_out());
    d
}
