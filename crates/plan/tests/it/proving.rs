use crate::world::now;
use jiff::{SignedDuration, Timestamp};
use model::digest::Digest;
use model::evidence::{Body, ClockState, Conclusion, Damage, Epoch, Grade, Measured, Record};
use model::id::{Kind, ObjectRef, PromiseId};
use model::promise::{Computed, Promise, State, Threshold, Verdict};
use model::realm::Realm;
use model::units::Seconds;
use plan::prove::{Proving, prove};
use std::collections::BTreeMap;

fn promise() -> Promise {
    Promise {
        id: PromiseId("rto:dataset/shop:corruption".into()),
        subject: ObjectRef::new(Kind::Dataset, "shop"),
        statement: "shop is back".into(),
        thresholds: BTreeMap::from([("restore_s".into(), Threshold::AtMost(100))]),
        scope: None,
        grace: None,
        max_age: Seconds(3600),
        min_samples: 1,
        inputs: BTreeMap::from([("dataset".into(), Digest::of("one"))]),
        computed: None,
        assumed: vec![],
        prove_with: "holdfast drill".into(),
        cause: "lab/data.yaml:1:1".into(),
    }
}

fn record(minutes_ago: i64, figure: i64) -> Record {
    Record {
        seq: 0,
        realm: Realm::Real,
        at: now() - SignedDuration::from_mins(minutes_ago),
        clock: ClockState::Synced,
        body: Body::Measured(Measured {
            promise: promise().id,
            subject: promise().subject,
            grade: Grade::Isolated,
            conclusion: Conclusion::Conclusive,
            figures: BTreeMap::from([("restore_s".into(), figure)]),
            inputs: promise().inputs,
            summary: String::new(),
        }),
    }
}

fn measured(record: &mut Record) -> &mut Measured {
    match &mut record.body {
        Body::Measured(m) => m,
        _ => panic!("not a measurement"),
    }
}

fn at(promise: Promise, records: &[Record], now: Timestamp, clock: ClockState) -> Verdict {
    let waived = BTreeMap::new();
    let with = Proving {
        records,
        realm: &Realm::Real,
        now,
        clock,
        waived: &waived,
    };
    prove(vec![promise], &with).remove(0)
}

fn state(promise: Promise, records: &[Record]) -> State {
    at(promise, records, now(), ClockState::Synced).state
}

/// The one way to `proven`; every test below takes one thing away from it.
#[test]
fn a_real_record_in_age_with_unchanged_inputs_proves() {
    assert_eq!(state(promise(), &[record(5, 10)]), State::Proven);
    let mut real = record(5, 10);
    measured(&mut real).grade = Grade::Real;
    assert_eq!(state(promise(), &[real]), State::Proven);
}

#[test]
fn nothing_proves_without_a_record() {
    assert!(matches!(state(promise(), &[]), State::Unproven(r) if r.contains("holdfast drill")));
}

#[test]
fn the_threshold_is_held_against_the_newest_record() {
    assert_eq!(state(promise(), &[record(5, 100)]), State::Proven);
    assert!(matches!(
        state(promise(), &[record(5, 101)]),
        State::Broken(_)
    ));
    assert!(matches!(
        state(promise(), &[record(9, 10), record(5, 101)]),
        State::Broken(_)
    ));
    assert_eq!(
        state(promise(), &[record(9, 101), record(5, 10)]),
        State::Proven
    );
    let mut none = record(5, 0);
    measured(&mut none).figures.clear();
    assert!(matches!(state(promise(), &[none]), State::Broken(r) if r.contains("not measured")));
}

/// A restored ledger may have lost a failure; only what was shown since counts.
#[test]
fn what_was_shown_before_records_were_lost_proves_no_more() {
    let epoch = |change: fn(&mut Epoch)| {
        let mut epoch = Epoch {
            reason: "restored from a copy".into(),
            newest_pin: None,
            gap: None,
            last_head: None,
            key: None,
            damaged: vec![],
        };
        change(&mut epoch);
        let mut of = record(4, 10);
        of.body = Body::Epoch(epoch);
        of
    };
    let harmless = epoch(|_| ());
    assert_eq!(state(promise(), &[record(5, 10), harmless]), State::Proven);
    let lossy: [fn(&mut Epoch); 2] = [
        |e| e.gap = Some(2),
        |e| {
            e.damaged.push(Damage {
                segment: "1.jsonl".into(),
                line: 7,
                found: Digest::of("x"),
                what: "its hash does not fit".into(),
            });
        },
    ];
    for change in lossy {
        let lost = epoch(change);
        let before = state(promise(), &[record(5, 10), lost.clone()]);
        assert!(
            matches!(&before, State::Unproven(why) if why.contains("restored from a copy") && why.contains("holdfast drill")),
            "{before:?}"
        );
        let since = [record(5, 10), lost.clone(), record(3, 10)];
        assert_eq!(state(promise(), &since), State::Proven);
        let mut failed = record(5, 10);
        measured(&mut failed).conclusion = Conclusion::Failed("pack 1f is damaged".into());
        assert!(matches!(
            state(promise(), &[failed, lost]),
            State::Broken(_)
        ));
    }
}

