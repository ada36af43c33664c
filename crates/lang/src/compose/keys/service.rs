//! One service: everything but `build`, `deploy` and `develop`.
//!
//! Source: the reference of the element `services`, <https://docs.docker.com/reference/compose-file/services/>, held
//! against the verdicts of `docker compose config`; what is newer than that (models, providers, times of pulling), against
//! the schema of the Compose specification.

use super::build::{BUILD, DEVELOP};
use super::deploy::DEPLOY;
use super::rule::{Form, Keys, Names, Naming, Rule, Scalars};
use super::shared::{
    COMMAND, DEVICE_REQUEST, DIFFERENT_TEXTS, DRIVER_OPTIONS, FLAG, GRANTS, HOOK, HOSTS, NUMBER,
    PAIRS, TEXT, TEXT_OR_TEXTS, TEXTS, ULIMITS, WHOLE,
};

/// A service.
pub(super) static SERVICE: Keys = Keys {
    known: &[
        ("annotations", PAIRS),
        ("attach", FLAG),
        ("blkio_config", Rule::Keys(&BLKIO)),
        ("build", Rule::Either(&[TEXT, Rule::Keys(&BUILD)])),
        ("cap_add", TEXTS),
        ("cap_drop", TEXTS),
        ("cgroup", Rule::Word(&["host", "private"])),
        ("cgroup_parent", TEXT),
        ("command", COMMAND),
        ("configs", GRANTS),
        ("container_name", TEXT),
        ("cpu_count", Rule::Range(0, i64::MAX)),
        ("cpu_percent", Rule::Range(0, 100)),
        ("cpu_period", NUMBER),
        ("cpu_quota", NUMBER),
        ("cpu_rt_period", NUMBER),
        ("cpu_rt_runtime", NUMBER),
        ("cpu_shares", NUMBER),
        ("cpus", NUMBER),
        ("cpuset", TEXT),
        ("credential_spec", Rule::Keys(&CREDENTIAL_SPEC)),
        (
            "depends_on",
            Rule::Either(&[DIFFERENT_TEXTS, Rule::Names(&DEPENDENCIES)]),
        ),
        ("deploy", Rule::Either(&[Rule::Keys(&DEPLOY), NOTHING])),
        ("develop", Rule::Either(&[Rule::Keys(&DEVELOP), NOTHING])),
        ("device_cgroup_rules", DIFFERENT_TEXTS),
        (
            "devices",
            Rule::List(&Rule::Either(&[TEXT, Rule::Keys(&DEVICE)])),
        ),
        ("dns", TEXT_OR_TEXTS),
        ("dns_opt", TEXTS),
        ("dns_search", TEXT_OR_TEXTS),
        ("domainname", TEXT),
        ("entrypoint", COMMAND),
        ("env_file", Rule::Either(&[TEXT, Rule::List(&ENV_FILE)])),
        ("environment", PAIRS),
        ("expose", Rule::List(&NUMBER)),
        // Followed and removed before anything is held against the tables.
        ("extends", Rule::Any),
        ("external_links", DIFFERENT_TEXTS),
        ("extra_hosts", HOSTS),
        (
            "gpus",
            Rule::Either(&[Rule::Word(&["all"]), Rule::List(&Rule::Keys(&GPU))]),
        ),
        ("group_add", Rule::Set(&NUMBER)),
        ("healthcheck", Rule::Keys(&HEALTHCHECK)),
        ("hostname", TEXT),
        ("image", TEXT),
        ("init", FLAG),
        ("ipc", TEXT),
        ("isolation", TEXT),
        ("label_file", TEXT_OR_TEXTS),
        ("labels", PAIRS),
        ("links", TEXTS),
        ("logging", Rule::Keys(&LOGGING)),
        ("mac_address", TEXT),
        ("mem_limit", NUMBER),
        ("mem_reservation", WHOLE),
        ("mem_swappiness", WHOLE),
        ("memswap_limit", NUMBER),
        (
            "models",
            Rule::Either(&[DIFFERENT_TEXTS, Rule::Names(&USED_MODELS)]),
        ),
        ("network_mode", TEXT),
        (
            "networks",
            Rule::Either(&[DIFFERENT_TEXTS, Rule::Names(&MEMBERSHIPS)]),
        ),
        ("oom_kill_disable", FLAG),
        ("oom_score_adj", Rule::Range(-1000, 1000)),
        ("pid", Rule::Scalar(Scalars::TEXT.or(Scalars::NULL))),
        ("pids_limit", NUMBER),
        ("platform", TEXT),
        (
            "ports",
            Rule::List(&Rule::Either(&[NUMBER, Rule::Keys(&PORT)])),
        ),
        ("post_start", Rule::List(&Rule::Keys(&HOOK))),
        ("pre_stop", Rule::List(&Rule::Keys(&HOOK))),
        ("privileged", FLAG),
        ("profiles", TEXTS),
        ("provider", Rule::Keys(&PROVIDER)),
        ("pull_policy", Rule::WordOr(PULL_POLICIES, &EVERY)),
        ("pull_refresh_after", TEXT),
        ("read_only", FLAG),
        ("restart", TEXT),
        ("runtime", TEXT),
        ("scale", WHOLE),
        ("secrets", GRANTS),
        ("security_opt", DIFFERENT_TEXTS),
        ("shm_size", NUMBER),
        ("stdin_open", FLAG),
        ("stop_grace_period", TEXT),
        ("stop_signal", TEXT),
        ("storage_opt", STORAGE_OPTIONS),
        ("sysctls", PAIRS),
        ("tmpfs", TEXT_OR_TEXTS),
        ("tty", FLAG),
        ("ulimits", ULIMITS),
        ("use_api_socket", FLAG),
        ("user", TEXT),
        ("userns_mode", TEXT),
        ("uts", TEXT),
        (
            "volumes",
            Rule::List(&Rule::Either(&[TEXT, Rule::Keys(&MOUNT)])),
        ),
        ("volumes_from", DIFFERENT_TEXTS),
        ("working_dir", TEXT),
    ],
    ..Keys::NONE
};

