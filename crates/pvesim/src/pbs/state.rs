//! What there is on a server.

use crate::fault::{Fault, Faults};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One backup.
#[derive(Debug, Clone)]
pub struct Backup {
    /// `vm`, `ct` or `host`.
    pub kind: String,
    /// Number of the guest, or name of the host.
    pub id: String,
    /// Namespace, empty for the root.
    pub ns: String,
    /// When it was begun, in seconds since 1970.
    pub time: i64,
    /// What verification said, and when it began.
    pub verified: Option<(bool, i64)>,
    /// `none`, `encrypt`, `sign-only`.
    pub crypt: String,
    /// It cannot be pruned.
    pub protected: bool,
    /// It came to its end.
    pub finished: bool,
}

impl Backup {
    /// A backup of a machine (`vm/100`) that came to its end and was never verified.
    pub fn of(machine: &str, time: i64) -> Self {
        let (kind, id) = machine.split_once('/').unwrap_or(("host", machine));
        Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
            ns: String::new(),
            time,
            verified: None,
            crypt: "encrypt".to_owned(),
            protected: false,
            finished: true,
        }
    }

    /// The same, verified at a time.
    #[must_use]
    pub fn verified(mut self, well: bool, at: i64) -> Self {
        self.verified = Some((well, at));
        self
    }
}

/// The last garbage collection that ended.
#[derive(Debug, Clone)]
pub struct Collection {
    /// When it ended.
    pub end: i64,
    /// `OK`, `WARNINGS: 1`, or what went wrong.
    pub state: String,
    /// Bytes that wait to be removed.
    pub pending: u64,
}

/// A datastore.
#[derive(Debug, Clone, Default)]
pub struct Datastore {
    /// Where it lies.
    pub path: String,
    /// Bytes: all, used.
    pub room: (u64, u64),
    /// When garbage is collected.
    pub schedule: Option<String>,
    /// The last time that it was.
    pub collected: Option<Collection>,
    /// Its backups.
    pub backups: Vec<Backup>,
    /// Namespaces besides the root.
    pub namespaces: Vec<String>,
}

/// Kinds of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// Removes old backups.
    Prune,
    /// Reads backups back.
    Verify,
    /// Copies from or to another server.
    Sync,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// What it does.
    pub kind: JobKind,
    /// Its name.
    pub id: String,
    /// Of which datastore.
    pub store: String,
    /// The server that it gets backups from.
    pub remote: Option<String>,
    /// All that is said of it besides.
    pub fields: BTreeMap<String, Value>,
}

/// A task that ended.
#[derive(Debug, Clone)]
pub struct Task {
    /// `garbage_collection`, `verificationjob`, …
    pub kind: String,
    /// Of what.
    pub id: String,
    /// Who started it.
    pub user: String,
    /// When it began and ended.
    pub times: (i64, i64),
    /// `OK`, `WARNINGS: 1`, or what went wrong.
    pub state: String,
}

/// A right of somebody on a path and, if it is passed on, below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Path.
    pub path: String,
    /// A user or a token.
    pub who: String,
    /// Role.
    pub role: String,
    /// It holds below.
    pub propagate: bool,
}

/// A server.
#[derive(Debug, Clone, Default)]
pub struct Server {
    /// `4.0`.
    pub version: String,
    /// The clock, in seconds since 1970.
    pub now: i64,
    /// Secrets by token.
    pub tokens: BTreeMap<String, String>,
    /// Rights.
    pub grants: Vec<Grant>,
    /// Datastores by name.
    pub stores: BTreeMap<String, Datastore>,
    /// Jobs.
    pub jobs: Vec<Job>,
    /// Tasks that ended.
    pub tasks: Vec<Task>,
    /// It was made of a declaration: what none says is not told, as if it could not be read.
    pub declared: bool,
    /// What goes wrong.
    pub faults: Faults,
}

impl Server {
    /// A server with nothing on it.
    pub fn new(now: i64) -> Self {
        Self {
            version: super::VERSION.to_owned(),
            now,
            ..Self::default()
        }
    }

    /// Makes a token and gives it and its user a role.
    pub fn add_token(&mut self, token: &str, secret: &str, path: &str, role: &str) {
        self.tokens.insert(token.to_owned(), secret.to_owned());
        let user = token.split('!').next().unwrap_or(token);
        for who in [user, token] {
            self.grant(path, who, role);
        }
    }

    /// Gives somebody a role that holds below.
    pub fn grant(&mut self, path: &str, who: &str, role: &str) {
        self.grants.push(Grant {
            path: path.to_owned(),
            who: who.to_owned(),
            role: role.to_owned(),
            propagate: true,
        });
    }

    /// A server with something of everything; `holdfast@pbs!example` with the secret `example` may see it all.
    pub fn example() -> Self {
        let now = 1_780_000_000;
        let mut server = Self::new(now);
        server.add_token("holdfast@pbs!example", "example", "/", "Audit");
        server.grant("/remote", "holdfast@pbs", "RemoteAudit");
        server.grant("/remote", "holdfast@pbs!example", "RemoteAudit");
        let mut store = Datastore {
            path: "/mnt/datastore/main".to_owned(),
            room: (4_000_000_000_000, 1_000_000_000_000),
            schedule: Some("daily".to_owned()),
            collected: Some(Collection {
                end: now - 3600,
                state: "OK".to_owned(),
                pending: 1 << 30,
            }),
            namespaces: vec!["office".to_owned()],
            ..Datastore::default()
        };
        store.backups = vec![
            Backup::of("vm/100", now - 90_000).verified(true, now - 80_000),
            Backup::of("vm/100", now - 3_600),
            Backup::of("ct/101", now - 3_600).verified(false, now - 3_000),
        ];
        server.stores.insert("main".to_owned(), store);
        for (kind, id, remote) in [
            (JobKind::Prune, "keep", None),
            (JobKind::Verify, "weekly", None),
            (JobKind::Sync, "away", Some("away".to_owned())),
        ] {
            let mut fields = BTreeMap::from([
                ("schedule".to_owned(), json!("daily")),
                ("last-run-endtime".to_owned(), json!(now - 7_200)),
                ("last-run-state".to_owned(), json!("OK")),
            ]);
            if kind == JobKind::Verify {
                fields.insert("outdated-after".to_owned(), json!(30));
            }
            if kind == JobKind::Sync {
                fields.insert("remote-store".to_owned(), json!("copies"));
            }
            server.jobs.push(Job {
                kind,
                id: id.to_owned(),
                store: "main".to_owned(),
                remote,
                fields,
            });
        }
        server.tasks.push(Task {
            kind: "verificationjob".to_owned(),
            id: "main:weekly".to_owned(),
            user: "root@pam".to_owned(),
            times: (now - 8_000, now - 7_200),
            state: "verification failed - please check the log for details".to_owned(),
        });
        server
    }

    /// From now on, requests whose path begins so meet this.
    pub fn fail(&mut self, path: &str, fault: Fault) {
        self.faults.add(path, fault);
    }
}
