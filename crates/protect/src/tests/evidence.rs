use crate::repository::archive_path;
use crate::world::{archived, bare, lab, put, unknown, with};
use crate::*;
use model::evidence::{Body, ClockState, Conclusion, Grade, Measured, Record};
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::id::StepId;
use model::lab::Lab;
use model::promise::State;
use model::realm::Realm;
use model::run::{Output, StepOutcome};
use model::value::Value;
use plan::prove::{Proving, prove};
use plan::{Context, Owned};
use std::collections::BTreeMap;

type Outcomes = BTreeMap<StepId, StepOutcome>;

fn done(took_ms: u64, answer: Option<i64>) -> StepOutcome {
    let values = answer.map(|a| ("answer".to_owned(), Value::from(a)));
    StepOutcome::Done(Output {
        took_ms,
        values: values.into_iter().collect(),
    })
}

fn good() -> Outcomes {
    BTreeMap::from([
        (StepId("web/restore/shop".to_owned()), done(2_001, None)),
        (StepId("web/start/shop".to_owned()), done(1_500, None)),
        (StepId("web/check/shop/1".to_owned()), done(100, Some(1000))),
    ])
}

fn drilled(lab: &Lab, outcomes: &Outcomes, grade: &Grade) -> Vec<Measured> {
    with(lab, bare(), &Owned::new(), |ctx| {
        let plan = drill_plan(ctx, "shop", "r").unwrap();
        drill_evidence(ctx, &plan, outcomes, grade)
    })
}

#[test]
fn stages_are_added_up_and_rounded_up() {
    let records = drilled(&lab(), &good(), &Grade::Isolated);
    let ids: Vec<&str> = records.iter().map(|r| r.promise.0.as_str()).collect();
    assert_eq!(
        ids,
        ["rto:dataset/shop:corruption", "rto:dataset/shop:device"],
        "a repository on the host says nothing about the loss of the host"
    );
    let first = &records[0];
    assert_eq!(first.conclusion, Conclusion::Conclusive);
    assert_eq!(
        first.figures,
        BTreeMap::from([("answer".to_owned(), 1000), ("restore_s".to_owned(), 4)])
    );
    assert_eq!(
        first.summary,
        "restored from usb in 4s, 1 check passed, answer 1000"
    );
}

/// A step of the good drill, how it ends instead, and whether that says something about the data.
fn endings() -> Vec<(&'static str, Option<StepOutcome>, bool)> {
    let failed = |t: &str| StepOutcome::FailedClean(t.to_owned());
    vec![
        (
            "restore/shop",
            Some(failed("ciphertext verification failed")),
            true,
        ),
        (
            "start/shop",
            Some(StepOutcome::Torn("pg_restore".to_owned())),
            true,
        ),
        (
            "check/shop/1",
            Some(failed("answer 0, wanted at least 1000")),
            true,
        ),
        ("check/shop/1", Some(StepOutcome::AlreadyDone), false),
        (
            "start/shop",
            Some(StepOutcome::Refused("cannot be isolated".to_owned())),
            false,
        ),
        (
            "start/shop",
            Some(StepOutcome::Unknown("no answer".to_owned())),
            false,
        ),
        ("restore/shop", Some(StepOutcome::Undone), false),
        (
            "check/shop/1",
            Some(StepOutcome::Skipped(StepId("web/start/shop".to_owned()))),
            false,
        ),
        (
            "restore/shop",
            Some(StepOutcome::Stale {
                path: "file:/x".to_owned(),
                was: "absent".to_owned(),
                is: "dir".to_owned(),
            }),
            false,
        ),
        (
            "check/shop/1",
            Some(failed(
                "host/web did not answer: timed out; nothing changed",
            )),
            false,
        ),
        (
            "start/shop",
            Some(StepOutcome::Torn(
                "it reported success; found unit: absent".to_owned(),
            )),
            false,
        ),
        ("check/shop/1", None, false),
    ]
}

#[test]
fn what_each_outcome_concludes() {
    for (step, outcome, conclusive) in endings() {
        let mut outcomes = good();
        let id = StepId(format!("web/{step}"));
        match &outcome {
            Some(o) => outcomes.insert(id, o.clone()),
            None => outcomes.remove(&id),
        };
        for record in drilled(&lab(), &outcomes, &Grade::Isolated) {
            assert!(record.figures.is_empty(), "{outcome:?}");
            let failed = matches!(record.conclusion, Conclusion::Failed(_));
            let silent = matches!(record.conclusion, Conclusion::Inconclusive(_));
            assert_eq!((failed, silent), (conclusive, !conclusive), "{outcome:?}");
        }
    }
}

fn fresh(web: TargetFacts) -> BTreeMap<String, Measured> {
    let records = with(&lab(), web, &Owned::new(), |ctx| {
        freshness_evidence(ctx, &Grade::Real)
    });
    records
        .into_iter()
        .map(|r| (r.promise.0.clone(), r))
        .collect()
}

