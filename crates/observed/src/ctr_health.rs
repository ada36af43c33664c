//! A container that is not well, or of which nobody can say.

use crate::container::{Container, engines};
use crate::look::{count, listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;

pub const RULE: Rule = Rule {
    id: "ctr-health",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container fails its health check, or keeps being restarted; or running containers have no health check at all.",
    rationale: "An engine calls a container running as long as its first process lives. Only a health check says that it does its work; and one that \
        fails is a fault that has been found already. Those without one are told, and not held against anybody.",
    example: "hosts: {nas: {}}   # and 'docker ps' says: Up 3 days (unhealthy)",
    controls: &[
        "CIS v8 8.11",
        "NIST CSF 2.0 DE.CM-09",
        "ISO 27001:2022 A.8.16",
    ],
    mend: Mend::None("what is wrong stands in the container's log"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(&RULE, kind, "runs containers that are not well", out);
        for container in &containers {
            let why = match (container.text("health"), container.text("state")) {
                (Some("unhealthy"), _) => "fails its health check",
                (_, Some("restarting")) => "keeps being restarted",
                _ => continue,
            };
            let restarts = container.number("restarts").unwrap_or_default();
            let d = RULE
                .finding(format!("{} {why}", container.title(&look)))
                .of(part(&format!("{}: {why}", container.name)))
                .at(container.span, "")
                .note(match restarts {
                    1 => "restarted once".to_owned(),
                    n => format!("restarted {n} times"),
                })
                .help(format!(
                    "on the host: docker logs --tail 50 {}",
                    graph::observation::plain(container.name)
                ));
            out.add(
                container.object.clone(),
                look.dated(d, kind, container.name),
            );
        }
        let running: Vec<&Container<'_>> = containers.iter().filter(|c| c.runs()).collect();
        let without: Vec<&&Container<'_>> = running
            .iter()
            .filter(|c| matches!(c.text("health"), None | Some("none")))
            .collect();
        let Some(first) = without.first() else {
            continue;
        };
        let names: Vec<String> = without.iter().map(|c| c.name.to_owned()).collect();
        let d = RULE
            .with(
                Severity::Info,
                format!(
                    "{} of {} on {} have no health check",
                    without.len(),
                    count(running.len(), "running container", "running containers"),
                    look.title()
                ),
            )
            .of_each(names.iter().map(|n| part(&format!("{n}: no health check"))))
            .note(listed(&names))
            .help("'healthcheck: {test: …}' in the Compose file");
        out.add(look.object.clone(), look.dated(d, kind, first.name));
    }
}
