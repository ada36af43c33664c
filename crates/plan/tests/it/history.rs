//! Two observations of one host: a row is what was seen of one path, and what may be said.

use model::fact::{Completeness, Fact, FactKind, FactPath, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::value::Value;
use plan::history::{Change, compare};

/// `-` not listed, `absent`, `?` unknown, else a value.
fn seen(kind: FactKind, text: &str, complete: bool) -> TargetFacts {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let mut facts = TargetFacts::unreachable(ObjectRef::new(Kind::Host, "web"), at, "no route");
    let value = match text {
        "-" => None,
        "absent" => Some(Seen::Absent),
        "?" => Some(Seen::Unknown(Reason::new("hidden"))),
        text => Some(Seen::Present(match text.split_once('=') {
            Some(_) => Value::map(text.split(' ').filter_map(|p| p.split_once('='))),
            None => Value::from(text),
        })),
    };
    facts.errors.clear();
    if let Some(seen) = value {
        let source = "test".to_owned();
        facts.facts.insert(path(kind), Fact { seen, source });
    }
    let complete = match complete {
        true => Completeness::Yes("listed".to_owned()),
        false => Completeness::No(Reason::new("cut off")),
    };
    facts.collections.insert(kind, complete);
    facts
}

fn path(kind: FactKind) -> FactPath {
    FactPath::new(kind, "x")
}

#[test]
fn gone_and_new_are_said_by_who_would_have_seen() {
    let rows = [
        // kind, before (whole), after (whole), what is said
        ("1", true, "1", true, "nothing"),
        ("1", true, "2", true, "1 to 2"),
        ("1", true, "-", true, "gone 1"),
        ("1", true, "absent", false, "gone 1"),
        ("1", true, "-", false, "lost: cut off"),
        ("1", true, "?", true, "lost: hidden"),
        ("absent", true, "?", true, "lost: hidden"),
        ("-", true, "1", true, "new 1"),
        ("-", true, "1", false, "new 1"),
        ("-", false, "1", true, "found"),
        ("?", true, "1", true, "found"),
        ("?", true, "absent", true, "nothing"),
        ("absent", true, "-", true, "nothing"),
        ("a=1 b=2", true, "a=1 b=3 c=4", true, "b=2 to b=3 c=4"),
    ];
    for (then, whole_then, now, whole_now, expect) in rows {
        check(FactKind::User, (then, whole_then), (now, whole_now), expect);
    }
    check(
        FactKind::Timer,
        ("last=1 next=2", true),
        ("last=3 next=4", true),
        "nothing",
    );
    check(
        FactKind::Timer,
        ("last=1 result=a", true),
        ("last=3 result=b", true),
        "result=a to result=b",
    );
}

fn check(kind: FactKind, then: (&str, bool), now: (&str, bool), expect: &str) {
    let changes = compare(&seen(kind, then.0, then.1), &seen(kind, now.0, now.1));
    let change = changes.changes.get(&path(kind)).map(|c| match c {
        Change::Appeared(v) => format!("new {v}"),
        Change::Gone(v) => format!("gone {v}"),
        Change::Changed(a, b) => format!("{a} to {b}"),
    });
    let lost = changes
        .lost
        .get(&path(kind))
        .map(|why| format!("lost: {why}"));
    let found = changes
        .found
        .contains(&path(kind))
        .then(|| "found".to_owned());
    let said = change.or(lost).or(found).unwrap_or("nothing".to_owned());
    assert_eq!(said, expect, "{then:?} → {now:?}");
}
