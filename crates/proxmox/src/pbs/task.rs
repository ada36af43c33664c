//! Tasks that failed within the last days, whoever started them.

use super::observe::{Look, result};
use model::fact::FactKind;
use reading::found::{Fields, Found};
use reading::wire::Lax;
use serde::Deserialize;

const KIND: FactKind = FactKind::PbsTask;
/// So long ago they may have begun.
const DAYS: i64 = 7;
/// So many are told; more are a disease of their own.
const MOST: usize = 500;

#[derive(Debug, Deserialize)]
struct Task {
    upid: String,
    #[serde(rename = "worker_type", default)]
    kind: Lax<String>,
    #[serde(rename = "worker_id", default)]
    id: Lax<String>,
    #[serde(default)]
    user: Lax<String>,
    #[serde(rename = "starttime", default)]
    start: Lax<i64>,
    #[serde(rename = "endtime", default)]
    end: Lax<i64>,
    #[serde(default)]
    status: Lax<String>,
}

/// What has to be asked for.
pub(super) fn asked(now: i64) -> String {
    let since = now - DAYS * 86_400;
    format!("/nodes/localhost/tasks?errors=1&since={since}&limit={MOST}")
}

/// Adds the tasks that the token sees.
pub(super) fn read(look: &Look, found: &mut Found) {
    match look.list::<Task>(&asked(look.now)) {
        Ok((tasks, lost)) => {
            found.doubt(KIND, lost);
            if tasks.len() >= MOST {
                found.partial(KIND, format!("there are {MOST} or more"));
            }
            // What still runs has not failed.
            for task in tasks.into_iter().filter(|t| t.status.0.is_some()) {
                let value = Fields::default()
                    .lax("type", task.kind)
                    .lax("id", task.id)
                    .lax("user", task.user)
                    .lax("start", task.start)
                    .lax("end", task.end)
                    .set("result", task.status.0.as_deref().map(result));
                found.add(KIND, task.upid, value, "/nodes/localhost/tasks");
            }
            found.complete(KIND, look.rights().tasks());
        }
        Err(why) => found.complete(KIND, Err(why)),
    }
}
