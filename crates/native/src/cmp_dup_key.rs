//! Two containers or services on one machine claim what only one can have.

use crate::call::object;
use crate::containers::Container;
use crate::listening::{By, Claim, Conflict, ConflictKind, Place, claims, conflicts, of_stack};
use crate::{Context, Findings, Mend, Rule};
use core::net::IpAddr;
use diag::{Diagnostic, Severity, Span};
use model::document::{Document, Fence};
use model::id::{Kind, ObjectRef};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "cmp-dup-key",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "Two containers or services on one machine claim the same name or the same port, one container claims a port twice, or YAML in a document gives a key twice.",
    rationale: "Names of containers and ports of a machine exist once. The second container does not start, and which one is \
        second is decided by the next restart. Of a range of ports the engine takes whichever is free, so that one in its midst is had by who starts first. A key that one file gives twice is refused when the file is read; in the YAML of a \
        document nobody notices until it is copied.",
    example: "services: {a: {ports: ['8080:80']}, b: {ports: ['8080:8080']}}",
    controls: &["NIST CSF 2.0 PR.PS-01", "ISO 27001:2022 A.8.9"],
    mend: Mend::None("which of the two moves is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let found = claims(ctx.lab, ctx.projects);
    for (place, claims) in &found {
        ports(ctx, place, claims, out);
    }
    names(ctx, out);
    apart(ctx, &found, out);
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

/// What is claimed on one machine; of what runs nobody knows where, what is claimed in one stack.
fn ports(ctx: &Context<'_>, place: &Place, claims: &[Claim<'_>], out: &mut Findings) {
    if matches!(place, Place::Unknown(of) if of.kind != Kind::Stack) {
        return;
    }
    let mut said = BTreeSet::new();
    for conflict in conflicts(claims) {
        let (Some(first), Some(again)) = (claims.get(conflict.first), claims.get(conflict.other))
        else {
            continue;
        };
        let tunnel = |c: &Claim<'_>| matches!(c.by, By::Tunnel { .. });
        // 'net-wireguard' tells two tunnels; whoever comes third is told of the first alone.
        if !(tunnel(first) && tunnel(again)) && said.insert(conflict.other) {
            out.add(again.by.object(ctx.lab), taken(&conflict, first, again));
        }
    }
}

