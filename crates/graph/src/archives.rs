//! How large backups are, and how much their targets hold.

use crate::totals::{Part, bytes, part};
use model::declare::OptExt as _;
use model::lab::protection::RepositoryKind;
use model::lab::{Backup, Lab, Repository};

fn size_of(
    name: &str,
    given: &model::declare::Opt<model::units::size::Size>,
) -> Result<Part, String> {
    part(name, given, |s| i128::from(s.bytes())).ok_or_else(|| format!("the 'size' of {name}"))
}

/// One full copy of everything that a backup holds.
pub fn contents(lab: &Lab, name: &str, backup: &Backup) -> Vec<Result<Part, String>> {
    if backup.about.size.known().is_some() {
        return vec![size_of(&format!("backup '{name}'"), &backup.about.size)];
    }
    let mut out = Vec::new();
    for key in &backup.datasets {
        let Some(data) = lab.datasets.get(&key.value) else {
            continue;
        };
        out.push(size_of(
            &format!("dataset '{}'", key.value),
            &data.about.size,
        ));
    }
    for reference in &backup.about.guests {
        let Some(guest) = lab.guests.get(reference.value.name()) else {
            continue;
        };
        let name = format!("guest '{}'", reference.value.name());
        let kept = guest
            .disks
            .values()
            .filter(|d| d.no_backup.known() != Some(&true));
        let sizes: Vec<Option<i128>> = kept.map(|d| bytes(&d.size)).collect();
        let known: Vec<i128> = sizes.iter().flatten().copied().collect();
        match (sizes.len() - known.len(), sizes.len()) {
            (_, 0) => out.push(Err(format!(
                "the disks of {name} ('disks: {{NAME: {{size: …}}}}')"
            ))),
            (0, _) => {}
            (open, all) => out.push(Err(format!(
                "the 'size' of {open} of {all} disks of {name}"
            ))),
        }
        if !known.is_empty() {
            let value = known.iter().sum();
            out.push(Ok(Part {
                name,
                shown: crate::sizes::storage(value).into(),
                value,
                span: guest.span,
                assumed: false,
            }));
        }
    }
    for reference in &backup.about.services {
        service(lab, reference.value.name(), &mut out);
    }
    let unsized_ = [
        ("hosts", backup.about.hosts.len()),
        ("stacks", backup.about.stacks.len()),
    ];
    for (word, count) in unsized_.into_iter().filter(|(_, n)| *n > 0) {
        out.push(Err(format!(
            "the size of {count} {word} of backup '{name}' (give the backup a 'size')"
        )));
    }
    out
}

/// What a service keeps, each by its own size, or by that of the dataset that it is.
fn service(lab: &Lab, name: &str, out: &mut Vec<Result<Part, String>>) {
    let kept = lab.services.get(name).into_iter().flat_map(|s| &s.data);
    let before = out.len();
    for (key, data) in kept {
        let set = data.dataset.known().map(|d| d.name());
        let set = set.and_then(|set| lab.datasets.get_key_value(set));
        out.push(match set {
            Some((set, d)) if data.size.is_none() => {
                size_of(&format!("dataset '{set}'"), &d.about.size)
            }
            _ => size_of(&format!("'{}' of service '{name}'", key.0), &data.size),
        });
    }
    if out.len() == before {
        out.push(Err(format!(
            "the size of service '{name}' (it declares no 'data')"
        )));
    }
}

/// What a repository can hold: its size, else that of its pool, else what is free in it.
pub fn room(lab: &Lab, name: &str, store: &Repository) -> Option<Part> {
    let given = part(name, &store.about.size, |s| i128::from(s.bytes()));
    let pool = || {
        let pool = store.about.pool.known()?;
        let (key, pool) = lab.pools.get_key_value(pool.name())?;
        crate::totals::usable(lab, key, pool)
    };
    let free = || part(name, &store.about.free, |s| i128::from(s.bytes()));
    let disk = || {
        let host = lab.hosts.get(store.on.known()?)?;
        let disks = &host.about.hardware.as_ref()?.disks;
        let label = store.disk.known()?;
        let (_, disk) = disks.iter().find(|(n, _)| n.0 == *label)?;
        part(label, &disk.size, |s| i128::from(s.bytes()))
    };
    given.or_else(pool).or_else(free).or_else(disk)
}

