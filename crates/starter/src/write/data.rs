//! `lab/data.yaml`: what must not be lost, and its copies.

use super::people::SECRET;
use super::yaml::{SCHEMA, given, list, scalar};
use crate::answers::Answers;
use crate::question::Key;
use model::units::Seconds;

pub(super) fn text(answers: &Answers) -> String {
    let mut text = format!(
        "{SCHEMA}# What must not be lost, and its copies: three in all, on two kinds of store, one of them away.\n"
    );
    text.push_str(&datasets(answers));
    text.push_str(&repositories(answers));
    text.push_str(&backups(answers));
    text
}

fn names(answers: &Answers) -> Vec<String> {
    let data = answers.data();
    match data.is_empty() {
        true => vec!["household".to_owned()],
        false => data.into_iter().map(|(name, _)| name).collect(),
    }
}

fn datasets(answers: &Answers) -> String {
    let host = scalar(&answers.home());
    let pool = match answers.storage().is_some() {
        true => "shared",
        false => "data",
    };
    let mut text = "datasets:\n".to_owned();
    let data = answers.data();
    if data.is_empty() {
        text.push_str(&format!(
            "  # Nobody said yet where it lies. One entry per folder or database: photos, papers, the password safe.
  household:
    host: {host}
    pool: {pool}
    #folder: /srv/photos
"
        ));
        text.push_str(WORTH);
    }
    for (name, folder) in data {
        let (name, folder) = (scalar(&name), given(folder.as_deref()));
        text.push_str(&format!(
            "  {name}:\n    host: {host}\n    folder: {folder}\n"
        ));
        if answers.storage().is_some() {
            text.push_str(&format!("    pool: {pool}\n"));
        }
        text.push_str(WORTH);
    }
    text.push_str("  #shop: {host: HOST, postgres: shop, class: important, tier: household, verify: [{sql: select count(*) from orders, at_least: 1}]}\n".replace("HOST", &host).as_str());
    text
}

/// What is said of data that cannot be had again.
const WORTH: &str = "    \
    class: irreplaceable # or important, replaceable, scratch
    tier: household
    size: unknown
    changes: unknown # 1GB/day: whether a copy is through in time follows from it
    # What a restored copy must show in a drill, at least.
    verify: [{files_at_least: 1}]
";

fn repositories(answers: &Answers) -> String {
    let mut text = "\nrepositories:\n".to_owned();
    text.push_str(
        "  # Another disk or machine at home: for mistakes, and for the disks.\n  second:\n",
    );
    text.push_str(&match answers.get(Key::Second) {
        None => store(answers, "site: unknown", None),
        Some(folder) if folder.starts_with('/') => {
            let on = format!("on: {}", scalar(&answers.home()));
            let text = store(answers, &on, Some(folder));
            format!("{text}{}", disk(answers))
        }
        Some(location) => store(answers, "site: home", Some(location)),
    });
    text.push_str("  # Another house: for fire and theft. Best one that the machine can add to and not delete from.\n  away:\n");
    let site = match answers.get(Key::Away) {
        Some(_) => "site: away",
        None => "site: unknown",
    };
    text.push_str(&store(answers, site, answers.get(Key::Away)));
    text.push_str("    append_only: unknown\n");
    text
}

/// The disk of a folder of copies: one of those that are declared and not the first, on which the data is; else the one that the hint names.
fn disk(answers: &Answers) -> String {
    let disks = answers.disks();
    let hinted = disks.is_empty() || answers.storage().is_some();
    let name = match disks.last().filter(|_| !hinted && disks.len() > 1) {
        Some((name, _)) => scalar(name),
        None if hinted => "usb0".to_owned(),
        None => return "    # Is it a disk of its own? List it in machines.yaml, and name it here with 'disk'.\n".to_owned(),
    };
    format!("    #disk: {name} # another one than the data's\n")
}

fn store(answers: &Answers, place: &str, location: Option<&str>) -> String {
    let how = match location {
        Some(location) => format!(
            "    kind: restic
    {place}
    location: {}
    # A reference; the password itself is never in the tree.
    password: {{file: {}}}
",
            scalar(location),
            scalar(&super::people::password_file(answers)),
        ),
        None => format!(
            "    kind: unknown # restic, borg, pbs, …\n    {place}\n    #location: sftp:HOST:/PATH\n"
        ),
    };
    format!("{how}    keys: [{SECRET}]\n    #size: 2TB\n")
}

fn backups(answers: &Answers) -> String {
    let data = names(answers);
    let data = list(data.iter().map(String::as_str));
    let stacks: Vec<&str> = answers.projects.iter().map(|p| p.name.as_str()).collect();
    let stacks = match stacks.is_empty() {
        true => String::new(),
        false => format!(
            "    stacks: {} # their volumes\n    consistency: unknown # files of a running database are no copy: stop, freeze or dump\n",
            list(stacks)
        ),
    };
    let mut text = "\n# Timers on the machine itself run them; no controller has to be up. What is kept is a proposal.\nbackups:\n".to_owned();
    let all = [
        ("second", Key::Second, "{last: 7, daily: 14, weekly: 8}"),
        (
            "away",
            Key::Away,
            "{last: 7, daily: 14, weekly: 8, monthly: 12}",
        ),
    ];
    for (name, key, keep) in all {
        let when = match answers.get(key) {
            Some(_) => format!("every: {}", interval(answers)),
            None => "schedule: unknown".to_owned(),
        };
        text.push_str(&format!(
            "  {name}:\n    datasets: {data}\n{stacks}    to: {name}\n    {when}\n    keep: {keep}\n"
        ));
        text.push_str(&format!(
            "  #shop-{name}: {{datasets: [shop], to: {name}, every: {}, keep: {keep}}}\n",
            interval(answers)
        ));
    }
    text
}

/// Half of what may be lost, so that one copy can fail.
fn interval(answers: &Answers) -> String {
    let loss = answers.get(Key::Loss).unwrap_or("24h");
    match Seconds::parse(loss) {
        Ok(Seconds(loss)) if loss >= 2 => Seconds(loss / 2).to_string(),
        _ => scalar(loss),
    }
}
