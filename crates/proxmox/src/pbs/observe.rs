//! Observing a server: what it has, then the namespaces of each datastore, then the backups in each of those.

use super::rights::{self, Rights};
use super::{datastore, group, job, task};
use crate::answers::{Answers, place};
use crate::client::Client;
pub(super) use crate::state::result;
use model::fact::{FactKind, Scope};
use model::kleene::Reason;
use reading::found::Found;
use reading::https::ApiError;
use reading::told::Told;
use reading::wire::rows;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Tells who the server is, from its machine-id; versions before 4 do not.
const IDENTITY: &str = "/nodes/localhost/identity";

/// What every part is told.
pub(super) struct Look {
    pub(super) answers: Answers,
    /// By the controller's clock, in seconds since 1970.
    pub(super) now: i64,
    /// Jobs that push to another server are listed by themselves, since version 3.3.
    pub(super) pushes: bool,
}

impl Look {
    pub(super) fn rights(&self) -> Rights<'_> {
        Rights(&self.answers)
    }

    /// A list, and why some of it may be missing, rights apart.
    pub(super) fn list<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<(Vec<T>, Option<Reason>), Reason> {
        let garbage = || Reason::new(format!("{}: the answer is not understood", place(path)));
        let (list, lost) = rows(self.answers.get(path)?).ok_or_else(garbage)?;
        let why = || Reason::new(format!("{}: {lost} rows are not understood", place(path)));
        Ok((list, (lost > 0).then(why)))
    }
}

/// Asks for everything in the scope. An error means that nothing can be told.
pub(super) fn observe(client: &Client, scope: &Scope, now: i64) -> Result<Told, ApiError> {
    let version = client.get("/version")?;
    let Some(version) = version.get("version").and_then(Value::as_str) else {
        let why = "it is no version of Proxmox Backup Server".to_owned();
        return Err(ApiError::Garbage(why));
    };
    let asked = scope.kinds();
    let pushes = at_least(version, (3, 3));
    let mut first: Vec<String> = rights::ASKED.map(str::to_owned).into();
    first.push(IDENTITY.to_owned());
    first.extend(datastore::ASKED.map(str::to_owned));
    first.extend(job::asked(pushes));
    first.push(task::asked(now));
    let answers = Answers::ask(client, first);
    let mut look = Look {
        answers,
        now,
        pushes,
    };
    let mut found = Found::by("GET");
    found.add(FactKind::PbsServer, "version", version, "/version");
    let told = Ok("/version was answered".to_owned());
    found.complete(FactKind::PbsServer, told);
    let stores = datastore::read(&look, &mut found);
    if asked.contains(&FactKind::PbsGroup) {
        look.answers
            .add(Answers::ask(client, group::namespaces(&stores)));
        let places = group::places(&look, &stores, &mut found);
        let more = places.iter().flat_map(group::Place::asked).collect();
        look.answers.add(Answers::ask(client, more));
        group::read(&look, &places, &mut found);
    }
    job::read(&look, &mut found);
    task::read(&look, &mut found);
    found.only(&asked, scope);
    let own = look.answers.get(IDENTITY).ok();
    let own = own.and_then(|v| v.get("pbs-instance-id")?.as_str());
    let machine_id = format!(
        "proxmox-backup-server:{}",
        own.map_or_else(|| client.address(), str::to_owned)
    );
    Ok(found.told(client.met(), machine_id))
}

/// `3.3` and newer ones.
fn at_least(version: &str, least: (u32, u32)) -> bool {
    let mut parts = version.split('.').map(|p| p.parse::<u32>().ok());
    let major = parts.next().flatten();
    let minor = parts.next().flatten();
    major.is_some_and(|major| (major, minor.unwrap_or(0)) >= least)
}

/// When a task began, in seconds since 1970: `UPID:NODE:PID:PSTART:TASK:START:TYPE:ID:USER:`, numbers in hexadecimal.
pub(super) fn begun(upid: &str) -> Option<i64> {
    let start = upid.strip_prefix("UPID:")?.split(':').nth(4)?;
    i64::from_str_radix(start, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_times_of_tasks() {
        let upid =
            "UPID:pbs:000002BC:00000A2F:0000000C:6740A1B2:verificationjob:main\\x3av1:root@pam:";
        assert_eq!(begun(upid), Some(0x6740_A1B2));
        assert_eq!(begun("UPID:pbs:1"), None);
        assert_eq!(begun("something else"), None);
        let rows = [
            ("OK", "ok"),
            ("WARNINGS: 3", "warnings"),
            ("unknown", "unknown"),
            ("unable to open chunk store at \"/mnt/x\"", "failed"),
        ];
        for (state, expected) in rows {
            assert_eq!(result(state), expected);
        }
        let versions = [
            ("3.2", false),
            ("3.3", true),
            ("4.0.11", true),
            ("4", true),
            ("x", false),
        ];
        for (version, expected) in versions {
            assert_eq!(at_least(version, (3, 3)), expected, "{version}");
        }
    }
}
