//! What was kept of the last looks at a lab, for those who judge it. Nothing is asked, and nothing is written, not even a directory.

use crate::tree::Tree;
use crate::{twins, world};
use anyhow::Result;
use console::hint::Hints;
use jiff::Timestamp;
use model::declare::OptExt as _;
use model::fact::{FORMAT, Facts, NativeIdentity, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::{Lab, Reach};
use model::lock::Lock;
use model::realm::{Realm, RealmTag};
use plan::interface;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::Store;

/// So many observations are opened to find the last answer of each target.
const MOST: usize = 20;

/// What was kept of one realm.
pub(crate) struct Kept {
    /// What each target answered last; of one that did not, why.
    pub(crate) facts: Facts,
    /// The declaration of a twin, where that is another one.
    adapted: Option<Lab>,
}

impl Kept {
    /// As rules see it.
    pub(crate) fn seen<'a>(&'a self, lab: &'a Lab, now: jiff::Timestamp) -> rules::Observation<'a> {
        rules::Observation {
            facts: &self.facts,
            now,
            lab: self.adapted.as_ref().unwrap_or(lab),
        }
    }
}

/// What was kept of a lab in one realm; `None` if nobody has looked at it yet.
pub(crate) fn kept<R: RealmTag>(tag: R, tree: &Tree, path: &Path) -> Result<Option<Kept>> {
    let Some(lock) = store::lockfile::read(&tree.lock_path())? else {
        return Ok(None);
    };
    let realm = tag.realm();
    let store = Store::open_read(tag, &world::data_root()?, &lock.lab)?;
    let ids = store.observation_ids()?;
    let known = match &realm {
        Realm::Real => Some(lock.clone()),
        Realm::Twin(_) => store.identities()?,
    };
    let adapted = match &realm {
        Realm::Real => None,
        Realm::Twin(name) => {
            let mut lab = tree.lab.clone();
            twins::adapt(&mut lab, name, &lock.lab, &Hints::new(path, realm.clone()));
            Some(lab)
        }
    };
    // A twin has interfaces of its own, also of what the lab says no way to.
    let lab = adapted.as_ref().unwrap_or(&tree.lab);
    let machines = lab.machines().map(|(name, _)| name.to_owned());
    let mut missing: BTreeSet<String> = machines.collect();
    missing.extend(interface::all(lab).iter().map(interface::Interface::key));
    let mut targets = BTreeMap::new();
    let mut silent = BTreeMap::new();
    for id in ids.iter().rev().take(MOST) {
        if missing.is_empty() {
            break;
        }
        let seen = match store.observation(id) {
            Ok(seen) => seen,
            // Whatever an older one says, this may have said otherwise.
            Err(why) => {
                unreadable(lab, &missing, &why, &mut silent);
                break;
            }
        };
        for (name, found) in seen.into_iter().flat_map(|f| f.targets) {
            if !missing.contains(&name) {
                continue;
            }
            let found = own(lab, &realm, &known, &name, found);
            if found.identity.is_none() {
                silent.entry(name).or_insert(found);
            } else {
                missing.remove(&name);
                targets.insert(name, found);
            }
        }
    }
    if ids.is_empty() {
        return Ok(None);
    }
    silent.retain(|name, _| missing.contains(name));
    targets.extend(silent);
    let facts = Facts {
        format: FORMAT,
        realm,
        targets,
    };
    Ok(Some(Kept { facts, adapted }))
}

/// What a target said, unless another one said it in its place.
fn own(
    lab: &Lab,
    realm: &Realm,
    known: &Option<Lock>,
    name: &str,
    found: TargetFacts,
) -> TargetFacts {
    let declared = called(lab, name);
    let Some(identity) = &found.identity else {
        return found;
    };
    let entry = known.as_ref().and_then(|l| l.objects.get(&declared));
    let why = match found.target == declared {
        true if matches!(declared.kind, Kind::Ups | Kind::Device) => {
            elsewhere(lab, &declared, identity)
        }
        true if lab.machine(name).is_none() => None,
        true => world::stranger(realm, entry.and_then(|e| e.machine()), identity)
            .or_else(|| other_key(lab, realm, name, &identity.host_key)),
        false => Some(format!("it was kept as {}", found.target)),
    };
    match why {
        None => model::shape::doubted(found),
        Some(why) => {
            let why = format!("another machine answered in its place: {why}");
            TargetFacts::unreachable(declared, found.at, why)
        }
    }
}

/// The lab declares another place to ask at than the one that answered: another UPS or upsd, another SNMP agent, or another router.
fn elsewhere(lab: &Lab, of: &ObjectRef, found: &NativeIdentity) -> Option<String> {
    let expected = match of.kind {
        Kind::Ups => drivers::nut::identity(lab.ups.get(&of.name)?.nut.known()?),
        _ => {
            let device = lab.devices.get(&of.name)?;
            match &device.openwrt {
                Some(openwrt) => openwrt::identity(&openwrt.url.known()?.0),
                None => drivers::snmp::identity(device.snmp.as_ref()?.at.known()?),
            }
        }
    };
    let (found, expected) = (&found.machine_id, expected.machine_id);
    (*found != expected).then(|| format!("it was asked as {found}, the lab declares {expected}"))
}

/// The lab declares another host key than the one that answered.
fn other_key(lab: &Lab, realm: &Realm, name: &str, found: &str) -> Option<String> {
    let Some(Reach::Ssh { host_key, .. }) = lab.machine(name).map(|m| &m.reach) else {
        return None;
    };
    let declared = host_key.as_ref().filter(|_| *realm == Realm::Real)?;
    (declared.value != found).then(|| {
        format!(
            "its host key is {found}, the lab declares {}",
            declared.value
        )
    })
}

/// Of what was not found in newer ones nothing is known.
fn unreadable(
    lab: &Lab,
    missing: &BTreeSet<String>,
    why: &store::StoreError,
    silent: &mut BTreeMap<String, TargetFacts>,
) {
    for name in missing {
        let why = format!("what was kept of it cannot be read: {why}");
        let facts = TargetFacts::unreachable(called(lab, name), Timestamp::UNIX_EPOCH, why);
        silent.insert(name.clone(), facts);
    }
}

/// What the target of a name among the facts is declared as.
fn called(lab: &Lab, name: &str) -> ObjectRef {
    match ObjectRef::parse(name) {
        Some(object) if lab.machine(name).is_none() => object,
        _ => lab.machine_ref(name),
    }
}

/// Nothing was looked at, and somebody asks all the same: everything is unknown.
pub(crate) fn nothing(realm: Realm) -> Kept {
    Kept {
        facts: Facts {
            format: FORMAT,
            realm,
            targets: BTreeMap::new(),
        },
        adapted: None,
    }
}
