//! Where guests start again when a member of their cluster fails, and whether there is room for them.

use graph::Context;
use graph::evacuation::{Loss, Losses, Room, words};
use graph::load::hosts_of;
use graph::sizes;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::ClusterKind;
use std::collections::BTreeMap;

/// Where a guest is after its host has failed.
#[derive(Debug, Clone)]
pub(crate) enum Placed {
    /// On this host; how that is known.
    On(String, String),
    /// There may be no room for it, and why.
    Open(String),
}

/// Guests of clusters of which exactly one member is down, by their names.
pub(crate) fn placed<'a>(
    ctx: &Context<'a>,
    is_down: impl Fn(&str) -> bool,
) -> BTreeMap<&'a str, Placed> {
    let mut out = BTreeMap::new();
    let clusters = ctx.lab.clusters.iter();
    for (name, cluster) in clusters.filter(|(_, c)| c.kind.known() == Some(&ClusterKind::Proxmox)) {
        let hosts = hosts_of(ctx.lab, cluster);
        let mut down = hosts.iter().enumerate().filter(|(_, h)| is_down(h));
        let (first, second) = (down.next(), down.next());
        let Some((at, host)) = first else { continue };
        let guests = ctx.guests_on(&ObjectRef::new(Kind::Cluster, name));
        let here = guests.iter().filter(|(_, g)| {
            let on = g.on.known();
            on.is_some_and(|on| on.kind() == Kind::Host && is_down(on.name()))
        });
        let loss = match second {
            None => Losses::of(ctx.lab, cluster, (&guests, ctx.load()), 0).loss(at),
            Some(_) => None,
        };
        for (guest, _) in here {
            let placed = match &loss {
                Some(loss) => of_loss(loss, guest, host),
                None => Placed::Open(format!(
                    "whether the members of cluster '{name}' that are left have room for it is looked at for one that fails alone"
                )),
            };
            out.insert(*guest, placed);
        }
    }
    out
}

/// What the guests of a cluster need and what is left for them, for each cluster that has lost one member.
pub(crate) fn sums(ctx: &Context<'_>, is_down: impl Fn(&str) -> bool) -> Vec<String> {
    let mut out = Vec::new();
    let clusters = ctx.lab.clusters.iter();
    for (name, cluster) in clusters.filter(|(_, c)| c.kind.known() == Some(&ClusterKind::Proxmox)) {
        let hosts = hosts_of(ctx.lab, cluster);
        let mut down = hosts.iter().enumerate().filter(|(_, h)| is_down(h));
        let (Some((at, host)), None) = (down.next(), down.next()) else {
            continue;
        };
        let guests = ctx.guests_on(&ObjectRef::new(Kind::Cluster, name));
        let loss = Losses::of(ctx.lab, cluster, (&guests, ctx.load()), 0).loss(at);
        let Some(loss) = loss.filter(|l| !l.moving.is_empty()) else {
            continue;
        };
        let (need, left) = (loss.need.value(), loss.left.value());
        let say = sizes::memory;
        let mut text = format!(
            "cluster '{name}' without {host}: the guests that are to run need {}{}, the other members have {}{}",
            loss.need.least(),
            say(need),
            loss.left.least(),
            say(left)
        );
        if let Some(lacking) = loss.lacking().filter(|n| *n > 0) {
            text += &format!(": {}{} too little", loss.need.least(), say(lacking));
        }
        out.push(text);
    }
    out
}

fn of_loss(loss: &Loss, guest: &str, host: &str) -> Placed {
    let say = sizes::memory;
    match &loss.room {
        Room::Fits(placed, _) => {
            let there = placed
                .iter()
                .find(|p| p.guests.iter().any(|g| g.name == guest));
            match there {
                Some(there) => Placed::On(
                    there.host.clone(),
                    format!(
                        "{} has {} for {}",
                        there.host,
                        say(there.room),
                        sizes::sum(&there.guests, say)
                    ),
                ),
                None => Placed::Open("its memory is not declared".to_owned()),
            }
        }
        Room::Full(..) if loss.lacking().is_some_and(|n| n > 0) => Placed::Open(format!(
            "without {host} the guests need {}, and the other members have {}: {} too little; which of them stay down is decided by their order",
            say(loss.need.value()),
            say(loss.left.value()),
            say(loss.need.value() - loss.left.value()),
        )),
        Room::Full(full, placed) => Placed::Open(format!(
            "without {host} there is no way to place all: guest '{}' finds no room for its {} ({})",
            full.name,
            say(full.value),
            words(placed).join("; ")
        )),
        Room::Unknown(what) => Placed::Open(format!(
            "whether there is room for it without {host} is not known: {}",
            first(what)
        )),
        Room::Open => Placed::Open(format!(
            "of the ways to place all guests without {host} not all were tried"
        )),
    }
}

/// Some of them say enough.
fn first(what: &[String]) -> String {
    const SHOWN: usize = 2;
    let some: Vec<&str> = what.iter().take(SHOWN).map(String::as_str).collect();
    match what.len().saturating_sub(SHOWN) {
        0 => some.join(", "),
        more => format!("{}, and {more} more", some.join(", ")),
    }
}
