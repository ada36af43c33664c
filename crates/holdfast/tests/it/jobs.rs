//! Jobs of a real host that never ran, failed, overlap and tell nobody; and what of them may be kept.

use crate::rig::Rig;
use std::collections::BTreeSet;

/// A word that stands where secrets do: in arguments and in a script.
const CANARY: &str = "canary-3f91c0";

const JOBS: &str = r#"
unit() {
    printf '[Unit]\nDescription=%s\n%s\n[Service]\nType=oneshot\nExecStart=%s\n' "$1" "$3" "$2" >/etc/systemd/system/"$1".service
    printf '[Timer]\nOnCalendar=%s\n[Install]\nWantedBy=timers.target\n' "$4" >/etc/systemd/system/"$1".timer
}
printf '#!/bin/sh\nPASSWORD=CANARY\nrsync -a /etc/hostname /run/copy\n' >/usr/local/bin/dump.sh
chmod 700 /usr/local/bin/dump.sh
touch /etc/systemd/system/tell.service
unit dump /usr/local/bin/dump.sh OnFailure=tell.service '*-*-* 03:00:00'
unit bad '/bin/sh -c "exit 3; restic -p CANARY"' '' '*-*-* 15:00:00'
unit forgotten /bin/true '' daily
unit over /bin/true '' '2020-01-01 00:00:00'
systemctl daemon-reload
systemctl enable -q --now dump.timer bad.timer
systemctl start over.timer
systemctl start bad.service || true
printf '5 3 * * * root /usr/local/bin/dump.sh CANARY\nthis is no line\n' >/etc/cron.d/photos
systemctl disable -q --now cron
"#;

/// What the rules about jobs find, and what they say they do not know.
fn found(rig: &Rig) -> (BTreeSet<String>, BTreeSet<String>) {
    let ran = rig.run(&[
        "check",
        rig.lab(),
        "--all",
        "--unknown",
        "--format",
        "concise",
    ]);
    let (mut known, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    for line in ran.all().lines() {
        // PATH:LINE:COLUMN: SEVERITY[RULE]: what
        let Some((_, rest)) = line.split_once('[') else {
            continue;
        };
        let line = rest.replacen(']', "", 1);
        match line.contains(": unknown: ") {
            true => unknown.insert(line),
            false => known.insert(line),
        };
    }
    (known, unknown)
}

#[test]
fn jobs_that_do_not_do_their_work_are_found_and_their_secrets_are_not_kept() {
    let rig = Rig::applied();
    rig.host.exec_sh(&JOBS.replace("CANARY", CANARY)).unwrap();
    rig.edit("holdfast.yaml", |text| {
        text + "channels: {push: {kind: push}}\n"
    });
    rig.run(&["observe", rig.lab(), "--on", "real", "--full"]);
    let (known, unknown) = found(&rig);
    for part in [
        "cron-failed: the last run of timer bad.timer",
        "cron-never-ran: timer forgotten.timer",
        "cron-never-ran: timer over.timer",
        "cron-never-ran: cron does not take line /etc/cron.d/photos:2",
        "and no cron runs",
        "cron-overlap: timer dump.timer and cron's /etc/cron.d/photos:1",
        "cron-dead-man: nobody learns that timer bad.timer",
        "cron-dead-man: nobody learns that cron's /etc/cron.d/photos:1",
    ] {
        assert!(known.iter().any(|l| l.contains(part)), "{part}: {known:#?}");
    }
    // What OnFailure= tells of is heard, and what a timer started is told once.
    for part in ["learns that timer dump.timer", "unit bad.service"] {
        assert!(
            !known.iter().any(|l| l.contains(part)),
            "{part}: {known:#?}"
        );
    }
    for part in [
        "cron-failed: unknown: whether",
        "cron-never-ran: unknown: whether",
    ] {
        assert!(
            unknown.iter().any(|l| l.contains(part)),
            "{part}: {unknown:#?}"
        );
    }
    let facts = rig.run(&["facts", "show", rig.lab(), "--json"]);
    assert!(facts.all().contains("dump.timer") && !facts.all().contains(CANARY));
    rig.host
        .exec_sh(
            "systemctl enable -q --now cron; systemctl start dump.service; rm /etc/cron.d/photos",
        )
        .unwrap();
    rig.run(&["observe", rig.lab(), "--on", "real"]);
    let (known, _) = found(&rig);
    for part in ["cron runs", "photos", "dump.timer"] {
        assert!(
            !known.iter().any(|l| l.contains(part)),
            "{part}: {known:#?}"
        );
    }
}
