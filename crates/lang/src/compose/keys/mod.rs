//! Every key of Compose and what it takes, as `docker compose` 2.26 has it: the top of a project here, services below.

mod deploy;
mod service;
mod shared;

use super::schema::{Keys, Names, Rule};
use service::SERVICE;
use shared::*;

pub(in crate::compose) static PROJECT: Keys = Keys {
    known: &[
        ("configs", Rule::Names(&CONFIGS)),
        ("include", Rule::List(&INCLUDE)),
        ("name", TEXT),
        ("networks", Rule::Names(&NETWORKS)),
        ("secrets", Rule::Names(&SECRETS)),
        ("services", Rule::Names(&SERVICES)),
        ("version", TEXT),
        ("volumes", Rule::Names(&VOLUMES)),
    ],
    required: &[],
};

static VOLUMES: Names = Names {
    name: is_name,
    of: VOLUME,
    open: false,
};

const VOLUME: Rule = Rule::Either(&[Rule::Keys(&VOLUME_KEYS), NOTHING]);

static VOLUME_KEYS: Keys = Keys {
    known: &[
        ("driver", TEXT),
        ("driver_opts", Rule::Names(&DRIVER_OPTS)),
        ("external", Rule::Either(&[Rule::Keys(&EXTERNAL), FLAG])),
        ("labels", PAIRS),
        ("name", TEXT),
    ],
    required: &[],
};

static EXTERNAL: Keys = Keys {
    known: &[("name", TEXT)],
    required: &[],
};

static SERVICES: Names = Names {
    name: is_name,
    of: SERVICE,
    open: false,
};

static SECRETS: Names = Names {
    name: is_name,
    of: SECRET,
    open: false,
};

const SECRET: Rule = Rule::Keys(&SECRET_KEYS);

static SECRET_KEYS: Keys = Keys {
    known: &[
        ("driver", TEXT),
        ("driver_opts", Rule::Names(&DRIVER_OPTS)),
        ("environment", TEXT),
        (
            "external",
            Rule::Either(&[Rule::Keys(&OPEN_EXTERNAL), FLAG]),
        ),
        ("file", TEXT),
        ("labels", PAIRS),
        ("name", TEXT),
        ("template_driver", TEXT),
    ],
    required: &[],
};

static OPEN_EXTERNAL: Keys = Keys {
    known: &[("name", TEXT)],
    required: &[],
};

static NETWORKS: Names = Names {
    name: is_name,
    of: NETWORK,
    open: true,
};

const NETWORK: Rule = Rule::Either(&[Rule::Keys(&NETWORK_KEYS), NOTHING]);

static NETWORK_KEYS: Keys = Keys {
    known: &[
        ("attachable", FLAG),
        ("driver", TEXT),
        ("driver_opts", Rule::Names(&DRIVER_OPTS)),
        ("enable_ipv4", FLAG),
        ("enable_ipv6", FLAG),
        ("external", Rule::Either(&[Rule::Keys(&EXTERNAL), FLAG])),
        ("internal", FLAG),
        ("ipam", Rule::Keys(&IPAM)),
        ("labels", PAIRS),
        ("name", TEXT),
    ],
    required: &[],
};

static IPAM: Keys = Keys {
    known: &[
        ("config", Rule::List(&Rule::Keys(&POOL))),
        ("driver", TEXT),
        ("options", Rule::Names(&TEXTS)),
    ],
    required: &[],
};

static TEXTS: Names = Names {
    name: any_name,
    of: TEXT,
    open: false,
};

static POOL: Keys = Keys {
    known: &[
        ("aux_addresses", Rule::Names(&TEXTS)),
        ("gateway", TEXT),
        ("ip_range", TEXT),
        ("subnet", TEXT),
    ],
    required: &[],
};

const INCLUDE: Rule = Rule::Either(&[TEXT, Rule::Keys(&INCLUDE_KEYS)]);

static INCLUDE_KEYS: Keys = Keys {
    known: &[
        ("env_file", TEXT_OR_SET),
        ("path", TEXT_OR_SET),
        ("project_directory", TEXT),
    ],
    required: &[],
};

static CONFIGS: Names = Names {
    name: is_name,
    of: CONFIG,
    open: false,
};

const CONFIG: Rule = Rule::Keys(&CONFIG_KEYS);

static CONFIG_KEYS: Keys = Keys {
    known: &[
        ("content", TEXT),
        ("environment", TEXT),
        (
            "external",
            Rule::Either(&[Rule::Keys(&OPEN_EXTERNAL), FLAG]),
        ),
        ("file", TEXT),
        ("labels", PAIRS),
        ("name", TEXT),
        ("template_driver", TEXT),
    ],
    required: &[],
};
