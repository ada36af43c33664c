//! Networks that containers share with machines, or with other stacks: what of their addresses cannot be.

use crate::support::check;

/// What the rules on addresses say, with its severity.
fn said(text: &str) -> Vec<String> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{text}\n"), None);
    let codes = ["net-container-address", "net-overlap"];
    let of = found
        .into_iter()
        .filter(|d| codes.contains(&d.code.as_str()));
    of.map(|d| {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
        format!("{:?}: {}", d.severity, d.message)
    })
    .collect()
}

const LAN: &str = "networks: {lan: {subnet: 192.168.7.0/24, gateway: 192.168.7.254}, iot: {vlan: 20, subnet: 192.168.20.0/24}}
hosts: {nas: {addresses: {lan: 192.168.7.2}}}";

/// A stack with one container in one network.
fn stack(on: &str, member: &str, network: &str) -> String {
    format!(
        "{LAN}
stacks: {{one: {{file: one.yaml{on}}}}}
# file: one.yaml
services: {{a: {{image: 'x:1', networks: {{n: {{{member}}}}}}}}}
networks: {{n: {{{network}}}}}"
    )
}

fn mac(config: &str) -> String {
    format!("driver: macvlan, ipam: {{config: [{{subnet: 192.168.7.0/24{config}}}]}}")
}

#[test]
fn a_shared_network_is_known_wherever_its_stack_runs() {
    let taken = "Error: container 'a' of stack 'one' and host 'nas' have one address in network 'lan': 192.168.7.2";
    let gateway = ", gateway: 192.168.7.254";
    for on in ["", ", on: nas"] {
        let of = |address: &str| {
            let member = format!("ipv4_address: {address}");
            said(&stack(on, &member, &mac(gateway)))
        };
        assert_eq!(of("192.168.7.2"), [taken], "{on}");
        assert_eq!(of("192.168.7.3"), [""; 0], "{on}");
    }
    // By the number of the VLAN alone.
    let vlan = "driver: ipvlan, driver_opts: {parent: eth0.20}, ipam: {config: [{subnet: 192.168.20.0/24}]}";
    let lab = stack("", "ipv4_address: 192.168.20.9", vlan).replace(
        "hosts: {nas: {addresses: {",
        "hosts: {nas: {addresses: {iot: 192.168.20.9, ",
    );
    assert_eq!(
        said(&lab),
        [
            "Error: container 'a' of stack 'one' and host 'nas' have one address in network 'iot': 192.168.20.9"
        ]
    );
}

#[test]
fn the_road_out_of_a_shared_network() {
    let first = "Warning: containers of network 'n' of stack 'one' send what leaves 'lan' to 192.168.7.1, and its gateway is 192.168.7.254";
    let of = |config: &str| {
        said(&stack(
            ", on: nas",
            "ipv4_address: 192.168.7.9",
            &mac(config),
        ))
    };
    assert_eq!(of(""), [first]);
    assert_eq!(of(", gateway: 192.168.7.1"), [first]);
    assert_eq!(of(", gateway: 192.168.7.254"), [""; 0]);
    // Another machine that leads out.
    assert_eq!(of(", gateway: 192.168.7.2"), [""; 0]);
    let strange =
        "driver: macvlan, driver_opts: {parent: eth0.20}, ipam: {config: [{subnet: 10.9.0.0/24}]}";
    assert_eq!(
        said(&stack(", on: nas", "", strange)),
        [
            "Error: network 'n' of stack 'one' is one with network 'iot', and gives out 10.9.0.0/24 instead of 192.168.20.0/24"
        ]
    );
}

#[test]
fn kept_addresses() {
    let of = |member: &str, aux: &str| {
        let config =
            format!(", gateway: 192.168.7.254, ip_range: 192.168.7.0/29, aux_addresses: {{{aux}}}");
        said(&stack(", on: nas", member, &mac(&config)))
    };
    let given = "Warning: Docker gives container 'a' of stack 'one' any address of 192.168.7.0/29 in network 'lan', among them 192.168.7.2, which host 'nas' has";
    assert_eq!(of("", ""), [given]);
    assert_eq!(of("", "nas: 192.168.7.2"), [""; 0]);
    assert_eq!(
        of("ipv4_address: 192.168.7.5", "tv: 192.168.7.5"),
        [
            "Error: the address 192.168.7.5 of container 'a' of stack 'one' is kept for 'tv' in network 'n'"
        ]
    );
    assert_eq!(
        of("ipv4_address: 192.168.7.9", "tv: 192.168.8.5"),
        [
            "Error: the kept address, 192.168.8.5, of network 'n' of stack 'one' is outside of its subnet, 192.168.7.0/24"
        ]
    );
}

