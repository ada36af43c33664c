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
        ("nas", "", Some("'db' and folder '/srv/wiki'")),
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
            Some("'db' and folder '/srv/wiki'"),
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

/// What stands between the quotes of a help.
fn quoted(help: &str) -> Vec<&str> {
    help.split('\'').skip(1).step_by(2).collect()
}

/// Whoever does what the help says of a database is told nothing more, and no copy is torn.
#[test]
fn the_help_of_what_is_forgotten_leads_to_no_torn_copy() {
    let base = "format: 1\nlab: x\nhosts: {nas: }\nrepositories: {usb: {location: /mnt/usb, on: nas, password: {env: USB}}}\nstacks: {wiki: {file: wiki.yaml, on: nas}}\n";
    let lab = |more: &str, image: &str, folder: &str| {
        format!(
            "{base}{more}\n# file: wiki.yaml\nservices:\n  db: {{image: '{image}', volumes: ['pg:{folder}', '/srv/up:/up']}}\nvolumes: {{pg: {{}}}}\n"
        )
    };
    let own = |text: &str| -> Vec<diag::Diagnostic> {
        let (found, _) = check(text, None);
        let of = |d: &diag::Diagnostic| {
            ["bak-coverage", "bak-consistency"].contains(&d.code.as_str())
                || d.class == diag::Class::Invalid
        };
        found.into_iter().filter(of).collect()
    };
    for (image, folder, word) in [
        ("postgres:17", "/var/lib/postgresql/data", Some("postgres")),
        ("mariadb:11", "/var/lib/mysql", Some("mysql")),
        ("mongo:8", "/data/db", None),
    ] {
        let found = own(&lab("services: {w: {runs: {stack: wiki}}}", image, folder));
        assert_eq!(found.len(), 1, "{found:#?}");
        let [first, more @ ..] = found[0].help.as_slice() else {
            panic!("{found:#?}")
        };
        assert!(!first.contains("stacks: ["), "{first}");
        let parts = quoted(first);
        let (data, backup) = (parts[0], parts[1]);
        assert_eq!(
            data.contains(&format!("dump: {}", word.unwrap_or("?"))),
            word.is_some(),
            "{data}"
        );
        let jobs = more.first().map_or("", |help| quoted(help)[1]);
        assert_eq!(jobs.is_empty(), word.is_some(), "{more:?}");
        let jobs = jobs.replace("NAME", "dumps");
        let backups = format!("backups: {{b: {{to: usb, every: 1d, {backup}}}}}");
        let after = lab(&format!("{data}\n{backups}\n{jobs}"), image, folder);
        let left = own(&after);
        assert!(left.is_empty(), "{after}\n{left:#?}");
        // With the whole stack in a backup the files are copied as they are; what is said then leads there as well.
        let whole = "backups: {b: {stacks: [wiki], to: usb, every: 1d}}";
        let found = own(&lab(whole, image, folder));
        let help = found[0].help.join(" ");
        let say = quoted(&help)[0].replace("NAME", "w").replace("DATA", "d");
        let after = lab(&format!("{whole}\n{say}"), image, folder);
        let left = own(&after);
        assert!(left.is_empty(), "{after}\n{left:#?}");
    }
}
