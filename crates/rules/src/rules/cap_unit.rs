//! Threads are claimed as cores, or cores as threads.

use crate::claims::{self, Said};
use crate::context;
use crate::held::{self, Verdict};
use crate::totals::{self, Total, place};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::lab::measure::Measure;

pub(crate) const RULE: Rule = Rule {
    id: "cap-unit",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Threads are counted as cores, or cores as threads.",
    rationale: "Two threads of one core share its units of execution; the second gives a part of what a core gives, not the same \
        again. A plan that takes threads for cores has far less to hand out than it thinks.",
    example: "claims: [{text: 52 cores, about: main, metric: cores, value: 52}]   # of 32 cores with 52 threads",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::None("which unit was meant is known only where the number was read"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for said in claims::figures(ctx.lab) {
        if let Verdict::Threads(total, other) = held::verdict(ctx.lab, &said) {
            out.add_about(said.about.clone(), claimed(&said, &total, &other));
        }
    }
    for (name, host) in &ctx.lab.hosts {
        let cpu = host.about.hardware.as_ref().and_then(|h| h.cpu.as_ref());
        let Some(cpu) = cpu else { continue };
        let (Some(cores), Some(threads)) = (cpu.cores.known(), cpu.threads.known()) else {
            continue;
        };
        if cores > threads {
            let d = RULE
                .with(
                    Severity::Error,
                    format!("host '{name}' has {cores} cores and only {threads} threads"),
                )
                .at(place(&cpu.cores).unwrap_or(host.span), "cores")
                .and_at(place(&cpu.threads).unwrap_or(host.span), "threads")
                .note(format!(
                    "threads - cores = {threads} - {cores} < 0; every core runs one thread at least"
                ))
                .help("exchange the two, or correct the one that is wrong");
            out.add(context::host(name), d);
        }
    }
}

fn claimed(said: &Said<'_>, total: &Total, other: &Total) -> Diagnostic {
    let cores = said.measure() == Some(Measure::Cores);
    let (is, claimed) = if cores {
        ("threads", "cores")
    } else {
        ("cores", "threads")
    };
    let (right, wrong) = (held::shown(total, said), held::shown(other, said));
    let d = RULE
        .finding(format!(
            "{} {claimed} are claimed of {}, which has {right} {claimed} and {wrong} {is}",
            said.figure,
            claims::subject(said.about.as_ref())
        ))
        .at(said.span, format!("{right} {claimed}, {wrong} {is}"));
    let equation = |of| held::equation(of, said);
    let d = d
        .note(format!(
            "{claimed}: {}, claimed {}",
            equation(total),
            said.figure
        ))
        .note(format!("{is}: {}", equation(other)));
    let mut d = d;
    if let Total::Sum(parts) = other {
        d.notes
            .extend(totals::assumptions(parts).map(|a| {
                format!("{a} (as many threads as cores, since threads are not declared)")
            }));
    }
    held::source(d, said).help(format!(
        "claim {right} {claimed}, or name the metric '{is}'"
    ))
}
