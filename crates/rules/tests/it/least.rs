//! What is known of a sum is the least that it can be: where that is too much already, nobody waits for the rest to be declared.

use crate::support::check;

/// What one rule says of a lab: unknown or not, the message and the notes.
fn said(code: &str, text: &str) -> Vec<(bool, String, Vec<String>)> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
    let of = found.into_iter().filter(|d| d.code == code);
    of.map(|d| (d.unknown, d.message, d.notes)).collect()
}

/// A rule, a lab with a value that decides, that value once more, what is too much, the note, and what is told when it might do.
struct Row {
    code: &'static str,
    lab: &'static str,
    large: &'static str,
    small: &'static str,
    message: &'static str,
    note: &'static str,
    unknown: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        code: "cap-n1",
        lab: "hosts: {a: {hardware: {memory: 16GiB}}, b: {hardware: {memory: 16GiB}}}
clusters: {main: {kind: proxmox, members: [a, b], ha: true}}
guests: {web: {kind: vm, on: a, memory: 12GiB}, db: {kind: vm, on: b, memory: LARGE}, mail: {kind: vm, on: b}}
",
        large: "8GiB",
        small: "2GiB",
        message: "when 'b' fails, guests of cluster 'main' need at least 20GiB, and 16GiB is left",
        note: "20GiB - 16GiB = at least 4GiB too much",
        unknown: "unknown: whether cluster 'main' carries its guests when a member fails",
    },
    Row {
        code: "cap-overcommit",
        lab: "hosts: {a: {hardware: {memory: 16GiB}}}
guests: {web: {kind: vm, on: a, memory: 12GiB}, db: {kind: vm, on: a, memory: LARGE}, mail: {kind: vm, on: a}}
",
        large: "8GiB",
        small: "2GiB",
        message: "the guests on host 'a' are given at least 20GiB, and it has 16GiB",
        note: "8GiB (db) + 12GiB (web) = 20GiB; 20GiB - 16GiB = at least 4GiB too much",
        unknown: "unknown: whether host 'a' has the memory that its guests are given",
    },
    Row {
        code: "cap-sum",
        lab: "hosts: {a: {hardware: {memory: LARGE}}, b: {hardware: {memory: 16GiB}}, c: {}}
claims: [{text: Memory in all., metric: total-memory, value: 40GiB}]
",
        large: "32GiB",
        small: "16GiB",
        message: "the total memory of the lab is claimed to be 40GiB, and its parts add up to at least 48GiB",
        note: "at least 32GiB (a) + 16GiB (b) = 48GiB, claimed 40GiB",
        unknown: "unknown: whether the total memory of the lab is 40GiB",
    },
    Row {
        code: "fin-sum",
        lab: "costs: {a: {item: a box, amount: LARGE}, b: {item: a name, amount: unknown}}
claims: [{text: once, metric: one-time-cost, value: 120 EUR}]
",
        large: "150 EUR",
        small: "100 EUR",
        message: "the one time cost of the lab is claimed to be 120 EUR, and follows from its items as at least 150 EUR",
        note: "not in it, as it is not known: the amount of cost 'b'",
        unknown: "unknown: whether the one time cost of the lab is 120 EUR",
    },
    Row {
        code: "sto-fit",
        lab: "hosts: {nas: {hardware: {disks: {a: 2TB}}}}
pools: {tank: {kind: zfs, on: nas, devices: [nas/a], usable: 2TB}}
datasets: {films: {host: nas, folder: /tank/films, pool: tank, size: LARGE}, music: {host: nas, folder: /tank/music, pool: tank}}
",
        large: "3TB",
        small: "1TB",
        message: "the datasets on pool 'tank' are larger than the pool",
        note: "3TB; the pool holds 2TB: at least 1TB too much",
        unknown: "unknown: whether what lies on pool 'tank' fits on it",
    },
    // All that a pool is made of is the most that it can hold.
    Row {
        code: "sto-fit",
        lab: "hosts: {pve: {hardware: {disks: {a: 1TB, b: 2TB}}}}
pools: {vg0: {kind: lvm, on: pve, devices: [pve/a, pve/b]}}
guests: {db: {kind: vm, on: pve, disks: {root: {pool: vg0, size: LARGE}}}}
",
        large: "4TB",
        small: "2TB",
        message: "the disks of guests on pool 'vg0' are larger than the pool",
        note: "4TB; the pool holds at most all devices, 1TB + 2TB = 3TB: at least 1TB too much",
        unknown: "unknown: whether what lies on pool 'vg0' fits on it",
    },
    Row {
        code: "sto-fit",
        lab: "hosts: {pve: {}}
pools: {tank: {kind: zfs, on: pve, raw: 3TB}}
guests: {db: {kind: vm, on: pve, disks: {root: {pool: tank, size: LARGE}}}}
",
        large: "4TB",
        small: "2TB",
        message: "the disks of guests on pool 'tank' may become larger than the pool",
        note: "4TB; the pool holds at most all devices, 3TB: at least 1TB too much",
        unknown: "unknown: whether what lies on pool 'tank' fits on it",
    },
    Row {
        code: "sto-thin",
        lab: "hosts: {pve: {hardware: {disks: {a: 1TB}}}}
pools: {vg0: {kind: lvm, on: pve, devices: [pve/a]}, thin: {kind: lvm-thin, from: vg0, thin_limit: 80%}}
people: {eve: {admin: true}}
channels: {push: {kind: push, to: eve}}
alerts: {full: {about: [thin], above: 80%, route: [push]}}
guests: {db: {kind: vm, on: pve, disks: {root: {pool: thin, size: LARGE}}}}
",
        large: "2TB",
        small: "500GB",
        message: "thin pool 'thin' promises more than it holds",
        note: "1 disk of guests = 2TB; the pool holds at most pool 'vg0': all devices, 1TB: at least 200 % promised",
        unknown: "unknown: whether thin pool 'thin' promises more than it holds",
    },
    Row {
        code: "bak-target-size",
        lab: "hosts: {pve: {}}
guests: {db: {kind: vm, on: pve, disks: {root: {size: LARGE}, data: {}}}}
repositories: {store: {kind: restic, on: pve, location: /mnt, size: 500GB}}
backups: {nightly: {guests: [db], to: store, every: 1d, keep: {last: 2}}}
",
        large: "600GB",
        small: "100GB",
        message: "repository 'store' holds 500GB, and one copy of its backups is at least 600GB",
        note: "not in it, as it is not known: the 'size' of 1 of 2 disks of guest 'db'",
        unknown: "unknown: whether a copy of everything fits into repository 'store'",
    },
    Row {
        code: "bak-space",
        lab: "hosts: {nas: {}}
datasets: {papers: {host: nas, folder: /srv/papers, size: LARGE}, films: {host: nas, folder: /srv/films}}
repositories: {store: {kind: tar, on: nas, location: /mnt, size: 500GB}}
backups: {nightly: {datasets: [papers, films], to: store, every: 1d, keep: {last: 4}}}
",
        large: "200GB",
        small: "20GB",
        message: "repository 'store' holds 500GB, and what it is to keep needs at least 800GB",
        note: "not in it, as it is not known: the 'size' of dataset 'films'",
        unknown: "unknown: whether the archives of repository 'store' fit into it",
    },
    Row {
        code: "sto-replica-fit",
        lab: "hosts: {pve: {}}
pools: {ceph: {kind: ceph, level: replicated, replicas: 3, raw: 3TB, fill_limit: 80%}}
guests: {db: {kind: vm, on: pve, disks: {root: {pool: ceph, size: LARGE}, data: {pool: ceph}}}}
",
        large: "900GB",
        small: "100GB",
        message: "pool 'ceph' has at least 900GB of data, and room for 800GB of it in 3 replicas",
        note: "not in it, as it is not known: db/data",
        unknown: "unknown: whether pool 'ceph' holds its data and the replicas",
    },
];

