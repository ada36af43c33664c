//! `controller:`: the machine that Holdfast runs on.

use super::cx::{Cx, Slot};
use super::fields::Fields;
use super::scalar;
use crate::yaml::Entry;
use diag::Diagnostic;
use model::lab::{ClockKeeper, Controller, Lab};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, entry: &Entry) {
    if let Some(first) = &lab.controller {
        let d = Diagnostic::invalid("duplicate-definition", "'controller' is declared twice")
            .at(entry.key.span, "again here")
            .and_at(first.span, "first here");
        cx.report(d);
        return;
    }
    let span = entry.key.span;
    let Some(mut f) = Fields::of(cx, "the controller".to_owned(), span, &entry.value) else {
        return;
    };
    let clock = clock(cx, &mut f);
    let age_keys = f.list(cx, "age_keys", key_file);
    f.finish(cx);
    lab.controller = Some(Controller {
        span,
        clock,
        age_keys,
    });
}

fn clock(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> Option<ClockKeeper> {
    let entry = f.entry("clock")?;
    let span = entry.key.span;
    let mut c = Fields::of(cx, "the controller's clock".to_owned(), span, &entry.value)?;
    let kept_by = c.read(cx, "kept_by", scalar::text);
    let why = c.read(cx, "why", scalar::text);
    c.finish(cx);
    Some(ClockKeeper { span, kept_by, why })
}

/// A path that is not in the lab tree: an identity beside what it opens protects nothing.
fn key_file(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    if !text.starts_with(['/', '~']) {
        cx.sink.secret(slot.node.span);
        let message = format!("{slot} is not the path of a file outside of the lab tree");
        let d = Diagnostic::invalid("invalid-path", message)
            .at(slot.node.head(), "")
            .help("write an absolute path or one that begins with '~/'; the identity itself must not stand here");
        cx.report(d);
        return None;
    }
    Some(text)
}
