//! What is planned counts for nothing, and keeps its place.

use crate::support::{check, lab};
use diag::{Class, SourceSet};
use model::id::{Kind, ObjectRef};

const LAB: &str = "format: 1
lab: x
networks: {lan: {subnet: 192.0.2.0/24}}
hosts:
  pve1: {hardware: {memory: 32GiB, nics: {e0: 1Gbit/s}}}
  pve2: {status: planned, addresses: {lan: 192.0.2.12}, reach: local, hardware: {memory: 64GiB, nics: {e0: 1Gbit/s}}}
  old: {status: retired}
devices:
  sw1: {kind: switch, ports: {1: 1Gbit/s, 2: 1Gbit/s}}
  sw2: {kind: switch, status: planned}
cables:
  - {from: sw1/1, to: pve1/e0}
  - {from: sw1/2, to: pve2/e0}
clusters:
  main: {kind: proxmox, members: [pve1, pve2, old]}
  later: {kind: proxmox, members: [pve2]}
guests:
  web: {kind: vm, on: pve1}
  new: {kind: vm, on: pve2, users: {root: {}}}
  far: {kind: vm, on: later}
pools:
  tank: {kind: zfs, on: pve2}
datasets:
  photos: {host: pve1, folder: /srv/photos, class: important}
  copies: {on: new, folder: /srv, class: important}
repositories:
  r: {on: pve2, location: /r, password: {env: X}}
backups:
  daily: {datasets: [photos], to: r, every: 1d}
jobs:
  updates: {kind: update, on: [pve2], schedule: daily}
services:
  wiki: {runs: [{host: pve1}, {host: pve2}]}
  mail: {runs: {guest: new}}
";

/// What `inv-planned` says that has these words in it.
fn told(text: &str, words: &str) -> Vec<String> {
    messages(text, "inv-planned", words)
}

fn messages(text: &str, rule: &str, words: &str) -> Vec<String> {
    let (found, _) = check(text, None);
    let found = found.into_iter();
    let mut of = found.filter(|d| d.code == rule && d.message.contains(words));
    of.by_ref().map(|d| d.message).collect()
}

#[test]
fn what_rests_on_what_is_planned_stands_apart_with_it() {
    let (lab, _) = lab(&[("holdfast.yaml", LAB)]);
    let why = |kind: Kind, name: &str| {
        let why = lab.apart.why(kind, name)?;
        let because = why.because.as_ref().map(ToString::to_string);
        Some((why.status.word(), because.unwrap_or_default()))
    };
    for (kind, name, status, because) in [
        (Kind::Host, "pve2", "planned", ""),
        (Kind::Host, "old", "retired", ""),
        (Kind::Device, "sw2", "planned", ""),
        (Kind::Cluster, "later", "planned", "host/pve2"),
        (Kind::Guest, "new", "planned", "host/pve2"),
        (Kind::Guest, "far", "planned", "cluster/later"),
        (Kind::Pool, "tank", "planned", "host/pve2"),
        (Kind::Dataset, "copies", "planned", "guest/new"),
        (Kind::Repository, "r", "planned", "host/pve2"),
        (Kind::Backup, "daily", "planned", "repository/r"),
        (Kind::Job, "updates", "planned", "host/pve2"),
        (Kind::Service, "mail", "planned", "guest/new"),
    ] {
        assert_eq!(
            why(kind, name),
            Some((status, because.to_owned())),
            "{name}"
        );
        assert!(!lab.names(kind).contains(&name), "{name} is among the rest");
        assert!(lab.span_of(&ObjectRef::new(kind, name)).is_some(), "{name}");
    }
    assert_eq!(lab.apart.why.len(), 12, "{:?}", lab.apart.why.keys());
    let machines: Vec<&str> = lab.machines().map(|(name, _)| name).collect();
    assert_eq!(machines, ["pve1"]);
    let members: Vec<&str> = lab.clusters["main"]
        .members
        .iter()
        .map(|m| m.value.name())
        .collect();
    assert_eq!(members, ["pve1"]);
    assert_eq!(lab.services["wiki"].runs.iter().count(), 1);
    assert_eq!(lab.cables.len(), 1);
}