/// Nothing, for all defaults.
const NOTHING: Rule = Rule::Scalar(Scalars::NULL);

const PULL_POLICIES: &[&str] = &[
    "always",
    "never",
    "missing",
    "if_not_present",
    "build",
    "daily",
    "weekly",
    "refresh",
];

/// `every_12h`: weeks, days, hours, minutes, seconds, as often as wanted.
static EVERY: Form = Form {
    fits: is_every,
    as_in: "every_DURATION (every_12h, every_2d)",
};

fn is_every(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("every_") else {
        return false;
    };
    let mut digits = 0;
    let whole = rest.chars().all(|c| {
        let unit = "wdhms".contains(c) && digits > 0;
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        unit || c.is_ascii_digit()
    });
    whole && digits == 0 && !rest.is_empty()
}

/// `provider`: something else starts the service, and there is no container.
static PROVIDER: Keys = Keys {
    known: &[("type", TEXT), ("options", PROVIDER_OPTIONS)],
    required: &["type"],
    ..Keys::NONE
};

const PROVIDER_OPTION: Rule = Rule::Scalar(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::BOOL));

const PROVIDER_OPTIONS: Rule = Rule::Names(&Names {
    name: Naming::NotEmpty,
    of: Rule::Either(&[PROVIDER_OPTION, Rule::List(&PROVIDER_OPTION)]),
    other: None,
});

/// `models` of a service in its long form.
static USED_MODELS: Names = Names {
    name: Naming::Identifier,
    of: Rule::Either(&[Rule::Keys(&USED_MODEL), NOTHING]),
    other: None,
};

static USED_MODEL: Keys = Keys {
    known: &[("endpoint_var", TEXT), ("model_var", TEXT)],
    ..Keys::NONE
};

/// `blkio_config`: shares of block devices, and limits for them. A weight is a number and no text.
static BLKIO: Keys = Keys {
    known: &[
        ("device_read_bps", Rule::List(&Rule::Keys(&BLKIO_LIMIT))),
        ("device_write_bps", Rule::List(&Rule::Keys(&BLKIO_LIMIT))),
        ("device_read_iops", Rule::List(&Rule::Keys(&BLKIO_LIMIT))),
        ("device_write_iops", Rule::List(&Rule::Keys(&BLKIO_LIMIT))),
        ("weight", Rule::Scalar(Scalars::INT)),
        ("weight_device", Rule::List(&Rule::Keys(&BLKIO_WEIGHT))),
    ],
    ..Keys::NONE
};

static BLKIO_LIMIT: Keys = Keys {
    known: &[("path", TEXT), ("rate", WHOLE)],
    ..Keys::NONE
};

static BLKIO_WEIGHT: Keys = Keys {
    known: &[("path", TEXT), ("weight", Rule::Scalar(Scalars::INT))],
    ..Keys::NONE
};

/// `credential_spec`, for Windows.
static CREDENTIAL_SPEC: Keys = Keys {
    known: &[("config", TEXT), ("file", TEXT), ("registry", TEXT)],
    ..Keys::NONE
};

/// `depends_on` in its long form.
static DEPENDENCIES: Names = Names {
    name: Naming::Identifier,
    of: Rule::Keys(&DEPENDENCY),
    other: None,
};

