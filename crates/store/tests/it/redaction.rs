//! The key under which free text is hidden: made once, private, and never guessed.

use model::id::ObjectId;
use model::realm::Real;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use store::{Store, StoreError};

fn open(root: &Path) -> Store<Real> {
    Store::open(Real, root, &ObjectId("lab-1".to_owned())).unwrap()
}

#[test]
fn a_text_is_hidden_alike_as_long_as_the_key_stays() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let path = store.dir().join("redaction-key");
    let hidden = |store: &Store<Real>| store.redactor().map(|r| r.redact("hunter2").to_string());
    let first = hidden(&store).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(store);
    let store = open(root.path());
    assert_eq!(hidden(&store).unwrap(), first);

    std::fs::write(&path, "0123\n").unwrap();
    assert!(matches!(hidden(&store), Err(StoreError::Malformed { .. })));
    std::fs::remove_file(&path).unwrap();
    assert_ne!(hidden(&store).unwrap(), first);
}
