//! What somebody may, by the product's rules: the deepest entry on the way to a path wins, one that is not passed on holds only at its own
//! path, and a token has nothing that its user has not as well.

use super::state::Server;
use crate::rights::ways;
use std::collections::{BTreeMap, BTreeSet};

/// Privileges, each with whether it holds below.
pub(super) type Privileges = BTreeMap<&'static str, bool>;

/// Paths that are listed whoever asks, if he has something there.
const USUAL: [&str; 5] = ["/", "/access", "/datastore", "/remote", "/system"];

fn of_role(role: &str) -> &'static [&'static str] {
    match role {
        "Admin" => &[
            "Datastore.Audit",
            "Datastore.Modify",
            "Remote.Audit",
            "Sys.Audit",
            "Sys.Modify",
        ],
        "Audit" => &["Datastore.Audit", "Sys.Audit"],
        "DatastoreAudit" => &["Datastore.Audit"],
        "RemoteAudit" => &["Remote.Audit"],
        _ => &[],
    }
}

impl Server {
    /// Privileges of a user or token on a path.
    pub(super) fn privileges(&self, who: &str, path: &str) -> Privileges {
        let mut own = Privileges::new();
        for (role, below) in self.roles(who, path) {
            for privilege in of_role(role) {
                *own.entry(privilege).or_default() |= below;
            }
        }
        if let Some((user, _)) = who.split_once('!') {
            let of_user = self.privileges(user, path);
            own.retain(|p, _| of_user.contains_key(p));
            own.iter_mut()
                .for_each(|(p, below)| *below &= of_user.get(p) == Some(&true));
        }
        own
    }

    fn roles(&self, who: &str, path: &str) -> BTreeMap<&str, bool> {
        let mut roles = BTreeMap::new();
        for at in ways(path) {
            let here = self.grants.iter().filter(|g| g.who == who && g.path == at);
            let here = here.filter(|g| g.propagate || at == path);
            let here: BTreeMap<&str, bool> = here.map(|g| (g.role.as_str(), g.propagate)).collect();
            if !here.is_empty() {
                roles = here;
            }
        }
        match roles.contains_key("NoAccess") {
            true => BTreeMap::new(),
            false => roles,
        }
    }

    /// Whether somebody has a privilege on a path.
    pub(super) fn may(&self, who: &str, path: &str, privilege: &str) -> bool {
        self.privileges(who, path).contains_key(privilege)
    }

    /// Paths that are told to somebody who asks for his rights.
    pub(super) fn paths(&self) -> BTreeSet<&str> {
        let entries = self.grants.iter().map(|g| g.path.as_str());
        USUAL.into_iter().chain(entries).collect()
    }
}
