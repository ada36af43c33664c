//! File systems of btrfs that are mounted, by what the kernel says of each in `/sys/fs/btrfs/UUID`, and by root's note of the last scrub.

use super::{Mount, Pool};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn read(lines: &[&str], mounts: &[Mount<'_>], contained: bool) -> Vec<Pool> {
    let mut found: Vec<Found<'_>> = Vec::new();
    let mut open = false;
    for line in lines {
        if let Some(id) = line.strip_prefix("btrfs ") {
            found.push(Found::named(id));
            open = true;
        } else if let Some(one) = found.last_mut().filter(|_| open)
            && let Some((item, rest)) = line.split_once(' ')
        {
            open = one.take(item, rest);
        }
    }
    let own = |one: &Found<'_>| !contained || !one.mounts(mounts).is_empty();
    let own = found.into_iter().filter(own);
    own.map(|one| one.pool(mounts)).collect()
}

#[derive(Default)]
struct Found<'a> {
    id: &'a str,
    label: Option<&'a str>,
    numbers: BTreeMap<&'a str, i64>,
    data: BTreeSet<&'a str>,
    metadata: BTreeSet<&'a str>,
    /// Sectors of 512 bytes, by device; `None` if that cannot be read.
    devices: BTreeMap<&'a str, Option<i64>>,
    /// By number of the device.
    missing: BTreeMap<&'a str, bool>,
    errors: Option<i64>,
    scrubs: Vec<&'a str>,
}

impl<'a> Found<'a> {
    fn named(id: &'a str) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// A line about it; false if it is of something else.
    fn take(&mut self, item: &'a str, rest: &'a str) -> bool {
        let (one, other) = rest.split_once(' ').unwrap_or((rest, ""));
        match item {
            "label" => self.label = Some(rest),
            "data_total_bytes" | "data_bytes_used" => {
                self.numbers
                    .extend(rest.trim().parse().ok().map(|n| (item, n)));
            }
            "profile" if one == "data" => {
                self.data.insert(other);
            }
            "profile" => {
                self.metadata.insert(other);
            }
            "device" => {
                let sectors = other.trim().parse().ok();
                self.devices.insert(one, sectors);
            }
            "missing" => {
                self.missing.insert(one, other.trim() == "1");
            }
            "stat" => {
                // `write_errs 0`, read_errs, flush_errs, corruption_errs, generation_errs.
                let count = other
                    .split_once(' ')
                    .and_then(|(_, n)| n.trim().parse::<i64>().ok());
                let before = self.errors.unwrap_or_default();
                self.errors = count.map(|c| before.saturating_add(c)).or(self.errors);
            }
            "scrub" => self.scrubs.push(rest),
            _ => return false,
        }
        true
    }

    fn mounts(&self, mounts: &[Mount<'_>]) -> Vec<String> {
        let own =
            |mount: &&Mount<'_>| mount.kind == "btrfs" && self.devices.contains_key(mount.device);
        mounts.iter().filter(own).map(|m| m.at.clone()).collect()
    }

    fn pool(self, mounts: &[Mount<'_>]) -> Pool {
        let mut pool = Pool::new(format!("btrfs/{}", self.id), "/sys/fs/btrfs");
        pool.list("mounts", self.mounts(mounts));
        if let Some(label) = self.label.filter(|l| !l.is_empty()) {
            pool.put("name", super::plain(label));
        }
        // Two profiles at once are a conversion that did not end.
        let profiles = |of: &BTreeSet<&str>| of.iter().copied().collect::<Vec<_>>().join("+");
        if !self.data.is_empty() {
            pool.put("level", profiles(&self.data));
        }
        if !self.metadata.is_empty() {
            pool.put("metadata_level", profiles(&self.metadata));
        }
        let count = |n: usize| i64::try_from(n).ok();
        if !self.missing.is_empty() {
            pool.int("wanted", count(self.missing.len()));
            pool.int(
                "missing",
                count(self.missing.values().filter(|m| **m).count()),
            );
        }
        pool.list("devices", self.devices.keys().map(|d| (*d).to_owned()));
        let raw = self
            .devices
            .values()
            .try_fold(0_i64, |sum, s| sum.checked_add((*s)?));
        pool.int("size", raw.and_then(|r| r.checked_mul(512)));
        pool.int("used", self.numbers.get("data_bytes_used").copied());
        let scrub = scrub(&self.scrubs);
        let found = scrub.as_ref().map_or(0, |s| s.errors);
        pool.int("errors", self.errors.map(|e| e.saturating_add(found)));
        pool.int("scrub", scrub.map(|s| s.ended));
        pool
    }
}

/// The last scrub of all devices.
struct Scrub {
    /// Unix s of the end; 0 if none came to its end.
    ended: i64,
    /// What it found and could not mend.
    errors: i64,
}

/// Root's notes, one line a device: `1|data_extents_scrubbed:…|…|uncorrectable_errors:0|…|t_start:…|duration:…|canceled:0|finished:1`.
/// Nothing is known if root alone may read them or one has another form.
fn scrub(lines: &[&str]) -> Option<Scrub> {
    if lines.is_empty() || lines.iter().any(|l| l.starts_with("! ")) {
        return None;
    }
    let mut all = Scrub {
        ended: i64::MAX,
        errors: 0,
    };
    for line in lines {
        if *line == "never" {
            return Some(Scrub {
                ended: 0,
                errors: 0,
            });
        }
        let fields: BTreeMap<&str, i64> = line
            .split('|')
            .filter_map(|f| f.split_once(':'))
            .filter_map(|(name, n)| Some((name, n.trim().parse().ok()?)))
            .collect();
        let whole = fields.get("finished") == Some(&1) && fields.get("canceled") == Some(&0);
        let ended = fields
            .get("t_start")?
            .checked_add(*fields.get("duration")?)?;
        all.ended = all.ended.min(if whole { ended } else { 0 });
        all.errors = all
            .errors
            .saturating_add(*fields.get("uncorrectable_errors").unwrap_or(&0));
    }
    Some(all)
}
