//! Ledgers that were tampered with: the verifier says exactly what it is, and the writer refuses to go on silently.

use crate::common::*;
use holdfast_verify::Kind;
use std::collections::BTreeSet;
use std::path::Path;
use store::StoreError;

/// Edits the lines of a ledger of seven records and compares what is found, without and with the pin of its head.
fn check(edit: impl Fn(&mut Vec<String>), expected: &[Kind]) {
    let root = tempfile::tempdir().unwrap();
    let (dir, _) = ledger_with(root.path(), 6);
    let mut edited = lines(&dir);
    edit(&mut edited);
    put_lines(&dir, &edited);
    let report = verify(&dir);
    assert_eq!(
        kinds(&report),
        expected.iter().copied().collect::<BTreeSet<_>>(),
        "{}",
        report.text()
    );
    let before = std::fs::read(dir.join("00000001.jsonl")).unwrap();
    let error = open(root.path()).unwrap_err();
    assert!(matches!(error, StoreError::LedgerDamaged { .. }), "{error}");
    assert!(error.to_string().contains("00000001.jsonl line"), "{error}");
    assert_eq!(
        std::fs::read(dir.join("00000001.jsonl")).unwrap(),
        before,
        "not mended"
    );
}

#[test]
fn an_altered_record() {
    check(
        |l| l[3] = l[3].replace("record-3", "record-X"),
        &[Kind::Altered],
    );
    check(
        |l| l[6] = l[6].replace("record-6", "record-X"),
        &[Kind::Altered],
    );
    check(
        |l| l[0] = l[0].replace("\"seq\":0", "\"seq\":1"),
        &[Kind::Altered],
    );
}

#[test]
fn an_altered_record_with_its_hash_made_to_fit() {
    let forge = |l: &mut Vec<String>| {
        let line = l[6].replace("record-6", "record-X");
        let prefix = line.split(",\"hash\":").next().unwrap();
        let hash = model::digest::Digest::of(prefix);
        let sig = line.split("\"sig\":").nth(1).unwrap();
        l[6] = format!("{prefix},\"hash\":\"{hash}\",\"sig\":{sig}");
    };
    check(forge, &[Kind::BadSignature]);
}

#[test]
fn a_missing_record() {
    check(|l| drop(l.remove(3)), &[Kind::Missing]);
    check(|l| drop(l.drain(0..2)), &[Kind::Missing]);
}

#[test]
fn reordered_records() {
    check(|l| l.swap(3, 4), &[Kind::Reordered]);
}

#[test]
fn a_duplicated_record() {
    check(|l| l.insert(4, l[3].clone()), &[Kind::Duplicated]);
    check(|l| l.push(l[2].clone()), &[Kind::Duplicated]);
}

#[test]
fn a_cut_off_end_is_seen_by_the_head_file_and_by_pins() {
    let root = tempfile::tempdir().unwrap();
    let (dir, pin) = ledger_with(root.path(), 6);
    let all = lines(&dir);
    put_lines(&dir, &all[..5]);
    assert_eq!(kinds(&verify(&dir)), [Kind::Truncated].into());
    std::fs::remove_file(dir.join("head.json")).unwrap();
    assert!(verify(&dir).is_ok(), "nothing is left that could tell");
    let report = verify_with_pin(&dir, &pin);
    assert_eq!(kinds(&report), [Kind::Truncated].into());
    assert!(
        report.findings[0].message.contains("2 records are cut off"),
        "{}",
        report.text()
    );
}

#[test]
fn two_histories_with_one_beginning() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (dir, _) = ledger_with(one.path(), 3);
    copy_dir(one.path(), two.path());
    let append = |root: &Path, texts: [&str; 2]| {
        let mut ledger = open(root).unwrap();
        let pins = texts.map(|t| ledger.append(note(t), &stamp()).unwrap());
        (ledger.dir().to_owned(), pins)
    };
    append(one.path(), ["a-4", "a-5"]);
    let (other, pins) = append(two.path(), ["b-4", "b-5"]);
    let report = verify_with_pin(&dir, &pins[1]);
    assert_eq!(kinds(&report), [Kind::Forked].into(), "{}", report.text());
    let (mine, theirs) = (lines(&dir), lines(&other));
    // Both branches in one file, and one joined to the other.
    put_lines(&dir, &[&mine[..], &theirs[4..]].concat());
    assert_eq!(kinds(&verify(&dir)), [Kind::Forked].into());
    put_lines(&dir, &[&mine[..5], &theirs[5..]].concat());
    std::fs::remove_file(dir.join("head.json")).unwrap();
    assert_eq!(kinds(&verify(&dir)), [Kind::Forked].into());
    assert!(matches!(
        open(one.path()),
        Err(StoreError::LedgerDamaged { .. })
    ));
}

