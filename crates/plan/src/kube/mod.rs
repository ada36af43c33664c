//! What a Kubernetes cluster tells against what is declared: its version and nodes, the namespaces of the stacks on it, and the workloads of
//! services that run there. Ways in are those of [`ways`]. Whether anything is ready is judged by rules. Nothing is planned from this.

mod answers;
mod apps;
mod nodes;
mod ways;

use crate::difference::Telling;
use crate::interface::{By, Interface, compared, silence};
use crate::{Context, Difference, How};
use apps::{App, apps};
use diag::Span;
use model::declare::{Opt, OptExt as _};
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::guest::{Cluster, Extent};
use model::value::Value;

pub use nodes::machines_of;
pub use ways::ways;

/// The differences of every cluster that was asked.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    let asked = |by: &By<'_>| matches!(by, By::Kubernetes(_));
    compared(ctx, asked, |interface, facts, out| {
        Comparing {
            ctx,
            interface,
            cluster: cluster(ctx.lab, &interface.object),
            facts,
            out,
        }
        .run();
    })
}

/// The declaration of a cluster; a machine that is asked by itself has none.
fn cluster<'a>(lab: &'a Lab, object: &ObjectRef) -> Option<&'a Cluster> {
    let own = (object.kind == Kind::Cluster).then_some(&object.name)?;
    lab.clusters.get(own)
}

struct Comparing<'a> {
    ctx: &'a Context<'a>,
    interface: &'a Interface<'a>,
    cluster: Option<&'a Cluster>,
    facts: &'a TargetFacts,
    out: Telling<'a>,
}

impl<'a> Comparing<'a> {
    fn run(&mut self) {
        let span = self.cluster.map(|c| c.span);
        if let Some(seen) = silence(self.facts) {
            let path = FactPath::new(FactKind::KubeCluster, "*");
            return self
                .out
                .tell(path, How::Unknown, "what it tells", &seen, span);
        }
        self.version();
        if let Some(cluster) = self.cluster {
            self.nodes(cluster);
        }
        let apps: Vec<App<'a>> = apps(self.ctx.lab, &self.interface.object, self.facts);
        self.namespaces(&apps);
        self.workloads(&apps);
    }

    fn extent(&self, of: impl Fn(&'a Cluster) -> Option<&'a Opt<Extent>>) -> Extent {
        let said = self.cluster.and_then(of).and_then(|e| e.known());
        said.copied().unwrap_or(Extent::Exactly)
    }

    fn version(&mut self) {
        let given = self.cluster.and_then(|c| c.version.as_ref());
        let declared = self.cluster.and_then(|c| c.version.known());
        let Some((declared, given)) = declared.zip(given) else {
            return;
        };
        let path = FactPath::new(FactKind::KubeCluster, "version");
        let said = format!("version {declared}");
        let seen = self.facts.seen(&path);
        let (how, seen) = match seen.value().and_then(Value::as_text) {
            Some(told) if is_of(told, declared) => return,
            Some(told) => (How::Differs, told.to_owned()),
            None => (How::Unknown, self.unknown(path.kind)),
        };
        self.out.tell(path, how, &said, &seen, Some(given.span));
    }

    /// `unknown (REASON)`.
    fn unknown(&self, kind: FactKind) -> String {
        let why = self.facts.gap(kind);
        format!("unknown ({})", why.as_deref().unwrap_or("it was not told"))
    }

    /// A list that may lack something is told once.
    fn partial(&mut self, kind: FactKind, said: &str) {
        if self.facts.gap(kind).is_some() {
            let (path, seen) = (FactPath::new(kind, "*"), self.unknown(kind));
            self.out.tell(path, How::Unknown, said, &seen, None);
        }
    }

    /// What is declared and not in a list.
    fn lacking(&mut self, kind: FactKind, key: &str, said: &str, span: Span) {
        let path = FactPath::new(kind, key);
        let (how, seen) = match self.facts.gap(kind) {
            None => (How::Missing, "absent".to_owned()),
            Some(_) => (How::Unknown, self.unknown(kind)),
        };
        self.out.tell(path, how, said, &seen, Some(span));
    }
}

/// `v1.33.4+k3s1` is of `1.33`, `v1.33` and `1.33.4`, and not of `1.3`.
fn is_of(told: &str, declared: &str) -> bool {
    let bare = |text: &'_ str| text.trim_start_matches('v').to_owned();
    let (told, declared) = (bare(told), bare(declared));
    let rest = told.strip_prefix(&declared);
    rest.is_some_and(|r| r.is_empty() || r.starts_with(['.', '+', '-']))
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

fn texts<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    match value.field(field) {
        Some(Value::List(list)) => list.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_release_is_of_its_minor_version_and_of_no_other() {
        let rows = [
            ("v1.33.4+k3s1", "1.33", true),
            ("v1.33.4+k3s1", "v1.33.4", true),
            ("v1.33.4+k3s1", "v1.33.4+k3s1", true),
            ("v1.33.4+k3s1", "1.3", false),
            ("v1.33.4", "1.34", false),
            ("v1.33.4", "1.33.4+k3s1", false),
        ];
        for (told, declared, expected) in rows {
            assert_eq!(super::is_of(told, declared), expected, "{told} {declared}");
        }
    }
}
