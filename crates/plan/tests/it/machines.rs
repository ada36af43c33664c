//! Hardware, disks and pools: declared against what a machine tells.

use crate::world::now;
use diag::SourceSet;
use model::fact::{
    Completeness, FORMAT, Fact, FactKind, FactPath, Facts, NativeIdentity, Seen, TargetFacts,
};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::realm::Realm;
use model::value::Value;
use plan::{Context, Owned};
use std::collections::BTreeMap;

const LAB: &str = "format: 1
lab: x
hosts:
  nas:
    hardware:
      cpu: {threads: 8}
      memory: 64GiB
      disks: {a: {size: 8TB, serial: ZA1}, b: {size: 8TB, serial: ZA2}}
pools:
  tank: {kind: btrfs, on: nas, level: raid1, devices: [nas/a, nas/b], mount: /srv/tank, mount_options: [noatime, nofail]}
  later: {kind: btrfs, on: nas, mount: /srv/later, status: planned}
";

/// As declared: what is put in the place of one of them is told.
fn as_declared() -> BTreeMap<&'static str, Seen> {
    let gib = |n: i64| Value::Int(n << 30);
    let disk = |serial: &str| Seen::Present(Value::map([("serial", Value::from(serial))]));
    let at = Value::List(vec![Value::from("/srv/tank")]);
    BTreeMap::from([
        (
            "host:hardware",
            Seen::Present(Value::map([
                ("threads", Value::Int(8)),
                ("memory", gib(62)),
            ])),
        ),
        ("disk:sda", disk("ZA1")),
        ("disk:sdb", disk("ZA2")),
        (
            "mount:/srv/tank",
            Seen::Present(Value::map([
                ("type", Value::from("btrfs")),
                ("options", Value::from("rw,noatime")),
            ])),
        ),
        (
            "pool:btrfs/6b",
            Seen::Present(Value::map([
                ("level", Value::from("raid1")),
                ("mounts", at),
            ])),
        ),
    ])
}

fn drift(seen: &BTreeMap<&'static str, Seen>, gap: Option<&str>) -> Vec<String> {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", LAB);
    let (lab, wrong) = lang::analyze(&sources);
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut nas = TargetFacts::unreachable(ObjectRef::new(Kind::Host, "nas"), now(), "");
    nas.identity = Some(NativeIdentity {
        machine_id: "m".to_owned(),
        host_key: "SHA256:k".to_owned(),
        realm_marker: None,
    });
    for (path, seen) in seen {
        let fact = Fact {
            seen: seen.clone(),
            source: "test".to_owned(),
        };
        nas.facts.insert(FactPath::parse(path).unwrap(), fact);
    }
    for kind in [FactKind::Mount, FactKind::Disk, FactKind::Pool] {
        let all = match gap {
            Some(why) => Completeness::No(Reason::new(why)),
            None => Completeness::Yes("test".to_owned()),
        };
        nas.collections.insert(kind, all);
    }
    let facts = Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets: BTreeMap::from([("nas".to_owned(), nas)]),
    };
    let ctx = Context {
        lab: &lab,
        sources: &sources,
        facts: &facts,
        owned: &Owned::new(),
        now: now(),
    };
    let all = [plan::hardware::drift(&ctx), plan::storage::drift(&ctx)].concat();
    let line = |d: &plan::Difference| {
        format!(
            "{} {}: {} | {}",
            d.path,
            d.how.word(),
            d.declared,
            d.observed
        )
    };
    all.iter().map(line).collect()
}

fn changed(path: &'static str, seen: Option<Seen>) -> Vec<String> {
    let mut all = as_declared();
    all.remove(path);
    all.extend(seen.map(|s| (path, s)));
    drift(&all, None)
}

fn fields(pairs: &[(&'static str, Value)]) -> Option<Seen> {
    Some(Seen::Present(Value::map(pairs.iter().cloned())))
}

#[test]
fn what_is_as_declared_is_not_told() {
    assert_eq!(drift(&as_declared(), None), [""; 0]);
}

#[test]
fn a_module_or_a_processor_that_is_gone_is_told() {
    let less = fields(&[("threads", Value::Int(8)), ("memory", Value::Int(31 << 30))]);
    assert_eq!(
        changed("host:hardware", less),
        ["host:hardware differs: 64.0 GiB of memory | the kernel has 31.0 GiB"]
    );
    let more = fields(&[
        ("threads", Value::Int(16)),
        ("memory", Value::Int(70 << 30)),
    ]);
    assert_eq!(changed("host:hardware", more).len(), 2);
}

#[test]
fn a_pool_that_is_not_there_or_made_in_another_way_is_told() {
    assert_eq!(
        changed("mount:/srv/tank", None),
        ["mount:/srv/tank missing: pool tank is mounted here | not mounted"]
    );
    let other = fields(&[
        ("type", Value::from("ext4")),
        ("options", Value::from("rw")),
    ]);
    assert_eq!(
        changed("mount:/srv/tank", other),
        [
            "mount:/srv/tank differs: pool tank: btrfs | ext4",
            "mount:/srv/tank differs: pool tank is mounted with noatime | rw",
        ]
    );
    let at = Value::List(vec![Value::from("/srv/tank")]);
    let single = fields(&[("level", Value::from("single")), ("mounts", at)]);
    assert_eq!(
        changed("pool:btrfs/6b", single),
        ["pool:btrfs/6b differs: pool tank is raid1 | single"]
    );
    assert_eq!(
        changed("pool:btrfs/6b", None),
        [
            "mount:/srv/tank unknown: pool tank is raid1 | unknown (what it is made of cannot be seen from its mount)"
        ]
    );
}

#[test]
fn a_disk_that_was_exchanged_is_told_twice() {
    assert_eq!(
        changed("disk:sdb", fields(&[("serial", Value::from("ZA3"))])),
        [
            "disk:b missing: disk b with serial number ZA2 | no such disk",
            "disk:sdb undeclared: not declared | a disk with serial number ZA3",
        ]
    );
}

#[test]
fn nothing_is_missing_where_not_all_was_seen() {
    let lines = drift(&BTreeMap::new(), Some("denied"));
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(
        lines
            .iter()
            .all(|l| l.contains(" unknown: ") && l.ends_with("unknown (denied)")),
        "{lines:#?}"
    );
}
