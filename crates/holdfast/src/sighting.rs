//! What was kept of the last looks at a lab, for those who judge it. Nothing is asked, and nothing is written, not even a directory.

use crate::hint::Hints;
use crate::tree::Tree;
use crate::{twins, world};
use anyhow::Result;
use model::fact::{FORMAT, Facts};
use model::lab::Lab;
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
    let machines = tree.lab.machines().map(|(name, _)| name.to_owned());
    let mut missing: BTreeSet<String> = machines.collect();
    missing.extend(
        interface::all(&tree.lab)
            .iter()
            .map(interface::Interface::key),
    );
    let mut targets = BTreeMap::new();
    let mut silent = BTreeMap::new();
    for id in ids.iter().rev().take(MOST) {
        if missing.is_empty() {
            break;
        }
        for (name, found) in store.observation(id)?.into_iter().flat_map(|f| f.targets) {
            if found.identity.is_none() {
                silent.entry(name).or_insert(found);
            } else if missing.remove(&name) {
                targets.insert(name, found);
            }
        }
    }
    if ids.is_empty() {
        return Ok(None);
    }
    silent.retain(|name, _| missing.contains(name));
    targets.extend(silent);
    let adapted = match &realm {
        Realm::Real => None,
        Realm::Twin(name) => {
            let mut lab = tree.lab.clone();
            twins::adapt(&mut lab, name, &lock.lab, &Hints::new(path, realm.clone()));
            Some(lab)
        }
    };
    let facts = Facts {
        format: FORMAT,
        realm,
        targets,
    };
    Ok(Some(Kept { facts, adapted }))
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
