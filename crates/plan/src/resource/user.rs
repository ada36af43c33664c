//! Accounts: declared ones exist; undeclared ones that can log in are shown, never removed.

use super::builder::{Diff, Draft, On};
use crate::{Comparison, How};
use model::fact::{FactKind, FactPath, Seen, TargetFacts};
use model::lab::{Manage, Managed};
use model::plan::{Action, Cond, Risk, Undo};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let mut found = Vec::new();
    for (name, user) in &on.host.users {
        let path = FactPath::new(FactKind::User, name.clone());
        match on.facts.seen(&path) {
            Seen::Present(value) => {
                found.extend(shell(on, name, user, &value));
                if is_second_root(name, &value) {
                    found.push(on.report(Diff {
                        path,
                        how: How::Differs,
                        declared: "an account of its own".to_owned(),
                        observed: "uid 0: it is root by another name".to_owned(),
                        span: Some(user.span),
                    }));
                }
            }
            Seen::Unknown(r) => found.push(on.unknown(path, "exists", r, Some(user.span))),
            Seen::Absent => found.push(missing(on, name, user)),
        }
    }
    if on.host.mode(Managed::Users) == Manage::Exactly {
        found.extend(undeclared(on));
    }
    found
}

fn missing(on: &On<'_>, name: &str, user: &model::lab::User) -> Comparison {
    let path = FactPath::new(FactKind::User, name);
    let shell = user
        .shell
        .as_ref()
        .map_or("/bin/bash", |s| s.value.as_str());
    let diff = Diff {
        path: path.clone(),
        how: How::Missing,
        declared: "exists".to_owned(),
        observed: "absent".to_owned(),
        span: Some(user.span),
    };
    let draft = Draft {
        id: format!("user/{name}"),
        summary: format!("create account {name} with a locked password"),
        action: Action::AddUser {
            name: name.to_owned(),
            shell: shell.to_owned(),
        },
        reads: vec![path.clone()],
        post: vec![Cond::FieldIs(path, "shell".to_owned(), Value::from(shell))],
        undo: Undo::Compensate {
            action: Box::new(Action::RemoveUser {
                name: name.to_owned(),
            }),
            remains: format!("the home directory of {name}"),
        },
        risk: Risk::None,
        span: Some(user.span),
        after: Vec::new(),
    };
    on.mend(diff, vec![draft])
}

fn shell(on: &On<'_>, name: &str, user: &model::lab::User, value: &Value) -> Option<Comparison> {
    let wanted = user.shell.as_ref()?;
    let is = value
        .field("shell")
        .and_then(Value::as_text)
        .unwrap_or_default();
    (is != wanted.value).then(|| {
        on.report(Diff {
            path: FactPath::new(FactKind::User, name),
            how: How::Differs,
            declared: format!("shell {}", wanted.value),
            observed: format!("shell {is}"),
            span: Some(wanted.span),
        })
    })
}

fn undeclared(on: &On<'_>) -> Vec<Comparison> {
    let items = on.facts.items(FactKind::User);
    let strangers =
        items.filter(|(n, v)| !on.host.users.contains_key(*n) && is_login_user(on.facts, n, v));
    strangers
        .map(|(name, value)| {
            on.report(Diff {
                path: FactPath::new(FactKind::User, name),
                how: How::Undeclared,
                declared: "not declared".to_owned(),
                observed: format!("can log in ({value})"),
                span: None,
            })
        })
        .collect()
}

/// Whether an account that is not called root is root all the same.
pub(crate) fn is_second_root(name: &str, value: &Value) -> bool {
    name != "root" && value.field("uid").and_then(Value::as_int) == Some(0)
}

/// Whether an account is one that a person or program logs in to. Service accounts below uid 1000 count only if they have
/// a password or a key; root counts likewise, since it always exists. A second root counts whatever its shell.
pub(crate) fn is_login_user(facts: &TargetFacts, name: &str, value: &Value) -> bool {
    let uid = value.field("uid").and_then(Value::as_int).unwrap_or(-1);
    let shell = value
        .field("login")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let password = value
        .field("password")
        .and_then(Value::as_text)
        .is_some_and(|p| p != "locked");
    let prefix = format!("{name}/");
    let keys = facts
        .items(FactKind::Key)
        .any(|(k, _)| k.starts_with(&prefix));
    let person = (1000..65534).contains(&uid);
    is_second_root(name, value) || shell && (person || password || keys)
}
