//! What a fault does to a lab: which services stop, which data is lost and how much of it, what is left to go back to, and why.
//!
//! Two questions are kept apart. What *works* follows from the structure: needs that are not met any more. What is *lost* follows from
//! where data and its copies lie: a host that is off loses nothing, a disk that is broken does. Both are three-valued: what nobody declared
//! may be hit.
//!
//! Everything here is computed from the declaration; where a value is an assumption of the lab tree, the outcome names it.

mod damage;
mod data;
mod fault;
mod outcome;
mod rank;
mod report;
mod room;
mod seize;
mod spread;
mod words;

pub use fault::{Fault, Unfit};
pub use outcome::{Data, Fate, Left, Promise, Report, Service, State, Step, Thing};
pub use rank::{Harm, Ranked, Ranking, singles};
pub use report::Simulation;
