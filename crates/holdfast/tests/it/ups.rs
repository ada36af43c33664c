//! UPSs by the real upsd of Debian with its driver that plays a UPS, and by servers that are none: `observe`, `drift`, `facts` and `check`.

use crate::ran::Ran;
use crate::tree::Tree;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use testkit::nut::{CANARY, Upsd};

const DEVICE: &str = "ups.status: OL
ups.mfr: American Power Conversion
ups.model: Back-UPS ES 700G
ups.serial: 5B1234X56789
ups.load: 23
ups.power.nominal: 700
ups.realpower.nominal: 405
ups.test.result: Done and passed
ups.test.date: 2026/11/01
battery.charge: 100
battery.charge.low: 10
battery.runtime: 1320.00
battery.runtime.low: 120
battery.date: 2023/06/01";

/// A lab tree with one UPS and the machines that it feeds; nothing is logged in to.
struct Field {
    tree: Tree,
}

impl Field {
    fn new(nut: &str, more: &str) -> Self {
        let field = Self {
            // What drivers are told to do their work with.
            tree: Tree::hiding(&[CANARY]),
        };
        field.write(nut, more);
        field
    }

    fn write(&self, nut: &str, more: &str) {
        let text = format!("format: 1\nlab: kelp\nups:\n  ups1: {{nut: '{nut}'{more}}}\n");
        self.tree.write(&text);
    }

    fn add(&self, text: &str) {
        let path = self.tree.lab().join("holdfast.yaml");
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{before}{text}")).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.tree.run(arguments)
    }

    /// Differences, `differs nut:ups.serial | serial A | B`, with the exit code.
    fn drift(&self) -> (i32, Vec<String>) {
        let ran = self.run(&["drift", "--on", "real", "--json"]);
        (ran.code, ran.differences())
    }

    /// What `check` says of what was observed, by rules about UPSs, after a fresh look.
    fn judged(&self) -> Vec<String> {
        let seen = self.run(&["observe", "--on", "real"]);
        assert!(matches!(seen.code, 0 | 7), "{}", seen.all());
        let ran = self.run(&["check", "--on", "real", "--json"]);
        let said = ran.json();
        let all = said["findings"].as_array().or(said.as_array()).unwrap();
        let code = |d: &Value| d["code"].as_str().unwrap_or_default().to_owned();
        let line = |d: &Value| format!("{}: {}", code(d), d["message"].as_str().unwrap());
        let ours = all.iter().filter(|d| {
            let code = code(d);
            code.starts_with("ups-") || code == "obs-stale"
        });
        ours.map(line).collect()
    }
}

#[test]
fn what_upsd_tells_is_seen_and_kept() {
    let upsd = Upsd::start(&[("ups1", DEVICE)]);
    let _told = upsd.attend("ups1");
    // Who asks upsd on its own machine comes from within; the machine is known by its name.
    let field = Field::new(
        &upsd.name_of("ups1").replace("127.0.0.1", "localhost"),
        ", model: APC Back-UPS ES 700G, serial: 5B1234X56789, rating: 700VA, power: 405W, runtime: 20m, watched_by: localhost",
    );
    field.add("hosts: {localhost: {}}\n");
    let seen = field.run(&["observe", "--on", "real"]);
    assert!(
        seen.stdout.contains("ups/ups1   answered"),
        "{}",
        seen.all()
    );
    // Nothing leads to the host; of the UPS all is known.
    assert!(seen.stdout.contains("0 kinds incomplete"), "{}", seen.all());
    let (_, rows) = field.drift();
    let ours: Vec<&String> = rows.iter().filter(|r| r.contains(" nut:")).collect();
    assert_eq!(ours, [""; 0]);

    let shown = field.run(&["facts", "show", "--only", "nut"]);
    for part in [
        "nut:battery",
        "charge=100",
        "runtime=1320",
        "date=2023/06/01",
        "status=[OL]",
        "load=23",
        "power.nominal=700",
        "serial=5B1234X56789",
        "nut:client/127.0.0.1",
        "Network UPS Tools upsd",
        "dummy-ups",
    ] {
        assert!(shown.stdout.contains(part), "{part}: {}", shown.all());
    }
    assert!(!shown.stdout.contains("parameter"), "{}", shown.all());

    // What moves by itself is no news; what changes is.
    upsd.set("ups1", "ups.load", "31");
    field.run(&["observe", "--on", "real"]);
    let quiet = field.run(&["facts", "diff"]);
    assert!(!quiet.stdout.contains("nut:"), "{}", quiet.all());
    upsd.set("ups1", "ups.status", "OB DISCHRG");
    field.run(&["observe", "--on", "real"]);
    let news = field.run(&["facts", "diff"]);
    assert!(news.stdout.contains("nut:ups"), "{}", news.all());
}

