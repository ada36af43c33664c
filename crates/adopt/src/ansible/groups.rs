//! Groups of an inventory: who is in them, what is below them, and in which order their variables count.

use super::Said;
use std::collections::{BTreeMap, BTreeSet};

/// A group.
#[derive(Debug, Clone, Default)]
struct Group {
    hosts: BTreeSet<String>,
    children: BTreeSet<String>,
    said: Said,
}

/// All of them, with the hosts and their own variables.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    pub(super) hosts: BTreeMap<String, Said>,
    groups: BTreeMap<String, Group>,
    /// For each group all hosts in it and below; filled by [`Groups::order`].
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Groups {
    pub(super) fn group(&mut self, name: &str) {
        self.groups.entry(name.to_owned()).or_default();
    }

    pub(super) fn add(&mut self, group: &str, host: &str) {
        self.hosts.entry(host.to_owned()).or_default();
        let group = self.groups.entry(group.to_owned()).or_default();
        group.hosts.insert(host.to_owned());
    }

    pub(super) fn child(&mut self, group: &str, child: &str) {
        self.group(child);
        let group = self.groups.entry(group.to_owned()).or_default();
        group.children.insert(child.to_owned());
    }

    /// Of hosts and groups that are none nothing is kept.
    pub(super) fn host_says(&mut self, host: &str, said: &Said) {
        if let Some(own) = self.hosts.get_mut(host) {
            own.join(said);
        }
    }

    pub(super) fn group_says(&mut self, group: &str, said: &Said) {
        if group == "all" {
            self.group("all");
        }
        if let Some(own) = self.groups.get_mut(group) {
            own.said.join(said);
        }
    }

    pub(super) fn says(&self, group: &str) -> Said {
        self.groups
            .get(group)
            .map(|g| g.said.clone())
            .unwrap_or_default()
    }

    pub(super) fn has(&self, group: &str, host: &str) -> bool {
        group == "all" || self.members.get(group).is_some_and(|m| m.contains(host))
    }

    /// Names of groups, those above before those below, so that what is nearer to a host counts later.
    pub(super) fn order(&mut self) -> Result<Vec<String>, String> {
        let mut depth: BTreeMap<String, usize> = BTreeMap::new();
        let mut above: BTreeMap<&str, usize> = BTreeMap::new();
        for group in self.groups.values() {
            for child in &group.children {
                *above.entry(child).or_default() += 1;
            }
        }
        let mut free: Vec<&str> = self
            .groups
            .keys()
            .map(String::as_str)
            .filter(|g| !above.contains_key(g))
            .collect();
        let mut order: Vec<String> = Vec::new();
        while let Some(name) = free.pop() {
            order.push(name.to_owned());
            let own = depth.get(name).copied().unwrap_or(0);
            for child in self.groups.get(name).into_iter().flat_map(|g| &g.children) {
                let deeper = depth.entry(child.clone()).or_default();
                *deeper = (*deeper).max(own + 1);
                if let Some(left) = above.get_mut(child.as_str()) {
                    *left -= 1;
                    if *left == 0 {
                        free.push(child);
                    }
                }
            }
        }
        if let Some(circle) = self.groups.keys().find(|g| !order.contains(g)) {
            return Err(format!(
                "the group '{}' is below itself: {}",
                crate::name::shown(circle),
                crate::name::shown(&self.circle(circle))
            ));
        }
        // From below, so that members of children are known.
        for name in order.iter().rev() {
            let Some(group) = self.groups.get(name) else {
                continue;
            };
            let mut all = group.hosts.clone();
            for child in &group.children {
                all.extend(self.members.get(child).into_iter().flatten().cloned());
            }
            self.members.insert(name.clone(), all);
        }
        order.sort_by_key(|g| (g != "all", depth.get(g).copied().unwrap_or(0), g.clone()));
        Ok(order)
    }

    /// A way from a group that is in or below a circle to one that it has met already.
    fn circle(&self, from: &str) -> String {
        let mut path = vec![from.to_owned()];
        let mut at = from.to_owned();
        while let Some(next) = self.parent(&at) {
            let met = path.contains(&next);
            path.push(next.clone());
            if met {
                break;
            }
            at = next;
        }
        path.reverse();
        path.join(" > ")
    }

    /// A group above, if one is.
    fn parent(&self, of: &str) -> Option<String> {
        let mut all = self.groups.iter();
        all.find(|(_, g)| g.children.contains(of))
            .map(|(n, _)| n.clone())
    }
}
