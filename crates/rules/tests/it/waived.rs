//! Waivers accept findings only while they are complete and in force.

use crate::support::check;
use diag::Severity;

const LAB: &str = "format: 1
lab: x
networks: {lan: {subnet: 10.0.0.0/24}}
jobs: {patches: {kind: update, on: [web, db]}}
hosts:
  web:
    sshd: {PermitRootLogin: yes, PasswordAuthentication: no, KbdInteractiveAuthentication: no}
  db:
    sshd: {PermitRootLogin: yes, PasswordAuthentication: no, KbdInteractiveAuthentication: no}
";

fn severities(waiver: &str) -> Vec<(String, Severity)> {
    let (findings, _) = check(&format!("{LAB}waivers:\n  - {waiver}\n"), None);
    findings.into_iter().map(|d| (d.code, d.severity)).collect()
}

fn pair(code: &str, severity: Severity) -> (String, Severity) {
    (code.to_owned(), severity)
}

#[test]
fn a_complete_waiver_accepts_one_object() {
    let text = "{rule: ssh-root-login, object: web, reason: old appliance, owner: anna, expires: 2027-01-01}";
    let (findings, _) = check(&format!("{LAB}waivers:\n  - {text}\n"), None);
    let waived = &findings[1];
    assert_eq!(findings[0].severity, Severity::Error, "db is not waived");
    assert_eq!(waived.severity, Severity::Info);
    assert!(
        waived
            .message
            .starts_with("waived until 2027-01-01: host 'web'")
    );
    assert_eq!(
        waived.notes.last().unwrap(),
        "accepted by anna: old appliance"
    );
}

#[test]
fn an_incomplete_or_expired_one_accepts_nothing_and_is_reported() {
    for waiver in [
        "{rule: ssh-root-login, object: web, reason: r, owner: anna}",
        "{rule: ssh-root-login, object: web, reason: r, expires: 2027-01-01}",
        "{rule: ssh-root-login, object: web, owner: anna, expires: 2027-01-01}",
        "{rule: ssh-root-login, reason: r, owner: anna, expires: 2027-01-01}",
        "{rule: ssh-root-login, object: web, reason: r, owner: anna, expires: 2026-11-20}",
        "{rule: ssh-root-logn, object: web, reason: r, owner: anna, expires: 2027-01-01}",
    ] {
        let expected = [
            pair("ssh-root-login", Severity::Error),
            pair("ssh-root-login", Severity::Error),
            pair("waiver-invalid", Severity::Error),
        ];
        assert_eq!(severities(waiver), expected, "{waiver}");
    }
}

#[test]
fn a_waiver_of_a_promise_is_left_to_the_promises() {
    let waiver =
        "{promise: 'ports-justified:host/web', reason: r, owner: anna, expires: 2027-01-01}";
    let found = severities(waiver);
    assert!(
        found.iter().all(|(code, _)| !code.starts_with("waiver-")),
        "{found:?}"
    );
}

#[test]
fn a_misspelt_promise_is_told_and_what_was_meant() {
    for (id, meant) in [
        ("ports-justfied:host/web", Some("ports-justified:host/web")),
        (
            "ssh-least-privilege:host/wbe",
            Some("ssh-least-privilege:host/web"),
        ),
        ("rto:dataset/photos:sitee", Some("rto:dataset/photos:site")),
        ("rpo:dataset/photos:corruption", None),
        ("rpo:dataset/films:corruption", Some("")),
        ("everything:is/well", Some("")),
    ] {
        let lab = format!(
            "{LAB}datasets: {{photos: {{host: web, folder: /p}}}}\nwaivers: [{{promise: '{id}', reason: r, owner: anna, expires: 2027-01-01}}]\n"
        );
        let (found, _) = check(&lab, None);
        let told = found.iter().find(|d| d.code == "waiver-invalid");
        let edit = |d: &diag::Diagnostic| {
            let fix = d.fix.as_ref();
            fix.map_or_else(String::new, |f| f.edits[0].text.clone())
        };
        assert_eq!(told.map(edit).as_deref(), meant, "{id}: {told:#?}");
    }
}

#[test]
fn a_waiver_cannot_accept_a_bad_waiver() {
    let text = "{rule: ssh-root-login, object: web}\n  - {rule: waiver-invalid, object: web, reason: r, owner: anna, expires: 2027-01-01}";
    let found = severities(text);
    assert!(
        found.contains(&pair("waiver-invalid", Severity::Error)),
        "{found:?}"
    );
    assert!(
        found.contains(&pair("waiver-unused", Severity::Warning)),
        "{found:?}"
    );
}

#[test]
fn a_lab_says_how_much_a_rule_matters_to_it() {
    let lab = |setting: &str| format!("{LAB}rules: {{ssh-root-login: {setting}}}\n");
    let (findings, _) = check(&lab("{severity: info, why: old appliances}"), None);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    for d in &findings {
        assert_eq!(d.severity, Severity::Info);
        let said = "severity info in this lab: old appliances";
        assert_eq!(d.notes.last().unwrap(), said);
    }
    let (findings, _) = check(&lab("{severity: error, why: as it is}"), None);
    assert!(findings.iter().all(|d| d.severity == Severity::Error));
    assert!(
        findings
            .iter()
            .all(|d| !d.notes.concat().contains("as it is"))
    );
}

#[test]
fn what_is_unknown_or_guards_stays_as_it_is() {
    let text = "format: 1\nlab: x\nhosts: {web: {}}\nrules: {ssh-root-login: {severity: error, why: w}, waiver-invalid: {severity: info, why: w}}\nwaivers: [{rule: nothing}]\n";
    let (findings, _) = check(text, None);
    for d in findings {
        match d.code.as_str() {
            "ssh-root-login" => assert_eq!(d.severity, Severity::Info),
            "waiver-invalid" | "rule-setting" => assert_eq!(d.severity, Severity::Error),
            _ => {}
        }
    }
}
