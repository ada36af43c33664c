//! From answers to facts: one part per resource. A part that is not answered leaves its kind unknown, with the reason.
//!
//! RBAC refuses a list whole or gives it whole. That a list was answered is no proof, because what stands between may shorten it: the server
//! has to say, too, that the token may list that resource in all namespaces, and what lists say of each other has to fit.

mod claim;
mod node;
mod outward;
mod workload;

use crate::client::Client;
use crate::resource::{self, Resource};
use jiff::Timestamp;
use model::fact::{FactKind, Scope, Seen};
use model::kleene::Reason;
use reading::found::{Fields, Found};
use reading::https::ApiError;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest text that is kept; what is longer is no name and no address.
const TEXT: usize = 256;
/// A namespace that the server itself makes, and makes again.
const SYSTEM: &str = "kube-system";
/// A Service that the server itself makes, and makes again.
const ITSELF: (&str, &str) = ("default", "kubernetes");

/// Groups of the API whose objects let in what neither Services nor Ingresses tell of.
const WAYS: [&str; 8] = [
    "configuration.konghq.com",
    "gateway.networking.k8s.io",
    "k8s.nginx.org",
    "networking.istio.io",
    "projectcontour.io",
    "route.openshift.io",
    "traefik.containo.us",
    "traefik.io",
];

/// Asks for everything in the scope; beside it the number of the namespace that every cluster begins with.
///
/// # Errors
/// Nobody answers, or not to this token.
pub(crate) fn observe(client: &Client, scope: &Scope) -> Result<(Found, Option<String>), ApiError> {
    let asked = scope.kinds();
    let mut look = Look {
        client,
        found: Found::by("GET"),
        proofs: BTreeMap::new(),
        namespaces: BTreeMap::new(),
        uid: None,
    };
    look.version()?;
    if asked.contains(&FactKind::KubeCluster) {
        look.groups();
    }
    for one in resource::ALL
        .into_iter()
        .filter(|r| asked.contains(&r.kind))
    {
        look.part(one);
    }
    look.prove();
    look.doubt();
    let Look { mut found, uid, .. } = look;
    found.only(&asked, scope);
    Ok((found, uid))
}

/// What an object of a list is.
pub(crate) enum Row {
    /// A fact.
    Is(String, Fields),
    /// Nothing that is asked about.
    Aside,
    /// Not understood.
    Lost,
}

/// One object of a list: what it is, where it is, and the number that no other has.
struct Read {
    row: Row,
    place: Option<(String, String)>,
    uid: Option<String>,
}

struct Look<'a> {
    client: &'a Client,
    found: Found,
    /// Where each kind was read whole.
    proofs: BTreeMap<FactKind, Vec<String>>,
    /// Namespaces that some object is in, with one that is.
    namespaces: BTreeMap<String, String>,
    uid: Option<String>,
}

