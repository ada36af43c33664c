//! What can fail, and how that is written.

use model::declare::{OptExt as _, Target};
use model::id::{Kind, ObjectRef};
use model::lab::{FaultScope, Lab};
use std::collections::BTreeSet;
use std::fmt;

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A disk breaks; what is on it is gone.
    Disk {
        /// The host that it is in.
        host: String,
        /// Its label there.
        label: String,
    },
    /// It does not work any more; what is on its disks stays.
    Stop(ObjectRef),
    /// A host or device is gone with its disks: stolen, burnt, flooded.
    Loss(ObjectRef),
    /// All that is on a pool is gone.
    Pool(String),
    /// All that stands at a site is gone.
    Site(String),
    /// A site, or one of its feeds, has no electricity.
    Power {
        /// The site.
        site: String,
        /// The feed; all of them if none.
        feed: Option<String>,
    },
    /// A site, or one of its uplinks, has no way to the internet.
    Internet {
        /// The site.
        site: String,
        /// The uplink; all of them if none.
        uplink: Option<String>,
    },
    /// Data is deleted or damaged in place: a dataset, all that a service keeps, or the disks of a guest.
    Deleted(ObjectRef),
    /// Somebody has the rights of the administrator of a host or guest, and encrypts and deletes what can be reached from there.
    Ransom(ObjectRef),
    /// Who rents something out, is gone or has locked the account.
    Provider(String),
}

/// What cannot fail because the lab has no such thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// What is wrong.
    pub message: String,
    /// The word that nothing is known by, and those that there are.
    pub near: Option<(String, Vec<String>)>,
}

/// The words in front of the colon, with an example of each.
pub(crate) const FORMS: [(&str, &str); 16] = [
    ("disk", "disk:HOST/LABEL"),
    ("host", "host:NAME"),
    ("guest", "guest:NAME"),
    ("device", "device:NAME"),
    ("cluster", "cluster:NAME"),
    ("ups", "ups:NAME"),
    ("stack", "stack:NAME"),
    ("service", "service:NAME"),
    ("pool", "pool:NAME"),
    ("loss", "loss:HOST"),
    ("site", "site:NAME"),
    ("power", "power:SITE[/FEED]"),
    ("internet", "internet:SITE[/UPLINK]"),
    ("delete", "delete:DATASET"),
    ("ransomware", "ransomware:HOST"),
    ("provider", "provider:NAME"),
];

