//! A cluster cannot carry its guests when a member fails.

use crate::claims::figures;
use crate::load::{capacity, guest_memory, hosts_of};
use crate::partial::{Partial, listed};
use crate::sizes;
use crate::totals::{self, Part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::{Cluster, Guest};
use model::lab::measure::Measure;

pub(crate) const RULE: Rule = Rule {
    id: "cap-n1",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "The guests that are to restart elsewhere do not fit on what is left when a member of the cluster fails.",
    rationale: "High availability is memory that is kept free. When a member fails its guests need room on the others, where \
        guests run already; without room they stay down, and which ones is decided by chance.",
    example: "clusters: {main: {members: [a, b], ha: true}}   # two hosts of 16 GiB with guests of 24 GiB",
    controls: &["ISO 27001:2022 A.8.14", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("memory has to be bought, or something given up when a machine fails"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, cluster) in &ctx.lab.clusters {
        let hosts = hosts_of(ctx.lab, cluster);
        let object = ObjectRef::new(Kind::Cluster, name);
        let guests = ctx.guests_on(&object);
        let any = guests.iter().any(|(_, g)| is_ha(cluster, g));
        if hosts.len() > 1 && any {
            let d = check(ctx, name, cluster, &hosts, &guests);
            d.into_iter().for_each(|d| out.add(object.clone(), d));
        }
    }
}

/// It is to restart elsewhere; if nothing is said of it, as the cluster does it.
fn is_ha(cluster: &Cluster, guest: &Guest) -> bool {
    let on = guest.ha.known().or(cluster.ha.known());
    on == Some(&true)
}

/// The loss of one host.
struct Loss {
    host: String,
    left: Partial,
    need: Partial,
}

impl Loss {
    fn of(
        ctx: &Context<'_>,
        cluster: &Cluster,
        (host, hosts): (&str, &[&str]),
        guests: &[(&str, &Guest)],
    ) -> Self {
        // A guest that stands on another host by name stays there.
        let elsewhere = |g: &Guest| {
            let on = g.on.known();
            on.is_some_and(|on| on.kind() == Kind::Host && on.name() != host)
        };
        let need = guests
            .iter()
            .filter(|(_, g)| is_ha(cluster, g) || elsewhere(g));
        let others = hosts.iter().filter(|h| **h != host);
        Self {
            host: host.to_owned(),
            left: Partial::of(others.map(|h| capacity(ctx.lab, h))),
            need: Partial::of(need.map(|(n, g)| guest_memory(n, g))),
        }
    }

    /// What is needed at the least beyond what is left; none if nobody knows what is left.
    fn lacking(&self) -> Option<i128> {
        let known = self.left.missing.is_empty();
        known.then(|| self.need.value() - self.left.value())
    }

    /// The largest guest, and the room of the largest host that is left, if it is more than that.
    fn too_large(&self) -> Option<(&Part, i128)> {
        let largest = self.need.known.iter().max_by_key(|p| p.value)?;
        let room = self.left.known.iter().map(|p| p.value).max()?;
        (self.left.missing.is_empty() && largest.value > room).then_some((largest, room))
    }
}

fn check(
    ctx: &Context<'_>,
    name: &str,
    cluster: &Cluster,
    hosts: &[&str],
    guests: &[(&str, &Guest)],
) -> Option<Diagnostic> {
    let lose = |host: &&str| Loss::of(ctx, cluster, (host, hosts), guests);
    let losses: Vec<Loss> = hosts.iter().map(lose).collect();
    let judged = losses.iter().filter(|l| l.lacking().is_some());
    let worst = judged.max_by_key(|l| l.lacking());
    if let Some(worst) = worst.filter(|l| l.lacking().is_some_and(|n| n > 0)) {
        return Some(finding(name, cluster, worst, None));
    }
    let too_large = |l| Some((l, Loss::too_large(l)?));
    if let Some((loss, (largest, room))) = losses.iter().find_map(too_large) {
        return Some(fits_nowhere(name, cluster, loss, largest, room));
    }
    let grown = worst.zip(growth(ctx, name)).and_then(|(worst, growth)| {
        let grown = worst.need.value() * (1_000_000 + growth.0) / 1_000_000;
        (grown > worst.left.value()).then(|| finding(name, cluster, worst, Some((grown, growth.1))))
    });
    grown.or_else(|| unknown(name, cluster, &losses))
}

fn unknown(name: &str, cluster: &Cluster, losses: &[Loss]) -> Option<Diagnostic> {
    let each = losses
        .iter()
        .flat_map(|l| l.left.missing.iter().chain(&l.need.missing));
    let mut missing: Vec<String> = Vec::new();
    for what in each {
        if !missing.contains(what) {
            missing.push(what.clone());
        }
    }
    let message = format!("whether cluster '{name}' carries its guests when a member fails");
    let d = RULE.unknown(message).at(cluster.span, "");
    let note = format!("not declared: {}", listed(&missing));
    (!missing.is_empty()).then(|| d.note(note))
}

/// Growth of memory per year that is claimed of the cluster or the lab.
fn growth(ctx: &Context<'_>, name: &str) -> Option<(i128, String)> {
    let said = figures(ctx.lab);
    let about = |s: &&crate::claims::Said<'_>| {
        s.about
            .as_ref()
            .is_none_or(|o| o.kind == Kind::Cluster && o.name == name)
    };
    let mut of = said
        .iter()
        .filter(|s| s.measure() == Some(Measure::MemoryGrowth))
        .filter(about);
    of.next().map(|s| (s.figure.value(), s.figure.to_string()))
}

fn finding(
    name: &str,
    cluster: &Cluster,
    loss: &Loss,
    grown: Option<(i128, String)>,
) -> Diagnostic {
    let say = sizes::memory;
    let (need, left) = (loss.need.value(), loss.left.value());
    let least = loss.need.least();
    let what = grown.as_ref().map_or(need, |(n, _)| *n);
    let later = if grown.is_some() {
        " after a year's growth"
    } else {
        ""
    };
    let mut d = RULE
        .finding(format!(
            "when '{}' fails{later}, guests of cluster '{name}' need {least}{}, and {} is left",
            loss.host,
            say(what),
            say(left)
        ))
        .at(cluster.span, "its guests are to restart elsewhere")
        .note(format!("needed: {}", sizes::sum(&loss.need.known, say)))
        .note(format!(
            "left without '{}': {}",
            loss.host,
            sizes::sum(&loss.left.known, say)
        ));
    if let Some((grown, rate)) = &grown {
        d.severity = Severity::Warning;
        d = d.note(format!("{} + {rate} = {}", say(need), say(*grown)));
    }
    d = d.note(format!(
        "{} - {} = {least}{} too much",
        say(what),
        say(left),
        say(what - left)
    ));
    d.notes.extend(loss.need.left_out());
    let all = loss.need.known.iter().chain(&loss.left.known);
    let all: Vec<Part> = all.cloned().collect();
    d.notes.extend(totals::assumptions(&all));
    d.help("add memory, make guests smaller, or leave some of them down: 'ha: false'")
}

fn fits_nowhere(
    name: &str,
    cluster: &Cluster,
    loss: &Loss,
    largest: &Part,
    room: i128,
) -> Diagnostic {
    let say = sizes::memory;
    let over = say(largest.value - room);
    RULE.finding(format!(
        "when '{}' fails, guest '{}' of cluster '{name}' fits on none of the others",
        loss.host, largest.name
    ))
    .at(cluster.span, "its guests are to restart elsewhere")
    .and_at(largest.span, "the largest guest")
    .note(format!(
        "{} - {} on the largest host that is left = {over} too much",
        largest.shown,
        say(room)
    ))
    .help("make the guest smaller, or a second host large enough for it")
}