#[test]
fn what_is_known_is_too_much_already_or_nobody_knows() {
    for row in ROWS {
        let large = said(row.code, &row.lab.replace("LARGE", row.large));
        let [(false, message, notes)] = large.as_slice() else {
            panic!("{}: {large:#?}", row.code);
        };
        assert_eq!(message, row.message);
        assert!(
            notes.iter().any(|n| n == row.note),
            "{}: {notes:#?}",
            row.code
        );
        let small = said(row.code, &row.lab.replace("LARGE", row.small));
        let [(true, message, _)] = small.as_slice() else {
            panic!("{}: {small:#?}", row.code);
        };
        assert_eq!(message, row.unknown);
    }
}

/// A member of unknown size, and a pool of which nothing is said, may hold anything.
#[test]
fn pools_of_unknown_members_are_not_too_small() {
    for disks in ["{a: {size: unknown}, b: 1TB}", "{b: 1TB}", "{}"] {
        let lab = format!(
            "hosts: {{pve: {{hardware: {{disks: {disks}}}}}}}
pools: {{vg0: {{kind: lvm, on: pve, devices: [pve/a, pve/b]}}, bare: {{kind: lvm, on: pve}}}}
guests: {{db: {{kind: vm, on: pve, disks: {{root: {{pool: vg0, size: 9TB}}, data: {{pool: bare, size: 9TB}}}}}}}}
"
        );
        let text = format!("format: 1\nlab: x\n{lab}");
        let judged = crate::support::judge(&text, None, &rules::RULES.iter().collect::<Vec<_>>());
        assert!(
            !judged
                .found
                .iter()
                .any(|d| d.code == "sto-fit" && !d.unknown),
            "{disks}: {:#?}",
            judged.found
        );
    }
}