#[test]
fn another_device_than_the_declared_one_is_drift() {
    let upsd = Upsd::start(&[("ups1", DEVICE), ("attic", "ups.status: OL")]);
    let field = Field::new(
        &upsd.name_of("ups1"),
        ", model: Smart-UPS 1500, serial: AS999, rating: 1500VA, power: 1000.5W",
    );
    let (code, rows) = field.drift();
    assert_eq!(
        rows,
        [
            "differs nut:ups.model | model Smart-UPS 1500 | Back-UPS ES 700G",
            "differs nut:ups.serial | serial AS999 | 5B1234X56789",
            "differs nut:ups.realpower.nominal | power 1000.5W | 405",
            "differs nut:ups.power.nominal | rating 1500VA | 700",
            "undeclared nut:other/attic | not declared | a UPS of the same upsd, attic@127.0.0.1",
        ]
    );
    assert_eq!(code, 1);

    // What the device does not tell is unknown. A driver that plays a UPS has a name of its own for its model.
    field.write(
        &upsd.name_of("attic"),
        ", model: Smart-UPS 1500, rating: 1500VA, watched_by: nas",
    );
    field.add("  ups2: {nut: '");
    field.add(&format!(
        "{}'}}\nhosts: {{nas: {{}}}}\n",
        upsd.name_of("ups1")
    ));
    let (_, rows) = field.drift();
    assert_eq!(
        rows.iter()
            .filter(|r| r.contains(" nut:"))
            .collect::<Vec<_>>(),
        [
            "differs nut:ups.model | model Smart-UPS 1500 | Dummy UPS",
            "unknown nut:ups.power.nominal | rating 1500VA | unknown (it was not told)",
            "unknown nut:client/nas | nas is told when the power fails | unknown (no address of nas is declared)",
        ]
    );
}

#[test]
fn whoever_is_to_be_told_is_logged_in() {
    let upsd = Upsd::start(&[("ups1", DEVICE)]);
    let field = Field::new(&upsd.name_of("ups1"), ", watched_by: nas");
    field.add(
        "networks: {lan: {subnet: 192.0.2.0/24}}\nhosts: {pve1: {}}\nguests: {nas: {kind: vm, on: pve1, addresses: {lan: 192.0.2.7}}}\n",
    );
    let client = || {
        let (_, rows) = field.drift();
        let mut found = rows.into_iter().filter(|r| r.contains("nut:client"));
        (found.next(), found.next())
    };
    let missing = "missing nut:client/nas | nas is told when the power fails | nobody is logged in";
    assert_eq!(client(), (Some(missing.to_owned()), None));
    // Somebody on upsd's own machine, of which nothing says whose it is.
    let _told = upsd.attend("ups1");
    let unknown = "unknown nut:client/nas | nas is told when the power fails | unknown (upsd's own machine is logged in, and whether that is nas is not known)";
    assert_eq!(client(), (Some(unknown.to_owned()), None));
}

#[test]
fn what_a_ups_says_of_itself_is_judged() {
    let upsd = Upsd::start(&[("ups1", DEVICE)]);
    let field = Field::new(&upsd.name_of("ups1"), ", runtime: 20m");
    let told = upsd.attend("ups1");
    assert_eq!(field.judged(), [""; 0]);
    drop(told);
    for (variable, value, expected) in [
        (
            "ups.load",
            "24",
            "ups-nobody-told: nobody is told when the battery of UPS 'ups1' runs empty",
        ),
        (
            "ups.status",
            "OB DISCHRG",
            "ups-on-battery: UPS 'ups1' runs on its battery (OB)",
        ),
        (
            "ups.status",
            "OB LB",
            "ups-on-battery: UPS 'ups1' runs on its battery, which is nearly empty (OB LB)",
        ),
        (
            "ups.status",
            "OL RB",
            "ups-replace-battery: UPS 'ups1' says that its battery is to be replaced (RB)",
        ),
        (
            "ups.status",
            "OL BYPASS",
            "ups-no-protection: UPS 'ups1' passes the mains through (BYPASS)",
        ),
        (
            "ups.status",
            "WAIT",
            "ups-on-battery: unknown: whether UPS 'ups1' runs on its battery",
        ),
        (
            "ups.status",
            "",
            "ups-on-battery: unknown: whether UPS 'ups1' runs on its battery",
        ),
        ("ups.status", "OL", ""),
        (
            "ups.test.result",
            "Done and error",
            "ups-replace-battery: the last test of UPS 'ups1' ended with: Done and error",
        ),
        (
            "battery.runtime",
            "540",
            "ups-runtime: UPS 'ups1' lasts 9m, and 20m are declared",
        ),
        (
            "battery.charge",
            "60",
            "ups-runtime: unknown: whether UPS 'ups1' lasts as long as is declared",
        ),
        (
            "battery.charge",
            "250",
            "ups-runtime: unknown: whether UPS 'ups1' lasts as long as is declared",
        ),
    ] {
        upsd.set("ups1", variable, value);
        let said = field.judged();
        let fits = expected.is_empty() || said.iter().any(|l| l == expected);
        assert!(fits, "{variable} = {value}: {said:#?}");
    }
}

