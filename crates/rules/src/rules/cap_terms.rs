//! Installed, reserved, used and free contradict each other.

use crate::claims::{figures, subject};
use crate::context;
use crate::figure::{Figure, percent};
use crate::terms::{Term, Terms, terms};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity, Span};
use model::declare::Opt;
use model::id::{Kind, ObjectRef};
use model::units::physics::Power;
use model::units::size::Size;

pub(crate) const RULE: Rule = Rule {
    id: "cap-terms",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "More is used than reserved, more is reserved than installed, more is drawn idle than at load, or a percentage does not follow from its two numbers.",
    rationale: "Installed, reserved, used and free are four different things, and a percentage says which two it is made of. A \
        table that confuses them reports a machine that is four fifths free as four fifths full, or the other way round.",
    example: "claims: [{metric: total-memory, value: 164GB, …}, {metric: free-memory, value: 130GB, …}, {metric: memory-usage, value: 79%, …}]",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::Unsafe("claims the share that the numbers give; a number may be wrong instead"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let said = figures(ctx.lab);
    for of in terms(ctx.lab, &said) {
        let whole = of.installed.as_ref().or(of.reserved.as_ref());
        let order = [
            (&of.reserved, of.installed.as_ref()),
            (&of.used, of.reserved.as_ref().or(whole)),
            (&of.free, whole),
        ];
        for (less, more) in order {
            if let Some(d) = order_of(&of, less.as_ref(), more) {
                out.add_about(of.about.clone(), d);
            }
        }
        for d in [shares(&of), parts(&of)].into_iter().flatten() {
            out.add_about(of.about.clone(), d);
        }
    }
    declared(ctx, out);
    draws(ctx, out);
    supplies(ctx, out);
}

fn order_of(
    of: &Terms<'_>,
    less: Option<&Term<'_>>,
    more: Option<&Term<'_>>,
) -> Option<Diagnostic> {
    let (less, more) = (less?, more?);
    let memory = of.resource.name == "memory";
    let read = |f: &Figure| {
        f.binary()
            .filter(|_| memory)
            .unwrap_or_else(|| f.clone())
            .reach()
    };
    if read(&less.figure).0 <= read(&more.figure).1 {
        return None;
    }
    let (what, whose) = (of.resource.name, subject(of.about.as_ref()));
    let span = less.said.as_ref()?.span;
    let over = less.figure.say(less.figure.value() - more.figure.value());
    let d = RULE
        .with(
            Severity::Error,
            format!(
                "of the {what} of {whose} {} is {}, and only {} is {}",
                less.figure, less.word, more.figure, more.word
            ),
        )
        .at(span, less.word)
        .note(format!(
            "{} - {} = {over} too much",
            less.figure, more.figure
        ))
        .help("correct one of the two, or the name of its metric");
    Some(match &more.said {
        Some(said) => d.and_at(said.span, more.word),
        None => d.note(format!("{} {} by the declaration", more.figure, more.word)),
    })
}

/// The percentage follows from its two numbers.
fn shares(of: &Terms<'_>) -> Option<Diagnostic> {
    let usage = of.usage.as_ref()?;
    let whole = of.installed.as_ref().or(of.reserved.as_ref())?;
    let (used, how) = of.in_use()?;
    let all = whole.figure.value();
    if fits(of, whole, usage) || binary_share(of, used, all, usage) {
        return None;
    }
    let (what, whose) = (of.resource.name, subject(of.about.as_ref()));
    let right = percent(used, all)?;
    let mut d = RULE
        .finding(format!(
            "the {what} of {whose} is claimed to be used by {}, and its numbers give {right}",
            usage.figure
        ))
        .at(usage.said.as_ref()?.span, format!("{right} by its numbers"));
    for term in [
        of.installed.as_ref(),
        of.reserved.as_ref(),
        of.used.as_ref(),
        of.free.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        d = term
            .said
            .iter()
            .fold(d, |d, said| d.and_at(said.span, term.word));
    }
    d = d.note(format!(
        "used: {how}; {} / {} = {right}, claimed {}",
        whole.figure.say(used),
        whole.figure,
        usage.figure
    ));
    if let Some(free) = &of.free {
        let share = free
            .figure
            .value()
            .saturating_mul(1_000_000)
            .checked_div(all)?;
        if usage.figure.holds(share, share) {
            d = d.note(format!(
                "{} is {} / {}: the share that is free",
                usage.figure, free.figure, whole.figure
            ));
        }
    }
    let edit = Edit::replace(usage.said.as_ref()?.span, right.clone());
    let d = d.fix(Fix::doubtful(format!("claim {right}"), edit));
    Some(d.help(format!(
        "claim {right}, or name the numbers for what they are: installed, reserved, used, free"
    )))
}

/// The percentage follows from numbers that round to those which are written.
fn fits(of: &Terms<'_>, whole: &Term<'_>, usage: &Term<'_>) -> bool {
    let exact = Figure::exact;
    let (all_low, all_high) = exact(&whole.figure);
    let (low, high) = match (&of.used, &of.free) {
        (Some(used), _) => exact(&used.figure),
        (None, Some(free)) => {
            let (low, high) = exact(&free.figure);
            (whole.figure.value() - high, whole.figure.value() - low)
        }
        (None, None) => return true,
    };
    let share = |used: i128, all: i128| used.saturating_mul(1_000_000).checked_div(all);
    let (low, high) = (share(low, all_high), share(high, all_low));
    let (from, to) = usage.figure.reach();
    low.zip(high)
        .is_none_or(|(low, high)| from <= high && low <= to)
}

/// Numbers of which some are in GB and some in GiB.
fn binary_share(of: &Terms<'_>, used: i128, all: i128, usage: &Term<'_>) -> bool {
    let mixed =
        of.resource.name == "memory" && of.installed.as_ref().is_some_and(|t| t.said.is_none());
    let share = (used.saturating_mul(1 << 30) / 1_000).checked_div(all);
    mixed && share.is_some_and(|s| usage.figure.holds(s, s))
}

/// Used and free are the whole.
fn parts(of: &Terms<'_>) -> Option<Diagnostic> {
    let (whole, used, free) = (of.installed.as_ref()?, of.used.as_ref()?, of.free.as_ref()?);
    let said = whole.said.as_ref()?;
    let sum = used.figure.value() + free.figure.value();
    let slack = |f: &Figure| f.reach().1.saturating_sub(f.value()).min(f.value() / 20);
    let far = (sum - whole.figure.value()).abs()
        - slack(&used.figure)
        - slack(&free.figure)
        - slack(&whole.figure);
    if far <= 0 {
        return None;
    }
    let (what, whose) = (of.resource.name, subject(of.about.as_ref()));
    let total = whole.figure.say(sum);
    Some(
        RULE.finding(format!(
            "used and free {what} of {whose} are {total} together, and {} is claimed to be there",
            whole.figure
        ))
        .at(said.span, "installed")
        .and_at(used.said.as_ref()?.span, "used")
        .and_at(free.said.as_ref()?.span, "free")
        .note(format!(
            "{} + {} = {total}, claimed {}",
            used.figure, free.figure, whole.figure
        ))
        .help("correct the one that is wrong"),
    )
}

/// The same order among values of one object.
fn declared(ctx: &Context<'_>, out: &mut Findings) {
    let mut check = |object: ObjectRef, less: Sized<'_>, more: Sized<'_>| {
        let d = too_much(&object, less, more);
        d.into_iter().for_each(|d| out.add(object.clone(), d));
    };
    for (name, pool) in &ctx.lab.pools {
        let object = || ObjectRef::new(Kind::Pool, name);
        let usable = (&pool.usable, "what can be used");
        let raw = (&pool.raw, "the size of all devices");
        check(object(), (&pool.used, "what is used"), usable);
        check(object(), usable, raw);
        check(object(), (&pool.size, "the size"), raw);
    }
    for (name, guest) in &ctx.lab.guests {
        let reserved = (&guest.memory_reserved, "reserved memory");
        check(
            ObjectRef::new(Kind::Guest, name),
            reserved,
            (&guest.memory, "memory"),
        );
    }
    for (name, host) in &ctx.lab.hosts {
        if let Some(hardware) = &host.about.hardware {
            let allocatable = (&host.about.allocatable, "allocatable memory");
            check(
                context::host(name),
                allocatable,
                (&hardware.memory, "memory"),
            );
        }
    }
    for (name, store) in &ctx.lab.repositories {
        let size = (&store.about.size, "the size");
        for part in [
            (&store.about.used, "what is used"),
            (&store.about.free, "what is free"),
        ] {
            check(ObjectRef::new(Kind::Repository, name), part, size);
        }
    }
}

/// Idle, on average and at load: of electricity each is at least as much as the one before.
fn draws(ctx: &Context<'_>, out: &mut Findings) {
    let hosts = ctx.lab.hosts.iter();
    let hosts = hosts.map(|(n, h)| (context::host(n), h.about.power.as_ref()));
    let devices = ctx.lab.devices.iter();
    let devices = devices.map(|(n, d)| (context::device(n), d.power.as_ref()));
    for (object, draw) in hosts.chain(devices) {
        let Some(draw) = draw else { continue };
        let stages = [
            (&draw.idle, "idle"),
            (&draw.average, "on average"),
            (&draw.load, "at load"),
        ];
        let said = |(given, word): &(&Opt<Power>, &'static str)| {
            let given = given.as_ref()?;
            Some((*given.value()?, given.span, *word))
        };
        let said: Vec<(Power, Span, &str)> = stages.iter().filter_map(said).collect();
        for pair in said.windows(2) {
            if let [less, more] = pair
                && less.0.milliwatts() > more.0.milliwatts()
            {
                let whose = subject(Some(&object));
                let d = RULE
                    .with(
                        Severity::Error,
                        format!(
                            "{whose} is said to draw {} {}, and only {} {}",
                            less.0, less.2, more.0, more.2
                        ),
                    )
                    .at(less.1, less.2)
                    .and_at(more.1, more.2)
                    .note("idle <= on average <= at load")
                    .help("correct one of the two: UPSs and costs are computed with them");
                out.add(object.clone(), d);
            }
        }
    }
}

/// Watts are never more than volt-amperes (IEC 60050-131, power factor): a UPS that is said to give more of them has the two mixed up.
fn supplies(ctx: &Context<'_>, out: &mut Findings) {
    for (name, ups) in &ctx.lab.ups {
        let (Some(real), Some(apparent)) = (&ups.power, &ups.rating) else {
            continue;
        };
        let (Some(watts), Some(rated)) = (real.value(), apparent.value()) else {
            continue;
        };
        if watts.milliwatts() > rated.millivoltamperes() {
            let d = RULE
                .with(
                    Severity::Error,
                    format!("UPS '{name}' is said to give {watts}, and is rated for {rated}"),
                )
                .at(real.span, "real power")
                .and_at(apparent.span, "apparent power")
                .note("real power in watts <= apparent power in volt-amperes")
                .help(
                    "write both as they stand on its label, such as 'power: 390W, rating: 700VA'",
                );
            out.add(ObjectRef::new(Kind::Ups, name), d);
        }
    }
}

/// A size and what it is.
type Sized<'a> = (&'a Opt<Size>, &'a str);

fn too_much(object: &ObjectRef, less: Sized<'_>, more: Sized<'_>) -> Option<Diagnostic> {
    let (a, b) = (less.0.as_ref()?, more.0.as_ref()?);
    let (x, y) = (a.value()?, b.value()?);
    let over = i128::from(x.bytes()) - i128::from(y.bytes());
    if over <= 0 {
        return None;
    }
    let over = Figure::parse(&x.to_string())?.say(over);
    let whose = subject(Some(object));
    Some(
        RULE.with(
            Severity::Error,
            format!("{} is {x} of {whose}, and {} is only {y}", less.1, more.1),
        )
        .at(a.span, less.1)
        .and_at(b.span, more.1)
        .note(format!("{x} - {y} = {over} too much"))
        .help("correct one of the two"),
    )
}
