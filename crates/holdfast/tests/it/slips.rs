//! Slips are met with what was meant, wherever somebody types a name or a day.

use crate::ran::Ran;
use std::path::Path;

fn run(folder: &Path, words: &[&str]) -> (i32, String) {
    let ran = Ran::inside(folder, words);
    (ran.code, ran.stdout + &ran.stderr)
}

#[test]
fn what_was_meant_on_the_command_line_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("holdfast.yaml"), "format: 1\nlab: x\n").unwrap();
    for (words, code, expected) in [
        (&["explain", "img-pinn"][..], 2, "did you mean img-pin?"),
        (&["explain", "IMG_PIN"], 2, "did you mean img-pin?"),
        (&["explain", "matrix"], 2, "did you mean net-matrix?"),
        (
            &["facts", "list", "--product", "Debain"],
            2,
            "did you mean debian?",
        ),
        (
            &["facts", "list", "--product", "Debian"],
            0,
            "Debian (debian)",
        ),
        (
            &["facts", "list", "--product", "Proxmox VEE"],
            2,
            "did you mean Proxmox VE?",
        ),
        (
            &["check", "--date", "2026-13-01"],
            2,
            "invalid value '2026-13-01' for '--date <DATE>': is no day: months are 01 to 12",
        ),
        (
            &["check", "--date", "2027-02-30"],
            2,
            "is no day: 2027-02 has the days 01 to 28",
        ),
        (
            &["check", "--date", "01.02.2026"],
            2,
            "is not a date such as 2027-01-31",
        ),
        (&["check", "--date", "2026-11-21"], 0, "no findings"),
    ] {
        let (exit, said) = run(folder.path(), words);
        assert!(said.contains(expected), "{words:?}: {said}");
        assert_eq!(exit, code, "{words:?}: {said}");
    }
}

#[test]
fn what_was_meant_in_the_lab_tree_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("docs/runbooks/restore.md", "# Restore\n");
    write(
        "holdfast.yaml",
        "format: 1
lab: x
timezone: Europe/Berln
hosts: {web: {}}
waivers: [{rule: patch-coverge, object: host/web, reason: x, owner: jo, expires: 2099-02-28}]
rules: {img-pinn: {severity: info, why: x}}
documents: {a: docs/runbook/restore.md, b: docs/runbooks/restroe.md}
slos: [{service: web, target: 0.995}, {service: web, target: '99,9%'}, {service: web, target: 199.5%}]
people: {jo: {}}
",
    );
    let (_, said) = run(folder.path(), &["check", "--format", "concise"]);
    for expected in [
        "'Europe/Berln' is no time zone (did you mean 'Europe/Berlin'?)",
        "there is no rule 'patch-coverge' to waive (did you mean 'patch-coverage'?)",
        "there is no rule 'img-pinn' to set (did you mean 'img-pin'?)",
        "docs/runbook/restore.md is not there (did you mean 'docs/runbooks/restore.md'?)",
        "docs/runbooks/restroe.md is not there (did you mean 'docs/runbooks/restore.md'?)",
        "'0.995' is not a share such as 99.5% (did you mean '99.5%'?)",
        "'99,9%' is not a share such as 99.5% (did you mean '99.9%'?)",
        "'199.5%' is more than the whole, which is 100%",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}

#[test]
fn forms_of_other_programs_and_slips_in_values_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = "format: 1
lab: x
sites: {home: {uplinks: {dsl: {down: 500Mbps}}}}
hosts: {h: {site: home, hardware: {disks: {d1: 1TB, d2: 1TB}}}}
guests: {pbs: {kind: vm, on: h}}
pools: {p: {kind: zfs, on: h, level: mirror, devices: [h/d1, h/d3]}}
repositories: {r: {kind: pbs, on: pbs}}
services:
  web: {runs: {host: h}, exposures: [{port: 443tcp, from: internet}]}
jobs:
  a: {schedule: wekly}
  b: {schedule: 'Sta 02:00'}
  c: {schedule: 'Mon 25:00'}
  d: {schedule: '0 3 * * 8'}
tiers: {t: {response: 5min}, u: {response: 60}}
";
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let (_, concise) = run(folder.path(), &["check", "--format", "concise"]);
    for expected in [
        "(did you mean '500Mbit/s'?)",
        "(did you mean '443/tcp'?)",
        "(did you mean 'weekly'?)",
        "(did you mean 'Sat 02:00'?)",
        "(did you mean '5m'?)",
        "'60' is not a duration: a unit is missing",
        "there is no disk 'h/d3'\n",
    ] {
        assert!(concise.contains(expected), "{expected}\n{concise}");
    }
    assert!(!concise.contains("host 'pbs'"), "{concise}");
    let (_, full) = run(folder.path(), &["check"]);
    for expected in [
        "the time of day is HOUR:MINUTE from 00:00 to 23:59",
        "day of the week (0 to 7, from Sunday)",
    ] {
        assert!(full.contains(expected), "{expected}\n{full}");
    }
    let (_, backups) = run(folder.path(), &["show", "backups"]);
    assert!(backups.contains("pbs"), "{backups}");
}

