//! A Kubernetes cluster by its API: the simulator on a port of this machine, honest, lying and silent.

use crate::ran::{BINARY, Ran};
use crate::tree::Tree;
use kubesim::{Cluster, Fault, Simulator};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.canary-kube-token.c2lnbmF0dXJl";
/// What stands in environments and annotations of the simulator's objects.
const INSIDE: &str = "canary-kube-environment-0007";

const NODES: &str = "/api/v1/nodes";
const NAMESPACES: &str = "/api/v1/namespaces";
const SERVICES: &str = "/api/v1/services";
const PODS: &str = "/api/v1/pods";
const DAEMON_SETS: &str = "/apis/apps/v1/daemonsets";
const DEPLOYMENTS: &str = "/apis/apps/v1/deployments";
const CRON_JOBS: &str = "/apis/batch/v1/cronjobs";
const INGRESSES: &str = "/apis/networking.k8s.io/v1/ingresses";

const TREE: &str = "
format: 1
lab: kelp
networks:
  home: {subnet: 192.168.10.0/24, gateway: 192.168.10.1}
hosts: {pve1: {}}
guests:
  k3s-m: {kind: vm, on: pve1, addresses: {home: 192.168.10.31}}
  worker: {kind: vm, on: pve1, addresses: {home: 192.168.10.32}}
clusters:
  k8s:
    kind: k3s
    version: '1.33'
    members: [k3s-m, worker]
    masters: [k3s-m]
    api: {url: URL, secret: {env: KUBE_TOKEN}, TRUST}
stacks:
  shop: {kind: kubernetes, on: k8s, namespace: shop}
  ingress: {kind: helm, on: k8s, namespace: kube-system}
services:
  web:
    runs: {stack: shop}
    exposures: [{port: 443, host: shop.home.arpa, from: home, why: the shop}]
  traefik:
    runs: {stack: ingress}
    exposures: [{port: 443, from: home, why: all pages}, {port: 31443, from: home, why: the same at each node}]
";

struct Field {
    tree: Tree,
    simulator: Simulator,
}

impl Field {
    fn new() -> Self {
        assert_eq!(INSIDE, Cluster::canary());
        let tree = Tree::hiding(&[TOKEN, "canary-kube-token", INSIDE]);
        tree.write(
            &TREE
                .replace("URL", "https://192.0.2.1:6443")
                .replace(", TRUST", ""),
        );
        let simulator = Simulator::start(Cluster::example(TOKEN, rights(&tree))).unwrap();
        let field = Self { tree, simulator };
        field.write(|tree| tree);
        field
    }

    fn with(change: impl FnOnce(&mut Cluster)) -> Self {
        let field = Self::new();
        change(&mut field.simulator.cluster());
        field
    }

    fn write(&self, change: impl FnOnce(String) -> String) {
        let trust = format!("fingerprint: '{}'", self.simulator.fingerprint());
        let text = change(TREE.replace("TRUST", &trust));
        self.tree.write(&text.replace("URL", &self.simulator.url()));
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command.env("KUBE_TOKEN", TOKEN);
        self.tree.run_as(command, arguments)
    }

    fn observe(&self) -> Ran {
        self.run(&[
            "observe",
            "--on",
            "real",
            "--cluster",
            "k8s",
            "--unknown",
            "--timeout",
            "5s",
        ])
    }

    /// Differences of the cluster.
    fn drift(&self) -> Vec<String> {
        let ran = self.run(&["drift", "--on", "real", "--json", "--timeout", "5s"]);
        let rows = ran.differences().into_iter();
        rows.filter(|r| r.contains(" kube-")).collect()
    }

    /// Rows of the cluster, `declared tcp/192.168.10.31:443 | reason`.
    fn ports(&self) -> Vec<String> {
        let rows = self.run(&["ports", "--on", "real", "--json"]).json();
        let own = rows.as_array().unwrap().iter();
        let own = own.filter(|r| r["host"] == "cluster/k8s");
        let mut rows: Vec<String> = own
            .map(|r| {
                let word = |key: &str| r[key].as_str().unwrap().to_owned();
                format!("{} {} | {}", word("state"), word("socket"), word("reason"))
            })
            .collect();
        rows.sort();
        rows
    }

    /// What the rules say of the last look.
    fn check(&self) -> Ran {
        self.observe();
        self.run(&["check", "--unknown"])
    }

    fn facts(&self) -> Value {
        self.observe();
        let shown = self.run(&["facts", "show", "--json"]).json();
        shown["cluster/k8s"].clone()
    }
}

