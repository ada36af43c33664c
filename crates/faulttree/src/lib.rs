//! Fault trees: which sets of events bring the top about, and how likely that is. Both are exact; nothing is cut off or taken for rare.

mod compile;
mod cuts;
mod tree;

pub use compile::{Compiled, TooLarge};
pub use cuts::CutSets;
pub use tree::{Event, Gate, Tree};
