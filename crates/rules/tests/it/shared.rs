//! What is lost together is no copy of each other, however it is declared.

use crate::support::check;

fn lab(data: &str, store: &str) -> String {
    format!(
        "format: 1
lab: x
sites: {{home: , away: }}
hosts:
  a: {{site: home, hardware: {{disks: {{d1: 8TB, d2: 8TB}}}}}}
  far: {{site: away}}
pools: {{p: {{kind: zfs, on: a, level: single, devices: [a/d1]}}}}
tiers: {{core: {{rpo: {{device: 1d}}}}}}
datasets: {{photos: {{host: a, folder: /p/photos, {data}, class: irreplaceable, tier: core, size: 100GB}}}}
repositories:
  near: {{on: a, {store}, password: {{env: N}}}}
  far: {{on: far, location: 'sftp:far:/srv', password: {{env: F}}}}
backups:
  often: {{datasets: [photos], to: near, every: 12h, took: 1h}}
  weekly: {{datasets: [photos], to: far, every: 7d, took: 1h}}
"
    )
}

fn found(text: &str, rule: &str) -> Vec<String> {
    let (found, _) = check(text, None);
    let of = found.into_iter().filter(|d| d.code == rule && !d.unknown);
    of.map(|d| format!("{} {}", d.message, d.notes.join(" ")))
        .collect()
}

#[test]
fn a_disk_and_the_pool_on_it_are_lost_together() {
    for (data, store) in [
        ("pool: p", "location: /mnt/usb, disk: d1"),
        ("disk: d1", "location: /mnt/usb, pool: p"),
        ("pool: p", "location: /p/photos/backup, disk: d2"),
    ] {
        let text = lab(data, store);
        let copies = found(&text, "bak-321");
        assert!(
            copies.len() == 1 && copies[0].contains("not counted: repository 'near'"),
            "{data} {store}: {copies:?}"
        );
        let points = found(&text, "bak-rpo-schedule");
        assert!(!points.is_empty(), "{data} {store}");
    }
    // Another disk is another store; it is lost with the machine, and not with the disk.
    let apart = lab("pool: p", "location: /mnt/usb, disk: d2");
    assert_eq!(found(&apart, "bak-321"), [""; 0]);
    assert_eq!(found(&apart, "bak-rpo-schedule"), [""; 0]);
}

#[test]
fn votes_that_nobody_knows_are_not_counted_as_one() {
    let text = "format: 1
lab: x
hosts: {a: , b: , c: }
clusters: {m: {kind: proxmox, members: [a, b, c], votes: {a: unknown, c: 5}}}
";
    let (all, _) = check(text, None);
    let of = all.iter().filter(|d| d.code == "ha-quorum");
    let said: Vec<(&str, bool)> = of.map(|d| (d.message.as_str(), d.unknown)).collect();
    let want = "unknown: whether cluster 'm' keeps its majority when votes are lost";
    assert_eq!(said, [(want, true)]);
}

/// md(4) and mkfs.btrfs(8) say what is allowed.
#[test]
fn arrays_of_md_and_btrfs_may_be_smaller_than_those_of_others() {
    let said = |pool: &str| {
        let text = format!(
            "format: 1
lab: x
hosts: {{a: {{hardware: {{disks: {{d1: 4TB, d2: 4TB, d3: 4TB, d4: 4TB, d5: 4TB}}}}}}}}
pools: {{p: {{on: a, {pool}}}}}
"
        );
        found(&text, "sto-raid-usable")
    };
    for pool in [
        "kind: md, level: raid10, devices: [a/d1, a/d2, a/d3]",
        "kind: md, level: raid5, devices: [a/d1, a/d2]",
        "kind: btrfs, level: raid5, devices: [a/d1, a/d2]",
        "kind: btrfs, level: raid6, devices: [a/d1, a/d2, a/d3]",
        "kind: md, level: raid10, usable: 10TB, devices: [a/d1, a/d2, a/d3, a/d4, a/d5]",
        "kind: btrfs, level: raid10, usable: 10TB, devices: [a/d1, a/d2, a/d3, a/d4, a/d5]",
        "kind: btrfs, level: raid10, usable: 6TB, devices: [a/d1, a/d2, a/d3]",
    ] {
        assert_eq!(said(pool), [""; 0], "{pool}");
    }
    for pool in [
        "kind: md, level: raid5, devices: [a/d1]",
        "kind: md, level: raid6, devices: [a/d1, a/d2, a/d3]",
        "kind: md, level: raid10, usable: 12TB, devices: [a/d1, a/d2, a/d3, a/d4, a/d5]",
        "kind: lvm, level: raid5, devices: [a/d1, a/d2]",
        "kind: btrfs, level: raid10, usable: 12TB, devices: [a/d1, a/d2, a/d3, a/d4, a/d5]",
    ] {
        assert_eq!(said(pool).len(), 1, "{pool}");
    }
}
