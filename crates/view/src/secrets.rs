//! Secrets: where each is kept, what needs it, who has it, how old it is. Never a value: what is declared has none.

use crate::size::count;
use crate::{Cell, Sheet};
use graph::rotation::{Age, Due, Rotation, rotation};
use jiff::civil::Date;
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::people::SecretEntry;
use model::secret::SecretRef;

pub(crate) fn sheet(lab: &Lab, today: Date) -> Sheet {
    let columns = [
        "SECRET",
        "KEPT IN",
        "HAD FROM",
        "NEEDED BY",
        "HOLDERS",
        "CHANGED",
        "EVERY",
        "DUE",
    ];
    let mut sheet = Sheet::new("secrets", &columns);
    let (mut overdue, mut unknown, mut never) = (0, 0, 0);
    for (name, entry) in &lab.secrets {
        let found = rotation(Some(entry), None, today);
        overdue += usize::from(found.due == Due::Overdue);
        unknown += usize::from(found.age == Age::Unknown);
        never += usize::from(found.due == Due::Never);
        sheet.row([
            Cell::declared(name),
            kept(entry),
            had(entry.from.as_ref().map(|f| &f.value)),
            Cell::list(needed_by(lab, name, entry)),
            Cell::list(entry.holders.iter().map(|h| h.value.name())),
            Cell::of(&entry.rotated),
            Cell::of(&entry.rotate_every),
            due(&found, today),
        ]);
    }
    for (name, repository) in &lab.repositories {
        let Some(password) = &repository.password else {
            continue;
        };
        never += 1;
        unknown += 1;
        sheet.row([
            Cell::declared(format!("repository/{name}")),
            Cell::silent(),
            had(Some(&password.value)),
            Cell::declared(format!("repository/{name}")),
            Cell::silent(),
            Cell::silent(),
            Cell::silent(),
            Cell::silent(),
        ]);
    }
    if !sheet.rows.is_empty() {
        let all = count(sheet.rows.len(), "secret", "secrets");
        sheet.note(format!(
            "{all}: {overdue} overdue, {unknown} of unknown age, {never} without a period; 'holdfast secret check' gets each and reads how old its file is"
        ));
    }
    sheet
}

/// `sops: secrets/db.yaml`; the place alone would not say what opens it.
fn kept(entry: &SecretEntry) -> Cell {
    let place = entry.place.known();
    Cell::with(&entry.r#in, |store| match place {
        Some(place) => format!("{}: {place}", store.word()),
        None => store.word().to_owned(),
    })
}

/// In the form in which it is written.
fn had(reference: Option<&SecretRef>) -> Cell {
    match reference {
        None => Cell::silent(),
        Some(SecretRef::File(path)) => Cell::declared(format!("file {path}")),
        Some(SecretRef::Env(name)) => Cell::declared(format!("env {name}")),
        // Arguments of a program can tell more than where it looks.
        Some(SecretRef::Command(words)) => {
            let program = words.first().map_or("", String::as_str);
            Cell::declared(format!("command {program}"))
        }
        Some(SecretRef::Sops { file, key }) => {
            let shown = format!("sops {file} {}", key.join("."));
            Cell::declared(shown.trim_end())
        }
        Some(SecretRef::Age(file)) => Cell::declared(format!("age {file}")),
    }
}

/// What it opens, and the services that start with it.
fn needed_by(lab: &Lab, name: &str, entry: &SecretEntry) -> Vec<String> {
    let opens = entry.opens.iter().map(|o| &o.value);
    let mut all: Vec<String> = opens
        .map(|o| format!("{}/{}", o.kind().word(), o.name()))
        .collect();
    for (service, about) in &lab.services {
        let named = format!("service/{service}");
        let needs = about.secrets.iter().any(|s| s.value.name() == name);
        if needs && !all.contains(&named) {
            all.push(named);
        }
    }
    all
}

fn due(found: &Rotation, today: Date) -> Cell {
    match (found.due, found.until) {
        (Due::Never, _) => Cell::silent(),
        (Due::Overdue, Some(until)) => {
            let late = graph::origin::days(until, today);
            Cell::computed(format!("overdue by {late} d"))
        }
        (Due::InTime, Some(until)) => Cell::computed(until),
        _ => Cell::unknown(),
    }
}
