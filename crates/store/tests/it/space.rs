//! No more space: first by a limit on the size of files, which anyone can set, then on a real full file system, which needs root.

use crate::common::*;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::path::Path;
use std::process::{Command, Output};
use store::StoreError;

const LIMITED: &str = "HOLDFAST_TEST_LIMITED";
const FULL: &str = "HOLDFAST_TEST_FULL";

/// Runs one test of this binary in a child with a variable set.
fn child(test: &str, variable: &str, value: &Path) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(variable, value);
    command.output().unwrap()
}

fn assert_passed(output: &Output) {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && out.contains("child was here"),
        "{out}{err}"
    );
}

/// Appends until it fails, and checks what is left.
fn fill(root: &Path) -> store::ledger::Ledger {
    let mut ledger = open(root).unwrap();
    let mut last = ledger.head().unwrap().clone();
    let error = loop {
        match ledger.append(note(&"x".repeat(1777)), &stamp()) {
            Ok(pin) => last = pin,
            Err(e) => break e,
        }
    };
    assert!(matches!(error, StoreError::NoSpace { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains(".jsonl") && text.contains("make room"),
        "{text}"
    );
    assert!(
        verify_with_pin_kept(ledger.dir(), &last),
        "unbroken while it is full"
    );
    assert_eq!(ledger.head(), Some(&last));
    ledger
}

/// The pin goes to another file system than the full one, if there is one.
fn verify_with_pin_kept(dir: &Path, pin: &model::evidence::Pin) -> bool {
    let report = verify(dir);
    report.is_ok() && !is_torn(&report) && report.head.is_some_and(|h| h.hash == pin.hash.0)
}

/// Not a test by itself: lowers its own limit.
#[test]
fn child_with_a_limit() {
    let Ok(root) = std::env::var(LIMITED) else {
        return;
    };
    let root = Path::new(&root);
    // The signal would kill; caught, the write fails instead.
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, flag).unwrap();
    let before = getrlimit(Resource::Fsize);
    let limit = Rlimit {
        current: Some(20_000),
        maximum: before.maximum,
    };
    setrlimit(Resource::Fsize, limit).unwrap();
    let mut ledger = fill(root);
    setrlimit(Resource::Fsize, before).unwrap();
    ledger
        .append(note("there is room again"), &stamp())
        .unwrap();
    let dir = ledger.dir().to_owned();
    drop(ledger);
    drop(open(root).unwrap());
    assert!(verify(&dir).is_ok());
    println!("child was here");
}

#[test]
fn a_limit_on_file_size_leaves_the_ledger_whole() {
    let root = tempfile::tempdir().unwrap();
    assert_passed(&child("space::child_with_a_limit", LIMITED, root.path()));
}

/// Not a test by itself: works on a file system of 128 KiB that its parent made.
#[test]
fn child_on_a_full_disk() {
    let Ok(root) = std::env::var(FULL) else {
        return;
    };
    let root = Path::new(&root);
    let ballast = root.join("ballast");
    std::fs::write(&ballast, vec![0; 32 << 10]).unwrap();
    let ledger = fill(root);
    let dir = ledger.dir().to_owned();
    drop(ledger);
    // It opens while the disk is full, and takes records once there is room.
    drop(open(root).unwrap());
    assert!(verify(&dir).is_ok());
    std::fs::remove_file(&ballast).unwrap();
    open(root)
        .unwrap()
        .append(note("there is room again"), &stamp())
        .unwrap();
    assert!(verify(&dir).is_ok());
    println!("child was here");
}

#[test]
fn a_full_disk_leaves_the_ledger_whole() {
    assert!(
        rustix::process::geteuid().is_root(),
        "mounting a small file system needs root"
    );
    let root = tempfile::tempdir().unwrap();
    // The mount lives in a namespace of its own and ends with it.
    let script = "mount -t tmpfs -o size=128k none \"$1\" && exec \"$2\" --exact space::child_on_a_full_disk --nocapture";
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(root.path());
    command
        .arg(std::env::current_exe().unwrap())
        .env(FULL, root.path());
    assert_passed(&command.output().unwrap());
}
