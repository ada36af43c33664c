//! Claims about containers, held against their Compose files.

use crate::support::{check, hits};

fn verdicts(rule: &str, claim: &str, compose: &str) -> Vec<String> {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{nas: }}\nstacks: {{a: {{file: a.yaml, on: nas}}}}\nclaims: [{{text: so it is, {claim}}}]\n# file: a.yaml\n{compose}\n"
    );
    let (findings, _) = check(&text, None);
    let found = hits(&findings, rule).into_iter();
    found.map(|d| d.message.clone()).collect()
}

#[test]
fn each_hardening_is_looked_for() {
    for (metric, with) in [
        ("non-root", "user: '1000'"),
        ("read-only", "read_only: true"),
        (
            "no-new-privileges",
            "security_opt: ['no-new-privileges:true']",
        ),
        ("cap-drop", "cap_drop: [ALL]"),
        ("limits", "mem_limit: 1g"),
        ("limits", "deploy: {resources: {limits: {memory: 1g}}}"),
        ("healthcheck", "healthcheck: {test: [CMD, 'true']}"),
    ] {
        let claim = format!("metric: {metric}");
        let compose = |more: &str| format!("services: {{w: {{image: 'x:1'{more}}}}}");
        let found = verdicts("cmp-hardening", &claim, &compose(""));
        assert_eq!(found.len(), 1, "{metric}");
        assert!(
            found[0].starts_with("container 'w' of stack 'a' "),
            "{found:?}"
        );
        let fine = verdicts("cmp-hardening", &claim, &compose(&format!(", {with}")));
        assert!(fine.is_empty(), "{metric}: {fine:?}");
    }
    let digest = "services: {w: {image: 'x@sha256:ff'}}";
    assert!(verdicts("cmp-hardening", "metric: digest", digest).is_empty());
    assert_eq!(
        verdicts(
            "cmp-hardening",
            "metric: digest",
            "services: {w: {image: 'x:1'}}"
        )
        .len(),
        1
    );
}

#[test]
fn a_claim_is_about_what_it_names_and_one_finding_a_stack() {
    let compose = "services: {v: {image: 'x:1'}, w: {image: 'x:1'}, u: {image: 'x:1', user: '5'}, off: {image: x, profiles: [p]}}";
    for (about, found) in [
        ("", 1),
        (", about: lab", 1),
        (", about: stack/a", 1),
        (", about: host/nas", 1),
    ] {
        let claim = format!("metric: non-root{about}");
        let said = verdicts("cmp-hardening", &claim, compose);
        assert_eq!(said.len(), found, "{about}");
        assert!(
            said[0].starts_with("containers 'v', 'w' of stack 'a' "),
            "{said:?}"
        );
    }
    assert!(verdicts("cmp-hardening", "metric: uptime", compose).is_empty());
}

#[test]
fn rights_over_the_machine_need_no_claim() {
    for (with, found) in [
        ("privileged: true", 1),
        ("pid: host", 1),
        ("cap_add: [CAP_SYS_ADMIN]", 1),
        ("cap_add: [SYS_PTRACE]", 0),
        ("volumes: ['/:/host']", 1),
        ("volumes: ['/:/host:ro']", 0),
        ("volumes: ['/var/run/docker.sock:/s:ro']", 1),
        ("cap_add: [NET_ADMIN]", 0),
    ] {
        let compose = format!("services: {{w: {{image: 'x:1', {with}}}}}");
        let said = verdicts("cmp-hardening", "metric: uptime", &compose);
        assert_eq!(said.len(), found, "{with}: {said:?}");
    }
}
