//! Pools and datasets.

use crate::cell::How;
use crate::size::{Sum, decimal};
use crate::{Cell, Sheet, planned};
use graph::pools::{self, Verdict};
use graph::totals;
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::storage::{Level, Pool};

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    vec![pools(lab), datasets(lab)]
}

fn pools(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "pools",
        &[
            "POOL", "KIND", "ON", "LEVEL", "SURVIVES", "DEVICES", "RAW", "USABLE", "USED", "FILL",
            "SCRUB", "MOUNT",
        ],
    );
    let mut beside = Vec::new();
    let there = lab.pools.iter().map(|(name, pool)| (name, pool, None));
    let planned = planned::pools(lab).map(|(name, pool, status)| (name, pool, Some(status)));
    let mut all: Vec<_> = there.chain(planned).collect();
    all.sort_by_key(|(name, ..)| *name);
    for (name, pool, status) in all {
        if contradicted(lab, name, pool).is_some() {
            beside.push(name.as_str());
        }
        sheet.row([
            match status {
                Some(status) => Cell::declared(format!("{name} ({status})")),
                None => Cell::declared(name),
            },
            Cell::with(&pool.kind, |k| k.word().to_owned()),
            Cell::with(&pool.on, |o| o.name().to_owned()),
            level(pool),
            survives(lab, pool),
            Cell::list(devices(pool)),
            raw(lab, pool),
            usable(lab, name, pool),
            Cell::of(&pool.used),
            fill(lab, name, pool),
            Cell::of(&pool.scrub),
            Cell::of(&pool.mount),
        ]);
    }
    if !beside.is_empty() {
        sheet.note(format!(
            "declared to hold something else than its disks give (`holdfast check`): {}",
            beside.join(", ")
        ));
    }
    sheet
}

/// Its level, or the profile of a Btrfs; that of its metadata where it is another one.
fn level(pool: &Pool) -> Cell {
    let btrfs = pools::is_btrfs(pool);
    let Some(data) = pool.profile.as_ref().filter(|_| btrfs) else {
        return Cell::with(&pool.level, |l| l.word().to_owned());
    };
    let other = pool.metadata_profile.known();
    let other = other.filter(|m| data.value() != Some(*m));
    Cell::with(&pool.profile, |p| match other {
        Some(other) => format!("{p} (metadata {other})"),
        None => p.to_string(),
    })
}

/// What the disks of a pool give, in bytes, where its declared size cannot be had from them; as rule `sto-raid-usable` has it.
fn contradicted(lab: &Lab, name: &str, pool: &Pool) -> Option<u128> {
    let declared = *pool.usable.known()?;
    let given = u128::try_from(totals::by_level(lab, name, pool)?.value).ok()?;
    let made = pool.size.known().map(|s| u128::from(s.bytes()));
    let given = made.map_or(given, |m| given.min(m));
    let parts = matches!(
        pool.level.known(),
        Some(Level::Single | Level::Linear | Level::Raid0)
    );
    match pools::compare(declared, given)? {
        // A pool on a partition of a disk has what the other partitions leave.
        Verdict::TooLittle if parts => None,
        _ => Some(given),
    }
}

fn devices(pool: &Pool) -> impl Iterator<Item = String> {
    let lists = [
        (&pool.devices, ""),
        (&pool.spares, " (spare)"),
        (&pool.log, " (log)"),
        (&pool.cache, " (cache)"),
        (&pool.special, " (special)"),
    ];
    lists.into_iter().flat_map(|(list, what)| {
        list.iter().map(move |d| {
            let part = d.value.part().map(|p| format!("/{p}")).unwrap_or_default();
            format!("{}{part}{what}", d.value.name())
        })
    })
}

