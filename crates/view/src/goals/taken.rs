//! Memory that is taken already takes nobody's place.

use super::tests::{judge, lab};
use super::{Goal, Verdict};

const TWO: &str = "
sites: {home: {}}
tiers: {t: {rto: {host: 4h}, rpo: {host: 2d}, response: 5m}}
hosts:
  a: {site: home, hardware: {memory: 32GiB}}
  b: {site: home, hardware: {memory: 32GiB}}
  n: {site: home, hardware: {memory: 1GiB, disks: {d: 4TB}}}
pools: {p: {kind: zfs, on: a, usable: 1TB, used: 100GB}, q: {kind: zfs, on: b, usable: 1TB, used: 1GB}}
datasets: {x: {host: a, folder: /x, pool: p, size: 10GB, class: important, tier: t}}
repositories: {r: {kind: restic, on: n, location: 'sftp:n:/r', disk: d, size: 4TB}}
backups: {k: {datasets: [x], to: r, every: 1d, took: 1h, keep: {last: 3}}}
";

fn rto(parts: &[&str]) -> Goal {
    let goals = judge(&lab(&[&[TWO], parts].concat()));
    let found = goals.into_iter().find(|g| g.asked == "4h");
    found.unwrap()
}

fn services(own: &str, other: &str) -> String {
    format!(
        "services: {{w: {{tier: t, runs: {{host: a}}, memory: {{limit: {own}}}}}, s: {{runs: {{host: b}}, memory: {{expected: {other}}}}}}}\n"
    )
}

#[test]
fn services_of_the_host_that_takes_over_leave_less() {
    let full = rto(&[&services("20GiB", "20GiB")]);
    let said = full.because.join("\n");
    assert!(!said.contains("nothing to wait for"), "{said}");
    assert!(
        said.contains("no other host has 20GiB free (b: 32GiB - 20GiB = 12GiB)"),
        "{said}"
    );
    let fits = rto(&[&services("20GiB", "12GiB")]);
    assert_eq!(fits.verdict, Verdict::Possible, "{fits:#?}");
    let open = rto(&[&services("20GiB", "unknown")]);
    assert_eq!(open.verdict, Verdict::Unknown, "{open:#?}");
    let open = rto(&[&services("unknown", "1GiB")]);
    assert_eq!(open.verdict, Verdict::Unknown, "{open:#?}");
    assert!(
        open.because.concat().contains("the memory of service 'w'"),
        "{open:#?}"
    );
}

#[test]
fn guests_of_the_cluster_of_the_host_that_takes_over_leave_less() {
    let cluster = |members: &str, memory: &str| {
        let text = format!(
            "clusters: {{c: {{kind: proxmox, members: [{members}]}}}}\nguests: {{h: {{kind: vm, on: c, memory: {memory}}}}}\n"
        );
        rto(&[&services("20GiB", "1GiB"), &text])
    };
    let full = cluster("b", "30GiB").because.join("\n");
    assert!(
        full.contains(
            "no other host has 20GiB free (b: 32GiB - 1GiB - 30GiB of guests on cluster c = 1GiB)"
        ),
        "{full}"
    );
    assert_eq!(cluster("b", "10GiB").verdict, Verdict::Possible);
    let open = cluster("a, b", "20GiB");
    assert_eq!(open.verdict, Verdict::Unknown, "{open:#?}");
    assert_eq!(cluster("b", "unknown").verdict, Verdict::Unknown);
}

#[test]
fn a_guest_of_the_cluster_that_is_to_go_on_is_counted_once() {
    let text = "clusters: {c: {kind: proxmox, members: [a, b], ha: yes}}
guests: {g: {kind: vm, on: c, memory: 20GiB}}
services: {w: {tier: t, runs: {guest: g}}}
";
    let both = TWO.replace("datasets: [x]", "guests: [g], datasets: [x]");
    let goals = judge(&lab(&[&both, text]));
    let found = goals.iter().find(|g| g.asked == "4h").unwrap();
    let room = "b has space for at least 10GB of data";
    assert!(
        found.assumed.iter().any(|a| a.starts_with(room)),
        "{found:#?}"
    );
}

