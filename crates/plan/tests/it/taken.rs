//! Differences of tunnels, guests, ports of switches and hardware that are taken over: the edit is written, and the difference is gone.

use crate::world::now;
use diag::SourceSet;
use model::fact::{
    Completeness, FORMAT, Fact, FactKind, FactPath, Facts, NativeIdentity, Seen, TargetFacts,
};
use model::id::{Kind, ObjectRef};
use model::realm::Realm;
use model::value::Value;
use plan::accept::{Reasons, Taking, declare};
use plan::{Context, Difference, Owned};
use std::collections::BTreeMap;

const LAB: &str = "format: 1
lab: x
networks: {lan: {vlan: 10}, iot: {vlan: 20}, cams: {vlan: 30}}
hosts:
  nas:
    hardware:
      cpu: {threads: 8}
      disks: {a: {size: 8TB, serial: ZA1}, b: {size: 8TB, serial: ZA2}}
    wireguard:
      wg0:
        port: 51820
        peers:
          anna: {key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=, allowed: [10.9.0.2/32, 10.9.0.3/32], keepalive: 25s}
    tailscale: {name: nas, routes: [10.8.0.0/16, 10.9.0.0/16], exit: no, ssh: yes, accepts_routes: no, server: 'https://a.example.org'}
  pve1: {}
clusters:
  main: {kind: proxmox, members: [pve1], api: {url: 'https://192.0.2.1:8006'}}
guests:
  photos: {kind: vm, on: main, id: 101, cores: 2, memory: 4GiB, autostart: yes}
devices:
  sw1:
    kind: switch
    snmp: {at: 192.0.2.2, user: holdfast, auth: {env: A}, privacy: {env: P}}
    ports:
      '1': {network: lan, tagged: [iot]}
";
const PEER: &str = "wireguard:wg0/xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";

/// As declared: `TARGET PATH FIELD=VALUE…`; a list stands in brackets.
const SEEN: [&str; 10] = [
    "host/nas host:hardware threads=8",
    "host/nas disk:sda serial=ZA1",
    "host/nas disk:sdb serial=ZA2",
    "host/nas wireguard:wg0 port=51820",
    "host/nas wireguard:wg0/xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg= allowed=[10.9.0.2/32,10.9.0.3/32] keepalive=25",
    "host/nas tailscale:self state=Running name=nas.t.ts.net routes=[10.8.0.0/16,10.9.0.0/16] approved=[10.8.0.0/16,10.9.0.0/16] exit=false ssh=true accepts_routes=false server=https://a.example.org",
    "cluster/main pve-guest:101 name=photos kind=vm cores=2 memory=4294967296 autostart=true",
    "device/sw1 device-port:gi1/0/1 type=6",
    "device/sw1 device-vlan:10 untagged=[gi1/0/1]",
    "device/sw1 device-vlan:20 tagged=[gi1/0/1]",
];

fn value(text: &str) -> Value {
    let list = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    match (list, text.parse::<i64>(), text) {
        (Some(items), ..) => {
            let items = items.split(',').filter(|i| !i.is_empty());
            Value::List(items.map(Value::from).collect())
        }
        (_, Ok(number), _) => Value::Int(number),
        (_, _, "true") => Value::Bool(true),
        (_, _, "false") => Value::Bool(false),
        _ => Value::from(text),
    }
}

fn facts(lines: &[String]) -> Facts {
    let mut targets = BTreeMap::new();
    for (key, kind, name) in [
        ("nas", Kind::Host, "nas"),
        ("cluster/main", Kind::Cluster, "main"),
        ("device/sw1", Kind::Device, "sw1"),
    ] {
        let mut target = TargetFacts::unreachable(ObjectRef::new(kind, name), now(), "");
        target.errors.clear();
        target.identity = Some(NativeIdentity {
            machine_id: "m".to_owned(),
            host_key: "SHA256:k".to_owned(),
            realm_marker: None,
        });
        for kind in FactKind::ALL {
            let all = Completeness::Yes("test".to_owned());
            target.collections.insert(*kind, all);
        }
        let of = |l: &&String| {
            l.split(' ')
                .next()
                .is_some_and(|t| t.trim_start_matches("host/") == key)
        };
        for line in lines.iter().filter(of) {
            let mut words = line.split(' ').skip(1);
            let path = FactPath::parse(words.next().unwrap()).unwrap();
            let fields = words.map(|w| w.split_once('=').unwrap());
            let seen = Seen::Present(Value::map(fields.map(|(k, v)| (k, value(v)))));
            let source = "test".to_owned();
            target.facts.insert(path, Fact { seen, source });
        }
        targets.insert(key.to_owned(), target);
    }
    Facts {
        format: FORMAT,
        realm: Realm::Real,
        targets,
    }
}

/// The differences of a lab as written, and what is done about the first one: the lab with its edit, or why there is none.
fn taken(text: &str, seen: &[String]) -> (Vec<Difference>, Option<Result<String, String>>) {
    let mut sources = SourceSet::default();
    sources.add("holdfast.yaml", text);
    let (lab, wrong) = lang::analyze(&sources);
    assert!(wrong.is_empty(), "{text}\n{wrong:#?}");
    let facts = facts(seen);
    let ctx = Context {
        lab: &lab,
        sources: &sources,
        facts: &facts,
        owned: &Owned::new(),
        now: now(),
    };
    let all = [
        plan::hardware::drift(&ctx),
        plan::storage::drift(&ctx),
        plan::wireguard::drift(&ctx),
        plan::tunnels::of_tailnets(&ctx),
        plan::guests::drift(&ctx),
        plan::device::drift(&ctx),
    ]
    .concat();
    let first = all.iter().find(|d| d.path.kind != FactKind::PveNode);
    let took = first.map(|d| match declare(&ctx, d, Reasons::default()) {
        Taking::Edit(edit) => Ok(diag::fix::edited(&edit, &sources).unwrap().now),
        Taking::Not(why) => Err(why),
        other => panic!("{other:?}"),
    });
    let all = all.into_iter().filter(|d| d.path.kind != FactKind::PveNode);
    (all.collect(), took)
}

