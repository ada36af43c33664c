//! `secret list` and `secret check`.

use super::age::{Judged, judge};
use super::{Named, named};
use crate::exit::Exit;
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, wrap};
use crate::secrets;
use crate::tree::Tree;
use anyhow::Result;
use graph::rotation::{Age, Due, Rotation};
use model::declare::OptExt as _;
use model::realm::Real;
use model::secret::SecretRef;
use serde_json::{Value, json};
use vault::{Commands, Described, Problem, Ready};

/// One secret as it is listed.
struct Row<'a> {
    named: Named<'a>,
    described: Described,
    problem: Option<Problem>,
    judged: Judged,
}

fn rows<'a>(tree: &'a Tree, vault: &vault::Vault) -> Vec<Row<'a>> {
    let (now, today) = (jiff::Timestamp::now(), jiff::Zoned::now().date());
    let row = |named: Named<'a>| {
        let described = named.reference.map(|r| vault.describe(r));
        let (described, problem) = match described {
            None => (Described::default(), None),
            Some(Ok(described)) => (described, None),
            Some(Err(problem)) => (Described::default(), Some(problem)),
        };
        let judged = judge(&named, &described, now, today);
        Row {
            named,
            described,
            problem,
            judged,
        }
    };
    named(&tree.lab).into_iter().map(row).collect()
}

/// Where they are, who can read them, how old they are. Nothing is decrypted.
pub(super) fn list(tree: &Tree, real: Real, json: bool, paint: Paint) -> Result<Exit> {
    let vault = secrets::vault(real, tree);
    let rows = rows(tree, &vault);
    if json {
        let shown: Vec<Value> = rows.iter().map(as_json).collect();
        dataln!("{:#}", json!(shown));
        return Ok(Exit::Ok);
    }
    let own = vault.identities();
    let mut table = Table::headed(&["SECRET", "WHERE", "READ BY", "CHANGED", "DUE"]);
    for row in &rows {
        let readers = match (&row.described.recipients, row.named.reference) {
            (Some(list), _) => readers(list, &own),
            (None, Some(SecretRef::Age(_) | SecretRef::Sops { .. })) => "unknown".to_owned(),
            (None, _) => "—".to_owned(),
        };
        let (due, tone) = due(&row.judged.rotation);
        let lost = row.problem.as_ref().map(|_| Tone::Bad);
        table.row([
            (row.named.name.clone(), None),
            (place(&row.named), lost),
            (readers, None),
            (row.judged.rotation.age.words(), None),
            (due, tone),
        ]);
    }
    out!("{}", table.print(paint, 0));
    for row in &rows {
        let said = row.problem.as_ref().map(secrets::said);
        for text in said.iter().chain(&row.judged.doubt) {
            let line = format!("{}: {text}", row.named.name);
            out!("{}", wrap::hanging("", &line, paint.width()));
        }
    }
    let overdue = rows
        .iter()
        .filter(|r| r.judged.rotation.due == Due::Overdue)
        .count();
    outln!(
        "{}, {overdue} overdue",
        count(rows.len(), "secret", "secrets")
    );
    Ok(Exit::Ok)
}

/// Recipients, those shortened whose key is not here.
fn readers(list: &[String], own: &vault::Identities) -> String {
    let (here, others): (Vec<&String>, Vec<&String>) = list.iter().partition(|r| own.has(r));
    let short = |r: &&String| r.chars().take(12).collect::<String>() + "…";
    let mut words: Vec<String> = here
        .iter()
        .map(|r| format!("{} (here)", short(r)))
        .collect();
    words.extend(others.iter().map(short));
    words.join(", ")
}

