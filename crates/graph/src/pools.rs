//! What pools are made of: their disks, what lies below them, and how many disks may fail.

use crate::totals::is_pairs;
use diag::{Span, Spanned};
use model::declare::{OptExt as _, Ref, set};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::hardware::Disk;
use model::lab::storage::{Filesystem, Level, Pool, PoolKind, Profile};
use model::units::size::Size;

/// Pools below pools; more than this is a loop.
pub const DEEPEST: usize = 8;

/// A disk that a pool is made of.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The host that the disk is in.
    pub host: &'a str,
    /// The disk's name there.
    pub label: &'a str,
    /// The disk; none if the host declares no such disk.
    pub disk: Option<&'a Disk>,
    /// Where the pool names it.
    pub span: Span,
}

/// The disks that a pool names itself, and that its data lies on.
pub fn members<'a>(lab: &'a Lab, pool: &'a Pool) -> Vec<Member<'a>> {
    named(lab, &pool.devices)
}

/// The disks that a pool has and that its data does not lie on: spares, log, cache and special devices, each with what it is.
pub fn beside<'a>(lab: &'a Lab, pool: &'a Pool) -> Vec<(&'static str, Member<'a>)> {
    let lists = [
        ("spare", &pool.spares),
        ("log", &pool.log),
        ("cache", &pool.cache),
        ("special", &pool.special),
    ];
    let each = lists.into_iter().flat_map(|(word, list)| {
        let of = named(lab, list).into_iter();
        of.map(move |member| (word, member))
    });
    each.collect()
}

fn named<'a>(lab: &'a Lab, disks: &'a [Spanned<Ref<{ set::DISK }>>]) -> Vec<Member<'a>> {
    disks
        .iter()
        .filter_map(|d| {
            let (host, label) = (d.value.name(), d.value.part()?);
            let hardware = lab.hosts.get(host)?.about.hardware.as_ref();
            let disk = hardware.and_then(|h| h.disks.iter().find(|(n, _)| n.0 == label));
            let disk = disk.map(|(_, disk)| disk);
            Some(Member {
                host,
                label,
                disk,
                span: d.span,
            })
        })
        .collect()
}

/// The pool and those below it, from top to bottom.
pub fn chain<'a>(lab: &'a Lab, name: &'a str) -> Vec<(&'a str, &'a Pool)> {
    let mut out = Vec::new();
    let mut next = lab.pools.get_key_value(name);
    while let Some((name, pool)) = next
        && out.len() < DEEPEST
    {
        out.push((name.as_str(), pool));
        next = pool
            .from
            .known()
            .and_then(|f| lab.pools.get_key_value(f.name()));
    }
    out
}

/// How many devices may fail before data is lost; none if that is not declared.
pub fn tolerance(lab: &Lab, name: &str) -> Option<u32> {
    let mut most = None;
    for (_, pool) in chain(lab, name) {
        most = most.max(own_tolerance(lab, pool));
    }
    most
}

/// Of one layer alone, whichever of its disks they are.
pub fn own_tolerance(lab: &Lab, pool: &Pool) -> Option<u32> {
    let said = data_tolerance(pool)?;
    // Copies lie on members of a cluster where no disks are named; the last member is never spare.
    let on = pool.on.known().filter(|on| on.kind() == Kind::Cluster);
    let cluster = on.and_then(|on| lab.clusters.get(on.name()));
    let spread = pool.devices.is_empty() && pool.level.known() == Some(&Level::Replicated);
    let members = cluster.filter(|c| spread && !c.members.is_empty());
    let said = match members {
        Some(c) => said.min(u32::try_from(c.members.len() - 1).unwrap_or(u32::MAX)),
        None => said,
    };
    // Without its special devices a pool cannot be read; they are mirrors of each other.
    let special = u32::try_from(pool.special.len()).unwrap_or(u32::MAX);
    Some(match special.checked_sub(1) {
        Some(most) => said.min(most),
        None => said,
    })
}

/// How many of the disks that its data lies on may fail.
pub fn data_tolerance(pool: &Pool) -> Option<u32> {
    let count = |disks: usize| u32::try_from(disks).unwrap_or(u32::MAX);
    let (there, away) = (count(pool.devices.len()), count(pool.away.len()));
    let devices = there.saturating_add(away);
    let said = by_word(pool, devices)?;
    // The last disk is never spare, whatever was written.
    let most = match devices {
        0 => said,
        // Whoever names one disk of a mirror names not all of them.
        1 if !is_btrfs(pool) => said,
        n => said.min(n - 1),
    };
    Some(match pool.level.known() {
        _ if away == 0 => most,
        // Copies are made anew on the disks that are there.
        Some(Level::Replicated) => most.min(there.saturating_sub(1)),
        // A disk that is not there yet is as good as lost.
        _ => most.saturating_sub(away),
    })
}

