//! Datastores: where they lie, how full they are, and when their garbage was collected.

use super::observe::{Look, begun, result};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use reading::wire::Lax;
use serde::Deserialize;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::PbsDatastore;
const CONFIGURED: &str = "/config/datastore";
const USAGE: &str = "/status/datastore-usage";
const GARBAGE: &str = "/admin/gc";

/// What has to be asked for.
pub(super) const ASKED: [&str; 3] = [CONFIGURED, USAGE, GARBAGE];

#[derive(Debug, Deserialize)]
struct Configured {
    name: String,
    #[serde(default)]
    path: Lax<String>,
    #[serde(rename = "maintenance-mode", default)]
    maintenance: Lax<String>,
}

#[derive(Debug, Deserialize)]
struct Usage {
    store: String,
    #[serde(default)]
    total: Lax<i64>,
    #[serde(default)]
    used: Lax<i64>,
    #[serde(default)]
    avail: Lax<i64>,
    /// Text for people: that it is there says enough.
    #[serde(default)]
    error: Lax<String>,
    #[serde(rename = "mount-status", default)]
    mount: Lax<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Collection {
    store: String,
    #[serde(default)]
    schedule: Lax<String>,
    #[serde(rename = "next-run", default)]
    next: Lax<i64>,
    #[serde(rename = "last-run-endtime", default)]
    last: Lax<i64>,
    #[serde(rename = "last-run-state", default)]
    state: Lax<String>,
    #[serde(default)]
    upid: Lax<String>,
    #[serde(rename = "pending-bytes", default)]
    pending: Lax<i64>,
    #[serde(rename = "removed-bytes", default)]
    removed: Lax<i64>,
    #[serde(rename = "still-bad", default)]
    bad: Lax<i64>,
}

/// Adds the datastores that the token sees; their names.
pub(super) fn read(look: &Look, found: &mut Found) -> Vec<String> {
    found.complete(KIND, look.rights().below("/datastore", "Datastore.Audit"));
    let mut usage = BTreeMap::new();
    match look.list::<Usage>(USAGE) {
        Ok((list, lost)) => {
            usage.extend(list.into_iter().map(|u| (u.store.clone(), u)));
            found.doubt(KIND, lost);
        }
        Err(why) => found.errors.push(why.to_string()),
    }
    let mut garbage = BTreeMap::new();
    match look.list::<Collection>(GARBAGE) {
        Ok((list, lost)) => {
            garbage.extend(list.into_iter().map(|g| (g.store.clone(), g)));
            found.doubt(KIND, lost);
        }
        Err(why) => found.errors.push(why.to_string()),
    }
    let configured = match look.list::<Configured>(CONFIGURED) {
        Ok((list, lost)) => {
            found.doubt(KIND, lost);
            list
        }
        Err(why) => {
            found.complete(KIND, Err(why));
            return Vec::new();
        }
    };
    let mut names = Vec::new();
    for one in configured {
        let fields = Fields::default().lax("path", one.path);
        let fields = match one.maintenance.0 {
            // Its type and a message of people; which it is shows in what can be read.
            Some(mode) if !mode.is_empty() => fields.set("maintenance", Some(true)),
            _ => fields,
        };
        let fields = match usage.remove(&one.name) {
            Some(usage) => room(fields, usage),
            None => fields,
        };
        let fields = match garbage.remove(&one.name) {
            Some(garbage) => collected(fields, garbage),
            None => fields,
        };
        found.add(KIND, one.name.clone(), fields, CONFIGURED);
        names.push(one.name);
    }
    names
}

fn room(fields: Fields, usage: Usage) -> Fields {
    // What could not be read comes as -1.
    let bytes = |n: Lax<i64>| n.0.filter(|n| *n >= 0);
    fields
        .set("size", bytes(usage.total))
        .set("used", bytes(usage.used))
        .set("available", bytes(usage.avail))
        .lax("mount", usage.mount)
        .set("failed", usage.error.0.map(|_| true))
}

fn collected(fields: Fields, of: Collection) -> Fields {
    // The task is named by what is kept of the last collection that ended.
    let ended = of.upid.0.as_deref().is_some_and(|u| !u.is_empty());
    let last = of.last.0.or_else(|| begun(of.upid.0.as_deref()?));
    fields
        .set("gc_ended", Some(ended))
        .lax("gc_schedule", of.schedule)
        .lax("gc_next", of.next)
        .set("gc_last", last)
        .set("gc_result", of.state.0.as_deref().map(result))
        .lax("gc_pending", of.pending)
        .lax("gc_removed", of.removed)
        .lax("gc_bad", of.bad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Answers;
    use model::fact::Completeness;
    use serde_json::json;

    /// A row of any of the lists that cannot be read may be about a datastore.
    #[test]
    fn rows_that_are_not_understood_are_told() {
        for bad in ASKED {
            let mut answers = Answers::of(ASKED.map(|path| {
                let list = if path == bad {
                    json!([{"store": 1}])
                } else {
                    json!([])
                };
                (path.to_owned(), Ok(list))
            }));
            // All of them may be seen.
            let rights = [
                (
                    "/access/permissions",
                    json!({"/datastore": {"Datastore.Audit": true}}),
                ),
                ("/access/acl", json!([])),
                (
                    "/access/permissions?path=%2Faccess%2Facl",
                    json!({"/access/acl": {"Sys.Audit": true}}),
                ),
            ];
            answers.add(Answers::of(
                rights.map(|(path, told)| (path.to_owned(), Ok(told))),
            ));
            let look = Look {
                answers,
                now: 0,
                pushes: false,
            };
            let mut found = Found::by("GET");
            read(&look, &mut found);
            let why = match found.collections.get(&KIND) {
                Some(Completeness::No(why)) => why.to_string(),
                other => format!("{other:?}"),
            };
            assert!(why.contains("1 rows are not understood"), "{bad}: {why}");
        }
    }
}
