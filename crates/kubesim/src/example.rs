//! A small cluster of K3s: a node of the control plane, a worker, and what runs there.

use crate::Cluster;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What must not leave an answer: it stands where people put passwords.
const CANARY: &str = "canary-kube-environment-0007";

impl Cluster {
    /// One in which all is well, with a token of these rights.
    pub fn example(token: &str, rights: BTreeSet<String>) -> Self {
        let mut cluster = Self {
            token: token.to_owned(),
            rights,
            version: "v1.33.4+k3s1".to_owned(),
            groups: ["apps", "batch", "networking.k8s.io", "authorization.k8s.io"]
                .map(str::to_owned)
                .to_vec(),
            objects: BTreeMap::new(),
            page: 2,
            gone: 0,
            busy: 0,
            faults: Vec::new(),
            moment: 1_000,
        };
        for path in [
            "/api/v1/nodes",
            "/api/v1/namespaces",
            "/api/v1/pods",
            "/api/v1/services",
            "/api/v1/persistentvolumeclaims",
            "/apis/apps/v1/deployments",
            "/apis/apps/v1/statefulsets",
            "/apis/apps/v1/daemonsets",
            "/apis/batch/v1/cronjobs",
            "/apis/networking.k8s.io/v1/ingresses",
        ] {
            cluster.objects.insert(path.to_owned(), Vec::new());
        }
        cluster.machines();
        cluster.workloads();
        cluster.outward();
        cluster
    }

    /// What stands in environments and annotations.
    pub fn canary() -> &'static str {
        CANARY
    }

    fn machines(&mut self) {
        let nodes = "/api/v1/nodes";
        self.add(
            nodes,
            node("k3s-m", "192.168.10.31", &["control-plane", "master"]),
        );
        self.add(nodes, node("k3s-w1", "192.168.10.32", &[]));
        for name in [
            "default",
            "kube-node-lease",
            "kube-public",
            "kube-system",
            "holdfast",
            "shop",
        ] {
            self.add("/api/v1/namespaces", json!({
                "metadata": {"name": name, "uid": format!("7b1f5a2e-0000-4000-8000-{:0>12}", name.len()), "creationTimestamp": ago(90 * 24)},
                "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
            }));
        }
    }

    fn workloads(&mut self) {
        let apps = "/apis/apps/v1";
        self.add(&format!("{apps}/deployments"), workload("shop", "web", "web:1.4", json!({
            "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "replicas": 2, "readyReplicas": 2, "updatedReplicas": 2},
        })));
        self.add(&format!("{apps}/deployments"), workload("kube-system", "traefik", "traefik:3.5", json!({
            "spec": {"replicas": 1}, "status": {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1},
        })));
        self.add(&format!("{apps}/deployments"), workload("kube-system", "coredns", "coredns:1.12", json!({
            "spec": {"replicas": 1}, "status": {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1},
        })));
        self.add(&format!("{apps}/statefulsets"), workload("shop", "db", "postgres:17", json!({
            "spec": {"replicas": 1}, "status": {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "updatedReplicas": 1},
        })));
        let mut balancer = workload(
            "kube-system",
            "svclb-traefik",
            "klipper-lb:0.4",
            json!({
                "spec": {}, "status": {"observedGeneration": 1, "desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 2, "currentNumberScheduled": 2, "numberMisscheduled": 0},
            }),
        );
        balancer["metadata"]["labels"] = json!({"svccontroller.k3s.cattle.io/nodeselector": "false",
            "svccontroller.k3s.cattle.io/svcname": "traefik", "svccontroller.k3s.cattle.io/svcnamespace": "kube-system"});
        self.add(&format!("{apps}/daemonsets"), balancer);
        self.add(
            "/api/v1/pods",
            pod(
                "shop",
                "web-5d8f7c9b6-x7kqp",
                json!([{"kind": "ReplicaSet", "name": "web-5d8f7c9b6", "controller": true}]),
                json!({}),
            ),
        );
        self.add(
            "/api/v1/pods",
            pod(
                "kube-system",
                "svclb-traefik-2kd9f",
                json!([{"kind": "DaemonSet", "name": "svclb-traefik", "controller": true}]),
                json!({"hostPort": 443}),
            ),
        );
        let mut dump = workload(
            "shop",
            "dump",
            "postgres:17",
            json!({
                "status": {"lastScheduleTime": ago(5), "lastSuccessfulTime": ago(5)},
            }),
        );
        let template = dump["spec"].take();
        dump["spec"] =
            json!({"schedule": "0 3 * * *", "suspend": false, "jobTemplate": {"spec": template}});
        self.add("/apis/batch/v1/cronjobs", dump);
        self.add("/api/v1/persistentvolumeclaims", json!({
            "metadata": {"name": "data-db-0", "namespace": "shop", "creationTimestamp": ago(90 * 24)},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}, "storageClassName": "local-path", "volumeName": "pvc-1"},
            "status": {"phase": "Bound", "capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"]},
        }));
    }

    fn outward(&mut self) {
        let services = "/api/v1/services";
        self.add(
            services,
            service(
                "default",
                "kubernetes",
                json!({"type": "ClusterIP", "ports": [{"port": 443, "protocol": "TCP"}]}),
            ),
        );
        self.add(
            services,
            service(
                "shop",
                "web",
                json!({"type": "ClusterIP", "ports": [{"port": 80, "protocol": "TCP"}]}),
            ),
        );
        let mut traefik = service(
            "kube-system",
            "traefik",
            json!({"type": "LoadBalancer", "ports": [
                {"name": "websecure", "port": 443, "protocol": "TCP", "nodePort": 31443},
            ]}),
        );
        traefik["status"] = json!({"loadBalancer": {"ingress": [{"ip": "192.168.10.31"}, {"ip": "192.168.10.32"}]}});
        self.add(services, traefik);
        self.add("/apis/networking.k8s.io/v1/ingresses", json!({
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"ingressClassName": "traefik", "tls": [{"hosts": ["shop.home.arpa"], "secretName": "web-tls"}],
                "rules": [{"host": "shop.home.arpa", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "192.168.10.31"}]}},
        }));
    }
}

