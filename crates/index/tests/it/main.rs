//! The index beside a real store, in SQLite and in a real PostgreSQL, by one and the same scenario.
// Tests start a server and wait for it, with a deadline.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod server;

use index::{Comparison, Gap, Index, IndexError, Place};
use jiff::Timestamp;
use model::evidence::{Body, ClockState};
use model::fact::{Completeness, FORMAT, Fact, FactKind, FactPath, Facts, Seen, TargetFacts};
use model::id::{Kind, ObjectId, ObjectRef};
use model::realm::{Real, Realm};
use model::secret::Secret;
use model::value::Value;
use server::Server;
use std::path::Path;
use store::{Stamp, Store};

fn lab() -> ObjectId {
    ObjectId("lab-0123456789ab".to_owned())
}

fn open(root: &Path) -> Store<Real> {
    Store::open(Real, root, &lab()).unwrap()
}

fn note(store: &Store<Real>, text: &str) {
    let stamp = Stamp {
        at: Timestamp::from_second(1_790_000_000).unwrap(),
        boot_s: 7,
        clock: ClockState::Synced,
    };
    let text = text.to_owned();
    store.append(Body::Note { text }, &stamp).unwrap();
}

/// An observation of two hosts, one of which is silent, that sees `n` and a text that no database likes.
fn observe(store: &Store<Real>, n: i64) {
    let at = Timestamp::from_second(1_790_000_000 + n).unwrap();
    let host = |name: &str| ObjectRef::new(Kind::Host, name);
    let mut web = TargetFacts::unreachable(host("web"), at, "'; DROP TABLE fact; --\0é");
    let mut see = |path: FactPath, value: Value| {
        let seen = Seen::Present(value);
        let source = "test".to_owned();
        web.facts.insert(path, Fact { seen, source });
    };
    see(FactPath::new(FactKind::Host, "uptime"), Value::from(n));
    see(
        FactPath::new(FactKind::User, "o'brien\0"),
        Value::from("same"),
    );
    let yes = || Completeness::Yes("listed".to_owned());
    web.collections = [(FactKind::User, yes()), (FactKind::Key, yes())].into();
    let nas = TargetFacts::unreachable(host("nas"), at, "no route");
    let facts = Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets: [("web".to_owned(), web), ("nas".to_owned(), nas)].into(),
    };
    store.save_facts(&facts, at).unwrap();
}

#[track_caller]
fn same(index: &mut Index, store: &Store<Real>) -> Comparison {
    let found = index.check(store).unwrap();
    assert!(found.is_same(), "{found:?}");
    found
}

/// What has to hold in every database.
fn scenario(place: &Place) {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let mut index = Index::open(place, &store).unwrap();
    // Nothing but the first record of the ledger.
    assert!(index.catch_up(&store).unwrap() <= 1);
    for n in 0..3 {
        observe(&store, n);
        note(&store, "a note");
    }
    let behind = index.check(&store).unwrap();
    assert_eq!(
        behind.gaps["observation"],
        Gap {
            missing: 3,
            surplus: 0
        }
    );
    assert!(index.catch_up(&store).unwrap() > 0);
    let rows = same(&mut index, &store).rows;
    assert_eq!(
        (rows["observation"], rows["target"], rows["kind"]),
        (3, 6, 9)
    );
    // The users and the keys of all three are the same two texts.
    assert_eq!(rows["part"], 5);
    assert_eq!(
        index.catch_up(&store).unwrap(),
        0,
        "a second time there is nothing to do"
    );

    // More than the store keeps: what it lets go, the index lets go.
    for n in 3..60 {
        observe(&store, n);
    }
    index.catch_up(&store).unwrap();
    assert_eq!(same(&mut index, &store).rows["observation"], 50);

    // A file that is gone, and a second store of the same database that is not touched by it.
    let other_root = tempfile::tempdir().unwrap();
    let other = open(other_root.path());
    observe(&other, 1);
    let mut others = Index::open(place, &other).unwrap();
    others.catch_up(&other).unwrap();
    let newest = store.observation_ids().unwrap().pop().unwrap();
    std::fs::remove_file(store.dir().join("facts").join(format!("{newest}.json"))).unwrap();
    let ahead = index.check(&store).unwrap();
    assert_eq!(
        ahead.gaps["observation"],
        Gap {
            missing: 0,
            surplus: 1
        }
    );
    index.catch_up(&store).unwrap();
    same(&mut index, &store);
    index.rebuild(&store).unwrap();
    same(&mut index, &store);
    same(&mut others, &other);
}

