//! What is asked for: the one list from which requests, proofs and the role of the token are made.

use model::fact::FactKind;

/// A resource whose objects are listed in all namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resource {
    /// API group; the core group has no name.
    pub(crate) group: &'static str,
    /// Versions that are understood, the preferred one first.
    pub(crate) versions: &'static [&'static str],
    /// Its name in paths and rights.
    pub(crate) plural: &'static str,
    /// `kind` of its lists.
    pub(crate) list: &'static str,
    /// What its objects are facts of.
    pub(crate) kind: FactKind,
}

const fn core(plural: &'static str, list: &'static str, kind: FactKind) -> Resource {
    Resource {
        group: "",
        versions: &["v1"],
        plural,
        list,
        kind,
    }
}

const fn app(plural: &'static str, list: &'static str) -> Resource {
    Resource {
        group: "apps",
        versions: &["v1"],
        plural,
        list,
        kind: FactKind::KubeWorkload,
    }
}

pub(crate) const NODES: Resource = core("nodes", "NodeList", FactKind::KubeNode);
pub(crate) const NAMESPACES: Resource =
    core("namespaces", "NamespaceList", FactKind::KubeNamespace);
pub(crate) const SERVICES: Resource = core("services", "ServiceList", FactKind::KubeService);
pub(crate) const CLAIMS: Resource = core(
    "persistentvolumeclaims",
    "PersistentVolumeClaimList",
    FactKind::KubeClaim,
);
pub(crate) const DEPLOYMENTS: Resource = app("deployments", "DeploymentList");
pub(crate) const STATEFUL_SETS: Resource = app("statefulsets", "StatefulSetList");
pub(crate) const DAEMON_SETS: Resource = app("daemonsets", "DaemonSetList");
/// Those without a controller take ports of nodes as others do.
pub(crate) const PODS: Resource = core("pods", "PodList", FactKind::KubeWorkload);
/// Before 1.21 there was only `v1beta1`.
pub(crate) const CRON_JOBS: Resource = Resource {
    group: "batch",
    versions: &["v1", "v1beta1"],
    plural: "cronjobs",
    list: "CronJobList",
    kind: FactKind::KubeWorkload,
};
pub(crate) const INGRESSES: Resource = Resource {
    group: "networking.k8s.io",
    versions: &["v1"],
    plural: "ingresses",
    list: "IngressList",
    kind: FactKind::KubeIngress,
};

/// All of them.
pub(crate) const ALL: [Resource; 10] = [
    NODES,
    NAMESPACES,
    DEPLOYMENTS,
    STATEFUL_SETS,
    DAEMON_SETS,
    CRON_JOBS,
    PODS,
    SERVICES,
    INGRESSES,
    CLAIMS,
];

impl Resource {
    /// `/apis/apps/v1/deployments`.
    pub(crate) fn path(self, version: &str) -> String {
        match self.group {
            "" => format!("/api/{version}/{}", self.plural),
            group => format!("/apis/{group}/{version}/{}", self.plural),
        }
    }

    /// `deployments.apps`, as roles name it.
    pub(crate) fn named(self) -> String {
        match self.group {
            "" => self.plural.to_owned(),
            group => format!("{}.{group}", self.plural),
        }
    }
}

/// What the token's role has to list, in the words of `kubectl create clusterrole --resource`.
pub fn rights() -> Vec<String> {
    ALL.iter().map(|r| r.named()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_holds_secrets_is_asked_for() {
        let rights = rights().join(",");
        for never in ["secrets", "configmaps", "pods/", "*", "serviceaccounts"] {
            assert!(!rights.contains(never), "{never} in {rights}");
        }
        assert_eq!(NODES.path("v1"), "/api/v1/nodes");
        assert_eq!(DEPLOYMENTS.path("v1"), "/apis/apps/v1/deployments");
        assert_eq!(INGRESSES.named(), "ingresses.networking.k8s.io");
    }
}
