use crate::repository::archive_path;
use crate::world::{NOW, archived, archived_of, bare, lab, put, unknown, with};
use crate::*;
use jiff::Timestamp;
use model::evidence::{Body, ClockState, Conclusion, Grade, Measured, Record};
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::id::{Kind, ObjectRef, PromiseId};
use model::promise::{Computed, Promise};
use model::realm::Realm;
use model::value::Value;
use plan::Owned;
use std::collections::BTreeMap;

const RTO: &str = "rto:dataset/shop:corruption";
const RPO: &str = "rpo:dataset/shop:corruption";

/// A host whose timer and archive are as they should be.
fn sound() -> TargetFacts {
    let mut web = bare();
    timer(&mut web, true, "enabled");
    elapses(&mut web, 6 * 3600, "");
    archived(&mut web, "shop", 1);
    archived(&mut web, "documents", 1);
    web
}

fn timer(web: &mut TargetFacts, active: bool, enabled: &str) {
    let path = FactPath::new(FactKind::Unit, "holdfast-backup-nightly.timer");
    let value = Value::map([
        ("active", Value::from(active)),
        ("enabled", Value::from(enabled)),
    ]);
    put(web, path, Seen::Present(value));
}

/// The timer elapses in so many seconds; systemd has read `more` beside our own files.
fn elapses(web: &mut TargetFacts, seconds: i64, more: &str) {
    let path = FactPath::new(FactKind::Timer, "holdfast-backup-nightly.timer");
    let [timer, service] =
        ["timer", "service"].map(|s| format!("/etc/systemd/system/holdfast-backup-nightly.{s}"));
    let value = Value::map([
        ("next", Value::from(NOW + seconds)),
        ("result", Value::from("success")),
        (
            "files",
            Value::from(format!("{timer} {service} {more}").trim()),
        ),
    ]);
    put(web, path, Seen::Present(value));
}

#[test]
fn a_timer_that_does_something_else_is_named() {
    let drop_in = "/etc/systemd/system/holdfast-backup-nightly.service.d/x.conf";
    for (seconds, more, said) in [
        (73 * 365 * 86_400, "", "elapses next in"),
        (25 * 3600, "", "declared is every 12h"),
        (6 * 3600, drop_in, drop_in),
    ] {
        let mut web = sound();
        elapses(&mut web, seconds, more);
        let assumed = promise(web, RPO).assumed.join("; ");
        assert!(assumed.contains(said), "{assumed}");
    }
    let mut web = sound();
    elapses(&mut web, 6 * 3600, drop_in);
    let set_up = with(&lab(), web, &Owned::new(), |ctx| setup(ctx, "web"));
    assert!(
        set_up.blocked.iter().any(|b| b.reason.0.contains(drop_in)),
        "{:?}",
        set_up.blocked
    );
}

fn promise(web: TargetFacts, id: &str) -> Promise {
    let all = with(&lab(), web, &Owned::new(), promises);
    all.into_iter().find(|p| p.id.0 == id).unwrap()
}

#[test]
fn a_sound_look_leaves_no_doubt() {
    for id in [RTO, RPO] {
        let promise = promise(sound(), id);
        assert!(promise.assumed.is_empty(), "{:?}", promise.assumed);
        assert_eq!(promise.computed, Some(Computed::Possible));
    }
}

#[test]
fn a_timer_that_is_off_is_named() {
    for (active, enabled, said) in [
        (false, "enabled", "not running"),
        (true, "disabled", "not enabled"),
        (false, "disabled", "not running"),
    ] {
        let mut web = sound();
        timer(&mut web, active, enabled);
        let assumed = promise(web.clone(), RPO).assumed.join("; ");
        assert!(
            assumed.contains("holdfast-backup-nightly.timer") && assumed.contains(said),
            "{assumed}"
        );
        assert!(
            promise(web, RTO).assumed.is_empty(),
            "a drill does not need the timer"
        );
    }
}

