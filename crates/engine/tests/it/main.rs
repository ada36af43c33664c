//! The engine on the faulty fake world.
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod campaign;
mod conformance;
mod crash;
mod decide;
mod failing;
mod lease;
mod observe;
mod rig;
mod running;
mod settle;
mod undo;