#[test]
fn the_age_of_the_newest_archive() {
    let mut web = bare();
    archived(&mut web, "shop", 5);
    unknown(&mut web, archive_path("usb", "documents"));
    let records = fresh(web.clone());
    let ids: Vec<&str> = records.keys().map(String::as_str).collect();
    assert_eq!(
        ids,
        [
            "rpo:dataset/documents:corruption",
            "rpo:dataset/shop:corruption"
        ]
    );
    let shop = &records["rpo:dataset/shop:corruption"];
    assert_eq!(shop.figures["archive_age_s"], 5 * 3600);
    assert_eq!(shop.summary, "newest archive in usb, 5h old");
    assert_eq!(
        records["rpo:dataset/documents:corruption"].conclusion,
        Conclusion::Inconclusive("usb: no answer".to_owned())
    );

    let none = &fresh(bare())["rpo:dataset/shop:corruption"];
    assert_eq!(
        none.conclusion,
        Conclusion::Failed("there is no archive of shop in usb".to_owned())
    );
    archived(&mut web, "shop", -1);
    let future = &fresh(web.clone())["rpo:dataset/shop:corruption"];
    assert!(matches!(future.conclusion, Conclusion::Inconclusive(_)));
    put(
        &mut web,
        archive_path("usb", "shop"),
        Seen::Present(Value::from("?")),
    );
    let odd = &fresh(web)["rpo:dataset/shop:corruption"];
    assert!(matches!(odd.conclusion, Conclusion::Inconclusive(_)));
}

fn state_of(lab: &Lab, ctx: &Context<'_>, records: Vec<Measured>, id: &str, hours: i64) -> State {
    let records: Vec<Record> = records
        .into_iter()
        .map(|m| Record {
            seq: 0,
            realm: Realm::Real,
            at: ctx.now,
            clock: ClockState::Synced,
            body: Body::Measured(m),
        })
        .collect();
    // As far as the last look tells, everything goes on; what speaks against that is tested with the doubts.
    let mut web = bare();
    let unit = FactPath::new(FactKind::Unit, "holdfast-backup-nightly.timer");
    let runs = Value::map([
        ("active", Value::from(true)),
        ("enabled", Value::from("enabled")),
    ]);
    put(&mut web, unit, Seen::Present(runs));
    let promises = with(lab, web, &Owned::new(), promises);
    let verdicts = prove(
        promises,
        &Proving {
            records: &records,
            realm: &Realm::Real,
            now: ctx.now + jiff::SignedDuration::from_hours(hours),
            clock: ClockState::Synced,
            waived: &BTreeMap::new(),
        },
    );
    let found = verdicts.into_iter().find(|v| v.promise.id.0 == id);
    found.unwrap().state
}

#[test]
fn a_good_drill_proves_and_a_bad_one_breaks() {
    let lab = lab();
    let id = "rto:dataset/shop:corruption";
    let check = |outcomes: &Outcomes, grade: Grade, days: i64| {
        with(&lab, bare(), &Owned::new(), |ctx| {
            let records = drilled(&lab, outcomes, &grade);
            state_of(&lab, ctx, records, id, days * 24)
        })
    };
    assert_eq!(check(&good(), Grade::Isolated, 0), State::Proven);
    assert!(matches!(
        check(&good(), Grade::Isolated, 31),
        State::Stale(_)
    ));
    let twin = Grade::Twin {
        stand_ins: vec!["web".to_owned()],
    };
    assert!(matches!(check(&good(), twin, 0), State::Unproven(_)));
    let mut slow = good();
    slow.insert(StepId("web/restore/shop".to_owned()), done(2_700_000, None));
    assert!(matches!(check(&slow, Grade::Isolated, 0), State::Broken(_)));
    let mut wrong = good();
    wrong.insert(
        StepId("web/check/shop/1".to_owned()),
        StepOutcome::FailedClean("answer 0, wanted at least 1000".to_owned()),
    );
    assert_eq!(
        check(&wrong, Grade::Isolated, 0),
        State::Broken("answer 0, wanted at least 1000".to_owned())
    );
}

/// A timer that stands still: at no moment is the promise shown as kept while more than the objective would be lost.
#[test]
fn a_silent_timer_is_never_proven_past_the_objective() {
    let lab = lab();
    for looked in 0..=48 {
        let mut web = bare();
        archived(&mut web, "shop", looked);
        with(&lab, web, &Owned::new(), |ctx| {
            for later in 0..=48 {
                let records = freshness_evidence(ctx, &Grade::Real);
                let id = "rpo:dataset/shop:corruption";
                let proven = state_of(&lab, ctx, records, id, later) == State::Proven;
                assert!(!proven || looked + later <= 24, "{looked} h + {later} h");
                assert!(proven || looked > 18 || later > 6, "{looked} h + {later} h");
            }
        });
    }
}
