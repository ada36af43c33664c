//! A workload of Kubernetes with fewer pods ready than wanted.

use crate::backups::{number, text};
use crate::kube::{all, young};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;

const KIND: FactKind = FactKind::KubeWorkload;

pub const RULE: Rule = Rule {
    id: "kube-workload-unready",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A Deployment, StatefulSet or DaemonSet has fewer pods ready than wanted.",
    rationale: "A pod that waits for an image, for room, for its volume or for its own start is not there, and with one replica the service is not there either. A rollout that stands still looks like one that runs, until somebody counts.",
    example: "clusters: {k8s: {kind: k3s, members: [m1, w1], api: {…}}}   # and kubectl get deployments -A says: shop web 1/2",
    controls: &["NIST CSF 2.0 DE.CM-09", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("why a pod is not ready, its events say"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, KIND, "has other workloads that are not ready", out);
        for (key, workload) in look.items(KIND) {
            let Some(kind) = text(workload, "kind").filter(|k| *k != "cronjob") else {
                continue;
            };
            let what = format!("has all pods of {} ready", plain(key));
            let counts = number(workload, "wanted").zip(number(workload, "ready"));
            let Some((wanted, ready)) = counts else {
                let why = "its controller has not told its counts for what is wanted now";
                look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
                continue;
            };
            if ready >= wanted {
                continue;
            }
            if let Some(why) = young(&look, workload) {
                look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
                continue;
            }
            let namespace = plain(text(workload, "namespace").unwrap_or_default());
            let name = plain(text(workload, "name").unwrap_or(key));
            let d = RULE
                .finding(format!(
                    "{kind} {name} in namespace {namespace} of {} has {ready} of {wanted} pods ready",
                    look.title()
                ))
                .of(part(key))
                .help(format!(
                    "kubectl describe {kind} {name} --namespace {namespace}, and kubectl get events --namespace {namespace}"
                ));
            out.add(look.object.clone(), look.dated(d, KIND, key));
        }
    }
}
