//! A kubelet that is too far from its API server.

use crate::backups::text;
use crate::kube::all;
use crate::look::{Look, part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::observation::plain;
use model::fact::{FactKind, Seen};
use model::value::Value;

const KIND: FactKind = FactKind::KubeNode;

pub const RULE: Rule = Rule {
    id: "kube-version-skew",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A kubelet is newer than its API server, or more than three minor versions older (two, before 1.25).",
    rationale: "The project's version skew policy allows no kubelet that is newer than the API server, and none that is older than that. What lies outside of it is tried by nobody: such a node may lose pods, or not come back after its next start.",
    example: "clusters: {k8s: {kind: k3s, members: [m1, w1], api: {…}}}   # and the API server is v1.33.4, the kubelet of w1 v1.29.1",
    controls: &[
        "CIS v8 12.1",
        "NIST CSF 2.0 ID.AM-08",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("an upgrade is a change of its own"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for look in all(ctx) {
        let kind = FactKind::KubeCluster;
        let what = "has kubelets that fit its API server";
        let told = match look.seen(kind, "version") {
            Seen::Present(Value::Text(told)) => told,
            Seen::Unknown(reason) => {
                look.unknown(&RULE, kind, what, &reason, out);
                continue;
            }
            Seen::Present(_) | Seen::Absent => {
                look.untold(&RULE, kind, what, out);
                continue;
            }
        };
        let Some(server) = minor(&told) else {
            look.untold(&RULE, kind, what, out);
            continue;
        };
        look.unseen(&RULE, KIND, "has other kubelets that are too old", out);
        for (name, node) in look.items(KIND) {
            if let Some(d) = one(&look, (&told, server), name, node, out) {
                let d = look.dated(d.of(part(name)), KIND, name);
                out.add(look.object.clone(), d);
            }
        }
    }
}

fn one(
    look: &Look<'_, '_>,
    (told, server): (&str, (u32, u32)),
    name: &str,
    node: &Value,
    out: &mut Findings,
) -> Option<Diagnostic> {
    let said = text(node, "kubelet");
    let Some((said, own)) = said.and_then(|k| Some((k, minor(k)?))) else {
        let what = format!(
            "has a kubelet on node {} that fits its API server",
            plain(name)
        );
        look.untold(&RULE, KIND, &what, out);
        return None;
    };
    let most = if own < (1, 25) { 2 } else { 3 };
    let behind = server.1.saturating_sub(own.1);
    let is = if own > server {
        "is newer than its API server".to_owned()
    } else if own.0 != server.0 || behind > most {
        format!("is {behind} minor versions older than its API server")
    } else {
        return None;
    };
    let message = format!(
        "the kubelet of node {} of {} {is}",
        plain(name),
        look.title()
    );
    let d = RULE.finding(message).note(format!(
        "kubelet {}, API server {}; at most {most} minor versions older is supported",
        plain(said),
        plain(told)
    ));
    Some(d.help("bring the control plane to the newer version first, one minor version at a time, then the nodes"))
}

/// `v1.33.4+k3s1` is `(1, 33)`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?;
    let end = minor.find(|c: char| !c.is_ascii_digit());
    let digits = minor.get(..end.unwrap_or(minor.len()))?;
    Some((major, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn minor_versions_of_all_makers() {
        let rows = [
            ("v1.33.4+k3s1", Some((1, 33))),
            ("v1.20.2", Some((1, 20))),
            ("1.31.1-eks-a737599", Some((1, 31))),
            ("v1.27+", Some((1, 27))),
            ("v1", None),
            ("", None),
            ("v1.x", None),
        ];
        for (text, expected) in rows {
            assert_eq!(super::minor(text), expected, "{text}");
        }
    }
}