fn node(name: &str, address: &str, roles: &[&str]) -> Value {
    let roles = roles
        .iter()
        .map(|r| (format!("node-role.kubernetes.io/{r}"), json!("true")));
    let labels: serde_json::Map<String, Value> = roles
        .chain([("kubernetes.io/hostname".to_owned(), json!(name))])
        .collect();
    let holds = |sort: &str, status: &str| json!({"type": sort, "status": status, "reason": format!("Kubelet{sort}"), "message": "kubelet says so"});
    json!({
        "metadata": {"name": name, "labels": labels, "annotations": {"note": CANARY}},
        "spec": {"podCIDR": "10.42.0.0/24", "providerID": format!("k3s://{name}")},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "conditions": [holds("MemoryPressure", "False"), holds("DiskPressure", "False"), holds("PIDPressure", "False"), holds("Ready", "True")],
            "nodeInfo": {"kubeletVersion": "v1.33.4+k3s1", "osImage": "Debian GNU/Linux 13 (trixie)", "kernelVersion": "6.12.43",
                "containerRuntimeVersion": "containerd://2.0.5", "architecture": "amd64", "operatingSystem": "linux"},
        },
    })
}

fn workload(namespace: &str, name: &str, image: &str, more: Value) -> Value {
    let ports = match name.starts_with("svclb") {
        true => json!([{"containerPort": 443, "hostPort": 443, "protocol": "TCP"}]),
        false => json!([{"containerPort": 8080, "protocol": "TCP"}]),
    };
    let mut object = json!({
        "metadata": {"name": name, "namespace": namespace, "generation": 1, "creationTimestamp": ago(90 * 24),
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": CANARY}},
        "spec": {"template": {"spec": {"containers": [
            {"name": name, "image": image, "ports": ports, "env": [{"name": "PASSWORD", "value": CANARY}]},
        ]}}},
    });
    for key in ["spec", "status"] {
        if let Some(Value::Object(more)) = more.get(key) {
            let mut own = object[key].as_object().cloned().unwrap_or_default();
            own.extend(more.clone());
            object[key] = Value::Object(own);
        }
    }
    object
}

/// A pod that runs, with a port that more is said of.
fn pod(namespace: &str, name: &str, owners: Value, port: Value) -> Value {
    let mut own = json!({"containerPort": 443, "protocol": "TCP"});
    if let (Value::Object(own), Value::Object(more)) = (&mut own, port) {
        own.extend(more);
    }
    json!({
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": ago(90 * 24), "ownerReferences": owners},
        "spec": {"containers": [{"name": "a", "image": "a:1", "ports": [own], "env": [{"name": "PASSWORD", "value": CANARY}]}]},
        "status": {"phase": "Running"},
    })
}

fn service(namespace: &str, name: &str, spec: Value) -> Value {
    json!({"metadata": {"name": name, "namespace": namespace}, "spec": spec, "status": {"loadBalancer": {}}})
}

/// A time so many hours ago, to the second.
fn ago(hours: i64) -> String {
    let then = Timestamp::now() - SignedDuration::from_hours(hours);
    format!("{then:.0}")
}