impl Look<'_> {
    fn version(&mut self) -> Result<(), ApiError> {
        let (kind, path) = (FactKind::KubeCluster, "/version");
        match self.client.get(path) {
            Ok(answer) => match answer.get("gitVersion").and_then(text) {
                Some(version) => {
                    self.found.add(kind, "version", version, path);
                    self.found
                        .complete(kind, Ok(format!("GET {path} was answered")));
                }
                None => self.lack(kind, format!("GET {path}: it has no version")),
            },
            Err(ApiError::Refused {
                status: 401,
                reason,
            }) => {
                return Err(ApiError::Setup(format!(
                    "401 {reason}: the API server takes no such token; `holdfast access LAB` prints how a new one is made"
                )));
            }
            Err(why @ ApiError::Refused { status: 403, .. }) => {
                self.lack(kind, format!("GET {path}: {why}"));
            }
            Err(why) => return Err(why),
        }
        Ok(())
    }

    /// Groups of the API by which something may be let in that is not read.
    fn groups(&mut self) {
        let (kind, path) = (FactKind::KubeCluster, "/apis");
        let served = self.client.get(path).map_err(|why| why.to_string());
        let served = served.and_then(|answer| {
            let all = answer.get("groups").and_then(Value::as_array);
            let all = all.filter(|_| answer["kind"] == "APIGroupList");
            let names = all.map(|all| all.iter().map(|g| g.get("name").and_then(text)).collect());
            names
                .flatten()
                .ok_or_else(|| "it is no list of groups".to_owned())
        });
        let seen = match served {
            Ok(names) => {
                let names: Vec<String> = names;
                let ways = names.into_iter().filter(|n| WAYS.contains(&n.as_str()));
                Seen::Present(list(ways))
            }
            Err(why) => {
                let why = format!("GET {path}: {why}");
                self.lack(kind, why.clone());
                Seen::Unknown(Reason::new(why))
            }
        };
        self.found.put(kind, "apis", seen, path);
    }

    fn part(&mut self, resource: Resource) {
        let read = |version: &'static str, object: &Value| read(resource, version, object);
        let list = match self.client.list(resource, read) {
            Ok(list) => list,
            Err(why) => return self.lack(resource.kind, refused(resource, &why)),
        };
        let path = list.path;
        let lost = self.rows(resource, &path, list.rows);
        let proof = match (lost, self.client.may_list(resource)) {
            (0, Ok(true)) => Ok(path),
            (0, Ok(false)) => Err(format!(
                "GET {path} was answered to a token that may not list it in all namespaces, which proves nothing; {}",
                grant(resource)
            )),
            (0, Err(why)) => Err(format!(
                "GET {path} was answered, and whether the token may see all of it is not known: {why}"
            )),
            (lost, _) => Err(format!("GET {path}: {lost} objects are not understood")),
        };
        match proof {
            Ok(path) => self.proofs.entry(resource.kind).or_default().push(path),
            Err(why) => self.lack(resource.kind, why),
        }
    }

    /// Adds the objects of a list; how many are not understood.
    fn rows(&mut self, resource: Resource, path: &str, rows: Vec<Read>) -> usize {
        let mut lost = 0;
        let mut has_itself = false;
        for read in rows {
            if let Some((namespace, name)) = read.place {
                has_itself |= (namespace.as_str(), name.as_str()) == ITSELF;
                self.namespaces
                    .entry(namespace)
                    .or_insert_with_key(|n| format!("{} {n}/{name}", resource.plural));
            }
            self.uid = self.uid.take().or(read.uid);
            match read.row {
                Row::Is(key, fields) => self.found.add(resource.kind, key, fields, path),
                Row::Aside => {}
                Row::Lost => lost += 1,
            }
        }
        if resource == resource::SERVICES && !has_itself {
            let (namespace, name) = ITSELF;
            self.lack(
                resource.kind,
                format!("GET {path}: the list lacks {namespace}/{name}, which every cluster has"),
            );
        }
        lost
    }

    /// Says of each kind that it is whole, unless a part of it was not.
    fn prove(&mut self) {
        for (kind, paths) in std::mem::take(&mut self.proofs) {
            let proof = format!(
                "GET {} answered to the end, and the token may list that in all namespaces",
                paths.join(", ")
            );
            self.found.complete(kind, Ok(proof));
        }
    }

    /// What cannot be so: a list that lacks what another one has, or what every cluster has.
    fn doubt(&mut self) {
        let known: BTreeSet<&str> = self
            .found
            .facts
            .keys()
            .filter(|p| p.kind == FactKind::KubeNamespace)
            .map(|p| p.key.as_str())
            .collect();
        let strange = self
            .namespaces
            .iter()
            .find(|(name, _)| !known.contains(name.as_str()));
        let why = match strange {
            _ if !self
                .found
                .collections
                .contains_key(&FactKind::KubeNamespace) =>
            {
                None
            }
            Some((name, what)) => Some(format!(
                "the list of namespaces lacks {name}, where {what} is"
            )),
            None if !known.contains(SYSTEM) => Some(format!(
                "the list of namespaces lacks {SYSTEM}, which every cluster has"
            )),
            None => None,
        };
        self.found
            .doubt(FactKind::KubeNamespace, why.map(Reason::new));
        let kind = FactKind::KubeNode;
        let is_empty = !self.found.facts.keys().any(|p| p.kind == kind);
        if is_empty && self.found.collections.contains_key(&kind) {
            self.found.partial(
                kind,
                "the list of nodes is empty, and nothing runs in a cluster without nodes",
            );
        }
    }

    fn lack(&mut self, kind: FactKind, why: String) {
        self.found.errors.push(why.clone());
        self.found.partial(kind, why);
    }
}

