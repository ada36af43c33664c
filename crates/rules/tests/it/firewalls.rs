//! Commands of firewalls in documents: what makes what pointless, what lets in too much, what is refused.

use crate::support::check;

/// Messages of a rule about a script of a host, as far as they stand behind the name of the document.
fn told(rule: &str, lab: &str, script: &str) -> Vec<String> {
    let text = format!(
        "format: 1\nlab: x\n{lab}\ndocuments: {{a: {{file: a.sh, for: [host/nas]}}}}\n# file: a.sh\n#!/bin/sh\n{script}\n"
    );
    messages(rule, &text)
}

fn messages(rule: &str, text: &str) -> Vec<String> {
    let (findings, _) = check(text, None);
    let own = findings.into_iter().filter(|d| d.code == rule);
    own.map(|d| d.message.replace(" of document 'a'", ""))
        .collect()
}

const NAS: &str =
    "hosts: {nas: {addresses: {lan: 192.168.10.5}}}\nnetworks: {lan: {subnet: 192.168.10.0/24}}";

fn conflicts(script: &str) -> Vec<String> {
    told("fw-conflict", NAS, script)
}

#[test]
fn an_exception_to_a_refusal_limits_something_and_of_two_that_are_equal_one_is_told() {
    let exception = "ufw allow from 192.168.10.9 to any port 22 proto tcp
ufw deny from 192.168.10.0/24 to any port 22 proto tcp
ufw allow 22/tcp";
    assert!(conflicts(exception).is_empty());
    // What is not read may be a refusal.
    let unread = "ufw allow from 192.168.10.9 to any port 22 proto tcp
ufw deny 'Some Profile'
ufw allow 22/tcp";
    assert!(conflicts(unread).is_empty());
    assert_eq!(
        conflicts("ufw allow 22\nufw allow 22"),
        ["line 3 does nothing: 'ufw allow 22' says the same"]
    );
    // ufw puts the second in the place of the first.
    assert!(conflicts("ufw allow 22\nufw deny 22").is_empty());
    let listed = "iptables -A INPUT -p tcp --dport 22 -j DROP
iptables -A INPUT -p 6 -s 192.168.10.0/24 --dport 22 -j ACCEPT";
    assert_eq!(
        conflicts(listed),
        [
            "line 3 is never reached: 'iptables -A INPUT -p 6 -s 192.168.10.0/24 --dport 22 -j ACCEPT' comes behind 'iptables -A INPUT -p tcp --dport 22 -j DROP'"
        ]
    );
}

#[test]
fn rules_stand_where_commands_put_them() {
    let quiet = [
        "ufw deny 22/tcp\nufw insert 1 allow from 192.168.10.0/24 to any port 22 proto tcp",
        "ufw deny 22/tcp\nufw prepend allow from 192.168.10.0/24 to any port 22 proto tcp",
        "iptables -A INPUT -j DROP\niptables -I INPUT -p tcp --dport 22 -j ACCEPT",
        "iptables -A INPUT -p udp -j ACCEPT\niptables -A INPUT -j DROP\niptables -I INPUT 2 -p tcp --dport 22 -j ACCEPT",
        "nft add rule inet filter input drop\nnft insert rule inet filter input tcp dport 22 accept",
        // Taken out again.
        "ufw deny 22/tcp\nufw delete deny 22/tcp\nufw allow from 192.168.10.0/24 to any port 22 proto tcp",
        "ufw deny 22/tcp\nufw --force delete 1\nufw allow from 192.168.10.0/24 to any port 22 proto tcp",
        "ufw deny 22/tcp\nufw --force reset\nufw allow from 192.168.10.0/24 to any port 22 proto tcp",
        "iptables -A INPUT -j DROP\niptables -D INPUT -j DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "iptables -A INPUT -j DROP\niptables -F\niptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "iptables -A INPUT -j DROP\niptables -F INPUT\niptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "nft add rule inet filter input drop\nnft flush ruleset\nnft add rule inet filter input tcp dport 22 accept",
        "nft add rule inet filter input drop\nnft delete table inet filter\nnft add rule inet filter input tcp dport 22 accept",
        // Two tables ask one after the other.
        "nft add rule inet one input drop\nnft add rule inet two input tcp dport 22 accept",
    ];
    for script in quiet {
        assert!(
            conflicts(script).is_empty(),
            "{script}: {:#?}",
            conflicts(script)
        );
    }
    let loud = [
        "ufw allow from 192.168.10.0/24 to any port 22 proto tcp\nufw insert 1 deny 22/tcp",
        "iptables -A INPUT -p tcp --dport 22 -j ACCEPT\niptables -I INPUT -j DROP",
        "iptables -A INPUT -j DROP\niptables -t nat -F\niptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "iptables -A INPUT -j DROP\niptables -F OUTPUT\niptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "nft add rule inet filter input tcp dport {22,80} accept\nnft insert rule inet filter input tcp dport 22 drop\nnft add rule inet filter input ip saddr 10.0.0.0/8 tcp dport 22 accept",
    ];
    for script in loud {
        let found = conflicts(script);
        let reached = found.iter().filter(|m| m.contains("is never reached"));
        assert_eq!(reached.count(), 1, "{script}: {found:#?}");
    }
}

