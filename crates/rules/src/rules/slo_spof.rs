//! One loss uses up the error budget.

use crate::context::{service, tier};
use crate::error_budget::{Promise, Promises, words};
use crate::standing::away;
use crate::wording::names;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::{OptExt, Target};
use model::id::{Kind, ObjectRef};
use model::lab::FaultScope;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "slo-spof",
    since: "0.1.0",
    severity: Severity::Info,
    summary: "A service promises an availability that the loss of one machine breaks, even if it is recovered in time.",
    rationale: "What stands on one machine is away for as long as that machine takes to come back. If the recovery time that the lab itself allows is longer than the error budget, the first failure breaks the \
        objective, however careful everything else is. Either there is a second machine, or a faster way back, or the number is a wish.",
    example: "tiers: {all: {slo: 99%, rto: {host: 24h}}}   # and one NAS that everything runs on",
    controls: &["ISO 27001:2022 A.8.14", "ISO 27001:2022 A.5.30"],
    mend: Mend::None("a second machine or a lower promise is a decision"),
    run,
};

/// Services with the same promise and the same recovery time.
struct Group<'a> {
    promise: Promise,
    rto: (u64, Span),
    services: Vec<&'a str>,
    machines: BTreeSet<&'a str>,
    object: ObjectRef,
}

/// The structure is too large to be judged, which is told once.
fn too_many(ctx: &Context<'_>, promised: &[(&str, Promise)], out: &mut Findings) {
    let first = promised
        .first()
        .and_then(|(n, _)| ctx.lab.services.get_key_value(*n));
    if let Some((name, first)) = first {
        let what = "whether a single point of failure breaks what services promise: the lab has too many needs of needs";
        out.add(service(name), RULE.unknown(what).at(first.span, ""));
    }
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let promises = Promises::of(lab);
    let promised: Vec<(&str, Promise)> = lab
        .services
        .iter()
        .filter(|(_, s)| s.is_running())
        .flat_map(|(n, s)| {
            let all = promises.of_service(n, s).into_iter();
            all.map(|p| (n.as_str(), p))
        })
        .collect();
    if promised.is_empty() {
        return;
    }
    let structure = ctx.structure();
    let Some(cuts) = ctx.cuts() else {
        return too_many(ctx, &promised, out);
    };
    let mut groups: BTreeMap<((&str, &str), u64, u64), Group<'_>> = BTreeMap::new();
    for (name, promise) in promised {
        let bundle = lab
            .services
            .get(name)
            .and_then(|s| s.tier.known())
            .and_then(|t| lab.tiers.get_key_value(t.name()));
        let Some((key, bundle)) = bundle else {
            continue;
        };
        let Some(rto) = bundle.rto.get(&FaultScope::Host) else {
            continue;
        };
        if rto.value.0.unsigned_abs() <= promise.budget() {
            continue;
        }
        let Some(node) = structure.find(&Target::whole(Kind::Service, name)) else {
            continue;
        };
        let alone = cuts.of(node).iter().filter_map(|c| structure.target(*c));
        let machines: Vec<&str> = alone
            .filter(|t| matches!(t.object.kind, Kind::Host | Kind::Device) && t.part.is_none())
            .filter(|t| away(lab, &t.object).is_none())
            .map(|t| t.object.name.as_str())
            .collect();
        if machines.is_empty() {
            continue;
        }
        let own = promises.has_own(name);
        let object = if own { service(name) } else { tier(key) };
        let named = (object.kind.word(), if own { name } else { key.as_str() });
        let group = groups
            .entry((named, promise.target.ppm(), promise.window))
            .or_insert_with(|| Group {
                promise,
                rto: (rto.value.0.unsigned_abs(), rto.span),
                services: Vec::new(),
                machines: BTreeSet::new(),
                object,
            });
        // It may promise the same in two ways.
        if group.services.last() != Some(&name) {
            group.services.push(name);
        }
        group.machines.extend(machines);
    }
    for group in groups.values() {
        report(group, out);
    }
}

fn report(group: &Group<'_>, out: &mut Findings) {
    let (promise, (rto, span)) = (&group.promise, group.rto);
    let machines: Vec<&str> = group.machines.iter().copied().collect();
    let who = match group.object.kind {
        Kind::Tier => format!("tier '{}'", group.object.name),
        _ => format!("service '{}'", group.object.name),
    };
    let left = promise.budget();
    let d = RULE
        .finding(format!(
            "{who} promises {}, but one loss of {} may last {}, and the error budget is {}",
            promise.target,
            crate::wording::either(&machines),
            words(rto),
            words(left)
        ))
        .at(promise.span, "the objective")
        .and_at(span, "the recovery time after the loss of a host")
        .note(promise.arithmetic())
        .note(format!("{} > {}; services without a second machine: {} ({})", words(rto), words(left), group.services.len(), names(&group.services)))
        .help("let a second machine take over, recover within the budget, or promise what one machine can keep");
    out.add(group.object.clone(), d);
}
