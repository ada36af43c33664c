//! What seems to be missing while something could not be read.
//!
//! A slip in a value is reported by the language. Whatever a rule then misses may be just what could not be read, so that it is told as
//! unknown and not as a finding: the list of mistakes is no longer than the mistakes. The places that could not be read are in
//! [`Lab::unread`](model::lab::Lab::unread); which rules speak of something missing, and where else it could stand, is said here.

use crate::narrow::{is_apart, is_beside, is_inert, is_unasked};
use diag::Diagnostic;
use graph::{Context, claims};
use lint::{Findings, Rule};
use model::id::{Kind, ObjectRef};
use model::lab::Unread;

/// A place where what a rule misses could stand.
enum At {
    /// Any object of this kind; of the kind that a finding is about, only that object itself.
    Any(Kind),
    /// Any object of this kind, also others than the one that a finding is about.
    Each(Kind),
    /// Whatever data and its copies can lie on.
    Places,
    /// Whatever hangs together: machines, what runs on them, the network and the power, with their cables.
    Structure,
    /// A list.
    List(&'static str),
}

/// See [`At::Places`].
const PLACES: [Kind; 6] = [Cluster, Guest, Host, Pool, Service, Stack];

/// See [`At::Structure`].
const STRUCTURE: [Kind; 10] = [
    Cluster, Device, Guest, Host, Network, Pool, Service, Site, Stack, Ups,
];

use At::{Any, Each, List, Places, Structure};
use Kind::{
    Alert, Asset, Backup, Cluster, Cost, Dataset, Device, Guest, Host, Job, Network, Person, Pool,
    Probe, Replication, Repository, Secret, Service, Site, Spof, Stack, Subscription, Tier, Ups,
    Zone,
};

/// Rules that find that something is missing, and where that could stand besides the object that they speak of.
const MISSING: &[(&str, &[At])] = &[
    ("alt-gap", &[Any(Alert)]),
    (
        "bak-321",
        &[Any(Backup), Any(Replication), Any(Repository), Places],
    ),
    ("bak-consistency", &[]),
    ("bak-coverage", &[Any(Backup), Any(Dataset)]),
    (
        "bak-feasible",
        &[
            Any(Backup),
            Any(Dataset),
            Any(Repository),
            Any(Site),
            Places,
        ],
    ),
    ("bak-key-escrow", &[Any(Secret)]),
    ("bak-location", &[Any(Repository)]),
    ("bak-no-verify", &[]),
    ("bak-rotate-floor", &[]),
    ("bak-rpo-missing", &[Any(Tier)]),
    (
        "bak-rpo-schedule",
        &[Any(Backup), Any(Replication), Any(Repository), Places],
    ),
    (
        "bak-same-domain",
        &[Any(Backup), Any(Replication), Any(Repository), Places],
    ),
    (
        "bak-snapshot-not-copy",
        &[Any(Backup), Any(Replication), Any(Repository), Places],
    ),
    // A part that cannot be read makes a sum no smaller, but what hangs on a UPS of its own is on no line beside it.
    ("cap-feed-load", &[Each(Ups)]),
    (
        "cap-one-number",
        &[Any(Cluster), Any(Guest), Any(Host), Any(Pool), Any(Site)],
    ),
    (
        "cap-sum",
        &[Any(Cluster), Any(Guest), Any(Host), Any(Pool), Any(Site)],
    ),
    ("cap-ups-runtime", &[Each(Ups), Any(Host), Any(Device)]),
    ("chg-backup-before", &[Any(Backup)]),
    ("chg-bypass", &[]),
    (
        "claim-config",
        &[
            Any(Service),
            Any(Backup),
            Any(Dataset),
            Any(Guest),
            Any(Host),
            Any(Job),
            Any(Probe),
            Any(Stack),
        ],
    ),
    ("claim-evidence", &[]),
    ("claim-req", &[]),
    ("claim-state", &[]),
    ("claim-term", &[Structure]),
    (
        "cmp-port-open",
        &[
            List("flows"),
            Any(Host),
            Any(Guest),
            Any(Network),
            Any(Service),
            Any(Zone),
        ],
    ),
    (
        "cost-complete",
        &[
            Any(Cost),
            Any(Subscription),
            Any(Asset),
            Any(Device),
            Any(Host),
            Any(Site),
        ],
    ),
    ("disk-scrub-overdue", &[Any(Pool), Any(Job)]),
    ("doc-diagram", &[Structure]),
    ("dr-circular", &[Structure, Any(Repository), Any(Secret)]),
    ("dr-drill-capacity", &[Any(Guest), Any(Host)]),
    (
        "dr-rto-feasible",
        &[
            Any(Backup),
            Any(Replication),
            Any(Repository),
            Any(Dataset),
            Any(Site),
            Places,
        ],
    ),
    (
        "dr-rto-procure",
        &[Any(Asset), Any(Cluster), Any(Guest), Any(Host), Any(Pool)],
    ),
    ("exposure-review", &[List("flows")]),
    (
        "fin-breakeven",
        &[Any(Cost), Any(Host), Any(Site), Any(Subscription)],
    ),
    (
        "fin-one-number",
        &[Any(Cost), Any(Subscription), Any(Asset), Any(Host)],
    ),
    (
        "fin-sum",
        &[
            Any(Asset),
            Any(Cost),
            Any(Host),
            Any(Site),
            Any(Subscription),
        ],
    ),
    ("fw-default", &[]),
    ("ha-drain", &[Any(Cluster), Any(Host), Any(Device)]),
    ("ha-quorum", &[Any(Cluster), Any(Host), Any(Device)]),
    ("ha-spof", &[Any(Spof), Structure]),
    (
        "ha-storage",
        &[Any(Pool), Any(Cluster), Any(Replication), Any(Host)],
    ),
    ("img-updater", &[]),
    ("inv-planned", &[]),
    ("inv-same-attr", &[Any(Host), Any(Guest), Any(Device)]),
    ("net-cable-ends", &[Each(Device), Any(Host), List("cables")]),
    (
        "net-cgnat",
        &[Any(Site), Any(Network), Any(Host), Any(Guest), Any(Device)],
    ),
    (
        "net-dns-address",
        &[
            Any(Service),
            Any(Host),
            Any(Guest),
            Any(Device),
            Any(Stack),
            Any(Network),
        ],
    ),
    ("net-dns-record", &[]),
    ("net-double-nat", &[Any(Network), Any(Site), Any(Device)]),
    ("net-egress", &[List("flows"), Any(Network), Any(Zone)]),
    (
        "net-exposure-denied",
        &[List("flows"), Any(Network), Any(Zone)],
    ),
    (
        "net-flow-missing",
        &[List("flows"), Any(Network), Any(Zone)],
    ),
    (
        "net-guest-network",
        &[Any(Host), Any(Guest), Any(Device), Any(Network)],
    ),
    ("net-gw", &[Any(Device), Any(Host), Any(Guest)]),
    ("net-matrix", &[List("flows"), Any(Network), Any(Zone)]),
    ("net-overlap", &[Each(Network)]),
    ("net-portcount", &[List("cables"), Each(Device), Any(Host)]),
    ("net-tailnet-funnel", &[Any(Service), Any(Host), Any(Guest)]),
    (
        "net-tailnet-ssh",
        &[Any(Service), Any(Host), Any(Guest), Any(Network)],
    ),
    ("net-transitive", &[List("flows"), Any(Network)]),
    ("net-tunnel", &[Each(Service)]),
    ("net-wireguard", &[]),
    ("ops-hours", &[]),
    ("ops-staffing", &[Any(Person)]),
    ("patch-coverage", &[Any(Job), Any(Cluster), Any(Stack)]),
    ("plan-date", &[]),
    (
        "ref-path",
        &[
            Any(Dataset),
            Any(Pool),
            Any(Service),
            Any(Host),
            Any(Repository),
        ],
    ),
    ("slo-compose", &[Structure]),
    ("slo-consistent", &[Places]),
    ("slo-source", &[Any(Probe)]),
    ("slo-spof", &[Structure]),
    ("ssh-lockout", &[]),
    ("ssh-no-login", &[]),
    ("sto-fit", &[Any(Host), Each(Pool)]),
    ("sto-fstab", &[]),
    ("sto-monitor", &[Any(Alert), Any(Pool)]),
    ("sto-raid-usable", &[Any(Host)]),
    ("sto-rebuild-ure", &[Any(Host)]),
    ("sto-replica-fit", &[Any(Host), Any(Dataset), Any(Guest)]),
    ("sto-scrub-layer", &[Any(Job)]),
    ("sto-thin", &[Any(Alert)]),
    ("sto-writehole", &[Any(Ups)]),
    ("svc-no-tier", &[Any(Service), Any(Dataset)]),
    ("ups-unwatched", &[]),
];

/// Turns findings that may rest on what could not be read into what is not known.
pub fn apply(ctx: &Context<'_>, rules: &[&Rule], findings: Findings) -> Findings {
    let unread = &ctx.lab.unread;
    if *unread == Unread::default() {
        return findings;
    }
    let mut out = Findings::default();
    for (object, found) in findings.into_items() {
        let cause = cause(ctx, object.as_ref(), &found);
        let told = match cause {
            Some(cause) => doubted(rules, found, &cause),
            None => found,
        };
        out.add_about(object, told);
    }
    out
}

/// What could not be read that a finding may rest on, in words.
fn cause(ctx: &Context<'_>, object: Option<&ObjectRef>, found: &Diagnostic) -> Option<String> {
    let unread = &ctx.lab.unread;
    let (_, places) = MISSING.iter().find(|(id, _)| *id == found.code)?;
    if found.unknown {
        return None;
    }
    if unread.sections {
        return Some("a part of the lab tree".to_owned());
    }
    let asked = |o: &&ObjectRef| {
        !is_unasked(unread, &found.code, o) && !is_beside(unread, &found.code, object, o)
    };
    let itself = object.filter(|o| unread.objects.contains(*o)).filter(asked);
    let all = |kinds: &[Kind]| {
        let all = unread.objects.iter().filter(asked);
        all.filter(|o| kinds.contains(&o.kind)).collect::<Vec<_>>()
    };
    let of = |kinds: &[Kind]| all(kinds).first().copied();
    let may = |kinds: &[Kind]| {
        all(kinds).into_iter().find(|o| {
            let apart = object.is_some_and(|about| is_apart(ctx, &found.code, about, o));
            !is_inert(unread, o) && !apart
        })
    };
    let elsewhere = || {
        places.iter().find_map(|at| match at {
            Any(kind) if object.is_some_and(|o| o.kind == *kind) => None,
            Any(kind) | Each(kind) => of(&[*kind]),
            // Its terms may be of anything.
            Structure if found.code == "claim-term" => of(&STRUCTURE),
            Places => may(&PLACES),
            Structure => may(&STRUCTURE),
            List(_) => None,
        })
    };
    let list = places.iter().find_map(|at| {
        let key = match at {
            List(key) => *key,
            Structure => "cables",
            Any(_) | Each(_) | Places => return None,
        };
        unread.lists.contains(key).then_some(key)
    });
    let named = itself.or_else(elsewhere).map(|o| claims::subject(Some(o)));
    named.or(list.map(|key| format!("one of the '{key}'")))
}

/// What is asked instead of said: of a denial, what it denies, as nobody wants to be told whether nothing is there.
fn question(said: &str) -> String {
    if let Some(what) = said.strip_prefix("nothing says ") {
        return what.to_owned();
    }
    let begins = [
        ("nothing ", "anything "),
        ("nobody ", "anybody "),
        ("no ", "any "),
    ];
    let denied = begins
        .iter()
        .find_map(|(no, any)| Some(format!("{any}{}", said.strip_prefix(no)?)));
    let within = [
        (" has no ", " has a "),
        (" have no ", " have a "),
        (" is in no ", " is in a "),
    ];
    let turned = |text: &str| {
        // Of two denials in one sentence, one alone would turn its meaning.
        let mut hits = within
            .iter()
            .filter(|(no, _)| text.matches(no).count() == 1);
        match (hits.next(), hits.next(), text.contains([',', ';'])) {
            (Some((no, a)), None, false) => text.replacen(no, a, 1),
            _ => text.to_owned(),
        }
    };
    format!("whether {}", denied.unwrap_or_else(|| turned(said)))
}

fn doubted(rules: &[&Rule], found: Diagnostic, cause: &str) -> Diagnostic {
    let Some(rule) = rules.iter().find(|r| r.id == found.code) else {
        return found;
    };
    let d = rule.unknown(question(&found.message));
    let d = d.note(format!("{cause} cannot be read whole"));
    match found.primary {
        Some(place) => d.at(place.span, ""),
        None => d,
    }
}
