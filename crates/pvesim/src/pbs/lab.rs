//! From a declared lab to what a backup server of it would be, if it were as declared.

use super::state::{Datastore, Server};
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::Lab;
use plan::{datastore, interface};

/// The size of a datastore of which none is declared.
const SIZE: u64 = 1_000_000_000_000;

impl Server {
    /// A server with the datastores of the repositories that are declared on it. How full they are, when garbage was collected and which
    /// backups there are says no declaration, and nor does it.
    pub fn of_lab(lab: &Lab, of: &ObjectRef, now: i64) -> Self {
        let mut server = Self::new(now);
        server.declared = true;
        let all = interface::all(lab);
        let own = all.iter().find(|i| i.object == *of && i.pbs().is_some());
        for (name, repository) in own
            .into_iter()
            .flat_map(|o| datastore::repositories(lab, o))
        {
            let about = &repository.about;
            let store = about.datastore.known().map_or(name, |d| d.0.as_str());
            let location = repository
                .location
                .known()
                .map(|at| at.trim_end_matches('/'));
            let path = location.filter(|at| at.starts_with('/'));
            let size = about.size.known().map_or(SIZE, |s| s.bytes());
            let made = Datastore {
                path: path.map_or_else(|| format!("/mnt/datastore/{store}"), str::to_owned),
                room: (size, 0),
                ..Datastore::default()
            };
            server.stores.entry(store.to_owned()).or_insert(made);
        }
        server
    }
}
