//! Which backup, if any, holds what a container keeps.

use crate::Context;
use crate::containers::{Container, is_below};
use diag::Spanned;
use model::compose::{Mount, MountKind};
use model::declare::{OptExt as _, Ref};
use model::id::Kind;
use model::lab::protection::JobKind;
use model::lab::service::{Service, ServiceData};
use model::lab::{Backup, DataClass, DataSource, Dataset};

/// What becomes of a mount when its disk is gone.
pub enum Coverage<'a> {
    /// It is in this backup; and how it is declared, if it is.
    Backup(&'a str, &'a Backup, Option<Declared<'a>>),
    /// A job of another program takes care of it.
    Job(&'a str),
    /// It may be lost: it is scratch, or can be had again.
    Replaceable,
    /// It is declared, and in no backup; that is said of the declaration.
    Declared,
    /// Nobody says a word about it.
    Nothing,
}

/// How data is declared.
#[derive(Clone, Copy)]
pub enum Declared<'a> {
    /// As a dataset.
    Dataset(&'a Dataset),
    /// As data of a service.
    Service(&'a ServiceData),
}

/// Looks for the backup of what a container keeps in a mount.
pub fn of<'a>(ctx: &Context<'a>, container: &Container<'a>, mount: &Mount) -> Coverage<'a> {
    let dataset = dataset(ctx, container, mount);
    let data = service_data(ctx, container, mount);
    if let Some((name, set)) = dataset
        && let Some((backup, b)) = listing(ctx, |b| b.datasets.iter().any(|d| d.value == name))
    {
        return Coverage::Backup(backup, b, Some(Declared::Dataset(set)));
    }
    let declared = data.map(|(_, _, d)| Declared::Service(d));
    if let Some((service, _, data)) = data
        && let Some((backup, b)) = of_data(ctx, service, data)
    {
        return Coverage::Backup(backup, b, declared);
    }
    if let Some((backup, b)) = whole(ctx, container) {
        return Coverage::Backup(backup, b, declared);
    }
    if let Some(job) = job(ctx, JobKind::Backup, container, data.map(|(name, ..)| name)) {
        return Coverage::Job(job);
    }
    let class = data.and_then(|(_, _, d)| d.class.known().copied());
    let class = class.or(dataset.and_then(|(_, d)| d.class.known().copied()));
    match class {
        Some(DataClass::Scratch | DataClass::Replaceable) => Coverage::Replaceable,
        _ if data.is_some() || dataset.is_some() => Coverage::Declared,
        _ => Coverage::Nothing,
    }
}

/// A backup that holds the data of a service.
pub fn of_data<'a>(
    ctx: &Context<'a>,
    service: &str,
    data: &ServiceData,
) -> Option<(&'a str, &'a Backup)> {
    let set = data.dataset.known().map(|d| d.name().to_owned());
    listing(ctx, |b| {
        let as_set = |name: &String| b.datasets.iter().any(|d| d.value == *name);
        let whole = b.about.services.iter().any(|s| s.value.name() == service);
        whole || set.as_ref().is_some_and(as_set)
    })
}

/// A backup of the stack, of the service that a container is, or of the guest that it runs on.
pub fn whole<'a>(ctx: &Context<'a>, container: &Container<'a>) -> Option<(&'a str, &'a Backup)> {
    let services: Vec<&str> = ctx
        .services_in(container.stack)
        .filter(|(name, s)| is_meant(s, name, container))
        .map(|(name, _)| name)
        .collect();
    let guest = container.machine().filter(|(kind, _)| *kind == Kind::Guest);
    listing(ctx, |b| {
        let about = &b.about;
        let stack = about
            .stacks
            .iter()
            .any(|s| s.value.name() == container.stack);
        let service = about
            .services
            .iter()
            .any(|s| services.contains(&s.value.name()));
        let in_guest = |name: &str| about.guests.iter().any(|g| g.value.name() == name);
        stack || service || guest.is_some_and(|(_, name)| in_guest(name))
    })
}

