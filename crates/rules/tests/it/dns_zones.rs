//! Records that a server refuses, and records that lead elsewhere than is meant.

use crate::support::check;

/// What the rules on records say of a lab with one zone, with its severity.
fn said(lab: &str, zone: &str, records: &[&str]) -> Vec<String> {
    let records: String = records
        .iter()
        .map(|r| format!("      - {{{r}}}\n"))
        .collect();
    let text = format!(
        "format: 1\nlab: x\n{lab}\ndns:\n  home.arpa:\n    {zone}\n    records:\n{records}"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code.starts_with("net-dns-"));
    of.map(|d| {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
        format!("{:?}: {}", d.severity, d.message)
    })
    .collect()
}

const OWN: &str = "kind: authoritative";

#[test]
fn an_alias_has_nothing_beside_it() {
    for (records, expected) in [
        (
            [
                "name: a, type: CNAME, value: b",
                "name: b, type: A, value: 10.0.0.1",
            ],
            vec![],
        ),
        (
            [
                "name: a, type: CNAME, value: example.org.",
                "name: A, type: A, value: 10.0.0.1",
            ],
            vec![
                "Error: 'a' in DNS zone 'home.arpa' is another name for 'example.org.', and has a record of type A beside it",
            ],
        ),
        (
            [
                "name: a, type: CNAME, value: example.org.",
                "name: a.home.arpa., type: CNAME, value: example.net.",
            ],
            vec![
                "Error: 'a' in DNS zone 'home.arpa' is another name for 'example.org.', and has a record of type CNAME beside it",
            ],
        ),
        (
            [
                "name: \"@\", type: CNAME, value: example.org.",
                "name: a, type: A, value: 10.0.0.1",
            ],
            vec!["Error: DNS zone 'home.arpa' itself is made another name for 'example.org.'"],
        ),
        (
            [
                "name: a, type: A, value: 10.0.0.1, ttl: 5m",
                "name: a, type: A, value: 10.0.0.1",
            ],
            vec!["Warning: the A record of 'a' in DNS zone 'home.arpa' stands there twice"],
        ),
        (
            [
                "name: a, type: A, value: 10.0.0.1",
                "name: a, type: A, value: 10.0.0.2",
            ],
            vec![],
        ),
        (
            [
                "name: a, type: TXT, value: x",
                "name: a, type: TXT, value: X",
            ],
            vec![],
        ),
    ] {
        assert_eq!(said("", OWN, &records), expected, "{records:?}");
    }
}

#[test]
fn aliases_in_circles() {
    let three = [
        "name: a, type: CNAME, value: b",
        "name: b, type: CNAME, value: C.home.arpa",
        "name: c, type: CNAME, value: b",
    ];
    let circle = "Error: aliases in DNS zone 'home.arpa' go round in a circle, from 'b' to 'b'";
    assert_eq!(said("", OWN, &three), [circle]);
    assert_eq!(
        said(
            "",
            "kind: forward",
            &["name: a, type: CNAME, value: a.home.arpa."]
        ),
        ["Error: 'a' in DNS zone 'home.arpa' is another name for itself"]
    );
}

#[test]
fn aliases_of_nothing() {
    let gone =
        "Warning: 'tv' in DNS zone 'home.arpa' is another name for 'nsa', which is not there";
    let open = "Info: unknown: whether there is 'nsa', which 'tv' in DNS zone 'home.arpa' is another name for";
    let alias = "name: tv, type: CNAME, value: nsa";
    let full = "name: tv, type: CNAME, value: nsa.home.arpa";
    let leased = "networks: {lan: {subnet: 10.0.0.0/24, domain: home.arpa, dhcp: {range: 10.0.0.50-10.0.0.99}}}";
    let standing = format!("{leased}\nhosts: {{nsa: {{addresses: {{lan: 10.0.0.9}}}}}}");

    for (lab, zone, records, expected) in [
        ("", OWN, vec![alias], vec![gone]),
        ("", OWN, vec![full], vec![gone]),
        (
            "",
            OWN,
            vec![alias, "name: nsa, type: A, value: 10.0.0.9"],
            vec![],
        ),
        (
            "",
            OWN,
            vec![alias, "name: \"*\", type: A, value: 10.0.0.9"],
            vec![],
        ),
        (
            "",
            OWN,
            vec![alias, "name: nsa, type: NS, value: ns.example.org."],
            vec![],
        ),
        (
            "",
            OWN,
            vec![alias, "name: x, type: A, value: unknown"],
            vec![open],
        ),
        ("", "kind: forward", vec![alias], vec![]),
        ("", "description: of the house", vec![alias], vec![open]),
        (leased, OWN, vec![alias], vec![open]),
        (&standing, OWN, vec![alias], vec![]),
        (
            "",
            OWN,
            vec!["name: tv, type: CNAME, value: nsa.example.org"],
            vec![],
        ),
    ] {
        let found = said(lab, zone, &records);
        // That a value is not known is told besides, in general.
        let found: Vec<String> = found.into_iter().filter(|m| m.contains("nsa")).collect();
        assert_eq!(found, expected, "{lab} {zone} {records:?}");
    }
}

