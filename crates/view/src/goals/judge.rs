//! Every goal of a lab with its verdict.

use super::crowded::crowded;
use super::recover::{World, few};
use super::too_large::TooLarge;
use super::{Goal, Reasons, Trial, What};
use graph::composed_memory::Files;
use graph::copies::unhurt;
use graph::evacuation::{self, Loss, Losses, Placed, Room, goes_on};
use graph::failover::{Failover, failovers};
use graph::load::{Load, hosts_of};
use graph::newest::{Newest, newest};
use graph::shared_storage::{Reach, reach};
use graph::sizes::{self, memory};
use graph::totals::Part;
use graph::votes::{Presence, Votes, votes};
use model::compose::Projects;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::guest::Cluster;
use model::lab::{DataClass, FaultScope, Lab};
use model::units::Seconds;
use std::collections::{BTreeMap, BTreeSet};

/// All goals that a lab and its Compose files state, in order.
pub fn judge(lab: &Lab, projects: &Projects) -> Vec<Goal> {
    let world = World::of(lab, projects);
    let mut out = Vec::new();
    for (name, tier) in &lab.tiers {
        out.extend(
            tier.rto
                .iter()
                .map(|(scope, rto)| back(&world, name, *scope, rto.value)),
        );
        out.extend(
            tier.rpo
                .iter()
                .map(|(scope, rpo)| lost(&world, name, *scope, rpo.value)),
        );
    }
    out.extend(super::shares::shares(&world));
    out.extend(failover(lab, projects));
    out.extend(rebuild(&world));
    out.sort_by(|a, b| a.key.cmp(&b.key));
    out
}

fn back(world: &World<'_>, name: &str, scope: FaultScope, rto: Seconds) -> Goal {
    let mut trial = Trial::default();
    if !is_of_use(world, name) {
        trial
            .unknown
            .push("nothing of the lab belongs to the tier".to_owned());
    } else {
        let least = world.recovery(name, scope, &mut trial);
        if least.seconds > rto.0 {
            let sum = trial.fine.join("; ");
            trial.impossible.push(format!("{sum} > {rto}"));
        }
        if let Some((seconds, words, open)) = least.perhaps
            && seconds > rto.0
        {
            trial.unknown.push(format!("{open}; otherwise {words}"));
        }
        let rest = "all that is no waiting, deciding or copying takes no time";
        trial.assumed.insert(rest.to_owned());
    }
    trial.done(
        format!("tier {name}"),
        What::Rto,
        Some(scope),
        rto.to_string(),
    )
}

fn is_of_use(world: &World<'_>, tier: &str) -> bool {
    !graph::restore::wanted(world.lab, tier).is_empty() || !world.data(tier).is_empty()
}

fn lost(world: &World<'_>, name: &str, scope: FaultScope, rpo: Seconds) -> Goal {
    let mut trial = Trial::default();
    let all = missed(world, name, &mut trial);
    let mut none = Vec::new();
    let mut untold = Reasons::default();
    let mut worst: Option<(Seconds, String)> = None;
    for body in &all {
        if unhurt(world.lab, body, scope) {
            continue;
        }
        match newest(world.lab, (&world.copies, &world.undos), body, scope, rpo) {
            Newest::None => none.push(body.what.clone()),
            Newest::Unknown((by, _)) => {
                untold.add(format!("how often {by} runs is not declared"), &body.what);
            }
            Newest::Unplaced((by, _), why) => {
                untold.add(format!("whether {by} is left: {why}"), &body.what);
            }
            Newest::Untimed(point) => {
                let why = format!(
                    "{} runs every {}, and how long it takes is not declared",
                    point.by, point.every
                );
                untold.add(why, &body.what);
            }
            Newest::Known(point) => {
                let transfer = point
                    .transfer
                    .as_ref()
                    .map(|(t, words)| format!(" + {t} ({words})"));
                let total = point.total();
                let sum = format!(
                    "{}: {} runs every {}{} = {total}",
                    body.what,
                    point.by,
                    point.every,
                    transfer.unwrap_or_default()
                );
                crowded(world, body, &point.by, scope, &mut trial);
                if worst.as_ref().is_none_or(|(w, _)| total > *w) {
                    worst = Some((total, sum));
                }
            }
        }
    }
    trial.unknown.extend(untold.words());
    if !none.is_empty() {
        let open: Vec<String> = open(world, &all, scope);
        match open.is_empty() {
            true => trial
                .impossible
                .push(format!("no copy outlives it of {}", few(&none))),
            false => trial.unknown.push(few(&open)),
        }
    }
    match worst {
        Some((total, sum)) if total > rpo => trial.impossible.push(format!("{sum} > {rpo}")),
        Some((_, sum)) => trial.fine.push(format!("{sum} at the most")),
        None if all.is_empty() => {}
        None => trial.fine.push("the data lives through it".to_owned()),
    }
    trial.done(
        format!("tier {name}"),
        What::Rpo,
        Some(scope),
        rpo.to_string(),
    )
}

