//! Repositories as a host sees them, and the files on the host that say so.

use crate::Refused;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath};
use model::lab::{Backup, DataSource, Dataset, Lab, Repository};
use model::plan::{FilePut, RepositoryHandle, Source};

/// Where passwords of repositories are kept on a host.
pub(crate) fn password_file(repository: &str) -> String {
    format!("/etc/holdfast/secrets/{repository}")
}

/// Where a host is told of a repository; the observation reads it.
pub(crate) fn descriptor_file(repository: &str) -> String {
    format!("/etc/holdfast/repositories/{repository}")
}

/// The file at [`descriptor_file`]: `location=` and `password_file=` lines. Format 1 of `docs/formats/timer.md`.
pub(crate) fn descriptor(handle: &RepositoryHandle) -> FilePut {
    FilePut {
        path: descriptor_file(&handle.name),
        content: format!(
            "location={}\npassword_file={}\n",
            handle.location, handle.password_file
        ),
        mode: "0600".to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    }
}

pub(crate) fn repository_path(name: &str) -> FactPath {
    FactPath::new(FactKind::Repository, name)
}

pub(crate) fn archive_path(repository: &str, dataset: &str) -> FactPath {
    FactPath::new(FactKind::Archive, format!("{repository}/{dataset}"))
}

/// A directory of some host, not one of restic's remote locations.
pub fn is_directory(location: &str) -> bool {
    location.starts_with('/')
}

/// The repository as `host` reaches it.
///
/// # Errors
/// Why it cannot, in words.
pub(crate) fn handle(
    name: &str,
    repository: &Repository,
    host: &str,
) -> Result<RepositoryHandle, String> {
    let location = match &repository.location {
        None => return Err("it has no location".to_owned()),
        Some(given) if given.is_assumed() => {
            return Err(
                "its location is only assumed; declare it before something is written there"
                    .to_owned(),
            );
        }
        Some(given) => given.value().ok_or("its location is unknown")?,
    };
    if location.chars().any(char::is_control) {
        return Err("its location holds a control character".to_owned());
    }
    if let Some(on) = repository.on.known()
        && on != host
        && is_directory(location)
    {
        return Err(format!(
            "{location} is a directory on host {on}; give the location as {host} reaches it, such as sftp:{on}:{location}"
        ));
    }
    Ok(RepositoryHandle {
        name: name.to_owned(),
        location: location.clone(),
        password_file: password_file(name),
    })
}

/// The backups that take a dataset, by name.
pub(crate) fn backups_of<'a>(
    lab: &'a Lab,
    dataset: &str,
) -> impl Iterator<Item = (&'a str, &'a Backup)> {
    lab.backups
        .iter()
        .filter(move |(_, b)| b.datasets.iter().any(|d| d.value == dataset))
        .map(|(n, b)| (n.as_str(), b))
}

/// The repositories that a dataset's backups go to, by name, each once.
pub(crate) fn repositories_of<'a>(lab: &'a Lab, dataset: &str) -> Vec<(&'a str, &'a Repository)> {
    let mut names: Vec<&str> = backups_of(lab, dataset)
        .filter_map(|(_, b)| b.to.as_ref().map(|t| t.value.as_str()))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter_map(|n| lab.repositories.get_key_value(n))
        .map(|(n, r)| (n.as_str(), r))
        .collect()
}

/// A dataset with everything that an action on it needs.
pub(crate) struct Subject<'a> {
    pub(crate) name: &'a str,
    pub(crate) dataset: &'a Dataset,
    pub(crate) host: &'a str,
    pub(crate) source: Source,
}

/// Looks a dataset up.
///
/// # Errors
/// It is not declared, or not whole.
pub(crate) fn subject<'a>(lab: &'a Lab, name: &str) -> Result<Subject<'a>, Refused> {
    let (name, dataset) = lab
        .datasets
        .get_key_value(name)
        .ok_or_else(|| Refused::NoDataset {
            name: name.to_owned(),
        })?;
    let lacks = |what| Refused::Incomplete {
        dataset: name.clone(),
        what,
    };
    let host = lab
        .seat(dataset)
        .ok_or_else(|| nobody_logs_in(name, dataset))?;
    let source = dataset
        .source
        .as_ref()
        .ok_or_else(|| lacks("source: add `folder: PATH` or `postgres: NAME`"))?;
    Ok(Subject {
        name,
        dataset,
        host,
        source: source_of(source),
    })
}

fn nobody_logs_in(name: &str, dataset: &Dataset) -> Refused {
    let dataset_name = name.to_owned();
    match dataset.about.on.known() {
        Some(on) => Refused::Seat {
            dataset: dataset_name,
            on: on.0.object.clone(),
        },
        None => Refused::Incomplete {
            dataset: dataset_name,
            what: "host: add `host: NAME`",
        },
    }
}

/// What an archive is taken from, without places in the text.
pub(crate) fn source_of(source: &DataSource) -> Source {
    match source {
        DataSource::Folder(path) => Source::Folder {
            path: path.value.clone(),
        },
        DataSource::Postgres { database } => Source::Postgres {
            database: database.value.clone(),
        },
    }
}
