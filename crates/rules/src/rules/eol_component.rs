//! A program that gets no more fixes.

use crate::lifecycle::{Life, of, say};
use crate::{Context, Findings, Mend, Rule};
use diag::{Severity, Span};
use model::compose::Image;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::knowledge::Product;
use model::lab::guest::ClusterKind;
use model::lab::service::Status;

pub(crate) const RULE: Rule = Rule {
    id: "eol-component",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A cluster, service, job or container image is out of support, or its project was given up.",
    rationale: "What nobody maintains collects known weaknesses, and stops working when what is around it moves on. That \
        holds for what is planned, too: it is cheapest to replace before it is built.",
    example: "services: {logs: {image: grafana/promtail, version: 3.4}}",
    controls: &[
        "CIS v8 2.2",
        "NIST CSF 2.0 ID.AM-08",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("an upgrade is a change of its own"),
    run,
};

/// Something that is a product of the table.
struct Part<'a> {
    object: ObjectRef,
    /// `cluster 'main' is`, `container 'db' of stack 'wiki' runs`.
    words: String,
    product: &'a Product,
    version: Option<String>,
    span: Span,
}

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let mut parts = clusters(ctx);
    parts.extend(services(ctx));
    parts.extend(jobs(ctx));
    parts.extend(containers(ctx));
    for part in parts {
        let base = part.product.based_on.known();
        let base = base.and_then(|b| ctx.knowledge.products.get(&b.0));
        let life = of(part.product, base, part.version.as_deref(), ctx.today);
        if let Some(said) = say(&life, part.product, base, ctx.today) {
            let label = match life {
                Life::Soon(..) => "ends soon",
                Life::Extended(..) => "extended support only",
                _ => "no more fixes",
            };
            let message = format!("{} {}", part.words, said.text);
            let d = RULE.with(said.severity, message).at(part.span, label);
            let mut d = said.notes(d, ctx.today);
            let ended = part.product.ended.as_ref();
            if let Some(how) = ended.and_then(|e| e.how.known()) {
                d = d.note(how.0.clone());
            }
            d = d.help(match ended.and_then(|e| e.instead.known()) {
                Some(instead) => format!("use {}", instead.0),
                None => "move to a release that is supported, after a backup".to_owned(),
            });
            out.add(part.object, d);
        } else if let (Life::UnknownRelease, Some(version)) = (life, part.version) {
            let title = part.product.title();
            let message = format!(
                "how long {title} {version} is supported: the table of facts has no such release"
            );
            out.add(part.object, RULE.unknown(message).at(part.span, ""));
        }
    }
}

fn clusters<'a>(ctx: &Context<'a>) -> Vec<Part<'a>> {
    let product = |kind: &ClusterKind| match kind {
        ClusterKind::Proxmox => Some("proxmox-ve"),
        ClusterKind::K3s => Some("k3s"),
        ClusterKind::Rke2 => Some("rke2"),
        ClusterKind::Kubernetes => Some("kubernetes"),
        ClusterKind::Ceph | ClusterKind::Swarm => None,
    };
    let part = |(name, cluster): (&'a String, &'a model::lab::guest::Cluster)| {
        let key = cluster.kind.known().and_then(product)?;
        let version = cluster.version.as_ref()?;
        Some(Part {
            object: ObjectRef::new(Kind::Cluster, name),
            words: format!("cluster '{name}' runs"),
            product: ctx.knowledge.products.get(key)?,
            version: version.value().cloned(),
            span: version.span,
        })
    };
    ctx.lab.clusters.iter().filter_map(part).collect()
}

fn services<'a>(ctx: &Context<'a>) -> Vec<Part<'a>> {
    let part = |(name, service): (&'a String, &'a model::lab::service::Service)| {
        if service.status.known() == Some(&Status::Retired) {
            return None;
        }
        let image = service.image.known().map(|i| Image::parse(i));
        let by_image = image.as_ref().and_then(|i| ctx.knowledge.of_image(&i.name));
        let (_, product) = match &image {
            Some(_) => by_image?,
            None => ctx.knowledge.named(name)?,
        };
        if is_seen_in_stack(ctx, service, product) {
            return None;
        }
        let tag = image.and_then(|i| i.tag);
        let place = service.version.as_ref().map(|v| v.span);
        let place = place.or(service.image.as_ref().map(|i| i.span));
        let planned = service.status.known() == Some(&Status::Planned);
        let is = if planned { "is planned to be" } else { "is" };
        Some(Part {
            object: ObjectRef::new(Kind::Service, name),
            words: format!("service '{name}' {is}"),
            product,
            version: service.version.known().cloned().or(tag),
            span: place.unwrap_or(service.span),
        })
    };
    ctx.lab.services.iter().filter_map(part).collect()
}

/// The Compose file of its stack says which version runs, and is judged itself.
fn is_seen_in_stack(
    ctx: &Context<'_>,
    service: &model::lab::service::Service,
    product: &Product,
) -> bool {
    let stacks = service.runs.iter().filter_map(|r| r.stack.known());
    let stacks: Vec<&str> = stacks.map(|s| s.name()).collect();
    ctx.containers().any(|c| {
        let same = c
            .product(ctx)
            .is_some_and(|(_, p)| std::ptr::eq(p, product));
        same && stacks.contains(&c.stack)
    })
}

fn jobs<'a>(ctx: &Context<'a>) -> Vec<Part<'a>> {
    let part = |(name, job): (&'a String, &'a model::lab::protection::Job)| {
        let tool = job.tool.as_ref()?;
        let (_, product) = ctx.knowledge.named(&tool.value()?.to_lowercase())?;
        Some(Part {
            object: ObjectRef::new(Kind::Job, name),
            words: format!("job '{name}' is done by"),
            product,
            version: None,
            span: tool.span,
        })
    };
    ctx.lab.jobs.iter().filter_map(part).collect()
}

fn containers<'a>(ctx: &Context<'a>) -> Vec<Part<'a>> {
    let part = |container: crate::containers::Container<'a>| {
        let image = container.service.image.as_ref()?;
        let (_, product) = container.product(ctx)?;
        // A tag without a number says nothing; that is for img-pin.
        let numbered = |t: &&String| {
            t.trim_start_matches('v')
                .starts_with(|c: char| c.is_ascii_digit())
        };
        let tag = image.value.tag.as_ref().filter(numbered);
        Some(Part {
            object: container.object(),
            words: format!("{} runs", container.title()),
            product,
            version: tag
                .filter(|_| container.project.is_settled(image.span))
                .cloned(),
            span: image.span,
        })
    };
    ctx.containers().filter_map(part).collect()
}
