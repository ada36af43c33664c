//! Deciding and standing, as tables.

use engine::decide::{Decision, Standing, decide, restored, standing, standing_back};
use jiff::Timestamp;
use model::fact::{Completeness, Fact, FactKind, FactPath, NativeIdentity, Seen, TargetFacts};
use model::id::{Kind, ObjectRef, StepId};
use model::kleene::{Reason, Truth};
use model::plan::{Action, Cond, Reading, Risk, Step, Undo};
use model::value::Value;
use std::collections::BTreeMap;

fn path(key: &str) -> FactPath {
    FactPath::new(FactKind::File, key)
}

/// `a=1 b=- c=?` is: a has value 1, b is absent, c is unknown. A path that is not named was not observed.
fn facts(text: &str) -> TargetFacts {
    let fact = |word: &str| {
        let (key, value) = word.split_once('=').unwrap();
        let seen = match value {
            "-" => Seen::Absent,
            "?" => Seen::Unknown(Reason::new("denied")),
            v => Seen::Present(Value::from(v)),
        };
        let source = String::new();
        (path(key), Fact { seen, source })
    };
    TargetFacts {
        target: ObjectRef::new(Kind::Host, "h"),
        at: Timestamp::UNIX_EPOCH,
        took_ms: 0,
        identity: Some(NativeIdentity {
            machine_id: String::new(),
            host_key: String::new(),
            realm_marker: None,
        }),
        facts: text.split_whitespace().map(fact).collect(),
        collections: BTreeMap::from([(
            FactKind::Package,
            Completeness::No(Reason::new("partial")),
        )]),
        errors: Vec::new(),
        readings: BTreeMap::new(),
    }
}

/// A step that was planned from `reads` and promises `post`, both written as [`facts`].
fn step(reads: &str, post: &str) -> Step {
    let reads = facts(reads).facts.into_iter();
    let post = facts(post).facts.into_iter();
    Step {
        id: StepId("h/s".to_owned()),
        target: ObjectRef::new(Kind::Host, "h"),
        summary: String::new(),
        action: Action::RemoveFile {
            path: "a".to_owned(),
        },
        reads: reads
            .map(|(p, f)| (p, Reading::of(f.seen).unwrap()))
            .collect(),
        post: post
            .map(|(p, f)| match f.seen {
                Seen::Present(v) => Cond::Is(p, v),
                _ => Cond::Absent(p),
            })
            .collect(),
        undo: Undo::Saved,
        risk: Risk::None,
        cause: String::new(),
        after: Default::default(),
    }
}

fn word(decision: &Decision) -> String {
    match decision {
        Decision::Ready => "ready".to_owned(),
        Decision::AlreadyDone => "already".to_owned(),
        Decision::Stale { path, was, is } => format!("stale {path} {was} {is}"),
        Decision::Unknown(r) => format!("unknown {r}"),
    }
}

#[test]
fn decisions() {
    for (reads, post, now, expect) in [
        ("a=1", "a=2", "a=1", "ready"),
        ("a=1", "a=2", "a=2", "already"),
        ("a=1", "a=2", "a=3", "stale file:a 1 3"),
        ("a=1", "a=2", "a=-", "stale file:a 1 absent"),
        ("a=-", "a=2", "a=1", "stale file:a absent 1"),
        ("a=1", "a=2", "a=?", "unknown file:a: denied"),
        ("a=1", "a=2", "", "unknown file:a: not observed"),
        // A promise that holds needs no precondition.
        ("a=1 b=1", "a=2", "a=2 b=7", "already"),
        ("a=1 b=1", "a=2", "a=2 b=?", "already"),
        // A known difference outweighs something unknown.
        ("a=1 b=1", "a=2", "a=? b=7", "stale file:b 1 7"),
        ("a=1 b=1", "a=2 b=2", "a=2 b=1", "stale file:a 1 2"),
        // Whether it is done already cannot be told.
        ("a=1", "b=2", "a=1 b=?", "unknown denied"),
        // It is known not to be done.
        ("a=1", "a=2 b=2", "a=1 b=?", "ready"),
        // Nothing promised: never already done.
        ("a=1", "", "a=1", "ready"),
        ("a=1", "", "a=2", "stale file:a 1 2"),
        ("", "", "", "ready"),
        ("", "a=2", "a=1", "ready"),
        ("a=1", "a=-", "a=-", "already"),
    ] {
        let found = word(&decide(&step(reads, post), &facts(now)));
        assert_eq!(found, expect, "reads {reads}, post {post}, now {now}");
    }
}

#[test]
fn standings() {
    for (reads, post, now, expect) in [
        ("a=1", "a=2", "a=2", "after"),
        ("a=1", "a=2", "a=1", "before"),
        ("a=1", "a=2", "a=3", "between file:a: 3"),
        ("a=1", "a=2", "a=?", "unknown"),
        (
            "a=1 b=1",
            "a=2 b=2",
            "a=2 b=1",
            "between file:a: 2; file:b: 1",
        ),
        ("a=1 b=1", "a=2 b=2", "a=1 b=?", "unknown"),
        ("a=1 b=1", "a=2", "a=1 b=?", "unknown"),
        ("a=1", "", "a=1", "before"),
        ("a=1", "", "a=2", "between file:a: 2"),
        ("", "", "", "before"),
    ] {
        let found = match standing(&step(reads, post), &facts(now)) {
            Standing::After => "after".to_owned(),
            Standing::Before => "before".to_owned(),
            Standing::Between { found } => format!("between {found}"),
            Standing::Unknown(_) => "unknown".to_owned(),
        };
        assert_eq!(found, expect, "reads {reads}, post {post}, now {now}");
    }
}

#[test]
fn a_compensation_restores_presence_not_the_value() {
    let mut step = step("a=1", "a=-");
    assert_eq!(restored(&step, &facts("a=2")), Truth::False);
    step.undo = Undo::Compensate {
        action: Box::new(step.action.clone()),
        remains: "the version".to_owned(),
    };
    assert_eq!(restored(&step, &facts("a=2")), Truth::True);
    assert_eq!(restored(&step, &facts("a=-")), Truth::False);
    assert!(matches!(restored(&step, &facts("a=?")), Truth::Unknown(_)));
    assert_eq!(standing_back(&step, &facts("a=2")), Standing::Before);
    assert!(matches!(
        standing(&step, &facts("a=2")),
        Standing::Between { .. }
    ));
}
