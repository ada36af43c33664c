//! Observations that do not read again what a real host shows to be unchanged, and see every change.

use crate::rig::Rig;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// What a host like this one is not asked for again.
const KEPT: [&str; 8] = [
    "cron", "key", "package", "source", "sshd", "sudoer", "unit", "user",
];

fn observe(rig: &Rig, more: &[&str]) -> Value {
    let mut words = vec!["observe", rig.lab(), "--on", "real", "--json"];
    words.extend(more);
    rig.run(&words).json()["targets"]["web"].clone()
}

/// The kinds that this observation did not read again.
fn unread(seen: &Value) -> BTreeSet<&str> {
    let readings = seen["readings"].as_object().unwrap().iter();
    let earlier = readings.filter(|(_, reading)| reading["at"] != seen["at"]);
    earlier.map(|(kind, _)| kind.as_str()).collect()
}

/// Observes until nothing is too new to be known again; gives the last observation.
fn settled(rig: &Rig) -> Value {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let seen = observe(rig, &[]);
        if unread(&seen) == KEPT.into() {
            return seen;
        }
        assert!(Instant::now() < end, "{:#}", seen["readings"]);
    }
}

fn of_kinds<'a>(seen: &'a Value, kinds: &[&str]) -> Vec<(&'a String, &'a Value)> {
    let facts = seen["facts"].as_object().unwrap().iter();
    let is_of = |path: &str| kinds.contains(&path.split(':').next().unwrap());
    facts.filter(|(path, _)| is_of(path)).collect()
}

fn newest(rig: &Rig) -> std::path::PathBuf {
    let mut dirs = vec![rig.path("data")];
    let mut found = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => dirs.push(path),
                false if path.parent().unwrap().ends_with("facts") => found.push(path),
                false => {}
            }
        }
    }
    found.into_iter().max().unwrap()
}

const PREPARED: &str = "
printf 'anna ALL=(root) /usr/bin/aaa\\n' >/etc/sudoers.d/task; chmod 440 /etc/sudoers.d/task
mkdir -p /opt/jobs; printf '#!/bin/sh\\nrsync a b\\n' >/opt/jobs/job; chmod 755 /opt/jobs/job
printf '0 3 * * * root /opt/jobs/job\\n' >/etc/cron.d/job
printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/demo.service
systemctl daemon-reload; systemctl enable --now demo.service";

fn prepared() -> Rig {
    let rig = Rig::declared();
    rig.host.exec_sh(PREPARED).unwrap();
    rig
}

#[test]
fn every_change_is_seen_by_the_next_look() {
    let rig = prepared();
    for (change, path, has) in CHANGES {
        settled(&rig);
        rig.host.exec_sh(change).unwrap();
        let seen = observe(&rig, &[]);
        let facts = seen["facts"].as_object().unwrap().iter();
        let found: Vec<_> = facts.filter(|(p, _)| p.starts_with(path)).collect();
        let said = format!("{found:?}");
        match has {
            Some(text) => assert!(said.contains(text), "{change}: {said}"),
            None => assert!(found.is_empty(), "{change}: {said}"),
        }
    }
}

