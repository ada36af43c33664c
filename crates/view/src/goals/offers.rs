//! What can be bought, and the lab as it would be with it.
//!
//! An offer becomes a candidate once for each place where it would make a difference: a disk for each host and pool, a machine for each site.

use super::recover::World;
use crate::cell::How;
use diag::Span;
use graph::bodies::Body;
use graph::takeover::is_bought;
use model::compose::Projects;
use model::declare::{Given, Known, Need, Opt, OptExt as _, Target, Value};
use model::id::{Kind, ObjectRef};
use model::lab::guest::{Cluster, ClusterKind};
use model::lab::money::{Offer, OfferKind};
use model::lab::storage::Level;
use model::lab::{DataClass, Host, Lab};
use model::units::percent::Share;
use model::units::size::Rate;
use model::units::text::Prose;
use serde::Serialize;
use std::collections::BTreeSet;

/// Years over which a running cost is compared with a price.
pub(super) const YEARS: i128 = 3;

/// What something costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    /// Cents once.
    pub once: i128,
    /// Cents per year.
    pub yearly: i128,
    /// Currency.
    pub currency: String,
    /// Where it stands, or that it is assumed.
    pub source: String,
    /// Assumed or declared.
    pub how: How,
}

impl Price {
    /// Cents over three years.
    pub fn total(&self) -> i128 {
        self.once + YEARS * self.yearly
    }

    /// `110 EUR`, `90 EUR and 180 EUR a year`.
    pub fn words(&self) -> String {
        let money = |cents: i128| format!("{} {}", super::table::whole(cents), self.currency);
        match (self.once, self.yearly) {
            (once, 0) => money(once),
            (0, yearly) => format!("{} a year", money(yearly)),
            (once, yearly) => format!("{} and {} a year", money(once), money(yearly)),
        }
    }
}

/// An offer at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// What is bought, and for what.
    pub title: String,
    /// What that costs.
    pub price: Price,
    #[serde(skip)]
    pub(super) offer: Offer,
    #[serde(skip)]
    pub(super) at: At,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    Site(String),
    /// A member of a cluster, at the site of the others.
    Member(String, String),
    Spare(Target),
    Mirror(String),
    Copies(String, Kept),
    Away(Kept),
    Cluster(String),
}

/// What a bought place of copies is for: no more than somebody would miss and cannot fetch again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// Datasets, services and guests that are copied.
    pub(super) of: BTreeSet<ObjectRef>,
    /// How much that is, as far as it is declared.
    bytes: u128,
    words: String,
}

/// All data that must not be lost, and that of each tier where it is less.
fn kept(lab: &Lab) -> Vec<Kept> {
    // What runs takes memory, and that decides nothing of where copies are kept.
    let none = Projects::default();
    let world = World::of(lab, &none);
    let keeps =
        |b: &&Body<'_>| !matches!(b.class, Some(DataClass::Scratch | DataClass::Replaceable));
    let of = |bodies: Vec<&Body<'_>>, words: String| {
        let of: BTreeSet<ObjectRef> = bodies
            .into_iter()
            .filter(keeps)
            .map(|b| b.object.clone())
            .collect();
        // What is copied with one of them takes room, too.
        let all = world.bodies.iter().filter(|b| of.contains(&b.object));
        let sizes = all.filter_map(|b| Some(u128::from(b.size?.value()?.bytes())));
        Kept {
            bytes: sizes.sum(),
            of,
            words,
        }
    };
    let mut out = vec![of(
        world.bodies.iter().collect(),
        "with copies of all data that cannot be had again".to_owned(),
    )];
    for tier in lab.tiers.keys() {
        let own = world
            .bodies
            .iter()
            .filter(|b| b.tiers.iter().any(|(t, _)| t == tier));
        let words = format!("with copies of what tier {tier} must not lose");
        let found = of(own.chain(world.data(tier)).collect(), words);
        if !found.of.is_empty() && out.iter().all(|k| k.of != found.of) {
            out.push(found);
        }
    }
    out
}

/// The currency of the usual prices. In another one they would be other numbers.
const USUAL_IN: &str = "EUR";