impl Fault {
    /// All forms that [`Fault::parse`] reads.
    pub fn forms() -> impl Iterator<Item = &'static str> {
        FORMS.iter().map(|(_, form)| *form)
    }

    /// Reads `disk:nas/sdc`, `power:home` and so on, and looks whether the lab has it.
    pub fn parse(lab: &Lab, text: &str) -> Result<Self, Unfit> {
        let Some((word, rest)) = text.split_once(':').filter(|(_, r)| !r.is_empty()) else {
            return Err(Unfit {
                message: format!("'{text}' says not what fails: it is written KIND:NAME"),
                near: None,
            });
        };
        let (name, part) = match rest.split_once('/') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        let fault = match word {
            "disk" => disk(lab, name, part)?,
            "pool" => Self::Pool(known(lab, Kind::Pool, rest)?),
            "loss" => Self::Loss(one_of(lab, &[Kind::Host, Kind::Device], rest)?),
            "site" => Self::Site(known(lab, Kind::Site, rest)?),
            "power" => Self::Power {
                site: known(lab, Kind::Site, name)?,
                feed: part_of_site(lab, name, part, "feed")?,
            },
            "internet" => Self::Internet {
                site: known(lab, Kind::Site, name)?,
                uplink: part_of_site(lab, name, part, "uplink")?,
            },
            "delete" => Self::Deleted(one_of(
                lab,
                &[Kind::Dataset, Kind::Service, Kind::Guest],
                rest,
            )?),
            "ransomware" => Self::Ransom(one_of(lab, &[Kind::Host, Kind::Guest], rest)?),
            "provider" => {
                let all = providers(lab);
                match all.iter().find(|p| p.eq_ignore_ascii_case(rest)) {
                    Some(name) => Self::Provider((*name).to_owned()),
                    None => return Err(missing("provider", rest, all)),
                }
            }
            _ => match STOPPING.iter().find(|k| k.word() == word) {
                Some(kind) => Self::Stop(ObjectRef::new(*kind, known(lab, *kind, rest)?)),
                None => {
                    let words = FORMS.iter().map(|(w, _)| (*w).to_owned()).collect();
                    return Err(Unfit {
                        message: format!("'{word}' is nothing that fails"),
                        near: Some((word.to_owned(), words)),
                    });
                }
            },
        };
        Ok(fault)
    }

    /// Every fault of the lab that is simulated by itself, each once: from hardware to people.
    pub fn all(lab: &Lab) -> Vec<Self> {
        let mut out = Vec::new();
        for (name, host) in &lab.hosts {
            let disks = host.about.hardware.iter().flat_map(|h| h.disks.keys());
            out.extend(disks.map(|d| Self::Disk {
                host: name.clone(),
                label: d.0.clone(),
            }));
        }
        for kind in [Kind::Host, Kind::Device, Kind::Ups, Kind::Guest] {
            let names = names(lab, kind).into_iter();
            out.extend(names.map(|n| Self::Stop(ObjectRef::new(kind, n))));
        }
        out.extend(lab.pools.keys().map(|n| Self::Pool(n.clone())));
        let hosts = lab.hosts.keys();
        out.extend(hosts.map(|n| Self::Loss(ObjectRef::new(Kind::Host, n))));
        for (name, site) in &lab.sites {
            let power = site.about.power.iter().flat_map(|p| p.feeds.keys());
            let feeds: Vec<String> = power.map(|f| f.0.clone()).collect();
            out.extend(parts(&feeds).map(|feed| Self::Power {
                site: name.clone(),
                feed,
            }));
            let uplinks: Vec<String> = site.about.uplinks.keys().map(|u| u.0.clone()).collect();
            if !uplinks.is_empty() {
                out.extend(parts(&uplinks).map(|uplink| Self::Internet {
                    site: name.clone(),
                    uplink,
                }));
            }
            out.push(Self::Site(name.clone()));
        }
        let data = lab.datasets.keys();
        out.extend(data.map(|n| Self::Deleted(ObjectRef::new(Kind::Dataset, n))));
        let hosts = lab.hosts.keys();
        out.extend(hosts.map(|n| Self::Ransom(ObjectRef::new(Kind::Host, n))));
        out.extend(providers(lab).into_iter().map(Self::Provider));
        out
    }

    /// What a promise calls it; `None` where promises say nothing of it.
    pub fn scope(&self) -> Option<FaultScope> {
        match self {
            Self::Disk { .. } | Self::Pool(_) => Some(FaultScope::Device),
            Self::Stop(of) | Self::Loss(of) => {
                matches!(of.kind, Kind::Host | Kind::Device).then_some(FaultScope::Host)
            }
            Self::Site(_) => Some(FaultScope::Site),
            Self::Deleted(_) | Self::Ransom(_) => Some(FaultScope::Corruption),
            Self::Power { .. } | Self::Internet { .. } | Self::Provider(_) => None,
        }
    }

    /// `disk sdc of host nas breaks`.
    pub fn words(&self) -> String {
        match self {
            Self::Disk { host, label } => format!("disk '{label}' of host '{host}' breaks"),
            Self::Stop(of) => format!("{} stops", called(of)),
            Self::Loss(of) => format!("{} is gone with its disks", called(of)),
            Self::Pool(name) => format!("all that is on pool '{name}' is gone"),
            Self::Site(name) => format!("all that stands at site '{name}' is gone"),
            Self::Power { site, feed: None } => format!("site '{site}' has no electricity"),
            Self::Power {
                site,
                feed: Some(feed),
            } => format!("feed '{feed}' of site '{site}' has no electricity"),
            Self::Internet { site, uplink: None } => format!("site '{site}' has no internet"),
            Self::Internet {
                site,
                uplink: Some(uplink),
            } => format!("uplink '{uplink}' of site '{site}' is down"),
            Self::Deleted(of) => match of.kind {
                Kind::Dataset => format!("{} is deleted or damaged", called(of)),
                _ => format!("the data of {} is deleted or damaged", called(of)),
            },
            Self::Ransom(of) => format!("ransomware has the rights of root on {}", called(of)),
            Self::Provider(name) => format!("provider '{name}' is gone"),
        }
    }
}

