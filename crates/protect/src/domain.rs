//! Failure domains: which repositories survive a fault that takes a dataset.

use crate::repository::{is_directory, repositories_of};
use model::declare::{Given, OptExt as _};
use model::lab::{Dataset, FaultScope, Lab, Repository};

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
    let data_host = dataset.host.as_ref().map(|h| h.value.as_str());
    // A directory without a host is one on the host that writes to it.
    let directory = repository.location.known().is_some_and(|l| is_directory(l));
    let on = repository
        .on
        .known()
        .map(String::as_str)
        .or(data_host.filter(|_| directory));
    let same_host = on.is_some() && on == data_host;
    let verdict = match scope {
        FaultScope::Corruption => return Outside::Yes,
        FaultScope::Device if !same_host => Outside::Yes,
        FaultScope::Device => match (dataset.disk.known(), repository.disk.known()) {
            (Some(a), Some(b)) if a == b => Outside::No,
            // Labels say what the owner believes; which devices the paths lie on was not looked at.
            (Some(a), Some(b)) => Outside::Assumed(format!(
                "disks {a} and {b} are two devices (declared; nobody looked)"
            )),
            _ => Outside::Assumed(format!(
                "{name} is on another disk than the data (no `disk` labels on both)"
            )),
        },
        FaultScope::Host if same_host => Outside::No,
        FaultScope::Host if on.is_some() => Outside::Yes,
        FaultScope::Host => elsewhere(name, data_host, "host"),
        FaultScope::Site if same_host => Outside::No,
        FaultScope::Site => {
            let at = |host| site(lab, host).and_then(Given::value);
            match (at(on), at(data_host)) {
                (Some(a), Some(b)) if a == b => Outside::No,
                (Some(_), Some(_)) => Outside::Yes,
                (_, at) => elsewhere(name, at.map(String::as_str), "site"),
            }
        }
    };
    let places = [&repository.location, &repository.on];
    let disks = [&dataset.disk, &repository.disk]
        .into_iter()
        .filter(|_| scope == FaultScope::Device);
    let sites = [site(lab, on), site(lab, data_host)]
        .into_iter()
        .flatten()
        .filter(|_| scope == FaultScope::Site);
    let mut given = places.into_iter().chain(disks).flatten().chain(sites);
    match given.any(Given::is_assumed) && !matches!(verdict, Outside::Assumed(_)) {
        true => Outside::Assumed(format!("{name} is where the lab only assumes it to be")),
        false => verdict,
    }
}

fn site<'a>(lab: &'a Lab, host: Option<&str>) -> Option<&'a Given<String>> {
    lab.hosts.get(host?)?.site.as_ref()
}

fn elsewhere(name: &str, here: Option<&str>, what: &str) -> Outside {
    Outside::Assumed(format!(
        "{name} is not at {what} {} (nothing in the lab says where it is)",
        here.unwrap_or("of the data")
    ))
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
        .then(|| no_copy(name, dataset, &repositories, scope));
    Copies {
        assumed: assumed.collect(),
        surviving,
        contradiction,
    }
}

fn no_copy(
    name: &str,
    dataset: &Dataset,
    repositories: &[(&str, &Repository)],
    scope: FaultScope,
) -> String {
    let host = dataset.host.as_ref().map_or("?", |h| h.value.as_str());
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
