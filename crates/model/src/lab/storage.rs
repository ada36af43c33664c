//! Pools, and what is said of datasets beyond what protects them.

use super::service::Status;
use crate::declare::{Need, Opt, Ref, entity, set, words};
use crate::units::calendar::Calendar;
use crate::units::percent::{Percent, Share};
use crate::units::size::{Churn, Size};
use crate::units::text::{AbsolutePath, Name, Prose};
use diag::Spanned;

words! {
    /// What manages a pool.
    pub enum PoolKind("pool-kind", "a kind of pool") {
        /// Linux software RAID.
        Md = "md",
        /// Btrfs.
        Btrfs = "btrfs",
        /// ZFS.
        Zfs = "zfs",
        /// LVM volume group.
        Lvm = "lvm",
        /// LVM thin pool.
        LvmThin = "lvm-thin",
        /// Ceph.
        Ceph = "ceph",
        /// Block device over the network.
        Iscsi = "iscsi",
        /// Network file system.
        Nfs = "nfs",
        /// Windows file sharing.
        Smb = "smb",
        /// A directory of some file system.
        Directory = "directory",
    }

    /// How a pool spreads data over its devices.
    pub enum Level("level", "a redundancy level") {
        /// One device.
        Single = "single",
        /// Several devices one after the other; the loss of one loses all.
        Linear = "linear",
        /// Striped; the loss of one loses all.
        Raid0 = "raid0",
        /// Every block on all devices.
        Raid1 = "raid1",
        /// One device may fail.
        Raid5 = "raid5",
        /// Two devices may fail.
        Raid6 = "raid6",
        /// Striped mirrors.
        Raid10 = "raid10",
        /// ZFS mirror: every block on both, or on all three devices. Four, six, … are pairs in the order of `devices`, striped.
        Mirror = "mirror",
        /// ZFS, one device may fail.
        Raidz1 = "raidz1",
        /// ZFS, two devices may fail.
        Raidz2 = "raidz2",
        /// ZFS, three devices may fail.
        Raidz3 = "raidz3",
        /// Copies on several hosts.
        Replicated = "replicated",
    }

    /// File systems.
    pub enum Filesystem("filesystem", "a file system") {
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
        /// Btrfs.
        Btrfs = "btrfs",
        /// ZFS.
        Zfs = "zfs",
        /// None: blocks are handed out.
        None = "none",
    }

    /// Btrfs profiles, `mkfs.btrfs(8)`.
    pub enum Profile("btrfs-profile", "a btrfs profile") {
        /// One copy.
        Single = "single",
        /// Two copies on one device.
        Dup = "dup",
        /// Striped.
        Raid0 = "raid0",
        /// Two copies on two devices.
        Raid1 = "raid1",
        /// Three copies.
        Raid1c3 = "raid1c3",
        /// Four copies.
        Raid1c4 = "raid1c4",
        /// Striped mirrors.
        Raid10 = "raid10",
        /// One parity; loses data on a crash.
        Raid5 = "raid5",
        /// Two parities; loses data on a crash.
        Raid6 = "raid6",
    }

    /// What closes the write hole of parity RAID.
    pub enum Journal("journal", "a way to close the write hole") {
        /// Nothing.
        None = "none",
        /// Partial parity log.
        Ppl = "ppl",
        /// Journal device.
        WriteJournal = "write-journal",
        /// Bitmap: a quicker resync, but the hole stays.
        Bitmap = "bitmap",
    }

    /// How often data is used.
    pub enum Heat("heat", "a storage tier") {
        /// All the time.
        Hot = "hot",
        /// Now and then.
        Warm = "warm",
        /// Hardly ever.
        Cold = "cold",
    }

    /// How data at rest is encrypted.
    pub enum Encryption("encryption", "a kind of encryption at rest") {
        /// Not at all.
        None = "none",
        /// LUKS.
        Luks = "luks",
        /// ZFS native encryption.
        Zfs = "zfs",
        /// By the program that writes it.
        Program = "program",
    }

    /// How a consistent copy is had from a running program.
    pub enum Dump("dump", "a kind of dump") {
        /// `pg_dump`.
        Postgres = "postgres",
        /// `mysqldump`, `mariadb-dump`.
        Mysql = "mysql",
        /// SQLite's online backup.
        Sqlite = "sqlite",
        /// Files as they are.
        None = "none",
    }
}