/// Usual prices of late 2026 in [`USUAL_IN`], second-hand where that is usual: kind, what, once, per month, memory, space, rates, availability. They are assumed, and labs declare better ones.
type Usual = (
    OfferKind,
    &'static str,
    u32,
    u32,
    &'static str,
    &'static str,
);
const USUAL: [Usual; 11] = [
    (
        OfferKind::Host,
        "second-hand mini PC, 16GiB",
        180,
        0,
        "16GiB",
        "500GB",
    ),
    (
        OfferKind::Host,
        "second-hand mini PC, 32GiB",
        320,
        0,
        "32GiB",
        "1TB",
    ),
    (
        OfferKind::Host,
        "second-hand workstation, 64GiB",
        600,
        0,
        "64GiB",
        "2TB",
    ),
    (OfferKind::Disk, "SSD", 70, 0, "", "1TB"),
    (OfferKind::Disk, "disk", 110, 0, "", "4TB"),
    (OfferKind::Disk, "disk", 250, 0, "", "12TB"),
    (OfferKind::UsbDisk, "USB disk", 110, 0, "", "4TB"),
    (OfferKind::Storage, "storage elsewhere", 0, 5, "", "1TB"),
    (
        OfferKind::Witness,
        "small computer as a witness",
        70,
        0,
        "",
        "",
    ),
    (
        OfferKind::Uplink,
        "mobile router with a contract",
        90,
        15,
        "",
        "",
    ),
    (OfferKind::Ups, "UPS", 130, 0, "", ""),
];

pub(super) fn given<T>(value: T) -> Opt<T> {
    Some(Box::new(Given::declared(value, Span::default())))
}

fn assumed<T>(value: T) -> Opt<T> {
    Some(Box::new(Given {
        span: Span::default(),
        known: Known::Assumed { value, why: None },
    }))
}

pub(super) fn parsed<T: Value>(text: &str) -> Opt<T> {
    T::parse(text).ok().and_then(assumed)
}

/// The currency in which purchases of a lab are compared: its own where there are prices in it; else that of all offers that it declares; else
/// that of the usual prices.
fn currency(lab: &Lab) -> String {
    let offered: BTreeSet<String> = lab.offers.iter().flat_map(currencies).collect();
    let own = lab.head.currency.known().map(ToString::to_string);
    let own = own.filter(|c| c == USUAL_IN || offered.contains(c));
    let only = offered.first().filter(|_| offered.len() == 1).cloned();
    own.or(only).unwrap_or_else(|| USUAL_IN.to_owned())
}

/// In which currencies an offer is.
fn currencies(offer: &Offer) -> impl Iterator<Item = String> {
    let price = offer.price.known().map(|p| p.currency());
    let cost = offer.cost.known().map(|c| c.money.currency());
    price.into_iter().chain(cost).map(|c| c.to_string())
}

/// Offers that cannot be compared with the rest, in words.
pub(super) fn left_out(lab: &Lab) -> Vec<String> {
    let currency = currency(lab);
    let mut out = Vec::new();
    let other = |o: &&Offer| currencies(o).any(|c| c != currency);
    for offer in lab.offers.iter().filter(other) {
        let kind = offer.kind.known().map_or("an offer", |k| k.word());
        let title = offer.title.known().map_or(kind, |t| t.0.as_str());
        let of: BTreeSet<String> = currencies(offer).collect();
        let of: Vec<String> = of.into_iter().collect();
        out.push(format!("'{title}', in {}", of.join(" and ")));
    }
    for offer in lab.offers.iter().filter(|o| is_unmeasured(o)) {
        let title = offer.title.known().map_or("a host", |t| t.0.as_str());
        out.push(format!("'{title}': how much memory it has is not declared"));
    }
    if currency != USUAL_IN {
        out.push(format!(
            "usual prices, which are known in {USUAL_IN} alone: declare 'offers' in {currency}"
        ));
    }
    out.extend(astray(lab));
    out
}

/// Machines beside which nothing can be put, since nobody says where they stand.
fn astray(lab: &Lab) -> Option<String> {
    let hosts = lab.hosts.iter();
    let mut hosts = hosts.filter(|(_, h)| is_bought(h) && h.site.known().is_none());
    let (first, _) = hosts.next()?;
    let all = match hosts.count() {
        0 => format!("host '{first}', which has"),
        n => format!("host '{first}' and {n} more, which have"),
    };
    Some(format!(
        "a machine, a UPS or a line beside {all} no declared 'site'"
    ))
}

fn sold_as(offer: &Offer) -> &str {
    let kind = offer.kind.known().map_or("offer", |k| k.word());
    offer.title.known().map_or(kind, |t| t.0.as_str())
}

impl Offered {
    /// What it is called where it is sold.
    pub(super) fn sold_as(&self) -> &str {
        sold_as(&self.offer)
    }
}

