//! Ports that two want: what is certain is found, what rests on a machine that nobody names is unknown, and nothing is said of the rest.

use crate::support::check;

/// What one rule says of two stacks.
fn said(rule: &str, lab: &str, one: &str, other: &str) -> Vec<String> {
    // A stack needs something to start.
    let other = if other.is_empty() {
        "idle: {image: x}"
    } else {
        other
    };
    let text = format!(
        "format: 1\nlab: x\n{lab}\n# file: one.yaml\nservices: {{{one}}}\n# file: other.yaml\nservices: {{{other}}}\n"
    );
    let (found, _) = check(&text, None);
    for d in found.iter().filter(|d| d.code == rule && d.unknown) {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
    }
    let of = found.into_iter().filter(|d| d.code == rule);
    of.map(|d| d.message).collect()
}

const TOGETHER: &str =
    "hosts: {nas: }\nstacks: {one: {file: one.yaml, on: nas}, other: {file: other.yaml, on: nas}}";
const NOWHERE: &str =
    "hosts: {nas: , pve: }\nstacks: {one: one.yaml, other: {file: other.yaml, on: nas}}";

#[test]
fn ports_that_two_containers_of_a_machine_want() {
    // What each publishes, and what is said: nothing, one thing with these words.
    for (one, other, expected) in [
        (
            "ports: ['8080:80']",
            "ports: ['8080:80']",
            "is published by",
        ),
        (
            "ports: ['8080:80']",
            "ports: ['127.0.0.1:8080:80']",
            "is published by",
        ),
        ("ports: ['8080:80']", "ports: ['8080:80/udp']", ""),
        // Nothing is published into the network of the machine, none or that of another.
        (
            "ports: ['8080:80'], network_mode: host",
            "ports: ['8080:80']",
            "",
        ),
        (
            "ports: ['8080:80'], network_mode: none",
            "ports: ['8080:80']",
            "",
        ),
        (
            "ports: ['8080:80'], network_mode: bridge",
            "ports: ['8080:80']",
            "is published by",
        ),
        // Whichever is free.
        ("ports: ['0:80']", "ports: ['0:80']", ""),
        ("ports: ['80']", "ports: ['80']", ""),
        // What is not started takes nothing.
        ("ports: ['8080:80'], scale: 0", "ports: ['8080:80']", ""),
        (
            "ports: ['8080:80'], deploy: {replicas: 0}",
            "ports: ['8080:80']",
            "",
        ),
        (
            "ports: ['8080:80'], profiles: [debug]",
            "ports: ['8080:80']",
            "",
        ),
        // Ranges that lead to as many ports are so many ports.
        (
            "ports: ['8000-8002:8000-8002']",
            "ports: ['8002:80']",
            "port 8002/tcp",
        ),
        // Of a range that leads to one port, one is taken for each container.
        (
            "ports: ['8000-8002:80']",
            "ports: ['8001:80']",
            "lies in the range 8000-8002",
        ),
        ("ports: ['8000-8002:80']", "ports: ['8003:80']", ""),
        ("ports: ['8000-8002:80']", "ports: ['8001-8003:80']", ""),
        (
            "ports: ['8000-8001:80'], scale: 2",
            "ports: ['8000-8001:80']",
            "too few",
        ),
        ("ports: ['8000-8001:80']", "ports: ['8000-8001:80']", ""),
        (
            "ports: ['8000-8001:80'], scale: 2",
            "ports: ['8000-8002:80']",
            "",
        ),
    ] {
        let found = said(
            "cmp-dup-key",
            TOGETHER,
            &format!("a: {{image: x, {one}}}"),
            &format!("b: {{image: x, {other}}}"),
        );
        match expected {
            "" => assert!(found.is_empty(), "{one} | {other}: {found:?}"),
            words => {
                assert_eq!(found.len(), 1, "{one} | {other}: {found:?}");
                assert!(found[0].contains(words), "{one} | {other}: {found:?}");
            }
        }
    }
}

#[test]
fn ports_that_one_container_wants_twice() {
    for (ports, expected) in [
        ("'8080:80', '8080:81'", 1),
        ("'8080:80', '127.0.0.1:8080:80'", 1),
        ("'0.0.0.0:8080:80', '127.0.0.1:8080:80'", 1),
        ("'0.0.0.0:8080:80', '[::]:8080:80'", 0),
        ("'127.0.0.1:8080:80', '127.0.0.2:8080:80'", 0),
        ("'8080:80', '8081:80'", 0),
        ("'8080:80', '8080-8081:81'", 0),
    ] {
        for lab in [TOGETHER, NOWHERE] {
            let one = format!("a: {{image: x, ports: [{ports}]}}");
            let found = said("cmp-dup-key", lab, &one, "");
            assert_eq!(found.len(), expected, "{ports}: {found:?}");
            assert!(
                found.iter().all(|m| m.contains("published twice by")),
                "{found:?}"
            );
        }
    }
}

