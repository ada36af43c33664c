//! `holdfast.lock` on disk: stable, sorted JSON that a person can review in a diff. See `docs/formats/lock.md`.

use crate::error::StoreError;
use crate::files;
use model::id::ObjectId;
use model::lock::{FORMAT, Lock};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

/// Its name, beside `holdfast.yaml`.
pub const FILE: &str = "holdfast.lock";

const HELP: &str = "bring the file back from git: ids in it are never minted twice";

/// Reads a lock file; `None` if there is none.
///
/// # Errors
/// [`StoreError::Malformed`] for unresolved merge conflicts, bad JSON, a name that stands twice or an id that is used twice;
/// [`StoreError::UnknownFormat`]; what the system refuses.
pub fn read(path: &Path) -> Result<Option<Lock>, StoreError> {
    let Some(bytes) = files::read(path)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    if let Some(line) = conflict(&text) {
        return Err(StoreError::Malformed {
            path: path.to_path_buf(),
            message: format!("line {line} is a mark of an unresolved merge conflict"),
            help: "resolve the conflict: keep the lines of both sides, and for one name the id that was minted first",
        });
    }
    let lock: Lock = files::parse_json(path, &bytes, FORMAT, HELP)?;
    let malformed = |message: String| StoreError::Malformed {
        path: path.to_path_buf(),
        message,
        help: "this comes from a merge that kept too much; remove the line that was added last",
    };
    let names: Names = files::parse_json(path, &bytes, FORMAT, HELP)?;
    if let Some(name) = names.objects.twice {
        return Err(malformed(format!("the name {name} stands in it twice")));
    }
    match double_id(&lock) {
        Some(id) => Err(malformed(format!("the id {id} is used twice"))),
        None => Ok(Some(lock)),
    }
}

/// Writes a lock file; equal locks give equal bytes.
///
/// # Errors
/// What the system refuses.
pub fn write(path: &Path, lock: &Lock) -> Result<(), StoreError> {
    write_with_mode(path, lock, 0o644)
}

pub(crate) fn write_with_mode(path: &Path, lock: &Lock, mode: u32) -> Result<(), StoreError> {
    files::write_json(path, lock, mode)
}

/// First line that git left in the file.
fn conflict(text: &str) -> Option<usize> {
    let is_mark = |l: &str| {
        ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|m| l.starts_with(m))
    };
    text.lines().position(is_mark).map(|n| n + 1)
}

fn double_id(lock: &Lock) -> Option<&ObjectId> {
    let mut seen: BTreeSet<&ObjectId> = lock.retired.iter().collect();
    lock.objects
        .values()
        .map(|l| &l.id)
        .find(|id| !seen.insert(id))
}

/// The names in the file as they stand there; a map would keep the last of two silently.
#[derive(Deserialize)]
struct Names {
    objects: NameList,
}

struct NameList {
    twice: Option<String>,
}

impl<'de> Deserialize<'de> for NameList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NameListVisitor)
    }
}

struct NameListVisitor;

impl<'de> Visitor<'de> for NameListVisitor {
    type Value = NameList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from KIND/NAME to identities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NameList, A::Error> {
        let mut seen: BTreeMap<String, ()> = BTreeMap::new();
        let mut twice = None;
        while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
            if seen.insert(name.clone(), ()).is_some() {
                twice = Some(name);
            }
        }
        Ok(NameList { twice })
    }
}
