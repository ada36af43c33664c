//! `backups:`.

use super::cx::Cx;
use super::fields::Fields;
use super::names::reference;
use super::scalar;
use crate::yaml::{Key, Node};
use diag::Diagnostic;
use model::id::Kind;
use model::lab::{Backup, Lab};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut backup = Backup {
        span: name.span,
        datasets: Vec::new(),
        to: None,
        every: None,
        keep_last: None,
        keep_daily: None,
    };
    if let Some(mut f) = Fields::of(cx, format!("backup '{}'", name.text), name.span, node) {
        let given = f.required("datasets", "[NAME]");
        backup.datasets = f.list(cx, "datasets", reference(Kind::Dataset));
        if let Some(entry) = given.filter(|_| backup.datasets.is_empty()) {
            let message = format!("{} backs up nothing", f.owner());
            cx.report(
                Diagnostic::invalid("invalid-value", message).at(entry.value.head, "no dataset"),
            );
        }
        backup.to = f.need(cx, "to", "REPOSITORY", reference(Kind::Repository));
        backup.every = f.need(cx, "every", "1d", scalar::duration);
        if let Some(entry) = f.entry("keep") {
            let owner = format!("'keep' of {}", f.owner());
            if let Some(mut keep) = Fields::of(cx, owner, entry.key.span, &entry.value) {
                backup.keep_last = keep.read(cx, "last", scalar::whole(1..=100_000));
                backup.keep_daily = keep.read(cx, "daily", scalar::whole(1..=100_000));
                keep.finish(cx);
            }
        }
        f.finish(cx);
    }
    lab.backups.insert(name.text.clone(), backup);
}