/// What is done, how the path of what tells of it begins, and what that says then; nothing if it is gone.
const CHANGES: &[(&str, &str, Option<&str>)] = &[
    // The same inode, size and time of change of the content.
    (
        "f=/etc/sudoers.d/task; t=$(stat -c %y $f); i=$(stat -c %i-%s $f)
         printf 'anna ALL=(root) /usr/bin/bbb\\n' | dd of=$f conv=notrunc 2>/dev/null; touch -d \"$t\" $f
         [ \"$t\" = \"$(stat -c %y $f)\" ] && [ \"$i\" = \"$(stat -c %i-%s $f)\" ]",
        "sudoer:/etc/sudoers.d/task:1",
        Some("/usr/bin/bbb"),
    ),
    ("useradd -m bob", "user:bob", Some("/home/bob")),
    ("usermod -aG sudo bob", "user:bob", Some("sudo")),
    (
        "sed -i 's/^/restrict /' /home/anna/.ssh/authorized_keys",
        "key:anna/",
        Some("restrict"),
    ),
    (
        "echo 'MaxAuthTries 3' >/etc/ssh/sshd_config.d/tries.conf; systemctl reload ssh.service",
        "sshd:maxauthtries",
        Some("3"),
    ),
    (
        "dpkg --purge --force-depends netcat-openbsd >/dev/null",
        "package:netcat-openbsd",
        None,
    ),
    ("systemctl stop demo.service", "unit:demo.service", Some("\"active\": Bool(false)")),
    ("systemctl disable demo.service", "unit:demo.service", Some("disabled")),
    (
        "sed -i 's/rsync/rclone/' /opt/jobs/job",
        "cron:/etc/cron.d/job:1",
        Some("rclone"),
    ),
    (
        "printf '0 4 * * * root /opt/jobs/job\\n' >/etc/cron.d/job",
        "cron:/etc/cron.d/job:1",
        Some("0 4 * * *"),
    ),
];

#[test]
fn what_is_unchanged_is_not_read_again() {
    let rig = prepared();
    let first = observe(&rig, &[]);
    assert!(unread(&first).is_empty(), "{:#}", first["readings"]);
    nothing_changed(&rig);
    what_was_kept_does_not_count_if_it_was_changed(&rig);
    another_question_is_asked_anew(&rig);
    what_is_too_new_is_read_again(&rig);
}

fn nothing_changed(rig: &Rig) {
    let before = settled(rig);
    let after = observe(rig, &[]);
    assert_eq!(unread(&after), KEPT.into());
    assert_eq!(of_kinds(&after, &KEPT), of_kinds(&before, &KEPT));
    assert_eq!(after["collections"], before["collections"]);
    assert_eq!(after["readings"], before["readings"], "they keep their age");
    let told = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(told.stdout.contains("unchanged since"), "{}", told.all());
    let full = observe(rig, &["--full"]);
    assert!(unread(&full).is_empty());
    // What was read shows the same as what was carried over.
    assert_eq!(of_kinds(&full, &KEPT), of_kinds(&before, &KEPT));
}

fn what_was_kept_does_not_count_if_it_was_changed(rig: &Rig) {
    settled(rig);
    let file = newest(rig);
    let mut saved: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let mut fact = saved["targets"]["web"]["facts"]["user:anna"].to_string();
    assert!(fact.contains("/home/anna"));
    fact = fact.replace("/home/anna", "/home/hanna");
    saved["targets"]["web"]["facts"]["user:anna"] = serde_json::from_str(&fact).unwrap();
    std::fs::write(&file, saved.to_string()).unwrap();
    let seen = observe(rig, &[]);
    let unread: Vec<&str> = unread(&seen).into_iter().collect();
    assert_eq!(
        unread,
        KEPT.into_iter()
            .filter(|k| *k != "user")
            .collect::<Vec<_>>()
    );
    assert!(
        seen["facts"]["user:anna"]
            .to_string()
            .contains("/home/anna")
    );

    let file = newest(rig);
    let mut saved: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    saved["targets"]["web"]["identity"]["machine_id"] = "00".repeat(16).into();
    std::fs::write(&file, saved.to_string()).unwrap();
    assert!(
        self::unread(&observe(rig, &[])).is_empty(),
        "of another machine"
    );

    settled(rig);
    std::fs::write(newest(rig), "{\"format\": 1, \"tar").unwrap();
    let told = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(
        told.stderr.contains("so all is read") && !told.stdout.contains("unchanged since"),
        "{}",
        told.all()
    );
    std::fs::remove_dir_all(newest(rig).parent().unwrap()).unwrap();
}

fn another_question_is_asked_anew(rig: &Rig) {
    settled(rig);
    let (one, two) = (
        "    units:\n",
        "    units:\n      demo.service: {active: true}\n",
    );
    rig.edit("lab/hosts.yaml", |t| t.replace(one, two));
    let seen = observe(rig, &[]);
    assert!(!unread(&seen).contains("unit"), "{:#}", seen["readings"]);
    rig.edit("lab/hosts.yaml", |t| t.replace(two, one));
}

/// A file that changes all the time is always so new that its next change could not be told.
fn what_is_too_new_is_read_again(rig: &Rig) {
    settled(rig);
    let busy = "while :; do touch /etc/sudoers.d/task; sleep 0.2; done >/dev/null 2>&1 & echo $!";
    let pid = rig.host.exec_sh(busy).unwrap();
    for _ in 0..2 {
        let seen = observe(rig, &[]);
        let readings: Vec<&String> = seen["readings"].as_object().unwrap().keys().collect();
        assert_eq!(readings, ["package", "source", "unit"]);
    }
    rig.host.exec_sh(&format!("kill {pid}")).unwrap();
    settled(rig);
}
