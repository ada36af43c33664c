//! Switches by SNMP and LLDP: the real snmpd and lldpd of Debian in namespaces with cables between them, and agents that lie.

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use testkit::snmp::{BLIND, COMMUNITY, PASSPHRASES, Switch, USER};

/// What a switch says of its chassis and its VLANs: 10 untagged at both ports, 20 tagged at the second, and 30 nowhere.
const TABLES: &str = "
override .1.3.6.1.2.1.47.1.1.1.1.5.1 integer 3
override .1.3.6.1.2.1.47.1.1.1.1.11.1 octet_str SN12345
override .1.3.6.1.2.1.47.1.1.1.1.13.1 octet_str SG2210
override .1.3.6.1.2.1.17.1.4.1.2.1 integer 2
override .1.3.6.1.2.1.17.1.4.1.2.2 integer 3
override .1.3.6.1.2.1.17.7.1.1.4.0 unsigned 3
override .1.3.6.1.2.1.17.7.1.4.3.1.1.10 octet_str lan
override .1.3.6.1.2.1.17.7.1.4.3.1.2.10 octet_str 0xc000
override .1.3.6.1.2.1.17.7.1.4.3.1.4.10 octet_str 0xc000
override .1.3.6.1.2.1.17.7.1.4.3.1.1.20 octet_str iot
override .1.3.6.1.2.1.17.7.1.4.3.1.2.20 octet_str 0x4000
override .1.3.6.1.2.1.17.7.1.4.3.1.4.20 octet_str 0x0000
override .1.3.6.1.2.1.17.7.1.4.3.1.1.30 octet_str guests
override .1.3.6.1.2.1.17.7.1.4.3.1.2.30 octet_str 0x0000
override .1.3.6.1.2.1.17.7.1.4.3.1.4.30 octet_str 0x0000
";

/// The declaration that fits.
const FITS: &str = "
networks:
  lan: {vlan: 10, subnet: 192.0.2.0/26}
  iot: {vlan: 20, subnet: 192.0.2.64/26}
  guests: {vlan: 30, subnet: 192.0.2.128/26}
hosts:
  nas: {hardware: {nics: {eno1: 10Gbit/s, eno2: {speed: 10Gbit/s, mac: '00:16:3e:00:02:02'}}}}
cables:
  - {from: sw1/1, to: nas/eno1}
  - {from: nas/eno2, to: sw1/2}
";
const PORTS: &str =
    "{1: {speed: 10Gbit/s, network: lan}, 2: {network: lan, tagged: [iot]}, 3: 1Gbit/s}";

/// A lab tree with one switch; nothing is logged in to.
struct Field {
    dir: tempfile::TempDir,
}

struct Ran {
    code: Option<i32>,
    text: String,
    stdout: String,
}

impl Field {
    fn new(snmp: &str, more: &str, text: &str) -> Self {
        let field = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir_all(field.lab()).unwrap();
        for (name, secret) in [
            ("auth", PASSPHRASES[0]),
            ("privacy", PASSPHRASES[1]),
            ("community", COMMUNITY),
            ("wrong", "not-the-passphrase"),
        ] {
            std::fs::write(field.dir.path().join(name), format!("{secret}\n")).unwrap();
        }
        field.write(snmp, more, text);
        field
    }

    fn write(&self, snmp: &str, more: &str, text: &str) {
        let dir = self.dir.path().display().to_string();
        let snmp = snmp.replace("DIR", &dir);
        let all = format!(
            "format: 1\nlab: kelp\ndevices:\n  sw1: {{kind: switch, snmp: {{{snmp}}}{more}}}\n{text}"
        );
        std::fs::write(self.lab().join("holdfast.yaml"), all).unwrap();
    }

    fn lab(&self) -> PathBuf {
        self.dir.path().join("lab")
    }

    fn run(&self, switch: Option<&Switch>, arguments: &[&str]) -> Ran {
        let (verb, rest) = arguments.split_at(match arguments {
            ["facts", ..] => 2,
            _ => 1,
        });
        let binary = env!("CARGO_BIN_EXE_holdfast");
        let mut command = match switch {
            Some(switch) => switch.command(binary),
            None => Command::new(binary),
        };
        let output = command
            .args(verb)
            .arg(self.lab())
            .args(rest)
            .env("HOLDFAST_DATA", self.dir.path().join("data"))
            .env("NO_COLOR", "1")
            .env("COLUMNS", "400")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let ran = Ran {
            code: output.status.code(),
            text: format!("{stdout}{stderr}"),
            stdout,
        };
        for secret in PASSPHRASES.iter().chain([&COMMUNITY]) {
            assert!(!ran.text.contains(secret), "{}", ran.text);
        }
        ran
    }

