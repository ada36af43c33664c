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
    rows["facts"]
        .as_array()
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

const EXPLOITED: &str = r#"{"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.16",
    "dateReleased": "2026-01-16T17:04:19.9796Z", "count": 1, "vulnerabilities": [{"cveID": "CVE-2021-4034", "vendorProject": "Red Hat",
    "product": "Polkit", "vulnerabilityName": "Polkit Out-of-Bounds Read and Write", "dateAdded": "2022-06-27", "dueDate": "2022-07-18"}]}"#;
const OF_DEBIAN: &str = r#"{"policykit-1": {"CVE-2021-4034": {"scope": "local", "releases": {"bookworm": {"status": "resolved",
    "repositories": {"bookworm": "122-3"}, "fixed_version": "0.105-31.1", "urgency": "not yet assigned"}}}, "CVE-2015-3218": {}}}"#;

/// CISA's list with as many other entries as a whole one has.
fn exploited() -> String {
    let others: String = (0..1_000)
        .map(|n| format!("{{\"cveID\": \"CVE-1999-{n:04}\", \"dateAdded\": \"2021-11-03\"}},"))
        .collect();
    let whole = EXPLOITED.replace("\"count\": 1,", "\"count\": 1001,");
    let list = "\"vulnerabilities\": [";
    whole.replace(list, &format!("{list}{others}"))
}

#[test]
fn lists_of_weaknesses_are_taken_as_they_are_published() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::write(folder.path().join("kev.json"), exploited()).unwrap();
    std::fs::write(folder.path().join("few.json"), EXPLOITED).unwrap();
    let others: String = (0..1_000).map(|n| format!("\"p{n}\": {{}},")).collect();
    let whole = OF_DEBIAN.replacen('{', &format!("{{{others}"), 1);
    std::fs::write(folder.path().join("json"), whole).unwrap();
    std::fs::write(folder.path().join("part"), OF_DEBIAN).unwrap();
    let newer = exploited().replace("2026-01-16", "2026-01-17");
    let newer = newer.replace("\"count\": 1001, \"vulnerabilities\": [", "\"count\": 1002, \"vulnerabilities\": [{\"cveID\": \"CVE-2026-0001\", \"dateAdded\": \"2026-01-17\"}, ");
    std::fs::write(folder.path().join("newer.json"), newer).unwrap();
    std::fs::write(
        folder.path().join("half.json"),
        exploited().replace("\"count\": 1001", "\"count\": 1009"),
    )
    .unwrap();
    let steps = [
        ("json", Some("2026-01-16"), 2, "no list of that was taken"),
        ("kev.json", Some("2026-01-16"), 2, "it has a day of its own"),
        (
            "kev.json",
            None,
            0,
            "CISA's list of 2026-01-16: 1001 weaknesses known to be exploited; Debian's list is missing",
        ),
        ("json", None, 2, "--dated YYYY-MM-DD"),
        ("json", Some("2999-01-01"), 2, "which is yet to come"),
        (
            "part",
            Some("2026-01-16"),
            2,
            "it names 1 packages, and Debian's list has thousands: it is not whole",
        ),
        (
            "json",
            Some("2026-01-16"),
            0,
            "Debian's list of 2026-01-16: 1 package with one",
        ),
        ("json", Some("2026-01-16"), 0, "nothing was changed"),
        (
            "json",
            Some("2026-01-15"),
            2,
            "the list in use is of 2026-01-16",
        ),
        (
            "half.json",
            None,
            2,
            "it says that it has 1009 entries ('count') and has 1001: it is not whole",
        ),
        ("few.json", None, 2, "it has 1 entries, and CISA's list has"),
        (
            "newer.json",
            None,
            0,
            "1 weakness is newer than that: take Debian's list again",
        ),
        (
            "kev.json",
            None,
            2,
            "it is of 2026-01-16, and the list in use is of 2026-01-17",
        ),
    ];
    for (file, dated, code, said) in steps {
        let mut words = vec!["facts", "update", "--from", file];
        words.extend(dated.into_iter().flat_map(|d| ["--dated", d]));
        let ran = run(&data, &words);
        let all = format!("{}{}", stdout(&ran), String::from_utf8_lossy(&ran.stderr));
        let all = all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ran.status.code(), Some(code), "{words:?}: {all}");
        assert!(all.contains(said), "{words:?}: {all}");
    }
    let listed = stdout(&run(&data, &["facts", "list", "--product", "debian"]));
    assert!(listed.contains("CISA's list of 2026-01-17"), "{listed}");
    let listed = run(&data, &["facts", "list", "--product", "debian", "--json"]);
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(
        listed["weaknesses"],
        serde_json::json!({"exploited": {"dated": "2026-01-17", "version": "2026.11.16", "entries": 1002},
            "debian": {"dated": "2026-01-16", "packages": 1}, "unasked": 1})
    );
    let newest = data.join("knowledge/0003.json");
    std::fs::write(&newest, "{}").unwrap();
    // What it had of Debian's would be lost, and is not there to be compared with.
    for words in [
        &["kev.json"] as &[&str],
        &["json", "--dated", "2026-01-18"],
        &["newer.json"],
    ] {
        let ran = run(&data, &[&["facts", "update", "--from"], words].concat());
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(3), "{words:?}: {said}");
        assert!(
            said.contains("the lists in use cannot be read") && said.contains("0003.json"),
            "{words:?}: {said}"
        );
        assert!(!data.join("knowledge/0004.json").exists());
    }
    let listed = run(&data, &["facts", "list", "--product", "debian"]);
    let said = String::from_utf8_lossy(&listed.stderr);
    assert!(
        said.contains("the lists of weaknesses are not used"),
        "{said}"
    );
}

/// A number that is free below the highest would make the new one an old one.
#[test]
fn the_newest_list_has_the_highest_number() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::write(folder.path().join("kev.json"), exploited()).unwrap();
    let newer = exploited().replace("2026-01-16", "2026-01-17");
    std::fs::write(folder.path().join("newer.json"), newer).unwrap();
    let update = |file: &str| run(&data, &["facts", "update", "--from", file]);
    assert_eq!(update("kev.json").status.code(), Some(0));
    let knowledge = data.join("knowledge");
    std::fs::rename(knowledge.join("0001.json"), knowledge.join("0007.json")).unwrap();
    let ran = update("newer.json");
    assert!(stdout(&ran).contains("0008.json"), "{}", stdout(&ran));
    let listed = stdout(&run(&data, &["facts", "list", "--product", "debian"]));
    assert!(listed.contains("CISA's list of 2026-01-17"), "{listed}");
}

#[test]
fn a_table_of_facts_takes_no_day() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for text in [
        "{\"format\": 1, \"products\": {}}",
        "format: 1\nproducts: {}\n",
    ] {
        std::fs::write(folder.path().join("table"), text).unwrap();
        let ran = run(
            &data,
            &[
                "facts",
                "update",
                "--from",
                "table",
                "--dated",
                "2026-01-16",
            ],
        );
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(said.contains("in which each has its day"), "{said}");
    }
}
