//! What somebody may, by the product's rules: the deepest entry on the way to a path wins; a user's entry wins over those of his
//! groups; a token with rights of its own has only what its user has as well; pools lend theirs to their members.

use crate::access::Whose;
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};

const ROOT: &str = "root@pam";
const NO_ACCESS: &str = "NoAccess";

/// Roles, each with whether it holds below.
type Roles = BTreeMap<String, bool>;
/// Privileges, each with whether it holds below.
pub(crate) type Privileges = BTreeMap<String, bool>;

impl State {
    /// Privileges of a user or token on a path.
    pub(crate) fn privileges(&self, who: &str, path: &str) -> Privileges {
        if who == ROOT {
            let all = self.access.roles.get("Administrator");
            return all
                .into_iter()
                .flatten()
                .map(|p| (p.clone(), true))
                .collect();
        }
        let Some((user, token)) = who.split_once('!') else {
            return self.of_roles(&self.roles(who, path));
        };
        let known = self
            .access
            .users
            .get(user)
            .and_then(|u| u.tokens.get(token));
        let Some(known) = known else {
            return Privileges::new();
        };
        let of_user = self.privileges(user, path);
        if !known.separated {
            return of_user;
        }
        let mut own = self.of_roles(&self.roles(who, path));
        own.retain(|p, _| of_user.contains_key(p));
        own.iter_mut()
            .for_each(|(p, below)| *below &= of_user.get(p) == Some(&true));
        own
    }

    /// Whether somebody has one of some privileges on a path.
    pub(crate) fn may(&self, who: &str, path: &str, one_of: &[&str]) -> bool {
        let has = self.privileges(who, path);
        one_of.iter().any(|p| has.contains_key(*p))
    }

    fn of_roles(&self, roles: &Roles) -> Privileges {
        let mut out = Privileges::new();
        for (role, below) in roles {
            for privilege in self.access.roles.get(role).into_iter().flatten() {
                *out.entry(privilege.clone()).or_default() |= below;
            }
        }
        out
    }

    fn roles(&self, who: &str, path: &str) -> Roles {
        let mut roles = self.listed(who, path);
        let pool = self
            .pools
            .iter()
            .filter(|(_, members)| members.iter().any(|m| path == format!("/vms/{m}")));
        for (name, _) in pool {
            let lent = self.listed(who, &format!("/pool/{name}"));
            if roles.contains_key(NO_ACCESS) {
                break;
            }
            if lent.contains_key(NO_ACCESS) {
                return Roles::from([(NO_ACCESS.to_owned(), false)]);
            }
            for role in lent.into_keys() {
                roles.entry(role).or_insert(false);
            }
        }
        roles
    }

    /// Roles by the entries on the way to a path.
    fn listed(&self, who: &str, path: &str) -> Roles {
        let mut roles = Roles::new();
        for at in ways(path) {
            let here = self.here(who, &at, at == path);
            if !here.is_empty() {
                roles = here;
            }
        }
        if roles.contains_key(NO_ACCESS) {
            roles.retain(|r, _| r == NO_ACCESS);
        }
        roles
    }

    fn here(&self, who: &str, at: &str, last: bool) -> Roles {
        let entries = |whose: Whose, name: &str| -> Roles {
            let of = self
                .access
                .acl
                .iter()
                .filter(|a| a.path == at && a.whose == whose && a.who == name);
            of.filter(|a| last || a.propagate)
                .map(|a| (a.role.clone(), a.propagate))
                .collect()
        };
        if who.contains('!') {
            return entries(Whose::Token, who);
        }
        let own = entries(Whose::User, who);
        if !own.is_empty() {
            return own;
        }
        let groups = self
            .access
            .users
            .get(who)
            .map(|u| u.groups.clone())
            .unwrap_or_default();
        groups
            .iter()
            .flat_map(|g| entries(Whose::Group, g))
            .collect()
    }

    /// What `/access/permissions` tells: paths without any privilege are left out.
    pub(crate) fn dump(&self, who: &str, only: Option<&str>) -> BTreeMap<String, Privileges> {
        let fixed = [
            "/",
            "/access",
            "/access/groups",
            "/nodes",
            "/pool",
            "/sdn",
            "/storage",
            "/vms",
        ];
        let mut paths: BTreeSet<String> = fixed.iter().map(|p| (*p).to_owned()).collect();
        paths.extend(self.access.acl.iter().map(|a| a.path.clone()));
        paths.extend(self.pools.values().flatten().map(|id| format!("/vms/{id}")));
        if let Some(only) = only {
            paths = BTreeSet::from([only.to_owned()]);
        }
        let all = paths
            .into_iter()
            .map(|p| (p.clone(), self.privileges(who, &p)));
        all.filter(|(_, has)| only.is_some() || !has.is_empty())
            .collect()
    }
}

/// A path behind all that are above it: `/`, `/vms`, `/vms/100`.
pub(crate) fn ways(path: &str) -> Vec<String> {
    let mut out = vec!["/".to_owned()];
    let mut at = String::new();
    for part in path.split('/').filter(|p| !p.is_empty()) {
        at = format!("{at}/{part}");
        out.push(at.clone());
    }
    out
}
