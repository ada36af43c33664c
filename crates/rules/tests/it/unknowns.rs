//! What is given as `unknown` is told as such: neither fine nor wrong.

use crate::support::check;

const QUORUM: &str = "format: 1
lab: x
hosts: {a: {}, b: {}}
clusters: {main: {kind: proxmox, members: [a, b], qdevice: unknown}}
";

const CONSISTENCY: &str = "format: 1
lab: x
hosts: {a: {}}
stacks: {wiki: {file: compose.yaml, on: a}}
repositories: {away: {kind: restic, location: 'sftp:box:/lab'}}
backups: {all: {stacks: [wiki], to: away, every: 1d, consistency: unknown, keep: {last: 3}}}
# file: compose.yaml
services:
  db: {image: 'postgres:17', volumes: ['data:/var/lib/postgresql/data']}
volumes: {data: {}}
";

const SCRUB: &str = "format: 1
lab: x
hosts: {nas: {hardware: {disks: {a: 4TB, b: 4TB}}}}
pools: {main: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b]}}
jobs: {read: {kind: scrub, on: [main], schedule: unknown}}
";

const WATCHED: &str = "format: 1
lab: x
hosts: {nas: {hardware: {disks: {a: 4TB, b: 4TB}}}}
pools: {main: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b], monitored_by: unknown}}
";

const LOOKED_AT: &str = "format: 1
lab: x
people: {anna: {admin: true}}
channels: {push: {kind: push, to: anna}}
hosts: {nas: {hardware: {disks: {a: 4TB, b: 4TB}}}}
pools: {main: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b]}}
alerts: {bad: {metric: state, route: [push]}}
jobs: {look: {kind: smart, on: [main], schedule: unknown, alerts: bad}}
";

const UNTIMED: &str = "format: 1
lab: x
hosts: {web: {}, nas: {}}
tiers: {household: {rto: {corruption: 8h}, rpo: {corruption: 1d}}}
datasets: {papers: {host: web, folder: /srv/papers, tier: household, class: important}}
repositories: {usb: {on: nas, location: /mnt/usb, password: {env: USB}}}
backups: {nightly: {datasets: [papers], to: usb, every: 20h, keep: {last: 7}}}
";

#[test]
fn a_run_of_which_nobody_said_how_long_it_takes_keeps_no_objective() {
    let said = |text: &str| {
        let (found, _) = check(text, None);
        let of = found.iter().find(|d| d.code == "bak-rpo-schedule");
        of.map(|d| (d.unknown, d.message.clone(), d.notes.first().cloned()))
    };
    let message =
        "unknown: whether dataset 'papers' can lose more than 1d by damage or deletion".to_owned();
    let left = "1d - 20h = 4h left for the run of backup 'nightly'".to_owned();
    assert_eq!(said(UNTIMED), Some((true, message, Some(left))));
    assert_eq!(
        said(&UNTIMED.replace("every: 20h", "every: 20h, took: 4h")),
        None
    );
    for late in ["every: 20h, took: 5h", "every: 25h"] {
        let found = said(&UNTIMED.replace("every: 20h", late));
        assert!(
            found.as_ref().is_some_and(|(unknown, ..)| !unknown),
            "{late}: {found:?}"
        );
    }
    // A snapshot is taken in no time, and undoes damage.
    let hourly = UNTIMED.replace("class: important", "class: important, pool: tank");
    let hourly = format!(
        "{hourly}pools: {{tank: {{kind: zfs, on: web}}}}\nsnapshots: {{hourly: {{on: tank, schedule: hourly}}}}\n"
    );
    assert_eq!(said(&hourly), None);
}

#[test]
fn of_a_look_of_which_nobody_knows_when_it_is_taken_nobody_knows_whether_it_tells() {
    let said = |text: &str| {
        let (found, _) = check(text, None);
        found
            .iter()
            .find(|d| d.code == "sto-monitor")
            .map(|d| d.unknown)
    };
    assert_eq!(said(LOOKED_AT), Some(true));
    assert_eq!(
        said(&LOOKED_AT.replace("schedule: unknown", "schedule: daily")),
        None
    );
    assert_eq!(said(&LOOKED_AT.replace(", alerts: bad", "")), Some(false));
}

const SUM: &str = "format: 1
lab: x
costs: {a: {item: a box, amount: 100 EUR}, b: {item: a name, amount: 20 EUR, every: unknown}}
claims: [{text: once, metric: one-time-cost, value: 150 EUR}]
";

