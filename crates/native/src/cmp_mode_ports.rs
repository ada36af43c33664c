//! A container publishes ports and has no network of its own that they could lead to.

use crate::containers::Container;
use crate::partial::listed;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};

/// Source: docs.docker.com, "Host network driver" (`-p` is ignored), "Networking, container networks" (flags of a container that joins another's
/// network are refused); for networks of `macvlan` and `ipvlan`, [`graph::beside`].
pub const RULE: Rule = Rule {
    id: "cmp-mode-ports",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A service of a Compose project publishes ports and is in no network whose ports Docker publishes.",
    rationale: "A published port leads from the machine into the container's own network. A container in the network of its machine or of another \
        container has none: Docker leaves the ports out or does not start it. What is written there is then neither the port that answers nor the address \
        that it is bound to: '127.0.0.1:…' keeps nobody out. In networks of macvlan and ipvlan it has an address of its own, and answers there on every port that it \
        listens on; only ports of a bridge are published.",
    example: "services: {web: {network_mode: host, ports: ['127.0.0.1:8080:80']}}",
    controls: &[],
    mend: Mend::DisplayOnly("which of the two was meant is known to who wrote them"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let d = check(&container).or_else(|| without_bridge(ctx, &container));
        if let Some(d) = d {
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
    let d = RULE
        .with(severity, format!("{} {does}", container.title()))
        .at(first.span, "leads nowhere")
        .and_at(mode.span, "no network of its own")
        .of_each(parts(container));
    Some(d.help(help))
}

/// Its networks are all beside the machine.
fn without_bridge(ctx: &Context<'_>, container: &Container<'_>) -> Option<Diagnostic> {
    let first = container.service.ports.first()?;
    let beside = ctx.beside(container)?;
    let networks = beside.networks.iter();
    let networks: Vec<String> = networks.map(|(n, d)| format!("'{n}' ({d})")).collect();
    let word = match networks.as_slice() {
        [_] => "network",
        _ => "networks",
    };
    let message = format!(
        "{} is in {word} {} alone, where Docker publishes no ports",
        container.title(),
        listed(&networks)
    );
    let d = RULE
        .finding(message)
        .at(first.span, "without effect")
        .of_each(parts(container))
        .note("it answers at an address of its own, on every port that it listens on");
    Some(d.help(
        "remove 'ports', or add a network of a bridge ('networks: [default, …]') whose ports are published at the machine",
    ))
}

/// What a waiver can name.
fn parts<'c>(container: &Container<'c>) -> impl Iterator<Item = String> + use<'c> {
    let number = |p: &model::compose::Port| match p.published {
        Some(r) if r.start == r.end => format!("{}/{}", r.start, p.protocol),
        Some(r) => format!("{}-{}/{}", r.start, r.end, p.protocol),
        None => format!("for {}/{}", p.target, p.protocol),
    };
    let name = container.name;
    let all = container.service.ports.iter();
    all.map(move |p| format!("{name}: {}", number(p)))
}
