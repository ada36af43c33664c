//! Answers to requests.

use super::state::{Backup, Datastore, Job, JobKind, Server};
use super::table::ENDPOINTS;
use crate::call::{Answer, Asked, Caller, Method};
use crate::fault::Fault;
use crate::server::Served;
use crate::table::{fields, fits, in_path};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const AUDIT: &str = "Datastore.Audit";

/// Who asks for what.
pub(super) struct Asking {
    who: String,
    args: BTreeMap<String, String>,
}

impl Asking {
    fn arg(&self, name: &str) -> &str {
        self.args.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.arg(name).parse().ok()
    }
}

/// Why there is no answer: status and text.
pub(super) struct Refused(u16, String);

type Answered = Result<Value, Refused>;

fn forbidden() -> Refused {
    Refused(403, "permission check failed".to_owned())
}

impl Served for Server {
    fn fault(&self, path: &str) -> Option<Fault> {
        self.faults.of(path).cloned()
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        match self.try_answer(asked) {
            Ok(data) => Answer {
                status: 200,
                reason: "OK".to_owned(),
                body: json!({ "data": data }),
            },
            Err(Refused(status, why)) => Self::refuse(status, &why),
        }
    }

    fn refuse(status: u16, reason: &str) -> Answer {
        let standard = match status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            _ => "Internal Server Error",
        };
        Answer {
            status,
            reason: standard.to_owned(),
            body: Value::String(reason.to_owned()),
        }
    }
}

impl Server {
    fn try_answer(&self, asked: &Asked) -> Answered {
        let refused = |status, why: String| Refused(status, why);
        let own = ENDPOINTS
            .iter()
            .filter(|e| e.spec.method == asked.method && asked.method == Method::Get)
            .find_map(|e| Some((e, fits(e.spec.path, &asked.path)?)));
        let (endpoint, mut args) =
            own.ok_or_else(|| refused(404, format!("Path '{}' not found.", asked.path)))?;
        let who = self.authenticate(asked)?;
        args.extend(asked.args.clone());
        let known = |name: &str| {
            in_path(endpoint.spec.path, name)
                || fields(endpoint.spec.params).any(|f| f.name == name)
        };
        if let Some(name) = args.keys().find(|n| !known(n)) {
            let why = format!(
                "parameter verification failed - '{name}': schema does not allow additional properties"
            );
            return Err(refused(400, why));
        }
        (endpoint.answer)(self, &Asking { who, args })
    }

    fn authenticate(&self, asked: &Asked) -> Result<String, Refused> {
        let Caller::BackupToken { name, secret } = &asked.caller else {
            let why = "authentication failed - no authentication credentials provided.";
            return Err(Refused(401, why.to_owned()));
        };
        match self.tokens.get(name) {
            Some(known) if known == secret => Ok(name.clone()),
            _ => Err(Refused(
                401,
                "authentication failed - invalid credentials".to_owned(),
            )),
        }
    }

    fn sees(&self, who: &str, store: &str) -> bool {
        self.may(who, &format!("/datastore/{store}"), AUDIT)
    }

    /// The datastores that somebody sees.
    fn seen<'a>(&'a self, who: &'a str) -> impl Iterator<Item = (&'a String, &'a Datastore)> {
        self.stores
            .iter()
            .filter(move |(name, _)| self.sees(who, name))
    }

    fn store(&self, asking: &Asking) -> Result<(&str, &Datastore), Refused> {
        let name = asking.arg("store");
        let found = self.stores.get_key_value(name);
        let missing = || Refused(400, format!("no such datastore '{name}'"));
        found
            .map(|(name, s)| (name.as_str(), s))
            .ok_or_else(missing)
    }

    /// The backups of a namespace, if they may be seen.
    fn backups(&self, asking: &Asking) -> Result<Vec<&Backup>, Refused> {
        let (name, store) = self.store(asking)?;
        let ns = asking.arg("ns");
        let path = match ns {
            "" => format!("/datastore/{name}"),
            ns => format!("/datastore/{name}/{ns}"),
        };
        if !self.may(&asking.who, &path, AUDIT) {
            return Err(forbidden());
        }
        Ok(store.backups.iter().filter(|b| b.ns == ns).collect())
    }

    fn jobs(&self, asking: &Asking, kind: JobKind) -> Value {
        let mine = self.jobs.iter().filter(|j| j.kind == kind);
        let seen = mine.filter(|job| {
            let remote = job.remote.as_ref();
            let may = |r: &String| self.may(&asking.who, &format!("/remote/{r}"), "Remote.Audit");
            self.sees(&asking.who, &job.store) && remote.is_none_or(may)
        });
        seen.map(row).collect()
    }
}

