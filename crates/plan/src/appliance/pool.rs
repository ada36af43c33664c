//! Declared pools against those that are there: their level, and the disks that are in them by serial numbers.

use super::{Comparing, text, texts};
use crate::How;
use crate::storage::{level, pools, serials};
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath};
use model::lab::storage::{Pool, PoolKind};
use std::collections::{BTreeMap, BTreeSet};

const KIND: FactKind = FactKind::Pool;
/// Pools that the appliance starts from.
const BOOT: [&str; 2] = ["zfs/boot-pool", "zfs/freenas-boot"];

impl Comparing<'_> {
    pub(super) fn pools(&mut self) {
        let lab = self.ctx.lab;
        let mut known: BTreeSet<String> = BOOT.iter().map(|key| (*key).to_owned()).collect();
        for (name, pool) in pools(lab, self.object) {
            if !is_own(pool) {
                continue;
            }
            match self.found(name, pool) {
                Some(key) => {
                    self.level(name, pool, &key);
                    self.devices(name, pool, &key);
                    known.insert(key);
                }
                None => self.absent(
                    KIND,
                    &format!("zfs/{name}"),
                    &format!("pool {name}"),
                    pool.span,
                ),
            }
        }
        let others = self.facts.items(KIND);
        let others: Vec<(String, String)> = others
            .filter(|(key, _)| !known.contains(*key))
            .map(|(key, value)| {
                let name = key.strip_prefix("zfs/").unwrap_or(key);
                let level = text(value, "level").unwrap_or("of unknown level");
                let devices = texts(value, "devices").join(", ");
                (key.to_owned(), format!("pool {name}, {level} of {devices}"))
            })
            .collect();
        for (key, seen) in others {
            self.tell(KIND, &key, How::Undeclared, "not declared", &seen, None);
        }
    }

    /// The key of the pool that is meant: by its mount, else by its name.
    pub(super) fn found(&self, name: &str, pool: &Pool) -> Option<String> {
        let mount = pool.mount.known().map(|m| m.0.as_str());
        let key = format!("zfs/{name}");
        let mut all = self.facts.items(KIND);
        let found = all.find(|(own, value)| match mount {
            Some(at) => texts(value, "mounts").contains(&at),
            None => *own == key,
        });
        found.map(|(own, _)| own.to_owned())
    }

    fn level(&mut self, name: &str, pool: &Pool, key: &str) {
        let Some((wanted, span)) = level(pool) else {
            return;
        };
        let said = format!("pool {name} is {}", wanted.join(" or "));
        let value = self.facts.seen(&FactPath::new(KIND, key));
        match value.value().and_then(|v| text(v, "level")) {
            Some(told) if wanted.iter().any(|w| w == told) => {}
            Some(told) => self.tell(KIND, key, How::Differs, &said, told, Some(span)),
            None => {
                let seen = "unknown (what it is made of was not told)";
                self.tell(KIND, key, How::Unknown, &said, seen, Some(span));
            }
        }
    }

    /// Disks that are declared to be in it and have a serial number; whether they are there at all is told of the machine.
    fn devices(&mut self, name: &str, pool: &Pool, key: &str) {
        let Some(host) = super::host(self.ctx.lab, self.object) else {
            return;
        };
        let own = key.strip_prefix("zfs/").unwrap_or(key);
        let declared: BTreeMap<&str, &str> = serials(host)
            .into_iter()
            .map(|(serial, (disk, _))| (disk, serial))
            .collect();
        let kind = FactKind::Disk;
        let told: BTreeMap<&str, (&str, Option<&str>)> = self
            .facts
            .items(kind)
            .filter_map(|(disk, value)| Some((text(value, "serial")?, (disk, text(value, "pool")))))
            .collect();
        let mut elsewhere = Vec::new();
        for device in &pool.devices {
            let disk = device.value.part().unwrap_or_default();
            let is_here = device.value.name() == self.object.name;
            let serial = declared.get(disk).filter(|_| is_here);
            let Some((node, pool)) = serial.and_then(|serial| told.get(serial)) else {
                continue;
            };
            if *pool != Some(own) {
                let seen = pool.map_or_else(|| "in no pool".to_owned(), |p| format!("in pool {p}"));
                let said = format!("disk {disk} is in pool {name}");
                elsewhere.push(((*node).to_owned(), said, seen, device.span));
            }
        }
        for (node, said, seen, span) in elsewhere {
            self.tell(kind, &node, How::Differs, &said, &seen, Some(span));
        }
    }
}

/// It is made of disks of the appliance itself.
fn is_own(pool: &Pool) -> bool {
    matches!(pool.kind.known(), Some(PoolKind::Zfs))
}
