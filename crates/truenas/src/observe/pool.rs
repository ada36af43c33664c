//! Pools with what they are made of, in the same words as those of machines that are logged in to.

use super::{number, text, time};
use model::fact::{FactKind, FactPath};
use reading::found::{Fields, Found};
use serde_json::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::Pool;
/// Groups of devices that hold data which is nowhere else.
const HOLD: [&str; 3] = ["data", "special", "dedup"];
/// Virtual devices that stand between a group and its disks.
const BETWEEN: [&str; 2] = ["REPLACING", "SPARE"];
/// Virtual devices cannot lie deeper than this.
const DEPTH: usize = 8;

pub(super) fn pools(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| one(row, found, source))
}

/// The pool that the appliance starts from.
pub(super) fn boot(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    Some(usize::from(one(answer, found, source).is_none()))
}

fn one(row: &Value, found: &mut Found, source: &str) -> Option<()> {
    let name = row.get("name").and_then(text)?;
    let mut made = Made::default();
    let topology = row.get("topology").filter(|t| !t.is_null());
    if let Some(topology) = topology {
        for group in HOLD {
            for device in topology
                .get(group)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                made.top(device, group == "data")?;
            }
        }
    }
    let known = topology.is_some().then_some(&made);
    let mount = row.get("path").and_then(text);
    let mounts = mount.map(|at| super::list(vec![at]));
    let scan = row.get("scan");
    let state = row.get("status").and_then(text);
    // Of a pool that is not imported nothing is told but its name: that is not that it was never read.
    let is_imported = topology.is_some() && state.as_deref() != Some("OFFLINE");
    let scrub = scrubbed(scan).filter(|_| is_imported);
    let repaired = scan.and_then(|s| number(s, "errors")).unwrap_or(0);
    let fields = Fields::default()
        .set("state", state)
        .set("level", known.map(Made::level))
        .set("devices", known.map(|m| super::list(m.devices.clone())))
        .set("wanted", known.and_then(|m| i64::try_from(m.wanted).ok()))
        .set("missing", known.map(|m| m.missing))
        .set("errors", known.map(|m| m.errors.saturating_add(repaired)))
        .set("size", number(row, "size"))
        .set("used", number(row, "allocated"))
        .set("scrub", scrub)
        .set("mounts", mounts);
    found.add(KIND, format!("zfs/{name}"), fields, source);
    Some(())
}

/// The end of the last whole reading, 0 if there never was one; nothing while another one runs or a rebuild hides it.
fn scrubbed(scan: Option<&Value>) -> Option<i64> {
    let scan = match scan? {
        Value::Null => return Some(0),
        scan => scan,
    };
    let word = |key: &str| scan.get(key).and_then(Value::as_str);
    match (word("function"), word("state")) {
        (None, None) => Some(0),
        (Some("SCRUB"), Some("FINISHED")) => time(scan.get("end_time")),
        _ => None,
    }
}

/// What a pool is made of.
#[derive(Default)]
struct Made {
    levels: BTreeSet<String>,
    devices: Vec<String>,
    wanted: usize,
    missing: i64,
    errors: i64,
}

impl Made {
    /// A device at the top of a group.
    fn top(&mut self, device: &Value, is_data: bool) -> Option<()> {
        let kind = device.get("type").and_then(text)?;
        if is_data {
            self.levels.insert(match kind.as_str() {
                "DISK" | "FILE" | "STRIPE" => "single".to_owned(),
                other if BETWEEN.contains(&other) => "single".to_owned(),
                other => other.to_lowercase(),
            });
        }
        self.below(device, DEPTH)
    }

    fn below(&mut self, device: &Value, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let stats = device.get("stats");
        for count in ["read_errors", "write_errors", "checksum_errors"] {
            let told = stats.and_then(|s| number(s, count)).unwrap_or(0);
            self.errors = self.errors.saturating_add(told);
        }
        let children = device.get("children").and_then(Value::as_array);
        let children = children.map_or(&[] as &[Value], Vec::as_slice);
        if !children.is_empty() {
            return children.iter().try_for_each(|c| self.below(c, depth));
        }
        self.wanted += 1;
        let is_there = device.get("status").and_then(Value::as_str) == Some("ONLINE");
        self.missing += i64::from(!is_there);
        let names = ["disk", "unavail_disk", "device", "name"];
        let name = names.iter().find_map(|key| device.get(key).and_then(text));
        self.devices.push(name.unwrap_or_else(|| "?".to_owned()));
        Some(())
    }

    fn level(&self) -> String {
        let levels: Vec<&str> = self.levels.iter().map(String::as_str).collect();
        match levels.as_slice() {
            [] => "single".to_owned(),
            levels => levels.join("+"),
        }
    }
}

/// Where datasets are told of a pool that is not among the pools, those are not all.
pub(super) fn untold(found: &mut Found) {
    let datasets = found.facts.iter();
    let datasets = datasets.filter(|(path, _)| path.kind == FactKind::TrueNasDataset);
    let mut pools = datasets.filter_map(|(_, fact)| fact.seen.value()?.field("pool")?.as_text());
    let is_missing = |pool: &&str| {
        let path = FactPath::new(KIND, format!("zfs/{pool}"));
        !found.facts.contains_key(&path)
    };
    let missing = pools.find(is_missing).map(str::to_owned);
    if let Some(pool) = missing.filter(|_| found.collections.contains_key(&KIND)) {
        found.partial(
            KIND,
            format!("datasets of pool {pool} are told, and it is not"),
        );
    }
}
