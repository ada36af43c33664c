//! What is asked, each with the role that it needs.

use serde_json::{Value, json};

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) method: &'static str,
    /// The role that grants it.
    pub(crate) role: &'static str,
    /// Of a list, the fields that are told; of what is no list, none.
    select: &'static [&'static str],
    /// What the list is asked for beside that.
    extra: &'static [&'static str],
}

/// The role that may read everything.
pub(crate) const READ_ALL: &str = "READONLY_ADMIN";
/// The role that may do everything.
pub(crate) const ALL_RIGHTS: &str = "FULL_ADMIN";
/// The login.
pub(crate) const LOGIN: &str = "auth.login_ex";

impl Question {
    const fn one(method: &'static str, role: &'static str) -> Self {
        Self {
            method,
            role,
            select: &[],
            extra: &[],
        }
    }

    const fn list(
        method: &'static str,
        role: &'static str,
        select: &'static [&'static str],
    ) -> Self {
        Self {
            method,
            role,
            select,
            extra: &[],
        }
    }

    const fn with(self, extra: &'static [&'static str]) -> Self {
        Self { extra, ..self }
    }

    pub(crate) fn arguments(self) -> Value {
        if self.select.is_empty() {
            return json!([]);
        }
        let extra = self
            .extra
            .iter()
            .map(|name| ((*name).to_owned(), true.into()));
        let extra: serde_json::Map<String, Value> = extra.collect();
        json!([[], {"select": self.select, "extra": extra}])
    }
}

pub(crate) const SYSTEM: Question = Question::one("system.info", READ_ALL);
pub(crate) const REBOOT: Question = Question::one("system.reboot.info", "SYSTEM_GENERAL_READ");
pub(crate) const UPDATE: Question = Question::one("update.status", "SYSTEM_UPDATE_READ");
pub(crate) const POOLS: Question = Question::list(
    "pool.query",
    "POOL_READ",
    &[
        "name",
        "path",
        "status",
        "scan",
        "size",
        "allocated",
        "topology",
    ],
);
pub(crate) const BOOT: Question = Question::one("boot.get_state", READ_ALL);
pub(crate) const DISKS: Question = Question::list(
    "disk.query",
    "DISK_READ",
    &["name", "serial", "model", "size", "type", "bus", "pool"],
)
.with(&["pools"]);
pub(crate) const DATASETS: Question = Question::list(
    "pool.dataset.query",
    "DATASET_READ",
    &[
        "id",
        "type",
        "pool",
        "mountpoint",
        "encrypted",
        "encryption_root",
        "locked",
        "used",
        "available",
        "quota",
        "refquota",
        "volsize",
    ],
)
.with(&["flat", "retrieve_children"]);
pub(crate) const SNAPSHOTS: Question = Question::list(
    "pool.snapshottask.query",
    "SNAPSHOT_TASK_READ",
    &[
        "id",
        "dataset",
        "recursive",
        "enabled",
        "schedule",
        "lifetime_value",
        "lifetime_unit",
        "state",
    ],
);
pub(crate) const REPLICATIONS: Question = Question::list(
    "replication.query",
    "REPLICATION_TASK_READ",
    &[
        "id",
        "name",
        "direction",
        "transport",
        "source_datasets",
        "target_dataset",
        "auto",
        "schedule",
        "restrict_schedule",
        "periodic_snapshot_tasks",
        "enabled",
        "state",
    ],
);
pub(crate) const CLOUD: Question = Question::list(
    "cloudsync.query",
    "CLOUD_SYNC_READ",
    &[
        "id",
        "description",
        "direction",
        "path",
        "schedule",
        "enabled",
        "job",
    ],
);
pub(crate) const SCRUBS: Question = Question::list(
    "pool.scrub.query",
    "POOL_SCRUB_READ",
    &["id", "pool_name", "threshold", "schedule", "enabled"],
);
pub(crate) const SMB: Question = Question::list(
    "sharing.smb.query",
    "SHARING_SMB_READ",
    &[
        "id",
        "name",
        "path",
        "enabled",
        "locked",
        "purpose",
        "readonly",
        "ro",
        "guestok",
        "hostsallow",
        "options",
    ],
);
pub(crate) const NFS: Question = Question::list(
    "sharing.nfs.query",
    "SHARING_NFS_READ",
    &[
        "id", "path", "enabled", "locked", "ro", "networks", "hosts", "security",
    ],
);
pub(crate) const TARGETS: Question = Question::list(
    "iscsi.target.query",
    "SHARING_ISCSI_TARGET_READ",
    &["id", "name", "groups", "auth_networks"],
);
pub(crate) const EXTENTS: Question = Question::list(
    "iscsi.extent.query",
    "SHARING_ISCSI_EXTENT_READ",
    &["id", "path", "disk", "enabled", "locked", "ro"],
);
pub(crate) const LUNS: Question = Question::list(
    "iscsi.targetextent.query",
    "SHARING_ISCSI_TARGETEXTENT_READ",
    &["id", "target", "extent"],
);
pub(crate) const INITIATORS: Question = Question::list(
    "iscsi.initiator.query",
    "SHARING_ISCSI_INITIATOR_READ",
    &["id", "initiators"],
);
pub(crate) const PORTALS: Question = Question::list(
    "iscsi.portal.query",
    "SHARING_ISCSI_PORTAL_READ",
    &["id", "listen"],
);
pub(crate) const SERVICES: Question = Question::list(
    "service.query",
    "SERVICE_READ",
    &["id", "service", "enable", "state"],
);
pub(crate) const WEB: Question = Question::one("system.general.config", "SYSTEM_GENERAL_READ");
pub(crate) const INTERFACES: Question = Question::list(
    "interface.query",
    "NETWORK_INTERFACE_READ",
    &["id", "name", "state"],
);
pub(crate) const CERTIFICATES: Question = Question::list(
    "certificate.query",
    "CERTIFICATE_READ",
    &["id", "name", "certificate"],
);
pub(crate) const ALERTS: Question = Question::one("alert.list", "ALERT_LIST_READ");
pub(crate) const CLASSES: Question = Question::one("alert.list_categories", "ALERT_LIST_READ");

