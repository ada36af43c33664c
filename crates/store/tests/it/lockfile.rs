//! The lock file and minting.

use model::id::{Kind, ObjectRef};
use model::lock::Lock;
use std::collections::BTreeSet;
use store::mint::{Minted, mint_missing, new_lock, retire};
use store::{Random, StoreError, lockfile};

/// Counts up, every number twice: the second time it must be refused.
struct Stutter(u8);

impl Random for Stutter {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StoreError> {
        buffer.fill(self.0 / 2);
        self.0 += 1;
        Ok(())
    }
}

fn host(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Host, name)
}

fn hosts(names: &str) -> BTreeSet<ObjectRef> {
    names.split_whitespace().map(host).collect()
}

fn mint(lock: &Lock, names: &str, renames: &[(&str, &str)]) -> Result<Minted, StoreError> {
    let renames: Vec<_> = renames.iter().map(|(o, n)| (host(o), host(n))).collect();
    mint_missing(lock, &hosts(names), &renames, &mut Stutter(100))
}

fn id<'a>(lock: &'a Lock, name: &str) -> &'a str {
    &lock.objects[&host(name)].id.0
}

fn start() -> Lock {
    let lock = new_lock(&mut Stutter(0)).unwrap();
    mint_missing(&lock, &hosts("a b"), &[], &mut Stutter(2))
        .unwrap()
        .lock
}

#[test]
fn ids_are_minted_once() {
    let lock = start();
    assert_eq!(
        (lock.lab.0.as_str(), id(&lock, "a")),
        ("lab-000000000000", "hst-010101010101")
    );
    assert_ne!(id(&lock, "a"), id(&lock, "b"));
    let again = mint(&lock, "a b c", &[]).unwrap();
    assert_eq!(again.minted, hosts("c"));
    assert_eq!(id(&again.lock, "a"), id(&lock, "a"));
    assert_eq!(mint(&again.lock, "a b c", &[]).unwrap().lock, again.lock);
}

#[test]
fn vanished_names_keep_their_ids_until_they_are_retired() {
    let lock = start();
    let minted = mint(&lock, "a", &[]).unwrap();
    assert_eq!((&minted.vanished, &minted.lock), (&hosts("b"), &lock));
    let retired = retire(&lock, &hosts("b"));
    assert!(retired.retired.iter().any(|r| r.0 == id(&lock, "b")));
    // The same random bytes again: a retired id is not given out, nor for a new object of the same name.
    let again = mint_missing(&retired, &hosts("a b"), &[], &mut Stutter(2))
        .unwrap()
        .lock;
    assert_ne!(id(&again, "b"), id(&lock, "b"));
    assert_ne!(id(&again, "b"), id(&lock, "a"));
}

#[test]
fn renames_move_ids() {
    let lock = start();
    let moved = mint(&lock, "c b", &[("a", "c")]).unwrap();
    assert_eq!(id(&moved.lock, "c"), id(&lock, "a"));
    assert!(moved.minted.is_empty() && moved.vanished.is_empty());
    // `was:` may stay, even when the old name is used anew.
    assert_eq!(
        mint(&moved.lock, "c b", &[("a", "c")]).unwrap().lock,
        moved.lock
    );
    let reused = mint(&moved.lock, "a b c", &[("a", "c")]).unwrap();
    assert_eq!(reused.minted, hosts("a"));
    assert_eq!(
        mint(&reused.lock, "a b c", &[("a", "c")]).unwrap().lock,
        reused.lock
    );
    let swapped = mint(&lock, "a b", &[("a", "b"), ("b", "a")]).unwrap().lock;
    assert_eq!(
        (id(&swapped, "a"), id(&swapped, "b")),
        (id(&lock, "b"), id(&lock, "a"))
    );
}

#[test]
fn renames_that_cannot_be_followed() {
    let lock = start();
    for (names, renames, expected) in [
        ("a b c", vec![("a", "c")], "still declared"),
        ("b", vec![("a", "b")], "identity of their own"),
        ("b c d", vec![("a", "c"), ("a", "d")], "two objects claim"),
        ("c", vec![("a", "c"), ("b", "c")], "two objects claim"),
    ] {
        let error = mint(&lock, names, &renames).unwrap_err().to_string();
        assert!(error.contains(expected), "{names}: {error}");
    }
    let rename = [(host("a"), ObjectRef::new(Kind::Site, "c"))];
    let error = mint_missing(&lock, &hosts("b"), &rename, &mut Stutter(0)).unwrap_err();
    assert!(error.to_string().contains("another kind"), "{error}");
}

#[test]
fn files_are_stable_and_damage_is_said() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(lockfile::FILE);
    assert_eq!(lockfile::read(&path).unwrap(), None);
    let lock = start();
    lockfile::write(&path, &lock).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    assert_eq!(lockfile::read(&path).unwrap(), Some(lock.clone()));
    assert!(good.ends_with("}\n") && good.find("host/a") < good.find("host/b"));
    let conflict = good.replace("    \"host/a\"", "<<<<<<< HEAD\n    \"host/a\"");
    for (text, expected) in [
        (conflict, "line 5 is a mark of an unresolved merge conflict"),
        (
            good.replace("host/b", "host/a"),
            "host/a stands in it twice",
        ),
        (
            good.replace(id(&lock, "b"), id(&lock, "a")),
            "is used twice",
        ),
        (
            good.replace("\"format\": 1", "\"format\": 4"),
            "has format 4",
        ),
        (good.replace('}', ""), "is not what it should be"),
    ] {
        assert_ne!(text, good);
        std::fs::write(&path, text).unwrap();
        let error = lockfile::read(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