const PRICE: &str = "format: 1
lab: x
hosts: {a: {}, b: {}}
costs: {a: {item: a box, amount: 100 EUR, for: a}}
assets: {b: {of: b, price: unknown}}
claims: [{text: once, metric: one-time-cost, value: 150 EUR}]
";

const PAID: &str = "format: 1
lab: x
hosts: {a: {provider: Somebody, cost: unknown}}
costs: {name: {item: a name, amount: 20 EUR, every: year}}
";

#[test]
fn what_is_said_to_be_unknown_is_no_finding_and_no_pass() {
    for (code, text, known, expected) in [
        (
            "ha-quorum",
            QUORUM,
            ", qdevice: unknown",
            "unknown: whether cluster 'main' keeps its majority when votes are lost",
        ),
        (
            "bak-consistency",
            CONSISTENCY,
            ", consistency: unknown",
            "unknown: whether backup 'all' holds the file systems of container 'db' of stack 'wiki' still: 'consistency' is not known",
        ),
        (
            "sto-scrub-layer",
            SCRUB,
            ", schedule: unknown",
            "unknown: whether every layer of pool 'main' is ever read through",
        ),
        (
            "sto-monitor",
            WATCHED,
            ", monitored_by: unknown",
            "unknown: whether anybody is told when pool 'main' has lost a disk",
        ),
        (
            "fin-sum",
            SUM,
            ", every: unknown",
            "unknown: whether the one time cost of the lab is 150 EUR",
        ),
        (
            "fin-sum",
            PRICE,
            ", price: unknown",
            "unknown: whether the one time cost of the lab is 150 EUR",
        ),
        (
            "cost-complete",
            PAID,
            ", cost: unknown",
            "unknown: what host 'a' costs",
        ),
    ] {
        let said = |text: &str| {
            let (findings, _) = check(text, None);
            let mut of = findings.into_iter().filter(|d| d.code == code);
            let found = of.next().map(|d| (d.message, d.unknown));
            assert_eq!(of.next(), None, "{code}");
            found
        };
        assert_eq!(said(text), Some((expected.to_owned(), true)), "{code}");
        // Without the word it is a finding.
        let finding = said(&text.replace(known, ""));
        assert!(
            finding.as_ref().is_some_and(|(_, unknown)| !unknown),
            "{code}: {finding:?}"
        );
    }
}

const SIZES: &str = "format: 1
lab: x
sites: {home: {uplinks: {dsl: {up: 10Mbit/s}}}}
hosts: {nas: {site: home}}
datasets:
  papers: {host: nas, folder: /srv/papers, size: 200GB, changes: 1GB/day}
  photos: {host: nas, folder: /srv/photos, size: unknown, changes: 1GB/day}
repositories: {b2: {kind: s3, provider: Backblaze, media: cloud}}
backups: {nightly: {datasets: [papers, photos], to: b2, every: 24h, keep: {last: 7}}}
";

#[test]
fn a_sum_without_what_is_unknown_is_the_least() {
    let (findings, _) = check(SIZES, None);
    let first = findings.iter().find(|d| d.code == "bak-feasible").unwrap();
    assert_eq!(
        first.message,
        "the first run of backup 'nightly' takes at least 1d20h, and the next begins after 1d"
    );
    let not_in_it = "not in it, as their size is not known: dataset 'photos'";
    assert!(first.notes.iter().any(|n| n == not_in_it), "{first:#?}");
}

const NIGHTLY: &str = "format: 1
lab: x
hosts: {web: {}, nas: {}}
tiers: {household: {rto: {corruption: 8h}, rpo: {corruption: 1d}}}
datasets: {papers: {host: web, folder: /srv/papers, tier: household, class: important}}
repositories: {usb: {on: nas, location: /mnt/usb, password: {env: USB}}}
backups: {nightly: {datasets: [papers], to: usb, schedule: daily, took: 16s, keep: {last: 7}}}
";

