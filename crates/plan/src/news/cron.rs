//! What cron runs, against what is declared. What is just as its package brought it is the package's.

use super::Look;
use crate::{Difference, How};
use model::cron::{Line, Place, line, place, plain_when};
use model::fact::{FactKind, FactPath};
use model::lab::{CronFile, Host, Manage, Managed};
use model::value::Value;

/// The value of a declared line; `None` for one that cron does not take.
pub(crate) fn value(path: &str, text: &str) -> Option<Value> {
    let place = place(path)?;
    match line(text, place)? {
        Line::Nothing => None,
        Line::Sets { name, to } => Some(Value::map([("sets", name), ("to", to)])),
        Line::Job {
            when,
            user,
            command,
        } => {
            let account = match place {
                Place::Of(account) => account,
                _ => user.unwrap_or_default(),
            };
            Some(Value::map([
                ("when", plain_when(when)),
                ("user", account.to_owned()),
                ("command", command.to_owned()),
            ]))
        }
    }
}

fn lines<'a>(path: &'a str, file: &'a CronFile) -> impl Iterator<Item = (Value, diag::Span)> + 'a {
    let each = file.lines.iter();
    each.filter_map(move |l| Some((value(path, &l.value)?, l.span)))
}

/// Every declared line under the path of its file, so that it need not be hidden from who declared it.
pub(super) fn declared_values(host: &Host) -> Vec<(FactPath, Value)> {
    let all = host.cron.iter().flat_map(|(path, file)| {
        lines(path, file).map(move |(value, _)| (FactPath::new(FactKind::Cron, path), value))
    });
    all.collect()
}

fn same(declared: &Value, observed: &Value) -> bool {
    let fields = ["when", "user", "command", "sets", "to"];
    fields
        .iter()
        .all(|f| declared.field(f) == observed.field(f))
}

/// Whether two looks at an entry tell the same job; what its scripts work with is no part of it.
pub(super) fn is_same(was: &Value, is: &Value) -> bool {
    let more = ["sha256", "package"];
    same(was, is) && more.iter().all(|f| was.field(f) == is.field(f))
}

/// The file that a key stands for.
fn file_of(key: &str) -> &str {
    match place(key) {
        Some(Place::Script(_)) => key,
        _ => key.rsplit_once(':').map_or(key, |(file, _)| file),
    }
}

/// Whether a line or script is declared, or a package's.
pub(super) fn is_declared(host: &Host, key: &str, observed: &Value) -> bool {
    let path = file_of(key);
    let listed = host.cron.get(path).is_some_and(|file| {
        path == key || lines(path, file).any(|(declared, _)| same(&declared, observed))
    });
    listed || host.files.contains_key(path) || observed.field("package").is_some()
}

pub(super) fn compare(on: &Look<'_>) -> Vec<Difference> {
    let mode = on.host.mode(Managed::Cron);
    if mode == Manage::Ignore {
        return Vec::new();
    }
    let mut found = Vec::new();
    let gap = on.gap(FactKind::Cron);
    if let Some(reason) = &gap
        && mode == Manage::Exactly
    {
        found.push(on.unknown(FactKind::Cron, "all that cron runs is declared", reason));
    }
    let items = on.facts.items(FactKind::Cron);
    let strangers = items.filter(|(k, v)| !is_declared(on.host, k, v));
    if mode == Manage::Exactly {
        found.extend(strangers.map(|(key, value)| {
            let path = FactPath::new(FactKind::Cron, key);
            on.difference(path, How::Undeclared, "not declared", shown(value))
        }));
    }
    if gap.is_none() {
        found.extend(missing(on));
    }
    found
}

/// A line as crontab(5) has it.
pub(crate) fn shown(value: &Value) -> String {
    let text = |f: &str| value.field(f).and_then(Value::as_text).unwrap_or_default();
    match (value.field("sets"), value.field("sha256")) {
        (Some(_), _) => format!("{}={}", text("sets"), text("to")),
        (_, Some(_)) => format!(
            "{}, sha256 {}",
            text("when"),
            text("sha256").chars().take(12).collect::<String>()
        ),
        _ => [text("when"), text("user"), text("command")].join(" "),
    }
}

fn missing(on: &Look<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let there: Vec<(&str, &Value)> = on.facts.items(FactKind::Cron).collect();
    for (path, file) in &on.host.cron {
        if matches!(place(path), Some(Place::Script(_))) && !there.iter().any(|(k, _)| k == path) {
            let at = FactPath::new(FactKind::Cron, path);
            let difference = on.difference(at, How::Missing, "a script", "absent");
            found.push(on.placed(difference, file.span));
        }
        for (declared, span) in lines(path, file) {
            let is_there =
                |(key, value): &(&str, &Value)| file_of(key) == path && same(&declared, value);
            if !there.iter().any(is_there) {
                let at = FactPath::new(FactKind::Cron, path);
                let difference = on.difference(at, How::Missing, shown(&declared), "absent");
                found.push(on.placed(difference, span));
            }
        }
    }
    found
}
