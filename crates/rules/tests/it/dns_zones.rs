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

/// The same name, relative and whole.
#[test]
fn one_name_in_two_spellings() {
    let twice = "Warning: the CNAME record of 'tv' in DNS zone 'home.arpa' stands there twice";
    for (other, expected) in [
        ("nas", vec![twice]),
        ("NAS.home.arpa.", vec![twice]),
        ("nas.home.arpa", vec![twice]),
        (
            "nas.example.org.",
            vec![
                "Error: 'tv' in DNS zone 'home.arpa' is another name for 'nas', and has a record of type CNAME beside it",
            ],
        ),
    ] {
        let records = [
            "name: nas, type: A, value: 10.0.0.1",
            "name: tv, type: CNAME, value: nas",
            &format!("name: tv.home.arpa., type: CNAME, value: {other}"),
        ];
        assert_eq!(said("", OWN, &records), expected, "{other}");
    }
    let six = [
        "name: nas, type: AAAA, value: 'fd00::5'",
        "name: nas, type: AAAA, value: 'FD00:0::5'",
    ];
    assert_eq!(
        said("", OWN, &six),
        ["Warning: the AAAA record of 'nas' in DNS zone 'home.arpa' stands there twice"]
    );
}

/// Names behind numbers, names of servers and names of addresses.
#[test]
fn targets_of_other_records() {
    let gone = |kind: &str, owner: &str, leads: &str| {
        format!(
            "Warning: the {kind} record of '{owner}' in DNS zone 'home.arpa' leads to '{leads}', which is not there"
        )
    };
    let alias = |kind: &str, owner: &str| {
        format!(
            "Error: the {kind} record of '{owner}' in DNS zone 'home.arpa' leads to 'post', which is another name for 'mail'"
        )
    };
    for (record, expected) in [
        ("name: '@', type: MX, value: 10 mail", vec![]),
        ("name: '@', type: MX, value: 10 mail.home.arpa.", vec![]),
        ("name: '@', type: MX, value: 10 mx.example.org.", vec![]),
        ("name: '@', type: MX, value: 0 .", vec![]),
        ("name: '@', type: MX, value: 10 mial", vec![gone("MX", "@", "mial")]),
        ("name: '@', type: MX, value: 10 mial.home.arpa.", vec![gone("MX", "@", "mial")]),
        ("name: '@', type: MX, value: 10 post", vec![alias("MX", "@")]),
        ("name: '@', type: NS, value: post.home.arpa.", vec![alias("NS", "@")]),
        ("name: '@', type: NS, value: ns2", vec![gone("NS", "@", "ns2")]),
        (
            "name: _sip._udp, type: SRV, value: 0 5 5060 post",
            vec![alias("SRV", "_sip._udp")],
        ),
        (
            "name: _sip._udp, type: SRV, value: 0 5 5060 pbx",
            vec![gone("SRV", "_sip._udp", "pbx")],
        ),
        (
            "name: '@', type: MX, value: 10 note",
            vec!["Warning: the MX record of '@' in DNS zone 'home.arpa' leads to 'note', which has no address".to_owned()],
        ),
        (
            "name: '@', type: MX, value: 10 10.0.0.1",
            vec!["Error: the MX record of '@' in DNS zone 'home.arpa' leads to 10.0.0.1, and a name belongs there".to_owned()],
        ),
        (
            "name: x, type: CNAME, value: 10.0.0.1",
            vec!["Error: the CNAME record of 'x' in DNS zone 'home.arpa' leads to 10.0.0.1, and a name belongs there".to_owned()],
        ),
    ] {
        let records = [
            "name: mail, type: A, value: 10.0.0.1",
            "name: post, type: CNAME, value: mail",
            "name: note, type: TXT, value: x",
            record,
        ];
        assert_eq!(said("", OWN, &records), expected, "{record}");
    }
}

