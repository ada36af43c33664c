//! Which values that could not be read a finding surely does not rest on.
//!
//! A slip makes everything unknown that may rest on it, and nothing else: the size of a memory says nothing of where a copy lies. What stands
//! here is only what is certain; whatever is not listed may be what a rule misses.

use graph::Context;
use graph::bodies::Body;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Unread;
use std::collections::BTreeSet;

/// Keys that say neither where something lies nor what it hangs together with, by kind. `*` is any name.
const INERT: &[(Kind, &[&str])] = &[
    (
        Kind::Cluster,
        &[
            "api",
            "cni",
            "description",
            "features",
            "live_migration",
            "version",
        ],
    ),
    (
        Kind::Device,
        &["cost", "description", "model", "power", "serial", "unit"],
    ),
    (
        Kind::Guest,
        &[
            "autostart",
            "cores",
            "cpu",
            "description",
            "encryption",
            "features",
            "id",
            "memory",
            "memory_reserved",
            "order",
            "os",
            "privileged",
            "swap",
            "version",
        ],
    ),
    (
        Kind::Host,
        &[
            "allocatable",
            "cost",
            "description",
            "encryption",
            "hardware.cpu",
            "hardware.memory",
            "hardware.memory_max",
            "hardware.memory_modules",
            "hardware.psu",
            "hardware.serial",
            "os",
            "power",
            "rack",
            "temperature",
            "unit",
            "version",
        ],
    ),
    (Kind::Network, &["description", "dhcp", "mtu"]),
    (Kind::Pool, &["description", "fill_limit", "level", "used"]),
    (
        Kind::Service,
        &[
            "controls",
            "cores",
            "description",
            "image",
            "memory",
            "smoke",
            "version",
        ],
    ),
    (Kind::Site, &["description", "power.average", "power.price"]),
    (
        Kind::Ups,
        &[
            "description",
            "energy",
            "model",
            "nut",
            "power",
            "rating",
            "runtime",
            "serial",
            "watched_by",
        ],
    ),
];

/// Keys that say how large something is or what it draws, and of the rules that find something missing those that may ask for it.
const SIZES: &[(Kind, &[&str], &[&str])] = &[
    (
        Kind::Guest,
        &["cores", "cpu", "memory", "memory_reserved", "swap"],
        OF_MEMORY,
    ),
    (
        Kind::Host,
        &[
            "allocatable",
            "hardware.cpu",
            "hardware.memory",
            "hardware.memory_max",
            "hardware.memory_modules",
        ],
        OF_MEMORY,
    ),
    (Kind::Host, &["power", "temperature"], OF_POWER),
    (Kind::Device, &["power"], OF_POWER),
];

const OF_MEMORY: &[&str] = &[
    "cap-one-number",
    "cap-sum",
    "claim-config",
    "claim-req",
    "claim-term",
    "cost-complete",
    "dr-drill-capacity",
    "dr-rto-procure",
    "inv-same-attr",
];

const OF_POWER: &[&str] = &[
    "alt-gap",
    "cap-feed-load",
    "cap-one-number",
    "cap-sum",
    "cap-ups-runtime",
    "claim-config",
    "claim-req",
    "claim-term",
    "cost-complete",
    "fin-breakeven",
    "fin-one-number",
    "fin-sum",
    "inv-same-attr",
];

/// Rules that ask for one thing of the others of a kind: these keys of them.
const BESIDE: &[(&str, Kind, &[&str])] = &[("cap-ups-runtime", Kind::Ups, &["feeds"])];

/// Rules of which each finding is about data, and rests on where that and its copies lie.
const OF_DATA: &[&str] = &[
    "bak-321",
    "bak-rpo-schedule",
    "bak-same-domain",
    "bak-snapshot-not-copy",
];

/// The values of an object that could not be read say neither where it lies nor what it hangs together with.
pub(crate) fn is_inert(unread: &Unread, object: &ObjectRef) -> bool {
    let keys = INERT.iter().find(|(kind, _)| *kind == object.kind);
    let Some((_, keys)) = keys else { return false };
    unread.at.get(object).is_some_and(|places| {
        let mut places = places.iter();
        places.all(|place| keys.iter().any(|key| leads(key, place)))
    })
}

