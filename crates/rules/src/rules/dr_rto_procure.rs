//! Hardware that has to be bought before anything can be restored.

use crate::bodies::Body;
use crate::copies::unhurt;
use crate::places::{self, Machine};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::restore::belongs;
use graph::takeover::{Demand, Standby, Takeover, is_bought};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::money::Asset;
use model::lab::service::Service;
use model::lab::{FaultScope, Host, Lab};
use model::units::Seconds;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) const RULE: Rule = Rule {
    id: "dr-rto-procure",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A failed machine or disk has to be bought anew, and that takes longer than the objective.",
    rationale: "A plan that begins with 'get new hardware' is as fast as the shop. Without a spare, a second machine that can take \
        over, or an objective that leaves days for delivery, the recovery time is decided by somebody who has not read the plan.",
    example: "tiers: {critical: {rto: {host: 1h}}}   # for services on the only host, without an asset that is 'spare_for' it",
    controls: &[
        "NIST CSF 2.0 RC.RP-01",
        "ISO 27001:2022 A.5.30",
        "ISO 27001:2022 A.8.14",
    ],
    mend: Mend::None("a spare has to be bought"),
    run,
};

/// Ordered today, delivered tomorrow: at best, in seconds.
const DELIVERY: i64 = 86_400;

/// Of a large lab few are told of, so that none is put in words before.
enum What<'a> {
    Body(&'a str),
    Service(&'a str),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Body(words) => f.write_str(words),
            What::Service(name) => write!(f, "service '{name}'"),
        }
    }
}

/// Something that must be back, with the tier that says so.
struct Must<'a> {
    what: What<'a>,
    tier: &'a str,
    rto: Seconds,
    span: Span,
    response: Option<Seconds>,
    /// Nobody knows how many disks under it may fail.
    unsure: bool,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let (held, stand_ins) = rayon::join(|| held(ctx), || StandIns::of(ctx));
    let mut held: Vec<_> = held.into_iter().collect();
    held.sort_unstable_by_key(|(lost, _)| *lost);
    let assets = owned(lab);
    for ((host, scope), held) in held {
        let Some((name, machine)) = lab.hosts.get_key_value(host) else {
            continue;
        };
        // Of what nobody says what it is, nobody knows that it is bought.
        let told = machine.about.hardware.is_some() || machine.about.kind.known().is_some();
        if !(told && is_bought(machine)) {
            continue;
        }
        let owned = assets.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        let delivery = Delivery::of(owned, scope);
        let musts = held.iter().filter_map(|what| what.must(lab, scope));
        // Where a delivery would come in time, nobody has to stand in. What takes all of the time leaves none for the restore.
        let musts: Vec<_> = musts.filter(|m| delivery.wait(m) >= m.rto).collect();
        if musts.is_empty() {
            continue;
        }
        let (waiting, open) = stand_ins.waiting(name, scope, musts);
        let sure = delivery.judge(name, machine, scope, waiting);
        let d = sure.or_else(|| {
            open.musts.first()?;
            let message = format!(
                "whether {} has to be bought anew when it fails",
                thing(name, scope)
            );
            let d = RULE.unknown(message).at(machine.span, "");
            Some(open.why.into_iter().fold(d, Diagnostic::note))
        });
        d.into_iter()
            .for_each(|d| out.add(crate::context::host(name), d));
    }
}

/// What a host or a disk of it holds.
enum Held<'c, 'a> {
    Body(&'c Body<'a>),
    Service(&'a str, &'a Service),
}

impl<'a> Held<'_, 'a> {
    /// What of it must be back, and when.
    fn must(&self, lab: &'a Lab, scope: FaultScope) -> Option<Must<'_>> {
        match self {
            Held::Body(body) => of_body(lab, body, scope),
            Held::Service(name, service) => of_service(lab, name, service),
        }
    }
}

/// What is gone with a host, or with one of its disks.
fn held<'c, 'a>(ctx: &'c Context<'a>) -> FxHashMap<(&'c str, FaultScope), Vec<Held<'c, 'a>>> {
    let lab = ctx.lab;
    let mut held: FxHashMap<(&str, FaultScope), Vec<Held<'_, '_>>> = FxHashMap::default();
    for body in ctx.bodies().iter().filter(|b| !b.is_scratch()) {
        for (scope, host) in [FaultScope::Host, FaultScope::Device]
            .into_iter()
            .zip([only(body), bare(lab, body)])
        {
            if let Some(host) = host {
                held.entry((host, scope))
                    .or_default()
                    .push(Held::Body(body));
            }
        }
    }
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        let machines = places::of_runs(lab, &service.runs).machines;
        if let (Some(Machine::Host(host)), 1) = (machines.first().copied(), machines.len()) {
            let key = (host, FaultScope::Host);
            held.entry(key)
                .or_default()
                .push(Held::Service(name, service));
        }
    }
    held
}

