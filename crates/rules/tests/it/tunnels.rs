//! Tunnels in stacks: known by the image that runs, whatever it is called.

use crate::support::check;

/// What `net-tunnel` says of a stack on a host, with these services of the lab.
fn said(services: &str, containers: &str) -> Vec<String> {
    let text = format!(
        "format: 1
lab: x
hosts: {{nas: }}
stacks: {{tun: {{file: t.yaml, on: nas}}}}
services: {{{services}}}
# file: t.yaml
services: {{{containers}}}
"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "net-tunnel");
    of.map(|d| {
        assert!(!d.help.is_empty(), "no remedy: {d:#?}");
        d.message
    })
    .collect()
}

const BOTH: &str = "cloudflared: {image: cloudflare/cloudflared:2026.8.2}, ts: {image: tailscale/tailscale:v1.98, network_mode: host}, app: {image: nginx:1.27}";
const REST: &str = "is a tunnel, and no exposure says what is reached through it";

#[test]
fn in_no_service_of_the_lab() {
    let expected = ["cloudflared", "ts"].map(|n| format!("container '{n}' of stack 'tun' {REST}"));
    assert_eq!(said("", BOTH), expected);
    let off = BOTH.replace("}, app", ", profiles: [vpn]}, app");
    assert_eq!(said("", &off), expected[..1]);
}

#[test]
fn in_a_service_by_another_name() {
    let services = "cf: {runs: {stack: tun, service: cloudflared}}, ts: {runs: {stack: tun}}";
    let expected = ["cf", "ts"].map(|n| format!("service '{n}' {REST}"));
    assert_eq!(said(services, BOTH), expected);
}

#[test]
fn in_a_service_that_is_all_of_its_stack() {
    let expected =
        ["service 'all' has a tunnel in it, and no exposure says what is reached through it"];
    assert_eq!(said("all: {runs: {stack: tun}}", BOTH), expected);
}

#[test]
fn the_name_of_a_service_is_no_tunnel() {
    let ours = "tailscale: {runs: {stack: tun, service: app}}";
    let plain = "app: {image: nginx:1.27}, a: {image: x/tailscale-exporter:1}";
    assert_eq!(said(ours, plain), [""; 0]);
    // What is built here may be anything: the name is all that is known.
    let built = "app: {build: .}";
    assert_eq!(said(ours, built), [format!("service 'tailscale' {REST}")]);
}

#[test]
fn an_exposure_says_what_is_reached() {
    let one = "cloudflared: {image: cloudflare/cloudflared:2026.8.2}, app: {image: nginx:1.27}";
    let way = |via: &str| {
        format!(
            "app: {{runs: {{stack: tun, service: app}}, exposures: [{{port: 80, from: internet, via: {via}, why: x}}]}}, cf: {{runs: {{stack: tun, service: cloudflared}}}}"
        )
    };
    assert_eq!(said(&way("cf"), one), [""; 0]);
    let host = way("host/nas").replace(", cf: {runs: {stack: tun, service: cloudflared}}", "");
    assert_eq!(said(&host, one), [""; 0]);
}

/// Each end of a tunnel that its provider leads to has routes of its own; the two ends of one's own are one way in.
#[test]
fn two_of_one_product() {
    let of = |one: &str, other: &str| {
        let text = format!(
            "format: 1
lab: x
hosts: {{nas: , cabin: }}
services:
  app: {{runs: {{host: nas}}, exposures: [{{port: 80, from: internet, via: one, why: x}}]}}
  one: {{image: {one}, runs: {{host: nas}}}}
  other: {{image: {other}, runs: {{host: cabin}}}}"
        );
        let (found, _) = check(&text, None);
        let of = found.into_iter().filter(|d| d.code == "net-tunnel");
        of.map(|d| d.message).collect::<Vec<_>>()
    };
    let told = [format!("service 'other' {REST}")];
    assert_eq!(of("cloudflare/cloudflared", "cloudflare/cloudflared"), told);
    assert_eq!(of("tailscale/tailscale", "tailscale/tailscale"), told);
    assert_eq!(of("fosrl/pangolin", "fosrl/newt"), [""; 0]);
    assert_eq!(
        of("lscr.io/linuxserver/wireguard", "linuxserver/wireguard"),
        [""; 0]
    );
    assert_eq!(of("cloudflare/cloudflared", "x/nebula-sync"), [""; 0]);
    assert_eq!(
        of("cloudflare/cloudflared", "playit-cloud/playit-agent"),
        told
    );
}
