//! Who may become root.

use super::builder::{Diff, On, WholeFile};
use crate::{Comparison, How};
use diag::Spanned;
use model::fact::{Completeness, FactKind, FactPath};
use model::kleene::Reason;
use model::lab::{Manage, Managed, Sudo};
use model::plan::{FilePut, Risk};

/// The drop-in that grants sudo to one account.
pub(crate) fn sudo_file(user: &str) -> String {
    // sudo ignores drop-ins whose name holds a dot.
    format!("/etc/sudoers.d/90-holdfast-{}", user.replace('.', "_"))
}

pub(super) fn compare(on: &On<'_>) -> Vec<Comparison> {
    let listed = on.facts.collections.get(&FactKind::Sudoer);
    let declared = on
        .host
        .users
        .iter()
        .filter_map(|(n, u)| u.sudo.as_ref().map(|s| (n, s)));
    let Some(Completeness::Yes(_)) = listed else {
        let reason = match listed {
            Some(Completeness::No(r)) => r.clone(),
            _ => Reason::new("sudoers were not observed"),
        };
        let path = |n: &str| FactPath::new(FactKind::Sudoer, n);
        return declared
            .map(|(n, s)| on.unknown(path(n), "sudo as declared", reason.clone(), Some(s.span)))
            .collect();
    };
    let mut found: Vec<Comparison> = declared.filter_map(|(n, s)| one(on, n, s)).collect();
    if on.host.mode(Managed::Sudoers) == Manage::Exactly {
        found.extend(undeclared(on));
    }
    found
}

/// What the observed lines grant an account directly.
fn granted(on: &On<'_>, user: &str) -> Option<Sudo> {
    let lines = on
        .facts
        .items(FactKind::Sudoer)
        .filter_map(|(_, v)| v.as_text());
    let mine = lines.filter(|l| l.split_whitespace().next() == Some(user));
    mine.map(|l| {
        if l.contains("NOPASSWD") {
            Sudo::NoPassword
        } else {
            Sudo::Password
        }
    })
    .last()
}

fn one(on: &On<'_>, user: &str, wanted: &Spanned<Sudo>) -> Option<Comparison> {
    let has = granted(on, user).unwrap_or(Sudo::No);
    if has == wanted.value {
        return None;
    }
    let line = match wanted.value {
        Sudo::No => {
            return Some(on.report(Diff {
                path: FactPath::new(FactKind::Sudoer, user),
                how: How::Differs,
                declared: "no sudo".to_owned(),
                observed: format!("{has:?}"),
                span: Some(wanted.span),
            }));
        }
        Sudo::Password => format!("{user} ALL=(ALL:ALL) ALL\n"),
        Sudo::NoPassword => format!("{user} ALL=(ALL:ALL) NOPASSWD: ALL\n"),
    };
    on.whole_file(&WholeFile {
        put: FilePut {
            path: sudo_file(user),
            content: line,
            mode: "0440".to_owned(),
            owner: "root".to_owned(),
            group: "root".to_owned(),
        },
        span: wanted.span,
        risk: Risk::None,
    })
}

/// Lines that grant something to somebody who is not declared with sudo. Debian's own lines are known.
fn undeclared(on: &On<'_>) -> Vec<Comparison> {
    let known = |line: &str| {
        let first = line.split_whitespace().next().unwrap_or_default();
        let with_sudo = on
            .host
            .users
            .get(first)
            .is_some_and(|u| u.sudo.as_ref().is_some_and(|s| s.value != Sudo::No));
        first.starts_with("Defaults")
            || first.starts_with('@')
            || matches!(first, "root" | "%sudo")
            || with_sudo
    };
    let lines = on
        .facts
        .items(FactKind::Sudoer)
        .filter_map(|(k, v)| v.as_text().map(|t| (k, t)));
    lines
        .filter(|(_, line)| !known(line))
        .map(|(key, line)| {
            on.report(Diff {
                path: FactPath::new(FactKind::Sudoer, key),
                how: How::Undeclared,
                declared: "not declared".to_owned(),
                observed: line.to_owned(),
                span: None,
            })
        })
        .collect()
}
