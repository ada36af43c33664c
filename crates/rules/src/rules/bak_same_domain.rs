//! Every copy is lost together with the data.

use crate::amounts::count;
use crate::bodies::Body;
use crate::copies::{Copies, Side, side, unhurt};
use crate::faults;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::lab::{DataClass, FaultScope};

pub(crate) const RULE: Rule = Rule {
    id: "bak-same-domain",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A tier has objectives for a fault that destroys the data and all of its copies.",
    rationale: "A copy helps against a fault only if it lies outside of what the fault destroys. A disk in the same machine \
        survives a failed disk, but neither theft nor fire nor a bad power supply. Copies are counted per failure domain.",
    example: "repositories: {usb: {on: web, location: /mnt/usb}}   # and 'rpo: {host: 24h}' for data on host 'web'",
    controls: &[
        "CIS v8 11.4",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("another place to keep a copy has to be found first"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let copies = ctx.copies();
    for body in ctx.bodies() {
        if body.class == Some(DataClass::Scratch) {
            continue;
        }
        let mut lost = Vec::new();
        let mut open: Vec<(FaultScope, Vec<String>)> = Vec::new();
        for scope in FaultScope::ALL {
            let Some((tier, objective)) = body.rpo(scope).or(body.rto(scope)) else {
                continue;
            };
            match survey(ctx, copies, body, scope) {
                Survey::Survives | Survey::NoBackup => {}
                Survey::Lost(why) => lost.push(Lost {
                    scope,
                    tier,
                    objective: objective.span,
                    why,
                }),
                Survey::Unknown(why) => open.push((scope, why)),
            }
        }
        if let Some(d) = finding(body, &lost).or_else(|| unknown(body, &open)) {
            out.add(body.object.clone(), d);
        }
    }
}

/// A fault that no copy survives.
struct Lost<'a> {
    scope: FaultScope,
    tier: &'a str,
    objective: Span,
    why: Vec<String>,
}

enum Survey {
    NoBackup,
    Survives,
    Lost(Vec<String>),
    Unknown(Vec<String>),
}

fn survey<'a>(
    ctx: &Context<'a>,
    copies: &Copies<'a>,
    body: &Body<'a>,
    scope: FaultScope,
) -> Survey {
    if unhurt(ctx.lab, body, scope) {
        return Survey::Survives;
    }
    let mut inside = Vec::new();
    let mut unknown = Vec::new();
    for copy in copies.copies(body) {
        match side(ctx.lab, body, copy, scope) {
            Side::Outside => return Survey::Survives,
            Side::Inside(why) if !inside.contains(&why) => inside.push(why),
            Side::Unknown(why) if !unknown.contains(&why) => unknown.push(why),
            Side::Inside(_) | Side::Unknown(_) => {}
        }
    }
    match (inside.is_empty(), unknown.is_empty()) {
        (true, true) => Survey::NoBackup,
        (_, false) => Survey::Unknown(unknown),
        (false, true) => Survey::Lost(inside),
    }
}

fn unknown(body: &Body<'_>, open: &[(FaultScope, Vec<String>)]) -> Option<Diagnostic> {
    let (_, first) = open.first()?;
    let scopes: Vec<FaultScope> = open.iter().map(|(scope, _)| *scope).collect();
    let mut why = first.clone();
    for (_, more) in open {
        why.extend(more.iter().filter(|w| !first.contains(w)).cloned());
    }
    why.dedup();
    let lost = faults::words(&scopes);
    let message = format!("whether a copy of {} survives {lost}", body.what);
    Some(RULE.unknown(message).at(body.span, "").note(why.join("; ")))
}

fn finding(body: &Body<'_>, lost: &[Lost<'_>]) -> Option<Diagnostic> {
    let first = lost.first()?;
    let scopes: Vec<FaultScope> = lost.iter().map(|l| l.scope).collect();
    let (what, words) = (&body.what, faults::words(&scopes));
    // What can be had again need not be copied.
    let severity = match body.class {
        Some(DataClass::Replaceable) => Severity::Info,
        _ => RULE.severity,
    };
    let mut d = RULE
        .with(severity, format!("no copy of {what} survives {words}"))
        .at(body.span, "every copy is lost with it")
        .and_at(
            first.objective,
            format!(
                "tier '{}' has an objective for {}",
                first.tier,
                first.scope.word()
            ),
        );
    for Lost { scope, why, .. } in lost {
        let all = count(why.len(), "store", "stores");
        let (reach, n) = (scope.word(), why.len());
        d = d.note(format!(
            "stores outside the {reach}: {all} - {n} inside = 0; {}",
            why.join("; ")
        ));
    }
    Some(d.help(match lost.last().map(|l| l.scope) {
        Some(FaultScope::Corruption) => "add a backup that keeps older states",
        Some(FaultScope::Device) => "add a repository on another disk or host",
        Some(FaultScope::Site) => "add a repository at another site",
        _ => "add a repository on another host, or off site",
    }))
}