#[test]
fn a_repository_that_cannot_be_read_is_named_and_one_that_is_empty_contradicts() {
    let mut locked = sound();
    unknown(&mut locked, archive_path("usb", "shop"));
    let mut early = sound();
    archived(&mut early, "shop", -2);
    let mut empty = sound();
    put(&mut empty, archive_path("usb", "shop"), Seen::Absent);
    for id in [RTO, RPO] {
        assert!(
            promise(locked.clone(), id)
                .assumed
                .join("; ")
                .contains("no answer")
        );
        assert!(
            promise(early.clone(), id)
                .assumed
                .join("; ")
                .contains("in the future")
        );
        let computed = promise(empty.clone(), id).computed;
        assert!(
            matches!(computed, Some(Computed::Contradicted(why)) if why.contains("no archive of shop"))
        );
    }
}

#[test]
fn silence_of_the_host_says_nothing() {
    let mut web = sound();
    web.identity = None;
    web.facts.clear();
    web.collections.clear();
    for id in [RTO, RPO] {
        assert!(promise(web.clone(), id).assumed.is_empty());
    }
}

#[test]
fn a_failed_drill_speaks_against_the_age_of_its_archives_until_one_succeeds() {
    let failed = || Conclusion::Failed("pack 1f is damaged".to_owned());
    let silent = || Conclusion::Inconclusive("no route".to_owned());
    let broken = |drills: Vec<(Realm, Conclusion)>| {
        let records: Vec<Record> = drills.into_iter().map(drill).collect();
        let mut promises = with(&lab(), sound(), &Owned::new(), promises);
        hold_against_drills(&mut promises, &records, &Realm::Real);
        let of = |id: &str| {
            promises
                .iter()
                .find(|p| p.id.0 == id)
                .unwrap()
                .computed
                .clone()
        };
        assert_eq!(
            of(RTO),
            Some(Computed::Possible),
            "its own records judge it"
        );
        assert_eq!(
            of("rpo:dataset/documents:corruption"),
            Some(Computed::Possible)
        );
        matches!(of(RPO), Some(Computed::Contradicted(why)) if why.contains("pack 1f"))
    };
    assert!(!broken(vec![]));
    assert!(broken(vec![(Realm::Real, failed())]));
    assert!(broken(vec![
        (Realm::Real, failed()),
        (Realm::Real, silent())
    ]));
    assert!(!broken(vec![
        (Realm::Real, failed()),
        (Realm::Real, Conclusion::Conclusive)
    ]));
    assert!(!broken(vec![(Realm::Twin("a".to_owned()), failed())]));
}

fn drill((realm, conclusion): (Realm, Conclusion)) -> Record {
    let body = Body::Measured(Measured {
        promise: PromiseId(RTO.to_owned()),
        subject: ObjectRef::new(Kind::Dataset, "shop"),
        grade: Grade::Isolated,
        conclusion,
        figures: BTreeMap::new(),
        inputs: BTreeMap::new(),
        summary: String::new(),
    });
    let at = Timestamp::from_second(NOW).unwrap();
    Record {
        seq: 0,
        realm,
        at,
        clock: ClockState::Synced,
        body,
    }
}

#[test]
fn an_archive_of_what_was_declared_before_is_no_copy() {
    let id = "rpo:dataset/documents:corruption";
    let mut moved = sound();
    archived_of(&mut moved, "documents", 1, "/srv/old");
    let contradicted = promise(moved.clone(), id).computed;
    assert!(
        matches!(&contradicted, Some(Computed::Contradicted(why))
            if why.contains("the newest archive is of /srv/old, declared is /srv/documents")),
        "{contradicted:?}"
    );
    let grade = Grade::Real;
    let all = with(&lab(), moved, &Owned::new(), |ctx| {
        freshness_evidence(ctx, &grade)
    });
    let mine = all.iter().find(|m| m.promise.0 == id).unwrap();
    assert!(matches!(mine.conclusion, Conclusion::Failed(_)), "{mine:?}");
    // A folder above it holds it, one that merely begins alike does not.
    for (path, holds) in [
        ("/srv", true),
        ("/srv/doc", false),
        ("/srv/documents/a", false),
    ] {
        let mut web = sound();
        archived_of(&mut web, "documents", 1, path);
        let computed = promise(web, id).computed;
        assert_eq!(
            computed == Some(Computed::Possible),
            holds,
            "{path}: {computed:?}"
        );
    }
}