/// What is wrong in a tree is told with what to write instead, and a slip that was guessed with nothing beside it.
#[test]
fn what_to_write_instead_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let lab = "format: 1\nlab: x\n\
        hosts: {h: {os: debian}}\n\
        devices: {d: {kind: switch, ports: 8}}\n\
        costs: {a: {amount: 5}, b: {price: 3 EUR}}\n\
        waivers:\n\
        - {rule: qqqq, object: host/h, reason: x, owner: x, expires: 2027-01-01}\n\
        - {rule: eol-so, object: host/h, reason: x, owner: x, expires: 2027-01-01}\n";
    std::fs::write(folder.path().join("holdfast.yaml"), lab).unwrap();
    let words = [
        "check",
        "--unknown",
        "--format",
        "json",
        "--date",
        "2026-11-21",
    ];
    let (_, said) = run(folder.path(), &words);
    for expected in [
        "name the currency: '5 EUR'",
        "did you mean 'amount'?",
        "write it as in 'ports: {1: 250Mbit/s, 2: 250Mbit/s}'",
        "the id of a rule stands in brackets",
        "did you mean 'eol-os'?",
        "add 'version' with what /etc/os-release calls VERSION_ID",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let promise = said.matches("a promise is named in full").count();
    assert_eq!(promise, 1, "{said}");
}

/// What is told instead of a slip is no wider than what was meant.
#[test]
fn no_slip_is_answered_with_more_than_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let lab = "format: 1\nlab: x\nzones: {a: {}, b: {}}\nnetworks: {lan: {subnet: 192.0.2.0/24}}\n\
        hosts: {h: {os: debian, exposures: [{port: 22, from: wan}]}}\n\
        services: {s: {runs: {host: h}, exposures: [{port: 80, from: wan}]}}\n\
        flows: [{from: a, to: b, ports: [80/tpc, https, 90-80/udp, 80000/tcp]}]\n";
    std::fs::write(folder.path().join("holdfast.yaml"), lab).unwrap();
    let (_, said) = run(folder.path(), &["check", "--format", "concise"]);
    for expected in ["'80/tcp'?", "'443/tcp'?", "'80-90/udp'?", "'internet'?"] {
        assert!(
            said.contains(&format!("did you mean {expected}")),
            "{expected}: {said}"
        );
    }
    assert!(!said.contains("mean 'lan'"), "{said}");
    let (_, said) = run(folder.path(), &["check"]);
    assert!(!said.contains("write any"), "{said}");
    assert!(said.contains("ports are numbers from 1 to 65535"), "{said}");
    // The root file may be named for its folder.
    let (_, named) = run(folder.path(), &["check", "holdfast.yaml"]);
    assert!(named.contains("ports are numbers"), "{named}");
}

/// The text of `check` of a lab of one file.
fn checked(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("format: 1\nlab: x\n{text}\n");
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    let (_, said) = run(
        folder.path(),
        &["check", "--date", "2026-11-21", "--format", "concise"],
    );
    said
}

#[test]
fn what_was_meant_is_told_in_one_try() {
    for (text, expected) in [
        (
            "costs: {a: {amount: 1.299 EUR}}",
            "has 3 places behind the point, and EUR has two",
        ),
        (
            "services: {a: {smoke: [{expect: 200}]}}",
            "has no 'http' and no 'tcp' and no 'command'",
        ),
        (
            "hosts: {a: {}}\nhosts: {b: {}}",
            "the key 'hosts' is given twice",
        ),
        (
            "hosts:\n  web:\n    hardware:\n      cpu: {cores: 4}\n  memory: 16GiB",
            "'memory' belongs below 'hardware' of 'web'",
        ),
        ("hosts: {h: {title: \"Nice title\"}}", "no key 'title'"),
        (
            "costs: {a: {amount: 5 EUR, every: month, since: 2026-10-01, until: 2025-10-01}}",
            "paid until 2025-10-01, before it begins",
        ),
        (
            "hosts: {h: {}}\npeople: {jo: {}}\naccess: [{who: jo, to: [h], until: 2020-01-01}]",
            "ended on 2020-01-01",
        ),
    ] {
        let said = checked(text);
        assert!(said.contains(expected), "{text}\n{said}");
    }
}

/// A location is written by what OpenSSH is told of the machine, and one in what it archives is refused.
#[test]
fn a_location_is_told_as_it_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    for (reach, repository, expected) in [
        (
            "reach: {ssh: pi-alias, user: bob, port: 2222}",
            "on: pi, location: /mnt/x",
            "sftp://bob@pi-alias:2222//mnt/x",
        ),
        (
            "reach: {ssh: pi-alias}",
            "on: pi, location: /mnt/x",
            "sftp:pi-alias:/mnt/x",
        ),
        ("", "on: pi, location: /mnt/x", "sftp:pi:/mnt/x"),
        (
            "",
            "location: /srv/d/repo",
            "would archive repository 'r' into itself",
        ),
        (
            "",
            "on: pi, location: /srv/d/repo",
            "of host 'web', not of host 'pi'",
        ),
    ] {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{web: {{}}, pi: {{{reach}}}}}\ndatasets: {{d: {{host: web, folder: /srv/d}}}}\n\
             repositories: {{r: {{{repository}, password: {{env: X}}}}}}\nbackups: {{b: {{datasets: [d], to: r, every: 24h}}}}\n"
        );
        std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
        let (_, said) = run(folder.path(), &["check"]);
        assert!(said.contains(expected), "{reach} {repository}\n{said}");
    }
    let beside = checked(
        "hosts: {web: {}}\ndatasets: {d: {host: web, folder: /srv/d}}\nrepositories: {r: {location: /srv/dd, password: {env: X}}}\n\
         backups: {b: {datasets: [d], to: r, every: 24h}}",
    );
    assert!(!beside.contains("into itself"), "{beside}");
}
