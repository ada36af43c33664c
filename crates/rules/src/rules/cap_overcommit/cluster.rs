//! Guests that are on a cluster, and on any of its members.

use super::{RULE, finding, threads_short};
use crate::load::{Load, capacity, guest_memory, hosts_of, threads};
use crate::partial::{Partial, listed};
use crate::sizes;
use crate::totals::Part;
use crate::{Context, Findings};
use diag::Diagnostic;
use graph::packing::{Packing, pack};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::{Cluster, Guest};

/// What the members of each cluster have, against what all of their guests are given.
pub(super) fn judge(ctx: &Context<'_>, load: &Load<'_>, out: &mut Findings) {
    for (name, cluster) in &ctx.lab.clusters {
        let object = ObjectRef::new(Kind::Cluster, name);
        let floating = load.guests(&object);
        let hosts = hosts_of(ctx.lab, cluster);
        if floating.is_empty() || hosts.is_empty() {
            continue;
        }
        processors(ctx, (name, &hosts), floating, out);
        if let Some(d) = memory(ctx, (name, cluster), &hosts, load, floating) {
            out.add(object, d);
        }
    }
}

/// A virtual machine with more processors than any member has threads, all of which are known.
fn processors(
    ctx: &Context<'_>,
    (cluster, hosts): (&str, &[&str]),
    floating: &[(&str, &Guest)],
    out: &mut Findings,
) {
    let all = hosts.iter().map(|h| Some((*h, ctx.lab.hosts.get(*h)?)));
    let counted = all.map(|host| {
        let (name, host) = host?;
        let (count, how) = threads(host)?;
        Some((
            count,
            format!("host '{name}', the largest of cluster '{cluster}', has {how}"),
            host,
        ))
    });
    let Some(most) = counted.collect::<Option<Vec<_>>>() else {
        return;
    };
    let Some((count, words, host)) = most.into_iter().max_by_key(|(count, ..)| *count) else {
        return;
    };
    for (guest, declared) in floating {
        if let Some(cores) = declared.cores.known().filter(|c| **c > count) {
            let d = threads_short((guest, declared), *cores, count, &words, host);
            out.add(ObjectRef::new(Kind::Guest, *guest), d);
        }
    }
}

fn memory(
    ctx: &Context<'_>,
    (name, cluster): (&str, &Cluster),
    hosts: &[&str],
    load: &Load<'_>,
    floating: &[(&str, &Guest)],
) -> Option<Diagnostic> {
    let object = ObjectRef::new(Kind::Cluster, name);
    let rooms = Partial::of(hosts.iter().map(|h| capacity(ctx.lab, h)));
    let fixed = |host: &str| load.guests(&ObjectRef::new(Kind::Host, host));
    let all = hosts.iter().flat_map(|h| fixed(h)).chain(floating);
    let taken = Partial::of(all.map(|(n, g)| guest_memory(n, g)));
    if rooms.missing.is_empty() && taken.value() > rooms.value() {
        let room = Part {
            value: rooms.value(),
            shown: sizes::exact_memory(rooms.value()).into(),
            span: cluster.span,
            ..rooms.known.first()?.clone()
        };
        return Some(finding(
            &object,
            &room,
            &taken,
            "guests",
            "and on its members are given",
        ));
    }
    let missing: Vec<String> = rooms
        .missing
        .iter()
        .chain(&taken.missing)
        .cloned()
        .collect();
    let left = |host: &&str| {
        let room = capacity(ctx.lab, host).ok()?.value;
        let own = fixed(host)
            .iter()
            .filter_map(|(n, g)| guest_memory(n, g).ok());
        Some(room - own.map(|p| p.value).sum::<i128>())
    };
    let left: Option<Vec<i128>> = hosts.iter().map(left).collect();
    let known = floating.iter().filter_map(|(n, g)| guest_memory(n, g).ok());
    let parts: Vec<Part> = known.collect();
    let things: Vec<i128> = parts.iter().map(|p| p.value).collect();
    if let Some(left) = &left
        && let Packing::Not(at) = pack(&things, left)
        && let Some((_, homeless)) = at.iter().zip(&parts).find(|(at, _)| at.is_none())
    {
        return Some(no_room(name, cluster, homeless, left));
    }
    let d = RULE.unknown(format!(
        "whether cluster '{name}' has the memory that its guests are given"
    ));
    (!missing.is_empty()).then(|| {
        d.at(cluster.span, "")
            .note(format!("not declared: {}", listed(&missing)))
    })
}

fn no_room(name: &str, cluster: &Cluster, guest: &Part, left: &[i128]) -> Diagnostic {
    let say = sizes::exact_memory;
    let most = left.iter().copied().max().unwrap_or(0).max(0);
    RULE.finding(format!(
        "guest '{}' finds no room on any member of cluster '{name}'",
        guest.name
    ))
    .at(cluster.span, "with all of its members running")
    .and_at(guest.span, "this one, or one that has to make room")
    .note(format!(
        "{} of memory; the members have at the most {} left beside guests of their own, and placed in any way at least one of those on the cluster finds no room",
        guest.shown,
        say(most)
    ))
    .help("make some smaller, or add memory to one member")
}
