//! What `apply` keeps in place on a host so that its backups run without a controller.
//!
//! Per repository: password, descriptor, the repository itself. Per backup: script, service, timer, and the timer enabled.

use crate::own::foreign;
use crate::repository::{
    descriptor, descriptor_file, handle, is_directory, password_file, repository_path, source_of,
};
use crate::step::{Draft, On, file_path};
use crate::timer::{self, Job};
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, Scope, Seen};
use model::id::StepId;
use model::kleene::Reason;
use model::lab::{Backup, Lab};
use model::plan::{Action, Blocked, Cond, FilePut, Reading, RepositoryHandle, Risk, Step, Undo};
use model::value::Value;
use plan::planner::Contribution;
use plan::{Context, Owned};
use std::collections::{BTreeMap, BTreeSet};

/// The steps for one host, with what could not be decided.
pub fn setup(ctx: &Context<'_>, host: &str) -> Contribution {
    let on = On { ctx, host };
    let mut out = Contribution::default();
    // The steps that make a repository; none if it cannot be told whether there is one.
    let mut ready: BTreeMap<String, Option<BTreeSet<StepId>>> = BTreeMap::new();
    for (name, backup, jobs) in backups_on(ctx.lab, host) {
        let wanted = || format!("backup {name}");
        if let Some(reason) = unusable(name, &jobs).or_else(|| clash(ctx.lab, name, backup)) {
            out.blocked.push(on.blocked(wanted(), Reason::new(reason)));
            continue;
        }
        let repository = match of_backup(ctx.lab, backup, host) {
            Ok(repository) => repository,
            Err(reason) => {
                out.blocked.push(on.blocked(wanted(), Reason::new(reason)));
                continue;
            }
        };
        if !ready.contains_key(&repository.name) {
            let made = make_repository(&on, &repository);
            let ids = made.steps.iter().map(|s| s.id.clone()).collect();
            ready.insert(
                repository.name.clone(),
                made.blocked.is_empty().then_some(ids),
            );
            out.steps.extend(made.steps);
            out.blocked.extend(made.blocked);
        }
        // A timer without its repository would fail every night.
        let Some(after) = ready.get(&repository.name).cloned().flatten() else {
            continue;
        };
        match schedule(&on, name, backup, &repository, &jobs, &after) {
            Ok(steps) => out.steps.extend(steps),
            Err(blocked) => out.blocked.push(blocked),
        }
        // Whose drop-in that is and what it is for cannot be told, so it is shown and not removed.
        let path = FactPath::new(FactKind::Timer, timer::timer_name(name));
        let facts = ctx.facts.targets.get(host);
        if let Some(Seen::Present(value)) = facts.map(|f| f.seen(&path))
            && let Some(why) = timer::changed(&value, name)
        {
            out.blocked
                .push(on.blocked(format!("schedule of {name} as declared"), Reason::new(why)));
        }
    }
    retire(&on, &mut out);
    out
}

/// Everything that [`setup`] looks at on a host, and the newest archives of its datasets.
pub fn scope(lab: &Lab, host: &str, owned: &Owned) -> Scope {
    let mut scope = Scope::default();
    for (name, backup, jobs) in backups_on(lab, host) {
        let [service, timer] = [timer::service_name(name), timer::timer_name(name)];
        for file in [
            timer::script_file(name),
            timer::unit_file(&service),
            timer::unit_file(&timer),
        ] {
            scope.add(file_path(&file));
        }
        scope.add(FactPath::new(FactKind::Unit, timer.clone()));
        scope.add(FactPath::new(FactKind::Timer, timer));
        if let Some(to) = &backup.to {
            scope.add(file_path(&password_file(&to.value)));
            scope.add(file_path(&descriptor_file(&to.value)));
            scope.add(repository_path(&to.value));
            let location = lab
                .repositories
                .get(&to.value)
                .and_then(|r| r.location.known());
            if let Some(location) = location.filter(|l| is_directory(l)) {
                scope.add(config_path(location));
            }
            for (dataset, _) in jobs {
                scope.add(crate::repository::archive_path(&to.value, dataset));
            }
        }
    }
    for (timer, file) in owned_timers(owned, host) {
        scope.add(FactPath::new(FactKind::Unit, timer));
        scope.add(file_path(file));
    }
    scope
}

/// The backups that have a dataset on this host, with those datasets.
fn backups_on<'a>(
    lab: &'a Lab,
    host: &str,
) -> impl Iterator<Item = (&'a str, &'a Backup, Vec<Job<'a>>)> {
    let ours = lab
        .backups
        .iter()
        .filter(|(n, b)| foreign(lab, n, b).is_none());
    ours.filter_map(move |(name, backup)| {
        let jobs: Vec<Job<'a>> = backup
            .datasets
            .iter()
            .filter_map(|d| lab.datasets.get_key_value(&d.value))
            .filter(|(_, d)| lab.seat(d) == Some(host))
            .filter_map(|(n, d)| Some((n.as_str(), source_of(d.source.as_ref()?))))
            .collect();
        (!jobs.is_empty()).then_some((name.as_str(), backup, jobs))
    })
}

