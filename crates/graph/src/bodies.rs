//! Bodies of data: datasets, what services keep, and the disks of guests that hold neither.

use crate::few::Few;
use crate::places::{self, Mounts, Place};
use crate::pools::chain;
use diag::{Span, Spanned};
use model::declare::{Given, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::guest::Guest;
use model::lab::service::{Service, ServiceData};
use model::lab::{DataClass, Dataset, FaultScope, Lab, Tier};
use model::units::Seconds;
use model::units::size::{Churn, Size};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// What objectives are about and copies are of.
pub struct Body<'a> {
    /// What a finding is about.
    pub object: ObjectRef,
    /// Its name, and the key of the data that a service keeps; of all else that is empty.
    pub named: (&'a str, &'a str),
    /// `dataset 'photos'`, `'pages' of service 'wiki'`, `guest 'db'`.
    pub what: String,
    /// Where it is declared.
    pub span: Span,
    /// What a loss would mean.
    pub class: Option<DataClass>,
    /// Its objectives; several for a guest that more than one service needs.
    pub tiers: Vec<(&'a str, &'a Tier)>,
    /// Where it lies.
    pub place: Place<'a>,
    /// How much it is.
    pub size: Option<&'a Given<Size>>,
    /// How much of it changes.
    pub changes: Option<&'a Given<Churn>>,
    /// The service it belongs to.
    pub service: Option<&'a str>,
    /// Things whose copies have it in them.
    pub within: Few<(Kind, &'a str)>,
}

impl<'a> Body<'a> {
    /// The strictest recovery point objective for a fault, with its tier.
    pub fn rpo(&self, scope: FaultScope) -> Option<(&'a str, &'a Spanned<Seconds>)> {
        let all = self.tiers.iter();
        all.filter_map(|(name, tier)| Some((*name, tier.rpo.get(&scope)?)))
            .min_by_key(|(_, rpo)| rpo.value)
    }

    /// The strictest recovery time objective for a fault, with its tier.
    pub fn rto(&self, scope: FaultScope) -> Option<(&'a str, &'a Spanned<Seconds>)> {
        let all = self.tiers.iter();
        all.filter_map(|(name, tier)| Some((*name, tier.rto.get(&scope)?)))
            .min_by_key(|(_, rto)| rto.value)
    }

    /// Nobody would miss it: no copy is wanted of it, and no restore.
    pub fn is_scratch(&self) -> bool {
        self.class == Some(DataClass::Scratch)
    }

    /// It is a dataset.
    pub fn is_dataset(&self) -> bool {
        self.object.kind == Kind::Dataset
    }
}

/// What has to be looked up again and again.
pub struct Index<'a> {
    mounts: Mounts<'a>,
    /// Datasets by the service that they say they are of.
    of_service: FxHashMap<&'a str, Vec<(&'a str, &'a Dataset)>>,
    /// Services by the dataset that they say is theirs.
    using: FxHashMap<&'a str, (&'a str, &'a ServiceData)>,
}

impl<'a> Index<'a> {
    /// Reads the lab once.
    pub fn of(lab: &'a Lab) -> Self {
        let mut index = Self {
            mounts: Mounts::of(lab),
            of_service: FxHashMap::default(),
            using: FxHashMap::default(),
        };
        for (name, data) in &lab.datasets {
            if let Some(service) = data.about.service.known() {
                let of = index.of_service.entry(service.name());
                of.or_default().push((name, data));
            }
        }
        for (name, service) in &lab.services {
            for data in service.data.values() {
                if let Some(set) = data.dataset.known() {
                    index.using.entry(set.name()).or_insert((name, data));
                }
            }
        }
        index
    }
}

/// All of a lab.
pub fn all(lab: &Lab) -> Vec<Body<'_>> {
    let index = Index::of(lab);
    let mut out: Vec<Body<'_>> = lab
        .datasets
        .iter()
        .map(|(name, data)| dataset(lab, &index, name, data))
        .collect();
    for (name, service) in &lab.services {
        if service.is_running() {
            out.extend(
                of_service(lab, &index, name, service)
                    .into_iter()
                    .map(|(_, b)| b),
            );
        }
    }
    let guests = bare_guests(lab, &out);
    out.extend(guests);
    out
}