#[test]
fn a_record_of_another_realm_or_key() {
    use model::realm::Realm;
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (dir, _) = ledger_with(one.path(), 3);
    let (stranger, _) = ledger_with(two.path(), 3);
    let mine = lines(&dir);
    put_lines(&dir, &[&mine[..], &lines(&stranger)[3..]].concat());
    assert_eq!(kinds(&verify(&dir)), [Kind::ForeignKey].into());
    let twin = Realm::Twin("t".to_owned());
    let three = tempfile::tempdir().unwrap();
    std::fs::copy(one.path().join("key"), three.path().join("key")).unwrap();
    let parent = three.path().join("ledger");
    let other = store::ledger::Ledger::open(&parent, &three.path().join("key"), &twin, stamp);
    put_lines(
        &dir,
        &[&mine[..], &lines(other.unwrap().dir())[..]].concat(),
    );
    let report = verify(&dir);
    assert_eq!(
        kinds(&report),
        [Kind::WrongRealm].into(),
        "{}",
        report.text()
    );
}

#[test]
fn a_newer_format() {
    let root = tempfile::tempdir().unwrap();
    let (dir, _) = ledger_with(root.path(), 2);
    let mut all = lines(&dir);
    let line = all[2].replace("{\"v\":1", "{\"v\":2");
    let prefix = line.split(",\"hash\":").next().unwrap();
    let hash = model::digest::Digest::of(prefix);
    let sig = line.split("\"sig\":").nth(1).unwrap();
    all[2] = format!("{prefix},\"hash\":\"{hash}\",\"sig\":{sig}");
    put_lines(&dir, &all);
    assert!(kinds(&verify(&dir)).contains(&Kind::UnknownFormat));
    assert!(matches!(
        open(root.path()),
        Err(StoreError::UnknownFormat { found: 2, .. })
    ));
}

/// Every byte of a ledger, changed one at a time: never ok, except that the last record reads as unfinished when the very last
/// byte, its newline, is hit. Only a pin tells that from an append that was cut short.
#[test]
fn every_flipped_byte_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let (dir, _) = ledger_with(root.path(), 2);
    std::fs::remove_file(dir.join("head.json")).unwrap();
    let segment = dir.join("00000001.jsonl");
    let good = std::fs::read(&segment).unwrap();
    for at in 0..good.len() {
        for mask in [0x01, 0x20, 0x80, good[at]] {
            let mut bytes = good.clone();
            bytes[at] ^= mask;
            std::fs::write(&segment, &bytes).unwrap();
            let report = verify(&dir);
            let unfinished = at == good.len() - 1;
            assert_eq!(
                report.is_ok(),
                unfinished,
                "byte {at} mask {mask}: {}",
                report.text()
            );
            assert_eq!(
                is_torn(&report),
                unfinished,
                "byte {at} mask {mask}: {}",
                report.text()
            );
            if unfinished {
                assert_eq!(report.records, 2);
            }
        }
    }
}

/// The writer never takes a changed ledger for a good one either.
#[test]
fn the_writer_notices_every_flipped_byte() {
    let root = tempfile::tempdir().unwrap();
    let (dir, _) = ledger_with(root.path(), 2);
    let segment = dir.join("00000001.jsonl");
    let good = std::fs::read(&segment).unwrap();
    for at in 0..good.len() - 1 {
        let mut bytes = good.clone();
        bytes[at] ^= 0x01;
        std::fs::write(&segment, &bytes).unwrap();
        let read = store::ledger::records(&dir, &model::realm::Realm::Real);
        assert!(read.is_err(), "byte {at}");
    }
}

#[test]
fn a_damaged_ledger_goes_on_only_in_a_new_epoch_that_names_the_damage() {
    let root = tempfile::tempdir().unwrap();
    let (dir, _) = ledger_with(root.path(), 4);
    let mut all = lines(&dir);
    all[2] = all[2].replace("record-2", "record-X");
    all.push("half a li".to_owned());
    put_lines(&dir, &all);
    assert!(open(root.path()).is_err());
    let mut ledger = open_new_epoch(root.path(), "the owner saw it").unwrap();
    ledger.append(note("goes-on"), &stamp()).unwrap();
    drop(ledger);
    assert_eq!(lines(&dir), all, "old bytes stay");
    drop(open(root.path()).unwrap());
    let records = store::ledger::records(&dir, &model::realm::Realm::Real).unwrap();
    let seqs: Vec<u64> = records.iter().map(|r| r.seq).collect();
    assert_eq!(seqs, [0, 1, 3, 4, 5, 6]);
    let report = verify(&dir);
    assert_eq!(kinds(&report), [Kind::Altered].into(), "{}", report.text());
    // Other damage than the one that was named stops it again.
    all[3] = all[3].replace("record-3", "record-X");
    put_lines(&dir, &all);
    assert!(matches!(
        open(root.path()),
        Err(StoreError::LedgerDamaged { .. })
    ));
}
