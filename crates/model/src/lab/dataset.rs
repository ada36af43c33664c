//! A named body of data, and how a restore of it is told to be good.

use super::storage::DatasetAbout;
use crate::declare::Opt;
use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};

crate::declare::words! {
    /// What a loss of the data would mean.
    pub enum DataClass("data-class", "a class of data") {
        /// Can be thrown away.
        Scratch = "scratch",
        /// Can be had again.
        Replaceable = "replaceable",
        /// Costs days.
        Important = "important",
        /// Gone for ever.
        Irreplaceable = "irreplaceable",
    }
}

/// A named body of data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Where it is declared.
    pub span: Span,
    /// `was:` name before a rename.
    pub was: Option<Spanned<String>>,
    /// The host that has it.
    pub host: Option<Spanned<String>>,
    /// What it is.
    pub source: Option<DataSource>,
    /// What a loss would mean.
    pub class: Opt<DataClass>,
    /// Its objectives.
    pub tier: Opt<String>,
    /// Label of the disk it lies on, to tell failure domains apart; `None` is unknown.
    pub disk: Opt<String>,
    /// How a drill tells that a restore is good.
    pub verify: Vec<Check>,
    /// What else is said of it.
    pub about: DatasetAbout,
}

/// What a dataset consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataSource {
    /// A directory.
    Folder(Spanned<String>),
    /// A PostgreSQL database of the host's local cluster.
    Postgres {
        /// Database name.
        database: Spanned<String>,
    },
}

/// A check on restored data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// A query whose single value must be at least this number.
    SqlAtLeast {
        /// The query.
        query: Spanned<String>,
        /// Least acceptable value.
        at_least: Spanned<i64>,
    },
    /// The restored folder has at least this many files.
    FilesAtLeast(Spanned<i64>),
    /// This file is there, relative to the folder.
    FileExists(Spanned<String>),
}