entity! {
    /// A redundancy group, volume group or share: what turns disks into space.
    pub struct Pool {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// What manages it.
        kind: Need<PoolKind>,
        /// Which machine or cluster has it.
        on: Opt<Ref<{ set::HOST | set::CLUSTER | set::DEVICE | set::GUEST }>>,
        /// How data is spread over the devices.
        level: Opt<Level>,
        /// The disks it is made of, as `host/disk`.
        devices: Vec<Spanned<Ref<{ set::DISK }>>>,
        /// Disks that take the place of one that fails; no capacity until then.
        spares: Vec<Spanned<Ref<{ set::DISK }>>>,
        /// ZFS: separate log devices; no capacity.
        log: Vec<Spanned<Ref<{ set::DISK }>>>,
        /// ZFS: cache devices; no capacity.
        cache: Vec<Spanned<Ref<{ set::DISK }>>>,
        /// ZFS: devices of a special class, each a mirror of the others; no capacity for data, and the pool is lost with the last of them.
        special: Vec<Spanned<Ref<{ set::DISK }>>>,
        /// The pool below it: the volume group of a thin pool, the pool that a share exports.
        from: Opt<Ref<{ set::POOL }>>,
        /// Copies that a replicated pool keeps.
        replicas: Opt<u32> where above_zero,
        /// With fewer copies than this it stops (Ceph: `min_size`).
        min_replicas: Opt<u32> where above_zero,
        /// File system on it.
        filesystem: Opt<Filesystem>,
        /// Btrfs profile of data.
        profile: Opt<Profile>,
        /// Btrfs profile of metadata.
        metadata_profile: Opt<Profile>,
        /// Where it is mounted.
        mount: Opt<AbsolutePath>,
        /// Its block device.
        device: Opt<AbsolutePath>,
        /// Options that it is mounted with, as in fstab(5): `[noatime, nofail]`.
        mount_options: Vec<Spanned<String>>,
        /// The initramfs knows the array, so that it is assembled under the same name at every start.
        in_initramfs: Opt<bool>,
        /// All devices together.
        raw: Opt<Size> where above_zero,
        /// What can be used of it.
        usable: Opt<Size> where above_zero,
        /// What is used.
        used: Opt<Size>,
        /// What it was made with, where that is less than all of its devices.
        size: Opt<Size> where above_zero,
        /// Fuller than this it must not get.
        fill_limit: Opt<Share>,
        /// Growth per year.
        growth: Opt<Percent>,
        /// What closes the write hole of parity RAID.
        journal: Opt<Journal>,
        /// When all blocks are read and compared.
        scrub: Opt<Calendar>,
        /// Metadata volume of a thin pool.
        metadata: Opt<Size>,
        /// A thin pool is extended, or an alert is raised, from here on.
        thin_limit: Opt<Share>,
        /// Encryption at rest.
        encryption: Opt<Encryption>,
        /// Freed blocks are passed down to the devices.
        discard: Opt<bool>,
        /// Whether it is there; if nothing is said, it is.
        status: Opt<Status>,
        /// How often its data is used.
        tier: Opt<Heat>,
        /// What watches it.
        monitored_by: Opt<Ref<{ set::SERVICE | set::JOB | set::ALERT }>>,
        /// What it is for.
        description: Opt<Prose>,
    }
    apart {
        /// Those of its `devices` that are in hosts which are not in use: the pool lacks them today.
        away: Vec<Spanned<Ref<{ set::DISK }>>>,
    }

    /// What is said of a dataset beyond where it is and how it is protected.
    pub struct DatasetAbout {
        /// The pool it lies on.
        pool: Opt<Ref<{ set::POOL }>>,
        /// The guest, cluster or device that has it, if no host of its own does.
        on: Opt<Ref<{ set::GUEST | set::CLUSTER | set::DEVICE }>>,
        /// The service it belongs to.
        service: Opt<Ref<{ set::SERVICE }>>,
        /// How much it is.
        size: Opt<Size>,
        /// Growth per year.
        growth: Opt<Percent>,
        /// How much of it changes, `10GB/day`.
        changes: Opt<Churn>,
        /// How many files.
        files: Opt<u32>,
        /// Encryption at rest.
        encryption: Opt<Encryption>,
        /// How a consistent copy is had.
        dump: Opt<Dump>,
        /// What it is.
        description: Opt<Prose>,
    }
}
