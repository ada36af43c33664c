//! What services share: `networks`, `volumes`, `configs` and `secrets` at the top of a file.
//!
//! Sources: <https://docs.docker.com/reference/compose-file/networks/>, and there `volumes/`, `configs/` and `secrets/`,
//! held against the verdicts of `docker compose config`.

use super::rule::{Keys, Names, Naming, Rule, Scalars};
use super::shared::{DRIVER_OPTIONS, FLAG, PAIRS, TEXT, TEXT_MAP, TEXTS, WHOLE};

/// Nothing, for all defaults.
const NOTHING: Rule = Rule::Scalar(Scalars::NULL);

/// `networks`. What has another name is let be.
pub(super) static NETWORKS: Names = Names {
    name: Naming::Identifier,
    of: Rule::Either(&[Rule::Keys(&NETWORK), NOTHING]),
    other: Some(Rule::Any),
};

/// `models`: language models that services use.
pub(super) static MODELS: Names = Names {
    name: Naming::Identifier,
    of: Rule::Keys(&MODEL),
    other: None,
};

static MODEL: Keys = Keys {
    known: &[
        ("name", TEXT),
        ("model", TEXT),
        ("context_size", WHOLE),
        ("runtime_flags", TEXTS),
    ],
    required: &["model"],
    ..Keys::NONE
};

/// `volumes`.
pub(super) static VOLUMES: Names = Names {
    name: Naming::Identifier,
    of: Rule::Either(&[Rule::Keys(&VOLUME), NOTHING]),
    other: None,
};

/// `configs`.
pub(super) static CONFIGS: Names = Names {
    name: Naming::Identifier,
    of: Rule::Keys(&CONFIG),
    other: None,
};

/// `secrets`.
pub(super) static SECRETS: Names = Names {
    name: Naming::Identifier,
    of: Rule::Keys(&SECRET),
    other: None,
};

static NETWORK: Keys = Keys {
    known: &[
        ("attachable", FLAG),
        ("driver", TEXT),
        ("driver_opts", DRIVER_OPTIONS),
        ("enable_ipv4", FLAG),
        ("enable_ipv6", FLAG),
        ("external", Rule::Either(&[FLAG, Rule::Keys(&EXTERNAL)])),
        ("internal", FLAG),
        ("ipam", Rule::Keys(&IPAM)),
        ("labels", PAIRS),
        ("name", TEXT),
    ],
    ..Keys::NONE
};

/// `ipam`: how a network's addresses are given out.
static IPAM: Keys = Keys {
    known: &[
        ("driver", TEXT),
        ("config", Rule::List(&Rule::Keys(&SUBNET))),
        ("options", TEXT_MAP),
    ],
    ..Keys::NONE
};

/// An entry of `ipam.config`.
static SUBNET: Keys = Keys {
    known: &[
        ("subnet", TEXT),
        ("ip_range", TEXT),
        ("gateway", TEXT),
        ("aux_addresses", TEXT_MAP),
    ],
    ..Keys::NONE
};

static VOLUME: Keys = Keys {
    known: &[
        ("driver", TEXT),
        ("driver_opts", DRIVER_OPTIONS),
        ("external", Rule::Either(&[FLAG, Rule::Keys(&EXTERNAL)])),
        ("labels", PAIRS),
        ("name", TEXT),
    ],
    ..Keys::NONE
};

/// `external` in its old form, with the name that the thing has outside.
static EXTERNAL: Keys = Keys {
    known: &[("name", TEXT)],
    ..Keys::NONE
};

static CONFIG: Keys = Keys {
    known: &[
        ("file", TEXT),
        ("environment", TEXT),
        ("content", TEXT),
        ("external", EXTERNAL_FILE),
        ("name", TEXT),
        ("labels", PAIRS),
        ("template_driver", TEXT),
    ],
    ..Keys::NONE
};

static SECRET: Keys = Keys {
    known: &[
        ("file", TEXT),
        ("environment", TEXT),
        ("external", EXTERNAL_FILE),
        ("name", TEXT),
        ("labels", PAIRS),
        ("driver", TEXT),
        ("driver_opts", DRIVER_OPTIONS),
        ("template_driver", TEXT),
    ],
    ..Keys::NONE
};

/// `external` of a config or secret: here the old form may say more.
const EXTERNAL_FILE: Rule = Rule::Either(&[
    FLAG,
    Rule::Keys(&Keys {
        known: &[("name", TEXT)],
        required: &[],
        open: true,
    }),
]);