/// The rights that `access LAB` prints.
fn rights(tree: &Tree) -> BTreeSet<String> {
    let printed = tree.run(&["access", "--json"]).json();
    let all = printed.as_array().unwrap();
    let own = all.iter().find(|r| r["object"] == "cluster/k8s").unwrap();
    let commands = own["steps"][0]["commands"].as_array().unwrap();
    let mut texts = commands.iter().filter_map(Value::as_str);
    let line = texts.find(|c| c.contains("create clusterrole ")).unwrap();
    assert!(line.contains("--verb=list "), "{line}");
    let (_, resources) = line.split_once("--resource=").unwrap();
    resources.split(',').map(str::to_owned).collect()
}

#[test]
fn with_the_rights_that_are_printed_all_is_known_and_nothing_differs() {
    let field = Field::new();
    let seen = field.observe();
    assert_eq!(seen.code, 0, "{}", seen.all());
    let maturity = "driver kubernetes, maturity schema";
    assert!(seen.all().contains(maturity), "{}", seen.all());
    assert_eq!(field.drift(), [""; 0]);
    assert_eq!(
        field.ports(),
        [
            "declared tcp/*:31443 | traefik: the same at each node",
            "declared tcp/*:443 | traefik: all pages",
            "declared tcp/192.168.10.31:443 | traefik: all pages",
            "declared tcp/192.168.10.32:443 | traefik: all pages",
            "declared tcp/shop.home.arpa:443 | web: the shop",
        ]
    );
    let shown = field.facts()["facts"].to_string();
    for part in [
        r#""kube-cluster:version":"#,
        "v1.33.4+k3s1",
        r#""kube-node:k3s-w1":"#,
        "6.12.43",
        r#""kube-namespace:shop":"#,
        r#""kube-workload:shop/statefulset/db":"#,
        "postgres:17",
        r#""kube-workload:shop/cronjob/dump":"#,
        r#""kube-service:kube-system/traefik":"#,
        r#""kube-ingress:shop/web":"#,
        r#""kube-claim:shop/data-db-0":"#,
        r#""size":10737418240"#,
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // What stays inside of the cluster is not kept.
    assert!(!shown.contains("kube-service:shop/web"), "{shown}");
    for asked in field.simulator.asked() {
        let review = asked.starts_with("POST /apis/authorization.k8s.io/v1/selfsubject");
        assert!(asked.starts_with("GET ") || review, "{asked}");
        for never in ["secrets", "configmaps", "pods/", "watch"] {
            assert!(!asked.contains(never), "{asked}");
        }
    }
    let told = field.check();
    assert!(!told.stdout.contains("[kube-"), "{}", told.all());
}

#[test]
fn what_nobody_declared_is_in_drift_and_in_ports() {
    let field = Field::with(|cluster| {
        let mut node = cluster.get(NODES, "k3s-w1").unwrap().clone();
        node["metadata"]["name"] = json!("k3s-w2");
        node["status"]["addresses"] = json!([{"type": "InternalIP", "address": "192.168.10.33"}]);
        cluster.add(NODES, node);
        cluster.add(
            NAMESPACES,
            json!({"metadata": {"name": "party"}, "status": {"phase": "Active"}}),
        );
        let mut game = cluster.get(DEPLOYMENTS, "web").unwrap().clone();
        game["metadata"]["name"] = json!("game");
        game["metadata"]["namespace"] = json!("party");
        game["spec"]["template"]["spec"]["containers"][0]["ports"] =
            json!([{"containerPort": 7777, "hostPort": 7777, "protocol": "UDP"}]);
        cluster.add(DEPLOYMENTS, game);
        cluster.add(SERVICES, json!({"metadata": {"name": "game", "namespace": "party"}, "spec": {"type": "NodePort", "ports": [{"port": 443, "nodePort": 30443}]}}));
        cluster.add(INGRESSES, json!({"metadata": {"name": "admin", "namespace": "shop"}, "spec": {"rules": [{"host": "admin.home.arpa"}]}}));
    });
    assert_eq!(
        field.drift(),
        [
            "undeclared kube-node:k3s-w2 | not declared | a node at 192.168.10.33, kubelet v1.33.4+k3s1",
            "undeclared kube-namespace:party | no stack has it | a namespace with game",
        ]
    );
    let ports = field.ports();
    for expected in [
        "unjustified tcp/*:30443 | not declared",
        "unjustified udp/*:7777 | not declared",
        "unjustified tcp/admin.home.arpa:80 | not declared",
    ] {
        assert!(
            ports.iter().any(|p| p == expected),
            "{expected}: {ports:#?}"
        );
    }
    let text = field.run(&["ports", "--on", "real"]);
    assert_eq!(text.code, 1, "{}", text.all());
    assert!(text.stdout.contains("Ingress shop/admin"), "{}", text.all());
    // More is fine where that is said; what is declared is looked at all the same.
    for extent in ["at-least", "ignore"] {
        let manage = format!("    manage: {{nodes: {extent}, namespaces: {extent}}}\n    members:");
        field.write(|tree| tree.replace("    members:", &manage));
        assert_eq!(field.drift(), [""; 0], "{extent}");
    }
    field.simulator.cluster().remove(NODES, "k3s-m");
    let missing = "missing kube-node:k3s-m | guest/k3s-m as a node | absent";
    assert_eq!(field.drift(), [missing]);
}

#[test]
fn what_is_declared_and_is_not_there_is_missing_or_differs() {
    let field = Field::with(|cluster| {
        cluster.version = "v1.32.8+k3s1".to_owned();
        cluster.remove(NODES, "k3s-w1");
        cluster.get(NODES, "k3s-m").unwrap()["metadata"]["labels"] = json!({});
        cluster.remove(DEPLOYMENTS, "web");
    });
    field.write(|tree| {
        tree.replace("{stack: shop}", "{stack: shop, service: web}")
            .replace(
                "  ingress:",
                "  wiki: {kind: kubernetes, on: k8s, namespace: wiki}\n  ingress:",
            )
    });
    assert_eq!(
        field.drift(),
        [
            "differs kube-cluster:version | version 1.33 | v1.32.8+k3s1",
            "differs kube-node:k3s-m | guest/k3s-m: of the control plane | no role",
            "missing kube-node:worker | guest/worker as a node | absent",
            "missing kube-namespace:wiki | namespace wiki of stack wiki | absent",
            "missing kube-workload:shop/web | workload web of service web in namespace shop | absent",
        ]
    );
    // Under which name it runs was not said.
    field.write(|tree| tree);
    let drift = field.drift();
    let open = "unknown kube-workload:shop/web | workload web of service web in namespace shop | unknown (none has this name";
    assert!(drift.iter().any(|d| d.starts_with(open)), "{drift:#?}");
}

/// The heart of it: a kind that a token may not list, or that something else shortens, is unknown and never missing.
#[test]
fn to_a_token_without_rights_nothing_is_missing_and_nothing_is_fine() {
    let kinds = [
        ("nodes", "kube-node:"),
        ("namespaces", "kube-namespace:"),
        ("deployments.apps", "kube-workload:"),
    ];
    for (resource, kind) in kinds {
        let field = Field::with(|cluster| {
            cluster.rights.remove(resource);
        });
        let seen = field.observe();
        assert_eq!(seen.code, 7, "{resource}: {}", seen.all());
        let grant = format!("has to grant 'list' of {resource}");
        assert!(seen.all().contains(&grant), "{}", seen.all());
        let rows = field.drift();
        let own: Vec<_> = rows.iter().filter(|r| r.contains(kind)).collect();
        assert!(!own.is_empty(), "{resource}: {rows:#?}");
        assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    }
    // No right at all, as a role in one namespace gives none to list all of them.
    let field = Field::with(|cluster| cluster.rights.clear());
    let rows = field.drift();
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    let ports = field.ports();
    assert_eq!(ports.len(), 3, "{ports:#?}");
    assert!(
        ports.iter().all(|p| p.starts_with("unknown *")),
        "{ports:#?}"
    );
    let told = field.check();
    for rule in [
        "kube-node-not-ready",
        "kube-workload-unready",
        "kube-claim-unbound",
    ] {
        assert!(told.stdout.contains(rule), "{rule}: {}", told.all());
    }
    // Something on the way shortens a list, 200 OK, and what fits together shows it.
    for path in [NODES, NAMESPACES] {
        let field = Field::with(|cluster| cluster.fault(path, Fault::Filter));
        let rows = field.drift();
        assert!(!rows.is_empty(), "{path}");
        assert!(
            rows.iter().all(|r| r.starts_with("unknown ")),
            "{path}: {rows:#?}"
        );
    }
    // It answers, and the server says that this token may not see that.
    let field = Field::with(|cluster| {
        cluster.fault(
            "/apis/authorization",
            Fault::Lie("/status/allowed".to_owned(), json!(false)),
        );
        cluster.remove(DEPLOYMENTS, "web");
        cluster.remove(NODES, "k3s-w1");
    });
    let rows = field.drift();
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
    assert!(field.observe().all().contains("which proves nothing"));
    // Nobody can be asked what the token may.
    let field = Field::with(|cluster| {
        cluster.fault(
            "/apis/authorization",
            Fault::Refuse(500, "etcd is away".to_owned()),
        );
        cluster.remove(NODES, "k3s-w1");
    });
    let rows = field.drift();
    assert!(rows.iter().all(|r| r.starts_with("unknown ")), "{rows:#?}");
}

#[test]
fn lists_are_read_to_their_end_or_are_unknown() {
    // Six namespaces by pages of two; one answer is too old to go on from, and the server has too much to do.
    let field = Field::with(|cluster| {
        cluster.gone = 1;
        cluster.busy = 1;
    });
    assert_eq!(field.drift(), [""; 0]);
    let asked = field.simulator.asked();
    let pages = asked
        .iter()
        .filter(|a| a.contains("/namespaces") && a.contains("continue="));
    assert!(pages.count() >= 2, "{asked:#?}");
    // It is always too old: then all are asked for at once.
    let field = Field::with(|cluster| cluster.gone = 2);
    assert_eq!(field.drift(), [""; 0]);
    let whole = format!("GET {NAMESPACES}");
    let asked = field.simulator.asked();
    assert!(
        asked.contains(&whole) || asked.contains(&format!("GET {NODES}")),
        "{asked:#?}"
    );
    // And what never ends well.
    let page = format!("{NAMESPACES}?limit=250&continue=");
    let rows = [
        Fault::Refuse(410, "the list is too old".to_owned()),
        Fault::Refuse(500, "etcd is away".to_owned()),
        Fault::Refuse(429, "too many requests".to_owned()),
        Fault::Truncate,
        Fault::Garbage(b"<html>a page</html>".to_vec()),
        Fault::Garbage(b"{\"kind\": \"NamespaceList\"}".to_vec()),
        Fault::Lie("/kind".to_owned(), json!("SecretList")),
        Fault::Lie("/metadata/resourceVersion".to_owned(), json!("7")),
        Fault::Lie("/items/0/metadata/name".to_owned(), json!({"a": 1})),
    ];
    for fault in rows {
        let shown = format!("{fault:?}");
        let field = Field::with(|cluster| {
            cluster.fault(&page, fault.clone());
            if matches!(fault, Fault::Refuse(410, _)) {
                cluster.fault(NAMESPACES, fault);
            }
        });
        field.write(|tree| tree.replace("namespace: shop}", "namespace: elsewhere}"));
        let rows = field.drift();
        assert!(!rows.is_empty(), "{shown}");
        let known: Vec<_> = rows
            .iter()
            .filter(|r| r.contains("kube-namespace") && r.starts_with("missing"))
            .collect();
        assert!(known.is_empty(), "{shown}: {known:#?}");
    }
    // Every page is of no moment, or of one without a name; what follows is said in another way than the API does.
    let rows = [
        ("resourceVersion", json!(null)),
        ("resourceVersion", json!("")),
        ("resourceVersion", json!(7)),
        ("continue", json!(7)),
        ("continue", json!(null)),
        ("remainingItemCount", json!("4")),
        ("remainingItemCount", json!(-1)),
    ];
    for (key, value) in rows {
        let field = Field::with(|cluster| {
            let lie = Fault::Lie(format!("/metadata/{key}"), value.clone());
            cluster.fault(NAMESPACES, lie);
            // What would be read as the end comes before the namespace of the shop.
            let own = cluster.get(NAMESPACES, "shop").unwrap().clone();
            cluster.remove(NAMESPACES, "shop");
            cluster.add(NAMESPACES, own);
        });
        let rows = field.drift();
        assert!(
            rows.iter()
                .any(|r| r.starts_with("unknown kube-namespace:")),
            "{key} {value}: {rows:#?}"
        );
        let all = field.observe().all();
        assert!(all.contains("GET /api/v1/namespaces: "), "{key}: {all}");
    }
}

/// The server itself makes `default/kubernetes`, and makes it again.
#[test]
fn a_list_of_services_without_that_of_the_api_server_is_not_whole() {
    let field = Field::with(|cluster| cluster.fault(SERVICES, Fault::Filter));
    let lacks = "unknown * | GET /api/v1/services: the list lacks default/kubernetes, which every cluster has";
    let ports = field.ports();
    assert!(ports.iter().any(|p| p == lacks), "{ports:#?}");
    // A namespace that only a Service inside of the cluster is in is one, too.
    let field = Field::with(|cluster| {
        cluster.add(SERVICES, json!({"metadata": {"name": "a", "namespace": "party"}, "spec": {"type": "ClusterIP", "ports": []}}));
    });
    let all = field.observe().all();
    let lacks = "the list of namespaces lacks party, where services party/a is";
    assert!(all.contains(lacks), "{all}");
}

#[test]
fn whoever_answers_wrongly_or_not_at_all_is_silent() {
    let rows = [
        (
            Fault::Refuse(401, "Unauthorized".to_owned()),
            "takes no such token",
        ),
        (
            Fault::Refuse(503, "the server is shutting down".to_owned()),
            "shutting down",
        ),
        (Fault::Hang, "no answer within"),
        (Fault::Drip, "no answer within"),
        (Fault::Reset, "broke off"),
        (Fault::Huge(20 << 20), "longer than"),
        (Fault::Garbage(b"not json".to_vec()), "no JSON"),
    ];
    for (fault, why) in rows {
        let field = Field::with(|cluster| cluster.fault("/version", fault.clone()));
        let seen = field.run(&[
            "observe",
            "--on",
            "real",
            "--cluster",
            "k8s",
            "--timeout",
            "2s",
        ]);
        assert_eq!(seen.code, 7, "{fault:?}: {}", seen.all());
        assert!(seen.all().contains(why), "{fault:?}: {}", seen.all());
    }
    // Its token is another one, and it is said; another certificate gets no token at all.
    let field = Field::with(|cluster| cluster.token = "other".to_owned());
    let seen = field.observe();
    assert!(seen.all().contains("401 Unauthorized"), "{}", seen.all());
    let field = Field::new();
    field.write(|tree| tree.replace(field.simulator.fingerprint(), &"00:".repeat(32)[..95]));
    let seen = field.observe();
    assert!(seen.all().contains("not trusted"), "{}", seen.all());
    assert_eq!(field.simulator.asked(), [""; 0]);
    // An answer that repeats the token is thrown away.
    let field = Field::with(|cluster| {
        let body = json!({"gitVersion": "v1.33.4", "note": TOKEN}).to_string();
        cluster.fault("/version", Fault::Garbage(body.into_bytes()));
    });
    let seen = field.observe();
    assert!(seen.all().contains("repeats the token"), "{}", seen.all());
}

#[test]
fn an_authority_of_the_lab_tree_is_trusted_and_what_is_not_declared_is_asked_for() {
    let field = Field::new();
    let file = field.tree.lab().join("k8s-ca.pem");
    std::fs::write(file, field.simulator.authority()).unwrap();
    let pin = format!("fingerprint: '{}'", field.simulator.fingerprint());
    field.write(|tree| tree.replace(&pin, "ca: k8s-ca.pem"));
    let seen = field.observe();
    assert_eq!(seen.code, 0, "{}", seen.all());
    let rows = [
        (format!(", {pin}"), "", "nothing says whom to trust"),
        (
            ", secret: {env: KUBE_TOKEN}".to_owned(),
            "",
            "add `secret: ",
        ),
        (
            "secret: {env: KUBE_TOKEN}".to_owned(),
            "token: holdfast@pve!observe, secret: {env: KUBE_TOKEN}",
            "take `token` out",
        ),
        ("https://".to_owned(), "http://", "is not https://HOST"),
    ];
    for (from, to, why) in rows {
        field.write(|tree| {
            tree.replace("URL", &field.simulator.url())
                .replace(&from, to)
        });
        let seen = field.observe();
        assert!(seen.all().contains(why), "{why}: {}", seen.all());
        assert_ne!(seen.code, 0, "{why}");
    }
}

#[test]
fn what_is_not_as_it_should_be_is_told_by_rules() {
    let field = Field::with(|cluster| {
        let node = cluster.get(NODES, "k3s-w1").unwrap();
        node["status"]["conditions"][3] =
            json!({"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"});
        node["status"]["conditions"][1]["status"] = json!("True");
        node["status"]["nodeInfo"]["kubeletVersion"] = json!("v1.29.1+k3s2");
        cluster.get(DEPLOYMENTS, "web").unwrap()["status"]["readyReplicas"] = json!(1);
        cluster.get(CRON_JOBS, "dump").unwrap()["status"] =
            json!({"lastScheduleTime": "2026-11-21T03:00:00Z"});
        cluster
            .get("/api/v1/persistentvolumeclaims", "data-db-0")
            .unwrap()["status"] = json!({"phase": "Pending"});
    });
    let told = field.check();
    for expected in [
        "node k3s-w1 of cluster 'k8s' is not ready",
        "node k3s-w1 of cluster 'k8s' is short of disk",
        "the kubelet of node k3s-w1 of cluster 'k8s' is 4 minor versions older than its API server",
        "deployment web in namespace shop of cluster 'k8s' has 1 of 2 pods ready",
        "CronJob dump in namespace shop of cluster 'k8s' never succeeded",
        "claim data-db-0 in namespace shop of cluster 'k8s' has no volume",
    ] {
        assert!(told.all().contains(expected), "{expected}: {}", told.all());
    }
}

/// Two pods are ready, and one of them is of yesterday: nothing lacks, and nothing goes on.
#[test]
fn a_rollout_that_stands_still_is_told_and_one_under_way_is_unknown() {
    let rollout = |condition: Value| {
        Field::with(|cluster| {
            let web = cluster.get(DEPLOYMENTS, "web").unwrap();
            web["metadata"]["generation"] = json!(7);
            web["status"] = json!({
                "observedGeneration": 7, "replicas": 2, "readyReplicas": 2, "updatedReplicas": 1,
                "conditions": [{"type": "Available", "status": "True"}, condition],
            });
        })
    };
    let told = rollout(
        json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}),
    )
    .check();
    let expected = "deployment web in namespace shop of cluster 'k8s' has a rollout that stands still (ProgressDeadlineExceeded): 1 of 2 pods are as they are wanted now";
    assert!(told.all().contains(expected), "{}", told.all());
    let told =
        rollout(json!({"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}))
            .check();
    let expected = "1 of 2 pods are as they are wanted now: its rollout is under way";
    assert!(told.all().contains(expected), "{}", told.all());
    assert!(!told.all().contains("stands still"), "{}", told.all());
}

#[test]
fn a_node_that_may_be_off_is_no_fault_and_one_that_is_on_and_not_ready_is() {
    let rows = [
        (", on_demand: true", "Unknown", false, false),
        (", on_demand: {unknown: not asked}", "Unknown", false, true),
        (", on_demand: false", "Unknown", true, false),
        ("", "Unknown", true, false),
        (", on_demand: true", "False", true, false),
    ];
    for (said, status, is_found, is_open) in rows {
        let field = Field::with(|cluster| {
            let node = cluster.get(NODES, "k3s-w1").unwrap();
            node["status"]["conditions"][3] =
                json!({"type": "Ready", "status": status, "reason": "NodeStatusUnknown"});
            cluster.get(DAEMON_SETS, "svclb-traefik").unwrap()["status"]["numberReady"] = json!(1);
        });
        field.write(|tree| tree.replace("pve1: {}", &format!("pve1: {{kind: server{said}}}")));
        let told = field.check().all();
        let found = told.contains("node k3s-w1 of cluster 'k8s' is not ready");
        assert_eq!(found, is_found, "{said} {status}: {told}");
        let open = told.contains("whether its machine is always on is not known");
        assert_eq!(open, is_open, "{said} {status}: {told}");
        // Its pods wait for it as it is waited for.
        let lacking = told.contains("of cluster 'k8s' has 1 of 2 pods ready");
        assert_eq!(lacking, is_found, "{said} {status}: {told}");
        let waits = told.contains("it has 1 of 2 pods ready, and 1 node may be off");
        assert_eq!(waits, !is_found, "{said} {status}: {told}");
    }
}

#[test]
fn pods_in_the_network_of_their_node_take_ports_that_only_the_node_tells() {
    let field = Field::with(|cluster| {
        let web = cluster.get(DEPLOYMENTS, "web").unwrap();
        web["spec"]["template"]["spec"]["hostNetwork"] = json!(true);
    });
    let ports = field.ports();
    assert!(
        ports
            .iter()
            .any(|p| p == "unjustified tcp/*:8080 | not declared"),
        "{ports:#?}"
    );
    let dark = "unknown * | which ports they take only the nodes themselves tell, and these were not all seen: k3s-m, k3s-w1";
    assert!(ports.iter().any(|p| p == dark), "{ports:#?}");
}

/// Every cluster has some namespaces, and the account that looks has one: a stack may be declared in them all the same.
#[test]
fn a_declared_namespace_is_missing_whatever_it_is_called() {
    let field = Field::with(|cluster| cluster.remove(NAMESPACES, "holdfast"));
    assert_eq!(field.drift(), [""; 0]);
    field.write(|tree| {
        tree.replace(
            "  ingress:",
            "  own: {kind: kubernetes, on: k8s, namespace: holdfast}\n  ingress:",
        ) + "  mirror: {runs: {stack: own, service: mirror}}\n"
    });
    assert_eq!(
        field.drift(),
        ["missing kube-namespace:holdfast | namespace holdfast of stack own | absent"]
    );
    field.simulator.cluster().add(
        NAMESPACES,
        json!({"metadata": {"name": "holdfast"}, "status": {"phase": "Active"}}),
    );
    assert_eq!(
        field.drift(),
        [
            "missing kube-workload:holdfast/mirror | workload mirror of service mirror in namespace holdfast | absent"
        ]
    );
}

#[test]
fn a_service_without_a_stack_is_where_its_name_is_only_if_that_is_one_place() {
    let field = Field::with(|cluster| {
        cluster.add(
            NAMESPACES,
            json!({"metadata": {"name": "party"}, "status": {"phase": "Active"}}),
        );
        let mut game = cluster.get(DEPLOYMENTS, "web").unwrap().clone();
        game["metadata"]["name"] = json!("game");
        game["metadata"]["namespace"] = json!("party");
        cluster.add(DEPLOYMENTS, game);
        cluster.add(SERVICES, json!({"metadata": {"name": "game", "namespace": "party"}, "spec": {"type": "NodePort", "ports": [{"port": 7777, "nodePort": 30777}]}}));
    });
    field.write(|tree| {
        tree + "  game: {runs: {cluster: k8s}, exposures: [{port: 30777, from: home, why: play}]}\n"
    });
    assert_eq!(field.drift(), [""; 0]);
    let ports = field.ports();
    assert!(
        ports.contains(&"declared tcp/*:30777 | game: play".to_owned()),
        "{ports:#?}"
    );
    // Beside it runs what nobody declared.
    let mut other = field
        .simulator
        .cluster()
        .get(DEPLOYMENTS, "game")
        .unwrap()
        .clone();
    other["metadata"]["name"] = json!("miner");
    field.simulator.cluster().add(DEPLOYMENTS, other);
    let undeclared =
        "undeclared kube-namespace:party | no stack has it | a namespace with game, miner";
    assert_eq!(field.drift(), [undeclared]);
    // The same name is in another namespace, too.
    let mut cluster = field.simulator.cluster();
    cluster.remove(DEPLOYMENTS, "miner");
    let mut twin = cluster.get(DEPLOYMENTS, "game").unwrap().clone();
    twin["metadata"]["namespace"] = json!("shop");
    cluster.add(DEPLOYMENTS, twin);
    drop(cluster);
    assert_eq!(
        field.drift(),
        [
            "undeclared kube-namespace:party | no stack has it | a namespace with game",
            "unknown kube-workload:*/game | workload game of service game | unknown (which namespace: one is in each of party, shop; add `stack` to `runs` of service game)",
        ]
    );
    let open =
        "unknown tcp/*:30777 | declared for game, and nothing says in which namespace that runs";
    let ports = field.ports();
    assert!(ports.contains(&open.to_owned()), "{ports:#?}");
}

#[test]
fn ways_that_no_list_tells_of_are_told() {
    let taken =
        |port: u16| json!([{"image": "a:1", "ports": [{"containerPort": port, "hostPort": port}]}]);
    let field = Field::with(|cluster| {
        cluster.groups.push("traefik.io".to_owned());
        cluster.groups.push("gateway.networking.k8s.io".to_owned());
        let rows = [
            ("alone", json!([]), json!({"containers": taken(9001)})),
            (
                "etcd-k3s-m",
                json!([{"kind": "Node", "name": "k3s-m", "controller": true}]),
                json!({"hostNetwork": true, "containers": taken(2379)}),
            ),
            (
                "dump-1-x",
                json!([{"kind": "Job", "name": "dump-1", "controller": true}]),
                json!({"containers": taken(9002)}),
            ),
            (
                "dump-1-y",
                json!([{"kind": "Job", "name": "dump-1", "controller": true}]),
                json!({"containers": taken(9002)}),
            ),
        ];
        for (name, owners, spec) in rows {
            cluster.add(PODS, json!({"metadata": {"name": name, "namespace": "shop", "ownerReferences": owners}, "spec": spec, "status": {"phase": "Running"}}));
        }
        let mut bound = json!({"metadata": {"name": "bound", "namespace": "shop"}, "spec": {"containers": taken(9003)}, "status": {"phase": "Running"}});
        bound["spec"]["containers"][0]["ports"][0]["hostIP"] = json!("127.0.0.1");
        cluster.add(PODS, bound);
    });
    let ports = field.ports();
    for (expected, times) in [
        ("unjustified tcp/*:9001 | not declared", 1),
        ("unjustified tcp/*:9002 | not declared", 1),
        ("unjustified tcp/*:2379 | not declared", 1),
        ("local tcp/127.0.0.1:9003 | ", 1),
        (
            "unknown * | which ports they take only the nodes themselves tell, and these were not all seen: k3s-m, k3s-w1",
            1,
        ),
        (
            "unknown * | the cluster serves traefik.io, which is not read",
            1,
        ),
        (
            "unknown * | the cluster serves gateway.networking.k8s.io, which is not read",
            1,
        ),
    ] {
        let found = ports.iter().filter(|p| *p == expected).count();
        assert_eq!(found, times, "{expected}: {ports:#?}");
    }
    // Which groups it serves is not told, or pods are not.
    let field = Field::with(|cluster| cluster.groups = vec![String::new()]);
    let ports = field.ports();
    let open = "unknown * | GET /apis: it is no list of groups";
    assert!(ports.contains(&open.to_owned()), "{ports:#?}");
    let field = Field::with(|cluster| {
        cluster.rights.remove("pods");
    });
    let ports = field.ports();
    assert!(
        ports
            .iter()
            .any(|p| p.starts_with("unknown * | GET /api/v1/pods: 403")),
        "{ports:#?}"
    );
}

/// K3s balances a Service by a DaemonSet in `kube-system`, whose ports are those of the Service.
#[test]
fn ports_of_service_lb_are_those_of_the_service_that_it_balances() {
    let field = Field::with(|cluster| {
        let mut mail = cluster.get(SERVICES, "traefik").unwrap().clone();
        mail["metadata"] = json!({"name": "mail", "namespace": "shop"});
        mail["spec"]["ports"] = json!([{"port": 25, "protocol": "TCP", "nodePort": 30025}]);
        mail["spec"]["externalIPs"] = json!(["198.51.100.4"]);
        mail["spec"]["loadBalancerSourceRanges"] = json!(["192.168.10.0/24"]);
        cluster.add(SERVICES, mail);
        let mut balancer = cluster.get(DAEMON_SETS, "svclb-traefik").unwrap().clone();
        balancer["metadata"]["name"] = json!("svclb-mail-1a2b3c4d");
        balancer["metadata"]["labels"]["svccontroller.k3s.cattle.io/svcname"] = json!("mail");
        balancer["metadata"]["labels"]["svccontroller.k3s.cattle.io/svcnamespace"] = json!("shop");
        let port = &mut balancer["spec"]["template"]["spec"]["containers"][0]["ports"];
        *port = json!([{"containerPort": 25, "hostPort": 25, "protocol": "TCP"}]);
        let mut liar = balancer.clone();
        cluster.add(DAEMON_SETS, balancer);
        // It wears the label, and takes another port.
        liar["metadata"]["name"] = json!("liar");
        liar["spec"]["template"]["spec"]["containers"][0]["ports"][0]["hostPort"] = json!(26);
        cluster.add(DAEMON_SETS, liar);
    });
    field.write(|tree| {
        tree + "  mail: {runs: {stack: shop, service: web}, exposures: [{port: 25-26, from: home, why: mail}]}\n"
    });
    let ports = field.ports();
    for expected in [
        "declared tcp/*:25 | mail: mail",
        "unjustified tcp/*:26 | not declared",
        "declared tcp/198.51.100.4:25 | mail: mail",
    ] {
        assert!(
            ports.contains(&expected.to_owned()),
            "{expected}: {ports:#?}"
        );
    }
    // From where it is balanced says nothing of its port at each node, nor of external addresses.
    let rows = field.run(&["ports", "--on", "real", "--json"]).json();
    for (socket, from) in [
        ("tcp/192.168.10.31:25", "192.168.10.0/24"),
        ("tcp/198.51.100.4:25", "wherever its network leads"),
        ("tcp/*:30025", "wherever its network leads"),
    ] {
        let all = rows.as_array().unwrap();
        let own = all.iter().find(|r| r["socket"] == socket).unwrap();
        assert_eq!(own["reach"][0]["from"], from, "{own}");
    }
}

#[test]
fn an_ingress_has_names_and_its_controller_has_ports() {
    let field = Field::with(|cluster| {
        let ingress = cluster.get(INGRESSES, "web").unwrap();
        ingress["spec"]["tls"][0]["hosts"] = json!(["*.home.arpa"]);
    });
    let declared = "declared tcp/shop.home.arpa:443 | web: the shop".to_owned();
    assert!(field.ports().contains(&declared), "{:#?}", field.ports());
    // Its controller has a certificate of its own, and the exposure says the name.
    field.simulator.cluster().get(INGRESSES, "web").unwrap()["spec"]["tls"] = json!([]);
    let declared = "declared tcp/shop.home.arpa:80 | web: the shop".to_owned();
    assert!(field.ports().contains(&declared), "{:#?}", field.ports());
    let rows = field.run(&["ports", "--on", "real", "--json"]).json();
    let all = rows.as_array().unwrap();
    let own = all.iter().find(|r| r["socket"] == "tcp/shop.home.arpa:80");
    let why = own.unwrap()["reach"][0]["why"].to_string();
    assert!(why.contains("ports that its controller"), "{why}");
    // Another name is nobody's, nor one of two labels more.
    field.simulator.cluster().get(INGRESSES, "web").unwrap()["spec"]["rules"][0]["host"] =
        json!("a.shop.home.arpa");
    let strange = "unjustified tcp/a.shop.home.arpa:80 | not declared".to_owned();
    assert!(field.ports().contains(&strange), "{:#?}", field.ports());
}
