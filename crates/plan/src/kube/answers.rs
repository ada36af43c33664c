//! Who answers for a way in: exposures of the services of a cluster, to be looked up by namespace, port and name.

use super::apps::App;
use crate::ports::{Justification, describe_way};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::Protocol;
use model::lab::service::ServiceExposure;
use std::collections::BTreeMap;

/// Exposures of more ports than this are looked through one by one.
const WIDE: u16 = 256;

/// What is asked of the declarations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) namespace: &'a str,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
    /// The name by which it is asked for; an Ingress has one.
    pub(super) host: Option<&'a str>,
    /// The port that an exposure of this very name may say as well.
    pub(super) also: Option<u16>,
}

/// The name that an exposure is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// Any or none: of what is not asked for by name.
    Any,
    /// None is said.
    None,
    Of(String),
}

/// Namespace, none where that is not known; protocol, port and name.
type Key<'a> = (Option<&'a str>, Protocol, u16, Name);

/// What was declared under one key.
#[derive(Debug, Clone, Default)]
struct Said<'a> {
    /// The first with a reason.
    reason: Option<(&'a str, String)>,
    /// The last without.
    without: Option<&'a str>,
    /// The first.
    first: Option<&'a str>,
}

impl<'a> Said<'a> {
    fn add(&mut self, app: &'a str, way: &ServiceExposure) {
        self.first = self.first.or(Some(app));
        match describe_way(way) {
            Some(reason) => drop(self.reason.get_or_insert((app, reason))),
            None => self.without = Some(app),
        }
    }
}

/// All exposures of the services of a cluster.
pub(super) struct Answers<'a> {
    said: BTreeMap<Key<'a>, Said<'a>>,
    wide: Vec<(&'a App<'a>, &'a ServiceExposure)>,
}

impl<'a> Answers<'a> {
    pub(super) fn of(apps: &'a [App<'a>]) -> Self {
        let (mut said, mut wide) = (BTreeMap::<Key<'a>, Said<'a>>::new(), Vec::new());
        for app in apps {
            for way in app.service.exposures.iter() {
                // A port that a router leads in is the router's.
                if way.via.known().is_some_and(|v| v.kind() == Kind::Device) {
                    continue;
                }
                let Some(ports) = way.port.known() else {
                    continue;
                };
                if ports.last().saturating_sub(ports.first()) > WIDE {
                    wide.push((app, way));
                    continue;
                }
                for port in ports.first()..=ports.last() {
                    for name in [Name::Any, name(way)] {
                        let key = (app.namespace(), ports.protocol(), port, name);
                        said.entry(key).or_default().add(app.name, way);
                    }
                }
            }
        }
        Self { said, wide }
    }

    /// The reason that is declared for it, or the lack of one.
    pub(super) fn answer(&self, asked: &Asked<'_>) -> (Justification, String) {
        let own = self.all(Some(asked.namespace), asked);
        let mut reasons = own.iter().filter_map(|s| s.reason.as_ref());
        if let Some((app, reason)) = reasons.next() {
            return (Justification::Declared, format!("{app}: {reason}"));
        }
        let anywhere = self.all(None, asked);
        if let Some(app) = anywhere.iter().find_map(|s| s.first) {
            let why = format!("declared for {app}, and nothing says in which namespace that runs");
            return (Justification::Unknown, why);
        }
        let why = match own.iter().find_map(|s| s.without) {
            Some(app) => format!("declared for {app} without a reason"),
            None => "not declared".to_owned(),
        };
        (Justification::None, why)
    }

    /// All that was declared for it in a namespace, or in none that is known.
    fn all(&self, namespace: Option<&str>, asked: &Asked<'_>) -> Vec<Said<'a>> {
        let names: Vec<(Name, u16)> = match asked.host {
            None => vec![(Name::Any, asked.port)],
            Some(host) => {
                let own = Name::Of(host.to_ascii_lowercase());
                let also = asked.also.map(|port| (own.clone(), port));
                let both = [(own, asked.port), (Name::None, asked.port)];
                both.into_iter().chain(also).collect()
            }
        };
        let mut all: Vec<Said<'a>> = Vec::new();
        for (name, port) in names {
            let mut wide = Said::default();
            for (app, way) in &self.wide {
                let ports = way.port.known();
                let is_in = ports.is_some_and(|p| {
                    p.protocol() == asked.protocol && p.first() <= port && port <= p.last()
                });
                let is_named = name == Name::Any || name == self::name(way);
                if is_in && is_named && app.namespace() == namespace {
                    wide.add(app.name, way);
                }
            }
            let key = (namespace, asked.protocol, port, name);
            all.extend(self.said.get(&key).cloned());
            all.push(wide);
        }
        all
    }
}

fn name(way: &ServiceExposure) -> Name {
    match way.host.known() {
        Some(host) => Name::Of(host.0.to_ascii_lowercase()),
        None => Name::None,
    }
}