#[test]
fn what_is_restored_comes_through_the_interface_of_who_takes_it() {
    let text = |speed: &str| {
        format!(
            "
sites: {{home: {{}}}}
tiers: {{t: {{rto: {{host: 4h}}, response: 5m}}}}
hosts:
  a: {{site: home, hardware: {{memory: 8GiB, disks: {{d: 4TB}}, nics: {{e: {{speed: {speed}}}}}}}}}
  c: {{site: home, hardware: {{memory: 8GiB, disks: {{d: 4TB}}, nics: {{e: {{speed: {speed}}}}}}}}}
  b: {{site: home, hardware: {{memory: 8GiB, disks: {{d: 4TB}}, nics: {{e: {{speed: 10Gbit/s}}}}}}}}
pools: {{p: {{kind: zfs, on: a, usable: 4TB, devices: [a/d], used: 1TB}}, q: {{kind: zfs, on: c, usable: 4TB, devices: [c/d], used: 1GB}}}}
datasets: {{x: {{host: a, folder: /x, tier: t, class: important, size: 1TB, pool: p}}}}
services: {{w: {{tier: t, runs: {{host: a}}, memory: {{expected: 2GiB}}}}}}
repositories: {{r: {{on: b, location: 'sftp:b:/x', disk: d}}}}
backups: {{k: {{datasets: [x], to: r, every: 1d, took: 1h, keep: {{daily: 7}}}}}}
"
        )
    };
    let verdict = |speed: &str| {
        let goals = judge(&lab(&[&text(speed)]));
        goals.into_iter().find(|g| g.asked == "4h").unwrap()
    };
    let slow = verdict("100Mbit/s");
    assert_eq!(slow.verdict, Verdict::Impossible, "{slow:#?}");
    let words = "1TB through 100Mbit/s of host";
    assert!(slow.because.concat().contains(words), "{slow:#?}");
    assert_eq!(verdict("10Gbit/s").verdict, Verdict::Possible);
}

#[test]
fn copies_that_do_not_fit_through_a_line_lose_more_than_is_allowed() {
    let text = |up: &str, down: &str| {
        format!(
            "
sites: {{s1: {{uplinks: {{u: {{down: 1Gbit/s, up: {up}}}}}}}, away: {{uplinks: {{u: {{down: {down}, up: 1Gbit/s}}}}}}}}
tiers: {{t: {{rpo: {{site: 2d}}}}}}
hosts:
  a: {{site: s1, hardware: {{disks: {{d: 4TB, e: 4TB}}}}}}
  b: {{site: away, hardware: {{disks: {{d: 8TB}}}}}}
datasets: {{x: {{host: a, folder: /x, tier: t, class: important, size: 70GB, changes: 60GB/day, disk: d}}, y: {{host: a, folder: /y, tier: t, class: important, size: 70GB, changes: 60GB/day, disk: e}}}}
repositories: {{r: {{on: b, location: 'sftp:b:/x', disk: d}}, r2: {{on: b, location: 'sftp:b:/y', disk: d}}}}
backups: {{k: {{datasets: [x], to: r, every: 1d, keep: {{daily: 7}}}}, l: {{datasets: [y], to: r2, every: 1d, keep: {{daily: 7}}}}}}
"
        )
    };
    let verdict = |up: &str, down: &str| {
        let goals = judge(&lab(&[&text(up, down)]));
        goals.into_iter().find(|g| g.asked == "2d").unwrap().verdict
    };
    assert_eq!(verdict("1Gbit/s", "1Gbit/s"), Verdict::Possible);
    assert_eq!(verdict("10Mbit/s", "1Gbit/s"), Verdict::Impossible);
    assert_eq!(verdict("1Gbit/s", "10Mbit/s"), Verdict::Impossible);
    assert_eq!(verdict("1Gbit/s", "unknown"), Verdict::Unknown);
}

#[test]
fn a_tie_breaker_in_its_own_cluster_is_no_third_vote() {
    let text = "
sites: {home: {}}
hosts:
  a: {site: home, hardware: {memory: 32GiB}}
  b: {site: home, hardware: {memory: 32GiB}}
clusters: {p: {kind: proxmox, members: [a, b], qdevice: v, ha: yes, storage: [ceph]}}
pools: {ceph: {kind: ceph, on: p, usable: 1TB}}
guests: {v: {kind: vm, on: p, memory: 1GiB, disks: {r: {pool: ceph, size: 10GB}}}}
";
    let goals = judge(&lab(&[text]));
    let ha = goals.iter().find(|g| g.key.of == "cluster p").unwrap();
    assert_eq!(ha.verdict, Verdict::Impossible, "{ha:#?}");
}

#[test]
fn a_copy_that_takes_milliseconds_takes_some_time() {
    let text = TWO.replace("took: 1h", "took: 5ms");
    let goals = judge(&lab(&[&text]));
    let rpo = goals.iter().find(|g| g.asked == "2d").unwrap();
    let said = rpo.because.concat();
    assert!(said.contains("backup 'k' takes 1s"), "{said}");
}

#[test]
fn guests_of_two_clusters_share_a_host_in_a_way_that_nobody_knows() {
    let text = "clusters: {c: {kind: proxmox, members: [b]}, d: {kind: proxmox, members: [b]}}
guests: {g: {kind: vm, on: c, memory: 10GiB}, h: {kind: vm, on: d, memory: 10GiB}}
";
    let goal = rto(&[&services("20GiB", "1GiB"), text]);
    assert_eq!(goal.verdict, Verdict::Unknown, "{goal:#?}");
}