#[test]
fn what_upsd_lost_is_unknown() {
    let mut upsd = Upsd::start(&[("ups1", DEVICE)]);
    let field = Field::new(&upsd.name_of("ups1"), ", serial: 5B1234X56789");
    let server = upsd.name_of("ups1").replace("ups1@", "");
    upsd.lose("ups1");
    let why =
        format!("upsd at {server} says DRIVER-NOT-CONNECTED: its driver for this UPS does not run");
    let seen = field.run(&["observe", "--on", "real", "--unknown"]);
    assert_eq!(seen.code, 7, "{}", seen.all());
    assert!(
        seen.stdout.contains("1 kind incomplete") && seen.stdout.contains(&why),
        "{}",
        seen.all()
    );
    let unknown = [
        format!("unknown nut:* | what it tells | unknown ({why})"),
        format!("unknown nut:ups.serial | serial 5B1234X56789 | unknown ({why})"),
    ];
    assert_eq!(field.drift(), (7, unknown.to_vec()));
    let said = field.judged();
    for code in [
        "ups-on-battery",
        "ups-replace-battery",
        "ups-no-protection",
        "ups-nobody-told",
    ] {
        let start = format!("{code}: unknown: ");
        assert!(
            said.iter().any(|l| l.starts_with(&start)),
            "{code}: {said:#?}"
        );
    }
    assert!(said.iter().all(|l| l.contains(": unknown: ")), "{said:#?}");

    field.write(&upsd.name_of("attic"), "");
    let seen = field.run(&["observe", "--on", "real"]);
    let why = format!("upsd at {server} has no UPS 'attic'; it has ups1");
    assert!(
        seen.code == 7 && seen.all().contains(&why),
        "{}",
        seen.all()
    );

    upsd.stop();
    let seen = field.run(&["observe", "--on", "real"]);
    let why = format!("cannot connect to upsd at {server}: Connection refused");
    assert!(
        seen.code == 7 && seen.all().contains(&why),
        "{}",
        seen.all()
    );
    // What it said before is of a UPS that is not asked any more.
    let said = field.judged();
    assert_eq!(said, ["obs-stale: unknown: what UPS 'ups1' really is like"]);
}

/// What somebody does with a connection.
type Answer = fn(TcpStream);

/// What answers in place of upsd.
fn in_place(answer: Answer) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for tcp in listener.incoming() {
            answer(tcp.unwrap());
        }
    });
    port
}

/// Answers the first question with this text and closes.
fn say(mut tcp: TcpStream, text: &str) {
    let mut question = [0; 256];
    let _ = tcp.read(&mut question);
    let _ = tcp.write_all(text.as_bytes());
    let _ = tcp.shutdown(std::net::Shutdown::Write);
    // What comes later is read, so that nothing that was said is lost with the connection.
    while tcp.read(&mut question).is_ok_and(|n| n > 0) {}
}

const UPS: &str = "BEGIN LIST UPS\nUPS ups1 \"x\"\nEND LIST UPS\n";

