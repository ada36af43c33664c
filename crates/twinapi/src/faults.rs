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

/// Keeps faults: all of them or those of before, whatever happens meanwhile. A server may read them at any time.
///
/// # Errors
/// What the system refuses.
pub fn save_to(store: &Path, all: &[Fault]) -> Result<()> {
    let path = file(store);
    let part = path.with_extension("part");
    let done = match all {
        [] if !path.exists() => Ok(()),
        [] => std::fs::remove_file(&path),
        all => std::fs::write(&part, serde_json::to_vec_pretty(all)?)
            .and_then(|()| std::fs::rename(&part, &path)),
    };
    done.with_context(|| format!("{}", path.display()))
}

/// The faults of an API that are in force, the newest last. What cannot be read is not taken for none: everything is answered with that
/// then.
pub(crate) fn in_force(store: &Path, of: &str) -> Vec<(String, pvesim::Fault)> {
    match load_from(store) {
        Ok(faults) => faults.iter().filter_map(|f| fault(f, of)).collect(),
        Err(why) => {
            let why = format!("the faults of the twin cannot be read ({why})");
            let why = why.replace(['\r', '\n'], " ");
            vec![(String::new(), pvesim::Fault::Refuse(500, why))]
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_that_cannot_be_read_are_not_none() {
        let store = tempfile::tempdir().unwrap();
        assert_eq!(in_force(store.path(), "host/pve"), []);
        let fault = Fault::Api {
            of: "host/pve".to_owned(),
            path: "/nodes".to_owned(),
            what: ApiFault::Filter,
        };
        save_to(store.path(), std::slice::from_ref(&fault)).unwrap();
        let filter = ("/nodes".to_owned(), pvesim::Fault::Filter);
        assert_eq!(in_force(store.path(), "host/pve"), [filter]);
        assert_eq!(in_force(store.path(), "host/other"), []);
        let files = std::fs::read_dir(store.path()).unwrap().count();
        assert_eq!(files, 1, "nothing is left beside it");
        // Cut off in the midst.
        std::fs::write(file(store.path()), "[{\"api\":").unwrap();
        let found = in_force(store.path(), "host/pve");
        let [(path, pvesim::Fault::Refuse(500, why))] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(path.is_empty() && why.contains("twin-faults.json"), "{why}");
        save_to(store.path(), &[]).unwrap();
        assert_eq!(in_force(store.path(), "host/pve"), []);
    }
}
