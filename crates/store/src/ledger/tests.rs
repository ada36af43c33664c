//! Appends that stop after every byte, by a medium that fails where it is told to.

use super::Ledger;
use crate::clock::Stamp;
use crate::error::StoreError;
use crate::medium::Medium;
use jiff::Timestamp;
use model::evidence::{Body, ClockState};
use model::realm::Realm;
use std::io;
use std::path::Path;

/// How writing ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The process dies: nothing it does afterwards has an effect.
    Killed,
    /// The disk is full.
    Full,
    /// The disk is full, and cutting back fails as well.
    FullAndStuck,
    /// Everything is written, but not synced.
    Unsynced,
}

struct Faulty {
    inner: Box<dyn Medium>,
    budget: usize,
    end: End,
    over: bool,
}

impl Medium for Faulty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let some = bytes.len().min(self.budget).min(97);
        if some > 0 {
            self.budget -= some;
            return self.inner.write(&bytes[..some]);
        }
        self.over = true;
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.end {
            End::Unsynced => Err(io::Error::other("the disk does not answer")),
            End::Killed if self.over => Ok(()),
            _ => self.inner.sync(),
        }
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        match self.end {
            End::Killed => Ok(()),
            End::FullAndStuck | End::Unsynced => Err(io::ErrorKind::StorageFull.into()),
            End::Full => self.inner.cut(len),
        }
    }
}

fn stamp(second: i64) -> Stamp {
    let at = Timestamp::from_second(1_790_000_000 + second).unwrap();
    Stamp {
        at,
        boot_s: 7,
        clock: ClockState::Synced,
    }
}

fn open(dir: &Path) -> Result<Ledger, StoreError> {
    let parent = dir.join("ledger");
    Ledger::open(&parent, &dir.join("key"), &Realm::Real, || stamp(0))
}

fn note(text: &str) -> Body {
    Body::Note {
        text: text.to_owned(),
    }
}

fn inject(ledger: &mut Ledger, budget: usize, end: End) {
    ledger.medium().wrap(|inner| {
        Box::new(Faulty {
            inner,
            budget,
            end,
            over: false,
        })
    });
}

fn texts(ledger: &Ledger) -> Vec<String> {
    let records = super::records(ledger.dir(), &Realm::Real).unwrap();
    let text = |b: Body| match b {
        Body::Note { text } => Some(text),
        _ => None,
    };
    records.into_iter().filter_map(|r| text(r.body)).collect()
}

fn assert_verifies(ledger: &Ledger) {
    let report = holdfast_verify::verify(ledger.dir(), &holdfast_verify::Options::default());
    let report = report.unwrap();
    assert!(report.is_ok(), "{}", report.text());
}

/// Stops one append after every byte in turn, each time on a fresh copy of one ledger.
fn stop_at_every_byte(end: End) {
    let base = tempfile::tempdir().unwrap();
    let mut ledger = open(base.path()).unwrap();
    ledger.append(note("first"), &stamp(1)).unwrap();
    let chain = ledger.dir().strip_prefix(base.path()).unwrap().to_owned();
    drop(ledger);
    for budget in 0.. {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join(&chain)).unwrap();
        for file in ["00000001.jsonl", "writer.pub", "head.json"] {
            let file = chain.join(file);
            std::fs::copy(base.path().join(&file), dir.path().join(&file)).unwrap();
        }
        std::fs::copy(base.path().join("key"), dir.path().join("key")).unwrap();
        let mut ledger = open(dir.path()).unwrap();
        inject(&mut ledger, budget, end);
        let result = ledger.append(note("stopped"), &stamp(2));
        let whole = result.is_ok();
        if !whole {
            assert!(
                matches!(result, Err(StoreError::NoSpace { .. })),
                "{result:?}"
            );
        }
        drop(ledger);
        let mut ledger = open(dir.path()).unwrap();
        ledger.append(note("after"), &stamp(3)).unwrap();
        let expected: &[&str] = if whole {
            &["first", "stopped", "after"]
        } else {
            &["first", "after"]
        };
        assert_eq!(texts(&ledger), expected, "{budget} bytes");
        assert_verifies(&ledger);
        let set_aside = std::fs::read(ledger.dir().join("torn-2.bin")).map_or(0, |b| b.len());
        assert_eq!(
            set_aside,
            if whole { 0 } else { budget },
            "moved, not deleted"
        );
        if whole {
            assert!(budget > 400, "a whole record is longer than {budget} bytes");
            return;
        }
    }
}

