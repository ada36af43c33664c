//! A container that is as mighty as its machine.

use crate::container::{Container, engines};
use crate::look::{listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::FactKind;
use model::value::Value;

pub const RULE: Rule = Rule {
    id: "ctr-rights",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container runs with the rights of its machine: privileged, with the Docker socket, the machine's namespaces, its root directory, or a capability that amounts to root.",
    rationale: "Whoever breaks into such a container has the machine, and every other container on it. What a Compose file asks for is one thing; \
        this is what the engine really gave.",
    example: "hosts: {nas: {}}   # and portainer runs there with /var/run/docker.sock",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.AA-05",
        "ISO 27001:2022 A.8.2",
    ],
    mend: Mend::None("what it needs the right for has to be known"),
    run,
};

/// Capabilities that let a process out of its container: capabilities(7).
const MIGHTY: [&str; 8] = [
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_PTRACE",
    "DAC_READ_SEARCH",
    "BPF",
    "SYS_BOOT",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let kind = FactKind::DockerContainer;
    for (look, containers) in engines(ctx) {
        look.unseen(&RULE, kind, "runs containers with its rights", out);
        for container in containers {
            let rights = rights(&container);
            if rights.is_empty() {
                continue;
            }
            let d = RULE
                .finding(format!(
                    "{} has the rights of its machine: {}",
                    container.title(&look),
                    listed(&rights)
                ))
                .of_each(rights.iter().map(|r| part(&format!("{}: {r}", container.name))))
                .at(container.span, "")
                .help("take away what it does not need; a proxy for the socket lets through what is asked for and no more");
            out.add(
                container.object.clone(),
                look.dated(d, kind, container.name),
            );
        }
    }
}

fn rights(container: &Container<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if container.is("privileged") {
        found.push("privileged".to_owned());
    }
    for name in container.texts("namespaces") {
        found.push(format!("the machine's {name} namespace"));
    }
    for name in container.texts("cap_add") {
        let bare = name.strip_prefix("CAP_").unwrap_or(name);
        if MIGHTY.contains(&bare) {
            found.push(format!("capability {bare}"));
        }
    }
    for mount in container.list("mounts") {
        let source = mount
            .field("source")
            .and_then(Value::as_text)
            .unwrap_or_default();
        let written = mount.field("read_only").and_then(Value::as_bool) != Some(true);
        if source.ends_with("/docker.sock") || source.ends_with("/podman.sock") {
            found.push(source.to_owned());
        } else if source == "/" || (source == "/etc" && written) {
            found.push(format!("the machine's {source}"));
        }
    }
    found
}
