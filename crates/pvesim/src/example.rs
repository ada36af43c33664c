//! An example with something of everything, for whoever wants to see all answers.

use crate::access::{Tfa, Whose};
use crate::state::{Guest, Job, Kind, Resource, State, Storage, Thin};
use serde_json::json;
use std::collections::BTreeMap;

impl State {
    /// Three nodes with two guests; `holdfast@pve!example` with the secret `example` may do everything.
    pub fn example() -> Self {
        let mut state = Self::single("pve1");
        state.add_node("pve2");
        state.add_node("pve3");
        state.cluster = Some("main".to_owned());
        state.example_guests();
        state.storages.insert("nas".to_owned(), nas());
        if let Some(node) = state.nodes.get_mut("pve1") {
            node.thin.push(Thin {
                vg: "pve".to_owned(),
                lv: "data".to_owned(),
                size: 500_000_000_000,
                used: 410_000_000_000,
                metadata_size: 5_000_000_000,
                metadata_used: 900_000_000,
            });
            node.disks.push(json!({
                "devpath": "/dev/nvme0n1", "size": 512_110_190_592_u64, "gpt": 1, "mounted": 0, "osdid": -1, "osdid-list": [], "model": "Example 512", "serial": "EX0001",
                "health": "PASSED", "used": "LVM", "type": "nvme", "vendor": "unknown", "wearout": 97,
            }));
            node.updates.push((
                "pve-manager".to_owned(),
                "9.1.2".to_owned(),
                "9.1.3".to_owned(),
            ));
        }
        let fields = json!({"enabled": 1, "schedule": "02:30", "storage": "nas", "mode": "snapshot", "vmid": "100", "compress": "zstd", "prune-backups": {"keep-daily": "7"}});
        let fields = fields
            .as_object()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .collect();
        state.jobs.insert("backup-1".to_owned(), Job { fields });
        let resource = Resource {
            state: "started".to_owned(),
            wanted: "started".to_owned(),
        };
        state.ha.insert("vm:100".to_owned(), resource);
        let job = json!({"id": "100-0", "type": "local", "guest": 100, "jobnum": 0, "target": "pve2", "source": "pve1", "schedule": "*/15"});
        state.replication.insert("100-0".to_owned(), job);
        state.firewall = BTreeMap::from([
            ("enable".to_owned(), json!(1)),
            ("policy_in".to_owned(), json!("DROP")),
        ]);
        state.rules.push(json!({"type": "in", "action": "ACCEPT", "enable": 1, "macro": "SSH", "source": "192.0.2.0/24"}));
        state.pools.insert("family".to_owned(), vec![100]);
        state
            .access
            .add_token("holdfast@pve!example", "example", "/", "Administrator");
        state
            .access
            .grant("/", Whose::User, "root@pam", "Administrator");
        if let Some(root) = state.access.users.get_mut("root@pam") {
            root.tfa.push(Tfa {
                id: "totp1".to_owned(),
                kind: "totp".to_owned(),
                enabled: true,
            });
        }
        state.ended("pve1", "vzdump", "100", "OK");
        state.ended("pve1", "vzdump", "100", "job errors");
        state
    }

    fn example_guests(&mut self) {
        let guest = |kind, node: &str, config: serde_json::Value| Guest {
            kind,
            node: node.to_owned(),
            running: true,
            config: config
                .as_object()
                .cloned()
                .unwrap_or_default()
                .into_iter()
                .collect(),
            snapshots: BTreeMap::from([("before-upgrade".to_owned(), 1_794_000_000)]),
        };
        let vm = json!({
            "name": "web", "cores": 2, "sockets": 1, "memory": "4096", "onboot": 1, "agent": "1", "ostype": "l26", "scsihw": "virtio-scsi-single",
            "scsi0": "nas:100/vm-100-disk-0.qcow2,size=32G", "net0": "virtio=BC:24:11:00:00:64,bridge=vmbr0,firewall=1", "tags": "family",
        });
        let container = json!({
            "hostname": "dns", "cores": 1, "memory": 512, "swap": 0, "onboot": 1, "unprivileged": 1, "ostype": "debian", "arch": "amd64", "features": "nesting=1",
            "rootfs": "nas:101/vm-101-disk-0.raw,size=8G", "net0": "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:65,ip=dhcp,type=veth",
        });
        self.guests.insert(100, guest(Kind::Qemu, "pve1", vm));
        self.guests.insert(101, guest(Kind::Lxc, "pve1", container));
    }
}

fn nas() -> Storage {
    Storage {
        kind: "nfs".to_owned(),
        content: "images,backup".to_owned(),
        shared: true,
        nodes: Vec::new(),
        total: 4_000_000_000_000,
        used: 1_000_000_000_000,
        volumes: vec![
            json!({"volid": "nas:backup/vzdump-qemu-100-2026_11_20-02_30_00.vma.zst", "format": "vma.zst", "size": 1_234_567, "ctime": 1_794_900_000, "vmid": 100, "content": "backup", "subtype": "qemu"}),
        ],
    }
}
