//! The index: observations, evidence and runs in a database, SQLite or PostgreSQL.
//!
//! The files of [`store`] are the truth; the index says the same in a form that can be asked. It is written after them, never read
//! in their place, and can always be thrown away: [`Index::rebuild`] makes it from the files, [`Index::check`] compares it with them.
//!
//! | operation × operation | what makes it safe |
//! |---|---|
//! | crash, full disk or lost connection × writing the index | one transaction; what is missing is added by the next [`Index::catch_up`] |
//! | two controllers × one PostgreSQL | every row names the store it is of; nobody touches rows of others |
//! | an older index × a newer program | the version of the tables is looked at first |

// The crate's work is a database; the lint is for crates that must not touch the world.
#![allow(clippy::disallowed_methods)]

mod db;
mod error;
mod rows;
mod tables;

use db::Db;
pub use db::Place;
pub use error::IndexError;
use model::realm::RealmTag;
use rows::Rows;
use std::collections::BTreeMap;
use store::ReadStore;
use tables::{ALL, Table};

/// How far two sides differ in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gap {
    /// Rows that the files have and the index has not.
    pub missing: usize,
    /// Rows that the index has and the files have not.
    pub surplus: usize,
}

/// What [`Index::check`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Rows of the files, by table.
    pub rows: BTreeMap<&'static str, usize>,
    /// Tables that differ.
    pub gaps: BTreeMap<&'static str, Gap>,
}

impl Comparison {
    /// The index says what the files say.
    pub fn is_same(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// An open index.
pub struct Index {
    db: Db,
    /// Whose rows: lab, realm and controller.
    store: String,
}

impl Index {
    /// Opens the index of a store, and makes its tables if there are none.
    ///
    /// # Errors
    /// [`IndexError`]: the database cannot be reached, is damaged, or is of another version.
    pub fn open<R: RealmTag>(place: &Place, of: &ReadStore<R>) -> Result<Self, IndexError> {
        let mut db = Db::open(place)?;
        tables::make(&mut db)?;
        let store = owner(of)?;
        Ok(Self { db, store })
    }

    /// Makes all tables anew, for tables of another version or a damaged database. Rows of other stores in them are gone; each
    /// store's next [`Self::catch_up`] adds its own.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn start_over(place: &Place) -> Result<(), IndexError> {
        if let Place::Sqlite(path) = place {
            for end in ["", "-wal", "-shm"] {
                let mut file = path.clone().into_os_string();
                file.push(end);
                // It may never have been made.
                let _ = std::fs::remove_file(file);
            }
        }
        let mut db = Db::open(place)?;
        tables::drop_all(&mut db)?;
        tables::make(&mut db)
    }

    /// Lets SQLite use only so many pages more than it does, until the index is opened again; PostgreSQL has quotas of its own.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn bound(&mut self, pages: u32) -> Result<(), IndexError> {
        self.db.bound(pages)
    }

    /// Adds what the files have and the index lacks, and removes what the files do not have any more. Gives the number of rows.
    ///
    /// # Errors
    /// [`IndexError`]; then the index is as it was.
    pub fn catch_up<R: RealmTag>(&mut self, of: &ReadStore<R>) -> Result<usize, IndexError> {
        let known = self
            .db
            .strings("SELECT id FROM observation WHERE store = $1", &self.store)?;
        let ids: std::collections::BTreeSet<String> = of.observation_ids()?.into_iter().collect();
        let gone: Vec<&String> = known.difference(&ids).collect();
        let new: Vec<&String> = ids.difference(&known).collect();
        let mut rows = Rows::default();
        for id in new {
            rows.observation(of, id)?;
        }
        rows.records_and_runs(of)?;
        let store = self.store.clone();
        self.db.transaction(|tx| {
            for id in gone {
                tables::forget(tx, &store, id)?;
            }
            let mut changed = 0;
            for table in ALL {
                changed += tables::put(tx, *table, &store, rows.of(*table))?;
            }
            Ok(changed)
        })
    }

    /// Makes the index of this store anew from the files.
    ///
    /// # Errors
    /// [`IndexError`]; then the index is as it was.
    pub fn rebuild<R: RealmTag>(&mut self, of: &ReadStore<R>) -> Result<usize, IndexError> {
        let rows = Rows::all(of)?;
        let store = self.store.clone();
        self.db.transaction(|tx| {
            let mut made = 0;
            for table in ALL {
                tables::empty(tx, *table, &store)?;
                made += tables::put(tx, *table, &store, rows.of(*table))?;
            }
            Ok(made)
        })
    }

    /// Compares every row with what the files say.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn check<R: RealmTag>(&mut self, of: &ReadStore<R>) -> Result<Comparison, IndexError> {
        let rows = Rows::all(of)?;
        let mut found = Comparison::default();
        for table in ALL {
            let (said, kept) = (
                rows.of(*table),
                tables::all(&mut self.db, *table, &self.store)?,
            );
            let gap = Gap {
                missing: said.difference(&kept).count(),
                surplus: kept.difference(said).count(),
            };
            found.rows.insert(table.name(), said.len());
            if gap != Gap::default() {
                found.gaps.insert(table.name(), gap);
            }
        }
        Ok(found)
    }
}

/// Lab, realm and controller: what no two stores have in common.
fn owner<R: RealmTag>(of: &ReadStore<R>) -> Result<String, IndexError> {
    let last = |p: &std::path::Path| p.file_name().map(|n| n.to_string_lossy().into_owned());
    let lab = of.dir().parent().and_then(last).unwrap_or_default();
    let realm = last(of.dir()).unwrap_or_default();
    let writer = of.ledger_dir()?.as_deref().and_then(last);
    Ok(format!(
        "{lab}/{realm}/{}",
        writer.unwrap_or_else(|| "none".to_owned())
    ))
}

impl Table {
    fn name(self) -> &'static str {
        tables::name(self)
    }
}
