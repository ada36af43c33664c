//! The program on a ledger that was written once and is kept: stored evidence is read for ever.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const KEY: &str = "197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1")
}

/// A copy of the good ledger to be spoilt.
fn copy() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(fixtures().join("good")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    dir
}

fn edit(dir: &Path, segment: &str, change: impl Fn(&mut Vec<String>)) {
    let path = dir.join(segment);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    change(&mut lines);
    std::fs::write(path, lines.concat()).unwrap();
}

fn run(dir: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast-verify"));
    command.arg(dir).args(more).output().unwrap()
}

#[track_caller]
fn check(output: &Output, code: i32, expected: &[&str]) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    for part in expected {
        assert!(text.contains(part), "'{part}' is not in:\n{text}");
    }
}

#[test]
fn the_kept_ledger_is_good() {
    let pins = ["pin-lost.json", "pin-head.json"].map(|p| fixtures().join(p));
    let pins = pins.each_ref().map(|p| p.to_str().unwrap());
    let output = run(
        &fixtures().join("good"),
        &["--pin", pins[0], "--pin", pins[1], "--key", KEY],
    );
    check(
        &output,
        0,
        &[
            "ok: 6 good records in 2 epochs",
            "head is record 5 with hash 04141400",
            "pins record 6 of what record 4 says is gone",
            "record 3: the writer set 11 unfinished bytes aside",
            "3 records are gone",
        ],
    );
}

#[test]
fn json_says_the_same() {
    let dir = copy();
    edit(dir.path(), "00000001.jsonl", |l| {
        l[1] = l[1].replace("\"restore_s\":42", "\"restore_s\":24")
    });
    let output = run(dir.path(), &["--json", "--key", KEY]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(report["verdict"], "problem");
    let finding = &report["findings"][0];
    assert_eq!(finding["kind"], "altered");
    assert_eq!(finding["segment"], "00000001.jsonl");
    assert_eq!(
        (finding["line"].as_u64(), finding["seq"].as_u64()),
        (Some(2), Some(1))
    );
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn each_kind_of_damage_is_told_by_name() {
    let first = "00000001.jsonl";
    type Change = fn(&mut Vec<String>);
    let cases: [(&str, Change, &str); 7] = [
        (
            first,
            |l| l[2] = l[2].replace("\"done\":3", "\"done\":4"),
            "altered: 00000001.jsonl line 3, which stands where record 2 is expected: the bytes have the hash",
        ),
        (
            first,
            |l| l[2] = l[2].replace("ckwm6", "ckwm7"),
            "bad-signature: 00000001.jsonl line 3",
        ),
        (
            first,
            |l| drop(l.remove(2)),
            "missing: record 2 is missing before record 3",
        ),
        (
            first,
            |l| l.swap(1, 2),
            "reordered: 00000001.jsonl line 3: record 1 stands after record 2",
        ),
        (
            first,
            |l| l.push(l[1].clone()),
            "duplicated: 00000001.jsonl line 5: record 1 stands here again",
        ),
        (
            "00000002.jsonl",
            |l| drop(l.pop()),
            "truncated: head.json pins record 5, but the chain ends at 4: 1 records are cut off",
        ),
        (
            first,
            |l| l[3] = l[3].trim_end().to_owned(),
            "missing: record 3 is missing before record 4",
        ),
    ];
    for (segment, change, expected) in cases {
        let dir = copy();
        edit(dir.path(), segment, change);
        check(
            &run(dir.path(), &["--key", KEY]),
            1,
            &["NOT OK: ", expected],
        );
    }
}

#[test]
fn half_a_line_at_the_end_is_harmless() {
    let dir = copy();
    edit(dir.path(), "00000002.jsonl", |l| {
        l.push("{\"v\":1".to_owned())
    });
    let expected = [
        "ok: 6 good records",
        "00000002.jsonl ends with 6 bytes of an unfinished record",
    ];
    check(&run(dir.path(), &[]), 0, &expected);
}

#[test]
fn another_key_is_not_believed() {
    let dir = copy();
    let other = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    check(
        &run(dir.path(), &["--key", other]),
        1,
        &["NOT OK: 0 good records", "foreign-key"],
    );
    std::fs::write(dir.path().join("writer.pub"), other).unwrap();
    check(&run(dir.path(), &[]), 1, &["foreign-key"]);
    check(&run(dir.path(), &["--key", KEY]), 0, &["ok: "]);
}

#[test]
fn a_pin_of_another_chain_is_a_problem() {
    let dir = copy();
    let pin = dir.path().join("pin");
    let text = std::fs::read_to_string(fixtures().join("pin-head.json")).unwrap();
    std::fs::write(&pin, text.replace("\"real\"", "\"twin:t\"")).unwrap();
    check(
        &run(dir.path(), &["--pin", pin.to_str().unwrap()]),
        1,
        &["foreign-pin", "twin:t"],
    );
}

#[test]
fn usage_and_what_cannot_be_read() {
    let empty = tempfile::tempdir().unwrap();
    let good = fixtures().join("good");
    check(&run(&empty.path().join("none"), &[]), 3, &["cannot read"]);
    check(&run(empty.path(), &["--key", KEY]), 3, &["holds no ledger"]);
    check(
        &run(&good, &["--pin", "/nowhere"]),
        3,
        &["cannot read /nowhere"],
    );
    check(&run(&good, &["--key", "12"]), 3, &["64 hexadecimal digits"]);
    check(
        &run(&good, &["--what"]),
        2,
        &["there is no option --what", "usage: "],
    );
    check(&run(&good, &["again"]), 2, &["only one directory"]);
    check(&run(&good, &["--help"]), 0, &["exit: 0 ok"]);
}
