//! Storages and how full they are; thin pools, which fill unseen.

use super::{Look, node};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use reading::wire::{Lax, rows};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Row {
    storage: String,
    #[serde(rename = "type", default)]
    kind: Lax<String>,
    #[serde(default)]
    content: Lax<String>,
    #[serde(default)]
    shared: Lax<bool>,
    #[serde(default)]
    enabled: Lax<bool>,
    #[serde(default)]
    active: Lax<bool>,
    #[serde(default)]
    total: Lax<i64>,
    #[serde(default)]
    used: Lax<i64>,
}

#[derive(Debug, Deserialize)]
struct Thin {
    vg: String,
    lv: String,
    #[serde(default)]
    lv_size: Lax<i64>,
    #[serde(default)]
    used: Lax<i64>,
    #[serde(default)]
    metadata_size: Lax<i64>,
    #[serde(default)]
    metadata_used: Lax<i64>,
}

pub(super) fn read(look: &Look<'_>, found: &mut Found) {
    for name in look.reachable() {
        let kind = FactKind::PveStorage;
        let path = node::storage(name);
        each::<Row>(look, kind, &path, found, |row, found| {
            let value = Fields::default()
                .lax("type", row.kind)
                .lax("content", row.content)
                .lax("shared", row.shared)
                .lax("enabled", row.enabled)
                .lax("active", row.active)
                .lax("size", row.total)
                .lax("used", row.used);
            found.add(kind, format!("{name}/{}", row.storage), value, &path);
        });
        let kind = FactKind::PveThin;
        let path = node::thin(name);
        each::<Thin>(look, kind, &path, found, |row, found| {
            let value = Fields::default()
                .lax("size", row.lv_size)
                .lax("used", row.used)
                .lax("metadata_size", row.metadata_size)
                .lax("metadata_used", row.metadata_used);
            found.add(kind, format!("{name}/{}/{}", row.vg, row.lv), value, &path);
        });
    }
    let or_silent = |proof: String| look.silent().map_or(Ok(proof), Err);
    found.complete(
        FactKind::PveStorage,
        look.rights
            .below("/storage", "Datastore.Audit")
            .and_then(or_silent),
    );
    found.complete(
        FactKind::PveThin,
        or_silent("disks/lvmthin was allowed on every node".to_owned()),
    );
}

/// Every row of a list; what cannot be read makes the kind incomplete.
fn each<T: serde::de::DeserializeOwned>(
    look: &Look<'_>,
    kind: FactKind,
    path: &str,
    found: &mut Found,
    mut add: impl FnMut(T, &mut Found),
) {
    match look.answers.get(path).map(rows::<T>) {
        Ok(Some((list, lost))) => {
            if lost > 0 {
                found.partial(kind, format!("{path}: {lost} rows are not understood"));
            }
            list.into_iter().for_each(|row| add(row, found));
        }
        Ok(None) => found.partial(kind, format!("{path}: the answer is not understood")),
        Err(why) => found.complete(kind, Err(why)),
    }
}
