//! An OpenWrt router in a twin: the namespace that routes in its place is asked as the router would be, and tells what is declared.

use super::Up;
use super::backups::drift;

const TREE: &str = "
format: 1
lab: kelp
networks:
  home: {subnet: 192.168.10.0/24, gateway: 192.168.10.1, zone: trusted, dhcp: {range: 192.168.10.100-192.168.10.149, server: gw}}
  things: {subnet: 192.168.20.0/24, gateway: 192.168.20.1, zone: iot, dhcp: {range: 192.168.20.50-192.168.20.254, server: gw}}
  lab: {subnet: 192.168.30.0/24, gateway: 192.168.30.1}
zones: {trusted: high, iot: low}
hosts:
  pve1: {}
guests:
  nas: {kind: vm, on: pve1, addresses: {home: 192.168.10.20}}
devices:
  gw:
    kind: router
    addresses: {home: 192.168.10.1, things: 192.168.20.1, lab: 192.168.30.1}
    firmware: 23.05.5
    openwrt: {url: 'https://192.0.2.1', user: holdfast, password: {env: GW_PASSWORD}, fingerprint: 'FINGERPRINT'}
  ap:
    kind: access-point
    addresses: {home: 192.168.10.2}
    openwrt: {url: 'https://192.0.2.2', user: holdfast, password: {env: GW_PASSWORD}, fingerprint: 'FINGERPRINT'}
services:
  web:
    runs: {guest: nas}
    exposures: [{port: 443, from: internet, via: device/gw, why: the family's pictures}, {port: 8000-8010/udp, from: internet, via: device/gw, why: games}]
";

#[test]
fn a_router_answers_with_what_is_declared() {
    let print = ["AB"; 32].join(":");
    let up = Up::written(&[("holdfast.yaml", &TREE.replace("FINGERPRINT", &print))]);
    let early = up.run(&["observe", "--on", "twin"]);
    let early = early.all();
    assert!(early.contains("twin default has no router gw"), "{early}");
    up.ok(&["twin", "up"]);
    let seen = up.run(&["observe", "--on", "twin"]);
    assert!(
        seen.stdout.contains("device/gw  answered"),
        "{}",
        seen.all()
    );
    let words = seen.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let apart =
        "not in the twin: device/ap (no namespace stands for it: it is the gateway of no network)";
    assert!(words.contains(apart), "{words}");
    assert_eq!(drift(&up, " openwrt"), [""; 0]);
    for (fault, said) in [
        (
            &["refuse", "uci get firewall"][..],
            "unknown openwrt-forward:* |",
        ),
        (
            &["filter", "uci get firewall"][..],
            "unknown openwrt-forward:* |",
        ),
        (
            &["lie", "system board", "/release/version", "\"19.07.1\""][..],
            "differs openwrt:board | release 23.05.5 | 19.07.1",
        ),
        (
            &[
                "lie",
                "uci get firewall",
                "/values/redirect_web-0/dest_ip",
                "\"192.168.10.66\"",
            ][..],
            "undeclared openwrt-forward:redirect_web-0 | declared for web, which is not at 192.168.10.66 | tcp/wan:443 led to 192.168.10.66",
        ),
    ] {
        let order = ["twin", "fault", ".", "api"];
        up.ok(&[&order[..], fault, &["--of", "device/gw"]].concat());
        let rows = drift(&up, " openwrt");
        assert!(
            rows.iter().any(|r| r.starts_with(said)),
            "{fault:?}: {rows:#?}"
        );
        up.ok(&["twin", "fault", ".", "clear"]);
    }
    assert_eq!(drift(&up, " openwrt"), [""; 0]);
    reached_by_nobody_else(&up);
    let again = up.ok(&["twin", "up"]);
    assert!(again.contains("device/gw"), "{again}");
    up.ok(&["twin", "down"]);
    let interfaces = std::process::Command::new("ip")
        .args(["-oneline", "link"])
        .output()
        .unwrap();
    let mark = format!("default-{}", super::lab_id(&up));
    assert!(!String::from_utf8_lossy(&interfaces.stdout).contains(&mark));
}

/// In the twin at the router's own address; the controller's wire leads nowhere.
fn reached_by_nobody_else(up: &Up) {
    assert!(up.reaches("@home", "192.168.10.1:443"));
    let status = up.run(&["twin", "status", "--json"]).json();
    let api = &status["interfaces"][0];
    assert_eq!(api["of"], "device/gw");
    assert_eq!(api["inside"].as_array().unwrap().len(), 3);
    // From a segment, whose packets the router would pass on, this machine is not reached by it.
    let wire = api["url"].as_str().unwrap().trim_start_matches("https://");
    let host = wire.split(':').next().unwrap();
    let (start, last) = host.rsplit_once('.').unwrap();
    let here = format!("{start}.{}", last.parse::<u8>().unwrap() - 1);
    assert!(
        !up.pings("@home", &here),
        "{here} is this machine's end of the wire"
    );
}
