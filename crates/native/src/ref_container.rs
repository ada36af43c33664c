//! A document names a container that no stack has.

use crate::call::{Call, calls, object, plain};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::document::{Sure, Word};
use std::collections::BTreeSet;

pub const RULE: Rule = Rule {
    id: "ref-container",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document works with a container or Compose service that no stack of the lab has.",
    rationale: "`docker exec postgres pg_dumpall > dump.sql` with a wrong name fails and leaves an empty file behind, which looks like a backup \
        until somebody restores it.",
    example: "docker exec postgres pg_dumpall   # while the container is called db-nextcloud",
    controls: &["CIS v8 11.5", "ISO 27001:2022 A.5.37"],
    mend: Mend::None("which container is meant is known to the author of the document"),
    run,
};

/// Subcommands of `docker` whose operands are containers, and how many of them are.
const ONE: [&str; 6] = ["exec", "logs", "attach", "top", "port", "diff"];
const MANY: [&str; 10] = [
    "restart", "stop", "start", "rm", "kill", "pause", "unpause", "wait", "stats", "inspect",
];
/// Subcommands of `docker compose` whose operands are services.
const SERVICES: [&str; 14] = [
    "restart", "logs", "stop", "start", "up", "down", "pull", "rm", "kill", "pause", "unpause",
    "build", "create", "ps",
];
/// Options that take the next word.
const WITH: [&str; 24] = [
    "-u",
    "--user",
    "-e",
    "--env",
    "-w",
    "--workdir",
    "--env-file",
    "-n",
    "--tail",
    "--since",
    "--until",
    "-t",
    "--time",
    "--timeout",
    "-s",
    "--signal",
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--profile",
    "--format",
    "--scale",
    "--project-directory",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let shown = names(ctx);
    if shown.is_empty() {
        return;
    }
    let known: BTreeSet<String> = shown.iter().cloned().chain(made(ctx)).collect();
    let unread: Vec<&str> = ctx
        .lab
        .stacks
        .iter()
        .filter(|(name, s)| s.file.is_some() && !ctx.projects.contains_key(*name))
        .map(|(name, _)| name.as_str())
        .collect();
    for document in ctx.documents.by_name.values() {
        let calls = calls(document);
        let started: BTreeSet<&str> = calls.iter().filter_map(started).collect();
        let mut seen = BTreeSet::new();
        for word in calls.iter().flat_map(operands) {
            let name = word.text.as_str();
            if word.sure != Sure::Yes
                || known.contains(name)
                || started.contains(name)
                || !seen.insert(name)
            {
                continue;
            }
            let line = document.line(word.span);
            let list = Vec::from_iter(shown.iter().map(String::as_str)).join(", ");
            let d = match unread.is_empty() {
                true => RULE
                    .finding(format!("document '{}' works with container '{name}' in line {line}, which no stack has", document.name))
                    .help("write the name of the container or service as its Compose file has it"),
                false => RULE
                    .unknown(format!("whether there is the container '{name}' of document '{}', line {line}", document.name))
                    .note(format!("stacks that could not be read: {}", unread.join(", "))),
            };
            let d = d
                .at(word.span, "no such container")
                .note(format!("containers and services of the lab: {list}"));
            out.add(object(document), d);
        }
    }
}

/// What a document itself starts by `docker run --name`.
fn started<'a>(call: &Call<'a>) -> Option<&'a str> {
    let at = call.args().iter().position(|w| w.text == "--name");
    let separate = at
        .and_then(|n| call.args().get(n + 1))
        .and_then(Word::known);
    let joined = call
        .args()
        .iter()
        .find_map(|w| w.text.strip_prefix("--name="));
    separate
        .or(joined)
        .filter(|_| call.program() == "docker" && call.arg(0) == "run")
}

/// The words of a call that name containers or services.
fn operands<'a>(call: &Call<'a>) -> Vec<&'a Word> {
    let words = call.plain(&WITH);
    let (compose, words) = match (call.program(), words.first().map(|w| w.text.as_str())) {
        ("docker-compose", _) => (true, words),
        ("docker", Some("compose")) => (true, words.into_iter().skip(1).collect()),
        ("docker", Some("container")) => (false, words.into_iter().skip(1).collect()),
        ("docker", _) => (false, words),
        _ => return Vec::new(),
    };
    let Some((first, rest)) = words.split_first() else {
        return Vec::new();
    };
    let verb = first.text.as_str();
    // `-f` of `logs` and `rm` takes no value, but the one of Compose before the verb does.
    let rest: Vec<&Word> = match call.args().iter().position(|w| std::ptr::eq(w, *first)) {
        Some(at) => {
            let with: Vec<&str> = WITH
                .iter()
                .copied()
                .filter(|o| !["-f", "-p", "-t"].contains(o))
                .collect();
            plain(call.args().get(at + 1..).unwrap_or_default(), &with)
        }
        None => rest.to_vec(),
    };
    match compose {
        true if SERVICES.contains(&verb) => rest,
        true if ["exec", "run"].contains(&verb) => rest.into_iter().take(1).collect(),
        false if MANY.contains(&verb) => rest,
        false if ONE.contains(&verb) => rest.into_iter().take(1).collect(),
        _ => Vec::new(),
    }
}

/// Names of containers and services as they are written.
fn names(ctx: &Context<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for service in ctx.projects.values().flat_map(|p| &p.services) {
        let container = service.1.container_name.as_ref();
        out.insert(service.0.clone());
        out.extend(container.map(|n| n.value.clone()));
    }
    for (name, service) in &ctx.lab.services {
        for runs in service.runs.iter().filter(|r| r.stack.is_some()) {
            out.insert(name.clone());
            out.extend(runs.service.known().map(|s| s.0.clone()));
        }
    }
    out
}

/// Names that Compose makes up.
fn made(ctx: &Context<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (stack, project) in ctx.projects {
        let name = project
            .name
            .as_ref()
            .map_or(stack.as_str(), |n| n.value.as_str());
        for service in project.services.keys() {
            out.extend([format!("{name}-{service}-1"), format!("{name}_{service}_1")]);
        }
    }
    out
}