fn with(was: &str, is: &str) -> Vec<String> {
    let lines: Vec<String> = SEEN.iter().map(|l| l.replace(was, is)).collect();
    assert!(
        was.is_empty() || lines.iter().zip(SEEN).any(|(l, s)| l != s),
        "{was}"
    );
    lines
}

#[test]
fn as_declared_there_is_nothing_to_take() {
    let (all, _) = taken(LAB, &with("", ""));
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn one_value_that_says_it_is_written_and_nothing_is_left() {
    for (was, is, written) in [
        ("threads=8", "threads=16", "threads: 16"),
        ("serial=ZA2", "serial=ZB7", "serial: ZB7"),
        ("port=51820", "port=51821", "port: 51821"),
        ("10.9.0.3/32]", "10.9.0.9/32]", "10.9.0.9/32]"),
        (",10.9.0.3/32]", "]", "allowed: [10.9.0.2/32]"),
        (
            "10.9.0.3/32]",
            "10.9.0.3/32,10.9.0.4/32]",
            "10.9.0.3/32, 10.9.0.4/32]",
        ),
        ("keepalive=25", "keepalive=40", "keepalive: 40s"),
        (
            "name=nas.t.ts.net",
            "name=box.t.ts.net",
            "name: box.t.ts.net",
        ),
        (
            "routes=[10.8.0.0/16,10.9.0.0/16] approved",
            "routes=[10.8.0.0/16] approved",
            "routes: [10.8.0.0/16]",
        ),
        (
            "routes=[10.8.0.0/16,10.9.0.0/16] approved=[10.8.0.0/16,10.9.0.0/16]",
            "routes=[10.8.0.0/16,10.9.0.0/16,10.7.0.0/16] approved=[10.8.0.0/16,10.9.0.0/16,10.7.0.0/16]",
            "10.9.0.0/16, 10.7.0.0/16]",
        ),
        ("exit=false", "exit=true", "exit: true"),
        ("ssh=true", "ssh=false", "ssh: false"),
        (
            "accepts_routes=false",
            "accepts_routes=true",
            "accepts_routes: true",
        ),
        ("server=https://a", "server=https://b", "server: https://b."),
        ("cores=2", "cores=4", "cores: 4"),
        ("memory=4294967296", "memory=6442450944", "memory: 6GiB"),
        ("memory=4294967296", "memory=1572864000", "memory: 1500MiB"),
        ("autostart=true", "autostart=false", "autostart: false"),
        ("device-vlan:10", "device-vlan:30", "network: cams"),
        ("device-vlan:20", "device-vlan:30", "tagged: [cams]"),
    ] {
        let seen = with(was, is);
        let (all, took) = taken(LAB, &seen);
        assert!(!all.is_empty(), "{is}");
        let text = took.unwrap().unwrap_or_else(|why| panic!("{is}: {why}"));
        assert!(text.contains(written), "{is}: {text}");
        let (left, _) = taken(&text, &seen);
        assert!(left.is_empty(), "{is}: {left:#?}");
    }
}

#[test]
fn where_no_single_value_says_it_nothing_is_made_up() {
    for (was, is, why) in [
        // Two disks were exchanged, or one of them by two.
        (
            "disk:sda serial=ZA1",
            "disk:sda serial=ZB1",
            "which disk took whose place",
        ),
        (
            "allowed=[10.9.0.2/32,10.9.0.3/32]",
            "allowed=[10.9.0.8/32,10.9.0.9/32]",
            "no single value",
        ),
        ("kind=vm", "kind=lxc", "only cores, memory"),
        // No network has this number.
        (
            "device-vlan:10",
            "device-vlan:99",
            "has the number of the VLAN",
        ),
    ] {
        let mut seen = with(was, is);
        if is.contains("ZB1") {
            seen.push("host/nas disk:sdc serial=ZC1".to_owned());
        }
        let (_, took) = taken(LAB, &seen);
        let said = took.unwrap().unwrap_err();
        assert!(
            said.contains(why) && said.contains("--waive"),
            "{is}: {said}"
        );
    }
    let without: Vec<String> = with("", "")
        .into_iter()
        .filter(|l| !l.contains(PEER))
        .collect();
    let (_, took) = taken(LAB, &without);
    // A peer that is gone is taken out of the declaration.
    assert!(!took.unwrap().unwrap().contains("anna"));
}

/// Each value of a node has a path of its own: one that is taken is not held back by another one that still differs.
#[test]
fn of_two_values_of_a_node_one_is_taken_at_a_time() {
    let seen: Vec<String> = with("name=nas.t.ts.net", "name=box.t.ts.net")
        .iter()
        .map(|l| l.replace("https://a.example.org", "https://b.example.org"))
        .collect();
    let (all, took) = taken(LAB, &seen);
    let paths: Vec<String> = all.iter().map(|d| d.path.to_string()).collect();
    assert_eq!(paths, ["tailscale:self/name", "tailscale:self/server"]);
    let (left, took) = taken(&took.unwrap().unwrap(), &seen);
    let paths: Vec<String> = left.iter().map(|d| d.path.to_string()).collect();
    assert_eq!(paths, ["tailscale:self/server"]);
    let (left, _) = taken(&took.unwrap().unwrap(), &seen);
    assert!(left.is_empty(), "{left:#?}");
}