fn tier<'a>(lab: &'a Lab, name: &str) -> Option<(&'a str, &'a Tier)> {
    let found = lab.tiers.get_key_value(name);
    found.map(|(name, tier)| (name.as_str(), tier))
}

fn tier_of<'a>(lab: &'a Lab, service: &Service) -> Option<(&'a str, &'a Tier)> {
    tier(lab, service.tier.known()?.name())
}

/// What a service keeps itself, by its key.
pub fn of_service<'a>(
    lab: &'a Lab,
    index: &Index<'a>,
    name: &'a str,
    service: &'a Service,
) -> Vec<(&'a str, Body<'a>)> {
    let kept = service.data.iter().filter(|(_, d)| d.dataset.is_none());
    kept.map(|(key, data)| {
        (
            key.0.as_str(),
            kept_by(lab, index, (name, service), &key.0, data),
        )
    })
    .collect()
}

/// A declared dataset as a body of data.
pub fn dataset<'a>(lab: &'a Lab, index: &Index<'a>, name: &'a str, data: &'a Dataset) -> Body<'a> {
    let own = data.about.service.known().map(|s| s.name());
    let using = index.using.get(name);
    let service = own.or(using.map(|(service, _)| *service));
    let object = service.and_then(|s| lab.services.get(s));
    let entry = using.filter(|(s, _)| Some(*s) == service).map(|(_, d)| *d);
    let class = data.class.known().copied();
    let tier = match data.tier.known() {
        Some(t) => tier(lab, t),
        None => object.and_then(|s| tier_of(lab, s)),
    };
    let mut within = vec![(Kind::Dataset, name)];
    within.extend(service.map(|s| (Kind::Service, s)));
    within.extend(data.host.as_ref().map(|h| (Kind::Host, h.value.as_str())));
    within.extend(data.about.on.known().map(|on| (on.kind(), on.name())));
    within.extend(pools(lab, data.about.pool.known().map(|p| p.name())));
    Body {
        object: ObjectRef::new(Kind::Dataset, name),
        named: (name, ""),
        what: format!("dataset '{name}'"),
        span: data.span,
        class: class.or_else(|| entry.and_then(|e| e.class.known().copied())),
        tiers: tier.into_iter().collect(),
        place: places::of_dataset(lab, &index.mounts, data),
        size: data
            .about
            .size
            .as_deref()
            .or(entry.and_then(|e| e.size.as_deref())),
        changes: data
            .about
            .changes
            .as_deref()
            .or(entry.and_then(|e| e.changes.as_deref())),
        service,
        within: within.into(),
    }
}

fn pools<'a>(lab: &'a Lab, pool: Option<&'a str>) -> Vec<(Kind, &'a str)> {
    let chain = pool.map(|p| chain(lab, p)).unwrap_or_default();
    chain
        .into_iter()
        .map(|(name, _)| (Kind::Pool, name))
        .collect()
}

fn kept_by<'a>(
    lab: &'a Lab,
    index: &Index<'a>,
    (name, service): (&'a str, &'a Service),
    key: &'a str,
    data: &'a ServiceData,
) -> Body<'a> {
    let runs = places::of_runs(lab, &service.runs);
    let path = data.path.known().map(|p| p.0.as_str());
    let pool = match data.on.known() {
        Some(pool) => Some(pool.name()),
        None => path.and_then(|p| index.mounts.at(&runs.machines, p)),
    };
    let mut within = vec![(Kind::Service, name)];
    within.extend(same_data(index, name, service, key, path));
    within.extend(pools(lab, pool));
    for (kind, on) in machines_of(lab, service) {
        // A disk that is not the guest's own is not in its image.
        let elsewhere = match (kind, pool, lab.guests.get(on)) {
            (Kind::Guest, Some(pool), Some(guest)) => {
                let mut own = guest.disks.values().filter_map(|d| d.pool.known());
                !guest.disks.is_empty() && !own.any(|p| p.name() == pool)
            }
            _ => false,
        };
        if !elsewhere {
            within.push((kind, on));
        }
    }
    let place = match pool.map(|p| places::of_pool(lab, p)) {
        Some(place) if !place.machines.is_empty() => place,
        Some(place) => Place {
            pools: place.pools,
            ..runs
        },
        None => runs,
    };
    Body {
        object: ObjectRef::new(Kind::Service, name),
        named: (name, key),
        what: format!("'{key}' of service '{name}'"),
        span: data.span,
        class: data.class.known().copied(),
        tiers: tier_of(lab, service).into_iter().collect(),
        place,
        size: data.size.as_deref(),
        changes: data.changes.as_deref(),
        service: Some(name),
        within: within.into(),
    }
}