/// One of them each, and all together if there is more than one.
fn parts(of: &[String]) -> impl Iterator<Item = Option<String>> {
    let each = of.iter().filter(|_| of.len() > 1).cloned().map(Some);
    std::iter::once(None).chain(each)
}

/// Kinds of things that stop working.
const STOPPING: [Kind; 7] = [
    Kind::Host,
    Kind::Guest,
    Kind::Device,
    Kind::Cluster,
    Kind::Ups,
    Kind::Stack,
    Kind::Service,
];

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |f: &mut fmt::Formatter<'_>, word: &str, name: &str, part: Option<&String>| {
            write!(f, "{word}:{name}")?;
            part.iter().try_for_each(|part| write!(f, "/{part}"))
        };
        match self {
            Self::Disk { host, label } => plain(f, "disk", host, Some(label)),
            Self::Stop(of) => plain(f, of.kind.word(), &of.name, None),
            Self::Loss(of) => plain(f, "loss", &of.name, None),
            Self::Pool(name) => plain(f, "pool", name, None),
            Self::Site(name) => plain(f, "site", name, None),
            Self::Power { site, feed } => plain(f, "power", site, feed.as_ref()),
            Self::Internet { site, uplink } => plain(f, "internet", site, uplink.as_ref()),
            Self::Deleted(of) => plain(f, "delete", &of.name, None),
            Self::Ransom(of) => plain(f, "ransomware", &of.name, None),
            Self::Provider(name) => plain(f, "provider", name, None),
        }
    }
}

fn called(of: &ObjectRef) -> String {
    format!("{} '{}'", of.kind.word(), of.name)
}

