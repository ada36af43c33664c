//! The cluster: its objects by resource, who may ask, and which lists are cut or gone.

use pvesim::Fault;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where the server says what a token may.
const REVIEW: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// The bearer token that is taken.
    pub token: String,
    /// Resources that it may list in all namespaces: `nodes`, `deployments.apps`.
    pub rights: BTreeSet<String>,
    /// `gitVersion`.
    pub version: String,
    /// Groups of its API.
    pub groups: Vec<String>,
    /// Objects by path: `/api/v1/nodes`.
    pub objects: BTreeMap<String, Vec<Value>>,
    /// Pages are no longer than this, whatever is asked for.
    pub page: usize,
    /// So many times from now on, a page that is not the first is answered as gone.
    pub gone: usize,
    /// So many times from now on, the server has too much to do.
    pub busy: usize,
    /// What goes wrong, by the beginning of the path with its query.
    pub faults: Vec<(String, Fault)>,
    /// Grows with each change.
    pub moment: u64,
}

/// An answer: status, its text, and its body.
pub(crate) type Answer = (u16, &'static str, Value);

impl Cluster {
    /// Adds an object of a resource.
    pub fn add(&mut self, path: &str, object: Value) {
        self.moment += 1;
        self.objects
            .entry(path.to_owned())
            .or_default()
            .push(object);
    }

    /// The object of this name, to change it.
    pub fn get(&mut self, path: &str, name: &str) -> Option<&mut Value> {
        self.moment += 1;
        let all = self.objects.get_mut(path)?;
        all.iter_mut().find(|o| o["metadata"]["name"] == name)
    }

    /// Takes the objects of this name away.
    pub fn remove(&mut self, path: &str, name: &str) {
        self.moment += 1;
        if let Some(all) = self.objects.get_mut(path) {
            all.retain(|o| o["metadata"]["name"] != name);
        }
    }

    /// From now on, requests whose path begins so meet this.
    pub fn fault(&mut self, path: &str, fault: Fault) {
        self.faults.push((path.to_owned(), fault));
    }

    pub(crate) fn fault_of(&self, path: &str) -> Option<Fault> {
        let mut fitting = self
            .faults
            .iter()
            .rev()
            .filter(|(p, _)| path.starts_with(p));
        fitting.next().map(|(_, fault)| fault.clone())
    }

    pub(crate) fn answer(
        &mut self,
        method: &str,
        target: &str,
        token: &str,
        body: &[u8],
    ) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if token != self.token {
            return status(401, "Unauthorized", "Unauthorized");
        }
        if self.busy > 0 {
            self.busy -= 1;
            let why =
                "The server has received too many requests and has asked us to try again later";
            return status(429, "TooManyRequests", why);
        }
        match (method, path) {
            ("GET", "/version") => (
                200,
                "OK",
                json!({"major": "1", "minor": "33", "gitVersion": self.version, "platform": "linux/amd64"}),
            ),
            ("GET", "/apis") => {
                let groups = self.groups.iter().map(|name| json!({"name": name, "versions": [{"groupVersion": format!("{name}/v1"), "version": "v1"}]}));
                let groups: Vec<Value> = groups.collect();
                (
                    200,
                    "OK",
                    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}),
                )
            }
            ("POST", REVIEW) => self.review(body),
            ("GET", path) => self.list(path, query),
            _ => status(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
            ),
        }
    }

    fn review(&self, body: &[u8]) -> Answer {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let about = &asked["spec"]["resourceAttributes"];
        let word = |key: &str| about[key].as_str().unwrap_or_default();
        let is_everywhere = word("namespace").is_empty() && word("verb") == "list";
        let allowed = is_everywhere
            && self
                .rights
                .contains(&named(word("group"), word("resource")));
        let mut answer = asked.clone();
        answer["status"] = json!({"allowed": allowed});
        (201, "Created", answer)
    }

    fn list(&mut self, path: &str, query: &str) -> Answer {
        let Some((group, resource)) = split(path) else {
            return status(
                404,
                "NotFound",
                "the server could not find the requested resource",
            );
        };
        if !self.objects.contains_key(path) {
            return status(
                404,
                "NotFound",
                "the server could not find the requested resource",
            );
        }
        if !self.rights.contains(&named(group, resource)) {
            let why = format!(
                "{resource} is forbidden: User \"system:serviceaccount:holdfast:holdfast\" cannot list resource \"{resource}\" in API group \"{group}\" at the cluster scope"
            );
            return status(403, "Forbidden", &why);
        }
        let of = |key: &str| {
            let mut all = query.split('&').filter_map(|p| p.split_once('='));
            all.find(|(k, _)| *k == key).map(|(_, v)| v)
        };
        // `MOMENT-OFFSET`; the real one is opaque, and has characters that queries have to escape.
        let token = of("continue").map(|t| t.replace("%3D", "=").replace("%2F", "/"));
        let place = token
            .as_deref()
            .map(|t| t.trim_start_matches("at/").trim_end_matches('='));
        let place = place.and_then(|t| t.split_once('-'));
        let start = match place {
            None if token.is_some() => {
                return status(400, "BadRequest", "continue key is not valid");
            }
            None => 0,
            Some((moment, start)) => {
                let is_old = moment != self.moment.to_string();
                if is_old || self.gone > 0 {
                    self.gone = self.gone.saturating_sub(1);
                    return status(
                        410,
                        "Expired",
                        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
                    );
                }
                start.parse().unwrap_or(0)
            }
        };
        let all = self.objects.get(path).map_or(&[][..], Vec::as_slice);
        let limit = of("limit")
            .and_then(|n| n.parse().ok())
            .map(|n: usize| n.min(self.page));
        let end = limit.map_or(all.len(), |n| all.len().min(start + n));
        let items = all.get(start..end).unwrap_or_default();
        let mut metadata = json!({"resourceVersion": self.moment.to_string()});
        if end < all.len() {
            metadata["continue"] = json!(format!("at/{}-{end}=", self.moment));
            metadata["remainingItemCount"] = json!(all.len() - end);
        }
        let version = path
            .trim_start_matches("/apis/")
            .trim_start_matches("/api/");
        let version = version.rsplit_once('/').map_or("", |(v, _)| v);
        (
            200,
            "OK",
            json!({"kind": kind(resource), "apiVersion": version, "metadata": metadata, "items": items}),
        )
    }
}

fn named(group: &str, resource: &str) -> String {
    match group {
        "" => resource.to_owned(),
        group => format!("{resource}.{group}"),
    }
}

/// Group and resource of a path: `/apis/apps/v1/deployments`.
fn split(path: &str) -> Option<(&str, &str)> {
    let words: Vec<&str> = path.split('/').collect();
    match words.as_slice() {
        ["", "api", _, resource] => Some(("", resource)),
        ["", "apis", group, _, resource] => Some((group, resource)),
        _ => None,
    }
}

fn kind(resource: &str) -> String {
    let word = match resource {
        "nodes" => "Node",
        "pods" => "Pod",
        "namespaces" => "Namespace",
        "services" => "Service",
        "persistentvolumeclaims" => "PersistentVolumeClaim",
        "deployments" => "Deployment",
        "statefulsets" => "StatefulSet",
        "daemonsets" => "DaemonSet",
        "cronjobs" => "CronJob",
        "ingresses" => "Ingress",
        other => other,
    };
    format!("{word}List")
}

/// As the server refuses.
fn status(code: u16, reason: &'static str, message: &str) -> Answer {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    (code, reason, body)
}
