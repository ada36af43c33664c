//! Values that are declared not to be known.

use crate::id::ObjectRef;
use crate::units::text::Prose;
use diag::Spanned;

/// A value of which somebody wrote that it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What has it; none for what stands in a list of the lab.
    pub object: Option<ObjectRef>,
    /// The last key that leads to it, and where the word stands.
    pub key: Spanned<String>,
    /// The keys that lead to it from its object, or from the lab for what stands in a list; items are numbers. Empty where an object is
    /// written in its short form.
    pub path: Vec<String>,
    /// What it is: `'memory' of 'hardware' of host 'nas'`.
    pub words: String,
    /// Why nobody knows.
    pub why: Option<Prose>,
}
