//! `deploy` of a service: how many containers run, where, with how much, and how they are replaced.
//!
//! Source: the Compose Deploy Specification, <https://docs.docker.com/reference/compose-file/deploy/>, held against the
//! verdicts of `docker compose config`.

use super::rule::{Keys, Rule};
use super::shared::{DEVICE_REQUEST, NUMBER, PAIRS, TEXT, TEXTS, WHOLE};

/// `deploy`.
pub(super) static DEPLOY: Keys = Keys {
    known: &[
        ("endpoint_mode", TEXT),
        ("labels", PAIRS),
        ("mode", TEXT),
        ("placement", Rule::Keys(&PLACEMENT)),
        ("replicas", WHOLE),
        ("resources", Rule::Keys(&RESOURCES)),
        ("restart_policy", Rule::Keys(&RESTART_POLICY)),
        ("rollback_config", Rule::Keys(&REPLACEMENT)),
        ("update_config", Rule::Keys(&REPLACEMENT)),
    ],
    ..Keys::NONE
};

/// `placement`: nodes that containers may run on, and those that are better.
static PLACEMENT: Keys = Keys {
    known: &[
        ("constraints", TEXTS),
        ("preferences", Rule::List(&Rule::Keys(&PREFERENCE))),
        ("max_replicas_per_node", WHOLE),
    ],
    ..Keys::NONE
};

static PREFERENCE: Keys = Keys {
    known: &[("spread", TEXT)],
    ..Keys::NONE
};

/// `resources`: the most that a container gets, and the least.
static RESOURCES: Keys = Keys {
    known: &[
        ("limits", Rule::Keys(&LIMITS)),
        ("reservations", Rule::Keys(&RESERVATIONS)),
    ],
    ..Keys::NONE
};

/// `limits`. Memory is text, unlike `mem_limit`.
static LIMITS: Keys = Keys {
    known: &[("cpus", NUMBER), ("memory", TEXT), ("pids", WHOLE)],
    ..Keys::NONE
};

/// `reservations`.
static RESERVATIONS: Keys = Keys {
    known: &[
        ("cpus", NUMBER),
        ("memory", TEXT),
        ("devices", Rule::List(&Rule::Keys(&RESERVED_DEVICE))),
        (
            "generic_resources",
            Rule::List(&Rule::Keys(&GENERIC_RESOURCE)),
        ),
    ],
    ..Keys::NONE
};

/// An entry of `devices`, which must say what the device is for.
static RESERVED_DEVICE: Keys = Keys {
    known: DEVICE_REQUEST,
    required: &["capabilities"],
    ..Keys::NONE
};

/// An entry of `generic_resources`: a kind of thing that nodes have so many of.
static GENERIC_RESOURCE: Keys = Keys {
    known: &[("discrete_resource_spec", Rule::Keys(&DISCRETE_RESOURCE))],
    ..Keys::NONE
};

static DISCRETE_RESOURCE: Keys = Keys {
    known: &[("kind", TEXT), ("value", NUMBER)],
    ..Keys::NONE
};

/// `restart_policy`.
static RESTART_POLICY: Keys = Keys {
    known: &[
        ("condition", TEXT),
        ("delay", TEXT),
        ("max_attempts", WHOLE),
        ("window", TEXT),
    ],
    ..Keys::NONE
};

/// `update_config` and `rollback_config`.
static REPLACEMENT: Keys = Keys {
    known: &[
        ("parallelism", WHOLE),
        ("delay", TEXT),
        ("failure_action", TEXT),
        ("monitor", TEXT),
        ("max_failure_ratio", NUMBER),
        ("order", Rule::Word(&["start-first", "stop-first"])),
    ],
    ..Keys::NONE
};
