//! What was not seen, or was seen and is wrong, is never green.

use crate::world::{KEY, PRINT, bare, facts, lab, now, put, s, sources};
use model::evidence::{Conclusion, Grade, Measured};
use model::fact::{Completeness, FactKind, TargetFacts};
use model::kleene::Reason;
use model::lab::{Lab, Sudo};
use model::plan::Cond;
use model::realm::Realm;
use model::value::Value;
use plan::{Context, Difference, How, Owned, evidence, planner};

fn with<T>(lab: &Lab, web: &TargetFacts, f: impl FnOnce(&Context<'_>) -> T) -> T {
    let (sources, facts) = (sources(), facts(web.clone()));
    f(&Context {
        lab,
        sources: &sources,
        facts: &facts,
        owned: &Owned::new(),
        now: now(),
    })
}

fn drift(lab: &Lab, web: &TargetFacts) -> Vec<Difference> {
    with(lab, web, planner::drift)
}

/// The differences of one kind, as `PATH HOW: OBSERVED`.
fn of_kind(lab: &Lab, web: &TargetFacts, kind: FactKind) -> Vec<String> {
    let all = drift(lab, web).into_iter().filter(|d| d.path.kind == kind);
    all.map(|d| format!("{} {}: {}", d.path, d.how.word(), d.observed))
        .collect()
}

/// What the look says about the promise whose id begins so.
fn measured(lab: &Lab, web: &TargetFacts, promise: &str) -> Measured {
    let all = with(lab, web, |ctx| evidence::of_hosts(ctx, &Grade::Real));
    all.into_iter()
        .find(|m| m.promise.0.starts_with(promise))
        .unwrap()
}

/// A host on which nobody gets in who should not.
fn tidy() -> TargetFacts {
    let mut web = bare();
    for keyword in [
        "permitrootlogin",
        "passwordauthentication",
        "kbdinteractiveauthentication",
    ] {
        put(&mut web, &format!("sshd:{keyword}"), Value::from("no"));
    }
    web
}

fn gap(web: &mut TargetFacts, kind: FactKind, reason: &str) {
    web.collections
        .insert(kind, Completeness::No(Reason::new(reason)));
}

#[test]
fn a_list_with_gaps_is_unknown_and_proves_nothing() {
    let lab = lab();
    assert_eq!(
        measured(&lab, &tidy(), "ssh-").conclusion,
        Conclusion::Conclusive
    );
    for kind in [
        FactKind::User,
        FactKind::Sudoer,
        FactKind::Key,
        FactKind::Sshd,
    ] {
        let mut web = tidy();
        gap(&mut web, kind, "a Match block on addresses");
        let lines: Vec<Difference> = drift(&lab, &web)
            .into_iter()
            .filter(|d| d.how == How::Unknown && d.path.kind == kind)
            .collect();
        assert!(
            lines
                .iter()
                .any(|d| d.observed == "unknown (a Match block on addresses)"),
            "{kind:?}: {lines:?}"
        );
        if kind != FactKind::Sudoer {
            assert_eq!(
                measured(&lab, &web, "ssh-").conclusion,
                Conclusion::Inconclusive(match kind {
                    FactKind::Sshd => "sshd: a Match block on addresses".to_owned(),
                    FactKind::Key => "key: a Match block on addresses".to_owned(),
                    _ => "user: a Match block on addresses".to_owned(),
                })
            );
        }
        web.collections.remove(&kind);
        assert!(
            drift(&lab, &web)
                .iter()
                .any(|d| d.how == How::Unknown && d.path.kind == kind),
            "{kind:?} was not asked for"
        );
    }
}

#[test]
fn what_was_seen_to_be_wrong_breaks_although_more_is_unknown() {
    let mut web = tidy();
    put(
        &mut web,
        "sshd:passwordauthentication",
        Value::from("no; yes for admin from 10.77.2.11"),
    );
    gap(&mut web, FactKind::Sshd, "a Match block on addresses");
    let ssh = measured(&lab(), &web, "ssh-");
    assert_eq!(ssh.conclusion, Conclusion::Conclusive);
    assert_eq!(ssh.figures["password_login"], 1);
    assert!(ssh.summary.contains("a Match block"), "{}", ssh.summary);
}

fn account(uid: i64, login: bool) -> Value {
    Value::map([
        ("uid", Value::from(uid)),
        ("gid", Value::from(uid)),
        ("login", Value::from(login)),
        ("password", Value::from("locked")),
    ])
}

#[test]
fn a_second_root_is_drift_and_breaks_the_promise() {
    let mut web = tidy();
    put(&mut web, "user:root", account(0, true));
    assert_eq!(of_kind(&lab(), &web, FactKind::User), [""; 0]);
    put(&mut web, "user:toor", account(0, false));
    let lines = of_kind(&lab(), &web, FactKind::User);
    assert!(lines[0].starts_with("user:toor undeclared"), "{lines:?}");
    assert_eq!(
        measured(&lab(), &web, "ssh-").figures["undeclared_logins"],
        1
    );

    let mut web = tidy();
    put(&mut web, "user:admin", account(0, true));
    assert_eq!(
        of_kind(&lab(), &web, FactKind::User),
        ["user:admin differs: uid 0: it is root by another name"]
    );
    assert_eq!(measured(&lab(), &web, "ssh-").figures["root_login"], 1);
}

/// The differences of sudoers on a tidy host with these lines, `admin` being declared with `sudo: nopassword`.
fn sudoers(lab: &Lab, lines: &[(&str, &str)], groups: &[(&str, &str)]) -> Vec<String> {
    let mut web = tidy();
    put(
        &mut web,
        "sudoer:/etc/sudoers:1",
        Value::from("@includedir /etc/sudoers.d"),
    );
    for (name, groups) in groups {
        let groups = ("groups", Value::from(*groups));
        put(&mut web, &format!("user:{name}"), Value::map([groups]));
    }
    for (key, line) in lines {
        put(&mut web, &format!("sudoer:{key}"), Value::from(*line));
    }
    of_kind(lab, &web, FactKind::Sudoer)
}

const OURS: (&str, &str) = (
    "/etc/sudoers.d/90-holdfast-admin:1",
    "admin ALL=(ALL:ALL) NOPASSWD: ALL",
);

#[test]
fn everybody_who_may_become_root_is_told() {
    let lab = lab();
    assert_eq!(sudoers(&lab, &[OURS], &[]), [""; 0]);
    let strangers = [
        ("/etc/sudoers.d/x:1", "root ,anna ALL=(ALL) NOPASSWD: ALL"),
        ("/etc/sudoers.d/x:2", "Defaults:root, anna !authenticate"),
        ("/etc/sudoers.d/x:3", "ALL ALL=(ALL) ALL"),
    ];
    for (key, line) in strangers {
        assert_eq!(
            sudoers(&lab, &[OURS, (key, line)], &[])[..1],
            [format!("sudoer:{key} undeclared: {line}")]
        );
    }
    let group = ("/etc/sudoers:9", "%sudo ALL=(ALL:ALL) ALL");
    assert_eq!(
        sudoers(
            &lab,
            &[group, OURS],
            &[("anna", "adm sudo"), ("bert", "adm"), ("root", "sudo")]
        ),
        ["sudoer:%sudo/anna undeclared: anna has sudo as a member of the group sudo"]
    );
}

#[test]
fn the_last_rule_that_fits_counts() {
    let mut lab = lab();
    lab.hosts
        .get_mut("web")
        .unwrap()
        .users
        .get_mut("admin")
        .unwrap()
        .sudo = Some(s(Sudo::Password));
    let ours = (OURS.0, "admin ALL=(ALL:ALL) ALL");
    let differs = |by: &str| format!("sudoer:admin differs: {by}");
    let found = |later: (&str, &str)| {
        let web = with_our_files(&lab, &[ours, later]);
        of_kind(&lab, &web, FactKind::Sudoer)
    };
    assert_eq!(
        found(("/etc/sudoers.d/admin:1", "admin ALL=(ALL) NOPASSWD: ALL")),
        [differs(
            "sudo without a password, by /etc/sudoers.d/admin:1"
        )]
    );
    assert_eq!(
        found(("/etc/sudoers.d/10-x:1", "admin ALL=(ALL) NOPASSWD: ALL")),
        [""; 0]
    );
    assert_eq!(
        found(("/etc/sudoers.d/admin:10", "admin ALL=NOPASSWD: /bin/sh")),
        [differs(
            "some of it without a password, by /etc/sudoers.d/admin:10"
        )]
    );
}

/// A tidy host on which our files stand as declared.
fn with_our_files(lab: &Lab, lines: &[(&str, &str)]) -> TargetFacts {
    let mut web = tidy();
    put(
        &mut web,
        "sudoer:/etc/sudoers:1",
        Value::from("@includedir /etc/sudoers.d"),
    );
    let steps = with(lab, &web, |ctx| {
        planner::plan(ctx, &Realm::Real, planner::Contribution::default())
    });
    for cond in steps.steps.iter().flat_map(|s| &s.post) {
        if let Cond::Is(path, value) = cond {
            put(&mut web, &path.to_string(), value.clone());
        }
    }
    for (key, line) in lines {
        put(&mut web, &format!("sudoer:{key}"), Value::from(*line));
    }
    web
}

#[test]
fn a_declared_key_with_other_options_is_not_the_declared_one() {
    let mut lab = lab();
    let restricted = format!("from=\"10.0.0.0/8\" {KEY}");
    lab.hosts
        .get_mut("web")
        .unwrap()
        .users
        .get_mut("admin")
        .unwrap()
        .keys = vec![s(restricted)];
    for (options, strangers) in [
        ("from=\"10.0.0.0/8\"", 0),
        ("", 1),
        ("cert-authority", 1),
        ("from=\"10.0.0.0/8\" or none", 1),
    ] {
        let mut web = tidy();
        let value = Value::map([("type", "ssh-ed25519"), ("options", options)]);
        put(&mut web, &format!("key:admin/{PRINT}"), value);
        let lines = of_kind(&lab, &web, FactKind::Key);
        assert_eq!(lines.len(), strangers, "{options}: {lines:?}");
        assert_eq!(
            measured(&lab, &web, "ssh-").figures["undeclared_keys"],
            i64::try_from(strangers).unwrap()
        );
    }
}

#[test]
fn a_stranger_that_was_seen_is_told_although_others_may_be_missing() {
    let mut web = tidy();
    gap(&mut web, FactKind::Listener, "ss was cut off");
    let ports = measured(&lab(), &web, "ports-");
    assert_eq!(
        ports.conclusion,
        Conclusion::Inconclusive("ss was cut off".to_owned())
    );
    let evil = Value::map([("process", "evil")]);
    put(&mut web, "listener:tcp/0.0.0.0:666", evil);
    let lines = of_kind(&lab(), &web, FactKind::Listener);
    assert_eq!(
        lines,
        [
            "listener:tcp/0.0.0.0:666 undeclared: process=evil",
            "listener:* unknown: unknown (ss was cut off)"
        ]
    );
    let ports = measured(&lab(), &web, "ports-");
    assert_eq!(ports.conclusion, Conclusion::Conclusive);
    assert_eq!(ports.figures["unjustified"], 1);
}

#[test]
fn a_kernel_setting_that_another_file_undoes_at_boot_is_told() {
    let lab = lab();
    let mut web = with_our_files(&lab, &[]);
    put(
        &mut web,
        "sysctl:net.ipv4.tcp_syncookies@boot",
        Value::from("1"),
    );
    assert_eq!(of_kind(&lab, &web, FactKind::Sysctl), [""; 0]);
    put(
        &mut web,
        "sysctl:net.ipv4.tcp_syncookies@boot",
        Value::from("0"),
    );
    let lines = of_kind(&lab, &web, FactKind::Sysctl);
    assert!(
        lines.len() == 1 && lines[0].starts_with("sysctl:net.ipv4.tcp_syncookies@boot differs: 0"),
        "{lines:?}"
    );
}
