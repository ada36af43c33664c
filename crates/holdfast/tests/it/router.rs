//! An OpenWrt router by ubus: the simulator on a port of this machine, honest, lying and silent.

use crate::ran::{BINARY, Ran};
use crate::tree::Tree;
use openwrtsim::{Fault, Router, Simulator};
use serde_json::{Value, json};
use std::process::Command;

const PASSWORD: &str = "9f2c1d-canary-router-feedface0003";
/// What must not be asked for, should the simulator have it.
const KEY: &str = "canary-wireless-key-0004";

const TREE: &str = "
format: 1
lab: kelp
networks:
  home: {subnet: 192.168.10.0/24, gateway: 192.168.10.1, zone: trusted, dhcp: {range: 192.168.10.100-192.168.10.149, server: gw}}
  things: {subnet: 192.168.20.0/24, gateway: 192.168.20.1, zone: iot, dhcp: {range: 192.168.20.100-192.168.20.149, server: gw}}
zones: {trusted: high, iot: low}
hosts:
  pve1: {}
guests:
  nas: {kind: vm, on: pve1, addresses: {home: 192.168.10.20}}
devices:
  gw:
    kind: router
    addresses: {home: 192.168.10.1, things: 192.168.20.1}
    firmware: 24.10.2
    openwrt: {url: URL, user: holdfast, password: {env: GW_PASSWORD}, TRUST}
  lamp: {kind: sensor, mac: '02:00:00:00:20:05', addresses: {things: 192.168.20.50}}
