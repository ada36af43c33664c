//! The engine itself, its images, networks and volumes as facts.

use super::super::frame::plain;
use super::super::gather::{Gathered, listed_by};
use super::container::PROJECT;
use super::{Said, wire};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::BTreeMap;

/// So many tags, digests or subnets are kept of one thing.
const MOST: usize = 50;

fn texts(items: &[String]) -> Value {
    let items = items.iter().filter(|i| !i.contains("<none>")).take(MOST);
    Value::List(items.map(|i| Value::Text(plain(i))).collect())
}

fn text(text: &str) -> Value {
    Value::Text(plain(text))
}

/// What is set of these.
fn set(fields: Vec<(&'static str, Value)>) -> Value {
    let nothing = |v: &Value| match v {
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    };
    Value::map(fields.into_iter().filter(|(_, v)| !nothing(v)))
}

pub(super) fn engine(said: &Said<'_>, to: &mut Gathered) {
    let kind = FactKind::DockerEngine;
    let server = said.documents::<wire::Server>("version").next().flatten();
    let info = said.documents::<wire::Info>("info").next().flatten();
    let (Some(server), Some(info)) = (server, info) else {
        to.incomplete(
            kind,
            Reason::new("what the engine says of itself is not understood"),
        );
        return;
    };
    let fields = vec![
        ("version", text(&server.version)),
        ("api", text(&server.api)),
        ("storage", text(&info.storage)),
        ("root", text(&info.root)),
        ("cgroups", text(&info.cgroups)),
        ("security", texts(&info.security)),
        ("live_restore", Value::Bool(info.live_restore)),
        ("swarm", text(&info.swarm)),
    ];
    to.present(kind, "engine", set(fields), "docker version, docker info");
    to.complete(kind, &listed_by("docker info"));
}

/// Digests of images by their id, as registries know them.
pub(super) fn digests(said: &Said<'_>) -> BTreeMap<String, Vec<String>> {
    let images = said.documents::<wire::Image>("image").flatten();
    images.map(|i| (i.id, i.digests)).collect()
}

pub(super) fn image(found: wire::Image, to: &mut Gathered) {
    let fields = vec![
        ("tags", texts(&found.tags)),
        ("digests", texts(&found.digests)),
        ("size", Value::Int(found.size)),
        ("created", text(&found.created)),
    ];
    let key = plain(&found.id);
    to.present(
        FactKind::DockerImage,
        key,
        set(fields),
        "docker image inspect",
    );
}

pub(super) fn network(found: wire::Network, to: &mut Gathered) {
    let subnets: Vec<String> = found
        .addresses
        .pools
        .into_iter()
        .map(|p| p.subnet)
        .collect();
    let mut fields = vec![
        ("driver", text(&found.driver)),
        ("scope", text(&found.scope)),
        ("subnets", texts(&subnets)),
        ("project", project(&found.labels)),
    ];
    for (name, is) in [("internal", found.internal), ("ipv6", found.ipv6)] {
        fields.extend(is.then_some((name, Value::Bool(true))));
    }
    let key = plain(&found.name);
    to.present(
        FactKind::DockerNetwork,
        key,
        set(fields),
        "docker network inspect",
    );
}

pub(super) fn volume(found: wire::Volume, to: &mut Gathered) {
    let fields = vec![
        ("driver", text(&found.driver)),
        ("at", text(&found.at)),
        ("project", project(&found.labels)),
    ];
    let key = plain(&found.name);
    to.present(
        FactKind::DockerVolume,
        key,
        set(fields),
        "docker volume inspect",
    );
}

fn project(labels: &BTreeMap<String, String>) -> Value {
    labels.get(PROJECT).map_or(Value::from(""), |p| text(p))
}
