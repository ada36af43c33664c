//! Authorised keys. Missing declared ones are added, ours that left are removed, strangers are shown.

use super::builder::{Diff, Draft, On};
use crate::{Comparison, How, key_fingerprint, key_options};
use model::fact::{FactKind, FactPath, Seen};
use model::lab::{Manage, Managed, User};
use model::plan::{AccessChange, Action, Cond, Risk, Undo};
use model::value::Value;
use std::collections::BTreeMap;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let mut found: Vec<Comparison> = on
        .host
        .users
        .iter()
        .filter_map(|(n, u)| one(on, n, u))
        .collect();
    for (name, user) in &on.host.users {
        found.extend(changed(on, name, user));
    }
    if on.host.mode(Managed::Keys) == Manage::Exactly {
        found.extend(undeclared(on));
    }
    found
}

fn declared(user: &User) -> BTreeMap<String, &diag::Spanned<String>> {
    user.keys
        .iter()
        .filter_map(|k| key_fingerprint(&k.value).map(|f| (f, k)))
        .collect()
}

fn key_path(user: &str, fingerprint: &str) -> FactPath {
    FactPath::new(FactKind::Key, format!("{user}/{fingerprint}"))
}

/// All key changes of one account are one access step.
fn one(on: &On<'_>, name: &str, user: &User) -> Option<Comparison> {
    let wanted = declared(user);
    let mut add = BTreeMap::new();
    for (print, line) in &wanted {
        match on.facts.seen(&key_path(name, print)) {
            Seen::Present(_) => {}
            Seen::Absent => {
                add.insert(print.clone(), line.value.clone());
            }
            Seen::Unknown(r) => {
                return Some(on.unknown(key_path(name, print), "authorised", r, Some(line.span)));
            }
        }
    }
    let ours = on.ctx.owned_of(on.name, &format!("key:{name}/"));
    let gone = ours.into_iter().filter(|p| !wanted.contains_key(*p));
    let remove: Vec<String> = gone
        .filter(|p| on.facts.seen(&key_path(name, p)).value().is_some())
        .map(str::to_owned)
        .collect();
    if add.is_empty() && remove.is_empty() {
        return None;
    }
    let mut post: Vec<Cond> = add
        .keys()
        .map(|p| Cond::Present(key_path(name, p)))
        .collect();
    post.extend(remove.iter().map(|p| Cond::Absent(key_path(name, p))));
    let reads: Vec<FactPath> = post.iter().map(|c| c.path().clone()).collect();
    let first = reads.first()?.clone();
    let diff = Diff {
        path: first,
        how: if add.is_empty() {
            How::Undeclared
        } else {
            How::Missing
        },
        declared: counted(wanted.len()),
        observed: format!(
            "{} missing, {} of ours no longer declared",
            add.len(),
            remove.len()
        ),
        span: Some(user.span),
    };
    let missing_account = on.seen(FactKind::User, name) == Seen::Absent;
    let draft = Draft {
        id: format!("keys/{name}"),
        summary: format!(
            "authorised keys of {name}: add {}, remove {}",
            add.len(),
            remove.len()
        ),
        action: Action::Access(AccessChange::Keys {
            user: name.to_owned(),
            add: add.into_values().collect(),
            remove,
        }),
        reads,
        post,
        undo: Undo::Saved,
        risk: Risk::Access,
        span: Some(user.span),
        after: if missing_account {
            vec![on.step_id(&format!("user/{name}"))]
        } else {
            Vec::new()
        },
    };
    Some(on.mend(diff, vec![draft]))
}

/// Declared keys that get in with other options than declared. Whose edit that is cannot be told, so it is shown.
fn changed(on: &On<'_>, name: &str, user: &User) -> Vec<Comparison> {
    let mut found = Vec::new();
    for (print, line) in declared(user) {
        let path = key_path(name, &print);
        let Seen::Present(value) = on.facts.seen(&path) else {
            continue;
        };
        if let Some(options) = other_options(&value, &line.value) {
            let shown = |o: &str| format!("options {}", if o.is_empty() { "none" } else { o });
            found.push(on.report(Diff {
                path,
                how: How::Differs,
                declared: shown(key_options(&line.value)),
                observed: shown(options),
                span: Some(line.span),
            }));
        }
    }
    found
}

/// The options of an observed key if they are not those of its declared line.
pub(crate) fn other_options<'a>(observed: &'a Value, line: &str) -> Option<&'a str> {
    let options = observed.field("options").and_then(Value::as_text)?;
    (options != key_options(line)).then_some(options)
}

fn undeclared(on: &On<'_>) -> Vec<Comparison> {
    let stranger = |key: &str| {
        let (user, print) = key.split_once('/')?;
        let known = on
            .host
            .users
            .get(user)
            .is_some_and(|u| declared(u).contains_key(print));
        let ours = on.ctx.owns(on.name, &format!("key:{key}"));
        (!known && !ours).then_some(())
    };
    let keys = on
        .facts
        .items(FactKind::Key)
        .filter(|(k, _)| stranger(k).is_some());
    keys.map(|(key, value)| {
        on.report(Diff {
            path: FactPath::new(FactKind::Key, key),
            how: How::Undeclared,
            declared: "not declared".to_owned(),
            observed: value.to_string(),
            span: None,
        })
    })
    .collect()
}

fn counted(keys: usize) -> String {
    match keys {
        1 => "1 key".to_owned(),
        many => format!("{many} keys"),
    }
}
