//! Findings and the objects they are about.

use diag::Diagnostic;
use model::id::ObjectRef;

/// What the rules have found so far.
#[derive(Debug, Default)]
pub struct Findings {
    items: Vec<(Option<ObjectRef>, Diagnostic)>,
}

impl Findings {
    /// Adds a finding about an object; a waiver names both.
    pub fn add(&mut self, object: ObjectRef, diagnostic: Diagnostic) {
        self.items.push((Some(object), diagnostic));
    }

    /// Adds a finding about an object, or about the whole lab; a waiver then says `object: lab`.
    pub fn add_about(&mut self, object: Option<ObjectRef>, diagnostic: Diagnostic) {
        self.items.push((object, diagnostic));
    }

    /// Adds what was found elsewhere, behind what is here.
    pub fn append(&mut self, mut other: Findings) {
        self.items.append(&mut other.items);
    }

    /// All of them, in the order in which they were found.
    pub fn into_items(self) -> Vec<(Option<ObjectRef>, Diagnostic)> {
        self.items
    }
}
