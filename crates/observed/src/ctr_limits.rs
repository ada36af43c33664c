//! Containers that may take all the memory of their machine.

use crate::container::{Container, engines};
use crate::look::{count, listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;

pub const RULE: Rule = Rule {
    id: "ctr-limits",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "Containers run without a limit of memory.",
    rationale: "One that leaks takes the machine's memory, and the kernel then ends whichever process is largest, mostly another one. With a limit it \
        ends alone.",
    example: "hosts: {nas: {}}   # and 9 of its 9 containers have no limit of memory",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("how much it needs has to be measured"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(&RULE, kind, "runs containers without a limit", out);
        let running: Vec<Container<'_>> = containers.into_iter().filter(Container::runs).collect();
        let free: Vec<&Container<'_>> = running
            .iter()
            .filter(|c| c.number("memory").unwrap_or_default() == 0)
            .collect();
        let Some(first) = free.first() else { continue };
        let names: Vec<String> = free.iter().map(|c| c.name.to_owned()).collect();
        let d = RULE
            .finding(format!(
                "{} of {} on {} may take all of its memory",
                free.len(),
                count(running.len(), "running container", "running containers"),
                look.title()
            ))
            .of_each(names.iter().map(|n| part(n)))
            .note(listed(&names))
            .help(
                "'mem_limit' or 'deploy: {resources: {limits: {memory: …}}}' in the Compose file",
            );
        out.add(look.object.clone(), look.dated(d, kind, first.name));
    }
}
