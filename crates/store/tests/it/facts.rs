//! Saved observations.

use crate::common::*;
use jiff::Timestamp;
use model::fact::{FORMAT, Facts, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::realm::Realm;
use store::StoreError;

fn facts(name: &str) -> Facts {
    let at = Timestamp::from_second(1_790_000_000).unwrap();
    let target = TargetFacts::unreachable(ObjectRef::new(Kind::Host, name), at, "no route");
    Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets: [(name.to_owned(), target)].into(),
    }
}

#[test]
fn the_last_saved_is_the_latest_and_fifty_are_kept() {
    let root = tempfile::tempdir().unwrap();
    let opened = store(root.path());
    for n in 0..55_i64 {
        // Three of one instant, then the clock is set back for good.
        let second = if n < 30 {
            1_790_000_000 + n / 3
        } else {
            1_780_000_000
        };
        let name = format!("host-{n}");
        opened
            .save_facts(&facts(&name), Timestamp::from_second(second).unwrap())
            .unwrap();
        assert_eq!(opened.latest_facts().unwrap(), Some(facts(&name)), "{n}");
    }
    let count = std::fs::read_dir(opened.dir().join("facts"))
        .unwrap()
        .count();
    assert_eq!(count, 50);
}

#[test]
fn of_days_long_past_the_last_one_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let opened = store(root.path());
    // Three a day for a hundred days and more.
    for n in 0..360_i64 {
        let at = Timestamp::from_second(1_790_000_000 + n / 3 * 86_400 + n % 3).unwrap();
        opened.save_facts(&facts("web"), at).unwrap();
    }
    let ids = opened.observation_ids().unwrap();
    assert_eq!(ids.len(), 50 + 90);
    let old = &ids[..90];
    let days: std::collections::BTreeSet<&str> = old.iter().map(|id| &id[..8]).collect();
    assert_eq!(days.len(), 90, "one of each day");
    for id in &ids {
        assert_eq!(opened.observation(id).unwrap(), Some(facts("web")));
        assert!(store::saved_at(id).is_some(), "{id}");
    }
    let last = old.last().unwrap();
    assert!(
        last.ends_with("22.000000000Z"),
        "the last of its day: {last}"
    );
    assert_eq!(opened.observation("../realm").unwrap(), None);
}

#[test]
fn what_cannot_be_read_is_said() {
    let root = tempfile::tempdir().unwrap();
    let opened = store(root.path());
    let path = opened
        .save_facts(&facts("web"), Timestamp::from_second(1).unwrap())
        .unwrap();
    std::fs::write(&path, "{\"format\":2}").unwrap();
    assert!(matches!(
        opened.latest_facts(),
        Err(StoreError::UnknownFormat { found: 2, .. })
    ));
    std::fs::write(&path, "{\"format\":1}").unwrap();
    let error = opened.latest_facts().unwrap_err().to_string();
    assert!(error.contains("observe again"), "{error}");
    let twin = Facts {
        realm: Realm::Twin("t".to_owned()),
        ..facts("web")
    };
    let refused = opened.save_facts(&twin, Timestamp::from_second(2).unwrap());
    assert!(matches!(refused, Err(StoreError::RealmMismatch { .. })));
}