/// Names of things of a kind.
fn names(lab: &Lab, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Host => lab.hosts.keys().cloned().collect(),
        Kind::Guest => {
            let guests = lab.guests.iter();
            let real = guests.filter(|(_, g)| g.template.known() != Some(&true));
            real.map(|(n, _)| n.clone()).collect()
        }
        Kind::Device => lab.devices.keys().cloned().collect(),
        Kind::Cluster => lab.clusters.keys().cloned().collect(),
        Kind::Ups => lab.ups.keys().cloned().collect(),
        Kind::Stack => lab.stacks.keys().cloned().collect(),
        Kind::Service => lab.services.keys().cloned().collect(),
        Kind::Pool => lab.pools.keys().cloned().collect(),
        Kind::Site => lab.sites.keys().cloned().collect(),
        Kind::Dataset => lab.datasets.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

fn missing(word: &str, name: &str, all: Vec<String>) -> Unfit {
    Unfit {
        message: format!("the lab has no {word} '{name}'"),
        near: Some((name.to_owned(), all)),
    }
}

fn known(lab: &Lab, kind: Kind, name: &str) -> Result<String, Unfit> {
    let all = names(lab, kind);
    match all.iter().any(|n| n == name) {
        true => Ok(name.to_owned()),
        false => Err(missing(kind.word(), name, all)),
    }
}

/// The first of these kinds that has the name, which may be written `guest/db` as well.
fn one_of(lab: &Lab, kinds: &[Kind], name: &str) -> Result<ObjectRef, Unfit> {
    if let Some(of) = ObjectRef::parse(name).filter(|of| kinds.contains(&of.kind)) {
        return Ok(ObjectRef::new(of.kind, known(lab, of.kind, &of.name)?));
    }
    let found = kinds
        .iter()
        .find(|k| names(lab, **k).iter().any(|n| n == name));
    match found {
        Some(kind) => Ok(ObjectRef::new(*kind, name)),
        None => {
            let words: Vec<&str> = kinds.iter().map(|k| k.word()).collect();
            let all = kinds.iter().flat_map(|k| names(lab, *k)).collect();
            Err(missing(&words.join(" or "), name, all))
        }
    }
}

fn disk(lab: &Lab, host: &str, label: Option<&str>) -> Result<Fault, Unfit> {
    let host = known(lab, Kind::Host, host)?;
    let hardware = lab.hosts.get(&host).and_then(|h| h.about.hardware.as_ref());
    let labels = hardware.into_iter().flat_map(|h| h.disks.keys());
    let labels: Vec<String> = labels.map(|l| l.0.clone()).collect();
    match label {
        Some(label) if labels.iter().any(|l| l == label) => Ok(Fault::Disk {
            host,
            label: label.to_owned(),
        }),
        Some(label) => Err(Unfit {
            message: format!("host '{host}' has no disk '{label}'"),
            near: Some((label.to_owned(), labels)),
        }),
        None => Err(Unfit {
            message: format!(
                "which disk of host '{host}' breaks is not said: it is written disk:{host}/LABEL"
            ),
            near: Some((String::new(), labels)),
        }),
    }
}

fn part_of_site(
    lab: &Lab,
    site: &str,
    part: Option<&str>,
    word: &str,
) -> Result<Option<String>, Unfit> {
    let Some(part) = part else { return Ok(None) };
    let about = lab.sites.get(site).map(|s| &s.about);
    let all: Vec<String> = match word {
        "feed" => {
            let power = about.and_then(|a| a.power.as_ref());
            let feeds = power.into_iter().flat_map(|p| p.feeds.keys());
            feeds.map(|n| n.0.clone()).collect()
        }
        _ => {
            let uplinks = about.into_iter().flat_map(|a| a.uplinks.keys());
            uplinks.map(|n| n.0.clone()).collect()
        }
    };
    match all.iter().any(|n| n == part) {
        true => Ok(Some(part.to_owned())),
        false => Err(Unfit {
            message: format!("site '{site}' has no {word} '{part}'"),
            near: Some((part.to_owned(), all)),
        }),
    }
}

/// Everybody who rents something out to the lab, by the spelling that comes first.
pub(crate) fn providers(lab: &Lab) -> Vec<String> {
    let hosts = lab.hosts.values().map(|h| &h.about.provider);
    let stores = lab.repositories.values().map(|r| &r.about.provider);
    let links = lab.sites.values().flat_map(|s| s.about.uplinks.values());
    let all = hosts.chain(stores).chain(links.map(|u| &u.provider));
    let mut seen = BTreeSet::new();
    let known = all.filter_map(|given| given.known());
    known
        .filter(|name| seen.insert(name.to_lowercase()))
        .cloned()
        .collect()
}

/// The elements of the structure that fail with it at once.
pub(crate) fn targets(lab: &Lab, fault: &Fault) -> Vec<Target> {
    let part = |kind: Kind, name: &str, part: &str| Target {
        object: ObjectRef::new(kind, name),
        part: Some(part.to_owned()),
    };
    match fault {
        Fault::Disk { host, label } => vec![part(Kind::Host, host, label)],
        Fault::Stop(of) | Fault::Loss(of) | Fault::Ransom(of) => vec![Target {
            object: of.clone(),
            part: None,
        }],
        Fault::Pool(name) => vec![Target::whole(Kind::Pool, name)],
        Fault::Site(name) => {
            let mut all = at_site(lab, name);
            all.extend(feeds(lab, name).iter().map(|f| part(Kind::Site, name, f)));
            all.extend(uplinks(lab, name).iter().map(|u| part(Kind::Site, name, u)));
            all
        }
        Fault::Power { site, feed } => match (feed, feeds(lab, site)) {
            (Some(feed), _) => vec![part(Kind::Site, site, feed)],
            (None, all) => {
                let mut out = unfed(lab, site);
                out.extend(all.iter().map(|f| part(Kind::Site, site, f)));
                out
            }
        },
        Fault::Internet { site, uplink } => match (uplink, uplinks(lab, site)) {
            (Some(uplink), _) => vec![part(Kind::Site, site, uplink)],
            (None, all) if all.is_empty() => vec![Target::whole(Kind::Site, site)],
            (None, all) => all.iter().map(|u| part(Kind::Site, site, u)).collect(),
        },
        Fault::Deleted(_) => Vec::new(),
        Fault::Provider(name) => rented(lab, name),
    }
}

fn feeds<'a>(lab: &'a Lab, site: &str) -> Vec<&'a str> {
    let power = lab.sites.get(site).and_then(|s| s.about.power.as_ref());
    let feeds = power.into_iter().flat_map(|p| p.feeds.keys());
    feeds.map(|n| n.0.as_str()).collect()
}

