//! Data is in no backup: datasets, what services keep, and what containers write to.

use super::bak_consistency;
use crate::containers::Container;
use crate::context::dataset;
use crate::coverage::{self, Coverage};
use crate::places::{self, Machine, Mounts};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity, Span};
use graph::few::Few;
use model::compose::{Mount, MountKind};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::knowledge::Product;
use model::lab::guest::Guest;
use model::lab::protection::{BackupKind, JobKind};
use model::lab::service::{Service, ServiceData};
use model::lab::{Backup, DataClass, Dataset, Lab};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "bak-coverage",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A dataset, the data of a service, or a volume of a container is in no backup.",
    rationale: "Data that is in no backup is gone with the first mistake. Scratch data is left out; replaceable data, and \
        data of no declared class, is a warning. What a container writes to and nobody mentions is most often forgotten.",
    example: "datasets: {photos: {host: nas, folder: /srv/photos, class: irreplaceable}}   # and no backup lists it",
    controls: &[
        "CIS v8 11.2",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::Unsafe("adds the dataset to the backup, where the lab has only one"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    datasets(ctx, out);
    services(ctx, out);
    guests(ctx, out);
    stacks(ctx, out);
}

/// Guests of which nothing else says what is on them, and which no backup takes.
fn guests(ctx: &Context<'_>, out: &mut Findings) {
    let bodies = ctx.bodies().iter();
    for body in bodies.filter(|b| b.object.kind == Kind::Guest) {
        let Some(guest) = ctx.lab.guests.get(&body.object.name) else {
            continue;
        };
        if !ctx.copies().copies(body).is_empty() || is_rebuilt(guest) {
            continue;
        }
        let promised = body.tiers.iter().find(|(_, t)| !t.rpo.is_empty());
        let (severity, why) = match promised {
            Some((tier, _)) => (
                RULE.severity,
                format!("tier '{tier}' bounds what may be lost of it"),
            ),
            None => (
                Severity::Warning,
                "nothing says that it can be made anew".to_owned(),
            ),
        };
        let d = RULE
            .with(severity, format!("guest '{}' is in no backup", body.object.name))
            .at(guest.span, "not backed up, and nothing is said of the data on it")
            .note(why)
            .note(format!("0 of {} declared backups list it", ctx.lab.backups.len()))
            .help("add it to 'guests' of a backup; or declare what its services keep ('data: {…: {class: scratch}}'), or how it is made anew ('rebuild_needs')");
        out.add(body.object.clone(), d);
    }
}

/// It can be made anew from something that is said, or somebody decided to leave all of its disks out.
fn is_rebuilt(guest: &Guest) -> bool {
    let mut disks = guest.disks.values();
    let left_out = disks.all(|d| d.no_backup.known() == Some(&true));
    !guest.rebuild_needs.is_empty() || (left_out && !guest.disks.is_empty())
}

fn datasets(ctx: &Context<'_>, out: &mut Findings) {
    let lists = ctx.lab.backups.values().flat_map(|b| &b.datasets);
    let listed: BTreeSet<&str> = lists.map(|d| d.value.as_str()).collect();
    let candidates = OnceCell::new();
    for (name, data) in &ctx.lab.datasets {
        if listed.contains(name.as_str()) {
            continue;
        }
        let (severity, class) = match data.class.known().copied() {
            Some(DataClass::Scratch) => continue,
            Some(DataClass::Replaceable) => (Severity::Warning, "replaceable"),
            Some(DataClass::Important) => (RULE.severity, "important"),
            Some(DataClass::Irreplaceable) => (RULE.severity, "irreplaceable"),
            None => (Severity::Warning, "of no declared class"),
        };
        let backups = ctx.lab.backups.len();
        let candidates = candidates.get_or_init(|| Candidates::of(ctx.lab));
        let fitting = candidates.fitting(ctx.lab, data);
        let mut d = RULE
            .with(severity, format!("dataset '{name}' is {class} and in no backup"))
            .at(data.span, "not backed up")
            .note(format!("0 of {backups} declared backups list it"))
            .help(match fitting {
                Some((first, _)) => format!("add '{name}' to the datasets of a backup, e.g. '{first}', or set 'class: scratch'"),
                None if backups == 0 => "declare a repository and a backup that lists it, or set 'class: scratch'".to_owned(),
                None => "none of the declared backups takes files and keeps them elsewhere: declare one that lists it, or set 'class: scratch'".to_owned(),
            });
        let only = fitting.filter(|_| backups == 1);
        if let Some((backup, last)) = only.and_then(|(n, b)| Some((n, b.datasets.last()?))) {
            let edit = Edit::append(last.span, name);
            d = d.fix(Fix::doubtful(format!("add it to backup '{backup}'"), edit));
        }
        out.add(dataset(name), d);
    }
}

/// The backups that a dataset could be added to, and what they take already.
struct Candidates<'a> {
    mounts: Mounts<'a>,
    /// Backups of files, in the order of their names, with the pools of their repositories.
    backups: Vec<(&'a str, &'a Backup, Few<&'a str>)>,
    /// Places in `backups`, ascending, by the machines that they take something of.
    beside: BTreeMap<Machine<'a>, Vec<usize>>,
}

impl<'a> Candidates<'a> {
    /// Reads the lab once, however many datasets are in no backup.
    fn of(lab: &'a Lab) -> Self {
        let mut all = Self {
            mounts: Mounts::of(lab),
            backups: Vec::new(),
            beside: BTreeMap::new(),
        };
        for (name, backup) in &lab.backups {
            let images = matches!(
                backup.about.kind.known(),
                Some(BackupKind::Image | BackupKind::Snapshot)
            );
            let to = backup.to.as_ref();
            let store = to.and_then(|to| lab.repositories.get(&to.value));
            let (false, false, Some(store)) = (images, backup.datasets.is_empty(), store) else {
                continue;
            };
            let taken = backup.datasets.iter();
            let taken = taken.filter_map(|d| lab.datasets.get(&d.value));
            let machines: BTreeSet<Machine<'a>> = taken
                .flat_map(|d| places::of_dataset(lab, &all.mounts, d).machines)
                .collect();
            for machine in machines {
                let at = all.backups.len();
                all.beside.entry(machine).or_default().push(at);
            }
            let pools = places::of_store(lab, &all.mounts, store).pools;
            all.backups.push((name, backup, pools));
        }
        all
    }

    /// A backup to another pool than the data's: the first one that takes something of the same machine, else the first.
    fn fitting(&self, lab: &'a Lab, data: &'a Dataset) -> Option<(&'a str, &'a Backup)> {
        let home = places::of_dataset(lab, &self.mounts, data);
        let fits = |(.., pools): &&(_, _, Few<&str>)| home.pools.is_disjoint(pools);
        let machines = home.machines.iter().filter_map(|m| self.beside.get(m));
        let beside = machines.filter_map(|places| {
            let mut places = places.iter();
            places.find(|at| self.backups.get(**at).as_ref().is_some_and(fits))
        });
        let beside = beside.min().and_then(|at| self.backups.get(*at));
        let found = beside.or_else(|| self.backups.iter().find(fits));
        found.map(|(name, backup, _)| (*name, *backup))
    }
}

/// What services keep, where no dataset stands for it.
fn services(ctx: &Context<'_>, out: &mut Findings) {
    for (name, service) in ctx.lab.services.iter().filter(|(_, s)| s.is_running()) {
        let judged: Vec<_> = service
            .data
            .iter()
            .filter(|(_, data)| data.dataset.is_none())
            .filter_map(|(key, data)| Some((key, data, weight(data)?)))
            .collect();
        let lacking: Vec<_> = judged
            .iter()
            .filter(|(_, data, _)| !is_backed_up(ctx, name, service, data))
            .collect();
        let Some(severity) = lacking.iter().map(|(_, _, severity)| *severity).max() else {
            continue;
        };
        let names: Vec<String> = lacking.iter().map(|(key, ..)| format!("'{key}'")).collect();
        let message = format!(
            "data {} of service '{name}' is in no backup",
            names.join(", ")
        );
        let mut d = RULE.with(severity, message);
        for (n, (_, data, severity)) in lacking.iter().enumerate() {
            let label = match severity {
                Severity::Error => "cannot be had again",
                _ => "of no declared class",
            };
            d = match n {
                0 => d.at(data.span, label),
                _ => d.and_at(data.span, label),
            };
        }
        let d = d
            .note(format!("in a backup: {} of {}", judged.len() - lacking.len(), judged.len()))
            .help(format!(
                "add 'services: [{name}]' or its stack or guest to a backup, or set 'class: scratch' or 'class: replaceable'"
            ));
        out.add(ObjectRef::new(Kind::Service, name), d);
    }
}

/// How bad it is to have no copy; nothing if it is fine.
fn weight(data: &ServiceData) -> Option<Severity> {
    match data.class.known() {
        Some(DataClass::Scratch | DataClass::Replaceable) => None,
        Some(DataClass::Important | DataClass::Irreplaceable) => Some(RULE.severity),
        None => Some(Severity::Warning),
    }
}

/// By itself, with its stack, or with the guest that it runs on.
fn is_backed_up(ctx: &Context<'_>, name: &str, service: &Service, data: &ServiceData) -> bool {
    let lab = ctx.lab;
    let stacks: Vec<&str> = service
        .runs
        .iter()
        .filter_map(|r| Some(r.stack.known()?.name()))
        .collect();
    let direct = service
        .runs
        .iter()
        .filter_map(|r| Some(r.guest.known()?.name()));
    let through = stacks.iter().filter_map(|s| {
        let on = lab.stacks.get(*s)?.on.known()?;
        (on.kind() == Kind::Guest).then(|| on.name())
    });
    let guests: Vec<&str> = direct.chain(through).collect();
    let held = lab.backups.values().any(|b| {
        let stack = b
            .about
            .stacks
            .iter()
            .any(|s| stacks.contains(&s.value.name()));
        stack
            || b.about
                .guests
                .iter()
                .any(|g| guests.contains(&g.value.name()))
    });
    let job = lab.jobs.values().any(|job| {
        let backup = job.kind.known() == Some(&JobKind::Backup);
        backup
            && job.on.iter().any(|on| match on.value.kind() {
                Kind::Service => on.value.name() == name,
                Kind::Stack => stacks.contains(&on.value.name()),
                Kind::Guest => guests.contains(&on.value.name()),
                _ => false,
            })
    });
    held || job || coverage::of_data(ctx, name, data).is_some()
}

/// Something that a container writes to.
struct Written<'a> {
    source: &'a str,
    kind: MountKind,
    span: Span,
    forgotten: bool,
    /// The product whose database it is, with the key that says how it is dumped, if there is one.
    database: Option<(&'a Product, Option<&'static str>)>,
}

