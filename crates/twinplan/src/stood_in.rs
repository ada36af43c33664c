//! Pools that something else stands in for, or that are not in a twin: what a machine of it tells of them says nothing of the real ones.

use crate::design;
use model::declare::OptExt as _;
use model::fact::{Fact, FactKind, FactPath, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::kleene::Reason;
use model::lab::Lab;
use model::value::Value;
use std::collections::BTreeMap;

/// Mounts of such pools of one machine, each with the reason.
pub fn mounts(lab: &Lab, of: &ObjectRef) -> BTreeMap<FactPath, String> {
    let on = |pool: &&model::lab::storage::Pool| pool.on.known().is_some_and(|r| r.0.object == *of);
    let pools = lab.pools.iter().filter(|(_, pool)| on(pool));
    let mounted: Vec<_> = pools
        .filter_map(|(name, pool)| Some((name, pool.mount.known()?)))
        .collect();
    if mounted.is_empty() {
        return BTreeMap::new();
    }
    let design = design(lab, &Default::default());
    let why = |name: &str| match design.pools.iter().find(|p| p.name == name) {
        Some(twin) => twin.stand_in.clone(),
        None => {
            let absent = design.why_absent(&ObjectRef::new(Kind::Pool, name));
            Some(absent.unwrap_or("it has no such pool").to_owned())
        }
    };
    let all = mounted.into_iter();
    all.filter_map(|(name, mount)| {
        let path = FactPath::new(FactKind::Mount, mount.0.as_str());
        Some((path, why(name)?))
    })
    .collect()
}

/// Takes out of what a machine told the type and level of stand-ins; of pools that are not there nothing is known.
pub fn hide(target: &mut TargetFacts, stood_in: BTreeMap<FactPath, String>) {
    let is_one = |value: &Value| {
        value
            .as_text()
            .is_some_and(|at| stood_in.contains_key(&FactPath::new(FactKind::Mount, at)))
    };
    for (path, fact) in &mut target.facts {
        let Seen::Present(Value::Map(fields)) = &mut fact.seen else {
            continue;
        };
        let at = match fields.get("mounts") {
            Some(Value::List(items)) => items.iter().any(is_one),
            _ => false,
        };
        let made_up: &[&str] = match path.kind {
            FactKind::Mount if stood_in.contains_key(path) => &["type"],
            FactKind::Pool if at => &["level", "metadata_level"],
            _ => &[],
        };
        for name in made_up {
            fields.remove(*name);
        }
    }
    // Nobody asked where nothing was said of mounts.
    if !target.collections.contains_key(&FactKind::Mount) {
        return;
    }
    for (path, why) in stood_in {
        let fact = Fact {
            seen: Seen::Unknown(Reason::new(format!("not in twin: {why}"))),
            source: "the twin's plan".to_owned(),
        };
        target.facts.entry(path).or_insert(fact);
    }
}
