//! The handles of one realm, by host.

use model::id::ObjectRef;
use model::realm::RealmTag;
use plan::driver::Driver;
use std::collections::BTreeMap;
use std::fmt;

/// Drivers of the targets of realm `R`. The type keeps a plan of another realm out; the tag's name tells twins apart.
pub struct Drivers<R: RealmTag> {
    tag: R,
    by_name: BTreeMap<String, Box<dyn Driver<R>>>,
}

impl<R: RealmTag> Drivers<R> {
    /// No targets yet.
    pub fn new(tag: R) -> Self {
        Self {
            tag,
            by_name: BTreeMap::new(),
        }
    }

    /// Adds a target under the name that its driver says.
    pub fn insert(&mut self, driver: Box<dyn Driver<R>>) {
        self.by_name.insert(driver.properties().target.name, driver);
    }

    /// Adds a target under a name of the caller's; two targets may be called alike that are of different kinds.
    pub fn insert_as(&mut self, name: String, driver: Box<dyn Driver<R>>) {
        self.by_name.insert(name, driver);
    }

    /// Adds a target.
    #[must_use]
    pub fn with(mut self, driver: Box<dyn Driver<R>>) -> Self {
        self.insert(driver);
        self
    }

    /// The realm's tag.
    pub fn tag(&self) -> &R {
        &self.tag
    }

    /// The handle of a target.
    pub fn get_mut(&mut self, target: &ObjectRef) -> Option<&mut (dyn Driver<R> + 'static)> {
        self.by_name.get_mut(&target.name).map(Box::as_mut)
    }

    /// Whether there is a handle of this target.
    pub fn has(&self, target: &ObjectRef) -> bool {
        self.by_name.contains_key(&target.name)
    }

    pub(crate) fn all_mut(&mut self) -> &mut BTreeMap<String, Box<dyn Driver<R>>> {
        &mut self.by_name
    }
}

impl<R: RealmTag> fmt::Debug for Drivers<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drivers")
            .field("realm", &self.tag.realm())
            .field("targets", &self.by_name.keys().collect::<Vec<_>>())
            .finish()
    }
}
