//! What follows from a lab's declaration, computed and not judged: who reaches what, what needs what, where data and its copies lie, what
//! machines and people add up to, what documents tell people to run. Rules judge it, views show it.
//!
//! Nothing here knows of findings, of terminals, or of the world outside of the [`Context`].

pub mod addresses;
pub mod amounts;
mod analyses;
pub mod archives;
pub mod attention;
pub mod attributes;
pub mod availability;
pub mod bands;
pub mod bodies;
pub mod budget;
pub mod call;
pub mod claims;
pub mod containers;
pub mod context;
pub mod copies;
pub mod coverage;
pub mod electricity;
pub mod error_budget;
pub mod evacuation;
pub mod failover;
pub mod faults;
pub mod figure;
pub mod fstab;
pub mod held;
mod intervals;
pub mod lead;
pub mod lifecycle;
pub mod links;
pub mod listening;
pub mod load;
pub mod location;
pub mod near;
pub mod netfilter;
pub mod newest;
pub mod objectives;
pub mod observation;
pub mod origin;
pub mod packing;
pub mod partial;
pub mod places;
pub mod pools;
pub mod processors;
pub mod racks;
pub mod reach;
pub mod recovery;
pub mod restore;
pub mod rotation;
pub mod sensitive;
pub mod shared_storage;
pub mod sizes;
pub mod standing;
pub mod structure;
pub mod takeover;
pub mod terms;
pub mod totals;
pub mod traffic;
pub mod transfer;
pub mod votes;
pub mod wires;
pub mod wording;

pub use analyses::{Analyses, Kept};
pub use context::{Context, Leak};
pub use observation::Observation;
