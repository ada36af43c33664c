//! What was proven is not shown as proven once something speaks against it, and the reason says what. Bytes of the ledger that
//! were touched prove nothing, and a machine that answers in another's place gets no act.

use crate::ran::Ran;
use crate::rig::Rig;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

const RTO: &str = "rto:dataset/shop:corruption";
const RPO: &str = "rpo:dataset/shop:corruption";
const SSH: &str = "ssh-least-privilege:host/web";
const TIMER: &str = "holdfast-backup-twice-a-day.timer";
/// restic on the host as its backups call it.
const RESTIC: &str =
    "restic --no-cache -r /mnt/backup/holdfast --password-file /etc/holdfast/secrets/usb";

/// A host whose database is proven to come back.
fn proven() -> Rig {
    let rig = Rig::applied();
    ok(&real(&rig, "backup", &["--yes"]));
    ok(&drill(&rig));
    is_proven(&rig, &[RTO, RPO, SSH]);
    rig
}

fn real(rig: &Rig, verb: &str, more: &[&str]) -> Ran {
    let mut arguments = vec![verb, rig.lab(), "--on", "real"];
    arguments.extend(more);
    rig.run(&arguments)
}

fn drill(rig: &Rig) -> Ran {
    real(rig, "drill", &["--yes", "--dataset", "shop"])
}

fn observe(rig: &Rig) {
    let ran = real(rig, "observe", &[]);
    assert!(matches!(ran.code, 0 | 7), "{}", ran.all());
}

fn ok(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.all());
}

/// One promise as `prove --json` shows it.
fn verdict(rig: &Rig, id: &str) -> Value {
    let all = real(rig, "prove", &["--json"]).json();
    let found = all
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["promise"]["id"] == id);
    found.unwrap().clone()
}

fn is_proven(rig: &Rig, ids: &[&str]) {
    for id in ids {
        let found = verdict(rig, id);
        assert_eq!(found["state"], "proven", "{found:#}");
    }
}

/// It is not proven, and the reason, which is shown to people, too, holds `cause`.
fn is_not_proven(rig: &Rig, id: &str, state: &str, cause: &str) {
    let found = verdict(rig, id);
    assert_eq!(found["state"], state, "{found:#}");
    let reason = found["reason"].as_str().unwrap();
    assert!(reason.contains(cause), "{reason}");
}

#[test]
fn what_the_host_shows_speaks_against_the_age_of_archives() {
    let rig = proven();
    // A timer that is off shows as drift at once, and no look refreshes the promise.
    rig.host
        .exec_sh(&format!("systemctl disable --now {TIMER}"))
        .unwrap();
    let drift = real(&rig, "drift", &[]);
    assert!(
        drift.code == 1 && drift.stdout.contains(TIMER),
        "{}",
        drift.all()
    );
    let plan = real(&rig, "plan", &[]);
    assert!(
        plan.code == 1 && plan.stdout.contains(TIMER),
        "{}",
        plan.all()
    );
    observe(&rig);
    is_not_proven(&rig, RPO, "unproven", TIMER);
    is_proven(&rig, &[RTO]);
    silent_host(&rig);
    ok(&rig.apply(&[]));
    is_proven(&rig, &[RPO]);

    // All archives are gone but one that is years old; then only one from the future; then none.
    let archives = format!(
        "{RESTIC} snapshots --tag shop --json | grep -o '\"short_id\":\"[0-9a-f]*' | cut -d'\"' -f4"
    );
    let forget = format!("for id in $({archives}); do {RESTIC} forget -q $id; done");
    let dump = "/var/lib/holdfast/dumps/shop/shop";
    let take = |time: &str, what: &str| {
        let script = format!(
            "mkdir -p -m 700 {dump} && : > {dump}/toc; {forget}; {RESTIC} backup -q --tag shop --time '{time}' {what}; rm -r {dump}"
        );
        rig.host.exec_sh(&script).unwrap();
        observe(&rig);
    };
    take("2020-01-01 00:00:00", dump);
    is_not_proven(&rig, RPO, "broken", "archive age");
    // One that is new, and of something else.
    let now = rig.host.exec_sh("date '+%F %T'").unwrap();
    take(now.trim(), "/etc/hostname");
    is_not_proven(
        &rig,
        RPO,
        "broken",
        "the newest archive is of /etc/hostname",
    );
    // One that is new, and of the database that the dataset was before.
    let before = "/var/lib/holdfast/dumps/shop/shop-2019";
    let told = format!("the newest archive is of {before}");
    rig.host
        .exec_sh(&format!("mkdir -p -m 700 {before}"))
        .unwrap();
    take(now.trim(), before);
    is_not_proven(&rig, RPO, "broken", &told);
    take("2099-01-01 00:00:00", dump);
    is_not_proven(&rig, RTO, "unproven", "in the future");
    rig.host.exec_sh(&forget).unwrap();
    observe(&rig);
    is_not_proven(&rig, RPO, "broken", "no archive of shop");
    is_not_proven(&rig, RTO, "broken", "no archive of shop");
}

