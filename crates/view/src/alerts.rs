//! What rings, where it rings, and what is asked from outside.

use crate::{Cell, Sheet};
use graph::standing::away;
use model::declare::About;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::apart::Role;
use model::lab::watch::Alert;
use std::collections::BTreeMap;

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    vec![alerts(lab), channels(lab), probes(lab)]
}

fn alerts(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "alerts",
        &[
            "ALERT",
            "ABOUT",
            "RINGS WHEN",
            "FOR",
            "SEVERITY",
            "WHERE",
            "BEGIN WITHIN",
        ],
    );
    let silent = silent(lab);
    for (name, alert) in &lab.alerts {
        let there = alert.route.iter().map(|c| c.value.name().to_owned());
        let away = silent.get(name.as_str()).into_iter().flatten().cloned();
        sheet.row([
            Cell::declared(name),
            Cell::list(alert.about.iter().map(|about| said(lab, &about.value))),
            condition(alert),
            Cell::of(&alert.r#for),
            Cell::with(&alert.severity, |s| s.word().to_owned()),
            Cell::list(there.chain(away)),
            Cell::of(&alert.response),
        ]);
    }
    sheet
}

/// Channels that are not in use, by the alerts that were to ring there: `mail (planned)`.
fn silent(lab: &Lab) -> BTreeMap<&str, Vec<String>> {
    let mut out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let lacks = lab.apart.lacks.iter();
    for lack in lacks.filter(|l| l.role == Role::Channel) {
        let of = out.entry(&lack.of.name).or_default();
        of.extend(away(lab, &lack.on).map(|status| marked(&lack.on.name, Some(status))));
    }
    out
}

/// `mail (planned)`.
fn marked(name: &str, status: Option<&str>) -> String {
    match status {
        Some(status) => format!("{name} ({status})"),
        None => name.to_owned(),
    }
}

/// `disk > 80%`.
fn condition(alert: &Alert) -> Cell {
    let metric = Cell::of(&alert.metric);
    let bounds = [(">", Cell::of(&alert.above)), ("<", Cell::of(&alert.below))];
    let bounds = bounds.into_iter().filter(|(_, c)| !c.text.is_empty());
    let texts: Vec<String> = bounds
        .map(|(sign, c)| format!("{sign} {}", c.text))
        .collect();
    match (metric.text.is_empty(), texts.is_empty()) {
        (true, true) => metric,
        (_, true) => metric,
        (true, false) => Cell::declared(texts.join(" or ")),
        (false, false) => Cell::declared(format!("{} {}", metric.text, texts.join(" or "))),
    }
}

fn said<const SET: u64>(lab: &Lab, about: &About<SET>) -> String {
    match about {
        About::Ref(on) => marked(&on.to_string(), away(lab, &on.0.object)),
        About::Text(text) => text.clone(),
    }
}

/// Of the address of a web hook only where it leads: whoever knows the rest may ring.
fn without_path(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return diag::hide(address);
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let more = if rest.len() > host.len() { "/…" } else { "" };
    format!("{scheme}://{host}{more}")
}

fn channels(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("channels", &["CHANNEL", "KIND", "TO", "VIA", "ALERTS"]);
    let mut rings: BTreeMap<&str, usize> = BTreeMap::new();
    for channel in lab.alerts.values().flat_map(|a| &a.route) {
        *rings.entry(channel.value.name()).or_default() += 1;
    }
    for (name, channel) in lab.channels.iter().chain(&lab.apart.channels) {
        let status = away(lab, &ObjectRef::new(Kind::Channel, name));
        sheet.row([
            Cell::declared(marked(name, status)),
            Cell::with(&channel.kind, |k| k.word().to_owned()),
            Cell::with(&channel.to, |to| without_path(&said(lab, to))),
            Cell::of(&channel.via),
            Cell::computed(rings.get(name.as_str()).copied().unwrap_or_default()),
        ]);
    }
    sheet
}

fn probes(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("probes", &["PROBE", "OF", "EVERY", "FROM", "ASKS"]);
    for (name, probe) in lab.probes.iter().chain(&lab.apart.probes) {
        let status = away(lab, &ObjectRef::new(Kind::Probe, name));
        sheet.row([
            Cell::declared(marked(name, status)),
            Cell::of(&probe.of),
            Cell::of(&probe.every),
            Cell::of(&probe.from),
            Cell::of(&probe.url),
        ]);
    }
    sheet
}