#[test]
fn the_run_of_a_backup_that_is_as_frequent_as_its_objective_is_told_with_all_digits() {
    use diag::Severity::{Error, Info};
    for (text, severity, sum) in [
        (
            NIGHTLY.to_owned(),
            Info,
            "1d + 16s = 1d16s; 1d16s - 1d = 16s too much",
        ),
        (
            NIGHTLY.replace("16s", "14m24s"),
            Info,
            "1d + 14m24s = 1d14m24s; 1d14m24s - 1d = 14m24s too much",
        ),
        (
            NIGHTLY.replace("16s", "14m25s"),
            Error,
            "1d + 14m25s = 1d14m25s; 1d14m25s - 1d = 14m25s too much",
        ),
        (
            NIGHTLY.replace("rpo: {corruption: 1d}", "rpo: {corruption: 23h59m59s}"),
            Error,
            "1d + 16s = 1d16s; 1d16s - 23h59m59s = 17s too much",
        ),
    ] {
        let (findings, _) = check(&text, None);
        let found = findings
            .iter()
            .find(|d| d.code == "bak-rpo-schedule")
            .unwrap();
        assert_eq!(found.severity, severity, "{found:#?}");
        assert!(
            found.notes.iter().any(|n| n.ends_with(sum)),
            "{sum}\n{found:#?}"
        );
    }
}

#[test]
fn a_slip_and_a_claim_that_nothing_bears_out_are_told_as_unknown() {
    for (lab, code, expected) in [
        (
            "hosts: {a: {os: debain, version: 8}}",
            "eol-os",
            "unknown: how long 'debain' on host 'a' is supported: the table of facts has no such system (did you mean 'debian'?)",
        ),
        (
            "hosts: {a: {}, b: {}}\nclaims: [{text: High availability}]",
            "claim-term",
            "unknown: whether a claim rightly speaks of high availability",
        ),
        (
            "hosts: {a: {}}\nrepositories: {usb: {on: a, location: /mnt/usb, password: {env: P}}}\nclaims: [{text: immutable backups}]",
            "claim-term",
            "unknown: whether a claim rightly speaks of immutable backups",
        ),
    ] {
        let (findings, _) = check(&format!("format: 1\nlab: x\n{lab}\n"), None);
        let found = findings.iter().find(|d| d.code == code);
        let found = found.map(|d| (d.message.as_str(), d.unknown));
        assert_eq!(found, Some((expected, true)));
    }
}

#[test]
fn a_store_of_which_nobody_said_where_it_stands_is_no_copy_and_none_too_few() {
    let lab = |box_: &str, weekly: &str| {
        format!(
            "format: 1
lab: x
sites: {{home: , away: }}
hosts: {{nas: {{site: home}}, attic: {{site: home}}, vault: {{site: away}}}}
datasets: {{photos: {{host: nas, folder: /srv/photos, class: irreplaceable}}}}
repositories:
  vault: {{on: vault, location: 'sftp:vault:/srv', password: {{env: V}}}}
  box: {{{box_}location: /mnt/box, password: {{env: B}}}}
backups:
  nightly: {{datasets: [photos], to: vault, every: 1d, keep: {{last: 7}}}}
{weekly}"
        )
    };
    let weekly = "  weekly: {datasets: [photos], to: box, every: 1w, keep: {last: 7}}\n";
    let said = |text: &str| {
        let (found, _) = check(text, None);
        let of = found.into_iter().find(|d| d.code == "bak-321");
        of.map(|d| (d.unknown, d.message, d.notes))
    };
    assert_eq!(said(&lab("on: attic, ", weekly)), None);
    let (unknown, message, notes) = said(&lab("", weekly)).unwrap();
    assert!(unknown, "{message}");
    assert_eq!(
        message,
        "unknown: whether dataset 'photos' has 3 independent copies"
    );
    assert_eq!(
        notes[0],
        "2 for sure; where repository 'box' stands is not declared ('on')"
    );
    // What is rented is on no machine of the lab, and what is on another machine may be.
    for (location, keys) in [
        ("s3:https://s3.example.org/lab", "'provider' or 'site'"),
        ("b2:lab:/x", "'provider' or 'site'"),
        ("sftp:jo@box.example.org:/x", "'on', 'provider' or 'site'"),
    ] {
        let one = lab("", weekly)
            .replace(
                "{on: vault, location: 'sftp:vault:/srv'",
                "{location: /mnt/a, on: attic",
            )
            .replace("location: /mnt/box", &format!("location: '{location}'"));
        let (unknown, message, notes) = said(&one).unwrap();
        assert!(unknown, "{message}");
        let wanted = format!("where repository 'box' stands is not declared ({keys})");
        assert!(notes.iter().any(|n| n.ends_with(&wanted)), "{notes:?}");
        let rented = one.replace("{location: 's3", "{provider: X, location: 's3");
        let rented = rented.replace("{location: 'b2", "{site: away, location: 'b2");
        let rented = rented.replace("{location: 'sftp", "{site: away, location: 'sftp");
        assert_eq!(said(&rented), None);
    }
    // On the machine of the data only its disks tell the stores apart.
    let (unknown, message, notes) = said(&lab("on: nas, ", weekly)).unwrap();
    assert!(unknown, "{message}");
    assert_eq!(
        notes[0],
        "2 for sure; repository 'box' is on its machine, and the dataset's disk is not declared ('disk')"
    );
    let apart = lab("on: nas, disk: usb0, ", weekly).replace("class:", "disk: ssd0, class:");
    assert_eq!(said(&apart), None);
    // Without it there are too few wherever it stands.
    let (unknown, message, _) = said(&lab("", "")).unwrap();
    assert!(!unknown, "{message}");
}

