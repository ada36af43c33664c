//! The endpoints that are used, as far as they are used: own data, held against the published schema by `cargo xtask pve-schema`.
//!
//! Fields are written `name:type`, `name?:type` if they may be missing, with the types of the schema: `string`, `integer`, `number`,
//! `boolean`, `object`, `array`. The product writes truth values as 0 and 1.

use crate::answer::{access, backup, cluster, guest, node, storage, task};
use crate::call::{Call, Method, Refused};
use serde_json::Value;
use std::collections::BTreeMap;

/// Who may ask.
#[derive(Debug, Clone, Copy)]
pub enum Rights {
    /// Anybody.
    World,
    /// Who has an account; the answer is made shorter by his rights.
    Account,
    /// Who has one of the privileges on one of the paths.
    OneOf(&'static [&'static str], &'static [&'static str]),
}

/// What is answered.
#[derive(Debug, Clone, Copy)]
pub enum Returns {
    /// Text.
    Text,
    /// A map with these fields.
    Object(&'static str),
    /// A list of such maps.
    List(&'static str),
    /// A map with keys that the schema does not name.
    Free,
}

/// What can be held against a schema of an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Method.
    pub method: Method,
    /// Path below `/api2/json`; parts in braces are arguments.
    pub path: &'static str,
    /// Who may ask.
    pub rights: Rights,
    /// Arguments that are no part of the path.
    pub params: &'static str,
    /// What is answered.
    pub returns: Returns,
}

impl Endpoint {
    /// What can be held against a schema.
    pub fn spec(&self) -> Spec {
        Spec {
            method: self.method,
            path: self.path,
            rights: self.rights,
            params: self.params,
            returns: self.returns,
        }
    }
}

/// One endpoint.
pub struct Endpoint {
    /// Method.
    pub method: Method,
    /// Path below `/api2/json`; parts in braces are arguments.
    pub path: &'static str,
    /// Who may ask.
    pub rights: Rights,
    /// Arguments that are no part of the path.
    pub params: &'static str,
    /// What is answered.
    pub returns: Returns,
    pub(crate) answer: fn(&mut Call<'_>) -> Result<Value, Refused>,
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name.
    pub name: &'a str,
    /// Type, by the word of the schema.
    pub kind: &'a str,
    /// May be missing.
    pub optional: bool,
}

/// Fields as they are written in the table.
pub fn fields(text: &str) -> impl Iterator<Item = Field<'_>> {
    text.split_whitespace().filter_map(|word| {
        let (name, kind) = word.split_once(':')?;
        let optional = name.ends_with('?');
        let name = name.trim_end_matches('?');
        Some(Field {
            name,
            kind,
            optional,
        })
    })
}

/// Whether an argument is a part of the path.
pub(crate) fn in_path(path: &str, name: &str) -> bool {
    path.split('/')
        .any(|p| p.strip_prefix('{').and_then(|p| p.strip_suffix('}')) == Some(name))
}

/// The endpoint of a path, with its arguments.
pub(crate) fn find(
    method: Method,
    path: &str,
) -> Option<(&'static Endpoint, BTreeMap<String, String>)> {
    ENDPOINTS
        .iter()
        .filter(|e| e.method == method)
        .find_map(|e| Some((e, fits(e.path, path)?)))
}

pub(crate) fn fits(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (want, have): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    if want.len() != have.len() {
        return None;
    }
    let mut args = BTreeMap::new();
    for (want, have) in want.into_iter().zip(have) {
        match want.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
            Some(name) if !have.is_empty() => drop(args.insert(name.to_owned(), have.to_owned())),
            None if want == have => {}
            _ => return None,
        }
    }
    Some(args)
}

const SYS: Rights = Rights::OneOf(&["/"], &["Sys.Audit"]);
const NODE: Rights = Rights::OneOf(&["/nodes/{node}"], &["Sys.Audit"]);
const GUEST: Rights = Rights::OneOf(&["/vms/{vmid}"], &["VM.Audit"]);
const POWER: Rights = Rights::OneOf(&["/vms/{vmid}"], &["VM.PowerMgmt"]);
const STORE: Rights = Rights::OneOf(
    &["/storage/{storage}"],
    &["Datastore.Audit", "Datastore.AllocateSpace"],
);
const DISKS: Rights = Rights::OneOf(&["/", "/nodes/{node}"], &["Sys.Audit"]);

const GUEST_ROW: &str = "vmid:integer name?:string status:string cpus?:number maxmem?:integer maxdisk?:integer template?:boolean tags?:string lock?:string uptime?:integer";
const RULE: &str = "pos:integer type:string action:string enable?:integer macro?:string source?:string dest?:string proto?:string dport?:string comment?:string";
const TASK: &str = "upid:string node:string pid:integer pstart:integer starttime:integer endtime?:integer type:string id:string user:string status?:string";

macro_rules! endpoints {
    ($($method:ident $path:literal $rights:expr, $params:literal => $returns:expr, $answer:path;)*) => {
        /// All of them.
        pub const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            method: Method::$method,
            path: $path,
            rights: $rights,
            params: $params,
            returns: $returns,
            answer: $answer,
        }),*];
    };
}