#[test]
fn two_documents_have_no_order() {
    let both = |a: &str, b: &str| {
        let text = format!(
            "format: 1\nlab: x\n{NAS}\ndocuments: {{a: {{file: a.sh, for: [host/nas]}}, b: {{file: b.sh, for: [host/nas]}}}}\n# file: a.sh\n#!/bin/sh\n{a}\n# file: b.sh\n#!/bin/sh\n{b}\n"
        );
        messages("fw-conflict", &text)
    };
    let narrow = "ufw allow from 192.168.10.0/24 to any port 22 proto tcp";
    assert!(both("ufw deny 22/tcp", narrow).is_empty());
    assert!(both(narrow, "ufw deny 22/tcp").is_empty());
    assert!(both("ufw allow 22/tcp", "ufw allow 22/tcp").is_empty());
    assert!(both(narrow, "ufw deny from 192.168.10.7\nufw allow 22/tcp").is_empty());
    let expected = format!(
        "line 2 limits nothing: 'ufw allow 22/tcp' allows what '{narrow}' allows, and more"
    );
    assert_eq!(both(narrow, "ufw allow 22/tcp"), [expected]);
}

#[test]
fn versions_of_the_protocol_and_rates_are_kept_apart() {
    let quiet = [
        "ufw allow from fd00::/64 to any port 22 proto tcp\nufw allow from 0.0.0.0/0 to any port 22 proto tcp",
        "ufw allow from 192.168.10.0/24 to any port 22 proto tcp\nufw allow from ::/0 to any port 22 proto tcp",
        "nft add rule inet filter input ip6 saddr fd00::/64 tcp dport 22 accept\nnft add rule inet filter input ip saddr 0.0.0.0/0 tcp dport 22 accept",
        "nft add rule ip filter input tcp dport 22 drop\nnft add rule ip6 filter input tcp dport 22 accept",
        "ip6tables -A INPUT -j DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT",
        "ufw allow from 192.168.10.0/24 to any port 22 proto tcp\nufw limit 22/tcp",
        "ufw limit 22/tcp\nufw allow 22",
        // `any` with an address of its own is more than that.
        "ufw allow from 192.168.10.0/24 to any port 22\nufw allow from any to 192.168.10.5 port 22",
    ];
    for script in quiet {
        assert!(
            conflicts(script).is_empty(),
            "{script}: {:#?}",
            conflicts(script)
        );
    }
    let loud = [
        "ip6tables -A INPUT -j DROP\nip6tables -A INPUT -s fd00::/64 -p tcp --dport 22 -j ACCEPT",
        "ufw allow from 192.168.10.0/24 to any port 22\nufw allow from 0.0.0.0/0 to any port 22",
        "nft add rule inet filter input ip6 saddr fd00::/64 tcp dport 22 accept\nnft add rule inet filter input tcp dport 22 accept",
    ];
    for script in loud {
        assert_eq!(conflicts(script).len(), 1, "{script}");
    }
}

#[test]
fn what_the_programs_take_is_not_refused() {
    let taken = [
        "nft add rule inet filter input tcp dport 22 reject with tcp reset",
        "nft add rule inet nat prerouting tcp dport 80 dnat ip to 192.168.10.5:80",
        "nft add rule inet nat prerouting udp dport 53 tproxy ip to 127.0.0.1:53",
        "nft add rule inet filter input tcp dport 22 accept comment '\"tcp from home\"'",
        "nft add rule inet filter input tcp dport {22,80} accept",
        "iptables -A INPUT -s 192.168.10.0/255.255.255.0 -j ACCEPT",
        "iptables -A INPUT -s 10.0.0.0/8,192.168.0.0/16 -j ACCEPT",
        "ufw default deny input",
        "ufw default allow output",
        "ufw default deny forward",
        "ufw allow from 192.168.10.0/255.255.255.0 to any port 22",
    ];
    for line in taken {
        assert!(told("fw-syntax", NAS, line).is_empty(), "{line}");
    }
    let refused = [
        "iptables -A INPUT -s 10.0.0.0/8,192.168.0.0/99 -j ACCEPT",
        "iptables -A INPUT -s 192.168.10.0/255.0.255.0 -j ACCEPT",
        "nft add rule inet filter input tcp port 22 accept",
        "ufw default deny inside",
    ];
    for line in refused {
        assert_eq!(told("fw-syntax", NAS, line).len(), 1, "{line}");
    }
}

