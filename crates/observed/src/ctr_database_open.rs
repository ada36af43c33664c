//! A database that others than its own project reach.

use crate::container::{Container, engines};
use crate::ctr_shared_network::networks;
use crate::look::{listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::value::Value;
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "ctr-database-open",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A database in a container is published beyond its machine, or shares a network with another project.",
    rationale: "A database trusts whoever knows its one password, and that stands in the environment of its neighbours. One broken container then reads the \
        data of all projects.",
    example: "hosts: {nas: {}}   # and postgres publishes 0.0.0.0:5432",
    controls: &[
        "CIS v8 4.4",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::None("who uses the database has to be known"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(&RULE, kind, "has databases that others reach", out);
        let networks = networks(&containers);
        for container in containers.iter().filter(|c| c.runs() && c.is_database()) {
            let published = published(container);
            let shared = networks.iter().filter(|(_, projects)| {
                let here = projects
                    .values()
                    .flatten()
                    .any(|c| c.name == container.name);
                here && projects.len() > 1
            });
            let mut neighbours = BTreeSet::new();
            let mut why = Vec::new();
            for (network, projects) in shared {
                let others = projects.keys().filter(|p| **p != container.project());
                neighbours.extend(others.map(|p| (*p).to_owned()));
                why.push(format!(
                    "in network '{}'",
                    graph::observation::plain(network)
                ));
            }
            if published.is_empty() && why.is_empty() {
                continue;
            }
            why.extend(published);
            let d = RULE
                .finding(format!(
                    "{} is a database that others reach: {}",
                    container.title(&look),
                    listed(&why)
                ))
                .of_each(
                    why.iter()
                        .map(|w| part(&format!("{}: {w}", container.name))),
                )
                .at(container.span, "");
            let d = match neighbours.is_empty() {
                true => d,
                false => d.note(format!(
                    "{} other projects are there: {}",
                    neighbours.len(),
                    listed(&neighbours.into_iter().collect::<Vec<_>>())
                )),
            };
            let d = d.help("an internal network of its own project is enough for it; publish it on 127.0.0.1 if the machine itself needs it");
            out.add(
                container.object.clone(),
                look.dated(d, kind, container.name),
            );
        }
    }
}

/// Ports that are reached from other machines.
fn published(container: &Container<'_>) -> Vec<String> {
    let text = |port: &Value, field: &str| {
        let value = port.field(field);
        value.map(ToString::to_string).unwrap_or_default()
    };
    let ports = container.list("ports").iter();
    ports
        .filter(|p| {
            let address = text(p, "address");
            !address.starts_with("127.") && address != "::1" && p.field("port").is_some()
        })
        .map(|p| {
            let address = match text(p, "address") {
                v6 if v6.contains(':') => format!("[{v6}]"),
                other => other,
            };
            format!("published on {address}:{}", text(p, "port"))
        })
        .collect()
}