/// What containers write to and nobody mentions.
fn stacks(ctx: &Context<'_>, out: &mut Findings) {
    for (stack, _, _) in ctx.composed() {
        let mut seen: Vec<Written<'_>> = Vec::new();
        for container in ctx.containers_of(stack) {
            for mount in container.kept() {
                let source = mount.source.as_deref().unwrap_or_default();
                if !seen.iter().any(|w| w.source == source) {
                    seen.push(Written {
                        source,
                        kind: mount.kind,
                        span: mount.span,
                        forgotten: is_forgotten(ctx, container, mount),
                        database: bak_consistency::database_in(ctx, container, mount),
                    });
                }
            }
        }
        let forgotten: Vec<&Written<'_>> = seen.iter().filter(|w| w.forgotten).collect();
        let Some((first, rest)) = forgotten.split_first() else {
            continue;
        };
        let message = format!(
            "{} of stack '{stack}' {} in no backup",
            named(&forgotten),
            if rest.is_empty() { "is" } else { "are" }
        );
        let mut d = RULE
            .with(Severity::Warning, message)
            .at(first.span, "written here");
        for one in rest {
            d = d.and_at(one.span, "written here");
        }
        d = d.note(format!(
            "in a backup, or declared: {} of {}",
            seen.len() - forgotten.len(),
            seen.len()
        ));
        let d = ways(ctx, stack, &forgotten)
            .into_iter()
            .fold(d, Diagnostic::help);
        out.add(ObjectRef::new(Kind::Stack, stack), d);
    }
}