fn names(ctx: &Context<'_>, out: &mut Findings) {
    let mut names: BTreeMap<_, (Container<'_>, Span)> = BTreeMap::new();
    for container in ctx.containers() {
        let Some(name) = container.service.container_name.as_ref() else {
            continue;
        };
        if !container.project.is_settled(name.span) {
            continue;
        }
        let key = (of_stack(ctx.lab, container.stack), name.value.as_str());
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
}

/// Stacks of which nobody says where they run, and what another stack or service claims too.
fn apart(ctx: &Context<'_>, found: &BTreeMap<Place, Vec<Claim<'_>>>, out: &mut Findings) {
    for (name, stack) in &ctx.lab.stacks {
        let place = of_stack(ctx.lab, name);
        if !matches!(place, Place::Unknown(_)) {
            continue;
        }
        let mine = found.get(&place).into_iter().flatten();
        let others = || found.iter().filter(|(p, _)| **p != place);
        let others = || others().flat_map(|(_, claims)| claims);
        let mut pairs = mine.flat_map(|m| others().map(move |o| (m, o)));
        // Two ranges mostly leave each other enough.
        let both = |m: &Claim<'_>, o: &Claim<'_>| m.some.is_none() || o.some.is_none();
        let shared = pairs.find(|(m, o)| both(m, o) && m.meets(o)).map(|(m, o)| {
            let what = format!("port {}", port(m, o));
            (what, (m.span, m.by.title()), (o.span, o.by.title()))
        });
        let Some((what, mine, other)) = shared.or_else(|| same_name(ctx, name)) else {
            continue;
        };
        let (key, why) = match &stack.on {
            Some(on) => (
                on.span,
                "says that it is not known on which machine it runs",
            ),
            None => (stack.span, "does not say on which machine it runs"),
        };
        let d = RULE
            .unknown(format!("whether {what} is free where stack '{name}' runs"))
            .at(mine.0, format!("wanted by {}", mine.1))
            .and_at(other.0, format!("wanted by {}, too", other.1))
            .and_at(key, why)
            .help(format!(
                "write where it runs: '{name}: {{file: …, on: HOST}}'"
            ));
        out.add(ObjectRef::new(Kind::Stack, name), d);
    }
}

/// What is wanted twice, and where both are written, with who writes it.
type Shared = (String, (Span, String), (Span, String));

/// A name that a container of a stack has, and one of another stack too.
fn same_name(ctx: &Context<'_>, stack: &str) -> Option<Shared> {
    let named = || {
        ctx.containers().filter_map(|c| {
            let name = c.service.container_name.as_ref()?;
            c.project.is_settled(name.span).then_some((c, name))
        })
    };
    let mut mine = named().filter(|(c, _)| c.stack == stack);
    mine.find_map(|(container, name)| {
        let mut others = named().filter(|(c, _)| c.stack != stack);
        let (other, again) = others.find(|(_, n)| n.value == name.value)?;
        let what = format!("the name '{}'", name.value);
        Some((
            what,
            (name.span, container.title()),
            (again.span, other.title()),
        ))
    })
}

/// The port that both want: `8080/tcp`.
fn port(one: &Claim<'_>, other: &Claim<'_>) -> String {
    let (first, last) = (one.first.max(other.first), one.last.min(other.last));
    match first == last {
        true => format!("{first}/{}", one.protocol),
        false => format!("{first}-{last}/{}", one.protocol),
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

fn taken(conflict: &Conflict, first: &Claim<'_>, again: &Claim<'_>) -> Diagnostic {
    match conflict.kind {
        ConflictKind::Same => same(first, again),
        ConflictKind::TooFew => too_few(first, again),
        ConflictKind::Within => match first.some {
            Some(_) => within(first, again),
            None => within(again, first),
        },
    }
    .at(again.span, format!("also here{}", place(again)))
    .and_at(first.span, format!("here{}", place(first)))
}

fn same(first: &Claim<'_>, again: &Claim<'_>) -> Diagnostic {
    let (one, other) = (first.by.title(), again.by.title());
    let ports = port(first, again);
    let word = match ports.contains('-') {
        true => "ports",
        false => "port",
    };
    let services = [first, again]
        .iter()
        .any(|c| matches!(c.by, By::Service(_) | By::Tunnel { .. }));
    let (message, note) = match (first.by == again.by, first.target == again.target) {
        (true, false) => (
            format!("port {ports} of one machine is published twice by {one}"),
            "ports of the container that it leads to: 2, possible: 1",
        ),
        (true, true) => (
            format!(
                "port {ports} of one machine is published twice by {one}, on addresses that have one in common"
            ),
            "times that it is taken on that address: 2, possible: 1",
        ),
        (false, _) if services => (
            format!(
                "{word} {ports} of one machine: {one} and {other} are both declared to listen there"
            ),
            "that listen on it: 2, possible: 1",
        ),
        (false, _) => (
            format!("port {ports} of one machine is published by {one} and by {other}"),
            "containers that publish it: 2, possible: 1",
        ),
    };
    let severity = match services {
        // What is declared is what somebody says, and not what is started.
        true => Severity::Warning,
        false => RULE.severity,
    };
    let d = RULE.with(severity, message).note(note);
    match services {
        true => d.help("if one of them passes it on to the other, write that with 'via'; else give one of them another port"),
        false => d.help("publish one of them on another port, or put both behind a proxy"),
    }
}

/// A range of which the engine takes what is free, and a port in it.
fn within(range: &Claim<'_>, fixed: &Claim<'_>) -> Diagnostic {
    let message = format!(
        "port {} of one machine is for {} and lies in the range {}-{} of which {} takes what is free",
        port(range, fixed),
        fixed.by.title(),
        range.first,
        range.last,
        range.by.title()
    );
    RULE.with(Severity::Warning, message)
        .note("whichever starts first has it; the other one does not start, or is found on another port")
        .help("take the port out of the range, or write the one port that is meant")
}

/// Ranges with fewer ports than are taken of them.
fn too_few(first: &Claim<'_>, again: &Claim<'_>) -> Diagnostic {
    let message = format!(
        "ports {} of one machine are too few for {} and {}",
        port(first, again),
        first.by.title(),
        again.by.title()
    );
    let takes = |c: &Claim<'_>| {
        let all = u32::from(c.last) - u32::from(c.first) + 1;
        let what = c.by.title();
        match c.some {
            Some(n) => format!("{what} takes {n} of {all}"),
            None => format!("{what} takes all {all}"),
        }
    };
    RULE.finding(message)
        .note(format!("{}; {}", takes(first), takes(again)))
        .note("together with what else is published there, no choice of ports is enough")
        .help("give one of them another range, or a longer one")
}
