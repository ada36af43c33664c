//! A container publishes ports and has no network of its own that they could lead to.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};

/// Source: docs.docker.com, "Host network driver" (`-p` is ignored), "Networking, container networks" (flags of a container that joins another's
/// network are refused).
pub const RULE: Rule = Rule {
    id: "cmp-mode-ports",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service of a Compose project publishes ports and has a 'network_mode' that leaves them out.",
    rationale: "A published port leads from the machine into the container's own network. A container in the network of its machine or of another \
        container has none: Docker leaves the ports out or does not start it. What is written there is then neither the port that answers nor the address \
        that it is bound to: '127.0.0.1:…' keeps nobody out.",
    example: "services: {web: {network_mode: host, ports: ['127.0.0.1:8080:80']}}",
    controls: &[],
    mend: Mend::DisplayOnly("which of the two was meant is known to who wrote them"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        if let Some(d) = check(&container) {
            out.add(container.object(), d);
        }
    }
}

fn check(container: &Container<'_>) -> Option<Diagnostic> {
    let service = container.service;
    let mode = service.network_mode.as_ref()?;
    let first = service.ports.first()?;
    if !container.project.is_settled(mode.span) {
        let message = format!("whether the ports of {} lead anywhere", container.title());
        let d = RULE.unknown(message).at(mode.span, "");
        return Some(container.unsettled(d, &[mode.span]));
    }
    let shared = mode.value.split_once(':').map(|(_, of)| of);
    let (severity, does, help) = match (mode.value.as_str(), shared) {
        ("host", _) => (
            RULE.severity,
            "is in the network of its machine, where Docker leaves published ports out".to_owned(),
            "remove 'ports' and bind the program itself to the address that is meant, or remove 'network_mode' to have the ports".to_owned(),
        ),
        ("none", _) => (
            RULE.severity,
            "has no network, and publishes ports that lead nowhere".to_owned(),
            "remove 'ports', or remove 'network_mode' to have them".to_owned(),
        ),
        (text, Some(of)) if text.starts_with("service:") || text.starts_with("container:") => (
            Severity::Error,
            format!("is in the network of '{of}' and publishes ports of its own: Docker refuses to start it"),
            format!("move the ports to '{of}', whose network it is"),
        ),
        _ => return None,
    };
    let number = |p: &model::compose::Port| match p.published {
        Some(r) if r.start == r.end => format!("{}/{}", r.start, p.protocol),
        Some(r) => format!("{}-{}/{}", r.start, r.end, p.protocol),
        None => format!("for {}/{}", p.target, p.protocol),
    };
    let parts = service.ports.iter();
    let parts = parts.map(|p| format!("{}: {}", container.name, number(p)));
    let d = RULE
        .with(severity, format!("{} {does}", container.title()))
        .at(first.span, "leads nowhere")
        .and_at(mode.span, "no network of its own")
        .of_each(parts);
    Some(d.help(help))
}
