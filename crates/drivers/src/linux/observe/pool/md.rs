//! Arrays of md, by what the kernel says of each in `/sys/block/mdN/md`; see Documentation/admin-guide/md.rst.
//!
//! When an array was read whole last is not kept by the kernel, so it is not told.

use super::Pool;
use std::collections::BTreeMap;

pub(super) fn read(lines: &[&str]) -> Vec<Pool> {
    let mut found: Vec<Array<'_>> = Vec::new();
    let mut open = false;
    for line in lines {
        if let Some(name) = line.strip_prefix("md ") {
            found.push(Array::named(name));
            open = true;
        } else if let Some((item, value)) = line.split_once(' ')
            && let Some(array) = found.last_mut().filter(|_| open)
        {
            match item {
                "member" => array.members.extend(value.split_once(' ')),
                "sectors" | "level" | "raid_disks" | "degraded" | "array_state" | "sync_action"
                | "mismatch_cnt" => {
                    array.items.insert(item, value);
                }
                _ => open = false,
            }
        }
    }
    found.into_iter().map(Array::pool).collect()
}

struct Array<'a> {
    name: &'a str,
    items: BTreeMap<&'a str, &'a str>,
    /// Devices with their states, `in_sync`, `faulty`, `spare`, …
    members: Vec<(&'a str, &'a str)>,
}

impl<'a> Array<'a> {
    fn named(name: &'a str) -> Self {
        Self {
            name,
            items: BTreeMap::new(),
            members: Vec::new(),
        }
    }

    fn number(&self, item: &str) -> Option<i64> {
        self.items.get(item)?.trim().parse().ok()
    }

    fn pool(self) -> Pool {
        let mut pool = Pool::new(format!("md/{}", self.name), "/sys/block/md*/md");
        if let Some(level) = self.items.get("level") {
            pool.put("level", *level);
        }
        let wanted = self.number("raid_disks");
        pool.int("wanted", wanted);
        // Levels without redundancy have no such file: a device that they lost is one that is not in sync.
        let whole = self.members.iter().filter(|(_, state)| {
            let mut words = state.split(',').map(str::trim);
            words.any(|w| w == "in_sync" || w == "journal")
        });
        let there = i64::try_from(whole.count()).ok();
        let short = wanted.zip(there).map(|(w, t)| (w - t).max(0));
        pool.int("missing", self.number("degraded").or(short));
        let state = match self.items.get("sync_action").map(|a| a.trim()) {
            Some("idle" | "frozen") | None => self.items.get("array_state").map(|s| s.trim()),
            Some(action) => Some(action),
        };
        if let Some(state) = state {
            pool.put("state", state);
        }
        pool.int(
            "size",
            self.number("sectors").and_then(|s| s.checked_mul(512)),
        );
        let mismatches = self
            .number("mismatch_cnt")
            .filter(|_| self.checks_mismatches());
        pool.int("errors", mismatches);
        pool.list(
            "devices",
            self.members.iter().map(|(name, _)| (*name).to_owned()),
        );
        pool
    }

    /// Of mirrors the count may come of swap and of memory-mapped files that changed while they were written, md(4); it means harm only
    /// where there is parity.
    fn checks_mismatches(&self) -> bool {
        let level = self.items.get("level").copied().unwrap_or_default();
        matches!(level.trim(), "raid4" | "raid5" | "raid6")
    }
}