/// `volumes 'a', 'b'`, `folder '/srv/a'`, or both.
fn named(all: &[&Written<'_>]) -> String {
    let of = |bind: bool, one: &str, several: &str| {
        let all = all.iter().filter(|w| (w.kind == MountKind::Bind) == bind);
        let all: Vec<String> = all.map(|w| format!("'{}'", w.source)).collect();
        let word = if all.len() == 1 { one } else { several };
        (!all.is_empty()).then(|| format!("{word} {}", all.join(", ")))
    };
    let volumes = of(false, "volume", "volumes");
    let folders = of(true, "folder", "folders");
    let both: Vec<String> = volumes.into_iter().chain(folders).collect();
    both.join(" and ")
}

/// How it gets into a backup. The files of a database, copied while it runs, are a state that never was.
fn ways(ctx: &Context<'_>, stack: &str, forgotten: &[&Written<'_>]) -> Vec<String> {
    const SHOWN: usize = 3;
    let service = ctx
        .services_in(stack)
        .next()
        .map_or("NAME", |(name, _)| name);
    let entry = |(n, w): (usize, &&Written<'_>)| {
        let key = match w.kind {
            MountKind::Bind => "path",
            _ => "volume",
        };
        let dump = w.database.and_then(|(_, dump)| dump);
        let dump = dump.map_or(String::new(), |dump| format!(", dump: {dump}"));
        format!(
            "DATA{}: {{{key}: {}, class: important{dump}}}",
            n + 1,
            w.source
        )
    };
    let shown = forgotten.iter().enumerate().take(SHOWN).map(entry);
    let mut shown: Vec<String> = shown.collect();
    if forgotten.len() > SHOWN {
        shown.push("…".to_owned());
    }
    let declare = format!(
        "declare it as data of its service: 'services: {{{service}: {{runs: {{stack: {stack}}}, data: {{{}}}}}}}'; and add 'services: [{service}]' to a backup, unless its class is 'scratch' or 'replaceable'",
        shown.join(", ")
    );
    let of = |dumped: bool| {
        let all = forgotten
            .iter()
            .filter_map(|w| Some((w.source, w.database?)));
        all.filter(move |(_, (_, dump))| dump.is_some() == dumped)
    };
    let mut out = Vec::new();
    if of(true).chain(of(false)).next().is_none() {
        out.push(format!("add 'stacks: [{stack}]' to a backup; or {declare}"));
        return out;
    }
    out.push(declare);
    if let Some((source, (product, _))) = of(false).next() {
        out.push(format!(
            "in '{source}' are the files of {}, which must not be copied while it runs: declare the job that writes them out ('jobs: {{NAME: {{kind: dump, on: [stack/{stack}]}}}}'), or write 'consistency: stop' or 'freeze' at the backup if that is what happens",
            product.title()
        ));
    }
    out
}

fn is_forgotten<'a>(ctx: &Context<'a>, container: &Container<'a>, mount: &Mount) -> bool {
    matches!(coverage::of(ctx, container, mount), Coverage::Nothing)
}
