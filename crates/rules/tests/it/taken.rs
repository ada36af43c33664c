//! Memory that is taken already, by services beside guests and by guests that are somewhere on a cluster, is not free.

use crate::support::check;

const PAIR: &str = "format: 1
lab: x
sites: {home: {}}
hosts:
  a: {site: home, hardware: {memory: 32GiB}}
  b: {site: home, hardware: {memory: 32GiB}}
";

fn said(text: &str, rule: &str) -> Vec<String> {
    let (found, _) = check(&format!("{PAIR}{text}"), None);
    let all = found
        .iter()
        .filter(|d| d.code == rule)
        .map(|d| d.message.clone());
    all.collect()
}

const CEPH: &str =
    "clusters: {c: {kind: proxmox, members: [a, b], ha: yes, qdevice: q, storage: [ceph]}}
devices: {q: {kind: nas, site: home}}
pools: {ceph: {kind: ceph, on: c, usable: 1TB}}
guests: {g: {kind: vm, on: a, memory: 20GiB, disks: {r: {pool: ceph, size: 10GB}}}}
";

fn beside(memory: &str) -> Vec<String> {
    let service = format!("services: {{s: {{runs: {{host: b}}, memory: {memory}}}}}\n");
    said(&format!("{CEPH}{service}"), "cap-n1")
}

#[test]
fn services_beside_guests_leave_less_for_guests_that_move() {
    let [said] = beside("{expected: 20GiB, limit: 24GiB}")
        .try_into()
        .unwrap();
    let whole = "when 'a' fails, guests and services of cluster 'c' need 40GiB, and 32GiB is left";
    assert_eq!(said, whole);
    assert_eq!(beside("{expected: 12GiB}"), Vec::<String>::new());
    let [said] = beside("{expected: unknown}").try_into().unwrap();
    assert_eq!(
        said,
        "unknown: whether cluster 'c' carries its guests when a member fails"
    );
}

#[test]
fn what_of_a_host_may_be_given_out_and_is_not_known_is_not_all() {
    let open = "format: 1
lab: x
sites: {home: {}}
hosts:
  a: {site: home, hardware: {memory: 32GiB}}
  b: {site: home, hardware: {memory: 32GiB}, allocatable: unknown}
";
    let (found, _) = check(&format!("{open}{CEPH}"), None);
    let of: Vec<_> = found.iter().filter(|d| d.code == "cap-n1").collect();
    let [said] = of.try_into().unwrap();
    assert!(said.message.starts_with("unknown: "), "{said:#?}");
    assert!(
        said.notes
            .iter()
            .any(|n| n.contains("'allocatable' of host 'b'")),
        "{said:#?}"
    );
}

/// Two guests of a cluster, one of them backed up, and how large the other is.
fn drill(other: &str, members: &str) -> Vec<String> {
    let text = format!(
        "clusters: {{c: {{kind: proxmox, members: [{members}]}}}}
pools: {{q: {{kind: zfs, on: b, usable: 1TB, used: 1GB}}}}
guests:
  g1: {{kind: vm, on: c, memory: 20GiB, disks: {{r: {{pool: q, size: 10GB}}}}}}
  g2: {{kind: vm, on: c, memory: {other}}}
repositories: {{r: {{kind: pbs, on: b, location: /x}}}}
backups: {{k: {{kind: image, guests: [g1], to: r, every: 1d}}}}
"
    );
    said(&text, "dr-drill-capacity")
}

#[test]
fn guests_of_a_cluster_leave_no_room_for_a_drill_wherever_they_are() {
    let needs = "guest 'g1' of backup 'k' cannot be restored for practice: it needs 20GiB, and";
    // 20 + 13 are on 64, and of the 31 that are left no host has 20.
    let none = format!("{needs} no host has that beside the guests of its cluster");
    assert_eq!(drill("13GiB", "a, b"), [none]);
    assert_eq!(drill("30GiB", "a, b"), [format!("{needs} 14GiB is free")]);
    assert_eq!(drill("12GiB", "a, b"), Vec::<String>::new());
    assert_eq!(drill("1GiB", "b"), [format!("{needs} 11GiB is free")]);
    let open = drill("unknown", "a, b");
    let first = "unknown: whether a guest of backup 'k' can be restored for practice";
    assert_eq!(open.first().map(String::as_str), Some(first), "{open:?}");
    assert!(open.iter().all(|m| m.starts_with("unknown: ")), "{open:?}");
}

#[test]
fn an_empty_member_has_room_for_a_drill() {
    let text = "clusters: {c: {kind: proxmox, members: [a, b]}}
pools: {q: {kind: zfs, on: b, usable: 1TB, used: 1GB}}
guests: {g: {kind: vm, on: b, memory: 30GiB, disks: {r: {pool: q, size: 10GB}}}}
repositories: {r: {kind: pbs, on: b, location: /x}}
backups: {k: {kind: image, guests: [g], to: r, every: 1d}}
";
    assert_eq!(said(text, "dr-drill-capacity"), Vec::<String>::new());
    let alone = text.replace("[a, b]", "[b]");
    assert_eq!(said(&alone, "dr-drill-capacity").len(), 1);
}

#[test]
fn figures_that_differ_are_not_printed_alike() {
    let text = CEPH.replace("20GiB", "32769MiB");
    let [said] = said(&text, "cap-n1").try_into().unwrap();
    assert_eq!(
        said,
        "when 'b' fails, guests of cluster 'c' need 32769MiB, and 32GiB is left"
    );
}

#[test]
fn a_repository_on_a_disk_of_unknown_size_may_be_too_small() {
    let on = |size: &str| {
        let text = format!(
            "format: 1
lab: x
sites: {{home: {{}}}}
hosts: {{a: {{site: home, hardware: {{disks: {{d: {size}}}}}}}}}
datasets: {{x: {{host: a, folder: /x, size: 1GB, changes: 1GB/day, class: important}}}}
repositories: {{r: {{kind: restic, on: a, location: /mnt/d, disk: d}}}}
backups: {{k: {{datasets: [x], to: r, every: 1d, keep: {{daily: 7}}}}}}
"
        );
        let (found, _) = check(&text, None);
        let all = found.iter().filter(|d| d.code == "bak-space");
        all.map(|d| d.message.clone()).collect::<Vec<_>>()
    };
    let open = "unknown: whether the archives of repository 'r' fit into it";
    assert_eq!(on("unknown"), [open]);
    assert_eq!(on("1TB"), Vec::<String>::new());
}
