//! Ownership.

use crate::common::*;
use model::id::{Kind, ObjectRef, RunId};
use store::{Owned, StoreError};

#[test]
fn things_come_and_go() {
    let root = tempfile::tempdir().unwrap();
    let opened = store(root.path());
    let (web, www) = (
        ObjectRef::new(Kind::Host, "web"),
        ObjectRef::new(Kind::Host, "www"),
    );
    let owned = |adopted| Owned {
        since: RunId("r".to_owned()),
        adopted,
    };
    opened.own(&web, "file:/etc/x", owned(false)).unwrap();
    opened.own(&web, "user:anna", owned(true)).unwrap();
    opened.disown(&web, "user:bert").unwrap();
    drop(opened);
    let opened = store(root.path());
    let things = opened.owned().unwrap();
    assert_eq!(things[&web].len(), 2);
    assert!(things[&web]["user:anna"].adopted && !things[&web]["file:/etc/x"].adopted);
    opened.rename_target((&web, &www)).unwrap();
    opened.disown(&www, "user:anna").unwrap();
    assert_eq!(opened.owned().unwrap().keys().collect::<Vec<_>>(), [&www]);
    opened.disown(&www, "file:/etc/x").unwrap();
    assert!(opened.owned().unwrap().is_empty());
}

#[test]
fn a_file_that_cannot_be_understood_owns_nothing_silently() {
    let root = tempfile::tempdir().unwrap();
    let opened = store(root.path());
    let path = opened.dir().join("owned.json");
    std::fs::write(&path, "{\"format\":2,\"new\":true}").unwrap();
    assert!(matches!(
        opened.owned(),
        Err(StoreError::UnknownFormat { found: 2, .. })
    ));
    std::fs::write(&path, "{\"format\":1,\"realm\":\"twin:t\",\"targets\":{}}").unwrap();
    assert!(matches!(
        opened.owned(),
        Err(StoreError::RealmMismatch { .. })
    ));
    std::fs::write(&path, "{").unwrap();
    assert!(matches!(opened.owned(), Err(StoreError::Malformed { .. })));
}
