//! Backup stores and schedules.

use super::protection::{BackupAbout, Keep, RepositoryAbout};
use crate::declare::Opt;
use crate::secret::SecretRef;
use crate::units::Seconds;
use diag::{Span, Spanned};
use serde::{Deserialize, Serialize};

/// Backup store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Where it is declared.
    pub span: Span,
    /// `was:` name before a rename.
    pub was: Option<Spanned<String>>,
    /// The host that holds it, if a host of the lab does.
    pub on: Opt<String>,
    /// Directory, or a restic location (`sftp:…`, `rest:…`, `s3:…`).
    pub location: Opt<String>,
    /// Label of the disk it lies on.
    pub disk: Opt<String>,
    /// Its password.
    pub password: Option<Spanned<SecretRef>>,
    /// What else is said of it.
    pub about: RepositoryAbout,
}

/// A backup schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Where it is declared.
    pub span: Span,
    /// What is backed up.
    pub datasets: Vec<Spanned<String>>,
    /// Where to.
    pub to: Option<Spanned<String>>,
    /// How often.
    pub every: Option<Spanned<Seconds>>,
    /// Newest archives kept at the least.
    pub keep_last: Option<Spanned<u32>>,
    /// Daily archives kept.
    pub keep_daily: Option<Spanned<u32>>,
    /// What is kept besides.
    pub keep: Keep,
    /// What else is said of it.
    pub about: BackupAbout,
}
