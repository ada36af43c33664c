//! A service.

use super::super::schema::{Keys, Names, Rule};
use super::deploy::{BUILD, DEPLOY, DEVELOP, GPUS};
use super::shared::*;

pub(super) const SERVICE: Rule = Rule::Keys(&SERVICE_KEYS);

pub(super) static SERVICE_KEYS: Keys = Keys {
    known: &[
        ("annotations", PAIRS),
        ("attach", FLAG),
        ("blkio_config", Rule::Keys(&BLKIO)),
        ("build", Rule::Either(&[TEXT, Rule::Keys(&BUILD)])),
        ("cap_add", Rule::Set(&TEXT)),
        ("cap_drop", Rule::Set(&TEXT)),
        ("cgroup", Rule::Word(&["host", "private"])),
        ("cgroup_parent", TEXT),
        ("command", COMMAND),
        ("configs", GRANTS),
        ("container_name", TEXT),
        ("cpu_count", Rule::Range(0, i64::MAX)),
        ("cpu_percent", Rule::Range(0, 100)),
        ("cpu_period", AMOUNT),
        ("cpu_quota", AMOUNT),
        ("cpu_rt_period", AMOUNT),
        ("cpu_rt_runtime", AMOUNT),
        ("cpu_shares", AMOUNT),
        ("cpus", AMOUNT),
        ("cpuset", TEXT),
        ("credential_spec", Rule::Keys(&CREDENTIAL_SPEC)),
        (
            "depends_on",
            Rule::Either(&[TEXT_SET, Rule::Names(&DEPENDS_ON)]),
        ),
        ("deploy", DEPLOY),
        ("develop", DEVELOP),
        ("device_cgroup_rules", TEXT_SET),
        (
            "devices",
            Rule::List(&Rule::Either(&[TEXT, Rule::Keys(&DEVICE)])),
        ),
        ("dns", TEXT_OR_SET),
        ("dns_opt", Rule::Set(&TEXT)),
        ("dns_search", TEXT_OR_SET),
        ("domainname", TEXT),
        ("entrypoint", COMMAND),
        ("env_file", ENV_FILE),
        ("environment", PAIRS),
        ("expose", Rule::Set(&AMOUNT)),
        ("extends", Rule::Either(&[TEXT, Rule::Keys(&EXTENDS)])),
        ("external_links", Rule::Set(&TEXT)),
        ("extra_hosts", EXTRA_HOSTS),
        ("gpus", GPUS),
        ("group_add", Rule::Set(&AMOUNT)),
        ("healthcheck", HEALTHCHECK),
        ("hostname", TEXT),
        ("image", TEXT),
        ("init", FLAG),
        ("ipc", TEXT),
        ("isolation", TEXT),
        ("label_file", LABEL_FILE),
        ("labels", PAIRS),
        ("links", Rule::Set(&TEXT)),
        ("logging", Rule::Keys(&LOGGING)),
        ("mac_address", TEXT),
        ("mem_limit", AMOUNT),
        ("mem_reservation", WHOLE),
        ("mem_swappiness", WHOLE),
        ("memswap_limit", AMOUNT),
        ("network_mode", TEXT),
        (
            "networks",
            Rule::Either(&[TEXT_SET, Rule::Names(&MEMBERSHIPS)]),
        ),
        ("oom_kill_disable", FLAG),
        ("oom_score_adj", Rule::Range(-1000, 1000)),
        ("pid", TEXT_OR_NULL),
        ("pids_limit", AMOUNT),
        ("platform", TEXT),
        (
            "ports",
            Rule::Set(&Rule::Either(&[NUMBER, TEXT, Rule::Keys(&PORT)])),
        ),
        ("post_start", Rule::List(&HOOK)),
        ("pre_stop", Rule::List(&HOOK)),
        ("privileged", FLAG),
        ("profiles", TEXT_SET),
        (
            "pull_policy",
            Rule::Word(&["always", "never", "if_not_present", "build", "missing"]),
        ),
        ("read_only", FLAG),
        ("restart", TEXT),
        ("runtime", TEXT),
        ("scale", WHOLE),
        ("secrets", GRANTS),
        ("security_opt", Rule::Set(&TEXT)),
        ("shm_size", AMOUNT),
        ("stdin_open", FLAG),
        ("stop_grace_period", TEXT),
        ("stop_signal", TEXT),
        ("storage_opt", Rule::Names(&ANYTHING)),
        ("sysctls", PAIRS),
        ("tmpfs", TEXT_OR_SET),
        ("tty", FLAG),
        ("ulimits", ULIMITS),
        ("user", TEXT),
        ("userns_mode", TEXT),
        ("uts", TEXT),
        (
            "volumes",
            Rule::Set(&Rule::Either(&[TEXT, Rule::Keys(&MOUNT)])),
        ),
        ("volumes_from", Rule::Set(&TEXT)),
        ("working_dir", TEXT),
    ],
    required: &[],
};

pub(super) static MOUNT: Keys = Keys {
    known: &[
        ("bind", Rule::Keys(&MOUNT_BIND)),
        ("consistency", TEXT),
        ("read_only", FLAG),
        ("source", TEXT),
        ("target", TEXT),
        ("tmpfs", Rule::Keys(&MOUNT_TMPFS)),
        ("type", TEXT),
        ("volume", Rule::Keys(&MOUNT_VOLUME)),
    ],
    required: &["type"],
};

