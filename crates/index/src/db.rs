//! The two databases behind one narrow door: a transaction, a statement, rows.
//!
//! PostgreSQL is spoken to by the `postgres` crate, which is synchronous to its callers; see decision 29. Its connections here are not
//! encrypted, so only a socket or this machine's own addresses are taken; what is elsewhere needs a tunnel.

use crate::error::IndexError;
use crate::rows::{Cell, Row};
use model::secret::Secret;
use postgres::config::Host;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Statement};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::net::IpAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a database may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an index is.
pub enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres {
        /// `postgresql://USER@HOST:PORT/DATABASE`, without a password.
        url: String,
        /// The password, if it wants one.
        password: Option<Secret>,
    },
}

pub(crate) enum Db {
    Sqlite(Connection, PathBuf),
    Postgres(Box<Client>, String),
}

/// A transaction that is kept only if all of it went well.
pub(crate) enum Tx<'a> {
    Sqlite(rusqlite::Transaction<'a>, &'a Path),
    Postgres {
        tx: postgres::Transaction<'a>,
        at: &'a str,
        prepared: BTreeMap<String, Statement>,
    },
}

impl Db {
    pub(crate) fn open(place: &Place) -> Result<Self, IndexError> {
        match place {
            Place::Sqlite(path) => sqlite(path),
            Place::Postgres { url, password } => postgresql(url, password.as_ref()),
        }
    }

    /// Runs `work` as a whole or not at all.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        let mut tx = match self {
            Db::Sqlite(connection, path) => {
                let tx = connection.transaction().map_err(|e| lite(path, e))?;
                Tx::Sqlite(tx, path)
            }
            Db::Postgres(client, at) => Tx::Postgres {
                tx: client.transaction().map_err(|e| post(at, &e))?,
                at,
                prepared: BTreeMap::new(),
            },
        };
        let done = work(&mut tx)?;
        tx.commit()?;
        Ok(done)
    }

    pub(crate) fn bound(&mut self, pages: u32) -> Result<(), IndexError> {
        if let Db::Sqlite(connection, path) = self {
            let used: u32 = connection
                .pragma_query_value(None, "page_count", |row| row.get(0))
                .map_err(|e| lite(path, e))?;
            let most = used.saturating_add(pages);
            let set = connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()));
            set.map_err(|e| lite(path, e))?;
        }
        Ok(())
    }

    /// The first column of rows that a store has.
    pub(crate) fn strings(
        &mut self,
        sql: &str,
        store: &str,
    ) -> Result<BTreeSet<String>, IndexError> {
        let store = [Cell::Text(store.to_owned())];
        let rows = self.transaction(|tx| tx.rows(sql, &store, &[true]))?;
        let first = rows.into_iter().filter_map(|row| row.into_iter().next());
        Ok(first
            .filter_map(|cell| match cell {
                Cell::Text(text) => Some(text),
                Cell::Int(_) => None,
            })
            .collect())
    }
}

impl Tx<'_> {
    /// Runs a statement; gives how many rows it changed.
    pub(crate) fn run(&mut self, sql: &str, values: &[Cell]) -> Result<usize, IndexError> {
        match self {
            Tx::Sqlite(tx, path) => {
                let mut statement = tx.prepare_cached(sql).map_err(|e| lite(path, e))?;
                let values = rusqlite::params_from_iter(values.iter().map(lite_value));
                statement.execute(values).map_err(|e| lite(path, e))
            }
            Tx::Postgres { tx, at, prepared } => {
                let statement = statement(tx, at, prepared, sql)?;
                let changed = tx.execute(&statement, &post_values(values));
                let changed = changed.map_err(|e| post(at, &e))?;
                Ok(usize::try_from(changed).unwrap_or(usize::MAX))
            }
        }
    }

    /// The rows that a query gives; `types` says of each column whether it is text.
    pub(crate) fn rows(
        &mut self,
        sql: &str,
        values: &[Cell],
        types: &[bool],
    ) -> Result<Vec<Row>, IndexError> {
        match self {
            Tx::Sqlite(tx, path) => {
                let mut statement = tx.prepare_cached(sql).map_err(|e| lite(path, e))?;
                let values = rusqlite::params_from_iter(values.iter().map(lite_value));
                let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Row> {
                    let cells = types.iter().enumerate();
                    cells
                        .map(|(at, is_text)| match is_text {
                            true => row.get(at).map(Cell::Text),
                            false => row.get(at).map(Cell::Int),
                        })
                        .collect()
                };
                let rows = statement
                    .query_map(values, row)
                    .map_err(|e| lite(path, e))?;
                rows.collect::<Result<_, _>>().map_err(|e| lite(path, e))
            }
            Tx::Postgres { tx, at, prepared } => {
                let statement = statement(tx, at, prepared, sql)?;
                let rows = tx.query(&statement, &post_values(values));
                let rows = rows.map_err(|e| post(at, &e))?;
                let row = |row: &postgres::Row| -> Result<Row, postgres::Error> {
                    let cells = types.iter().enumerate();
                    cells
                        .map(|(at, is_text)| match is_text {
                            true => row.try_get(at).map(Cell::Text),
                            false => row.try_get(at).map(Cell::Int),
                        })
                        .collect()
                };
                let rows: Result<Vec<Row>, _> = rows.iter().map(row).collect();
                rows.map_err(|e| post(at, &e))
            }
        }
    }

    fn commit(self) -> Result<(), IndexError> {
        match self {
            Tx::Sqlite(tx, path) => tx.commit().map_err(|e| lite(path, e)),
            Tx::Postgres { tx, at, .. } => tx.commit().map_err(|e| post(at, &e)),
        }
    }
}

