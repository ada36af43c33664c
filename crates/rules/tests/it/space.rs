//! What levels and profiles leave of disks of different sizes, as `sto-raid-usable` computes it, each against a sum on paper.

use crate::support::check;

/// What `sto-raid-usable` says a pool gives: it is declared to hold far more.
fn gives(pool: &str) -> String {
    let text = format!(
        "format: 1
lab: x
hosts:
  a: {{hardware: {{disks: {{a: 4TB, b: 1TB, c: 1TB, d: 1TB, e: 1TB, f: 2TB, g: 4TB, h: 8TB, i: 3TB}}}}}}
  b: {{hardware: {{disks: {{a: 4TB, b: 4TB}}}}}}
  c: {{hardware: {{disks: {{a: 1TB}}}}}}
clusters: {{abc: {{kind: proxmox, members: [a, b, c]}}}}
pools:
  p: {{{pool}, usable: 90TB}}
"
    );
    let (found, _) = check(&text, None);
    let mut said = found.iter().filter(|d| d.code == "sto-raid-usable");
    let message = said.next().map(|d| d.message.clone());
    let message = message.unwrap_or_default();
    let (_, gives) = message.rsplit_once(" give ").unwrap_or(("", &message));
    gives.to_owned()
}

fn btrfs(profile: &str, disks: &str) -> String {
    gives(&format!(
        "kind: btrfs, on: a, profile: {profile}, devices: [{disks}]"
    ))
}

#[test]
fn profiles_of_btrfs_over_unequal_disks() {
    // 4 + 2 + 1 = 7.
    assert_eq!(btrfs("single", "a/a, a/f, a/b"), "7TB");
    assert_eq!(btrfs("dup", "a/a"), "2TB");
    // Half of 7 would be 3.5, but there are only 2 + 1 beside the disk with 4.
    assert_eq!(btrfs("raid1", "a/a, a/f, a/b"), "3TB");
    // (4 + 4 + 2) / 2.
    assert_eq!(btrfs("raid1", "a/a, a/g, a/f"), "5TB");
    // The largest holds one copy, the next two hold what the two smallest allow: (4 + 4 + 2 + 1) / 3 = 3.67, (4 + 2 + 1) / 2 = 3.5, 2 + 1 = 3.
    assert_eq!(btrfs("raid1c3", "a/a, a/g, a/f, a/b"), "3TB");
    // (1 + 1 + 1 + 1) / 4.
    assert_eq!(btrfs("raid1c4", "a/b, a/c, a/d, a/e"), "1TB");
    // Over all three 2 × 1, over two 1 × 1; 2 of the largest are left alone.
    assert_eq!(btrfs("raid5", "a/a, a/f, a/b"), "3TB");
    // Over all four 2 × 1, over three 1 × 1; then two are too few for two parities.
    assert_eq!(btrfs("raid6", "a/a, a/g, a/f, a/b"), "3TB");
    // The large one and three of the small ones each time, which take turns: 4 / 3 of each such row.
    assert_eq!(btrfs("raid10", "a/a, a/b, a/c, a/d, a/e"), "2.67TB");
    assert_eq!(btrfs("raid10", "a/b, a/c, a/d"), "1.5TB");
    // All four 1, the two large 2 more, and then three with 1 each take turns: (4 + 4 + 3) / 2.
    assert_eq!(btrfs("raid10", "a/a, a/g, a/f, a/b"), "5.5TB");
}

#[test]
fn vdevs_of_zfs_and_arrays_of_md() {
    let zfs = |level: &str, disks: &str| {
        gives(&format!(
            "kind: zfs, on: a, level: {level}, devices: [{disks}]"
        ))
    };
    assert_eq!(zfs("mirror", "a/a, a/f"), "2TB");
    // min(4, 2) + min(8, 3).
    assert_eq!(zfs("mirror", "a/a, a/f, a/h, a/i"), "5TB");
    assert_eq!(zfs("raidz1", "a/a, a/f, a/i"), "4TB");
    assert_eq!(zfs("raidz2", "a/a, a/f, a/i, a/h"), "4TB");
    let md = |rest: &str| gives(&format!("kind: md, on: a, {rest}"));
    // Spares, logs, caches and special devices are no capacity.
    let bare = "level: raid5, devices: [a/a, a/g, a/h]";
    assert_eq!(md(bare), "8TB");
    assert_eq!(md(&format!("{bare}, spares: [a/i]")), "8TB");
    let aside = "level: mirror, devices: [a/a, a/g], log: [a/b], cache: [a/c], special: [a/d, a/e]";
    assert_eq!(gives(&format!("kind: zfs, on: a, {aside}")), "4TB");
}

