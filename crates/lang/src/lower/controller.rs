//! `controller:`: the machine that Holdfast runs on.

use super::cx::Cx;
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
    f.finish(cx);
    lab.controller = Some(Controller { span, clock });
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
