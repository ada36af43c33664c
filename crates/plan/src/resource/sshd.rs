//! sshd: one drop-in, and what the daemon makes of all its files together.

use super::builder::{Diff, Draft, On, describe_file, file_value};
use crate::{Comparison, How, render};
use model::fact::{FactKind, FactPath, Seen};
use model::plan::{AccessChange, Action, Cond, FilePut, Risk, Undo};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    if on.host.sshd.is_empty() {
        return removed(on).into_iter().collect();
    }
    let content = render::sshd_dropin(on.host);
    let put = FilePut {
        path: render::SSHD_DROPIN.to_owned(),
        content: content.clone(),
        mode: "0644".to_owned(),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    };
    let value = file_value(&put);
    let path = FactPath::new(FactKind::File, render::SSHD_DROPIN);
    let span = on.host.sshd.values().next().map(|v| v.span);
    match on.facts.seen(&path) {
        Seen::Present(v) if v == value => ineffective(on),
        Seen::Unknown(r) => vec![on.unknown(path, &describe_file(&value), r, span)],
        seen => {
            let mut post = vec![Cond::Is(path.clone(), value.clone())];
            post.extend(on.host.sshd.iter().map(|(k, v)| effective(k, &v.value)));
            let diff = Diff {
                path: path.clone(),
                how: if seen == Seen::Absent {
                    How::Missing
                } else {
                    How::Differs
                },
                declared: describe_file(&value),
                observed: seen
                    .value()
                    .map_or_else(|| "absent".to_owned(), describe_file),
                span,
            };
            vec![on.mend(diff, vec![draft(on, Some(content), post, span)])]
        }
    }
}

fn effective(keyword: &str, value: &str) -> Cond {
    let value = render::sshd_effective(keyword, value);
    Cond::Is(FactPath::new(FactKind::Sshd, keyword), Value::from(value))
}

fn draft(on: &On<'_>, content: Option<String>, post: Vec<Cond>, span: Option<diag::Span>) -> Draft {
    // AllowUsers may name an account that this plan creates.
    let users = on
        .host
        .users
        .keys()
        .filter(|n| on.seen(FactKind::User, n) == Seen::Absent);
    Draft {
        id: "sshd".to_owned(),
        summary: match content {
            Some(_) => format!(
                "sshd: {} keywords in {}",
                on.host.sshd.len(),
                render::SSHD_DROPIN
            ),
            None => format!("sshd: remove {}", render::SSHD_DROPIN),
        },
        action: Action::Access(AccessChange::Sshd {
            path: render::SSHD_DROPIN.to_owned(),
            content,
        }),
        reads: post.iter().map(|c| c.path().clone()).collect(),
        post,
        undo: Undo::Saved,
        risk: Risk::Access,
        span,
        after: users.map(|n| on.step_id(&format!("user/{n}"))).collect(),
    }
}

/// The drop-in is as declared, but another file wins.
fn ineffective(on: &On<'_>) -> Vec<Comparison> {
    let mut found = Vec::new();
    for (keyword, wanted) in &on.host.sshd {
        let path = FactPath::new(FactKind::Sshd, keyword.clone());
        let want = render::sshd_effective(keyword, &wanted.value);
        match on.facts.seen(&path) {
            Seen::Present(v) if v.as_text() == Some(want.as_str()) => {}
            Seen::Unknown(r) => found.push(on.unknown(path, &want, r, Some(wanted.span))),
            seen => found.push(on.report(Diff {
                path,
                how: How::Differs,
                declared: want,
                observed: format!("{seen}: another sshd file wins over the drop-in"),
                span: Some(wanted.span),
            })),
        }
    }
    found
}

fn removed(on: &On<'_>) -> Option<Comparison> {
    let path = FactPath::new(FactKind::File, render::SSHD_DROPIN);
    let ours = on.ctx.owns(on.name, &path.to_string());
    let Seen::Present(value) = on.facts.seen(&path) else {
        return None;
    };
    ours.then(|| {
        let diff = Diff {
            path: path.clone(),
            how: How::Undeclared,
            declared: "no longer declared".to_owned(),
            observed: describe_file(&value),
            span: None,
        };
        on.mend(diff, vec![draft(on, None, vec![Cond::Absent(path)], None)])
    })
}
