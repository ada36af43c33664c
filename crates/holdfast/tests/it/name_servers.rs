//! Name servers on a real host: processes of their names with their files in their places, `observe` and what `check` makes of what was kept.

use crate::rig::Rig;
use serde_json::Value;
use testkit::tools;

const PIHOLE: &str = "[dns]
  upstreams = [
    \"192.0.2.53\"
  ] ### CHANGED
  hosts = [
    \"192.0.2.10 nas.home.arpa\",
    \"192.0.2.12 wiki.home.arpa\"
  ]
  port = 53
[dns.blocking]
  active = true
[dhcp]
  active = false
[webserver.api]
  pwhash = \"hunter2\"
";

const ZONE: &str = "dns: {home.arpa: {primary: web, records: [{name: nas, type: A, value: 192.0.2.10}, {name: wiki, type: A, value: 192.0.2.12}]}}\n";

fn put(rig: &Rig, path: &str, text: &str) {
    rig.host.put_file(path, 0o600, text.as_bytes()).unwrap();
}

/// Looks again, and tells which facts of name servers were kept.
fn observed(rig: &Rig) -> String {
    let ran = rig.run(&["observe", rig.lab(), "--on", "real"]);
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
    let shown = rig.run(&["facts", "show", rig.lab(), "--on", "real", "--only", "dns"]);
    assert!(!shown.all().contains("hunter2"), "{}", shown.all());
    let lines = shown.stdout.lines();
    let lines = lines.map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// What `check` finds of name servers: `warning dns-records: …`.
fn found(rig: &Rig) -> Vec<String> {
    let ran = rig.run(&["check", rig.lab(), "--on", "real", "--json"]);
    let line = |d: &Value| {
        let text = |f: &str| d[f].as_str().unwrap_or_default().to_owned();
        let rule = text("code");
        let of_names = [
            "dns-records",
            "dns-loop",
            "dns-upstream",
            "dhcp-two-servers",
        ];
        of_names
            .contains(&rule.as_str())
            .then(|| format!("{} {rule}: {}", text("severity"), text("message")))
    };
    ran.json()
        .as_array()
        .unwrap()
        .iter()
        .filter_map(line)
        .collect()
}

#[test]
fn a_pi_hole_is_held_against_the_declaration() {
    let rig = Rig::enrolled();
    std::fs::write(rig.path("lab/lab/dns.yaml"), ZONE).unwrap();
    put(&rig, "/etc/pihole/pihole.toml", PIHOLE);
    let stopped = observed(&rig);
    assert!(stopped.contains("runs=stopped"), "{stopped}");
    tools::named(&rig.host, "pihole-FTL", "");
    let runs = observed(&rig);
    assert!(
        runs.contains("dns:pihole/host/nas.home.arpa addresses=[192.0.2.10]"),
        "{runs}"
    );
    assert_eq!(found(&rig), [""; 0]);

    let other = PIHOLE
        .replace("192.0.2.10", "192.0.2.11")
        .replace("wiki", "wikis");
    put(&rig, "/etc/pihole/pihole.toml", &other);
    observed(&rig);
    assert_eq!(
        found(&rig),
        [
            "warning dns-records: Pi-hole on host 'web' answers 'nas.home.arpa' with 192.0.2.11, and 192.0.2.10 is declared",
            "warning dns-records: Pi-hole on host 'web' has no A record of 'wiki.home.arpa', which is declared",
        ]
    );
    put(&rig, "/etc/pihole/pihole.toml", "[dns\nhunter2");
    unknown(
        &rig,
        "2 lines of its configuration are not understood, or too many",
    );
}

/// What the rules ask is unknown, and `facts show` says why.
fn unknown(rig: &Rig, why: &str) {
    let kept = observed(rig);
    assert!(kept.contains(&format!("unknown ({why})")), "{why}: {kept}");
    let found = found(rig);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(
        found
            .iter()
            .all(|l| l.contains(": unknown: whether host 'web' ")),
        "{found:#?}"
    );
}

const ADGUARD: &str = "users:
  - name: admin
    password: $2a$10$hunter2
dns:
  bind_hosts:
    - 0.0.0.0
  port: 53
  upstream_dns:
    - https://dns.example.org/hunter2
filtering:
  rewrites:
    - domain: nas.home.arpa
      answer: 192.0.2.10
    - domain: '*.home.arpa'
      answer: 192.0.2.12
";

/// AdGuard Home in its own folder, unbound with what it includes, dnsmasq with its folder: whichever of them is asked has the records.
#[test]
fn others_that_answer_names_are_held_against_the_declaration() {
    let rig = Rig::enrolled();
    std::fs::write(rig.path("lab/lab/dns.yaml"), ZONE).unwrap();
    put(&rig, "/opt/AdGuardHome/AdGuardHome.yaml", ADGUARD);
    tools::named(&rig.host, "AdGuardHome", "-s run -w /opt/AdGuardHome");
    put(
        &rig,
        "/etc/unbound/unbound.conf",
        "include-toplevel: \"/etc/unbound/unbound.conf.d/*.conf\"\n",
    );
    put(
        &rig,
        "/etc/unbound/unbound.conf.d/a.conf",
        "server:\n  interface: 127.0.0.1@5335\n  local-data: \"other.home.arpa. A 192.0.2.99\"\n",
    );
    put(
        &rig,
        "/etc/unbound/unbound.conf.d/keys.conf",
        "remote-control:\n  server-key-file: \"/etc/hunter2\"\n",
    );
    tools::named(&rig.host, "unbound", "-d -p");
    let kept = observed(&rig);
    for want in [
        "upstreams=[https://dns.example.org]",
        "dns:adguard/host/nas.home.arpa",
        "dns:unbound/host/other.home.arpa",
        "local=true port=5335",
    ] {
        assert!(kept.contains(want), "{want}: {kept}");
    }
    assert_eq!(found(&rig), [""; 0]);

    let other = ADGUARD
        .replace("192.0.2.10", "192.0.2.11")
        .replace("'*.home.arpa'", "x.home.arpa");
    put(&rig, "/opt/AdGuardHome/AdGuardHome.yaml", &other);
    rig.host
        .exec_sh("rm /etc/unbound/unbound.conf.d/a.conf")
        .unwrap();
    observed(&rig);
    assert_eq!(
        found(&rig),
        [
            "warning dns-records: AdGuard Home on host 'web' answers 'nas.home.arpa' with 192.0.2.11, and 192.0.2.10 is declared",
            "warning dns-records: AdGuard Home on host 'web' has no A record of 'wiki.home.arpa', which is declared",
        ]
    );
    put(
        &rig,
        "/opt/AdGuardHome/AdGuardHome.yaml",
        "dns:\n  hunter2\n",
    );
    unknown(
        &rig,
        "1 lines of its configuration are not understood, or too many",
    );
}

#[test]
fn a_dnsmasq_is_held_against_the_declaration() {
    let rig = Rig::enrolled();
    std::fs::write(rig.path("lab/lab/dns.yaml"), ZONE).unwrap();
    put(
        &rig,
        "/etc/dnsmasq.conf",
        "no-resolv\nno-hosts\nconf-dir=/etc/dnsmasq.d/,*.conf\n",
    );
    put(
        &rig,
        "/etc/dnsmasq.d/lan.conf",
        "server=192.0.2.53\nhost-record=nas.home.arpa,192.0.2.10\naddress=/home.arpa/192.0.2.12\ntxt-record=x,hunter2\n",
    );
    put(
        &rig,
        "/etc/dnsmasq.d/lan.conf.bak",
        "host-record=bak.home.arpa,192.0.2.10\n",
    );
    tools::named(&rig.host, "dnsmasq", "-k -u nobody");
    let kept = observed(&rig);
    assert!(
        kept.contains("dns:dnsmasq/host/nas.home.arpa") && !kept.contains("bak.home.arpa"),
        "{kept}"
    );
    assert_eq!(found(&rig), [""; 0]);
    put(
        &rig,
        "/etc/dnsmasq.d/lan.conf",
        "host-record=nas.home.arpa,192.0.2.11\n",
    );
    observed(&rig);
    assert_eq!(
        found(&rig),
        [
            "warning dns-records: dnsmasq on host 'web' answers 'nas.home.arpa' with 192.0.2.11, and 192.0.2.10 is declared",
            "warning dns-records: dnsmasq on host 'web' has no A record of 'wiki.home.arpa', which is declared",
        ]
    );
    put(&rig, "/etc/dnsmasq.conf", "conf-file=/root/hunter3\n");
    unknown(&rig, "it names a file that lies elsewhere than is looked");
}