/// A machine of which nobody said how much memory it has: what it could carry is not known.
fn is_unmeasured(offer: &Offer) -> bool {
    offer.kind.known() == Some(&OfferKind::Host) && offer.memory.known().is_none()
}

/// Offers that the lab declares, and the usual ones of kinds of which it declares none.
fn offers(lab: &Lab, currency: &str) -> Vec<Offer> {
    let declared = |kind: OfferKind| lab.offers.iter().any(|o| o.kind.known() == Some(&kind));
    let usual = USUAL
        .iter()
        .filter(|u| !declared(u.0) && currency == USUAL_IN)
        .map(|(kind, title, once, month, memory, size)| {
            let uplink = *kind == OfferKind::Uplink;
            Offer {
                kind: Need(given(*kind)),
                title: given(Prose((*title).to_owned())),
                price: parsed(&format!("{once} {currency}")),
                cost: if *month > 0 {
                    parsed(&format!("{month} {currency}/month"))
                } else {
                    None
                },
                memory: parsed(memory),
                size: parsed(size),
                down: if uplink {
                    parsed::<Rate>("50Mbit/s")
                } else {
                    None
                },
                up: if uplink {
                    parsed::<Rate>("10Mbit/s")
                } else {
                    None
                },
                availability: if uplink { parsed::<Share>("99%") } else { None },
                ..Offer::default()
            }
        });
    lab.offers.iter().cloned().chain(usual).collect()
}

/// Everything that could be bought for a lab, cheapest first. Offers in another currency than the lab's are left out.
pub(super) fn candidates(lab: &Lab) -> Vec<Offered> {
    let currency = currency(lab);
    let mut out = Vec::new();
    for offer in offers(lab, &currency) {
        let Some(kind) = offer
            .kind
            .known()
            .copied()
            .filter(|_| !is_unmeasured(&offer))
        else {
            continue;
        };
        for (at, words, times) in places(lab, kind, &offer) {
            if let Some(price) = price(&offer, &currency, times) {
                let title = sold_as(&offer);
                let size = offer.size.known().filter(|_| kind != OfferKind::Host);
                let size = size.map(|s| format!(", {s}")).unwrap_or_default();
                let times = if times > 1 {
                    format!("{times} × ")
                } else {
                    String::new()
                };
                out.push(Offered {
                    title: format!("{times}{title}{size} {words}"),
                    price,
                    offer: offer.clone(),
                    at,
                });
            }
        }
    }
    // Of two offers for one place that do the same the cheaper one is enough.
    out.sort_by(|a, b| (a.price.total(), &a.title).cmp(&(b.price.total(), &b.title)));
    let mut seen: Vec<(OfferKind, At)> = Vec::new();
    out.retain(|o| {
        let kind = o.offer.kind.known().copied().unwrap_or(OfferKind::Host);
        let key = (kind, o.at.clone());
        let keep = kind == OfferKind::Host || !seen.contains(&key);
        seen.push(key);
        keep
    });
    out
}

fn price(offer: &Offer, currency: &str, times: u64) -> Option<Price> {
    // What nobody knows is not for nothing.
    let open = offer.price.as_deref().is_some_and(Given::is_unknown)
        || offer.cost.as_deref().is_some_and(Given::is_unknown);
    if open {
        return None;
    }
    let times = i128::from(times);
    let once = offer.price.known().copied();
    let yearly = offer.cost.known().copied();
    let fits = |c: model::units::currency::Currency| c.to_string() == currency;
    let other = once.is_some_and(|p| !fits(p.currency()))
        || yearly.is_some_and(|c| !fits(c.money.currency()));
    if other || (once.is_none() && yearly.is_none()) {
        return None;
    }
    let sure = |assumed: bool| if assumed { How::Assumed } else { How::Declared };
    let is_assumed = offer.price.as_deref().is_some_and(Given::is_assumed)
        || offer.cost.as_deref().is_some_and(Given::is_assumed);
    let source = match (offer.source.known(), offer.checked.known()) {
        (Some(source), Some(day)) => format!("{source}, looked at on {day}"),
        (Some(source), None) => source.to_string(),
        _ if is_assumed => "assumed, a usual price as of 2026-11 without a source".to_owned(),
        _ => "declared".to_owned(),
    };
    Some(Price {
        once: once.map_or(0, |p| p.high_cents()) * times,
        yearly: yearly.map_or(0, |c| c.cents_per_year().1) * times,
        currency: currency.to_owned(),
        source,
        how: sure(is_assumed),
    })
}

