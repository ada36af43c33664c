//! Ways in that are declared twice, and what cannot be told of the ports of a stack.

use crate::support::{check, judge};
use diag::Diagnostic;

const REASON: &str = "why: x, owner: anna, review: 2027-01-01";

/// What of a lab with these exposures is told to stand there twice.
fn twice(machine: &[&str], service: &[&str]) -> Vec<Diagnostic> {
    let list = |ways: &[&str]| {
        let ways = ways.iter().map(|way| format!("{{{way}, {REASON}}}"));
        ways.collect::<Vec<_>>().join(", ")
    };
    let (machine, service) = (list(machine), list(service));
    let text = format!(
        "format: 1\nlab: x\npeople: {{anna: }}\nnetworks: {{lan: {{subnet: 10.0.0.0/24}}, iot: {{subnet: 10.0.1.0/24}}}}\n\
         hosts: {{h: {{firewall: {{}}, exposures: [{machine}]}}}}\n\
         services: {{wiki: {{runs: {{host: h}}, exposures: [{service}]}}}}\n"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "exposure-review");
    of.collect()
}

#[test]
fn equal_ways_in_are_told_with_both_places() {
    let way = "port: 8443, from: lan, via: h, host: wiki.home.arpa";
    for (machine, service) in [
        (
            &["port: 22/tcp, from: lan", "port: 22/tcp, from: lan"][..],
            &[][..],
        ),
        // The protocol that is meant where none is written.
        (
            &[
                "port: 22, from: lan",
                "port: 80/tcp, from: lan",
                "port: 22/tcp, from: lan",
            ][..],
            &[][..],
        ),
        (&[][..], &[way, way][..]),
    ] {
        let found = twice(machine, service);
        let [d] = found.as_slice() else {
            panic!("{machine:?} {service:?}: {found:#?}");
        };
        assert!(
            d.message.ends_with("is declared open twice"),
            "{}",
            d.message
        );
        assert!(d.primary.is_some() && d.secondary.len() == 1, "{d:#?}");
        assert!(d.fix.is_some(), "{d:#?}");
    }
}

#[test]
fn ways_in_that_differ_are_not_one() {
    for (machine, service) in [
        (
            &["port: 22/tcp, from: lan", "port: 22/tcp, from: iot"][..],
            &[][..],
        ),
        (
            &["port: 53/tcp, from: lan", "port: 53/udp, from: lan"][..],
            &[][..],
        ),
        (
            &[][..],
            &["port: 443, from: lan, via: h", "port: 443, from: lan"][..],
        ),
        (
            &[][..],
            &[
                "port: 443, from: lan, host: a.home.arpa",
                "port: 443, from: lan, host: b.home.arpa",
            ][..],
        ),
        // Nobody knows whether they are.
        (
            &[][..],
            &["port: 443, from: unknown", "port: 443, from: unknown"][..],
        ),
    ] {
        let found = twice(machine, service);
        let hard: Vec<_> = found.iter().filter(|d| !d.unknown).collect();
        assert!(hard.is_empty(), "{machine:?} {service:?}: {hard:#?}");
    }
}

/// What `cmp-exposure` says of a service with port 8081 whose stack has this container and these networks.
fn unpublished(container: &str, networks: &str) -> Vec<(bool, String)> {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{h: }}\nstacks: {{wiki: {{file: compose.yaml, on: h}}}}\n\
         services: {{wiki: {{runs: {{stack: wiki}}, exposures: [{{port: 8081, from: any}}]}}}}\n\
         # file: compose.yaml\nservices: {{wiki: {{image: 'own/wiki:1', {container}}}}}\nnetworks: {{{networks}}}\n"
    );
    let all: Vec<&rules::Rule> = rules::RULES.iter().collect();
    let of = judge(&text, None, &all).found.into_iter();
    of.filter(|d| d.code == "cmp-exposure")
        .map(|d| (d.unknown, d.message))
        .collect()
}

#[test]
fn what_a_stack_publishes_is_known_or_it_is_not() {
    for (container, networks, expected) in [
        ("ports: ['8080:80']", "", Some(false)),
        ("hostname: wiki", "", Some(false)),
        // The engine takes whichever is free.
        ("ports: ['80']", "", Some(false)),
        ("ports: ['8081:80'], profiles: [never]", "", Some(true)),
        ("ports: ['8081:80'], network_mode: none", "", Some(false)),
        ("ports: ['8080-8090:80']", "", None),
        ("ports: ['${PORT}:80']", "", Some(true)),
        ("networks: [front]", "front: {external: true}", Some(true)),
        ("networks: [front]", "front: ", Some(false)),
        ("network_mode: host", "", None),
        ("networks: [front]", "front: {driver: ipvlan}", None),
    ] {
        let found = unpublished(container, networks);
        assert_eq!(
            found.first().map(|(unknown, _)| *unknown),
            expected,
            "{container} {networks}: {found:?}"
        );
        assert!(found.len() < 2, "{container}: {found:?}");
    }
}