fn uplinks<'a>(lab: &'a Lab, site: &str) -> Vec<&'a str> {
    let site = lab.sites.get(site).into_iter();
    let links = site.flat_map(|s| s.about.uplinks.keys());
    links.map(|n| n.0.as_str()).collect()
}

/// Machines and supplies at a site.
pub(crate) fn at_site(lab: &Lab, site: &str) -> Vec<Target> {
    let mut out = Vec::new();
    let hosts = lab.hosts.iter();
    let here = hosts.filter(|(_, h)| h.site.known().is_some_and(|s| s == site));
    out.extend(here.map(|(n, _)| Target::whole(Kind::Host, n)));
    let devices = lab.devices.iter();
    let here = devices.filter(|(_, d)| d.site.known().is_some_and(|s| s.name() == site));
    out.extend(here.map(|(n, _)| Target::whole(Kind::Device, n)));
    let supplies = lab.ups.iter();
    let here = supplies.filter(|(_, u)| u.site.known().is_some_and(|s| s.name() == site));
    out.extend(here.map(|(n, _)| Target::whole(Kind::Ups, n)));
    out
}

/// Those of which nobody says the feed: whatever there is, it is off. What hangs on a UPS falls with that.
fn unfed(lab: &Lab, site: &str) -> Vec<Target> {
    let fed: BTreeSet<&Target> = lab
        .ups
        .values()
        .flat_map(|u| &u.feeds)
        .map(|f| &f.value.0)
        .collect();
    let mut all = at_site(lab, site);
    all.retain(|t| !fed.contains(t));
    all.retain(|t| match t.object.kind {
        Kind::Host => {
            let host = lab.hosts.get(&t.object.name);
            host.is_some_and(|h| h.about.feed.known().is_none())
        }
        Kind::Device => {
            let device = lab.devices.get(&t.object.name);
            device.is_some_and(|d| d.feed.known().is_none())
        }
        _ => {
            let ups = lab.ups.get(&t.object.name);
            ups.is_some_and(|u| u.feed.known().is_none())
        }
    });
    all
}

/// Machines and uplinks that are rented from somebody.
fn rented(lab: &Lab, provider: &str) -> Vec<Target> {
    let is = |name: Option<&String>| name.is_some_and(|n| n.eq_ignore_ascii_case(provider));
    let mut out = Vec::new();
    let hosts = lab.hosts.iter();
    let of = hosts.filter(|(_, h)| is(h.about.provider.known()));
    out.extend(of.map(|(n, _)| Target::whole(Kind::Host, n)));
    for (name, site) in &lab.sites {
        let links = site.about.uplinks.iter();
        let of = links.filter(|(_, u)| is(u.provider.known()));
        out.extend(of.map(|(link, _)| Target {
            object: ObjectRef::new(Kind::Site, name),
            part: Some(link.0.clone()),
        }));
    }
    out
}
