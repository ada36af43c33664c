//! An appliance with two pools, some shares, and tasks that work.

use crate::appliance::Appliance;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const GB: i64 = 1_000_000_000;
/// The role that each method needs, as the middleware has them.
const NEEDS: [(&str, &str); 24] = [
    ("system.info", "READONLY_ADMIN"),
    ("system.reboot.info", "SYSTEM_GENERAL_READ"),
    ("update.status", "SYSTEM_UPDATE_READ"),
    ("pool.query", "POOL_READ"),
    ("boot.get_state", "READONLY_ADMIN"),
    ("disk.query", "DISK_READ"),
    ("pool.dataset.query", "DATASET_READ"),
    ("pool.snapshottask.query", "SNAPSHOT_TASK_READ"),
    ("replication.query", "REPLICATION_TASK_READ"),
    ("cloudsync.query", "CLOUD_SYNC_READ"),
    ("pool.scrub.query", "POOL_SCRUB_READ"),
    ("sharing.smb.query", "SHARING_SMB_READ"),
    ("sharing.nfs.query", "SHARING_NFS_READ"),
    ("iscsi.target.query", "SHARING_ISCSI_TARGET_READ"),
    ("iscsi.extent.query", "SHARING_ISCSI_EXTENT_READ"),
    (
        "iscsi.targetextent.query",
        "SHARING_ISCSI_TARGETEXTENT_READ",
    ),
    ("iscsi.initiator.query", "SHARING_ISCSI_INITIATOR_READ"),
    ("iscsi.portal.query", "SHARING_ISCSI_PORTAL_READ"),
    ("service.query", "SERVICE_READ"),
    ("system.general.config", "SYSTEM_GENERAL_READ"),
    ("interface.query", "NETWORK_INTERFACE_READ"),
    ("certificate.query", "CERTIFICATE_READ"),
    ("alert.list", "ALERT_LIST_READ"),
    ("alert.list_categories", "ALERT_LIST_READ"),
];

impl Appliance {
    /// One that is as it should be, at a time (unix s). `secret` stands wherever the middleware keeps a key or a password.
    pub fn example(user: &str, key: &str, secret: &str, now: i64) -> Self {
        let needs = NEEDS.map(|(method, role)| (method.to_owned(), role.to_owned()));
        let parts = [
            system(now),
            storage(now),
            tasks(secret, now),
            shares(),
            services(secret),
        ];
        let told: BTreeMap<String, Value> = parts
            .into_iter()
            .flatten()
            .map(|(method, value)| (method.to_owned(), value))
            .collect();
        Self::new((user, key), told, needs.into_iter().collect())
    }
}

fn date(at: i64) -> Value {
    json!({"$date": at * 1_000})
}

