//! Addresses of Compose projects and tunnels that something else has.

use crate::support::check;

/// What `net-overlap` says, with its severity.
fn said(text: &str) -> Vec<String> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{text}\n"), None);
    let of = found.into_iter().filter(|d| d.code == "net-overlap");
    of.map(|d| {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
        format!("{:?}: {}", d.severity, d.message)
    })
    .collect()
}

/// Two stacks with one network each.
fn stacks(lab: &str, one: &str, other: &str) -> Vec<String> {
    let file = |what: &str| {
        format!("services: {{a: {{image: x, networks: [inner]}}}}\nnetworks: {{inner: {{{what}}}}}")
    };
    said(&format!(
        "networks: {{lan: {{subnet: 192.168.7.0/24}}}}\n{lab}\n# file: one.yaml\n{}\n# file: other.yaml\n{}",
        file(one),
        file(other)
    ))
}

const TOGETHER: &str = "hosts: {nas: , pve: }\nstacks: {one: {file: one.yaml, on: nas}, other: {file: other.yaml, on: nas}}";

fn ipam(subnet: &str) -> String {
    format!("ipam: {{config: [{{subnet: {subnet}}}]}}")
}

#[test]
fn networks_of_compose_projects() {
    let apart = TOGETHER.replace("other.yaml, on: nas", "other.yaml, on: pve");
    let nowhere = TOGETHER.replace("other.yaml, on: nas", "other.yaml");
    for (lab, one, other, expected) in [
        (TOGETHER, "10.5.0.0/24", "10.6.0.0/24", vec![]),
        (
            TOGETHER,
            "192.168.7.128/25",
            "10.6.0.0/24",
            vec![
                "Error: network 'inner' of stack 'one' and network 'lan' have addresses in common",
            ],
        ),
        (
            TOGETHER,
            "10.5.0.0/24",
            "10.5.0.0/16",
            vec![
                "Error: network 'inner' of stack 'one' and network 'inner' of stack 'other' have addresses in common, on one machine",
            ],
        ),
        (&apart, "10.5.0.0/24", "10.5.0.0/16", vec![]),
        (
            &nowhere,
            "10.5.0.0/24",
            "10.5.0.0/16",
            vec![
                "Info: unknown: whether network 'inner' of stack 'one' and network 'inner' of stack 'other' are on one machine, with addresses in common",
            ],
        ),
        (
            TOGETHER,
            "172.20.0.0/16",
            "10.5.0.0/16",
            vec![
                "Info: network 'inner' of stack 'one' is given 172.20.0.0/16, which Docker also gives out by itself",
            ],
        ),
        (TOGETHER, "172.32.0.0/16", "10.5.0.0/16", vec![]),
    ] {
        assert_eq!(
            stacks(lab, &ipam(one), &ipam(other)),
            expected,
            "{lab} {one} {other}"
        );
    }
    // A card of the host that a container shares is in the network of the host.
    let mac = format!("driver: macvlan, {}", ipam("192.168.7.0/24"));
    assert_eq!(stacks(TOGETHER, &mac, "external: true"), [""; 0]);
}

#[test]
fn what_is_declared_as_a_bridge_is_that_bridge() {
    let lab = TOGETHER.to_owned() + "\n";
    let declared = |network: &str| {
        let text = format!(
            "networks: {{media: {{{network}}}}}\n{lab}# file: one.yaml\nservices: {{a: {{image: x, networks: [media]}}}}\nnetworks: {{media: {{{}}}}}\n# file: other.yaml\nservices: {{a: {{image: x}}}}",
            ipam("10.5.0.0/24")
        );
        said(&text)
    };
    assert_eq!(
        declared("kind: docker, on: nas, subnet: 10.5.0.0/24"),
        [""; 0]
    );
    assert_eq!(
        declared("kind: docker, on: pve, subnet: 10.5.0.0/16"),
        [""; 0]
    );
    assert_eq!(
        declared("kind: docker, on: nas, subnet: 10.5.0.0/16").len(),
        1
    );
    assert_eq!(declared("kind: lan, subnet: 10.5.0.0/24").len(), 1);
}

