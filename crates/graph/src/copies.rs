//! Copies of bodies of data, and which of them survive which fault: a copy counts only if it lies outside of the failure domain.

use crate::amounts::count;
use crate::bodies::Body;
use crate::intervals::Intervals;
use crate::places::{self, Machine, Mounts, Place};
use crate::pools;
use diag::{Span, Spanned};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::protection::{BackupKind, Job, JobKind, Replication, Snapshot};
use model::lab::{Backup, DataSource, FaultScope, Lab, Repository};
use model::units::Seconds;
use model::units::calendar::Calendar;
use std::collections::{BTreeMap, BTreeSet};

/// Where a copy lies as seen from data that is hit by a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Lost together with the data; why.
    Inside(String),
    /// Survives.
    Outside,
    /// Not declared well enough to tell; what is missing.
    Unknown(String),
}

/// A copy that is taken again and again.
#[derive(Clone)]
pub struct Copy<'a> {
    /// `backup 'nightly'`.
    pub by: String,
    /// Kind and name of what takes it.
    pub taker: (Kind, &'a str),
    /// Where that is declared.
    pub span: Span,
    /// `repository 'usb'`.
    pub to: String,
    /// Kind and name of where it goes, if that is declared.
    pub store: Option<(Kind, &'a str)>,
    /// The repository, if it is one.
    pub repository: Option<&'a Repository>,
    /// Where that lies.
    pub place: Place<'a>,
    /// The longest time between two of them; none if that is not declared.
    pub every: Option<Spanned<Seconds>>,
    /// As it is written: `1d`, `Sun 03:00`.
    pub schedule: Option<String>,
    /// When it begins, if at fixed times.
    pub calendar: Option<&'a Calendar>,
    /// How long one takes, if that is declared.
    pub took: Option<Seconds>,
    /// Older states are kept, so that damage that is copied too can be undone.
    pub versions: bool,
}

impl Copy<'_> {
    /// That nobody said where it stands, with the keys that say so of such a store: what is rented is on no machine of the lab, and a
    /// machine that the lab does not know may be either.
    pub fn unplaced(&self) -> String {
        let location = self.repository.and_then(|r| r.location.known());
        let kind = location.and_then(|l| Some(l.split_once(':')?.0));
        let keys = match kind.filter(|_| self.place.remote) {
            Some("sftp" | "rest") => "'on', 'provider' or 'site'",
            Some(_) => "'provider' or 'site'",
            None => "'on'",
        };
        format!("where {} stands is not declared ({keys})", self.to)
    }

    /// The key that tells copies of one store apart from those of another.
    pub fn domain(&self) -> String {
        let machines: Vec<String> = self.place.machines.iter().map(|m| m.words()).collect();
        match machines.is_empty() {
            true => {
                let location = self.repository.and_then(|r| r.location.known());
                let store = location.and_then(|l| crate::location::store(l));
                store.unwrap_or_else(|| self.to.clone())
            }
            false => format!(
                "{} {:?} {:?}",
                machines.join(" "),
                self.place.pools,
                self.place.disk
            ),
        }
    }
}

/// All copies of a lab, by what they are of.
pub struct Copies<'a> {
    lab: &'a Lab,
    mounts: Mounts<'a>,
    intervals: Intervals,
    of: BTreeMap<(Kind, &'a str), Vec<usize>>,
    all: Vec<Copy<'a>>,
}

impl<'a> Copies<'a> {
    /// Reads the lab once.
    pub fn of(lab: &'a Lab) -> Self {
        let mut copies = Self {
            lab,
            mounts: Mounts::of(lab),
            intervals: Intervals::default(),
            of: BTreeMap::new(),
            all: Vec::new(),
        };
        for (name, backup) in &lab.backups {
            if backup.about.kind.known() != Some(&BackupKind::Snapshot) {
                copies.backup(name, backup);
            }
        }
        for (name, replication) in &lab.replications {
            copies.replication(name, replication);
        }
        for (name, job) in &lab.jobs {
            if matches!(job.kind.known(), Some(JobKind::Backup | JobKind::Dump)) {
                copies.job(name, job);
            }
        }
        copies
    }

