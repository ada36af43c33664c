//! TrueNAS as its interface told it, beside the declaration.

use crate::Context;
use crate::look::{Look, products};
use model::fact::FactKind;
use model::value::Value;

pub(crate) const TASK: FactKind = FactKind::TrueNasTask;
pub(crate) const SHARE: FactKind = FactKind::TrueNasShare;
pub(crate) const SERVICE: FactKind = FactKind::TrueNasService;
pub(crate) const ALERT: FactKind = FactKind::TrueNasAlert;

/// All that were asked.
pub(crate) fn all<'c, 'a>(ctx: &'c Context<'a>) -> Vec<Look<'c, 'a>> {
    let all = products(ctx).into_iter();
    let own = all.filter(|(_, interface)| interface.truenas().is_some());
    own.map(|(look, _)| look).collect()
}

pub(crate) fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

pub(crate) fn flag(value: &Value, field: &str) -> Option<bool> {
    value.field(field).and_then(Value::as_bool)
}

pub(crate) fn number(value: &Value, field: &str) -> Option<i64> {
    value.field(field).and_then(Value::as_int)
}

/// A list of texts; nothing if it was not told.
pub(crate) fn texts<'v>(value: &'v Value, field: &str) -> Option<Vec<&'v str>> {
    match value.field(field) {
        Some(Value::List(list)) => Some(list.iter().filter_map(Value::as_text).collect()),
        _ => None,
    }
}
