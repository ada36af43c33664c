//! Journals of runs.

use crate::common::*;
use jiff::Timestamp;
use model::id::{RunId, StepId};
use model::plan::{FORMAT, Plan, Purpose};
use model::realm::{Real, Realm};
use model::run::{Event, RunOutcome};
use std::path::PathBuf;
use store::{Journal, Store, StoreError};

fn plan(realm: Realm) -> Plan {
    Plan {
        format: FORMAT,
        realm,
        purpose: Purpose::Apply,
        steps: vec![],
        blocked: vec![],
    }
}

fn now() -> Timestamp {
    "2026-11-21T03:45:00Z".parse().unwrap()
}

fn begin(store: &Store<Real>) -> Journal {
    store
        .begin_run(&plan(Realm::Real), store.controller(), 3, now())
        .unwrap()
}

fn intent(step: &str) -> Event {
    Event::Intent {
        step: StepId(step.to_owned()),
    }
}

fn finished() -> Event {
    Event::Finished {
        outcome: RunOutcome::Succeeded,
    }
}

fn file(store: &Store<Real>, run: &RunId) -> PathBuf {
    store.dir().join(format!("runs/{run}.jsonl"))
}

fn append(path: &PathBuf, text: &str) {
    let before = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, before + text).unwrap();
}

#[test]
fn events_are_read_back_in_order() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let mut journal = begin(&store);
    let run = journal.run().clone();
    assert!(
        run.0.starts_with("20261121T034500Z-") && run.0.len() == 21,
        "{run}"
    );
    journal.write(now(), intent("web/a")).unwrap();
    assert_eq!(store.open_runs().unwrap(), std::slice::from_ref(&run));
    journal.write(now(), finished()).unwrap();
    let after_end = journal.write(now(), intent("web/b"));
    assert!(matches!(after_end, Err(StoreError::RunFinished { .. })));
    let loaded = store.load_run(&run).unwrap();
    assert!(loaded.is_finished() && !loaded.torn);
    assert_eq!(
        loaded.entries.iter().map(|e| e.seq).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert!(matches!(
        &loaded.entries[0].event,
        Event::Started { epoch: 3, .. }
    ));
    assert_eq!(store.open_runs().unwrap(), []);
    assert!(matches!(
        store.reopen(&run),
        Err(StoreError::RunFinished { .. })
    ));
}

#[test]
fn runs_are_listed_newest_last() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let begin_at = |text: &str| {
        let now: Timestamp = text.parse().unwrap();
        store
            .begin_run(&plan(Realm::Real), store.controller(), 1, now)
            .unwrap()
            .run()
            .clone()
    };
    let late = begin_at("2026-11-22T00:00:00Z");
    let early = begin_at("2026-11-21T00:00:00Z");
    assert_eq!(store.runs().unwrap(), [early, late]);
}

/// Half a line at every length is left out, said, and kept aside when the run is taken up again.
#[test]
fn a_torn_line_is_ignored_and_kept() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let mut journal = begin(&store);
    let run = journal.run().clone();
    let path = file(&store, &run);
    let one = std::fs::read(&path).unwrap();
    journal.write(now(), intent("web/a")).unwrap();
    drop(journal);
    let two = std::fs::read(&path).unwrap();
    for end in one.len() + 1..two.len() {
        std::fs::write(&path, &two[..end]).unwrap();
        let loaded = store.load_run(&run).unwrap();
        assert!(loaded.torn && loaded.entries.len() == 1, "{end}");
    }
    let mut journal = store.reopen(&run).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), one);
    let aside = store.dir().join(format!("runs/{run}.torn-1.bin"));
    assert_eq!(std::fs::read(aside).unwrap(), two[one.len()..two.len() - 1]);
    journal.write(now(), Event::Resumed { epoch: 4 }).unwrap();
    let loaded = store.load_run(&run).unwrap();
    assert!(!loaded.torn && loaded.entries.len() == 2);
    assert_eq!(store.runs().unwrap(), [run]);
}

#[test]
fn damaged_journals_are_errors_that_say_where() {
    let check = |damage: &dyn Fn(&PathBuf), expected: &str| {
        let root = tempfile::tempdir().unwrap();
        let store = store(root.path());
        let mut journal = begin(&store);
        let run = journal.run().clone();
        journal.write(now(), intent("web/a")).unwrap();
        damage(&file(&store, &run));
        let error = store.load_run(&run).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(store.reopen(&run).is_err());
    };
    let at = "\"at\":\"2026-11-21T03:45:00Z\"";
    let entry = |seq: u64, event: &str| format!("{{\"seq\":{seq},{at},\"event\":{event}}}\n");
    let swap = |from: &'static str, to: &'static str| {
        move |p: &PathBuf| {
            let text = std::fs::read_to_string(p).unwrap();
            assert!(text.contains(from), "{text}");
            std::fs::write(p, text.replace(from, to)).unwrap();
        }
    };
    check(
        &|p| append(p, &entry(3, "{\"event\":\"resumed\",\"epoch\":1}")),
        "lines are missing",
    );
    check(&|p| append(p, "rubbish\n"), "line 3 is no event");
    check(
        &swap("\"format\":1,\"run\"", "\"format\":9,\"run\""),
        "has format 9",
    );
    check(
        &swap("\"realm\":\"real\"", "\"realm\":\"twin:t\""),
        "belongs to realm twin:t",
    );
    check(
        &swap("\"purpose\":\"apply\"", "\"purpose\":\"backup\""),
        "another plan",
    );
    let end = "{\"event\":\"finished\",\"outcome\":\"succeeded\"}";
    check(
        &|p| append(p, &(entry(2, end) + &entry(3, end))),
        "lines follow the end",
    );
    check(&|p| std::fs::write(p, "").unwrap(), "does not begin");
}

#[test]
fn a_plan_of_another_realm_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    let twin = plan(Realm::Twin("t".to_owned()));
    let refused = store.begin_run(&twin, store.controller(), 1, now());
    assert!(matches!(refused, Err(StoreError::RealmMismatch { .. })));
    assert_eq!(store.runs().unwrap(), []);
}

#[test]
fn unknown_runs_are_said_and_lead_nowhere_else() {
    let root = tempfile::tempdir().unwrap();
    let store = store(root.path());
    for run in ["20261121T034500Z-0000", "../owned", ""] {
        let missing = store.load_run(&RunId(run.to_owned()));
        assert!(
            matches!(missing, Err(StoreError::NoSuchRun { .. })),
            "{run}"
        );
    }
}
