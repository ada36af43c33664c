//! What a rule is, and what it finds. The rules themselves stand in `native` and `rules`.

mod findings;
mod rule;

pub use findings::Findings;
pub use rule::{Mend, Rule};
