//! A product on a system that it does not support.

use crate::origin::cite;
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::declare::{Given, Known, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::knowledge::Product;
use model::lab::guest::ClusterKind;
use std::collections::BTreeSet;

pub(crate) const RULE: Rule = Rule {
    id: "plat-support",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A product is to run on an operating system that it does not support.",
    rationale: "On a system that its makers do not support, a product may not start, or fail with nobody to ask. What a product runs on \
        comes from the table of facts, with where it stands and when it was looked up.",
    example: "clusters: {k8s: {kind: k3s, workers: [desk]}}   # and 'desk' runs Windows 10",
    controls: &["NIST CSF 2.0 ID.AM-02", "ISO 27001:2022 A.8.9"],
    mend: Mend::None("another system or another place is a decision"),
    run,
};

/// A product on a machine.
struct Use<'a> {
    object: ObjectRef,
    words: String,
    product: &'a Product,
    machine: (Kind, &'a str),
    span: Span,
    /// What of it is assumed.
    assumed: Vec<String>,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut uses = clusters(ctx);
    uses.extend(services(ctx));
    for used in uses {
        let (kind, machine) = used.machine;
        let Some(system_of) = system(ctx, kind, machine) else {
            continue;
        };
        let (os, at) = (system_of.name, system_of.span);
        let Some((key, system, _)) = ctx.knowledge.named_with_version(os) else {
            continue;
        };
        let base = used.product.based_on.known();
        let base = base.and_then(|b| ctx.knowledge.products.get(&b.0));
        let says = [Some(used.product), base].into_iter().flatten();
        let hit = says
            .filter_map(|p| Some((p, p.platform.as_ref()?)))
            .find(|(_, platform)| platform.not.iter().any(|n| n.value.0 == key));
        let Some((from, platform)) = hit else {
            continue;
        };
        let message = format!(
            "{} {}, which does not run on {}",
            used.words,
            used.product.title(),
            system.title()
        );
        let mut d = RULE
            .finding(message)
            .at(used.span, format!("on {} '{machine}'", kind.word()))
            .and_at(at, format!("its system: {os}"));
        let assumed: Vec<&str> = used
            .assumed
            .iter()
            .map(String::as_str)
            .chain(system_of.assumed.as_deref())
            .collect();
        if !assumed.is_empty() {
            d = d.note(format!("assumed: {}", assumed.join("; ")));
        }
        let mut d = cite(
            d,
            &from.origin(&platform.source, &platform.checked),
            ctx.today,
        );
        if let Some(wants) = platform.wants.known() {
            d = d.help(format!("it wants {}", wants.0));
        }
        out.add(used.object, d);
    }
}

/// The system of a machine, and where it is declared.
struct System<'a> {
    name: &'a str,
    span: Span,
    assumed: Option<String>,
}

fn system<'a>(ctx: &Context<'a>, kind: Kind, name: &str) -> Option<System<'a>> {
    let what = format!("the system of {} '{name}'", kind.word());
    Some(match kind {
        Kind::Host => {
            let os = ctx.lab.hosts.get(name)?.os.as_ref()?;
            System {
                name: os.value()?.as_str(),
                span: os.span,
                assumed: assumed(&what, os),
            }
        }
        _ => {
            let os = ctx.lab.guests.get(name)?.os.as_ref()?;
            System {
                name: os.value()?.0.as_str(),
                span: os.span,
                assumed: assumed(&what, os),
            }
        }
    })
}

/// A value that is assumed, with what that rests on.
fn assumed<T>(what: &str, given: &Given<T>) -> Option<String> {
    match &given.known {
        Known::Assumed { why: Some(why), .. } => Some(format!("{what} ({})", why.0)),
        Known::Assumed { why: None, .. } => Some(what.to_owned()),
        _ => None,
    }
}

fn clusters<'a>(ctx: &Context<'a>) -> Vec<Use<'a>> {
    let mut out: Vec<Use<'a>> = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, cluster) in &ctx.lab.clusters {
        let key = match cluster.kind.known() {
            Some(ClusterKind::Proxmox) => "proxmox-ve",
            Some(ClusterKind::K3s) => "k3s",
            Some(ClusterKind::Rke2) => "rke2",
            Some(ClusterKind::Kubernetes) => "kubernetes",
            _ => continue,
        };
        let Some(product) = ctx.knowledge.products.get(key) else {
            continue;
        };
        let roles = [&cluster.masters, &cluster.workers, &cluster.members];
        for member in roles.into_iter().flatten() {
            let machine = (member.value.kind(), member.value.name());
            let object = ObjectRef::new(Kind::Cluster, name);
            if !seen.insert((name, machine)) {
                continue;
            }
            out.push(Use {
                object,
                words: format!("'{}' is in cluster '{name}' of", machine.1),
                product,
                machine,
                span: member.span,
                assumed: cluster
                    .kind
                    .iter()
                    .filter_map(|k| assumed(&format!("the kind of cluster '{name}'"), k))
                    .collect(),
            });
        }
    }
    out
}

fn services<'a>(ctx: &Context<'a>) -> Vec<Use<'a>> {
    let mut out = Vec::new();
    for (name, service) in &ctx.lab.services {
        let image = service
            .image
            .known()
            .map(|i| model::compose::Image::parse(i));
        let product = match &image {
            Some(image) => ctx.knowledge.of_image(&image.name),
            None => ctx.knowledge.named(name),
        };
        let Some((_, product)) = product else {
            continue;
        };
        for runs in service.runs.iter() {
            let where_to = format!("where service '{name}' runs");
            let host = runs
                .host
                .as_ref()
                .and_then(|h| Some((Kind::Host, h.value()?.name(), h.span, assumed(&where_to, h))));
            let guest = runs.guest.as_ref().and_then(|g| {
                Some((
                    Kind::Guest,
                    g.value()?.name(),
                    g.span,
                    assumed(&where_to, g),
                ))
            });
            let image = service
                .image
                .as_ref()
                .and_then(|i| assumed(&format!("the image of service '{name}'"), i));
            out.extend(host.or(guest).map(|(kind, machine, span, place)| Use {
                assumed: image.clone().into_iter().chain(place).collect(),
                object: ObjectRef::new(Kind::Service, name),
                words: format!("service '{name}' is"),
                product,
                machine: (kind, machine),
                span,
            }));
        }
    }
    out
}
