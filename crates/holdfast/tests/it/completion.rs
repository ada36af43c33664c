//! Completion as shells ask for it: words of the command line, names of the lab, and never an error.

use std::path::Path;
use std::process::{Command, Stdio};

const LAB: &str = "\
format: 1
lab: completed
hosts: {web: {site: home}, nas: {site: home, reach: {ssh: nas}}}
sites: {home: {}}
guests: {inside: {on: web, reach: {ssh: inside}}, closed: {on: web}}
datasets: {photos: {host: nas, path: /srv/photos}}
repositories: {vault: {kind: restic, location: /srv/vault, host: nas}}
secrets: {token: {kept: 'env:TOKEN'}}
networks: {lan: {subnet: 192.0.2.0/24}}
";

fn lab(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("holdfast.yaml"), text).unwrap();
    folder
}

/// What a line completes to, without what is said of each word.
fn completed(folder: &Path, line: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command
        .args(["complete", "--line", line])
        .current_dir(folder);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{line}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    let text = String::from_utf8(output.stdout).unwrap();
    let word = |l: &str| l.split('\t').next().unwrap_or_default().to_owned();
    text.lines().map(word).collect()
}

#[test]
fn names_come_from_the_lab_that_is_meant() {
    let folder = lab(LAB);
    let machines = &["nas", "web", "inside"][..];
    for (line, expected) in [
        ("holdfast plan --host ", machines),
        ("holdfast plan --host=n", &["--host=nas"]),
        ("holdfast check --on t", &["twin"]),
        ("holdfast backup --dataset ", &["photos"]),
        ("holdfast restore --repository v", &["vault"]),
        ("holdfast secret show ", &["token", "repository/vault"]),
        ("holdfast selftest revert w", &["web"]),
        ("holdfast twin fault partition @", &["@lan"]),
        ("holdfast graph --view storage --focus ph", &["photos"]),
        (
            "holdfast graph --view storage --focus dataset/",
            &["dataset/photos"],
        ),
        ("holdfast drift accept --host i", &["inside"]),
        ("/opt/holdfast --color never plan . --host we", &["web"]),
    ] {
        assert_eq!(completed(folder.path(), line), expected, "{line}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let named = format!("holdfast plan {} --host ", folder.path().display());
    assert_eq!(completed(elsewhere.path(), &named), machines);
}

#[test]
fn words_come_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    for (line, expected) in [
        ("holdfast chec", &["check"][..]),
        ("holdfast show exp", &["exposures"]),
        ("holdfast show hosts ", &[":directories"]),
        ("holdfast graph --view de", &["dependencies"]),
        ("holdfast explain bak-same", &["bak-same-domain"]),
        ("holdfast show labels --only host,de", &["host,device"]),
        ("holdfast man runs l", &["list"]),
        ("holdfast facts diff --si", &[]),
        ("holdfast facts diff --fr", &["--from"]),
        ("holdfast check --format=s", &["--format=sarif"]),
        ("holdfast check --unk", &["--unknown"]),
        ("holdfast check --diff --diff", &[]),
        ("holdfast init --profile n", &["nas"]),
        ("holdfast import co", &[":files"]),
        ("holdfast completions z", &["zsh"]),
        ("holdfast twin exec . web -- l", &[]),
        (
            "holdfast nothing of this -",
            &["--color", "--json", "--help", "--version"],
        ),
    ] {
        assert_eq!(completed(folder.path(), line), expected, "{line}");
    }
}

/// A prompt is no place for errors.
#[test]
fn where_no_lab_can_be_read_there_are_no_names() {
    let empty = tempfile::tempdir().unwrap();
    let half = lab("format: 1\nlab: x\nhosts:\n  web: {site: [\n");
    let garbage = lab("\u{0}\u{1}: [");
    for folder in [empty.path(), garbage.path()] {
        let none: &[&str] = &[];
        assert_eq!(completed(folder, "holdfast plan --host "), none);
    }
    assert_eq!(completed(half.path(), "holdfast plan --host w"), ["web"]);
}

/// bash takes words apart at `=`, and puts back only what stands behind it.
#[test]
fn bash_asks_and_is_answered() {
    let folder = lab(LAB);
    let script = r#"
        source <("$1" completions bash)
        try() {
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<<"$1"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _holdfast "$program" 2>&1
            echo "${COMPREPLY[*]}"
        }
        program=$1
        compopt() { :; }
        try 'holdfast plan --host w'
        try 'holdfast plan --host=w'
        try 'holdfast check hold'
        try 'holdfast check fol'
    "#;
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let mut bash = Command::new("bash");
    bash.args([
        "--norc",
        "-c",
        script,
        "bash",
        env!("CARGO_BIN_EXE_holdfast"),
    ]);
    let output = bash.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said, "web\nweb\n\nfolder\n", "{output:?}");
}

#[test]
fn every_shell_has_a_script() {
    let folder = tempfile::tempdir().unwrap();
    for (shell, words) in [
        ("bash", "complete --line"),
        ("zsh", "complete -- "),
        ("fish", "complete -- "),
        ("elvish", "observe"),
        ("powershell", "observe"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        let output = command
            .args(["completions", shell])
            .current_dir(folder.path())
            .output();
        let script = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(script.contains(words), "{shell}: {script}");
    }
}
