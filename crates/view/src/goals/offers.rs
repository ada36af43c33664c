//! What can be bought, and the lab as it would be with it.
//!
//! An offer becomes a candidate once for each place where it would make a difference: a disk for each host and pool, a machine for each site.

use super::recover::World;
use crate::cell::How;
use diag::{Span, Spanned};
use graph::bodies::Body;
use graph::takeover::is_bought;
use model::declare::{Given, Known, Need, Opt, OptExt as _, Ref, Target, Value};
use model::id::{Kind, ObjectRef};
use model::lab::device::Ups;
use model::lab::hardware::{Hardware, HostAbout, HostKind};
use model::lab::money::{Asset, Offer, OfferKind};
use model::lab::protection::{Media, RepositoryAbout};
use model::lab::site::Uplink;
use model::lab::storage::Level;
use model::lab::{Backup, DataClass, Host, Lab, Repository};
use model::units::Seconds;
use model::units::percent::Share;
use model::units::size::{Rate, Size};
use model::units::text::{Name, Prose};
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
    offer: Offer,
    #[serde(skip)]
    at: At,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    Site(String),
    Spare(Target),
    Mirror(String),
    Copies(String, Kept),
    Away(Kept),
    Cluster(String),
}

/// What a bought place of copies is for: no more than somebody would miss and cannot fetch again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    /// Datasets, services and guests that are copied.
    of: BTreeSet<ObjectRef>,
    /// How much that is, as far as it is declared.
    bytes: u128,
    words: String,
}

/// All data that must not be lost, and that of each tier where it is less.
fn kept(lab: &Lab) -> Vec<Kept> {
    let world = World::of(lab);
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

fn given<T>(value: T) -> Opt<T> {
    Some(Given::declared(value, Span::default()))
}

fn assumed<T>(value: T) -> Opt<T> {
    Some(Given {
        span: Span::default(),
        known: Known::Assumed { value, why: None },
    })
}

fn parsed<T: Value>(text: &str) -> Opt<T> {
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
    if currency != USUAL_IN {
        out.push(format!(
            "usual prices, which are known in {USUAL_IN} alone: declare 'offers' in {currency}"
        ));
    }
    out
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
        let Some(kind) = offer.kind.known().copied() else {
            continue;
        };
        for (at, words, times) in places(lab, kind, &offer) {
            if let Some(price) = price(&offer, &currency, times) {
                let title = offer.title.known().map_or(kind.word(), |t| t.0.as_str());
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
    let open = offer.price.as_ref().is_some_and(Given::is_unknown)
        || offer.cost.as_ref().is_some_and(Given::is_unknown);
    if open {
        return None;
    }
    let times = i128::from(times);
    let once = offer.price.known().copied();
    let yearly = offer.cost.known().copied();
    let fits = |c: model::units::money::Currency| c.to_string() == currency;
    let other = once.is_some_and(|p| !fits(p.currency()))
        || yearly.is_some_and(|c| !fits(c.money.currency()));
    if other || (once.is_none() && yearly.is_none()) {
        return None;
    }
    let sure = |assumed: bool| if assumed { How::Assumed } else { How::Declared };
    let is_assumed = offer.price.as_ref().is_some_and(Given::is_assumed)
        || offer.cost.as_ref().is_some_and(Given::is_assumed);
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
        OfferKind::Host => sites
            .into_iter()
            .map(|s| (At::Site(s.to_owned()), format!("at {s}, to take over"), 1))
            .collect(),
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
                c.kind.known() == Some(&model::lab::guest::ClusterKind::Proxmox)
                    && c.qdevice.is_none()
            });
            tied.map(|(n, _)| (At::Cluster(n.clone()), format!("for cluster {n}"), 1))
                .collect()
        }
    }
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

impl Offered {
    /// The lab with it. `number` tells things apart that are bought together.
    pub fn put_into(&self, lab: &mut Lab, number: usize) {
        let name = format!("bought-{number}");
        match (&self.at, self.offer.kind.known()) {
            (At::Site(site), Some(OfferKind::Host)) => {
                lab.hosts.insert(name, host(site, &self.offer));
            }
            (At::Site(site), Some(OfferKind::Ups)) => ups(lab, name, site),
            (At::Site(site), _) => {
                if let Some(site) = lab.sites.get_mut(site) {
                    site.about.uplinks.insert(Name(name), self.uplink());
                }
            }
            (At::Spare(target), _) => {
                let asset = Asset {
                    of: Need(given(Ref(target.clone()))),
                    spare_for: given(Ref(target.clone())),
                    ..Asset::default()
                };
                lab.assets.insert(name, asset);
            }
            (At::Mirror(pool), _) => mirror(lab, &name, pool),
            (At::Copies(on, kept), _) => copies(lab, &name, kept, &|r: &mut Repository| {
                r.on = given(on.clone());
                r.disk = given("bought".to_owned());
            }),
            (At::Away(kept), _) => copies(lab, &name, kept, &|r: &mut Repository| {
                r.about.media = given(Media::Cloud);
            }),
            (At::Cluster(cluster), _) => {
                let site = lab.hosts.values().find_map(|h| h.site.known());
                let site = site.cloned().unwrap_or_default();
                lab.hosts
                    .insert(name.clone(), host(&site, &Offer::default()));
                if let Some(cluster) = lab.clusters.get_mut(cluster) {
                    cluster.qdevice = given(Ref(Target::whole(Kind::Host, name)));
                }
            }
        }
    }

