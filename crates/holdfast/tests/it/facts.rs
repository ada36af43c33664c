//! `facts`: the table that comes along, newer ones that are installed, and damaged ones that are not.

use std::path::Path;
use std::process::{Command, Output};

fn run(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(arguments)
        .current_dir(data.parent().unwrap())
        .env("HOLDFAST_DATA", data)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn facts(data: &Path, product: &str) -> Vec<(String, String)> {
    let listed = run(data, &["facts", "list", "--product", product, "--json"]);
    assert_eq!(listed.status.code(), Some(0));
    let rows: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let text = |v: &serde_json::Value| v.as_str().unwrap().to_owned();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|r| (text(&r["fact"]), text(&r["checked"])))
        .collect()
}

const NEWER: &str = "format: 1
products:
  debian:
    title: Debian
    source: https://www.debian.org/releases/
    checked: 2031-01-01
    releases: {'13': {ends: 2028-08-09, extended: 2031-06-30}, '15': 2035-01-01}
";

#[test]
fn a_newer_table_is_taken_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("newer.yaml");
    std::fs::write(&file, NEWER).unwrap();
    let before = facts(&data, "debian");
    assert!(
        before
            .iter()
            .any(|(f, _)| f.starts_with("12: support ends"))
    );
    assert!(!data.exists(), "listing writes nothing");

    let taken = run(&data, &["facts", "update", "--from", "newer.yaml"]);
    assert_eq!(taken.status.code(), Some(0));
    assert!(
        stdout(&taken).contains("1 of 1 product with newer facts: debian"),
        "{}",
        stdout(&taken)
    );
    let after = facts(&data, "debian");
    let is = |rows: &[(String, String)], fact: &str, checked: &str| {
        rows.iter().any(|(f, c)| f == fact && c == checked)
    };
    assert!(is(
        &after,
        "13: support ends 2028-08-09, extended 2031-06-30",
        "2031-01-01"
    ));
    assert!(is(&after, "15: support ends 2035-01-01", "2031-01-01"));
    let kept = before.iter().find(|(f, _)| f.starts_with("12: ")).unwrap();
    assert!(is(&after, &kept.0, &kept.1), "with its own day");

    let again = run(&data, &["facts", "update", "--from", "newer.yaml"]);
    assert!(
        stdout(&again).contains("nothing was changed"),
        "{}",
        stdout(&again)
    );
    std::fs::write(
        &file,
        NEWER
            .replace("2031-01-01\n", "2020-01-01\n")
            .replace("2035", "2099"),
    )
    .unwrap();
    let older = run(&data, &["facts", "update", "--from", "newer.yaml"]);
    assert_eq!(older.status.code(), Some(0));
    assert_eq!(
        facts(&data, "debian"),
        after,
        "an older look changes nothing"
    );
}

#[test]
fn a_damaged_table_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("facts.yaml");
    for (text, said) in [
        (
            NEWER
                .replace("checked: 2031-01-01", "checked: soon")
                .into_bytes(),
            "facts.yaml:6:14",
        ),
        (
            NEWER.replace("releases", "relases").into_bytes(),
            "did you mean 'releases'?",
        ),
        (NEWER.as_bytes()[..60].to_vec(), "error["),
        (b"\xff".to_vec(), "not UTF-8"),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = run(&data, &["facts", "update", "--from", "facts.yaml"]);
        assert_eq!(refused.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&refused.stderr);
        assert!(
            stderr.contains(said) && stderr.contains("nothing was changed"),
            "{stderr}"
        );
        assert!(!data.exists());
    }
    let none = run(&data, &["facts", "list", "--product", "debain"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("did you mean debian"));
}

#[test]
fn a_table_that_was_damaged_later_is_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("knowledge")).unwrap();
    std::fs::write(data.join("knowledge/0001.yaml"), "format: 1\nproducts: [\n").unwrap();
    std::fs::write(
        folder.path().join("holdfast.yaml"),
        "format: 1\nlab: x\nhosts: {desk: {os: windows, version: 10}}\n",
    )
    .unwrap();
    let checked = run(&data, &["check", "."]);
    assert_eq!(checked.status.code(), Some(0));
    let said = stdout(&checked);
    assert!(
        said.contains("warning[facts-table]") && said.contains("0001.yaml"),
        "{said}"
    );
    assert!(
        said.contains("warning[eol-os]"),
        "the others are used: {said}"
    );
}