pub(super) static MOUNT_VOLUME: Keys = Keys {
    known: &[("nocopy", FLAG), ("subpath", TEXT)],
    required: &[],
};

pub(super) static MOUNT_TMPFS: Keys = Keys {
    known: &[("mode", AMOUNT), ("size", Rule::Range(0, i64::MAX))],
    required: &[],
};

pub(super) static MOUNT_BIND: Keys = Keys {
    known: &[
        ("create_host_path", FLAG),
        ("propagation", TEXT),
        (
            "recursive",
            Rule::Word(&["enabled", "disabled", "writable", "readonly"]),
        ),
        ("selinux", Rule::Word(&["z", "Z"])),
    ],
    required: &[],
};

pub(super) static PORT: Keys = Keys {
    known: &[
        ("app_protocol", TEXT),
        ("host_ip", TEXT),
        ("mode", TEXT),
        ("name", TEXT),
        ("protocol", TEXT),
        ("published", WHOLE),
        ("target", WHOLE),
    ],
    required: &[],
};

pub(super) static MEMBERSHIPS: Names = Names {
    name: is_name,
    of: Rule::Either(&[Rule::Keys(&MEMBERSHIP), NOTHING]),
    open: false,
};

pub(super) static MEMBERSHIP: Keys = Keys {
    known: &[
        ("aliases", TEXT_SET),
        ("driver_opts", Rule::Names(&DRIVER_OPTS)),
        ("gw_priority", NUMBER),
        ("ipv4_address", TEXT),
        ("ipv6_address", TEXT),
        ("link_local_ips", TEXT_SET),
        ("mac_address", TEXT),
        ("priority", NUMBER),
    ],
    required: &[],
};

pub(super) static LOGGING: Keys = Keys {
    known: &[("driver", TEXT), ("options", Rule::Names(&LOGGING_OPTIONS))],
    required: &[],
};

pub(super) static LOGGING_OPTIONS: Names = Names {
    name: any_name,
    of: OPTION,
    open: true,
};

pub(super) const LABEL_FILE: Rule = Rule::Either(&[TEXT, Rule::List(&TEXT)]);

pub(super) const HEALTHCHECK: Rule = Rule::Keys(&HEALTHCHECK_KEYS);

pub(super) static HEALTHCHECK_KEYS: Keys = Keys {
    known: &[
        ("disable", FLAG),
        ("interval", TEXT),
        ("retries", AMOUNT),
        ("start_interval", TEXT),
        ("start_period", TEXT),
        ("test", Rule::Either(&[TEXT, Rule::List(&TEXT)])),
        ("timeout", TEXT),
    ],
    required: &[],
};

pub(super) static EXTENDS: Keys = Keys {
    known: &[("file", TEXT), ("service", TEXT)],
    required: &["service"],
};

pub(super) const ENV_FILE: Rule = Rule::Either(&[
    TEXT,
    Rule::List(&Rule::Either(&[TEXT, Rule::Keys(&ENV_FILE_KEYS)])),
]);

pub(super) static ENV_FILE_KEYS: Keys = Keys {
    known: &[("format", TEXT), ("path", TEXT), ("required", FLAG)],
    required: &["path"],
};

pub(super) static DEVICE: Keys = Keys {
    known: &[("permissions", TEXT), ("source", TEXT), ("target", TEXT)],
    required: &["source"],
};

pub(super) static DEPENDS_ON: Names = Names {
    name: is_name,
    of: Rule::Keys(&DEPENDENCY),
    open: false,
};

pub(super) static DEPENDENCY: Keys = Keys {
    known: &[
        (
            "condition",
            Rule::Word(&[
                "service_started",
                "service_healthy",
                "service_completed_successfully",
            ]),
        ),
        ("required", BOOL),
        ("restart", FLAG),
    ],
    required: &["condition"],
};

pub(super) static CREDENTIAL_SPEC: Keys = Keys {
    known: &[("config", TEXT), ("file", TEXT), ("registry", TEXT)],
    required: &[],
};

pub(super) static BLKIO: Keys = Keys {
    known: &[
        ("device_read_bps", Rule::List(&BLKIO_LIMIT)),
        ("device_read_iops", Rule::List(&BLKIO_LIMIT)),
        ("device_write_bps", Rule::List(&BLKIO_LIMIT)),
        ("device_write_iops", Rule::List(&BLKIO_LIMIT)),
        ("weight", WHOLE),
        ("weight_device", Rule::List(&BLKIO_WEIGHT)),
    ],
    required: &[],
};

pub(super) const BLKIO_WEIGHT: Rule = Rule::Keys(&BLKIO_WEIGHT_KEYS);

pub(super) static BLKIO_WEIGHT_KEYS: Keys = Keys {
    known: &[("path", TEXT), ("weight", WHOLE)],
    required: &[],
};

pub(super) const BLKIO_LIMIT: Rule = Rule::Keys(&BLKIO_LIMIT_KEYS);

pub(super) static BLKIO_LIMIT_KEYS: Keys = Keys {
    known: &[("path", TEXT), ("rate", WHOLE)],
    required: &[],
};
