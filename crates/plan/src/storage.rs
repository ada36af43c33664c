//! Declared pools and disks against what the machine tells: mounted or not, of what, how made, and which disks are in it.
//!
//! How they are doing is no drift; the rules about what is observed judge that. Nothing is planned from this.

use crate::difference::Telling;
use crate::{Context, Difference, How};
use diag::Span;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, Scope, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::lab::storage::{Filesystem, Level, Pool, PoolKind, Profile};
use model::lab::{Host, Lab};
use model::value::Value;
use std::collections::BTreeMap;

/// Words of fstab(5) that are for programs, and that the kernel does not tell.
const NOT_TOLD: [&str; 12] = [
    "defaults",
    "auto",
    "noauto",
    "nofail",
    "_netdev",
    "user",
    "users",
    "nouser",
    "owner",
    "group",
    "strictatime",
    "bg",
];
/// And those that begin so.
const NOT_TOLD_BEGIN: [&str; 5] = ["x-", "comment=", "credentials=", "cred=", "fsck."];

/// What is looked at on a machine for the pools and disks that are declared of it.
pub fn scope(lab: &Lab, name: &str) -> Scope {
    let mut scope = Scope::default();
    let object = lab.machine_ref(name);
    if pools(lab, &object).next().is_some() {
        scope.collections.extend([FactKind::Mount, FactKind::Pool]);
    }
    if lab.hosts.get(name).is_some_and(|h| !serials(h).is_empty()) {
        scope.collections.insert(FactKind::Disk);
    }
    scope
}

/// The differences on every machine that answered.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let mut out = Vec::new();
    for (name, host, facts) in ctx.observed_hosts() {
        if facts.identity.is_none() {
            continue;
        }
        let object = ctx.lab.machine_ref(name);
        let mut on = Comparing {
            facts,
            out: Telling::of(ctx, &object, &mut out),
        };
        for (pool_name, pool) in pools(ctx.lab, &object) {
            on.pool(pool_name, pool);
        }
        if object.kind == Kind::Host {
            on.disks(host);
        }
    }
    out
}

/// The pools of a machine that are there already.
pub fn pools<'a>(lab: &'a Lab, on: &'a ObjectRef) -> impl Iterator<Item = (&'a str, &'a Pool)> {
    let is_on = move |pool: &Pool| pool.on.known().is_some_and(|r| r.0.object == *on);
    let all = lab.pools.iter().filter(move |(_, pool)| is_on(pool));
    all.map(|(name, pool)| (name.as_str(), pool))
}

/// The declared disks of a machine against those that it told.
pub(crate) fn disks(facts: &TargetFacts, host: &Host, out: Telling<'_>) {
    Comparing { facts, out }.disks(host);
}

/// Declared disks with their serial numbers.
pub(crate) fn serials(host: &Host) -> BTreeMap<&str, (&str, Span)> {
    let hardware = host.about.hardware.as_ref();
    let disks = hardware.into_iter().flat_map(|h| h.disks.iter());
    disks
        .filter_map(|(name, disk)| {
            let serial = disk.serial.as_ref()?;
            Some((
                disk.serial.known()?.as_str(),
                (name.0.as_str(), serial.span),
            ))
        })
        .collect()
}

struct Comparing<'a, 'o> {
    facts: &'a TargetFacts,
    out: Telling<'o>,
}

impl Comparing<'_, '_> {
    fn pool(&mut self, name: &str, pool: &Pool) {
        let Some((mount, span)) = pool.mount.known().zip(pool.mount.as_ref()) else {
            return;
        };
        let path = FactPath::new(FactKind::Mount, mount.0.as_str());
        let said = format!("pool {name} is mounted here");
        let value = match self.facts.seen(&path) {
            Seen::Present(value) => value,
            Seen::Absent => return self.tell(path, How::Missing, &said, "not mounted", span.span),
            Seen::Unknown(why) => return self.unknown(path, &said, &why, span.span),
        };
        let Some(kind) = value.field("type").and_then(Value::as_text) else {
            let why = Reason::new("its type is not told");
            return self.unknown(path, &said, &why, span.span);
        };
        if let Some(wanted) = filesystem(pool).filter(|w| !w.contains(&kind)) {
            let said = format!("pool {name}: {}", wanted.join(" or "));
            self.tell(path.clone(), How::Differs, &said, kind, span.span);
        }
        let options = value.field("options").and_then(Value::as_text);
        let options: Vec<&str> = options.unwrap_or_default().split(',').collect();
        for option in &pool.mount_options {
            if !in_force(&option.value, &options) {
                let said = format!("pool {name} is mounted with {}", option.value);
                let seen = options.join(",");
                self.tell(path.clone(), How::Differs, &said, &seen, option.span);
            }
        }
        self.made(name, pool, &mount.0);
    }

    /// How it spreads data over its devices.
    fn made(&mut self, name: &str, pool: &Pool, mount: &str) {
        let Some((wanted, span)) = level(pool) else {
            return;
        };
        let is_at = |value: &Value| match value.field("mounts") {
            Some(Value::List(at)) => at.iter().any(|m| m.as_text() == Some(mount)),
            _ => false,
        };
        let mut found = self.facts.items(FactKind::Pool);
        let found = found.find(|(_, value)| is_at(value));
        let level = found.and_then(|(key, v)| Some((key, v.field("level")?.as_text()?)));
        let said = format!("pool {name} is {}", wanted.join(" or "));
        match level {
            Some((_, seen)) if wanted.iter().any(|w| w == seen) => {}
            Some((key, seen)) => {
                let path = FactPath::new(FactKind::Pool, key);
                self.tell(path, How::Differs, &said, seen, span);
            }
            None => {
                let path = FactPath::new(FactKind::Mount, mount);
                let why = match self.facts.seen(&FactPath::new(FactKind::Pool, mount)) {
                    Seen::Unknown(why) => why,
                    Seen::Present(_) | Seen::Absent => {
                        Reason::new("what it is made of cannot be seen from its mount")
                    }
                };
                self.unknown(path, &said, &why, span);
            }
        }
    }

