//! Who may become root.

use super::builder::{Diff, On, WholeFile};
use super::sudoers;
use crate::{Comparison, How};
use diag::Spanned;
use model::fact::{Completeness, FactKind, FactPath, TargetFacts};
use model::kleene::Reason;
use model::lab::{Host, Manage, Managed, Sudo};
use model::plan::{FilePut, Risk};
use std::collections::BTreeSet;

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
    let rules = sudoers::in_order(on.facts);
    let mut found: Vec<Comparison> = match listed {
        Some(Completeness::Yes(_)) => declared
            .filter_map(|(n, s)| one(on, &rules, n, s))
            .collect(),
        listed => {
            let reason = match listed {
                Some(Completeness::No(r)) => r.clone(),
                _ => Reason::new("sudoers were not observed"),
            };
            let path = |n: &str| FactPath::new(FactKind::Sudoer, n);
            declared
                .map(|(n, s)| on.unknown(path(n), "sudo as declared", reason.clone(), Some(s.span)))
                .collect()
        }
    };
    // Who was seen is told, however much was not.
    if on.host.mode(Managed::Sudoers) == Manage::Exactly {
        let strange = strange(on.host, on.facts).into_iter();
        found.extend(strange.map(|(key, observed)| {
            on.report(Diff {
                path: FactPath::new(FactKind::Sudoer, key),
                how: How::Undeclared,
                declared: "not declared".to_owned(),
                observed,
                span: None,
            })
        }));
    }
    found
}

fn one(
    on: &On<'_>,
    rules: &[sudoers::Rule<'_>],
    user: &str,
    wanted: &Spanned<Sudo>,
) -> Option<Comparison> {
    let has = sudoers::granted(on.facts, rules, user);
    let bare = wanted.value == Sudo::Password && has.without_password.is_some();
    let nothing = has.whole == Sudo::No && has.part.is_none();
    if has.whole == wanted.value && !bare && (wanted.value != Sudo::No || nothing) {
        return None;
    }
    let differs = |by: Option<&str>| {
        let by = by.map_or_else(String::new, |key| format!(", by {key}"));
        on.report(Diff {
            path: FactPath::new(FactKind::Sudoer, user),
            how: How::Differs,
            declared: describe(wanted.value).to_owned(),
            observed: match (has.whole, bare) {
                (Sudo::Password, true) => format!("some of it without a password{by}"),
                (Sudo::No, _) if !nothing => format!("sudo for some commands{by}"),
                (whole, _) => format!("{}{by}", describe(whole)),
            },
            span: Some(wanted.span),
        })
    };
    let line = match wanted.value {
        Sudo::No => return Some(differs(has.by())),
        Sudo::Password => format!("{user} ALL=(ALL:ALL) ALL\n"),
        Sudo::NoPassword => format!("{user} ALL=(ALL:ALL) NOPASSWD: ALL\n"),
    };
    let file = on.whole_file(&WholeFile {
        put: FilePut {
            path: sudo_file(user),
            content: line,
            mode: "0440".to_owned(),
            owner: "root".to_owned(),
            group: "root".to_owned(),
        },
        span: wanted.span,
        risk: Risk::None,
    });
    // Our file is as it should be, so another one comes after it and wins.
    Some(file.unwrap_or_else(|| differs(has.by())))
}

fn describe(sudo: Sudo) -> &'static str {
    match sudo {
        Sudo::No => "no sudo",
        Sudo::Password => "sudo with a password",
        Sudo::NoPassword => "sudo without a password",
    }
}

/// What sudo grants an account as a whole; nothing if not every line was seen, or if it grants a part of it.
pub(crate) fn whole_sudo(facts: &TargetFacts, user: &str) -> Option<Sudo> {
    let listed = facts.collections.get(&FactKind::Sudoer);
    if !matches!(listed, Some(Completeness::Yes(_))) {
        return None;
    }
    let granted = sudoers::granted(facts, &sudoers::in_order(facts), user);
    let partly = granted.part.is_some();
    (granted.whole != Sudo::No || !partly).then_some(granted.whole)
}

/// Whether an account is declared with sudo.
fn may(host: &Host, user: &str) -> bool {
    let declared = host.users.get(user).and_then(|u| u.sudo.as_ref());
    user == "root" || declared.is_some_and(|s| s.value != Sudo::No)
}

/// What is granted to somebody who is not declared with sudo, by its key among the facts; there may be more if not every line was seen.
pub(crate) fn strange(host: &Host, facts: &TargetFacts) -> Vec<(String, String)> {
    let rules = sudoers::in_order(facts);
    let mut found = lines(host, &rules);
    found.extend(members(host, facts, &rules));
    found
}

/// Lines that grant something to somebody who is not declared with sudo. Debian's own lines are known.
fn lines(host: &Host, rules: &[sudoers::Rule<'_>]) -> Vec<(String, String)> {
    let known = |line: &str| {
        if line.starts_with("Defaults") {
            return !line.contains("!authenticate") && !line.contains("exempt_group");
        }
        // The members of this group are looked at one by one.
        let known = |user: &String| user == "%sudo" || may(host, user);
        line.starts_with('@') || sudoers::users_of(line).iter().all(known)
    };
    let strange = rules.iter().filter(|rule| !known(rule.line));
    strange
        .map(|rule| (rule.key.to_owned(), rule.line.to_owned()))
        .collect()
}

/// Accounts that are in a group to which something is granted, and are not declared with sudo.
fn members(host: &Host, facts: &TargetFacts, rules: &[sudoers::Rule<'_>]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let granted: BTreeSet<String> = rules
        .iter()
        .flat_map(|rule| sudoers::users_of(rule.line))
        .filter_map(|user| user.strip_prefix('%').map(str::to_owned))
        .collect();
    for (name, value) in facts.items(FactKind::User) {
        for group in granted.iter().filter(|g| sudoers::is_member(value, g)) {
            if !may(host, name) {
                let said = format!("{name} has sudo as a member of the group {group}");
                found.push((format!("%{group}/{name}"), said));
            }
        }
    }
    found
}
