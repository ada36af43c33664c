//! What hangs on a UPS draws more than it can give.

use crate::cap_ups_runtime::by_several;
use crate::figure::decimal;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::Given;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::Ups;
use model::lab::hardware::Draw;
use std::collections::BTreeSet;

/// The real power that something draws in watts is never more than its apparent power in volt-amperes (IEC 60050-131, power factor), so that
/// more watts than the rating has volt-amperes are too many whatever the factor is, and fewer prove nothing.
pub const RULE: Rule = Rule {
    id: "cap-ups-load",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "What hangs on a UPS draws more at load than it is rated for.",
    rationale: "A UPS that is overloaded switches off when the mains fail, which is the only moment it was bought for. All machines work \
        hardest at once just then: after a power cut they shut down, or boot, together.",
    example: "ups: {ups1: {power: 390W, feeds: [nas, pve1]}}   # which draw 150W and 280W at load",
    controls: &["ISO 27001:2022 A.7.11"],
    mend: Mend::None("which machine moves, or which UPS is bought, is a decision"),
    run,
};

/// The limit of a UPS, in thousandths of its unit.
struct Limit {
    most: u64,
    shown: String,
    span: Span,
    /// It is of apparent power: what draws less may still be too much.
    apparent: bool,
}

/// What one of the things on it draws.
pub(crate) struct Load {
    pub(crate) name: String,
    /// Another UPS feeds it as well, and how they share it is not declared.
    pub(crate) shared: bool,
    /// As far as it is known.
    pub(crate) milliwatts: Option<u64>,
    /// It is less than what it draws at load.
    pub(crate) least: bool,
    assumed: bool,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let fed = by_several(ctx.lab);
    for (name, ups) in ctx.lab.ups.iter().filter(|(_, u)| !u.feeds.is_empty()) {
        let things: BTreeSet<&ObjectRef> = ups.feeds.iter().map(|f| &f.value.0.object).collect();
        let loads: Vec<Load> = things
            .iter()
            .map(|o| load(ctx.lab, o, fed.contains_key(o)))
            .collect();
        if let Some(d) = judge(name, ups, &loads) {
            out.add(ObjectRef::new(Kind::Ups, name), d);
        }
    }
}

fn judge(name: &str, ups: &Ups, loads: &[Load]) -> Option<Diagnostic> {
    let sum: u64 = loads.iter().filter_map(|l| l.milliwatts).sum();
    let limits = limits(ups);
    let sum_shown = sum_of(loads);
    if let Some(limit) = limits.iter().find(|l| sum > l.most) {
        let own = loads.iter().filter(|l| !l.shared);
        let own: u64 = own.filter_map(|l| l.milliwatts).sum();
        // With two supplies of one machine each UPS carries a part, until one of them fails.
        let (severity, alone) = match own > limit.most {
            true => (RULE.severity, ""),
            false => (Severity::Warning, ", once the other UPS fails"),
        };
        let d = RULE
            .with(
                severity,
                format!(
                    "what hangs on UPS '{name}' draws {}{alone}, and it is rated for {}",
                    watts(sum),
                    limit.shown
                ),
            )
            .at(limit.span, "rated for")
            .note(format!("{sum_shown} > {}", limit.shown))
            .help("move something to another UPS or to the mains, or get a larger one");
        return Some(with_doubt(d, loads));
    }
    let real = limits.iter().any(|l| !l.apparent);
    let certain = loads.iter().all(|l| l.milliwatts.is_some() && !l.least);
    if real && certain {
        return None;
    }
    let message = format!("whether UPS '{name}' can carry what hangs on it");
    let mut d = RULE.unknown(message).at(ups.span, "");
    if !real {
        d = d.note(match limits.first() {
            Some(limit) => format!(
                "rated for {}, and its real power in watts ('power') is not declared",
                limit.shown
            ),
            None => "neither its 'power' nor its 'rating' is declared".to_owned(),
        });
    }
    if sum > 0 {
        d = d.note(sum_shown);
    }
    let d = with_doubt(d, loads);
    let mut help = Vec::new();
    if !real {
        let rating = limits.first().map_or("700VA", |l| l.shown.as_str());
        help.push(format!(
            "declare what stands on its label: real power in watts and apparent power in volt-amperes, 'ups: {{{name}: {{power: 390W, rating: {rating}}}}}'"
        ));
    }
    if !certain {
        let first = loads.iter().find(|l| l.least).map_or("nas", |l| &l.name);
        help.push(format!(
            "declare what each of its machines draws at load: '{first}: {{power: {{load: 120W}}}}'"
        ));
    }
    Some(d.help(help.join("; and ")))
}