#[test]
fn killed_after_every_byte() {
    stop_at_every_byte(End::Killed);
}

#[test]
fn full_after_every_byte_and_cutting_back_fails() {
    stop_at_every_byte(End::FullAndStuck);
}

#[test]
fn full_disk_leaves_the_open_ledger_usable() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path()).unwrap();
    for budget in [0, 1, 100, 300] {
        inject(&mut ledger, budget, End::Full);
        let error = ledger
            .append(note("lost"), &stamp(1))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("no space to write") && error.contains("make room"),
            "{error}"
        );
        assert_verifies(&ledger);
        // Same handle, and nothing had to be set aside.
        ledger.medium().wrap(|inner| {
            Box::new(Faulty {
                inner,
                budget: usize::MAX,
                end: End::Full,
                over: false,
            })
        });
        let _ = open(dir.path()).unwrap_err();
    }
    drop(ledger);
    let mut ledger = open(dir.path()).unwrap();
    ledger.append(note("kept"), &stamp(2)).unwrap();
    assert_eq!(texts(&ledger), ["kept"]);
    assert_verifies(&ledger);
}

#[test]
fn after_a_failed_sync_nothing_is_taken_until_it_is_opened_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path()).unwrap();
    inject(&mut ledger, usize::MAX, End::Unsynced);
    let _ = ledger.append(note("perhaps"), &stamp(1)).unwrap_err();
    let error = ledger.append(note("never"), &stamp(2)).unwrap_err();
    assert!(matches!(error, StoreError::Poisoned { .. }), "{error}");
    drop(ledger);
    let ledger = open(dir.path()).unwrap();
    assert_verifies(&ledger);
    assert_eq!(texts(&ledger), ["perhaps"], "whole on disk, so it stays");
}

#[test]
fn the_first_record_cut_short_after_every_byte() {
    let base = tempfile::tempdir().unwrap();
    let chain = open(base.path()).unwrap().dir().to_owned();
    let segment = chain.join("00000001.jsonl");
    let whole = std::fs::read(&segment).unwrap();
    for end in 0..whole.len() {
        for old in std::fs::read_dir(&chain).unwrap() {
            let old = old.unwrap().path();
            if old.file_name().is_some_and(|n| n != "writer.pub") {
                std::fs::remove_file(old).unwrap();
            }
        }
        std::fs::write(&segment, &whole[..end]).unwrap();
        let ledger = open(base.path()).unwrap();
        assert_eq!(
            ledger.head().unwrap().seq,
            u64::from(end > 0),
            "{end} bytes"
        );
        assert_verifies(&ledger);
    }
}

#[test]
fn a_crash_while_recovering_is_made_up_for() {
    let dir = tempfile::tempdir().unwrap();
    let chain = open(dir.path()).unwrap().dir().to_owned();
    let segment = chain.join("00000001.jsonl");
    let good = std::fs::read(&segment).unwrap();
    // Copied aside, but not cut off; then cut off, but not recorded.
    for torn in [[&good[..], b"{\"v\""].concat(), good.clone()] {
        std::fs::write(&segment, &torn).unwrap();
        std::fs::write(chain.join("torn-1.bin"), b"{\"v\"").unwrap();
        let ledger = open(dir.path()).unwrap();
        let records = super::records(&chain, &Realm::Real).unwrap();
        assert_eq!(records.len(), 2);
        assert!(matches!(records[1].body, Body::Recovered { bytes: 4, .. }));
        assert_verifies(&ledger);
        drop(ledger);
        let _ = open(dir.path()).unwrap();
        assert_eq!(
            super::records(&chain, &Realm::Real).unwrap().len(),
            2,
            "only once"
        );
        assert!(!chain.join("torn-1-2.bin").exists());
    }
}
