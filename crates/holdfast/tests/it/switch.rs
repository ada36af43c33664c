//! Switches by SNMP and LLDP: the real snmpd and lldpd of Debian in namespaces with cables between them, and agents that lie.

use crate::ran::{BINARY, Ran};
use crate::tree::Tree;
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
    tree: Tree,
}

impl Field {
    fn new(snmp: &str, more: &str, text: &str) -> Self {
        let field = Self {
            tree: Tree::hiding(&[PASSPHRASES[0], PASSPHRASES[1], COMMUNITY]),
        };
        for (name, secret) in [
            ("auth", PASSPHRASES[0]),
            ("privacy", PASSPHRASES[1]),
            ("community", COMMUNITY),
            ("wrong", "not-the-passphrase"),
        ] {
            std::fs::write(field.tree.path(name), format!("{secret}\n")).unwrap();
        }
        field.write(snmp, more, text);
        field
    }

    fn write(&self, snmp: &str, more: &str, text: &str) {
        let dir = self.tree.path("").display().to_string();
        let snmp = snmp.replace("DIR", &dir);
        let all = format!(
            "format: 1\nlab: kelp\ndevices:\n  sw1: {{kind: switch, snmp: {{{snmp}}}{more}}}\n{text}"
        );
        self.tree.write(&all);
    }

    fn run(&self, switch: Option<&Switch>, arguments: &[&str]) -> Ran {
        match switch {
            Some(switch) => self.tree.run_as(switch.command(BINARY), arguments),
            None => self.tree.run(arguments),
        }
    }

    /// Differences of the switch, `differs device-port:swp1 | port 1 up | down`.
    fn drift(&self, switch: &Switch) -> Vec<String> {
        let ran = self.run(Some(switch), &["drift", "--on", "real", "--json"]);
        let rows = ran.differences().into_iter();
        rows.filter(|r| r.contains(" device")).collect()
    }
}

fn v3(user: &str) -> String {
    format!("at: 127.0.0.1, user: {user}, auth: {{file: DIR/auth}}, privacy: {{file: DIR/privacy}}")
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
        seen.all()
    );
    assert!(seen.stdout.contains("0 kinds incomplete"), "{}", seen.all());
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

    // The same by version 2c.
    let v2c = "at: 127.0.0.1, community: {file: DIR/community}";
    field.write(v2c, &more, FITS);
    assert_eq!(field.drift(&switch), [""; 0]);
    let judged = field.run(Some(&switch), &["check"]);
    assert!(judged.all().contains("sec-snmp-clear"), "{}", judged.all());
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
        assert_eq!(seen.code, 7, "{}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        let unreachable = seen.stdout.contains("device/sw1  unreachable");
        assert!(unreachable, "{}", seen.all());
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
    assert_eq!(seen.code, 7, "{}", seen.all());
    assert!(
        seen.stdout.contains("device/sw1  unreachable"),
        "{}",
        seen.all()
    );
}

/// What a question asks: its kind (0xa0 GET, 0xa5 GETBULK), its number as it stands in it, and the names of objects.
struct Question {
    kind: u8,
    id: Vec<u8>,
    names: Vec<Vec<u8>>,
}

/// Type, length and value of BER, and what comes behind.
fn item(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let (length, start) = match bytes[1] {
        short @ 0..=127 => (usize::from(short), 2),
        long => {
            let digits = usize::from(long & 0x7f);
            let length = bytes[2..2 + digits]
                .iter()
                .fold(0, |n, b| n << 8 | usize::from(*b));
            (length, 2 + digits)
        }
    };
    let (value, rest) = bytes[start..].split_at(length);
    (bytes[0], value, rest)
}

fn written(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[kind, 0x82], length.as_slice(), value].concat()
}

fn question(bytes: &[u8]) -> Question {
    let (_, message, _) = item(bytes);
    let (_, _, after_version) = item(message);
    let (_, _, after_community) = item(after_version);
    let (kind, pdu, _) = item(after_community);
    let (_, id, rest) = item(pdu);
    let (_, _, rest) = item(rest);
    let (_, _, rest) = item(rest);
    let (_, mut binds, _) = item(rest);
    let mut names = Vec::new();
    while !binds.is_empty() {
        let (_, bind, rest) = item(binds);
        names.push(item(bind).1.to_vec());
        binds = rest;
    }
    let id = id.to_vec();
    Question { kind, id, names }
}

/// An answer with these values.
fn answer(id: &[u8], binds: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let binds = binds.iter().map(|(name, value)| {
        let name = written(6, name);
        written(0x30, &[name, value.clone()].concat())
    });
    let binds = written(0x30, &binds.collect::<Vec<_>>().concat());
    let zero = written(2, &[0]);
    let pdu = written(0xa2, &[written(2, id), zero.clone(), zero, binds].concat());
    let community = written(4, COMMUNITY.as_bytes());
    written(0x30, &[written(2, &[1]), community, pdu].concat())
}

