//! There is no room to practise a restore.

use crate::archives::contents;
use crate::context::backup as object;
use crate::load::{guest_memory, hosts_of};
use crate::partial::listed;
use crate::sizes;
use crate::totals::{self, Part, bytes, place};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use graph::free_memory::{self, Free};
use graph::packing::{Packing, pack};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::ClusterKind;
use model::lab::{Backup, Lab};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "dr-drill-capacity",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "No machine has the free memory or space for a trial restore of what is backed up.",
    rationale: "A backup is proven by a restore beside the running system. Where nothing has room for it, the first restore is the \
        one that must not fail.",
    example: "guests: {db: {on: pve, memory: 12GiB}}   # backed up, on a single host of 16 GiB that is full",
    controls: &["CIS v8 11.5", "ISO 27001:2022 A.8.13"],
    mend: Mend::None("memory has to be kept free or rented"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let (hypervisors, roomiest) = (hypervisors(ctx), roomiest(ctx.lab));
    for (name, backup) in &ctx.lab.backups {
        let memory = memory(ctx, &hypervisors, name, backup);
        let space = space(ctx, roomiest.as_ref(), name, backup);
        memory
            .into_iter()
            .chain(space)
            .for_each(|d| out.add(object(name), d));
    }
}

/// What runs guests: hosts with some on them, and members of clusters with or without.
struct Hypervisors<'a> {
    /// What each has left; none of which that is not known.
    free: Vec<(&'a str, Option<Free<'a>>)>,
    /// The guests that are on a cluster, in no particular place, and what they take.
    floating: BTreeMap<&'a str, Vec<i128>>,
}

fn hypervisors<'a>(ctx: &Context<'a>) -> Hypervisors<'a> {
    let (lab, load) = (ctx.lab, ctx.load());
    let on = lab.guests.values().filter_map(|g| g.on.known());
    let on = on.filter(|on| on.kind() == Kind::Host).map(|on| on.name());
    let mut names: BTreeSet<&str> = on.filter(|h| lab.hosts.contains_key(*h)).collect();
    let mut floating = BTreeMap::new();
    for (name, cluster) in &lab.clusters {
        let guests = load.guests(&ObjectRef::new(Kind::Cluster, name));
        if cluster.kind.known() == Some(&ClusterKind::Proxmox) || !guests.is_empty() {
            names.extend(hosts_of(lab, cluster));
        }
        let sizes = guests.iter().filter_map(|(n, g)| guest_memory(n, g).ok());
        floating.insert(name.as_str(), sizes.map(|p| p.value).collect());
    }
    let mut all = free_memory::all(lab, load);
    let free = names.into_iter().map(|h| (h, all.remove(h))).collect();
    Hypervisors { free, floating }
}

/// Whether there is room for one more guest.
enum Place {
    Enough,
    /// The most that is free on any, and how.
    TooLittle(i128, Vec<String>),
    Unknown(Vec<String>),
}

impl Hypervisors<'_> {
    fn room(&self, wanted: i128) -> Place {
        let known: Vec<&Free<'_>> = self.free.iter().filter_map(|(_, f)| f.as_ref()).collect();
        if known.iter().any(|f| f.least(0) >= wanted) {
            return Place::Enough;
        }
        let open = self.free.iter().filter(|(_, f)| f.is_none());
        let mut open: Vec<String> = open
            .map(|(h, _)| format!("the memory of '{h}', or of all that runs there"))
            .collect();
        // Guests of a cluster can be moved until there is room.
        for (cluster, guests) in &self.floating {
            let of = known.iter().filter(|f| f.cluster == Some(*cluster));
            let rooms: Vec<i128> = of.map(|f| f.own.max(0)).collect();
            let mut guests = guests.clone();
            guests.push(wanted);
            match pack(&guests, &rooms) {
                Packing::Fits(_) if !rooms.is_empty() => return Place::Enough,
                Packing::Fits(_) | Packing::Not(_) => {}
                Packing::Open(_) => open.push(format!("how the guests of '{cluster}' are placed")),
            }
        }
        if !open.is_empty() || known.is_empty() {
            return Place::Unknown(open);
        }
        let most = known.iter().map(|f| f.most(0)).max().unwrap_or_default();
        let sums = known.iter().map(|f| f.sum(f.most(0))).collect();
        Place::TooLittle(most.max(0), sums)
    }
}

