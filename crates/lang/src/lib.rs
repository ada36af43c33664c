//! YAML text to a typed lab with diagnostics.
//!
//! Three steps, each of which reports what it finds and goes on with what it understood: `yaml` turns every text into a
//! tree in which each node knows its place, `lower` turns the trees into one [`Lab`], `whole` holds objects against each
//! other. The user's text never yields an error value and never a panic.
//!
//! [`compose`] does the same for Compose projects, over the same tree; [`stacks`] reads those that a lab names.
//!
//! This crate must not know how files are found, what rules think of a lab, or what a host looks like.

pub mod compose;

mod codes;
mod depth;
mod include;
mod kept;
mod knowledge;
mod lower;
mod mixup;
mod plain;
mod sink;
mod stacks;
mod stray;
mod suggest;
mod whole;
mod yaml;

pub use codes::{CODES, explain};
pub use include::{Included, Includes, includes};
pub use kept::{Lost, kept, readable};
pub use knowledge::knowledge;
pub use plain::{Plain, plain};
pub use stacks::{Stacks, near_file, stacks};
pub use stray::sections_of;

use diag::{Diagnostic, SourceSet};
use model::lab::Lab;

/// Reads all texts of a lab tree into one lab, with everything that is wrong about them.
///
/// The lab is partial where the text could not be understood; it can be trusted only if no diagnostic is of class
/// [`diag::Class::Invalid`]. The source named `holdfast.yaml` is the root. Diagnostics that point
/// where a secret stands in clear text are veiled, so that no renderer prints the line.
pub fn analyze(sources: &SourceSet) -> (Lab, Vec<Diagnostic>) {
    let mut sink = sink::Sink::default();
    let texts = yaml::parse_all(sources, &mut sink);
    let mut lab = lower::lower(texts, sources, &mut sink);
    whole::check(&lab, &mut sink);
    // What is planned is held against the rest as well. From here on it counts for nothing.
    lab.set_apart();
    whole::twice(&lab, &mut sink);
    (lab, sink.finish(sources))
}