/// All that is asked.
pub(crate) const ALL: [Question; 24] = [
    SYSTEM,
    REBOOT,
    UPDATE,
    POOLS,
    BOOT,
    DISKS,
    DATASETS,
    SNAPSHOTS,
    REPLICATIONS,
    CLOUD,
    SCRUBS,
    SMB,
    NFS,
    TARGETS,
    EXTENTS,
    LUNS,
    INITIATORS,
    PORTALS,
    SERVICES,
    WEB,
    INTERFACES,
    CERTIFICATES,
    ALERTS,
    CLASSES,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// How methods that look are called; all others may change something.
    const LOOKS: [&str; 8] = [
        "query",
        "info",
        "config",
        "status",
        "get_state",
        "list",
        "list_categories",
        "login_ex",
    ];

    #[test]
    fn every_method_looks_and_needs_no_more_than_a_right_to_read() {
        for question in ALL {
            let (_, verb) = question.method.rsplit_once('.').unwrap_or_default();
            assert!(LOOKS.contains(&verb), "{}", question.method);
            let reads = question.role.ends_with("_READ") || question.role == READ_ALL;
            assert!(reads, "{}", question.role);
        }
    }

    #[test]
    fn nothing_with_a_key_in_it_is_selected() {
        let secret = [
            "key",
            "password",
            "credential",
            "private",
            "secret",
            "salt",
            "*",
        ];
        for question in ALL {
            let arguments = question.arguments().to_string();
            for word in secret {
                assert!(!arguments.contains(word), "{word} in {arguments}");
            }
        }
    }
}