/// How many of its devices may fail at once without loss, whichever they are.
fn survives(lab: &Lab, pool: &Pool) -> Cell {
    let declared = pool.level.known().is_some() || pool.profile.known().is_some();
    let Some(known) = pools::own_tolerance(lab, pool).filter(|_| declared) else {
        let open = pool.replicas.as_ref().is_some_and(|r| r.value().is_none());
        return match open {
            true => Cell::unknown(),
            false => Cell::silent(),
        };
    };
    Cell::computed(match known {
        0 => "no failure".to_owned(),
        1 => "1 failure".to_owned(),
        n => format!("{n} failures"),
    })
}

/// What is declared, else the sum of its devices.
pub(crate) fn raw(lab: &Lab, pool: &Pool) -> Cell {
    if pool.raw.is_some() || pool.devices.is_empty() {
        return Cell::of(&pool.raw);
    }
    let mut sum = Sum::default();
    for device in &pool.devices {
        let host = lab.hosts.get(device.value.name());
        let hardware = host.and_then(|h| h.about.hardware.as_ref());
        let disks = hardware.map(|h| h.disks.iter());
        let disk =
            disks.and_then(|mut d| d.find(|(n, _)| Some(n.0.as_str()) == device.value.part()));
        let size = disk.and_then(|(_, d)| d.size.as_ref());
        sum.add(size.map(|s| (s.value().map(|v| v.bytes()), Cell::of(&Some(s.clone())).how)));
    }
    sum.total()
        .map_or_else(Cell::unknown, |t| Cell::resting_on(decimal(t), [sum.how()]))
}

/// What is declared, else what its level leaves of its devices, or the size that it was made with if that is less.
pub(crate) fn usable(lab: &Lab, name: &str, pool: &Pool) -> Cell {
    match totals::fits(lab, name, pool).filter(|_| pool.usable.is_none()) {
        Some(part) => {
            let how = if part.assumed {
                How::Assumed
            } else {
                How::Computed
            };
            let bytes = u128::try_from(part.value).unwrap_or_default();
            Cell::resting_on(decimal(bytes), [how])
        }
        None => match contradicted(lab, name, pool) {
            Some(given) => Cell::with(&pool.usable, |u| {
                format!("{u} (disks give {})", decimal(given))
            }),
            None => Cell::of(&pool.usable),
        },
    }
}

fn fill(lab: &Lab, name: &str, pool: &Pool) -> Cell {
    let on = [Cell::of(&pool.used).how, usable(lab, name, pool).how];
    match permille(lab, name, pool) {
        Some(full) => Cell::resting_on(format!("{}.{}%", full / 10, full % 10), on),
        None if totals::fits(lab, name, pool).is_some_and(|p| p.value == 0) => Cell::unknown(),
        None => Cell::silent(),
    }
}

/// How full it is; nothing where what it holds, or what it can hold, is not known.
pub(crate) fn permille(lab: &Lab, name: &str, pool: &Pool) -> Option<u128> {
    let unknown = pool.usable.as_ref().is_some_and(|g| g.value().is_none());
    let usable = totals::fits(lab, name, pool).filter(|_| !unknown)?;
    let all = u128::try_from(usable.value).ok().filter(|all| *all > 0)?;
    let used = u128::from(pool.used.as_ref()?.value()?.bytes());
    Some((used * 1000 + all / 2) / all)
}

fn datasets(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "datasets",
        &[
            "DATASET", "CLASS", "TIER", "ON", "POOL", "SIZE", "CHANGES", "SERVICE",
        ],
    );
    for (name, data) in &lab.datasets {
        let on = match &data.host {
            Some(host) => Cell::declared(&host.value),
            None => Cell::with(&data.about.on, |o| o.name().to_owned()),
        };
        sheet.row([
            Cell::declared(name),
            Cell::with(&data.class, |c| c.word().to_owned()),
            Cell::of(&data.tier),
            on,
            Cell::with(&data.about.pool, |p| p.name().to_owned()),
            Cell::of(&data.about.size),
            Cell::of(&data.about.changes),
            Cell::with(&data.about.service, |s| s.name().to_owned()),
        ]);
    }
    sheet
}
