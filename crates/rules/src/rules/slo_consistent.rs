//! Objectives that contradict each other.

use crate::context::{service, tier};
use crate::error_budget::{Promise, Promises, mean_time, percent, planned, words};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::OptExt;
use model::id::{Kind, ObjectRef};
use model::lab::watch::Planned;
use model::lab::{Lab, Tier};
use std::collections::BTreeMap;

pub(crate) const RULE: Rule = Rule {
    id: "slo-consistent",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Availability, recovery times and times between failures cannot all hold, or one objective has two values.",
    rationale: "An objective of 99.5 % leaves an error budget of 3.6 hours in 30 days. If a recovery that is on time takes longer than that, keeping one promise breaks the other. Mean times say the same in another way: \
        availability = time between failures ÷ (time between failures + time to recover). An objective of 100 % leaves nothing, so that the first second decides for ever.",
    example: "tiers: {critical: {slo: 99.9%, rto: {device: 4h}}}   # 43 minutes in 30 days",
    controls: &["ISO 27001:2022 A.5.30", "NIST CSF 2.0 GV.OC-04"],
    mend: Mend::None("a shorter recovery or a lower promise is a decision"),
    run,
};

/// The mean times that the lab declares.
struct Means<'a> {
    recover: Option<(&'a str, u64, Span)>,
    between: Option<(&'a str, u64, Span)>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let means = Means {
        recover: mean_time(lab, "mttr", &["mean time to re"]),
        between: mean_time(lab, "mtbf", &["mean time between"]),
    };
    let promises = Promises::of(lab);
    for (name, t) in &lab.tiers {
        for promise in promises.of_tier(name) {
            whole(name, &promise, out);
            recovery(name, t, &promise, out);
            means.against(name, &promise, out);
        }
        late(name, t, &means, out);
    }
    twice(lab, &promises, out);
}

/// 100 %.
fn whole(name: &str, promise: &Promise, out: &mut Findings) {
    if promise.target.ppm() < 1_000_000 {
        return;
    }
    let d = RULE
        .finding(format!(
            "tier '{name}' promises {}, which leaves no error budget",
            promise.target
        ))
        .at(promise.span, "nothing may ever go wrong")
        .note(promise.arithmetic())
        .help("promise what can be kept, e.g. 99.9%: 43 minutes in 30 days");
    out.add(tier(name), d);
}

/// Even the mildest recovery takes longer than the budget.
fn recovery(name: &str, t: &Tier, promise: &Promise, out: &mut Findings) {
    let Some((scope, rto)) = t
        .rto
        .iter()
        .min_by_key(|(_, rto)| rto.value.0.unsigned_abs())
    else {
        return;
    };
    let budget = promise.budget();
    if rto.value.0.unsigned_abs() <= budget || promise.target.ppm() >= 1_000_000 {
        return;
    }
    let d = RULE
        .finding(format!(
            "tier '{name}' promises {}, but any recovery may take {}, more than the error budget of {}",
            promise.target,
            words(rto.value.0.unsigned_abs()),
            words(budget)
        ))
        .at(promise.span, "the objective")
        .and_at(rto.span, format!("the shortest recovery time, for {}", scope.word()))
        .note(format!("{} < {}", promise.arithmetic(), words(rto.value.0.unsigned_abs())))
        .help("shorten the recovery (a spare, a faster restore), or promise less");
    out.add(tier(name), d);
}

impl Means<'_> {
    fn against(&self, name: &str, promise: &Promise, out: &mut Findings) {
        let (Some((_, up, between)), Some((_, down, recover))) = (self.between, self.recover)
        else {
            return;
        };
        let all = u128::from(up) + u128::from(down);
        let share = (u128::from(up) * 1_000_000)
            .checked_div(all)
            .and_then(|n| u64::try_from(n).ok());
        let Some(share) = share.filter(|s| *s < promise.target.ppm()) else {
            return;
        };
        let d = RULE
            .finding(format!(
                "tier '{name}' promises {}, but the mean times give {}",
                promise.target,
                percent(share)
            ))
            .at(promise.span, "the objective")
            .and_at(between, "between failures")
            .and_at(recover, "to recover")
            .note(format!(
                "{} ÷ ({} + {}) = {}",
                words(up),
                words(up),
                words(down),
                percent(share)
            ))
            .help("fail less often, recover faster, or promise less");
        out.add(tier(name), d);
    }
}