#[test]
fn a_copy_that_is_planned_is_none_and_a_lab_without_plans_stays_as_it_is() {
    let codes = |text: &str| -> Vec<String> {
        let (found, _) = check(text, None);
        let definite = found.into_iter().filter(|d| !d.unknown);
        definite
            .map(|d| format!("{} {}", d.code, d.message))
            .collect()
    };
    let told = |all: &[String], what: &str| all.iter().any(|m| m.contains(what));
    let planned = codes(LAB);
    let bare = |all: &[String]| {
        let mut all = all.iter().filter(|m| m.starts_with("bak-coverage"));
        all.any(|m| m.contains("'photos'"))
    };
    assert!(bare(&planned), "{planned:#?}");
    assert!(told(
        &planned,
        "inv-planned backup 'daily' counts as planned, since repository 'r' is"
    ));
    assert!(told(
        &planned,
        "inv-planned job 'updates' counts as planned, since host 'pve2' is"
    ));
    let there = LAB.replace("status: planned, addresses", "addresses");
    assert!(!bare(&codes(&there)));
    let (lab, _) = lab(&[(
        "holdfast.yaml",
        &there
            .replace("status: planned", "model: x")
            .replace("status: retired", ""),
    )]);
    assert!(lab.apart.is_empty());
    assert_eq!((lab.hosts.len(), lab.cables.len()), (3, 2));
}

#[test]
fn its_address_and_its_place_in_a_rack_are_taken() {
    // Not invalid: what it says is understood, and no table is in doubt because of it.
    let text = LAB.replace(
        "pve1: {hardware",
        "pve1: {addresses: {lan: 192.0.2.12}, hardware",
    );
    assert_eq!(
        told(&text, "192.0.2.12"),
        [
            "host 'pve1' has the address 192.0.2.12, which is kept for host 'pve2', and that is planned"
        ]
    );
    let text = LAB.replace(
        "status: retired",
        "status: retired, addresses: {lan: 192.0.2.12}",
    );
    assert_eq!(
        told(&text, "192.0.2.12"),
        [
            "the address 192.0.2.12 in network 'lan' is kept for host 'old' (retired) and for host 'pve2' (planned)"
        ]
    );
    let mut sources = SourceSet::default();
    let there = text
        .replace("status: planned, ", "")
        .replace("status: retired, ", "");
    sources.add("holdfast.yaml", there);
    let (_, all) = lang::analyze(&sources);
    let invalid: Vec<&str> = all
        .iter()
        .filter(|d| d.class == Class::Invalid)
        .map(|d| d.message.as_str())
        .collect();
    assert_eq!(
        invalid,
        ["hosts 'old' and 'pve2' both have the address 192.0.2.12"]
    );
    let racks = "format: 1\nlab: x\nsites: {home: {racks: {r1: {units: 12}}}}\nhosts:\n  \
        a: {site: home, rack: r1, unit: 3}\n  b: {site: home, rack: r1, unit: 3, status: planned}\n";
    let (found, _) = check(racks, None);
    assert!(found.iter().any(|d| d.code == "inv-rack"), "{found:#?}");
}

#[test]
fn a_status_where_there_is_none_leads_to_where_it_is() {
    let mut sources = SourceSet::default();
    sources.add(
        "holdfast.yaml",
        "format: 1\nlab: x\nhosts: {h: {}}\nstacks: {s: {file: a.yaml, on: h, status: planned}}\n",
    );
    let (_, all) = lang::analyze(&sources);
    let d = all.iter().find(|d| d.code == "unknown-key").unwrap();
    assert_eq!(d.message, "stack 's' has no key 'status'");
    assert!(
        d.help[0].contains("what rests on a planned one is planned with it"),
        "{:?}",
        d.help
    );
}

