//! Pools of a twin: real btrfs on loop devices, what goes wrong with them, and that nothing of them stays.

use crate::twin::{Up, lab_id};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Where the files behind a twin's disks lie.
pub(super) fn folder(up: &Up) -> PathBuf {
    Path::new("/var/lib/holdfast-twin/disks").join(format!("default-{}", lab_id(up)))
}

/// Files behind loop devices that are a twin's.
pub(super) fn disks(up: &Up) -> Vec<String> {
    let folder = folder(up);
    let devices = std::fs::read_dir("/sys/block").unwrap().flatten();
    let files = devices.filter_map(|d| {
        let file = std::fs::read_to_string(d.path().join("loop/backing_file")).ok()?;
        Path::new(&file).starts_with(&folder).then_some(file)
    });
    files.collect()
}

/// A start that is killed while machines are made.
pub(super) fn killed(up: &Up) {
    let mut command = up.command(&["twin", "up"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let begun = lines
        .map(Result::unwrap)
        .find(|l| l.starts_with("[1/"))
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(begun.contains("is up"), "{begun}");
}

fn sh(up: &Up, script: &str) -> String {
    let ran = up.run(&["twin", "exec", "nas", "--", "sh", "-c", script]);
    ran.all()
}

fn health(up: &Up, pool: &str) -> String {
    let status = up.run(&["twin", "status", "--json"]).json();
    let pools = status["pools"].as_array().unwrap();
    let found = pools.iter().find(|p| p["name"] == pool).unwrap();
    found["health"].as_str().unwrap().to_owned()
}

fn fault(up: &Up, words: &[&str]) -> String {
    up.ok(&[&["twin", "fault", "."], words].concat())
}

/// Each is real for the machine, shown by `status`, and ended without a loss.
pub(super) fn faults(up: &Up) {
    let made = sh(
        up,
        "btrfs subvolume list /srv/tank; findmnt -no SOURCE /opt/appdata; btrfs filesystem df /srv/tank
        head -c 9000000 /dev/urandom > /srv/tank/photos/p; sync; md5sum /srv/tank/photos/p > /root/sum",
    );
    for wanted in [
        "path photos",
        "[/appdata]",
        "Data, RAID1",
        "Metadata, RAID1",
    ] {
        assert!(made.contains(wanted), "{wanted}: {made}");
    }
    assert_eq!(health(up, "tank"), "mounted");

    refused(up);
    fault(up, &["corrupt", "nas/a"]);
    let scrub = sh(up, "btrfs scrub start -B /srv/tank; md5sum -c /root/sum");
    assert!(scrub.contains("Uncorrectable:  0"), "{scrub}");
    assert!(
        scrub.contains("csum=") && scrub.contains("p: OK"),
        "{scrub}"
    );
    assert!(
        health(up, "tank").ends_with("errors"),
        "{}",
        health(up, "tank")
    );
    fault(up, &["corrupt", "a", "--clear"]);
    assert_eq!(health(up, "tank"), "mounted");

    fault(up, &["lose", "nas/b"]);
    fault(up, &["fill", "nas", "/mnt/usb"]);
    fault(up, &["time", "nas"]);
    let seen = sh(
        up,
        "head -c 9000000 /dev/urandom > /srv/tank/photos/q; sync; md5sum /srv/tank/photos/q >> /root/sum; md5sum -c /root/sum
        head -c 4096 /dev/twin/b | wc -c; btrfs device stats /srv/tank; head -c 9000000 /dev/urandom > /mnt/usb/x; timedatectl",
    );
    for wanted in [
        "p: OK",
        "q: OK",
        "\n0\n",
        "No space left on device",
        "System clock synchronized: no",
    ] {
        assert!(seen.contains(wanted), "{wanted}: {seen}");
    }
    assert!(
        !seen.contains("[/dev/twin/b].write_io_errs    0\n"),
        "{seen}"
    );
    assert!(health(up, "tank").starts_with("mounted, b lost"));
    assert_eq!(health(up, "usb"), "mounted, full");
    up.ok(&["observe", "--on", "twin", "--host", "nas"]);
    ill(up);
    let facts = up.run(&["facts", "show", "--on", "twin", "--json"]).stdout;
    let (_, clock) = facts.split_once("clock-synced").unwrap();
    let clock: String = clock.chars().take(200).collect();
    assert!(
        clock.contains("false") && !clock.contains("unknown"),
        "{clock}"
    );

    // What two copies promise: it starts without the other disk only if somebody says so, and comes back whole with it.
    let all = up.run(&["twin", "status"]);
    assert_eq!(all.code, 1, "{}", all.all());
    let cleared = fault(up, &["clear"]);
    assert!(
        cleared.starts_with("3 faults cleared; scrub of pool tank mended"),
        "{cleared}"
    );
    assert_eq!(health(up, "tank"), "mounted");
    assert_eq!(health(up, "usb"), "mounted");
    let after = sh(
        up,
        "btrfs scrub start -B /srv/tank; md5sum -c /root/sum; ls /usr/local/bin",
    );
    assert!(
        after.contains("no errors found") && after.contains("q: OK"),
        "{after}"
    );
    assert!(!after.contains("chronyc"), "{after}");
}

/// What the machine tells of its pools while one has lost a disk and another is full.
fn ill(up: &Up) {
    let shown = up.run(&["facts", "show", "--on", "twin"]).stdout;
    let mut pools = shown.lines().filter(|l| l.contains("pool:btrfs/"));
    let tank = pools.find(|l| l.contains("name=tank"));
    let tank = tank.unwrap_or_else(|| panic!("{shown}"));
    for wanted in ["level=raid1", "metadata_level=raid1", "/srv/tank"] {
        assert!(tank.contains(wanted), "{wanted}: {tank}");
    }
    let found = up
        .run(&["check", "--on", "twin", "--format", "concise"])
        .all();
    for wanted in [
        "disk-filesystem-full]: /mnt/usb of host 'nas' is 100.0 % full",
        "disk-pool-degraded]: pool 'tank' (btrfs on /srv/tank) of host 'nas' has counted",
    ] {
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
    assert!(!found.contains("disk-not-mounted"), "{found}");
}

/// A pool that is taken away is drift and a finding; one that something stands in for is not told to be of another kind.
pub(super) fn unmounted(up: &Up) {
    sh(up, "umount /opt/appdata /srv/tank");
    let drift = up.run(&["drift", "--on", "twin"]);
    assert_eq!(drift.code, 1, "{}", drift.all());
    assert!(drift.stdout.contains("mount:/srv/tank"), "{}", drift.stdout);
    assert!(drift.stdout.contains("not mounted"), "{}", drift.stdout);
    assert!(!drift.stdout.contains("mount:/mnt/usb"), "{}", drift.stdout);
    up.ok(&["observe", "--on", "twin", "--host", "nas"]);
    let found = up
        .run(&["check", "--on", "twin", "--format", "concise"])
        .all();
    assert!(
        found.contains("disk-not-mounted]: pool 'tank' is not mounted on /srv/tank"),
        "{found}"
    );
}

/// What could not be ended, or would fill the machine below, is not done.
fn refused(up: &Up) {
    for (words, code, why) in [
        (&["corrupt", "nas/usb0"][..], 4, "keeps one copy"),
        (&["fill", "nas", "/root"][..], 4, "lies on no pool"),
        (
            &["lose", "nas/c"][..],
            2,
            "there are: nas/a, nas/b, nas/usb0",
        ),
    ] {
        let ran = up.run(&[&["twin", "fault", "."], words].concat());
        assert_eq!(ran.code, code, "{}", ran.all());
        assert!(ran.stderr.contains(why), "{}", ran.all());
    }
    let status = up.run(&["twin", "status"]);
    assert_eq!(status.code, 0, "{}", status.all());
}
