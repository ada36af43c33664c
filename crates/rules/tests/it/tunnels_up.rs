//! Tunnels of WireGuard that cannot come up, or that nobody can reach.

use crate::support::check;

const OWN: &str = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
const OTHER: &str = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";
const THIRD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// What `net-wireguard` says of a host, with its severity.
fn said(host: &str) -> Vec<String> {
    let (found, _) = check(
        &format!("format: 1\nlab: x\nhosts: {{gw: {{{host}}}}}\n"),
        None,
    );
    let of = found.into_iter().filter(|d| d.code == "net-wireguard");
    of.map(|d| {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
        format!("{:?}: {}", d.severity, d.message)
    })
    .collect()
}

/// What of a port is told by the rule on ports, where a stack publishes one and `gw` has a tunnel on it.
#[test]
fn a_tunnel_takes_its_port() {
    let said = |compose: &str, more: &str| {
        let lab = format!(
            "format: 1\nlab: x\nhosts: {{gw: {{wireguard: {{wg0: {{port: 51820}}}}}}}}\nstacks: {{s: {{on: gw, file: s.yaml}}}}\n{more}\n# file: s.yaml\nservices: {{game: {{image: x, {compose}}}}}\n"
        );
        let (found, _) = check(&lab, None);
        let of = found.into_iter().filter(|d| d.code == "cmp-dup-key");
        of.map(|d| d.message).collect::<Vec<_>>()
    };
    assert_eq!(
        said("ports: ['51820:9/udp']", ""),
        [
            "port 51820/udp of one machine: container 'game' of stack 's' and WireGuard interface 'wg0' are both declared to listen there"
        ]
    );
    for free in ["ports: ['51820:9/tcp']", "ports: ['51821:51820/udp']"] {
        assert_eq!(said(free, ""), [""; 0], "{free}");
    }
    // The container that brings the tunnel up, and the service that is one.
    assert_eq!(
        said("cap_add: [NET_ADMIN], ports: ['51820:51820/udp']", ""),
        [""; 0]
    );
    let vpn = "services: {vpn: {runs: {host: gw}, exposures: [{port: 51820/udp, from: internet}]}}";
    assert_eq!(said("tty: true", vpn), [""; 0]);
}

#[test]
fn one_port_for_two() {
    let two = |one: &str, other: &str| {
        said(&format!(
            "wireguard: {{wg0: {{port: {one}}}, wg1: {{port: {other}}}}}"
        ))
    };
    assert_eq!(
        two("51820", "51820/udp"),
        ["Error: interfaces 'wg0' and 'wg1' of host 'gw' listen on one UDP port, 51820"]
    );
    assert_eq!(two("51820", "51821"), [""; 0]);
}

#[test]
fn one_key_for_two() {
    let two = |one: &str, other: &str| {
        said(&format!(
            "wireguard: {{wg0: {{key: {OWN}, peers: {{a: {{key: {one}}}}}}}, wg1: {{key: {THIRD}, peers: {{b: {{key: {other}}}, c: {{key: {OTHER}}}}}}}}}"
        ))
    };
    let free = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
    assert_eq!(two(OTHER, free), [""; 0]);
    assert_eq!(
        two(OTHER, OTHER),
        ["Error: peers 'b' and 'c' of 'wg1' of host 'gw' have one key"]
    );
    assert_eq!(
        two(OTHER, THIRD),
        ["Error: peer 'b' of 'wg1' of host 'gw' has the key of the machine's own interface 'wg1'"]
    );
    assert_eq!(
        two(THIRD, free),
        [
            "Warning: peer 'a' of 'wg0' of host 'gw' has the key of the machine's own interface 'wg1'"
        ]
    );
}