/// A value leads into another zone of the lab.
#[test]
fn targets_in_other_zones() {
    let of = |more: &str, record: &str| {
        let lab = format!(
            "dns:
  0.0.10.in-addr.arpa: {{kind: authoritative, records: [{{name: '5', type: PTR, value: {record}}}]}}
  home.arpa: {{{more}records: [{{name: nas, type: A, value: 10.0.0.5}}, {{name: tv, type: A, value: 10.0.0.9}}]}}"
        );
        let (found, _) = check(&format!("format: 1\nlab: x\n{lab}"), None);
        let of = found.into_iter().filter(|d| d.code == "net-dns-record");
        of.map(|d| format!("{:?}: {}", d.severity, d.message))
            .collect::<Vec<_>>()
    };
    let own = "kind: authoritative, ";
    assert_eq!(of(own, "nas.home.arpa."), [""; 0]);
    assert_eq!(
        of(own, "nsa.home.arpa."),
        [
            "Warning: the PTR record of '5' in DNS zone '0.0.10.in-addr.arpa' leads to 'nsa.home.arpa', which is not there"
        ]
    );
    assert_eq!(
        of("", "nsa.home.arpa."),
        [
            "Info: unknown: whether there is 'nsa.home.arpa', to which the PTR record of '5' in DNS zone '0.0.10.in-addr.arpa' leads"
        ]
    );
    assert_eq!(
        of(own, "tv.home.arpa."),
        [
            "Warning: 10.0.0.5 is called 'tv.home.arpa' by DNS zone '0.0.10.in-addr.arpa', and that name has the address 10.0.0.9"
        ]
    );
    assert_eq!(of(own, "nas.example.org."), [""; 0]);
}

/// A machine that moved to another network, and a record that did not.
#[test]
fn records_of_machines_that_moved() {
    let lab = |networks: &str| {
        format!(
            "networks: {{lan: {{subnet: 10.0.0.0/24}}{networks}}}\nhosts: {{nas: {{addresses: {{lan: 10.0.0.9}}}}, web: {{addresses: {{lan: 10.0.0.7}}}}}}"
        )
    };
    let old = ", old: {subnet: 10.7.0.0/24}";
    let nobody = "Warning: 'nas' in DNS zone 'home.arpa' is 10.7.0.9, and host 'nas' is 10.0.0.9";
    let nowhere =
        "Warning: 'nas' in DNS zone 'home.arpa' is 10.7.0.9, which is in no network of the lab";
    let printer =
        "Warning: 'printer' in DNS zone 'home.arpa' is 10.7.0.9, which is in no network of the lab";
    let open = "Info: unknown: whether 10.7.0.9, to which 'nas' in DNS zone 'home.arpa' leads, is in a network of the lab";
    for (networks, record, expected) in [
        (old, "name: nas, type: A, value: 10.7.0.9", vec![nobody]),
        ("", "name: nas, type: A, value: 10.7.0.9", vec![nowhere]),
        (
            ", old: {vlan: 7}",
            "name: nas, type: A, value: 10.7.0.9",
            vec![open],
        ),
        ("", "name: printer, type: A, value: 10.7.0.9", vec![printer]),
        // Of nobody who is declared, in a network that is.
        (
            "",
            "name: printer, type: A, value: 10.0.0.200",
            vec![
                "Info: 'printer' in DNS zone 'home.arpa' is 10.0.0.200, and nothing declared has that address",
            ],
        ),
        // A tunnel of Tailscale, and the internet.
        ("", "name: nas, type: A, value: 100.100.3.4", vec![]),
        ("", "name: nas, type: A, value: 203.0.113.5", vec![]),
        // Networks of version 6 are not declared.
        ("", "name: nas, type: AAAA, value: 'fd00::9'", vec![]),
    ] {
        assert_eq!(
            said(&lab(networks), OWN, &[record]),
            expected,
            "{networks} {record}"
        );
    }
}
