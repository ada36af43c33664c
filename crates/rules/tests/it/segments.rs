//! Networks, zones and tunnels: what meets, what is said, and what is not known.

use crate::support::check;

/// Whether each finding of a rule is one that is unknown.
fn of(rule: &str, text: &str) -> Vec<String> {
    let (findings, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
    let own = findings.into_iter().filter(|d| d.code == rule);
    own.map(|d| d.message).collect()
}

const ZONES: &str = "zones: {iot: low, lan: medium}
networks:
  cams: {subnet: 10.1.0.0/24, zone: iot}
  tvs: {subnet: 10.2.0.0/24, zone: iot}
  lan: {subnet: 10.3.0.0/24, zone: lan}
flows:
  - {from: zone/lan, to: zone/iot, ports: any, action: deny}
";

#[test]
fn what_is_said_of_a_network_is_not_said_of_its_zone() {
    let of = |flows: &str| of("net-matrix", &format!("{ZONES}{flows}"));
    let silent = ["nothing says whether zone 'iot' may reach 'lan'"];
    assert_eq!(
        of("  - {from: network/cams, to: zone/lan, ports: any, action: deny}\n"),
        silent
    );
    let both = "  - {from: network/cams, to: zone/lan, ports: any, action: deny}
  - {from: network/tvs, to: zone/lan, ports: 80/tcp, action: deny}\n";
    assert!(of(both).is_empty());
    assert_eq!(
        of("  - {from: zone/iot, to: zone/lan, ports: any, action: unknown}\n"),
        ["unknown: whether zone 'iot' may reach 'lan'"]
    );
    assert!(of("  - {from: zone/iot, to: any, ports: 22/tcp, action: allow, why: x}\n").is_empty());
}

#[test]
fn peers_and_endpoints_of_tunnels() {
    let two = "hosts:
  gw:
    wireguard:
      wg0: {peers: {one: {key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=, allowed: [10.9.0.0/24]}}}
      WG: {peers: {two: {key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, allowed: [10.9.0.0/24]}}}
";
    assert!(of("net-overlap", &two.replace("WG", "wg1")).is_empty());
    let one = "hosts:
  gw:
    wireguard:
      wg0:
        peers:
          one: {key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=, allowed: [10.9.0.0/24]}
          two: {key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, allowed: [10.9.0.0/24]}
";
    assert_eq!(of("net-overlap", one).len(), 1);
    let near = |lan: &str| {
        let text = format!(
            "hosts:
  laptop:
    addresses: {{lan: 10.0.0.5}}
    wireguard:
      wg0: {{peers: {{home: {{key: TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=, allowed: [10.0.0.0/8], endpoint: '10.0.{lan}.1:51820'}}}}}}
networks: {{lan: {{subnet: 10.0.0.0/24, gateway: 10.0.0.1}}}}"
        );
        of("net-overlap", &text)
    };
    assert!(near("0").is_empty());
    let through = ["host 'laptop': the tunnel to peer 'home' of 'wg0' leads through itself"];
    assert_eq!(near("7"), through);
}

#[test]
fn a_number_of_a_vlan_is_taken_at_its_site() {
    let of = |second: &str| {
        let text = format!(
            "sites: {{home: , cabin: }}
hosts: {{nas: {{site: home, addresses: {{h: 10.1.0.2}}}}, pi: {{site: {second}, addresses: {{c: 10.2.0.2}}}}}}
networks: {{h: {{vlan: 10, subnet: 10.1.0.0/24}}, c: {{vlan: 10, subnet: 10.2.0.0/24}}}}"
        );
        of("net-overlap", &text)
    };
    assert!(of("cabin").is_empty());
    assert_eq!(of("home"), ["networks 'c' and 'h' are both VLAN 10"]);
    // A machine of which nobody said where it stands may be at the other site.
    let text = "sites: {home: , cabin: }
hosts: {nas: {site: home, addresses: {h: 10.1.0.2}}, pi: {site: cabin, addresses: {c: 10.2.0.2}}, tv: {addresses: {h: 10.1.0.3}}}
networks: {h: {vlan: 10, subnet: 10.1.0.0/24}, c: {vlan: 10, subnet: 10.2.0.0/24}}";
    let (found, _) = crate::support::check(&format!("format: 1\nlab: x\n{text}\n"), None);
    let told: Vec<_> = found
        .iter()
        .filter(|d| d.code == "net-overlap")
        .map(|d| (d.unknown, d.message.as_str(), d.help.concat()))
        .collect();
    assert_eq!(
        told,
        [(
            true,
            "unknown: whether networks 'c' and 'h' have VLAN 10 at one site",
            "write the 'site' of host 'tv', and of every other machine in the two".to_owned()
        )]
    );
}

#[test]
fn guests_of_a_cluster_and_devices_stand_somewhere_too() {
    let of = |site: &str, member: &str| {
        let text = format!(
            "sites: {{home: , cabin: }}
hosts: {{pve: {{site: home}}, pi: {{site: cabin}}}}
clusters: {{c: {{kind: proxmox, members: [{member}]}}}}
guests: {{vm: {{kind: vm, on: c, addresses: {{g: 10.1.0.2}}}}}}
devices: {{ap: {{kind: access-point, site: {site}, addresses: {{d: 10.2.0.2}}}}}}
networks: {{g: {{vlan: 10, subnet: 10.1.0.0/24}}, d: {{vlan: 10, subnet: 10.2.0.0/24}}}}"
        );
        of("net-overlap", &text)
    };
    assert!(of("cabin", "pve").is_empty());
    for (site, member) in [("home", "pve"), ("home", "pve, pi"), ("unknown", "pve")] {
        assert_eq!(of(site, member).len(), 1, "{site} {member}");
    }
}

#[test]
fn what_is_not_known_of_a_pair_of_zones_is_not_called_said() {
    let text = "zones: {iot: low, lan: medium, dmz: low}
networks:
  tvs: {subnet: 10.2.0.0/24, zone: iot}
  lan: {subnet: 10.3.0.0/24, zone: lan}
  dmz: {subnet: 10.4.0.0/24, zone: dmz}
flows:
  - {from: zone/lan, to: any, ports: any, action: deny}
  - {from: zone/dmz, to: any, ports: any, action: deny}
  - {from: zone/iot, to: network/lan, ports: any, action: unknown}
";
    let (findings, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
    let own = findings.iter().filter(|d| d.code == "net-matrix");
    let all: Vec<String> = own.map(|d| format!("{d:?}")).collect();
    let sum = "pairs that begin here: 2 = 0 said + 1 unknown + 1 silent";
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(all.iter().any(|d| d.contains(sum)), "{all:#?}");
}

#[test]
fn a_tunnel_is_not_told_by_an_exposure_of_something_else() {
    let of = |from: &str| {
        let text = format!(
            "networks: {{lan: {{subnet: 10.0.0.0/24}}, far: {{subnet: 10.8.0.0/24, kind: vpn}}}}
hosts: {{nas: {{addresses: {{lan: 10.0.0.2}}, packages: [tailscale], exposures: [{{port: 22, from: {from}, why: x}}]}}}}"
        );
        of("net-tunnel", &text)
    };
    let told =
        ["host 'nas' has a tunnel (Tailscale), and no exposure says what is reached through it"];
    assert_eq!(of("lan"), told);
    assert!(of("far").is_empty());
    let guest = "hosts: {pve: }\nguests: {ct: {kind: vm, on: pve, packages: [tailscale]}}";
    assert_eq!(
        self::of("net-tunnel", guest),
        ["guest 'ct' has a tunnel (Tailscale), and no exposure says what is reached through it"]
    );
}

const LAN: &str =
    "networks: {lan: {subnet: 192.168.7.0/24, gateway: 192.168.7.1, dns: [192.168.7.53]}}";

#[test]
fn a_name_server_can_be_a_container_or_a_machine_without_a_known_address() {
    let lab = |active: &str| {
        format!(
            "hosts: {{nas: {{addresses: {{lan: 192.168.7.2}}, hardware: {{nics: {{eth0: {{network: lan}}}}}}}}}}
{LAN}
stacks: {{dns: {{file: dns.yaml, on: nas}}}}
# file: dns.yaml
services: {{pihole: {{image: 'pihole/pihole:1'{active}, networks: {{lan: {{ipv4_address: 192.168.7.53}}}}}}}}
networks: {{lan: {{driver: macvlan, driver_opts: {{parent: eth0}}, ipam: {{config: [{{subnet: 192.168.7.0/24, gateway: 192.168.7.1}}]}}}}}}"
        )
    };
    assert!(of("net-dns-address", &lab("")).is_empty());
    assert_eq!(of("net-dns-address", &lab(", scale: 0")).len(), 1);
    let open = format!("hosts: {{nas: {{addresses: {{lan: unknown}}}}}}\n{LAN}");
    assert_eq!(
        of("net-dns-address", &open),
        ["unknown: whether 192.168.7.53, the name server that network 'lan' asks, is host 'nas'"]
    );
}

#[test]
fn containers_that_do_not_start_and_networks_behind_their_host_share_no_address() {
    let scaled = "hosts: {nas: }
stacks: {web: {file: w.yaml, on: nas}}
# file: w.yaml
services:
  web: {image: 'web:1', networks: {lan: {ipv4_address: 10.5.0.9}}}
  old: {image: 'web:1', scale: COUNT, networks: {lan: {ipv4_address: 10.5.0.9}}}
networks: {lan: {ipam: {config: [{subnet: 10.5.0.0/24}]}}}";
    assert!(of("net-container-address", &scaled.replace("COUNT", "0")).is_empty());
    assert_eq!(
        of("net-container-address", &scaled.replace("COUNT", "1")).len(),
        1
    );
    let routed = "hosts: {nas: {addresses: {lan: 192.168.7.2}, hardware: {nics: {eth0: {network: lan}}}}}
networks: {lan: {subnet: 192.168.7.0/24, gateway: 192.168.7.1}}
stacks: {web: {file: w.yaml, on: nas}}
# file: w.yaml
services: {web: {image: 'web:1', networks: {l3: {ipv4_address: 10.50.0.5}}}}
networks: {l3: {driver: ipvlan, driver_opts: {parent: eth0, ipvlan_mode: MODE}, ipam: {config: [{subnet: 10.50.0.0/24}]}}}";
    assert!(of("net-container-address", &routed.replace("MODE", "l3")).is_empty());
    assert_eq!(
        of("net-container-address", &routed.replace("MODE", "l2")).len(),
        1
    );
}

/// One subnet is declared of each network, so a segment with addresses of both versions is two of them.
#[test]
fn a_segment_with_both_versions_is_one_vlan() {
    let of = |more: &str, subnet: &str| {
        of(
            "net-overlap",
            &format!(
                "zones: {{a: low, b: low}}
networks: {{v4: {{vlan: 10, zone: a, subnet: 10.1.0.0/24}}, v6: {{vlan: 10{more}, subnet: '{subnet}'}}}}"
            ),
        )
        .len()
    };
    assert_eq!(of("", "fd00:10::/64"), 0);
    assert_eq!(of(", zone: a", "fd00:10::/64"), 0);
    assert_eq!(of(", zone: b", "fd00:10::/64"), 1);
    assert_eq!(of(", zone: a", "10.2.0.0/24"), 1);
    let third = |subnet: &str| of(", subnet: 'fd00:10::/64'}, more: {vlan: 10", subnet);
    assert_eq!(third("2a02:8100:0:10::/64"), 0);
    assert_eq!(third("fd00:11::/64"), 1);
}

/// It says nothing of a router of the provider: `net-gw` tells it.
#[test]
fn a_gateway_that_no_machine_can_have_is_no_second_translation() {
    let lab = |gateway: &str| {
        format!(
            "networks:
  lan: {{subnet: 10.3.0.0/24, gateway: {gateway}}}
  iot: {{subnet: 10.4.0.0/24, gateway: 10.4.0.1}}
devices: {{router: {{kind: router, addresses: {{lan: 10.3.0.2, iot: 10.4.0.1}}}}}}
"
        )
    };
    for gateway in ["10.3.0.0", "10.3.0.255"] {
        assert_eq!(of("net-double-nat", &lab(gateway)), [""; 0], "{gateway}");
        let told = of("net-gw", &lab(gateway));
        assert!(told[0].contains("which no machine can have"), "{told:?}");
    }
    // One that a machine can have may be the provider's.
    assert_eq!(of("net-double-nat", &lab("10.3.0.1")).len(), 1);
}