#[test]
fn a_copy_of_which_nobody_knows_how_fast_it_comes_is_neither_fast_nor_slow() {
    let rto = |fibre: &str, near: &str| {
        let text = format!(
            "
sites: {{home: {{uplinks: {{dsl: {{down: 10Mbit/s}}{fibre}}}}}, away: {{}}}}
tiers: {{t: {{rto: {{host: 4h}}, response: 5m}}}}
hosts:
  a: {{site: home, hardware: {{memory: 8GiB, nics: {{e: {{speed: 10Gbit/s}}}}}}}}
  b: {{site: home, hardware: {{memory: 8GiB, disks: {{d: 8TB}}, nics: {{e: {{speed: 100Mbit/s}}}}}}}}
  c: {{site: home, hardware: {{memory: 8GiB, nics: {{e: {{speed: 10Gbit/s}}}}}}}}
  n: {{site: away, hardware: {{memory: 1GiB, disks: {{d: 8TB}}}}}}
pools: {{p: {{kind: zfs, on: a, usable: 8TB, used: 1TB}}, q: {{kind: zfs, on: c, usable: 8TB, used: 1TB}}}}
datasets: {{x: {{host: a, folder: /x, pool: p, size: 1TB, class: important, tier: t}}}}
services: {{w: {{tier: t, runs: {{host: a}}, memory: {{expected: 2GiB}}}}}}
repositories: {{r: {{on: n, location: 'sftp:n:/r', disk: d}}, l: {{on: b, location: 'sftp:b:/r', disk: d}}}}
backups:
  k: {{datasets: [x], to: r, every: 1d, took: 1h, keep: {{last: 3}}}}
{near}"
        );
        let goals = judge(&lab(&[&text]));
        goals.into_iter().find(|g| g.asked == "4h").unwrap()
    };
    let fibre = ", fibre: {down: unknown}";
    let near = "  m: {datasets: [x], to: l, every: 1d, took: 1h, keep: {last: 3}}\n";
    let slow = rto("", near);
    assert_eq!(slow.verdict, Verdict::Impossible, "{slow:#?}");
    let open = "how fast a copy comes from repository 'r': 'down' of uplink 'fibre' of site 'home'";
    for near in ["", near] {
        let goal = rto(fibre, near);
        assert_eq!(goal.verdict, Verdict::Unknown, "{goal:#?}");
        assert!(goal.because.concat().contains(open), "{goal:#?}");
    }
}

/// A hypervisor with one guest, and another host beside it: what is said of that the guest is back within an hour.
fn beside(other: &str) -> (Verdict, String) {
    let text = format!(
        "
sites: {{home: {{}}}}
tiers: {{t: {{rto: {{host: 1h}}, response: 5m}}}}
hosts:
  a: {{site: home, os: proxmox-ve, hardware: {{memory: 32GiB}}}}
  b: {{site: home, hardware: {{memory: 64GiB}}, {other}}}
  c: {{site: home, kind: appliance, hardware: {{disks: {{d: 4TB}}}}}}
pools: {{p: {{kind: zfs, on: a, usable: 1TB}}, q: {{kind: zfs, on: b, usable: 1TB}}}}
guests: {{vm: {{kind: vm, on: a, memory: 8GiB, disks: {{root: {{pool: p, size: 10GB}}}}}}}}
services: {{w: {{tier: t, runs: {{guest: vm}}, data: {{d: {{on: p, size: 10GB, class: important}}}}}}}}
repositories: {{r: {{on: c, location: 'sftp:c:/x', disk: d}}}}
backups: {{k: {{services: [w], to: r, every: 1d, took: 5m, keep: {{daily: 7}}}}}}
"
    );
    let goals = judge(&lab(&[&text]));
    let found = goals.into_iter().find(|g| g.asked == "1h").unwrap();
    let words = [found.because, found.assumed.into_iter().collect()];
    (found.verdict, words.concat().join("; "))
}

#[test]
fn a_guest_goes_on_where_guests_run() {
    let (verdict, words) = beside("os: proxmox-ve");
    assert_eq!(verdict, Verdict::Possible, "{words}");
    for appliance in ["kind: nas", "os: truenas", "os: synology-dsm"] {
        let (verdict, words) = beside(appliance);
        assert_eq!(verdict, Verdict::Impossible, "{appliance}: {words}");
        let why = "no other host is there that runs guests; b is a storage appliance";
        assert!(words.contains(why), "{words}");
    }
    let (verdict, words) = beside("os: debian");
    assert_eq!(verdict, Verdict::Unknown, "{words}");
    assert!(words.contains("whether guests run on b"), "{words}");
    let (verdict, words) = beside("kind: server");
    assert_eq!(verdict, Verdict::Possible, "{words}");
    assert!(words.contains("b runs guests, of whose 'os'"), "{words}");
}
