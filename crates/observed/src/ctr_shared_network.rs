//! A network in which the containers of several projects meet.

use crate::container::{Container, engines};
use crate::look::{listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "ctr-shared-network",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "Containers of several projects are in one network.",
    rationale: "In one network every container reaches every port of every other one, whatever is published. A proxy needs that to the front of each \
        project; the rest of each project is best kept in a network of its own.",
    example: "hosts: {nas: {}}   # and the network 'proxy' has the databases of three projects",
    controls: &[
        "CIS v8 12.2",
        "NIST CSF 2.0 PR.IR-01",
        "ISO 27001:2022 A.8.22",
    ],
    mend: Mend::None("who has to reach whom has to be known"),
    run,
};

/// The networks of a host's containers: by name, the projects in each, with those of its containers.
pub(crate) fn networks<'a>(
    containers: &'a [Container<'a>],
) -> BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a Container<'a>>>> {
    let mut all: BTreeMap<&str, BTreeMap<&str, Vec<&Container<'_>>>> = BTreeMap::new();
    for container in containers.iter().filter(|c| c.runs()) {
        for (network, _) in container.map("networks") {
            // In these two nobody has a network of others.
            if !matches!(network, "host" | "none") {
                let projects = all.entry(network).or_default();
                projects
                    .entry(container.project())
                    .or_default()
                    .push(container);
            }
        }
    }
    all
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(
            &RULE,
            kind,
            "has containers of several projects in one network",
            out,
        );
        for (network, projects) in networks(&containers) {
            if projects.len() < 2 {
                continue;
            }
            let all: BTreeSet<&str> = projects.values().flatten().map(|c| c.name).collect();
            let names: Vec<String> = projects.keys().map(|p| (*p).to_owned()).collect();
            let first = all.first().copied().unwrap_or("*");
            let d = RULE
                .finding(format!(
                    "network '{}' of {} joins {} projects: {}",
                    graph::observation::plain(network),
                    look.title(),
                    projects.len(),
                    listed(&names)
                ))
                .of_each(names.iter().map(|n| part(&format!("{network}: {n}"))))
                .note(format!(
                    "{} containers: {}",
                    all.len(),
                    listed(&all.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>())
                ))
                .help("give each project a network of its own, and put only what the proxy leads to into the shared one");
            out.add(look.object.clone(), look.dated(d, kind, first));
        }
    }
}