/// Real power first; what is not known is none.
fn limits(ups: &Ups) -> Vec<Limit> {
    let real = ups.power.as_ref().and_then(|g| {
        let value = g.value()?;
        Some((value.milliwatts(), value.to_string(), g.span, false))
    });
    let apparent = ups.rating.as_ref().and_then(|g| {
        let value = g.value()?;
        Some((value.millivoltamperes(), value.to_string(), g.span, true))
    });
    let limit = |(most, shown, span, apparent)| Limit {
        most,
        shown,
        span,
        apparent,
    };
    real.into_iter().chain(apparent).map(limit).collect()
}

/// At load; else the most that is known of it, which is no more than that.
pub(crate) fn load(lab: &Lab, object: &ObjectRef, shared: bool) -> Load {
    let draw: Option<&Draw> = match object.kind {
        Kind::Host => lab
            .hosts
            .get(&object.name)
            .and_then(|h| h.about.power.as_ref()),
        _ => lab.devices.get(&object.name).and_then(|d| d.power.as_ref()),
    };
    let full = draw
        .and_then(|d| d.load.as_deref())
        .filter(|g| !g.is_unknown());
    let less = draw.map(|d| [&d.average, &d.idle]).into_iter().flatten();
    let less = less
        .flatten()
        .map(Box::as_ref)
        .filter(|g: &&Given<_>| !g.is_unknown());
    let most = less.max_by_key(|g| g.value().map(|w| w.milliwatts()));
    Load {
        name: object.name.clone(),
        shared,
        milliwatts: full.or(most).and_then(Given::value).map(|w| w.milliwatts()),
        least: full.is_none(),
        assumed: full.or(most).is_some_and(Given::is_assumed),
    }
}

/// `150W (nas) + 280W (pve1) = 430W`.
pub(crate) fn sum_of(loads: &[Load]) -> String {
    let known = loads.iter().filter_map(|l| Some((l, l.milliwatts?)));
    let terms: Vec<String> = known
        .map(|(l, mw)| format!("{} ({})", watts(mw), l.name))
        .collect();
    let total = watts(loads.iter().filter_map(|l| l.milliwatts).sum());
    let least = loads.iter().any(|l| l.least || l.milliwatts.is_none());
    let word = if least { "at least " } else { "" };
    format!("{} = {word}{total}", terms.join(" + "))
}

pub(crate) fn with_doubt(mut d: Diagnostic, loads: &[Load]) -> Diagnostic {
    let names = |of: &dyn Fn(&Load) -> bool| {
        let names = loads.iter().filter(|l| of(l)).map(|l| l.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    for (what, names) in [
        ("draw not declared", names(&|l| l.milliwatts.is_none())),
        (
            "draw at load not declared, so that it counts with less",
            names(&|l| l.least && l.milliwatts.is_some()),
        ),
        ("has another supply as well", names(&|l| l.shared)),
        ("assumed", names(&|l| l.assumed)),
    ] {
        if !names.is_empty() {
            d = d.note(format!("{what}: {names}"));
        }
    }
    d
}

pub(crate) fn watts(milliwatts: u64) -> String {
    format!("{}W", decimal(i128::from(milliwatts), 1_000, 1))
}