fn row(job: &Job) -> Value {
    let mut row: Map<String, Value> = job.fields.clone().into_iter().collect();
    row.insert("id".to_owned(), json!(job.id));
    row.insert("store".to_owned(), json!(job.store));
    if let Some(remote) = &job.remote {
        row.insert("remote".to_owned(), json!(remote));
    }
    Value::Object(row)
}

fn upid(kind: &str, id: &str, user: &str, start: i64) -> String {
    let id = id.replace(':', "\\x3a");
    format!("UPID:pbs:000002BC:00000A2F:0000000C:{start:08X}:{kind}:{id}:{user}:")
}

pub(super) fn version(server: &Server, _: &Asking) -> Answered {
    Ok(json!({"version": server.version, "release": "11", "repoid": "0000000000000000"}))
}

pub(super) fn identity(_: &Server, _: &Asking) -> Answered {
    Ok(json!({"pbs-instance-id": "2f6c1b7e4d5a49f8"}))
}

pub(super) fn permissions(server: &Server, asking: &Asking) -> Answered {
    let all = server.paths();
    let paths = match asking.arg("path") {
        "" => all.into_iter().collect(),
        one => vec![one],
    };
    let of = |path: &str| {
        let has = server.privileges(&asking.who, path);
        (!has.is_empty()).then(|| (path.to_owned(), json!(has)))
    };
    let map: Map<String, Value> = paths.into_iter().filter_map(of).collect();
    Ok(Value::Object(map))
}

pub(super) fn acl(server: &Server, asking: &Asking) -> Answered {
    let all = server.may(&asking.who, "/access/acl", "Sys.Audit");
    let told = server.grants.iter().filter(|g| all || g.who == asking.who);
    let row = |g: &super::state::Grant| json!({"path": g.path, "propagate": g.propagate, "roleid": g.role, "ugid": g.who, "ugid_type": "user"});
    Ok(told.map(row).collect())
}

pub(super) fn tasks(server: &Server, asking: &Asking) -> Answered {
    let since = asking.number("since").unwrap_or(0);
    let limit = asking.number("limit").and_then(|n| usize::try_from(n).ok());
    let all = server.may(&asking.who, "/system/tasks", "Sys.Audit");
    let errors = asking.arg("errors") == "1";
    let told = server.tasks.iter().filter(|t| {
        (all || t.user == asking.who) && t.times.0 >= since && !(errors && t.state == "OK")
    });
    let row = |t: &super::state::Task| {
        json!({
            "upid": upid(&t.kind, &t.id, &t.user, t.times.0), "node": "pbs", "pid": 700, "pstart": 2607,
            "starttime": t.times.0, "endtime": t.times.1, "worker_type": t.kind, "worker_id": t.id, "user": t.user, "status": t.state,
        })
    };
    Ok(told.take(limit.unwrap_or(50)).map(row).collect())
}

pub(super) fn datastores(server: &Server, asking: &Asking) -> Answered {
    let row = |(name, store): (&String, &Datastore)| {
        let mut row =
            json!({"name": name, "path": store.path, "comment": "the password is hunter2"});
        if let (Some(schedule), Some(map)) = (&store.schedule, row.as_object_mut()) {
            map.insert("gc-schedule".to_owned(), json!(schedule));
        }
        row
    };
    Ok(server.seen(&asking.who).map(row).collect())
}

pub(super) fn usage(server: &Server, asking: &Asking) -> Answered {
    let row = |(name, store): (&String, &Datastore)| {
        let (total, used) = store.room;
        // The product says -1 of what it cannot read.
        let room = match server.declared {
            true => (json!(-1), json!(-1)),
            false => (json!(used), json!(total.saturating_sub(used))),
        };
        json!({
            "store": name, "total": total, "used": room.0, "avail": room.1,
            "mount-status": "nonremovable", "backend-type": "filesystem",
        })
    };
    Ok(server.seen(&asking.who).map(row).collect())
}

