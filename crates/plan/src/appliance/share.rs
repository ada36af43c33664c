//! Declared shares (pools of kind `nfs`, `smb` or `iscsi` that are made `from` a pool of the appliance) against what it shares.

use super::{Comparing, texts};
use crate::How;
use crate::storage::pools;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::lab::storage::PoolKind;
use model::value::Value;
use std::collections::BTreeSet;

const KIND: FactKind = FactKind::TrueNasShare;

impl Comparing<'_> {
    pub(super) fn shares(&mut self) {
        let lab = self.ctx.lab;
        // What it is called there, by the declared name.
        let own: Vec<(String, String)> = pools(lab, self.object)
            .map(|(name, pool)| {
                let key = self.found(name, pool);
                let key = key.unwrap_or_else(|| format!("zfs/{name}"));
                (
                    name.to_owned(),
                    key.strip_prefix("zfs/").unwrap_or(&key).to_owned(),
                )
            })
            .collect();
        let mut known: BTreeSet<(&str, String)> = BTreeSet::new();
        for (name, pool) in &lab.pools {
            let from = pool.from.known().map(|from| from.name());
            let below = own.iter().find(|(own, _)| Some(own.as_str()) == from);
            let (Some(word), Some((_, below))) = (pool.kind.known().and_then(word), below) else {
                continue;
            };
            known.insert((word, below.clone()));
            if !self.is_shared(word, below) {
                let said = format!("share {name}, by {word} of pool {below}");
                self.absent(KIND, &format!("{word}/{name}"), &said, pool.span);
            }
        }
        let others = self.facts.items(KIND).filter(|(_, value)| is_on(value));
        let others: Vec<(String, String)> = others
            .filter(|(key, value)| {
                let word = key.split_once('/').map_or(*key, |(word, _)| word);
                let all = texts(value, "paths");
                let mut pools = all.iter().filter_map(|path| pool_of(path));
                !pools.any(|pool| known.contains(&(word, pool.to_owned())))
            })
            .map(|(key, value)| (key.to_owned(), texts(value, "paths").join(", ")))
            .collect();
        for (key, paths) in others {
            let seen = match paths.as_str() {
                "" => "nothing is in it".to_owned(),
                paths => format!("{paths} is shared"),
            };
            self.tell(KIND, &key, How::Undeclared, "not declared", &seen, None);
        }
    }

    fn is_shared(&self, word: &str, pool: &str) -> bool {
        let mut all = self.facts.items(KIND).filter(|(_, value)| is_on(value));
        all.any(|(key, value)| {
            let is_kind = key.split_once('/').is_some_and(|(own, _)| own == word);
            is_kind
                && texts(value, "paths")
                    .iter()
                    .any(|p| pool_of(p) == Some(pool))
        })
    }
}

fn is_on(share: &Value) -> bool {
    share.field("enabled").and_then(Value::as_bool) != Some(false)
}

fn word(kind: &PoolKind) -> Option<&'static str> {
    match kind {
        PoolKind::Nfs => Some("nfs"),
        PoolKind::Smb => Some("smb"),
        PoolKind::Iscsi => Some("iscsi"),
        PoolKind::Md
        | PoolKind::Btrfs
        | PoolKind::Zfs
        | PoolKind::Lvm
        | PoolKind::LvmThin
        | PoolKind::Ceph
        | PoolKind::Directory => None,
    }
}

/// The pool that a shared path lies on: `/mnt/tank/photos`, `zvol/tank/vm`.
fn pool_of(path: &str) -> Option<&str> {
    let starts = ["/mnt/", "/dev/zvol/", "zvol/"];
    let rest = starts.iter().find_map(|start| path.strip_prefix(start))?;
    rest.split('/').next()
}
