//! What containers keep: which backup holds it, and whether a database is copied as a whole.

use crate::support::{check, hits};
use diag::Severity;

/// The severities of findings of a rule about a lab with one stack of a database and a web server.
fn verdict(rule: &str, lab: &str, compose: &str) -> Vec<(Severity, String)> {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{nas: , pve: }}\nguests: {{docker: {{kind: vm, on: pve}}}}\nrepositories: {{usb: {{on: pve, location: /mnt/usb, password: {{env: USB}}}}}}\n{lab}\n# file: wiki.yaml\n{compose}"
    );
    let (findings, _) = check(&text, None);
    let found = hits(&findings, rule).into_iter();
    found.map(|d| (d.severity, d.message.clone())).collect()
}

const COMPOSE: &str = "services:
  db: {image: 'postgres:16', volumes: ['db:/var/lib/postgresql/data']}
  web:
    image: wiki:2
    volumes: ['/srv/wiki:/data', './conf:/conf:ro', '/etc/localtime:/etc/localtime', '/var/run/docker.sock:/s']
    tmpfs: [/tmp]
volumes: {db: {}}
";

#[test]
fn what_containers_write_is_in_a_backup_or_may_be_lost() {
    let stack = |on: &str| format!("stacks: {{wiki: {{file: wiki.yaml, on: {on}}}}}\n");
    let both = "backups: {b: {stacks: [wiki], to: usb, every: 1d}}";
    for (on, rest, forgotten) in [
        ("nas", "", Some("'db', '/srv/wiki'")),
        ("nas", both, None),
        (
            "docker",
            "backups: {b: {guests: [docker], to: usb, every: 1d}}",
            None,
        ),
        ("nas", "jobs: {j: {kind: backup, on: [stack/wiki]}}", None),
        (
            "nas",
            "datasets: {w: {host: nas, folder: /srv, class: scratch}}",
            Some("'db'"),
        ),
        (
            "nas",
            "datasets: {w: {host: pve, folder: /srv, class: scratch}}",
            Some("'db', '/srv/wiki'"),
        ),
        (
            "nas",
            "datasets: {w: {host: nas, folder: /var/lib/docker/volumes/wiki_db, class: scratch}}",
            Some("'/srv/wiki'"),
        ),
        (
            "nas",
            "services: {w: {runs: {stack: wiki}, data: {p: {volume: wiki_db, class: replaceable}, u: {path: /srv/wiki, class: scratch}}}}",
            None,
        ),
        (
            "nas",
            "services: {w: {runs: {stack: wiki, service: web}}}\nbackups: {b: {services: [w], to: usb, every: 1d}}",
            Some("'db'"),
        ),
        (
            "nas",
            "services: {w: {runs: {stack: wiki}}}\nbackups: {b: {services: [w], to: usb, every: 1d}}",
            None,
        ),
    ] {
        let lab = stack(on) + rest;
        let found = verdict("bak-coverage", &lab, COMPOSE);
        let of_stack = found.iter().find(|(_, m)| m.contains("of stack 'wiki'"));
        match forgotten {
            Some(names) => {
                let (severity, message) = of_stack.unwrap_or_else(|| panic!("{lab}: {found:?}"));
                assert_eq!(*severity, Severity::Warning);
                assert!(message.contains(names), "{lab}: {message}");
            }
            None => assert_eq!(of_stack, None, "{lab}"),
        }
    }
}

#[test]
fn what_services_keep_is_in_a_backup_by_its_class() {
    for (data, rest, expected) in [
        ("{volume: db, class: important}", "", Some(Severity::Error)),
        ("{volume: db}", "", Some(Severity::Warning)),
        ("{volume: db, class: replaceable}", "", None),
        (
            "{volume: db, class: important}",
            "backups: {b: {services: [w], to: usb, every: 1d}}",
            None,
        ),
        (
            "{volume: db, class: important}",
            "backups: {b: {stacks: [wiki], to: usb, every: 1d}}",
            None,
        ),
        (
            "{dataset: d}",
            "datasets: {d: {host: nas, folder: /d, class: scratch}}",
            None,
        ),
    ] {
        let lab = format!(
            "stacks: {{wiki: {{file: wiki.yaml, on: nas}}}}\nservices: {{w: {{runs: {{stack: wiki}}, data: {{p: {data}}}}}}}\n{rest}"
        );
        let found = verdict("bak-coverage", &lab, COMPOSE);
        let of_service = found.iter().find(|(_, m)| m.contains("of service 'w'"));
        assert_eq!(of_service.map(|f| f.0), expected, "{lab}: {found:?}");
    }
}

#[test]
fn a_database_is_dumped_or_holds_still() {
    for (rest, found) in [
        ("backups: {b: {stacks: [wiki], to: usb, every: 1d}}", true),
        (
            "backups: {b: {stacks: [wiki], to: usb, every: 1d, consistency: none}}",
            true,
        ),
        (
            "backups: {b: {stacks: [wiki], to: usb, every: 1d, consistency: stop}}",
            false,
        ),
        (
            "backups: {b: {stacks: [wiki], to: usb, every: 1d, kind: dump}}",
            false,
        ),
        (
            "backups: {b: {stacks: [wiki], to: usb, every: 1d, kind: image}}",
            false,
        ),
        (
            "backups: {b: {stacks: [wiki], to: usb, every: 1d, kind: image, consistency: none}}",
            true,
        ),
        (
            "backups: {b: {stacks: [wiki], to: usb, every: 1d}}\njobs: {d: {kind: dump, on: [stack/wiki]}}",
            false,
        ),
        (
            "backups: {b: {services: [w], to: usb, every: 1d}}\nservices: {w: {runs: {stack: wiki}, data: {p: {volume: db, dump: postgres}}}}",
            false,
        ),
        (
            "backups: {b: {services: [w], to: usb, every: 1d}}\nservices: {w: {runs: {stack: wiki}, data: {p: {volume: db, dump: none}}}}",
            true,
        ),
        ("", false),
    ] {
        let lab = format!("stacks: {{wiki: {{file: wiki.yaml, on: nas}}}}\n{rest}");
        let verdict = verdict("bak-consistency", &lab, COMPOSE);
        assert_eq!(!verdict.is_empty(), found, "{lab}: {verdict:?}");
    }
}