const THIN: &str = "hosts: {pve: {hardware: {disks: {nvme0: 512GB}}}}
pools: {vg0: {kind: lvm, on: pve, devices: [pve/nvme0]}, thin: {kind: lvm-thin, from: vg0, size: 400GB}}
guests: {db: {kind: vm, on: pve, disks: {root: {pool: thin, size: ROOT}, data: {pool: thin, size: DATA}}}}
";

#[test]
fn of_disks_of_unknown_size_nobody_knows_how_much_is_promised() {
    let note = |root: &str, data: &str| {
        let lab = THIN.replace("ROOT", root).replace("DATA", data);
        let said = said("sto-thin", &lab);
        said.first()
            .and_then(|(_, _, notes)| notes.first().cloned())
    };
    let cases = [
        (
            "100GB",
            "100GB",
            "2 disks of guests = 200GB; the pool holds 400GB: 50 % promised",
        ),
        (
            "100GB",
            "unknown",
            "2 disks of guests = at least 100GB, 1 of unknown size; the pool holds 400GB: at least 25 % promised",
        ),
        (
            "unknown",
            "unknown",
            "2 disks of guests of unknown size; the pool holds 400GB: nobody knows how much is promised",
        ),
    ];
    for (root, data, expected) in cases {
        assert_eq!(note(root, data).as_deref(), Some(expected));
    }
}

#[test]
fn a_member_of_unknown_memory_bears_nothing_out_for_the_others_either() {
    // Without 'c' the rest is known and too little.
    let lab = "hosts: {a: {hardware: {memory: 8GiB}}, b: {hardware: {memory: 8GiB}}, c: {}}
clusters: {main: {kind: proxmox, members: [a, b, c], ha: true}}
guests: {web: {kind: vm, on: c, memory: MEMORY}}
";
    let told = |memory: &str| said("cap-n1", &lab.replace("MEMORY", memory));
    assert_eq!(
        told("20GiB").first().map(|(_, m, _)| m.as_str()),
        Some("when 'c' fails, guests of cluster 'main' need 20GiB, and 16GiB is left")
    );
    // It fits into the sum, and on no single machine.
    assert_eq!(
        told("12GiB").first().map(|(_, m, _)| m.as_str()),
        Some("when 'c' fails, guest 'web' of cluster 'main' fits on none of the others")
    );
    // It fits on 'a' and on 'b': what 'c' has is not asked. Of two, one would have to go on 'c' when the other is lost.
    assert!(told("5GiB").is_empty());
    let two = told("5GiB}, db: {kind: vm, on: c, memory: 5GiB");
    assert!(two.first().is_some_and(|(unknown, ..)| *unknown), "{two:?}");
}

/// 100 W + 50 W = 150 W; × 8760 h = 1314 kWh; × 0.30 EUR = 394.20 EUR.
#[test]
fn electricity_is_what_the_machines_of_a_site_draw_where_the_site_says_nothing() {
    let lab = |power: &str, nas: &str, claimed: &str| {
        format!(
            "format: 1\nlab: x\nsites: {{home: {{power: {power}}}}}\nhosts: {{nas: {{site: home{nas}}}}}\n\
             devices: {{gw: {{kind: router, site: home, power: {{average: 50W}}}}}}\n\
             claims: [{{text: power, metric: electricity-cost, value: {claimed}}}]\n"
        )
    };
    let price = "{price: 0.30 EUR/kWh}";
    let nas = ", power: {average: 100W}";
    for (power, nas, claimed, expected) in [
        (price, nas, "394.20 EUR/year", None),
        (price, nas, "200 EUR/year", Some(false)),
        // What the site says of itself counts.
        (
            "{price: 0.30 EUR/kWh, average: 100W}",
            nas,
            "262.80 EUR/year",
            None,
        ),
        // Without the draw of one of them, or without a price, nobody can tell.
        (price, "", "394.20 EUR/year", Some(true)),
        ("{average: 100W}", nas, "394.20 EUR/year", Some(true)),
    ] {
        let (found, _) = check(&lab(power, nas, claimed), None);
        let of = found.iter().find(|d| d.code == "fin-sum");
        assert_eq!(
            of.map(|d| d.unknown),
            expected,
            "{power} {nas} {claimed}: {of:#?}"
        );
        if expected == Some(false) {
            let notes = of.map(|d| d.notes.join("\n")).unwrap_or_default();
            assert!(
                notes.contains("(100W + 50W) × 8760h × 0.30 EUR/kWh"),
                "{notes}"
            );
        }
    }
}
