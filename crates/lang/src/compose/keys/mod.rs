//! Which keys a Compose file has at each place, and what they take.
//!
//! The tables are written by hand after the Compose file reference, <https://docs.docker.com/reference/compose-file/>: one
//! file per part of it, keys in its order. What a key takes was settled by asking `docker compose config` (2.26) with small
//! files, so a table may be wider than the reference where the tool is. They say shapes only: what a text or number means
//! is read later, and lists that act as sets are made so before.

mod build;
mod deploy;
mod resource;
mod rule;
mod service;
mod shared;

pub(super) use rule::{Keys, Names, Rule, Scalars};

use rule::Naming;
use shared::TEXT;

/// The top of a project.
pub(super) static PROJECT: Keys = Keys {
    known: &[
        ("version", TEXT),
        ("name", TEXT),
        // Followed and removed before anything is held against the tables.
        ("include", Rule::Any),
        ("services", Rule::Names(&SERVICES)),
        ("models", Rule::Names(&resource::MODELS)),
        ("networks", Rule::Names(&resource::NETWORKS)),
        ("volumes", Rule::Names(&resource::VOLUMES)),
        ("configs", Rule::Names(&resource::CONFIGS)),
        ("secrets", Rule::Names(&resource::SECRETS)),
    ],
    ..Keys::NONE
};

/// `services`. A service's name may begin with `x-`.
static SERVICES: Names = Names {
    name: Naming::Identifier,
    of: Rule::Keys(&service::SERVICE),
    other: None,
};
