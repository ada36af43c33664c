//! The driver of Proxmox VE against the simulator: what it tells, and above all what it does not.

use jiff::Timestamp;
use model::declare::Value as _;
use model::fact::{Completeness, FactKind, FactPath, Scope, Seen, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::api::Fingerprint;
use model::realm::Real;
use model::run::Output;
use model::secret::{Redactor, Secret, SecretRef};
use model::value::Value;
use plan::driver::{ActError, Driver, Maturity, Order, Ticket};
use proptest::prelude::*;
use proxmox::ApiTarget;
use proxmox::pve::{PveDriver, scope};
use pvesim::{Fault, Guest, Job, Simulator, State, Storage, Tfa, Thin, Whose};
use reading::https::{Limits, Trust};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use testkit::conformance::{Console, Fixture, observing};

const TOKEN: &str = "holdfast@pve!observe";
const SECRET: &str = "5d1f0f7e-canary-4c1b-9a55-0123456789ab";

fn guest(kind: pvesim::Kind, node: &str, name: &str, memory: u32) -> Guest {
    let mut config = BTreeMap::from([
        (kind.name_key().to_owned(), json!(name)),
        ("cores".to_owned(), json!(2)),
        ("onboot".to_owned(), json!(1)),
        ("description".to_owned(), json!("password is hunter2")),
    ]);
    let more = match kind {
        pvesim::Kind::Qemu => [
            ("memory", json!(memory.to_string())),
            ("sockets", json!("2")),
            (
                "scsi0",
                json!("local-lvm:vm-100-disk-0,iothread=1,size=32G"),
            ),
            (
                "net0",
                json!("virtio=BC:24:11:00:00:64,bridge=vmbr0,firewall=1,tag=20"),
            ),
        ],
        pvesim::Kind::Lxc => [
            ("memory", json!(memory)),
            ("swap", json!(0)),
            ("rootfs", json!("local-lvm:subvol-101-disk-0,size=8G")),
            ("unprivileged", json!(1)),
        ],
    };
    config.extend(more.map(|(k, v)| (k.to_owned(), v)));
    Guest {
        kind,
        node: node.to_owned(),
        running: true,
        config,
        snapshots: BTreeMap::new(),
    }
}

/// Two nodes, a virtual machine on the first and a container on the second.
fn state() -> State {
    let mut state = State::single("pve1");
    state.add_node("pve2");
    state.add_node("pve3");
    state.cluster = Some("main".to_owned());
    state
        .guests
        .insert(100, guest(pvesim::Kind::Qemu, "pve1", "web", 4096));
    state
        .guests
        .insert(101, guest(pvesim::Kind::Lxc, "pve2", "dns", 512));
    let storage = Storage {
        kind: "lvmthin".to_owned(),
        content: "images,rootdir".to_owned(),
        shared: false,
        nodes: Vec::new(),
        total: 1_000_000_000_000,
        used: 910_000_000_000,
        volumes: Vec::new(),
    };
    state.storages.insert("local-lvm".to_owned(), storage);
    let thin = Thin {
        vg: "pve".to_owned(),
        lv: "data".to_owned(),
        size: 1_000,
        used: 910,
        metadata_size: 100,
        metadata_used: 42,
    };
    state.nodes.get_mut("pve1").unwrap().thin.push(thin);
    let job = Job {
        fields: BTreeMap::from([
            ("enabled".to_owned(), json!(1)),
            ("schedule".to_owned(), json!("02:30")),
            ("storage".to_owned(), json!("nas")),
            ("vmid".to_owned(), json!("100")),
            ("prune-backups".to_owned(), json!({"keep-daily": "7"})),
        ]),
    };
    state.jobs.insert("backup-1".to_owned(), job);
    state.access.add_token(TOKEN, SECRET, "/", "PVEAuditor");
    let factor = Tfa {
        id: "totp1".to_owned(),
        kind: "totp".to_owned(),
        enabled: true,
    };
    state
        .access
        .users
        .get_mut("root@pam")
        .unwrap()
        .tfa
        .push(factor);
    state.ended("pve1", "vzdump", "100", "mount //me:hunter2@nas failed");
    state.ended("pve1", "vzdump", "101", "OK");
    state
}

/// Long enough for a machine that has much else to do.
const PATIENT: Limits = Limits {
    request: Duration::from_secs(20),
    whole: Duration::from_secs(120),
    bytes: 1 << 20,
    parallel: 4,
};

/// For what never answers.
const IMPATIENT: Limits = Limits {
    request: Duration::from_millis(400),
    ..PATIENT
};

fn pinned(simulator: &Simulator) -> Trust {
    Trust::Fingerprint(Fingerprint::parse(simulator.fingerprint()).unwrap())
}

fn driver(simulator: &Simulator, trust: Trust, limits: Limits) -> PveDriver<Real> {
    let target = ApiTarget {
        object: ObjectRef::new(Kind::Cluster, "main"),
        url: simulator.url(),
        token: TOKEN.to_owned(),
        secret: SecretRef::Env("NOT_READ".to_owned()),
        trust,
    };
    let secrets = Box::new(|_: &SecretRef| Ok(Secret::new(SECRET.to_owned())));
    PveDriver::new(&Real, target, secrets, Redactor::new([7; 32]), limits)
}

fn look(simulator: &Simulator, scope: &Scope) -> TargetFacts {
    within(simulator, scope, PATIENT)
}

fn within(simulator: &Simulator, scope: &Scope, limits: Limits) -> TargetFacts {
    let now = Timestamp::from_second(simulator.state().now).unwrap();
    driver(simulator, pinned(simulator), limits).observe(scope, now)
}

fn seen(facts: &TargetFacts, path: &str) -> Seen {
    facts.seen(&FactPath::parse(path).unwrap())
}

fn field(facts: &TargetFacts, path: &str, name: &str) -> Option<Value> {
    seen(facts, path)
        .value()
        .and_then(|v| v.field(name))
        .cloned()
}

fn incomplete(facts: &TargetFacts) -> Vec<&'static str> {
    let partial = facts
        .collections
        .iter()
        .filter(|(_, c)| matches!(c, Completeness::No(_)));
    partial.map(|(k, _)| k.word()).collect()
}

