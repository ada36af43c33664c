//! One attribute is declared with two values.

use crate::attributes::{Field, differing};
use crate::claims::text;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{Given, Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use std::collections::BTreeMap;
use std::fmt::Display;

pub(crate) const RULE: Rule = Rule {
    id: "inv-same-attr",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "One attribute of one thing is declared, or claimed, with two values.",
    rationale: "An inventory has one place for each fact. Where there are two, one of them is out of date, and somebody will act \
        on the wrong one: at night, from a printed page.",
    example: "claims: [{text: a, metric: uptime, value: 99%}, {text: b, metric: uptime, value: 90%}]",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None("which of the two values is right is known only where it was read"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (about, d) in differing(ctx.lab, Field::Other, &|m| RULE.finding(m)) {
        out.add_about(about, d);
    }
    words(ctx.lab, out);
    objectives(ctx.lab, out);
    data(ctx.lab, out);
    versions(ctx.lab, out);
    places(ctx.lab, out);
}

/// Two values with their places.
fn pair<T: PartialEq + Display>(what: &str, a: (&T, Span), b: (&T, Span)) -> Option<Diagnostic> {
    (a.0 != b.0).then(|| {
        RULE.finding(format!("{what} is declared as {} and as {}", a.0, b.0))
            .at(b.1, "here another")
            .and_at(a.1, "here one")
            .note(format!(
                "values of one attribute: {}, {}; allowed: 1",
                a.0, b.0
            ))
            .help("find out which is right, and say it once")
    })
}

fn both<T: PartialEq + Display>(what: &str, a: &Opt<T>, b: &Opt<T>) -> Option<Diagnostic> {
    let known = |g: &Given<T>| g.value().is_some();
    let (a, b) = (
        a.as_ref().filter(|g| known(g))?,
        b.as_ref().filter(|g| known(g))?,
    );
    pair(what, (a.value()?, a.span), (b.value()?, b.span))
}

/// Claims of one metric in words.
fn words(lab: &Lab, out: &mut Findings) {
    let mut seen: BTreeMap<(String, Option<ObjectRef>), (String, Span)> = BTreeMap::new();
    for claim in &lab.claims {
        let (Some(metric), Some(value)) = (claim.metric.known(), claim.value.as_ref()) else {
            continue;
        };
        let Some(said) = value.value().map(text) else {
            continue;
        };
        if crate::figure::Figure::parse(&said).is_some() {
            continue;
        }
        let (metric, about) = (
            crate::claims::words(&text(metric)),
            crate::claims::about(claim),
        );
        match seen.get(&(metric.clone(), about.clone())) {
            Some((first, span)) => {
                let what = format!("'{metric}' of {}", crate::claims::subject(about.as_ref()));
                if let Some(d) = pair(&what, (first, *span), (&said, value.span)) {
                    out.add_about(about, d);
                }
            }
            None => {
                seen.insert((metric, about), (said, value.span));
            }
        }
    }
}

/// A tier's objective, and the objective that the list of objectives has for it.
fn objectives(lab: &Lab, out: &mut Findings) {
    for slo in &lab.slos {
        let Some(tier) = slo.tier.known().map(|t| t.name()) else {
            continue;
        };
        let Some(bundle) = lab.tiers.get(tier) else {
            continue;
        };
        // With planned downtime and without it are two objectives.
        let how = crate::error_budget::planned;
        let said = slo.planned.is_some() && how(&slo.planned) != how(&bundle.about.planned);
        if said {
            continue;
        }
        let what = format!("the objective of tier '{tier}'");
        let d = both(&what, &bundle.about.slo, &slo.target);
        d.into_iter()
            .for_each(|d| out.add(ObjectRef::new(Kind::Tier, tier), d));
    }
}

/// Data of a service that is a dataset with values of its own.
fn data(lab: &Lab, out: &mut Findings) {
    let uses = uses(lab);
    for (service, declared) in &lab.services {
        for (name, data) in &declared.data {
            let Some(key) = data.dataset.known().map(|d| d.name()) else {
                continue;
            };
            let Some(dataset) = lab.datasets.get(key) else {
                continue;
            };
            // Where several have their data in one dataset, each part of it may differ from the whole.
            if uses.get(key).is_some_and(|n| *n > 1) {
                continue;
            }
            let object = ObjectRef::new(Kind::Dataset, key);
            let what = |w: &str| {
                format!(
                    "the {w} of dataset '{key}' ('{}' of service '{service}')",
                    name.0
                )
            };
            let class = data.class.as_ref().and_then(|g| Some((g.value()?, g.span)));
            let own = dataset
                .class
                .as_ref()
                .and_then(|c| Some((c.value()?, c.span)));
            let class = own.zip(class).and_then(|(a, b)| pair(&what("class"), a, b));
            let all = [
                class,
                both(&what("size"), &dataset.about.size, &data.size),
                both(
                    &what("rate of change"),
                    &dataset.about.changes,
                    &data.changes,
                ),
                both(&what("pool"), &dataset.about.pool, &data.on),
            ];
            all.into_iter()
                .flatten()
                .for_each(|d| out.add(object.clone(), d));
        }
    }
}

/// How many bodies of data are parts of each dataset.
fn uses(lab: &Lab) -> BTreeMap<&str, usize> {
    let mut out = BTreeMap::new();
    let all = lab.services.values().flat_map(|s| s.data.values());
    for name in all.filter_map(|d| Some(d.dataset.known()?.name())) {
        *out.entry(name).or_default() += 1;
    }
    out
}

/// A cluster's version, and those of its hosts.
fn versions(lab: &Lab, out: &mut Findings) {
    for (name, cluster) in &lab.clusters {
        for member in &cluster.members {
            let host = lab
                .hosts
                .get(member.value.name())
                .filter(|_| member.value.kind() == Kind::Host);
            let proxmox = host.filter(|h| h.os.known().is_some_and(|o| o.starts_with("proxmox")));
            let what = format!(
                "the version of cluster '{name}' and its member '{}'",
                member.value.name()
            );
            let d = proxmox.and_then(|h| both(&what, &cluster.version, &h.about.version));
            d.into_iter()
                .for_each(|d| out.add(ObjectRef::new(Kind::Cluster, name), d));
        }
    }
}

/// A repository's place, and that of the host that holds it.
fn places(lab: &Lab, out: &mut Findings) {
    for (name, store) in &lab.repositories {
        let host = store.on.known().and_then(|h| lab.hosts.get(h));
        let site = host.and_then(|h| h.site.as_ref());
        let Some((site, span)) = site.and_then(|s| Some((s.value()?, s.span))) else {
            continue;
        };
        let Some(own) = store
            .about
            .site
            .as_ref()
            .and_then(|g| Some((g.value()?.name().to_owned(), g.span)))
        else {
            continue;
        };
        let d = pair(
            &format!("the site of repository '{name}'"),
            (site, span),
            (&own.0, own.1),
        );
        d.into_iter()
            .for_each(|d| out.add(ObjectRef::new(Kind::Repository, name), d));
    }
}
