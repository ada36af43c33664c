//! What something in use was to have, and lacks today: a vote, storage, disks, a watcher, somewhere to ring.

use super::RULE;
use crate::standing::away;
use crate::{Context, Findings};
use graph::context::called;
use graph::wording::names;
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::apart::{Lack, Role};
use std::collections::BTreeMap;

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut all: BTreeMap<(&ObjectRef, Role, &ObjectRef), Vec<&Lack>> = BTreeMap::new();
    for lack in &ctx.lab.apart.lacks {
        let of = all.entry((&lack.of, lack.role, &lack.on)).or_default();
        of.push(lack);
    }
    for ((of, role, on), lacks) in all {
        tell(ctx.lab, (of, role, on), &lacks, out);
    }
}

fn tell(
    lab: &Lab,
    (of, role, on): (&ObjectRef, Role, &ObjectRef),
    lacks: &[&Lack],
    out: &mut Findings,
) {
    let (Some(status), Some(first)) = (away(lab, on), lacks.first()) else {
        return;
    };
    let (who, what) = (called(of), called(on));
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
        Role::Channel => (
            format!("{who} does not ring in {what}, which is {status}"),
            "nobody is told there",
        ),
        Role::Updates => (
            format!("{who} is in use and kept up to date by {what}, which is {status}"),
            "is not run",
        ),
        Role::Secondary => (
            format!(
                "DNS zone '{}' has as a secondary name server {what}, which is {status}",
                of.name
            ),
            "answers nobody",
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
    let mut d = RULE.finding(message).at(first.at, counts);
    if let Some(there) = lab.span_of(on) {
        d = d.and_at(there, status);
    }
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