#[test]
fn a_tie_breaker_that_is_not_in_use_has_no_vote() {
    let quorum = |what: &str, tie: &str| {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{p1: {{}}, p2: {{}}, n: {{}}{what}}}\n\
            clusters: {{pve: {{kind: proxmox, members: [p1, p2], ha: true{tie}}}}}\n"
        );
        let stops = messages(&text, "ha-quorum", "cluster 'pve' stops when");
        (stops, told(&text, "tie breaker"))
    };
    let (without, none) = quorum("", "");
    assert_eq!((without.len(), none.len()), (1, 0));
    for (what, status) in [
        (", pi: {status: planned}", "host 'pi' is planned"),
        (", pi: {status: retired}", "host 'pi' is retired"),
        (
            "}\nguests: {pi: {kind: vm, on: n, status: retired}",
            "guest 'pi' is retired",
        ),
        (
            ", o: {status: planned}}\nguests: {pi: {kind: lxc, on: o}",
            "guest 'pi' is planned",
        ),
        (
            "}\ndevices: {pi: {kind: nas, status: planned}",
            "device 'pi' is planned",
        ),
    ] {
        let (stops, told) = quorum(what, ", qdevice: pi");
        assert_eq!(stops, without, "{what}");
        assert_eq!(
            told,
            [format!("cluster 'pve' has no tie breaker: {status}")],
            "{what}"
        );
    }
    let (fine, _) = quorum(", pi: {}", ", qdevice: pi");
    assert_eq!(fine, [""; 0]);
}

#[test]
fn a_need_that_nothing_in_use_meets_is_told() {
    let service = |needs: &str| {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{a: {{}}, b: {{status: planned}}, c: {{status: retired}}}}\n\
            guests: {{g: {{kind: vm, on: a, status: planned}}}}\n\
            services: {{s: {{runs: {{host: a}}, needs: [{needs}]}}, later: {{status: planned}}}}\n"
        );
        told(&text, "service 's'")
    };
    let in_use = "service 's' is in use and needs";
    for (needs, expected) in [
        ("{any: [host/b, guest/g]}", Some("1 of 2, of which none is")),
        ("{any: [host/a, host/b]}", None),
        (
            "{of: 2, among: [host/a, host/b, host/c]}",
            Some("2 of 3, of which only 1 is"),
        ),
        ("{of: 1, among: [host/a, host/b, host/c]}", None),
        (
            "{any: [{all: [host/a, host/b]}, host/c]}",
            Some("1 of 2, of which none is"),
        ),
        ("{any: [host/b, {need: host/c, kind: soft}]}", None),
        (
            "{all: [host/a, host/b]}",
            Some("host 'b', which is planned"),
        ),
        ("service/later", Some("service 'later', which is planned")),
    ] {
        let expected: Vec<String> = expected
            .map(|e| format!("{in_use} {e}"))
            .into_iter()
            .collect();
        assert_eq!(service(needs), expected, "{needs}");
    }
}

/// An alternative that is not there does not make the other one dispensable.
#[test]
fn what_is_not_in_use_is_no_alternative() {
    let points = |needs: &str, more: &str| {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{a: {{}}, b: {{}}, n: {{}}}}\n{more}services:\n  \
            s: {{runs: {{host: a}}, needs: [{needs}]}}\n  t: {{runs: {{host: a}}, needs: [{needs}]}}\n"
        );
        let (found, _) = check(&text, None);
        let of = found.into_iter().filter(|d| d.code == "ha-spof");
        let notes: Vec<String> = of.flat_map(|d| d.notes).collect();
        notes.iter().any(|n| n.contains("host 'b'"))
    };
    assert!(points("host/b", ""));
    assert!(!points("{any: [host/b, host/n]}", ""));
    for more in [
        "guests: {g: {kind: vm, on: n, status: planned}}\n",
        "guests: {g: {kind: vm, on: n, status: retired}}\n",
    ] {
        assert!(points("{any: [host/b, guest/g]}", more));
        assert!(points("{of: 2, among: [host/b, host/n, guest/g]}", more));
        assert!(points("{of: 3, among: [host/b, host/n, guest/g]}", more));
    }
}