fn place(named: &Named<'_>) -> String {
    match (named.reference, named.entry) {
        (Some(SecretRef::Sops { file, key }), _) => format!("{file} {}", key.join(".")),
        (Some(SecretRef::Age(file) | SecretRef::File(file)), _) => file.clone(),
        (Some(SecretRef::Env(name)), _) => format!("${name}"),
        (Some(other @ SecretRef::Command(_)), _) => other.to_string(),
        (None, Some(entry)) => {
            let store = entry.r#in.known().map_or("unknown", |s| s.word());
            match entry.place.known() {
                Some(place) => format!("{store}: {place}"),
                None => store.to_owned(),
            }
        }
        (None, None) => "unknown".to_owned(),
    }
}

fn due(judged: &Rotation) -> (String, Option<Tone>) {
    let every = judged
        .every
        .map(|n| format!("every {n} d"))
        .unwrap_or_default();
    match judged.due {
        Due::Overdue => (format!("overdue, {every}"), Some(Tone::Bad)),
        Due::InTime => (every, None),
        Due::Unknown => (format!("unknown, {every}"), Some(Tone::Look)),
        Due::Never => ("—".to_owned(), None),
    }
}

fn as_json(row: &Row<'_>) -> Value {
    let mut shown = json!({
        "name": row.named.name,
        "from": row.named.reference,
        "in": row.named.entry.and_then(|e| e.r#in.known()).map(|s| s.word()),
        "recipients": row.described.recipients,
        "last_modified": row.described.last_modified,
        "problem": row.problem.as_ref().map(secrets::said).or_else(|| row.judged.doubt.clone()),
    });
    with_age(&mut shown, &row.judged.rotation);
    shown
}

/// Adds the age and how it stands with the time that is set; what nobody knows is null.
fn with_age(shown: &mut Value, rotation: &Rotation) {
    let (days, at_least) = match rotation.age {
        Age::Days(n) => (Some(n), false),
        Age::AtLeast(n) => (Some(n), true),
        Age::Unknown => (None, false),
    };
    let overdue = match rotation.due {
        Due::Overdue => Some(true),
        Due::InTime => Some(false),
        Due::Unknown | Due::Never => None,
    };
    shown["age_days"] = json!(days);
    shown["age_is_a_minimum"] = json!(at_least);
    shown["rotate_every_days"] = json!(rotation.every);
    shown["overdue"] = json!(overdue);
}

/// Tries each, and says how old it is against the time that is set. Exit 1 if one cannot be had or is overdue, 7 if some are unknown.
pub(super) fn check(
    tree: &Tree,
    real: Real,
    commands: Commands,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let vault = secrets::vault(real, tree);
    let mut table = Table::headed(&["SECRET", "HAD", "CHANGED", "DUE", "WHY"]);
    let mut shown = Vec::new();
    let (mut missing, mut unknown) = (0_usize, 0_usize);
    for row in rows(tree, &vault) {
        let ready = match row.named.reference {
            Some(reference) => vault.ready(reference, commands),
            None => Ready::Unknown("nothing says how Holdfast gets it ('from')".to_owned()),
        };
        let rotation = &row.judged.rotation;
        let (word, tone, why) = match ready {
            Ready::Yes => ("yes", Tone::Good, String::new()),
            Ready::No(problem) => ("no", Tone::Bad, secrets::said(&problem)),
            Ready::Unknown(why) => ("unknown", Tone::Look, why),
        };
        missing += usize::from(word == "no" || rotation.due == Due::Overdue);
        unknown += usize::from(word == "unknown" || rotation.due == Due::Unknown);
        let mut one = json!({"name": row.named.name, "had": word, "why": why});
        with_age(&mut one, rotation);
        shown.push(one);
        let (late, late_tone) = due(rotation);
        table.row([
            (row.named.name, None),
            (word.to_owned(), Some(tone)),
            (rotation.age.words(), None),
            (late, late_tone),
            (why, None),
        ]);
    }
    if json {
        dataln!("{:#}", json!(shown));
    } else {
        out!("{}", table.print(paint, 0));
    }
    Ok(match (missing, unknown) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::PartlyUnknown,
        _ => Exit::Findings,
    })
}
