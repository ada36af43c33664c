//! `build` and `develop` of a service: how its image is made, and what happens when its sources change.
//!
//! Sources: the Compose Build Specification, <https://docs.docker.com/reference/compose-file/build/>, and the Compose
//! Develop Specification, <https://docs.docker.com/reference/compose-file/develop/>, held against the verdicts of
//! `docker compose config`.

use super::rule::{Keys, Rule};
use super::shared::{FLAG, GRANTS, HOOK, HOSTS, PAIRS, TEXT, TEXT_OR_TEXTS, TEXTS, ULIMITS, WHOLE};

/// `build` in its long form.
pub(super) static BUILD: Keys = Keys {
    known: &[
        ("additional_contexts", PAIRS),
        ("args", PAIRS),
        ("cache_from", TEXTS),
        ("cache_to", TEXTS),
        ("context", TEXT),
        ("dockerfile", TEXT),
        ("dockerfile_inline", TEXT),
        ("entitlements", TEXTS),
        ("extra_hosts", HOSTS),
        ("isolation", TEXT),
        ("labels", PAIRS),
        ("network", TEXT),
        ("no_cache", FLAG),
        ("no_cache_filter", TEXT_OR_TEXTS),
        ("platforms", TEXTS),
        ("privileged", FLAG),
        ("provenance", FLAG),
        ("pull", FLAG),
        ("sbom", FLAG),
        ("secrets", GRANTS),
        ("shm_size", WHOLE),
        ("ssh", PAIRS),
        ("tags", TEXTS),
        ("target", TEXT),
        ("ulimits", ULIMITS),
    ],
    ..Keys::NONE
};

/// `develop`.
pub(super) static DEVELOP: Keys = Keys {
    known: &[("watch", Rule::List(&Rule::Keys(&WATCH)))],
    ..Keys::NONE
};

/// An entry of `watch`: a path, and what a change below it leads to.
static WATCH: Keys = Keys {
    known: &[
        ("action", Rule::Word(WATCH_ACTIONS)),
        ("exec", Rule::Keys(&HOOK)),
        ("ignore", TEXT_OR_TEXTS),
        ("include", TEXT_OR_TEXTS),
        ("initial_sync", FLAG),
        ("path", TEXT),
        ("target", TEXT),
    ],
    required: &["path", "action"],
    ..Keys::NONE
};

const WATCH_ACTIONS: &[&str] = &["rebuild", "restart", "sync", "sync+exec", "sync+restart"];