/// Data of the tier that somebody would miss; what there is instead goes to the trial.
fn missed<'w, 'a>(
    world: &'w World<'a>,
    name: &str,
    trial: &mut Trial,
) -> Vec<&'w graph::bodies::Body<'a>> {
    let own = |b: &&graph::bodies::Body<'_>| b.tiers.iter().any(|(t, _)| *t == name);
    let kept = |b: &&graph::bodies::Body<'_>| {
        !matches!(b.class, Some(DataClass::Scratch | DataClass::Replaceable))
    };
    let (all, rest): (Vec<_>, Vec<_>) = world.bodies.iter().filter(own).partition(kept);
    if all.is_empty() && rest.is_empty() {
        trial
            .unknown
            .push("no data of the tier is declared".to_owned());
    }
    if all.is_empty() && !rest.is_empty() {
        let rest: Vec<String> = rest.iter().map(|b| b.what.clone()).collect();
        trial.fine.push(format!(
            "all that it has can be had again, as declared: {}",
            few(&rest)
        ));
    }
    all
}

/// Copies of which nobody can say whether they outlive the fault.
fn open(world: &World<'_>, all: &[&graph::bodies::Body<'_>], scope: FaultScope) -> Vec<String> {
    use graph::copies::{Side, side};
    let sides = all.iter().flat_map(|b| {
        let copies = world.copies.copies(b).into_iter();
        copies
            .map(|c| side(world.lab, b, c, scope))
            .collect::<Vec<_>>()
    });
    let whys = sides.filter_map(|s| match s {
        Side::Unknown(why) => Some(why),
        _ => None,
    });
    whys.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Guests that are to go on elsewhere.
fn failover(lab: &Lab, projects: &Projects) -> Vec<Goal> {
    let mut by: BTreeMap<Option<&str>, Vec<Failover<'_>>> = BTreeMap::new();
    for guest in failovers(lab) {
        by.entry(guest.cluster.map(|(n, _)| n))
            .or_default()
            .push(guest);
    }
    let load = Load::with(lab, Files::of(lab, projects));
    let asked =
        |n: usize| crate::size::count(n, "guest goes on elsewhere", "guests go on elsewhere");
    let goals = by.into_iter().map(|(cluster, guests)| {
        let mut trial = Trial::default();
        let found = cluster.and_then(|c| lab.clusters.get_key_value(c));
        let Some((name, cluster)) = found else {
            let names: Vec<String> = guests.iter().map(|g| g.name.to_owned()).collect();
            trial
                .impossible
                .push(format!("{} in no cluster of hypervisors", few(&names)));
            return trial.done("guests".to_owned(), What::Ha, None, asked(guests.len()));
        };
        quorum(lab, cluster, &mut trial);
        room(lab, (name, cluster), &load, &mut trial);
        storage(lab, (name, cluster), &guests, &mut trial);
        trial.done(
            format!("cluster {name}"),
            What::Ha,
            None,
            asked(guests.len()),
        )
    });
    goals.collect()
}

fn quorum(lab: &Lab, cluster: &Cluster, trial: &mut Trial) {
    let Some(found) = Votes::of(lab, cluster) else {
        trial.unknown.push("who votes is not declared".to_owned());
        return;
    };
    if let Some(open) = Votes::open(cluster) {
        trial.unknown.push(format!("{open} is not known"));
        return;
    }
    match found.fatal_machines().first() {
        Some(loss) => trial.impossible.push(format!(
            "without {} {} {} left of {}; {}",
            loss.name,
            votes(loss.left),
            if loss.left == 1 { "is" } else { "are" },
            found.sum(),
            found.majority()
        )),
        None => {
            trial.fine.push(format!(
                "{}: no machine takes the majority with it",
                found.sum()
            ));
            for on in found.together(lab) {
                let who = few(&on
                    .voters
                    .iter()
                    .map(|v| (*v).to_owned())
                    .collect::<Vec<_>>());
                match on.sure {
                    true => trial.impossible.push(format!(
                        "wherever {who} are on cluster {}, one of its {} hosts takes the majority with it: {}; {}",
                        on.cluster,
                        on.hosts,
                        found.sum(),
                        found.majority()
                    )),
                    false => trial.unknown.push(format!(
                        "whether a host of cluster {} takes the majority with it: on which of them {who} are is not said",
                        on.cluster
                    )),
                }
            }
            let off = Presence::Unknown;
            let short = found.while_off(off) < found.needed;
            if short || !found.fatal_while_off(off).is_empty() {
                trial.unknown.push(format!(
                    "whether {} is on then, whose vote is needed ('on_demand')",
                    found.off(off).join(", ")
                ));
            }
        }
    }
}

fn room<'a>(
    lab: &'a Lab,
    (name, cluster): (&str, &'a Cluster),
    load: &Load<'a>,
    trial: &mut Trial,
) {
    let mut guests = load.guests(&ObjectRef::new(Kind::Cluster, name)).to_vec();
    for host in hosts_of(lab, cluster) {
        guests.extend(load.guests(&ObjectRef::new(Kind::Host, host)));
    }
    // A guest of which nobody knows where it is may be on this cluster.
    for (name, guest) in &lab.guests {
        let astray = guest.on.as_ref().is_some_and(|on| on.value().is_none());
        let template = guest.template.known() == Some(&true);
        if astray && !template && goes_on(cluster, guest) != Some(false) {
            trial.unknown.push(format!("where guest {name} is"));
        }
    }
    for (name, _) in guests.iter().filter(|(_, g)| goes_on(cluster, g).is_none()) {
        trial
            .unknown
            .push(format!("whether guest {name} goes on elsewhere"));
    }
    for stuck in evacuation::stuck(lab, cluster, &guests) {
        trial.impossible.push(format!(
            "without {} guest {} with its {} processors starts nowhere; {} has {}",
            stuck.lost, stuck.guest.0, stuck.cores, stuck.most.0, stuck.most.1
        ));
    }
    let mut losses = Losses::of(lab, cluster, (&guests, load), 0);
    // The one of those that are carried that has the least left.
    let mut fine: Option<(i128, usize)> = None;
    let mut large = TooLarge::default();
    let mut skipped = 0;
    for at in 0..losses.count() {
        let left = match losses.easily(at) {
            Some(left) => Some(left),
            None => match losses.look(at) {
                Some(loss) => said(&loss, &mut large, trial),
                None => {
                    skipped += 1;
                    None
                }
            },
        };
        if let Some(left) = left.filter(|left| fine.is_none_or(|(least, _)| *left < least)) {
            fine = Some((left, at));
        }
    }
    trial.impossible.extend(large.words());
    if skipped > 0 {
        trial.unknown.push(format!(
            "memory: the loss of {skipped} members was not looked at, the cluster is large and it is not plain from the sums"
        ));
    }
    if let Some(loss) = fine.and_then(|(_, at)| losses.loss(at))
        && let Room::Fits(placed, _) = &loss.room
    {
        let sum = [vec![sum(&loss).1], evacuation::words(placed)].concat();
        trial.fine.push(sum.join("; "));
    }
}

/// What is left for guests that move when a host is lost, and that in words.
fn sum(loss: &Loss) -> (i128, String) {
    let left: i128 = loss.rooms.iter().map(|(_, room)| (*room).max(0)).sum();
    let (there, wanted) = sizes::memory_apart(left, sizes::value(&loss.moving));
    let words = format!(
        "without {} {there} of memory are left for {wanted} of guests",
        loss.host
    );
    (left, words)
}

/// Tells of a loss that is not carried; what is left if it is.
fn said(loss: &Loss, large: &mut TooLarge, trial: &mut Trial) -> Option<i128> {
    let (left, sum) = sum(loss);
    match &loss.room {
        Room::Full(guest, placed) => {
            if large.is(loss) {
                return None;
            }
            let why = match sizes::value(&loss.moving) > left {
                true => sum,
                false => no_room(loss, guest, placed),
            };
            if !trial.impossible.contains(&why) {
                trial.impossible.push(why);
            }
        }
        Room::Unknown(why) => {
            let why = format!("memory: {}", few(why));
            if !trial.unknown.contains(&why) {
                trial.unknown.push(why);
            }
        }
        Room::Open => trial.unknown.push(format!(
            "memory: {sum}; of the ways to place them not all were tried"
        )),
        Room::Fits(_, moved) => {
            if *moved {
                let what = "guests that run are moved to make room for those that start anew";
                trial.assumed.insert(what.to_owned());
            }
            return Some(left);
        }
    }
    None
}

/// All together may fit where one of them finds no room beside the others.
fn no_room(loss: &Loss, guest: &Part, placed: &[Placed]) -> String {
    format!(
        "without {} {} ({}) finds no room beside the others: {}",
        loss.host,
        guest.name,
        memory(guest.value),
        evacuation::words(placed).join(", ")
    )
}

fn storage(lab: &Lab, cluster: (&str, &Cluster), guests: &[Failover<'_>], trial: &mut Trial) {
    let mut stuck = Vec::new();
    for found in guests {
        if found.guest.disks.is_empty() {
            trial
                .unknown
                .push(format!("no disk of {} is declared", found.name));
        }
        for (disk, about) in &found.guest.disks {
            let Some(pool) = about.pool.known() else {
                let what = format!("on which pool disk {disk} of {} lies", found.name);
                trial.unknown.push(what);
                continue;
            };
            match reach(lab, pool.name(), cluster, found.name) {
                Reach::Local(host) => {
                    stuck.push(format!("{} ({} of {host})", found.name, pool.name()))
                }
                Reach::Unknown => trial
                    .unknown
                    .push(format!("who reaches pool {}", pool.name())),
                Reach::Shared | Reach::Replicated | Reach::Outside => {}
            }
        }
    }
    if !stuck.is_empty() {
        trial
            .impossible
            .push(format!("on a disk of one host: {}", few(&stuck)));
    }
}

/// From all-off, with nothing but what is declared.
fn rebuild(world: &World<'_>) -> Option<Goal> {
    let lab = world.lab;
    if lab.services.is_empty() && lab.datasets.is_empty() {
        return None;
    }
    let mut trial = Trial::default();
    for found in graph::recovery::loops(lab, &world.copies, &world.bodies) {
        let name = |(kind, name): &(Kind, &str)| format!("{} {name}", kind.word());
        let steps = found
            .steps
            .iter()
            .map(|(n, e)| format!("{} {} {}", name(n), e.why, name(&e.to)));
        trial.impossible.push(format!(
            "it waits for itself: {}",
            steps.collect::<Vec<_>>().join("; ")
        ));
    }
    for (name, secret) in lab.secrets.iter().filter(|(_, s)| !s.opens.is_empty()) {
        if secret.r#in.known().is_none() {
            let what = format!("where secret {name} is kept, which opens what is restored");
            trial.unknown.push(what);
        }
    }
    trial
        .fine
        .push("nothing that is declared waits for itself".to_owned());
    trial
        .assumed
        .insert("what is not declared as needed is not needed".to_owned());
    Some(trial.done(
        "lab".to_owned(),
        What::Rebuild,
        None,
        "from what is declared".to_owned(),
    ))
}
