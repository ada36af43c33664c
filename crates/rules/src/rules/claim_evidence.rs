//! Something is ticked, and nothing shows it.

use super::claim_term;
use crate::call::object;
use crate::wording::count;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::{Known, OptExt as _, Or};
use model::document::{Block, Document};
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "claim-evidence",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Something is ticked, or claimed with a yes, without a date, a run or a link that shows it.",
    rationale: "A tick is somebody's memory. Whether restores were tested is asked after a disaster, by an insurer or an auditor, and the answer is a date \
        and a record.",
    example: "- [x] Restores are tested",
    controls: &["NIST CSF 2.0 ID.IM-02", "ISO 27001:2022 A.5.36"],
    mend: Mend::None("evidence comes from doing it"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, phase) in &ctx.lab.roadmap {
        let done: Vec<_> = phase
            .items
            .iter()
            .filter(|i| i.done.known() == Some(&true))
            .collect();
        let bare: Vec<_> = done
            .iter()
            .filter(|i| i.evidence.known().is_none())
            .collect();
        let Some(first) = bare.first() else { continue };
        let d = RULE
            .finding(format!(
                "nothing shows {} of {} ticked items of phase '{name}'",
                bare.len(),
                done.len()
            ))
            .at(first.span, "ticked, without 'evidence'")
            .note(format!(
                "{} ticked - {} with evidence = {}",
                done.len(),
                done.len() - bare.len(),
                bare.len()
            ))
            .help(
                "write what shows it, and when: '{text: …, done: true, evidence: \"2026-10-01: restored photos, see docs/drills.md\"}'; or 'done: false' until it was done",
            );
        out.add(ObjectRef::new(Kind::Phase, name), d);
    }
    claims(ctx, out);
    unheld(ctx, out);
    for document in ctx.documents.by_name.values() {
        ticks(document, out);
    }
}

/// Claims whose value is a yes that nobody measured.
fn claims(ctx: &Context<'_>, out: &mut Findings) {
    for claim in &ctx.lab.claims {
        let Some(given) = &claim.value else { continue };
        let Known::Declared(Or::Ref(said)) = &given.known else {
            continue;
        };
        let yes = said.to_lowercase();
        if !["yes", "true", "on track", "done"]
            .iter()
            .any(|w| yes.starts_with(w))
        {
            continue;
        }
        let text = claim.text.known().map_or("", |t| t.0.as_str());
        let metric = claim.metric_text().unwrap_or("claim");
        let from = claim
            .from
            .known()
            .map(|f| format!(", from {f}"))
            .unwrap_or_default();
        let d = RULE
            .finding(format!("nothing shows what is claimed: '{text}'"))
            .at(given.span, "a yes, without a measurement")
            .note(format!("'{said}'{from}: no date, no source"))
            .help(format!("write what was measured, as in 'value: {{measured: {said}, on: 2026-10-01, source: the drill of that day}}', or drop the claim"));
        out.add(ObjectRef::new(Kind::Metric, metric), d);
    }
}

/// Claims in words alone, which nothing of the lab can be held against.
fn unheld(ctx: &Context<'_>, out: &mut Findings) {
    for claim in &ctx.lab.claims {
        let Some(text) = claim.text.known().map(|t| t.0.as_str()) else {
            continue;
        };
        if claim.metric.is_some() || claim_term::is_spoken(text) {
            continue;
        }
        let about = crate::claims::subject(crate::claims::about(claim).as_ref());
        let d = RULE
            .unknown(format!("whether it is so what is claimed of {about}: '{text}'"))
            .at(claim.span, "in words alone")
            .note("'metric' and 'value': not given, so nothing in the lab can be held against it")
            .help("say what is claimed as 'metric' and 'value', such as {metric: copies, value: 3}, or drop the claim");
        out.add(ObjectRef::new(Kind::Metric, "claim"), d);
    }
}

fn ticks(document: &Document, out: &mut Findings) {
    let ticked: Vec<&Block> = document.blocks.iter().filter(|b| b.is_ticked()).collect();
    let linked = |b: &Block| {
        document
            .links
            .iter()
            .any(|l| b.span.start <= l.span.start && l.span.end <= b.span.end)
    };
    let bare: Vec<&&Block> = ticked
        .iter()
        .filter(|b| !has_date(&b.text) && !linked(b))
        .collect();
    let Some(first) = bare.first() else { return };
    let text = document
        .text
        .get(first.span.start as usize..first.span.end as usize)
        .unwrap_or_default();
    let line = text.lines().next().map_or(0, str::len);
    let lines: Vec<String> = bare
        .iter()
        .take(12)
        .map(|b| document.line(b.span).to_string())
        .collect();
    let more = if bare.len() > 12 { ", …" } else { "" };
    let start = first.span.start as usize;
    let d = RULE
        .finding(format!(
            "nothing shows {} of {} that document '{}' has ticked",
            bare.len(),
            count(ticked.len(), "thing"),
            document.name
        ))
        .at(document.span(start, start + line), "no date and no link")
        .note(format!(
            "{} - {} with a date or link = {}; lines {}{more}",
            count(ticked.len(), "tick"),
            ticked.len() - bare.len(),
            bare.len(),
            lines.join(", ")
        ))
        .help("put the date behind the tick, or a link to the record: '- [x] …, 2026-10-01' or '- [x] … ([record](drills.md))'; or untick it, '- [ ] …', until it was done");
    out.add(object(document), d);
}

/// A day, `2026-01-31`, or a month, `2026-01`.
fn has_date(text: &str) -> bool {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '-'));
    words.into_iter().any(|w| {
        let mut parts = w.split('-');
        let year = parts
            .next()
            .is_some_and(|y| y.len() == 4 && y.starts_with("20"));
        year && parts.next().is_some_and(|m| m.len() == 2)
    })
}