pub(super) fn garbage(server: &Server, asking: &Asking) -> Answered {
    let row = |(name, store): (&String, &Datastore)| {
        let last = store.collected.as_ref();
        let mut row = json!({
            "store": name, "pending-bytes": last.map_or(0, |c| c.pending), "pending-chunks": 0, "removed-bytes": 0, "removed-chunks": 0,
            "removed-bad": 0, "still-bad": 0, "disk-bytes": store.room.1, "disk-chunks": 1, "index-data-bytes": 1, "index-file-count": 1,
        });
        let Some(map) = row.as_object_mut() else {
            return row;
        };
        if let Some(schedule) = &store.schedule {
            map.insert("schedule".to_owned(), json!(schedule));
        }
        if let Some(last) = last {
            let task = upid("garbage_collection", name, "root@pam", last.end - 60);
            map.insert("upid".to_owned(), json!(task));
            map.insert("last-run-endtime".to_owned(), json!(last.end));
            map.insert("last-run-state".to_owned(), json!(last.state));
            map.insert("duration".to_owned(), json!(60));
        }
        row
    };
    let told = server.seen(&asking.who).filter(|_| !server.declared);
    Ok(told.map(row).collect())
}

pub(super) fn prune(server: &Server, asking: &Asking) -> Answered {
    Ok(server.jobs(asking, JobKind::Prune))
}

pub(super) fn verify(server: &Server, asking: &Asking) -> Answered {
    Ok(server.jobs(asking, JobKind::Verify))
}

pub(super) fn sync(server: &Server, asking: &Asking) -> Answered {
    Ok(server.jobs(asking, JobKind::Sync))
}

pub(super) fn namespaces(server: &Server, asking: &Asking) -> Answered {
    let (name, store) = server.store(asking)?;
    if !server.sees(&asking.who, name) {
        return Err(forbidden());
    }
    let own = store.namespaces.iter().map(String::as_str);
    let seen = own.filter(|ns| server.may(&asking.who, &format!("/datastore/{name}/{ns}"), AUDIT));
    let all = std::iter::once("").chain(seen);
    Ok(all.map(|ns| json!({ "ns": ns })).collect())
}

pub(super) fn groups(server: &Server, asking: &Asking) -> Answered {
    let mut groups: BTreeMap<(&str, &str), (u64, i64)> = BTreeMap::new();
    for backup in server.backups(asking)? {
        let group = groups.entry((&backup.kind, &backup.id)).or_default();
        group.0 += 1;
        group.1 = group.1.max(backup.time);
    }
    let row = |((kind, id), (count, last)): ((&str, &str), (u64, i64))| {
        json!({
            "backup-type": kind, "backup-id": id, "backup-count": count, "last-backup": last, "files": [], "owner": "root@pam",
            "comment": "the password is hunter2",
        })
    };
    Ok(groups.into_iter().map(row).collect())
}

pub(super) fn snapshots(server: &Server, asking: &Asking) -> Answered {
    Ok(server.backups(asking)?.into_iter().map(snapshot).collect())
}

/// Servers tell files as maps, where the schema says names.
fn snapshot(backup: &Backup) -> Value {
    let mut files = vec![
        json!({"filename": "drive-scsi0.img.fidx", "crypt-mode": backup.crypt, "size": 1 << 30}),
    ];
    if backup.finished {
        files.push(json!({"filename": "index.json.blob", "crypt-mode": "sign-only", "size": 500}));
    }
    let mut row = json!({
        "backup-type": backup.kind, "backup-id": backup.id, "backup-time": backup.time, "files": files, "protected": backup.protected,
        "size": 1 << 30, "owner": "root@pam", "comment": "the password is hunter2",
    });
    if let (Some((well, at)), Some(map)) = (backup.verified, row.as_object_mut()) {
        let state = if well { "ok" } else { "failed" };
        let task = upid("verificationjob", "main:weekly", "root@pam", at);
        map.insert(
            "verification".to_owned(),
            json!({"state": state, "upid": task}),
        );
    }
    row
}