/// What is there, in whatever state the connection is.
const THERE: &[&str] = &[
    "pve-guest:100",
    "pve-guest:101",
    "pve-node:pve1",
    "pve-node:pve2",
    "pve-storage:pve1/local-lvm",
    "pve-thin:pve1/pve/data",
    "pve-backup:backup-1",
    "pve-uncovered:101",
    "pve-user:root@pam",
    "pve-token:holdfast@pve!observe",
];

fn never_absent(facts: &TargetFacts) {
    for path in THERE {
        assert_ne!(seen(facts, path), Seen::Absent, "{path}");
    }
}

#[test]
fn an_auditor_sees_everything_but_updates() {
    let mut state = state();
    let taken = BTreeMap::from([("before".to_owned(), 1_790_000_000)]);
    state.guests.get_mut(&100).unwrap().snapshots = taken;
    let simulator = Simulator::start(state).unwrap();
    let facts = look(&simulator, &scope());
    assert_eq!(facts.errors, Vec::<String>::new());
    assert_eq!(incomplete(&facts), ["pve-update"]);
    let snapshots = |guest: &str| field(&facts, guest, "snapshots");
    let before = BTreeMap::from([("before".to_owned(), Value::Int(1_790_000_000))]);
    assert_eq!(snapshots("pve-guest:100"), Some(Value::Map(before)));
    assert_eq!(
        snapshots("pve-guest:101"),
        Some(Value::Map(BTreeMap::new()))
    );
    let rows: &[(&str, &str, Value)] = &[
        ("pve-guest:100", "kind", "vm".into()),
        ("pve-guest:100", "name", "web".into()),
        ("pve-guest:100", "node", "pve1".into()),
        ("pve-guest:100", "cores", 4.into()),
        ("pve-guest:100", "memory", (4_i64 << 30).into()),
        ("pve-guest:101", "kind", "lxc".into()),
        ("pve-guest:101", "memory", (512_i64 << 20).into()),
        ("pve-guest:101", "swap", 0.into()),
        ("pve-guest:101", "autostart", true.into()),
        ("pve-node:pve1", "online", true.into()),
        ("pve-node:pve1", "version", pvesim::VERSION.into()),
        ("pve-node:pve1", "clock_off", 0.into()),
        ("pve-storage:pve1/local-lvm", "used", 910_000_000_000.into()),
        ("pve-thin:pve1/pve/data", "metadata_used", 42.into()),
        ("pve-backup:backup-1", "guests", "100".into()),
        ("pve-backup:backup-1", "keep", "keep-daily=7".into()),
        ("pve-uncovered:101", "name", "dns".into()),
        ("pve-user:root@pam", "second_factor", true.into()),
        ("pve-user:holdfast@pve", "second_factor", false.into()),
        ("pve-token:holdfast@pve!observe", "separated", true.into()),
    ];
    for (path, name, value) in rows {
        assert_eq!(
            field(&facts, path, name).as_ref(),
            Some(value),
            "{path} {name}"
        );
    }
    assert_eq!(
        seen(&facts, "pve-cluster:quorate"),
        Seen::Present(true.into())
    );
    assert_eq!(seen(&facts, "pve-guest:102"), Seen::Absent);
    assert_eq!(seen(&facts, "pve-uncovered:100"), Seen::Absent);
    let failed: Vec<_> = facts
        .items(FactKind::PveTask)
        .map(|(_, v)| v.field("id").unwrap().to_string())
        .collect();
    assert_eq!(failed, ["100"]);
    let results: Vec<_> = facts
        .items(FactKind::PveTask)
        .map(|(_, v)| v.field("result").unwrap().to_string())
        .collect();
    assert_eq!(results, ["failed"]);
    let text = serde_json::to_string(&facts).unwrap();
    assert!(
        !text.contains("hunter2") && text.contains("description"),
        "{text}"
    );
    assert!(!text.contains(SECRET));
    let properties = driver(&simulator, pinned(&simulator), PATIENT).properties();
    assert_eq!(
        (properties.name.as_str(), properties.maturity),
        ("proxmox-ve", Maturity::Schema)
    );
    assert!(
        simulator
            .asked()
            .iter()
            .all(|asked| asked.starts_with("GET "))
    );
}

