//! Two containers on one machine claim what only one can have.

use crate::call::object;
use crate::containers::Container;
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use model::document::{Document, Fence};
use std::collections::BTreeMap;

pub const RULE: Rule = Rule {
    id: "cmp-dup-key",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Two containers on one machine claim the same name or the same port, one container claims a port twice, or YAML in a document gives a key twice.",
    rationale: "Names of containers and ports of a machine exist once. The second container does not start, and which one is \
        second is decided by the next restart. A key that one file gives twice is refused when the file is read; in the YAML of a \
        document nobody notices until it is copied.",
    example: "services: {a: {ports: ['8080:80']}, b: {ports: ['8080:8080']}}",
    controls: &["NIST CSF 2.0 PR.PS-01", "ISO 27001:2022 A.8.9"],
    mend: Mend::None("which of the two moves is a decision"),
    run,
};

/// A claim on a port of a machine.
struct Claim<'a> {
    container: Container<'a>,
    address: Option<IpAddr>,
    target: u16,
    span: Span,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    containers(ctx, out);
    for document in ctx.documents.by_name.values() {
        for fence in document.fences.iter().filter(|f| is_yaml(&f.lang)) {
            if let Some(d) = twice(document, fence) {
                out.add(object(document), d);
            }
        }
    }
}

fn is_yaml(lang: &str) -> bool {
    ["yaml", "yml", "compose"].contains(&lang)
}

/// A key of the outermost map that stands there again; only these, since the text of deeper ones may be cut short.
fn twice(document: &Document, fence: &Fence) -> Option<Diagnostic> {
    let mut places: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for line in &fence.lines {
        // Another document begins, in which the same keys may stand.
        if line.value.starts_with("---") {
            places.clear();
        }
        let Some((key, _)) = line.value.split_once(':') else {
            continue;
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !key.is_empty() && key.chars().all(plain) {
            let start = line.span.start as usize;
            let span = document.span(start, start + key.len());
            places.entry(key).or_default().push(span);
        }
    }
    let (key, spans) = places.into_iter().find(|(_, spans)| spans.len() > 1)?;
    let (last, before) = spans.split_last()?;
    let mut d = RULE
        .with(
            Severity::Warning,
            format!(
                "YAML in line {} of document '{}' gives '{key}' {} times, and YAML lets it stand once",
                document.line(fence.span),
                document.name,
                spans.len()
            ),
        )
        .at(*last, "again");
    for span in before {
        d = d.and_at(*span, "here");
    }
    Some(
        d.note(format!("times: {}, possible: 1", spans.len()))
            .help(format!(
                "put all of it below one '{key}', or in several blocks"
            )),
    )
}

fn containers(ctx: &Context<'_>, out: &mut Findings) {
    let mut names: BTreeMap<_, (Container<'_>, Span)> = BTreeMap::new();
    let mut ports: BTreeMap<_, Vec<Claim<'_>>> = BTreeMap::new();
    for container in ctx.containers() {
        // Stacks of which nobody says where they run may run apart.
        let place = match container.machine() {
            Some(machine) => Some(machine),
            None => None.or(Some((model::id::Kind::Stack, container.stack))),
        };
        if let Some(name) = &container.service.container_name
            && container.project.is_settled(name.span)
        {
            let key = (place, name.value.clone());
            if let Some((first, span)) = names.get(&key) {
                let message = format!("two containers are called '{}' on one machine", name.value);
                let d = RULE
                    .finding(message)
                    .at(name.span, format!("of stack '{}'", container.stack))
                    .and_at(*span, format!("and of stack '{}'", first.stack))
                    .note("containers of that name: 2, possible: 1")
                    .help("rename one, or leave 'container_name' out: Compose makes names that are unique");
                out.add(container.object(), d);
            } else {
                names.insert(key, (container, name.span));
            }
        }
        for port in &container.service.ports {
            let Some(range) = port.published.filter(|r| r.start == r.end) else {
                continue;
            };
            let claim = Claim {
                container,
                address: port.host_ip,
                target: port.target,
                span: port.span,
            };
            let key = (place, port.protocol.clone(), range.start);
            let others = ports.entry(key).or_default();
            if let Some(first) = others.iter().find(|o| clash(o, &claim)) {
                let port = format!("port {}/{} of one machine", range.start, port.protocol);
                out.add(container.object(), taken(&port, first, &claim));
            }
            others.push(claim);
        }
    }
}

/// Where a claim is, if it is not on all addresses: ` on [::]`.
fn place(claim: &Claim<'_>) -> String {
    match claim.address {
        None => String::new(),
        Some(IpAddr::V4(ip)) => format!(" on {ip}"),
        Some(IpAddr::V6(ip)) => format!(" on [{ip}]"),
    }
}

fn taken(port: &str, first: &Claim<'_>, again: &Claim<'_>) -> Diagnostic {
    let (one, other) = (first.container.title(), again.container.title());
    let (message, note) = match first.is_of(again) {
        true => (
            format!("{port} is published twice by {one}"),
            "ports of the container that it leads to: 2, possible: 1",
        ),
        false => (
            format!("{port} is published by {one} and by {other}"),
            "containers that publish it: 2, possible: 1",
        ),
    };
    RULE.finding(message)
        .at(again.span, format!("also here{}", place(again)))
        .and_at(first.span, format!("here{}", place(first)))
        .note(note)
        .help("publish one of them on another port, or put both behind a proxy")
}

impl Claim<'_> {
    fn is_of(&self, other: &Self) -> bool {
        (self.container.stack, self.container.name) == (other.container.stack, other.container.name)
    }
}

/// On the same address, or one of them on all. What one container says twice of one port is said once for each kind of address.
fn clash(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    let apart = !one.is_of(other) || one.target != other.target;
    apart && crate::addresses::meet(one.address, other.address)
}
