//! What draws electricity, and where.

use crate::budget::is_rented;
use model::declare::{Given, OptExt as _};
use model::lab::Lab;
use model::lab::hardware::Draw;
use model::units::physics::Power;
use std::collections::BTreeMap;

/// Something that draws electricity.
pub struct Drawer<'a> {
    /// `hosts.nas`.
    pub path: String,
    /// What is said of it.
    pub draw: Option<&'a Draw>,
}

impl<'a> Drawer<'a> {
    /// What it draws on average, if that is known.
    pub fn average(&self) -> Option<(&'a Given<Power>, &'a Power)> {
        let given = self.draw?.average.as_ref()?;
        Some((given, given.value()?))
    }
}

/// By site: its hosts, and its devices of which a draw is declared. Those that say nothing of a site are under none, where they say what they draw.
pub fn by_site(lab: &Lab) -> BTreeMap<Option<&str>, Vec<Drawer<'_>>> {
    let mut out: BTreeMap<Option<&str>, Vec<Drawer<'_>>> = BTreeMap::new();
    for (name, host) in lab.hosts.iter().filter(|(_, h)| !is_rented(h)) {
        let (site, draw) = (
            host.site.known().map(String::as_str),
            host.about.power.as_ref(),
        );
        if site.is_some() || draw.is_some() {
            let path = format!("hosts.{name}");
            out.entry(site).or_default().push(Drawer { path, draw });
        }
    }
    for (name, device) in lab.devices.iter().filter(|(_, d)| d.power.is_some()) {
        let (site, draw) = (device.site.known().map(|s| s.name()), device.power.as_ref());
        let path = format!("devices.{name}");
        out.entry(site).or_default().push(Drawer { path, draw });
    }
    out
}