#[test]
fn where_a_stack_runs_is_not_declared() {
    for (one, other, expected) in [
        (
            "ports: ['8080:80']",
            "ports: ['8080:80']",
            "whether port 8080/tcp is free where stack 'one' runs",
        ),
        (
            "container_name: x",
            "container_name: x",
            "whether the name 'x' is free where stack 'one' runs",
        ),
        ("ports: ['8080:80']", "ports: ['8081:80']", ""),
        ("ports: ['8080:80'], scale: 0", "ports: ['8080:80']", ""),
    ] {
        let found = said(
            "cmp-dup-key",
            NOWHERE,
            &format!("a: {{image: x, {one}}}"),
            &format!("b: {{image: x, {other}}}"),
        );
        match expected {
            "" => assert!(found.is_empty(), "{one} | {other}: {found:?}"),
            words => assert_eq!(found, [format!("unknown: {words}")]),
        }
    }
}

#[test]
fn where_a_stack_runs_is_said_not_to_be_known() {
    let lab = NOWHERE.replace("one: one.yaml", "one: {file: one.yaml, on: unknown}");
    let ask = |port: u16| {
        let one = format!("a: {{image: x, ports: ['{port}:80']}}");
        said(
            "cmp-dup-key",
            &lab,
            &one,
            "b: {image: x, ports: ['8080:80']}",
        )
    };
    let words = "unknown: whether port 8080/tcp is free where stack 'one' runs";
    assert_eq!(ask(8080), [words]);
    let found = ask(8081);
    assert!(
        found.len() == 1 && found[0].contains("'on' of stack 'one' is not known"),
        "{found:?}"
    );
}

#[test]
fn two_services_are_declared_to_listen_on_one_port() {
    let lab = |first: &str, second: &str| {
        format!(
            "hosts: {{nas: , pve: }}\nstacks: {{one: {{file: one.yaml, on: nas}}, other: {{file: other.yaml, on: pve}}}}\nservices:\n  a: {{{first}}}\n  b: {{{second}}}"
        )
    };
    let one = "x: {image: x, ports: ['8080:80']}";
    for (first, second, expected) in [
        (
            "runs: {host: nas}, exposures: [{port: 443}]",
            "runs: {host: nas}, exposures: [{port: 443}]",
            1,
        ),
        (
            "runs: {host: nas}, exposures: [{port: 443}]",
            "runs: {host: pve}, exposures: [{port: 443}]",
            0,
        ),
        (
            "runs: {host: nas}, exposures: [{port: 443}]",
            "runs: {host: nas}, exposures: [{port: 443, via: a}]",
            0,
        ),
        (
            "runs: {host: nas}, exposures: [{port: 443}, {port: 443, from: internet}]",
            "runs: {host: nas}",
            0,
        ),
        // A service and the container of another.
        (
            "runs: {host: nas}, exposures: [{port: 8080}]",
            "runs: {host: nas}",
            1,
        ),
        (
            "runs: {stack: one}, exposures: [{port: 8080}]",
            "runs: {host: nas}",
            0,
        ),
    ] {
        let found = said("cmp-dup-key", &lab(first, second), one, "");
        assert_eq!(found.len(), expected, "{first} | {second}: {found:?}");
    }
}

#[test]
fn a_stack_without_a_machine_may_be_open_past_a_firewall() {
    let with = |lab: &str| lab.replace("nas: ", "nas: {firewall: {table: x}}");
    let ask = |lab: &str, ports: &str| {
        let one = format!("a: {{image: x, {ports}}}");
        said("fw-docker-bypass", lab, &one, "")
    };
    let found = ask(&with(NOWHERE), "ports: ['8080:80']");
    let words = "unknown: whether 8080/tcp of container 'a' of stack 'one' is open past a firewall";
    assert_eq!(found, [words]);
    // On one address; not started; in the network of the machine; no firewall anywhere.
    for ports in [
        "ports: ['127.0.0.1:8080:80']",
        "ports: ['8080:80'], scale: 0",
        "ports: ['8080:80'], network_mode: host",
    ] {
        assert!(ask(&with(NOWHERE), ports).is_empty(), "{ports}");
    }
    assert!(ask(NOWHERE, "ports: ['8080:80']").is_empty());
    let found = ask(&with(TOGETHER), "ports: ['8080:80'], network_mode: bridge");
    assert_eq!(found.len(), 1, "{found:?}");
}
