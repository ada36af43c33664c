//! Secrets that stand in clear text beside what is told: none of them is printed, and the scan counts them.

use std::fs;
use std::process::{Command, Stdio};

/// Parts of the secrets; each stands once or more in the lab below.
const CANARIES: [&str; 9] = [
    "abcdefghij123456",
    "CANARY1",
    "CANARY2",
    "CANARY3",
    "CANARY4",
    "CANARY5",
    "CANARY6",
    "CANARY7",
    "CANARY8",
];
const ROOT: &str = "format: 1\nlab: x\nhosts: {h: {}}\nstacks: {s: {file: stacks/s/compose.yaml, on: h}}\n\
    channels: {ntfy: {kind: push, to: 'https://ntfy.sh/lab?auth=CANARY8'}}\n\
    documents: {d: {file: d.md}}\n";
const COMPOSE: &str = r#"services:
  a:
    image: "x:latest"
    build: "https://u:CANARY3@github.com/x.git"
    command: ["--token=abcdefghij123456","--password","CANARY1","-u","root:CANARY2"]
    ports: ["PASSWORD=CANARY6"]
    healthcheck: {test: "mysqladmin ping -pCANARY7 --token=abcdefghij123456"}
  b:
    image: y
    command: "curl -H 'Authorization: Bearer CANARY5'"
configs: {c: {content: "db_password: CANARY4"}}
"#;

fn lab() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("stacks/s")).unwrap();
    fs::write(at("holdfast.yaml"), ROOT).unwrap();
    fs::write(at("stacks/s/compose.yaml"), COMPOSE).unwrap();
    fs::write(at("d.md"), "[gone](missing.md?token=CANARY8)\n").unwrap();
    folder
}

#[test]
fn nothing_prints_what_stands_beside_a_secret() {
    let lab = lab();
    let mut heard = String::new();
    for words in [
        &["check", "--all", "--unknown"] as &[&str],
        &["check", "--json"],
        &["check", "--format", "concise"],
        &["check", "--format", "sarif"],
        &["secret", "scan"],
        &["show", "alerts"],
        &["show", "alerts", "--json"],
        &["show", "stacks"],
        &["debug", "compose", "stacks/s/compose.yaml"],
        &["debug", "compose", "--json", "stacks/s/compose.yaml"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command
            .args(words)
            .current_dir(lab.path())
            .stdin(Stdio::null());
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        for canary in CANARIES {
            assert!(!said.contains(canary), "{words:?} prints {canary}:\n{said}");
        }
        heard.push_str(&said);
    }
    // They looked at all of it.
    for told in [
        "doc-link",
        "'--password'",
        "is not a port of the container",
        "ntfy.sh/lab?auth=*",
    ] {
        assert!(heard.contains(told), "{told} is not told:\n{heard}");
    }
}

#[test]
fn the_scan_counts_words_of_command_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = "services: {a: {image: x, command: [\"--password\",\"CANARY1\",\"-u\",\"root:CANARY2\"]}}\n";
    fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    let command = command
        .args(["secret", "scan", "--json"])
        .arg(folder.path());
    let output = command.output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        found["findings"].as_array().map(Vec::len),
        Some(2),
        "{found}"
    );
}