#[test]
fn storage_that_is_not_in_use_holds_nothing() {
    let text = "format: 1\nlab: x\nhosts: {a: {}, b: {}, n: {status: planned}}\n\
        pools: {sp: {kind: nfs, on: n}, late: {kind: zfs, on: a, status: planned}}\n\
        clusters: {pve: {kind: proxmox, members: [a, b], storage: [sp]}}\n\
        guests:\n  g: {kind: vm, on: a, disks: {root: {pool: sp, size: 10GB}, more: {pool: sp, size: 1GB}}}\n  \
        h: {kind: vm, on: a, disks: {root: {pool: late, size: 10GB}}}\n\
        services: {s: {runs: {guest: g}, data: {d: {path: /d, on: late}}}}\n";
    assert_eq!(
        told(text, " is in use and has "),
        [
            "cluster 'pve' is in use and has pool 'sp' as its storage, which is planned",
            "guest 'g' is in use and has disk 'more' on pool 'sp', which is planned",
            "guest 'h' is in use and has disk 'root' on pool 'late', which is planned",
            "service 's' is in use and has data 'd' on pool 'late', which is planned",
        ]
    );
}

#[test]
fn disks_of_a_host_that_is_not_in_use_are_no_redundancy() {
    let hosts = "format: 1\nlab: x\nhosts:\n  c: {status: planned, hardware: {disks: {d: 4TB}}}\n  \
        e: {hardware: {disks: {d: 4TB, d2: 4TB}}}\n  f: {hardware: {disks: {d: 4TB}}}\n  g: {hardware: {disks: {d: 4TB}}}\n";
    for (pool, survives, usable) in [
        ("kind: zfs, level: mirror, devices: [e/d, c/d]", 0, 4),
        ("kind: zfs, level: mirror, devices: [e/d, e/d2, c/d]", 1, 4),
        (
            "kind: zfs, level: raidz1, devices: [e/d, e/d2, f/d, c/d]",
            0,
            8,
        ),
        (
            "kind: md, level: raid6, devices: [e/d, e/d2, f/d, g/d, c/d]",
            1,
            8,
        ),
        ("kind: md, level: raid0, devices: [e/d, c/d]", 0, 4),
        (
            "kind: ceph, level: replicated, replicas: 3, devices: [c/d, e/d, f/d]",
            1,
            2,
        ),
        (
            "kind: ceph, level: replicated, replicas: 2, devices: [c/d, e/d, f/d, g/d]",
            1,
            6,
        ),
        (
            "kind: ceph, level: replicated, replicas: 3, devices: [c/d, e/d]",
            0,
            1,
        ),
    ] {
        let text = format!("{hosts}pools: {{p: {{{pool}}}}}\n");
        let (lab, _) = lab(&[("holdfast.yaml", &text)]);
        let p = &lab.pools["p"];
        assert_eq!(
            graph::pools::own_tolerance(&lab, p),
            Some(survives),
            "{pool}"
        );
        let usable_now =
            graph::totals::by_level(&lab, "p", p).map(|part| part.value / 1_000_000_000_000);
        assert_eq!(usable_now, Some(usable), "{pool}");
        assert_eq!(
            told(&text, "pool 'p'"),
            ["pool 'p' is in use without disk 'd': host 'c' is planned"],
            "{pool}"
        );
    }
    let (lab, _) = lab(&[(
        "holdfast.yaml",
        &format!(
            "{hosts}clusters: {{k: {{kind: ceph, members: [c, e, f]}}}}\npools:\n  \
            p: {{kind: ceph, on: k, level: replicated, replicas: 3}}\n  q: {{kind: zfs, level: mirror, devices: [c/d]}}\n"
        ),
    )]);
    let p = &lab.pools["p"];
    assert_eq!(graph::pools::own_tolerance(&lab, p), Some(1));
    assert!(lab.apart.why(Kind::Pool, "q").is_some());
}

