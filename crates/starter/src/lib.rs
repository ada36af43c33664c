//! A first lab tree from a few answers: which questions there are, whether an answer is good, and the texts of the files.
//!
//! Facts that nobody stated are written as `unknown`, never made up; what is a choice (objectives, what is kept) has a
//! proposal. An answer is judged by the front end and the rules that will read the tree, not by a second set of parsers.
//!
//! This crate must not know how questions reach a person or files a disk.

mod answers;
mod judge;
mod profile;
mod project;
mod question;
mod write;

pub use answers::{Answers, Machine, UNKNOWN};
pub use judge::{Judge, Verdict};
pub use profile::Profile;
pub use project::Project;
pub use question::{Key, QUESTIONS, Question};
pub use write::{EDITOR, File, Unknown, files, unknowns, yaml};
