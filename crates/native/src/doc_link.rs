//! A link that leads nowhere.

use crate::call::object;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::document::{Document, Form, Link, Presence, Target};

pub const RULE: Rule = Rule {
    id: "doc-link",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A link of a document leads to a file or heading that is not there.",
    rationale: "Whoever follows a link in a runbook needs what is behind it now. A document that is referred to and was never written is also a \
        sign of a procedure that was never thought through.",
    example: "[backup rotation](./backup-rotation.md)   # while there is no such file",
    controls: &["ISO 27001:2022 A.5.37"],
    mend: Mend::None("the file has to be written, or the link given up"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for document in ctx.documents.by_name.values() {
        for link in &document.links {
            let Some(wrong) = wrong(ctx, document, link) else {
                continue;
            };
            let line = document.line(link.span);
            let message = format!(
                "document '{}' links to '{}' in line {line}, {}",
                document.name, link.written, wrong.what
            );
            let mut d = if wrong.unknown {
                RULE.unknown(message)
            } else {
                RULE.finding(message)
            };
            d = d.at(link.span, wrong.label);
            if let Some(note) = wrong.note {
                d = d.note(note);
            }
            out.add(object(document), d.help(wrong.help));
        }
    }
}

struct Wrong {
    what: &'static str,
    label: String,
    note: Option<String>,
    help: &'static str,
    unknown: bool,
}

fn wrong(ctx: &Context<'_>, document: &Document, link: &Link) -> Option<Wrong> {
    let say = |what, label: String, help| Wrong {
        what,
        label,
        note: None,
        help,
        unknown: false,
    };
    let write = "write what is missing, or remove the link";
    match &link.target {
        Target::Web => None,
        Target::Outside => Some(say(
            "which is outside of the lab tree",
            "leads out by '..'".to_owned(),
            "put a copy into the lab tree, or give a web address",
        )),
        Target::Anchor(anchor) => (!has(document, anchor)).then(|| Wrong {
            note: near(document, anchor),
            ..say(
                "a heading that it does not have",
                format!("no heading '#{anchor}'"),
                "write the heading as GitHub makes it an anchor: lower case, '-' for blanks",
            )
        }),
        Target::Path { path, anchor } => match ctx.documents.presence(path) {
            Presence::Missing => Some(say("which is not there", format!("no file {path}"), write)),
            Presence::Outside => Some(say(
                "which is a symbolic link out of the lab tree",
                "leads out of the lab tree".to_owned(),
                "put the file itself into the lab tree",
            )),
            Presence::Unknown => Some(Wrong {
                unknown: true,
                ..say(
                    "which could not be looked at",
                    "not looked at".to_owned(),
                    "check the rights of the folder",
                )
            }),
            Presence::File | Presence::Folder => {
                let anchor = anchor.as_deref().filter(|a| !is_line(a))?;
                let other = ctx
                    .documents
                    .at(path)
                    .filter(|d| d.form == Form::Markdown && !has(d, anchor))?;
                Some(Wrong {
                    note: near(other, anchor),
                    ..say(
                        "a heading that is not there",
                        format!("{path} has no heading '#{anchor}'"),
                        write,
                    )
                })
            }
        },
    }
}

fn has(document: &Document, anchor: &str) -> bool {
    let lower = anchor.to_lowercase();
    anchor.is_empty()
        || anchor == "top"
        || document.anchors.contains(anchor)
        || document.headings.iter().any(|h| h.slug == lower)
}

/// `L12` and `L3-L9` name lines of a file.
fn is_line(anchor: &str) -> bool {
    anchor
        .strip_prefix('L')
        .is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()))
}

fn near(document: &Document, anchor: &str) -> Option<String> {
    let first = anchor.split('-').find(|w| w.len() > 3)?;
    let found = document
        .headings
        .iter()
        .find(|h| h.slug.contains(&first.to_lowercase()))?;
    Some(format!(
        "the nearest heading is '{}': #{}",
        found.text, found.slug
    ))
}
