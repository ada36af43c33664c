//! The default route.

use super::builder::{Diff, Draft, On};
use crate::{Comparison, How};
use model::fact::{FactKind, FactPath, Seen};
use model::plan::{AccessChange, Action, Cond, Risk, Undo};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Option<Comparison> {
    let wanted = on.host.default_route.as_ref()?;
    let path = FactPath::new(FactKind::Route, "default");
    let seen = on.facts.seen(&path);
    let route = match &seen {
        Seen::Unknown(r) => {
            return Some(on.unknown(path, &wanted.value, r.clone(), Some(wanted.span)));
        }
        Seen::Present(v) => v.to_string(),
        Seen::Absent => String::new(),
    };
    let mut words = route.split_whitespace().skip_while(|w| *w != "via").skip(1);
    if words.next() == Some(wanted.value.as_str()) {
        return None;
    }
    let device = route.split_whitespace().skip_while(|w| *w != "dev").nth(1);
    let diff = Diff {
        path: path.clone(),
        how: if seen == Seen::Absent {
            How::Missing
        } else {
            How::Differs
        },
        declared: format!("via {}", wanted.value),
        observed: seen.to_string(),
        span: Some(wanted.span),
    };
    let post = match device {
        Some(dev) => Cond::Is(
            path.clone(),
            Value::from(format!("via {} dev {dev}", wanted.value)),
        ),
        None => Cond::Present(path.clone()),
    };
    let draft = Draft {
        id: "route/default".to_owned(),
        summary: format!("default route via {}", wanted.value),
        action: Action::Access(AccessChange::DefaultRoute {
            via: Some(wanted.value.clone()),
        }),
        reads: vec![path],
        post: vec![post],
        undo: Undo::Saved,
        risk: Risk::Access,
        span: Some(wanted.span),
        after: Vec::new(),
    };
    Some(on.mend(diff, vec![draft]))
}
