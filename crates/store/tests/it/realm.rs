//! A store belongs to one lab and one realm, and to one process at a time.

use crate::common::*;
use model::id::ObjectId;
use model::lock::Lock;
use model::realm::{HasRealm, Real, Realm, Twin};
use std::os::unix::fs::PermissionsExt;
use store::{Store, StoreError};

#[test]
fn a_second_opener_is_told_who_is_first() {
    let root = tempfile::tempdir().unwrap();
    let first = store(root.path());
    let error = Store::open(Real, root.path(), &lab()).unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    // Reading needs no lock.
    let reader = Store::open_read(Real, root.path(), &lab()).unwrap();
    assert_eq!(reader.history().unwrap().len(), 1);
    assert_eq!(reader.head().unwrap().unwrap().writer, first.controller().0);
    drop(first);
    drop(store(root.path()));
}

#[test]
fn a_second_writer_of_one_ledger_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let first = open(root.path()).unwrap();
    assert!(matches!(open(root.path()), Err(StoreError::Busy { .. })));
    drop(first);
    drop(open(root.path()).unwrap());
}

#[test]
fn another_realms_directory_is_refused() {
    let root = tempfile::tempdir().unwrap();
    drop(store(root.path()));
    let lab_dir = root.path().join(lab().0);
    copy_dir(&lab_dir.join("real"), &lab_dir.join("twin-copy"));
    let refused = Store::open(Twin::new("copy"), root.path(), &lab()).unwrap_err();
    let StoreError::RealmMismatch { wanted, found, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(
        (wanted, found),
        (Realm::Twin("copy".to_owned()), Realm::Real)
    );
    assert!(Store::open_read(Twin::new("copy"), root.path(), &lab()).is_err());
    std::fs::remove_file(lab_dir.join("twin-copy/realm")).unwrap();
    let unmarked = Store::open(Twin::new("copy"), root.path(), &lab()).unwrap_err();
    assert!(
        matches!(unmarked, StoreError::Malformed { .. }),
        "{unmarked}"
    );
}

#[test]
fn realms_have_their_own_keys_and_places() {
    let root = tempfile::tempdir().unwrap();
    let real = store(root.path());
    let twin = Store::open(Twin::new("t"), root.path(), &lab()).unwrap();
    assert_ne!(real.controller(), twin.controller());
    assert_eq!(HasRealm::realm(&twin), &Realm::Twin("t".to_owned()));
    assert!(twin.dir().ends_with("twin-t"));
    let key = real.dir().join("key");
    assert_eq!(
        std::fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        std::fs::metadata(real.dir()).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn names_that_would_lead_elsewhere_are_refused() {
    let root = tempfile::tempdir().unwrap();
    for lab in ["", "../x", "a/b", "LAB"] {
        let opened = Store::open(Real, root.path(), &ObjectId(lab.to_owned()));
        assert!(
            matches!(opened, Err(StoreError::BadName { what: "lab", .. })),
            "{lab}"
        );
    }
    for twin in ["", "../x", "A"] {
        let opened = Store::open(Twin::new(twin), root.path(), &lab());
        assert!(
            matches!(opened, Err(StoreError::BadName { what: "realm", .. })),
            "{twin}"
        );
    }
}

#[test]
fn an_exposed_or_lost_key_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let key = store(root.path()).dir().join("key");
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o640)).unwrap();
    let error = Store::open(Real, root.path(), &lab()).unwrap_err();
    assert!(
        matches!(error, StoreError::KeyExposed { mode: 0o640, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("mode 0640"), "{error}");
    std::fs::remove_file(&key).unwrap();
    let error = Store::open(Real, root.path(), &lab()).unwrap_err();
    assert!(matches!(error, StoreError::KeyMissing { .. }), "{error}");
}

#[test]
fn a_store_that_does_not_exist_reads_as_empty_and_is_not_made() {
    let root = tempfile::tempdir().unwrap();
    let reader = Store::open_read(Real, root.path(), &lab()).unwrap();
    assert_eq!(reader.history().unwrap(), []);
    assert_eq!(reader.head().unwrap(), None);
    assert_eq!(reader.runs().unwrap(), []);
    assert_eq!(reader.latest_facts().unwrap(), None);
    assert!(reader.owned().unwrap().is_empty());
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn fencing_numbers_grow_and_survive() {
    let root = tempfile::tempdir().unwrap();
    let first = store(root.path());
    assert_eq!(
        [first.next_epoch().unwrap(), first.next_epoch().unwrap()],
        [1, 2]
    );
    first.raise_epoch(40).unwrap();
    first.raise_epoch(7).unwrap();
    drop(first);
    assert_eq!(store(root.path()).next_epoch().unwrap(), 41);
}

#[test]
fn one_run_at_a_time() {
    let root = tempfile::tempdir().unwrap();
    let opened = store(root.path());
    let lease = opened.lease().unwrap();
    assert!(matches!(opened.lease(), Err(StoreError::Busy { .. })));
    drop(lease);
    drop(opened.lease().unwrap());
}

#[test]
fn identities_of_twins_stay_in_the_store() {
    let root = tempfile::tempdir().unwrap();
    let empty = Lock {
        format: 1,
        lab: lab(),
        objects: [].into(),
        retired: [].into(),
    };
    let twin = Store::open(Twin::new("t"), root.path(), &lab()).unwrap();
    assert_eq!(twin.identities().unwrap(), None);
    twin.save_identities(&empty).unwrap();
    assert_eq!(twin.identities().unwrap(), Some(empty.clone()));
    let refused = store(root.path()).save_identities(&empty);
    assert!(matches!(refused, Err(StoreError::IdentitiesOfReal { .. })));
}
