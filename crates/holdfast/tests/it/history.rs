//! Observations over time on a real host: what is kept, what is not read again, and what changed.

use crate::ran::Ran;
use crate::rig::Rig;
use serde_json::Value;

fn observe(rig: &Rig, more: &[&str]) -> Value {
    let mut words = vec!["observe", rig.lab(), "--on", "real", "--json"];
    words.extend(more);
    rig.run(&words).json()["targets"]["web"].clone()
}

fn facts(rig: &Rig, verb: &str, more: &[&str]) -> Ran {
    let mut words = vec!["facts", verb, rig.lab(), "--on", "real"];
    words.extend(more);
    rig.run(&words)
}

/// Whether the packages were really read by this observation, and when they were. What is too new to be known again has no reading.
fn packages(seen: &Value) -> (bool, String) {
    let at = seen["at"].as_str().unwrap();
    let read = seen["readings"]["package"]["at"].as_str().unwrap_or(at);
    (read == at, read.to_owned())
}

/// Observes until the packages are known and not read again.
fn settled(rig: &Rig) -> Value {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let seen = observe(rig, &[]);
        if !packages(&seen).0 {
            return seen;
        }
        assert!(std::time::Instant::now() < end, "{:#}", seen["readings"]);
    }
}

#[test]
fn what_changed_is_told_and_what_did_not_is_not_read_again() {
    let rig = Rig::declared();
    let none = facts(&rig, "log", &[]);
    assert!(
        none.code == 0 && none.stdout.contains("Nothing was observed yet"),
        "{}",
        none.all()
    );
    assert_eq!(facts(&rig, "show", &[]).code, 2);

    let first = observe(&rig, &[]);
    assert_eq!(first["errors"], serde_json::json!([]));
    let (read, then) = packages(&first);
    assert!(read);
    let alone = facts(&rig, "diff", &[]);
    assert!(
        alone.code == 2 && alone.stderr.contains("only one observation"),
        "{}",
        alone.all()
    );
    unchanged_packages_keep_their_age(&rig, &first, &then);
    changes_are_told_by_path(&rig, &then);
    nothing_is_gone_because_nobody_saw_it(&rig);
    times_and_ids_are_understood(&rig);
    the_index_says_what_the_files_say(&rig);
}

fn the_index_says_what_the_files_say(rig: &Rig) {
    let store = |verb: &str| rig.run(&["store", verb, rig.lab(), "--on", "real"]);
    // The age of a reading was changed by hand above, in the file alone.
    let differs = store("check");
    assert!(
        differs.code == 1 && differs.stdout.contains("1 missing, 1 too many"),
        "{}",
        differs.all()
    );
    assert_eq!(store("rebuild").code, 0);
    let same = store("check");
    assert!(
        same.code == 0 && same.stdout.contains("as the files say"),
        "{}",
        same.all()
    );
    let found = std::process::Command::new("find")
        .arg(rig.path("data"))
        .args(["-name", "index.sqlite3"])
        .output()
        .unwrap();
    let file = String::from_utf8(found.stdout).unwrap().trim().to_owned();
    std::fs::write(&file, vec![7; 4096]).unwrap();
    let broken = store("check");
    assert!(
        broken.code == 3 && broken.stderr.contains("store rebuild"),
        "{}",
        broken.all()
    );
    // What looks goes on without it.
    let looked = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(
        looked.code == 7 && looked.stderr.contains("nothing is lost"),
        "{}",
        looked.all()
    );
    let made = store("rebuild");
    assert!(
        made.code == 0 && made.stdout.contains("made from the files"),
        "{}",
        made.all()
    );
    // A server that is not there, and an address that would show a password.
    for (url, says) in [
        ("postgresql://holdfast@127.0.0.1:1/holdfast", "refused"),
        (
            "postgresql://holdfast:hunter2@127.0.0.1/holdfast",
            "has a password in it",
        ),
    ] {
        let mut command = rig.command(&["store", "check", rig.lab(), "--on", "real"]);
        let ran = Ran::of(command.env("HOLDFAST_INDEX", url).output().unwrap());
        assert!(
            ran.code == 3 && ran.stderr.contains(says) && !ran.all().contains("hunter2"),
            "{}",
            ran.all()
        );
    }
}

