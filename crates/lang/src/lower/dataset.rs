//! `datasets:`.

use super::cx::{Cx, Slot};
use super::fields::{Fields, items};
use super::names::{disk_of, label, reference, was};
use super::place::about;
use super::{path, scalar};
use crate::yaml::{Key, Node};
use diag::Diagnostic;
use model::id::Kind;
use model::lab::storage::DatasetAbout;
use model::lab::{Check, DataClass, DataSource, Dataset, Lab};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    const CLASSES: &[(&str, DataClass)] = &[
        ("irreplaceable", DataClass::Irreplaceable),
        ("important", DataClass::Important),
        ("replaceable", DataClass::Replaceable),
        ("scratch", DataClass::Scratch),
    ];
    let mut dataset = Dataset {
        span: name.span,
        was: None,
        host: None,
        source: None,
        class: None,
        tier: None,
        disk: None,
        verify: Vec::new(),
        about: DatasetAbout::default(),
    };
    if let Some(mut f) = Fields::of(cx, format!("dataset '{}'", name.text), name.span, node) {
        dataset.was = f.read(cx, "was", was);
        // On a guest or an appliance it is known of, but not read.
        let elsewhere = f.entry("on").is_some() || f.entry("pool").is_some();
        dataset.host = match elsewhere {
            true => f.read(cx, "host", reference(Kind::Host)),
            false => f.need(cx, "host", "NAME", reference(Kind::Host)),
        };
        dataset.source = source(cx, &mut f);
        if dataset.source.is_none() && !elsewhere {
            need_source(&mut f);
        }
        dataset.class = f.given(cx, "class", scalar::one(CLASSES));
        dataset.tier = f.given(cx, "tier", reference(Kind::Tier));
        let on = dataset.host.as_ref().map(|h| ("host", h.value.as_str()));
        dataset.disk = f.given(cx, "disk", label(on));
        if let (Some(host), Some(disk)) = (&dataset.host, &dataset.disk) {
            disk_of(cx, f.owner(), &host.value, disk);
        }
        dataset.verify = verify(cx, &mut f, dataset.source.as_ref());
        dataset.about = about(cx, &mut f, DatasetAbout::of);
        f.finish(cx);
    }
    lab.datasets.insert(name.text.to_string(), dataset);
}

fn source(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> Option<DataSource> {
    f.exclusive(cx, "folder", "postgres");
    let folder = f.read(cx, "folder", path::absolute).map(DataSource::Folder);
    let postgres = f.read(cx, "postgres", database);
    folder.or(postgres.map(|database| DataSource::Postgres { database }))
}

/// Reports that nothing says what the dataset consists of.
fn need_source(f: &mut Fields<'_>) {
    let given = [f.entry("folder"), f.entry("postgres")];
    if given.iter().all(Option::is_none) {
        let help = "add 'folder: /PATH' or 'postgres: DATABASE'";
        f.none_of(&["folder", "postgres"], help);
    }
}

/// A database name that needs no quoting anywhere.
fn database(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let shape = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        && text.len() <= 63;
    if shape {
        return Some(text);
    }
    cx.bad(
        "invalid-name",
        slot,
        &text,
        "is not the name of a database: a letter or '_', then letters, digits, '_' and '-'",
    );
    None
}

fn verify(cx: &mut Cx<'_>, f: &mut Fields<'_>, source: Option<&DataSource>) -> Vec<Check> {
    let Some(entry) = f.entry("verify") else {
        return Vec::new();
    };
    let slot = Slot {
        owner: f.owner(),
        key: "verify",
        node: &entry.value,
    };
    items(cx, &slot)
        .iter()
        .filter_map(|item| check(cx, &slot.with(item), source))
        .collect()
}

fn check(cx: &mut Cx<'_>, slot: &Slot<'_>, source: Option<&DataSource>) -> Option<Check> {
    const NUMBERS: std::ops::RangeInclusive<i64> = 0..=1_000_000_000_000;
    let owner = format!("a check of {}", slot.owner);
    let mut f = Fields::of(cx, owner, slot.node.head(), slot.node)?;
    let given: Vec<&str> = ["sql", "files_at_least", "file"]
        .into_iter()
        .filter(|key| f.entry(key).is_some())
        .collect();
    let check = match given.as_slice() {
        ["sql"] => {
            let query = f.need(cx, "sql", "select 1", scalar::text);
            let at_least = f.need(cx, "at_least", "1", scalar::whole(NUMBERS));
            query
                .zip(at_least)
                .map(|(query, at_least)| Check::SqlAtLeast { query, at_least })
        }
        ["files_at_least"] => f
            .read(cx, "files_at_least", scalar::whole(NUMBERS))
            .map(Check::FilesAtLeast),
        ["file"] => f.read(cx, "file", path::relative).map(Check::FileExists),
        _ => {
            let message = format!(
                "a check of {} is one of 'sql', 'files_at_least' and 'file'",
                slot.owner
            );
            cx.report(Diagnostic::invalid("missing-key", message).at(slot.node.head(), "").help(
                "write '- sql: QUERY' with 'at_least: NUMBER' below, '- files_at_least: NUMBER' or '- file: PATH'",
            ));
            return None;
        }
    };
    f.finish(cx);
    let fits = match (&check, source) {
        (Some(Check::SqlAtLeast { .. }), Some(DataSource::Folder(_))) => false,
        (
            Some(Check::FilesAtLeast(_) | Check::FileExists(_)),
            Some(DataSource::Postgres { .. }),
        ) => false,
        (Some(_), Some(_) | None) | (None, _) => true,
    };
    if !fits {
        let what = given.first().copied().unwrap_or_default();
        let message = format!(
            "a '{what}' check does not fit the kind of data of {}",
            slot.owner
        );
        let d = Diagnostic::invalid("conflicting-keys", message)
            .at(slot.node.head(), "")
            .help("folders are checked by 'file' and 'files_at_least', databases by 'sql'");
        cx.report(d);
        return None;
    }
    check
}
