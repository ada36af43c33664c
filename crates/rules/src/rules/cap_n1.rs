//! A cluster cannot carry its guests when a member fails.

use crate::claims::figures;
use crate::evacuation::{Loss, Placed, Room, goes_on, losses, words};
use crate::load::hosts_of;
use crate::partial::listed;
use crate::sizes;
use crate::totals::{self, Part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::id::{Kind, ObjectRef};
use model::lab::guest::{Cluster, Guest};
use model::lab::measure::Measure;
use std::collections::BTreeSet;

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
        // What is not known of the whole cluster is told once for all rules.
        let asked = |g: &Guest| match goes_on(cluster, g) {
            Some(on) => on,
            None => g.ha.is_some(),
        };
        if hosts.len() > 1 && guests.iter().any(|(_, g)| asked(g)) {
            let d = check(ctx, name, cluster, &guests);
            d.into_iter().for_each(|d| out.add(object.clone(), d));
        }
    }
}

fn check(
    ctx: &Context<'_>,
    name: &str,
    cluster: &Cluster,
    guests: &[(&str, &Guest)],
) -> Option<Diagnostic> {
    let now = losses(ctx.lab, cluster, guests, 0);
    let full = now.iter().filter_map(full);
    let worst = full.max_by_key(|(loss, ..)| loss.lacking());
    if let Some((loss, guest, placed)) = worst {
        let short = loss.lacking().is_some_and(|n| n > 0);
        return Some(match too_large(loss) {
            _ if short => finding(name, cluster, loss, None),
            Some((largest, room)) => fits_nowhere(name, cluster, loss, largest, room),
            None => no_room(name, cluster, loss, (guest, placed)),
        });
    }
    let grown = growth(ctx, name).and_then(|growth| {
        let then = losses(ctx.lab, cluster, guests, growth.0);
        let full = then.iter().filter_map(self::full);
        let (loss, guest, placed) = full.max_by_key(|(loss, ..)| loss.lacking())?;
        let before = now.iter().find(|l| l.host == loss.host)?;
        if loss.lacking().is_some_and(|n| n > 0) {
            let grown = (loss.need.value(), growth.1);
            return Some(finding(name, cluster, before, Some(grown)));
        }
        let mut d = no_room(name, cluster, loss, (guest, placed));
        d.severity = Severity::Warning;
        Some(d.note(format!("after a year's growth of {}", growth.1)))
    });
    grown.or_else(|| unknown(name, cluster, &now))
}

/// The guest that finds no room, and where the others are then.
fn full(loss: &Loss) -> Option<(&Loss, &Part, &[Placed])> {
    match &loss.room {
        Room::Full(guest, placed) => Some((loss, guest, placed)),
        Room::Fits(..) | Room::Unknown(_) | Room::Open => None,
    }
}

/// The largest guest, and the room of the largest host that is left, if it is more than that.
fn too_large(loss: &Loss) -> Option<(&Part, i128)> {
    let largest = loss.need.known.iter().max_by_key(|p| p.value)?;
    let room = loss.left.known.iter().map(|p| p.value).max()?;
    (loss.left.missing.is_empty() && largest.value > room).then_some((largest, room))
}

fn unknown(name: &str, cluster: &Cluster, losses: &[Loss]) -> Option<Diagnostic> {
    let mut missing: Vec<String> = Vec::new();
    let mut open = None;
    for loss in losses {
        match &loss.room {
            Room::Unknown(what) => missing.extend(what.iter().cloned()),
            Room::Open => open = open.or(Some(loss)),
            Room::Fits(..) | Room::Full(..) => {}
        }
    }
    let mut seen = BTreeSet::new();
    missing.retain(|what| seen.insert(what.clone()));
    let message = format!("whether cluster '{name}' carries its guests when a member fails");
    let d = RULE.unknown(message).at(cluster.span, "");
    if !missing.is_empty() {
        return Some(d.note(format!("not declared: {}", listed(&missing))));
    }
    let open = open?;
    let note = format!(
        "without '{}' there is room for the sum of the guests, and for the largest; of the ways to place them not all were tried, and none of those that were held all",
        open.host
    );
    Some(
        d.note(note)
            .help("keep more memory free, so that it is plain to see"),
    )
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

fn no_room(
    name: &str,
    cluster: &Cluster,
    loss: &Loss,
    (guest, placed): (&Part, &[Placed]),
) -> Diagnostic {
    let say = sizes::memory;
    let mut d = RULE
        .finding(format!(
            "when '{}' fails, guest '{}' of cluster '{name}' finds no room beside the others",
            loss.host, guest.name
        ))
        .at(cluster.span, "its guests are to restart elsewhere")
        .and_at(
            guest.span,
            "this one stays down, or one that has to make room",
        );
    d.notes.extend(words(placed));
    let rest = placed.iter().map(|p| p.room - sizes::value(&p.guests));
    let most = say(rest.max().unwrap_or(0).max(0));
    d.note(format!(
        "{} ({}) > {most}, the most that one host has left then; placed in any other way at least one guest finds no room either",
        say(guest.value),
        guest.name
    ))
    .help("add memory to one host, make guests smaller, or leave some of them down: 'ha: false'")
}