/// One host of which nobody knows two things, beside what they are compared with.
const COMPARED: &str = "format: 1
lab: x
hosts: {nas: {hardware: {memory: {unknown: the label is worn off}, memory_modules: [{size: unknown}, {size: 16GiB}]}}}
claims: [{text: Memory in all., about: nas, metric: total-memory, value: 32GiB}]
";

#[test]
fn a_comparison_with_what_nobody_knows_is_told_once_with_the_reason() {
    let said = |text: &str| {
        let (found, _) = check(text, None);
        let of = found.into_iter().filter(|d| d.code == "cap-one-number");
        of.map(|d| (d.message, d.notes, d.unknown))
            .collect::<Vec<_>>()
    };
    let message = "unknown: whether each capacity of host 'nas' has one number: 'memory' of 'hardware' of host 'nas' and \
        'size' of an item of 'memory_modules' of 'hardware' of host 'nas' are not known";
    let why = "'memory' of 'hardware' of host 'nas' is not known: the label is worn off";
    assert_eq!(
        said(COMPARED),
        [(message.to_owned(), vec![why.to_owned()], true)]
    );
    // Nobody compares the memory of a host of which nothing else is said.
    let alone = "format: 1\nlab: x\nhosts: {nas: {hardware: {memory: unknown}}}\n";
    let (found, _) = check(alone, None);
    let of = found.iter().filter(|d| d.message.contains("'memory'"));
    let codes: Vec<&str> = of.map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["inv-unknown"], "{found:#?}");
}

#[test]
fn the_reason_why_nobody_knows_is_told_with_what_is_not_known() {
    let (found, _) = check(COMPARED, None);
    let open = found.iter().find(|d| d.code == "inv-unknown").unwrap();
    assert_eq!(
        open.message,
        "unknown: what 'memory', 'size' of host 'nas' are"
    );
    let why = "'memory' of 'hardware' of host 'nas' is not known: the label is worn off";
    assert!(open.notes.iter().any(|n| n == why), "{open:#?}");
}

#[test]
fn what_is_unknown_in_a_list_of_the_lab_is_told_of_the_lab() {
    let text = "format: 1
lab: x
zones: {a: , b: }
networks: {lan: {subnet: 10.0.1.0/24, zone: a}, iot: {subnet: 10.0.2.0/24, zone: b}}
flows: [{from: a, to: b, ports: any, action: {unknown: the router is not ours}}, {from: a, to: b, ports: any, action: deny}]
";
    let (found, _) = check(text, None);
    let of: Vec<_> = found
        .iter()
        .filter(|d| d.code == "net-flow-conflict")
        .collect();
    let [one] = of[..] else {
        panic!("{of:#?}");
    };
    assert!(one.unknown, "{one:#?}");
    assert_eq!(one.object.as_deref(), Some("lab"));
    assert!(
        one.notes
            .iter()
            .any(|n| n.ends_with("the router is not ours")),
        "{one:#?}"
    );
}

/// A waiver of what nobody can see for now is neither used nor in vain.
#[test]
fn a_waiver_of_what_nobody_can_judge_for_now_is_not_called_unused() {
    let text = |memory: &str| {
        format!(
            "format: 1
lab: x
people: {{jo: {{}}}}
hosts: {{nas: {{hardware: {{memory: {memory}, memory_modules: [{{size: 16GiB}}, {{size: 16GiB}}]}}}}}}
waivers: [{{rule: cap-one-number, object: host/nas, reason: it is being mended, owner: jo, expires: 2026-12-31}}]
"
        )
    };
    let unused = |memory: &str| {
        let (found, _) = check(&text(memory), None);
        found.iter().any(|d| d.code == "waiver-unused")
    };
    assert!(unused("32GiB"));
    assert!(!unused("16GiB"));
    assert!(!unused("unknown"));
}
