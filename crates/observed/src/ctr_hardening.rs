//! Containers that run as root, on a root that they can write, or that may gain rights.

use crate::container::{Container, engines};
use crate::look::{count, listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;

pub const RULE: Rule = Rule {
    id: "ctr-hardening",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "Containers run as root, can write their own root, or may gain rights.",
    rationale: "One line of a Compose file ends each of the three, and takes away an intruder's next step. Many images need work before they run so, which is why this is information and no warning.",
    example: "hosts: {nas: {}}   # and 7 of its 9 containers run as root",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.PS-01",
        "ISO 27001:2022 A.8.9",
    ],
    mend: Mend::None("each image has to be tried"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(&RULE, kind, "runs containers that could be harder", out);
        let running: Vec<Container<'_>> = containers.into_iter().filter(Container::runs).collect();
        let soft: Vec<(&Container<'_>, Vec<&str>)> = running
            .iter()
            .map(|c| (c, lacks(c)))
            .filter(|(_, lacks)| !lacks.is_empty())
            .collect();
        let Some((first, _)) = soft.first() else {
            continue;
        };
        let names: Vec<String> = soft
            .iter()
            .map(|(c, lacks)| format!("{} ({})", c.name, lacks.join(", ")))
            .collect();
        let d = RULE
            .finding(format!(
                "{} of {} on {} could be harder",
                soft.len(),
                count(running.len(), "running container", "running containers"),
                look.title()
            ))
            .of_each(names.iter().map(|n| part(n)))
            .note(listed(&names))
            .help(
                "'user: \"1000\"', 'read_only: true', 'security_opt: [\"no-new-privileges:true\"]'",
            );
        out.add(look.object.clone(), look.dated(d, kind, first.name));
    }
}

fn lacks(container: &Container<'_>) -> Vec<&'static str> {
    let user = container.text("user").unwrap_or_default();
    let root = matches!(user.split(':').next(), Some("" | "0" | "root"));
    let gains = !container
        .texts("security_opt")
        .iter()
        .any(|o| o.starts_with("no-new-privileges") && !o.ends_with("false"));
    [
        (root, "root"),
        (!container.is("read_only"), "writable"),
        (gains, "may gain rights"),
    ]
    .into_iter()
    .filter_map(|(is, word)| is.then_some(word))
    .collect()
}
