//! Why the index could not be used. The store is whole all the same.

use store::StoreError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The files could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SQLite said no.
    #[error("the index {path}: {source}")]
    Sqlite {
        /// The file.
        path: String,
        /// What it said.
        #[source]
        source: rusqlite::Error,
    },
    /// PostgreSQL said no, or is not there.
    #[error("the index at {at}: {message}")]
    Postgres {
        /// Host and database, without any password.
        at: String,
        /// What it said.
        message: String,
    },
    /// The place cannot be used.
    #[error("{0}")]
    Place(String),
    /// Tables of another version.
    #[error(
        "the index has tables of version {found}, this holdfast knows {known}; `holdfast store rebuild` makes them anew"
    )]
    Version {
        /// Found.
        found: String,
        /// Known.
        known: &'static str,
    },
}
