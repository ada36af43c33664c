//! A container that owns its machine, or lacks the hardening that is claimed.

use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{OptExt as _, Or};
use model::id::{Kind, ObjectRef};
use model::lab::road::Claim;
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "cmp-hardening",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A container has the rights of its machine, or lacks a hardening that the lab claims.",
    rationale: "A privileged container, the Docker socket, the host's process namespace, all capabilities: each makes root in \
        the container root on the machine. And a claim of hardening ('non-root', 'read-only', 'no-new-privileges', \
        'cap-drop', 'limits', 'healthcheck', 'digest' as the metric of a claim) is held against every container that it is about.",
    example: "services: {agent: {image: 'portainer/agent:2.19', volumes: ['/var/run/docker.sock:/var/run/docker.sock']}}",
    controls: &[
        "CIS v8 4.1",
        "NIST CSF 2.0 PR.PS-01",
        "ISO 27001:2022 A.8.9",
    ],
    mend: Mend::None("what the container needs is known to who runs it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for container in ctx.containers() {
        let rights = rights(&container);
        if let Some((first, rest)) = rights.split_first() {
            let mut d = RULE
                .finding(format!("{} can take over its machine", container.title()))
                .at(first.0, first.1.clone())
                .of(format!("{}: {}", container.name, first.1));
            for (span, what) in rest {
                d = d
                    .and_at(*span, what.clone())
                    .of(format!("{}: {what}", container.name));
            }
            let d = d
                .note(format!("ways out of the container: {}", rights.len()))
                .help("give it only what it needs: single devices and capabilities, a socket proxy in place of the socket");
            out.add(container.object(), d);
        }
    }
    for claim in &ctx.lab.claims {
        let metric = claim.metric_text();
        let Some((word, has)) = CLAIMS.iter().find(|(word, _)| Some(*word) == metric) else {
            continue;
        };
        let mut stacks: BTreeMap<&str, Vec<Container<'_>>> = BTreeMap::new();
        for container in ctx.containers().filter(|c| is_about(claim, c)) {
            stacks.entry(container.stack).or_default().push(container);
        }
        for (stack, all) in stacks {
            let lacking: Vec<&Container<'_>> = all.iter().filter(|c| !has(c)).collect();
            if !lacking.is_empty() {
                let d = unmet(claim, word, stack, &lacking, all.len()).of(*word);
                out.add(ObjectRef::new(Kind::Stack, stack), d);
            }
        }
    }
}

/// A hardening and how to tell it.
type Hardening = (&'static str, fn(&Container<'_>) -> bool);

/// Metrics of claims and what they ask of a container.
const CLAIMS: [Hardening; 7] = [
    ("non-root", |c| {
        let root = ["0", "root"];
        let user = c.service.user.as_ref();
        user.is_some_and(|u| !root.contains(&u.value.split(':').next().unwrap_or_default()))
    }),
    ("read-only", |c| {
        c.service.read_only.as_ref().is_some_and(|r| r.value)
    }),
    ("no-new-privileges", |c| {
        let on = [
            "no-new-privileges",
            "no-new-privileges:true",
            "no-new-privileges=true",
        ];
        c.service
            .security_opt
            .iter()
            .any(|o| on.contains(&o.value.as_str()))
    }),
    ("cap-drop", |c| {
        let dropped = &c.service.cap_drop;
        dropped.iter().any(|d| d.value.eq_ignore_ascii_case("all"))
    }),
    ("limits", |c| {
        let deployed = c.service.deploy.as_ref().and_then(|d| d.limits.as_ref());
        c.service.amounts.mem_limit.is_some() || deployed.is_some_and(|l| l.memory.is_some())
    }),
    ("healthcheck", |c| {
        c.service.healthcheck.as_ref().is_some_and(|h| !h.disabled)
    }),
    ("digest", |c| {
        c.service
            .image
            .as_ref()
            .is_none_or(|i| i.value.digest.is_some())
    }),
];

fn is_about(claim: &Claim, container: &Container<'_>) -> bool {
    match claim.about.known() {
        Some(Or::Ref(r)) => match r.kind() {
            Kind::Stack => r.name() == container.stack,
            kind => container.machine() == Some((kind, r.name())),
        },
        _ => true,
    }
}

fn unmet(
    claim: &Claim,
    word: &str,
    stack: &str,
    lacking: &[&Container<'_>],
    all: usize,
) -> Diagnostic {
    let (what, help) = match word {
        "non-root" => (
            "may run as root",
            "set 'user: \"1000:1000\"', since else the image decides",
        ),
        "read-only" => (
            "can write to the image's file system",
            "set 'read_only: true', and 'tmpfs' for what must be written",
        ),
        "no-new-privileges" => (
            "can gain privileges",
            "set 'security_opt: [no-new-privileges:true]'",
        ),
        "cap-drop" => (
            "may use the default capabilities",
            "set 'cap_drop: [ALL]' and add back what is needed",
        ),
        "limits" => ("may take all memory", "set 'mem_limit: …'"),
        "healthcheck" => (
            "cannot be told from broken (no health check)",
            "add 'healthcheck: {test: …}'",
        ),
        _ => (
            "can change with the next pull",
            "add '@sha256:…' to the image",
        ),
    };
    let names: Vec<String> = lacking.iter().map(|c| format!("'{}'", c.name)).collect();
    let word_for = if names.len() == 1 {
        "container"
    } else {
        "containers"
    };
    let mut d = RULE.finding(format!(
        "{word_for} {} of stack '{stack}' {what}, against a claim",
        names.join(", ")
    ));
    for (n, container) in lacking.iter().enumerate() {
        d = match n {
            0 => d.at(container.service.span, "this one"),
            _ => d.and_at(container.service.span, "and this one"),
        };
    }
    d.and_at(claim.span, format!("'{word}' is claimed here"))
        .note(format!(
            "containers of stack '{stack}': {all}, that keep the claim: {}",
            all - lacking.len()
        ))
        .help(format!("{help}; or take the claim back"))
}

/// Each way from the container to its machine.
fn rights(container: &Container<'_>) -> Vec<(Span, String)> {
    const ALL: [&str; 4] = ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE"];
    let s = container.service;
    let mut out = Vec::new();
    if let Some(privileged) = s.privileged.as_ref().filter(|p| p.value) {
        out.push((privileged.span, "all rights".to_owned()));
    }
    for mount in &s.mounts {
        let source = mount.source.as_deref().unwrap_or_default();
        if source.ends_with("/docker.sock") || source.ends_with("/podman.sock") {
            out.push((
                mount.span,
                "starts any container as root, read-only or not".to_owned(),
            ));
        } else if source == "/" && !mount.read_only {
            out.push((mount.span, "writes the machine's whole disk".to_owned()));
        }
    }
    if let Some(socket) = s.use_api_socket.as_ref().filter(|u| u.value) {
        out.push((
            socket.span,
            "starts any container as root, by the engine's socket".to_owned(),
        ));
    }
    if let Some(pid) = s.namespaces.pid.as_ref().filter(|p| p.value == "host") {
        out.push((pid.span, "sees and signals every process".to_owned()));
    }
    for cap in &s.cap_add {
        let name = cap.value.to_uppercase();
        let name = name.strip_prefix("CAP_").unwrap_or(&name).to_owned();
        // SYS_PTRACE reaches the machine only with its processes.
        let reaches = name != "SYS_PTRACE" || s.namespaces.pid.is_some();
        if ALL.contains(&name.as_str()) && reaches {
            out.push((cap.span, format!("capability {name}")));
        }
    }
    out
}
