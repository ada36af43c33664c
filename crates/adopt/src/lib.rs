//! What runs already, as a lab tree.
//!
//! A source (facts of a host or of an interface, an inventory, a state, Compose projects) becomes [`Found`]; [`merge`] makes one of
//! what several tell of the same machine; [`Draft::of`] holds it against the lab that is declared; [`texts`] writes what is new.
//! What nobody could know is `unknown` or left out and told ([`Said`]), never guessed; secrets are not taken up at all.
//!
//! This crate must not know where facts and files come from, nor how texts reach a disk.

pub mod ansible;
pub mod docker;
mod draft;
mod found;
mod judge;
pub mod linux;
mod merge;
mod name;
mod open;
pub mod pve;
mod tailnet;
pub mod terraform;
mod write;

pub use draft::{Draft, Known};
pub use found::{
    Account, Cluster, Disk, Engine, Extent, Found, Guest, Interface, Machine, Pool, Said, Sort,
    Stack, Way,
};
pub use judge::{Seen, Verdict, judge};
pub use merge::merge;
pub use open::unknowns;
pub use tailnet::Tailnet;
pub use write::{About, Text, texts};
