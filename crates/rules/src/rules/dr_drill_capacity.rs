//! There is no room to practise a restore.

use crate::archives::contents;
use crate::context::backup as object;
use crate::load::{free, guest_memory};
use crate::sizes;
use crate::totals::{self, Part, bytes, place};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::{Backup, Lab};
use std::collections::BTreeSet;

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

/// The memory that is left on each hypervisor; none if that is not known of all.
fn hypervisors(ctx: &Context<'_>) -> Option<Vec<(i128, String)>> {
    let on = |g: &model::lab::guest::Guest| g.on.known().map(|on| on.0.object.clone());
    let places: BTreeSet<ObjectRef> = ctx.lab.guests.values().filter_map(on).collect();
    let names: BTreeSet<String> = places
        .iter()
        .flat_map(|o| totals::machines(ctx.lab, Some(o)).unwrap_or_default())
        .map(|m| m.name().to_owned())
        .collect();
    let load = ctx.load();
    let left: Option<Vec<_>> = names.iter().map(|h| free(ctx.lab, load, h)).collect();
    left.filter(|l| !l.is_empty())
}

/// Memory for the largest guest.
fn memory(
    ctx: &Context<'_>,
    hypervisors: &Option<Vec<(i128, String)>>,
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
    let Some(left) = hypervisors else {
        let d = RULE.unknown(format!(
            "whether a guest of backup '{name}' can be restored for practice"
        ));
        return Some(
            d.at(backup.span, "")
                .note("not declared: the memory of every hypervisor and of all guests on it"),
        );
    };
    let most = left.iter().map(|(n, _)| *n).max()?.max(0);
    if largest.value <= most {
        return None;
    }
    let say = sizes::memory;
    let hows: Vec<&str> = left.iter().map(|(_, how)| how.as_str()).collect();
    Some(
        RULE.finding(format!("guest '{}' of backup '{name}' cannot be restored for practice: it needs {}, and {} is free", largest.name, largest.shown, say(most)))
            .at(largest.span, "the largest guest")
            .and_at(backup.span, "backed up here")
            .note(format!("free memory, {}", hows.join("; ")))
            .note(format!("{} - {} = {} too little", largest.shown, say(most), say(largest.value - most)))
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