/// Compose makes no network that no service is in.
#[test]
fn networks_that_are_not_made_have_no_addresses() {
    let of = |services: &str, network: &str| {
        said(&format!(
            "networks: {{lan: {{subnet: 192.168.7.0/24}}}}\nhosts: {{nas: }}\nstacks: {{one: {{file: one.yaml, on: nas}}}}\n# file: one.yaml\nservices: {{{services}}}\nnetworks: {{{network}: {{{}}}}}",
            ipam("192.168.7.0/25")
        ))
        .len()
    };
    for (services, network, count) in [
        ("a: {image: x}", "inner", 0),
        ("a: {image: x}", "default", 1),
        ("a: {image: x, network_mode: host}", "default", 0),
        ("a: {image: x, networks: [inner]}", "inner", 1),
        (
            "a: {image: x, networks: {inner: {}}}, b: {image: x}",
            "inner",
            1,
        ),
        (
            "a: {image: x}, b: {image: x, profiles: [p], networks: [inner]}",
            "inner",
            1,
        ),
    ] {
        assert_eq!(of(services, network), count, "{services} {network}");
    }
}

#[test]
fn two_networks_of_one_stack_keep_it_from_starting() {
    let note = |text: &str| -> Vec<String> {
        let (found, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
        let of = found.into_iter().filter(|d| d.code == "net-overlap");
        of.flat_map(|d| d.notes).collect()
    };
    let found = note(&format!(
        "hosts: {{nas: }}\nstacks: {{one: {{file: one.yaml, on: nas}}}}\n# file: one.yaml\nservices: {{a: {{image: x, networks: [b, c]}}}}\nnetworks: {{b: {{{0}}}, c: {{{0}}}}}",
        ipam("10.5.0.0/24")
    ));
    let whole = "the engine refuses to make the second: the stack does not start";
    assert!(found.iter().any(|n| n == whole), "{found:?}");
}

#[test]
fn docker_takes_what_its_machine_does_not_stand_in() {
    let lab = |address: &str| {
        said(&format!(
            "networks: {{iot: {{subnet: 172.19.0.0/24}}}}\nhosts: {{nas: {{addresses: {{{address}}}}}}}\nstacks: {{one: {{file: one.yaml, on: nas}}}}\n# file: one.yaml\nservices: {{a: {{image: x}}}}"
        ))
    };
    assert_eq!(lab("iot: 172.19.0.5"), [""; 0]);
    let found = lab("");
    assert_eq!(
        found,
        [
            "Info: network 'iot' has addresses that Docker on host 'nas' may take for its own networks"
        ]
    );
}

const KEY: &str = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
const OTHER: &str = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

/// A host with two peers.
fn tunnel(networks: &str, rest: &str, one: &str, other: &str) -> Vec<String> {
    said(&format!(
        "sites: {{home: }}\nnetworks: {{lan: {{subnet: 192.168.1.0/24}}, {networks}}}\nhosts:\n  nas: {{site: home, addresses: {{lan: 192.168.1.5}}, wireguard: {{wg0: {{peers: {{a: {{key: {KEY}, {one}}}, b: {{key: {OTHER}, {other}}}}}}}}}}}\n  pve: {{site: home, addresses: {{lan: 192.168.1.6}}}}\n{rest}"
    ))
}

#[test]
fn addresses_that_tunnels_are_allowed() {
    for (one, other, expected) in [
        ("allowed: [10.9.0.2]", "allowed: [10.9.0.3]", None),
        (
            "allowed: [10.9.0.2]",
            "allowed: [10.9.0.2/32]",
            Some(
                "Error: host 'nas': peer 'a' of 'wg0' and peer 'b' of 'wg0' are both allowed 10.9.0.2/32",
            ),
        ),
        ("allowed: [10.9.0.0/24]", "allowed: [10.9.0.2]", None),
        (
            "allowed: [192.168.1.0/24]",
            "allowed: []",
            Some(
                "Error: host 'nas' sends what is for all of network 'lan' through the tunnel to peer 'a' of 'wg0'",
            ),
        ),
        (
            "allowed: [192.168.1.201]",
            "allowed: []",
            Some(
                "Warning: host 'nas' sends what is for 192.168.1.201/32 of network 'lan' through the tunnel to peer 'a' of 'wg0'",
            ),
        ),
        // The route of the network itself is more exact.
        ("allowed: [192.168.0.0/16]", "allowed: []", None),
        (
            "allowed: [0.0.0.0/0], endpoint: '192.0.2.7:51820'",
            "allowed: []",
            None,
        ),
        (
            "allowed: [192.0.2.0/24], endpoint: '192.0.2.7:51820'",
            "allowed: []",
            Some("Error: host 'nas': the tunnel to peer 'a' of 'wg0' leads through itself"),
        ),
        (
            "allowed: ['2001:db8::/32'], endpoint: '[2001:db8::7]:51820'",
            "allowed: []",
            Some("Error: host 'nas': the tunnel to peer 'a' of 'wg0' leads through itself"),
        ),
    ] {
        let found = tunnel("", "", one, other);
        assert_eq!(found, Vec::from_iter(expected), "{one} {other}");
    }
}

#[test]
fn a_network_at_this_end_and_one_at_the_other() {
    let iot = "iot: {subnet: 192.168.30.0/24, vlan: 30}";
    let ask = |rest: &str| tunnel(iot, rest, "allowed: [192.168.30.0/24]", "allowed: []");
    // Somebody at the same site stands in it.
    let here = "  tv: {site: home, addresses: {iot: 192.168.30.9}}";
    let found = ask(here);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("for all of network 'iot' through the tunnel"),
        "{found:?}"
    );
    // It is at another site, or at the other end.
    assert_eq!(ask("  tv: {addresses: {iot: 192.168.30.9}}"), [""; 0]);
    let far =
        format!("  far: {{addresses: {{iot: 192.168.30.1}}, wireguard: {{wg0: {{key: {KEY}}}}}}}");
    assert_eq!(ask(&format!("{here}\n{far}")), [""; 0]);
}

