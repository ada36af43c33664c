//! Containers without published ports for want of a network that has any: every one that they are in is of `macvlan` or `ipvlan`, and they answer at
//! addresses of their own.
//!
//! Source: docs.docker.com, "Networking, port publishing": ports are those of bridge networks; "Macvlan network driver", "IPvlan network driver".

use crate::container_addresses::joined;
use model::compose::{Network, Project, Projects, Service};
use model::lab::Lab;
use std::collections::{BTreeMap, BTreeSet};

/// Why the engine publishes nothing of a container.
#[derive(Debug, Clone, Default)]
pub struct Beside<'a> {
    /// Its networks as its project calls them, each with its driver.
    pub networks: BTreeMap<&'a str, &'a str>,
    /// The networks of the lab that it stands in as machines do, as far as they are known.
    pub lans: BTreeSet<&'a str>,
}

/// Those containers, by stack and name.
pub type Apart<'a> = BTreeMap<(&'a str, &'a str), Beside<'a>>;

/// Every container that is only in networks of that kind, also in those that another stack makes.
pub fn apart<'a>(lab: &'a Lab, projects: &'a Projects) -> Apart<'a> {
    let mut out = Apart::new();
    let mut mapped = BTreeSet::new();
    for (network, name, _) in joined(lab, projects) {
        let key = (network.stack, name);
        let driver = network
            .made
            .and_then(|(project, network)| driver(project, network));
        let Some(driver) = driver else {
            mapped.insert(key);
            continue;
        };
        let own = out.entry(key).or_default();
        own.networks.insert(network.key, driver);
        own.lans.extend(network.lan);
    }
    out.retain(|key, _| !mapped.contains(key));
    out
}

/// It is only in such networks of its own project.
pub(crate) fn is_apart(project: &Project, service: &Service) -> bool {
    let made = |key: &String| {
        let network = project.networks.get(key);
        network.and_then(|n| driver(project, n))
    };
    !service.networks.is_empty() && service.networks.keys().all(|key| made(key).is_some())
}

/// The driver of a network that maps no ports.
fn driver<'a>(project: &Project, network: &'a Network) -> Option<&'a str> {
    let driver = network.driver.as_ref()?;
    let known = project.is_settled(driver.span) && !network.external;
    let driver = driver.value.as_str();
    (known && ["macvlan", "ipvlan"].contains(&driver)).then_some(driver)
}
