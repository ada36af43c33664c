//! What stands in the tree and could not be read.

use crate::id::ObjectRef;
use std::collections::{BTreeMap, BTreeSet};

/// Where something stands that could not be read, and has been reported. What seems to be missing there may be just that: nobody may
/// conclude that it is not declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unread {
    /// A whole text, or a section: any object may be missing.
    pub sections: bool,
    /// Objects with a value or a key that could not be read.
    pub objects: BTreeSet<ObjectRef>,
    /// The keys that lead to the values of an object that could not be read, from the outermost; none for what may be any key of it.
    pub at: BTreeMap<ObjectRef, BTreeSet<Vec<String>>>,
    /// Keys of lists with such an item, `flows`, and of `waivers`, `rules` and the `controller`.
    pub lists: BTreeSet<String>,
}
