//! Pools of ZFS, by `zpool list` and `zpool status`.

use super::Pool;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

pub(super) fn read(lines: &[&str]) -> Vec<Pool> {
    let status: Vec<&str> = lines.iter().filter_map(|l| l.strip_prefix("z:")).collect();
    let listed = lines.iter().filter_map(|l| l.strip_prefix("zfs "));
    let pools = listed.filter_map(|line| {
        let mut words = line.split('\t');
        let (name, size, used, health) =
            (words.next()?, words.next()?, words.next()?, words.next()?);
        let mut pool = Pool::new(format!("zfs/{name}"), "zpool list, zpool status");
        pool.put("state", health.trim().to_owned());
        pool.int("size", size.parse().ok());
        pool.int("used", used.parse().ok());
        about(name, &status, &mut pool);
        Some(pool)
    });
    pools.collect()
}

/// Groups of devices in the table of `zpool status`, with the level that they are.
const GROUPS: [(&str, &str); 4] = [
    ("mirror-", "mirror"),
    ("raidz1-", "raidz1"),
    ("raidz2-", "raidz2"),
    ("raidz3-", "raidz3"),
];
/// Where the table goes on with devices that hold no copy of the data.
const ASIDE: [&str; 4] = ["logs", "cache", "spares", "dedup"];

fn about(name: &str, status: &[&str], pool: &mut Pool) {
    let is_head = |line: &&str| line.trim_start().starts_with("pool: ");
    let own = status
        .iter()
        .skip_while(|l| !(is_head(l) && l.trim_start().strip_prefix("pool: ") == Some(name)));
    let own: Vec<&str> = own
        .enumerate()
        .take_while(|(i, l)| *i == 0 || !is_head(l))
        .map(|(_, l)| *l)
        .collect();
    if own.is_empty() {
        return;
    }
    if let Some(scan) = own
        .iter()
        .find_map(|l| l.trim_start().strip_prefix("scan: "))
    {
        pool.int("scrub", scrubbed(scan));
    } else {
        // A pool that was never read whole has no such line.
        pool.int("scrub", Some(0));
    }
    let head = own.iter().position(|l| {
        let mut words = l.split_whitespace();
        words.next() == Some("NAME") && words.next() == Some("STATE")
    });
    let Some(head) = head else { return };
    let mut table = Table::default();
    let rows = own.iter().skip(head + 2);
    rows.take_while(|l| !l.trim().is_empty())
        .for_each(|l| table.row(l));
    table.tell(pool);
    // `errors: No known data errors`, or a count of files that are damaged.
    let told = own.iter().find_map(|l| l.strip_prefix("errors: "));
    if told.is_some_and(|t| !t.starts_with("No known")) {
        table.errors = table.errors.saturating_add(1);
    }
    pool.int("errors", Some(table.errors));
}

#[derive(Default)]
struct Table {
    aside: bool,
    levels: BTreeSet<&'static str>,
    /// The group that devices below it belong to, by its indentation.
    group: Option<usize>,
    alone: bool,
    devices: Vec<String>,
    missing: i64,
    errors: i64,
}

impl Table {
    fn row(&mut self, line: &str) {
        let depth = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(name) = words.first() else { return };
        if words.len() == 1 || ASIDE.contains(name) {
            self.aside = ASIDE.contains(name);
            self.group = None;
            return;
        }
        let counts = words.iter().skip(2).take(3);
        let counts = counts.filter_map(|w| w.parse::<i64>().ok());
        self.errors = counts.fold(self.errors, i64::saturating_add);
        if let Some((_, level)) = GROUPS.iter().find(|(start, _)| name.starts_with(start)) {
            if !self.aside {
                self.levels.insert(level);
            }
            self.group = Some(depth);
            return;
        }
        // `replacing-0` and `spare-0` stand between a group and its devices.
        if name.starts_with("replacing-") || name.starts_with("spare-") {
            return;
        }
        if self.aside {
            return;
        }
        if self.group.is_none_or(|g| depth <= g) {
            self.group = None;
            self.alone = true;
        }
        self.devices.push((*name).to_owned());
        if !matches!(words.get(1), Some(&("ONLINE" | "AVAIL" | "INUSE"))) {
            self.missing += 1;
        }
    }

    fn tell(&self, pool: &mut Pool) {
        let levels: Vec<&str> = self.levels.iter().copied().collect();
        let level = match (levels.as_slice(), self.alone) {
            ([], _) => "single".to_owned(),
            (levels, false) => levels.join("+"),
            (levels, true) => format!("{}+single", levels.join("+")),
        };
        pool.put("level", level);
        pool.int("wanted", i64::try_from(self.devices.len()).ok());
        pool.int("missing", Some(self.missing));
        pool.list("devices", self.devices.iter().cloned());
    }
}

/// `scrub repaired 0B in 00:10:21 with 0 errors on Sun Nov  9 00:34:22 2025`; the day in the host's own time zone is read as if it were UTC,
/// which is wrong by at most fourteen hours. Nothing while another reading of all runs, which hides the last.
fn scrubbed(scan: &str) -> Option<i64> {
    if !scan.starts_with("scrub repaired ") {
        return (scan.starts_with("none requested")).then_some(0);
    }
    let (_, at) = scan.rsplit_once(" on ")?;
    let words: Vec<&str> = at.split_whitespace().collect();
    let [_, month, day, time, year] = words.as_slice() else {
        return None;
    };
    let text = format!("{month} {day} {time} {year}");
    let at = DateTime::strptime("%b %d %H:%M:%S %Y", text).ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?;
    Some(at.timestamp().as_second())
}
