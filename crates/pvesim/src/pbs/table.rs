//! The endpoints that are read, as far as they are: own data, held against the published schema by `cargo xtask pbs-schema`.
//!
//! Written as in [`crate::table`]. Truth values are those of JSON here.

use super::answer::{self, Asking, Refused};
use super::state::Server;
use crate::call::Method;
use crate::table::{Returns, Rights, Spec};
use serde_json::Value;

/// One endpoint.
pub struct Endpoint {
    /// What can be held against a schema.
    pub spec: Spec,
    pub(super) answer: fn(&Server, &Asking) -> Result<Value, Refused>,
}

macro_rules! endpoints {
    ($($path:literal $rights:expr, $params:literal => $returns:expr, $answer:path;)*) => {
        /// All of them.
        pub const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            spec: Spec { method: Method::Get, path: $path, rights: $rights, params: $params, returns: $returns },
            answer: $answer,
        }),*];
    };
}

use Returns::{Free, List, Object};
use Rights::Account;

const GARBAGE: &str = "store:string schedule?:string next-run?:integer last-run-endtime?:integer last-run-state?:string upid?:string pending-bytes:integer removed-bytes:integer still-bad:integer";

endpoints! {
    "/version" Account, "" => Object("version:string release:string repoid:string"), answer::version;
    "/access/permissions" Account, "auth-id?:string path?:string" => Free, answer::permissions;
    "/access/acl" Account, "exact?:boolean path?:string" => List("path:string propagate:boolean roleid:string ugid:string ugid_type:string"), answer::acl;
    "/nodes/{node}/identity" Account, "" => Object("pbs-instance-id:string"), answer::identity;
    "/nodes/{node}/tasks" Account, "errors?:boolean limit?:integer since?:integer" => List("upid:string node:string pid:integer pstart:integer starttime:integer endtime?:integer worker_type:string worker_id?:string user:string status?:string"), answer::tasks;
    "/config/datastore" Account, "" => List("name:string path:string gc-schedule?:string maintenance-mode?:string comment?:string"), answer::datastores;
    "/status/datastore-usage" Account, "" => List("store:string total?:integer used?:integer avail?:integer error?:string mount-status:string backend-type:string"), answer::usage;
    "/admin/gc" Account, "store?:string" => List(GARBAGE), answer::garbage;
    "/admin/prune" Account, "store?:string" => List("id:string store:string ns?:string schedule:string disable?:boolean last-run-endtime?:integer last-run-state?:string next-run?:integer"), answer::prune;
    "/admin/verify" Account, "store?:string" => List("id:string store:string ns?:string schedule?:string last-run-endtime?:integer last-run-state?:string next-run?:integer outdated-after?:integer ignore-verified?:boolean"), answer::verify;
    "/admin/sync" Account, "store?:string sync-direction?:string" => List("id:string store:string ns?:string schedule?:string remote?:string remote-store:string sync-direction?:string remove-vanished?:boolean last-run-endtime?:integer last-run-state?:string next-run?:integer"), answer::sync;
    "/admin/datastore/{store}/namespace" Account, "max-depth?:integer parent?:string" => List("ns:string comment?:string"), answer::namespaces;
    "/admin/datastore/{store}/groups" Account, "ns?:string" => List("backup-type:string backup-id:string backup-count:integer last-backup:integer files:array owner?:string comment?:string"), answer::groups;
    "/admin/datastore/{store}/snapshots" Account, "backup-id?:string backup-type?:string ns?:string" => List("backup-type:string backup-id:string backup-time:integer files:array protected:boolean size?:integer verification?:object owner?:string comment?:string"), answer::snapshots;
}
