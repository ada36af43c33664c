//! What a machine told of its disks and of what they are made into, beside the declared pools.

use crate::look::Look;
use graph::observation::plain;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::lab::storage::Pool;
use model::value::Value;

/// A declared pool of a machine that is there already.
pub(crate) struct Declared<'a> {
    pub(crate) name: &'a str,
    pub(crate) pool: &'a Pool,
    pub(crate) mount: Option<&'a str>,
}

/// The pools that are declared on a machine; those that are only planned stand apart.
pub(crate) fn declared<'a>(look: &Look<'_, 'a>) -> Vec<Declared<'a>> {
    let on = |pool: &Pool| {
        let on = pool.on.known().map(|r| &r.0.object);
        on == Some(&look.object)
    };
    let pools = look.lab().pools.iter().filter(|(_, pool)| on(pool));
    pools
        .map(|(name, pool)| Declared {
            name,
            pool,
            mount: pool.mount.known().map(|m| m.0.as_str()),
        })
        .collect()
}

/// A pool as it was observed: its key, what was told, and how people name it.
pub(crate) fn observed<'a>(look: &Look<'_, 'a>) -> Vec<(&'a str, &'a Value, String)> {
    let all = look.items(FactKind::Pool);
    all.map(|(key, value)| (key, value, named(look, key, value)))
        .collect()
}

/// `pool 'tank' (btrfs on /srv/tank)`, by the declared name where its mount leads to one.
fn named(look: &Look<'_, '_>, key: &str, value: &Value) -> String {
    let (kind, own) = key.split_once('/').unwrap_or(("", key));
    let at = mounts(value);
    let all = declared(look);
    let declared = all
        .iter()
        .find(|d| d.mount.is_some_and(|m| at.contains(&m)));
    let own = value.field("name").and_then(Value::as_text).unwrap_or(own);
    let name = declared.map_or(own, |d| d.name);
    let main = declared.and_then(|d| d.mount);
    match main.or(at.first().copied()) {
        Some(at) => format!("pool '{}' ({kind} on {})", plain(name), plain(at)),
        None => format!("pool '{}' ({kind})", plain(name)),
    }
}

/// Where a pool is mounted.
pub(crate) fn mounts(value: &Value) -> Vec<&str> {
    match value.field("mounts") {
        Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}

/// A count that was told.
pub(crate) fn number(value: &Value, field: &str) -> Option<i64> {
    value.field(field).and_then(Value::as_int)
}
