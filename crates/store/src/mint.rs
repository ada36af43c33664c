//! Minting ids: every declared object has one, a rename keeps it, and none is ever used again.

use crate::error::StoreError;
use crate::random::Random;
use data_encoding::HEXLOWER;
use model::id::{ObjectId, ObjectRef};
use model::lock::{FORMAT, Lock, Locked};
use std::collections::{BTreeMap, BTreeSet};

/// What [`mint_missing`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    /// The lock as it is to be written.
    pub lock: Lock,
    /// Objects that got an id.
    pub minted: BTreeSet<ObjectRef>,
    /// Renames that were followed, from old to new.
    pub moved: BTreeMap<ObjectRef, ObjectRef>,
    /// Objects with an id that are declared no more; they keep it until [`retire`] is told.
    pub vanished: BTreeSet<ObjectRef>,
}

/// A lock for a lab that has none yet.
///
/// # Errors
/// [`StoreError::Random`].
pub fn new_lock(random: &mut dyn Random) -> Result<Lock, StoreError> {
    Ok(Lock {
        format: FORMAT,
        lab: fresh("lab", &BTreeSet::new(), random)?,
        objects: BTreeMap::new(),
        retired: BTreeSet::new(),
    })
}

/// Follows renames `(old, new)` and gives an id to each declared object that has none. A rename that was followed before
/// changes nothing, so `was:` may stay in the declaration.
///
/// # Errors
/// [`StoreError::Rename`] if a rename changes the kind, takes a name that has an identity of its own, takes the name away from
/// an object that is still declared, or is claimed by two objects; [`StoreError::Random`].
pub fn mint_missing(
    lock: &Lock,
    objects: &BTreeSet<ObjectRef>,
    renames: &[(ObjectRef, ObjectRef)],
    random: &mut dyn Random,
) -> Result<Minted, StoreError> {
    let mut lock = lock.clone();
    let moved = follow(&mut lock, objects, renames)?;
    let mut minted = BTreeSet::new();
    let mut used = ids(&lock);
    for object in objects {
        if lock.objects.contains_key(object) {
            continue;
        }
        let id = fresh(object.kind.prefix(), &used, random)?;
        used.insert(id.clone());
        lock.objects.insert(
            object.clone(),
            Locked {
                id,
                native: None,
                inside: None,
            },
        );
        minted.insert(object.clone());
    }
    let vanished = lock
        .objects
        .keys()
        .filter(|o| !objects.contains(o))
        .cloned()
        .collect();
    Ok(Minted {
        lock,
        minted,
        moved,
        vanished,
    })
}

/// Gives up objects for good: their ids go to the retired ones, where they stay. Names without an id are left alone.
pub fn retire(lock: &Lock, gone: &BTreeSet<ObjectRef>) -> Lock {
    let mut lock = lock.clone();
    for object in gone {
        lock.retired
            .extend(lock.objects.remove(object).map(|l| l.id));
    }
    lock
}

/// Moves identities to new names, all at once, so that two objects may also swap theirs.
fn follow(
    lock: &mut Lock,
    objects: &BTreeSet<ObjectRef>,
    renames: &[(ObjectRef, ObjectRef)],
) -> Result<BTreeMap<ObjectRef, ObjectRef>, StoreError> {
    let olds: BTreeSet<&ObjectRef> = renames.iter().map(|(old, _)| old).collect();
    let news: BTreeSet<&ObjectRef> = renames.iter().map(|(_, new)| new).collect();
    let mut moved = BTreeMap::new();
    for (old, new) in renames {
        let refuse = |message: &str| {
            let (old, new, message) = (old.clone(), new.clone(), message.to_owned());
            Err(StoreError::Rename { old, new, message })
        };
        let known = lock.objects.contains_key(old);
        let taken = lock.objects.contains_key(new) && !olds.contains(new);
        let stays = objects.contains(old) && !news.contains(old);
        if !known || (taken && stays) {
            // Followed earlier; the old name may meanwhile belong to another object.
            continue;
        }
        if old.kind != new.kind {
            return refuse("an object cannot become one of another kind; declare it as a new one");
        }
        if stays {
            return refuse("the old name is still declared; remove `was:` or the old declaration");
        }
        if taken {
            return refuse("both names have an identity of their own; retire one of them first");
        }
        if moved
            .insert(old.clone(), new.clone())
            .is_some_and(|other| other != *new)
            || moved.values().filter(|n| *n == new).count() > 1
        {
            return refuse("two objects claim it; keep `was:` at one of them");
        }
    }
    let taken: Vec<_> = moved
        .iter()
        .filter_map(|(old, new)| Some((new, lock.objects.remove(old)?)))
        .collect();
    for (new, locked) in taken {
        lock.objects.insert(new.clone(), locked);
    }
    Ok(moved)
}

fn ids(lock: &Lock) -> BTreeSet<ObjectId> {
    let live = lock.objects.values().map(|l| l.id.clone());
    live.chain(lock.retired.iter().cloned())
        .chain([lock.lab.clone()])
        .collect()
}

/// `PREFIX-` and twelve hexadecimal digits that are not used yet.
fn fresh(
    prefix: &str,
    used: &BTreeSet<ObjectId>,
    random: &mut dyn Random,
) -> Result<ObjectId, StoreError> {
    loop {
        let mut bytes = [0; 6];
        random.fill(&mut bytes)?;
        let id = ObjectId(format!("{prefix}-{}", HEXLOWER.encode(&bytes)));
        if !used.contains(&id) {
            return Ok(id);
        }
    }
}
