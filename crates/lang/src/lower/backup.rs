//! `backups:`.

use super::cx::{Cx, Words};
use super::fields::Fields;
use super::names::reference;
use super::place::about;
use super::scalar;
use crate::yaml::{Key, Node};
use diag::Diagnostic;
use model::id::Kind;
use model::lab::protection::{BackupAbout, Keep};
use model::lab::{Backup, Lab};
use model::units::Seconds;

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut backup = Backup {
        span: name.span,
        datasets: Vec::new(),
        to: None,
        every: None,
        keep_last: None,
        keep_daily: None,
        keep: Keep::default(),
        about: BackupAbout::default(),
    };
    if let Some(mut f) = Fields::of(cx, format!("backup '{}'", name.text), name.span, node) {
        // Guests and so on may be backed up without a dataset, and a calendar may stand for an interval.
        let others = ["guests", "hosts", "services", "stacks", "devices"];
        let given = match others.iter().any(|key| f.entry(key).is_some()) {
            true => f.entry("datasets"),
            false => f.required("datasets", "[NAME]"),
        };
        backup.datasets = f.list(cx, "datasets", reference(Kind::Dataset));
        if let Some(entry) = given.filter(|_| backup.datasets.is_empty()) {
            let message = format!("{} backs up nothing", f.owner());
            cx.report(
                Diagnostic::invalid("invalid-value", message).at(entry.value.head(), "no dataset"),
            );
        }
        backup.to = f.need(cx, "to", "REPOSITORY", reference(Kind::Repository));
        backup.every = match f.entry("schedule").is_some() {
            true => f.read(cx, "every", scalar::duration),
            false => f.need(cx, "every", "1d", scalar::duration),
        };
        if let Some(entry) = f.entry("keep") {
            let owner = format!("'keep' of {}", f.owner());
            if let Some(mut keep) = Fields::of(cx, owner, entry.key.span, &entry.value) {
                backup.keep_last = keep.read(cx, "last", scalar::whole(1..=100_000));
                backup.keep_daily = keep.read(cx, "daily", scalar::whole(1..=100_000));
                backup.keep = about(cx, &mut keep, Keep::of);
                keep.finish(cx);
            }
        }
        backup.about = about(cx, &mut f, BackupAbout::of);
        contradiction(cx, &backup, f.owner());
        f.finish(cx);
    }
    lab.backups.insert(name.text.to_string(), backup);
}

/// An interval and a calendar may both be given, where they say the same.
fn contradiction(cx: &mut Cx<'_>, backup: &Backup, owner: Words<'_>) {
    let (Some(every), Some(given)) = (&backup.every, &backup.about.schedule) else {
        return;
    };
    let Some(calendar) = given.value() else {
        return;
    };
    let minutes = calendar
        .longest_interval()
        .and_then(|m| i64::try_from(m).ok());
    let longest = Seconds(minutes.unwrap_or_default().saturating_mul(60));
    if longest.0 == 0 || longest == every.value {
        return;
    }
    let message = format!(
        "{owner} has two intervals: 'every' is {}, and 'schedule' waits {longest} at the longest",
        every.value
    );
    let d = Diagnostic::invalid("conflicting-keys", message)
        .at(every.span, "one interval")
        .and_at(given.span, format!("'{calendar}', another one"))
        .help("leave one of them out; until then the schedule is what is judged");
    cx.report(d);
}
