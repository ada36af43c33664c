//! Drift, plans, plan checking and proving; and the one contract that effects have to keep, [`driver::Driver`].
//!
//! Pure: functions from data to data. The driver trait is declared here so that the engine and the drivers can meet; nothing
//! in this crate implements or calls it.

mod context;
mod difference;
mod fingerprint;
mod resource;

pub mod accept;
pub mod appliance;
pub mod check;
pub mod datastore;
pub mod device;
pub mod driver;
pub mod evidence;
pub mod filter;
pub mod guests;
pub mod hardware;
pub mod history;
pub mod interface;
pub mod kube;
pub mod news;
pub mod planner;
pub mod ports;
pub mod promises;
pub mod prove;
pub mod render;
pub mod router;
pub mod scope;
pub mod stacks;
pub mod standing;
pub mod storage;
pub mod traefik;
pub mod tunnels;
pub mod unlooked;
pub mod ups;
pub mod waive;
mod ways;
pub mod wireguard;

pub use context::{Context, Owned};
pub use difference::{Comparison, Difference, How, Remedy};
pub use fingerprint::key_fingerprint;
pub(crate) use fingerprint::key_options;
pub use resource::compare_host;