use Returns::{Free, List, Object, Text};
use Rights::{Account, World};

endpoints! {
    Get "/version" Account, "" => Object("version:string release:string repoid:string"), cluster::version;
    Get "/cluster/status" SYS, "" => List("type:string id:string name:string nodes?:integer quorate?:boolean version?:integer ip?:string online?:boolean local?:boolean nodeid?:integer"), cluster::status;
    Get "/cluster/resources" Account, "type?:string" => List("id:string type:string node?:string status?:string name?:string vmid?:integer storage?:string pool?:string maxcpu?:number maxmem?:integer maxdisk?:integer disk?:integer template?:boolean hastate?:string tags?:string lock?:string plugintype?:string content?:string shared?:boolean"), cluster::resources;
    Get "/cluster/nextid" Account, "vmid?:integer" => Text, cluster::nextid;
    Get "/cluster/backup" SYS, "" => List("id:string enabled?:boolean schedule?:string storage?:string mode?:string all?:boolean vmid?:string exclude?:string pool?:string node?:string prune-backups?:object comment?:string"), backup::jobs;
    Get "/cluster/backup-info/not-backed-up" SYS, "" => List("vmid:integer type:string name?:string"), backup::uncovered;
    Get "/cluster/ha/resources" SYS, "type?:string" => List("sid:string"), cluster::ha_resources;
    Get "/cluster/ha/status/current" SYS, "" => List("id:string type:string status:string node:string state?:string sid?:string crm_state?:string request_state?:string quorate?:boolean timestamp?:integer"), cluster::ha_status;
    Get "/cluster/ha/rules" SYS, "type?:string resource?:string" => List("rule:string"), cluster::ha_rules;
    Get "/cluster/replication" Account, "" => List("id:string type:string guest:integer jobnum:integer target:string source?:string schedule?:string disable?:boolean comment?:string"), cluster::replication;
    Get "/cluster/firewall/options" SYS, "" => Object("enable?:integer policy_in?:string policy_out?:string policy_forward?:string ebtables?:boolean"), cluster::firewall_options;
    Get "/cluster/firewall/rules" SYS, "" => List(RULE), cluster::firewall_rules;
    Get "/cluster/firewall/groups" Account, "" => List("group:string digest:string comment?:string"), cluster::firewall_groups;
    Get "/nodes" Account, "" => List("node:string status:string cpu?:number maxcpu?:integer maxmem?:integer mem?:integer uptime?:integer ssl_fingerprint?:string"), node::list;
    Get "/nodes/{node}/status" NODE, "" => Object("cpu:number cpuinfo:object memory:object rootfs:object loadavg:array pveversion:string current-kernel:object boot-info:object"), node::status;
    Get "/nodes/{node}/time" NODE, "" => Object("time:integer localtime:integer timezone:string"), node::time;
    Get "/nodes/{node}/network" Account, "type?:string" => List("iface:string type:string active?:boolean address?:string cidr?:string gateway?:string bridge_ports?:string"), node::network;
    Get "/nodes/{node}/disks/list" DISKS, "include-partitions?:boolean skipsmart?:boolean type?:string" => List("devpath:string size:integer gpt:boolean mounted:boolean osdid:integer osdid-list:array model?:string serial?:string health?:string used?:string"), node::disks;
    Get "/nodes/{node}/disks/lvmthin" SYS, "" => List("lv:string vg:string lv_size:integer used:integer metadata_size:integer metadata_used:integer"), node::thin;
    Get "/nodes/{node}/apt/update" Rights::OneOf(&["/nodes/{node}"], &["Sys.Modify"]), "" => List("Package:string Title:string Description:string Section:string Priority:string Arch:string Origin:string Version:string OldVersion?:string"), node::updates;
    Get "/nodes/{node}/apt/versions" NODE, "" => List("Package:string Title:string Description:string Section:string Priority:string Arch:string Origin:string Version:string OldVersion?:string CurrentState:string"), node::versions;
    Get "/nodes/{node}/replication" Account, "guest?:integer" => List("id:string"), node::replication;
    Get "/nodes/{node}/storage" Account, "content?:string enabled?:boolean format?:boolean storage?:string target?:string" => List("storage:string type:string content:string active?:boolean enabled?:boolean shared?:boolean total?:integer used?:integer avail?:integer used_fraction?:number"), storage::list;
    Get "/nodes/{node}/storage/{storage}/status" STORE, "" => Object("type:string content:string active?:boolean enabled?:boolean shared?:boolean total?:integer used?:integer avail?:integer"), storage::status;
    Get "/nodes/{node}/storage/{storage}/content" STORE, "content?:string vmid?:integer" => List("volid:string format:string size:integer ctime?:integer vmid?:integer"), storage::content;
    Get "/nodes/{node}/qemu" Account, "full?:boolean" => List(GUEST_ROW), guest::vms;
    Get "/nodes/{node}/lxc" Account, "" => List(GUEST_ROW), guest::containers;
    Get "/nodes/{node}/qemu/{vmid}/config" GUEST, "current?:boolean snapshot?:string" => Object("digest:string name?:string cores?:integer sockets?:integer memory?:string onboot?:boolean agent?:string ostype?:string tags?:string"), guest::config;
    Get "/nodes/{node}/lxc/{vmid}/config" GUEST, "current?:boolean snapshot?:string" => Object("digest:string hostname?:string cores?:integer memory?:integer swap?:integer rootfs?:string onboot?:boolean unprivileged?:boolean ostype?:string tags?:string"), guest::config;
    Get "/nodes/{node}/qemu/{vmid}/status/current" GUEST, "" => Object("vmid:integer status:string ha:object name?:string cpus?:number maxmem?:integer lock?:string qmpstatus?:string"), guest::current;
    Get "/nodes/{node}/lxc/{vmid}/status/current" GUEST, "" => Object("vmid:integer status:string ha:object name?:string cpus?:number maxmem?:integer lock?:string"), guest::current;
    Get "/nodes/{node}/qemu/{vmid}/firewall/options" GUEST, "" => Object("enable?:boolean policy_in?:string"), guest::firewall;
    Get "/nodes/{node}/lxc/{vmid}/firewall/options" GUEST, "" => Object("enable?:boolean policy_in?:string"), guest::firewall;
    Get "/nodes/{node}/qemu/{vmid}/snapshot" GUEST, "" => List("name:string description:string snaptime?:integer parent?:string"), guest::snapshots;
    Get "/nodes/{node}/lxc/{vmid}/snapshot" GUEST, "" => List("name:string description:string snaptime?:integer parent?:string"), guest::snapshots;
    Post "/nodes/{node}/qemu/{vmid}/status/start" POWER, "timeout?:integer" => Text, guest::start;
    Post "/nodes/{node}/qemu/{vmid}/status/stop" POWER, "timeout?:integer" => Text, guest::stop;
    Post "/nodes/{node}/qemu/{vmid}/status/shutdown" POWER, "timeout?:integer forceStop?:boolean" => Text, guest::shutdown;
    Post "/nodes/{node}/qemu/{vmid}/status/reboot" POWER, "timeout?:integer" => Text, guest::reboot;
    Post "/nodes/{node}/lxc/{vmid}/status/start" POWER, "debug?:boolean" => Text, guest::start;
    Post "/nodes/{node}/lxc/{vmid}/status/stop" POWER, "" => Text, guest::stop;
    Post "/nodes/{node}/lxc/{vmid}/status/shutdown" POWER, "timeout?:integer forceStop?:boolean" => Text, guest::shutdown;
    Post "/nodes/{node}/lxc/{vmid}/status/reboot" POWER, "timeout?:integer" => Text, guest::reboot;
    Post "/nodes/{node}/qemu/{vmid}/snapshot" Rights::OneOf(&["/vms/{vmid}"], &["VM.Snapshot"]), "snapname:string description?:string vmstate?:boolean" => Text, guest::snapshot;
    Post "/nodes/{node}/vzdump" Account, "vmid?:string storage?:string mode?:string compress?:string" => Text, backup::vzdump;
    Get "/nodes/{node}/tasks" Account, "errors?:boolean limit?:integer source?:string since?:integer start?:integer vmid?:integer typefilter?:string userfilter?:string statusfilter?:string until?:integer" => List(TASK), task::list;
    Get "/nodes/{node}/tasks/{upid}/status" Account, "" => Object("upid:string node:string pid:integer pstart:integer starttime:integer type:string id:string user:string status:string exitstatus?:string"), task::status;
    Get "/nodes/{node}/tasks/{upid}/log" Account, "start?:integer limit?:integer" => List("n:integer t:string"), task::log;
    Post "/access/ticket" World, "username:string password:string otp?:string realm?:string tfa-challenge?:string" => Object("username:string ticket?:string CSRFPreventionToken?:string clustername?:string"), access::ticket;
    Get "/access/permissions" Account, "path?:string userid?:string" => Free, access::permissions;
    Get "/access/users" Account, "full?:boolean enabled?:boolean" => List("userid:string enable?:boolean expire?:integer groups?:string realm-type?:string tokens?:array totp-locked?:boolean"), access::users;
    Get "/access/users/{userid}/token" Account, "" => List("tokenid:string privsep?:boolean expire?:integer comment?:string"), access::tokens;
    Get "/access/tfa" Account, "" => List("userid:string entries:array totp-locked?:boolean"), access::tfa;
    Get "/access/acl" Account, "" => List("path:string type:string ugid:string roleid:string propagate?:boolean"), access::acl;
    Get "/access/roles" Account, "" => List("roleid:string privs?:string special?:boolean"), access::roles;
    Get "/pools" Account, "poolid?:string type?:string" => List("poolid:string comment?:string members?:array"), cluster::pools;
    Get "/storage" Account, "type?:string" => List("storage:string"), storage::configured;
}
