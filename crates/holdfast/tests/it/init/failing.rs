//! A write that fails or is killed leaves nothing, or a whole tree.

use super::{command, files, run};
use crate::ran::Ran;
use std::path::Path;
use std::process::Command;

const INIT: &[&str] = &["--profile", "one-host", "--yes"];

/// The binary, started by a shell that first does something to itself.
fn after(folder: &Path, before: &str, dir: &str) -> Ran {
    let mut shell = Command::new("unshare");
    let binary = env!("CARGO_BIN_EXE_holdfast");
    let script = format!(
        "{before}; \"{binary}\" init {dir} {}; echo \"code $?\"; ls -A . tiny/* 2>&1",
        INIT.join(" ")
    );
    shell
        .args(["--mount", "--map-root-user", "sh", "-c", &script])
        .current_dir(folder);
    Ran::of(shell.env("HOLDFAST_DATA", folder).output().unwrap())
}

#[test]
fn a_killed_write_leaves_nothing_and_the_next_one_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    // A file of more than 2 KiB ends the program on the spot, as kill -9 would.
    let mut killed = Command::new("sh");
    let script = format!(
        "ulimit -f 4; exec \"{}\" init lab {}",
        env!("CARGO_BIN_EXE_holdfast"),
        INIT.join(" ")
    );
    let status = killed
        .args(["-c", &script])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(!status.success());
    assert!(!folder.path().join("lab").exists());
    assert!(
        folder.path().join(".lab.holdfast-init").exists(),
        "it was not killed while it wrote"
    );
    let ran = run(folder.path(), &[&["init", "lab"], INIT].concat());
    assert_eq!(ran.code, 0, "{}", ran.all());
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["lab"]);
    assert_eq!(run(folder.path(), &["check", "lab"]).code, 0);
}

#[test]
fn a_full_or_read_only_disk_leaves_nothing() {
    for (mount, dir, expected) in [
        (
            "mount -t tmpfs -o size=128k tmpfs tiny",
            "tiny/lab",
            "No space left",
        ),
        (
            "mount -t tmpfs -o size=128k tmpfs tiny; mkdir tiny/lab",
            "tiny/lab",
            "No space left",
        ),
        ("mount -t tmpfs -o ro tmpfs tiny", "tiny/lab", "Read-only"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tiny")).unwrap();
        let ran = after(folder.path(), mount, dir);
        assert!(ran.stdout.contains("code 3\n"), "{mount}: {}", ran.all());
        assert!(ran.stderr.contains(expected), "{mount}: {}", ran.all());
        assert!(
            !ran.stdout.contains("holdfast-init") && !ran.stdout.contains("yaml"),
            "{mount}: {}",
            ran.all()
        );
    }
}

/// What an earlier, interrupted start left in a folder that existed is taken up by the same answers, and by no others.
#[test]
fn a_half_moved_tree_is_finished_by_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let lab = folder.path().join("lab");
    let arguments = [&["init", "lab"], INIT].concat();
    assert_eq!(run(folder.path(), &arguments).code, 0);
    let whole = files(&lab);
    std::fs::remove_file(lab.join("holdfast.yaml")).unwrap();
    std::fs::remove_file(lab.join("lab/people.yaml")).unwrap();
    let half = files(&lab);
    let other = [&arguments[..], &["--owner", "anna"]].concat();
    assert_eq!(run(folder.path(), &other).code, 4);
    assert_eq!(files(&lab), half);
    assert_eq!(run(folder.path(), &arguments).code, 0);
    assert_eq!(files(&lab), whole);
}

#[test]
fn two_at_once_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let start = |owner: &str| {
        let mut command = command(folder.path());
        let flags = [
            "init",
            "lab",
            "--profile",
            "one-host",
            "--yes",
            "--owner",
            owner,
        ];
        command
            .args(flags)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<_> = ["anna", "ben", "cleo", "dora"].map(start).into();
    let codes: Vec<_> = children
        .into_iter()
        .map(|c| c.wait_with_output().unwrap())
        .collect();
    let good = codes.iter().filter(|o| o.status.success()).count();
    assert_eq!(good, 1, "{codes:?}");
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["lab"]);
    assert_eq!(run(folder.path(), &["check", "lab"]).code, 0);
}
