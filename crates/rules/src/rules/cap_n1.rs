//! A cluster cannot carry its guests when a member fails.

use crate::claims::figures;
use crate::evacuation::{Loss, Losses, Placed, Room, Stuck, goes_on, stuck, words};
use crate::load::hosts_of;
use crate::partial::listed;
use crate::sizes;
use crate::totals::{self, Part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{Cluster, Guest};
use model::lab::measure::Measure;
use std::collections::{BTreeMap, BTreeSet};

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
            let stuck = stuck(ctx.lab, cluster, &guests);
            let stuck = stuck.iter().map(|s| no_processors(name, cluster, s));
            d.into_iter()
                .chain(stuck)
                .for_each(|d| out.add(object.clone(), d));
        }
    }
}

fn check(
    ctx: &Context<'_>,
    name: &str,
    cluster: &Cluster,
    guests: &[(&str, &Guest)],
) -> Option<Diagnostic> {
    let mut now = Losses::of(ctx.lab, cluster, (guests, ctx.load()), 0);
    let mut open = Undecided::default();
    if let Some((_, loss)) = worst(&mut now, &mut open) {
        let (guest, placed) = full(&loss)?;
        let short = loss.lacking().is_some_and(|n| n > 0);
        let mut d = match too_large(&loss) {
            _ if short => finding(name, cluster, &loss, None),
            Some((largest, room)) => fits_nowhere(name, cluster, &loss, largest, room),
            None => no_room(name, cluster, &loss, (guest, placed)),
        };
        // Limits of Compose files are what is taken at most.
        if loss.need.known.iter().any(|p| p.assumed) {
            d.severity = Severity::Warning;
        }
        d.notes.extend(by_cluster(ctx.lab, &loss));
        if let Some(note) = ballooned(ctx.lab, &loss).filter(|_| short) {
            d.severity = Severity::Warning;
            d = d.note(note);
        }
        return Some(d);
    }
    let grown = growth(ctx, name).and_then(|growth| {
        let mut then = Losses::of(ctx.lab, cluster, (guests, ctx.load()), growth.0);
        let (at, loss) = worst(&mut then, &mut Undecided::default())?;
        let (guest, placed) = full(&loss)?;
        let before = now.loss(at)?;
        if loss.lacking().is_some_and(|n| n > 0) {
            let grown = (loss.need.value(), growth.1);
            return Some(finding(name, cluster, &before, Some(grown)));
        }
        let mut d = no_room(name, cluster, &loss, (guest, placed));
        d.severity = Severity::Warning;
        Some(d.note(format!("after a year's growth of {}", growth.1)))
    });
    grown.or_else(|| unknown(name, cluster, open))
}

/// That some guests count since their cluster says so, and not they.
fn by_cluster(lab: &Lab, loss: &Loss) -> Option<String> {
    let silent = |part: &&Part| lab.guests.get(&part.name).is_some_and(|g| g.ha.is_none());
    let all = loss.need.known.iter().filter(silent);
    let all: Vec<String> = all.map(|p| p.name.clone()).collect();
    (!all.is_empty()).then(|| {
        format!(
            "they say nothing of 'ha', so that of the cluster counts: {}; Proxmox VE restarts a guest only if it is a resource of HA, write 'ha: false' at those that are none",
            listed(&all)
        )
    })
}

/// That what the guests are sure of fits, if some of them give memory back when their host is short of it.
fn ballooned(lab: &Lab, loss: &Loss) -> Option<String> {
    let sure = |part: &Part| {
        let guest = lab.guests.get(&part.name)?;
        let bytes = i128::from(sizes::memory_bytes(guest.memory_reserved.known()?));
        (bytes < part.value).then_some(bytes)
    };
    let need = &loss.need.known;
    let some = need.iter().any(|p| sure(p).is_some());
    let least: Vec<Part> = need
        .iter()
        .map(|p| match sure(p) {
            Some(value) => Part {
                shown: sizes::memory(value).into(),
                value,
                ..p.clone()
            },
            None => p.clone(),
        })
        .collect();
    let fits = some && loss.need.missing.is_empty() && sizes::value(&least) <= loss.left.value();
    fits.then(|| {
        let sum = sizes::sum(&least, sizes::memory);
        format!("by what each is sure of ('memory_reserved'): {sum}, if the others give back in time what they use beyond it")
    })
}