/// A host that does not answer: nothing is refreshed, and what was in doubt stays in doubt.
fn silent_host(rig: &Rig) {
    let before: Vec<Value> = [RTO, RPO, SSH].iter().map(|id| verdict(rig, id)).collect();
    rig.host.stop().unwrap();
    let ran = real(rig, "observe", &[]);
    assert_eq!(ran.code, 7, "{}", ran.all());
    assert!(ran.stdout.contains("unreachable"), "{}", ran.all());
    for (id, before) in [RTO, RPO, SSH].iter().zip(before) {
        let after = verdict(rig, id);
        for what in ["state", "reason", "at"] {
            assert_eq!(before[what], after[what], "{after:#}");
        }
    }
    rig.host.boot().unwrap();
}

#[test]
fn what_cannot_be_opened_or_restored_is_no_copy() {
    let rig = proven();
    unsynchronised_clock(&rig);
    // The repository's password is changed behind the host's back.
    rig.host
        .exec_sh(&format!(
            "printf 'another one' > /root/new && {RESTIC} key passwd --new-password-file /root/new"
        ))
        .unwrap();
    observe(&rig);
    is_not_proven(&rig, RPO, "unproven", "wrong password");
    is_not_proven(&rig, RTO, "unproven", "wrong password");
    let failed = drill(&rig);
    assert_ne!(failed.code, 0, "{}", failed.all());
    assert_ne!(verdict(&rig, RTO)["state"], "proven");
    rig.host
        .exec_sh("cp /root/new /etc/holdfast/secrets/usb")
        .unwrap();
    ok(&drill(&rig));
    observe(&rig);
    is_proven(&rig, &[RTO, RPO]);

    // A question that was not asked yet, then one that the data cannot answer.
    rig.edit("lab/data.yaml", |t| {
        t.replace(
            "select count(*) from orders",
            "select count(*) from nowhere",
        )
    });
    is_not_proven(&rig, RTO, "stale", "dataset/shop");
    assert_ne!(drill(&rig).code, 0);
    is_not_proven(&rig, RTO, "broken", "nowhere");
    rig.edit("lab/data.yaml", |t| {
        t.replace("from nowhere", "from orders")
    });
    ok(&drill(&rig));
    is_proven(&rig, &[RTO]);

    // Packs lose their bytes; the list of archives is as good as before.
    rig.host
        .exec_sh("for f in /mnt/backup/holdfast/data/*/*; do chmod u+w $f; printf 'damage damage' | dd of=$f bs=1 seek=64 conv=notrunc status=none; done")
        .unwrap();
    assert_ne!(drill(&rig).code, 0);
    observe(&rig);
    is_not_proven(&rig, RTO, "broken", "");
    is_not_proven(&rig, RPO, "broken", "drill failed");
}

/// Where the time service says that the clock is not kept, no age means anything, whatever the owner declares.
fn unsynchronised_clock(rig: &Rig) {
    let fake = rig.path("bin/timedatectl");
    std::fs::create_dir_all(rig.path("bin")).unwrap();
    std::fs::write(&fake, "#!/bin/sh\necho no\n").unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        rig.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let with_fake = |verb: &str| {
        let mut command = rig.command(&[verb, rig.lab(), "--on", "real", "--json"]);
        Ran::of(command.env("PATH", &path).output().unwrap())
    };
    let all = with_fake("prove").json();
    for verdict in all.as_array().unwrap() {
        assert_ne!(verdict["state"], "proven", "{verdict:#}");
    }
    let ssh = all
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["promise"]["id"] == SSH)
        .unwrap();
    assert!(ssh["reason"].as_str().unwrap().contains("clock"), "{ssh:#}");
    // What was recorded by such a clock does not prove later, either.
    assert!(matches!(with_fake("observe").code, 0 | 7));
    is_not_proven(rig, SSH, "stale", "not synchronised");
    observe(rig);
    is_proven(rig, &[RTO, RPO, SSH]);
}

