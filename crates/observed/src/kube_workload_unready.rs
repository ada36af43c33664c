//! A workload of Kubernetes with fewer pods ready than wanted.

use crate::backups::{number, text};
use crate::kube::{Nodes, all, young};
use crate::look::{Look, count, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;

const KIND: FactKind = FactKind::KubeWorkload;
/// Those of which a controller counts pods.
const COUNTED: [&str; 3] = ["deployment", "statefulset", "daemonset"];

pub const RULE: Rule = Rule {
    id: "kube-workload-unready",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A Deployment, StatefulSet or DaemonSet has fewer pods ready than wanted, or a rollout that stands still.",
    rationale: "A pod that waits for an image, for room, for its volume or for its own start is not there, and with one replica the service is not there either. A rollout that stands still looks like one that runs, until somebody counts.",
    example: "clusters: {k8s: {kind: k3s, members: [m1, w1], api: {…}}}   # and kubectl get deployments -A says: shop web 1/2",
    controls: &["NIST CSF 2.0 DE.CM-09", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("why a pod is not ready, its events say"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, KIND, "has other workloads that are not ready", out);
        let off = Nodes::of(&look).off(&look);
        for (key, workload) in look.items(KIND) {
            let Some(kind) = text(workload, "kind").filter(|k| COUNTED.contains(k)) else {
                continue;
            };
            match judged(&look, workload, off) {
                Ok(None) => {}
                Ok(Some((is, stalled))) => {
                    let d = found(&look, (kind, key), workload, &is);
                    let d = match stalled {
                        Some(why) => d.note(format!("its rollout stands still ({})", plain(why))),
                        None => d,
                    };
                    out.add(look.object.clone(), look.dated(d, KIND, key));
                }
                Err(why) => {
                    let what = format!("has all pods of {} ready", plain(key));
                    look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
                }
            }
        }
    }
}

/// What is wrong with a workload, and the word of its controller for a rollout that stands still; why that is not known.
fn judged<'v>(
    look: &Look<'_, '_>,
    workload: &'v Value,
    off: usize,
) -> Result<Option<(String, Option<&'v str>)>, String> {
    let counts = number(workload, "wanted").zip(number(workload, "ready"));
    let (wanted, ready) =
        counts.ok_or("its controller has not told its counts for what is wanted now")?;
    let updated = number(workload, "updated").ok_or("how much of its rollout is done is not told");
    let stalled = text(workload, "stalled");
    let is_young = || young(look, workload).map_or(Ok(()), Err);
    if ready < wanted {
        if stalled.is_none() {
            is_young()?;
        }
        let lacking = usize::try_from(wanted.saturating_sub(ready)).unwrap_or(usize::MAX);
        if text(workload, "kind") == Some("daemonset") && lacking <= off {
            return Err(format!(
                "it has {ready} of {wanted} pods ready, and {} may be off ('on_demand')",
                count(off, "node", "nodes")
            ));
        }
        let is = format!("has {ready} of {wanted} pods ready");
        return Ok(Some((is, stalled)));
    }
    let updated = updated?;
    if let Some(why) = stalled {
        let is = format!(
            "has a rollout that stands still ({}): {updated} of {wanted} pods are as they are wanted now",
            plain(why)
        );
        return Ok(Some((is, None)));
    }
    if updated < wanted {
        return Err(format!(
            "{updated} of {wanted} pods are as they are wanted now: its rollout is under way, or waits for somebody"
        ));
    }
    Ok(None)
}

fn found(look: &Look<'_, '_>, (kind, key): (&str, &str), workload: &Value, is: &str) -> Diagnostic {
    let namespace = plain(text(workload, "namespace").unwrap_or_default());
    let name = plain(text(workload, "name").unwrap_or(key));
    let message = format!(
        "{kind} {name} in namespace {namespace} of {} {is}",
        look.title()
    );
    RULE.finding(message).of(part(key)).help(format!(
        "kubectl describe {kind} {name} --namespace {namespace}, and kubectl get events --namespace {namespace}"
    ))
}
