//! One capacity has two numbers.

use crate::attributes::{Field, differing};
use crate::claims;
use crate::context;
use crate::held::{self, Verdict};
use crate::totals::{self, Total, of_memory};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "cap-one-number",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "One capacity is declared, or claimed, with two numbers.",
    rationale: "Memory, cores and space are counted once and planned with many times. Where two numbers stand for one machine, \
        every plan that uses the larger one is too large.",
    example: "claims: [{text: the router has 4 GB, about: host/router, metric: total-memory, value: 4GB}]   # and 'memory: 2GiB'",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("which of the two numbers is right is known only where it was read"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    for (about, d) in differing(lab, Field::Capacity, &|m| RULE.finding(m)) {
        out.add_about(about, d);
    }
    for said in claims::figures(lab) {
        let Verdict::Wrong(total) = held::verdict(lab, &said) else {
            continue;
        };
        let Total::Sum(parts) = &total else { continue };
        let [part] = parts.as_slice() else { continue };
        let shown = held::shown(&total, &said);
        let d = RULE
            .finding(format!(
                "the {} is claimed to be {}, and is declared as {shown}",
                said.name(),
                said.figure
            ))
            .at(said.span, format!("{shown} by the declaration"))
            .and_at(part.span, "declared here");
        let d = held::arithmetic(d, &total, &said).help("find out which is right, and say it once");
        out.add_about(said.about.clone(), d);
    }
    modules(ctx, out);
    devices(ctx, out);
}

/// Memory in all, and that of the modules.
fn modules(ctx: &Context<'_>, out: &mut Findings) {
    for (name, host) in &ctx.lab.hosts {
        let Some(hardware) = &host.about.hardware else {
            continue;
        };
        let (Some(whole), Some(given)) = (of_memory(&hardware.memory), &hardware.memory) else {
            continue;
        };
        let modules: Option<Vec<i128>> = hardware
            .memory_modules
            .iter()
            .map(|m| of_memory(&m.size))
            .collect();
        let Some(modules) = modules.filter(|m| !m.is_empty()) else {
            continue;
        };
        let sum: i128 = modules.iter().sum();
        if sum == whole {
            continue;
        }
        let gib = |n: i128| crate::figure::decimal(n, 1 << 30, 2);
        let terms: Vec<String> = modules.iter().map(|m| gib(*m)).collect();
        let first = hardware
            .memory_modules
            .first()
            .map_or(host.span, |m| m.span);
        let d = RULE
            .finding(format!(
                "host '{name}' is declared with {}GiB of memory in modules of {}GiB in all",
                gib(whole),
                gib(sum)
            ))
            .at(given.span, "the whole")
            .and_at(first, "the modules")
            .note(format!(
                "{} = {} GiB, declared {} GiB",
                terms.join(" + "),
                gib(sum),
                gib(whole)
            ))
            .help("correct the whole or the modules");
        out.add(context::host(name), d);
    }
}

/// A pool's raw size, and that of its devices.
fn devices(ctx: &Context<'_>, out: &mut Findings) {
    for (name, pool) in &ctx.lab.pools {
        let parts = totals::devices(ctx.lab, name, pool);
        let (Total::Sum(parts), Some(given)) = (totals::sum(parts.into_iter()), &pool.raw) else {
            continue;
        };
        let Some(figure) = given
            .value()
            .and_then(|v| crate::figure::Figure::parse(&v.to_string()))
        else {
            continue;
        };
        let sum: i128 = parts.iter().map(|p| p.value).sum();
        // A slip of units is what `sto-units` speaks of.
        if figure.holds(sum, sum) || figure.binary().is_some_and(|b| b.holds(sum, sum)) {
            continue;
        }
        let total = figure.say(sum);
        let d = RULE
            .finding(format!(
                "pool '{name}' is declared with {figure} of devices that have {total}"
            ))
            .at(given.span, format!("{total} by its devices"))
            .note(format!(
                "{}, declared {figure}",
                totals::equation(&parts, &figure)
            ))
            .help(format!("write {total}, or correct the devices"));
        out.add(ObjectRef::new(Kind::Pool, name), d);
    }
}
