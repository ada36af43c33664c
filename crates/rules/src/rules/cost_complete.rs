//! Something that is paid has no cost.

use crate::budget::{self, is_rented};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{OptExt as _, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Host;
use model::lab::device::DeviceKind;
use model::lab::protection::{Media, RepositoryKind};
use model::lab::site::UplinkKind;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "cost-complete",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A copy, a rented machine, an uplink or a subscription has no cost line, and no explicit zero.",
    rationale: "The costs that are left out are those of the copies: the cloud, the second disk. A budget that is complete only \
        without its backups is a budget for losing data.",
    example: "repositories: {cloud: {kind: s3, provider: Backblaze}}   # in a lab with 'costs', and no cost for it",
    controls: &["ISO 27001:2022 A.5.9"],
    mend: Mend::DisplayOnly("what it costs is known to who pays"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    // Where nobody writes down what anything costs, nothing is missing.
    if ctx.lab.costs.values().all(|c| c.budget.is_some()) {
        return;
    }
    let all = budget::budget(ctx.lab, None, None, ctx.today);
    let paid: BTreeSet<Target> = all
        .once
        .iter()
        .chain(&all.yearly)
        .filter_map(|l| l.of.clone())
        .collect();
    let count = all.once.len() + all.yearly.len();
    let mut need = |object: ObjectRef, part: Option<&str>, span: Span, why: &str| {
        let part = part.map(str::to_owned);
        let target = Target { object, part };
        if all.unsure.contains(&target) {
            let d = unknown(&title(&target), span);
            out.add(target.object, d);
        } else if !paid.contains(&target) {
            out.add(target.object.clone(), finding(&target, span, why, count));
        }
    };
    rented(ctx, &mut need);
    copies(ctx, &paid, &mut need);
    bought(ctx, &paid, &all.unsure, out, count);
    electricity(ctx, &all, out, count);
}

type Need<'a> = dyn FnMut(ObjectRef, Option<&str>, Span, &str) + 'a;

/// Machines, uplinks and subscriptions.
fn rented(ctx: &Context<'_>, need: &mut Need<'_>) {
    for (name, host) in ctx.lab.hosts.iter().filter(|(_, h)| is_rented(h)) {
        need(
            ObjectRef::new(Kind::Host, name),
            None,
            host.span,
            "it is rented",
        );
    }
    for (name, site) in &ctx.lab.sites {
        for (uplink, declared) in &site.about.uplinks {
            let of_host = declared.kind.known() == Some(&UplinkKind::Vps);
            if declared.provider.known().is_some() && !of_host {
                let object = ObjectRef::new(Kind::Site, name);
                need(object, Some(&uplink.0), declared.span, "it has a provider");
            }
        }
    }
    for (name, subscription) in &ctx.lab.subscriptions {
        if subscription.cost.known().is_none() {
            let object = ObjectRef::new(Kind::Subscription, name);
            need(object, None, subscription.span, "it is paid for");
        }
    }
}

/// Repositories that somebody else keeps, or that are on media of their own.
fn copies(ctx: &Context<'_>, paid: &BTreeSet<Target>, need: &mut Need<'_>) {
    for (name, store) in &ctx.lab.repositories {
        let about = &store.about;
        let cloud = about.provider.known().is_some()
            || about.media.known() == Some(&Media::Cloud)
            || about.kind.known() == Some(&RepositoryKind::S3);
        let moved = matches!(about.media.known(), Some(Media::Usb | Media::Tape));
        let covered = holder(ctx, name).is_some_and(|h| paid.contains(&h));
        let object = ObjectRef::new(Kind::Repository, name);
        if cloud && !own(ctx, name) {
            need(object, None, store.span, "somebody else keeps it");
        } else if moved && !covered {
            need(object, None, store.span, "its media were bought");
        }
    }
}

/// It lies on a machine of the lab.
fn own(ctx: &Context<'_>, repository: &str) -> bool {
    let store = ctx.lab.repositories.get(repository);
    store.is_some_and(|s| s.on.is_some() || s.about.held_by.is_some() || s.about.pool.is_some())
}

/// The host that holds it has hardware that is paid for.
fn holder(ctx: &Context<'_>, repository: &str) -> Option<Target> {
    let store = ctx.lab.repositories.get(repository)?;
    let pool = store.about.pool.known()?;
    let host = ctx.lab.pools.get(pool.name())?.on.known()?;
    Some(host.0.clone())
}

/// Hardware of one's own, where prices of some are declared.
fn bought(
    ctx: &Context<'_>,
    paid: &BTreeSet<Target>,
    unsure: &[Target],
    out: &mut Findings,
    count: usize,
) {
    let hardware = |t: &Target| {
        matches!(t.object.kind, Kind::Host | Kind::Device | Kind::Ups) && t.part.is_none()
    };
    if !paid.iter().any(hardware) {
        return;
    }
    let hosts = ctx.lab.hosts.iter().filter(|(_, h)| !is_rented(h));
    let hosts = hosts.map(|(n, h)| (Kind::Host, n, h.span));
    let own = |d: &&model::lab::device::Device| !d.kind.known().is_some_and(is_personal);
    let devices = ctx
        .lab
        .devices
        .iter()
        .filter(|(_, d)| own(d))
        .map(|(n, d)| (Kind::Device, n, d.span));
    let ups = ctx.lab.ups.iter().map(|(n, u)| (Kind::Ups, n, u.span));
    for (kind, name, span) in hosts.chain(devices).chain(ups) {
        let target = Target::whole(kind, name);
        if !paid.contains(&target) && !unsure.contains(&target) {
            let mut d = finding(
                &target,
                span,
                "it was bought, and other hardware has a price",
                count,
            );
            d.severity = Severity::Info;
            out.add(target.object, d);
        }
    }
}

/// It belongs to a person rather than to the lab.
fn is_personal(kind: &DeviceKind) -> bool {
    matches!(
        kind,
        DeviceKind::Client
            | DeviceKind::Phone
            | DeviceKind::Tv
            | DeviceKind::Printer
            | DeviceKind::Other
    )
}

fn electricity(ctx: &Context<'_>, all: &budget::Budget, out: &mut Findings, count: usize) {
    if all.yearly.iter().any(budget::is_electricity) {
        return;
    }
    for (name, site) in &ctx.lab.sites {
        let here = |h: &&Host| {
            h.site.known().is_some_and(|s| s == name) && h.about.provider.known().is_none()
        };
        let there: Vec<&Host> = ctx.lab.hosts.values().filter(here).collect();
        let hosts = there.len();
        let price = site.about.power.as_ref().and_then(|p| p.price.known());
        let drawn = |h: &&Host| {
            let power = h.about.power.as_ref();
            power.is_some_and(|p| p.average.known().is_some())
        };
        // What every machine draws, and what it costs, is as good as a sum.
        if price.is_some() && there.iter().all(drawn) {
            continue;
        }
        let lacking = match price {
            Some(_) => "a price, and no average power of all that draws",
            None => "no price of electricity",
        };
        let target = Target::whole(Kind::Site, name);
        if hosts > 0 && all.unsure.contains(&target) {
            let d = unknown(&format!("the electricity of site '{name}'"), site.span);
            out.add(target.object, d);
        } else if hosts > 0 {
            let d = RULE
                .finding(format!("the electricity of site '{name}' has no cost"))
                .at(site.span, lacking)
                .note(format!("machines there: {hosts}, costs of electricity: 0 of {count} costs"))
                .help("add 'power: {price: 0.30 EUR/kWh, average: 150W}' to the site, or a cost 'for' it");
            out.add(target.object, d);
        }
    }
}

fn unknown(what: &str, span: Span) -> Diagnostic {
    let d = RULE.unknown(format!("what {what} costs")).at(span, "");
    d.note("it is declared as not known")
}

fn title(target: &Target) -> String {
    let what = crate::claims::subject(Some(&target.object));
    match &target.part {
        Some(part) => format!("uplink '{part}' of {what}"),
        None => what,
    }
}

fn finding(target: &Target, span: Span, why: &str, count: usize) -> Diagnostic {
    let what = title(target);
    RULE.finding(format!("{what} has no cost: {why}"))
        .at(span, "not among the costs")
        .note(format!("costs declared: {count}, of them for it: 0"))
        .help("add its cost, or an explicit zero: 'amount: 0 EUR'")
}