#[test]
fn a_cluster_whose_control_plane_is_planned_is_planned() {
    let text = "format: 1\nlab: x\nhosts: {m: {status: planned}, w: {}}\n\
        clusters: {k: {kind: k3s, members: [m, w], masters: [m], workers: [w]}}\n";
    assert_eq!(
        told(text, "cluster 'k'"),
        ["cluster 'k' counts as planned, since host 'm' is"]
    );
}

#[test]
fn who_goes_through_what_is_gone_is_told() {
    let text = "format: 1\nlab: x\n\
        hosts: {a: {}, w: {status: retired}}\ndevices: {r: {kind: router, status: retired}}\n\
        ups: {u: {feeds: [a], watched_by: w}}\n\
        sites: {home: {uplinks: {wan: {gateway: r}}}}\n\
        networks: {lan: {subnet: 192.0.2.0/24, dns: [host/w], dhcp: {range: 192.0.2.10-192.0.2.20, server: r}}}\n";
    assert_eq!(
        told(text, "retired"),
        [
            "ups 'u' is watched by nobody: host 'w' is retired",
            "uplink 'home/wan' is in use and goes through device 'r', which is retired",
            "network 'lan' has as its name server host 'w', which is retired",
            "network 'lan' has its addresses handed out by device 'r', which is retired",
        ]
    );
}

const NETS: &str = "format: 1
lab: x
networks: {lan: {subnet: 192.0.2.0/24, gateway: 192.0.2.1, dns: [192.0.2.3]}}
devices: {r: {kind: router, status: retired, addresses: {lan: 192.0.2.1}}}
hosts:
  nas: {addresses: {lan: 192.0.2.5}}
  old: {status: retired, addresses: {lan: 192.0.2.6}}
  ns: {status: planned, addresses: {lan: 192.0.2.3}}
  bare: {status: retired}
dns:
  home.arpa:
    records:
      - {name: nas, type: A, value: 192.0.2.5}
      - {name: old, type: A, value: 192.0.2.6}
      - {name: www, type: A, value: 192.0.2.6}
      - {name: ns, type: A, value: 192.0.2.3}
      - {name: bare, type: A, value: 10.1.2.3}
";

#[test]
fn gateways_and_names_of_what_is_not_in_use_are_told() {
    let said = |text: &str| {
        let (found, _) = check(text, None);
        let of = found
            .into_iter()
            .filter(|d| d.code == "net-gw" || d.code == "net-dns-address");
        let all: Vec<String> = of.map(|d| d.message).collect();
        all
    };
    assert_eq!(
        said(NETS),
        [
            "'old' in DNS zone 'home.arpa' is 192.0.2.6, the address of host 'old', which is retired",
            "'www' in DNS zone 'home.arpa' is 192.0.2.6, the address of host 'old', which is retired",
            "'ns' in DNS zone 'home.arpa' is 192.0.2.3, the address of host 'ns', which is planned",
            "'bare' in DNS zone 'home.arpa', which is 10.1.2.3, is the name of host 'bare', which is retired",
            "network 'lan' asks name server 192.0.2.3, the address of host 'ns', which is planned",
            "the gateway 192.0.2.1 of network 'lan' is device 'r', which is retired",
        ]
    );
    // Whoever has the addresses today is meant.
    let today = "hosts:\n  gw: {addresses: {lan: 192.0.2.1}}\n  ns2: {addresses: {lan: 192.0.2.3}}\n  www: {addresses: {lan: 192.0.2.6}}\n";
    let told = said(&NETS.replace("hosts:\n", today));
    let gone = told
        .iter()
        .filter(|m| m.contains("retired") || m.contains("planned"));
    assert_eq!(
        gone.collect::<Vec<_>>(),
        [
            "'bare' in DNS zone 'home.arpa', which is 10.1.2.3, is the name of host 'bare', which is retired"
        ]
    );
}