#[test]
fn pools_that_contradict_themselves() {
    let of = |config: &str| {
        let network = format!("ipam: {{config: [{{{config}}}]}}");
        said(&stack(", on: nas", "", &network))
    };
    assert_eq!(
        of("subnet: 10.5.0.0/24, gateway: 10.5.0.1, ip_range: 10.5.0.128/25"),
        [""; 0]
    );
    for (config, expected) in [
        (
            "subnet: 10.5.0.0/24, gateway: 10.6.0.1",
            "Error: the gateway, 10.6.0.1, of network 'n' of stack 'one' is outside of its subnet, 10.5.0.0/24",
        ),
        (
            "subnet: 10.5.0.0/24, ip_range: 10.5.0.0/16",
            "Error: 'ip_range', 10.5.0.0/16, of network 'n' of stack 'one' is outside of its subnet, 10.5.0.0/24",
        ),
        (
            "subnet: 10.5.0.7/24",
            "Error: the subnet 10.5.0.7/24 of network 'n' of stack 'one' has bits set behind its prefix",
        ),
        (
            "subnet: 'fd00:5::/64'",
            "Warning: network 'n' of stack 'one' has the subnet fd00:5::/64 and does not turn IPv6 on",
        ),
    ] {
        assert_eq!(of(config), [expected], "{config}");
    }
}

#[test]
fn pools_of_version_6() {
    let of = |member: &str, subnet: &str| {
        let network = format!("enable_ipv6: true, ipam: {{config: [{{subnet: '{subnet}'}}]}}");
        let lab = stack(", on: nas", member, &network);
        said(&lab.replace(
            "networks: {lan:",
            "networks: {six: {subnet: 'fd00:7::/64'}, lan:",
        ))
    };
    assert_eq!(of("ipv6_address: 'fd00:9::5'", "fd00:9::/64"), [""; 0]);
    assert_eq!(
        of("ipv6_address: 'fd00:8::5'", "fd00:9::/64"),
        [
            "Error: the address fd00:8::5 of container 'a' of stack 'one' is outside of network 'n', fd00:9::/64"
        ]
    );
    assert_eq!(
        of("", "fd00:7::/48"),
        ["Error: network 'n' of stack 'one' and network 'six' have addresses in common"]
    );
}

/// A network that another stack makes, or that the lab declares.
#[test]
fn external_networks() {
    let of = |networks: &str, two: &str, address: &str, made: &str| {
        said(&format!(
            "hosts: {{nas: , pve: }}
networks: {{{networks}}}
stacks: {{one: {{file: one.yaml, on: nas}}, two: {{file: two.yaml{two}}}}}
# file: one.yaml
services: {{a: {{image: 'x:1', networks: {{proxy: {{ipv4_address: {address}}}}}}}}}
networks: {{proxy: {{external: true}}}}
# file: two.yaml
services: {{b: {{image: 'x:1', networks: [p]}}}}
networks: {{p: {{{made}}}}}"
        ))
    };
    let made = "name: proxy, ipam: {config: [{subnet: 10.5.0.0/24}]}";
    let outside = [
        "Error: the address 10.6.0.7 of container 'a' of stack 'one' is outside of network 'proxy', 10.5.0.0/24",
    ];
    assert_eq!(of("", ", on: nas", "10.6.0.7", made), outside);
    assert_eq!(of("", "", "10.6.0.7", made), outside);
    assert_eq!(of("", ", on: nas", "10.5.0.7", made), [""; 0]);
    // One of that name on another machine is another one.
    assert_eq!(of("", ", on: pve", "10.6.0.7", made), [""; 0]);
    let bare = "name: proxy";
    let no_subnet = [
        "Error: container 'a' of stack 'one' has the fixed address 10.6.0.7 in network 'proxy', which is given no subnet of IPv4",
    ];
    assert_eq!(of("", ", on: nas", "10.6.0.7", bare), no_subnet);
    let declared = "proxy: {kind: docker, on: nas, subnet: 10.5.0.0/24, gateway: 10.5.0.1}";
    let other = "name: other";
    assert_eq!(of(declared, ", on: nas", "10.6.0.7", other), outside);
    assert_eq!(of(declared, ", on: nas", "10.5.0.7", other), [""; 0]);
    assert_eq!(
        of(declared, ", on: nas", "10.5.0.1", other),
        [
            "Error: the address 10.5.0.1 of container 'a' of stack 'one' is that of the gateway of network 'proxy'"
        ]
    );
    assert_eq!(
        of(
            &declared.replace("on: nas", "on: pve"),
            ", on: nas",
            "10.6.0.7",
            other
        ),
        [""; 0]
    );
}

/// Whether a bridge of a stack meets one that is declared is unknown while nobody says where it runs.
#[test]
fn a_stack_that_may_run_beside_a_declared_bridge() {
    let of = |declared: &str, on: &str| {
        let lab = stack(on, "", "ipam: {config: [{subnet: 10.5.0.0/24}]}");
        said(&lab.replace(
            "networks: {lan:",
            &format!("networks: {{media: {{kind: docker{declared}}}, lan:"),
        ))
    };
    let unknown = [
        "Info: unknown: whether network 'n' of stack 'one' and network 'media' are on one machine, with addresses in common",
    ];
    assert_eq!(of(", on: nas, subnet: 10.5.0.0/16", ""), unknown);
    assert_eq!(of(", subnet: 10.5.0.0/16", ", on: nas"), unknown);
    assert_eq!(of(", on: nas, subnet: 10.5.0.0/24", ""), [""; 0]);
    assert_eq!(of(", on: nas, subnet: 10.5.0.0/16", ", on: nas").len(), 1);
}