/// The mean recovery is longer than the longest that is allowed.
fn late(name: &str, t: &Tier, means: &Means<'_>, out: &mut Findings) {
    let Some((metric, mean, span)) = means.recover else {
        return;
    };
    let Some((scope, rto)) = t
        .rto
        .iter()
        .max_by_key(|(_, rto)| rto.value.0.unsigned_abs())
    else {
        return;
    };
    if mean <= rto.value.0.unsigned_abs() {
        return;
    }
    let d = RULE
        .finding(format!("tier '{name}' is to be back after {} at most, and metric '{metric}' allows {} on average", words(rto.value.0.unsigned_abs()), words(mean)))
        .at(span, "the mean")
        .and_at(rto.span, format!("the longest recovery time, for {}", scope.word()))
        .note(format!("{} > {}: a mean above the maximum", words(mean), words(rto.value.0.unsigned_abs())))
        .help("a mean time to recover must be well below the recovery time objective");
    out.add(tier(name), d);
}

/// One objective: what it is of, over how long, and how planned downtime counts.
type Same = (ObjectRef, Option<u64>, Option<Planned>);

/// One objective, two values.
fn twice(lab: &Lab, promises: &Promises<'_>, out: &mut Findings) {
    let mut seen: BTreeMap<Same, (u64, String, Span)> = BTreeMap::new();
    for (name, t) in &lab.tiers {
        if let Some((value, span)) = t
            .about
            .slo
            .as_ref()
            .and_then(|g| Some((g.value()?, g.span)))
        {
            let how = promises.of_tier(name).first().and_then(|p| p.planned);
            let key = (tier(name), None, how);
            seen.insert(key, (value.ppm(), value.to_string(), span));
        }
    }
    for slo in &lab.slos {
        let object = slo
            .service
            .known()
            .map(|s| service(s.name()))
            .or(slo.tier.known().map(|t| tier(t.name())));
        let Some((object, given)) = object.zip(slo.target.as_ref()) else {
            continue;
        };
        let Some(target) = given.value() else {
            continue;
        };
        if target.ppm() >= 1_000_000 && object.kind == Kind::Service {
            nothing_left(&object, given.span, out);
        }
        let window = slo
            .window
            .known()
            .map(|w| w.seconds())
            .filter(|_| object.kind == Kind::Service);
        let of = slo.tier.known().and_then(|t| lab.tiers.get(t.name()));
        let how = match of {
            Some(of) if slo.planned.is_none() => planned(&of.about.planned),
            _ => planned(&slo.planned),
        };
        let key = (object, window, how);
        let Some((first, text, span)) = seen.get(&key) else {
            seen.insert(key, (target.ppm(), target.to_string(), given.span));
            continue;
        };
        if *first == target.ppm() {
            continue;
        }
        let (object, ..) = key;
        let d = RULE
            .finding(format!(
                "{} '{}' has two objectives: {text} and {target}",
                object.kind.word(),
                object.name
            ))
            .at(given.span, "the other")
            .and_at(*span, "one")
            .note(format!("{text} ≠ {target}"))
            .help("keep one of the two; with 'planned: counted' and 'planned: excluded' they measure different things");
        out.add(object, d);
    }
}

/// A service that promises 100 %.
fn nothing_left(object: &ObjectRef, span: Span, out: &mut Findings) {
    let d = RULE
        .finding(format!(
            "service '{}' promises 100%, which leaves no error budget",
            object.name
        ))
        .at(span, "nothing may ever go wrong")
        .note("(100% - 100%) × any window = 0s")
        .help("promise what can be kept, e.g. 99.9%: 43 minutes in 30 days");
    out.add(object.clone(), d);
}
