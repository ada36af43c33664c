//! Repositories, backups, snapshots, replications and other work on a schedule.

use super::storage::Encryption;
use crate::declare::{About, Need, Opt, Ref, entity, set, words};
use crate::units::calendar::Calendar;
use crate::units::duration::Duration;
use crate::units::money::Cost;
use crate::units::size::Size;
use crate::units::text::{Name, Prose};
use diag::Spanned;

words! {
    /// What a repository is.
    pub enum RepositoryKind("repository-kind", "a kind of repository") {
        /// restic.
        Restic = "restic",
        /// Borg.
        Borg = "borg",
        /// Proxmox Backup Server.
        Pbs = "pbs",
        /// Proxmox images in a directory.
        Vzdump = "vzdump",
        /// ZFS or btrfs, received.
        Zfs = "zfs",
        /// Object storage.
        S3 = "s3",
        /// Files, copied.
        Rsync = "rsync",
        /// Archives.
        Tar = "tar",
        /// Git.
        Git = "git",
    }

    /// What it lies on.
    pub enum Media("media", "a kind of media") {
        /// Disk.
        Disk = "disk",
        /// Flash.
        Ssd = "ssd",
        /// Tape.
        Tape = "tape",
        /// Somebody else's machines.
        Cloud = "cloud",
        /// Outside, by USB.
        Usb = "usb",
    }

    /// What is backed up, and how.
    pub enum BackupKind("backup-kind", "a kind of backup") {
        /// Whole disks of a guest.
        Image = "image",
        /// Files.
        File = "file",
        /// What a database writes out.
        Dump = "dump",
        /// A point in time on the same pool.
        Snapshot = "snapshot",
        /// A copy that follows.
        Replication = "replication",
    }

    /// How a copy is kept consistent while it is taken.
    pub enum Consistency("consistency", "a kind of consistency") {
        /// The program writes it out.
        Dump = "dump",
        /// File systems hold still.
        Freeze = "freeze",
        /// The program stops.
        Stop = "stop",
        /// Not at all.
        None = "none",
    }

    /// Kinds of work.
    pub enum JobKind("job-kind", "a kind of job") {
        /// Updates of packages.
        Update = "update",
        /// Updates of images.
        ImageUpdate = "image-update",
        /// All blocks of a pool are read and compared.
        Scrub = "scrub",
        /// Disks test themselves.
        Smart = "smart",
        /// Restart.
        Reboot = "reboot",
        /// Backup by a program that Holdfast does not run.
        Backup = "backup",
        /// A database is written out.
        Dump = "dump",
        /// A script.
        Script = "script",
        /// Renewal of certificates.
        Certificate = "certificate",
        /// Search for weaknesses.
        SecurityScan = "security-scan",
        /// Restore for practice.
        RestoreTest = "restore-test",
        /// A report is written.
        Report = "report",
        /// Software or configuration is rolled out.
        Deploy = "deploy",
        /// Somebody looks at something again.
        Review = "review",
        /// Old data is removed.
        Prune = "prune",
    }

    /// Who must agree first.
    pub enum Approval("approval", "'none' or 'person'") {
        /// Nobody.
        None = "none",
        /// A person.
        Person = "person",
    }
}