    /// Those of a body of data, in the order of their declaration.
    pub fn copies(&self, body: &Body<'a>) -> Vec<&Copy<'a>> {
        let found = body.within.iter().filter_map(|key| {
            let whole_machine = key.0 == Kind::Host && body.object.kind == Kind::Guest;
            self.of.get(key).filter(|_| !whole_machine)
        });
        let indices: BTreeSet<usize> = found.flatten().copied().collect();
        let copies = indices.into_iter().filter_map(|n| self.all.get(n));
        copies.collect()
    }

    /// Those that are taken of one thing as a whole.
    pub fn of_thing(&self, thing: (Kind, &'a str)) -> impl Iterator<Item = &Copy<'a>> {
        let indices = self.of.get(&thing).into_iter().flatten();
        indices.filter_map(|n| self.all.get(*n))
    }

    /// All of them.
    pub fn all(&self) -> &[Copy<'a>] {
        &self.all
    }

    fn place(&self, to: Option<(Kind, &'a str)>) -> Place<'a> {
        match (to, repository(self.lab, to)) {
            (_, Some(store)) => places::of_store(self.lab, &self.mounts, store),
            (Some((kind, name)), None) => places::of(self.lab, kind, name),
            (None, None) => Place::default(),
        }
    }

    fn add(&mut self, of: impl IntoIterator<Item = (Kind, &'a str)>, copy: Copy<'a>) {
        let n = self.all.len();
        self.all.push(copy);
        for key in of {
            self.of.entry(key).or_default().push(n);
        }
    }

    fn backup(&mut self, name: &'a str, backup: &'a Backup) {
        let lab = self.lab;
        let Some(to) = &backup.to else { return };
        let Some((key, store)) = lab.repositories.get_key_value(&to.value) else {
            return;
        };
        let about = &backup.about;
        let calendar = about.schedule.known();
        // When it begins is what is set up; an interval beside it is a summary.
        let every = interval(&mut self.intervals, about.schedule.as_deref())
            .or_else(|| backup.every.clone());
        let schedule = match (&backup.every, calendar) {
            (_, Some(calendar)) => Some(calendar.to_string()),
            (Some(every), None) => Some(format!("every {}", every.value)),
            (None, None) => None,
        };
        let took = about.took.known();
        let copy = Copy {
            by: format!("backup '{name}'"),
            taker: (Kind::Backup, name),
            span: backup.span,
            to: format!("repository '{key}'"),
            store: Some((Kind::Repository, key)),
            repository: Some(store),
            place: places::of_store(lab, &self.mounts, store),
            every,
            schedule,
            calendar,
            took: took
                .and_then(|t| i64::try_from(t.millis().div_ceil(1_000)).ok())
                .map(Seconds),
            versions: about.kind.known() != Some(&BackupKind::Replication),
        };
        let mut of: Vec<(Kind, &str)> = Vec::new();
        of.extend(
            backup
                .datasets
                .iter()
                .map(|d| (Kind::Dataset, d.value.as_str())),
        );
        of.extend(about.guests.iter().map(|g| (Kind::Guest, g.value.name())));
        of.extend(about.hosts.iter().map(|h| (Kind::Host, h.value.name())));
        of.extend(
            about
                .services
                .iter()
                .map(|s| (Kind::Service, s.value.name())),
        );
        of.extend(about.stacks.iter().map(|s| (Kind::Stack, s.value.name())));
        of.extend(about.devices.iter().map(|d| (Kind::Device, d.value.name())));
        self.add(of, copy);
    }

    fn replication(&mut self, name: &'a str, replication: &'a Replication) {
        let lab = self.lab;
        let Some(from) = replication.from.known() else {
            return;
        };
        let to = replication.to.known().map(|to| (to.kind(), to.name()));
        // A replica on the pool of its source is no copy.
        if to.is_some_and(|to| to == (from.kind(), from.name())) {
            return;
        }
        let calendar = replication.schedule.known();
        let lag = replication.lag.known().and_then(|lag| {
            let seconds = i64::try_from(lag.seconds()).ok()?;
            let span = replication.lag.as_ref()?.span;
            Some(Spanned::new(Seconds(seconds), span))
        });
        let copy = Copy {
            by: format!("replication '{name}'"),
            taker: (Kind::Replication, name),
            span: replication.span,
            to: to.map_or("an undeclared place".to_owned(), |(kind, name)| {
                format!("{} '{name}'", kind.word())
            }),
            store: to,
            repository: repository(lab, to),
            place: self.place(to),
            every: interval(&mut self.intervals, replication.schedule.as_deref()).or(lag),
            schedule: calendar.map(ToString::to_string),
            calendar,
            took: None,
            versions: to.is_some_and(|(kind, _)| kind == Kind::Repository),
        };
        self.add([(from.kind(), from.name())], copy);
    }

    fn job(&mut self, name: &'a str, job: &'a Job) {
        let lab = self.lab;
        let to = job.to.known().map(|to| (to.kind(), to.name()));
        let calendar = job.schedule.known();
        let copy = Copy {
            by: format!("job '{name}'"),
            taker: (Kind::Job, name),
            span: job.span,
            to: match to {
                Some((kind, name)) => format!("{} '{name}'", kind.word()),
                None => format!("what job '{name}' writes"),
            },
            store: to,
            repository: repository(lab, to),
            place: self.place(to),
            every: interval(&mut self.intervals, job.schedule.as_deref()),
            schedule: calendar.map(ToString::to_string),
            calendar,
            took: None,
            versions: true,
        };
        let mut of: Vec<(Kind, &str)> = job
            .on
            .iter()
            .map(|o| (o.value.kind(), o.value.name()))
            .collect();
        of.extend(job.covers.iter().filter_map(|c| match &c.value {
            model::declare::About::Ref(r) => Some((r.kind(), r.name())),
            model::declare::About::Text(_) => None,
        }));
        // Work on a whole machine whose outcome lies who knows where says nothing of what is on it.
        if to.is_none() {
            of.retain(|(kind, _)| !matches!(kind, Kind::Host | Kind::Cluster));
        }
        self.add(of, copy);
    }
}

fn repository<'a>(lab: &'a Lab, to: Option<(Kind, &str)>) -> Option<&'a Repository> {
    let (kind, name) = to?;
    (kind == Kind::Repository).then(|| lab.repositories.get(name))?
}

/// The longest time between two occurrences.
fn interval(
    known: &mut Intervals,
    schedule: Option<&model::declare::Given<Calendar>>,
) -> Option<Spanned<Seconds>> {
    let given = schedule?;
    let seconds = known.longest(given.value()?)?;
    Some(Spanned::new(seconds, given.span))
}

/// The data itself lives through the fault: its pool does without what is lost.
pub fn unhurt(lab: &Lab, body: &Body<'_>, scope: FaultScope) -> bool {
    match scope {
        FaultScope::Device => body.place.tolerance(lab).is_some_and(|t| t > 0),
        FaultScope::Host => spread(lab, &body.place),
        FaultScope::Corruption | FaultScope::Site => false,
    }
}

/// On a pool with copies on several hosts.
fn spread(lab: &Lab, place: &Place<'_>) -> bool {
    place.machines.len() > 1
        && place.pools.iter().any(|name| {
            let pool = lab.pools.get(*name);
            let level = pool.and_then(|p| p.level.known());
            let copies = pools::tolerance(lab, name).is_some_and(|t| t > 0);
            copies && level == Some(&model::lab::storage::Level::Replicated)
        })
}

/// On which side of a fault of this scope a copy lies.
pub fn side(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>, scope: FaultScope) -> Side {
    let (home, store) = (&body.place, &copy.place);
    // Archives are not changed when the data is; what an intruder can reach is another scope.
    if scope == FaultScope::Corruption {
        return match copy.versions {
            true => Side::Outside,
            false => Side::Inside(format!("{} copies the damage too", copy.by)),
        };
    }
    if home.is_unknown() {
        return Side::Unknown(format!("where {} lies is not declared", body.what));
    }
    if store.away {
        return Side::Outside;
    }
    if store.machines.is_empty() {
        return without_machine(lab, home, copy, scope);
    }
    let shared = home.machines.intersection(&store.machines).next();
    match (scope, shared) {
        (FaultScope::Device | FaultScope::Host, None) if home.machines.is_empty() => {
            Side::Unknown(format!("the machine of {} is not declared", body.what))
        }
        (FaultScope::Device | FaultScope::Host, None) => Side::Outside,
        (FaultScope::Host | FaultScope::Site, Some(machine)) => {
            let others = store.machines.len() - 1;
            let or = match others {
                0 => String::new(),
                _ => format!(
                    " or {}",
                    count(others, "other of its machines", "others of its machines")
                ),
            };
            Side::Inside(format!("{} is on {}{or} too", copy.to, machine.words()))
        }
        (FaultScope::Device, Some(_)) => same_disk(lab, body, copy),
        (FaultScope::Site, None) => same_site(lab, body, copy),
        (FaultScope::Corruption, _) => Side::Outside,
    }
}

fn without_machine(lab: &Lab, home: &Place<'_>, copy: &Copy<'_>, scope: FaultScope) -> Side {
    let missing = || Side::Unknown(copy.unplaced());
    match scope {
        FaultScope::Device | FaultScope::Host if copy.place.remote || copy.place.site.is_some() => {
            Side::Outside
        }
        FaultScope::Site if copy.place.site.is_some() => {
            let (a, b) = (home.sites(lab), copy.place.sites(lab));
            match a.zip(b) {
                Some((a, b)) if a.is_disjoint(&b) => Side::Outside,
                Some((a, _)) => {
                    let site = a.first().copied().unwrap_or_default();
                    Side::Inside(format!("{} is at site '{site}' too", copy.to))
                }
                None => missing(),
            }
        }
        _ => missing(),
    }
}

/// The pool that has the disk of one of two places among its devices, with the label of that disk.
fn disk_of_pool<'a>(lab: &Lab, one: &Place<'a>, other: &Place<'a>) -> Option<(&'a str, &'a str)> {
    let label = one.disk?;
    let is =
        |m: &pools::Member<'_>| m.label == label && one.machines.contains(&Machine::Host(m.host));
    let mut pools = other.pools.iter().copied();
    let pool = pools.find(|name| {
        let pool = lab.pools.get(*name);
        pool.is_some_and(|p| pools::members(lab, p).iter().any(is))
    })?;
    Some((pool, label))
}

/// The store lies in the folder of the data itself: it is lost with it, and is in itself.
pub fn is_within(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> bool {
    let data = lab.datasets.get(&body.object.name);
    let data = data.filter(|_| body.object.kind == Kind::Dataset);
    let folder = match data.and_then(|d| d.source.as_ref()) {
        Some(DataSource::Folder(folder)) => folder.value.trim_end_matches('/'),
        _ => return false,
    };
    let location = copy.repository.and_then(|r| r.location.known());
    let rest = location.and_then(|l| l.strip_prefix(folder));
    let machine = !body.place.machines.is_disjoint(&copy.place.machines);
    machine && !folder.is_empty() && rest.is_some_and(|r| r.is_empty() || r.starts_with('/'))
}

/// The data and its copy are lost with one disk, because one of them is on a disk of the other's pool. `None` if they share no disk so.
pub fn shares_disk(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> Option<String> {
    let (home, store) = (&body.place, &copy.place);
    let found = disk_of_pool(lab, home, store).or_else(|| disk_of_pool(lab, store, home));
    found.map(|(pool, disk)| format!("disk '{disk}' is one of pool '{pool}'"))
}

fn same_disk(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> Side {
    let (home, store) = (&body.place, &copy.place);
    if is_within(lab, body, copy) {
        return Side::Inside(format!("{} is in the folder of the data itself", copy.to));
    }
    let disk = disk_of_pool(lab, home, store).or_else(|| disk_of_pool(lab, store, home));
    if let Some((pool, disk)) = disk {
        return match pools::tolerance(lab, pool) {
            Some(0) => Side::Inside(format!("{} loses disk '{disk}' too", copy.to)),
            Some(_) => Side::Outside,
            None => Side::Unknown(format!(
                "how many disks of pool '{pool}' may fail is not declared"
            )),
        };
    }
    match (home.disk, store.disk) {
        (Some(a), Some(b)) if a == b => {
            return Side::Inside(format!("{} is on disk '{b}' too", copy.to));
        }
        (Some(_), Some(_)) => return Side::Outside,
        _ => {}
    }
    let shared = home.pools.intersection(&store.pools).next();
    if let Some(pool) = shared {
        return match pools::tolerance(lab, pool) {
            Some(0) => Side::Inside(format!("{} is on pool '{pool}' too", copy.to)),
            Some(_) => Side::Outside,
            None => Side::Unknown(format!(
                "how many disks of pool '{pool}' may fail is not declared"
            )),
        };
    }
    let (a, b) = (home.pools.is_empty(), store.pools.is_empty());
    match (a && home.disk.is_none(), b && store.disk.is_none()) {
        (false, false) => Side::Outside,
        (true, _) => Side::Unknown(match body.is_dataset() {
            true => "the dataset's disk is not declared ('disk')".to_owned(),
            false => format!("the pool of {} is not declared", body.what),
        }),
        (_, true) => Side::Unknown(format!("the disk of {} is not declared ('disk')", copy.to)),
    }
}

fn same_site(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> Side {
    let missing = |place: &Place<'_>, else_: &str| {
        let without = place.machines.iter().find(|m| m.site(lab).is_none());
        let what = without.map_or(else_.to_owned(), |m| m.words());
        Side::Unknown(format!("the site of {what} is not declared"))
    };
    match (body.place.sites(lab), copy.place.sites(lab)) {
        (Some(a), Some(b)) => match a.intersection(&b).next() {
            Some(site) => Side::Inside(format!("{} is at site '{site}' too", copy.to)),
            None => Side::Outside,
        },
        (None, _) => missing(&body.place, &body.what),
        (_, None) => missing(&copy.place, &copy.to),
    }
}

/// A schedule of snapshots.
#[derive(Clone, Copy)]
pub struct Undo<'a> {
    /// The schedule's name.
    pub name: &'a str,
    /// The schedule.
    pub snapshot: &'a Snapshot,
    /// The longest time between two of them.
    pub every: Option<Seconds>,
}

/// Schedules of snapshots, by what they are of.
pub struct Snapshots<'a>(BTreeMap<(Kind, &'a str), Vec<Undo<'a>>>);

impl<'a> Snapshots<'a> {
    /// Reads the lab once.
    pub fn of(lab: &'a Lab) -> Self {
        let mut known = Intervals::default();
        let mut out: BTreeMap<(Kind, &str), Vec<Undo<'_>>> = BTreeMap::new();
        for (name, snapshot) in &lab.snapshots {
            if let Some(on) = snapshot.on.known() {
                let schedule = snapshot.schedule.known();
                out.entry((on.kind(), on.name())).or_default().push(Undo {
                    name,
                    snapshot,
                    every: schedule.and_then(|s| known.longest(s)),
                });
            }
        }
        Self(out)
    }

    /// Those of a body of data, its guest or its pool.
    pub fn covering(&self, body: &Body<'a>) -> Vec<Undo<'a>> {
        let found = body.within.iter().filter_map(|key| self.0.get(key));
        found.flatten().copied().collect()
    }
}
