//! Shares of time that are promised, against what services need and what windows take.

use super::recover::{World, few};
use super::{Goal, Trial, What};
use graph::attainable::{Attainable, Doubt, Rest};
use graph::availability::ppm;
use graph::error_budget::{Promise, Promises, percent, words};
use graph::structure::Structure;
use model::declare::{OptExt as _, Target};
use model::id::Kind;
use model::lab::watch::Planned;
use std::collections::{BTreeMap, BTreeSet};

/// Shares of time: of tiers, and of services with one of their own.
pub(super) fn shares(world: &World<'_>) -> Vec<Goal> {
    let lab = world.lab;
    let structure = Structure::of(lab);
    let cuts = structure.cuts();
    let seen = cuts.as_ref().map(|c| Attainable::of(lab, &structure, c));
    let promises = Promises::of(lab);
    let mut out = Vec::new();
    let mut of_tier: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        if let Some(tier) = service.tier.known() {
            of_tier.entry(tier.name()).or_default().push(name);
        }
    }
    for name in lab.tiers.keys() {
        let services = of_tier.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        for (whose, promise) in named(format!("tier {name}"), promises.of_tier(name)) {
            out.push(share(
                world,
                seen.as_ref(),
                (name, services),
                &promise,
                whose,
            ));
        }
    }
    let own = lab.slos.iter().filter_map(|s| s.service.known());
    let own: BTreeSet<&str> = own.map(|s| s.name()).collect();
    for name in own {
        let found = lab.services.get(name).filter(|s| s.is_running());
        let tier = found.and_then(|s| s.tier.known());
        let tier = tier.and_then(|t| lab.tiers.get_key_value(t.name()));
        let Some((service, (tier, _))) = found.zip(tier) else {
            continue;
        };
        let all = promises.of_service(name, service);
        for (whose, promise) in named(format!("service {name}"), all) {
            out.push(share(
                world,
                seen.as_ref(),
                (tier, &[name]),
                &promise,
                whose,
            ));
        }
    }
    out
}

/// Several objectives of one thing are told apart by what they ask.
fn named(whose: String, all: Vec<Promise>) -> Vec<(String, Promise)> {
    let several = all.len() > 1;
    let named = all.into_iter().map(|promise| match several {
        true => {
            let over = words(promise.window);
            (
                format!("{whose} at {} over {over}", asked(&promise)),
                promise,
            )
        }
        false => (whose.clone(), promise),
    });
    named.collect()
}

/// What an objective asks for.
fn asked(promise: &Promise) -> String {
    match promise.planned {
        Some(Planned::Excluded) => format!("{} without planned downtime", promise.target),
        Some(Planned::Counted) | None => promise.target.to_string(),
    }
}

fn share(
    world: &World<'_>,
    seen: Option<&Attainable<'_>>,
    (tier, services): (&str, &[&str]),
    promise: &Promise,
    of: String,
) -> Goal {
    let mut trial = Trial::default();
    if promise.assumed {
        trial.assumed.insert(format!(
            "the objective is counted over {}",
            words(promise.window)
        ));
    }
    let asked = asked(promise);
    let Some(seen) = seen else {
        trial
            .unknown
            .push("the lab has too many needs of needs".to_owned());
        return trial.done(of, What::Slo, None, asked);
    };
    let (structure, cuts) = seen.structure();
    let mut least: Option<(u64, String)> = None;
    let mut declared = false;
    let mut alone: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in services {
        let Some(node) = structure.find(&Target::whole(Kind::Service, *name)) else {
            continue;
        };
        let absent = seen.absent(node).into_iter();
        let lacks = absent.map(|what| format!("{name} cannot do without {what}"));
        trial.impossible.extend(lacks);
        let rest = seen.rest(node, promise);
        declared |= rest.parts.is_some();
        trial.assumed.extend(assumed(structure, &rest));
        if let Some(share) = rest.best().map(ppm)
            && least.as_ref().is_none_or(|(l, _)| share < *l)
        {
            least = Some((share, most(name, share, &rest)));
        }
        for doubt in seen.doubts(&rest, promise) {
            let what = doubted(&doubt);
            if !trial.unknown.contains(&what) {
                trial.unknown.push(what);
            }
        }
        for cut in cuts.of(node).iter().filter_map(|c| structure.target(*c)) {
            if cut.object.kind == Kind::Host && cut.part.is_none() {
                alone
                    .entry(cut.object.name.clone())
                    .or_default()
                    .push((*name).to_owned());
            }
        }
    }
    match least {
        Some((share, most)) if share < promise.target.ppm() => {
            trial
                .impossible
                .push(format!("{most} < {}", promise.target));
        }
        Some((_, most)) => trial.fine.push(most),
        None => {}
    }
    if !declared {
        trial
            .unknown
            .push("of nothing that it needs is the availability declared".to_owned());
    }
    outage(world, tier, promise, &alone, &mut trial);
    trial.done(of, What::Slo, None, asked)
}

/// What a service needs works at most so much of the time, and what windows take of it.
fn most(name: &str, share: u64, rest: &Rest<'_>) -> String {
    let windows = rest.sure.iter().map(|o| {
        let (name, turns, sum) = (o.window.name, o.turns(), o.arithmetic());
        format!("planned downtime in window {name}{turns}: {sum}")
    });
    let windows: Vec<String> = windows.collect();
    let share = percent(share);
    match windows.is_empty() {
        true => format!("what {name} needs works at most {share} of the time"),
        false => format!(
            "{}; what {name} needs works at most {share} of the time",
            windows.join("; ")
        ),
    }
}

/// Whose availability is assumed.
fn assumed(structure: &Structure, rest: &Rest<'_>) -> Vec<String> {
    let assumed = rest.known.iter().filter(|(_, a)| a.is_assumed());
    let assumed = assumed.filter_map(|(n, _)| structure.target(*n));
    assumed
        .map(|t| format!("the availability of {t}"))
        .collect()
}

/// What a share of time rests on and is not known.
fn doubted(doubt: &Doubt<'_>) -> String {
    match doubt {
        Doubt::Availability(_) => format!("{} is not known", doubt.what()),
        Doubt::Elsewhere(guest) => format!("whether guest {guest} goes on elsewhere"),
        Doubt::Diskless(_) | Doubt::Window(_) | Doubt::Counted => {
            format!("not known: {}", doubt.what())
        }
    }
}

/// What one loss of a host costs of the error budget, where nothing runs without it.
fn outage(
    world: &World<'_>,
    tier: &str,
    promise: &Promise,
    alone: &BTreeMap<String, Vec<String>>,
    trial: &mut Trial,
) {
    let losses = alone.iter().map(|(host, hit)| {
        let mut outage = Trial::default();
        let total = world.recovery_of(tier, host, &mut outage);
        (total, hit.len(), host, hit, outage)
    });
    let worst = losses.max_by_key(|(total, hit, ..)| (*total, *hit));
    let Some((total, _, host, hit, outage)) = worst else {
        return;
    };
    let budget = promise.budget();
    if u64::try_from(total).is_ok_and(|t| t > budget) {
        trial.assumed.extend(outage.assumed);
        trial.impossible.push(format!(
            "one loss of {host} takes {} down for {}; {}",
            few(hit),
            outage.fine.join("; "),
            promise.arithmetic()
        ));
    }
}
