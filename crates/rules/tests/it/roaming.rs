//! Guests that are on a cluster are on one of its hosts, and nobody knows on which.

use crate::support::check;

fn said(text: &str, rule: &str) -> Vec<String> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
    let all = found
        .iter()
        .filter(|d| d.code == rule)
        .map(|d| d.message.clone());
    all.collect()
}

/// Three masters on a cluster of these hosts.
fn masters(hosts: &[&str]) -> Vec<String> {
    let all: Vec<String> = hosts
        .iter()
        .map(|h| format!("{h}: {{site: home}}"))
        .collect();
    let text = format!(
        "sites: {{home: {{}}}}
hosts: {{{}}}
clusters: {{p: {{kind: proxmox, members: [{}]}}, k: {{kind: k3s, members: [m1, m2, m3], masters: [m1, m2, m3], ha: yes}}}}
guests: {{m1: {{kind: vm, on: p}}, m2: {{kind: vm, on: p}}, m3: {{kind: vm, on: p}}}}
",
        all.join(", "),
        hosts.join(", ")
    );
    let all = said(&text, "ha-quorum").into_iter();
    all.filter(|m| m.contains("cluster 'k'")).collect()
}

#[test]
fn of_three_masters_two_are_on_one_of_two_hosts() {
    let sure = "cluster 'k' stops when one host of cluster 'p' fails";
    assert_eq!(masters(&["a", "b"]), [sure]);
    let perhaps = "unknown: whether cluster 'k' stops when one host of cluster 'p' fails";
    assert_eq!(masters(&["a", "b", "c"]), [perhaps]);
}

/// A tie breaker that is a guest of the cluster itself.
fn inside(members: &[&str]) -> Vec<String> {
    let hosts: Vec<String> = members
        .iter()
        .map(|h| format!("{h}: {{site: home}}"))
        .collect();
    let text = format!(
        "sites: {{home: {{}}}}
hosts: {{{}}}
clusters: {{p: {{kind: proxmox, members: [{}], qdevice: v, ha: yes}}}}
guests: {{v: {{kind: vm, on: p, memory: 1GiB}}}}
",
        hosts.join(", "),
        members.join(", ")
    );
    let all = said(&text, "ha-quorum").into_iter();
    all.filter(|m| m.contains("stops")).collect()
}

#[test]
fn a_tie_breaker_in_its_own_cluster_goes_with_a_member() {
    let stops = "cluster 'p' stops when one host of cluster 'p' fails";
    assert_eq!(inside(&["a", "b"]), [stops]);
    // Five votes: a member and the tie breaker may go.
    assert_eq!(inside(&["a", "b", "c", "d"]), Vec::<String>::new());
}

fn sites(of_device: &str) -> Vec<String> {
    let text = format!(
        "sites: {{home: {{}}, away: {{}}, third: {{}}}}
hosts: {{a: {{site: home}}, b: {{site: home}}, c: {{site: away}}, d: {{site: away}}}}
clusters: {{p: {{kind: proxmox, members: [a, b, c, d], ha: yes, qdevice: x}}}}
devices: {{x: {{kind: nas, site: {of_device}}}}}
"
    );
    said(&text, "ha-quorum")
}

#[test]
fn where_a_tie_breaker_stands_decides() {
    assert_eq!(sites("third"), Vec::<String>::new());
    let [stops] = sites("home").try_into().unwrap();
    assert!(
        stops.starts_with("the loss of site 'home' stops"),
        "{stops}"
    );
    let open = "unknown: whether the loss of site 'away' or 'home' stops cluster 'p' everywhere";
    assert_eq!(sites("unknown"), [open]);
}

/// What is promised of a service in a guest of three hosts, and what is said of them.
fn promised(cluster: &str, others: &str) -> Vec<String> {
    let text = format!(
        "sites: {{home: {{}}}}
tiers: {{t: {{slo: 99.9%}}}}
hosts: {{h1: {{site: home, availability: 90%}}, h2: {{site: home, availability: {others}}}, h3: {{site: home, availability: {others}}}}}
clusters: {{c: {{kind: proxmox, members: [h1, h2, h3], {cluster}}}}}
devices: {{nas: {{kind: nas, site: home}}}}
pools: {{sp: {{kind: nfs, on: nas}}}}
guests: {{g: {{kind: vm, on: c, memory: 1GiB, disks: {{root: {{pool: sp, size: 8GB}}}}}}}}
services: {{w: {{tier: t, runs: {{guest: g}}}}}}
"
    );
    said(&text, "slo-compose")
}

