//! Kernel settings: a file for the next boot and the value now.

use super::builder::{Diff, Draft, On, WholeFile};
use crate::{Comparison, How, render};
use model::fact::{FactKind, FactPath, Seen};
use model::plan::{Action, Cond, FilePut, Risk, Undo};
use model::value::Value;

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let Some(first) = on.host.sysctl.values().next() else {
        let ours = on
            .ctx
            .owns(on.name, &format!("file:{}", render::SYSCTL_FILE));
        return if ours {
            on.remove_owned_file(render::SYSCTL_FILE)
                .into_iter()
                .collect()
        } else {
            Vec::new()
        };
    };
    let file = WholeFile {
        put: FilePut {
            path: render::SYSCTL_FILE.to_owned(),
            content: render::sysctl_file(on.host),
            mode: "0644".to_owned(),
            owner: "root".to_owned(),
            group: "root".to_owned(),
        },
        span: first.span,
        risk: Risk::None,
    };
    let mut found: Vec<Comparison> = on.whole_file(&file).into_iter().collect();
    // As long as our own file is not as declared, that is what is to be mended.
    let written = found.is_empty();
    for (key, value) in &on.host.sysctl {
        found.extend(live(on, key, value));
        found.extend(at_boot(on, key, value).filter(|_| written));
    }
    found
}

/// Our file says what is declared, but another one that is read later may say something else.
fn at_boot(on: &On<'_>, key: &str, wanted: &diag::Spanned<String>) -> Option<Comparison> {
    let path = FactPath::new(FactKind::Sysctl, format!("{key}{}", render::AT_BOOT));
    let same = |text: &str| text.split_whitespace().eq(wanted.value.split_whitespace());
    match on.facts.seen(&path) {
        Seen::Present(v) if v.as_text().is_some_and(same) => None,
        Seen::Absent => None,
        Seen::Unknown(r) => Some(on.unknown(path, &wanted.value, r, Some(wanted.span))),
        Seen::Present(v) => Some(on.report(Diff {
            path,
            how: How::Differs,
            declared: wanted.value.clone(),
            observed: format!(
                "{v}: another file of sysctl.d is read after {}",
                render::SYSCTL_FILE
            ),
            span: Some(wanted.span),
        })),
    }
}

fn live(on: &On<'_>, key: &str, wanted: &diag::Spanned<String>) -> Option<Comparison> {
    let path = FactPath::new(FactKind::Sysctl, key);
    let was = match on.facts.seen(&path) {
        Seen::Present(v) if v.as_text() == Some(&wanted.value) => return None,
        Seen::Present(v) => v.to_string(),
        Seen::Unknown(r) => return Some(on.unknown(path, &wanted.value, r, Some(wanted.span))),
        Seen::Absent => {
            return Some(on.report(Diff {
                path,
                how: How::Missing,
                declared: wanted.value.clone(),
                observed: "this kernel has no such setting".to_owned(),
                span: Some(wanted.span),
            }));
        }
    };
    let diff = Diff {
        path: path.clone(),
        how: How::Differs,
        declared: wanted.value.clone(),
        observed: was.clone(),
        span: Some(wanted.span),
    };
    let draft = Draft {
        id: format!("sysctl/{key}"),
        summary: format!("set {key} = {} (was {was})", wanted.value),
        action: Action::SetSysctl {
            key: key.to_owned(),
            value: wanted.value.clone(),
        },
        reads: vec![path.clone()],
        post: vec![Cond::Is(path, Value::from(wanted.value.as_str()))],
        undo: Undo::Exact(Box::new(Action::SetSysctl {
            key: key.to_owned(),
            value: was,
        })),
        risk: Risk::None,
        span: Some(wanted.span),
        after: Vec::new(),
    };
    Some(on.mend(diff, vec![draft]))
}