#[test]
fn sqlite_says_what_the_files_say() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("index.sqlite3");
    scenario(&Place::Sqlite(file.clone()));

    // A damaged file is told, and made anew from the store.
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    observe(&store, 1);
    let place = Place::Sqlite(file.clone());
    std::fs::write(&file, vec![7; 8192]).unwrap();
    assert!(matches!(
        Index::open(&place, &store),
        Err(IndexError::Sqlite { .. })
    ));
    Index::start_over(&place).unwrap();
    let mut index = Index::open(&place, &store).unwrap();
    index.catch_up(&store).unwrap();
    same(&mut index, &store);

    // Somebody changed the index, not the files.
    let behind = rusqlite_change(&file);
    assert!(behind > 0);
    let found = index.check(&store).unwrap();
    assert_eq!(
        found.gaps["part"],
        Gap {
            missing: 1,
            surplus: 1
        }
    );
    index.rebuild(&store).unwrap();
    same(&mut index, &store);
}

fn rusqlite_change(file: &Path) -> usize {
    let connection = rusqlite::Connection::open(file).unwrap();
    let change = "UPDATE part SET body = '{}' WHERE body LIKE '%brien%'";
    connection.execute(change, []).unwrap()
}

#[test]
fn a_full_disk_costs_the_index_and_not_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(dir.path().join("index.sqlite3"));
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let mut index = Index::open(&place, &store).unwrap();
    index.catch_up(&store).unwrap();
    // No page more than there are: SQLite's own way to say that the disk is full.
    index.bound(1).unwrap();
    observe(&store, 1);
    note(&store, &"much ".repeat(20_000));
    let full = index.catch_up(&store).unwrap_err();
    assert!(full.to_string().contains("full"), "{full}");
    assert_eq!(index.check(&store).unwrap().gaps["observation"].missing, 1);
    assert!(store.latest_facts().unwrap().is_some());
    drop(index);
    let mut index = Index::open(&place, &store).unwrap();
    index.catch_up(&store).unwrap();
    same(&mut index, &store);
}

#[test]
fn postgresql_says_what_the_files_say() {
    let mut server = Server::start();
    let here = || Place::Postgres {
        url: server_url(&server),
        password: None,
    };
    scenario(&here());
    let place = here();

    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    observe(&store, 1);
    let mut index = Index::open(&place, &store).unwrap();
    index.catch_up(&store).unwrap();
    // The server dies between two observations: the store goes on, and the index follows when it is back.
    server.kill();
    observe(&store, 2);
    note(&store, "meanwhile");
    assert!(matches!(
        index.catch_up(&store),
        Err(IndexError::Postgres { .. })
    ));
    let refused = Index::open(&place, &store).err().unwrap().to_string();
    assert!(refused.contains("holdfast"), "{refused}");
    assert_eq!(store.observation_ids().unwrap().len(), 2);
    server.start_again();
    let mut index = Index::open(&place, &store).unwrap();
    index.catch_up(&store).unwrap();
    same(&mut index, &store);

    // By address with a password, which is in none of the messages.
    let url = format!("postgresql://holdfast@127.0.0.1:{}/holdfast", server.port);
    let with = |password: &str| Place::Postgres {
        url: url.clone(),
        password: Some(Secret::new(password.to_owned())),
    };
    same(
        &mut Index::open(&with(server::PASSWORD), &store).unwrap(),
        &store,
    );
    let wrong = Index::open(&with("wrong-s3cret"), &store)
        .err()
        .unwrap()
        .to_string();
    assert!(
        wrong.contains("password") && !wrong.contains("s3cret"),
        "{wrong}"
    );

    // Tables of another version are refused, and made anew.
    server.sql("UPDATE holdfast_index SET version = '99'");
    let other = Index::open(&place, &store).err().unwrap();
    assert!(
        matches!(&other, IndexError::Version { found, .. } if found == "99"),
        "{other}"
    );
    Index::start_over(&place).unwrap();
    let mut index = Index::open(&place, &store).unwrap();
    index.catch_up(&store).unwrap();
    same(&mut index, &store);
}

fn server_url(server: &Server) -> String {
    format!(
        "postgresql:///holdfast?host={}&port={}&user=holdfast",
        server.socket().display(),
        server.port
    )
}

#[test]
fn what_would_give_a_password_away_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    for (url, says) in [
        (
            "postgresql://eve:hunter2@127.0.0.1/x",
            "has a password in it",
        ),
        (
            "postgresql://eve@db.example.org/x",
            "would not be encrypted",
        ),
        ("postgresql://eve@192.0.2.7/x", "would not be encrypted"),
        ("mysql://x", "is no postgresql://"),
        ("", "is no postgresql://"),
    ] {
        let url = url.to_owned();
        let place = Place::Postgres {
            url: url.clone(),
            password: None,
        };
        let said = Index::open(&place, &store).err().unwrap().to_string();
        assert!(
            said.contains(says) && !said.contains("hunter2"),
            "{url}: {said}"
        );
    }
}