#[test]
fn a_failure_breaks_and_an_inconclusive_run_neither_proves_nor_breaks_nor_refreshes() {
    let mut failed = record(1, 10);
    measured(&mut failed).conclusion = Conclusion::Failed("pack 1f is damaged".into());
    assert!(
        matches!(state(promise(), &[record(5, 10), failed]), State::Broken(r) if r.contains("1f"))
    );
    let mut none = record(1, 10);
    measured(&mut none).conclusion = Conclusion::Inconclusive("no route".into());
    assert_eq!(
        state(promise(), &[record(5, 10), none.clone()]),
        State::Proven
    );
    assert!(matches!(
        state(promise(), &[record(5, 101), none.clone()]),
        State::Broken(_)
    ));
    assert!(matches!(
        state(promise(), &[record(61, 10), none.clone()]),
        State::Stale(_)
    ));
    assert!(matches!(state(promise(), &[none]), State::Unproven(r) if r.contains("no route")));
}

#[test]
fn age_inputs_and_clock_make_it_stale() {
    assert_eq!(state(promise(), &[record(60, 10)]), State::Proven);
    assert!(matches!(
        state(promise(), &[record(61, 10)]),
        State::Stale(_)
    ));
    let mut changed = promise();
    changed.inputs.insert("dataset".into(), Digest::of("two"));
    assert!(matches!(state(changed, &[record(5, 10)]), State::Stale(r) if r.contains("dataset")));
    let mut more = promise();
    more.inputs.insert("repository".into(), Digest::of("x"));
    assert!(matches!(state(more, &[record(5, 10)]), State::Stale(_)));
    for clock in [ClockState::Unsynced, ClockState::Unknown] {
        let mut stamped = record(5, 10);
        stamped.clock = clock;
        assert!(matches!(state(promise(), &[stamped]), State::Stale(r) if r.contains("clock")));
        assert!(
            matches!(at(promise(), &[record(5, 10)], now(), clock).state, State::Stale(r) if r.contains("clock"))
        );
    }
}

#[test]
fn a_record_from_the_future_proves_nothing() {
    assert!(
        matches!(state(promise(), &[record(-10, 10)]), State::Unproven(r) if r.contains("future"))
    );
}

#[test]
fn only_real_and_isolated_of_this_realm_prove_a_twin_rehearses() {
    let mut twin = record(5, 10);
    twin.realm = Realm::Twin("t".into());
    measured(&mut twin).grade = Grade::Twin { stand_ins: vec![] };
    let verdict = at(promise(), &[twin.clone()], now(), ClockState::Synced);
    assert!(matches!(verdict.state, State::Unproven(_)));
    assert_eq!(verdict.rehearsed, Some(twin.at));
    let mut claimed = twin.clone();
    measured(&mut claimed).grade = Grade::Real;
    assert!(
        matches!(state(promise(), &[claimed]), State::Unproven(_)),
        "a twin's chain cannot claim to be real"
    );
    let mut declared = record(5, 10);
    measured(&mut declared).grade = Grade::Declared;
    assert!(matches!(state(promise(), &[declared]), State::Unproven(_)));
    measured(&mut twin).figures.insert("restore_s".into(), 500);
    assert_eq!(
        state(promise(), &[record(6, 10), twin]),
        State::Proven,
        "a twin's numbers break nothing real"
    );
}

#[test]
fn a_computed_contradiction_breaks_and_an_assumption_leaves_unproven() {
    let mut impossible = promise();
    impossible.computed = Some(Computed::Contradicted("no copy is outside".into()));
    assert!(
        matches!(state(impossible, &[record(5, 10)]), State::Broken(r) if r.contains("outside"))
    );
    let mut assumed = promise();
    assumed.assumed = vec!["15m to notice".into()];
    assert!(matches!(state(assumed, &[record(5, 10)]), State::Unproven(r) if r.contains("15m")));
}

#[test]
fn too_few_samples_leave_it_unproven() {
    let mut three = promise();
    three.min_samples = 3;
    let old = record(100, 10);
    assert!(
        matches!(state(three.clone(), &[old, record(9, 10), record(5, 10)]), State::Unproven(r) if r.contains("2 of 3"))
    );
    assert_eq!(
        state(three, &[record(9, 10), record(7, 10), record(5, 10)]),
        State::Proven
    );
}

#[test]
fn a_record_of_another_promise_says_nothing() {
    let mut other = record(5, 10);
    measured(&mut other).promise = PromiseId("rto:dataset/other:corruption".into());
    assert!(matches!(state(promise(), &[other]), State::Unproven(_)));
}

#[test]
fn a_failure_may_last_for_as_long_as_is_allowed() {
    let patient = || Promise {
        grace: Some(Seconds(3600)),
        ..promise()
    };
    // Minutes ago and figures, of which 101 fails; oldest first.
    for (records, state) in [
        (&[(50, 101)][..], "proven"),
        (&[(70, 101), (50, 101)], "broken"),
        // Mended in between.
        (&[(70, 101), (60, 1), (50, 101)], "proven"),
        (&[(70, 101), (50, 1)], "proven"),
    ] {
        let records: Vec<Record> = records.iter().map(|(m, f)| record(*m, *f)).collect();
        let verdict = at(patient(), &records, now(), ClockState::Synced);
        assert_eq!(
            verdict.state.word(),
            state,
            "{records:?}: {:?}",
            verdict.state
        );
    }
    // What cannot be told neither mends nor fails.
    let mut records = vec![record(70, 101), record(60, 1), record(50, 101)];
    measured(&mut records[1]).conclusion = Conclusion::Inconclusive("x".to_owned());
    let verdict = at(patient(), &records, now(), ClockState::Synced);
    assert_eq!(verdict.state.word(), "broken");
}