    fn uplink(&self) -> Uplink {
        Uplink {
            down: self.offer.down.clone(),
            up: self.offer.up.clone(),
            availability: self.offer.availability.clone(),
            ..Uplink::default()
        }
    }
}

fn host(site: &str, offer: &Offer) -> Host {
    let hardware = Hardware {
        memory: offer.memory.clone().or_else(|| parsed::<Size>("0B")),
        ..Hardware::default()
    };
    Host {
        site: given(site.to_owned()),
        about: HostAbout {
            kind: given(HostKind::Server),
            hardware: Some(hardware),
            ..HostAbout::default()
        },
        ..Host::bare(Span::default())
    }
}

/// A second disk like the first one.
fn mirror(lab: &mut Lab, name: &str, pool: &str) {
    let Some(pool) = lab.pools.get_mut(pool) else {
        return;
    };
    let Some(first) = pool.devices.first().cloned() else {
        return;
    };
    let mut second = first.clone();
    second.value.0.part = Some(name.to_owned());
    pool.level = given(Level::Raid1);
    pool.devices.push(second);
    let hardware = lab.hosts.get_mut(first.value.name());
    if let Some(hardware) = hardware.and_then(|h| h.about.hardware.as_mut()) {
        let disk = hardware
            .disks
            .iter()
            .find(|(k, _)| Some(k.0.as_str()) == first.value.part());
        if let Some(disk) = disk.map(|(_, d)| d.clone()) {
            hardware.disks.insert(Name(name.to_owned()), disk);
        }
    }
}

/// A battery before everything at a site that has none.
fn ups(lab: &mut Lab, name: String, site: &str) {
    let has = |o: &ObjectRef| {
        lab.ups
            .values()
            .any(|u| u.feeds.iter().any(|f| f.value.0.object == *o))
    };
    let here = lab
        .hosts
        .iter()
        .filter(|(_, h)| h.site.known().is_some_and(|s| s == site));
    let feeds = here
        .map(|(n, _)| ObjectRef::new(Kind::Host, n))
        .filter(|o| !has(o));
    let feeds =
        feeds.map(|object| Spanned::new(Ref(Target { object, part: None }), Span::default()));
    let ups = Ups {
        site: given(Ref(Target::whole(Kind::Site, site))),
        feeds: feeds.collect(),
        ..Ups::default()
    };
    lab.ups.insert(name, ups);
}

/// A repository, and a backup of some data to it that is taken twice as often as the strictest objective asks.
fn copies(lab: &mut Lab, name: &str, kept: &Kept, to: &dyn Fn(&mut Repository)) {
    let mut repository = Repository {
        span: Span::default(),
        was: None,
        on: None,
        location: None,
        disk: None,
        password: None,
        about: RepositoryAbout::default(),
    };
    to(&mut repository);
    lab.repositories.insert(name.to_owned(), repository);
    let strictest = lab
        .tiers
        .values()
        .flat_map(|t| t.rpo.values())
        .map(|r| r.value.0)
        .min();
    let every = Seconds((strictest.unwrap_or(86_400) / 2).max(300));
    let bare = |n: &str| Spanned::new(n.to_owned(), Span::default());
    let of = |kind: Kind| kept.of.iter().filter(move |o| o.kind == kind);
    let mut backup = Backup {
        span: Span::default(),
        datasets: of(Kind::Dataset).map(|o| bare(o.name.as_str())).collect(),
        to: Some(bare(name)),
        every: Some(Spanned::new(every, Span::default())),
        keep_last: None,
        keep_daily: None,
        keep: Default::default(),
        about: Default::default(),
    };
    let guests = of(Kind::Guest).map(|o| {
        Spanned::new(
            Ref(Target::whole(Kind::Guest, o.name.as_str())),
            Span::default(),
        )
    });
    backup.about.guests = guests.collect();
    let services = of(Kind::Service).map(|o| {
        Spanned::new(
            Ref(Target::whole(Kind::Service, o.name.as_str())),
            Span::default(),
        )
    });
    backup.about.services = services.collect();
    // How long one takes follows from what changes; where nobody said that, from the time between two: it is done before the next begins.
    let changes = |o: &ObjectRef| {
        let data = lab.datasets.get(&o.name);
        data.is_some_and(|d| d.about.changes.known().is_some())
    };
    if !kept
        .of
        .iter()
        .any(|o| o.kind == Kind::Dataset && changes(o))
    {
        backup.about.took = parsed(&format!("{}s", every.0));
    }
    lab.backups.insert(name.to_owned(), backup);
}
