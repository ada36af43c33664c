//! Twins of the example labs: on paper all of them, and one as real machines, segments and packets.

use crate::ran::Ran;

mod api;
mod backups;
mod router;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const LABS: [&str; 11] = [
    "baseline/as-written",
    "baseline/mended",
    "core-services/as-written",
    "core-services/mended",
    "enterprise-dc/as-written",
    "enterprise-dc/mended",
    "personal-cloud/as-written",
    "personal-cloud/mended",
    "single-host/as-written",
    "single-host/mended",
    "smallest",
];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn plan(lab: &str, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(["twin", "plan"])
        .arg(examples().join(lab))
        .args(more)
        .output()
        .unwrap();
    let ran = Ran::of(output);
    assert_eq!(ran.code, 0, "{lab}: {}", ran.all());
    ran.stdout
}

fn names(value: &serde_json::Value, key: &str) -> Vec<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|v| v[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn all_that_is_declared_is_in_the_twin_or_listed_with_a_reason() {
    let mut asked = 0;
    for lab in LABS {
        let design: serde_json::Value = serde_json::from_str(&plan(lab, &["--json"])).unwrap();
        let objects = |key: &str, of: &str| {
            let all = design[key].as_array().unwrap().iter();
            let named = all.filter_map(|v| v[of].as_str().map(str::to_owned));
            named.collect::<Vec<String>>()
        };
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for object in objects("machines", "of") {
            *seen.entry(object).or_default() += 1;
        }
        for (key, kind) in [
            ("segments", "network"),
            ("pools", "pool"),
            ("stacks", "stack"),
        ] {
            for name in names(&design[key], "name") {
                *seen.entry(format!("{kind}/{name}")).or_default() += 1;
            }
        }
        for absent in design["absent"].as_array().unwrap() {
            let why = absent["why"].as_str().unwrap();
            assert!(!why.is_empty(), "{lab}: {absent}");
            *seen
                .entry(absent["of"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
        let twice: Vec<&String> = seen
            .iter()
            .filter(|(_, n)| **n != 1)
            .map(|(o, _)| o)
            .collect();
        assert!(twice.is_empty(), "{lab}: {twice:?}");
        let listed: BTreeSet<String> = seen.into_keys().collect();
        let declared = declared(lab);
        asked += declared.len();
        let missing: Vec<&String> = declared.difference(&listed).collect();
        assert!(missing.is_empty(), "{lab}: {missing:?}");
        one_address_each(lab, &design);
    }
    assert!(asked > 100, "{asked}");
}

/// What the lab declares, asked of another verb.
fn declared(lab: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (topic, kind) in [
        ("hosts", "host"),
        ("guests", "guest"),
        ("networks", "network"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["show", topic, "--json"])
            .arg(examples().join(lab))
            .output()
            .unwrap();
        let sheets = Ran::of(output).json();
        let first = &sheets[0];
        let rows = first["rows"].as_array().into_iter().flatten();
        let named = rows.filter_map(|r| r[0]["text"].as_str());
        out.extend(named.map(|n| format!("{kind}/{n}")));
    }
    out
}

/// Two things with one address in one segment would disturb each other.
fn one_address_each(lab: &str, design: &serde_json::Value) {
    let mut taken = BTreeSet::new();
    for key in ["machines", "routers"] {
        for one in design[key].as_array().unwrap() {
            for link in one["links"].as_array().unwrap() {
                if let Some(ip) = link["address"]["ip"].as_str() {
                    let place = (link["segment"].to_string(), ip.to_owned());
                    assert!(taken.insert(place.clone()), "{lab}: {place:?}");
                }
            }
        }
    }
    for segment in design["segments"].as_array().unwrap() {
        if let Some(ip) = segment["vantage"]["ip"].as_str() {
            let place = (segment["name"].to_string(), ip.to_owned());
            assert!(taken.insert(place.clone()), "{lab}: {place:?}");
        }
    }
}

#[test]
fn plans_are_as_they_were() {
    for (lab, file) in [
        ("core-services/mended", "twin-core-services.txt"),
        ("enterprise-dc/mended", "twin-enterprise-dc.txt"),
    ] {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden")
            .join(file);
        let shown = plan(lab, &[]);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&golden, &shown).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap();
        assert_eq!(shown, expected, "{lab}; UPDATE_EXPECT=1 accepts it");
    }
}

/// A twin of a copied example; gone when dropped.
pub(crate) struct Up {
    pub(crate) dir: tempfile::TempDir,
}

impl Up {
    /// A twin-to-be of a lab that is written here: paths and texts.
    pub(crate) fn written(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join("lab").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { dir }
    }

    fn of(example: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let copied = Command::new("cp")
            .arg("-r")
            .arg(examples().join(example))
            .arg(dir.path().join("lab"))
            .status()
            .unwrap();
        assert!(copied.success());
        Self { dir }
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.current_dir(self.dir.path().join("lab"));
        command.args(words).stdin(Stdio::null());
        // Nothing of the user's: whatever is read there would not exist.
        command
            .env("HOLDFAST_DATA", self.dir.path().join("data"))
            .env("HOME", self.dir.path().join("home"))
            .env("HOLDFAST_CACHE", twin::image::default_cache_dir())
            .env_remove("SSH_AUTH_SOCK");
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    pub(crate) fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.all());
        ran.stdout
    }

    /// Whether an address answers a ping, which every firewall here lets in.
    fn pings(&self, from: &str, to: &str) -> bool {
        let words = ["twin", "exec", from, "--", "ping", "-c1", "-W4", to];
        self.run(&words).code == 0
    }

    /// Whether a connection comes about, from a machine or a vantage.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let connect =
            "import socket,sys; h,p=sys.argv[1].split(':'); socket.create_connection((h,int(p)),4)";
        let words = ["twin", "exec", from, "--", "python3", "-c", connect, to];
        self.run(&words).code == 0
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let ran = self.run(&["twin", "down"]);
        if ran.code != 0 {
            eprintln!("the twin stays: {}", ran.all());
        }
    }
}

/// Answers on ports of a vantage, until it is dropped.
struct Listener(Child);

const PORTS: &str = "22,80,443,6443,8006,8007,8080";

impl Listener {
    fn at(up: &Up, vantage: &str) -> Self {
        let script = "
import socket, sys, threading, time
def serve(port):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', port)); s.listen()
    threading.Thread(target=lambda: [s.accept()[0].close() for _ in iter(int, 1)], daemon=True).start()
for port in sys.argv[1].split(','): serve(int(port))
u = socket.socket(type=socket.SOCK_DGRAM); u.bind(('', 53))
print('ready', flush=True)
while True:
    data, who = u.recvfrom(64); u.sendto(data, who)
";
        let words = [
            "twin", "exec", vantage, "--", "python3", "-u", "-c", script, PORTS,
        ];
        let mut child = up.command(&words).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "ready\n", "{vantage}");
        Self(child)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended with the twin.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What gets through from a vantage: `address:port/protocol`.
fn open_from(up: &Up, vantage: &str, addresses: &[&str]) -> BTreeSet<String> {
    let script = "
import socket, sys, threading
lock = threading.Lock()
def tell(text):
    with lock: print(text, flush=True)
def tcp(host, port):
    try:
        socket.create_connection((host, port), 4).close(); tell(f'{host}:{port}/tcp')
    except OSError: pass
def udp(host):
    s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(4)
    try:
        s.sendto(b'x', (host, 53)); s.recv(8); tell(f'{host}:53/udp')
    except OSError: pass
all = [threading.Thread(target=tcp, args=(h, int(p))) for h in sys.argv[2:] for p in sys.argv[1].split(',')]
all += [threading.Thread(target=udp, args=(h,)) for h in sys.argv[2:]]
[t.start() for t in all]; [t.join() for t in all]
";
    let mut words = vec![
        "twin", "exec", vantage, "--", "python3", "-c", script, PORTS,
    ];
    words.extend(addresses);
    up.ok(&words).lines().map(str::to_owned).collect()
}

const MGMT: &str = "10.10.10.254";
const APPS: &str = "10.10.20.254";
const SAN: &str = "10.10.30.254";
const LAN: &str = "10.10.40.254";

#[test]
fn packets_pass_between_segments_exactly_as_declared() {
    let up = Up::of("core-services/mended");
    up.ok(&["twin", "up"]);
    as_declared(&up);
    matrix(&up);
    nothing_leaves(&up);
    faults(&up);
    api::drives_the_machines(&up);
    api::faults(&up);

    let again = up.run(&["twin", "up"]);
    assert_eq!(again.code, 0, "{}", again.all());
    let machines = again.stderr.lines().filter(|l| l.contains("] machine "));
    let started: Vec<&str> = machines.filter(|l| !l.contains("runs already")).collect();
    assert!(started.is_empty(), "{started:?}");
    let owner = format!("default-{}", lab_id(&up));
    let place = Path::new("/run/holdfast-twin/hosts").join(owner);
    assert!(place.exists());
    let server = api::process(&place);
    assert!(api::answers(&server));
    up.ok(&["twin", "down"]);
    assert!(!place.exists());
    assert!(!api::answers(&server), "{}", server.display());
    let status = up.run(&["twin", "status", "--json"]);
    let machines = status.json();
    let health = names(&machines["machines"], "health");
    assert!(health.iter().all(|h| h == "missing"), "{health:?}");
    assert_eq!(status.code, 1);
}

/// Nothing differs straight after the start but what no twin can show; what is changed by hand then is told.
fn as_declared(up: &Up) {
    up.ok(&["observe", "--on", "twin"]);
    let drift = up.ok(&["drift", "--on", "twin"]);
    assert!(drift.starts_with("No drift"), "{drift}");
    assert!(
        drift.contains("not in the twin: offsite, truenas"),
        "{drift}"
    );
    let all = up.ok(&["drift", "--on", "twin", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    let all = all.as_array().unwrap();
    let listed = |d: &serde_json::Value| {
        let target = d["target"].as_str().unwrap();
        // There is no Kubernetes in a twin.
        let absent =
            matches!(target, "host/offsite" | "host/truenas") || target.starts_with("stack/");
        // Its disks are loop devices, and btrfs stands in for other pools.
        let path = d["path"].as_str().unwrap();
        let disk =
            path.starts_with("disk:") || ["host:hardware", "mount:/mnt/copies"].contains(&path);
        // No tunnel leads into a twin.
        let tunnel = ["cloudflared:*", "tailscale:*"].contains(&path);
        (absent || disk || tunnel) && d["how"] == "unknown"
    };
    assert!(!all.is_empty() && all.iter().all(listed), "{all:?}");
    let edits = [
        ("pve1", "useradd --create-home --shell /bin/bash mallory"),
        (
            "pve1",
            "sed -i 's/^passwordauthentication.*/passwordauthentication yes/' /etc/ssh/sshd_config.d/00-holdfast.conf; systemctl reload ssh",
        ),
        (
            "pve2",
            "nft add rule inet holdfast input tcp dport 23 accept",
        ),
        ("witness", "systemctl stop lab-stand-ins.service"),
        ("witness", "dpkg --purge nut-server"),
        ("k3s-m", "useradd --create-home --shell /bin/bash eve"),
    ];
    for (machine, edit) in edits {
        up.ok(&["twin", "exec", machine, "--", "sh", "-ec", edit]);
    }
    let after = up.run(&["drift", "--on", "twin", "--json"]);
    assert_eq!(after.code, 1, "{}", after.all());
    let after = after.json();
    let told: BTreeSet<String> = after
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d["how"] != "unknown")
        .map(|d| {
            format!(
                "{} {} {}",
                d["target"].as_str().unwrap(),
                d["how"].as_str().unwrap(),
                d["path"].as_str().unwrap()
            )
        })
        .collect();
    let wanted = [
        "guest/k3s-m undeclared user:eve",
        "host/pve1 undeclared user:mallory",
        "host/pve1 differs file:/etc/ssh/sshd_config.d/00-holdfast.conf",
        "host/pve2 differs nft:inet/holdfast",
        "host/witness differs unit:lab-stand-ins.service",
        "host/witness missing listener:tcp/*:3493",
        "host/witness missing listener:tcp/*:5403",
        "host/witness missing listener:tcp/*:8007",
        "host/witness missing package:nut-server",
    ];
    let wanted: BTreeSet<String> = wanted.map(str::to_owned).into();
    assert_eq!(told, wanted);
    rules_and_promises(up);
}

/// What the last look showed as declared, the rules and the promises turn to what is there now, once somebody has looked again.
fn rules_and_promises(up: &Up) {
    let codes = |severity: &str| {
        let ran = up.run(&["check", "--on", "twin", "--json"]);
        let found = ran.json();
        let found = found.as_array().unwrap().iter();
        let of = found.filter(|d| d["severity"] == severity && d["unknown"] == false);
        let code = |d: &serde_json::Value| d["code"].as_str().unwrap().to_owned();
        (ran.code, of.map(code).collect::<BTreeSet<String>>())
    };
    let state = |id: &str| {
        let all = up.run(&["prove", "--on", "twin", "--json"]).json();
        let all = all.as_array().unwrap().iter();
        let mut of = all.filter(|v| v["promise"]["id"] == id);
        of.next().unwrap()["state"].as_str().unwrap().to_owned()
    };
    let access = "access-as-declared:host/pve1";
    // A twin never proves.
    assert_eq!(state(access), "unproven");
    assert_eq!(codes("error"), (0, BTreeSet::new()));
    up.ok(&["observe", "--on", "twin"]);
    let wanted = ["ssh-password-login", "user-undeclared"];
    let wanted: BTreeSet<String> = wanted.map(str::to_owned).into();
    assert_eq!(codes("error"), (1, wanted));
    assert!(codes("warning").1.contains("port-missing"));
    assert_eq!(state(access), "broken");
    // The real lab was never looked at: no result says anything of it.
    let paper = up.ok(&["check"]);
    assert!(paper.contains("not looked at: "), "{paper}");
}

/// The matrix of the example, as it is declared there: what is not listed does not pass.
fn matrix(up: &Up) {
    let all = [
        ("@mgmt", MGMT),
        ("@apps", APPS),
        ("@san", SAN),
        ("@lan", LAN),
    ];
    let listeners: Vec<Listener> = all.iter().map(|(v, _)| Listener::at(up, v)).collect();
    type Open<'a> = &'a [(&'a str, &'a [&'a str])];
    let declared: [(&str, Open<'_>); 4] = [
        ("@mgmt", &[(APPS, &["22/tcp", "443/tcp", "6443/tcp"])]),
        ("@apps", &[]),
        ("@san", &[]),
        (
            "@lan",
            &[
                (MGMT, &["22/tcp", "443/tcp", "8006/tcp", "8007/tcp"]),
                (APPS, &["443/tcp"]),
            ],
        ),
    ];
    for (from, to) in declared {
        let others = all.iter().filter(|(v, _)| *v != from).map(|(_, a)| *a);
        let others: Vec<&str> = others.collect();
        let expected: BTreeSet<String> = to
            .iter()
            .flat_map(|(a, ports)| ports.iter().map(move |p| format!("{a}:{p}")))
            .collect();
        assert_eq!(open_from(up, from, &others), expected, "from {from}");
    }
    drop(listeners);
    // Of one segment they meet without the router.
    assert!(up.reaches("@mgmt", "10.10.10.30:22"));
    assert!(up.pings("pve1", "10.10.30.12"));
    // And the hosts' own firewalls let in who is declared.
    assert!(!up.reaches("pve1", "10.10.30.12:22"));
}

/// A machine that sets a route by the controller's wire gets no further than this machine.
fn nothing_leaves(up: &Up) {
    let wire = up.ok(&[
        "twin", "exec", "witness", "--", "ip", "-4", "-o", "addr", "show", "eth0",
    ]);
    let address = wire.split_whitespace().nth(3).unwrap();
    let address: std::net::Ipv4Addr = address.split('/').next().unwrap().parse().unwrap();
    let interface = format!("hf{:08x}", address.to_bits());
    let asked = Command::new("ip")
        .args(["route", "get", "198.51.100.7", "from", &address.to_string()])
        .args(["iif", &interface])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    // A machine that forwards nothing says the second.
    let refused = ["Network is unreachable", "No route to host"];
    assert!(refused.iter().any(|r| said.contains(r)), "{said}");
    let routes = up.ok(&["twin", "exec", "witness", "--", "ip", "route"]);
    assert!(
        routes.contains("default via 10.10.10.1 dev mgmt"),
        "{routes}"
    );
    assert!(!up.reaches("witness", "198.51.100.7:443"));
}

fn faults(up: &Up) {
    up.ok(&["twin", "fault", "partition", "pve1", "@apps"]);
    assert!(!up.reaches("pve1", "10.10.20.11:22"));
    assert!(up.reaches("pve2", "10.10.20.11:22"));
    up.ok(&["twin", "fault", "partition", "@san"]);
    assert!(!up.pings("pve1", "10.10.30.12"));
    up.ok(&["twin", "fault", "stop", "witness"]);
    let status = up.run(&["twin", "status", "--json"]);
    assert_eq!(status.code, 1, "{}", status.all());
    let shown = status.json();
    assert_eq!(shown["faults"].as_array().unwrap().len(), 3, "{shown}");
    let witness = shown["machines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["name"] == "witness");
    assert_eq!(witness.unwrap()["health"], "stopped");
    let again = up.ok(&["twin", "up"]);
    assert!(again.contains("witness has no power"), "{again}");
    // Where the kernel has no netem it is refused, and no fault is in force.
    let slow = up.run(&["twin", "fault", "slow", "pve1", "--delay", "30"]);
    let refused = slow.code == 4 && slow.stderr.contains("netem");
    assert!(slow.code == 0 || refused, "{}", slow.all());
    up.ok(&["twin", "fault", "clear"]);
    assert!(up.reaches("pve1", "10.10.20.11:22"));
    assert!(up.pings("pve1", "10.10.30.12"));
    assert!(up.reaches("@mgmt", "10.10.10.30:22"));
    for (words, said) in [
        (["fault", "stop", "pve3"], "did you mean pve"),
        (["fault", "stop", "truenas"], "not in the twin"),
        (["fault", "partition", "@aps"], "did you mean apps?"),
    ] {
        let ran = up.run(&[&["twin"][..], &words].concat());
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.stderr.contains(said), "{}", ran.all());
    }
}

pub(crate) fn lab_id(up: &Up) -> String {
    let text = std::fs::read_to_string(up.dir.path().join("lab/holdfast.lock")).unwrap();
    let at = text.find("lab-").unwrap();
    let id = text[at..].chars();
    id.take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}
