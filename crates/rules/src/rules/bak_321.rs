//! Too few independent copies.

use crate::amounts::count;
use crate::bodies::Body;
use crate::copies::{Copy, Side, is_within, shares_disk, side};
use crate::rules::waiver_invalid::{complete, in_force};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::{DataClass, FaultScope, Lab, Waiver};
use std::collections::{BTreeMap, BTreeSet};

/// Source of the numbers: CISA, "Data Backup Options" (2012): 3 copies of any important file, on 2 different media, 1 stored off site.
pub(crate) const RULE: Rule = Rule {
    id: "bak-321",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Data that cannot be had again has fewer than three independent copies, or none off site.",
    rationale: "Copies are worth what they do not share: one disk, one machine, one house, one set of credentials. The data itself \
        and two copies elsewhere, one of them off site, survive any single fault and most pairs of them. RAID and snapshots are \
        not counted: they are lost with the pool. A disk that a schedule can write to is attached, and so is not offline.",
    example: "datasets: {photos: {host: nas, folder: /srv/photos, class: irreplaceable}}   # with one backup, to the same house",
    controls: &[
        "CIS v8 11.4",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::None("another place to keep a copy has to be found first"),
    run,
};

/// The data itself and two copies; one, for what only costs days.
fn wanted(severity: Severity) -> usize {
    if severity == RULE.severity { 3 } else { 2 }
}

/// More often than this nobody connects a disk by hand, in seconds.
const BY_HAND: i64 = 2 * 86_400;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let copies = ctx.copies();
    for body in ctx.bodies() {
        let severity = match body.class {
            Some(DataClass::Irreplaceable) => RULE.severity,
            Some(DataClass::Important) => Severity::Info,
            _ => continue,
        };
        let own = copies.copies(body);
        // Without any, `bak-coverage` and `bak-snapshot-not-copy` speak, unless somebody accepted what they say: that is no copy either.
        if (!own.is_empty() || is_accepted(ctx, body))
            && let Some(d) = judge(ctx.lab, body, &own, severity)
        {
            out.add(body.object.clone(), d);
        }
    }
    for copy in copies.all() {
        if let Some((name, d)) = attached(copy) {
            out.add(ObjectRef::new(Kind::Repository, name), d);
        }
    }
}

/// Nobody is told by others that there is no copy.
fn is_accepted(ctx: &Context<'_>, body: &Body<'_>) -> bool {
    let object = body.object.to_string();
    let about = |w: &Waiver| match w.id.value.as_str() {
        "bak-coverage" => w.object.as_ref().is_some_and(|o| o.value == object),
        // It may be about what takes the snapshots.
        "bak-snapshot-not-copy" => true,
        _ => false,
    };
    let mut waivers = ctx.lab.waivers.iter();
    waivers.any(|w| about(w) && complete(w) && in_force(w, ctx.today))
}

/// What is counted.
struct Tally<'c> {
    /// Stores other than the data's own.
    stores: Vec<&'c str>,
    /// How many of them are off site for sure.
    away: usize,
    /// Why that cannot be told of others.
    unsure: Vec<String>,
    /// Stores of which nobody said where they are, and why that is not known: each may be lost with the data, or be the same as another.
    nowhere: Vec<String>,
    /// Stores that are lost with the data.
    lost: Vec<&'c str>,
    /// One of them is offline or append-only.
    out_of_reach: bool,
}

fn tally<'c>(lab: &Lab, body: &Body<'_>, own: &[&'c Copy<'_>]) -> Tally<'c> {
    let (lost, independent): (Vec<&Copy<'_>>, Vec<&Copy<'_>>) =
        own.iter().partition(|c| same_store(lab, body, c));
    let mut domains: BTreeMap<String, &str> = BTreeMap::new();
    let mut away = BTreeSet::new();
    let mut unsure = Vec::new();
    for copy in &independent {
        domains.entry(copy.domain()).or_insert(&copy.to);
        match side(lab, body, copy, FaultScope::Site) {
            Side::Outside => drop(away.insert(copy.domain())),
            Side::Unknown(why) => unsure.push(why),
            Side::Inside(_) => {}
        }
    }
    let nowhere = independent
        .iter()
        .filter_map(|c| Some((c.domain(), unplaced(lab, body, c)?)));
    let nowhere: BTreeMap<String, String> = nowhere.collect();
    let about = independent
        .iter()
        .filter_map(|c| c.repository)
        .map(|r| &r.about);
    let mut kept = about.map(|a| [&a.offline, &a.append_only]);
    Tally {
        stores: domains.into_values().collect(),
        away: away.len(),
        unsure,
        nowhere: nowhere.into_values().collect(),
        lost: lost.iter().map(|c| c.to.as_str()).collect(),
        out_of_reach: kept.any(|k| k.iter().any(|v| v.known() == Some(&true))),
    }
}