/// Of single objects, the time since it started; of tables, that there is nothing more.
fn honest(asked: &Question) -> Vec<u8> {
    let value = match asked.kind {
        0xa0 => written(0x43, &[1]),
        _ => vec![0x82, 0],
    };
    let binds = asked.names.iter().map(|n| (n.clone(), value.clone()));
    answer(&asked.id, &binds.collect::<Vec<_>>())
}

/// So many rows behind that which was asked for, each with a text of this length.
fn more(asked: &Question, rows: u16, length: usize) -> Vec<u8> {
    let mut column = asked.names[0].clone();
    // Rows are counted in the last two bytes of their name, of seven bits each; the last bytes of columns are below 128.
    let last = match column[column.len() - 2] & 0x80 {
        0 => 127,
        _ => {
            let low = column.pop().unwrap();
            let high = column.pop().unwrap();
            (u16::from(high & 0x7f) << 7) | u16::from(low)
        }
    };
    let row = |n: u16| {
        let count = [0x80 | (n >> 7) as u8, (n & 0x7f) as u8];
        let name = [column.as_slice(), &count].concat();
        (name, written(4, &vec![b'x'; length]))
    };
    let binds: Vec<_> = (last + 1..=last + rows).map(row).collect();
    answer(&asked.id, &binds)
}

type Lie = fn(&Question) -> Vec<u8>;

/// An agent that answers tables so, and single objects honestly, unless `all`.
fn liar(lie: Lie, all: bool) -> String {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        loop {
            let (length, from) = socket.recv_from(&mut bytes).unwrap();
            let asked = question(&bytes[..length]);
            let said = match all || asked.kind == 0xa5 {
                true => lie(&asked),
                false => honest(&asked),
            };
            socket.send_to(&said, from).unwrap();
        }
    });
    at
}

#[test]
fn an_agent_that_lies_ends_in_an_error() {
    let rows: &[(Lie, bool, &str)] = &[
        // The same row again and again.
        (
            |q| {
                let mut name = q.names[0].clone();
                name.truncate(11);
                name.push(5);
                answer(&q.id, &[(name, written(4, b"swp1"))])
            },
            false,
            "a table goes in circles",
        ),
        // A table without an end, of short rows and of long ones.
        (|q| more(q, 20, 1), false, "tells more than 8192 rows"),
        (
            |q| more(q, 7, 8_000),
            false,
            "tells more than 4194304 bytes",
        ),
        // Garbage, half an answer, an answer to another question.
        (
            |_| b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
            true,
            "did not answer within 2 s",
        ),
        (
            |q| {
                let mut said = honest(q);
                said.truncate(said.len() - 3);
                said
            },
            true,
            "did not answer within 2 s",
        ),
        (
            |q| {
                let binds = [(q.names[0].clone(), written(0x43, &[1]))];
                answer(&[0x11, 0x22], &binds)
            },
            true,
            "did not answer within 2 s",
        ),
        // Other objects than those that were asked for, and none.
        (
            |q| answer(&q.id, &[(vec![0x2b, 6, 1], written(4, b"x"))]),
            true,
            "not of the shape of the question",
        ),
        (
            |q| answer(&q.id, &[]),
            true,
            "not of the shape of the question",
        ),
    ];
    for (lie, all, why) in rows {
        let at = liar(*lie, *all);
        let field = Field::new(
            &format!("at: '{at}', community: {{file: DIR/community}}"),
            "",
            "",
        );
        let timeout = match why.contains("2 s") {
            true => "2s",
            false => "60s",
        };
        let seen = field.run(
            None,
            &["observe", "--on", "real", "--unknown", "--timeout", timeout],
        );
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
    }
}

#[test]
fn a_twin_asks_no_switch_and_says_so() {
    let at = liar(|_| panic!("a twin asks the switch of the real lab"), true);
    let field = Field::new(
        &format!("at: '{at}', community: {{file: DIR/community}}"),
        "",
        "",
    );
    let seen = field.run(None, &["observe", "--on", "twin"]);
    let said = "not in the twin: device/sw1 (no switch is in a twin";
    assert!(seen.stdout.contains(said), "{}", seen.all());
    let ran = field.run(None, &["drift", "--on", "twin"]);
    assert!(
        ran.stdout.contains("cannot be shown by a twin"),
        "{}",
        ran.all()
    );
}

#[test]
fn what_makes_the_user_is_printed() {
    let field = Field::new(&v3(USER), "", "");
    let printed = field.run(None, &["access"]);
    for part in [
        "device/sw1  SNMP",
        "user holdfast, security level authPriv, SHA-256 and AES",
        "net-snmp-create-v3-user -ro -a SHA-256 -x AES holdfast",
        "/auth)",
        "/privacy)",
    ] {
        assert!(printed.stdout.contains(part), "{part}: {}", printed.all());
    }
    let listed = field.run(None, &["secret", "list"]);
    for name in ["device/sw1/auth", "device/sw1/privacy"] {
        assert!(listed.stdout.contains(name), "{name}: {}", listed.all());
    }
}
