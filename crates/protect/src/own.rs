//! Whose work a backup is: what Holdfast takes itself, and what other programs take.

use crate::Refused;
use crate::repository::{backups_of, subject};
use model::declare::OptExt as _;
use model::lab::protection::{BackupKind, RepositoryKind};
use model::lab::{Backup, Lab, Repository};
use std::collections::BTreeMap;

/// Why a backup is not taken by Holdfast; `None` if it is. What nobody said or knows is ours: archives of files and of what
/// databases write out, made with restic. One copy more does no harm, and one that nobody takes does.
pub(crate) fn foreign(lab: &Lab, name: &str, backup: &Backup) -> Option<String> {
    let store = backup.to.as_ref();
    let store = store.and_then(|to| lab.repositories.get_key_value(&to.value));
    match backup.about.kind.known() {
        None | Some(BackupKind::File | BackupKind::Dump) => {}
        Some(kind) => {
            return Some(format!(
                "backup {name} is of kind {kind}, which another program takes"
            ));
        }
    }
    let (name, store) = store?;
    match store.about.kind.known() {
        None | Some(RepositoryKind::Restic) => None,
        // Where restic keeps its objects, and so told by its prefix.
        Some(RepositoryKind::S3)
            if store.location.known().is_some_and(|l| l.starts_with("s3:")) =>
        {
            None
        }
        Some(kind) => Some(format!(
            "repository {name} is of kind {kind}, and archives are made with restic"
        )),
    }
}

/// The repositories that Holdfast archives a dataset to, by name, each once.
pub(crate) fn own_repositories_of<'a>(
    lab: &'a Lab,
    dataset: &str,
) -> Vec<(&'a str, &'a Repository)> {
    let ours = own_backups_of(lab, dataset).filter_map(|(_, b)| {
        let (name, store) = lab.repositories.get_key_value(&b.to.as_ref()?.value)?;
        Some((name.as_str(), store))
    });
    ours.collect::<BTreeMap<_, _>>().into_iter().collect()
}

/// The backups by which Holdfast archives a dataset, by name.
pub(crate) fn own_backups_of<'a>(
    lab: &'a Lab,
    dataset: &str,
) -> impl Iterator<Item = (&'a str, &'a Backup)> {
    backups_of(lab, dataset).filter(|(name, backup)| foreign(lab, name, backup).is_none())
}

/// The refusal for a dataset that is in no backup of ours.
pub(crate) fn none_of_ours(lab: &Lab, dataset: &str) -> Refused {
    let others: Vec<String> = backups_of(lab, dataset)
        .filter_map(|(name, backup)| foreign(lab, name, backup))
        .collect();
    let dataset = dataset.to_owned();
    match others.is_empty() {
        true => Refused::NoBackup { dataset },
        false => Refused::Foreign {
            dataset,
            why: others.join("; "),
        },
    }
}

/// Datasets that Holdfast archives, by name.
pub fn archived(lab: &Lab) -> Vec<&str> {
    let names = lab.datasets.keys().map(String::as_str);
    names
        .filter(|n| own_backups_of(lab, n).next().is_some() && subject(lab, n).is_ok())
        .collect()
}

/// Datasets that are in a backup and that Holdfast neither archives nor drills, by name, with the reason: another program's
/// work, or nobody logs in where they are.
pub fn elsewhere(lab: &Lab) -> BTreeMap<&str, Refused> {
    let all = lab.datasets.keys().filter_map(|name| {
        backups_of(lab, name).next()?;
        let why = match own_backups_of(lab, name).next() {
            None => none_of_ours(lab, name),
            Some(_) => subject(lab, name).err()?,
        };
        Some((name.as_str(), why))
    });
    all.collect()
}
