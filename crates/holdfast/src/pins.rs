//! Heads of the ledger, kept at other places, so that a shortened, forked or restored ledger is noticed.
//!
//! Places: every folder in `HOLDFAST_PINS` (separated by `:`; a mounted NAS, a USB disk, a clone of another repository), and always
//! the state folder, which a restore of the data folder does not bring back.

use crate::put::beside;
use crate::world::World;
use anyhow::{Context as _, Result};
use model::evidence::Pin;
use model::realm::RealmTag;
use std::path::{Path, PathBuf};

fn places() -> Vec<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let mut all: Vec<PathBuf> = from("HOLDFAST_PINS")
        .map(|v| std::env::split_paths(&v).collect())
        .unwrap_or_default();
    let state = from("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| from("HOME").map(|h| PathBuf::from(h).join(".local/state")));
    all.extend(state.map(|s| s.join("holdfast/pins")));
    all
}

fn file<R: RealmTag>(world: &World<R>) -> String {
    let realm = world.realm().to_string().replace(':', "-");
    format!(
        "{}.{realm}.{}.json",
        world.lock.lab,
        world.store.controller()
    )
}

/// Keeps the head at every place there is. A place that cannot be written is said, not fatal.
pub(crate) fn put<R: RealmTag>(world: &World<R>) -> Result<()> {
    let Some(pin) = world.store.head()? else {
        return Ok(());
    };
    for place in places() {
        if let Err(why) = write(&place, &file(world), &pin) {
            errln!("note: the ledger's head could not be pinned: {why:#}");
        }
    }
    Ok(())
}

/// Keeps a pin in one folder.
pub(crate) fn write(place: &Path, name: &str, pin: &Pin) -> Result<()> {
    std::fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    let path = place.join(name);
    let text = serde_json::to_string(pin)? + "\n";
    beside(&path, text.as_bytes(), std::fs::File::sync_all)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a pin; `None` if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Pin>> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            Ok(Some(serde_json::from_str(&text).with_context(|| {
                format!("{} is no pin", path.display())
            })?))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Holds the ledger against every pin, newest first; a chain that cannot account for one goes on in a new epoch that says so.
pub(crate) fn compare<R: RealmTag>(world: &World<R>) -> Result<()> {
    let name = file(world);
    let mut pins = Vec::new();
    for place in places() {
        match read(&place.join(&name)) {
            Ok(pin) => pins.extend(pin),
            Err(why) => errln!("note: a pin could not be read: {why:#}"),
        }
    }
    pins.sort_by_key(|p| std::cmp::Reverse(p.seq));
    for pin in pins {
        note(world, &pin)?;
    }
    Ok(())
}

/// Holds the ledger against one pin.
pub(crate) fn note<R: RealmTag>(world: &World<R>, pin: &Pin) -> Result<store::ledger::PinNote> {
    let note = world.store.note_pin(pin, || world.stamp())?;
    if let store::ledger::PinNote::NewEpoch { .. } = note {
        errln!(
            "note: record {} was pinned on {} and is not in this ledger: it was restored from a copy, or replaced. A new epoch says so; \
             evidence between the copy and the pin is lost.",
            pin.seq,
            pin.at
        );
    }
    Ok(note)
}
