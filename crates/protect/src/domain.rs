//! Failure domains: which repositories survive a fault that takes a dataset.

use crate::repository::{is_directory, repositories_of};
use graph::few::Few;
use graph::places::{self, Machine};
use model::declare::{Given, Opt, OptExt as _};
use model::id::Kind;
use model::lab::{Dataset, FaultScope, Lab, Repository};
use std::collections::BTreeSet;

/// Whether a repository lies outside what a fault takes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outside {
    /// It survives; computed from the declaration alone.
    Yes,
    /// It goes with the data.
    No,
    /// The declaration does not say; taken to survive, and this is what was assumed.
    Assumed(String),
}

/// Whether `repository` survives a fault of `scope` that takes `dataset`.
pub(crate) fn outside(
    lab: &Lab,
    dataset: &Dataset,
    name: &str,
    repository: &Repository,
    scope: FaultScope,
) -> Outside {
    let verdict = match scope {
        FaultScope::Corruption => return Outside::Yes,
        FaultScope::Device => outside_disk(lab, dataset, name, repository),
        FaultScope::Host => outside_machine(lab, dataset, name, repository),
        FaultScope::Site => outside_site(lab, dataset, name, repository),
    };
    match assumed(lab, dataset, repository, scope) && !matches!(verdict, Outside::Assumed(_)) {
        true => Outside::Assumed(format!("{name} is where the lab only assumes it to be")),
        false => verdict,
    }
}

/// The machines that hold something; more than one if it can be on any of them, none if nothing in the lab says.
type Machines<'a> = Few<Machine<'a>>;

fn of_data<'a>(lab: &'a Lab, dataset: &'a Dataset) -> Machines<'a> {
    places::of_data(lab, dataset).machines
}

/// A directory without a host is one of the machine that writes to it, and lies where that machine does.
fn beside<'a>(lab: &'a Lab, dataset: &'a Dataset, repository: &Repository) -> Option<Machines<'a>> {
    let about = &repository.about;
    let placed = repository.on.is_some() || about.held_by.is_some() || about.pool.is_some();
    let directory = repository.location.known().is_some_and(|l| is_directory(l));
    if placed || !directory {
        return None;
    }
    let seat = lab.machine_ref(lab.seat(dataset)?);
    Some(match lab.hosts.get_key_value(&seat.name) {
        Some((host, _)) => Few::from([Machine::Host(host)]),
        None => {
            let guest = lab.guests.get_key_value(&seat.name);
            guest.map_or_else(Few::default, |(name, _)| {
                places::of(lab, Kind::Guest, name).machines
            })
        }
    })
}

fn of_store<'a>(lab: &'a Lab, dataset: &'a Dataset, repository: &'a Repository) -> Machines<'a> {
    beside(lab, dataset, repository)
        .unwrap_or_else(|| places::of_repository(lab, repository).machines)
}

/// Whether both are on one machine; `Err` is a thing that only may be so, in words.
fn together(
    lab: &Lab,
    dataset: &Dataset,
    name: &str,
    repository: &Repository,
) -> Result<bool, String> {
    let (data, store) = (of_data(lab, dataset), of_store(lab, dataset, repository));
    let plain = dataset.about.pool.is_none();
    // Inside of one guest, wherever that runs.
    if plain && beside(lab, dataset, repository).is_some() {
        return Ok(true);
    }
    if store.is_empty() || data.is_empty() {
        return Err(elsewhere(name, &data, store.is_empty()));
    }
    match data.intersection(&store).next() {
        None => Ok(false),
        Some(_) if data.len() == 1 && store.len() == 1 => Ok(true),
        Some(shared) => Err(format!(
            "{name} is on another machine than the data, which can be on {} as well",
            shared.words()
        )),
    }
}

fn outside_disk(lab: &Lab, dataset: &Dataset, name: &str, repository: &Repository) -> Outside {
    // A disk of one machine takes no other machine with it, so only what surely is elsewhere needs no label.
    if together(lab, dataset, name, repository) == Ok(false) || !placed(lab, dataset, repository) {
        return Outside::Yes;
    }
    match (dataset.disk.known(), repository.disk.known()) {
        (Some(a), Some(b)) if a == b => Outside::No,
        // Labels say what the owner believes; which devices the paths lie on was not looked at.
        (Some(a), Some(b)) => Outside::Assumed(format!(
            "disks {a} and {b} are two devices (declared; nobody looked)"
        )),
        _ => Outside::Assumed(format!(
            "{name} is on another disk than the data (no `disk` labels on both)"
        )),
    }
}

/// A remote location is nobody's disk here.
fn placed(lab: &Lab, dataset: &Dataset, repository: &Repository) -> bool {
    let directory = repository.location.known().is_some_and(|l| is_directory(l));
    directory || !of_store(lab, dataset, repository).is_empty()
}

fn outside_machine(lab: &Lab, dataset: &Dataset, name: &str, repository: &Repository) -> Outside {
    match together(lab, dataset, name, repository) {
        Ok(true) => Outside::No,
        Ok(false) => Outside::Yes,
        Err(why) => Outside::Assumed(why),
    }
}