/// Datasets that are this data by another name: of the same service, and of the same name or path, or the only ones.
fn same_data<'a>(
    index: &Index<'a>,
    name: &str,
    service: &Service,
    key: &str,
    path: Option<&str>,
) -> Vec<(Kind, &'a str)> {
    let own = index.of_service.get(name).into_iter().flatten();
    own.filter(|(dataset, d)| {
        let folder = match &d.source {
            Some(model::lab::DataSource::Folder(folder)) => Some(folder.value.as_str()),
            _ => None,
        };
        service.data.len() == 1 || *dataset == key || (folder.is_some() && folder == path)
    })
    .map(|(dataset, _)| (Kind::Dataset, *dataset))
    .collect()
}

/// Stacks, guests, hosts and so on that a service runs in or on.
pub fn machines_of<'a>(lab: &'a Lab, service: &'a Service) -> Vec<(Kind, &'a str)> {
    let mut out = Vec::new();
    for runs in service.runs.iter() {
        if let Some(stack) = runs.stack.known() {
            out.push((Kind::Stack, stack.name()));
            let on = lab.stacks.get(stack.name()).and_then(|s| s.on.known());
            out.extend(on.map(|on| (on.kind(), on.name())));
        }
        out.extend(runs.guest.known().map(|r| (Kind::Guest, r.name())));
        out.extend(runs.host.known().map(|r| (Kind::Host, r.name())));
        out.extend(runs.cluster.known().map(|r| (Kind::Cluster, r.name())));
        out.extend(runs.device.known().map(|r| (Kind::Device, r.name())));
    }
    out
}

/// Guests of which nothing else says what is on them.
fn bare_guests<'a>(lab: &'a Lab, bodies: &[Body<'a>]) -> Vec<Body<'a>> {
    let told: BTreeSet<&str> = bodies
        .iter()
        .flat_map(|b| &b.within)
        .filter(|(kind, _)| *kind == Kind::Guest)
        .map(|(_, name)| *name)
        .collect();
    let mut users: BTreeMap<&str, Vec<&Service>> = BTreeMap::new();
    for service in lab.services.values().filter(|s| s.is_running()) {
        for (kind, name) in machines_of(lab, service) {
            if kind == Kind::Guest {
                users.entry(name).or_default().push(service);
            }
        }
    }
    let bare = lab.guests.iter().filter(|(name, guest)| {
        !told.contains(name.as_str()) && guest.template.known() != Some(&true)
    });
    bare.map(|(name, guest)| {
        let services = users.get(name.as_str()).into_iter().flatten();
        let mut tiers: Vec<_> = services.filter_map(|s| tier_of(lab, s)).collect();
        tiers.sort_by_key(|(name, _)| *name);
        tiers.dedup_by_key(|(name, _)| *name);
        Body {
            tiers,
            ..of_guest(lab, name, guest)
        }
    })
    .collect()
}

impl<'a> Body<'a> {
    /// The disks of a guest.
    pub fn of_guest(lab: &'a Lab, name: &'a str) -> Option<Self> {
        let guest = lab.guests.get(name)?;
        Some(of_guest(lab, name, guest))
    }
}

fn of_guest<'a>(lab: &'a Lab, name: &'a str, guest: &'a Guest) -> Body<'a> {
    let mut within = vec![(Kind::Guest, name)];
    within.extend(guest.on.known().map(|on| (on.kind(), on.name())));
    let disks = guest.disks.values().filter_map(|d| d.pool.known());
    within.extend(disks.flat_map(|p| pools(lab, Some(p.name()))));
    Body {
        object: ObjectRef::new(Kind::Guest, name),
        named: (name, ""),
        what: format!("guest '{name}'"),
        span: guest.span,
        class: None,
        tiers: Vec::new(),
        place: places::of(lab, Kind::Guest, name),
        size: None,
        changes: None,
        service: None,
        within: within.into(),
    }
}
