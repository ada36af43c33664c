//! Several containers of one service want one port of their machine.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::compose::Port;

/// Source: Compose specification, "ports": a range of host ports gives one to each container; docs.docker.com, `docker compose up --scale`.
pub const RULE: Rule = Rule {
    id: "cmp-replicas-port",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A service of a Compose project has several containers and publishes fewer ports of its machine than that.",
    rationale: "A port of a machine exists once. The first container takes it, the others do not start, and the service runs with fewer \
        than it was given; nobody notices until the first one stops and there is no second.",
    example: "services: {web: {image: nginx, ports: ['8080:80'], deploy: {replicas: 3}}}",
    controls: &[],
    mend: Mend::None(
        "whether one container will do, or a proxy stands before several, is a decision",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        for port in &container.service.ports {
            if let Some(d) = check(&container, port) {
                out.add(container.object(), d);
            }
        }
    }
}

fn check(container: &Container<'_>, port: &Port) -> Option<Diagnostic> {
    let service = container.service;
    let deploy = service.deploy.as_ref();
    // As many as there are machines: one on each.
    let mode = deploy.and_then(|d| d.mode.as_ref());
    if mode.is_some_and(|m| m.value == "global") {
        return None;
    }
    let number = service.amounts.scale.as_ref();
    let number = number.or(deploy.and_then(|d| d.replicas.as_ref()))?;
    let range = port.published?;
    let ports = i64::from(range.end) - i64::from(range.start) + 1;
    if !container.project.is_settled(number.span) || !container.project.is_settled(port.span) {
        let message = format!(
            "whether {} has a port for each of its containers",
            container.title()
        );
        let d = RULE.unknown(message).at(port.span, "");
        return Some(container.unsettled(d, &[number.span, port.span]));
    }
    if number.value <= ports {
        return None;
    }
    let shown = match range.start == range.end {
        true => format!("port {}/{}", range.start, port.protocol),
        false => format!("ports {}-{}/{}", range.start, range.end, port.protocol),
    };
    let have = |n: i64, what: &str| match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    let message = format!(
        "{} is to run {} times and publishes {shown}",
        container.title(),
        number.value
    );
    Some(
        RULE.finding(message)
            .at(port.span, have(ports, "port"))
            .and_at(number.span, have(number.value, "container"))
            .note(format!(
                "{} - {} = {} that cannot start",
                have(number.value, "container"),
                have(ports, "port"),
                number.value - ports
            ))
            .help("run one, publish a range with a port for each, or leave 'ports' out and let a proxy reach them by the name of the service"),
    )
}
