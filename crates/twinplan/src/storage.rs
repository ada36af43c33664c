//! Pools: which of them btrfs on loop devices can stand for.

use crate::design::{Absent, Design, PoolTwin};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::storage::{Level, Pool, PoolKind};

/// Adds pools, and those that cannot be there.
pub(crate) fn add(lab: &Lab, design: &mut Design) {
    for (name, pool) in &lab.pools {
        match twin(name, pool, design) {
            Ok(twin) => design.pools.push(twin),
            Err(why) => design.absent.push(Absent {
                of: ObjectRef::new(Kind::Pool, name),
                why,
            }),
        }
    }
}

fn twin(name: &str, pool: &Pool, design: &Design) -> Result<PoolTwin, String> {
    let Some(on) = pool.on.known().map(|r| &r.0.object) else {
        return Err("nothing says which machine has it".to_owned());
    };
    let Some(machine) = design.machine_of(on) else {
        return Err(format!("{on} is not in the twin"));
    };
    let kind = pool.kind.known().ok_or("its kind is not known")?;
    let mount = pool.mount.known().map(|m| m.0.clone());
    if mount.as_deref() == Some("/") {
        return Err(format!(
            "it is the root of {}, which is the container's own",
            machine.name
        ));
    }
    let stand_in = match kind {
        PoolKind::Btrfs => None,
        PoolKind::Directory => Some("a btrfs of its own stands in"),
        PoolKind::Zfs => Some("btrfs stands in; there is no ZFS here"),
        PoolKind::Md => Some("btrfs stands in; there is no md here"),
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
    };
    let declared = pool.devices.len().max(1);
    let (profile, least) = profile(pool.level.known().copied())?;
    Ok(PoolTwin {
        name: name.to_owned(),
        machine: machine.name.clone(),
        kind: kind.word().to_owned(),
        stand_in: stand_in.map(str::to_owned),
        profile: profile.to_owned(),
        members: declared.max(least),
        mount,
    })
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
