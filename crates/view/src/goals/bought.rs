//! The lab as it would be with what is bought.

use super::offers::{At, Kept, Offered, given, parsed};
use diag::{Span, Spanned};
use model::declare::Need;
use model::declare::{OptExt as _, Ref, Target};
use model::id::{Kind, ObjectRef};
use model::lab::device::Ups;
use model::lab::hardware::{Hardware, HostAbout, HostKind};
use model::lab::money::{Asset, Offer, OfferKind};
use model::lab::protection::{Media, RepositoryAbout};
use model::lab::site::Uplink;
use model::lab::storage::Level;
use model::lab::{Backup, Host, Lab, Repository};
use model::units::Seconds;
use model::units::size::Size;
use model::units::text::Name;

/// What a thing that is bought is called in the lab as it would be: as nothing that is declared can be, whose names have no such mark.
pub(super) fn name(number: usize) -> String {
    format!("bought#{number}")
}

impl Offered {
    /// The lab with it. `number` tells things apart that are bought together.
    pub fn put_into(&self, lab: &mut Lab, number: usize) {
        let name = name(number);
        match (&self.at, self.offer.kind.known()) {
            (At::Site(site), Some(OfferKind::Host)) => {
                lab.hosts.insert(name, host(site, &self.offer));
            }
            (At::Member(cluster, site), _) => {
                lab.hosts.insert(name.clone(), host(site, &self.offer));
                if let Some(cluster) = lab.clusters.get_mut(cluster) {
                    let member = Ref(Target::whole(Kind::Host, name));
                    cluster.members.push(Spanned::new(member, Span::default()));
                }
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
