//! How much there is of everything.

use crate::{Cell, Sheet};
use model::lab::Lab;

pub(crate) fn sheet(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(&lab.name, &["WHAT", "COUNT", "NAMES"]);
    let parts: [(&str, Vec<&String>); 20] = [
        ("sites", lab.sites.keys().collect()),
        ("hosts", lab.hosts.keys().collect()),
        ("devices", lab.devices.keys().collect()),
        ("UPSs", lab.ups.keys().collect()),
        ("clusters", lab.clusters.keys().collect()),
        ("networks", lab.networks.keys().collect()),
        ("zones", lab.zones.keys().collect()),
        ("pools", lab.pools.keys().collect()),
        ("datasets", lab.datasets.keys().collect()),
        ("guests", lab.guests.keys().collect()),
        ("stacks", lab.stacks.keys().collect()),
        ("services", lab.services.keys().collect()),
        ("tiers", lab.tiers.keys().collect()),
        ("repositories", lab.repositories.keys().collect()),
        ("backups", lab.backups.keys().collect()),
        ("jobs", lab.jobs.keys().collect()),
        ("secrets", lab.secrets.keys().collect()),
        ("people", lab.people.keys().collect()),
        ("risks", lab.risks.keys().collect()),
        ("single points of failure", lab.spofs.keys().collect()),
    ];
    for (what, names) in parts.into_iter().filter(|(_, n)| !n.is_empty()) {
        sheet.row([
            Cell::declared(what),
            Cell::computed(names.len()),
            few(&names),
        ]);
    }
    sheet
}

/// The first names, and how many more there are.
fn few(names: &[&String]) -> Cell {
    const SHOWN: usize = 8;
    let first: Vec<&str> = names.iter().take(SHOWN).map(|n| n.as_str()).collect();
    let more = names.len().saturating_sub(SHOWN);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Cell::declared(format!("{}{rest}", first.join(", ")))
}