#[test]
fn touched_records_prove_nothing_and_the_verifier_says_what_was_touched() {
    let rig = Rig::applied();
    is_proven(&rig, &[SSH]);
    let head = real_evidence(&rig, "head");
    let dir = PathBuf::from(head["ledger"].as_str().unwrap());
    assert_eq!(verified(&dir, &[]), (0, vec![]));
    let pins = rig.path("pins");
    ok(&rig.run(&[
        "evidence",
        "pin",
        rig.lab(),
        "--to",
        &pins.display().to_string(),
    ]));

    // One bit in the middle of the record that proves it.
    let segment = dir.join("00000001.jsonl");
    let good = std::fs::read(&segment).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let at = text.rfind("\"undeclared_keys\":0").unwrap() + "\"undeclared_keys\":".len();
    let mut bad = good.clone();
    bad[at] ^= 1;
    std::fs::write(&segment, &bad).unwrap();
    let line = good[..at].iter().filter(|b| **b == b'\n').count() + 1;
    for verb in ["prove", "observe", "plan", "drift"] {
        let ran = real(&rig, verb, &[]);
        assert_eq!(ran.code, 3, "{}", ran.all());
        assert!(!ran.stdout.contains("proven"), "{}", ran.all());
        let place =
            ran.stderr.contains("00000001.jsonl") && ran.stderr.contains(&format!("line {line}"));
        assert!(place, "{}", ran.all());
    }
    let (code, found) = verified(&dir, &[]);
    assert_eq!(
        (code, found),
        (1, vec![("altered".to_owned(), line as u64)])
    );

    // Whole records cut off at the end are told by the pin, and by the pin only once the cache is gone, too.
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.truncate(lines.len() - 2);
    std::fs::write(&segment, lines.concat()).unwrap();
    std::fs::remove_file(dir.join("head.json")).unwrap();
    assert_eq!(verified(&dir, &[]).0, 0);
    let pin = std::fs::read_dir(&pins)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let (code, found) = verified(&dir, &[&pin]);
    assert_eq!(code, 1);
    assert_eq!(
        found.first().map(|f| f.0.as_str()),
        Some("truncated"),
        "{found:?}"
    );

    std::fs::write(&segment, good).unwrap();
    is_proven(&rig, &[SSH]);
    assert_eq!(verified(&dir, &[&pin]), (0, vec![]));
}

fn real_evidence(rig: &Rig, what: &str) -> Value {
    rig.run(&["evidence", what, rig.lab(), "--json"]).json()
}

/// Exit code of the stand-alone verifier, and kind and line of what it found.
fn verified(dir: &Path, pins: &[&Path]) -> (u8, Vec<(String, u64)>) {
    let mut arguments = vec!["--json".into(), dir.into()];
    for pin in pins {
        arguments.extend(["--pin".into(), pin.as_os_str().to_owned()]);
    }
    let output = holdfast_verify::run(arguments);
    let report: Value = serde_json::from_str(&output.text).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let found = findings.map(|f| {
        (
            f["kind"].as_str().unwrap().to_owned(),
            f["line"].as_u64().unwrap_or(0),
        )
    });
    (output.code, found.collect())
}

#[test]
fn a_machine_in_the_place_of_another_gets_no_act() {
    let rig = Rig::applied();
    is_proven(&rig, &[SSH]);
    let enrolled = verdict(&rig, SSH)["at"].clone();
    rig.host.exec_sh("mkdir /root/own && cp -a /etc/machine-id /etc/ssh/ssh_host_ed25519_key* /etc/holdfast/realm /root/own/").unwrap();
    // Something to do for an act, were it allowed to.
    rig.edit("lab/hosts.yaml", |t| {
        t.replace("declared in a lab tree", "declared in a changed lab tree")
    });

    rig.host
        .exec_sh("head -c16 /dev/urandom | od -An -tx1 | tr -d ' \\n' > /etc/machine-id")
        .unwrap();
    refused_untouched(&rig, "machine-id");
    rig.host
        .exec_sh("cp -a /root/own/machine-id /etc/machine-id")
        .unwrap();

    rig.host
        .exec_sh("rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh")
        .unwrap();
    let silent = real(&rig, "apply", &["--yes"]);
    assert_ne!(silent.code, 0, "ssh itself knows the key: {}", silent.all());
    trust_the_new_key(&rig);
    refused_untouched(&rig, "host key");
    rig.host
        .exec_sh("cp -a /root/own/ssh_host_ed25519_key* /etc/ssh/; systemctl restart ssh")
        .unwrap();
    trust_the_new_key(&rig);

    rig.host
        .exec_sh("echo twin:other > /etc/holdfast/realm")
        .unwrap();
    refused_untouched(&rig, "twin:other");
    rig.host
        .exec_sh("cp -a /root/own/realm /etc/holdfast/realm")
        .unwrap();

    assert_eq!(
        verdict(&rig, SSH)["at"],
        enrolled,
        "nothing that a stranger showed is a record"
    );
    ok(&rig.apply(&[]));
    is_proven(&rig, &[SSH]);
}

