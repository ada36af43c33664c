//! A claimed total is not the sum of its parts.

use crate::claims::{self, Said, subject};
use crate::held::{self, Verdict};
use crate::near::nearest;
use crate::totals::{self, Total};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::lab::Lab;
use model::lab::measure::Measure;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "cap-sum",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A claimed total is not the sum of its parts.",
    rationale: "Totals are written once and copied ever after, while the parts change. Whoever plans with a total that nobody can \
        add up again buys too much or finds out too late; and a document that is wrong in its sums is not trusted in the rest.",
    example: "claims: [{text: memory of the cluster, about: main, metric: total-memory, value: 112GiB}]   # of 20 + 16 + 16 + 32 + 32 GiB",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::Unsafe("claims what the parts add up to; a part may be wrong instead"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let said = claims::figures(ctx.lab);
    for claim in &said {
        let diagnostic = match held::verdict(ctx.lab, claim) {
            Verdict::Wrong(total) if is_sum(&total) => Some(wrong(claim, &total)),
            Verdict::Missing(what) => Some(missing(claim, &what)),
            Verdict::Misfit => Some(misfit(claim)),
            _ => None,
        };
        if let Some(d) = diagnostic {
            out.add_about(claim.about.clone(), d);
        }
        if let Some(d) = of_claims(ctx.lab, claim, &said) {
            out.add_about(claim.about.clone(), d);
        }
    }
    for (measure, text, span, about) in claims::wordy(ctx.lab) {
        let what = measure.word().replace('-', " ");
        let message = format!(
            "whether the {what} of {} is as claimed: '{text}' is no figure",
            subject(about.as_ref())
        );
        out.add_about(
            about,
            RULE.unknown(message)
                .at(span, "")
                .help("write a number with its unit"),
        );
    }
    for (text, span, about) in claims::strangers(ctx.lab) {
        if let Some(d) = stranger(text, span) {
            out.add_about(about, d);
        }
    }
}

/// One number is no sum; `cap-one-number` speaks of it.
fn is_sum(total: &Total) -> bool {
    match total {
        Total::Sum(parts) => parts.len() > 1,
        _ => true,
    }
}

fn wrong(said: &Said<'_>, total: &Total) -> Diagnostic {
    let (name, shown) = (said.name(), held::shown(total, said));
    let what = match total {
        Total::Count(..) => format!(
            "the number of {name} is claimed to be {}, and {shown} are declared",
            said.figure
        ),
        _ => format!(
            "the {name} is claimed to be {}, and its parts add up to {shown}",
            said.figure
        ),
    };
    let d = RULE
        .finding(what)
        .at(said.span, format!("{shown} by the declaration"));
    held::arithmetic(d, total, said)
        .help(format!("claim {shown}, or correct the part that is wrong"))
        .fix(claim(said, &shown))
}

/// The claim as it follows from the declaration.
fn claim(said: &Said<'_>, figure: &str) -> Fix {
    Fix::doubtful(format!("claim {figure}"), Edit::replace(said.span, figure))
}

fn missing(said: &Said<'_>, what: &[String]) -> Diagnostic {
    const SHOWN: usize = 4;
    let message = format!("whether the {} is {}", said.name(), said.figure);
    let mut listed: Vec<String> = what.iter().take(SHOWN).cloned().collect();
    if what.len() > SHOWN {
        listed.push(format!("{} more", what.len() - SHOWN));
    }
    let d = RULE.unknown(message).at(said.span, "");
    d.note(format!("not declared: {}", listed.join(", ")))
}

fn misfit(said: &Said<'_>) -> Diagnostic {
    let message = format!(
        "whether the {} is '{}': that is no such figure",
        said.name(),
        said.figure
    );
    RULE.unknown(message)
        .at(said.span, "")
        .help("write a number with the unit of the metric")
}

fn stranger(text: &str, span: diag::Span) -> Option<Diagnostic> {
    let known = Measure::ALL.iter().map(|m| m.word());
    let meant = nearest(&claims::words(text), known)?;
    let message = format!("'{text}' is no metric that can be computed");
    let fix = Fix {
        message: format!("did you mean '{meant}'?"),
        applicability: diag::Applicability::Unsafe,
        edits: vec![diag::Edit::replace(span, meant.to_owned())],
    };
    Some(RULE.unknown(message).at(span, "").fix(fix))
}

/// Claims about the parts of what a claim is about must add up to it.
fn of_claims(lab: &Lab, whole: &Said<'_>, said: &[Said<'_>]) -> Option<Diagnostic> {
    let measure = whole
        .measure()
        .filter(|m| totals::dimension(*m).is_some_and(|d| d == whole.figure.dim))?;
    if !matches!(
        measure,
        Measure::TotalMemory
            | Measure::Cores
            | Measure::Threads
            | Measure::RawStorage
            | Measure::UsableStorage
    ) {
        return None;
    }
    let names = |s: &Said<'_>| -> Option<BTreeSet<String>> {
        let machines = totals::machines(lab, s.about.as_ref())?;
        Some(
            machines
                .into_iter()
                .map(|m| m.object().to_string())
                .collect(),
        )
    };
    let all = names(whole)?;
    let (mut left, mut parts) = (all.clone(), Vec::new());
    for part in said.iter().filter(|s| {
        s.what == whole.what && s.about != whole.about && s.figure.dim == whole.figure.dim
    }) {
        let members = names(part)?;
        if members.is_subset(&left) && !members.is_empty() {
            left.retain(|n| !members.contains(n));
            parts.push(part);
        }
    }
    let value: i128 = parts.iter().map(|p| p.figure.value()).sum();
    if !left.is_empty() || parts.len() < 2 || whole.figure.holds(value, value) {
        return None;
    }
    let terms: Vec<String> = parts
        .iter()
        .map(|p| format!("{} ({})", p.figure, subject(p.about.as_ref())))
        .collect();
    let total = whole.figure.say(value);
    let mut d = RULE
        .finding(format!(
            "the {} is claimed to be {}, and the claims about its parts add up to {total}",
            whole.name(),
            whole.figure
        ))
        .at(whole.span, format!("{total} by the claims"));
    for part in &parts {
        d = d.and_at(part.span, "a part");
    }
    Some(
        held::source(
            d.note(format!(
                "{} = {total}, claimed {}",
                terms.join(" + "),
                whole.figure
            )),
            whole,
        )
        .help("correct the total or the part that is wrong")
        .fix(claim(whole, &total)),
    )
}
