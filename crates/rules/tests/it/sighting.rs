//! What fixtures say was observed. `observed/TARGET` has one line each:
//!
//! ```text
//! at 2026-11-21T08:00:00Z            when; four hours ago if nothing is said
//! silent because no route            it did not answer
//! all listener by ss -lntup          every one of the kind was seen
//! part key because denied            some may be missing
//! listener:tcp/0.0.0.0:80 = {"process": "nginx"}
//! package:nginx absent
//! patch:security unknown because apt is broken
//! ```

use jiff::Timestamp;
use model::fact::{
    Completeness, FORMAT, Fact, FactKind, FactPath, Facts, NativeIdentity, Seen, TargetFacts,
};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::realm::Realm;
use std::collections::BTreeMap;

/// Takes the files of targets out of a fixture; `None` if it has none, so that nobody looked.
pub(crate) fn take(files: &mut BTreeMap<String, String>) -> Option<Facts> {
    let mut targets = BTreeMap::new();
    files.retain(|path, text| match path.strip_prefix("observed/") {
        Some(key) => {
            targets.insert(key.to_owned(), target(key, text));
            false
        }
        None => true,
    });
    (!targets.is_empty()).then_some(Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets,
    })
}

/// A target that answered four hours before the day's noon, and of which nothing is known.
pub(crate) fn answered(key: &str) -> TargetFacts {
    let object = match key.split_once('/') {
        Some(("cluster", name)) => ObjectRef::new(Kind::Cluster, name),
        Some(("ups", name)) => ObjectRef::new(Kind::Ups, name),
        Some(("guest", name)) => ObjectRef::new(Kind::Guest, name),
        Some(("device", name)) => ObjectRef::new(Kind::Device, name),
        Some((_, name)) => ObjectRef::new(Kind::Host, name),
        None => ObjectRef::new(Kind::Host, key),
    };
    let at: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    let mut facts = TargetFacts::unreachable(object, at, "");
    facts.errors.clear();
    facts.identity = Some(NativeIdentity {
        machine_id: "m".to_owned(),
        host_key: "SHA256:k".to_owned(),
        realm_marker: None,
    });
    facts
}

fn target(key: &str, text: &str) -> TargetFacts {
    let mut facts = answered(key);
    let mut sources: BTreeMap<FactKind, String> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let (first, rest) = line.split_once(' ').unwrap();
        let because = || rest.split_once("because ").unwrap();
        match first {
            "at" => facts.at = rest.parse().unwrap(),
            "silent" => {
                facts.identity = None;
                facts.errors = vec![because().1.to_owned()];
            }
            "all" => {
                let (word, source) = rest.split_once(" by ").unwrap();
                sources.insert(kind(word), source.to_owned());
                let proof = Completeness::Yes(source.to_owned());
                facts.collections.insert(kind(word), proof);
            }
            "part" => {
                let (word, why) = because();
                let gap = Completeness::No(Reason::new(why));
                facts.collections.insert(kind(word.trim()), gap);
            }
            _ => {
                let (path, seen) = fact(line);
                let source = sources.get(&path.kind);
                let source = source.map_or(path.kind.word(), String::as_str).to_owned();
                facts.facts.insert(path, Fact { seen, source });
            }
        }
    }
    facts
}

fn kind(word: &str) -> FactKind {
    let all = FactKind::ALL.iter().copied();
    all.into_iter()
        .find(|k| k.word() == word)
        .unwrap_or_else(|| panic!("no kind {word}"))
}

fn fact(line: &str) -> (FactPath, Seen) {
    let path = |text: &str| FactPath::parse(text).unwrap_or_else(|| panic!("no path: {text}"));
    if let Some((key, value)) = line.split_once(" = ") {
        let value = serde_json::from_str(value).unwrap_or_else(|e| panic!("{line}: {e}"));
        return (path(key), Seen::Present(value));
    }
    if let Some((key, why)) = line.split_once(" unknown because ") {
        return (path(key), Seen::Unknown(Reason::new(why)));
    }
    match line.strip_suffix(" absent") {
        Some(key) => (path(key), Seen::Absent),
        None => panic!("not understood: {line}"),
    }
}
