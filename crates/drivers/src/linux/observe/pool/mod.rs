//! What disks are made into: arrays of md, file systems of btrfs, pools of ZFS, groups and thin pools of LVM.
//!
//! A container sees those of the whole machine; only the btrfs that it mounted is its own.

mod btrfs;
mod lvm;
mod md;
mod zfs;

use super::Whole;
use super::frame::{Section, Sections, plain};
use super::gather::Gathered;
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: Whole = Whole {
    sh: &[
        super::disk::SH,
        super::mount::SOURCE_SH,
        include_str!("../sh/pool.sh"),
    ],
    calls: &["pool pools"],
    read: gather,
};

const KIND: FactKind = FactKind::Pool;

/// A pool in the making: its key and fields.
struct Pool {
    key: String,
    fields: Vec<(&'static str, Value)>,
    source: &'static str,
}

/// A file system of this machine: where, of what type, on which device by the kernel's name, and of what.
struct Mount<'a> {
    at: String,
    kind: &'a str,
    device: &'a str,
    source: String,
}

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(KIND, sections, "pool") else {
        return;
    };
    for pool in pools(section, to) {
        to.present(KIND, pool.key, Value::map(pool.fields), pool.source);
    }
}

fn pools(section: &Section<'_>, to: &mut Gathered) -> Vec<Pool> {
    let text = section.text();
    let lines: Vec<&str> = text.lines().collect();
    for why in lines.iter().filter_map(|l| l.strip_prefix("! ")) {
        to.incomplete(KIND, Reason::new(plain(why)));
    }
    let contained = lines.contains(&"contained");
    match lines.last() {
        Some(&"all") if contained => to.complete(
            KIND,
            "it is a container, whose pools are the file systems of btrfs that it mounts; all others are its machine's",
        ),
        Some(&"all") => to.complete(KIND, "md, btrfs, ZFS and LVM were each asked"),
        _ => to.incomplete(KIND, Reason::new("the list did not come to its end")),
    }
    let mounts: Vec<Mount<'_>> = lines.iter().filter_map(|l| mount(l)).collect();
    let mut found = btrfs::read(&lines, &mounts, contained);
    found.extend(md::read(&lines));
    found.extend(zfs::read(&lines));
    found.extend(lvm::read(&lines));
    for pool in &mut found {
        pool.mounted(&mounts);
    }
    found
}

fn mount(line: &str) -> Option<Mount<'_>> {
    let mut words = line.strip_prefix("mount ")?.split(' ');
    Some(Mount {
        at: super::mount::unescaped(words.next()?),
        kind: words.next()?,
        device: words.next()?,
        source: super::mount::unescaped(words.next()?),
    })
}

impl Pool {
    fn new(key: String, source: &'static str) -> Self {
        Self {
            key: plain(&key),
            fields: Vec::new(),
            source,
        }
    }

    fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        self.fields.push((name, value.into()));
    }

    fn int(&mut self, name: &'static str, value: Option<i64>) {
        self.fields.extend(value.map(|v| (name, Value::Int(v))));
    }

    fn list(&mut self, name: &'static str, items: impl IntoIterator<Item = String>) {
        let mut items: Vec<String> = items.into_iter().collect();
        items.sort();
        items.dedup();
        let items: Vec<Value> = items.into_iter().map(|i| Value::from(plain(&i))).collect();
        self.fields.push((name, Value::List(items)));
    }

    /// Where it is mounted, if its own reader did not say.
    fn mounted(&mut self, mounts: &[Mount<'_>]) {
        if self.fields.iter().any(|(name, _)| *name == "mounts") {
            return;
        }
        let (kind, name) = self.key.split_once('/').unwrap_or_default();
        let is_on = |mount: &&Mount<'_>| match kind {
            "md" => mount.device == name,
            "zfs" => {
                let pool = mount.source.split('/').next();
                mount.kind == "zfs" && pool == Some(name)
            }
            _ => false,
        };
        let at: Vec<String> = mounts.iter().filter(is_on).map(|m| m.at.clone()).collect();
        if !at.is_empty() {
            self.list("mounts", at);
        }
    }
}

#[cfg(test)]
mod tests;