/// Memory for the largest guest.
fn memory(
    ctx: &Context<'_>,
    hypervisors: &Hypervisors<'_>,
    name: &str,
    backup: &Backup,
) -> Option<Diagnostic> {
    let guests = backup
        .about
        .guests
        .iter()
        .filter_map(|g| ctx.lab.guests.get_key_value(g.value.name()));
    let sizes_of: Vec<Part> = guests
        .filter_map(|(n, g)| guest_memory(n, g).ok())
        .collect();
    let largest = sizes_of.into_iter().max_by_key(|p| p.value)?;
    let (most, hows) = match hypervisors.room(largest.value) {
        Place::Enough => return None,
        Place::TooLittle(most, hows) => (most, hows),
        Place::Unknown(open) => {
            let d = RULE.unknown(format!(
                "whether a guest of backup '{name}' can be restored for practice"
            ));
            let note = match open.is_empty() {
                true => "the memory of every hypervisor and of all guests on it".to_owned(),
                false => listed(&open),
            };
            return Some(d.at(backup.span, "").note(format!("not declared: {note}")));
        }
    };
    let say = sizes::memory;
    let d = match largest.value > most {
        true => RULE.finding(format!("guest '{}' of backup '{name}' cannot be restored for practice: it needs {}, and {} is free", largest.name, largest.shown, say(most)))
            .note(format!("free memory, {}", hows.join("; ")))
            .note(format!("{} - {} = {} too little", largest.shown, say(most), say(largest.value - most))),
        false => RULE.finding(format!("guest '{}' of backup '{name}' cannot be restored for practice: it needs {}, and no host has that beside the guests of its cluster", largest.name, largest.shown))
            .note(format!("wherever these are, {}", hows.join("; ")))
    };
    Some(
        d.at(largest.span, "the largest guest")
            .and_at(backup.span, "backed up here")
            .help("keep memory free, restore with less of it, or rent a machine for the drill"),
    )
}

/// A pool and what is free on it.
struct Room<'a> {
    most: i128,
    pool: &'a str,
    span: Span,
    all: i128,
    used: i128,
}

/// The pool with the most free space.
fn roomiest(lab: &Lab) -> Option<Room<'_>> {
    let free = lab.pools.iter().filter_map(|(pool, p)| {
        let (space, used) = (totals::usable(lab, pool, p)?, bytes(&p.used)?);
        let (most, all) = (space.value - used, space.value);
        let span = place(&p.used)?;
        Some(Room {
            most,
            pool,
            span,
            all,
            used,
        })
    });
    free.max_by_key(|room| room.most)
}

/// Space for all of it on some pool.
fn space(
    ctx: &Context<'_>,
    roomiest: Option<&Room<'_>>,
    name: &str,
    backup: &Backup,
) -> Option<Diagnostic> {
    let parts: Vec<Part> = contents(ctx.lab, name, backup)
        .into_iter()
        .filter_map(Result::ok)
        .collect();
    let largest = parts.into_iter().max_by_key(|p| p.value)?;
    let say = sizes::storage;
    match roomiest {
        Some(&Room {
            most,
            pool,
            span,
            all,
            used,
        }) if largest.value > most => Some({
            // More in use than there is: nothing is free, and less than nothing cannot be.
            let (sum, most) = match most < 0 {
                true => (
                    format!("{} is all, and {} is in use", say(all), say(used)),
                    0,
                ),
                false => (
                    format!("{} - {} = {}", say(all), say(used), say(most)),
                    most,
                ),
            };
            RULE.finding(format!("{} of backup '{name}' cannot be restored for practice: it needs {}, and {} is free", largest.name, say(largest.value), say(most)))
                .at(largest.span, "the largest restore")
                .and_at(span, "used already")
                .note(format!("most free space, pool '{pool}': {sum}"))
                .note(format!("{} - {} = {} too little", say(largest.value), say(most), say(largest.value - most)))
                .help("keep as much space free as the largest restore needs, or practise on another machine")
        }),
        Some(_) => None,
        None if ctx.lab.pools.is_empty() => None,
        None => {
            let d = RULE.unknown(format!(
                "whether there is space to restore {} for practice",
                largest.name
            ));
            Some(
                d.at(backup.span, "")
                    .note("not declared: what is used of any pool"),
            )
        }
    }
}
