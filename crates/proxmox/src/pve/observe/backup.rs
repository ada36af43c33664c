//! Backup jobs, and the guests that none of them covers.

use super::Look;
use super::cluster::list;
use model::fact::FactKind;
use reading::found::{Fields, Found};
use reading::wire::Lax;
use serde::Deserialize;
use serde_json::Value as Json;

pub(super) const ASKED: &[&str] = &["/cluster/backup", "/cluster/backup-info/not-backed-up"];

#[derive(Debug, Deserialize)]
struct Job {
    id: String,
    #[serde(default)]
    enabled: Lax<bool>,
    #[serde(default)]
    schedule: Lax<String>,
    #[serde(default)]
    storage: Lax<String>,
    #[serde(default)]
    mode: Lax<String>,
    #[serde(default)]
    all: Lax<bool>,
    #[serde(default)]
    vmid: Lax<String>,
    #[serde(default)]
    exclude: Lax<String>,
    #[serde(default)]
    pool: Lax<String>,
    #[serde(default)]
    node: Lax<String>,
    #[serde(rename = "prune-backups", default)]
    prune: Lax<Json>,
}

#[derive(Debug, Deserialize)]
struct Bare {
    vmid: i64,
    #[serde(rename = "type", default)]
    kind: Lax<String>,
    #[serde(default)]
    name: Lax<String>,
}

pub(super) fn read(look: &Look<'_>, found: &mut Found) {
    let (kind, path) = (FactKind::PveBackup, ASKED[0]);
    match list::<Job>(look, path) {
        Ok((jobs, whole)) => {
            for job in jobs {
                let value = Fields::default()
                    .lax("enabled", job.enabled)
                    .lax("schedule", job.schedule)
                    .lax("storage", job.storage)
                    .lax("mode", job.mode)
                    .lax("all", job.all)
                    .lax("guests", job.vmid)
                    .lax("exclude", job.exclude)
                    .lax("pool", job.pool)
                    .lax("node", job.node)
                    .set("keep", job.prune.0.as_ref().and_then(keep));
                found.add(kind, job.id, value, path);
            }
            found.complete(kind, whole);
        }
        Err(why) => found.complete(kind, Err(why)),
    }
    let (kind, path) = (FactKind::PveUncovered, ASKED[1]);
    match list::<Bare>(look, path) {
        Ok((guests, whole)) => {
            for guest in guests {
                let word = guest
                    .kind
                    .0
                    .as_deref()
                    .map(|k| if k == "qemu" { "vm" } else { "lxc" });
                let value = Fields::default().set("kind", word).lax("name", guest.name);
                found.add(kind, guest.vmid.to_string(), value, path);
            }
            found.complete(
                kind,
                whole.and_then(|_| look.rights.below("/vms", "VM.Audit")),
            );
        }
        Err(why) => found.complete(kind, Err(why)),
    }
}

/// `keep-last=3,keep-daily=7`, which comes as text or as a map.
fn keep(prune: &Json) -> Option<String> {
    match prune {
        Json::String(text) => Some(text.clone()),
        Json::Object(map) => {
            let parts: Vec<String> = map
                .iter()
                .map(|(k, v)| {
                    format!(
                        "{k}={}",
                        v.as_str().map_or_else(|| v.to_string(), str::to_owned)
                    )
                })
                .collect();
            Some(parts.join(","))
        }
        _ => None,
    }
}
