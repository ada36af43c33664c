//! Nobody said what the data is worth.

use crate::context::dataset;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::service::{Service, ServiceData};
use model::lab::{DataClass, Dataset, Lab};

pub(crate) const RULE: Rule = Rule {
    id: "svc-no-tier",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A dataset has no class or no tier, or a service that keeps data has none.",
    rationale: "The class says what a loss would mean, the tier how much may be lost and how long it may be away. Without them nobody can say whether a backup is too rare or a restore too slow, and nothing can be proven. Scratch data needs no tier, and a dataset takes \
        them from its service.",
    example: "datasets: {photos: {host: nas, folder: /srv/photos}}",
    controls: &[
        "CIS v8 3.7",
        "NIST CSF 2.0 ID.AM-05",
        "ISO 27001:2022 A.5.12",
    ],
    mend: Mend::DisplayOnly("how much it matters is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    for (name, data) in &lab.datasets {
        let service = data.about.service.known().map(|s| s.name());
        let service = service.and_then(|s| lab.services.get(s));
        let class = data.class.known().copied();
        let entry = service.and_then(|s| entry(s, name));
        let class = class.or_else(|| entry.and_then(|e| e.class.known().copied()));
        let tiered = data.tier.is_some() || service.is_some_and(|s| s.tier.is_some());
        if let Some(missing) = missing(class, tiered) {
            out.add(
                dataset(name),
                of_dataset(lab, name, data, (missing, class, tiered)),
            );
        }
    }
    for (name, service) in &lab.services {
        if let Some(d) = of_service(lab, name, service) {
            out.add(ObjectRef::new(Kind::Service, name), d);
        }
    }
}

fn entry<'a>(service: &'a Service, dataset: &str) -> Option<&'a ServiceData> {
    let mut all = service.data.values();
    all.find(|d| d.dataset.known().is_some_and(|r| r.name() == dataset))
}

fn missing(class: Option<DataClass>, tiered: bool) -> Option<&'static str> {
    match (class, tiered) {
        (Some(DataClass::Scratch), _) | (Some(_), true) => None,
        (None, false) => Some("class and tier"),
        (None, true) => Some("class"),
        (Some(_), false) => Some("tier"),
    }
}

const CLASS: &str = "add 'class: irreplaceable', 'important', 'replaceable' or 'scratch'";

fn add_tier(lab: &Lab) -> String {
    let tiers: Vec<&str> = lab.tiers.keys().map(String::as_str).collect();
    match tiers.is_empty() {
        true => "declare a tier with 'rto' and 'rpo' and name it with 'tier: …'".to_owned(),
        false => format!("add 'tier: …'; declared are {}", tiers.join(", ")),
    }
}

fn of_dataset(
    lab: &Lab,
    name: &str,
    data: &Dataset,
    (missing, class, tiered): (&str, Option<DataClass>, bool),
) -> Diagnostic {
    let mut d = RULE
        .finding(format!("dataset '{name}' has no {missing}"))
        .at(data.span, format!("no {missing}"));
    if class.is_none() {
        d = d.help(CLASS);
    }
    if !tiered {
        d = d.help(add_tier(lab));
    }
    d
}

/// A service that keeps data of its own.
fn of_service(lab: &Lab, name: &str, service: &Service) -> Option<Diagnostic> {
    if !service.is_running() || service.data.is_empty() {
        return None;
    }
    let class = |d: &ServiceData| {
        let of = d.dataset.known().and_then(|r| lab.datasets.get(r.name()));
        let of = of.and_then(|d| d.class.known().copied());
        d.class.known().copied().or(of)
    };
    let bare: Vec<_> = service
        .data
        .iter()
        .filter(|(_, d)| class(d).is_none())
        .collect();
    let scratch = service
        .data
        .values()
        .all(|d| class(d) == Some(DataClass::Scratch));
    // Datasets that are linked may have tiers of their own.
    let linked = service.data.values().all(|d| {
        let of = d.dataset.known().and_then(|r| lab.datasets.get(r.name()));
        of.is_some_and(|d| d.tier.is_some())
    });
    let tiered = service.tier.is_some() || scratch || linked;
    let names: Vec<String> = bare.iter().map(|(key, _)| format!("'{}'", key.0)).collect();
    let has = if names.len() == 1 { "has" } else { "have" };
    let names = names.join(" and ");
    let message = match (tiered, bare.is_empty()) {
        (true, true) => return None,
        (false, true) => format!("service '{name}' keeps data and has no tier"),
        (true, false) => format!("{names} of service '{name}' {has} no class"),
        (false, false) => {
            format!("service '{name}' keeps data and has no tier, and {names} {has} no class")
        }
    };
    let span = bare.first().map_or(service.span, |(_, d)| d.span);
    let mut d = RULE.finding(message);
    d = match tiered {
        true => d.at(span, "no class"),
        false => d.at(service.span, "no tier"),
    };
    d = d.note(format!(
        "bodies of data: {}, with a class: {}",
        service.data.len(),
        service.data.len() - bare.len()
    ));
    if !bare.is_empty() {
        d = d.help(CLASS);
    }
    if !tiered {
        d = d.help(add_tier(lab));
    }
    Some(d)
}