/// What may wait for a delivery, and why nobody knows.
#[derive(Default)]
struct Open<'a> {
    musts: Vec<Must<'a>>,
    why: BTreeSet<String>,
}

fn thing(name: &str, scope: FaultScope) -> String {
    match scope {
        FaultScope::Device => format!("a disk of host '{name}'"),
        _ => format!("host '{name}'"),
    }
}

/// The one host that holds it.
fn only<'a>(body: &Body<'a>) -> Option<&'a str> {
    match (body.place.machines.len(), body.place.machines.first()) {
        (1, Some(Machine::Host(host))) => Some(host),
        _ => None,
    }
}

/// The one host that holds it, on disks of which none may fail, or nobody knows how many. What lies in no pool has no redundancy declared.
fn bare<'a>(lab: &Lab, body: &Body<'a>) -> Option<&'a str> {
    only(body).filter(|_| !unhurt(lab, body, FaultScope::Device))
}

fn of_body<'c>(lab: &Lab, body: &'c Body<'_>, scope: FaultScope) -> Option<Must<'c>> {
    let (tier, rto) = body.rto(scope)?;
    let response = body.tiers.iter().find(|(name, _)| *name == tier);
    let response = response.and_then(|(_, t)| t.response.known()).copied();
    let in_pools = scope == FaultScope::Device && !body.place.pools.is_empty();
    Some(Must {
        unsure: in_pools && body.place.tolerance(lab).is_none(),
        what: What::Body(&body.what),
        tier,
        rto: rto.value,
        span: rto.span,
        response,
    })
}

fn of_service<'a>(lab: &'a Lab, name: &'a str, service: &Service) -> Option<Must<'a>> {
    let (tier, bundle) = lab.tiers.get_key_value(service.tier.known()?.name())?;
    let rto = bundle.rto.get(&FaultScope::Host)?;
    Some(Must {
        unsure: false,
        what: What::Service(name),
        tier,
        rto: rto.value,
        span: rto.span,
        response: bundle.response.known().copied(),
    })
}

/// What could take the place of something.
struct StandIns<'c, 'a> {
    ctx: &'c Context<'a>,
    standby: Standby<'a>,
    /// By tier: what its services take, and its data by host.
    tiers: BTreeMap<&'a str, Tier<'c, 'a>>,
}

/// What a tier needs.
struct Tier<'c, 'a> {
    demand: Demand<'a>,
    data: FxHashMap<&'a str, Vec<&'c Body<'a>>>,
}

impl<'c, 'a> Tier<'c, 'a> {
    fn of(ctx: &'c Context<'a>, tier: &str) -> Option<Self> {
        let lab = ctx.lab;
        let wanted = ctx.wanted(tier)?;
        let mut data: FxHashMap<&str, Vec<&Body<'a>>> = FxHashMap::default();
        for body in ctx
            .bodies()
            .iter()
            .filter(|b| belongs(b, tier, wanted) && !b.is_scratch())
        {
            for machine in &body.place.machines {
                if let Machine::Host(host) = machine {
                    data.entry(host).or_default().push(body);
                }
            }
        }
        let demand = Demand::of(lab, ctx.load().files(), &wanted.services());
        Some(Self { demand, data })
    }
}

impl<'c, 'a> StandIns<'c, 'a> {
    fn of(ctx: &'c Context<'a>) -> Self {
        let lab = ctx.lab;
        Self {
            ctx,
            standby: Standby::of(lab, ctx.load()),
            tiers: lab
                .tiers
                .keys()
                .filter_map(|t| Some((t.as_str(), Tier::of(ctx, t)?)))
                .collect(),
        }
    }

