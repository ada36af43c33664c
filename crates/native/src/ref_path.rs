//! A path in a document leads nowhere.

use crate::call::{calls, object};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt as _;
use model::document::{Document, Place, Presence, Sure};
use model::lab::{DataSource, Lab};
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "ref-path",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A document names a file that the lab tree does not have, or a directory that is on nothing that the lab declares.",
    rationale: "Paths are the first thing that goes stale: data moves to another pool, a folder is renamed, and the runbook still reads \
        from where the backups were. Worse than a command that fails is one that finds an old copy.",
    example: "tar -xzf /backups/latest.tar.gz   # while the repository is at /media/pool/backups",
    controls: &["CIS v8 11.5", "ISO 27001:2022 A.5.37"],
    mend: Mend::None("which path is meant is known to the author of the document"),
    run,
};

/// Directories that every Linux system has, by the Filesystem Hierarchy Standard 3.0.
const SYSTEM: [&str; 16] = [
    "etc", "usr", "bin", "sbin", "lib", "lib64", "opt", "proc", "sys", "dev", "run", "tmp", "var",
    "root", "boot", "home",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let roots = roots(ctx);
    for document in ctx.documents.by_name.values() {
        in_tree(ctx, document, out);
        on_machines(document, &roots, out);
    }
}

/// Files of the lab tree.
fn in_tree(ctx: &Context<'_>, document: &Document, out: &mut Findings) {
    let mut seen = BTreeSet::new();
    for mention in &document.mentions {
        let found: Vec<Presence> = mention
            .candidates
            .iter()
            .map(|c| ctx.documents.presence(c))
            .collect();
        let away = !found.is_empty() && found.iter().all(|p| *p == Presence::Missing);
        if !away || !seen.insert(&mention.written) {
            continue;
        }
        let line = document.line(mention.span);
        let d = RULE
            .finding(format!("document '{}' names '{}' in line {line}, which is not in the lab tree", document.name, mention.written))
            .at(mention.span, "not there")
            .note(format!("looked for: {}", mention.candidates.join(", ")))
            .help("write the path from the document's folder or from the root of the lab tree, or name the repository that has it in words");
        out.add(object(document), d);
    }
}

/// Directories of machines, one finding for each that is not known.
fn on_machines(document: &Document, roots: &BTreeMap<String, String>, out: &mut Findings) {
    if roots.is_empty() {
        return;
    }
    let mut strange: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for (path, span) in absolute(document) {
        let top = path.split('/').nth(1).unwrap_or_default();
        let below = |root: &String| is_below(&path, root) || is_below(root, &path);
        let made = made(document).iter().any(|m| is_below(&path, m));
        // '/path/to/…' is a gap, and told as one.
        if top.is_empty()
            || top == "path"
            || SYSTEM.contains(&top)
            || made
            || roots.keys().any(below)
        {
            continue;
        }
        // Below a mount of removable media the second part is what tells them apart.
        let deep = ["mnt", "media", "srv"].contains(&top);
        let parts: Vec<&str> = path
            .split('/')
            .skip(1)
            .take(if deep { 2 } else { 1 })
            .collect();
        strange
            .entry(format!("/{}", parts.join("/")))
            .or_default()
            .push(span);
    }
    for (path, places) in strange {
        let Some(first) = places.first() else {
            continue;
        };
        let known: Vec<String> = roots
            .iter()
            .map(|(path, what)| format!("{path} ({what})"))
            .collect();
        let times = match places.len() {
            1 => String::new(),
            n => format!(", {n} times"),
        };
        let mut d = RULE
            .finding(format!(
                "document '{}' works in '{path}'{times}, which lies on nothing that the lab declares",
                document.name
            ))
            .at(*first, "on no pool, dataset, volume or repository")
            .note(format!("declared: {}", known.join(", ")))
            .help("write the path that is meant; if it is right, declare the pool, dataset or repository that is there");
        for place in places.iter().skip(1).take(3) {
            d = d.and_at(*place, "and here");
        }
        out.add(object(document), d);
    }
}

/// Words and targets of commands that are absolute paths.
fn absolute(document: &Document) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    for call in calls(document) {
        // Inside of a container other paths are known; in inline code a path may be a web address.
        if call.inside || call.command.place == Place::Inline || call.program() == "docker" {
            continue;
        }
        let targets = call.command.redirects.iter().map(|r| &r.target);
        for word in call.args().iter().chain(targets) {
            let text = word.text.split("$(").next().unwrap_or_default();
            let text = text.split(['*', '?', '$', '<']).next().unwrap_or_default();
            let usable = matches!(word.sure, Sure::Yes) || text.matches('/').count() > 1;
            if usable && text.starts_with('/') && !text.contains([' ', ':']) {
                out.push((text.trim_end_matches('/').to_owned(), word.span));
            }
        }
    }
    out
}

/// Directories that the document itself makes.
fn made(document: &Document) -> Vec<&str> {
    let calls = calls(document)
        .into_iter()
        .filter(|c| c.program() == "mkdir");
    calls
        .flat_map(|c| c.args().iter().filter_map(|w| w.known()))
        .filter(|p| p.starts_with('/'))
        .collect()
}

pub(crate) fn is_below(path: &str, root: &str) -> bool {
    let root = root.trim_end_matches('/');
    path == root
        || path
            .strip_prefix(root)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// What is declared to lie where.
pub(crate) fn roots(ctx: &Context<'_>) -> BTreeMap<String, String> {
    let mut out = declared(ctx.lab);
    for (name, project) in ctx.projects.iter() {
        for service in project.services.values() {
            for mount in &service.mounts {
                let source = mount.source.clone();
                out.extend(
                    source
                        .filter(|s| s.starts_with('/'))
                        .map(|s| (s, format!("stack '{name}'"))),
                );
            }
        }
    }
    out
}

fn declared(lab: &Lab) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (name, pool) in &lab.pools {
        out.extend(
            pool.mount
                .known()
                .map(|m| (m.0.clone(), format!("pool '{name}'"))),
        );
    }
    for (name, data) in &lab.datasets {
        if let Some(DataSource::Folder(path)) = &data.source {
            out.insert(path.value.clone(), format!("dataset '{name}'"));
        }
    }
    for (name, store) in &lab.repositories {
        let location = store.location.known().filter(|l| l.starts_with('/'));
        out.extend(location.map(|l| (l.clone(), format!("repository '{name}'"))));
    }
    for (name, service) in &lab.services {
        let paths = service.data.values().filter_map(|d| d.path.known());
        out.extend(paths.map(|p| (p.0.clone(), format!("service '{name}'"))));
    }
    for (name, guest) in &lab.guests {
        let mounts = guest.disks.values().filter_map(|d| d.mount.known());
        out.extend(
            mounts
                .filter(|m| m.0 != "/")
                .map(|m| (m.0.clone(), format!("guest '{name}'"))),
        );
    }
    for (name, host) in &lab.hosts {
        out.extend(
            host.files
                .keys()
                .map(|f| (f.clone(), format!("file of host '{name}'"))),
        );
    }
    out
}