/// How many disks may fail by a profile of Btrfs.
fn by_profile(profile: Profile) -> u32 {
    match profile {
        Profile::Single | Profile::Dup | Profile::Raid0 => 0,
        Profile::Raid1 | Profile::Raid10 | Profile::Raid5 => 1,
        Profile::Raid1c3 | Profile::Raid6 => 2,
        Profile::Raid1c4 => 3,
    }
}

/// What its level says, or its profile.
fn by_word(pool: &Pool, devices: u32) -> Option<u32> {
    let btrfs = is_btrfs(pool);
    match (pool.level.known(), pool.profile.known()) {
        // Data that no tree leads to any more is as lost as that whose blocks are gone.
        (_, Some(profile)) if *pool.kind.known()? == PoolKind::Btrfs => {
            let metadata = pool.metadata_profile.known().copied();
            Some(by_profile(*profile).min(metadata.map_or(u32::MAX, by_profile)))
        }
        (Some(level), _) => Some(match level {
            Level::Single | Level::Linear | Level::Raid0 => 0,
            Level::Raid1 | Level::Mirror if devices < 2 || btrfs => 1,
            Level::Raid1 => devices - 1,
            // As its space is computed: pairs, or every block on every disk.
            Level::Mirror if !is_pairs(pool.devices.len()) => devices - 1,
            Level::Mirror | Level::Raid10 | Level::Raid5 | Level::Raidz1 => 1,
            Level::Raid6 | Level::Raidz2 => 2,
            Level::Raidz3 => 3,
            Level::Replicated => match &pool.replicas {
                Some(given) => given.value()?.saturating_sub(1),
                None => 1,
            },
        }),
        // Without a level, volume groups and file systems lose all with one of their disks.
        (None, _) if devices > 0 && pool.level.is_none() => Some(0),
        (None, _) => None,
    }
}

/// Whether its redundancy is that of Btrfs.
pub fn is_btrfs(pool: &Pool) -> bool {
    pool.kind.known() == Some(&PoolKind::Btrfs)
}

/// The checksumming file system on a pool, if there is one.
pub fn checksums(pool: &Pool) -> Option<&'static str> {
    match (pool.kind.known(), pool.filesystem.known()) {
        (Some(PoolKind::Btrfs), _) | (_, Some(Filesystem::Btrfs)) => Some("btrfs"),
        (Some(PoolKind::Zfs), _) | (_, Some(Filesystem::Zfs)) => Some("zfs"),
        _ => None,
    }
}

/// The layer of a pool that keeps redundancy and knows nothing of file systems.
pub fn block_layer(pool: &Pool) -> Option<&'static str> {
    if data_tolerance(pool)? == 0 {
        return None;
    }
    match pool.kind.known()? {
        PoolKind::Md => Some("md"),
        PoolKind::Lvm | PoolKind::LvmThin => Some("lvm"),
        _ => None,
    }
}

/// The hosts whose disks these are, or that the pool is declared to be on.
pub fn hosts<'a>(lab: &'a Lab, name: &'a str) -> Vec<&'a str> {
    let mut out: Vec<&str> = Vec::new();
    for (_, pool) in chain(lab, name) {
        let on = pool.on.known().filter(|on| on.kind() == Kind::Host);
        out.extend(on.map(|on| on.name()));
        out.extend(members(lab, pool).iter().map(|m| m.host));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// `raid5`, or the btrfs profile.
pub fn level_word(pool: &Pool) -> String {
    match (pool.profile.known(), pool.level.known()) {
        (Some(profile), _) if is_btrfs(pool) => profile.to_string(),
        (_, Some(level)) => level.to_string(),
        _ => "no level".to_owned(),
    }
}

/// A pool as the object of a finding.
pub fn object(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Pool, name)
}

/// How a declared size is not what the disks of a pool give.
pub enum Verdict {
    /// It was never there.
    TooMuch,
    /// Some of it was not counted.
    TooLittle,
    /// The number is right in this other unit.
    OtherUnit(&'static str),
}

/// Metadata and reserves take up to a tenth; more than that was not counted, or never there.
pub fn compare(declared: Size, usable: u128) -> Option<Verdict> {
    let said = u128::from(declared.bytes());
    if said * 1000 > usable * 1005 {
        return Some(Verdict::TooMuch);
    }
    let text = declared.to_string();
    let binary_units = [("TB", "TiB", 40, 12), ("GB", "GiB", 30, 9)];
    for (decimal, binary, bits, places) in binary_units {
        let read_off = said * (1 << bits) / 10_u128.pow(places);
        if text.ends_with(decimal)
            && said * 100 < usable * 97
            && read_off.abs_diff(usable) * 100 <= usable
        {
            return Some(Verdict::OtherUnit(binary));
        }
    }
    (said * 10 < usable * 9).then_some(Verdict::TooLittle)
}
