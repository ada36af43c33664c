//! A PersistentVolumeClaim that has no volume.

use crate::backups::text;
use crate::kube::{all, young};
use crate::look::part;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use graph::observation::plain;
use model::fact::FactKind;
use model::kleene::Reason;

const KIND: FactKind = FactKind::KubeClaim;

pub const RULE: Rule = Rule {
    id: "kube-claim-unbound",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A PersistentVolumeClaim of Kubernetes has no volume, or has lost it.",
    rationale: "A pod whose claim is not bound does not start. A claim that has lost its volume has lost its data, unless that is somewhere else.",
    example: "clusters: {k8s: {kind: k3s, members: [m1], api: {…}}}   # and kubectl get pvc -A says: shop data-db-0 Pending",
    controls: &["NIST CSF 2.0 PR.IR-04", "ISO 27001:2022 A.8.6"],
    mend: Mend::None("which volume is meant is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        look.unseen(&RULE, KIND, "has other claims without a volume", out);
        for (key, claim) in look.items(KIND) {
            let what = format!("has a volume for claim {}", plain(key));
            let namespace = plain(text(claim, "namespace").unwrap_or_default());
            let name = plain(text(claim, "name").unwrap_or(key));
            let shown = format!("claim {name} in namespace {namespace} of {}", look.title());
            let d = match text(claim, "phase") {
                Some("Bound") => continue,
                Some("Lost") => RULE.with(Severity::Error, format!("{shown} has lost its volume")),
                Some("Pending") => match young(&look, claim) {
                    None => RULE.finding(format!("{shown} has no volume")),
                    Some(why) => {
                        look.unknown(&RULE, KIND, &what, &Reason::new(why), out);
                        continue;
                    }
                },
                Some(_) | None => {
                    look.untold(&RULE, KIND, &what, out);
                    continue;
                }
            };
            let d = match text(claim, "class") {
                Some(class) => d.note(format!("of storage class {}", plain(class))),
                None => d.note("of no storage class"),
            };
            let d = d.of(part(key)).help(format!(
                "kubectl describe pvc {name} --namespace {namespace} says why; some classes wait until a pod uses the claim"
            ));
            out.add(look.object.clone(), look.dated(d, KIND, key));
        }
    }
}