fn unchanged_packages_keep_their_age(rig: &Rig, first: &Value, then: &str) {
    let second = observe(rig, &[]);
    assert_eq!(
        packages(&second),
        (false, then.to_owned()),
        "{:#}",
        second["readings"]
    );
    for path in ["package:openssh-server", "package:restic"] {
        assert_eq!(second["facts"][path], first["facts"][path], "{path}");
    }
    assert_eq!(second["collections"], first["collections"]);
    let shown = facts(rig, "show", &["--only", "package:restic"]);
    assert!(shown.stdout.contains("unchanged"), "{}", shown.all());
    let same = facts(rig, "diff", &[]);
    assert!(
        same.code == 0 && same.stdout.contains("1 target without a difference"),
        "{}",
        same.all()
    );
    assert!(packages(&observe(rig, &["--full"])).0, "told to read all");

    // The same bytes, written anew: nothing proves that it is the same.
    rig.host
        .exec_sh(
            "cp /var/lib/dpkg/status /var/lib/dpkg/s && mv /var/lib/dpkg/s /var/lib/dpkg/status",
        )
        .unwrap();
    assert!(packages(&observe(rig, &[])).0);
    settled(rig);
    // A reading from long ago does not count, nor one of another machine.
    let newest = || {
        let dir = rig.path("data");
        let found = std::process::Command::new("find")
            .arg(dir)
            .args(["-path", "*/facts/*.json"])
            .output()
            .unwrap();
        let found = String::from_utf8(found.stdout).unwrap();
        found.lines().max().unwrap().to_owned()
    };
    let text = std::fs::read_to_string(newest()).unwrap();
    let mut saved: Value = serde_json::from_str(&text).unwrap();
    let at: jiff::Timestamp = saved["targets"]["web"]["at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let long_ago = at - std::time::Duration::from_secs(7 * 3600);
    saved["targets"]["web"]["readings"]["package"]["at"] = long_ago.to_string().into();
    std::fs::write(newest(), saved.to_string()).unwrap();
    assert!(
        packages(&observe(rig, &[])).0,
        "after a maximum age all is read"
    );
}

fn changes_are_told_by_path(rig: &Rig, then: &str) {
    rig.host
        .exec_sh("dpkg --purge --force-depends netcat-openbsd >/dev/null; useradd -m bob; echo changed > /etc/motd")
        .unwrap();
    let (read, now) = packages(&observe(rig, &[]));
    assert!(read && now.as_str() > then);
    let told = facts(rig, "diff", &[]);
    assert_eq!(told.code, 1, "{}", told.all());
    for (mark, path) in [
        ("gone", "package:netcat-openbsd"),
        ("new", "user:bob"),
        ("changed", "file:/etc/motd"),
    ] {
        let line = told.stdout.lines().find(|l| l.contains(path));
        assert!(
            line.is_some_and(|l| l.trim_start().starts_with(mark)),
            "{path}: {}",
            told.all()
        );
    }
    let json = facts(rig, "diff", &["--json"]).json();
    let changes = &json["targets"]["web"]["changes"];
    assert!(changes["file:/etc/motd"]["changed"].is_array(), "{json:#}");
    assert!(
        changes["package:netcat-openbsd"]["gone"].is_string(),
        "{json:#}"
    );
}

fn nothing_is_gone_because_nobody_saw_it(rig: &Rig) {
    rig.host
        .exec_sh("chmod 000 /usr/bin/getent; mv /usr/bin/dpkg-query /root/")
        .unwrap();
    // Whatever proved it unchanged before, it is asked for and cannot be read.
    observe(rig, &["--full"]);
    let told = facts(rig, "diff", &[]);
    assert_eq!(told.code, 7, "{}", told.all());
    assert!(
        told.stdout.contains("not known now") && !told.stdout.contains("gone"),
        "{}",
        told.all()
    );
    rig.host
        .exec_sh("chmod 755 /usr/bin/getent; mv /root/dpkg-query /usr/bin/")
        .unwrap();
    observe(rig, &[]);
    let again = facts(rig, "diff", &[]);
    assert!(
        again.code == 0 && again.stdout.contains("whether they are new cannot be said"),
        "{}",
        again.all()
    );

    rig.host.stop().unwrap();
    let silent = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert_eq!(silent.code, 7);
    let told = facts(rig, "diff", &[]);
    assert!(
        told.code == 7 && told.stdout.contains("did not answer"),
        "{}",
        told.all()
    );
}

fn times_and_ids_are_understood(rig: &Rig) {
    let log = facts(rig, "log", &["--json"]).json();
    let ids: Vec<&str> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["id"].as_str().unwrap())
        .collect();
    let (oldest, changed) = (ids[0], ids[ids.len() - 4]);
    let told = facts(rig, "diff", &["--from", oldest, "--to", changed]);
    assert!(
        told.code == 1 && told.stdout.contains("user:bob"),
        "{}",
        told.all()
    );
    let shown = facts(rig, "show", &["--at", oldest, "--only", "user"]);
    assert!(
        shown.stdout.contains("user:anna") && !shown.stdout.contains("user:bob"),
        "{}",
        shown.all()
    );
    for (when, says) in [
        ("2001-01-01", "the oldest observation that is kept is"),
        ("yesterday", "neither an observation nor a time"),
        ("2", "observations begin with 2"),
    ] {
        let refused = facts(rig, "diff", &["--since", when]);
        assert!(
            refused.code == 2 && refused.stderr.contains(says),
            "{when}: {}",
            refused.all()
        );
    }
    let today = jiff::Zoned::now().date().tomorrow().unwrap().to_string();
    assert_eq!(facts(rig, "show", &["--at", &today]).code, 0);
    assert_eq!(facts(rig, "show", &["--only", "usr"]).code, 2);
}
