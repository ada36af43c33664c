//! What is lost and what is left.

use crate::run;
use simulate::{Data, Fate, Report};

const LAB: &str = "
sites: {home: {}, away: {}}
tiers: {gold: {rpo: {corruption: 2h, device: 36h, host: 36h, site: 7d}}}
hosts:
  nas: {site: home, hardware: {disks: {a: 1TB, b: 1TB, usb: 1TB}}}
  box: {site: away}
pools: {tank: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b]}}
datasets:
  photos: {host: nas, folder: /tank/photos, pool: tank, class: irreplaceable, tier: gold}
  films: {host: nas, folder: /tank/films, pool: tank, class: replaceable}
repositories:
  usb: {kind: restic, on: nas, location: /mnt/usb, disk: usb}
  far: {kind: restic, on: box, location: /srv/far, append_only: true}
backups:
  daily: {datasets: [photos], to: usb, every: 1d, took: 30m}
  weekly: {datasets: [photos], to: far, every: 6d, took: 2h}
snapshots: {hourly: {on: tank, schedule: hourly}}
";

fn of<'r>(report: &'r Report, what: &str) -> &'r Data {
    report.data.iter().find(|d| d.what == what).unwrap()
}

#[track_caller]
fn photos(faults: &[&str], fate: Fate, left: Option<(&str, i64)>, kept: Option<bool>) {
    let report = run(LAB, faults);
    let data = of(&report, "dataset 'photos'");
    assert_eq!(data.fate, fate, "{data:#?}");
    let found = data.left.as_ref();
    let found = found.map(|l| (l.by.as_str(), l.seconds.unwrap()));
    assert_eq!(found, left, "{data:#?}");
    let promise = data.promise.as_ref();
    assert_eq!(promise.and_then(|p| p.kept), kept, "{data:#?}");
}

const HOUR: i64 = 3_600;
const DAILY: (&str, i64) = ("backup 'daily' in repository 'usb'", 24 * HOUR + 1_800);
const WEEKLY: (&str, i64) = (
    "backup 'weekly' in repository 'far'",
    6 * 24 * HOUR + 2 * HOUR,
);

/// A fault that leaves the data where it is promises nothing and breaks nothing.
#[test]
fn one_disk_of_a_mirror_loses_nothing() {
    photos(&["disk:nas/a"], Fate::Reduced, None, None);
    photos(&["host:nas"], Fate::OutOfReach, None, None);
}

#[test]
fn the_newest_copy_that_is_left_says_how_much_is_lost() {
    photos(&["disk:nas/a", "disk:nas/b"], Fate::Lost, Some(DAILY), None);
    photos(&["pool:tank"], Fate::Lost, Some(DAILY), Some(true));
    photos(&["loss:nas"], Fate::Lost, Some(WEEKLY), Some(false));
    photos(&["site:home"], Fate::Lost, Some(WEEKLY), Some(true));
    let both = run(LAB, &["site:home", "site:away"]);
    let data = of(&both, "dataset 'photos'");
    assert_eq!((data.fate, &data.left), (Fate::Lost, &None));
    assert_eq!(data.gone.len(), 2, "{data:#?}");
}

/// The disks are well, and with them the snapshots; unless somebody is root where they are.
#[test]
fn what_is_deleted_comes_back_from_snapshots() {
    let hourly = ("snapshot 'hourly'", HOUR);
    photos(&["delete:photos"], Fate::Lost, Some(hourly), Some(true));
    photos(&["ransomware:nas"], Fate::Lost, Some(WEEKLY), Some(false));
    let report = run(LAB, &["delete:photos"]);
    assert_eq!(of(&report, "dataset 'films'").fate, Fate::Intact);
}

#[test]
fn who_may_delete_in_a_store_does() {
    for (append, left, open) in [
        ("append_only: true", true, false),
        ("append_only: false", false, false),
        ("append_only: unknown", false, true),
        ("offline: true", true, false),
        ("description: x", false, false),
    ] {
        let text = LAB.replace("append_only: true", append);
        let report = run(&text, &["ransomware:nas"]);
        let data = of(&report, "dataset 'photos'");
        assert_eq!(data.left.is_some(), left, "{append}: {data:#?}");
        assert_eq!(!data.open.is_empty(), open, "{append}: {data:#?}");
        let kept = data.promise.as_ref().unwrap().kept;
        assert_eq!(kept, (!open).then_some(false), "{append}: {data:#?}");
    }
}

/// Without a copy it is gone for good; a copy on the same disk is none.
#[test]
fn nothing_is_left_of_what_has_no_copy() {
    let report = run(LAB, &["pool:tank"]);
    let films = of(&report, "dataset 'films'");
    assert!(films.left.is_none() && films.gone.is_empty(), "{films:#?}");
    let report = run(LAB, &["pool:tank", "disk:nas/usb"]);
    let data = of(&report, "dataset 'photos'");
    assert_eq!(
        data.gone,
        ["backup 'daily': repository 'usb' is on disk 'usb' of host 'nas'"]
    );
}

/// On which disk of its host data is, decides; nobody says it of a folder without a pool.
#[test]
fn where_it_is_on_a_machine_may_not_be_known() {
    let text = "
hosts: {one: {hardware: {disks: {a: 1TB}}}, two: {hardware: {disks: {a: 1TB, b: 1TB}}}}
datasets:
  x: {host: one, folder: /x, class: important}
  y: {host: two, folder: /y, class: important}
  z: {host: two, folder: /z, class: important, disk: b}
";
    for (fault, what, fate) in [
        ("disk:one/a", "dataset 'x'", Fate::Lost),
        ("disk:two/a", "dataset 'y'", Fate::Unknown),
        ("disk:two/a", "dataset 'z'", Fate::Intact),
        ("disk:two/b", "dataset 'z'", Fate::Lost),
        ("loss:two", "dataset 'y'", Fate::Lost),
        ("host:two", "dataset 'y'", Fate::OutOfReach),
    ] {
        let report = run(text, &[fault]);
        assert_eq!(of(&report, what).fate, fate, "{fault} {what}");
    }
}

/// Pairs of a mirror: two disks may be one pair or two.
#[test]
fn two_of_four_in_pairs_may_be_one_pair() {
    let text = "
hosts: {nas: {hardware: {disks: {a: 1TB, b: 1TB, c: 1TB, d: 1TB}}}}
pools: {tank: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b, nas/c, nas/d]}}
datasets: {x: {host: nas, folder: /tank/x, pool: tank, class: important}}
";
    for (faults, fate) in [
        (&["disk:nas/a"] as &[&str], Fate::Reduced),
        (&["disk:nas/a", "disk:nas/c"], Fate::Unknown),
        (&["disk:nas/a", "disk:nas/b", "disk:nas/c"], Fate::Lost),
    ] {
        let report = run(text, faults);
        assert_eq!(of(&report, "dataset 'x'").fate, fate, "{faults:?}");
    }
}
