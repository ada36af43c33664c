//! Containers of a machine's engine, as Compose projects.
//!
//! Compose says by labels which project and service a container is of; any other container is a project of its own. What is written
//! declares what runs, to be compared with it. It is no way to make the same again: what may hold a secret is not read.

mod text;

use crate::found::{Engine, Found, Machine, Sort, Stack};
use crate::name;
use model::fact::{FactKind, NativeIdentity, TargetFacts};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Containers of a service, by name.
type Service<'a> = BTreeMap<&'a str, &'a Value>;

/// A project that runs.
#[derive(Default)]
struct Project<'a> {
    /// Its name at the engine; a container that Compose did not make has none.
    called: Option<&'a str>,
    services: BTreeMap<String, Service<'a>>,
}

/// Reads what runs on a machine that was looked at.
pub fn read(source: &str, machine: &Machine, facts: &TargetFacts, found: &mut Found) {
    let Some(identity) = &machine.identity else {
        return;
    };
    for (name, project) in projects(machine, facts, found) {
        let stack = stack(source, machine, identity, &name, &project, facts, found);
        found.stacks.push(stack);
    }
}

fn projects<'a>(
    machine: &Machine,
    facts: &'a TargetFacts,
    found: &mut Found,
) -> BTreeMap<String, Project<'a>> {
    let mut out: BTreeMap<String, Project<'a>> = BTreeMap::new();
    for (key, value) in facts.items(FactKind::DockerContainer) {
        let text = |field: &str| value.field(field).and_then(Value::as_text);
        if label(value, "com.docker.compose.oneoff") == Some("True") {
            let why = format!("container {key} was made to run once");
            found.say(Sort::LeftOut, &machine.name, why);
            continue;
        }
        let of = match (text("project"), text("service")) {
            (Some(project), Some(service)) => (project, service),
            _ => (key, key),
        };
        if !is_name(of.0) || !is_name(of.1) || !is_name(key) {
            let why =
                format!("container {key}: its name, or that of its project, cannot be declared");
            found.say(Sort::LeftOut, &machine.name, why);
            continue;
        }
        let called = text("project").filter(|_| text("service").is_some());
        // A container of the same name as a project is not of that project.
        let group = match called {
            Some(project) => project.to_owned(),
            None => format!("{key} "),
        };
        let project = out.entry(group).or_default();
        project.called = called;
        let service = project.services.entry(of.1.to_owned()).or_default();
        service.insert(key, value);
    }
    out.into_iter()
        .map(|(name, p)| (name.trim_end().to_owned(), p))
        .collect()
}

fn stack(
    source: &str,
    machine: &Machine,
    identity: &NativeIdentity,
    name: &str,
    project: &Project<'_>,
    facts: &TargetFacts,
    found: &mut Found,
) -> Stack {
    for (service, containers) in &project.services {
        for (container, value) in containers {
            for why in trouble(value) {
                let said = format!("container {container} of service {service} {why}");
                found.say(Sort::Undecided, &machine.name, said);
            }
        }
    }
    let containers = project
        .services
        .iter()
        .flat_map(|(service, all)| all.keys().map(|key| ((*key).to_owned(), service.clone())));
    // The one that people use is taken to be the first that can be reached from outside.
    let ported = project.services.iter().find_map(|(service, all)| {
        let ports = all.values().flat_map(|v| text::ports(v));
        let port = ports
            .filter(|p| p.protocol == "tcp")
            .find_map(|p| p.published)?;
        Some((service.clone(), port))
    });
    let first = project.services.keys().next().cloned();
    Stack {
        name: name.to_owned(),
        from: BTreeSet::from([source.to_owned()]),
        file: String::new(),
        project: project.called.map(str::to_owned),
        service: ported
            .as_ref()
            .map(|(service, _)| service.clone())
            .or(first),
        port: ported.map(|(_, port)| port.to_string()),
        engine: Some(Engine {
            machine: identity.clone(),
            containers: containers.collect(),
            text: Some(text::of(&machine.name, project, facts)),
        }),
    }
}

/// Why a container is not as anybody would declare it.
fn trouble(value: &Value) -> Vec<String> {
    let text = |field: &str| {
        value
            .field(field)
            .and_then(Value::as_text)
            .unwrap_or_default()
    };
    let mut out = Vec::new();
    match (text("state"), value.field("exit").and_then(Value::as_int)) {
        ("running", _) | ("exited", Some(0)) => {}
        ("exited", Some(code)) => out.push(format!(
            "has ended with exit code {code}; it is declared as one that runs"
        )),
        (state, _) => out.push(format!(
            "is in state '{}'; it is declared as one that runs",
            name::shown(state)
        )),
    }
    if text("health") == "unhealthy" {
        out.push("is not well by its own check".to_owned());
    }
    out
}

fn label<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.field("labels")?.field(name)?.as_text()
}

/// A name as Compose and the engine have them.
fn is_name(text: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.len() <= 200
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(good)
}