#[test]
fn a_token_without_rights_makes_nothing_absent() {
    let mut state = state();
    state.access.acl.clear();
    let simulator = Simulator::start(state).unwrap();
    let mut wanted = scope();
    wanted.add(FactPath::new(FactKind::PveGuest, "100"));
    let facts = look(&simulator, &wanted);
    assert!(facts.identity.is_some(), "{:?}", facts.errors);
    assert_eq!(
        facts.items(FactKind::PveGuest).count(),
        0,
        "the list is empty, with 200 OK"
    );
    never_absent(&facts);
    let all: Vec<&str> = FactKind::ALL
        .iter()
        .filter(|k| k.is_pve())
        .map(|k| k.word())
        .collect();
    assert_eq!(incomplete(&facts), all);
}

#[test]
fn what_one_entry_withholds_makes_the_list_incomplete() {
    type Change = fn(&mut State);
    let rows: &[(&str, Change, &str)] = &[
        (
            "one guest is withheld",
            |s| {
                s.access
                    .grant("/vms/101", Whose::User, "holdfast@pve", "NoAccess")
            },
            "the token has no VM.Audit on /vms/101",
        ),
        (
            "the token itself is shut out",
            |s| s.access.grant("/vms/101", Whose::Token, TOKEN, "NoAccess"),
            "the token has no VM.Audit on /vms/101",
        ),
        (
            "its pool is withheld",
            |s| {
                s.pools.insert("secret".to_owned(), vec![101]);
                s.access
                    .grant("/pool/secret", Whose::Token, TOKEN, "NoAccess");
            },
            "/pool/secret withholds its members from somebody",
        ),
        (
            "only guests, and not who may see them",
            |s| {
                s.access.acl.clear();
                s.access
                    .grant("/vms", Whose::User, "holdfast@pve", "PVEAuditor");
                s.access.grant("/vms", Whose::Token, TOKEN, "PVEAuditor");
            },
            "/cluster/status: 403 Permission check failed (/, Sys.Audit)",
        ),
        (
            "the quorum is lost",
            |s| s.nodes.values_mut().skip(1).for_each(|n| n.online = false),
            "the cluster has no quorum: what changed elsewhere is not seen",
        ),
    ];
    for (what, change, expected) in rows {
        let mut state = state();
        change(&mut state);
        let simulator = Simulator::start(state).unwrap();
        let facts = look(&simulator, &scope());
        never_absent(&facts);
        match facts.collections.get(&FactKind::PveGuest) {
            Some(Completeness::No(why)) => {
                let said = why.to_string();
                let sys_audit = said.contains("Sys.Audit on /access");
                assert!(
                    said == *expected || sys_audit && what.starts_with("only"),
                    "{what}: {said}"
                );
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_single_guest_that_the_token_may_see_is_known_to_be_gone() {
    let mut state = state();
    state
        .access
        .grant("/vms/101", Whose::Token, TOKEN, "NoAccess");
    let simulator = Simulator::start(state).unwrap();
    let mut wanted = scope();
    for id in ["101", "150"] {
        wanted.add(FactPath::new(FactKind::PveGuest, id));
    }
    let facts = look(&simulator, &wanted);
    assert_eq!(seen(&facts, "pve-guest:150"), Seen::Absent);
    assert!(matches!(seen(&facts, "pve-guest:101"), Seen::Unknown(_)));
}

#[test]
fn a_node_that_is_off_costs_only_what_it_alone_knows() {
    let mut state = state();
    state.nodes.get_mut("pve2").unwrap().online = false;
    let simulator = Simulator::start(state).unwrap();
    let facts = look(&simulator, &scope());
    assert_eq!(field(&facts, "pve-node:pve2", "online"), Some(false.into()));
    assert_eq!(field(&facts, "pve-guest:101", "name"), Some("dns".into()));
    assert_eq!(
        field(&facts, "pve-guest:101", "swap"),
        None,
        "its configuration was not asked for"
    );
    assert_eq!(
        seen(&facts, "pve-guest:150"),
        Seen::Absent,
        "the cluster has a quorum"
    );
    assert_eq!(
        incomplete(&facts),
        ["pve-storage", "pve-thin", "pve-task", "pve-update"]
    );
}

#[test]
fn only_who_is_declared_is_talked_to() {
    let simulator = Simulator::start(state()).unwrap();
    let other = Simulator::start(state()).unwrap();
    let now = Timestamp::UNIX_EPOCH;
    let observe = |trust: Trust| driver(&simulator, trust, PATIENT).observe(&scope(), now);
    assert!(
        observe(Trust::Authority(simulator.authority().to_owned()))
            .identity
            .is_some()
    );
    let said = observe(pinned(&other)).errors.concat();
    assert_eq!(
        said,
        format!(
            "not trusted: the certificate's fingerprint is {}, declared is {}",
            simulator.fingerprint(),
            other.fingerprint()
        )
    );
    let said = observe(Trust::Authority(other.authority().to_owned()))
        .errors
        .concat();
    assert!(said.starts_with("not trusted: the certificate "), "{said}");
    let said = observe(Trust::Authority("no PEM".to_owned()))
        .errors
        .concat();
    assert_eq!(said, "the file of 'ca' has no certificate in it");
    let asked = simulator.asked();
    let trusted = asked.len();
    observe(pinned(&other));
    assert_eq!(
        simulator.asked().len(),
        trusted,
        "nothing is said to a stranger, the token least of all"
    );
}

#[test]
fn whatever_goes_wrong_is_said_and_nothing_becomes_absent() {
    let simulator = Simulator::start(state()).unwrap();
    let faults = || {
        vec![
            Fault::Refuse(401, format!("no ticket for {SECRET}")),
            Fault::Refuse(500, "got no worker upid - start worker failed".to_owned()),
            Fault::Refuse(595, "No route to host".to_owned()),
            Fault::Refuse(302, "Found".to_owned()),
            Fault::Hang,
            Fault::Reset,
            Fault::Truncate,
            Fault::Garbage(b"<html>502 Bad Gateway</html>".to_vec()),
            Fault::Garbage(b"{\"data\": [], \"data\": [7]}".to_vec()),
            Fault::Refuse(
                301,
                "Moved Permanently\r\nLocation: https://192.0.2.66/".to_owned(),
            ),
            Fault::Garbage(b"{\"data\": 7}".to_vec()),
            Fault::Garbage(b"{\"data\": [7, null, {}, [[[]]]]}".to_vec()),
            Fault::Garbage([b"{\"data\":".to_vec(), vec![b'['; 100_000]].concat()),
            Fault::Huge(2 << 20),
            Fault::Drip,
        ]
    };
    for path in [
        "/version",
        "/cluster/resources",
        "/access",
        "/cluster",
        "/nodes",
    ] {
        for fault in faults() {
            let slow = matches!(fault, Fault::Hang | Fault::Drip);
            if slow && !["/version", "/cluster/resources"].contains(&path) {
                continue;
            }
            let limits = if slow { IMPATIENT } else { PATIENT };
            let what = format!("{path} {fault:?}")
                .chars()
                .take(80)
                .collect::<String>();
            simulator.state().faults.clear();
            simulator.state().faults.add(path, fault);
            let facts = within(&simulator, &scope(), limits);
            never_absent(&facts);
            assert!(
                facts.identity.is_none() || incomplete(&facts).len() > 1,
                "{what}: nothing is in doubt"
            );
            let text = serde_json::to_string(&facts).unwrap();
            assert!(!text.contains(SECRET), "{what}: {text}");
            if path == "/version" {
                assert_eq!((facts.identity, facts.errors.len()), (None, 1), "{what}");
            }
        }
    }
}

#[test]
fn a_list_that_is_short_for_no_reason_is_doubted() {
    let simulator = Simulator::start(state()).unwrap();
    for path in ["/cluster/resources", "/nodes/pve1/qemu", "/nodes/pve2/lxc"] {
        simulator.state().faults.clear();
        simulator.state().faults.add(path, Fault::Filter);
        let facts = look(&simulator, &scope());
        never_absent(&facts);
        assert!(incomplete(&facts).contains(&"pve-guest"), "{path}");
    }
}

/// The simulator, for the suite.
struct Operator(Simulator);

impl Console<Real> for Operator {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.state().now).unwrap()
    }

    fn pause(&mut self) {
        self.0.state().pass(1);
    }

    fn reboot(&mut self) {
        panic!("nothing is rebooted to read");
    }

    fn unheard(
        &mut self,
        _: &mut dyn Driver<Real>,
        _: &Ticket,
        _: &Order<'_>,
    ) -> Result<Output, ActError> {
        panic!("nothing is ordered to read");
    }

    fn meddle(&mut self, _: &str) {
        panic!("there are no files");
    }

    fn mend(&mut self, _: &str) {
        panic!("there are no files");
    }

    fn hide(&mut self, kind: FactKind) {
        let path = match kind {
            FactKind::PveGuest => "/cluster/resources",
            FactKind::PveStorage => "/nodes/pve1/storage",
            FactKind::PveThin => "/nodes/pve1/disks",
            FactKind::PveBackup => "/cluster/backup",
            FactKind::PveUncovered => "/cluster/backup-info",
            FactKind::PveHa => "/cluster/ha/resources",
            FactKind::PveReplication => "/cluster/replication",
            FactKind::PveFirewall => "/cluster/firewall",
            FactKind::PveTask => "/nodes/pve2/tasks",
            FactKind::PveUser | FactKind::PveToken => "/access/users",
            FactKind::PveAcl => "/access/acl",
            other => panic!("{other:?} is not hidden here"),
        };
        let fault = Fault::Refuse(403, "Permission check failed".to_owned());
        self.0.state().faults.add(path, fault);
    }

    fn show(&mut self, _: FactKind) {
        self.0.state().faults.clear();
    }
}

#[test]
fn the_driver_keeps_what_every_driver_that_reads_must_keep() {
    let gone = Simulator::start(state()).unwrap();
    let nobody = driver(&gone, pinned(&gone), PATIENT);
    drop(gone);
    let simulator = Simulator::start(state()).unwrap();
    // Not nodes: a node's fact is put together from several answers, and has less in it when one of them is missing.
    let missing = [
        "pve-guest:199",
        "pve-storage:pve1/tape",
        "pve-thin:pve1/pve/more",
        "pve-backup:none",
        "pve-uncovered:199",
        "pve-ha:vm:199",
        "pve-replication:199-0",
        "pve-firewall:rule/7",
        "pve-task:UPID:none",
        "pve-user:nobody@pve",
        "pve-token:root@pam!none",
        "pve-acl:/ user/nobody@pve NoAccess",
    ];
    let sources = missing.map(|path| FactPath::parse(path).unwrap()).to_vec();
    observing(Fixture {
        driver: Box::new(driver(&simulator, pinned(&simulator), PATIENT)),
        strangers: Vec::new(),
        nobody: Box::new(nobody),
        samples: Vec::new(),
        access: Vec::new(),
        sources,
        console: Box::new(Operator(simulator)),
    });
}

/// One answer and what becomes of it.
fn damage() -> impl Strategy<Value = (usize, Vec<(usize, u8)>, Option<usize>)> {
    let bytes = prop::collection::vec((0_usize..4_000, any::<u8>()), 1..4);
    (0_usize..3, bytes, prop::option::of(0_usize..4_000))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn damaged_answers_neither_break_it_nor_make_guests_absent((which, changes, cut) in damage()) {
        let path = ["/cluster/resources", "/access/permissions", "/cluster/status"][which];
        let mut state = state();
        let asked = pvesim::Asked {
            method: pvesim::Method::Get,
            path: path.to_owned(),
            args: BTreeMap::new(),
            caller: pvesim::Caller::Token { name: TOKEN.to_owned(), secret: SECRET.to_owned() },
        };
        let mut body = state.answer(&asked).body.to_string().into_bytes();
        for (at, byte) in changes {
            let length = body.len();
            body[at % length] = byte;
        }
        if let Some(cut) = cut {
            let length = body.len();
            body.truncate(cut % length);
        }
        state.faults.add(path, Fault::Garbage(body));
        let simulator = Simulator::start(state).unwrap();
        let facts = look(&simulator, &scope());
        for guest in ["pve-guest:100", "pve-guest:101"] {
            prop_assert_ne!(seen(&facts, guest), Seen::Absent, "{}", guest);
        }
    }
}