/// Why nobody knows whether a store is another one than that of the data.
fn unplaced(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> Option<String> {
    if copy.place.is_unknown() {
        return Some(copy.unplaced());
    }
    // On one machine, only the disks tell them apart.
    let machine = !body.place.machines.is_disjoint(&copy.place.machines);
    match side(lab, body, copy, FaultScope::Device) {
        Side::Unknown(why) if machine => Some(format!("{} is on its machine, and {why}", copy.to)),
        _ => None,
    }
}

fn judge(lab: &Lab, body: &Body<'_>, own: &[&Copy<'_>], severity: Severity) -> Option<Diagnostic> {
    let tally = tally(lab, body, own);
    let (total, away, what) = (tally.stores.len() + 1, tally.away, &body.what);
    let wanted = wanted(severity);
    let least = total - tally.nowhere.len();
    let copies = match least < total {
        true => format!("at most {}", count(total, "copy", "copies")),
        false => count(total, "copy", "copies"),
    };
    let message = match (total < wanted, away) {
        (false, 1..) if least < wanted => {
            return Some(undecided(body, wanted, least, &tally.nowhere));
        }
        (false, 0) if !tally.unsure.is_empty() => {
            let d = RULE.unknown(format!("whether a copy of {what} is off site"));
            return Some(d.at(body.span, "").note(tally.unsure.join("; ")));
        }
        (true, 0) => {
            let sure = if tally.unsure.is_empty() {
                ""
            } else {
                " for sure"
            };
            format!(
                "{what} has {copies} with the data itself, none off site{sure}; {wanted} and 1 are wanted"
            )
        }
        (true, _) => format!("{what} has {copies} with the data itself; {wanted} are wanted"),
        (false, 0) => format!("no copy of {what} is off site"),
        (false, _) => return None,
    };
    let stores = match tally.stores.is_empty() {
        true => "none".to_owned(),
        false => tally.stores.join(", "),
    };
    let mut d = RULE
        .with(severity, message)
        .at(
            body.span,
            match tally.unsure.is_empty() || away > 0 {
                true => format!("{total} of {wanted} copies, {away} of 1 off site"),
                false => format!("{total} of {wanted} copies, none for sure off site"),
            },
        )
        .note(format!(
            "1 (the data) + {} (independent stores: {stores}) = {total}",
            tally.stores.len()
        ));
    for to in tally.lost {
        d = d.note(format!("not counted: {to}, which is lost with the data"));
    }
    if !tally.unsure.is_empty() && away == 0 {
        d = d.note(format!(
            "not counted as off site: {}",
            tally.unsure.join("; ")
        ));
    }
    if !tally.out_of_reach {
        d = d.note(
            "offline or append-only copies: 0; who breaks into the machine can delete all of them",
        );
    }
    if let Some(claim) = claimed(lab) {
        d = d.and_at(claim, "this says otherwise");
    }
    Some(d.help(match away {
        0 => "add a repository off site (rented storage, a disk at a friend's), best one that the machine can only append to",
        _ => "add a repository on another machine or on a disk that is kept disconnected",
    }))
}

/// Enough only if stores of which nobody said where they stand are neither with the data nor one and the same.
fn undecided(body: &Body<'_>, wanted: usize, least: usize, nowhere: &[String]) -> Diagnostic {
    let what = &body.what;
    let d = RULE.unknown(format!("whether {what} has {wanted} independent copies"));
    d.at(body.span, "")
        .note(format!("{least} for sure; {}", nowhere.join("; ")))
}

/// On the same disk, in the same pool or in the folder of the data itself: no copy at all.
fn same_store(lab: &Lab, body: &Body<'_>, copy: &Copy<'_>) -> bool {
    if is_within(lab, body, copy) || shares_disk(lab, body, copy).is_some() {
        return true;
    }
    let (home, store) = (&body.place, &copy.place);
    let machine = !home.machines.is_disjoint(&store.machines);
    let disk = home.disk.is_some() && home.disk == store.disk;
    machine && (disk || !home.pools.is_disjoint(&store.pools))
}

/// A claim about copies.
fn claimed(lab: &Lab) -> Option<diag::Span> {
    let said = |metric: &str| ["copies", "3-2-1"].iter().any(|w| metric.contains(w));
    let claim = lab
        .claims
        .iter()
        .find(|c| c.metric_text().is_some_and(said))?;
    Some(claim.span)
}

/// It is said to be offline, and a schedule writes to it.
fn attached<'a>(copy: &Copy<'a>) -> Option<(&'a str, Diagnostic)> {
    let offline = copy.repository?.about.offline.as_ref()?;
    let (_, name) = copy.store?;
    let every = copy.every.as_ref()?;
    if offline.value() != Some(&true) || every.value.0 >= BY_HAND {
        return None;
    }
    let d = RULE
        .finding(format!("repository '{name}' is not offline: {} writes to it every {}", copy.by, every.value))
        .at(offline.span, "said to be offline")
        .and_at(every.span, "nobody connects a disk that often")
        .help("write 'offline: false', or rotate two disks by hand, weekly, with one always in a drawer");
    Some((name, d))
}