/// ssh is told that the key is the right one, as somebody in a hurry would.
fn trust_the_new_key(rig: &Rig) {
    let key = rig
        .host
        .exec_sh("cat /etc/ssh/ssh_host_ed25519_key.pub")
        .unwrap();
    let words: Vec<&str> = key.split_whitespace().collect();
    let line = format!("{} {} {}\n", rig.host.address(), words[0], words[1]);
    std::fs::write(rig.host.known_hosts(), line).unwrap();
}

/// Every verb that acts is refused, says what differs, and leaves the host as it was; a look says that it is another machine.
fn refused_untouched(rig: &Rig, differs: &str) {
    let hash = "find /etc /var/lib/holdfast /mnt/backup /srv -type f -exec sha256sum {} + | sort | sha256sum";
    let before = rig.host.exec_sh(hash).unwrap();
    let allow = ["--allow", "access:host/web"];
    let to = ["--yes", "--dataset", "shop", "--to", "/srv/elsewhere"];
    let lab = rig.lab();
    for ran in [
        rig.apply(&[]),
        real(rig, "backup", &["--yes"]),
        real(rig, "drill", &["--yes"]),
        real(rig, "restore", &to),
        rig.run(&[
            "undo", "--last", "--lab", lab, "--on", "real", "--yes", allow[0], allow[1],
        ]),
        rig.run(&[
            "selftest", "revert", "web", "--lab", lab, "--on", "real", "--yes", allow[0], allow[1],
        ]),
        real_enrol(rig),
    ] {
        assert_eq!(ran.code, 4, "{}", ran.all());
    }
    let said = rig.apply(&[]).all();
    assert!(said.contains(differs), "{said}");
    assert_eq!(rig.host.exec_sh(hash).unwrap(), before, "{differs}");
    let look = real(rig, "observe", &[]);
    assert!(
        look.code == 7 && look.stdout.contains(differs),
        "{}",
        look.all()
    );
}

fn real_enrol(rig: &Rig) -> Ran {
    rig.run(&[
        "access",
        "enrol",
        rig.lab(),
        "--on",
        "real",
        "--host",
        "web",
        "--host-key",
        "SHA256:whatever",
    ])
}

#[test]
fn what_belongs_to_another_realm_is_refused() {
    let rig = Rig::enrolled();
    observe(&rig);
    let head = real_evidence(&rig, "head");
    let ledger = PathBuf::from(head["ledger"].as_str().unwrap());
    let store = ledger.ancestors().nth(2).unwrap().to_owned();
    assert!(store.ends_with("real"));
    let twin = store.with_file_name("twin-x");
    // The whole store under the name of the other realm, either way round.
    copy(&store, &twin);
    let refused = |ran: Ran, why: &str| {
        assert_eq!(ran.code, 4, "{}", ran.all());
        assert!(ran.stderr.contains(why), "{}", ran.all());
    };
    for verb in ["prove", "observe"] {
        refused(rig.run(&[verb, rig.lab(), "--on", "twin:x"]), "realm");
    }
    std::fs::write(store.join("realm"), "twin:x\n").unwrap();
    for verb in ["prove", "observe"] {
        refused(real(&rig, verb, &[]), "realm");
    }
    refused(rig.apply(&[]), "realm");
    // The folder is relabelled, too: the records themselves name their realm.
    std::fs::write(twin.join("realm"), "twin:x\n").unwrap();
    let ran = rig.run(&["prove", rig.lab(), "--on", "twin:x"]);
    assert!(
        ran.code != 0 && !ran.stdout.contains("proven"),
        "{}",
        ran.all()
    );
    let (code, _) = verified(&twin.join("ledger").join(ledger.file_name().unwrap()), &[]);
    assert_eq!(code, 0, "its bytes are good; they are another realm's");
}

fn copy(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status();
    assert!(status.unwrap().success());
}
