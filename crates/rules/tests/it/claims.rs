//! Claims that cannot be told are unknown, with the reason; those of the whole lab can be waived.

use crate::support::{check, hits};
use diag::{Diagnostic, Severity};

fn lab(claims: &str) -> String {
    format!(
        "format: 1
lab: x
hosts:
  a: {{hardware: {{memory: 16GiB}}}}
  b: {{hardware: {{memory: {{assumed: 8GiB, why: usual}}}}}}
  c: {{}}
clusters: {{main: {{kind: proxmox, members: [a, b]}}}}
claims:
  - {{text: t, {claims}}}
"
    )
}

fn about(code: &str, text: &str) -> Vec<Diagnostic> {
    let (findings, _) = check(text, None);
    findings.into_iter().filter(|d| d.code == code).collect()
}

#[test]
fn what_is_missing_is_named() {
    let found = about("cap-sum", &lab("metric: total-memory, value: 24GiB"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Info);
    assert_eq!(
        found[0].message,
        "unknown: whether the total memory of the lab is 24GiB"
    );
    assert_eq!(found[0].notes, ["not declared: the memory of host 'c'"]);
}

#[test]
fn what_is_assumed_is_named() {
    let found = about(
        "cap-sum",
        &lab("about: main, metric: total-memory, value: 32GiB"),
    );
    assert_eq!(
        found[0].notes,
        ["16GiB (a) + 8GiB (b) = 24GiB, claimed 32GiB", "assumed: b"]
    );
}

#[test]
fn a_slip_in_a_metric_is_found_and_another_metric_is_nobodys_business() {
    let found = about("cap-sum", &lab("metric: total-memroy, value: 24GiB"));
    let fix = found[0].fix.as_ref().unwrap();
    assert_eq!(fix.message, "did you mean 'total-memory'?");
    assert!(about("cap-sum", &lab("metric: wishes, value: 3")).is_empty());
}

#[test]
fn other_words_and_amounts_of_another_kind() {
    for (claim, severity) in [
        ("about: main, metric: ram, value: 24GB", None),
        (
            "about: main, metric: installed memory, value: 25GB",
            Some(Severity::Warning),
        ),
        (
            "about: main, metric: total-memory, value: 24",
            Some(Severity::Info),
        ),
        (
            "about: main, metric: total-memory, value: plenty",
            Some(Severity::Info),
        ),
        ("about: main, metric: nodes, value: 2", None),
        (
            "about: main, metric: nodes, value: 3",
            Some(Severity::Warning),
        ),
    ] {
        let found = about("cap-sum", &lab(claim));
        assert_eq!(
            found.first().map(|d| d.severity),
            severity,
            "{claim}: {found:#?}"
        );
    }
}

#[test]
fn a_finding_about_the_whole_lab_can_be_waived() {
    let text = lab("metric: hosts, value: 4");
    let waived = format!(
        "{text}waivers:\n  - {{rule: cap-sum, object: lab, reason: r, owner: o, expires: 2027-01-01}}\n"
    );
    let (before, _) = check(&text, None);
    assert_eq!(hits(&before, "cap-sum").len(), 1);
    let (after, _) = check(&waived, None);
    assert_eq!(hits(&after, "cap-sum").len(), 0);
    assert!(
        after.iter().all(|d| d.code != "waiver-unused"),
        "{after:#?}"
    );
}

/// `mirror` of two or three devices has every block on all; four are two pairs, in the order of `devices`.
#[test]
fn what_a_mirror_leaves_is_the_same_to_all_rules() {
    for (devices, claimed, declared, holds) in [
        ("a, b", "4TB", "4TB", true),
        ("a, b, c", "4TB", "4TB", true),
        ("a, b, c, d", "12TB", "12TB", true),
        ("a, b, c, d", "4TB", "4TB", false),
        ("a, c, b, d", "8TB", "8TB", true),
        ("a, c, b, d", "12TB", "12TB", false),
    ] {
        let text = format!(
            "format: 1
lab: x
hosts: {{nas: {{hardware: {{disks: {{a: 4TB, b: 4TB, c: 8TB, d: 8TB}}}}}}}}
pools: {{tank: {{kind: zfs, on: nas, level: mirror, devices: [{}], usable: {declared}}}}}
claims: [{{text: space, about: pool/tank, metric: usable-storage, value: {claimed}}}]
",
            devices
                .split(", ")
                .map(|d| format!("nas/{d}"))
                .collect::<Vec<_>>()
                .join(", ")
        );
        let (findings, _) = check(&text, None);
        for rule in ["cap-one-number", "sto-raid-usable"] {
            let wrong = findings
                .iter()
                .any(|d| d.code == rule && !d.unknown && d.severity != Severity::Info);
            assert_eq!(wrong, !holds, "{rule}: {devices}: {findings:#?}");
        }
    }
}
