//! What is not declared is looked up among the facts; what is neither is unknown and never a pass.

use crate::support::check;
use diag::{Diagnostic, Severity};
use model::fact::{Fact, FactKind, FactPath, Facts, Seen};
use model::kleene::Reason;
use model::realm::Realm;
use std::collections::BTreeMap;

const LAB: &str = "format: 1\nlab: x\nhosts: {web: {}}\n";

fn facts(values: &[(&str, Seen)]) -> Facts {
    let mut web = crate::sighting::answered("web");
    web.facts = values
        .iter()
        .map(|(key, seen)| {
            let fact = Fact {
                seen: seen.clone(),
                source: "sshd -T".into(),
            };
            (FactPath::new(FactKind::Sshd, *key), fact)
        })
        .collect();
    let targets = BTreeMap::from([("web".to_owned(), web)]);
    Facts {
        format: model::fact::FORMAT,
        realm: Realm::Real,
        targets,
    }
}

fn verdicts(facts: Option<&Facts>, code: &str) -> Vec<(Severity, String)> {
    let (findings, _) = check(LAB, facts);
    let of = |d: &Diagnostic| (d.code == code).then(|| (d.severity, d.message.clone()));
    findings.iter().filter_map(of).collect()
}

#[test]
fn neither_declared_nor_observed_is_unknown() {
    for (code, count) in [("ssh-root-login", 1), ("ssh-password-login", 2)] {
        let verdicts = verdicts(None, code);
        assert_eq!(verdicts.len(), count);
        assert!(
            verdicts
                .iter()
                .all(|(s, m)| *s == Severity::Info && m.starts_with("unknown: "))
        );
    }
    let unread = facts(&[(
        "permitrootlogin",
        Seen::Unknown(Reason::new("sshd: denied")),
    )]);
    assert_eq!(
        verdicts(Some(&unread), "ssh-root-login")[0].0,
        Severity::Info
    );
}

#[test]
fn observed_values_are_judged() {
    let present = |v: &str| Seen::Present(v.into());
    for (value, expected) in [
        ("no", None),
        ("yes", Some(Severity::Error)),
        ("without-password", Some(Severity::Warning)),
    ] {
        let facts = facts(&[("permitrootlogin", present(value))]);
        let verdict = verdicts(Some(&facts), "ssh-root-login");
        assert_eq!(verdict.first().map(|v| v.0), expected, "{value}");
    }
    let facts = facts(&[
        ("passwordauthentication", present("yes")),
        ("kbdinteractiveauthentication", present("no")),
    ]);
    let verdict = verdicts(Some(&facts), "ssh-password-login");
    assert_eq!(verdict.len(), 1);
    assert_eq!(verdict[0].0, Severity::Error);
}

#[test]
fn a_password_that_is_not_a_reference_is_not_called_missing() {
    let text = "format: 1\nlab: x\nrepositories: {usb: {location: /mnt/usb, password: PASSWORD}}\n";
    let mut sources = diag::SourceSet::default();
    sources.add("holdfast.yaml", text.replace("PASSWORD", "canary-9f3e"));
    let (lab, _) = lang::analyze(&sources);
    let today = crate::support::TODAY;
    let findings = rules::check(&rules::Context::new(&lab, today));
    assert_eq!(findings.len(), 1);
    assert!(
        findings[0]
            .message
            .starts_with("unknown: no reference says where")
    );
    // A finding knows nothing of the secret beside it; the renderer hides it all the same.
    let shown = diag::render::full(&findings, &sources, diag::render::Color::Never);
    assert!(!shown.contains("canary"), "{shown}");
}
