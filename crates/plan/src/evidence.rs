//! Observations to evidence: what one look at the hosts says about their promises.

mod standing;

use crate::ports::Justification;
use crate::promises::{host_inputs, ports_id, ssh_id};
use crate::resource::{is_login_user, is_second_root, other_options};
use crate::{Context, Owned};
use model::compose::Projects;
use model::evidence::{Conclusion, Grade, Measured};
use model::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use model::id::ObjectRef;
use model::lab::{Host, Lab};
use std::collections::BTreeMap;

/// What this observation says about the promises of each observed host.
pub fn of_hosts(ctx: &Context<'_>, grade: &Grade) -> Vec<Measured> {
    ctx.observed_hosts()
        .flat_map(|(name, host, facts)| {
            let subject = ctx.lab.machine_ref(name);
            [
                ports(ctx.lab, &subject, host, facts, grade),
                ssh(&subject, host, facts, ctx.owned, grade),
                standing::access(ctx, &subject, host, facts, grade),
                standing::patches(&subject, facts, grade),
            ]
        })
        .collect()
}

/// What this observation says about what runs on each host and cluster, held against the declared stacks and guests.
pub fn of_inventory(ctx: &Context<'_>, projects: &Projects, grade: &Grade) -> Vec<Measured> {
    standing::inventories(ctx, projects, grade)
}

fn ports(
    lab: &Lab,
    subject: &ObjectRef,
    host: &Host,
    facts: &TargetFacts,
    grade: &Grade,
) -> Measured {
    let rows = crate::ports::ports(lab, &subject.name, host, facts);
    let of = |state: Justification| rows.iter().filter(move |r| r.state == state);
    let unseen = of(Justification::Unknown).next().map(|r| r.reason.clone());
    let open: Vec<String> = of(Justification::None)
        .map(|r| format!("{} ({})", r.socket, r.process))
        .collect();
    let (conclusion, figures, summary) = match unseen {
        // A stranger that was seen is one, whoever else there may be.
        Some(reason) if open.is_empty() => (
            Conclusion::Inconclusive(reason.clone()),
            BTreeMap::new(),
            format!("not known: {reason}"),
        ),
        reason => {
            let total = rows.len() - of(Justification::Unknown).count();
            let more = reason.map_or_else(String::new, |r| format!("; there may be more: {r}"));
            let summary = match open.len() {
                0 => format!("{total} ways in, each declared with a reason or local"),
                n => format!(
                    "{n} of {total} ways in without a declared reason: {}{more}",
                    open.join(", ")
                ),
            };
            let count = i64::try_from(open.len()).unwrap_or(i64::MAX);
            (
                Conclusion::Conclusive,
                BTreeMap::from([("unjustified".to_owned(), count)]),
                summary,
            )
        }
    };
    Measured {
        promise: ports_id(subject),
        subject: subject.clone(),
        grade: grade.clone(),
        conclusion,
        figures,
        inputs: host_inputs(host),
        summary,
    }
}

/// What sshd lets in by itself, and what it does not say.
fn keywords(facts: &TargetFacts) -> (BTreeMap<String, i64>, Vec<String>) {
    let mut figures = BTreeMap::new();
    let mut unknown = Vec::new();
    for (figure, keyword, safe) in [
        ("root_login", "permitrootlogin", &["no"][..]),
        ("password_login", "passwordauthentication", &["no"][..]),
        (
            "keyboard_login",
            "kbdinteractiveauthentication",
            &["no"][..],
        ),
    ] {
        match facts.seen(&FactPath::new(FactKind::Sshd, keyword)) {
            Seen::Present(v) => {
                let bad = !v.as_text().is_some_and(|t| safe.contains(&t));
                figures.insert(figure.to_owned(), i64::from(bad));
            }
            Seen::Absent => unknown.push(format!("sshd says nothing of {keyword}")),
            Seen::Unknown(r) => unknown.push(format!("{keyword}: {r}")),
        }
    }
    (figures, unknown)
}

/// Counts what least privilege forbids; where nothing of that was seen, anything not readable makes it inconclusive.
fn ssh(
    subject: &ObjectRef,
    host: &Host,
    facts: &TargetFacts,
    owned: &Owned,
    grade: &Grade,
) -> Measured {
    let (mut figures, mut unknown) = keywords(facts);
    for kind in [FactKind::Sshd, FactKind::Key, FactKind::User] {
        match facts.collections.get(&kind) {
            Some(Completeness::Yes(_)) => {}
            Some(Completeness::No(r)) => unknown.push(format!("{}: {r}", kind.word())),
            None => unknown.push(format!("{} was not observed", kind.word())),
        }
    }
    // Undeclared ones count as logins below.
    let declared = facts.items(FactKind::User);
    let roots = declared.filter(|(n, v)| host.users.contains_key(*n) && is_second_root(n, v));
    let roots = i64::try_from(roots.count()).unwrap_or(i64::MAX);
    if roots > 0 {
        let more = figures.entry("root_login".to_owned()).or_insert(0);
        *more = i64::saturating_add(*more, roots);
    }
    let strangers = strange_keys(&subject.name, host, facts, owned).len();
    let strangers = i64::try_from(strangers).unwrap_or(i64::MAX);
    figures.insert("undeclared_keys".to_owned(), strangers);
    let logins = facts.items(FactKind::User);
    let extra = logins
        .filter(|(n, v)| !host.users.contains_key(*n) && is_login_user(facts, n, v))
        .count();
    figures.insert(
        "undeclared_logins".to_owned(),
        i64::try_from(extra).unwrap_or(i64::MAX),
    );
    let worst: Vec<String> = figures
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(k, n)| format!("{k} {n}"))
        .collect();
    let (conclusion, summary) = match (unknown.first(), worst.is_empty()) {
        (Some(reason), true) => (
            Conclusion::Inconclusive(reason.clone()),
            format!("not known: {}", unknown.join("; ")),
        ),
        (None, true) => (
            Conclusion::Conclusive,
            "keys only, no root login, every key and login declared".to_owned(),
        ),
        (None, false) => (Conclusion::Conclusive, worst.join(", ")),
        // What was seen to be wrong is wrong, whatever else there may be.
        (Some(_), false) => (
            Conclusion::Conclusive,
            format!("{}; not known: {}", worst.join(", "), unknown.join("; ")),
        ),
    };
    Measured {
        promise: ssh_id(subject),
        subject: subject.clone(),
        grade: grade.clone(),
        conclusion,
        figures,
        inputs: host_inputs(host),
        summary,
    }
}

/// Keys that are not declared, or have other options than the declared line of the same key.
fn strange_keys(name: &str, host: &Host, facts: &TargetFacts, owned: &Owned) -> Vec<String> {
    // The declared line of the same key, whatever options it has.
    let line = |key: &str| {
        let (user, print) = key.split_once('/')?;
        let mut lines = host.users.get(user).into_iter().flat_map(|u| &u.keys);
        lines.find(|k| crate::key_fingerprint(&k.value).as_deref() == Some(print))
    };
    let ours = |key: &str| {
        owned
            .get(name)
            .is_some_and(|t| t.contains(&format!("key:{key}")))
    };
    let strange = facts.items(FactKind::Key).filter(|(k, v)| match line(k) {
        Some(line) => other_options(v, &line.value).is_some(),
        None => !ours(k),
    });
    strange.map(|(k, _)| k.to_owned()).collect()
}
