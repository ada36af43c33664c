//! Backups and their repositories.

use crate::{Cell, Sheet};
use model::lab::{Backup, Lab};

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    vec![backups(lab), repositories(lab)]
}

fn backups(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "backups",
        &[
            "BACKUP",
            "OF",
            "TO",
            "WHEN",
            "KEEP",
            "VERIFIED",
            "CONSISTENCY",
        ],
    );
    for (name, backup) in &lab.backups {
        let about = &backup.about;
        sheet.row([
            Cell::declared(name),
            Cell::list(of(backup)),
            Cell::text(backup.to.as_ref()),
            match (&about.schedule, &backup.every) {
                (None, Some(every)) => Cell::declared(format!("every {}", every.value)),
                (schedule, _) => Cell::of(schedule),
            },
            Cell::list(keep(backup)),
            Cell::of(&about.verify),
            Cell::with(&about.consistency, |c| c.word().to_owned()),
        ]);
    }
    sheet
}

fn of(backup: &Backup) -> Vec<String> {
    let about = &backup.about;
    let mut all: Vec<String> = backup.datasets.iter().map(|d| d.value.clone()).collect();
    all.extend(about.guests.iter().map(|r| r.value.name().to_owned()));
    all.extend(about.hosts.iter().map(|r| r.value.name().to_owned()));
    all.extend(about.services.iter().map(|r| r.value.name().to_owned()));
    all.extend(about.stacks.iter().map(|r| r.value.name().to_owned()));
    all.extend(about.devices.iter().map(|r| r.value.name().to_owned()));
    all
}

fn keep(backup: &Backup) -> Vec<String> {
    let first = [("last", &backup.keep_last), ("daily", &backup.keep_daily)].into_iter();
    let first = first.filter_map(|(what, n)| Some(format!("{} {what}", n.as_ref()?.value)));
    let mut all: Vec<String> = first.collect();
    let more = &backup.keep;
    for (what, given) in [
        ("weekly", &more.weekly),
        ("monthly", &more.monthly),
        ("yearly", &more.yearly),
    ] {
        all.extend(given.as_ref().map(|given| match given.value() {
            Some(n) => format!("{n} {what}"),
            None => format!("{what} unknown"),
        }));
    }
    let within = more.within.as_ref();
    all.extend(within.map(|given| match given.value() {
        Some(within) => format!("within {within}"),
        None => "within unknown".to_owned(),
    }));
    all
}

fn repositories(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "repositories",
        &[
            "REPOSITORY",
            "KIND",
            "ON",
            "SITE",
            "LOCATION",
            "MEDIA",
            "OFFLINE",
            "APPEND ONLY",
            "SIZE",
            "FREE",
        ],
    );
    let yes = |b: &bool| if *b { "yes" } else { "no" }.to_owned();
    for (name, store) in &lab.repositories {
        let about = &store.about;
        let on = match &store.on {
            Some(_) => Cell::of(&store.on),
            None => Cell::with(&about.held_by, |h| h.name().to_owned()),
        };
        sheet.row([
            Cell::declared(name),
            Cell::with(&about.kind, |k| k.word().to_owned()),
            on,
            Cell::with(&about.site, |s| s.name().to_owned()),
            Cell::of(&store.location),
            Cell::with(&about.media, |m| m.word().to_owned()),
            Cell::with(&about.offline, yes),
            Cell::with(&about.append_only, yes),
            Cell::of(&about.size),
            Cell::of(&about.free),
        ]);
    }
    sheet
}
