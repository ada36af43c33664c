//! Nodes of a tailnet: routes from sites that are not known, and keys of those that are not logged in.

use crate::support::check;

fn said(rule: &str, text: &str) -> Vec<String> {
    let (found, _) = check(&format!("format: 1\nlab: x\n{text}"), None);
    let of = found.into_iter().filter(|d| d.code == rule);
    of.map(|d| d.message).collect()
}

#[test]
fn a_machine_without_a_site_hides_no_route_that_two_sites_offer() {
    let of = |a: &str, b: &str, c: &str| {
        let host = |name: &str, about: &str| {
            format!("  {name}: {{{about}tailscale: {{routes: [192.168.1.0/24]}}}}\n")
        };
        let hosts: Vec<String> = [("a", a), ("b", b), ("c", c)]
            .into_iter()
            .filter(|(_, about)| *about != "-")
            .map(|(name, about)| host(name, about))
            .collect();
        let sites = "sites: {home: {}, cabin: {}}\nhosts:\n";
        said("net-tailnet-route", &format!("{sites}{}", hosts.concat()))
    };
    let (home, cabin) = ("site: home, ", "site: cabin, ");
    let dim = |one: &str, other: &str| {
        format!(
            "unknown: whether host '{one}' and host '{other}', which offer a tailnet the same route, 192.168.1.0/24, are at one site"
        )
    };
    let same = |one: &str, other: &str| {
        format!(
            "host '{one}' and host '{other}' offer a tailnet the same route, 192.168.1.0/24, from two sites"
        )
    };
    assert_eq!(of("", home, cabin), [same("b", "c"), dim("b", "a")]);
    assert_eq!(of("", home, home), [dim("b", "a")]);
    assert_eq!(of("", "", "-"), [dim("b", "a"), dim("a", "b")]);
    assert_eq!(of("", "-", "-"), [""; 0]);
    assert_eq!(of(home, home, "-"), [""; 0]);
}

/// What two machines offer one tailnet says nothing of the same addresses in another one.
#[test]
fn a_route_of_another_control_server_is_judged_by_itself() {
    let text = "sites: {home: {}, cabin: {}, hut: {}}
networks: {lan: {subnet: 192.168.1.0/24}}
hosts:
  a: {site: home, addresses: {lan: 192.168.1.2}, tailscale: {routes: [192.168.1.0/24]}}
  b: {site: cabin, tailscale: {routes: [192.168.1.0/24]}}
  c: {site: hut, tailscale: {server: 'https://headscale.example.org', routes: [192.168.1.0/24]}}
";
    assert_eq!(
        said("net-tailnet-route", text),
        [
            "host 'a' and host 'b' offer a tailnet the same route, 192.168.1.0/24, from two sites",
            "host 'c' offers a tailnet a route to 192.168.1.0/24, and network 'lan' with these addresses is at site 'home'",
        ]
    );
}

#[test]
fn of_a_node_that_is_not_logged_in_no_end_is_no_promise() {
    let of = |about: &str| {
        said(
            "tailnet-key-expiry",
            &format!(
                "hosts: {{gw: {{tailscale: {{routes: [192.168.10.0/24]}}}}}}
# file: observed/gw
all tailscale by tailscale status
tailscale:self = {{\"name\": \"gw.t.ts.net\", {about}}}
"
            ),
        )
    };
    let ended = "the key of host 'gw' in its tailnet has ended";
    let unknown = "unknown: whether host 'gw' is a node of a tailnet whose key ends soon";
    for (about, expected) in [
        (r#""state": "NeedsLogin", "expired": true"#, ended),
        // As it was once observed.
        (
            r#""state": "NeedsLogin", "expired": true, "until": false"#,
            ended,
        ),
        (
            r#""state": "Running", "expired": true, "until": 1797854400"#,
            ended,
        ),
        (r#""state": "NeedsLogin", "expired": false"#, unknown),
        (
            r#""state": "NeedsLogin", "expired": false, "until": false"#,
            unknown,
        ),
        (r#""state": "Running", "expired": false"#, unknown),
    ] {
        assert_eq!(of(about), [expected], "{about}");
    }
    assert_eq!(
        of(r#""state": "Running", "expired": false, "until": false"#),
        [""; 0]
    );
}
