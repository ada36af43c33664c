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

/// Schemes whose addresses name a machine first. Of any other nobody knows: a token stands there in most of those of Apprise and Shoutrrr.
const WITH_HOST: [&str; 6] = ["http", "https", "mailto", "mailtos", "ntfy", "ntfys"];

/// Of the address of a web hook only where it leads: whoever knows the rest may ring.
fn without_path(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return diag::hide(address);
    };
    let name = |c: char| c.is_ascii_alphanumeric() || "+.-_".contains(c);
    if scheme.is_empty() || !scheme.chars().all(name) {
        return diag::hide(address);
    }
    let with_host = WITH_HOST.contains(&scheme.to_ascii_lowercase().as_str());
    // A password may have any sign in it, also those that end the name of a machine elsewhere.
    let login = diag::userinfos(address).into_iter().next();
    let behind = login.and_then(|login| address.get(login.end + 1..));
    let behind = behind.unwrap_or(rest);
    let host = behind.split(['/', '?', '#', '&']).next();
    match host.filter(|host| with_host && is_host(scheme, host)) {
        None => format!("{scheme}://…"),
        Some(host) => {
            let more = if rest.len() > host.len() { "/…" } else { "" };
            format!("{scheme}://{host}{more}")
        }
    }
}

/// The name or the address of a machine. `ntfy://x` is a topic, which nobody else is to know, unless there is more to it.
fn is_host(scheme: &str, text: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || ".:-_[]".contains(c);
    let is_topic = scheme.starts_with("ntfy") && !text.contains(['.', ':']);
    !text.is_empty() && text.chars().all(sign) && !is_topic
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

#[cfg(test)]
mod tests {
    use super::without_path;

    #[test]
    fn of_an_address_only_the_machine_is_shown() {
        for (address, want) in [
            ("https://ntfy.sh/lab?auth=CANARY", "https://ntfy.sh/…"),
            ("https://ntfy.sh", "https://ntfy.sh"),
            ("https://jo:s3/CANARY@h:8443/x", "https://h:8443/…"),
            ("http://gotify:8080/message", "http://gotify:8080/…"),
            ("mailto://jo:CANARY@example.org", "mailto://example.org/…"),
            ("mailto://example.org&pass=CANARY", "mailto://example.org/…"),
            ("ntfy://ntfy.lan/alarm", "ntfy://ntfy.lan/…"),
            ("ntfys://CANARY", "ntfys://…"),
            ("pover://user@CANARY", "pover://…"),
            ("tgram://CANARY/chat", "tgram://…"),
            ("pbul://CANARY", "pbul://…"),
            ("msteams://CANARY/b/c/d", "msteams://…"),
            ("discord://1234/CANARY", "discord://…"),
            ("slack://a/CANARY/c", "slack://…"),
            ("gotify://gotify.lan/CANARY", "gotify://…"),
            ("https://CA:NARY@/x", "https://…"),
            ("jo@example.org", "jo@example.org"),
        ] {
            let shown = without_path(address);
            assert_eq!(shown, want, "{address}");
        }
    }
}
