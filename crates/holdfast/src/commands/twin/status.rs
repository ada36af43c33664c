//! `twin status`: every part of the twin, how it is, and what is not in it.

use super::Twinned;
use crate::cli::TwinAt;
use crate::exit::Exit;
use crate::output::{self, Paint};
use crate::twins;
use anyhow::Result;
use serde_json::json;
use twin::{Fabric, Host, Part, image};

/// Prints how the twin is.
pub(crate) fn status(at: &TwinAt, json: bool, paint: Paint) -> Result<Exit> {
    let twinned = Twinned::open(at)?;
    let image = image::name();
    let fabric =
        Fabric::attach(&twinned.engine, &twinned.owner, &image).map_err(twins::environment)?;
    let status = look(&twinned, fabric.as_ref())?;
    match json {
        true => dataln!("{:#}", status.json()),
        false => out!("{}", output::twin::status(&status, paint)),
    }
    Ok(match status.is_whole() {
        true => Exit::Ok,
        false => Exit::Findings,
    })
}

/// How every part is.
pub(crate) fn look(twinned: &Twinned, fabric: Option<&Fabric>) -> Result<output::twin::Status> {
    let design = &twinned.design;
    let parts = |part: Part| match fabric {
        Some(fabric) => fabric.parts(part).map_err(twins::environment),
        None => Ok(Vec::new()),
    };
    let (routers, vantages) = (parts(Part::Router)?, parts(Part::Vantage)?);
    let mut machines = Vec::new();
    for machine in &design.machines {
        let host = Host::attach(&twinned.engine, &twinned.owner, &machine.name).ok();
        let health = match &host {
            Some(host) => host.health().map_err(twins::environment)?,
            None => "missing".to_owned(),
        };
        let memory = host.as_ref().and_then(Host::memory);
        machines.push((machine.clone(), health, memory));
    }
    Ok(output::twin::Status {
        name: twinned.name.clone(),
        machines,
        routers: design
            .routers
            .iter()
            .map(|r| (r.clone(), routers.contains(&r.name)))
            .collect(),
        vantages: design
            .segments
            .iter()
            .filter(|s| s.vantage.is_some())
            .map(|s| (s.clone(), vantages.contains(&s.name)))
            .collect(),
        stacks: super::stacks::look(twinned),
        pools: super::pools::look(twinned),
        interfaces: twinapi::look(design, &twinned.engine, &twinned.owner),
        absent: design.absent.clone(),
        faults: twinned.faults()?,
    })
}

impl output::twin::Status {
    /// Everything that can be there is there and well.
    pub(crate) fn is_whole(&self) -> bool {
        let well = |h: &str| matches!(h, "running" | "degraded");
        self.machines.iter().all(|(_, health, _)| well(health))
            && self.routers.iter().all(|(_, up)| *up)
            && self.vantages.iter().all(|(_, up)| *up)
            && self.interfaces.iter().all(|i| i.here.is_some())
            && self.pools.iter().all(super::pools::Made::is_well)
            && self.stacks.iter().all(super::stacks::Brought::is_well)
    }

    /// For programs.
    pub(crate) fn json(&self) -> serde_json::Value {
        let machines = self.machines.iter().map(|(m, health, memory)| {
            json!({"name": m.name, "of": m.of.to_string(), "health": health, "memory_bytes": memory, "links": m.links, "stand_in": m.stand_in})
        });
        let up = |up: bool| if up { "up" } else { "missing" };
        let routers = self
            .routers
            .iter()
            .map(|(r, is)| json!({"name": r.name, "links": r.links, "health": up(*is)}));
        let vantages = self
            .vantages
            .iter()
            .map(|(v, is)| json!({"segment": v.name, "address": v.vantage, "health": up(*is)}));
        let stacks = self.stacks.iter().map(|b| match &b.containers {
            Err(why) => json!({"name": b.stack.name, "on": b.stack.machine, "unknown": why}),
            Ok(all) => {
                let containers = all.iter().map(|c| json!({"name": c.name, "state": c.state, "health": c.health, "stand_in": c.stand_in}));
                json!({"name": b.stack.name, "on": b.stack.machine, "containers": containers.collect::<Vec<_>>(), "notes": b.stack.notes})
            }
        });
        json!({
            "stacks": stacks.collect::<Vec<_>>(),
            "twin": self.name,
            "machines": machines.collect::<Vec<_>>(),
            "routers": routers.collect::<Vec<_>>(),
            "vantages": vantages.collect::<Vec<_>>(),
            "interfaces": self.interfaces.iter().map(twinapi::Served::json).collect::<Vec<_>>(),
            "pools": self.pools.iter().map(super::pools::Made::json).collect::<Vec<_>>(),
            "not_in_twin": self.absent,
            "faults": self.faults,
        })
    }
}
