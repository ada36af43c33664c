//! Secrets that stand in clear text beside what is told: none of them is printed, and the scan counts them.

use crate::ran::Ran;
use std::fs;
use std::process::{Command, Stdio};

/// Parts of the secrets; each stands once or more in the lab below.
const CANARIES: [&str; 2] = ["abcdefghij123456", "CANARY"];
const ROOT: &str = "format: 1\nlab: x\nhosts: {h: {description: 'postgres://u:s3/CANARYc1@db/x'}}\nstacks: {s: {file: stacks/s/compose.yaml, on: h}}\n\
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
  c:
    image: z
    entrypoint: "app --dsn u:CANARYc2@tcp(db:3306)/x"
    command: ["app", "--pw", "CANARYc3", "--pass=CANARYc4", "-x", "a://u:s3/CANARYc5#x?y@h/z"]
    ports: ["a://u:s3/CANARYc6@h"]
    environment:
      DB_PASSWORD_OLD: CANARYc7
      DB_PASSWORD2: $$CANARYc8
      SECRET_KEY_BASE: !!str CANARYc9
      PASSWD: &p CANARYd1
      PASS: |
        CANARYd2
      PGPASS:
        CANARYd3
      DATABASE: postgres://u:s3/CANARYd4@h/x
      JDBC: jdbc:mysql://h/x?user=u&password=CANARYd5
      SQLSERVER: jdbc:sqlserver://h;user=u;password=CANARYd6
      FALLBACK_TOKEN: ${NOWHERE:-CANARYd7}
    labels: {x.password: CANARYd8, x.url: "a://u:s3?CANARYd9@h"}
    build: {context: "https://u:s3/CANARYe1@github.com/x.git", args: {NPM_TOKEN: CANARYe2}}
    x-note: {password: CANARYe3, pass: [CANARYe4], url: "a://u:p@CANARYe5@h"}
    hostname: "a://u:s3/CANARYe6@h"
configs: {c: {content: "db_password: CANARY4"}}
"#;

fn lab() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("stacks/s")).unwrap();
    fs::write(at("holdfast.yaml"), ROOT).unwrap();
    fs::write(at("stacks/s/compose.yaml"), COMPOSE).unwrap();
    fs::write(
        at("d.md"),
        "[gone](missing.md?token=CANARY8)\n[gone](https://u:s3/CANARYe7@h/missing.md)\n",
    )
    .unwrap();
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
        &["show"],
        &["show", "hosts"],
        &["show", "hosts", "--json"],
        &["show", "stacks"],
        &["show", "stacks", "--json"],
        &["graph", "--view", "l3"],
        &["graph", "--view", "dependencies", "--format", "dot"],
        &["plan"],
        &["debug", "compose", "stacks/s/compose.yaml"],
        &["debug", "compose", "--json", "stacks/s/compose.yaml"],
    ] {
        let said = Ran::inside(lab.path(), words).all();
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
        "https://ntfy.sh/…",
    ] {
        assert!(heard.contains(told), "{told} is not told:\n{heard}");
    }
}

#[test]
fn the_scan_counts_words_of_command_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = "services: {a: {image: x, command: [\"--password\",\"CANARY1\",\"-u\",\"root:CANARY2\"]}}\n";
    fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let found = Ran::inside(folder.path(), &["secret", "scan", "--json", "."]).json();
    assert_eq!(
        found["findings"].as_array().map(Vec::len),
        Some(2),
        "{found}"
    );
}

/// A misspelt key is told with its line, and not with what stands behind it; lines without a secret are shown as they are.
#[test]
fn excerpts_hide_what_stands_behind_a_misspelt_key() {
    let lab = tempfile::tempdir().unwrap();
    let text = "format: 1\nlab: x\n\
        passwrod: CANARYa1\ntokne: CANARYa2\npswd: CANARYa3\ncredentails:\n  CANARYa4\n\
        hosts: {h: {scret: CANARYa5, api_kye: CANARYa6}}\n\
        wordpress:\n  shown: here\nkeyword: seen\n\
        documents: {d: {file: d.md}}\n";
    fs::write(lab.path().join("holdfast.yaml"), text).unwrap();
    fs::write(
        lab.path().join("d.md"),
        "[gone](x://me:CANARYa7@host/a.md)\n[gone](b.md)\n",
    )
    .unwrap();
    for format in ["full", "concise", "json", "sarif"] {
        let out = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["check", "--format", format])
            .current_dir(lab.path())
            .env_clear()
            .env("HOME", lab.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let all = format!(
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
        assert!(!all.contains("CANARY"), "{all}");
        for key in ["passwrod", "tokne", "pswd", "credentails", "scret"] {
            assert!(all.contains(key), "{key}: {all}");
        }
        if format == "full" {
            assert!(all.contains("| tokne: ********\n"), "{all}");
            assert!(all.contains("| keyword: seen\n"), "{all}");
        }
    }
}
