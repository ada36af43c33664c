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
