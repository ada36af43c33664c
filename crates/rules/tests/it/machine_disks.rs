//! Datasets of which no pool is said, against the disks of their machine.

use crate::support::check;

fn said(text: &str) -> Vec<(String, Vec<String>)> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
    let of = found.into_iter().filter(|d| d.code == "sto-fit");
    of.map(|d| (d.message, d.notes)).collect()
}

/// A host with these disks, and a dataset of 3TB of which more is said.
fn on_host(disks: &str, more: &str) -> Vec<(String, Vec<String>)> {
    said(&format!(
        "hosts: {{nas: {{os: debian, hardware: {{disks: {disks}}}}}}}
pools: {{tank: {{kind: zfs, on: nas, usable: 9TB, mount: /tank}}}}
datasets:
  films: {{host: nas, size: 3TB, class: replaceable, {more}}}
  books: {{host: nas, folder: /srv/books, size: 500GB, class: replaceable}}
"
    ))
}

#[test]
fn data_larger_than_all_disks_of_its_host_is_told() {
    let found = on_host("{a: 2TB, b: 1TB}", "folder: /srv/films");
    let [(message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        message,
        "the datasets on host 'nas' are larger than all of its disks"
    );
    assert_eq!(
        notes[0],
        "3TB + 500GB = 3.5TB; its disks have 2TB + 1TB = 3TB: 500GB too much"
    );
    assert_eq!(on_host("{a: 2TB, b: 2TB}", "folder: /srv/films"), []);
    // Nothing is said of the disks.
    assert_eq!(on_host("{}", "folder: /srv/films"), []);
}

#[test]
fn data_in_a_pool_is_the_pools() {
    for more in ["folder: /tank/films", "folder: /srv/films, pool: tank"] {
        assert_eq!(on_host("{a: 2TB}", more), [], "{more}");
    }
}

#[test]
fn of_the_disk_that_is_named_more_is_known_than_of_all() {
    let found = on_host("{a: 2TB, b: 8TB}", "folder: /srv/films, disk: a");
    let [(message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        message,
        "the datasets on disk 'a' of host 'nas' are larger than the disk"
    );
    assert_eq!(notes[0], "3TB; the disk has 2TB: 1TB too much");
    assert_eq!(
        on_host("{a: 2TB, b: 8TB}", "folder: /srv/films, disk: b"),
        []
    );
}

#[test]
fn a_disk_of_unknown_size_may_hold_it() {
    let found = on_host("{a: 2TB, b: {size: unknown}}", "folder: /srv/films");
    let [(message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        message,
        "unknown: whether the datasets on host 'nas' fit on its disks"
    );
    assert_eq!(notes[0], "3.5TB of at least 2TB");
}

#[test]
fn a_guests_data_is_held_against_its_own_disks() {
    let guest = |size: &str| {
        said(&format!(
            "hosts: {{pve: {{os: debian}}}}
guests: {{web: {{kind: vm, on: pve, disks: {{root: {{size: 32GB}}, data: {{size: {size}}}}}}}}}
datasets: {{photos: {{on: guest/web, folder: /srv/photos, size: 600GB, class: irreplaceable}}}}
"
        ))
    };
    let found = guest("100GB");
    let [(message, notes)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        message,
        "the datasets on guest 'web' are larger than all of its disks"
    );
    assert_eq!(
        notes[0],
        "600GB; its disks have 100GB + 32GB = 132GB: 468GB too much"
    );
    assert_eq!(guest("1TB"), []);
}
