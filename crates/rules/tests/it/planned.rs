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
    let mut sources = SourceSet::default();
    let text = LAB.replace(
        "pve1: {hardware",
        "pve1: {addresses: {lan: 192.0.2.12}, hardware",
    );
    sources.add("holdfast.yaml", text);
    let (_, all) = lang::analyze(&sources);
    let invalid: Vec<&str> = all
        .iter()
        .filter(|d| d.class == Class::Invalid)
        .map(|d| d.message.as_str())
        .collect();
    assert_eq!(
        invalid,
        ["hosts 'pve1' and 'pve2' both have the address 192.0.2.12"]
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