/// Where an offer makes a difference, in words, and how many of it are wanted.
fn places(lab: &Lab, kind: OfferKind, offer: &Offer) -> Vec<(At, String, u64)> {
    let bought = || {
        lab.hosts
            .iter()
            .filter(|(_, h)| is_bought(h) && h.site.is_some())
    };
    let sites: BTreeSet<&str> = bought()
        .filter_map(|(_, h)| h.site.known().map(String::as_str))
        .collect();
    let space = offer.size.known().map_or(0, |s| u128::from(s.bytes()));
    match kind {
        OfferKind::Host => {
            let alone = sites
                .into_iter()
                .map(|s| (At::Site(s.to_owned()), format!("at {s}, to take over"), 1));
            alone.chain(members(lab)).collect()
        }
        OfferKind::Uplink | OfferKind::Ups => sites
            .into_iter()
            .map(|s| (At::Site(s.to_owned()), format!("at {s}"), 1))
            .collect(),
        OfferKind::Disk => {
            let spare = bought().filter_map(|(name, host)| spare(name, host, space));
            spare.chain(mirrors(lab, space)).collect()
        }
        OfferKind::UsbDisk => {
            let fits = kept(lab).into_iter().filter(|k| k.bytes <= space);
            let all = fits.flat_map(|k| bought().map(move |(n, _)| (n, k.clone())));
            all.map(|(n, kept)| {
                let words = format!("at {n}, {}", kept.words);
                (At::Copies(n.clone(), kept), words, 1)
            })
            .collect()
        }
        OfferKind::Storage => {
            let all = kept(lab).into_iter().map(|kept| {
                let times = kept.bytes.div_ceil(space.max(1)).max(1);
                let times = u64::try_from(times).unwrap_or(u64::MAX);
                (At::Away(kept.clone()), kept.words, times)
            });
            all.collect()
        }
        OfferKind::Witness => {
            let tied = lab.clusters.iter().filter(|(_, c)| {
                c.kind.known() == Some(&ClusterKind::Proxmox) && c.qdevice.is_none()
            });
            tied.map(|(n, _)| (At::Cluster(n.clone()), format!("for cluster {n}"), 1))
                .collect()
        }
    }
}

/// Clusters of hypervisors of which all members stand at one site: guests go on there on one more.
fn members(lab: &Lab) -> impl Iterator<Item = (At, String, u64)> {
    let proxmox = |c: &Cluster| c.kind.known() == Some(&ClusterKind::Proxmox);
    let clusters = lab.clusters.iter().filter(move |(_, c)| proxmox(c));
    clusters.filter_map(|(name, cluster)| {
        let site = |host: &str| lab.hosts.get(host)?.site.known();
        let hosts = graph::load::hosts_of(lab, cluster);
        let first = site(hosts.first()?)?;
        let together = hosts.iter().all(|h| site(h) == Some(first));
        together.then(|| {
            let at = At::Member(name.clone(), first.clone());
            (at, format!("at {first}, a member of cluster {name}"), 1)
        })
    })
}

/// For the largest disk of a host; a smaller one does with it too.
fn spare(name: &str, host: &Host, space: u128) -> Option<(At, String, u64)> {
    let disks = host.about.hardware.iter().flat_map(|h| &h.disks);
    let sized = disks.filter_map(|(k, d)| Some((d.size.known()?.bytes(), k)));
    let (size, key) = sized.max()?;
    let target = Target {
        object: ObjectRef::new(Kind::Host, name),
        part: Some(key.0.clone()),
    };
    (u128::from(size) <= space).then(|| (At::Spare(target), format!("as a spare for {name}"), 1))
}

/// Pools on one disk that a second one of its size would mirror.
fn mirrors<'a>(lab: &'a Lab, space: u128) -> impl Iterator<Item = (At, String, u64)> + 'a {
    let alone = lab.pools.iter().filter(|(_, p)| {
        let single = matches!(p.level.known(), None | Some(Level::Single));
        p.from.is_none() && single && p.devices.len() == 1
    });
    alone.filter_map(move |(name, pool)| {
        let disk = &pool.devices.first()?.value;
        let hardware = lab.hosts.get(disk.name())?.about.hardware.as_ref()?;
        let (_, found) = hardware
            .disks
            .iter()
            .find(|(k, _)| Some(k.0.as_str()) == disk.part())?;
        let fits = u128::from(found.size.known()?.bytes()) <= space;
        fits.then(|| {
            (
                At::Mirror(name.clone()),
                format!("as the second half of pool {name}"),
                1,
            )
        })
    })
}
