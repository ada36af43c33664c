//! Something is said to be done that rests on what is not there.

use crate::call::object;
use crate::standing::{away, plain};
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity, Span};
use model::declare::{Given, OptExt as _};
use model::document::BlockKind;
use model::id::{Kind, ObjectRef};
use model::lab::road::{Met, PhaseItem, PhaseStatus, RiskStatus};
use model::units::text::Prose;
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "claim-state",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A requirement, item, phase or risk is said to be done, and what it rests on is planned, open or not there.",
    rationale: "Two registers that disagree are worse than one: people believe the one that they read. A risk that is 'mitigated' by something planned is \
        a risk that nobody works on any more.",
    example: "risks: {power: {text: Power fails, mitigation: a UPS (planned), status: mitigated}}",
    controls: &["NIST CSF 2.0 ID.RA-06", "ISO 27001:2022 A.5.8"],
    mend: Mend::Unsafe(
        "says that a risk is yet to be mitigated; a planned mitigation may have been done instead",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    requirements(ctx, out);
    phases(ctx, out);
    registers(ctx, out);
    documents(ctx, out);
}

fn requirements(ctx: &Context<'_>, out: &mut Findings) {
    for (name, requirement) in &ctx.lab.requirements {
        if requirement.status.known() != Some(&Met::Met) {
            continue;
        }
        for by in &requirement.met_by {
            let Some(why) = away(ctx.lab, &by.value.0.object) else {
                continue;
            };
            let d = RULE
                .finding(format!(
                    "requirement '{name}' is said to be met by '{}', which is {why}",
                    by.value.name()
                ))
                .at(by.span, format!("is {why}"))
                .note("status: met")
                .help("say 'status: planned' until it is there");
            out.add(ObjectRef::new(Kind::Requirement, name), d);
        }
    }
}

fn phases(ctx: &Context<'_>, out: &mut Findings) {
    for (name, phase) in &ctx.lab.roadmap {
        let phase_object = || ObjectRef::new(Kind::Phase, name);
        let done = |i: &&PhaseItem| i.done.known() == Some(&true);
        let (ready, all) = (phase.items.iter().filter(done).count(), phase.items.len());
        let status = phase.status.known();
        if let (Some(PhaseStatus::Done), Some(given)) = (status, &phase.status)
            && let Some(open) = phase.items.iter().find(|i| !done(i))
        {
            let d = RULE
                .finding(format!(
                    "phase '{name}' is said to be done, but {} of its {all} items are not",
                    all - ready
                ))
                .at(given.span, "done")
                .and_at(open.span, "not done")
                .note(format!("{all} items - {ready} done = {} open", all - ready))
                .help("tick what is done with 'done: true', or say 'status: active'");
            out.add(phase_object(), d);
        }
        if let (Some(PhaseStatus::Planned | PhaseStatus::Active), Some(given)) =
            (status, &phase.status)
            && all > 0
            && ready == all
        {
            let d = RULE
                .with(
                    Severity::Info,
                    format!("all {all} items of phase '{name}' are done, but it is not"),
                )
                .at(given.span, "not done")
                .help("say 'status: done', or add the items that are missing");
            out.add(phase_object(), d);
        }
        for item in phase.items.iter().filter(done) {
            for thing in item
                .brings
                .iter()
                .map(|b| (&b.value.0.object, b.span))
                .chain(item.needs.iter().map(|n| (&n.value.0.object, n.span)))
            {
                let Some(why) = away(ctx.lab, thing.0) else {
                    continue;
                };
                let d = RULE
                    .finding(format!(
                        "an item of phase '{name}' is ticked, but '{}' is {why}",
                        thing.0.name
                    ))
                    .at(thing.1, format!("is {why}"))
                    .note(format!(
                        "'{}', done: true",
                        item.text.known().map_or("", |t| t.0.as_str())
                    ))
                    .help("say that it is running, or that the item is not done");
                out.add(phase_object(), d);
            }
        }
    }
}

/// Risks and single points of failure whose mitigation is still to come.
fn registers(ctx: &Context<'_>, out: &mut Findings) {
    type Entry<'a> = (
        ObjectRef,
        Option<&'a Given<RiskStatus>>,
        Option<&'a Given<Prose>>,
    );
    let risks = ctx.lab.risks.iter().map(|(n, r)| {
        (
            ObjectRef::new(Kind::Risk, n),
            r.status.as_deref(),
            r.mitigation.as_deref(),
        )
    });
    let spofs = ctx.lab.spofs.iter().map(|(n, s)| {
        (
            ObjectRef::new(Kind::Spof, n),
            s.status.as_deref(),
            s.mitigation.as_deref(),
        )
    });
    let all: Vec<Entry<'_>> = risks.chain(spofs).collect();
    for (object, status, mitigation) in all {
        let Some(status) = status.filter(|s| s.value() == Some(&RiskStatus::Mitigated)) else {
            continue;
        };
        let text = mitigation.and_then(Given::value).map(|t| t.0.as_str());
        let coming = [
            "planned", "to be ", "will be", "phase ", "q1 ", "q2 ", "q3 ", "q4 ",
        ];
        let (why, span): (String, Option<Span>) = match text {
            None => ("nothing is named that was done".to_owned(), None),
            Some(t) => match coming.iter().find(|w| t.to_lowercase().contains(*w)) {
                Some(word) => (
                    format!("what is to be done is still to come ('{}')", word.trim()),
                    mitigation.map(|m| m.span),
                ),
                None => continue,
            },
        };
        let mut d = RULE
            .finding(format!(
                "{} '{}' is said to be mitigated, but {why}",
                object.kind.word(),
                object.name
            ))
            .at(status.span, "mitigated")
            .note(format!("mitigation: {}", text.unwrap_or("not given")))
            .help("say 'status: planned' until it is done")
            .fix(Fix::doubtful(
                "say that it is planned",
                Edit::replace(status.span, "planned"),
            ));
        if let Some(span) = span {
            d = d.and_at(span, "still to come");
        }
        out.add(object, d);
    }
}

/// Boxes of documents against the items of the roadmap with the same text.
fn documents(ctx: &Context<'_>, out: &mut Findings) {
    let mut items: BTreeMap<String, (&str, &PhaseItem)> = BTreeMap::new();
    for (name, phase) in &ctx.lab.roadmap {
        items.extend(
            phase
                .items
                .iter()
                .filter_map(|i| Some((plain(&i.text.known()?.0), (name.as_str(), i)))),
        );
    }
    for document in ctx.documents.by_name.values() {
        for block in &document.blocks {
            let BlockKind::Task { done } = block.kind else {
                continue;
            };
            let Some((phase, item)) = items.get(&plain(&block.text)) else {
                continue;
            };
            let declared = item.done.known() == Some(&true);
            if declared == done {
                continue;
            }
            let word = |d: bool| if d { "done" } else { "open" };
            let d = RULE
                .finding(format!(
                    "'{}' is {} in document '{}' and {} in phase '{phase}'",
                    block.text,
                    word(done),
                    document.name,
                    word(declared)
                ))
                .at(
                    document.span(
                        block.span.start as usize,
                        (block.span.start as usize + 3).min(block.span.end as usize),
                    ),
                    word(done),
                )
                .and_at(item.span, word(declared))
                .help("keep one list of what is done, and let the other refer to it");
            out.add(object(document), d);
        }
    }
}