/// Names become file names, unit names and tags: nothing that any of these would read differently.
fn unusable(name: &str, jobs: &[Job<'_>]) -> Option<String> {
    let fits = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 64
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    std::iter::once(name)
        .chain(jobs.iter().map(|(n, _)| *n))
        .find(|n| !fits(n))
        .map(|n| format!("'{n}' cannot be part of a file name"))
}

/// Archives are told apart by repository and dataset, so two backups of one dataset to one repository would forget each other's.
fn clash(lab: &Lab, name: &str, backup: &Backup) -> Option<String> {
    let to = backup.to.as_ref()?;
    lab.backups.iter().filter(|(other, _)| *other != name).find_map(|(other, theirs)| {
        theirs.to.as_ref().filter(|t| t.value == to.value)?;
        let both = backup.datasets.iter().find(|d| theirs.datasets.iter().any(|t| t.value == d.value))?;
        Some(format!(
            "backup {other} archives {} to {} as well, and each would forget the other's archives by its own `keep`",
            both.value, to.value
        ))
    })
}

/// The repository that a backup on this host goes to.
pub(crate) fn of_backup(
    lab: &Lab,
    backup: &Backup,
    host: &str,
) -> Result<RepositoryHandle, String> {
    let to = backup.to.as_ref().ok_or("it names no repository (`to`)")?;
    let repository = lab
        .repositories
        .get(&to.value)
        .ok_or_else(|| format!("there is no repository '{}'", to.value))?;
    handle(&to.value, repository, host)
}

/// Password, descriptor and the repository itself, as far as they are missing.
pub(crate) fn make_repository(on: &On<'_>, repository: &RepositoryHandle) -> Contribution {
    let name = &repository.name;
    let mut out = Contribution::default();
    let Some(declared) = on.ctx.lab.repositories.get(name) else {
        return out;
    };
    let cause = on.ctx.place(declared.span);
    match hand_over_password(on, repository, &cause) {
        Ok(step) => out.steps.extend(step),
        Err(blocked) => out.blocked.push(blocked),
    }
    let id = format!("repository-file/{name}");
    match on.file(id, descriptor(repository), &cause, BTreeSet::new()) {
        Ok(step) => out.steps.extend(step),
        Err(blocked) => out.blocked.push(blocked),
    }
    // Without its password a repository can neither be made nor used.
    if !out.blocked.is_empty() {
        return out;
    }
    let path = repository_path(name);
    let described = out
        .steps
        .iter()
        .any(|s| matches!(&s.action, Action::PutFile(_)));
    match made_already(on, &path, &repository.location) {
        Seen::Present(_) => {}
        // Before the descriptor is written the host cannot be asked.
        Seen::Unknown(reason) if !described => {
            out.blocked
                .push(on.blocked(format!("create repository {name}"), reason));
        }
        Seen::Absent | Seen::Unknown(_) => {
            let after = out.steps.iter().map(|s| s.id.clone()).collect();
            out.steps
                .push(on.step(init(repository, path, cause, after)));
        }
    }
    out
}

/// Whether the repository is there. Opening it takes most of a second; where only its being made is asked for, the file that
/// every local repository begins with says as much.
fn made_already(on: &On<'_>, path: &FactPath, location: &str) -> Seen {
    match on.seen(path) {
        Seen::Unknown(_) if is_directory(location) && !on.asked(path) => {
            on.seen(&config_path(location))
        }
        seen => seen,
    }
}

fn config_path(location: &str) -> FactPath {
    file_path(&format!("{}/config", location.trim_end_matches('/')))
}

fn init(
    repository: &RepositoryHandle,
    path: FactPath,
    cause: String,
    after: BTreeSet<StepId>,
) -> Draft {
    let location = &repository.location;
    let undo = if is_directory(location) {
        // Only takes away what holds no archive.
        Undo::Exact(Box::new(Action::RemoveScratch {
            path: location.clone(),
        }))
    } else {
        Undo::Irreversible(format!("an empty repository stays at {location}"))
    };
    Draft {
        id: format!("repository/{}", repository.name),
        summary: format!("create repository {} at {location}", repository.name),
        action: Action::InitRepository(repository.clone()),
        reads: BTreeMap::new(),
        post: vec![Cond::Present(path)],
        undo,
        risk: Risk::None,
        cause,
        after,
    }
}

/// A password that is there is never replaced: the repository opens with the one it was made with.
fn hand_over_password(
    on: &On<'_>,
    repository: &RepositoryHandle,
    cause: &str,
) -> Result<Option<Step>, Blocked> {
    let name = &repository.name;
    let file = &repository.password_file;
    let what = || format!("hand over the password of repository {name}");
    let path = file_path(file);
    match Reading::of(on.seen(&path)) {
        Ok(Reading::Present(_)) => return Ok(None),
        Ok(Reading::Absent) => {}
        Err(reason) => return Err(on.blocked(what(), reason)),
    }
    let declared = on.ctx.lab.repositories.get(name);
    let Some(password) = declared.and_then(|r| r.password.as_ref()) else {
        return Err(on.blocked(what(), Reason::new("no `password` is declared for it")));
    };
    Ok(Some(on.step(Draft {
        id: format!("secret/{name}"),
        summary: format!("{} to {file}", what()),
        action: Action::PutSecret {
            path: file.clone(),
            secret: password.value.clone(),
            // Written once and never compared: it is not the fingerprint that decides.
            keyed_hash: String::new(),
        },
        reads: BTreeMap::from([(path.clone(), Reading::Absent)]),
        post: vec![Cond::FieldIs(path, "mode".to_owned(), Value::from("0600"))],
        undo: Undo::Exact(Box::new(Action::RemoveFile { path: file.clone() })),
        risk: Risk::None,
        cause: cause.to_owned(),
        after: BTreeSet::new(),
    })))
}

/// Script, service, timer, and the timer enabled.
fn schedule(
    on: &On<'_>,
    name: &str,
    backup: &Backup,
    repository: &RepositoryHandle,
    jobs: &[Job<'_>],
    after: &BTreeSet<StepId>,
) -> Result<Vec<Step>, Blocked> {
    let cause = on.ctx.place(backup.span);
    if let (None, Some(when)) = (&backup.every, &backup.about.schedule) {
        let when = when.value().map(ToString::to_string).unwrap_or_default();
        let why = format!(
            "timers are made from 'every' only so far; say how often '{when}' is as 'every', beside it"
        );
        return Err(on.blocked(format!("the timer of backup {name}"), Reason::new(why)));
    }
    let every = backup
        .every
        .as_ref()
        .map_or(timer::DEFAULT_EVERY, |e| e.value);
    let unit = timer::timer_name(name);
    let service = timer::service_name(name);
    let whole = |path: String, mode: &str, content: String| FilePut {
        path,
        content,
        mode: mode.to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    };
    let files = [
        (
            "script",
            whole(
                timer::script_file(name),
                "0700",
                timer::script(name, backup, repository, jobs),
            ),
        ),
        (
            "service",
            whole(
                timer::unit_file(&service),
                "0644",
                timer::service_unit(name),
            ),
        ),
        (
            "timer",
            whole(
                timer::unit_file(&unit),
                "0644",
                timer::timer_unit(name, every),
            ),
        ),
    ];
    let mut steps: Vec<Step> = Vec::new();
    for (part, put) in files {
        let mut before = after.clone();
        before.extend(steps.iter().map(|s| s.id.clone()));
        steps.extend(on.file(format!("backup-{part}/{name}"), put, &cause, before)?);
    }
    let mut before = after.clone();
    before.extend(steps.iter().map(|s| s.id.clone()));
    let rewritten = !steps.is_empty();
    steps.extend(enable(on, name, &unit, rewritten, &cause, before)?);
    Ok(steps)
}

fn enable(
    on: &On<'_>,
    name: &str,
    unit: &str,
    rewritten: bool,
    cause: &str,
    after: BTreeSet<StepId>,
) -> Result<Option<Step>, Blocked> {
    let path = FactPath::new(FactKind::Unit, unit);
    let seen = Reading::of(on.seen(&path))
        .map_err(|reason| on.blocked(format!("enable {unit}"), reason))?;
    let was = |field: &str, value: Value| match &seen {
        Reading::Present(v) => v.field(field) == Some(&value),
        Reading::Absent => false,
    };
    let enabled = was("enabled", Value::from("enabled"));
    let active = was("active", Value::from(true));
    if enabled && active {
        return Ok(None);
    }
    // A unit whose file this plan writes is another one when its turn comes; then the file is what the step rests on.
    let reads = if rewritten {
        BTreeMap::new()
    } else {
        BTreeMap::from([(path.clone(), seen)])
    };
    Ok(Some(on.step(Draft {
        id: format!("backup-enable/{name}"),
        summary: format!("start {unit} now and at every boot"),
        action: Action::SetUnit {
            unit: unit.to_owned(),
            enabled: Some(true),
            active: Some(true),
        },
        reads,
        post: vec![
            Cond::FieldIs(path.clone(), "enabled".to_owned(), Value::from("enabled")),
            Cond::FieldIs(path, "active".to_owned(), Value::from(true)),
        ],
        undo: Undo::Exact(Box::new(Action::SetUnit {
            unit: unit.to_owned(),
            enabled: Some(enabled),
            active: Some(active),
        })),
        risk: Risk::None,
        cause: cause.to_owned(),
        after,
    })))
}

/// Timers of ours on a host, with their files.
fn owned_timers<'a>(owned: &'a Owned, host: &str) -> Vec<(&'a str, &'a str)> {
    let things = owned.get(host).into_iter().flatten();
    things
        .filter_map(|t| t.strip_prefix("file:"))
        .filter_map(|file| Some((file.strip_prefix("/etc/systemd/system/")?, file)))
        .filter(|(unit, _)| unit.starts_with("holdfast-backup-") && unit.ends_with(".timer"))
        .collect()
}

/// Takes away the schedules of ours that left the declaration. Passwords and archives stay.
fn retire(on: &On<'_>, out: &mut Contribution) {
    let wanted: BTreeSet<String> = backups_on(on.ctx.lab, on.host)
        .flat_map(|(n, b, _)| {
            let files = [
                timer::script_file(n),
                timer::unit_file(&timer::service_name(n)),
                timer::unit_file(&timer::timer_name(n)),
            ];
            files
                .into_iter()
                .chain(b.to.as_ref().map(|to| descriptor_file(&to.value)))
        })
        .collect();
    let gone = |file: &str| !wanted.contains(file);
    let mut stopped = BTreeSet::new();
    for (unit, file) in owned_timers(on.ctx.owned, on.host) {
        if gone(file) {
            stopped.extend(stop(on, unit, out));
        }
    }
    let ours = on.ctx.owned_of(on.host, "file:");
    let left = ours.into_iter().filter(|f| {
        let backup = f.starts_with("/etc/systemd/system/holdfast-backup-")
            || f.starts_with("/etc/holdfast/backup/")
            || f.starts_with("/etc/holdfast/repositories/");
        backup && gone(f)
    });
    for file in left {
        remove(on, file, &stopped, out);
    }
}

fn stop(on: &On<'_>, unit: &str, out: &mut Contribution) -> Option<StepId> {
    let path = FactPath::new(FactKind::Unit, unit);
    let seen = match Reading::of(on.seen(&path)) {
        Ok(Reading::Absent) => return None,
        Ok(seen) => seen,
        Err(reason) => {
            out.blocked.push(on.blocked(format!("stop {unit}"), reason));
            return None;
        }
    };
    let field = |name: &str| match &seen {
        Reading::Present(v) => v.field(name).cloned(),
        Reading::Absent => None,
    };
    let enabled = field("enabled") == Some(Value::from("enabled"));
    let active = field("active") == Some(Value::from(true));
    if !enabled && !active {
        return None;
    }
    let step = on.step(Draft {
        id: format!("backup-stop/{unit}"),
        summary: format!("stop {unit}, which is no longer declared"),
        action: Action::SetUnit {
            unit: unit.to_owned(),
            enabled: Some(false),
            active: Some(false),
        },
        reads: BTreeMap::from([(path.clone(), seen)]),
        post: vec![
            Cond::FieldIs(path.clone(), "enabled".to_owned(), Value::from("disabled")),
            Cond::FieldIs(path, "active".to_owned(), Value::from(false)),
        ],
        undo: Undo::Exact(Box::new(Action::SetUnit {
            unit: unit.to_owned(),
            enabled: Some(enabled),
            active: Some(active),
        })),
        risk: Risk::None,
        cause: "no longer declared".to_owned(),
        after: BTreeSet::new(),
    });
    let id = step.id.clone();
    out.steps.push(step);
    Some(id)
}

fn remove(on: &On<'_>, file: &str, after: &BTreeSet<StepId>, out: &mut Contribution) {
    let path = file_path(file);
    let seen = match Reading::of(on.seen(&path)) {
        Ok(Reading::Absent) => return,
        Ok(seen) => seen,
        Err(reason) => {
            out.blocked
                .push(on.blocked(format!("remove {file}"), reason));
            return;
        }
    };
    out.steps.push(on.step(Draft {
        id: format!("file{file}"),
        summary: format!("remove {file}, which is no longer declared"),
        action: Action::RemoveFile {
            path: file.to_owned(),
        },
        reads: BTreeMap::from([(path.clone(), seen)]),
        post: vec![Cond::Absent(path)],
        undo: Undo::Saved,
        risk: Risk::None,
        cause: "no longer declared".to_owned(),
        after: after.clone(),
    }));
}