#[test]
fn a_firewall_before_the_peers() {
    let shut =
        "Warning: 'wg0' of host 'gw' listens on port 51820/udp, which its firewall does not let in";
    let open = "Info: unknown: whether the firewall lets in that 'wg0' of host 'gw' listens on port 51820/udp";
    let dialled = format!("{{a: {{key: {OTHER}, endpoint: '192.0.2.7:51820'}}}}");
    let called =
        format!("{{a: {{key: {OTHER}, endpoint: '192.0.2.7:51820'}}, b: {{key: {THIRD}}}}}");
    for (about, peers, expected) in [
        ("firewall: {}", "{}", vec![shut]),
        ("firewall: {}", &dialled, vec![]),
        ("firewall: {}", &called, vec![shut]),
        (
            "firewall: {}, exposures: [{port: 51820/udp, from: any}]",
            "{}",
            vec![],
        ),
        (
            "firewall: {}, exposures: [{port: 51820/tcp, from: any}]",
            "{}",
            vec![
                "Warning: port 51820 of host 'gw' is declared open for TCP, and WireGuard interface 'wg0' listens there, on UDP alone",
            ],
        ),
        ("firewall: {rules: [udp dport 51820 accept]}", "{}", vec![]),
        (
            "firewall: {rules: [tcp dport 51820 accept]}",
            "{}",
            vec![shut],
        ),
        (
            "firewall: {rules: [udp dport 51820 drop]}",
            "{}",
            vec![shut],
        ),
        (
            "firewall: {rules: [ip saddr 10.0.0.0/8 accept]}",
            "{}",
            vec![open],
        ),
        (
            "firewall: {}, exposures: [{port: 51820/udp, from: loopback}]",
            "{}",
            vec![shut],
        ),
        (
            "firewall: {rules: ['udp dport { 53, 51800-51899 } accept']}",
            "{}",
            vec![],
        ),
        ("firewall: {rules: [udp dport 53 accept]}", "{}", vec![shut]),
        (
            "firewall: {rules: [udp dport @open accept]}",
            "{}",
            vec![open],
        ),
        (
            "firewall: {rules: [udp dport 51820 jump peers]}",
            "{}",
            vec![open],
        ),
        ("exposures: []", "{}", vec![]),
    ] {
        let host = format!("{about}, wireguard: {{wg0: {{port: 51820, peers: {peers}}}}}");
        assert_eq!(said(&host), expected, "{host}");
    }
}

/// What is said of a machine with a tunnel on port 51820, of whose ways in some are its own, and some those of a service there.
fn in_tcp(own: &str, service: &str, runs: &str) -> Vec<String> {
    let (found, _) = check(
        &format!(
            "format: 1\nlab: x\ndevices: {{edge: {{kind: router}}}}\nhosts: {{gw: {{firewall: {{}}, wireguard: {{wg0: {{port: 51820}}}}, exposures: [{own}]}}, other: }}\n\
             services: {{vpn: {{runs: {{host: {runs}}}, exposures: [{service}]}}}}\n"
        ),
        None,
    );
    let of = found.into_iter().filter(|d| d.code == "net-wireguard");
    of.map(|d| d.message).collect()
}

#[test]
fn a_tunnel_is_not_opened_by_tcp() {
    const TOLD: &str = "port 51820 of host 'gw' is declared open for TCP, and WireGuard interface 'wg0' listens there, on UDP alone";
    let (tcp, udp) = (
        "{port: 51820/tcp, from: any}",
        "{port: 51820/udp, from: any}",
    );
    // Without a protocol, TCP is meant.
    for own in [tcp, "{port: 51820, from: any}"] {
        assert_eq!(in_tcp(own, "", "gw"), [TOLD], "{own}");
    }
    assert_eq!(
        in_tcp("", "{port: 51820, from: internet, via: edge}", "gw").len(),
        2,
        "and the firewall"
    );
    assert!(in_tcp(&format!("{tcp}, {udp}"), "", "gw").is_empty());
    assert!(in_tcp(udp, "", "gw").is_empty());
    // Of another machine, or another port, it is nothing of the tunnel.
    for found in [
        in_tcp(udp, tcp, "other"),
        in_tcp(udp, "{port: 51821/tcp, from: any}", "gw"),
    ] {
        assert!(found.is_empty(), "{found:?}");
    }
}
