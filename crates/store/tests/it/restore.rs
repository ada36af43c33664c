//! A controller that was restored from a backup, or copied.

use crate::common::*;
use holdfast_verify::{Kind, Note};
use model::evidence::Body;
use model::realm::Realm;
use store::ledger::PinNote;

#[test]
fn a_restored_controller_opens_an_epoch_that_names_the_gap() {
    let (live, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_, old_head) = ledger_with(live.path(), 4);
    copy_dir(live.path(), backup.path());
    let mut ledger = open(live.path()).unwrap();
    let middle = ledger.append(note("lost-5"), &stamp()).unwrap();
    let pin = ledger.append(note("lost-6"), &stamp()).unwrap();
    drop(ledger);
    let mut restored = open(backup.path()).unwrap();
    assert_eq!(
        kinds(&verify_with_pin(restored.dir(), &pin)),
        [Kind::Truncated].into()
    );
    let noted = restored.note_pin(&pin, stamp).unwrap();
    assert_eq!(
        noted,
        PinNote::NewEpoch {
            epoch: 2,
            gap: Some(2)
        }
    );
    assert_eq!(restored.note_pin(&pin, stamp).unwrap(), PinNote::Known);
    assert_eq!(
        restored.note_pin(&old_head, stamp).unwrap(),
        PinNote::Agrees
    );
    let dir = restored.dir().to_owned();
    let records = store::ledger::records(&dir, &Realm::Real).unwrap();
    let Body::Epoch(epoch) = &records.last().unwrap().body else {
        panic!("no epoch")
    };
    assert_eq!(
        (epoch.gap, epoch.newest_pin.as_ref()),
        (Some(2), Some(&pin))
    );
    assert_eq!(epoch.last_head.as_ref(), Some(&old_head));
    let report = verify_with_pin(&dir, &pin);
    assert!(report.is_ok(), "{}", report.text());
    assert!(report.notes.contains(&Note::Restored {
        epoch: 2,
        seq: 5,
        gap: 2
    }));
    assert!(
        dir.join("00000002.jsonl").exists(),
        "an epoch has its own segment"
    );
    // A pin that no epoch names is not excused by a neighbouring one.
    assert_eq!(
        kinds(&verify_with_pin(&dir, &middle)),
        [Kind::Forked].into()
    );
    restored.append(note("again-6"), &stamp()).unwrap();
    assert_eq!(restored.note_pin(&pin, stamp).unwrap(), PinNote::Known);
    assert!(verify_with_pin(&dir, &pin).is_ok());
}

#[test]
fn a_copied_controller_is_a_fork() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    ledger_with(one.path(), 2);
    copy_dir(one.path(), two.path());
    let pin = open(one.path())
        .unwrap()
        .append(note("one"), &stamp())
        .unwrap();
    let mut other = open(two.path()).unwrap();
    other.append(note("two"), &stamp()).unwrap();
    let noted = other.note_pin(&pin, stamp).unwrap();
    assert_eq!(
        noted,
        PinNote::NewEpoch {
            epoch: 2,
            gap: None
        }
    );
    let report = verify_with_pin(other.dir(), &pin);
    assert!(report.is_ok(), "{}", report.text());
    assert!(report.notes.contains(&Note::KnownFork { epoch: 2, seq: 4 }));
}

#[test]
fn a_pin_of_another_chain_says_nothing() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (dir, _) = ledger_with(one.path(), 2);
    let (_, pin) = ledger_with(two.path(), 9);
    let mut ledger = open(one.path()).unwrap();
    assert_eq!(ledger.note_pin(&pin, stamp).unwrap(), PinNote::Elsewhere);
    assert_eq!(
        kinds(&verify_with_pin(&dir, &pin)),
        [Kind::ForeignPin].into()
    );
}

#[test]
fn records_lost_behind_the_head_file_are_told_in_a_new_epoch() {
    let root = tempfile::tempdir().unwrap();
    let (dir, pin) = ledger_with(root.path(), 6);
    let all = lines(&dir);
    put_lines(&dir, &all[..4]);
    let ledger = open(root.path()).unwrap();
    assert_eq!(ledger.head().unwrap().seq, 4);
    drop(ledger);
    let report = verify_with_pin(&dir, &pin);
    assert!(report.is_ok(), "{}", report.text());
    assert!(report.notes.contains(&Note::Restored {
        epoch: 2,
        seq: 4,
        gap: 3
    }));
}

#[test]
fn segments_roll_over_and_the_head_file_may_be_lost() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = open(root.path()).unwrap();
    let text = "x".repeat(300_000);
    for _ in 0..8 {
        ledger.append(note(&text), &stamp()).unwrap();
    }
    let dir = ledger.dir().to_owned();
    drop(ledger);
    let sizes: Vec<u64> = ["00000001", "00000002", "00000003"]
        .map(|s| {
            std::fs::metadata(dir.join(format!("{s}.jsonl")))
                .unwrap()
                .len()
        })
        .into();
    assert!(sizes.iter().all(|s| *s <= 1 << 20), "{sizes:?}");
    std::fs::write(dir.join("head.json"), "rubbish").unwrap();
    let mut ledger = open(root.path()).unwrap();
    assert_eq!(ledger.append(note("next"), &stamp()).unwrap().seq, 9);
    assert!(verify(&dir).is_ok());
    // A whole segment that is gone is a gap.
    std::fs::remove_file(dir.join("00000002.jsonl")).unwrap();
    assert_eq!(kinds(&verify(&dir)), [Kind::Missing].into());
}

/// A ledger that was written once and is kept is read for ever, by the writer's side as well.
#[test]
fn the_kept_ledger_is_read() {
    let kept = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../verifier/tests/fixtures/v1/good"
    );
    let records = store::ledger::records(std::path::Path::new(kept), &Realm::Real).unwrap();
    let kinds: Vec<String> = records
        .iter()
        .map(|r| {
            serde_json::to_value(&r.body).unwrap()["kind"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        kinds,
        ["epoch", "measured", "run", "recovered", "epoch", "note"]
    );
}

#[test]
fn every_state_of_the_clock_is_a_good_record() {
    use model::evidence::ClockState::{Declared, Synced, Unknown, Unsynced};
    let root = tempfile::tempdir().unwrap();
    let mut ledger = open(root.path()).unwrap();
    for clock in [Synced, Unsynced, Unknown, Declared] {
        let stamp = store::Stamp { clock, ..stamp() };
        ledger.append(note("x"), &stamp).unwrap();
    }
    let records = store::ledger::records(ledger.dir(), &Realm::Real).unwrap();
    let clocks: Vec<_> = records[1..].iter().map(|r| r.clock).collect();
    assert_eq!(clocks, [Synced, Unsynced, Unknown, Declared]);
    let report = verify(ledger.dir());
    assert!(report.is_ok(), "{}", report.text());
}