#[test]
fn who_is_let_in_is_seen_behind_states_and_destinations_and_in_both_versions() {
    let loud = [
        "ufw allow from 0.0.0.0/1 to any port 22 proto tcp",
        "ufw allow from fd00::/8 to any port 22 proto tcp",
        "ufw allow from any to 192.168.10.5 port 22 proto tcp",
        "iptables -A INPUT -p tcp --dport 22 -m state --state NEW -j ACCEPT",
        "iptables -A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT",
        "nft add rule inet filter input ct state new tcp dport 22 accept",
        "ufw allow from 192.168.0.0/16 to any port 22",
    ];
    for line in loud {
        assert_eq!(told("fw-scope", NAS, line).len(), 1, "{line}");
    }
    let quiet = [
        "iptables -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT",
        "nft add rule inet filter input iifname wg0 tcp dport 22 accept",
        "ufw allow in on wg0 to any port 22",
        "ufw allow from 203.0.113.0/24 to any port 22",
    ];
    for line in quiet {
        assert!(told("fw-scope", NAS, line).is_empty(), "{line}");
    }
    // Two networks with the same addresses are no more addresses than one.
    let twice = "hosts: {nas: , web: }
networks: {a: {kind: docker, on: nas, subnet: 172.16.0.0/16}, b: {kind: docker, on: web, subnet: 172.16.0.0/16}}";
    assert_eq!(
        told("fw-scope", twice, "ufw allow from 172.16.0.0/15").len(),
        1
    );
}

#[test]
fn an_exposure_excuses_its_own_ports_on_its_own_machine() {
    let exposed = |ways: &str| format!("hosts: {{nas: {{firewall: {{}}, exposures: [{ways}]}}}}");
    let of = |ways: &str, line: &str| told("fw-scope", &exposed(ways), line).len();
    let web = "{port: 80, from: any, why: x}, {port: 443, from: any, why: x}";
    assert_eq!(of(web, "ufw allow 80,443/tcp"), 0);
    assert_eq!(of(web, "ufw allow 80,444/tcp"), 1);
    assert_eq!(
        of("{port: 53/udp, from: any, why: x}", "ufw allow 53/udp"),
        0
    );
    assert_eq!(
        of("{port: 53/udp, from: any, why: x}", "ufw allow 53/tcp"),
        1
    );
    let range = "hosts: {nas: }\nservices: {cast: {runs: {host: nas}, exposures: [{port: 8000-8010, from: any, why: x}]}}";
    assert_eq!(told("fw-scope", range, "ufw allow 8005/tcp").len(), 0);
    assert_eq!(told("fw-scope", range, "ufw allow 8000:8010/tcp").len(), 0);
    assert_eq!(told("fw-scope", range, "ufw allow 8000:8011/tcp").len(), 1);
    let guest = |host: &str, guest: &str| {
        let text = format!(
            "format: 1\nlab: x\nhosts: {{pve: {{firewall: {{}}, exposures: [{host}]}}}}
services: {{s: {{runs: {{guest: web}}, exposures: [{guest}]}}}}
guests: {{web: {{kind: vm, on: pve}}}}
documents: {{a: {{file: a.sh, for: [guest/web]}}}}\n# file: a.sh\n#!/bin/sh\nufw allow 443/tcp\n"
        );
        messages("fw-scope", &text).len()
    };
    let way = "{port: 443, from: any, why: x}";
    assert_eq!(guest("", way), 0);
    assert_eq!(guest(way, ""), 1);
}

#[test]
fn published_ports_of_guests_ranges_and_long_forms() {
    let of = |machine: &str, ports: &str| {
        let text = format!(
            "format: 1\nlab: x\n{machine}\nstacks: {{db: {{file: w.yaml, on: nas}}}}\n# file: w.yaml\nservices:\n  db:\n    image: 'x:1'\n    ports:\n{ports}\n"
        );
        let (findings, _) = check(&text, None);
        let mut own = findings
            .into_iter()
            .filter(|d| d.code == "fw-docker-bypass");
        let found = own.next().map(|d| {
            (
                d.message.clone(),
                d.help.join(" "),
                usize::from(d.fix.is_some()),
            )
        });
        assert!(own.next().is_none());
        found
    };
    let host = "hosts: {nas: {firewall: {table: holdfast}}}";
    let (message, help, fixes) = of(host, "      - '53:53/udp'").unwrap();
    assert_eq!(
        message,
        "port 53/udp of container 'db' of stack 'db' is open to everybody, past the firewall of host 'nas'"
    );
    assert!(help.contains("'127.0.0.1:53:53/udp'"), "{help}");
    assert_eq!(fixes, 1);
    let (message, help, fixes) = of(host, "      - '5000-5010:5000-5010/udp'").unwrap();
    assert_eq!(
        message,
        "ports 5000-5010/udp of container 'db' of stack 'db' are open to everybody, past the firewall of host 'nas'"
    );
    assert!(
        help.contains("'127.0.0.1:5000-5010:5000-5010/udp'"),
        "{help}"
    );
    assert_eq!(fixes, 0);
    let (_, help, fixes) = of(host, "      - target: 5432\n        published: 5432").unwrap();
    assert!(help.contains("'host_ip: 127.0.0.1'"), "{help}");
    assert_eq!(fixes, 1);
    let guest = "hosts: {pve: }\nguests: {nas: {kind: vm, on: pve, firewall: {table: holdfast}}}";
    let (message, ..) = of(guest, "      - '5432:5432'").unwrap();
    assert!(
        message.ends_with("past the firewall of guest 'nas'"),
        "{message}"
    );
}
