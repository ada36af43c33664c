//! A node of Kubernetes that is not ready, or short of something.

use crate::backups::{flag, text};
use crate::kube::{Nodes, all};
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use graph::votes::Presence;
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;

const KIND: FactKind = FactKind::KubeNode;

pub const RULE: Rule = Rule {
    id: "kube-node-not-ready",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A node of a Kubernetes cluster is not ready, or is short of memory, disk, processes or network.",
    rationale: "Nothing is started on a node that is not ready, and after some minutes what ran there is started elsewhere, if there is room. A node that is short of disk or memory throws pods out, beginning with those that ask for nothing.",
    example: "clusters: {k8s: {kind: k3s, members: [m1, w1], api: {…}}}   # and kubectl get nodes says: w1 NotReady",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("the node has to come back"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, KIND, "has other nodes that are not ready", out);
        let nodes = Nodes::of(&look);
        for (name, node) in look.items(KIND) {
            for d in one(&look, &nodes, name, node, out) {
                let d = look.dated(d.of(part(name)), KIND, name);
                out.add(look.object.clone(), d);
            }
        }
    }
}

fn one(
    look: &Look<'_, '_>,
    nodes: &Nodes<'_>,
    name: &str,
    node: &Value,
    out: &mut Findings,
) -> Vec<Diagnostic> {
    let what = format!("has node {} ready", plain(name));
    // A node that says of itself that it is not ready is on.
    let is_lost = flag(node, "lost") == Some(true);
    let shown = format!("node {} of {}", plain(name), look.title());
    let mut found = Vec::new();
    match flag(node, "ready") {
        Some(true) => {}
        Some(false) if is_lost && nodes.presence(name) == Presence::OnDemand => {}
        Some(false) if is_lost && nodes.presence(name) == Presence::Unknown => {
            let why = "the cluster has lost contact with it, and whether its machine is always on is not known ('on_demand')";
            look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
        }
        Some(false) => {
            let mut d = RULE.finding(format!("{shown} is not ready"));
            if let Some(reason) = text(node, "reason") {
                d = d.note(format!("the cluster's reason: {}", plain(reason)));
            }
            let help = format!(
                "kubectl describe node {} says why; on the node, the log of kubelet, k3s or rke2",
                plain(name)
            );
            found.push(d.help(help));
        }
        None => look.untold(&RULE, KIND, &what, out),
    }
    if let Some(Value::List(pressure)) = node.field("pressure")
        && !pressure.is_empty()
    {
        let words: Vec<String> = pressure
            .iter()
            .filter_map(Value::as_text)
            .map(short_of)
            .collect();
        let message = format!("{shown} {}", words.join(", and "));
        let help = format!("kubectl describe node {} says since when", plain(name));
        found.push(RULE.with(Severity::Warning, message).help(help));
    }
    found
}

fn short_of(pressure: &str) -> String {
    match pressure {
        "network" => "has no network for its pods".to_owned(),
        "pid" => "is short of processes".to_owned(),
        other => format!("is short of {}", plain(other)),
    }
}
