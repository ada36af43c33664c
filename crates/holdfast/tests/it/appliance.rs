//! TrueNAS by its API: the simulator on a port of this machine, honest, lying and silent.

use crate::ran::{BINARY, Ran};
use crate::tree::Tree;
use serde_json::{Value, json};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};
use truenassim::{Appliance, Fault, Simulator};

const KEY: &str = "1-canaryKeyOfAnAppliancefeedface0005";
/// What must not be kept, should the simulator tell it.
const SECRET: &str = "canary-appliance-secret-0006";

const TREE: &str = "
format: 1
lab: kelp
networks:
  home: {subnet: 192.168.10.0/24, zone: trusted}
zones: {trusted: high}
hosts:
  nas:
    version: '25.10'
    addresses: {home: 192.168.10.20}
    hardware: {disks: {a: {serial: S-A, size: 4TB}, b: {serial: S-B, size: 4TB}, c: {serial: S-C, size: 4TB}}}
    truenas: {url: URL, user: holdfast, key: {env: NAS_KEY}, TRUST}
    exposures:
      - {port: 443/tcp, from: home, why: its web interface, owner: anna, review: 2099-01-01}
      - {port: 445/tcp, from: home, why: shares of the family, owner: anna, review: 2099-01-01}
      - {port: 2049/tcp, from: home, why: shares of machines, owner: anna, review: 2099-01-01}
      - {port: 3260/tcp, from: home, why: disks of guests, owner: anna, review: 2099-01-01}
      - {port: 80/tcp, from: home, why: leads on to 443, owner: anna, review: 2099-01-01}
pools:
  tank: {kind: zfs, on: nas, level: mirror, devices: [nas/a, nas/b], mount: /mnt/tank}
  by-nfs: {kind: nfs, from: tank}
  by-smb: {kind: smb, from: tank}
  by-iscsi: {kind: iscsi, from: tank}
datasets:
  photos: {host: nas, folder: /mnt/tank/photos, encryption: zfs}
people: {anna: {}}
";

struct Field {
    tree: Tree,
    simulator: Simulator,
}

impl Field {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = i64::try_from(now.as_secs()).unwrap();
        let appliance = Appliance::example("holdfast", KEY, SECRET, now);
        let field = Self {
            tree: Tree::hiding(&[KEY, SECRET]),
            simulator: Simulator::start(appliance).unwrap(),
        };
        field.write(|tree| tree);
        field
    }

    fn with(change: impl FnOnce(&mut Appliance)) -> Self {
        let field = Self::new();
        change(&mut field.simulator.appliance());
        field
    }

    fn write(&self, change: impl FnOnce(String) -> String) {
        let trust = format!("fingerprint: '{}'", self.simulator.fingerprint());
        let text = change(TREE.replace("TRUST", &trust));
        self.tree.write(&text.replace("URL", &self.simulator.url()));
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.env("NAS_KEY", KEY);
        self.tree.run_as(command, arguments)
    }

    fn observe(&self) -> Ran {
        self.run(&["observe", "--on", "real", "--unknown", "--timeout", "5s"])
    }

    /// Differences of the appliance.
    fn drift(&self) -> Vec<String> {
        let ran = self.run(&["drift", "--on", "real", "--json", "--timeout", "5s"]);
        ran.differences()
    }

    /// Rows of the appliance, `declared tcp/0.0.0.0:445 | reason`.
    fn ports(&self) -> Vec<String> {
        let rows = self.run(&["ports", "--on", "real", "--json"]).json();
        let rows = rows.as_array().unwrap().iter();
        let own = rows.filter(|r| r["host"] == "host/nas");
        own.map(|r| {
            let word = |key: &str| r[key].as_str().unwrap().to_owned();
            format!("{} {} | {}", word("state"), word("socket"), word("reason"))
        })
        .collect()
    }

    /// What `check` says after a look.
    fn checked(&self) -> String {
        let seen = self.observe();
        assert!(seen.stdout.contains("host/nas  answered"), "{}", seen.all());
        self.run(&["check"]).all()
    }
}

