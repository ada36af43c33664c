//! Data brought back beside what is there, never over it.

use crate::Refused;
use crate::own::{none_of_ours, own_repositories_of};
use crate::path::{overlap, parts};
use crate::repository::{Subject, handle, is_directory, subject};
use crate::step::{Draft, On, file_path};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::plan::{
    Action, Cond, FORMAT, Plan, Purpose, Reading, RepositoryHandle, Risk, Source, Step, Undo,
};
use plan::Context;
use std::collections::{BTreeMap, BTreeSet};

/// Directories that a restore may not come near: the system's own, and those of running services.
const NEVER: [&str; 14] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/cache/holdfast",
    "/var/lib/mysql",
    "/var/lib/postgresql",
    "/var/lib/docker",
];
/// Drills and restores without a place of their own happen here.
pub(crate) const SCRATCH: &str = "/var/lib/holdfast/scratch";
const STATE: &str = "/var/lib/holdfast";

/// What is to be restored, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreRequest {
    /// The dataset.
    pub dataset: String,
    /// The repository to restore from; may be left out if the dataset is in one only.
    pub repository: Option<String>,
    /// Archive id; `None` is the newest.
    pub archive: Option<String>,
    /// New directory on the dataset's host; the data will be in `data` under it.
    pub to: String,
}

/// The plan that restores a dataset to a new directory.
///
/// # Errors
/// [`Refused`] if the request is not whole, or the directory is, contains or lies in one that is in use.
pub fn restore_plan(ctx: &Context<'_>, request: &RestoreRequest) -> Result<Plan, Refused> {
    let subject = subject(ctx.lab, &request.dataset)?;
    let repository = choose(ctx.lab, &subject, request.repository.as_deref())?;
    let to = request.to.trim_end_matches('/');
    new_directory(ctx.lab, subject.host, to).map_err(|why| Refused::BadDirectory {
        to: request.to.clone(),
        why,
    })?;
    let on = On {
        ctx,
        host: subject.host,
    };
    let step = restore(&on, &subject, repository, request.archive.clone(), to);
    Ok(Plan {
        format: FORMAT,
        realm: ctx.facts.realm.clone(),
        purpose: Purpose::Restore,
        steps: vec![step],
        blocked: Vec::new(),
    })
}

/// The repository to restore from.
pub(crate) fn choose(
    lab: &Lab,
    subject: &Subject<'_>,
    wanted: Option<&str>,
) -> Result<RepositoryHandle, Refused> {
    let all = own_repositories_of(lab, subject.name);
    let refused = |repository: &str, why: String| Refused::Repository {
        dataset: subject.name.to_owned(),
        repository: repository.to_owned(),
        why,
    };
    let found = match (wanted, all.as_slice()) {
        (_, []) => return Err(none_of_ours(lab, subject.name)),
        (None, [one]) => *one,
        (None, [(first, _), ..]) => {
            let names: Vec<&str> = all.iter().map(|(n, _)| *n).collect();
            return Err(refused(
                first,
                format!(
                    "there are several; name one with --repository: {}",
                    names.join(", ")
                ),
            ));
        }
        (Some(name), _) => *all
            .iter()
            .find(|(n, _)| *n == name)
            .ok_or_else(|| refused(name, "none of its backups goes there".to_owned()))?,
    };
    handle(found.0, found.1, subject.host).map_err(|why| refused(found.0, why))
}

/// Why a directory on `host` is not one to restore to.
fn new_directory(lab: &Lab, host: &str, to: &str) -> Result<(), String> {
    match parts(to) {
        None => return Err("it is not a plain absolute path".to_owned()),
        Some(parts) if parts.len() < 2 => {
            return Err("name a new directory below another one".to_owned());
        }
        Some(_) => {}
    }
    for (name, dataset) in &lab.datasets {
        let here = lab.seat(dataset).is_none_or(|seat| seat == host);
        if let (true, Some(model::lab::DataSource::Folder(path))) = (here, &dataset.source)
            && overlap(to, &path.value)
        {
            return Err(format!(
                "{} is where dataset {name} lives; restore beside it and compare",
                path.value
            ));
        }
    }
    for (name, repository) in &lab.repositories {
        let location = repository.location.known().map(String::as_str);
        if let Some(place) = location.filter(|l| is_directory(l))
            && overlap(to, place)
        {
            return Err(format!("{place} is where repository {name} lives"));
        }
    }
    let below = |place: &str| to.strip_prefix(place).is_some_and(|r| r.starts_with('/'));
    if overlap(to, STATE) && !below(SCRATCH) {
        return Err(format!(
            "{STATE} is Holdfast's own; below {SCRATCH}/ is free"
        ));
    }
    NEVER
        .into_iter()
        .find(|p| overlap(to, p))
        .map_or(Ok(()), |p| Err(format!("{p} belongs to the system")))
}

/// The step that restores to `to`; it and everything in it is taken away again by its undo.
pub(crate) fn restore(
    on: &On<'_>,
    subject: &Subject<'_>,
    repository: RepositoryHandle,
    archive: Option<String>,
    to: &str,
) -> Step {
    let name = subject.name;
    let which = archive.as_ref().map_or_else(
        || "the newest archive".to_owned(),
        |a| format!("archive {a}"),
    );
    let of = match &subject.source {
        Source::Folder { path } => path.clone(),
        Source::Postgres { database } => format!("database {database}"),
    };
    on.step(Draft {
        id: format!("restore/{name}"),
        summary: format!(
            "restore {which} of {name} ({of}) from {} to {to}/data",
            repository.name
        ),
        action: Action::RestoreArchive {
            repository,
            dataset: name.to_owned(),
            source: subject.source.clone(),
            archive,
            to: to.to_owned(),
        },
        reads: BTreeMap::from([(file_path(to), Reading::Absent)]),
        post: vec![Cond::Present(file_path(&format!("{to}/data")))],
        undo: Undo::Exact(Box::new(Action::RemoveScratch {
            path: to.to_owned(),
        })),
        risk: Risk::None,
        cause: format!("holdfast restore {name} --to {to}"),
        after: BTreeSet::new(),
    })
}
