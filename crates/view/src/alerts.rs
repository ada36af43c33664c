//! What rings, where it rings, and what is asked from outside.

use crate::{Cell, Sheet};
use model::declare::About;
use model::lab::Lab;
use model::lab::watch::Alert;

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
    for (name, alert) in &lab.alerts {
        sheet.row([
            Cell::declared(name),
            Cell::list(alert.about.iter().map(|about| said(&about.value))),
            condition(alert),
            Cell::of(&alert.r#for),
            Cell::with(&alert.severity, |s| s.word().to_owned()),
            Cell::list(alert.route.iter().map(|channel| channel.value.name())),
            Cell::of(&alert.response),
        ]);
    }
    sheet
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

fn said<const SET: u64>(about: &About<SET>) -> String {
    match about {
        About::Ref(reference) => reference.to_string(),
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
    for (name, channel) in &lab.channels {
        let rings = |alert: &&Alert| alert.route.iter().any(|r| r.value.name() == name.as_str());
        sheet.row([
            Cell::declared(name),
            Cell::with(&channel.kind, |k| k.word().to_owned()),
            Cell::with(&channel.to, |to| without_path(&said(to))),
            Cell::of(&channel.via),
            Cell::computed(lab.alerts.values().filter(rings).count()),
        ]);
    }
    sheet
}

fn probes(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new("probes", &["PROBE", "OF", "EVERY", "FROM", "ASKS"]);
    for (name, probe) in &lab.probes {
        sheet.row([
            Cell::declared(name),
            Cell::of(&probe.of),
            Cell::of(&probe.every),
            Cell::of(&probe.from),
            Cell::of(&probe.url),
        ]);
    }
    sheet
}
