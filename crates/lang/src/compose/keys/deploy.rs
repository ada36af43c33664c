//! How a service is built, developed and deployed.

use super::super::schema::{Keys, Rule};
use super::shared::*;

pub(super) const GPUS: Rule = Rule::Either(&[Rule::Word(&["all"]), Rule::List(&Rule::Keys(&GPU))]);

pub(super) static GPU: Keys = Keys {
    known: &[
        ("capabilities", TEXT_SET),
        ("count", WHOLE),
        ("device_ids", TEXT_SET),
        ("driver", TEXT),
        ("options", PAIRS),
    ],
    required: &[],
};

pub(super) const DEVELOP: Rule = Rule::Either(&[Rule::Keys(&DEVELOP_KEYS), NOTHING]);

pub(super) static DEVELOP_KEYS: Keys = Keys {
    known: &[("watch", Rule::List(&Rule::Keys(&WATCH)))],
    required: &[],
};

pub(super) static WATCH: Keys = Keys {
    known: &[
        (
            "action",
            Rule::Word(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"]),
        ),
        ("exec", HOOK),
        ("ignore", Rule::List(&TEXT)),
        ("path", TEXT),
        ("target", TEXT),
    ],
    required: &["path", "action"],
};

pub(super) const DEPLOY: Rule = Rule::Either(&[Rule::Keys(&DEPLOY_KEYS), NOTHING]);

pub(super) static DEPLOY_KEYS: Keys = Keys {
    known: &[
        ("endpoint_mode", TEXT),
        ("labels", PAIRS),
        ("mode", TEXT),
        ("placement", Rule::Keys(&PLACEMENT)),
        ("replicas", WHOLE),
        ("resources", Rule::Keys(&RESOURCES)),
        ("restart_policy", Rule::Keys(&RESTART_POLICY)),
        ("rollback_config", Rule::Keys(&UPDATE)),
        ("update_config", Rule::Keys(&UPDATE)),
    ],
    required: &[],
};

pub(super) static UPDATE: Keys = Keys {
    known: &[
        ("delay", TEXT),
        ("failure_action", TEXT),
        ("max_failure_ratio", AMOUNT),
        ("monitor", TEXT),
        ("order", Rule::Word(&["start-first", "stop-first"])),
        ("parallelism", WHOLE),
    ],
    required: &[],
};

pub(super) static RESTART_POLICY: Keys = Keys {
    known: &[
        ("condition", TEXT),
        ("delay", TEXT),
        ("max_attempts", WHOLE),
        ("window", TEXT),
    ],
    required: &[],
};

pub(super) static RESOURCES: Keys = Keys {
    known: &[
        ("limits", Rule::Keys(&LIMITS)),
        ("reservations", Rule::Keys(&RESERVATIONS)),
    ],
    required: &[],
};

pub(super) static RESERVATIONS: Keys = Keys {
    known: &[
        ("cpus", AMOUNT),
        ("devices", DEVICE_REQUESTS),
        ("generic_resources", GENERIC_RESOURCES),
        ("memory", TEXT),
    ],
    required: &[],
};

pub(super) const GENERIC_RESOURCES: Rule = Rule::List(&Rule::Keys(&GENERIC_RESOURCE));

pub(super) static GENERIC_RESOURCE: Keys = Keys {
    known: &[("discrete_resource_spec", Rule::Keys(&DISCRETE_RESOURCE))],
    required: &[],
};

pub(super) static DISCRETE_RESOURCE: Keys = Keys {
    known: &[("kind", TEXT), ("value", AMOUNT)],
    required: &[],
};

pub(super) const DEVICE_REQUESTS: Rule = Rule::List(&Rule::Keys(&DEVICE_REQUEST));

pub(super) static DEVICE_REQUEST: Keys = Keys {
    known: &[
        ("capabilities", TEXT_SET),
        ("count", WHOLE),
        ("device_ids", TEXT_SET),
        ("driver", TEXT),
        ("options", PAIRS),
    ],
    required: &["capabilities"],
};

pub(super) static LIMITS: Keys = Keys {
    known: &[("cpus", AMOUNT), ("memory", TEXT), ("pids", WHOLE)],
    required: &[],
};

pub(super) static PLACEMENT: Keys = Keys {
    known: &[
        ("constraints", Rule::List(&TEXT)),
        ("max_replicas_per_node", WHOLE),
        ("preferences", Rule::List(&Rule::Keys(&PREFERENCE))),
    ],
    required: &[],
};

pub(super) static PREFERENCE: Keys = Keys {
    known: &[("spread", TEXT)],
    required: &[],
};

pub(super) static BUILD: Keys = Keys {
    known: &[
        ("additional_contexts", PAIRS),
        ("args", PAIRS),
        ("cache_from", Rule::List(&TEXT)),
        ("cache_to", Rule::List(&TEXT)),
        ("context", TEXT),
        ("dockerfile", TEXT),
        ("dockerfile_inline", TEXT),
        ("entitlements", Rule::List(&TEXT)),
        ("extra_hosts", EXTRA_HOSTS),
        ("isolation", TEXT),
        ("labels", PAIRS),
        ("network", TEXT),
        ("no_cache", FLAG),
        ("platforms", Rule::List(&TEXT)),
        ("privileged", FLAG),
        ("pull", FLAG),
        ("secrets", GRANTS),
        ("shm_size", WHOLE),
        ("ssh", PAIRS),
        ("tags", Rule::List(&TEXT)),
        ("target", TEXT),
        ("ulimits", ULIMITS),
    ],
    required: &[],
};