/// What of the room of a repository is declared not to be known.
pub fn open_room(lab: &Lab, name: &str, store: &Repository) -> Option<String> {
    let open = |given: &model::declare::Opt<model::units::size::Size>| {
        given.as_ref().is_some_and(|g| g.value().is_none())
    };
    if open(&store.about.size) {
        return Some(format!("the size of repository '{name}'"));
    }
    let pool = store.about.pool.known().map(|p| p.name());
    let pool = pool.and_then(|p| lab.pools.get_key_value(p));
    if let Some((key, _)) = pool.filter(|(_, p)| open(&p.usable) || open(&p.size)) {
        return Some(format!("the size of pool '{key}'"));
    }
    let host = lab.hosts.get(store.on.known()?)?;
    let label = store.disk.known()?;
    let mut disks = host.about.hardware.as_ref()?.disks.iter();
    let (_, disk) = disks.find(|(n, _)| n.0 == *label)?;
    open(&disk.size).then(|| format!("the size of disk '{label}'"))
}

/// The backups that go to a repository.
pub fn backups_to<'a>(lab: &'a Lab, repository: &str) -> Vec<(&'a str, &'a Backup)> {
    let to = |b: &Backup| b.to.as_ref().is_some_and(|t| t.value == repository);
    lab.backups
        .iter()
        .filter(|(_, b)| to(b))
        .map(|(n, b)| (n.as_str(), b))
        .collect()
}

/// Each archive holds everything again.
pub fn is_full_each_time(store: &Repository) -> bool {
    matches!(
        store.about.kind.known(),
        Some(RepositoryKind::Tar | RepositoryKind::Vzdump)
    )
}

/// How many archives are kept, and over how many days, with the arithmetic.
pub fn kept(backup: &Backup) -> Option<(i128, i128, String)> {
    let number = |n: &model::declare::Opt<u32>| n.known().map_or(0, |n| i128::from(*n));
    let calendar = backup.about.schedule.known();
    let every = calendar
        .and_then(|c| Some(i128::from(c.longest_interval()?) * 60))
        .or_else(|| backup.every.as_ref().map(|e| i128::from(e.value.0)));
    let every = every.filter(|e| *e > 0)?;
    let within = backup
        .keep
        .within
        .known()
        .map_or(0, |d| i128::from(d.seconds()));
    let last = backup.keep_last.as_ref().map_or(0, |n| i128::from(n.value));
    let daily = backup
        .keep_daily
        .as_ref()
        .map_or(0, |n| i128::from(n.value));
    let (weekly, monthly, yearly) = (
        number(&backup.keep.weekly),
        number(&backup.keep.monthly),
        number(&backup.keep.yearly),
    );
    let day = 86_400;
    let rows = [
        ("last", last, last * every / day),
        ("daily", daily, daily),
        ("weekly", weekly, weekly * 7),
        ("monthly", monthly, monthly * 30),
        ("yearly", yearly, yearly * 365),
        ("within", within / every, within / day),
    ];
    let used: Vec<_> = rows.iter().filter(|(_, n, _)| *n > 0).collect();
    let count: i128 = used.iter().map(|(_, n, _)| n).sum();
    let days = used.iter().map(|(.., d)| *d).max()?;
    let how: Vec<String> = used
        .iter()
        .map(|(word, n, _)| format!("{n} {word}"))
        .collect();
    let how = match how.as_slice() {
        [one] => format!("{one} archives"),
        _ => format!("{} = {count} archives", how.join(" + ")),
    };
    Some((count, days, how))
}

/// What the datasets of a backup change in a day.
pub fn changes(lab: &Lab, backup: &Backup) -> Result<i128, String> {
    if backup.datasets.is_empty() {
        return Err("what changes per day".to_owned());
    }
    let each = backup
        .datasets
        .iter()
        .filter_map(|key| Some((key, lab.datasets.get(&key.value)?)));
    each.map(|(key, data)| {
        let churn = data
            .about
            .changes
            .known()
            .map(|c| i128::from(c.bytes_per_day()));
        churn.ok_or_else(|| {
            format!(
                "what changes per day of dataset '{}' ('changes')",
                key.value
            )
        })
    })
    .sum()
}
