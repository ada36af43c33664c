//! The account of a Kubernetes cluster: a ServiceAccount with a role that may list what is asked and nothing else, and its token.

use crate::{Part, Recipe, keep_in, kept};
use console::hint::quoted;
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::api::Api;
use plan::interface::Interface;

/// Namespace, account, role and binding have one name.
const NAME: &str = "holdfast";

pub(super) fn recipe(interface: &Interface<'_>, api: &Api, tree: &str) -> Recipe {
    let name = &interface.object.name;
    let keep = match api.secret.as_ref() {
        Some(from) => kept(&from.0, &interface.object.to_string(), tree),
        None => keep_in(&format!("~/.config/holdfast/{name}-token")),
    };
    let is_trusted = api.fingerprint.known().is_some() || api.ca.known().is_some();
    let declare = (!is_trusted).then(|| {
        format!(
            "# then, in the lab tree: api of {}: ca: {name}-ca.pem",
            interface.object
        )
    });
    let file = api.ca.known().map(|path| path.0.clone());
    let file = quoted(&file.unwrap_or_else(|| format!("{name}-ca.pem")));
    let authority = format!(
        "kubectl get configmap kube-root-ca.crt --namespace {NAME} -o 'jsonpath={{.data.ca\\.crt}}' > {file}   # in the lab tree: who signs the certificate of the API server"
    );
    let look = match interface.object.kind {
        Kind::Cluster => format!("holdfast observe {tree} --on real --cluster {name}"),
        _ => format!("holdfast observe {tree} --on real --host {name}"),
    };
    let here = std::iter::once(keep).chain(declare).chain([look]);
    Recipe {
        object: interface.object.to_string(),
        product: "Kubernetes",
        parts: vec![
            Part {
                place: "wherever kubectl may change the cluster".to_owned(),
                commands: in_cluster(authority),
            },
            Part {
                place: "on this machine".to_owned(),
                commands: here.collect(),
            },
            Part {
                place: "to take it away".to_owned(),
                commands: vec![
                    format!("kubectl delete clusterrolebinding {NAME}"),
                    format!("kubectl delete clusterrole {NAME}"),
                    format!("kubectl delete namespace {NAME}"),
                ],
            },
        ],
        unknown: vec!["Secrets, ConfigMaps and what stands in annotations and environments: none of it is asked for by itself, and what comes with other answers is not kept; pods and their templates come whole, so that the token can read environments that are written into them".to_owned()],
    }
}

fn in_cluster(authority: String) -> Vec<String> {
    let resources = ::kubernetes::rights().join(",");
    vec![
        format!("kubectl create namespace {NAME}"),
        format!("kubectl create serviceaccount {NAME} --namespace {NAME}"),
        format!("kubectl create clusterrole {NAME} --verb=list --resource={resources}"),
        format!(
            "kubectl create clusterrolebinding {NAME} --clusterrole={NAME} --serviceaccount={NAME}:{NAME}"
        ),
        format!(
            "kubectl create token {NAME} --namespace {NAME} --duration=8760h   # prints the token; the API server may make it shorter. Before 1.24: the Secret that its account names"
        ),
        authority,
    ]
}
