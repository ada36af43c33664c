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

/// A proxy reaches containers by a network that both are in, or by a port of their machine.
#[test]
fn a_proxy_without_a_network_in_common() {
    let of = |on: &str, wiki: &str, networks: &str, front: &str| {
        let text = format!(
            "format: 1\nlab: x\npeople: {{anna: }}\nhosts: {{nas: , pve: }}\n\
             stacks: {{front: {{file: front.yaml, on: nas}}, wiki: {{file: wiki.yaml{on}}}}}\n\
             services:\n  proxy: {{runs: {{stack: front}}}}\n  wiki: {{runs: {{stack: wiki, service: wiki}}, exposures: [{{port: 443, from: internet, via: proxy, {REASON}}}]}}\n\
             # file: front.yaml\nservices: {{traefik: {{image: 'x:1', {front}}}}}\nnetworks: {{proxy: {{name: proxy}}}}\n\
             # file: wiki.yaml\nservices: {{wiki: {{image: 'x:1', {wiki}}}, db: {{image: 'x:1'}}}}\nnetworks: {{{networks}}}\n"
        );
        let (found, _) = check(&text, None);
        let of = found.into_iter().filter(|d| d.code == "cmp-exposure");
        of.map(|d| d.message).collect::<Vec<_>>()
    };
    let apart =
        ["service 'wiki' is reached via 'proxy', and their containers have no network in common"];
    let front = "ports: ['443:443'], networks: [proxy]";
    let here = ", on: nas";
    assert_eq!(
        of(here, "networks: [inner]", "inner: {internal: true}", front),
        apart
    );
    assert_eq!(of(here, "hostname: w", "", front), apart);
    let shared = "networks: [proxy]";
    assert_eq!(of(here, shared, "proxy: {external: true}", front), [""; 0]);
    // A network of that name that the project makes for itself.
    assert_eq!(of(here, shared, "proxy: ", front), apart);
    assert_eq!(of(here, "ports: ['8080:80']", "", front), [""; 0]);
    assert_eq!(of(here, "network_mode: host", "", front), [""; 0]);
    assert_eq!(of(here, "hostname: w", "", "network_mode: host"), [""; 0]);
    for elsewhere in [", on: pve", ""] {
        assert_eq!(of(elsewhere, "hostname: w", "", front), [""; 0]);
    }
}
