//! Data inside guests: which faults take it, and which copies they leave.

use crate::domain::copies;
use diag::SourceSet;
use model::lab::{FaultScope, Lab};

const LAB: &str = "
sites: {home: {}, office: {}}
hosts:
  a: {site: home}
  b: {site: home}
  far: {site: office}
  nas: {site: home}
clusters: {c: {kind: proxmox, members: [a, b]}}
pools: {tank: {kind: zfs, on: nas}}
guests:
  alone: {kind: lxc, on: a, reach: {ssh: alone}}
  moves: {kind: lxc, on: c, reach: {ssh: moves}}
datasets:
  plain: {on: guest/alone, folder: /srv}
  floating: {on: guest/moves, folder: /srv}
  shared: {on: guest/alone, folder: /srv, pool: tank}
repositories:
  inside: {location: /backup}
  on-a: {on: a, location: 'sftp:a:/backup'}
  on-b: {on: b, location: 'sftp:b:/backup'}
  on-nas: {on: nas, location: 'sftp:nas:/backup'}
  on-far: {on: far, location: 'sftp:far:/backup'}
  pooled: {pool: tank, location: 'sftp:nas:/tank/backup'}
";

fn lab(dataset: &str, repository: &str) -> Lab {
    let backup =
        format!("backups: {{b: {{datasets: [{dataset}], to: {repository}, every: 1d}}}}\n");
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", "format: 1\nlab: t\n");
    sources.add("lab/lab.yaml", format!("{LAB}{backup}"));
    let (lab, diagnostics) = lang::analyze(&sources);
    let invalid = |d: &diag::Diagnostic| d.class == diag::Class::Invalid;
    assert!(!diagnostics.iter().any(invalid), "{diagnostics:?}");
    lab
}

#[derive(Debug, PartialEq)]
enum Want {
    Survives,
    Lost,
    Perhaps(&'static str),
}

#[test]
fn a_guests_data_is_lost_with_what_holds_it() {
    use FaultScope::{Corruption, Device, Host, Site};
    use Want::{Lost, Perhaps, Survives};
    let rows = [
        ("plain", "inside", Corruption, Survives),
        ("plain", "inside", Device, Perhaps("another disk")),
        ("plain", "inside", Host, Lost),
        ("plain", "inside", Site, Lost),
        ("plain", "on-a", Host, Lost),
        ("plain", "on-b", Device, Survives),
        ("plain", "on-b", Host, Survives),
        ("plain", "on-b", Site, Lost),
        ("plain", "on-far", Site, Survives),
        ("floating", "inside", Host, Lost),
        ("floating", "inside", Site, Lost),
        (
            "floating",
            "on-b",
            Host,
            Perhaps("can be on host 'b' as well"),
        ),
        ("floating", "on-nas", Host, Survives),
        ("floating", "on-nas", Site, Lost),
        ("floating", "on-far", Site, Survives),
        ("shared", "on-a", Host, Survives),
        ("shared", "on-nas", Host, Lost),
        ("shared", "pooled", Host, Lost),
        ("shared", "inside", Host, Survives),
    ];
    for (dataset, repository, scope, want) in rows {
        let lab = lab(dataset, repository);
        let got = copies(&lab, dataset, scope);
        let text = got.assumed.join("; ");
        let fits = match &want {
            Survives => got.contradiction.is_none() && got.assumed.is_empty(),
            Lost => got.contradiction.is_some(),
            Perhaps(why) => got.contradiction.is_none() && text.contains(why),
        };
        assert!(
            fits,
            "{dataset} {repository} {scope:?}: want {want:?}, got {got:?}"
        );
    }
}
