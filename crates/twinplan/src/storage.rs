//! Pools: which of them btrfs on loop devices can stand for, and what each consists of then.

use crate::design::{Absent, Design, DiskTwin, Machine, PoolTwin, Subvolume};
use crate::machines::slug;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::storage::{Level, Pool, PoolKind};
use model::lab::{DataSource, Lab};
use std::collections::BTreeSet;

/// Bytes of each disk. Of four such disks as RAID 10, half a gigabyte each, about 900 MiB can be used; the files are sparse.
const DISK_SIZE: u64 = 512 << 20;
/// Options of a mount that btrfs has and a twin can have; the others are about devices that are not there.
const OPTIONS: &[&str] = &["noatime", "relatime", "nodiratime", "ro"];

/// Adds pools, and those that cannot be there.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
    for (name, pool) in &lab.pools {
        match twin(lab, name, pool, design) {
            Ok(twin) => design.pools.push(twin),
            Err(why) => design.absent.push(Absent {
                of: ObjectRef::new(Kind::Pool, name),
                why,
            }),
        }
    }
}

fn twin(lab: &Lab, name: &str, pool: &Pool, design: &Design) -> Result<PoolTwin, String> {
    let Some(on) = pool.on.known().map(|r| &r.0.object) else {
        return Err("nothing says which machine has it".to_owned());
    };
    let Some(machine) = design.machine_of(on) else {
        return Err(format!("{on} is not in the twin"));
    };
    let kind = *pool.kind.known().ok_or("its kind is not known")?;
    let stand_in = stand_in(kind)?;
    let (profile, least) = profile(pool.level.known().copied())?;
    let declared = pool.mount.known().map(|m| m.0.clone());
    let mount_made_up = declared.is_none();
    let mount = declared.unwrap_or_else(|| format!("/mnt/{}", slug(name)));
    fits(&mount, machine, design)?;
    Ok(PoolTwin {
        name: name.to_owned(),
        machine: machine.name.clone(),
        kind: kind.word().to_owned(),
        stand_in: stand_in.map(str::to_owned),
        profile: profile.to_owned(),
        disks: disks(name, pool, least, machine, design),
        disk_size: DISK_SIZE,
        options: options(pool),
        subvolumes: subvolumes(lab, name, on, &mount),
        mount,
        mount_made_up,
    })
}

/// What stands in for a kind of pool, if anything can.
fn stand_in(kind: PoolKind) -> Result<Option<&'static str>, String> {
    Ok(match kind {
        PoolKind::Btrfs => None,
        PoolKind::Directory => Some("btrfs stands in"),
        PoolKind::Zfs => Some("btrfs stands in"),
        PoolKind::Md => Some("btrfs stands in"),
        PoolKind::Lvm | PoolKind::LvmThin => {
            return Err("needs a device mapper, which containers have not".to_owned());
        }
        PoolKind::Ceph => return Err("needs a Ceph of its own".to_owned()),
        PoolKind::Iscsi | PoolKind::Nfs | PoolKind::Smb => {
            return Err(format!(
                "{} from another machine is not mimicked",
                kind.word()
            ));
        }
    })
}

/// Folders that the container's own system lies in: a pool over one of them would hide it.
const OWN: &[&str] = &[
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run",
    "/sbin", "/sys", "/tmp", "/usr", "/var", "/var/lib",
];

/// Whether something can be mounted there.
fn fits(mount: &str, machine: &Machine, design: &Design) -> Result<(), String> {
    let path = mount.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    if OWN.contains(&path) {
        return Err(format!(
            "{path} is part of the system of {}, which is the container's own",
            machine.name
        ));
    }
    let mut others = design.pools.iter().filter(|p| p.machine == machine.name);
    match others.find(|p| p.mount == mount) {
        Some(other) => Err(format!("{mount} is where pool {} is mounted", other.name)),
        None => Ok(()),
    }
}

/// The declared disks, and as many more as the level takes.
fn disks(
    pool_name: &str,
    pool: &Pool,
    least: usize,
    machine: &Machine,
    design: &Design,
) -> Vec<DiskTwin> {
    let others = design.pools.iter().filter(|p| p.machine == machine.name);
    let mut taken: BTreeSet<String> = others
        .flat_map(|p| p.disks.iter().map(|d| d.name.clone()))
        .collect();
    let mut disks = Vec::new();
    for device in &pool.devices {
        let plain = slug(device.value.part().unwrap_or(device.value.name()));
        let name = match taken.contains(&plain) || plain.is_empty() {
            true => format!("{}-{plain}", slug(pool_name)),
            false => plain,
        };
        taken.insert(name.clone());
        disks.push(DiskTwin {
            name,
            of: Some(device.value.to_string()),
        });
    }
    for number in disks.len()..least.max(1) {
        disks.push(DiskTwin {
            name: format!("{}-{}", slug(pool_name), number + 1),
            of: None,
        });
    }
    disks
}

fn options(pool: &Pool) -> Vec<String> {
    let known = |o: &str| OPTIONS.contains(&o) || o.starts_with("compress");
    let all = pool.mount_options.iter().map(|o| o.value.clone());
    all.filter(|o| known(o) && !o.contains(',')).collect()
}

/// One subvolume per dataset of the pool on this machine: below the mount where its folder lies there, mounted once more where it does not.
fn subvolumes(lab: &Lab, pool: &str, on: &ObjectRef, mount: &str) -> Vec<Subvolume> {
    let below = format!("{}/", mount.trim_end_matches('/'));
    let here = lab.datasets.iter().filter(|(_, d)| {
        let host = d.host.as_ref().map(|h| h.value.as_str());
        let holds = d.about.pool.known().is_some_and(|p| p.name() == pool);
        holds && (host.is_none() || host == Some(on.name.as_str()))
    });
    let mut all: Vec<Subvolume> = here
        .map(|(dataset, about)| {
            let folder = match &about.source {
                Some(DataSource::Folder(folder)) => Some(folder.value.trim_end_matches('/')),
                Some(DataSource::Postgres { .. }) | None => None,
            };
            let inside = folder.and_then(|f| f.strip_prefix(&below));
            let plain = |p: &&str| !p.split('/').any(|part| matches!(part, "" | "." | ".."));
            let outside = folder.filter(|f| inside.is_none() && f.starts_with('/'));
            Subvolume {
                dataset: dataset.clone(),
                path: inside
                    .filter(plain)
                    .map_or_else(|| slug(dataset), str::to_owned),
                mount: outside
                    .filter(|f| !OWN.contains(f) && !mount.starts_with(f))
                    .map(str::to_owned),
            }
        })
        .collect();
    // Outer ones first, so that inner ones lie in them.
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all.dedup_by(|a, b| a.path == b.path);
    all
}

/// The btrfs profile with the same promise, and the fewest devices that it takes.
fn profile(level: Option<Level>) -> Result<(&'static str, usize), String> {
    Ok(match level {
        None | Some(Level::Single | Level::Linear) => ("single", 1),
        Some(Level::Raid0) => ("raid0", 2),
        Some(Level::Raid1 | Level::Mirror) => ("raid1", 2),
        Some(Level::Raid5 | Level::Raidz1) => ("raid5", 3),
        Some(Level::Raid6 | Level::Raidz2) => ("raid6", 4),
        Some(Level::Raid10) => ("raid10", 4),
        Some(Level::Raidz3) => return Err("btrfs has no level that survives three".to_owned()),
        Some(Level::Replicated) => {
            return Err("copies on several hosts are not mimicked".to_owned());
        }
    })
}
