//! Every copy is lost together with the data.

use crate::context::dataset;
use crate::copies::{Side, side};
use crate::{Context, Findings, Rule};
use diag::{Diagnostic, Severity, Span};
use model::lab::{Dataset, FaultScope};

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
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let tier = data
            .tier
            .as_ref()
            .and_then(|t| ctx.lab.tiers.get_key_value(&t.value));
        let Some((tier, bundle)) = tier else { continue };
        let mut lost = Vec::new();
        for scope in FaultScope::ALL {
            let Some(objective) = bundle.rpo.get(&scope).or(bundle.rto.get(&scope)) else {
                continue;
            };
            match survey(ctx, name, data, scope) {
                Survey::Survives | Survey::NoBackup => {}
                Survey::Lost(why) => lost.push((scope, objective.span, why)),
                Survey::Unknown(why) => {
                    let word = scope.word();
                    let message = format!(
                        "whether a copy of dataset '{name}' survives the loss of the {word}"
                    );
                    let d = RULE.unknown(message).at(data.span, "").note(why.join("; "));
                    out.add(dataset(name), d);
                }
            }
        }
        if let Some(d) = finding(name, tier, data, &lost) {
            out.add(dataset(name), d);
        }
    }
}

enum Survey {
    NoBackup,
    Survives,
    Lost(Vec<String>),
    Unknown(Vec<String>),
}

fn survey(ctx: &Context<'_>, name: &str, data: &Dataset, scope: FaultScope) -> Survey {
    let mut inside = Vec::new();
    let mut unknown = Vec::new();
    for (_, _, key, store) in ctx.backups_of(name) {
        match side(ctx.lab, data, key, store, scope) {
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

fn finding(
    name: &str,
    tier: &str,
    data: &Dataset,
    lost: &[(FaultScope, Span, Vec<String>)],
) -> Option<Diagnostic> {
    let (first, objective, _) = lost.first()?;
    let scopes: Vec<&str> = lost.iter().map(|(s, ..)| s.word()).collect();
    let scopes = scopes.join(" or ");
    let mut d = RULE
        .finding(format!(
            "no copy of dataset '{name}' survives the loss of its {scopes}"
        ))
        .at(data.span, "every copy is lost with it")
        .and_at(
            *objective,
            format!("tier '{tier}' has an objective for {}", first.word()),
        );
    for (scope, _, why) in lost {
        let word = scope.word();
        let count = why.len();
        let noun = if count == 1 {
            "repository"
        } else {
            "repositories"
        };
        d = d.note(format!(
            "copies outside the {word}: {count} {noun} - {count} inside = 0; {}",
            why.join("; ")
        ));
    }
    Some(d.help(match lost.last().map(|(s, ..)| *s) {
        Some(FaultScope::Device) => "add a repository on another disk or host",
        Some(FaultScope::Site) => "add a repository at another site",
        _ => "add a repository on another host, or off site",
    }))
}