entity! {
    /// What is said of a repository beyond its location.
    pub struct RepositoryAbout {
        /// What it is.
        kind: Opt<RepositoryKind>,
        /// The guest, device or cluster that holds it, if no host of the lab does.
        held_by: Opt<Ref<{ set::GUEST | set::DEVICE | set::CLUSTER | set::SERVICE }>>,
        /// What Proxmox Backup Server calls its datastore, if that is another name.
        datastore: Opt<Name>,
        /// The pool it lies on.
        pool: Opt<Ref<{ set::POOL }>>,
        /// Where it is.
        site: Opt<Ref<{ set::SITE }>>,
        /// Who rents it out.
        provider: Opt<String>,
        /// How much fits.
        size: Opt<Size>,
        /// How much is free.
        free: Opt<Size>,
        /// How much is used.
        used: Opt<Size>,
        /// What it lies on.
        media: Opt<Media>,
        /// Not connected but while a copy is taken.
        offline: Opt<bool>,
        /// Who writes to it cannot delete.
        append_only: Opt<bool>,
        /// How it is encrypted.
        encryption: Opt<Encryption>,
        /// Secrets that open it.
        keys: Vec<Spanned<Ref<{ set::SECRET }>>>,
        /// What it costs.
        cost: Opt<Cost>,
        /// What it is for.
        description: Opt<Prose>,
    }

    /// What is kept beyond the newest and the daily archives.
    pub struct Keep {
        /// Weekly archives.
        weekly: Opt<u32>,
        /// Monthly archives.
        monthly: Opt<u32>,
        /// Yearly archives.
        yearly: Opt<u32>,
        /// At least for so long.
        within: Opt<Duration>,
    }

    /// What is kept.
    pub struct KeepAll {
        /// The newest ones.
        last: Opt<u32>,
        /// Hourly ones.
        hourly: Opt<u32>,
        /// Daily ones.
        daily: Opt<u32>,
        /// Weekly ones.
        weekly: Opt<u32>,
        /// Monthly ones.
        monthly: Opt<u32>,
        /// Yearly ones.
        yearly: Opt<u32>,
        /// At least for so long.
        within: Opt<Duration>,
    }

    /// What is said of a backup beyond its datasets.
    pub struct BackupAbout {
        /// Guests that are backed up whole.
        guests: Vec<Spanned<Ref<{ set::GUEST }>>>,
        /// Hosts whose system is backed up.
        hosts: Vec<Spanned<Ref<{ set::HOST }>>>,
        /// Services whose data is backed up.
        services: Vec<Spanned<Ref<{ set::SERVICE }>>>,
        /// Stacks whose volumes are backed up.
        stacks: Vec<Spanned<Ref<{ set::STACK }>>>,
        /// Devices whose configuration is backed up.
        devices: Vec<Spanned<Ref<{ set::DEVICE }>>>,
        /// How.
        kind: Opt<BackupKind>,
        /// When, if not simply `every` so often.
        schedule: Opt<Calendar>,
        /// When everything is read anew.
        full: Opt<Calendar>,
        /// When archives are read back.
        verify: Opt<Calendar>,
        /// How it is kept consistent.
        consistency: Opt<Consistency>,
        /// How it is compressed.
        compression: Opt<Name>,
        /// How large one is.
        size: Opt<Size>,
        /// How long one takes.
        took: Opt<Duration>,
        /// What it is for.
        description: Opt<Prose>,
    }

    /// A schedule of snapshots: points in time on the same pool, an undo and never a copy.
    pub struct Snapshot {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// Of what.
        on: Opt<Ref<{ set::POOL | set::DATASET | set::GUEST }>>,
        /// When.
        schedule: Opt<Calendar>,
        /// What is kept.
        keep: Option<KeepAll>,
        /// What removes old ones.
        pruned_by: Opt<Ref<{ set::JOB | set::SERVICE }>>,
    }

    /// A schedule of copies that follow.
    pub struct Replication {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// Of what.
        from: Opt<Ref<{ set::POOL | set::DATASET | set::GUEST }>>,
        /// To where.
        to: Opt<Ref<{ set::POOL | set::REPOSITORY | set::HOST }>>,
        /// When.
        schedule: Opt<Calendar>,
        /// How far it is behind.
        lag: Opt<Duration>,
    }

    /// Work on a schedule.
    pub struct Job {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// What kind of work.
        kind: Need<JobKind>,
        /// On what.
        on: Vec<Spanned<Ref<{ set::MACHINE | set::CLUSTER | set::STACK | set::SERVICE | set::POOL | set::DEVICE | set::DATASET }>>>,
        /// When.
        schedule: Opt<Calendar>,
        /// Nobody has to start it.
        automatic: Opt<bool>,
        /// Who must agree first.
        approval: Opt<Approval>,
        /// Where a backup or dump is written to.
        to: Opt<Ref<{ set::REPOSITORY | set::POOL | set::HOST }>>,
        /// What must have gone well before.
        needs: Vec<Spanned<Ref<{ set::JOB | set::BACKUP }>>>,
        /// What rings when it fails.
        alerts: Opt<Ref<{ set::ALERT }>>,
        /// What it runs.
        command: Opt<String>,
        /// What does it.
        tool: Opt<String>,
        /// What it takes care of.
        covers: Vec<Spanned<About<{ set::THING }>>>,
        /// What it is for.
        description: Opt<Prose>,
    }
}