/// What is kept of an object.
fn read(resource: Resource, version: &str, object: &Value) -> Read {
    let row = match resource {
        resource::NODES => node::node(object),
        resource::NAMESPACES => namespace(object),
        resource::SERVICES => outward::service(object),
        resource::INGRESSES => outward::ingress(object),
        resource::CLAIMS => claim::claim(object),
        _ => workload::workload(resource, version, object),
    };
    let is_system = resource == resource::NAMESPACES && name_of(object).as_deref() == Some(SYSTEM);
    let uid = object.pointer("/metadata/uid").filter(|_| is_system);
    Read {
        row,
        place: place_of(object),
        uid: uid.and_then(text),
    }
}

fn namespace(object: &Value) -> Row {
    let phase = object.pointer("/status/phase").and_then(text);
    let fields = Fields::default().set("phase", phase);
    name_of(object).map_or(Row::Lost, |name| Row::Is(name, fields))
}

fn refused(resource: Resource, why: &ApiError) -> String {
    let path = resource.path(resource.versions.first().unwrap_or(&"v1"));
    match why {
        ApiError::Refused { status: 403, .. } => format!("GET {path}: {why}; {}", grant(resource)),
        ApiError::Refused { status: 404, .. } => {
            format!(
                "GET {path}: {why}: this API server has no such resource in a version that is understood"
            )
        }
        ApiError::Refused { status: 410, .. } => {
            format!("GET {path}: {why}: the list changes faster than it is told")
        }
        other => format!("GET {path}: {other}"),
    }
}

/// What has to be granted for a list.
fn grant(resource: Resource) -> String {
    format!(
        "a ClusterRole of the token's account has to grant 'list' of {}, bound by a ClusterRoleBinding (`holdfast access LAB` prints it)",
        resource.named()
    )
}

/// Its name, if it can be one.
fn name_of(object: &Value) -> Option<String> {
    object.pointer("/metadata/name").and_then(name)
}

/// Its namespace and name.
fn place_of(object: &Value) -> Option<(String, String)> {
    let namespace = object.pointer("/metadata/namespace").and_then(name)?;
    Some((namespace, name_of(object)?))
}

/// When it was made, in unix seconds.
fn created(object: &Value) -> Option<i64> {
    object.pointer("/metadata/creationTimestamp").and_then(time)
}

/// Names of Kubernetes: letters, digits, `-` and `.`.
fn name(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let good = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let is_name = !text.is_empty() && text.len() <= TEXT && text.chars().all(good);
    is_name.then(|| text.to_owned())
}

/// A text that can be a name or an address: short, and without what terminals obey.
fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let is_clean = !text.is_empty() && text.len() <= TEXT && !text.chars().any(char::is_control);
    is_clean.then(|| text.to_owned())
}

/// `2026-11-21T08:00:00Z` in unix seconds.
fn time(value: &Value) -> Option<i64> {
    let time: Timestamp = value.as_str()?.parse().ok()?;
    Some(time.as_second())
}

/// A list, which may be left out and may not be something else.
fn array<'a>(of: &'a Value, pointer: &str) -> Option<&'a [Value]> {
    match of.pointer(pointer) {
        None | Some(Value::Null) => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

/// Texts as a value, each once, in order.
fn list(texts: impl IntoIterator<Item = String>) -> model::value::Value {
    let each: BTreeSet<String> = texts.into_iter().collect();
    let texts = each.into_iter().map(model::value::Value::from);
    model::value::Value::List(texts.collect())
}

/// The same, left out if there is none.
fn some(texts: Vec<String>) -> Option<model::value::Value> {
    (!texts.is_empty()).then(|| list(texts))
}