services:
  web:
    runs: {guest: nas}
    exposures: [{port: 443, from: internet, via: device/gw, why: the family's pictures}]
";

/// What is taken away from a login.
type Change = fn(&mut Value);

struct Field {
    tree: Tree,
    simulator: Simulator,
}

impl Field {
    fn new() -> Self {
        let tree = Tree::hiding(&[PASSWORD, KEY]);
        tree.write(
            &TREE
                .replace("URL", "https://192.0.2.1")
                .replace("TRUST", "clear_text: no"),
        );
        let rights = rights(&tree);
        let mut router = Router::example("holdfast", PASSWORD, rights);
        router.add(
            "wireless",
            "wifi-iface",
            "default_radio0",
            json!({"key": KEY}),
        );
        router.add("network", "interface", "wg0", json!({"private_key": KEY}));
        let simulator = Simulator::start(router).unwrap();
        let field = Self { tree, simulator };
        field.write(|tree| tree);
        field
    }

    fn with(change: impl FnOnce(&mut Router)) -> Self {
        let field = Self::new();
        change(&mut field.simulator.router());
        field
    }

    fn write(&self, change: impl FnOnce(String) -> String) {
        let trust = format!("fingerprint: '{}'", self.simulator.fingerprint());
        let text = change(TREE.replace("TRUST", &trust));
        self.tree.write(&text.replace("URL", &self.simulator.url()));
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.env("GW_PASSWORD", PASSWORD);
        self.tree.run_as(command, arguments)
    }

    fn observe(&self) -> Ran {
        self.run(&["observe", "--on", "real", "--unknown", "--timeout", "5s"])
    }

    /// Differences of the router, `differs openwrt-dhcp:… | … | …`.
    fn drift(&self) -> Vec<String> {
        let ran = self.run(&["drift", "--on", "real", "--json", "--timeout", "5s"]);
        let rows = ran.differences().into_iter();
        rows.filter(|r| r.contains(" openwrt")).collect()
    }

    /// Rows of the router, `declared tcp/wan:443 reason`.
    fn ports(&self) -> Vec<String> {
        let ran = self.run(&["ports", "--on", "real", "--json"]);
        let rows = ran.json();
        let own = rows
            .as_array()
            .unwrap()
            .iter()
            .filter(|r| r["host"] == "device/gw");
        own.map(|r| {
            let word = |key: &str| r[key].as_str().unwrap().to_owned();
            format!("{} {} | {}", word("state"), word("socket"), word("reason"))
        })
        .collect()
    }
}

/// The rights that `access LAB` prints.
fn rights(tree: &Tree) -> Value {
    let printed = tree.run(&["access", "--json"]).json();
    let all = printed.as_array().unwrap();
    let own = all.iter().find(|r| r["object"] == "device/gw").unwrap();
    let commands = own["steps"][0]["commands"].as_array().unwrap();
    let mut texts = commands.iter().filter_map(Value::as_str);
    let line = texts.find(|c| c.contains("acl.d")).unwrap();
    let acl = line
        .split('\'')
        .find(|part| part.starts_with("{\""))
        .unwrap();
    let acl: Value = serde_json::from_str(acl).unwrap();
    acl["holdfast"]["read"].clone()
}

#[test]
fn with_the_rights_that_are_printed_all_is_known_and_nothing_differs() {
    let field = Field::new();
    let seen = field.observe();
    assert!(
        seen.stdout.contains("device/gw  answered"),
        "{}",
        seen.all()
    );
    assert!(
        seen.all().contains("driver openwrt, maturity schema"),
        "{}",
        seen.all()
    );
    assert_eq!(field.drift(), [""; 0]);
    let expected = "declared tcp/wan:443 | web: the family's pictures";
    assert_eq!(field.ports(), [expected]);
    let shown = field.run(&["facts", "show", "--json"]).stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let shown = shown["device/gw"]["facts"].to_string();
    for part in [
        r#""openwrt:board":"#,
        r#""model":"Router R1""#,
        r#""release":"24.10.2""#,
        r#""memory":512000000"#,
        r#""openwrt-interface:wan":"#,
        r#""gateway":"203.0.113.1""#,
        r#""openwrt-vlan:br-lan/20":"#,
        r#""openwrt-firewall:zone/iot":"#,
        r#""openwrt-firewall:forwarding/lan>wan":"#,
        r#""openwrt-forward:redirect_web":"#,
        r#""openwrt-dhcp:pool/lan":"#,
        r#""openwrt-lease:192.168.20.5":"#,
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let asked = field.simulator.asked();
    let changes = ["set", "add", "delete", "commit", "apply", "exec", "write"];
    for call in &asked {
        assert!(
            !call.contains("wireless") && !call.contains("uci get network"),
            "{call}"
        );
        assert!(!call.split(' ').any(|w| changes.contains(&w)), "{call}");
    }
    assert_eq!(asked[0], "session login");
}

#[test]
fn what_nobody_declared_is_in_drift_and_in_ports() {
    let field = Field::with(|router| {
        router.forward(
            "camera",
            json!({"src_dport": "8000-8010", "dest_ip": "192.168.20.9"}),
        );
        router.forward(
            "off",
            json!({"src_dport": "22", "dest_ip": "192.168.10.20", "enabled": "0"}),
        );
        router.add(
            "firewall",
            "zone",
            "cfg20",
            json!({"name": "party", "network": "party"}),
        );
        let interfaces = router.told.get_mut("network.interface dump").unwrap();
        let mut party = interfaces["interface"][0].clone();
        party["interface"] = json!("party");
        party["ipv4-address"] = json!([{"address": "192.168.50.1", "mask": 24}]);
        interfaces["interface"].as_array_mut().unwrap().push(party);
        router.add(
            "dhcp",
            "dhcp",
            "party",
            json!({"interface": "party", "start": "10", "limit": "5"}),
        );
        router.add(
            "dhcp",
            "host",
            "cfg30",
            json!({"name": "tv", "mac": "02:00:00:00:99:99", "ip": "192.168.20.77"}),
        );
        router.add(
            "dhcp",
            "host",
            "cfg31",
            json!({"name": "lamp", "mac": "02:00:00:00:20:05", "ip": "192.168.20.51"}),
        );
    });
    let expected = [
        "undeclared openwrt-dhcp:host/cfg30 | not declared | 192.168.20.77 for tv, 02:00:00:00:99:99",
        "differs openwrt-dhcp:host/cfg31 | lamp has 192.168.20.50 | 192.168.20.51 for lamp, 02:00:00:00:20:05",
        "undeclared openwrt-dhcp:pool/party | no addresses are handed out | 192.168.50.10-192.168.50.14 on its interface party",
        "undeclared openwrt-firewall:zone/party | not declared | zone party, with 192.168.50.1/24 on party",
        "undeclared openwrt-forward:redirect_camera | not declared | tcp/wan:8000-8010 led to 192.168.20.9",
        "undeclared openwrt-forward:redirect_camera | not declared | udp/wan:8000-8010 led to 192.168.20.9",
        "undeclared openwrt-interface:party | not declared | 192.168.50.1/24 on its interface party",
    ];
    let mut drift = field.drift();
    drift.sort_by_key(|r| r.split_once(' ').unwrap().1.to_owned());
    assert_eq!(drift, expected);
    let expected = [
        "unjustified tcp/wan:8000-8010 | not declared",
        "unjustified udp/wan:8000-8010 | not declared",
        "declared tcp/wan:443 | web: the family's pictures",
    ];
    assert_eq!(field.ports(), expected);
    let text = field.run(&["ports", "--on", "real"]);
    assert_eq!(text.code, 1, "{}", text.all());
    let said = "router forward 'camera' to 192.168.20.9";
    assert!(text.stdout.contains(said), "{}", text.all());
}

#[test]
fn what_is_declared_and_is_not_there_is_missing() {
    let field = Field::with(|router| {
        router
            .uci
            .get_mut("firewall")
            .unwrap()
            .remove("redirect_web");
        router.add(
            "dhcp",
            "dhcp",
            "iot",
            json!({"interface": "iot", "ignore": "1"}),
        );
        router.told.get_mut("system board").unwrap()["release"]["version"] = json!("23.05.3");
    });
    field.write(|tree| tree.replace("things: 192.168.20.1}", "things: 192.168.20.254}"));
    let expected = [
        "differs openwrt:board | release 24.10.2 | 23.05.3",
        "undeclared openwrt-interface:iot | not declared | 192.168.20.1/24 on its interface iot",
        "missing openwrt-interface:things | 192.168.20.254 in things | absent",
        "missing openwrt-forward:web/443/tcp | 443/tcp led to web | absent",
        "missing openwrt-dhcp:things | hands out addresses in things | absent",
    ];
    let mut drift = field.drift();
    drift.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(drift, expected);
}

#[test]
fn a_pool_has_the_addresses_that_the_router_gives_out() {
    let lan = |router: &mut Router, option: &str, value: &str| {
        let own = router.uci.get_mut("dhcp").unwrap();
        own.get_mut("lan").unwrap()[option] = json!(value);
    };
    // It ends in front of the broadcast address, whatever the limit is.
    let field = Field::with(|_| {});
    lan(&mut field.simulator.router(), "limit", "200");
    field.write(|tree| tree.replace("192.168.10.149", "192.168.10.254"));
    assert!(field.drift().is_empty(), "{:?}", field.drift());
    // Who has no fixed address gets none.
    let field = Field::with(|_| {});
    lan(&mut field.simulator.router(), "dynamicdhcp", "0");
    let missing = "missing openwrt-dhcp:home | hands out addresses in home | absent";
    assert_eq!(field.drift(), [missing]);
    // An interface that leads on to another router has clients as well.
    let field = Field::with(|router| {
        let dump = router.told.get_mut("network.interface dump").unwrap();
        dump["interface"][0]["route"] = json!([{"target": "0.0.0.0", "mask": 0, "nexthop": "192.168.10.254", "source": "192.168.10.1/32"}]);
    });
    assert!(field.drift().is_empty(), "{:?}", field.drift());
    // Of several addresses of an interface the pool is of the one that is declared.
    let field = Field::with(|router| {
        let dump = router.told.get_mut("network.interface dump").unwrap();
        dump["interface"][0]["ipv4-address"] = json!([{"address": "192.168.30.1", "mask": 24}, {"address": "192.168.10.1", "mask": 24}]);
    });
    let drift = field.drift();
    assert!(
        !drift.iter().any(|d| d.contains("openwrt-dhcp")),
        "{drift:?}"
    );
}

/// What one value says is a patch, what is gone is taken out, and of the rest it is said why not.
#[test]
fn what_a_router_does_otherwise_is_accepted_as_far_as_a_value_says_it() {
    let field = Field::with(|router| {
        let own = router.uci.get_mut("firewall").unwrap();
        own.remove("redirect_web");
        router.forward(
            "camera",
            json!({"src_dport": "8000", "dest_ip": "192.168.20.9", "proto": "tcp"}),
        );
        router.told.get_mut("system board").unwrap()["release"]["version"] = json!("24.10.4");
        router.add(
            "dhcp",
            "dhcp",
            "iot",
            json!({"interface": "iot", "start": "50", "limit": "100"}),
        );
    });
    let mut command = Command::new(BINARY);
    command.args(["drift", "accept", "--on", "real", "--write", "--lab"]);
    command.arg(field.tree.lab()).env("GW_PASSWORD", PASSWORD);
    command.env("HOLDFAST_DATA", field.tree.path("data"));
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.all());
    let text = std::fs::read_to_string(field.tree.lab().join("holdfast.yaml")).unwrap();
    for want in [
        "firmware: \"24.10.4\"",
        "range: \"192.168.20.50-192.168.20.149\"",
        "range: 192.168.10.100-192.168.10.149",
    ] {
        assert!(text.contains(want), "{want}: {text}");
    }
    assert!(!text.contains("port: 443"), "{text}");
    let why = "what is to be reached by it is not seen";
    assert!(ran.all().contains(why), "{}", ran.all());
    let left = "undeclared openwrt-forward:redirect_camera | not declared | tcp/wan:8000 led to 192.168.20.9";
    assert_eq!(field.drift(), [left]);
}

#[test]
fn a_forward_to_another_machine_than_the_one_that_is_declared_is_not_that_one() {
    let field = Field::with(|router| {
        router.forward(
            "web",
            json!({"src_dport": "443", "dest_ip": "192.168.20.9", "proto": "tcp"}),
        );
    });
    let expected = "unjustified tcp/wan:443 | declared for web, which is not at 192.168.20.9";
    assert_eq!(field.ports(), [expected]);
    let expected = [
        "undeclared openwrt-forward:redirect_web | declared for web, which is not at 192.168.20.9 | tcp/wan:443 led to 192.168.20.9",
        "differs openwrt-forward:web/443/tcp | 443/tcp led to web | 443/tcp led to 192.168.20.9",
    ];
    assert_eq!(field.drift(), expected);
}

#[test]
fn where_a_stack_runs_decides_whether_a_forward_leads_to_its_service() {
    let field = Field::with(|router| {
        router.forward(
            "web",
            json!({"src_dport": "443", "dest_ip": "192.168.10.9", "proto": "tcp"}),
        );
    });
    let stack = |on: &str| {
        let stack = format!("stacks: {{web: {{file: web.yaml{on}}}}}\n");
        field.write(|tree| tree.replace("{guest: nas}", "{stack: web}") + &stack);
    };
    let project = field.tree.lab().join("web.yaml");
    std::fs::write(project, "services: {web: {image: 'web:1'}}\n").unwrap();
    stack(", on: nas");
    let expected = "unjustified tcp/wan:443 | declared for web, which is not at 192.168.10.9";
    let expected_drift = [
        "undeclared openwrt-forward:redirect_web | declared for web, which is not at 192.168.10.9 | tcp/wan:443 led to 192.168.10.9",
        "differs openwrt-forward:web/443/tcp | 443/tcp led to web | 443/tcp led to 192.168.10.9",
    ];
    assert_eq!(field.drift(), expected_drift);
    assert_eq!(field.ports(), [expected]);
    // Nobody says where it runs.
    stack("");
    let expected =
        "unknown tcp/wan:443 | declared for web, and at which address it runs is not declared";
    let expected_drift = [
        "unknown openwrt-forward:redirect_web | tcp/wan:443 led to web | unknown (tcp/wan:443 led to 192.168.10.9; at which address it runs is not declared)",
        "unknown openwrt-forward:web/443/tcp | 443/tcp led to web | unknown (at which address it runs is not declared)",
    ];
    assert_eq!(field.drift(), expected_drift);
    assert_eq!(field.ports(), [expected]);
}

#[test]
fn what_lets_in_some_addresses_is_no_way_from_the_internet() {
    let field = Field::with(|router| {
        router.forward(
            "web",
            json!({"src_dport": "443", "dest_ip": "192.168.10.20", "proto": "tcp", "src_ip": "198.51.100.4"}),
        );
    });
    let expected = "differs openwrt-forward:web/443/tcp | 443/tcp led to web | 443/tcp led to 192.168.10.20, only from 198.51.100.4";
    assert_eq!(field.drift(), [expected]);
}

#[test]
fn a_rule_lets_in_what_it_names_and_nothing_else() {
    let missing = ["missing openwrt-forward:web/443/tcp | 443/tcp led to web | absent"];
    let rows: [(Value, &[&str]); 8] = [
        (
            json!({"src": "wan", "dest": "lan", "dest_ip": "192.168.10.20"}),
            &[],
        ),
        (json!({"src": "wan", "dest": "lan"}), &[]),
        (
            json!({"src": "wan", "dest": "lan", "dest_ip": "192.168.10.9"}),
            &missing,
        ),
        (json!({"src": "wan", "dest": "iot"}), &missing),
        // To the router itself, from another side, from the router, and another port.
        (json!({"src": "wan"}), &missing),
        (json!({"src": "iot", "dest": "lan"}), &missing),
        (json!({"dest": "lan"}), &missing),
        (
            json!({"src": "wan", "dest": "lan", "dest_port": "80"}),
            &missing,
        ),
    ];
    for (rule, want) in rows {
        let field = Field::with(|router| {
            let own = router.uci.get_mut("firewall").unwrap();
            own.remove("redirect_web");
            let mut rule = rule.clone();
            for (option, value) in [("proto", "tcp"), ("target", "ACCEPT"), ("dest_port", "443")] {
                let options = rule.as_object_mut().unwrap();
                options.entry(option).or_insert_with(|| json!(value));
            }
            router.add("firewall", "rule", "cfg99", rule);
        });
        assert_eq!(field.drift(), want, "{rule}");
    }
    // An address of version 6 whose owner nobody declares.
    let field = Field::with(|router| {
        let own = router.uci.get_mut("firewall").unwrap();
        own.remove("redirect_web");
        router.add(
            "firewall",
            "rule",
            "cfg99",
            json!({"src": "wan", "dest": "lan", "dest_ip": "2001:db8::20", "dest_port": "443", "proto": "tcp", "target": "ACCEPT"}),
        );
    });
    let expected = "unknown openwrt-forward:web/443/tcp | 443/tcp led to web | unknown (whose address 2001:db8::20 is, is not declared)";
    assert_eq!(field.drift(), [expected]);
}

#[test]
fn to_a_login_without_rights_nothing_is_missing_and_nothing_is_fine() {
    let take: [(&str, Change); 3] = [
        ("6 permission denied", |rights| rights["uci"] = json!([])),
        ("-32002 access denied", |rights| {
            rights["ubus"].as_object_mut().unwrap().remove("uci");
        }),
        ("-32002 access denied", |rights| rights["ubus"] = json!({})),
    ];
    for (why, take) in take {
        let field = Field::with(|router| take(&mut router.rights));
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        let grant = "the login's ACL has to grant ubus 'uci get' and uci 'firewall'";
        assert!(seen.all().contains(grant), "{}", seen.all());
        let rows = field.drift();
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
        let ports = field.ports();
        assert_eq!(ports.len(), 1, "{ports:#?}");
        assert!(
            ports[0].starts_with("unknown * | uci get firewall: "),
            "{ports:#?}"
        );
    }
}

#[test]
fn an_empty_list_without_a_right_to_it_proves_nothing() {
    let field = Field::new();
    {
        let mut router = field.simulator.router();
        router.fault(
            "uci get firewall",
            Fault::Lie("/values".to_owned(), json!({})),
        );
        router.fault("session login", Fault::Lie("/acls".to_owned(), json!({})));
    }
    let rows = field.drift();
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    let ports = field.ports();
    assert!(
        ports[0].contains("a login that has no right to it, which proves nothing"),
        "{ports:#?}"
    );
}

#[test]
fn where_upnp_is_on_not_all_ports_are_known() {
    for (enabled, known) in [("1", false), ("0", true)] {
        let field = Field::with(|router| {
            router.add("upnpd", "upnpd", "config", json!({"enabled": enabled}));
        });
        let ports = field.ports();
        let unknown = ports
            .iter()
            .any(|p| p.starts_with("unknown * | UPnP is on"));
        assert_eq!(unknown, !known, "{ports:#?}");
    }
}

#[test]
fn hostile_answers_are_unknown_and_nothing_of_them_is_shown() {
    let deep = [b"{\"result\":[0,".to_vec(), vec![b'['; 100_000]].concat();
    let faults = [
        (Fault::Huge(1 << 30), "longer than 16777216 bytes"),
        (Fault::Garbage(deep), "it is no JSON"),
        (Fault::Garbage(b"{}".to_vec()), "it has no 'result'"),
        (
            Fault::Garbage(b"<!DOCTYPE html><title>LuCI</title>".to_vec()),
            "it is a web page and no JSON",
        ),
        (
            Fault::Garbage(
                br#"{"result":[0,{"values":{}}],"result":[0,{"values":{"a":1}}]}"#.to_vec(),
            ),
            "it has a key twice",
        ),
        (
            Fault::Refuse(
                307,
                "Temporary Redirect\r\nLocation: https://192.0.2.66/ubus".to_owned(),
            ),
            "307: it is sent on to https://192.0.2.66/ubus, which is not followed",
        ),
        (Fault::Filter, "it is empty"),
        (Fault::Truncate, "the answer broke off"),
        (Fault::Reset, "the answer broke off"),
        (
            Fault::Refuse(502, "Bad \u{1b}[2JGateway".to_owned()),
            "no HTTP",
        ),
        (
            Fault::Refuse(502, "Bad Gateway".to_owned()),
            "502 Bad Gateway",
        ),
        (Fault::Hang, "no answer within 5 s"),
        (Fault::Drip, "no answer within 5 s"),
        (
            Fault::Lie(
                "/values/redirect_web/name".to_owned(),
                json!("\u{1b}[2J\u{7}gone"),
            ),
            "1 rows are not understood",
        ),
        (
            Fault::Lie("/values/redirect_web/name".to_owned(), json!(PASSWORD)),
            "it repeats what the login was made with",
        ),
        (
            Fault::Lie("/values".to_owned(), json!([])),
            "the answer is not understood",
        ),
    ];
    for (fault, why) in faults {
        let field = Field::with(|router| router.fault("uci get firewall", fault.clone()));
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        assert!(
            !seen.all().contains('\u{1b}') && !seen.all().contains('\u{7}'),
            "{why}"
        );
        let rows = field.drift();
        let missing = rows.iter().filter(|r| !r.starts_with("unknown ")).count();
        assert_eq!(missing, 0, "{why}: {rows:#?}");
        assert!(!rows.is_empty(), "{why}");
    }
}

#[test]
fn who_is_not_let_in_or_not_trusted_is_told_why() {
    let field = Field::new();
    let other = Simulator::start(Router::example("holdfast", PASSWORD, json!({}))).unwrap();
    let own = field.simulator.fingerprint().to_owned();
    let rows: [(&str, &str, &str); 6] = [
        (
            own.as_str(),
            other.fingerprint(),
            "not trusted: the certificate's fingerprint is",
        ),
        (
            "{env: GW_PASSWORD}",
            "{env: NOBODY_SET_THIS}",
            "the password cannot be obtained",
        ),
        (
            "user: holdfast",
            "user: nobody",
            "the router knows no login 'nobody' with this password",
        ),
        (
            "user: holdfast, ",
            "",
            "add `user: holdfast` to `openwrt` of device/gw",
        ),
        ("fingerprint:", "# ", "nothing says whom to trust"),
        (
            "url: URL",
            "url: 'http://192.0.2.1'",
            "the password would travel in clear text",
        ),
    ];
    for (from, to, why) in rows {
        field.write(|tree| match to {
            "# " => {
                let (before, rest) = tree.split_once(", fingerprint").unwrap();
                format!("{before}}}\n{}", rest.split_once('\n').unwrap().1)
            }
            _ => tree.replacen(from, to, 1),
        });
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
    }
    let refused = field.simulator.asked();
    assert!(refused.iter().all(|c| c == "session login"), "{refused:?}");
}

#[test]
fn by_plain_http_only_if_that_is_said_and_with_a_finding() {
    let field = Field::new();
    let rights = field.simulator.router().rights.clone();
    let router = Router::example("holdfast", PASSWORD, rights);
    let clear = Simulator::start_in_clear(router).unwrap();
    let text = TREE.replace("URL", &format!("'{}'", clear.url()));
    field.tree.write(&text.replace("TRUST", "clear_text: true"));
    let seen = field.observe();
    assert!(
        seen.stdout.contains("device/gw  answered"),
        "{}",
        seen.all()
    );
    let checked = field.run(&["check"]);
    let said = "warning[sec-openwrt-clear]: device 'gw' is asked by plain http";
    assert!(checked.all().contains(said), "{}", checked.all());
}

#[test]
fn a_device_is_asked_in_one_way_and_the_other_is_not_forgotten() {
    let field = Field::new();
    field.write(|tree| {
        tree.replace(
            "    firmware:",
            "    snmp: {at: 192.0.2.9, community: {env: GW_PASSWORD}}\n    firmware:",
        )
    });
    let ran = field.run(&["drift", "--on", "real", "--json", "--timeout", "5s"]);
    let rows = ran.differences();
    let said = "unknown device:* | what its SNMP agent tells";
    assert!(rows.iter().any(|r| r.starts_with(said)), "{rows:#?}");
}
