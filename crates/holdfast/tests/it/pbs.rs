//! Proxmox Backup Server by its API: the simulator on a port of this machine, honest, lying and silent.

use crate::ran::{BINARY, Ran};
use crate::tree::Tree;
use pvesim::pbs::{Backup, Collection, Datastore, Server};
use pvesim::{Fault, Simulator};
use serde_json::{Value, json};
use std::process::Command;

const TOKEN: &str = "holdfast@pbs!observe";
const SECRET: &str = "7c1e55aa-canary-4d0e-91f2-feedface0002";
/// Notes of people, as the simulator tells them everywhere.
const NOTES: &str = "hunter2";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

const TREE: &str = "
format: 1
lab: kelp
hosts:
  pve1: {}
guests:
  pbs:
    kind: vm
    on: pve1
    os: proxmox-backup-server
    cores: 2
    memory: 4GiB
    api:
      url: URL
      token: holdfast@pbs!observe
      secret: {env: PBS_SECRET}
      TRUST
  web: {kind: vm, on: pve1, id: 100, cores: 4, memory: 4GiB}
  dns: {kind: lxc, on: pve1, id: 101, cores: 1, memory: 512MiB}
repositories:
  main: {kind: pbs, held_by: guest/pbs, location: /mnt/datastore/main, size: 4TB, password: {env: PBS_SECRET}}
backups:
  images: {kind: image, guests: [web, dns], to: main, every: 1d, keep: {last: 7}}
";

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A datastore with two machines in it, one of them in a namespace.
fn server() -> Server {
    let now = now();
    let mut server = Server::new(now);
    let mut dns = Backup::of("ct/101", now - 5 * HOUR).verified(true, now - 4 * HOUR);
    dns.ns = "office".to_owned();
    let mut running = Backup::of("vm/100", now - 60);
    running.finished = false;
    let store = Datastore {
        path: "/mnt/datastore/main".to_owned(),
        room: (4_000_000_000_000, 1_000_000_000_000),
        schedule: Some("daily".to_owned()),
        collected: Some(Collection {
            end: now - HOUR,
            state: "OK".to_owned(),
            pending: 1 << 30,
        }),
        backups: vec![
            Backup::of("vm/100", now - 30 * HOUR).verified(true, now - 20 * HOUR),
            Backup::of("vm/100", now - 6 * HOUR),
            running,
            dns,
        ],
        namespaces: vec!["office".to_owned()],
    };
    server.stores.insert("main".to_owned(), store);
    server.jobs = Server::example().jobs;
    server.add_token(TOKEN, SECRET, "/", "Audit");
    for who in ["holdfast@pbs", TOKEN] {
        server.grant("/remote", who, "RemoteAudit");
    }
    server
}

struct Field {
    tree: Tree,
    simulator: Simulator<Server>,
}

impl Field {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut Server)) -> Self {
        let mut server = server();
        change(&mut server);
        let field = Self {
            tree: Tree::hiding(&[SECRET, NOTES]),
            simulator: Simulator::start(server).unwrap(),
        };
        field.write(|tree| tree);
        field
    }

    fn write(&self, change: impl FnOnce(String) -> String) {
        let trust = format!("fingerprint: '{}'", self.simulator.fingerprint());
        let text = change(TREE.replace("TRUST", &trust));
        self.tree.write(&text.replace("URL", &self.simulator.url()));
    }

    /// The datastore, to be changed.
    fn store(&self, change: impl FnOnce(&mut Datastore)) {
        let mut state = self.simulator.state();
        change(state.stores.get_mut("main").unwrap());
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.env("PBS_SECRET", SECRET);
        self.tree.run_as(command, arguments)
    }

    fn observe(&self) -> Ran {
        self.run(&["observe", "--on", "real", "--unknown", "--timeout", "20s"])
    }

    /// Differences of the server, `differs pbs-datastore:main | … | …`.
    fn drift(&self) -> Vec<String> {
        let ran = self.run(&["drift", "--on", "real", "--json", "--timeout", "20s"]);
        let rows = ran.differences().into_iter();
        rows.filter(|r| r.contains(" pbs-")).collect()
    }

    /// What `check` says of what was observed, `error[pbs-…]: …` or `info[pbs-…]: unknown: …`.
    fn judged(&self) -> Vec<String> {
        let ran = self.run(&["check", "--unknown"]);
        let lines = ran.stdout.lines().map(str::trim);
        let own = lines.filter(|l| l.contains("[pbs-"));
        own.map(str::to_owned).collect()
    }
}

/// What is done to a server before it is asked.
type Change = fn(&mut Server);