fn outside_site(lab: &Lab, dataset: &Dataset, name: &str, repository: &Repository) -> Outside {
    if together(lab, dataset, name, repository) == Ok(true) {
        return Outside::No;
    }
    let sites = |machines: Machines<'_>| -> Option<BTreeSet<String>> {
        let all = machines.iter().map(|m| m.site(lab).map(str::to_owned));
        all.collect::<Option<BTreeSet<_>>>()
            .filter(|all| !all.is_empty())
    };
    let said = repository.about.site.known().map(|s| s.name().to_owned());
    let store = said
        .map(|s| BTreeSet::from([s]))
        .or_else(|| sites(of_store(lab, dataset, repository)));
    match (store, sites(of_data(lab, dataset))) {
        (Some(store), Some(data)) if store.is_disjoint(&data) => Outside::Yes,
        (Some(store), Some(data)) if store == data && data.len() == 1 => Outside::No,
        (_, data) => {
            let here = data.map(|all| all.into_iter().collect::<Vec<_>>().join(", "));
            Outside::Assumed(not_there(name, here.as_deref(), "site"))
        }
    }
}

/// Whether the verdict rests on a value that the lab only assumes.
fn assumed(lab: &Lab, dataset: &Dataset, repository: &Repository, scope: FaultScope) -> bool {
    let is = |given: &Opt<String>| given.as_deref().is_some_and(Given::is_assumed);
    let site = |machine: &Machine<'_>| match machine {
        Machine::Host(name) => lab.hosts.get(*name).is_some_and(|h| is(&h.site)),
        Machine::Device(name) => {
            let site = lab.devices.get(*name).and_then(|d| d.site.as_deref());
            site.is_some_and(Given::is_assumed)
        }
    };
    let sites = || {
        let [data, store] = [of_data(lab, dataset), of_store(lab, dataset, repository)];
        data.iter().chain(&store).any(site)
    };
    is(&repository.location)
        || is(&repository.on)
        || scope == FaultScope::Device && (is(&dataset.disk) || is(&repository.disk))
        || scope == FaultScope::Site && sites()
}

fn elsewhere(name: &str, data: &Machines<'_>, store_unknown: bool) -> String {
    if !store_unknown {
        return format!("{name} is not where the data is (nothing in the lab says where that is)");
    }
    let here: Vec<&str> = data.iter().map(|m| bare(*m)).collect();
    not_there(
        name,
        Some(&here.join(", "))
            .filter(|h| !h.is_empty())
            .map(|h| h.as_str()),
        "host",
    )
}

fn not_there(name: &str, here: Option<&str>, what: &str) -> String {
    format!(
        "{name} is not at {what} {} (nothing in the lab says where it is)",
        here.unwrap_or("of the data")
    )
}

fn bare(machine: Machine<'_>) -> &str {
    match machine {
        Machine::Host(name) | Machine::Device(name) => name,
    }
}

/// What is known of a dataset's copies under a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copies<'a> {
    /// Repositories that survive or are taken to, by name.
    pub(crate) surviving: Vec<&'a str>,
    /// Assumptions that this rests on; empty if one of them survives for certain.
    pub(crate) assumed: Vec<String>,
    /// Why no copy can survive, if none can.
    pub(crate) contradiction: Option<String>,
}

/// The copies of a dataset that survive a fault of `scope`.
pub(crate) fn copies<'a>(lab: &'a Lab, name: &str, scope: FaultScope) -> Copies<'a> {
    let repositories = repositories_of(lab, name);
    let Some(dataset) = lab.datasets.get(name) else {
        return Copies {
            surviving: Vec::new(),
            assumed: Vec::new(),
            contradiction: Some(format!("there is no dataset {name}")),
        };
    };
    let judged: Vec<(&str, Outside)> = repositories
        .iter()
        .map(|(n, r)| (*n, outside(lab, dataset, n, r, scope)))
        .collect();
    let certain = judged.iter().any(|(_, o)| *o == Outside::Yes);
    let surviving: Vec<&str> = judged
        .iter()
        .filter(|(_, o)| *o != Outside::No)
        .map(|(n, _)| *n)
        .collect();
    let assumed = judged.iter().filter_map(|(_, o)| match o {
        Outside::Assumed(text) if !certain => Some(text.clone()),
        _ => None,
    });
    let contradiction = surviving
        .is_empty()
        .then(|| no_copy(lab, name, dataset, &repositories, scope));
    Copies {
        assumed: assumed.collect(),
        surviving,
        contradiction,
    }
}

fn no_copy(
    lab: &Lab,
    name: &str,
    dataset: &Dataset,
    repositories: &[(&str, &Repository)],
    scope: FaultScope,
) -> String {
    let place = of_data(lab, dataset);
    let host = place.iter().map(|m| bare(*m)).collect::<Vec<_>>();
    let host = if host.is_empty() {
        "?".to_owned()
    } else {
        host.join(", ")
    };
    let domain = match (scope, dataset.disk.known()) {
        (FaultScope::Device, Some(disk)) => format!("disk {disk} of host {host}"),
        (FaultScope::Device, None) => format!("the data's disk of host {host}"),
        (FaultScope::Site, _) => format!("the site of host {host}"),
        (FaultScope::Host | FaultScope::Corruption, _) => format!("host {host}"),
    };
    let names: Vec<&str> = repositories.iter().map(|(n, _)| *n).collect();
    match names.as_slice() {
        [] => format!("no backup takes {name}"),
        [one] => {
            format!("no copy of {name} is outside {domain}: the only repository, {one}, is on it")
        }
        many => format!(
            "no copy of {name} is outside {domain}: all repositories, {}, are on it",
            many.join(", ")
        ),
    }
}