type Told = Vec<(&'static str, Value)>;

fn system(now: i64) -> Told {
    vec![
        (
            "system.info",
            json!({"version": "25.10.1", "hostname": "nas", "physmem": 32 * GB, "uptime_seconds": 86400.25, "system_product": "Box", "system_manufacturer": "Maker", "ecc_memory": true, "datetime": date(now), "license": null}),
        ),
        (
            "system.reboot.info",
            json!({"boot_id": "b", "reboot_required_reasons": []}),
        ),
        (
            "update.status",
            json!({"code": "NORMAL", "status": {"current_version": {"train": "TrueNAS-SCALE-Goldeye", "profile": "GENERAL", "matches_profile": true}, "new_version": null}, "error": null, "update_download_progress": null}),
        ),
        (
            "interface.query",
            json!([{"id": "enp1s0", "name": "enp1s0", "type": "PHYSICAL", "state": {"name": "enp1s0", "link_state": "LINK_STATE_UP", "aliases": [
                {"type": "INET", "address": "192.168.10.20", "netmask": 24, "broadcast": "192.168.10.255"},
                {"type": "LINK", "address": "02:00:00:00:10:20", "netmask": ""}]}}]),
        ),
        ("alert.list", json!([])),
        (
            "alert.list_categories",
            json!([{"id": "STORAGE", "title": "Storage", "classes": [
                {"id": "VolumeStatus", "title": "Pool Status Is Not Healthy", "level": "CRITICAL", "proactive_support": true},
                {"id": "ZpoolCapacityWarning", "title": "Pool Space Usage Is Above 80%", "level": "WARNING", "proactive_support": true}]}]),
        ),
    ]
}

fn leaf(disk: &str) -> Value {
    json!({"name": disk, "type": "DISK", "path": format!("/dev/{disk}1"), "guid": "1", "status": "ONLINE", "stats": {"read_errors": 0, "write_errors": 0, "checksum_errors": 0}, "children": [], "device": format!("{disk}1"), "disk": disk, "unavail_disk": null})
}

fn group(kind: &str, disks: &[&str]) -> Value {
    let children: Vec<Value> = disks.iter().map(|d| leaf(d)).collect();
    json!({"name": format!("{}-0", kind.to_lowercase()), "type": kind, "path": null, "guid": "2", "status": "ONLINE", "stats": {"read_errors": 0, "write_errors": 0, "checksum_errors": 0}, "children": children})
}

fn pool(name: &str, path: &str, data: Value, now: i64) -> Value {
    json!({"id": 1, "name": name, "guid": "3", "status": "ONLINE", "path": path, "healthy": true, "warning": false, "size": 8_000 * GB, "allocated": 3_000 * GB, "free": 5_000 * GB,
        "scan": {"function": "SCRUB", "state": "FINISHED", "start_time": date(now - 90_000), "end_time": date(now - 86_400), "errors": 0},
        "topology": {"data": [data], "log": [], "cache": [], "spare": [], "special": [], "dedup": []}})
}

fn storage(now: i64) -> Told {
    let disk = |name: &str, serial: &str, pool: &str| json!({"identifier": format!("{{serial}}{serial}"), "name": name, "serial": serial, "model": "DISK 4000", "size": 4_000 * GB, "type": "HDD", "bus": "ATA", "pool": pool, "passwd": "********"});
    let size = |bytes: i64| json!({"parsed": bytes, "rawvalue": bytes.to_string(), "value": "x", "source": "LOCAL"});
    let none = json!({"parsed": null, "rawvalue": "0", "value": null, "source": "DEFAULT"});
    let dataset = |name: &str, encrypted: bool| {
        let pool = name.split('/').next().unwrap_or_default();
        json!({"id": name, "name": name, "type": "FILESYSTEM", "pool": pool, "mountpoint": format!("/mnt/{name}"), "encrypted": encrypted, "encryption_root": encrypted.then_some(pool), "locked": false, "key_loaded": encrypted, "used": size(GB), "available": size(5_000 * GB), "quota": none, "refquota": none})
    };
    let mut volume = dataset("tank/vm", false);
    volume["type"] = json!("VOLUME");
    volume["mountpoint"] = json!(null);
    volume["volsize"] = size(100 * GB);
    vec![
        (
            "pool.query",
            json!([pool(
                "tank",
                "/mnt/tank",
                group("MIRROR", &["sda", "sdb"]),
                now
            )]),
        ),
        (
            "boot.get_state",
            pool("boot-pool", "/mnt/boot-pool", leaf("sdc"), now),
        ),
        (
            "disk.query",
            json!([
                disk("sda", "S-A", "tank"),
                disk("sdb", "S-B", "tank"),
                disk("sdc", "S-C", "boot-pool")
            ]),
        ),
        (
            "pool.dataset.query",
            json!([dataset("tank", false), dataset("tank/photos", true), volume]),
        ),
        (
            "pool.scrub.query",
            json!([{"id": 1, "pool": 1, "pool_name": "tank", "threshold": 35, "description": "", "schedule": cron("00", "00", "7"), "enabled": true}]),
        ),
    ]
}

fn cron(minute: &str, hour: &str, dow: &str) -> Value {
    json!({"minute": minute, "hour": hour, "dom": "*", "month": "*", "dow": dow, "begin": "00:00", "end": "23:59"})
}

fn tasks(secret: &str, now: i64) -> Told {
    let state = json!({"state": "FINISHED", "datetime": date(now - 3_600), "last_snapshot": "tank/photos@auto"});
    vec![
        (
            "pool.snapshottask.query",
            json!([{"id": 1, "dataset": "tank/photos", "recursive": true, "enabled": true, "schedule": cron("00", "*", "*"), "lifetime_value": 2, "lifetime_unit": "WEEK", "state": state}]),
        ),
        (
            "replication.query",
            json!([{"id": 1, "name": "photos to attic", "direction": "PUSH", "transport": "SSH", "ssh_credentials": {"attributes": {"private_key": secret}}, "source_datasets": ["tank/photos"], "target_dataset": "attic/photos", "auto": true, "schedule": null, "restrict_schedule": null, "only_matching_schedule": false, "periodic_snapshot_tasks": [{"id": 1, "dataset": "tank/photos", "recursive": true, "enabled": true, "schedule": cron("00", "*", "*"), "lifetime_value": 2, "lifetime_unit": "WEEK"}], "enabled": true, "encryption_key": secret, "state": state, "job": null}]),
        ),
        (
            "cloudsync.query",
            json!([{"id": 1, "description": "photos to a bucket", "direction": "PUSH", "path": "/mnt/tank/photos", "schedule": cron("00", "3", "*"), "enabled": true, "credentials": {"provider": {"access_key_id": secret}}, "encryption_password": secret, "job": {"id": 5, "state": "SUCCESS", "time_finished": date(now - 7_200)}}]),
        ),
    ]
}

fn shares() -> Told {
    vec![
        (
            "sharing.smb.query",
            json!([{"id": 1, "purpose": "DEFAULT_SHARE", "name": "photos", "path": "/mnt/tank/photos", "enabled": true, "comment": "", "readonly": false, "locked": false, "options": {"purpose": "DEFAULT_SHARE", "aapl_name_mangling": false}}]),
        ),
        (
            "sharing.nfs.query",
            json!([{"id": 1, "path": "/mnt/tank/photos", "enabled": true, "locked": false, "ro": true, "networks": ["192.168.10.0/24"], "hosts": [], "security": ["SYS"], "comment": ""}]),
        ),
        (
            "iscsi.target.query",
            json!([{"id": 1, "name": "vm", "alias": null, "mode": "ISCSI", "groups": [{"portal": 1, "initiator": 1, "authmethod": "CHAP", "auth": 1}], "auth_networks": ["192.168.10.0/24"]}]),
        ),
        (
            "iscsi.extent.query",
            json!([{"id": 1, "name": "vm", "type": "DISK", "disk": "zvol/tank/vm", "path": "zvol/tank/vm", "enabled": true, "locked": false, "ro": false}]),
        ),
        (
            "iscsi.targetextent.query",
            json!([{"id": 1, "target": 1, "lunid": 0, "extent": 1}]),
        ),
        (
            "iscsi.initiator.query",
            json!([{"id": 1, "initiators": ["iqn.2005-10.org.example:pve1"], "comment": ""}]),
        ),
        (
            "iscsi.portal.query",
            json!([{"id": 1, "listen": [{"ip": "192.168.10.20", "port": 3260}], "tag": 1, "comment": ""}]),
        ),
    ]
}

fn services(secret: &str) -> Told {
    let service = |id: i64, name: &str, on: bool| {
        let state = if on { "RUNNING" } else { "STOPPED" };
        json!({"id": id, "service": name, "enable": on, "state": state, "pids": []})
    };
    vec![
        (
            "service.query",
            json!([
                service(1, "cifs", true),
                service(2, "nfs", true),
                service(3, "iscsitarget", true),
                service(4, "ssh", false)
            ]),
        ),
        (
            "system.general.config",
            json!({"id": 1, "ui_certificate": {"id": 1, "name": "own", "privatekey": secret}, "ui_httpsport": 443, "ui_port": 80, "ui_address": ["0.0.0.0"], "ui_v6address": [], "ui_allowlist": ["192.168.10.0/24"]}),
        ),
        (
            "certificate.query",
            json!([{"id": 1, "name": "own", "certificate": certificate(), "privatekey": secret}]),
        ),
    ]
}

/// Of `nas.home.arpa`, signed by itself, for a very long time.
fn certificate() -> String {
    let names = vec!["nas.home.arpa".to_owned()];
    let made = rcgen::generate_simple_self_signed(names);
    made.map(|made| made.cert.pem()).unwrap_or_default()
}
