//! The twin of a lab on paper: from a declaration to the machines, segments, routers, pools and stacks of its miniature.
//!
//! Whoever builds a twin does what stands here and nothing else, so that `twin plan` shows all of it beforehand. What is
//! declared and cannot be in a twin is listed with the reason; nothing is left out silently, and nothing is made up without
//! being called so. This crate must not know containers, interfaces or files.

pub mod design;
pub mod exceptions;
pub mod faults;
pub mod generated;
pub mod interfaces;
pub mod stand_in;

mod machines;
mod routers;
mod ruleset;
mod segments;
mod stacks;
pub mod stood_in;
mod storage;

pub use design::{
    Absent, Address, Design, DiskTwin, InterfaceTwin, Link, Machine, PoolTwin, Route, Router,
    Segment, Simulated, Source, StackTwin, Subvolume,
};
pub use machines::slug;

use graph::addresses;
use model::compose::Projects;
use model::lab::Lab;

/// The twin of a lab. Compose projects that could not be read are missing from their stacks, and said to be.
pub fn design(lab: &Lab, projects: &Projects) -> Design {
    let mut design = Design::default();
    segments::add(lab, &mut design);
    machines::add(lab, &mut design);
    routers::add(lab, &mut design);
    machines::add_gateways(&mut design);
    segments::add_vantages(lab, &mut design);
    storage::add(lab, &mut design);
    interfaces::add(lab, &mut design);
    stacks::add(lab, projects, &mut design);
    design.exceptions = exceptions::ALL;
    design
}

/// Every address that is declared in a network.
fn taken(lab: &Lab, network: &str) -> Vec<core::net::IpAddr> {
    let gateway = lab.networks.get(network).and_then(addresses::gateway);
    let held = addresses::held(lab).into_iter();
    let held = held.filter(|h| h.network == network).map(|h| h.address);
    held.chain(gateway).collect()
}
