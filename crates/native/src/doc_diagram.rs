//! A picture that shows another lab than the one that is declared.

use crate::call::object as of_document;
use crate::links::{Links, links, pair};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::document::{Diagram, Document};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use std::collections::{BTreeMap, BTreeSet};

pub const RULE: Rule = Rule {
    id: "doc-diagram",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A Mermaid diagram has a line that the lab does not declare, or lacks one between two things that it shows.",
    rationale: "A diagram is read in an outage, when nobody has time to doubt it. A line that is not there sends people to the wrong machine; a missing one hides \
        what else is gone.",
    example: "Vaultwarden --> Backups   # while the wiki is backed up there too",
    controls: &["CIS v8 12.4", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("the picture or the declaration may be right"),
    run,
};

/// What a node most likely means, if several objects have its name.
const KINDS: [Kind; 12] = [
    Kind::Service,
    Kind::Guest,
    Kind::Host,
    Kind::Device,
    Kind::Cluster,
    Kind::Pool,
    Kind::Repository,
    Kind::Dataset,
    Kind::Network,
    Kind::Stack,
    Kind::Ups,
    Kind::Site,
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    if ctx
        .documents
        .by_name
        .values()
        .all(|d| d.diagrams.is_empty())
    {
        return;
    }
    let links = links(ctx.lab);
    let names = names(ctx.lab);
    for document in ctx.documents.by_name.values() {
        for diagram in &document.diagrams {
            check(document, diagram, &names, &links, out);
        }
    }
}

fn check(
    document: &Document,
    diagram: &Diagram,
    names: &BTreeMap<String, ObjectRef>,
    links: &Links,
    out: &mut Findings,
) {
    let meant = meant(diagram, names);
    // A picture of something else, such as a decision, shows nothing of the lab.
    if meant.len() < 2 {
        return;
    }
    let mut drawn = BTreeSet::new();
    for edge in &diagram.edges {
        let (Some(a), Some(b)) = (meant.get(edge.from.as_str()), meant.get(edge.to.as_str()))
        else {
            continue;
        };
        if a == b || !drawn.insert(pair(a, b)) || links.0.contains_key(&pair(a, b)) {
            continue;
        }
        let line = document.line(edge.span);
        let d = RULE
            .finding(format!(
                "line {line} of document '{}' connects {} with {}, which the lab does not",
                document.name,
                shown(a),
                shown(b)
            ))
            .at(edge.span, "not declared")
            .note(format!(
                "'{}' is {}, '{}' is {}; no relation between them is declared",
                edge.from,
                shown(a),
                edge.to,
                shown(b)
            ))
            .help("declare the relation (needs, runs, via, a backup, a cable), or remove the line");
        out.add(of_document(document), d);
    }
    missing(document, diagram, &meant, &drawn, links, out);
    let strange: Vec<&str> = diagram
        .nodes
        .keys()
        .map(String::as_str)
        .filter(|id| !meant.contains_key(id))
        .collect();
    if !strange.is_empty() {
        let first = strange.first().and_then(|id| diagram.nodes.get(*id));
        let mut d = RULE
            .unknown(format!(
                "what {} of the diagram in document '{}' stand for",
                list(&strange),
                document.name
            ))
            .help(format!(
                "say it in the diagram: %% holdfast: {} = KIND/NAME",
                strange.first().unwrap_or(&"NODE")
            ));
        if let Some(node) = first {
            d = d.at(node.span, "has the name of nothing in the lab");
        }
        out.add(of_document(document), d);
    }
    if let Some(span) = diagram.unknown.first() {
        let d = RULE
            .unknown(format!(
                "what {} lines of the diagram in document '{}' say",
                diagram.unknown.len(),
                document.name
            ))
            .at(*span, "not understood");
        out.add(of_document(document), d);
    }
}

/// Relations between two things that are shown, which no line and no frame shows.
fn missing(
    document: &Document,
    diagram: &Diagram,
    meant: &BTreeMap<&str, &ObjectRef>,
    drawn: &BTreeSet<(ObjectRef, ObjectRef)>,
    links: &Links,
    out: &mut Findings,
) {
    let mut framed = drawn.clone();
    for (id, node) in &diagram.nodes {
        let frames = node.frames.iter().filter_map(|f| meant.get(f.as_str()));
        framed.extend(
            meant
                .get(id.as_str())
                .into_iter()
                .flat_map(|n| frames.clone().map(|f| pair(n, f))),
        );
    }
    let shown_nodes: BTreeMap<&ObjectRef, &str> = meant.iter().map(|(id, o)| (*o, *id)).collect();
    for ((a, b), (what, needed)) in &links.0 {
        let (Some(one), Some(two)) = (shown_nodes.get(a), shown_nodes.get(b)) else {
            continue;
        };
        if !needed || framed.contains(&pair(a, b)) {
            continue;
        }
        let span = diagram
            .nodes
            .get(*one)
            .or(diagram.nodes.get(*two))
            .map_or(diagram.span, |n| n.span);
        let d = RULE
            .finding(format!(
                "the diagram of document '{}' lacks a line between {} and {}",
                document.name,
                shown(a),
                shown(b)
            ))
            .at(span, format!("'{one}' and '{two}' are shown apart"))
            .note(format!("declared: {what}"))
            .help("draw the line, or take one of the two out of the picture");
        out.add(of_document(document), d);
    }
}

fn shown(object: &ObjectRef) -> String {
    format!("{} '{}'", object.kind.word(), object.name)
}

fn list(ids: &[&str]) -> String {
    let shown: Vec<String> = ids.iter().take(5).map(|i| format!("'{i}'")).collect();
    let more = ids.len().saturating_sub(shown.len());
    if more > 0 {
        format!("{} and {more} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

/// Letters and digits in lower case.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Objects by their bare names, and by `kind/name`.
fn names(lab: &Lab) -> BTreeMap<String, ObjectRef> {
    let mut out = BTreeMap::new();
    for kind in KINDS {
        for name in lab.names(kind) {
            let object = ObjectRef::new(kind, name);
            out.insert(format!("{}/{name}", kind.word()), object.clone());
            out.entry(bare(name)).or_insert(object);
        }
    }
    out
}

/// What nodes and frames stand for: by a comment, else by their id, else by their text.
fn meant<'a>(
    diagram: &'a Diagram,
    names: &'a BTreeMap<String, ObjectRef>,
) -> BTreeMap<&'a str, &'a ObjectRef> {
    let mut out = BTreeMap::new();
    for (id, node) in &diagram.nodes {
        let told = node.object.as_ref().and_then(|o| names.get(o));
        let label = || node.label.as_ref().and_then(|l| names.get(&bare(l)));
        if let Some(object) = told.or_else(|| names.get(&bare(id))).or_else(label) {
            out.insert(id.as_str(), object);
        }
    }
    for (id, title) in &diagram.frames {
        if let Some(object) = names.get(&bare(id)).or_else(|| names.get(&bare(title))) {
            out.insert(id.as_str(), object);
        }
    }
    out
}
