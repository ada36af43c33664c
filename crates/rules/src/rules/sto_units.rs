//! Decimal and binary units of storage are mixed up.

use crate::claims::{self, Said};
use crate::figure::{Figure, decimal};
use crate::held::{self, Verdict};
use crate::totals::{self, Part, Total};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::declare::{Given, Known};
use model::id::{Kind, ObjectRef};
use model::units::size::Size;

pub(crate) const RULE: Rule = Rule {
    id: "sto-units",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A size in TB is meant in TiB, or was read from a program that prints TiB.",
    rationale: "Disks are sold in TB, 10^12 bytes. Programs such as df -h and lsblk print a bare T that is 2^40 bytes, a tenth \
        more. Whoever compares the two loses or gains a tenth of the space on paper, and at hundreds of TB whole disks.",
    example: "pools: {tank: {level: raid5, usable: 33TB, …}}   # of 36 TB, which df prints as 33T",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::Safe("writes the number in the unit that it is right in"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    for said in claims::figures(lab) {
        if let Verdict::Binary(total, binary) = held::verdict(lab, &said) {
            out.add_about(said.about.clone(), claimed(&said, &total, &binary));
        }
    }
    for (name, pool) in &lab.pools {
        let object = ObjectRef::new(Kind::Pool, name);
        let usable = totals::by_level(lab, name, pool);
        let raw = totals::sum(totals::devices(lab, name, pool).into_iter());
        let raw = match raw {
            Total::Sum(parts) => Some((
                totals::equation(&parts, &unit()),
                parts.iter().map(|p| p.value).sum(),
            )),
            _ => None,
        };
        let usable = usable.map(|p: Part| (p.shown.to_string(), p.value));
        for (given, right) in [(&pool.usable, usable), (&pool.raw, raw)] {
            if let (Some(given), Some((how, value))) = (given, right)
                && let Some(d) = slipped(name, given, &how, value)
            {
                out.add(object.clone(), d);
            }
        }
        for given in [&pool.raw, &pool.usable, &pool.used, &pool.size]
            .into_iter()
            .flatten()
        {
            out_of_df(&format!("pool '{name}'"), given)
                .into_iter()
                .for_each(|d| out.add(object.clone(), d));
        }
    }
    for (name, store) in &lab.repositories {
        for given in [&store.about.size, &store.about.free, &store.about.used]
            .into_iter()
            .flatten()
        {
            let d = out_of_df(&format!("repository '{name}'"), given);
            d.into_iter()
                .for_each(|d| out.add(ObjectRef::new(Kind::Repository, name), d));
        }
    }
    for (name, data) in &lab.datasets {
        let d = data
            .about
            .size
            .as_ref()
            .and_then(|given| out_of_df(&format!("dataset '{name}'"), given));
        d.into_iter()
            .for_each(|d| out.add(ObjectRef::new(Kind::Dataset, name), d));
    }
}

fn unit() -> Figure {
    Figure::parse("1TB").unwrap_or_else(|| unreachable!("a size"))
}

fn claimed(said: &Said<'_>, total: &Total, binary: &Figure) -> Diagnostic {
    let value = total.value().unwrap_or_default();
    let (decimal, binary) = (said.figure.say(value), binary.say(value));
    let d = RULE
        .finding(format!(
            "the {} is claimed to be {}, and is {decimal}: the number is one of {}",
            said.name(),
            said.figure,
            unit_of(&binary)
        ))
        .at(said.span, format!("{decimal}, or {binary}"));
    held::arithmetic(d, total, said)
        .note(format!("{decimal} = {binary}"))
        .help(format!("claim {decimal}"))
        .fix(Fix::safe(
            format!("write {decimal}"),
            Edit::replace(said.span, decimal.clone()),
        ))
}

fn unit_of(shown: &str) -> &str {
    shown.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
}

/// A size of a pool that is right in binary units only.
fn slipped(name: &str, given: &Given<Size>, how: &str, value: i128) -> Option<Diagnostic> {
    let figure = Figure::parse(&given.value()?.to_string())?;
    let binary = figure.binary()?;
    if figure.holds(value, value) || !binary.holds(value, value) {
        return None;
    }
    let (right, shown) = (figure.say(value), binary.say(value));
    let d = RULE
        .finding(format!(
            "pool '{name}' is declared with {figure}, and has {right}: the number is one of {}",
            unit_of(&shown)
        ))
        .at(given.span, format!("{right}, or {shown}"))
        .note(format!("{how} = {shown}, declared {figure}"))
        .help(format!("write {right}"));
    // A measured or assumed number stands among what it rests on.
    Some(match &given.known {
        Known::Declared(_) => {
            let edit = Edit::replace(given.span, right.clone());
            d.fix(Fix::safe(format!("write {right}"), edit))
        }
        _ => d,
    })
}

/// df -h, lsblk and zpool list print powers of two without saying so; coreutils and util-linux document it.
fn out_of_df(what: &str, given: &Given<Size>) -> Option<Diagnostic> {
    let Known::Measured { value, by } = &given.known else {
        return None;
    };
    let source = by.source.as_ref()?;
    let tool = ["df", "lsblk", "zpool", "zfs", "lvs", "vgs", "pvs"];
    let mut words = source.0.split(|c: char| !c.is_alphanumeric());
    let tool = words.find_map(|w| tool.iter().find(|t| **t == w))?;
    let figure = Figure::parse(&value.to_string())?;
    let binary = figure.binary()?;
    let (low, high) = (figure.value(), binary.value());
    Some(
        RULE.finding(format!(
            "{figure} of {what} was read from {tool}, which prints powers of two"
        ))
        .at(
            given.span,
            format!("{} if {tool} printed it", binary.say(high)),
        )
        .note(format!(
            "{figure} = {}, {} = {}; the difference is {}",
            binary.say(low),
            binary.say(high),
            figure.say(high),
            figure.say(high - low)
        ))
        .help(format!("write {}GiB", decimal(high, 1 << 30, 0))),
    )
}