static DEPENDENCY: Keys = Keys {
    known: &[
        ("restart", FLAG),
        ("condition", Rule::Word(CONDITIONS)),
        ("required", Rule::Scalar(Scalars::BOOL)),
    ],
    required: &["condition"],
    ..Keys::NONE
};

const CONDITIONS: &[&str] = &[
    "service_started",
    "service_healthy",
    "service_completed_successfully",
];

/// An entry of `devices` in its long form.
static DEVICE: Keys = Keys {
    known: &[("source", TEXT), ("target", TEXT), ("permissions", TEXT)],
    required: &["source"],
    ..Keys::NONE
};

/// An entry of `env_file`: a path, alone or with more.
const ENV_FILE: Rule = Rule::Either(&[
    TEXT,
    Rule::Keys(&Keys {
        known: &[("path", TEXT), ("required", FLAG), ("format", TEXT)],
        required: &["path"],
        open: false,
    }),
]);

/// An entry of `gpus`; drivers may know more keys.
static GPU: Keys = Keys {
    known: DEVICE_REQUEST,
    open: true,
    ..Keys::NONE
};

/// `healthcheck`.
static HEALTHCHECK: Keys = Keys {
    known: &[
        ("test", TEXT_OR_TEXTS),
        ("interval", TEXT),
        ("timeout", TEXT),
        ("retries", NUMBER),
        ("start_period", TEXT),
        ("start_interval", TEXT),
        ("disable", FLAG),
    ],
    ..Keys::NONE
};

/// `logging`.
static LOGGING: Keys = Keys {
    known: &[("driver", TEXT), ("options", LOG_OPTIONS)],
    ..Keys::NONE
};

const LOG_OPTIONS: Rule = Rule::Names(&Names {
    name: Naming::OneLine,
    of: Rule::Scalar(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::NULL)),
    other: Some(Rule::Any),
});

/// `storage_opt`, under any names.
const STORAGE_OPTIONS: Rule = Rule::Names(&Names {
    name: Naming::Anything,
    of: Rule::Scalar(Scalars::TEXT.or(Scalars::INT).or(Scalars::NULL)),
    other: None,
});

/// `networks` of a service in its long form.
static MEMBERSHIPS: Names = Names {
    name: Naming::Identifier,
    of: Rule::Either(&[Rule::Keys(&MEMBERSHIP), NOTHING]),
    other: None,
};

static MEMBERSHIP: Keys = Keys {
    known: &[
        ("aliases", TEXTS),
        ("interface_name", TEXT),
        ("ipv4_address", TEXT),
        ("ipv6_address", TEXT),
        ("link_local_ips", TEXTS),
        ("mac_address", TEXT),
        ("driver_opts", DRIVER_OPTIONS),
        ("gw_priority", Rule::Scalar(Scalars::NUMBER)),
        ("priority", Rule::Scalar(Scalars::NUMBER)),
    ],
    ..Keys::NONE
};

/// An entry of `ports` in its long form. That it has a target is seen when ports are told apart.
static PORT: Keys = Keys {
    known: &[
        ("target", WHOLE),
        ("published", WHOLE),
        ("host_ip", TEXT),
        ("protocol", TEXT),
        ("app_protocol", TEXT),
        ("mode", TEXT),
        ("name", TEXT),
    ],
    ..Keys::NONE
};

/// An entry of `volumes` in its long form. That it has a target is seen when mounts are told apart.
static MOUNT: Keys = Keys {
    known: &[
        ("type", TEXT),
        ("source", TEXT),
        ("target", TEXT),
        ("read_only", FLAG),
        ("bind", Rule::Keys(&BIND)),
        ("image", Rule::Keys(&IMAGE)),
        ("volume", Rule::Keys(&VOLUME)),
        ("tmpfs", Rule::Keys(&TMPFS)),
        ("consistency", TEXT),
    ],
    required: &["type"],
    ..Keys::NONE
};

static BIND: Keys = Keys {
    known: &[
        ("propagation", TEXT),
        ("create_host_path", FLAG),
        ("selinux", Rule::Word(&["z", "Z"])),
        (
            "recursive",
            Rule::Word(&["enabled", "disabled", "writable", "readonly"]),
        ),
    ],
    ..Keys::NONE
};

static IMAGE: Keys = Keys {
    known: &[("subpath", TEXT)],
    ..Keys::NONE
};

static VOLUME: Keys = Keys {
    known: &[("nocopy", FLAG), ("subpath", TEXT)],
    ..Keys::NONE
};

static TMPFS: Keys = Keys {
    known: &[("size", Rule::Range(0, i64::MAX)), ("mode", NUMBER)],
    ..Keys::NONE
};