/// What was not decided.
#[derive(Default)]
struct Undecided {
    /// What is not known, by the number of the host.
    missing: BTreeMap<usize, Vec<String>>,
    /// The first host of which not all ways were tried.
    open: Option<(usize, String)>,
    /// Hosts at whose loss nobody looked.
    skipped: usize,
}

/// The loss that lacks the most of those that are not carried: the first that is found when the worst go first.
fn worst(losses: &mut Losses<'_>, open: &mut Undecided) -> Option<(usize, Loss)> {
    for at in losses.worst_first() {
        if losses.easily(at).is_some() {
            continue;
        }
        let Some(loss) = losses.look(at) else {
            open.skipped += 1;
            continue;
        };
        match loss.room {
            Room::Full(..) => return Some((at, loss)),
            Room::Unknown(what) => {
                open.missing.insert(at, what);
            }
            Room::Open if open.open.as_ref().is_none_or(|(first, _)| at < *first) => {
                open.open = Some((at, loss.host));
            }
            Room::Open | Room::Fits(..) => {}
        }
    }
    None
}

/// The guest that finds no room, and where the others are then.
fn full(loss: &Loss) -> Option<(&Part, &[Placed])> {
    match &loss.room {
        Room::Full(guest, placed) => Some((guest, placed)),
        Room::Fits(..) | Room::Unknown(_) | Room::Open => None,
    }
}

/// The largest guest, and the room of the largest host that is left, if it is more than that.
fn too_large(loss: &Loss) -> Option<(&Part, i128)> {
    let largest = loss.moving.iter().max_by_key(|p| p.value)?;
    let room = loss.left.known.iter().map(|p| p.value).max()?;
    (loss.left.missing.is_empty() && largest.value > room).then_some((largest, room))
}

fn unknown(name: &str, cluster: &Cluster, found: Undecided) -> Option<Diagnostic> {
    let mut missing: Vec<String> = found.missing.into_values().flatten().collect();
    let mut seen = BTreeSet::new();
    missing.retain(|what| seen.insert(what.clone()));
    let message = format!("whether cluster '{name}' carries its guests when a member fails");
    let d = RULE.unknown(message).at(cluster.span, "");
    if !missing.is_empty() {
        return Some(d.note(format!("not declared: {}", listed(&missing))));
    }
    let note = match found.open {
        Some((_, host)) => format!(
            "without '{host}' there is room for the sum of the guests, and for the largest; of the ways to place them not all were tried, and none of those that were held all"
        ),
        None if found.skipped > 0 => format!(
            "it is not plain from the sums, and the cluster is large: the loss of {} of its members was not looked at",
            found.skipped
        ),
        None => return None,
    };
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
    let (wanted, there) = sizes::memory_apart(what, left);
    let who = match loss.services {
        true => "guests and services",
        false => "guests",
    };
    let mut d = RULE
        .finding(format!(
            "when '{}' fails{later}, {who} of cluster '{name}' need {least}{wanted}, and {there} is left",
            loss.host
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
        "{wanted} - {there} = {least}{} too much",
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

fn no_processors(name: &str, cluster: &Cluster, stuck: &Stuck<'_>) -> Diagnostic {
    let (guest, declared) = stuck.guest;
    let (host, how) = &stuck.most;
    let span = declared.cores.as_ref().map_or(declared.span, |c| c.span);
    RULE.finding(format!(
        "when '{}' fails, guest '{guest}' of cluster '{name}' starts on none of the others: it is given {} processors",
        stuck.lost, stuck.cores
    ))
    .at(cluster.span, "its guests are to restart elsewhere")
    .and_at(span, "more than there are elsewhere")
    .note(format!(
        "'{host}' has the most of those that are left: {how}; Proxmox VE refuses to start a virtual machine with more processors than its host has threads"
    ))
    .help(format!("give '{guest}' fewer, or leave it down then: 'ha: false'"))
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
