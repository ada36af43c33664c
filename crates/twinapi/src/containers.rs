//! The machines of a twin, as the guests and nodes of Proxmox VE.

use crate::faults::in_force;
use crate::watched::Power;
use pvesim::{Machines, Running};
use std::collections::BTreeMap;
use std::path::PathBuf;
use twin::Host;

/// The machines of a twin, as guests and nodes of the API.
pub(crate) struct Containers {
    pub(crate) power: Power,
    pub(crate) guests: BTreeMap<u32, String>,
    /// Guests that are not in the twin, with the reason.
    pub(crate) absent: BTreeMap<u32, String>,
    pub(crate) nodes: BTreeMap<String, String>,
    /// The folder of the store, where faults stand.
    pub(crate) faults: PathBuf,
    pub(crate) of: String,
}

impl Containers {
    fn host(&mut self, guest: u32) -> Result<Host, String> {
        self.power.forget();
        if let Some(why) = self.absent.get(&guest) {
            return Err(format!("guest {guest} is not in the twin: {why}"));
        }
        let missing = || format!("guest {guest} was not there when the twin was started");
        let name = self.guests.get(&guest).ok_or_else(missing)?;
        Host::attach(&self.power.engine, &self.power.owner, name).map_err(|e| e.to_string())
    }
}

impl Machines for Containers {
    fn start(&mut self, guest: u32) -> Result<(), String> {
        self.host(guest)?.power_on().map_err(|e| e.to_string())
    }

    fn stop(&mut self, guest: u32, gently: bool) -> Result<(), String> {
        let host = self.host(guest)?;
        let done = if gently { host.stop() } else { host.kill() };
        done.map_err(|e| e.to_string())
    }

    fn running(&mut self) -> Running {
        let faults = in_force(&self.faults, &self.of);
        // Where the engine does not answer, nothing is known to run: the API is silent then.
        let names = self.power.names().unwrap_or_default();
        let guests = self.guests.iter().map(|(id, n)| (*id, names.contains(n)));
        let nodes = self
            .nodes
            .iter()
            .map(|(k, n)| (k.clone(), names.contains(n)));
        Running {
            guests: guests.collect(),
            nodes: nodes.collect(),
            faults: Some(faults),
        }
    }
}