#[test]
fn what_is_no_upsd_is_unknown_with_its_reason() {
    let rows: &[(Answer, &str)] = &[
        // It hangs: the time that it was given, and no more.
        (|tcp| std::mem::forget(tcp), "did not answer within 1 s"),
        (|tcp| say(tcp, ""), "broke off: it closed the connection"),
        (
            |tcp| say(tcp, "BEGIN LIST UPS\nUPS up"),
            "broke off: it closed the connection",
        ),
        (
            |tcp| say(tcp, "SSH-2.0-OpenSSH_9.2\r\n"),
            "is not understood: LIST UPS is answered by SSH-2.0-OpenSSH_9.2",
        ),
        (|tcp| say(tcp, "\u{1b}[2J\n"), "is not understood:  [2J"),
        (
            |tcp| {
                say(
                    tcp,
                    &format!("BEGIN LIST UPS\n{}", "UPS a \"".repeat(100_000)),
                )
            },
            "is not understood: a line of more than 4096 bytes",
        ),
        (
            |tcp| {
                say(
                    tcp,
                    &format!("BEGIN LIST UPS\n{}", "UPS a \"\"\n".repeat(100_000)),
                )
            },
            "is not understood: more than 262144 bytes",
        ),
        (
            |tcp| say(tcp, "BEGIN LIST UPS\nEND LIST UPS\n"),
            "has no UPS 'ups1'; it has none",
        ),
        (
            |tcp| say(tcp, "BEGIN LIST UPS\nUPS ../x \"\"\nEND LIST UPS\n"),
            "is not understood: LIST UPS names none",
        ),
        (
            |tcp| say(tcp, "ERR ACCESS-DENIED\n"),
            "says ACCESS-DENIED: it answers nobody at this address",
        ),
        (
            |tcp| say(tcp, "ERR \u{202e}evil\n"),
            "is not understood: ERR ",
        ),
        // Of another UPS, twice, without an end.
        (
            |tcp| {
                say(
                    tcp,
                    &format!(
                        "{UPS}BEGIN LIST VAR ups1\nVAR other ups.status \"OL\"\nEND LIST VAR ups1\n"
                    ),
                )
            },
            "is not understood: LIST VAR ups1 is answered by VAR other",
        ),
        (
            |tcp| {
                say(
                    tcp,
                    &format!(
                        "{UPS}BEGIN LIST VAR ups1\nVAR ups1 ups.status \"OL\"\nVAR ups1 ups.status \"OB\"\nEND LIST VAR ups1\n"
                    ),
                )
            },
            "is not understood: ups.status is told twice",
        ),
        (
            |tcp| {
                say(
                    tcp,
                    &format!(
                        "{UPS}BEGIN LIST VAR ups1\nVAR ups1 ups.status \"OL\"\nEND LIST VAR ups2\n"
                    ),
                )
            },
            "is not understood: LIST VAR ups1 is answered by END LIST VAR ups2",
        ),
        (
            |tcp| {
                say(
                    tcp,
                    &format!("{UPS}BEGIN LIST VAR ups1\nVAR ups1 ups.status \"OL\n"),
                )
            },
            "is not understood: a quote is not closed",
        ),
        (
            |tcp| {
                say(
                    tcp,
                    &format!(
                        "{UPS}ERR DATA-STALE\nBEGIN LIST CLIENT ups1\nCLIENT ups1 evil\nEND LIST CLIENT ups1\n"
                    ),
                )
            },
            "is not understood: client evil is no address",
        ),
    ];
    for (answer, why) in rows {
        let port = in_place(*answer);
        let field = Field::new(&format!("ups1@127.0.0.1:{port}"), "");
        // A short wait only where somebody is silent: the machine may have much else to do.
        let timeout = if why.contains("1 s") { "1s" } else { "60s" };
        let seen = field.run(&["observe", "--on", "real", "--timeout", timeout]);
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        assert!(
            seen.stdout.contains("ups/ups1  unreachable"),
            "{why}: {}",
            seen.all()
        );
        assert!(!seen.all().contains('\u{1b}'), "{}", seen.all());
    }
}

#[test]
fn a_value_that_cannot_be_is_left_out_and_told() {
    let answer = |tcp| {
        let text = "BEGIN LIST VAR ups1\nVAR ups1 ups.status \"OL\"\nVAR ups1 battery.charge \"250\"\nVAR ups1 driver.parameter.password \"canary-7f21\"\nEND LIST VAR ups1\nBEGIN LIST CLIENT ups1\nEND LIST CLIENT ups1\nERR UNKNOWN-COMMAND\n";
        say(tcp, &format!("{UPS}{text}"));
    };
    let port = in_place(answer);
    let field = Field::new(&format!("ups1@127.0.0.1:{port}"), "");
    let seen = field.run(&["observe", "--on", "real", "--unknown"]);
    assert_eq!(seen.code, 7, "{}", seen.all());
    let why = "not understood: the value of battery.charge";
    assert!(seen.stdout.contains(why), "{}", seen.all());
}

#[test]
fn a_twin_asks_no_ups_and_says_so() {
    let port = in_place(|_| panic!("a twin asks the UPS of the real lab"));
    let field = Field::new(&format!("ups1@127.0.0.1:{port}"), ", serial: X");
    let seen = field.run(&["observe", "--on", "twin"]);
    let said = "not in the twin: ups/ups1 (no UPS feeds a twin)";
    assert!(seen.stdout.contains(said), "{}", seen.all());
    let ran = field.run(&["drift", "--on", "twin"]);
    assert!(
        ran.stdout.contains("cannot be shown by a twin"),
        "{}",
        ran.all()
    );
    assert!(!ran.stdout.contains("unreachable"), "{}", ran.all());
}