    /// Disks by their serial numbers; more than the declared ones are told only where each declared one has one.
    fn disks(&mut self, host: &Host) {
        let declared = serials(host);
        if declared.is_empty() {
            return;
        }
        let all = self.facts.items(FactKind::Disk);
        let seen: BTreeMap<&str, &str> = all
            .filter_map(|(key, value)| Some((value.field("serial")?.as_text()?, key)))
            .collect();
        let any = FactPath::new(FactKind::Disk, "*");
        for (serial, (name, span)) in &declared {
            if seen.contains_key(serial) {
                continue;
            }
            let path = FactPath::new(FactKind::Disk, *name);
            let said = format!("disk {name} with serial number {serial}");
            match self.facts.seen(&any) {
                Seen::Unknown(why) => self.unknown(path, &said, &why, *span),
                Seen::Present(_) | Seen::Absent => {
                    self.tell(path, How::Missing, &said, "no such disk", *span);
                }
            }
        }
        let hardware = host.about.hardware.as_ref();
        let whole = hardware.is_some_and(|h| h.disks.len() == declared.len());
        for (serial, key) in seen
            .iter()
            .filter(|(s, _)| whole && !declared.contains_key(*s))
        {
            let path = FactPath::new(FactKind::Disk, *key);
            let seen = format!("a disk with serial number {serial}");
            self.out
                .tell(path, How::Undeclared, "not declared", &seen, None);
        }
    }

    fn unknown(&mut self, path: FactPath, declared: &str, why: &Reason, span: Span) {
        let seen = format!("unknown ({why})");
        self.tell(path, How::Unknown, declared, &seen, span);
    }

    fn tell(&mut self, path: FactPath, how: How, declared: &str, observed: &str, span: Span) {
        self.out.tell(path, how, declared, observed, Some(span));
    }
}

/// What the kernel calls the declared file system; nothing if any will do.
fn filesystem(pool: &Pool) -> Option<&'static [&'static str]> {
    let by_kind = match pool.kind.known()? {
        PoolKind::Btrfs => Some(&["btrfs"] as &[_]),
        PoolKind::Zfs => Some(&["zfs"] as &[_]),
        PoolKind::Nfs => Some(&["nfs", "nfs4"] as &[_]),
        PoolKind::Smb => Some(&["cifs", "smb3"] as &[_]),
        _ => None,
    };
    by_kind.or_else(|| match pool.filesystem.known()? {
        Filesystem::Ext4 => Some(&["ext4"]),
        Filesystem::Xfs => Some(&["xfs"]),
        Filesystem::Btrfs => Some(&["btrfs"]),
        Filesystem::Zfs => Some(&["zfs"]),
        Filesystem::None => None,
    })
}

/// The level in the words of what manages the pool.
pub(crate) fn level(pool: &Pool) -> Option<(Vec<String>, Span)> {
    let said = pool.level.known().zip(pool.level.as_ref());
    match pool.kind.known()? {
        PoolKind::Btrfs => {
            let profile = pool.profile.known().zip(pool.profile.as_ref());
            if let Some((profile, given)) = profile {
                return Some((vec![Profile::word(*profile).to_owned()], given.span));
            }
            let (level, given) = said?;
            Some((vec![Level::word(*level).to_owned()], given.span))
        }
        PoolKind::Md | PoolKind::Zfs => {
            let (level, given) = said?;
            let words = match level {
                // Single disks are striped by ZFS, and md calls one of one device a mirror.
                Level::Raid0 | Level::Single | Level::Linear => {
                    vec!["single", "raid0", "linear"]
                }
                Level::Mirror | Level::Raid1 | Level::Raid10 => vec!["mirror", "raid1", "raid10"],
                other => vec![Level::word(*other)],
            };
            Some((words.into_iter().map(str::to_owned).collect(), given.span))
        }
        _ => None,
    }
}

/// Whether an option of fstab(5) is among those that the kernel tells, which writes some out: `compress=zstd` is `compress=zstd:3`.
fn in_force(option: &str, seen: &[&str]) -> bool {
    if NOT_TOLD.contains(&option) || NOT_TOLD_BEGIN.iter().any(|b| option.starts_with(b)) {
        return true;
    }
    let plain = |text: &str| text.replace("=/", "=");
    let wanted = plain(option);
    seen.iter().any(|s| {
        let s = plain(s);
        s == wanted
            || s.strip_prefix(&wanted)
                .is_some_and(|rest| rest.starts_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_held_against_what_the_kernel_writes() {
        let seen = ["rw", "noatime", "compress=zstd:3", "subvol=/@data"];
        for (option, want) in [
            ("noatime", true),
            ("compress=zstd", true),
            ("compress=zst", false),
            ("subvol=@data", true),
            ("nofail", true),
            ("x-systemd.automount", true),
            ("nodev", false),
            ("ro", false),
        ] {
            assert_eq!(in_force(option, &seen), want, "{option}");
        }
    }
}