    /// Differences of the switch, `differs device-port:swp1 | port 1 up | down`.
    fn drift(&self, switch: &Switch) -> Vec<String> {
        let ran = self.run(Some(switch), &["drift", "--on", "real", "--json"]);
        let rows: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.text));
        let line = |d: &Value| {
            let [how, path, before, after] =
                ["how", "path", "declared", "observed"].map(|f| d[f].as_str().unwrap().to_owned());
            format!("{how} {path} | {before} | {after}")
        };
        let rows = rows.as_array().unwrap().iter().map(line);
        rows.filter(|r| r.contains(" device")).collect()
    }
}

fn v3(user: &str) -> String {
    format!("at: 127.0.0.1, user: {user}, auth: {{file: DIR/auth}}, privacy: {{file: DIR/privacy}}")
}

/// Files below a folder that have a text in them.
fn holding(folder: &std::path::Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(text) {
            found.push(path);
        }
    }
    found
}

#[test]
fn what_a_switch_tells_is_seen_and_held_against_what_is_declared() {
    let switch = Switch::start(TABLES);
    let more = format!(", serial: SN12345, ports: {PORTS}");
    let field = Field::new(&v3(USER), &more, FITS);
    let seen = field.run(Some(&switch), &["observe", "--on", "real"]);
    assert!(
        seen.stdout.contains("device/sw1  answered"),
        "{}",
        seen.text
    );
    assert!(seen.stdout.contains("0 kinds incomplete"), "{}", seen.text);
    assert_eq!(field.drift(&switch), [""; 0]);

    let shown = field.run(Some(&switch), &["facts", "show", "--only", "device"]);
    let shown = format!(
        "{}{}",
        shown.stdout,
        ["device-port", "device-vlan", "device-neighbour"]
            .map(|kind| field
                .run(Some(&switch), &["facts", "show", "--only", kind])
                .stdout)
            .concat()
    );
    for part in [
        "device:system",
        "name=sw1",
        "serial=SN12345",
        "model=SG2210",
        "device-port:swp1",
        "oper=up",
        "speed=10000000000",
        "mac=00:16:3e:00:01:01",
        "device-vlan:20",
        "tagged=[swp2]",
        "name=nas.home.arpa",
        "local=swp1",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for secret in PASSPHRASES {
        let data = holding(&field.dir.path().join("data"), secret);
        assert_eq!(data, Vec::<PathBuf>::new());
    }

    // The same by version 2c.
    let v2c = "at: 127.0.0.1, community: {file: DIR/community}";
    field.write(v2c, &more, FITS);
    assert_eq!(field.drift(&switch), [""; 0]);
    let judged = field.run(Some(&switch), &["check"]);
    assert!(judged.text.contains("sec-snmp-clear"), "{}", judged.text);
}

#[test]
fn what_is_wired_or_set_in_another_way_is_drift() {
    let switch = Switch::start(TABLES);
    let ports = "{1: {speed: 25Gbit/s, network: iot}, 2: {network: lan, tagged: [guests]}, 3: {interface: swp3}, 4: 1Gbit/s}";
    let more = format!(", serial: SN999, ports: {ports}");
    let text = "
networks:
  lan: {vlan: 10, subnet: 192.0.2.0/26}
  iot: {vlan: 20, subnet: 192.0.2.64/26}
  guests: {vlan: 40, subnet: 192.0.2.128/26}
hosts:
  nas: {hardware: {nics: {eno1: {}, eno2: {}}}}
  pve1: {hardware: {nics: {eno1: {}}}}
cables:
  - {from: sw1/1, to: pve1/eno1}
  - {from: nas/eno1, to: sw1/3}
";
    let field = Field::new(&v3(USER), &more, text);
    let rows = field.drift(&switch);
    let nas = |n: u8| format!("nas.home.arpa (00:16:3e:00:02:01), port eno{n}");
    let expected = [
        "differs device:chassis | serial SN999 | SN12345".to_owned(),
        "differs device-port:swp1 | port 1 at 25Gbit/s | 10Gbit/s".to_owned(),
        format!(
            "differs device-neighbour:swp1 | port 1 to pve1/eno1 | {}",
            nas(1)
        ),
        "differs device-vlan:swp1 | port 1: VLAN 20 (iot) untagged | VLAN 10 untagged".to_owned(),
        "missing device-vlan:swp2 | port 2: VLAN 40 (guests) tagged | VLAN 20 tagged".to_owned(),
        "undeclared device-vlan:swp2 | port 2: no other VLAN tagged | VLAN 20 tagged".to_owned(),
        "differs device-port:swp3 | port 3 up, with the cable to nas/eno1 | switched off"
            .to_owned(),
        "missing device-port:4 | port 4 | absent".to_owned(),
        format!(
            "undeclared device-neighbour:swp2/00:16:3e:00:02:01/00:16:3e:00:02:02 | no cable declared | {} at swp2",
            nas(2)
        ),
        "undeclared device-vlan:30 | no network has it | VLAN 30, called guests".to_owned(),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_cable_that_is_pulled_is_a_port_that_is_down() {
    let switch = Switch::start(TABLES);
    let more = format!(", ports: {PORTS}");
    let field = Field::new(&v3(USER), &more, FITS);
    assert_eq!(field.drift(&switch), [""; 0]);
    switch.pull("swp1");
    let rows = field.drift(&switch);
    let down = "differs device-port:swp1 | port 1 up, with the cable to nas/eno1 | ";
    assert!(rows.iter().any(|r| r.starts_with(down)), "{rows:#?}");
}

#[test]
fn what_a_view_hides_is_unknown() {
    let switch = Switch::start("");
    let more = format!(", serial: SN12345, ports: {PORTS}");
    let snmp = format!("{}, auth_protocol: sha1", v3(BLIND));
    let field = Field::new(&snmp, &more, FITS);
    let rows = field.drift(&switch);
    let neighbours = "its view shows 0";
    for (start, why) in [
        ("unknown device-port:* | no other ports", "its view shows 3"),
        (
            "unknown device-neighbour:* | no other neighbours",
            neighbours,
        ),
        ("unknown device:chassis | serial SN12345", "it was not told"),
        (
            "unknown device-neighbour:swp1 | port 1 to nas/eno1",
            neighbours,
        ),
        (
            "unknown device-vlan:swp1 | port 1 in the VLANs",
            "Q-BRIDGE-MIB",
        ),
    ] {
        let found = rows.iter().any(|r| r.starts_with(start) && r.contains(why));
        assert!(found, "{start}: {rows:#?}");
    }
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
}

#[test]
fn who_is_not_let_in_is_told_why() {
    let mut switch = Switch::start("");
    let field = Field::new(&v3(USER), "", "");
    let wrong = |field: &Field, snmp: &str, why: &str| {
        field.write(snmp, "", "");
        let seen = field.run(
            Some(&switch),
            &["observe", "--on", "real", "--timeout", "2s"],
        );
        assert_eq!(seen.code, Some(7), "{}", seen.text);
        assert!(seen.text.contains(why), "{why}: {}", seen.text);
        let unreachable = seen.stdout.contains("device/sw1  unreachable");
        assert!(unreachable, "{}", seen.text);
    };
    let auth = v3(USER).replace("DIR/auth", "DIR/wrong");
    let silent = "to whom the user, a passphrase or a protocol is wrong";
    wrong(&field, &auth, silent);
    wrong(&field, &v3("nobody"), silent);
    let gone = v3(USER).replace("DIR/auth", "DIR/none");
    wrong(
        &field,
        &gone,
        "the passphrase of its agent cannot be obtained",
    );
    let community = "at: 127.0.0.1, community: {file: DIR/wrong}";
    wrong(
        &field,
        community,
        "as one does that knows another community",
    );
    wrong(
        &field,
        "at: 127.0.0.1",
        "add `user: holdfast` to `snmp` of device/sw1",
    );
    let both = format!("{}, community: {{file: DIR/community}}", v3(USER));
    wrong(&field, &both, "keep one of them");
    switch.stop();
    field.write(&v3(USER), "", "");
    let seen = field.run(
        Some(&switch),
        &["observe", "--on", "real", "--timeout", "2s"],
    );
    assert_eq!(seen.code, Some(7), "{}", seen.text);
    assert!(
        seen.stdout.contains("device/sw1  unreachable"),
        "{}",
        seen.text
    );
}
