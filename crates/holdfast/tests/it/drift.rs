//! What is done by hand on a host shows, with what was before, and can be taken over.

use crate::ran::Ran;
use crate::rig::Rig;

fn drift(rig: &Rig, more: &[&str]) -> Ran {
    let mut arguments = vec!["drift", rig.lab(), "--on", "real"];
    arguments.extend(more);
    rig.run(&arguments)
}

fn accept(rig: &Rig, more: &[&str]) -> Ran {
    let mut arguments = vec!["drift", "accept", "--lab", rig.lab(), "--on", "real"];
    arguments.extend(more);
    rig.run(&arguments)
}

fn empty(rig: &Rig) {
    let ran = drift(rig, &[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.starts_with("No drift"), "{}", ran.all());
}

/// Every difference as `how path | before | after`.
fn differences(ran: &Ran) -> Vec<String> {
    for difference in ran.json().as_array().unwrap() {
        assert_eq!(difference["target"], "host/web");
    }
    ran.differences()
}

/// What is done by hand, and a part of the lines that it shows as.
const BY_HAND: &[(&str, &[&str])] = &[
    (
        "echo 'MaxAuthTries 10' >>/etc/ssh/sshd_config; systemctl reload ssh",
        &[
            "differs file:/etc/ssh/sshd_config | file 0644 root:root",
            "differs sshd:maxauthtries | 6 | 10",
        ],
    ),
    (
        "systemd-run -q --unit=stray nc -lk -p 8099; until ss -Hltn | grep -q :8099; do :; done",
        &[
            "undeclared listener:tcp/0.0.0.0:8099 | not declared | package=netcat-openbsd process=nc unit=stray.service",
        ],
    ),
    (
        "useradd -m -s /bin/bash mallory",
        &["undeclared user:mallory | not declared | can log in"],
    ),
    (
        "DEBIAN_FRONTEND=noninteractive apt-get -qq install -y hello >/dev/null 2>&1",
        &["undeclared package:hello | not there | 2."],
    ),
    (
        "systemctl stop postgresql@15-main",
        &["differs unit:postgresql@15-main.service | active=true | active=false"],
    ),
    (
        "systemctl -q disable --now cron",
        &["differs unit:cron.service | enabled, running | active=false enabled=disabled"],
    ),
    (
        "echo '5 4 * * * root /usr/bin/curl -H hunter2 https://a' >>/etc/crontab",
        &[
            "undeclared cron:/etc/crontab:23 | not declared | 5 4 * * * root /usr/bin/curl [redacted ",
        ],
    ),
    (
        "echo '*/5 * * * * /bin/true' | crontab -u anna -",
        &[
            "undeclared cron:/var/spool/cron/crontabs/anna:4 | not declared | */5 * * * * anna /bin/true",
        ],
    ),
    (
        "printf '#!/bin/sh\\n' >/etc/cron.daily/stray; chmod 755 /etc/cron.daily/stray",
        &["undeclared cron:/etc/cron.daily/stray | not declared | daily, sha256 "],
    ),
    (
        "printf '[Timer]\\nOnCalendar=hourly\\n' >/etc/systemd/system/stray-at.timer
         printf '[Service]\\nExecStart=/bin/false\\n' >/etc/systemd/system/stray-at.service
         systemctl daemon-reload; systemctl start stray-at.timer",
        &[
            "undeclared unit:stray-at.service | not there | ",
            "undeclared unit:stray-at.timer | not there | ",
        ],
    ),
];

#[test]
fn what_is_done_by_hand_shows_and_is_taken_over_without_losing_a_comment() {
    let rig = Rig::applied();
    let web = [
        "--reason",
        "an old page",
        "--owner",
        "admin",
        "--until",
        "2099-01-01",
    ];
    // What was there before the host was managed.
    rig.edit("lab/hosts.yaml", |t| {
        t.replace(
            "        from: lan\n        why: adm",
            "        from: lan # never from outside\n        why: adm",
        )
    });
    let ran = accept(
        &rig,
        &[&["listener:tcp/0.0.0.0:8081", "--write"], &web[..]].concat(),
    );
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(rig.apply(&[]).code, 0);
    empty(&rig);

    for (command, _) in BY_HAND {
        rig.host.exec_sh(command).unwrap();
    }
    let ran = drift(&rig, &["--json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(!ran.stdout.contains("hunter2"));
    let shown = differences(&ran);
    let expected: Vec<&str> = BY_HAND
        .iter()
        .flat_map(|(_, lines)| lines.iter().copied())
        .collect();
    for line in &expected {
        let found = shown.iter().filter(|s| s.starts_with(line));
        assert_eq!(found.count(), 1, "{line} in {shown:#?}");
    }
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");

    taken_over(&rig, &web);
    not_seen_whole(&rig);
}

/// Everything is taken over: into the lab tree, or into what was accepted.
fn taken_over(rig: &Rig, web: &[&str]) {
    let before = std::fs::read_to_string(rig.path("lab/lab/hosts.yaml")).unwrap();
    let shown = accept(rig, web);
    assert_eq!(shown.code, 0, "{}", shown.all());
    assert!(
        shown
            .stdout
            .contains("12 differences would be taken over; --write does it"),
        "{}",
        shown.all()
    );
    let now = std::fs::read_to_string(rig.path("lab/lab/hosts.yaml")).unwrap();
    assert_eq!(now, before, "nothing is written unasked");

    // One of them is put up with for a while instead.
    let ran = accept(
        rig,
        &[&["user:mallory", "--waive", "--write"], web].concat(),
    );
    assert_eq!(ran.code, 0, "{}", ran.all());
    let ran = accept(rig, &[&["--write"], web].concat());
    assert_eq!(ran.code, 0, "{}", ran.all());
    let now = std::fs::read_to_string(rig.path("lab/lab/hosts.yaml")).unwrap();
    let kept = before
        .lines()
        .filter(|l| !now.contains(l))
        .collect::<Vec<_>>();
    assert_eq!(
        kept,
        ["      cron.service: {enabled: true, active: true}"],
        "{now}"
    );
    for line in [
        "      cron.service: {enabled: false, active: false}",
        "      - {port: 8099/tcp, why: an old page, owner: admin, review: 2099-01-01}",
        "      /etc/cron.daily/stray: []",
        "      /var/spool/cron/crontabs/anna: [\"*/5 * * * * /bin/true\"]",
    ] {
        assert!(now.contains(line), "{line}\n{now}");
    }
    assert!(
        !now.contains("hunter2") && !now.contains("mallory"),
        "{now}"
    );
    let check = rig.run(&["check", rig.lab(), "--json"]);
    assert!(!check.stdout.contains("\"invalid\""), "{}", check.all());
    // The firewall is drawn from the ways in, so it has to follow.
    let left = differences(&drift(rig, &["--json"]));
    assert!(
        matches!(left.as_slice(), [one] if one.starts_with("differs nft:inet/holdfast")),
        "{left:#?}"
    );
    assert_eq!(rig.apply(&[]).code, 0);
    empty(rig);
    assert!(
        drift(rig, &[])
            .stdout
            .contains("1 difference waived, the first of them until 2099-01-01")
    );
}

/// A list with gaps is never called as it should be.
fn not_seen_whole(rig: &Rig) {
    rig.host
        .exec_sh("mv /usr/bin/dpkg-query /usr/bin/dpkg-query.away; head -c 300000 /dev/zero >/var/spool/cron/crontabs/big")
        .unwrap();
    let ran = drift(rig, &["--unknown"]);
    assert_eq!(ran.code, 7, "{}", ran.all());
    let flat = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "package:*",
        "dpkg-query is not installed",
        "cron:*",
        "crontabs/big is too large",
    ] {
        assert!(flat.contains(part), "{part}: {}", ran.all());
    }
    assert!(!ran.stdout.contains("No drift"), "{}", ran.all());
    let ran = accept(rig, &["package:*"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
}