#[test]
fn copies_lie_on_different_hosts() {
    let ceph = |replicas: u32, disks: &str| {
        let level = format!("level: replicated, replicas: {replicas}");
        gives(&format!("kind: ceph, on: abc, {level}, devices: [{disks}]"))
    };
    // Host c has 1 TB, and each block has a copy there.
    assert_eq!(ceph(3, "a/a, b/a, b/b, c/a"), "1TB");
    // Half of 4 + 8 + 1 would be 6.5; beside the 8 of host b there are 5.
    assert_eq!(ceph(2, "a/a, b/a, b/b, c/a"), "5TB");
    // All on one host: on different disks then.
    assert_eq!(ceph(2, "a/a, a/g"), "4TB");
}

#[test]
fn what_a_pool_survives_is_the_weaker_of_data_and_metadata() {
    let check_one = |pool: &str| {
        let text = format!(
            "format: 1
lab: x
hosts: {{a: {{hardware: {{disks: {{a: 4TB, b: 4TB, c: 1TB, d: 1TB, e: 1TB}}}}}}}}
pools: {{p: {{{pool}}}}}
datasets: {{photos: {{class: irreplaceable, pool: p}}}}
services: {{web: {{runs: {{host: a}}, data: {{d: {{dataset: photos}}}}}}}}
"
        );
        let (lab, _) = crate::support::lab(&[("holdfast.yaml", text.as_str())]);
        let pool = lab.pools.get("p").expect("it is declared");
        graph::pools::own_tolerance(&lab, pool)
    };
    let btrfs = "kind: btrfs, on: a, profile: raid1, devices: [a/a, a/b]";
    assert_eq!(check_one(btrfs), Some(1));
    assert_eq!(
        check_one(&format!("{btrfs}, metadata_profile: raid1")),
        Some(1)
    );
    assert_eq!(
        check_one(&format!("{btrfs}, metadata_profile: single")),
        Some(0)
    );
    let zfs = "kind: zfs, on: a, level: mirror, devices: [a/a, a/b]";
    assert_eq!(check_one(&format!("{zfs}, special: [a/c, a/d]")), Some(1));
    assert_eq!(check_one(&format!("{zfs}, special: [a/c]")), Some(0));
    // The last disk is never spare, whatever was written.
    let few = |level: &str, disks: &str| {
        check_one(&format!(
            "kind: zfs, on: a, level: {level}, devices: [{disks}]"
        ))
    };
    assert_eq!(few("raidz3", "a/a, a/b, a/c"), Some(2));
    assert_eq!(few("raidz2", "a/a, a/b"), Some(1));
    // What its space is computed for: each disk has all, or two of each pair.
    assert_eq!(few("mirror", "a/a, a/b, a/c, a/d, a/e"), Some(4));
    assert_eq!(few("mirror", "a/a, a/b, a/c, a/d"), Some(1));
    assert_eq!(few("mirror", "a/a, a/b, a/c"), Some(2));
    let ceph = |devices: &str| {
        check_one(&format!(
            "kind: ceph, on: a, level: replicated, replicas: 3, devices: [{devices}]"
        ))
    };
    assert_eq!(ceph("a/a, a/b"), Some(1));
    assert_eq!(ceph("a/a, a/b, a/c, a/d"), Some(2));
}

/// Where nobody knows a size, the key that says it is named, and nothing is said to be `at least 0`.
#[test]
fn a_size_that_is_not_declared_is_told_with_its_key() {
    let lab = "format: 1
lab: x
hosts: {pve: {os: proxmox-ve, hardware: {memory: 16GiB}}, spare: {os: proxmox-ve, hardware: {memory: 16GiB}}}
tiers: {gold: {rto: {host: 1h}, rpo: {host: 1d}}}
guests: {g: {kind: vm, on: pve, memory: 2GiB}}
repositories: {usb: {location: /mnt/usb, on: spare, size: 1TB}}
services: {s: {runs: {guest: g}, tier: gold}}
backups: {b: {guests: [g], to: usb, every: 1d}}
";
    let told = |lab: &str| -> Vec<String> {
        let (found, _) = crate::support::check(lab, None);
        let texts = |d: diag::Diagnostic| [d.notes, d.help].concat();
        found.into_iter().flat_map(texts).collect()
    };
    let all = told(lab).join("\n");
    for said in [
        "spare has space for what must be restored, of which nobody knows how much it is; not declared: the pools of spare, the size of guest 'g' ('disks: {NAME: {size: …}}')",
        "the disks of guest 'g' ('disks: {NAME: {size: …}}')",
    ] {
        assert!(all.contains(said), "{said}\n{all}");
    }
    assert!(!all.contains("at least 0"), "{all}");
    // What is named is the key that lacks.
    let after = lab.replace(
        "memory: 2GiB}",
        "memory: 2GiB, disks: {root: {size: 32GB}}}",
    );
    let all = told(&after).join("\n");
    assert!(!all.contains("guest 'g' ("), "{all}");
    assert!(all.contains("spare has space for 32GB of data"), "{all}");
}