/// A job of a kind that is about a container: its stack, its service, or the machine that it runs on.
pub fn job<'a>(
    ctx: &Context<'a>,
    kind: JobKind,
    container: &Container<'a>,
    service: Option<&str>,
) -> Option<&'a str> {
    let hit = ctx.lab.jobs.iter().find(|(_, job)| {
        let about = |on: &Spanned<_>| is_on(on, container, service);
        job.kind.known() == Some(&kind) && job.on.iter().any(about)
    });
    hit.map(|(name, _)| name.as_str())
}

fn is_on<const SET: u64>(
    on: &Spanned<Ref<SET>>,
    container: &Container<'_>,
    service: Option<&str>,
) -> bool {
    let (kind, name) = (on.value.kind(), on.value.name());
    match kind {
        Kind::Stack => name == container.stack,
        Kind::Service => Some(name) == service,
        _ => container.machine() == Some((kind, name)),
    }
}

fn listing<'a>(
    ctx: &Context<'a>,
    holds: impl Fn(&Backup) -> bool,
) -> Option<(&'a str, &'a Backup)> {
    let hit = ctx.lab.backups.iter().find(|(_, b)| holds(b));
    hit.map(|(name, b)| (name.as_str(), b))
}

/// Whether a service of the lab is this container: it names it, or nothing in the stack, so that it is all of it.
fn is_meant(service: &Service, name: &str, container: &Container<'_>) -> bool {
    service.runs.iter().any(|runs| {
        let here = runs
            .stack
            .known()
            .is_some_and(|s| s.name() == container.stack);
        let named = runs.service.known().map_or(name, |n| n.0.as_str());
        here && (named == container.name || !container.project.services.contains_key(named))
    })
}

/// The dataset of the lab that a mount is, by its path on the machine.
fn dataset<'a>(
    ctx: &Context<'a>,
    container: &Container<'a>,
    mount: &Mount,
) -> Option<(&'a str, &'a Dataset)> {
    let path = path(container, mount)?;
    let is = |(_, set): &&(&str, &Dataset)| match &set.source {
        Some(DataSource::Folder(folder)) => is_below(&path, &folder.value),
        _ => false,
    };
    let folders = ctx.folders();
    let first = |of: &[(&'a str, &'a Dataset)]| of.iter().find(is).copied();
    // A machine or an owner that nobody names may be any. The first by name is the one.
    let found: Vec<_> = match container.machine() {
        Some((_, machine)) => [Some(machine), None]
            .iter()
            .filter_map(|owner| first(folders.get(owner)?))
            .collect(),
        None => folders.values().filter_map(|of| first(of)).collect(),
    };
    found.into_iter().min_by_key(|(name, _)| *name)
}

/// Where a mount lies on the machine, as far as that is known.
fn path(container: &Container<'_>, mount: &Mount) -> Option<String> {
    let source = mount.source.as_deref()?;
    match mount.kind {
        MountKind::Bind if source.starts_with('/') => Some(source.to_owned()),
        MountKind::Named => {
            let name = container.project.volume_name(source)?;
            Some(format!("/var/lib/docker/volumes/{name}/_data"))
        }
        _ => None,
    }
}

/// The data of a service of the lab that a mount is.
fn service_data<'a>(
    ctx: &Context<'a>,
    container: &Container<'a>,
    mount: &Mount,
) -> Option<(&'a str, &'a str, &'a ServiceData)> {
    let source = mount.source.as_deref()?;
    let engine = (mount.kind == MountKind::Named).then(|| container.project.volume_name(source));
    let engine = engine.flatten();
    let is = |data: &ServiceData| match mount.kind {
        MountKind::Named => data
            .volume
            .known()
            .is_some_and(|v| v.0 == source || engine.as_deref() == Some(v.0.as_str())),
        _ => data.path.known().is_some_and(|p| is_below(source, &p.0)),
    };
    ctx.services_in(container.stack)
        .find_map(|(name, service)| {
            let hit = service.data.iter().find(|(_, data)| is(data));
            hit.map(|(key, data)| (name, key.0.as_str(), data))
        })
}
