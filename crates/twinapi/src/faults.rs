//! The faults of a twin as they are kept, and what they are to an interface.

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use twinplan::faults::{ApiFault, Fault};

/// Where they stand in a store.
pub fn file(store: &Path) -> PathBuf {
    store.join("twin-faults.json")
}

/// The faults in force in the twin of a store.
///
/// # Errors
/// A file that cannot be read, or is none of these.
pub fn load_from(store: &Path) -> Result<Vec<Fault>> {
    let path = file(store);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{}", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("{}", path.display())),
    }
}

/// The faults of an API that are in force, the newest last.
pub(crate) fn in_force(store: &Path, of: &str) -> Vec<(String, pvesim::Fault)> {
    let faults = load_from(store).unwrap_or_default();
    faults.iter().filter_map(|f| fault(f, of)).collect()
}

fn fault(fault: &Fault, own: &str) -> Option<(String, pvesim::Fault)> {
    let Fault::Api { of, path, what } = fault else {
        return None;
    };
    let meets = match what {
        ApiFault::Refuse => pvesim::Fault::Refuse(403, format!("Permission check failed ({path})")),
        ApiFault::Filter => pvesim::Fault::Filter,
        ApiFault::Lie { pointer, value } => pvesim::Fault::Lie(
            pointer.clone(),
            serde_json::from_str(value).unwrap_or_default(),
        ),
    };
    (of == own).then(|| (path.clone(), meets))
}
