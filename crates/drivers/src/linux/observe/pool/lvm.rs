//! Volume groups and thin pools of LVM, by `vgs` and `lvs` with `|` between the fields.

use super::Pool;

pub(super) fn read(lines: &[&str]) -> Vec<Pool> {
    let groups = lines.iter().filter_map(|l| l.strip_prefix("vgs "));
    let thin = lines.iter().filter_map(|l| l.strip_prefix("lvs "));
    groups
        .filter_map(group)
        .chain(thin.filter_map(thin_pool))
        .collect()
}

/// Name, size, free, devices that are missing, devices.
fn group(line: &str) -> Option<Pool> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, size, free, missing, devices] = fields.as_slice() else {
        return None;
    };
    let mut pool = Pool::new(format!("lvm/{name}"), "vgs");
    let size: Option<i64> = size.parse().ok();
    let free: Option<i64> = free.parse().ok();
    pool.int("size", size);
    pool.int("used", size.zip(free).map(|(s, f)| s - f));
    pool.int("wanted", devices.parse().ok());
    pool.int("missing", missing.parse().ok());
    Some(pool)
}

/// Group, name, layout, size, data %, metadata %, health; only of thin pools.
fn thin_pool(line: &str) -> Option<Pool> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let [group, name, layout, size, data, metadata, health] = fields.as_slice() else {
        return None;
    };
    if !layout.split(',').any(|w| w == "pool") || !layout.split(',').any(|w| w == "thin") {
        return None;
    }
    let mut pool = Pool::new(format!("lvm-thin/{group}/{name}"), "lvs");
    let size: Option<i64> = size.parse().ok();
    pool.int("size", size);
    // Percentages with two decimals; empty while the pool is not active.
    let parts = |percent: &str| {
        let share: f64 = percent.parse().ok()?;
        let parts = (0.0..=100.0)
            .contains(&share)
            .then(|| (share * 100.0).round());
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 10,000")]
        parts.map(|p| p as i64)
    };
    let used = size.zip(parts(data));
    pool.int(
        "used",
        used.and_then(|(s, p)| i64::try_from(i128::from(s) * i128::from(p) / 10_000).ok()),
    );
    pool.int("metadata", parts(metadata).map(|p| p / 10));
    // Empty while all is well; else lvs(8)'s word: partial, refresh needed, out_of_data, metadata_read_only, failed.
    let state = if health.is_empty() { "healthy" } else { health };
    pool.put("state", state);
    Some(pool)
}