/// A rule says that it does not know.
fn is_unknown(line: &str) -> bool {
    line.contains("]: unknown: ")
}

#[test]
fn what_is_as_declared_is_told_and_is_no_drift() {
    let field = Field::new();
    let seen = field.observe();
    assert!(
        seen.stdout.contains("guest/pbs  answered"),
        "{}",
        seen.all()
    );
    let maturity = "driver proxmox-backup-server, maturity schema";
    assert!(seen.all().contains(maturity), "{}", seen.all());
    assert_eq!(field.drift(), [""; 0]);
    assert_eq!(field.judged(), [""; 0]);
    let shown = field.run(&["facts", "show", "--json"]).stdout;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let shown = shown["guest/pbs"]["facts"].to_string();
    for part in [
        r#""pbs-server:version":"#,
        r#""pbs-datastore:main":"#,
        r#""path":"/mnt/datastore/main""#,
        r#""size":4000000000000"#,
        r#""gc_result":"ok""#,
        r#""pbs-group:main/vm/100":"#,
        r#""count":2"#,
        r#""unfinished":1"#,
        r#""verification":"none""#,
        r#""crypt":"encrypt""#,
        r#""pbs-group:main/office/ct/101":"#,
        r#""ns":"office""#,
        r#""pbs-job:verify/weekly":"#,
        r#""outdated_after":30"#,
        r#""pbs-job:sync/away":"#,
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let asked = field.simulator.asked();
    assert!(asked.iter().all(|a| a.starts_with("GET ")), "{asked:?}");
}

#[test]
fn datastores_that_are_elsewhere_smaller_missing_or_undeclared_are_drift() {
    let field = Field::new();
    field.store(|s| {
        s.path = "/mnt/usb".to_owned();
        s.room.0 = 2_000_000_000_000;
    });
    let other = Datastore {
        path: "/mnt/old".to_owned(),
        ..Datastore::default()
    };
    field
        .simulator
        .state()
        .stores
        .insert("old".to_owned(), other);
    field.write(|tree| {
        tree.replace("backups:\n", "  away: {kind: pbs, held_by: guest/pbs, datastore: offsite, password: {env: PBS_SECRET}}\nbackups:\n")
    });
    let expected = [
        "missing pbs-datastore:offsite | datastore offsite of repository away | absent",
        "differs pbs-datastore:main | repository main at /mnt/datastore/main | /mnt/usb",
        "differs pbs-datastore:main | repository main of 3.6 TiB | 1.8 TiB",
        "undeclared pbs-datastore:old | no repository has it | datastore old at /mnt/old",
    ];
    assert_eq!(field.drift(), expected);
}

#[test]
fn to_a_token_without_rights_nothing_is_missing_and_nothing_is_fine() {
    let datastores_alone: Change = |s| {
        s.grants.clear();
        for who in ["holdfast@pbs", TOKEN] {
            s.grant("/datastore", who, "DatastoreAudit");
        }
    };
    let rows: [(&str, bool, Change); 3] = [
        ("none at all", true, |s| s.grants.clear()),
        ("none on one namespace", true, |s| {
            s.grant("/datastore/main/office", TOKEN, "NoAccess");
        }),
        // Exceptions are not seen. What is seen is as new as it was, whatever else there may be.
        ("datastores alone", false, datastores_alone),
    ];
    for (rights, hides_backups, take) in rows {
        let field = Field::with(take);
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{}", seen.all());
        assert!(seen.all().contains("the token has no "), "{}", seen.all());
        let rows = field.drift();
        assert!(rows.iter().any(|r| r.starts_with("unknown ")), "{rows:#?}");
        assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
        let judged = field.judged();
        let is_old = |j: &String| j.starts_with("info[pbs-backup-old]");
        assert_eq!(
            judged.iter().any(is_old),
            hides_backups,
            "{rights}: {judged:#?}"
        );
        assert!(!judged.is_empty(), "{rights}");
        assert!(
            judged.iter().all(|j| is_unknown(j)),
            "{rights}: {judged:#?}"
        );
    }
}

#[test]
fn what_goes_wrong_on_the_server_is_found() {
    let field = Field::new();
    let now = now();
    field.store(|s| {
        s.room.1 = 3_900_000_000_000;
        s.collected = None;
        s.backups.retain(|b| b.id == "100" && b.finished);
        for backup in &mut s.backups {
            backup.time -= 50 * DAY;
            backup.verified = None;
        }
        s.backups
            .push(Backup::of("host/nas", now - HOUR).verified(false, now));
    });
    field.observe();
    let judged = field.judged();
    for part in [
        "error[pbs-backup-old]: guest 'dns' (ct/101) has no backup in datastore main",
        "error[pbs-backup-old]: the newest backup of guest 'web' (vm/100) in datastore main is 50d",
        "warning[pbs-datastore-full]: datastore main is 97.5 % full",
        "warning[pbs-garbage]: no garbage collection of datastore main has ever ended",
        "warning[pbs-unverified]: of main/vm/100 a backup is 51d",
        "error[pbs-verify-failed]: 1 backup of main/host/nas failed verification",
    ] {
        assert!(
            judged.iter().any(|j| j.starts_with(part)),
            "{part}: {judged:#?}"
        );
    }
    assert_eq!(judged.len(), 6, "{judged:#?}");
}

#[test]
fn who_is_not_let_in_or_not_trusted_is_told_why() {
    let field = Field::new();
    let other = Simulator::start(server()).unwrap();
    let own = field.simulator.fingerprint().to_owned();
    let rows: [(&str, &str, &str); 6] = [
        (
            own.as_str(),
            other.fingerprint(),
            "not trusted: the certificate's fingerprint is",
        ),
        (
            "{env: PBS_SECRET}",
            "{env: NOBODY_SET_THIS}",
            "the token's secret cannot be obtained",
        ),
        (
            "holdfast@pbs!observe",
            "holdfast@pbs!other",
            "401 authentication failed - invalid credentials",
        ),
        (
            "token: holdfast@pbs!observe",
            "",
            "add `token: holdfast@pbs!observe` to `api` of guest/pbs",
        ),
        (
            "fingerprint:",
            "# ",
            "on the server, `proxmox-backup-manager cert info` prints it",
        ),
        (
            "os: proxmox-backup-server",
            "os: debian",
            "add `product: proxmox-ve` or `product: proxmox-backup-server`",
        ),
    ];
    for (from, to, why) in rows {
        field.write(|tree| tree.replacen(from, to, 1));
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        assert!(
            seen.stdout.contains("guest/pbs  unreachable"),
            "{}",
            seen.all()
        );
    }
    assert_eq!(other.asked(), [""; 0], "nothing was said to somebody else");
    // What answers is said by its product where neither system nor port does.
    field.write(|tree| {
        tree.replace("os: proxmox-backup-server", "os: debian")
            .replace(
                "      token:",
                "      product: proxmox-backup-server\n      token:",
            )
    });
    let seen = field.observe();
    assert!(
        seen.stdout.contains("guest/pbs  answered"),
        "{}",
        seen.all()
    );
    field.write(|tree| {
        tree.replace(
            "      token:",
            "      product: proxmox-backup-sever\n      token:",
        )
    });
    let checked = field.run(&["check"]);
    assert!(
        checked.all().contains("proxmox-backup-server"),
        "{}",
        checked.all()
    );
    assert_ne!(checked.code, 0, "{}", checked.all());
}

#[test]
fn a_server_that_hangs_breaks_off_or_lies_is_unknown_and_never_fine() {
    let snapshots = "/admin/datastore/main/snapshots";
    let huge = 17 << 20;
    let rows: Vec<(&str, Fault, &str)> = vec![
        ("/version", Fault::Hang, "no answer within 1 s"),
        ("/version", Fault::Drip, "no answer within 1 s"),
        ("/version", Fault::Reset, "the answer broke off"),
        (
            "/version",
            Fault::Garbage(b"<html>".to_vec()),
            "it is a web page and no JSON",
        ),
        ("/version", Fault::Huge(huge), "the answer is longer than"),
        (
            "/version",
            Fault::Refuse(401, format!("no such token {SECRET}")),
            "401 no such token [redacted]",
        ),
        (
            "/version",
            Fault::Lie("/version".to_owned(), json!(4)),
            "it is no version of Proxmox Backup Server",
        ),
        (snapshots, Fault::Hang, "no answer within 1 s"),
        (snapshots, Fault::Huge(huge), "the answer is longer than"),
        (
            snapshots,
            Fault::Refuse(
                400,
                "datastore 'main' is in offline maintenance mode".to_owned(),
            ),
            "400 datastore 'main' is in offline maintenance mode",
        ),
        (
            snapshots,
            Fault::Filter,
            "the group counts 3 backups, and 0 are listed",
        ),
        (
            snapshots,
            Fault::Lie("/0/backup-time".to_owned(), json!("soon")),
            "1 rows are not understood",
        ),
        (
            snapshots,
            Fault::Lie("/0/files".to_owned(), json!(7)),
            "whether its backups came to their end is not told",
        ),
        (
            "/config/datastore",
            Fault::Lie(String::new(), json!({"main": 1})),
            "the answer is not understood",
        ),
        (
            "/access/permissions",
            Fault::Lie(String::new(), json!([])),
            "the token's rights are not understood",
        ),
        (
            "/access/acl",
            Fault::Lie("/0/path".to_owned(), json!(1)),
            "the access control list is not understood",
        ),
    ];
    for (path, fault, why) in rows {
        let field = Field::new();
        // A short wait only where somebody is silent: the machine may have much else to do.
        let timeout = if why.contains("1 s") { "1s" } else { "60s" };
        field.simulator.state().fail(path, fault.clone());
        let seen = field.run(&["observe", "--on", "real", "--unknown", "--timeout", timeout]);
        assert_eq!(seen.code, 7, "{fault:?}: {}", seen.all());
        // Of one group it is kept beside that group.
        let kept = field.run(&["facts", "show"]).all();
        let told = [seen.all(), kept];
        assert!(told.iter().any(|t| t.contains(why)), "{why}: {told:#?}");
        let judged = field.judged();
        assert!(
            judged.iter().all(|j| is_unknown(j)),
            "{fault:?}: {judged:#?}"
        );
        if path != "/version" {
            assert!(!judged.is_empty(), "{fault:?}");
        }
        // Where only the rights are not known, what is seen is seen.
        if [snapshots, "/config/datastore"].contains(&path) {
            let of = |j: &String| j.contains("[pbs-backup-old]");
            assert!(judged.iter().any(of), "{fault:?}: {judged:#?}");
        }
    }
}

#[test]
fn what_is_dated_after_the_look_is_not_new() {
    let field = Field::new();
    let soon = now() + 400 * DAY;
    field.store(|s| {
        for backup in &mut s.backups {
            backup.time += 400 * DAY;
            backup.verified = None;
        }
        let last = s.collected.as_mut().unwrap();
        last.end = soon;
    });
    field.observe();
    let judged = field.judged();
    for rule in ["pbs-backup-old", "pbs-garbage", "pbs-unverified"] {
        let start = format!("info[{rule}]: unknown: ");
        assert!(
            judged.iter().any(|j| j.starts_with(&start)),
            "{rule}: {judged:#?}"
        );
    }
    assert!(judged.iter().all(|j| is_unknown(j)), "{judged:#?}");
}

#[test]
fn wrong_types_are_left_out_and_told() {
    let field = Field::new();
    {
        let mut state = field.simulator.state();
        state.fail(
            "/status/datastore-usage",
            Fault::Lie("/0/used".to_owned(), json!({"much": true})),
        );
        state.fail(
            "/admin/gc",
            Fault::Lie("/0/last-run-state".to_owned(), json!([1])),
        );
        state.fail(
            "/admin/datastore/main/snapshots",
            Fault::Lie("/0/verification/state".to_owned(), json!("maybe")),
        );
    }
    field.observe();
    let judged = field.judged();
    for part in [
        "info[pbs-datastore-full]: unknown: whether guest 'pbs' has room on datastore main",
        "info[pbs-garbage]: unknown: whether guest 'pbs' collects the garbage of datastore main",
        "info[pbs-unverified]: unknown: whether guest 'pbs' has verified all backups of main/vm/100",
        "info[pbs-verify-failed]: unknown: whether guest 'pbs' has whole backups of main/vm/100",
    ] {
        assert!(
            judged.iter().any(|j| j.starts_with(part)),
            "{part}: {judged:#?}"
        );
    }
    // The other group is told with the same lie.
    assert!(judged.iter().all(|j| is_unknown(j)), "{judged:#?}");
    assert_eq!(judged.len(), 6, "{judged:#?}");
}

#[test]
fn a_twin_asks_no_backup_server_of_the_real_lab() {
    let field = Field::new();
    let seen = field.run(&["observe", "--on", "twin"]);
    let said = seen.all().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("twin default has no host pbs"),
        "{}",
        seen.all()
    );
    assert_eq!(field.simulator.asked(), [""; 0]);
}

#[test]
fn what_makes_the_user_is_printed() {
    let field = Field::new();
    let printed = field.run(&["access"]);
    for part in [
        "guest/pbs  Proxmox Backup Server",
        "proxmox-backup-manager user create holdfast@pbs",
        "proxmox-backup-manager user generate-token holdfast@pbs observe",
        "proxmox-backup-manager acl update / Audit --auth-id 'holdfast@pbs!observe'",
        "proxmox-backup-manager acl update /remote RemoteAudit --auth-id holdfast@pbs",
        "read -rs PBS_SECRET",
    ] {
        assert!(printed.stdout.contains(part), "{part}: {}", printed.all());
    }
    let listed = field.run(&["secret", "list"]);
    assert!(listed.stdout.contains("guest/pbs"), "{}", listed.all());
}
