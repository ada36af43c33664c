//! Rulesets as they are found, and what becomes of connections.

use super::{Connection, Filter, Passes, Source, chain};
use core::net::IpAddr;
use model::value::Value;
use std::collections::BTreeMap;

/// `KEY HOOK TYPE PRIORITY POLICY | RULE | RULE`; `-` for a chain without a hook.
fn filter(chains: &[&str]) -> Filter {
    let chains = chains.iter().map(|text| {
        let mut parts = text.split(" | ");
        let head: Vec<&str> = parts.next().unwrap().split(' ').collect();
        let rules = Value::List(parts.map(Value::from).collect());
        let mut fields = vec![("rules", rules)];
        if let [_, hook, kind, priority, policy] = head.as_slice() {
            let names = ["hook", "type", "priority", "policy"];
            let values = [hook, kind, priority, policy];
            fields.extend(
                names
                    .into_iter()
                    .zip(values)
                    .map(|(n, v)| (n, Value::from(*v))),
            );
        }
        (head[0].to_owned(), chain(&Value::map(fields)))
    });
    Filter {
        chains: chains.collect(),
        sets: BTreeMap::from([("inet/f/@admins".to_owned(), vec!["10.0.0.5".to_owned()])]),
        addresses: vec![
            ("10.0.0.2/24".parse().unwrap(), "eth0".to_owned()),
            ("172.17.0.1/16".parse().unwrap(), "docker0".to_owned()),
        ],
        default_dev: Some("eth0".to_owned()),
    }
}

fn from(source: &str) -> Source {
    match source {
        "elsewhere" => Source::Elsewhere,
        text => Source::parse(text).unwrap_or_else(|| Source::one(text.parse::<IpAddr>().unwrap())),
    }
}

fn judge(filter: &Filter, source: &str, tcp: bool, port: u16) -> super::Judged {
    filter.judge(&Connection {
        from: from(source),
        to: Some("10.0.0.2".parse().unwrap()),
        tcp,
        port,
    })
}

#[test]
fn simple_rules() {
    let base = "inet/f/in input filter 0 drop";
    let rows: &[(&str, &str, u16, Passes)] = &[
        ("tcp dport 22 accept", "10.0.0.0/24", 22, Passes::Yes),
        ("tcp dport 22 accept", "elsewhere", 23, Passes::No),
        ("udp dport 22 accept", "elsewhere", 22, Passes::No),
        (
            "tcp dport { 22, 8000-8010 } accept",
            "elsewhere",
            8005,
            Passes::Yes,
        ),
        (
            "ip saddr 10.0.0.0/8 tcp dport 22 counter packets 3 bytes 9 accept",
            "10.0.0.0/24",
            22,
            Passes::Yes,
        ),
        (
            "ip saddr 10.0.0.0/8 tcp dport 22 accept",
            "elsewhere",
            22,
            Passes::No,
        ),
        (
            "ip saddr 10.0.0.5 tcp dport 22 accept",
            "10.0.0.0/24",
            22,
            Passes::Unknown,
        ),
        (
            "ip saddr 10.0.0.5 tcp dport 22 accept",
            "10.0.0.5",
            22,
            Passes::Yes,
        ),
        ("ip saddr @admins accept", "10.0.0.5", 22, Passes::Yes),
        ("ip saddr @admins accept", "10.0.0.6", 22, Passes::No),
        (
            "ip saddr @strangers accept",
            "10.0.0.6",
            22,
            Passes::Unknown,
        ),
        (
            "ip saddr 10.0.0.0/24 ip saddr != 10.0.0.5 accept",
            "10.0.0.5",
            22,
            Passes::No,
        ),
        ("iifname \"lo\" accept", "10.0.0.0/24", 22, Passes::No),
        ("iifname \"eth*\" accept", "10.0.0.0/24", 22, Passes::Yes),
        ("iifname != \"eth0\" accept", "10.0.0.0/24", 22, Passes::No),
        (
            "ct state established,related accept",
            "10.0.0.0/24",
            22,
            Passes::No,
        ),
        (
            "ct state vmap { invalid : drop, established : accept, related : accept }",
            "10.0.0.0/24",
            22,
            Passes::No,
        ),
        (
            "ct state new tcp dport 22 accept",
            "10.0.0.0/24",
            22,
            Passes::Yes,
        ),
        (
            "tcp dport vmap { 22 : accept, 80 : accept }",
            "10.0.0.0/24",
            80,
            Passes::Yes,
        ),
        (
            "icmp type echo-request accept",
            "10.0.0.0/24",
            22,
            Passes::No,
        ),
        (
            "tcp dport 22 limit rate 3/minute accept",
            "10.0.0.0/24",
            22,
            Passes::Unknown,
        ),
        (
            "xt match \"geoip\" accept",
            "10.0.0.0/24",
            22,
            Passes::Unknown,
        ),
        ("xt match \"geoip\" drop", "10.0.0.0/24", 22, Passes::No),
        ("log level warn", "10.0.0.0/24", 22, Passes::No),
        ("tcp dport 22 jump more", "10.0.0.0/24", 22, Passes::Yes),
        (
            "tcp dport 22 jump nowhere",
            "10.0.0.0/24",
            22,
            Passes::Unknown,
        ),
        (
            "meta l4proto { icmp, ipv6-icmp } accept",
            "10.0.0.0/24",
            22,
            Passes::No,
        ),
    ];
    for (rule, source, port, want) in rows {
        let filter = filter(&[
            &format!("{base} | {rule}"),
            "inet/f/more | ip saddr 10.0.0.0/8 accept",
        ]);
        let found = judge(&filter, source, true, *port);
        assert_eq!(found.passes, *want, "{rule} from {source}: {}", found.why);
    }
}

