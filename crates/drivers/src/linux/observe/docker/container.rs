//! A container as a fact. Text is folded and cut; how many of a thing are kept is bounded. What the fields are is said by
//! [`FactKind::DockerContainer`].

use super::super::frame::plain;
use super::super::gather::Gathered;
use super::wire::{Binding, Container, Mount};
use model::fact::FactKind;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many variables, labels, mounts, ports are kept of one container; there are seldom fifty.
const MOST: usize = 300;
pub(super) const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
/// The image that a twin's container stands in for.
const STAND_IN: &str = "io.holdfast.stand-in";
const SOURCE: &str = "docker container inspect";

type Fields = Vec<(&'static str, Value)>;

/// Puts the fact of one container; `digests` are those of images by id.
pub(super) fn put(found: &Container, digests: &BTreeMap<String, Vec<String>>, to: &mut Gathered) {
    let name = plain(found.name.trim_start_matches('/'));
    let mut fields = identity(found, digests);
    fields.extend(state(found));
    fields.extend(rights(found));
    fields.extend(ways(found));
    fields.extend(insides(found));
    to.present(
        FactKind::DockerContainer,
        name,
        Value::map(fields.into_iter().filter(|(_, v)| !is_nothing(v))),
        SOURCE,
    );
}

/// Not set, so not kept; numbers and truth values are set on purpose by whoever calls.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Int(_) => false,
    }
}

fn text(text: &str) -> Value {
    Value::Text(plain(text))
}

fn list<'a>(items: impl IntoIterator<Item = &'a String>) -> Value {
    Value::List(items.into_iter().take(MOST).map(|i| text(i)).collect())
}

fn identity(found: &Container, digests: &BTreeMap<String, Vec<String>>) -> Fields {
    let label = |name: &str| found.config.labels.get(name).map_or("", String::as_str);
    vec![
        ("image", text(&found.config.image)),
        ("image_id", text(&found.image)),
        (
            "digests",
            list(digests.get(&found.image).into_iter().flatten()),
        ),
        ("project", text(label(PROJECT))),
        ("service", text(label(SERVICE))),
        ("stand_in", text(label(STAND_IN))),
    ]
}

fn state(found: &Container) -> Fields {
    let mut fields = vec![
        ("state", text(&found.state.status)),
        ("health", text(&found.state.health.status)),
        ("restarts", Value::Int(found.restarts)),
        ("restart", text(&found.host.restart.name)),
    ];
    if found.state.status == "exited" || found.state.status == "dead" {
        fields.push(("exit", Value::Int(found.state.exit)));
    }
    fields
}

fn rights(found: &Container) -> Fields {
    let host = &found.host;
    let shared = [
        ("network", &host.network),
        ("pid", &host.pid),
        ("ipc", &host.ipc),
        ("uts", &host.uts),
        ("users", &host.users),
    ];
    let shared = shared.into_iter().filter(|(_, mode)| *mode == "host");
    let namespaces: Vec<Value> = shared.map(|(name, _)| Value::from(name)).collect();
    let mut fields = vec![
        ("user", text(&found.config.user)),
        ("cap_add", list(&host.cap_add)),
        ("cap_drop", list(&host.cap_drop)),
        ("security_opt", list(&host.security)),
        ("namespaces", Value::List(namespaces)),
        ("devices", list(host.devices.iter().map(|d| &d.host))),
    ];
    for (name, is) in [
        ("privileged", host.privileged),
        ("read_only", host.read_only),
    ] {
        fields.extend(is.then_some((name, Value::Bool(true))));
    }
    // Zero and less are no limit.
    let limits = [
        ("memory", host.memory),
        ("cpus", host.nano_cpus / 1_000_000),
        ("pids", host.pids),
    ];
    let set = limits.into_iter().filter(|(_, n)| *n > 0);
    fields.extend(set.map(|(name, n)| (name, Value::Int(n))));
    fields
}

fn ways(found: &Container) -> Fields {
    let networks = found.network.networks.iter().take(MOST);
    let networks = networks.map(|(name, at)| (plain(name), text(&at.address)));
    // A container that does not run has nothing open; what it would open stands in its configuration.
    let running = found.state.status == "running";
    let ports = match running && !found.network.ports.is_empty() {
        true => &found.network.ports,
        false => &found.host.bindings,
    };
    vec![
        ("networks", Value::map(networks)),
        (
            "mounts",
            Value::List(found.mounts.iter().take(MOST).map(mount).collect()),
        ),
        ("ports", Value::List(published(ports))),
    ]
}

fn mount(mount: &Mount) -> Value {
    let source = match mount.kind.as_str() {
        "volume" => &mount.name,
        _ => &mount.source,
    };
    let mut fields = vec![
        ("kind", text(&mount.kind)),
        ("source", text(source)),
        ("target", text(&mount.target)),
    ];
    fields.extend((!mount.writable).then_some(("read_only", Value::Bool(true))));
    Value::map(fields.into_iter().filter(|(_, v)| !is_nothing(v)))
}

/// `80/tcp` to addresses and ports of the host.
fn published(ports: &BTreeMap<String, Option<Vec<Binding>>>) -> Vec<Value> {
    let mut out = BTreeSet::new();
    for (inside, bindings) in ports {
        let (target, protocol) = inside.split_once('/').unwrap_or((inside, "tcp"));
        for binding in bindings.iter().flatten() {
            let number = |t: &str| t.parse::<u16>().ok().map(|n| Value::Int(i64::from(n)));
            let address = match binding.address.as_str() {
                "" => "0.0.0.0",
                other => other,
            };
            let mut fields = vec![("address", text(address)), ("protocol", text(protocol))];
            fields.extend(number(target).map(|n| ("target", n)));
            fields.extend(number(&binding.port).map(|n| ("port", n)));
            out.insert(Value::map(fields));
        }
    }
    out.into_iter().take(MOST).collect()
}

/// What may hold secrets; [`super::hide`] takes their values away.
fn insides(found: &Container) -> Fields {
    let env = found.config.env.iter().take(MOST);
    let env = env.map(|line| line.split_once('=').unwrap_or((line, "")));
    let env = env.map(|(name, value)| (plain(name), Value::from(value)));
    let labels = found.config.labels.iter().take(MOST);
    let labels = labels.map(|(name, value)| (plain(name), Value::from(value.as_str())));
    vec![
        ("entrypoint", Value::from(found.config.entrypoint.join(" "))),
        ("command", Value::from(found.config.cmd.join(" "))),
        (
            "health_test",
            Value::from(found.config.health.test.join(" ")),
        ),
        ("env", Value::map(env)),
        ("labels", Value::map(labels)),
    ]
}
