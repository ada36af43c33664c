//! What something in use was to have, and lacks today: a vote, storage, disks, a watcher.

use super::RULE;
use crate::{Context, Findings};
use graph::context::called;
use graph::wording::names;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::apart::{Lack, Role};
use model::lab::service::Status;
use std::collections::BTreeMap;

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut all: BTreeMap<(&ObjectRef, Role, &ObjectRef), Vec<&Lack>> = BTreeMap::new();
    let there = ctx.lab.apart.lacks.iter();
    for lack in there.filter(|l| !is_planned(ctx.lab, &l.of)) {
        let of = all.entry((&lack.of, lack.role, &lack.on)).or_default();
        of.push(lack);
    }
    for ((of, role, on), lacks) in all {
        tell(ctx.lab, (of, role, on), &lacks, out);
    }
}

/// A pool that says itself that it is not there lacks nothing.
fn is_planned(lab: &Lab, object: &ObjectRef) -> bool {
    let pool = lab.pools.get(&object.name);
    let pool = pool.filter(|_| object.kind == Kind::Pool);
    let status = pool.and_then(|p| p.status.known());
    status.is_some_and(|s| *s != Status::Running)
}

fn tell(
    lab: &Lab,
    (of, role, on): (&ObjectRef, Role, &ObjectRef),
    lacks: &[&Lack],
    out: &mut Findings,
) {
    let (Some(why), Some(first)) = (lab.apart.why.get(on), lacks.first()) else {
        return;
    };
    let (who, what, status) = (called(of), called(on), why.status.word());
    let (message, counts) = match role {
        Role::TieBreaker => (
            format!("{who} has no tie breaker: {what} is {status}"),
            "its vote does not count",
        ),
        Role::Storage => (
            format!("{who} is in use and has {what} as its storage, which is {status}"),
            "nothing lies there",
        ),
        Role::Watcher => (
            format!("{who} is watched by nobody: {what} is {status}"),
            "is told nothing",
        ),
        Role::Disk => {
            let disks: Vec<&str> = lacks.iter().filter_map(|l| l.part.as_deref()).collect();
            let word = if disks.len() == 1 { "disk" } else { "disks" };
            let disks = names(&disks);
            (
                format!("{who} is in use without {word} {disks}: {what} is {status}"),
                "counts neither for its size nor for what it survives",
            )
        }
    };
    let mut d = RULE
        .finding(message)
        .at(first.at, counts)
        .and_at(why.at, status);
    for more in lacks.iter().skip(1).take(3) {
        d = d.and_at(more.at, "nor this");
    }
    let help = match role {
        Role::Disk => format!(
            "name the disks that it has today, or take 'status' of {what} out once it is there"
        ),
        _ => format!("name what is there today, or take 'status' of {what} out once it is there"),
    };
    out.add(of.clone(), d.help(help));
}
