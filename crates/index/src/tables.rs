//! The tables, the same in both databases. Statements use the SQL that both of them know, with `$1`, `$2`, … in order.

use crate::db::{Db, Tx};
use crate::error::IndexError;
use crate::rows::{Cell, Row};
use std::collections::BTreeSet;

/// Version of the tables.
const VERSION: &str = "1";

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Observation,
    Target,
    Part,
    Kind,
    Record,
    Run,
}

/// In the order in which they are written.
pub(crate) const ALL: &[Table] = &[
    Table::Observation,
    Table::Target,
    Table::Part,
    Table::Kind,
    Table::Record,
    Table::Run,
];

/// A table's name, its columns after `store` with their types, and how many of them are its key.
fn shape(table: Table) -> (&'static str, &'static [(&'static str, bool)], usize) {
    const TEXT: bool = true;
    const INT: bool = false;
    match table {
        Table::Observation => (
            "observation",
            &[("id", TEXT), ("saved", TEXT), ("format", INT)],
            1,
        ),
        Table::Target => (
            "target",
            &[
                ("observation", TEXT),
                ("name", TEXT),
                ("at", TEXT),
                ("took_ms", INT),
                ("answered", INT),
                ("errors", TEXT),
            ],
            2,
        ),
        Table::Part => ("part", &[("digest", TEXT), ("body", TEXT)], 1),
        Table::Kind => (
            "kind",
            &[
                ("observation", TEXT),
                ("target", TEXT),
                ("word", TEXT),
                ("complete", INT),
                ("facts", INT),
                ("read_at", TEXT),
                ("part", TEXT),
            ],
            3,
        ),
        Table::Record => (
            "record",
            &[
                ("place", INT),
                ("seq", INT),
                ("at", TEXT),
                ("what", TEXT),
                ("digest", TEXT),
                ("body", TEXT),
            ],
            1,
        ),
        Table::Run => (
            "run",
            &[
                ("id", TEXT),
                ("purpose", TEXT),
                ("steps", INT),
                ("entries", INT),
                ("outcome", TEXT),
            ],
            1,
        ),
    }
}

pub(crate) fn name(table: Table) -> &'static str {
    shape(table).0
}

/// Makes what is missing, and refuses tables of another version.
pub(crate) fn make(db: &mut Db) -> Result<(), IndexError> {
    db.transaction(|tx| {
        tx.run("CREATE TABLE IF NOT EXISTS holdfast_index (version TEXT NOT NULL)", &[])?;
        let found = tx.rows("SELECT version FROM holdfast_index", &[], &[true])?;
        match found.first().and_then(|r| r.first()) {
            None => {
                tx.run("INSERT INTO holdfast_index (version) VALUES ($1)", &[Cell::Text(VERSION.to_owned())])?;
            }
            Some(Cell::Text(version)) if version == VERSION => {}
            Some(other) => {
                let found = match other {
                    Cell::Text(text) => text.clone(),
                    Cell::Int(number) => number.to_string(),
                };
                return Err(IndexError::Version { found, known: VERSION });
            }
        }
        for table in ALL {
            let (name, columns, key) = shape(*table);
            let kind = |is_text: bool| if is_text { "TEXT" } else { "BIGINT" };
            let list: Vec<String> = columns
                .iter()
                .map(|(column, is_text)| format!("{column} {} NOT NULL", kind(*is_text)))
                .collect();
            let keys: Vec<&str> = columns.iter().take(key).map(|(c, _)| *c).collect();
            tx.run(
                &format!(
                    "CREATE TABLE IF NOT EXISTS {name} (store TEXT NOT NULL, {}, PRIMARY KEY (store, {}))",
                    list.join(", "),
                    keys.join(", ")
                ),
                &[],
            )?;
        }
        Ok(())
    })
}

/// Removes all tables, of every version.
pub(crate) fn drop_all(db: &mut Db) -> Result<(), IndexError> {
    db.transaction(|tx| {
        for name in ALL.iter().map(|t| shape(*t).0).chain(["holdfast_index"]) {
            tx.run(&format!("DROP TABLE IF EXISTS {name}"), &[])?;
        }
        Ok(())
    })
}

/// Writes rows; gives how many of them are new or other ones.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    table: Table,
    store: &str,
    rows: &BTreeSet<Row>,
) -> Result<usize, IndexError> {
    let (name, columns, key) = shape(table);
    let names: Vec<&str> = columns.iter().map(|(c, _)| *c).collect();
    let places: Vec<String> = (1..=columns.len() + 1).map(|n| format!("${n}")).collect();
    let keys: Vec<&str> = names.iter().take(key).copied().collect();
    let others = names.iter().skip(key);
    let set: Vec<String> = others
        .clone()
        .map(|c| format!("{c} = excluded.{c}"))
        .collect();
    let differs: Vec<String> = others
        .map(|c| format!("{name}.{c} <> excluded.{c}"))
        .collect();
    let sql = format!(
        "INSERT INTO {name} (store, {}) VALUES ({}) ON CONFLICT (store, {}) DO UPDATE SET {} WHERE {}",
        names.join(", "),
        places.join(", "),
        keys.join(", "),
        set.join(", "),
        differs.join(" OR ")
    );
    let mut changed = 0;
    for row in rows {
        let mut values = vec![Cell::Text(store.to_owned())];
        values.extend(row.iter().cloned());
        changed += tx.run(&sql, &values)?;
    }
    Ok(changed)
}

/// Removes the rows of an observation that is not kept any more.
pub(crate) fn forget(tx: &mut Tx<'_>, store: &str, id: &str) -> Result<(), IndexError> {
    let values = [Cell::Text(store.to_owned()), Cell::Text(id.to_owned())];
    for sql in [
        "DELETE FROM kind WHERE store = $1 AND observation = $2",
        "DELETE FROM target WHERE store = $1 AND observation = $2",
        "DELETE FROM observation WHERE store = $1 AND id = $2",
    ] {
        tx.run(sql, &values)?;
    }
    let unused = "DELETE FROM part WHERE store = $1 AND NOT EXISTS \
        (SELECT 1 FROM kind WHERE kind.store = part.store AND kind.part = part.digest)";
    tx.run(unused, values.get(..1).unwrap_or_default())?;
    Ok(())
}

/// Removes all rows of a store.
pub(crate) fn empty(tx: &mut Tx<'_>, table: Table, store: &str) -> Result<(), IndexError> {
    let sql = format!("DELETE FROM {} WHERE store = $1", shape(table).0);
    tx.run(&sql, &[Cell::Text(store.to_owned())])?;
    Ok(())
}

/// All rows of a store.
pub(crate) fn all(db: &mut Db, table: Table, store: &str) -> Result<BTreeSet<Row>, IndexError> {
    let (name, columns, _) = shape(table);
    let names: Vec<&str> = columns.iter().map(|(c, _)| *c).collect();
    let types: Vec<bool> = columns.iter().map(|(_, is_text)| *is_text).collect();
    let sql = format!("SELECT {} FROM {name} WHERE store = $1", names.join(", "));
    let values = [Cell::Text(store.to_owned())];
    let rows = db.transaction(|tx| tx.rows(&sql, &values, &types))?;
    Ok(rows.into_iter().collect())
}
