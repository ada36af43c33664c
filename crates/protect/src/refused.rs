//! Why a plan was not made.

use model::id::{Kind, ObjectRef, StepId};

/// A request that cannot be planned, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such dataset.
    #[error("there is no dataset '{name}' in the lab")]
    NoDataset {
        /// As asked for.
        name: String,
    },
    /// The declaration lacks what is needed.
    #[error("dataset '{dataset}' has no {what}")]
    Incomplete {
        /// The dataset.
        dataset: String,
        /// The field.
        what: &'static str,
    },
    /// Nobody logs in where it is.
    #[error("dataset '{dataset}' is on {on}, and nothing says how to log in there; {}", way_in(on.kind))]
    Seat {
        /// The dataset.
        dataset: String,
        /// What has it.
        on: ObjectRef,
    },
    /// All its backups are other programs' work.
    #[error("nothing that Holdfast takes has dataset '{dataset}': {why}")]
    Foreign {
        /// The dataset.
        dataset: String,
        /// Whose work its backups are.
        why: String,
    },
    /// No backup names it.
    #[error("no backup takes dataset '{dataset}'; add it to one under `backups:`")]
    NoBackup {
        /// The dataset.
        dataset: String,
    },
    /// The repository is not one that the dataset's backups go to, or cannot be used from its host.
    #[error("repository '{repository}' cannot be used for dataset '{dataset}': {why}")]
    Repository {
        /// The dataset.
        dataset: String,
        /// The repository.
        repository: String,
        /// Why not.
        why: String,
    },
    /// There is no dataset to back up at all.
    #[error(
        "no dataset is in a backup that Holdfast takes, of files or dumps to a restic repository; declare one under `backups:`"
    )]
    NothingToBackUp,
    /// The directory to restore to is no plain new directory.
    #[error("cannot restore to '{to}': {why}")]
    BadDirectory {
        /// As asked for.
        to: String,
        /// Why not.
        why: String,
    },
    /// Production data would be in reach.
    #[error("step {step} of the drill reaches outside its scratch directory: {what}")]
    NotIsolated {
        /// The step.
        step: StepId,
        /// What it mentions.
        what: String,
    },
}

fn way_in(kind: Kind) -> &'static str {
    match kind {
        Kind::Guest => "give the guest a `reach`",
        _ => "Holdfast takes archives on hosts and on guests with `reach`",
    }
}