/// A service that cannot work today keeps no promise, however good everything else is.
#[test]
fn an_objective_over_what_is_not_in_use_is_not_kept() {
    let text = "format: 1\nlab: x\ntiers: {gold: {slo: 99%, planned: counted}}\n\
        hosts: {a: {availability: 99.99%}, b: {status: planned, availability: 99.99%}, c: {availability: 99.99%}}\n\
        services: {s: {tier: gold, runs: {host: a}, needs: [NEED]}}\n";
    let said = |need: &str| {
        let (found, _) = check(&text.replace("NEED", need), None);
        let mut of = found.into_iter().filter(|d| d.code == "slo-compose");
        of.next().map(|d| (d.unknown, d.message))
    };
    assert_eq!(said("host/c"), None);
    assert_eq!(said("{any: [host/b, host/c]}"), None);
    assert_eq!(
        said("host/b"),
        Some((
            false,
            "service 's' promises 99%, and cannot do without host 'b', which is planned".to_owned()
        ))
    );
    assert!(said("{of: 2, among: [host/b, host/c]}").is_some());
}

/// What breaks a loop has to be there.
#[test]
fn a_loop_is_not_broken_by_what_is_not_in_use() {
    let text = "format: 1\nlab: x\nhosts: {a: {}, n: {STATUS}}\n\
        services:\n  dns: {runs: {host: a}, needs: [{any: [service/vault, host/n]}]}\n  \
        vault: {runs: {host: a}, needs: [service/dns]}\n";
    let loops = |status: &str| messages(&text.replace("STATUS", status), "dr-circular", "").len();
    assert_eq!((loops(""), loops("status: planned")), (0, 1));
}

#[test]
fn claims_and_keys_with_what_is_not_in_use_are_told() {
    let text = "format: 1\nlab: x\nhosts: {a: {}, n: {status: retired}}\n\
        services:\n  sso: {runs: {host: n}, controls: {mfa: yes}}\n  \
        web: {runs: {host: a}, controls: {mfa: {is: inherited, by: sso}}}\n\
        secrets: {k: {in: file, held_by: host/n}}\n";
    assert_eq!(
        messages(text, "claim-config", "'web'"),
        ["service 'web' claims 'mfa', but 'sso', from which it is inherited, is retired"]
    );
    assert_eq!(
        told(text, "secret"),
        ["secret 'k' is kept in host 'n', which is retired"]
    );
}

#[test]
fn a_backup_that_is_planned_comes_before_no_update() {
    let text = "format: 1\nlab: x\nhosts: {a: {}, n: {STATUS}}\n\
        datasets: {d: {host: a, folder: /d, class: important}}\n\
        repositories: {r: {on: n, location: /r, password: {env: X}}}\n\
        backups: {b: {datasets: [d], to: r, every: 1d}}\n\
        jobs: {u: {kind: update, on: [a], schedule: daily, needs: [backup/b]}}\n";
    let said = |status: &str| {
        let text = text.replace("STATUS", status);
        messages(&text, "chg-backup-before", "").len()
    };
    assert_eq!((said(""), said("status: planned")), (0, 1));
}

/// What lies on a planned pool, or is held by a planned service, is as little a copy as what lies on a planned host.
#[test]
fn a_copy_on_a_planned_pool_is_none() {
    let text = "format: 1\nlab: x\nhosts: {a: {}, nas: {}}\n\
        services: {s3: {runs: {host: nas}, SERVICE}}\n\
        pools: {p: {kind: zfs, on: nas, POOL}}\n\
        datasets: {photos: {host: a, folder: /srv/photos, class: important}}\n\
        repositories: {r: {WHERE, location: /r, password: {env: X}}}\n\
        backups: {daily: {datasets: [photos], to: r, every: 1d}}\n";
    let bare = |at: &str, pool: &str, service: &str| {
        let text = text.replace("WHERE", at);
        let text = text.replace("POOL", pool).replace("SERVICE", service);
        (
            messages(&text, "bak-coverage", "'photos'").len(),
            told(&text, "repository 'r' counts"),
        )
    };
    let (running, planned) = ("status: running", "status: planned");
    assert_eq!(bare("on: nas, pool: p", running, planned), (0, vec![]));
    assert_eq!(
        bare("on: nas, pool: p", planned, running),
        (
            1,
            vec!["repository 'r' counts as planned, since pool 'p' is".to_owned()]
        )
    );
    assert_eq!(bare("held_by: s3", planned, running), (0, vec![]));
    assert_eq!(
        bare("held_by: s3", running, planned),
        (
            1,
            vec!["repository 'r' counts as planned, since service 's3' is".to_owned()]
        )
    );
}