#[test]
fn with_the_role_that_is_printed_all_is_known_and_nothing_differs() {
    let field = Field::new();
    let seen = field.observe();
    assert!(seen.stdout.contains("host/nas  answered"), "{}", seen.all());
    assert!(
        seen.all().contains("driver truenas, maturity schema"),
        "{}",
        seen.all()
    );
    assert_eq!(field.drift(), [""; 0]);
    let mut expected = [
        "declared tcp/192.168.10.20:3260 | from home: disks of guests, owner anna, review 2099-01-01",
        "declared tcp/0.0.0.0:2049 | from home: shares of machines, owner anna, review 2099-01-01",
        "declared tcp/0.0.0.0:443 | from home: its web interface, owner anna, review 2099-01-01",
        "declared tcp/0.0.0.0:445 | from home: shares of the family, owner anna, review 2099-01-01",
        "declared tcp/0.0.0.0:80 | from home: leads on to 443, owner anna, review 2099-01-01",
        // What is not asked is told as that.
        "unknown * | at least at this port; NetBIOS and WS-Discovery, and to which addresses it is bound, are not asked",
        "unknown * | at least at this port; rpcbind, mountd, statd, lockd and RDMA, and to which addresses it is bound, are not asked",
        "unknown * | which of them run, and what they publish, is not asked for",
    ];
    expected.sort_unstable();
    let mut ports = field.ports();
    ports.sort();
    assert_eq!(ports, expected);
    let shown = field.run(&["facts", "show", "--json"]).json();
    let shown = shown["host/nas"]["facts"].to_string();
    for part in [
        r#""truenas:system":"#,
        r#""version":"25.10.1""#,
        r#""uptime":86400"#,
        r#""pool:zfs/tank":"#,
        r#""level":"mirror""#,
        r#""pool:zfs/boot-pool":"#,
        r#""disk:sda":"#,
        r#""serial":"S-A""#,
        r#""truenas-dataset:tank/photos":"#,
        r#""truenas-task:snapshot/1":"#,
        r#""keep":"2 weeks""#,
        r#""truenas-task:replication/1":"#,
        r#""target":"attic/photos""#,
        r#""truenas-task:cloud/1":"#,
        r#""truenas-task:scrub/tank":"#,
        r#""truenas-share:smb/photos":"#,
        r#""truenas-share:nfs/1":"#,
        r#""truenas-share:iscsi/vm":"#,
        r#""truenas-service:cifs":"#,
        r#""address:192.168.10.20/24":"#,
        r#""certificate:own":"#,
        r#""nas.home.arpa""#,
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

/// Whatever is asked for, nothing but this is sent; a method that is not in the list may change something.
#[test]
fn only_methods_that_look_are_ever_called() {
    let looks = [
        "auth.login_ex",
        "alert.list",
        "alert.list_categories",
        "boot.get_state",
        "certificate.query",
        "cloudsync.query",
        "disk.query",
        "interface.query",
        "iscsi.extent.query",
        "iscsi.initiator.query",
        "iscsi.portal.query",
        "iscsi.target.query",
        "iscsi.targetextent.query",
        "pool.dataset.query",
        "pool.query",
        "pool.scrub.query",
        "pool.snapshottask.query",
        "replication.query",
        "service.query",
        "sharing.nfs.query",
        "sharing.smb.query",
        "system.general.config",
        "system.info",
        "system.reboot.info",
        "update.status",
    ];
    let field = Field::with(|nas| nas.rows("alert.list").push(alert("CRITICAL")));
    for arguments in [
        &["observe", "--on", "real"] as &[&str],
        &["drift", "--on", "real"],
        &["ports", "--on", "real"],
        &["plan", "--on", "real"],
    ] {
        field.run(arguments);
    }
    let asked = field.simulator.asked();
    assert_eq!(asked[0], "auth.login_ex");
    for call in &asked {
        assert!(looks.contains(&call.as_str()), "{call}");
    }
    for call in looks {
        assert!(asked.iter().any(|a| a == call), "{call} was not asked");
    }
}

fn alert(level: &str) -> Value {
    json!({"id": "A1", "uuid": "A1", "source": "", "klass": "VolumeStatus", "args": [SECRET], "level": level, "datetime": {"$date": 1_700_000_000_000_i64}, "last_occurrence": {"$date": 1_700_000_000_000_i64}, "dismissed": false, "text": SECRET, "formatted": SECRET})
}

#[test]
fn what_is_there_otherwise_than_declared_is_in_drift_and_in_ports() {
    let field = Field::with(|nas| {
        let pool = &mut nas.rows("pool.query")[0];
        pool["topology"]["data"][0]["type"] = json!("RAIDZ1");
        let mut other = pool.clone();
        other["name"] = json!("scratch");
        other["path"] = json!("/mnt/scratch");
        nas.rows("pool.query").push(other);
        nas.rows("disk.query")[1]["pool"] = json!("scratch");
        nas.rows("disk.query")[2]["serial"] = json!("S-NEW");
        let mut dataset = nas.rows("pool.dataset.query")[1].clone();
        dataset["id"] = json!("tank/music");
        dataset["mountpoint"] = json!("/mnt/tank/music");
        nas.rows("pool.dataset.query").push(dataset);
        nas.rows("pool.dataset.query")[1]["encrypted"] = json!(false);
        nas.rows("sharing.nfs.query").clear();
        nas.rows("service.query").push(
            json!({"id": 9, "service": "ftp", "enable": true, "state": "RUNNING", "pids": []}),
        );
    });
    field.write(|tree| {
        let tree = tree.replace("25.10'", "25.04'");
        tree.replace(
            "      - {port: 445/tcp, from: home, why: shares of the family, owner: anna, review: 2099-01-01}\n",
            "",
        )
    });
    let expected = [
        "differs disk:sdb | disk b is in pool tank | in pool scratch",
        "differs pool:zfs/tank | pool tank is mirror or raid1 or raid10 | raidz1",
        "differs truenas-dataset:tank/photos | photos is encrypted | not encrypted",
        "differs truenas:system | version 25.04 | 25.10.1",
        "missing disk:c | disk c with serial number S-C | no such disk",
        "missing truenas-share:nfs/by-nfs | share by-nfs, by nfs of pool tank | absent",
        "undeclared disk:sdc | not declared | a disk with serial number S-NEW",
        "undeclared pool:zfs/scratch | not declared | pool scratch, raidz1 of sda, sdb",
        "undeclared truenas-dataset:tank/music | no declared data lies there | dataset tank/music at /mnt/tank/music",
    ];
    let mut drift = field.drift();
    drift.sort();
    assert_eq!(drift, expected);
    let ports = field.ports();
    for row in [
        "unjustified tcp/0.0.0.0:445 | not declared",
        "unknown * | where it listens is not asked for",
    ] {
        assert!(ports.iter().any(|p| p == row), "{ports:#?}");
    }
}

/// Which services there will be nobody knows: one that is not known to let nobody in may.
#[test]
fn every_service_that_runs_has_a_row() {
    let field = Field::with(|nas| {
        for (id, name) in ["snmp", "ups", "nvmet", "smartd", "webshare"]
            .iter()
            .enumerate()
        {
            nas.rows("service.query").push(
                json!({"id": 20 + id, "service": name, "enable": true, "state": "RUNNING", "pids": []}),
            );
        }
    });
    let rows = field.run(&["ports", "--on", "real", "--json"]).json();
    let rows = rows.as_array().unwrap().iter();
    let unknown = rows.filter(|r| r["state"] == "unknown");
    let mut shown: Vec<&str> = unknown.map(|r| r["process"].as_str().unwrap()).collect();
    shown.sort_unstable();
    let expected = [
        "NFS",
        "NVMe over fabrics",
        "SMB",
        "SNMP",
        "UPS",
        "apps, virtual machines and containers",
        "webshare",
    ];
    assert_eq!(shown, expected);
}

/// Nothing leads to it but its interface, and that is asked; beside a machine that is logged in to as well.
#[test]
fn an_appliance_that_nobody_logs_in_to_is_chosen_by_its_name() {
    let field = Field::new();
    let all = field.run(&["ports", "--on", "real", "--json"]).json();
    let own = field.run(&["ports", "--on", "real", "--host", "nas", "--json"]);
    assert_eq!(own.code, 7, "{}", own.all());
    assert_eq!(own.json(), all);
    let hosts = all.as_array().unwrap().iter();
    assert!(hosts.map(|r| &r["host"]).all(|h| h == "host/nas"), "{all}");
    let seen = field.run(&["observe", "--on", "real", "--host", "nas"]);
    assert!(seen.stdout.contains("host/nas  answered"), "{}", seen.all());
}

/// The update alone is unknown, and when a pool that is not imported was read.
#[test]
fn what_could_not_be_told_leaves_the_rest_known() {
    let field = Field::with(|nas| {
        let cannot = json!({"code": "ERROR", "status": null, "error": {"errname": "ENETUNREACH", "reason": SECRET}, "update_download_progress": null});
        nas.told.insert("update.status".to_owned(), cannot);
        let mut attic = nas.rows("pool.query")[0].clone();
        attic["name"] = json!("attic");
        attic["path"] = json!("/mnt/attic");
        attic["status"] = json!("OFFLINE");
        attic["scan"] = json!(null);
        attic["topology"] = json!(null);
        nas.rows("pool.query").push(attic);
    });
    field.write(|tree| tree.replace("25.10'", "25.04'"));
    let said = field.checked();
    let unknown = "disk-scrub-overdue: whether host 'nas' has read pool 'attic' (zfs on /mnt/attic) whole within its time";
    assert!(said.contains(unknown), "{said}");
    assert!(!said.contains("never read whole ["), "{said}");
    let shown = field.run(&["facts", "show", "--json"]).json();
    let own = &shown["host/nas"];
    let update = own["facts"]["truenas:update"].to_string();
    assert!(
        update.contains("update.status tells ERROR, ENETUNREACH"),
        "{update}"
    );
    let seen = field.observe();
    assert!(!seen.all().contains("is not understood"), "{}", seen.all());
    let drift = field.drift();
    let version = "differs truenas:system | version 25.04 | 25.10.1";
    assert!(drift.iter().any(|d| d == version), "{drift:#?}");
}

/// It has no schedule of its own; and a job that does not end is no good one.
#[test]
fn a_replication_is_held_against_the_snapshots_that_it_follows() {
    let field = Field::with(|nas| {
        let state = json!({"state": "FINISHED", "datetime": {"$date": 1_700_000_000_000_i64}});
        nas.rows("replication.query")[0]["state"] = state.clone();
        nas.rows("pool.snapshottask.query")[0]["state"] = state;
        let job = &mut nas.rows("cloudsync.query")[0]["job"];
        job["state"] = json!("RUNNING");
        job["time_finished"] = json!(null);
        job["time_started"] = json!({"$date": 1_700_000_000_000_i64});
    });
    let said = field.checked();
    for finding in [
        "replication task 'photos to attic' of host 'nas' last ended well",
        "snapshot task 'snapshots of tank/photos' of host 'nas' last ended well",
        "cloud sync task 'photos to a bucket' of host 'nas' has been running for",
    ] {
        assert!(said.contains(finding), "{finding}: {said}");
    }
    for interval in ["and is to run each 1h", "and is to run each 1d"] {
        assert!(said.contains(interval), "{interval}: {said}");
    }
}

#[test]
fn what_is_declared_and_is_not_there_is_missing() {
    let field = Field::with(|nas| {
        nas.rows("pool.query").clear();
        nas.rows("pool.dataset.query").clear();
        nas.rows("interface.query").clear();
    });
    let drift = field.drift();
    for row in [
        "missing pool:zfs/tank | pool tank | absent",
        "missing truenas-dataset:photos | photos at /mnt/tank/photos | absent",
        "missing address:home | 192.168.10.20 in home | absent",
    ] {
        assert!(drift.iter().any(|d| d == row), "{drift:#?}");
    }
}

#[test]
fn to_a_key_without_rights_nothing_is_missing_and_nothing_is_fine() {
    // One kind only is withheld: all else stays known.
    let field = Field::with(|nas| {
        nas.rows("pool.query").clear();
        nas.grant(&["SERVICE_READ", "DATASET_READ", "SHARING_SMB_READ"]);
    });
    let seen = field.observe();
    assert_eq!(seen.code, 7, "{}", seen.all());
    for why in [
        "pool.query: Not authorized (-32001); the user's privilege has to have the role POOL_READ",
        "system.info: Not authorized (-32001); the user's privilege has to have the role READONLY_ADMIN",
    ] {
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
    }
    let rows = field.drift();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    let pool = "unknown pool:zfs/tank | pool tank | unknown (pool.query: Not authorized";
    assert!(rows.iter().any(|r| r.starts_with(pool)), "{rows:#?}");
    assert!(
        !rows.iter().any(|r| r.contains("truenas-dataset")),
        "{rows:#?}"
    );
    // And no rule calls it well.
    let checked = field.run(&["check"]).all();
    for rule in [
        "disk-pool-degraded: whether host 'nas'",
        "cert-expiry: whether host 'nas'",
        "truenas-task-failed: whether host 'nas'",
        "truenas-alert: whether host 'nas'",
        "truenas-share-open: whether host 'nas'",
    ] {
        assert!(checked.contains(rule), "{rule}: {checked}");
    }
}

#[test]
fn an_empty_list_to_whom_no_role_was_told_proves_nothing() {
    let field = Field::with(|nas| {
        nas.fail("pool.query", Fault::Filter);
        let none = json!([]);
        let roles = "/user_info/privilege/roles/$set".to_owned();
        nas.fail("auth.login_ex", Fault::Lie(roles, none));
    });
    let rows = field.drift();
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    let why = "pool.query was answered to a user of whom no role was told that may ask it, which proves nothing";
    assert!(rows.iter().any(|r| r.contains(why)), "{rows:#?}");
    // A pool that is left out, and whose datasets are told.
    let field = Field::with(|nas| nas.fail("pool.query", Fault::Filter));
    let rows = field.drift();
    let why = "unknown pool:zfs/tank | pool tank | unknown (datasets of pool tank are told, and it is not)";
    assert!(rows.iter().any(|r| r == why), "{rows:#?}");
}

#[test]
fn hostile_answers_are_unknown_and_nothing_of_them_is_shown() {
    let deep = format!("{{\"result\":{}", "[".repeat(100_000));
    let faults = [
        (Fault::Huge(17 << 20), "longer than 16777216 bytes"),
        (Fault::Garbage(deep), "it is no JSON"),
        (
            Fault::Garbage("{}".to_owned()),
            "it answers another question",
        ),
        (
            Fault::Garbage("<!DOCTYPE html>".to_owned()),
            "it is a web page and no JSON",
        ),
        (Fault::Other, "it answers another question"),
        (Fault::Close, "the connection was closed"),
        (Fault::Hang, "no answer within 5 s"),
        (
            Fault::Refuse(-32001, 14, "Bad \u{1b}[2J pool".to_owned()),
            "pool.query: Bad  [2J pool (-32001)",
        ),
        (
            Fault::Refuse(-32601, 0, "Method does not exist".to_owned()),
            "this release of TrueNAS does not have it",
        ),
        (
            Fault::Lie("/0/name".to_owned(), json!("\u{1b}[2J\u{7}gone")),
            "pool.query: 1 rows are not understood",
        ),
        (
            Fault::Lie("/0/name".to_owned(), json!(KEY)),
            "it repeats what the login was made with",
        ),
        (
            Fault::Lie(String::new(), json!({})),
            "pool.query: the answer is not understood",
        ),
    ];
    for (fault, why) in faults {
        let field = Field::with(|nas| nas.fail("pool.query", fault.clone()));
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        let obeyed = ['\u{1b}', '\u{7}'];
        assert!(!seen.all().contains(obeyed), "{why}");
        let rows = field.drift();
        let other = rows.iter().filter(|r| !r.starts_with("unknown ")).count();
        assert_eq!(other, 0, "{why}: {rows:#?}");
        let pool = rows.iter().any(|r| r.starts_with("unknown pool:zfs/tank"));
        let silent = rows.iter().any(|r| r.starts_with("unknown truenas:*"));
        assert!(pool || silent, "{why}: {rows:#?}");
    }
}

#[test]
fn who_is_not_let_in_or_not_trusted_is_told_why() {
    let field = Field::new();
    let other = Simulator::start(Appliance::example("holdfast", KEY, SECRET, 0)).unwrap();
    let own = field.simulator.fingerprint().to_owned();
    let rows: [(&str, &str, &str); 5] = [
        (
            own.as_str(),
            other.fingerprint(),
            "not trusted: the certificate's fingerprint is",
        ),
        (
            "{env: NAS_KEY}",
            "{env: NOBODY_SET_THIS}",
            "the key cannot be obtained",
        ),
        (
            "user: holdfast",
            "user: nobody",
            "TrueNAS knows no user 'nobody' with this key",
        ),
        (
            "user: holdfast, ",
            "",
            "add `user: holdfast` to `truenas` of host/nas",
        ),
        (
            "url: URL",
            "url: 'http://192.0.2.1'",
            "TrueNAS revokes a key that comes by plain http",
        ),
    ];
    for (from, to, why) in rows {
        field.write(|tree| tree.replacen(from, to, 1));
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{why}: {}", seen.all());
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
    }
    let refused = field.simulator.asked();
    assert!(refused.iter().all(|c| c == "auth.login_ex"), "{refused:?}");
    assert!(other.asked().is_empty());
    for (response, why) in [
        (
            "EXPIRED",
            "the key of 'holdfast' has expired or was revoked",
        ),
        ("DENIED", "'holdfast' may not use the API"),
        ("OTP_REQUIRED", "'holdfast' is asked for a second factor"),
        ("REDIRECT", "the other controller is the active one"),
    ] {
        let field = Field::with(|nas| nas.refuse_logins(response));
        let seen = field.observe();
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
    }
}

#[test]
fn rules_judge_what_it_tells() {
    let field = Field::new();
    let well = field.checked();
    for rule in [
        "truenas-",
        "disk-pool-degraded",
        "disk-scrub-overdue",
        "cert-expiry",
    ] {
        assert!(!well.contains(&format!("[{rule}")), "{rule}: {well}");
    }
    let field = Field::with(|nas| {
        let pool = &mut nas.rows("pool.query")[0];
        pool["status"] = json!("DEGRADED");
        pool["topology"]["data"][0]["children"][1]["status"] = json!("UNAVAIL");
        pool["scan"]["end_time"] = json!({"$date": 1_700_000_000_000_i64});
        nas.rows("replication.query")[0]["state"] = json!({"state": "ERROR", "error": SECRET});
        nas.rows("pool.snapshottask.query")[0]["state"] = json!({"state": "PENDING"});
        nas.rows("cloudsync.query")[0]["job"]["state"] = json!("FAILED");
        nas.rows("alert.list").push(alert("CRITICAL"));
        nas.rows("sharing.nfs.query")[0]["networks"] = json!([]);
    });
    let said = field.checked();
    for finding in [
        "error[disk-pool-degraded]: pool 'tank' (zfs on /mnt/tank) of host 'nas' misses 1 of its devices",
        "warning[disk-scrub-overdue]: pool 'tank' (zfs on /mnt/tank) of host 'nas' was read whole",
        "warning[truenas-task-failed]: replication task 'photos to attic' of host 'nas' failed the last time",
        "warning[truenas-task-failed]: snapshot task 'snapshots of tank/photos' of host 'nas' has never run",
        "warning[truenas-task-failed]: cloud sync task 'photos to a bucket' of host 'nas' failed",
        "error[truenas-alert]: host 'nas' shows an alert of level CRITICAL: Pool Status Is Not Healthy",
        "warning[truenas-share-open]: host 'nas' shares /mnt/tank/photos by NFS with every address",
    ] {
        assert!(said.contains(finding), "{finding}: {said}");
    }
}

/// Up to 25.04 it stands beside the share, later among its options.
#[test]
fn guests_are_told_where_things_can_reach_the_share() {
    let set: [fn(&mut Value); 2] = [
        |share| {
            let map = share.as_object_mut().unwrap();
            map.remove("options");
            map.insert("guestok".to_owned(), json!(true));
        },
        |share| {
            share["purpose"] = json!("LEGACY_SHARE");
            share["options"] =
                json!({"purpose": "LEGACY_SHARE", "guestok": true, "hostsallow": []});
        },
    ];
    for set in set {
        let field = Field::with(|nas| set(&mut nas.rows("sharing.smb.query")[0]));
        let well = field.checked();
        assert!(!well.contains("[truenas-share-open]"), "{well}");
        field.write(|tree| tree.replace("trusted: high", "trusted: low"));
        let said = field.checked();
        let finding = "host 'nas' lets guests into its SMB share 'photos' from network 'home', which is of low trust";
        assert!(said.contains(finding), "{said}");
    }
}

#[test]
fn how_the_key_is_made_is_printed() {
    let field = Field::new();
    let said = field.run(&["access"]).all();
    for part in [
        "midclt call group.query '[[\"group\",\"=\",\"truenas_readonly_administrators\"]]'",
        "midclt call user.create",
        "midclt call api_key.create",
        "read -rs NAS_KEY && export NAS_KEY",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