    /// What nothing stands in for, and what something may stand in for.
    fn waiting<'m>(
        &self,
        name: &str,
        scope: FaultScope,
        musts: Vec<Must<'m>>,
    ) -> (Vec<Must<'m>>, Open<'m>) {
        let (mut waiting, mut open) = (Vec::new(), Open::default());
        let mut by_tier: BTreeMap<&str, Takeover> = BTreeMap::new();
        for must in musts {
            let found = by_tier
                .entry(must.tier)
                .or_insert_with(|| self.takeover(name, scope, must.tier));
            match found {
                Takeover::Spare | Takeover::Room(_, None) | Takeover::Pool(_, None) => {}
                Takeover::Nothing(_) if must.unsure => {
                    let why = format!("how many disks under {} may fail", must.what);
                    open.why.insert(why);
                    open.musts.push(must);
                }
                Takeover::Nothing(_) => waiting.push(must),
                Takeover::Unknown(why) => {
                    open.why.insert(why.clone());
                    open.musts.push(must);
                }
                Takeover::Room(_, Some(space)) | Takeover::Pool(_, Some(space)) => {
                    open.why.insert(format!("whether {space}"));
                    open.musts.push(must);
                }
            }
        }
        (waiting, open)
    }

    fn takeover(&self, name: &str, scope: FaultScope, tier: &str) -> Takeover {
        let Some(tier) = self.tiers.get(tier) else {
            return Takeover::Nothing("it has no tier".to_owned());
        };
        let lab = self.ctx.lab;
        let lost = tier.data.get(name).map_or(&[][..], Vec::as_slice);
        let hosts = BTreeSet::from([name]);
        let (found, need) = match scope {
            FaultScope::Device => {
                let hit = lost.iter().copied();
                let hit: Vec<&Body<'_>> = hit.filter(|b| !unhurt(lab, b, scope)).collect();
                let need = tier.demand.need(lab, &hosts, &hit);
                (self.standby.of_disk(lab, name, &need, &hit), need)
            }
            _ => {
                let need = tier.demand.need(lab, &hosts, lost);
                (self.standby.of_host(lab, name, &need), need)
            }
        };
        match found {
            Takeover::Room(words, None) if need.uncounted => {
                let open = format!("what runs on {name} outside of guests needs no more than that");
                Takeover::Room(words, Some(open))
            }
            found => found,
        }
    }
}

/// What was bought, by the machine that it is or that it is a part of.
fn owned(lab: &Lab) -> FxHashMap<&str, Vec<&Asset>> {
    let mut out: FxHashMap<&str, Vec<&Asset>> = FxHashMap::default();
    for asset in lab.assets.values() {
        if let Some(of) = asset.of.known().filter(|of| of.kind() == Kind::Host) {
            out.entry(of.name()).or_default().push(asset);
        }
    }
    out
}

/// How long it takes until a new one is there.
struct Delivery {
    time: Seconds,
    /// Where that is declared.
    span: Option<Span>,
}

impl Delivery {
    fn of(assets: &[&Asset], scope: FaultScope) -> Self {
        let asset = assets.iter().find(|a| {
            let of = a.of.known();
            of.is_some_and(|of| scope == FaultScope::Device || of.part().is_none())
        });
        let declared = asset.and_then(|a| {
            let given = a.delivery.as_ref()?;
            let time = i64::try_from(given.value()?.seconds()).ok()?;
            Some((Seconds(time), given.span))
        });
        Self {
            time: declared.map_or(Seconds(DELIVERY), |(time, _)| time),
            span: declared.map(|(_, span)| span),
        }
    }

    /// From the failure to the new one.
    fn wait(&self, must: &Must<'_>) -> Seconds {
        Seconds(self.time.0 + must.response.map_or(0, |r| r.0))
    }

    /// These wait for it, for too long.
    fn judge(
        &self,
        name: &str,
        host: &Host,
        scope: FaultScope,
        mut musts: Vec<Must<'_>>,
    ) -> Option<Diagnostic> {
        musts.sort_by_key(|m| m.rto);
        let first = musts.first()?;
        let (thing, delivery) = (thing(name, scope), self.time);
        let (tier, rto) = (first.tier, first.rto);
        let mut d = RULE
            .finding(format!(
                "{thing} has to be bought anew when it fails, and tier '{tier}' allows {rto}"
            ))
            .at(host.span, "no spare, and nothing that takes over")
            .and_at(first.span, format!("the RTO for {}", scope.word()));
        if let Some(span) = self.span {
            d = d.and_at(span, format!("{delivery} until another one is there"));
        }
        let sum = match first.response {
            Some(response) => format!("{response} to notice and {delivery} for the delivery"),
            None => format!("{delivery} for the delivery"),
        };
        let shown: Vec<String> = musts.iter().take(4).map(|m| m.what.to_string()).collect();
        let more = match musts.len() - shown.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        d = d
            .note(format!("{sum}, of {rto}, before the restore begins"))
            .note(format!("waiting for it: {}{more}", shown.join(", ")));
        if self.span.is_none() {
            d = d.note("assumed: 1d for the delivery, which is the best that shops do; declare it with 'delivery' of the asset");
        }
        Some(d.help("keep a spare ('assets: {…: {spare_for: …}}'), a second machine that can take over, or raise the objective"))
    }
}
