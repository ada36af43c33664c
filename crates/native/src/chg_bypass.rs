//! What goes in by itself beside a rule that somebody must agree.

use crate::call::object;
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity, Span};
use model::declare::{Given, OptExt as _};
use model::document::{BlockKind, Document};
use model::id::{Kind, ObjectRef};
use model::lab::protection::{Approval, Job, JobKind};

pub const RULE: Rule = Rule {
    id: "chg-bypass",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A job changes something by itself for which another one, or a document, wants somebody's approval.",
    rationale: "Approval that a program can go round is none. If a merge is the approval, the review has to be enforced there; if not, the program must \
        not roll out by itself.",
    example: "jobs: {sync: {kind: deploy, on: [k3s], automatic: true, approval: none}, apps: {kind: deploy, on: [k3s], approval: person}}",
    controls: &["NIST CSF 2.0 PR.PS-01", "ISO 27001:2022 A.8.32"],
    mend: Mend::Unsafe("lets a person approve the change that goes in by itself"),
    run,
};

/// Work that changes what people use.
fn changes(kind: JobKind) -> bool {
    matches!(
        kind,
        JobKind::Update | JobKind::ImageUpdate | JobKind::Deploy | JobKind::Script
    )
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let jobs: Vec<(&str, &Job, JobKind)> = ctx
        .lab
        .jobs
        .iter()
        .filter_map(|(n, j)| Some((n.as_str(), j, *j.kind.known()?)))
        .filter(|(_, _, k)| changes(*k))
        .collect();
    let free = |j: &Job| {
        j.automatic.known() == Some(&true) && j.approval.known() != Some(&Approval::Person)
    };
    for (name, job, kind) in jobs.iter().filter(|(_, j, _)| free(j)) {
        let asked = jobs.iter().find(|(other, o, k)| {
            let same =
                o.on.iter()
                    .any(|a| job.on.iter().any(|b| a.value.0 == b.value.0));
            other != name
                && same
                && similar(*kind, *k)
                && o.approval.known() == Some(&Approval::Person)
        });
        if let Some((other, o, _)) = asked {
            let shared: Vec<&str> = job
                .on
                .iter()
                .filter(|b| o.on.iter().any(|a| a.value.0 == b.value.0))
                .map(|b| b.value.name())
                .collect();
            let tool = job
                .tool
                .known()
                .map(|t| format!(" ({t})"))
                .unwrap_or_default();
            let d = RULE
                .finding(format!("job '{name}'{tool} changes {} without the approval that job '{other}' needs", shared.join(", ")))
                .at(at(job.automatic.as_deref(), job.span), "goes in by itself")
                .and_at(at(o.approval.as_deref(), o.span), "somebody must agree")
                .note(format!("on both: {}", shared.join(", ")))
                .help("enforce the approval where the change is merged and say so (approval: person), or approve this kind of change beforehand for both");
            let d = match job.approval.as_ref() {
                Some(approval) => d.fix(Fix::doubtful(
                    "let a person approve it",
                    Edit::replace(approval.span, "person"),
                )),
                None => d,
            };
            out.add(ObjectRef::new(Kind::Job, *name), d);
        }
    }
    documents(ctx, out);
}

fn at<T>(given: Option<&Given<T>>, otherwise: Span) -> Span {
    given.map_or(otherwise, |g| g.span)
}

/// Patches of systems, and roll-outs of applications, are different kinds of changes.
fn similar(a: JobKind, b: JobKind) -> bool {
    let system = |k| k == JobKind::Update;
    system(a) == system(b)
}

/// Phrases that promise that something goes in by itself.
const AUTOMATIC: [&str; 8] = [
    "automatic sync",
    "auto-sync",
    "autosync",
    "drift is corrected",
    "watchtower",
    "automatic updates",
    "auto-update",
    "rolls out changes",
];
/// Phrases that promise that somebody agrees.
const APPROVAL: [&str; 6] = [
    "cab approval",
    "cab review",
    "change advisory board",
    "approval by the board",
    "approved by",
    "requires approval",
];
/// What is approved beforehand may go in by itself.
const BEFOREHAND: [&str; 3] = ["pre-approved", "preapproved", "approved beforehand"];

/// Two documents, or two lines of one, that promise both.
fn documents(ctx: &Context<'_>, out: &mut Findings) {
    let find = |phrases: &'static [&'static str]| {
        let all = ctx.documents.by_name.values();
        all.into_iter()
            .find_map(move |d| said(d, phrases).map(|(span, phrase)| (d, span, phrase)))
    };
    let (Some((one, span, automatic)), Some((other, place, approval))) =
        (find(&AUTOMATIC), find(&APPROVAL))
    else {
        return;
    };
    let d = RULE
        .finding(format!(
            "document '{}' lets changes in by themselves ('{automatic}'), while document '{}' wants them approved ('{approval}')",
            one.name, other.name
        ))
        .at(span, "goes in by itself")
        .and_at(place, "somebody must agree")
        .note(format!("lines {} and {}", one.line(span), other.line(place)))
        .help("say at which point the approval is enforced, e.g. a review that the merge needs, or which changes are approved beforehand");
    out.add(object(one), d);
}

fn said(document: &Document, phrases: &'static [&'static str]) -> Option<(Span, &'static str)> {
    document
        .blocks
        .iter()
        .filter(|b| b.kind != BlockKind::Heading)
        .find_map(|block| {
            let text = block.text.to_lowercase();
            let allowed = BEFOREHAND.iter().any(|w| text.contains(w));
            let phrase = phrases.iter().find(|p| !allowed && text.contains(*p))?;
            let raw = document
                .text
                .get(block.span.start as usize..block.span.end as usize)?
                .to_ascii_lowercase();
            let first = raw.find(*phrase).unwrap_or(0);
            let start = block.span.start as usize + first;
            let end = if first > 0 {
                start + phrase.len()
            } else {
                start + raw.lines().next().map_or(0, str::len)
            };
            Some((document.span(start, end), *phrase))
        })
}
