//! The pools of a twin: from the plan to disks and pools of machines, and how they are.

use super::Twinned;
use crate::output::words::count;
use serde_json::{Value, json};
use twin::{DiskSpec, Host, PoolSpec, PoolState, TwinError};
use twinplan::{Design, Machine, PoolTwin};

/// The disks that a machine is started with.
pub(super) fn disks(design: &Design, machine: &Machine) -> Vec<DiskSpec> {
    let own = design.pools.iter().filter(|p| p.machine == machine.name);
    let disks = own.flat_map(|pool| {
        let spec = |d: &twinplan::DiskTwin| DiskSpec {
            name: d.name.clone(),
            size: pool.disk_size,
        };
        pool.disks.iter().map(spec)
    });
    disks.collect()
}

/// Makes the pools of a machine, or what is missing of them. The outer of two is mounted first.
pub(super) fn make(design: &Design, host: &Host, machine: &Machine) -> Result<(), TwinError> {
    let own = design.pools.iter().filter(|p| p.machine == machine.name);
    let mut own: Vec<&PoolTwin> = own.collect();
    own.sort_by_key(|p| p.mount.len());
    own.into_iter().try_for_each(|pool| host.pool(&spec(pool)))
}

fn spec(pool: &PoolTwin) -> PoolSpec {
    let subvolumes = pool.subvolumes.iter();
    PoolSpec {
        name: twinplan::slug(&pool.name),
        profile: pool.profile.clone(),
        disks: names(pool),
        mount: pool.mount.clone(),
        options: pool.options.clone(),
        subvolumes: subvolumes
            .map(|s| (s.path.clone(), s.mount.clone()))
            .collect(),
    }
}

fn names(pool: &PoolTwin) -> Vec<String> {
    pool.disks.iter().map(|d| d.name.clone()).collect()
}

/// How a pool is, as far as its machine tells.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// The pool.
    pub(crate) pool: PoolTwin,
    /// How it is, or why that is not known.
    pub(crate) state: Result<PoolState, String>,
}

impl Made {
    /// It is mounted, its disks are there, and none of them has counted an error.
    pub(crate) fn is_well(&self) -> bool {
        let well = |s: &PoolState| s.state == "mounted" && s.lost.is_empty() && s.errors == 0;
        self.state.as_ref().is_ok_and(well)
    }

    /// Bytes that are used, and all of them.
    pub(crate) fn bytes(&self) -> Option<(u64, u64)> {
        let (size, used, _) = self.state.as_ref().ok()?.bytes?;
        Some((used, size))
    }

    /// In words.
    pub(crate) fn health(&self) -> String {
        let state = match &self.state {
            Err(why) => return format!("unknown: {why}"),
            Ok(state) => state,
        };
        let mut words = vec![state.state.clone()];
        if !state.lost.is_empty() {
            words.push(format!("{} lost", state.lost.join(", ")));
        }
        if state.errors > 0 {
            let errors = usize::try_from(state.errors).unwrap_or(usize::MAX);
            words.push(count(errors, "error", "errors"));
        }
        if state.bytes.is_some_and(|(_, _, free)| free < 1 << 20) {
            words.push("full".to_owned());
        }
        words.join(", ")
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let pool = &self.pool;
        let state = self.state.as_ref().ok();
        json!({
            "name": pool.name, "on": pool.machine, "health": self.health(), "well": self.is_well(), "profile": pool.profile,
            "mount": pool.mount, "disks": pool.disks, "disk_size": pool.disk_size, "stand_in": pool.stand_in,
            "used": self.bytes().map(|b| b.0), "size": self.bytes().map(|b| b.1), "errors": state.map(|s| s.errors),
            "lost": state.map(|s| &s.lost),
        })
    }
}

/// How all pools are.
pub(super) fn look(twinned: &Twinned) -> Vec<Made> {
    let pools = twinned.design.pools.iter();
    let made = pools.map(|pool| Made {
        pool: pool.clone(),
        state: state(twinned, pool),
    });
    made.collect()
}

fn state(twinned: &Twinned, pool: &PoolTwin) -> Result<PoolState, String> {
    let host = Host::attach(&twinned.engine, &twinned.owner, &pool.machine);
    let host = host.map_err(|_| "its machine is missing".to_owned())?;
    match host.is_running() {
        Ok(true) => {}
        Ok(false) => return Err("its machine does not run".to_owned()),
        Err(error) => return Err(error.to_string()),
    }
    let state = host.pool_state(&twinplan::slug(&pool.name), &names(pool));
    state.map_err(|e| e.to_string())
}