#[test]
fn names_that_are_completed() {
    for (name, expected) in [
        ("nas", vec![]),
        ("nas.home.arpa.", vec![]),
        ("nas.lab", vec![]),
        ("nashome.arpa", vec![]),
        (
            "nas.home.arpa",
            vec![
                "Warning: the record 'nas.home.arpa' in DNS zone 'home.arpa' is one for 'nas.home.arpa.home.arpa'",
            ],
        ),
        (
            "Home.Arpa",
            vec![
                "Warning: the record 'Home.Arpa' in DNS zone 'home.arpa' is one for 'Home.Arpa.home.arpa'",
            ],
        ),
        (
            "nas.example.org.",
            vec!["Error: the record 'nas.example.org.' is not in DNS zone 'home.arpa'"],
        ),
    ] {
        let record = format!("name: {name}, type: A, value: 10.0.0.1");
        assert_eq!(said("", OWN, &[&record]), expected);
    }
}

#[test]
fn names_of_machines() {
    let lab = |of: &str, more: &str| {
        format!(
            "networks: {{lan: {{subnet: 10.0.0.0/24}}}}\nhosts: {{nas: {{addresses: {{lan: {of}}}}}, web: {{addresses: {{lan: 10.0.0.7}}}}}}\n{more}"
        )
    };
    // Of another machine of the lab, and of nobody.
    let other = "Info: 'nas' in DNS zone 'home.arpa' is 10.0.0.7, and host 'nas' is 10.0.0.9";
    let stale = "Warning: 'nas' in DNS zone 'home.arpa' is 10.0.0.8, and host 'nas' is 10.0.0.9";
    let open = "Info: unknown: whether 10.0.0.7, to which 'nas' in DNS zone 'home.arpa' leads, is host 'nas'";
    for (of, more, value, expected) in [
        ("10.0.0.9", "", "10.0.0.9", vec![]),
        ("10.0.0.9", "", "10.0.0.7", vec![other]),
        ("10.0.0.9", "", "10.0.0.8", vec![stale]),
        ("unknown", "", "10.0.0.7", vec![open]),
        // Split zones: the name leads elsewhere outside.
        ("10.0.0.9", "", "203.0.113.5", vec![]),
        // The name is that of a service behind a proxy.
        (
            "10.0.0.9",
            "services: {nas: {runs: {host: nas}}}",
            "10.0.0.7",
            vec![],
        ),
        (
            "10.0.0.9",
            "services: {files: {runs: {host: nas}, url: https://nas.home.arpa/}}",
            "10.0.0.7",
            vec![],
        ),
    ] {
        let record = format!("name: NAS, type: A, value: {value}");
        assert_eq!(
            said(&lab(of, more), OWN, &[&record]),
            expected,
            "{of} {more} {value}"
        );
    }
}

/// A container in a `macvlan` network has its address among the machines: a network may ask it for names, and a record that leads to it leads to
/// something that is declared.
#[test]
fn a_container_with_an_address_of_its_own_is_somebody() {
    let lab = |address: &str| {
        format!(
            "format: 1
lab: x
networks: {{lan: {{subnet: 10.0.0.0/24, dns: [10.0.0.53]}}}}
hosts: {{h: {{addresses: {{lan: 10.0.0.2}}, hardware: {{nics: {{eth0: {{network: lan}}}}}}}}}}
stacks: {{dns: {{file: dns.yaml, on: h}}}}
dns: {{home.arpa: {{kind: authoritative, records: [{{name: h, type: A, value: 10.0.0.53}}]}}}}
# file: dns.yaml
services: {{dns: {{image: 'own/dns:1', networks: {{house: {{ipv4_address: {address}}}}}}}}}
networks: {{house: {{driver: macvlan, driver_opts: {{parent: eth0}}, ipam: {{config: [{{subnet: 10.0.0.0/24}}]}}}}}}
"
        )
    };
    let said = |address: &str| {
        let (found, _) = check(&lab(address), None);
        let of = found.into_iter().filter(|d| d.code == "net-dns-address");
        of.map(|d| {
            let label = d.primary.map(|p| p.text).unwrap_or_default();
            format!("{:?}: {}: {label}", d.severity, d.message)
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(
        said("10.0.0.53"),
        [
            "Info: 'h' in DNS zone 'home.arpa' is 10.0.0.53, and host 'h' is 10.0.0.2: of container 'dns' of stack 'dns'"
        ]
    );
    assert_eq!(said("10.0.0.54").len(), 2, "{:?}", said("10.0.0.54"));
}