/// The values of an object that could not be read are sizes that the rule does not ask for.
pub(crate) fn is_unasked(unread: &Unread, rule: &str, object: &ObjectRef) -> bool {
    let of = || {
        SIZES
            .iter()
            .filter(|(kind, _, asked)| *kind == object.kind && !asked.contains(&rule))
    };
    unread.at.get(object).is_some_and(|places| {
        let mut places = places.iter();
        places.all(|place| of().any(|(_, keys, _)| keys.iter().any(|key| leads(key, place))))
    })
}

/// The values of another object that could not be read are none that the rule asks for.
pub(crate) fn is_beside(
    unread: &Unread,
    rule: &str,
    about: Option<&ObjectRef>,
    object: &ObjectRef,
) -> bool {
    let asked = BESIDE
        .iter()
        .find(|(id, kind, _)| *id == rule && *kind == object.kind);
    let Some((.., keys)) = asked.filter(|_| about != Some(object)) else {
        return false;
    };
    !keys.iter().any(|key| may_be(unread, object, key))
}

/// The key, or one above it, is on the way to the place.
fn leads(key: &str, place: &[String]) -> bool {
    let mut at = place.iter();
    let mut key = key.split('.');
    key.all(|k| at.next().is_some_and(|a| k == "*" || k == a))
}

/// A finding of a rule about data surely rests on nothing that was not read of this object: neither the data nor one of its copies lies there,
/// and nothing of it can be what says so.
pub(crate) fn is_apart(
    ctx: &Context<'_>,
    rule: &str,
    about: &ObjectRef,
    object: &ObjectRef,
) -> bool {
    let of_data = OF_DATA.contains(&rule);
    let mut bodies = ctx
        .bodies()
        .iter()
        .filter(|b| b.object == *about)
        .peekable();
    if !of_data || bodies.peek().is_none() {
        return false;
    }
    let names_data = match object.kind {
        // What it keeps may be this data.
        Kind::Service => may_be(&ctx.lab.unread, object, "data"),
        Kind::Guest => may_be(&ctx.lab.unread, object, "disks"),
        Kind::Host => may_be(&ctx.lab.unread, object, "mounts"),
        _ => true,
    };
    !names_data && bodies.all(|body| !touched(ctx, body).contains(object))
}

/// The key, or any, could not be read.
fn may_be(unread: &Unread, object: &ObjectRef, key: &str) -> bool {
    unread.at.get(object).is_none_or(|places| {
        let mut places = places.iter();
        places.any(|place| place.first().is_none_or(|first| first == key))
    })
}

/// What says where data and its copies lie.
fn touched(ctx: &Context<'_>, body: &Body<'_>) -> BTreeSet<ObjectRef> {
    let within = body.within.iter();
    let mut out: BTreeSet<ObjectRef> = within.map(|(k, n)| ObjectRef::new(*k, *n)).collect();
    out.extend(body.service.map(|s| ObjectRef::new(Kind::Service, s)));
    let copies = ctx.copies().copies(body);
    let places = copies.iter().map(|c| &c.place).chain([&body.place]);
    for place in places {
        out.extend(place.machines.iter().map(|m| match m {
            graph::places::Machine::Host(name) => ObjectRef::new(Kind::Host, *name),
            graph::places::Machine::Device(name) => ObjectRef::new(Kind::Device, *name),
        }));
        out.extend(place.pools.iter().map(|p| ObjectRef::new(Kind::Pool, *p)));
    }
    for copy in copies {
        let on = copy.repository.and_then(|r| r.on.known());
        let machines = [Kind::Host, Kind::Guest, Kind::Device];
        out.extend(
            on.iter()
                .flat_map(|on| machines.map(|k| ObjectRef::new(k, on.as_str()))),
        );
        out.extend(copy.store.map(|(kind, name)| ObjectRef::new(kind, name)));
    }
    // A guest, and what is on it, lies on its host.
    let guests: Vec<ObjectRef> = out
        .iter()
        .filter(|o| o.kind == Kind::Guest)
        .cloned()
        .collect();
    for guest in guests {
        let on = ctx.lab.guests.get(&guest.name).and_then(|g| g.on.known());
        out.extend(on.map(|on| on.0.object.clone()));
    }
    out
}
