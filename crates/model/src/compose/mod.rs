//! A Compose project as rules see it: every value with its place, short and long forms alike, secrets hidden.
//!
//! What is not written is `None`; Compose's defaults are filled in only where they are part of the meaning (a port's
//! protocol, the condition of a dependency). Durations are in nanoseconds, sizes in bytes.

mod image;
mod resource;
mod service;
mod text;

pub use image::Image;
pub use resource::{Config, ConfigSource, Extra, Network, Pool, Variable, Volume};
pub use service::{
    Amounts, Build, Command, Condition, Dependency, Deploy, Device, Dns, EnvFile, Grant,
    Healthcheck, Logging, LongPort, Membership, Mount, MountKind, Namespaces, Port, PortRange,
    Resources, Service, Ulimit, UpdatePolicy,
};
pub use text::Text;

use diag::{Span, Spanned};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a set of Compose files declares together.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Project {
    /// The project's name, if the files or the caller give one.
    pub name: Option<Spanned<String>>,
    /// Services by name, those of inactive profiles included.
    pub services: BTreeMap<String, Service>,
    /// Networks by name; the implicit `default` is not among them.
    pub networks: BTreeMap<String, Network>,
    /// Volumes by name.
    pub volumes: BTreeMap<String, Volume>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, Config>,
    /// Configs by name.
    pub configs: BTreeMap<String, Config>,
    /// `x-…` keys at the top, `x-holdfast` among them.
    pub extensions: BTreeMap<String, Spanned<Extra>>,
    /// Keys without a meaning, kept as written, by their path from the top.
    pub unknown: BTreeMap<String, Spanned<Extra>>,
    /// Variables that the files refer to.
    pub variables: BTreeMap<String, Variable>,
    /// The deprecated `version`, if it is written.
    pub version: Option<Span>,
}

impl Project {
    /// What is written in a place is known: no variable in it lacks both a value and a default.
    pub fn is_settled(&self, place: Span) -> bool {
        self.lacking(place).is_none()
    }

    /// The first variable in a place that has neither a value nor a default.
    pub fn lacking(&self, place: Span) -> Option<&str> {
        let inside =
            |p: &Span| p.source == place.source && p.start < place.end && place.start < p.end;
        let mut all = self.variables.iter();
        let found =
            all.find(|(_, v)| !v.set && (v.bare || v.required) && v.places.iter().any(inside));
        found.map(|(name, _)| name.as_str())
    }

    /// The name of a volume at the engine; `None` where the project's name is not known.
    pub fn volume_name(&self, key: &str) -> Option<String> {
        let volume = self.volumes.get(key);
        match volume.and_then(|v| v.name.as_ref()) {
            Some(name) => Some(name.value.clone()),
            None if volume.is_some_and(|v| v.external) => Some(key.to_owned()),
            None => Some(format!("{}_{key}", self.name.as_ref()?.value)),
        }
    }
}

/// The Compose projects of a lab, by the name of their stack.
pub type Projects = BTreeMap<String, Project>;
