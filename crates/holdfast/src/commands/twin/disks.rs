//! Faults of disks and pools: which disk is meant, what may be done to it, and what became of it in the end.

use super::Twinned;
use super::fault::host;
use crate::exit::Stop;
use crate::output::words::{count, did_you_mean};
use crate::twins;
use anyhow::Result;
use twin::Host;
use twinplan::faults::Fault;
use twinplan::{Design, PoolTwin};

/// The machine and the disk that are meant: `MACHINE/DISK`, or a disk's name that there is once.
pub(super) fn known(design: &Design, name: &str) -> Result<(String, String)> {
    let all = design.pools.iter();
    let all: Vec<(&str, &str)> = all
        .flat_map(|p| {
            p.disks
                .iter()
                .map(|d| (p.machine.as_str(), d.name.as_str()))
        })
        .collect();
    let whole = |(machine, disk): &(&str, &str)| format!("{machine}/{disk}");
    let found: Vec<&(&str, &str)> = match name.contains('/') {
        true => all.iter().filter(|d| whole(d) == name).collect(),
        false => all.iter().filter(|(_, disk)| *disk == name).collect(),
    };
    if let [(machine, disk)] = found.as_slice() {
        return Ok(((*machine).to_owned(), (*disk).to_owned()));
    }
    let names: Vec<String> = all.iter().map(whole).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let there = match names.as_slice() {
        [] => "no pool of this lab can be in a twin, so it has no disks".to_owned(),
        all => format!("there are: {}", all.join(", ")),
    };
    let what = match found.len() {
        0 => format!("no disk of a pool in the twin is called {name}"),
        _ => format!("several machines have a disk {name}"),
    };
    let stop = Stop::usage(format!("{what}; {there}"));
    Err(match did_you_mean(name, names) {
        Some(question) => stop.help(question),
        None => stop,
    }
    .into())
}

fn pool_of<'a>(design: &'a Design, machine: &str, disk: &str) -> Option<&'a PoolTwin> {
    let has = |p: &&PoolTwin| p.machine == machine && p.disks.iter().any(|d| d.name == disk);
    design.pools.iter().find(has)
}

/// Whether what is written over can be mended again, for else the fault could not be ended.
pub(super) fn mendable(design: &Design, machine: &str, disk: &str) -> Result<()> {
    match pool_of(design, machine, disk) {
        Some(pool) if !pool.mends() => {
            let why = format!(
                "disk {machine}/{disk} is not written over: pool {} keeps one copy ({}), so nothing could mend it",
                pool.name, pool.profile
            );
            let other = format!("`twin fault … lose {machine}/{disk}` can be ended");
            Err(Stop::refused(why).help(other).into())
        }
        _ => Ok(()),
    }
}

/// Writes over what a disk holds; that nothing was there to be written over is an error, not a fault.
pub(super) fn corrupt(host: &Host, disk: &str) -> Result<()> {
    // What is only in memory would be written after the damage, and hide it.
    host.run(&["sync"]).map_err(twins::environment)?;
    match host.damage_disk(disk).map_err(twins::environment)? {
        0 => Err(Stop::environment(format!(
            "disk {}/{disk} holds nothing that could be written over",
            host.name()
        ))
        .into()),
        _ => Ok(()),
    }
}

/// The disk is back, and its pool reads all of it and mends what it can.
pub(super) fn mended(design: &Design, host: &Host, disk: &str) -> Result<Option<String>> {
    host.return_disk(disk).map_err(twins::environment)?;
    let Some(pool) = pool_of(design, host.name(), disk) else {
        return Ok(None);
    };
    if !host.is_running().map_err(twins::environment)? {
        return Ok(None);
    }
    host.mount_pools().map_err(twins::environment)?;
    let counts = host.scrub_pool(&twinplan::slug(&pool.name));
    let counts = counts.map_err(twins::environment)?;
    let of = |name: &str| {
        let found = counts.iter().find(|(n, _)| n == name);
        found.map_or(0, |(_, n)| usize::try_from(*n).unwrap_or(usize::MAX))
    };
    let mended = count(of("corrected_errors"), "error", "errors");
    let lost = of("uncorrectable_errors");
    Ok(match (counts.is_empty(), lost) {
        (true, _) => Some(format!("pool {} could not be scrubbed", pool.name)),
        (false, 0) => Some(format!("scrub of pool {} mended {mended}", pool.name)),
        (false, lost) => Some(format!(
            "scrub of pool {} mended {mended}, and {} for good: `twin down` and `up` make it anew",
            pool.name,
            count(lost, "error stays", "errors stay")
        )),
    })
}

/// A folder that can be filled: it lies on a pool of the twin. All else lies on the disk of this machine.
pub(super) fn fillable(twinned: &Twinned, name: &str, folder: &str) -> Result<Fault> {
    let machine = super::machine(&twinned.design, name)?.name.clone();
    let found = host(twinned, &machine)?
        .mount_of(folder)
        .map_err(twins::environment)?;
    let Some(place) = found else {
        return Err(
            Stop::usage(format!("{machine} has no folder {folder}, or does not run")).into(),
        );
    };
    let own = twinned.design.pools.iter().filter(|p| p.machine == machine);
    let mounts = own.flat_map(|p| {
        let more = p.subvolumes.iter().filter_map(|s| s.mount.as_deref());
        more.chain([p.mount.as_str()])
    });
    let mounts: Vec<&str> = mounts.collect();
    if !mounts.contains(&place.as_str()) {
        let there = match mounts.as_slice() {
            [] => format!("{machine} has no pool"),
            all => format!("its pools: {}", all.join(", ")),
        };
        let why = format!("{folder} on {machine} lies on no pool, but on the disk of this machine");
        return Err(Stop::refused(format!("{why}, which is not filled; {there}")).into());
    }
    Ok(Fault::Fill {
        machine,
        folder: folder.to_owned(),
    })
}