#[test]
fn a_guest_that_stays_down_is_as_good_as_its_host() {
    let most = |share: &str| {
        format!("service 'w' promises 99.9%, but what it needs works at most {share}% of the time")
    };
    assert_eq!(promised("ha: no", "99%"), [most("99")]);
    assert_eq!(promised("ha: no", "99.99%"), Vec::<String>::new());
    let open = "unknown: whether service 'w' keeps what is promised";
    assert_eq!(promised("ha: unknown", "99.99%"), [open]);
}

/// Whose disks nobody knows goes on with another host, or does not.
#[test]
fn a_guest_without_disks_may_stay_down() {
    let of = |disks: &str| {
        let text = format!(
            "tiers: {{t: {{slo: 99.9%}}}}
hosts: {{h1: {{availability: 99.5%}}, h2: {{availability: 99.5%}}, h3: {{availability: 99.5%}}}}
devices: {{nas: {{kind: nas}}}}
pools: {{sp: {{kind: nfs, on: nas}}}}
clusters: {{c: {{kind: proxmox, members: [h1, h2, h3], ha: yes}}}}
guests: {{g: {{kind: vm, on: c, memory: 1GiB{disks}}}}}
services: {{w: {{tier: t, runs: {{guest: g}}}}}}
"
        );
        said(&text, "slo-compose")
    };
    let open = "unknown: whether service 'w' keeps what is promised";
    assert_eq!(of(""), [open]);
    assert_eq!(of(", disks: {root: {pool: sp, size: 8GB}}"), [""; 0]);
}

#[test]
fn large_votes_weigh_what_they_are() {
    // Without 'h1' two votes of eighteen are left.
    let few = promised("ha: yes, votes: {h1: 16}", "99.99%");
    let [few] = few.try_into().unwrap();
    assert!(few.ends_with("works at most 90% of the time"), "{few}");
    // As many as all others together and one more, in thousands.
    let many = promised(
        "ha: yes, votes: {h1: 30000, h2: 14000, h3: 15000}",
        "99.99%",
    );
    assert_eq!(many, [few]);
    let even = "ha: yes, votes: {h1: 30000, h2: 30000, h3: 29000}";
    assert_eq!(promised(even, "99.99%"), Vec::<String>::new());
}

#[test]
fn a_line_whose_availability_nobody_knows_keeps_no_promise() {
    let of = |availability: &str| {
        let text = format!(
            "sites: {{home: {{power: {{feeds: {{f: {{availability: {availability}}}}}}}}}}}
tiers: {{t: {{slo: 99.8%}}}}
hosts: {{h: {{site: home, feed: home/f, availability: 99.9%}}}}
services: {{w: {{tier: t, runs: {{host: h}}}}}}
"
        );
        said(&text, "slo-compose")
    };
    assert_eq!(
        of("unknown"),
        ["unknown: whether service 'w' keeps what is promised"]
    );
    assert_eq!(of("99.99%"), Vec::<String>::new());
    assert_eq!(of("99.8%").len(), 1);
}

#[test]
fn absurdly_many_votes_are_votes() {
    let text = "sites: {home: {}, away: {}}
hosts: {a: {site: home}, b: {site: away}, c: {}}
clusters: {p: {kind: proxmox, members: [a, b, c], ha: yes, votes: {a: 1, b: 1, c: 4294967295}}}
";
    assert!(!said(text, "ha-quorum").is_empty());
}

/// A pool of one member may be the one that it runs on; a pool of no member never is.
#[test]
fn a_disk_lies_where_a_member_of_the_cluster_is() {
    for (cluster, pool, tells) in [
        ("members: [a, b]", "kind: zfs, on: nas", true),
        ("members: [a, b]", "kind: zfs, on: a", false),
        ("members: [a, b]", "kind: nfs, on: nas", false),
        ("members: [a, b, nas]", "kind: zfs, on: nas", false),
        (
            "members: [a, b], storage: [bulk]",
            "kind: zfs, on: nas",
            false,
        ),
        ("members: []", "kind: zfs, on: nas", false),
    ] {
        let text = format!(
            "hosts: {{a: {{}}, b: {{}}, nas: {{}}}}
clusters: {{p: {{kind: proxmox, {cluster}}}}}
pools: {{bulk: {{{pool}}}}}
guests: {{v: {{kind: vm, on: p, disks: {{root: {{pool: bulk, size: 10GB}}}}}}}}
"
        );
        let want = "disk 'root' of guest 'v' lies on pool 'bulk' of host 'nas', and the guest runs on cluster 'p', whose members are a, b";
        let want: &[&str] = if tells { &[want] } else { &[] };
        assert_eq!(said(&text, "sto-guest-pool"), want, "{cluster}, {pool}");
    }
}
