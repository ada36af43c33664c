//! Units: enabled at boot, running now.

use super::builder::{Diff, Draft, On};
use crate::{Comparison, How};
use model::fact::{FactKind, FactPath, Seen};
use model::lab::UnitState;
use model::plan::{Action, Cond, Risk, Undo};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    on.host
        .units
        .iter()
        .filter_map(|(name, unit)| one(on, name, unit))
        .collect()
}

fn one(on: &On<'_>, name: &str, unit: &UnitState) -> Option<Comparison> {
    let path = FactPath::new(FactKind::Unit, name);
    let value = match on.facts.seen(&path) {
        Seen::Present(v) => v,
        Seen::Unknown(r) => return Some(on.unknown(path, &describe(unit), r, Some(unit.span))),
        Seen::Absent => {
            return Some(on.report(Diff {
                path,
                how: How::Missing,
                declared: describe(unit),
                observed: "no such unit".to_owned(),
                span: Some(unit.span),
            }));
        }
    };
    let active = value.field("active").and_then(Value::as_bool);
    let enabled = value
        .field("enabled")
        .and_then(Value::as_text)
        .map(ToOwned::to_owned);
    let want_active = unit
        .active
        .as_ref()
        .map(|a| a.value)
        .filter(|w| active != Some(*w));
    let is_enabled = enabled.as_deref() == Some("enabled");
    let want_enabled = unit
        .enabled
        .as_ref()
        .map(|e| e.value)
        .filter(|w| is_enabled != *w);
    if want_active.is_none() && want_enabled.is_none() {
        return None;
    }
    let diff = Diff {
        path: path.clone(),
        how: How::Differs,
        declared: describe(unit),
        observed: value.to_string(),
        span: Some(unit.span),
    };
    let post = post(&path, want_enabled, want_active);
    let undo = Action::SetUnit {
        unit: name.to_owned(),
        enabled: want_enabled.map(|w| !w),
        active: want_active.map(|w| !w),
    };
    let draft = Draft {
        id: format!("unit/{name}"),
        summary: format!("bring {name} to {}", describe(unit)),
        action: Action::SetUnit {
            unit: name.to_owned(),
            enabled: want_enabled,
            active: want_active,
        },
        reads: vec![path],
        post,
        undo: Undo::Exact(Box::new(undo)),
        risk: if want_active.is_some() {
            Risk::Service
        } else {
            Risk::None
        },
        span: Some(unit.span),
        after: Vec::new(),
    };
    Some(on.mend(diff, vec![draft]))
}

/// The sides that change, as conditions.
fn post(path: &FactPath, enabled: Option<bool>, active: Option<bool>) -> Vec<Cond> {
    let word = |w| if w { "enabled" } else { "disabled" };
    let field = |name: &str, value| Cond::FieldIs(path.clone(), name.to_owned(), value);
    let enabled = enabled.map(|w| field("enabled", Value::from(word(w))));
    active
        .map(|w| field("active", Value::from(w)))
        .into_iter()
        .chain(enabled)
        .collect()
}

fn describe(unit: &UnitState) -> String {
    let enabled = unit
        .enabled
        .as_ref()
        .map(|e| if e.value { "enabled" } else { "disabled" });
    let active = unit
        .active
        .as_ref()
        .map(|a| if a.value { "running" } else { "stopped" });
    [enabled, active]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}