#[test]
fn every_chain_of_the_hook_has_a_say() {
    let open = "inet/a/in input filter 0 accept | tcp dport 22 accept";
    let closed = "inet/b/in input filter 10 drop | tcp dport 80 accept";
    assert_eq!(
        judge(&filter(&[open]), "elsewhere", true, 99).passes,
        Passes::Yes
    );
    let both = judge(&filter(&[open, closed]), "elsewhere", true, 22);
    assert_eq!(
        (both.passes, both.why.as_str()),
        (Passes::No, "policy drop of inet/b/in")
    );
    assert_eq!(
        judge(&filter(&[]), "elsewhere", true, 22).passes,
        Passes::Yes
    );
}

/// What Docker makes with `-p 8080:80` on a host whose ufw denies what comes in.
const DOCKER: &[&str] = &[
    "ip/nat/PREROUTING prerouting nat -100 accept | fib daddr type local counter jump DOCKER",
    "ip/nat/DOCKER | iifname \"docker0\" counter return | iifname != \"docker0\" meta l4proto tcp tcp dport 8080 counter dnat to 172.17.0.2:80",
    "ip/filter/INPUT input filter 0 drop | ct state established,related accept | tcp dport 22 accept",
    "ip/filter/FORWARD forward filter 0 drop | counter jump DOCKER-USER | oifname \"docker0\" ct state established,related accept | oifname \"docker0\" counter jump DOCKER | iifname \"docker0\" accept",
    "ip/filter/DOCKER-USER | counter return",
    "ip/filter/DOCKER | ip daddr 172.17.0.2 iifname != \"docker0\" oifname \"docker0\" meta l4proto tcp tcp dport 80 counter accept",
];

#[test]
fn a_port_that_docker_publishes_goes_past_the_input_chain() {
    let docker = filter(DOCKER);
    let found = judge(&docker, "elsewhere", true, 8080);
    assert_eq!(found.passes, Passes::Yes, "{}", found.why);
    assert_eq!(found.led_to.as_deref(), Some("172.17.0.2:80"));
    assert!(
        found.input_denies && found.why.contains("ip/nat/DOCKER"),
        "{}",
        found.why
    );
    assert_eq!(judge(&docker, "elsewhere", true, 8081).passes, Passes::No);
    assert_eq!(
        docker.led_elsewhere(),
        Some(vec![(true, 8080, "172.17.0.2:80".to_owned())])
    );
    // `-p 127.0.0.1:8443:443` is a way in to nobody but the host.
    let inward = [
        DOCKER,
        &["ip/nat/OUTPUT prerouting nat -100 accept | ip daddr 127.0.0.1 iifname != \"docker0\" tcp dport 8443 counter dnat to 172.17.0.2:443"],
    ]
    .concat();
    assert_eq!(
        filter(&inward).led_elsewhere(),
        Some(vec![(true, 8080, "172.17.0.2:80".to_owned())])
    );
    let more = [
        DOCKER,
        &["ip/more/pre prerouting nat -90 accept | xt target \"DNAT\""],
    ]
    .concat();
    assert_eq!(filter(&more).led_elsewhere(), None);
    // What the owner writes into DOCKER-USER counts.
    let closed: Vec<String> = DOCKER
        .iter()
        .map(|c| {
            c.replace(
                "DOCKER-USER | counter return",
                "DOCKER-USER | iifname \"eth0\" ip saddr != 10.0.0.0/8 drop",
            )
        })
        .collect();
    let closed: Vec<&str> = closed.iter().map(String::as_str).collect();
    assert_eq!(
        judge(&filter(&closed), "elsewhere", true, 8080).passes,
        Passes::No
    );
    assert_eq!(
        judge(&filter(&closed), "10.0.0.0/24", true, 8080).passes,
        Passes::Yes
    );
}