fn statement(
    tx: &mut postgres::Transaction<'_>,
    at: &str,
    prepared: &mut BTreeMap<String, Statement>,
    sql: &str,
) -> Result<Statement, IndexError> {
    if let Some(known) = prepared.get(sql) {
        return Ok(known.clone());
    }
    let statement = tx.prepare(sql).map_err(|e| post(at, &e))?;
    prepared.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

fn lite_value(cell: &Cell) -> rusqlite::types::Value {
    match cell {
        Cell::Text(text) => text.clone().into(),
        Cell::Int(number) => (*number).into(),
    }
}

fn post_value(cell: &Cell) -> &(dyn ToSql + Sync) {
    match cell {
        Cell::Text(text) => text,
        Cell::Int(number) => number,
    }
}

fn post_values(cells: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    cells.iter().map(post_value).collect()
}

/// The file, as private as all that is kept; SQLite gives its other files the same mode.
fn private(path: &Path) -> Result<(), IndexError> {
    let mut options = std::fs::OpenOptions::new();
    let opened = options.append(true).create(true).mode(0o600).open(path);
    let closed = opened.and_then(|file| file.set_permissions(Permissions::from_mode(0o600)));
    closed.map_err(|e| IndexError::Place(format!("the index {}: {e}", path.display())))
}

fn sqlite(path: &Path) -> Result<Db, IndexError> {
    private(path)?;
    let connection = Connection::open(path).map_err(|e| lite(path, e))?;
    connection
        .busy_timeout(PATIENCE)
        .map_err(|e| lite(path, e))?;
    for (name, value) in [("journal_mode", "WAL"), ("synchronous", "NORMAL")] {
        let set = connection.pragma_update(None, name, value);
        set.map_err(|e| lite(path, e))?;
    }
    Ok(Db::Sqlite(connection, path.to_owned()))
}

fn postgresql(url: &str, password: Option<&Secret>) -> Result<Db, IndexError> {
    let is_url = url.starts_with("postgresql://") || url.starts_with("postgres://");
    // What the parser says may quote the URL.
    let config = url.parse().ok().filter(|_| is_url);
    let mut config: Config = config.ok_or_else(|| {
        IndexError::Place(
            "the address of the index is no postgresql://USER@HOST:PORT/DATABASE".to_owned(),
        )
    })?;
    if config.get_password().is_some() {
        return Err(IndexError::Place(
            "the address of the index has a password in it, which others would see; keep it in a file instead"
                .to_owned(),
        ));
    }
    if let Some(Host::Tcp(host)) = config.get_hosts().iter().find(|h| !is_here(h)) {
        return Err(IndexError::Place(format!(
            "the index is at {host}, and this connection would not be encrypted; use a tunnel (ssh -L) and 127.0.0.1, or a socket"
        )));
    }
    let at = format!(
        "{}/{}",
        config.get_hosts().first().map_or_else(String::new, named),
        config
            .get_dbname()
            .or(config.get_user())
            .unwrap_or_default()
    );
    if let Some(password) = password {
        config.password(password.expose());
    }
    config
        .connect_timeout(PATIENCE)
        .tcp_user_timeout(PATIENCE)
        .application_name("holdfast")
        .options("-c statement_timeout=60000 -c lock_timeout=20000");
    let client = config.connect(NoTls).map_err(|e| post(&at, &e))?;
    Ok(Db::Postgres(Box::new(client), at))
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
    }
}

fn named(host: &Host) -> String {
    match host {
        Host::Unix(path) => path.display().to_string(),
        Host::Tcp(name) => name.clone(),
    }
}

fn lite(path: &Path, source: rusqlite::Error) -> IndexError {
    let path = path.display().to_string();
    IndexError::Sqlite { path, source }
}

fn post(at: &str, error: &postgres::Error) -> IndexError {
    let message = match error.as_db_error() {
        Some(said) => said.message().to_owned(),
        // The reason is the source, such as the refused connection.
        None => std::error::Error::source(error)
            .map_or_else(|| error.to_string(), |s| format!("{error}: {s}")),
    };
    let at = at.to_owned();
    IndexError::Postgres { at, message }
}
