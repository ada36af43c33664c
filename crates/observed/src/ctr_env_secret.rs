//! Secrets in the environment of a container.

use crate::container::{Container, engines};
use crate::look::{listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "ctr-env-secret",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container is given a secret by its environment.",
    rationale: "The environment of a container is shown by 'docker inspect', inherited by every process in it, and written into crash reports. A file that \
        only the container reads is in none of these. Only the names of the variables are told here; their values are hidden when they are read.",
    example: "hosts: {nas: {}}   # and a container there has POSTGRES_PASSWORD in its environment",
    controls: &[
        "CIS v8 3.11",
        "NIST CSF 2.0 PR.DS-01",
        "ISO 27001:2022 A.5.17",
    ],
    mend: Mend::None("whether the image can read it from a file has to be looked up"),
    run,
};

const WORDS: [&str; 8] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(
            &RULE,
            kind,
            "gives containers secrets by their environment",
            out,
        );
        for container in containers {
            let names = secrets(&container);
            if names.is_empty() {
                continue;
            }
            let all = container.map("env").count();
            let d = RULE
                .finding(format!(
                    "{} has secrets in its environment: {}",
                    container.title(&look),
                    listed(&names)
                ))
                .of_each(names.iter().map(|n| part(&format!("{}: {n}", container.name))))
                .at(container.span, "")
                .note(format!("{} of {all} variables, by their names", names.len()))
                .help("hand it over as a file: 'secrets' of Compose, and the variable with '_FILE' behind its name where the image knows it");
            out.add(
                container.object.clone(),
                look.dated(d, kind, container.name),
            );
        }
    }
}

/// Variables with the name of a secret and a value.
fn secrets(container: &Container<'_>) -> Vec<String> {
    let named = |name: &str| {
        let upper = name.to_uppercase();
        // gluetun, for one, writes SECRETFILE.
        let pointer = ["FILE", "_PATH", "_LENGTH", "_TTL", "_EXPIRY"];
        WORDS.iter().any(|w| upper.contains(w)) && !pointer.iter().any(|p| upper.ends_with(p))
    };
    let set = |value: &Value| value.as_text().is_some_and(|t| !t.is_empty());
    let all = container.map("env");
    all.filter(|(name, value)| named(name) && set(value))
        .map(|(name, _)| name.to_owned())
        .collect()
}
