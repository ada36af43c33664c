//! Jobs of the server: what is pruned, verified and synchronised, when, and how that ended.

use super::observe::{Look, result};
use model::fact::FactKind;
use model::kleene::Reason;
use reading::found::{Fields, Found};
use reading::wire::{Lax, flag_or};
use serde::Deserialize;

const KIND: FactKind = FactKind::PbsJob;
const PRUNE: &str = "/admin/prune";
const VERIFY: &str = "/admin/verify";
const SYNC: &str = "/admin/sync";
const SYNC_ALL: &str = "/admin/sync?sync-direction=all";

#[derive(Debug, Deserialize)]
struct Job {
    id: String,
    #[serde(default)]
    store: Lax<String>,
    #[serde(default)]
    ns: Lax<String>,
    #[serde(default)]
    schedule: Lax<String>,
    #[serde(default)]
    disable: Option<Lax<bool>>,
    #[serde(rename = "next-run", default)]
    next: Lax<i64>,
    #[serde(rename = "last-run-endtime", default)]
    last: Lax<i64>,
    #[serde(rename = "last-run-state", default)]
    state: Lax<String>,
    #[serde(rename = "outdated-after", default)]
    outdated_after: Lax<i64>,
    #[serde(rename = "ignore-verified", default)]
    ignore_verified: Lax<bool>,
    #[serde(rename = "sync-direction", default)]
    direction: Lax<String>,
    #[serde(default)]
    remote: Lax<String>,
    #[serde(rename = "remote-store", default)]
    remote_store: Lax<String>,
    #[serde(rename = "remove-vanished", default)]
    remove_vanished: Lax<bool>,
}

fn sync(pushes: bool) -> &'static str {
    match pushes {
        true => SYNC_ALL,
        false => SYNC,
    }
}

/// What has to be asked for.
pub(super) fn asked(pushes: bool) -> Vec<String> {
    [PRUNE, VERIFY, sync(pushes)].map(str::to_owned).into()
}

/// Adds the jobs that the token sees.
pub(super) fn read(look: &Look, found: &mut Found) {
    let rights = look.rights();
    found.complete(KIND, rights.below("/datastore", "Datastore.Audit"));
    for (word, path) in [
        ("prune", PRUNE),
        ("verify", VERIFY),
        ("sync", sync(look.pushes)),
    ] {
        match look.list::<Job>(path) {
            Ok((jobs, lost)) => {
                found.doubt(KIND, lost);
                for job in jobs {
                    let key = format!("{word}/{}", job.id);
                    found.add(KIND, key, fields(job), path);
                }
            }
            Err(why) => found.complete(KIND, Err(why)),
        }
    }
    // Where a sync job gets its backups from is seen only by who may see that remote.
    if let Err(why) = rights.below("/remote", "Remote.Audit") {
        let why = format!("sync jobs from other servers may be hidden: {why}");
        found.complete(KIND, Err(Reason::new(why)));
    }
}

fn fields(job: Job) -> Fields {
    Fields::default()
        .lax("store", job.store)
        .set("ns", job.ns.0.filter(|ns| !ns.is_empty()))
        .lax("schedule", job.schedule)
        // The flag is written only where it is on; the row itself is there.
        .set(
            "enabled",
            flag_or(job.disable.as_ref(), false).map(|off| !off),
        )
        .lax("next", job.next)
        .lax("last", job.last)
        .set("result", job.state.0.as_deref().map(result))
        .lax("outdated_after", job.outdated_after)
        .lax("ignore_verified", job.ignore_verified)
        .lax("direction", job.direction)
        .lax("remote", job.remote)
        .lax("remote_store", job.remote_store)
        .lax("remove_vanished", job.remove_vanished)
}
