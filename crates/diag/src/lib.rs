//! Spans, diagnostics and their renderers.
//!
//! One diagnostic model serves `check`, the plan checker, audits and drills. This crate is pure: it never opens a file;
//! the text behind a span is handed to it in a [`SourceSet`].

mod diagnostic;
mod hide;
pub mod json;
mod lines;
mod name;
mod one_of;
mod source;
mod whole;

pub mod fix;
pub mod render;

pub use diagnostic::{Aim, Applicability, Class, Diagnostic, Edit, Fix, Label, Severity, Waived};
pub use hide::{hide, hide_addresses, userinfos};
pub use lines::Lines;
pub use name::{Naming, misspelt, naming};
pub use one_of::one_of;
pub use source::{Position, Source, SourceId, SourceSet, Span, Spanned};
pub use whole::{replace_word, stands_alone};