/// Rules judge what a planned service is to be; a pool that says so itself is told of nobody.
#[test]
fn a_planned_service_stays_among_the_rest_and_a_planned_pool_does_not() {
    let text = "format: 1\nlab: x\nhosts: {a: {hardware: {disks: {d: 1TB}}}}\n\
        services: {s: {runs: {host: a}, status: planned}}\n\
        pools: {p: {kind: zfs, on: a, devices: [a/d], status: planned}, q: {kind: nfs, on: a, from: p}}\n";
    let (lab, _) = lab(&[("holdfast.yaml", text)]);
    assert!(lab.services.contains_key("s") && lab.pools.is_empty());
    let because = |name: &str| {
        let why = lab.apart.why(Kind::Pool, name)?;
        Some(why.because.as_ref().map(ToString::to_string))
    };
    assert_eq!(because("p"), Some(None));
    assert_eq!(because("q"), Some(Some("pool/p".to_owned())));
    assert_eq!(told(text, "").len(), 1);
}

/// A long way from what is planned to what rests on it is gone once.
#[test]
fn what_rests_on_something_in_many_steps_is_found() {
    let pools: String = (1..=60)
        .map(|n| format!("  p{n}: {{kind: nfs, on: a, from: p{}}}\n", n - 1))
        .collect();
    let text = format!(
        "format: 1\nlab: x\nhosts: {{a: {{}}}}\npools:\n  p0: {{kind: zfs, on: a, status: planned}}\n{pools}"
    );
    let (lab, _) = lab(&[("holdfast.yaml", &text)]);
    assert_eq!((lab.pools.len(), lab.apart.pools.len()), (0, 61));
}

/// One that is only to be bought stands in for nothing.
#[test]
fn a_spare_that_is_not_in_use_is_none() {
    let waits = |status: &str| {
        let text = format!(
            "format: 1\nlab: x\nsites: {{home: {{}}}}\ntiers: {{t: {{rto: {{host: 4h}}, response: 15m}}}}\n\
            hosts: {{a: {{site: home, hardware: {{memory: 8GiB}}}}, c: {{site: home{status}, hardware: {{memory: 8GiB}}}}}}\n\
            assets: {{box: {{of: host/c, spare_for: host/a}}}}\n\
            services: {{web: {{tier: t, runs: {{host: a}}, memory: {{limit: 20GiB}}}}}}\n"
        );
        messages(&text, "dr-rto-procure", "").len()
    };
    assert_eq!(waits(""), 0);
    assert!(waits(", status: planned") > 0);
}

#[test]
fn what_runs_on_a_device_that_is_gone_is_not_in_use() {
    let text = "format: 1\nlab: x\ndevices: {rt: {kind: router, status: retired}}\nservices: {s: {runs: {device: rt}}}\n";
    let said = told(text, "service 's'");
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(said[0].contains("counts as retired"), "{said:#?}");
}

/// The numbers of a plan are held against each other; what they do not say may come.
#[test]
fn a_planned_pool_that_will_not_hold_its_data_is_told() {
    let said = |status: &str, raw: &str| {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{a: {{}}}}\nclusters: {{k: {{kind: proxmox, members: [a]}}}}\n\
            pools: {{c: {{kind: ceph, on: k, replicas: 3, {raw}used: 2TB, fill_limit: 80%, status: {status}}}}}\n"
        );
        messages(&text, "sto-replica-fit", "").len()
    };
    assert_eq!(said("planned", "raw: 3TB, "), 1);
    assert_eq!(said("planned", "raw: 9TB, "), 0);
    assert_eq!(said("planned", ""), 0);
    assert_eq!(said("retired", "raw: 3TB, "), 0);
}
