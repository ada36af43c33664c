//! `examples/smallest`: valid, and found fault with exactly where it is honest about it.

use crate::support::{TODAY, knowledge, lab, repository};
use diag::Severity;
use diag::render::concise;

#[test]
fn the_smallest_lab_has_no_error_and_says_what_it_is_not() {
    let folder = repository().join("examples/smallest");
    let paths = ["holdfast.yaml", "lab/data.yaml", "lab/hosts.yaml"];
    let texts = paths.map(|p| std::fs::read_to_string(folder.join(p)).unwrap());
    let files: Vec<(&str, &str)> = paths
        .into_iter()
        .zip(texts.iter().map(String::as_str))
        .collect();
    let (lab, sources) = lab(&files);
    let findings = rules::check(&rules::Context {
        knowledge: &knowledge(),
        ..rules::Context::new(&lab, TODAY)
    });
    let shown = concise(&findings, &sources);
    assert!(
        findings.iter().all(|d| d.severity < Severity::Error),
        "{shown}"
    );
    let warnings: Vec<&str> = findings
        .iter()
        .filter(|d| d.severity == Severity::Warning)
        .map(|d| d.code.as_str())
        .collect();
    assert_eq!(
        warnings,
        ["bak-321", "bak-same-domain", "bak-same-domain"],
        "{shown}"
    );
    let infos: Vec<&str> = findings
        .iter()
        .filter(|d| d.severity == Severity::Info)
        .map(|d| d.code.as_str())
        .collect();
    assert_eq!(
        infos,
        [
            "bak-321",
            "bak-key-escrow",
            "bak-rpo-schedule",
            "bak-rpo-schedule",
            "eol-os",
            "patch-coverage",
            "sudo-nopassword"
        ],
        "{shown}"
    );

    let web = &lab.hosts["web"];
    assert_eq!(web.sshd["permitrootlogin"].value, "no");
    assert_eq!(web.sshd["allowusers"].value, "admin anna");
    assert_eq!(web.files["/etc/motd"].mode.as_ref().unwrap().value, "0644");
    assert!(web.files["/etc/motd"].content.value.ends_with("drift.\n"));
    assert_eq!(web.users["anna"].sudo, None);
    assert_eq!(lab.datasets.len(), 2);
}