#[test]
fn the_network_of_a_tunnel_is_no_network_that_it_cuts_off() {
    let ask = |kind: &str| {
        said(&format!(
            "networks: {{vpn: {{subnet: 10.9.0.0/24{kind}}}}}\nhosts: {{nas: {{addresses: {{vpn: 10.9.0.2}}, wireguard: {{wg0: {{peers: {{a: {{key: {KEY}, allowed: [10.9.0.0/24]}}}}}}}}}}}}"
        ))
    };
    assert_eq!(ask(", kind: vpn"), [""; 0]);
    assert!(ask(", kind: lan")[0].starts_with("Error: host 'nas' sends"));
    assert!(ask("")[0].starts_with("Info: unknown: whether network 'vpn'"));
}

#[test]
fn ranges_of_dhcp_at_the_ends_of_their_network() {
    let range = |subnet: &str, range: &str| {
        let found = said(&format!(
            "networks: {{lan: {{subnet: '{subnet}', dhcp: '{range}'}}}}"
        ));
        assert!(found.len() < 2, "{found:?}");
        let only = found.into_iter().next();
        only.map(|d| d.rsplit_once("can have: ").unwrap().1.to_owned())
    };
    let own = "10.0.0.0, that of the network itself";
    for (subnet, written, expected) in [
        ("10.0.0.0/24", "10.0.0.1-10.0.0.254", None),
        ("10.0.0.0/24", "10.0.0.0-10.0.0.99", Some(own)),
        (
            "10.0.0.0/24",
            "10.0.0.100-10.0.0.255",
            Some("10.0.0.255, that of all in it (broadcast)"),
        ),
        (
            "10.0.0.0/30",
            "10.0.0.0-10.0.0.3",
            Some(
                "10.0.0.0, that of the network itself, and 10.0.0.3, that of all in it (broadcast)",
            ),
        ),
        ("10.0.0.0/30", "10.0.0.1-10.0.0.2", None),
        ("10.0.0.0/31", "10.0.0.0-10.0.0.1", None),
        (
            "fd00::/64",
            "fd00::-fd00::99",
            Some("fd00::, that of any router in it"),
        ),
        ("fd00::/120", "fd00::80-fd00::ff", None),
    ] {
        assert_eq!(
            range(subnet, written).as_deref(),
            expected,
            "{written} of {subnet}"
        );
    }
}
