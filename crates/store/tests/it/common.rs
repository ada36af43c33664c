//! A ledger in a temporary directory, and the verifier.

use holdfast_verify::{Kind, Note, Options, Report};
use jiff::Timestamp;
use model::evidence::{Body, ClockState, Pin};
use model::id::ObjectId;
use model::realm::{Real, Realm};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::ledger::Ledger;
use store::{Stamp, Store, StoreError};

pub(crate) fn stamp() -> Stamp {
    let at = Timestamp::from_second(1_790_000_000).unwrap();
    Stamp {
        at,
        boot_s: 7,
        clock: ClockState::Synced,
    }
}

pub(crate) fn note(text: &str) -> Body {
    Body::Note {
        text: text.to_owned(),
    }
}

pub(crate) fn open(root: &Path) -> Result<Ledger, StoreError> {
    Ledger::open(&root.join("ledger"), &root.join("key"), &Realm::Real, stamp)
}

pub(crate) fn open_new_epoch(root: &Path, reason: &str) -> Result<Ledger, StoreError> {
    let parent = root.join("ledger");
    Ledger::open_new_epoch(&parent, &root.join("key"), &Realm::Real, reason, stamp)
}

/// A ledger of the records 0 to `last`; gives its directory and head.
pub(crate) fn ledger_with(root: &Path, last: u64) -> (PathBuf, Pin) {
    let mut ledger = open(root).unwrap();
    for n in 1..=last {
        ledger
            .append(note(&format!("record-{n}")), &stamp())
            .unwrap();
    }
    (ledger.dir().to_owned(), ledger.head().unwrap().clone())
}

pub(crate) fn lab() -> ObjectId {
    ObjectId("lab-0123456789ab".to_owned())
}

pub(crate) fn store(root: &Path) -> Store<Real> {
    Store::open(Real, root, &lab()).unwrap()
}

pub(crate) fn verify(dir: &Path) -> Report {
    holdfast_verify::verify(dir, &Options::default()).unwrap()
}

pub(crate) fn verify_with_pin(dir: &Path, pin: &Pin) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), serde_json::to_vec(pin).unwrap()).unwrap();
    let options = Options {
        pins: vec![file.path().to_owned()],
        key: None,
    };
    holdfast_verify::verify(dir, &options).unwrap()
}

pub(crate) fn kinds(report: &Report) -> BTreeSet<Kind> {
    report.findings.iter().map(|f| f.kind).collect()
}

pub(crate) fn is_torn(report: &Report) -> bool {
    report.notes.iter().any(|n| matches!(n, Note::Torn { .. }))
}

pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_dir(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// Lines of the first segment, with their newlines.
pub(crate) fn lines(dir: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(dir.join("00000001.jsonl")).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

pub(crate) fn put_lines(dir: &Path, lines: &[String]) {
    std::fs::write(dir.join("00000001.jsonl"), lines.concat()).unwrap();
}
