//! Routers as they were observed.

use model::fact::{FactKind, TargetFacts};
use model::value::Value;

/// A router of a proxy.
pub(super) struct Router<'a> {
    /// Of its fact.
    pub(super) key: &'a str,
    /// `NAME@PROVIDER`.
    pub(super) name: &'a str,
    protocol: &'a str,
    value: &'a Value,
    /// The names that its rule names.
    pub(super) hosts: Vec<&'a str>,
    /// It takes names that its rule does not name.
    pub(super) any: bool,
    /// It ends TLS, or passes it on.
    pub(super) tls: bool,
    pub(super) entry_points: Vec<String>,
    /// Where it leads.
    pub(super) service: &'a str,
    /// How many there are.
    pub(super) middlewares: usize,
}

/// All of an API.
pub(super) fn routers(facts: &TargetFacts, port: u16) -> Vec<Router<'_>> {
    let start = format!("{port}/router/");
    let all = facts.items(FactKind::Traefik).filter_map(|(key, value)| {
        let (protocol, name) = key.strip_prefix(&start)?.split_once('/')?;
        let text = |field: &str| value.field(field).and_then(Value::as_text);
        let list = |field: &str| match value.field(field) {
            Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        };
        let is = |field: &str| value.field(field).and_then(Value::as_bool) == Some(true);
        Some(Router {
            key,
            name,
            protocol,
            value,
            hosts: list("hosts"),
            any: is("any"),
            tls: is("tls"),
            entry_points: list("entry_points")
                .into_iter()
                .map(ToOwned::to_owned)
                .collect(),
            service: text("service").unwrap_or("nothing"),
            middlewares: list("middlewares").len(),
        })
    });
    all.collect()
}

impl Router<'_> {
    pub(super) fn is_enabled(&self) -> bool {
        self.value.field("status").and_then(Value::as_text) != Some("disabled")
    }

    /// Made by `api.insecure`.
    pub(super) fn is_own(&self) -> bool {
        self.value.field("provider").and_then(Value::as_text) == Some("internal")
    }

    /// It leads to the proxy's own API or dashboard.
    pub(super) fn is_of_api(&self) -> bool {
        matches!(self.service, "api@internal" | "dashboard@internal")
    }

    pub(super) fn scheme(&self) -> &'static str {
        match (self.protocol, self.tls) {
            ("http", true) => "https",
            ("http", false) => "http",
            ("udp", _) => "udp",
            (_, true) => "tls",
            (_, false) => "tcp",
        }
    }

    /// In a line.
    pub(super) fn summary(&self, with_rule: bool) -> String {
        let entries = self.entry_points.join(", ");
        let tls = if self.tls { "TLS" } else { "no TLS" };
        let text = format!(
            "router {} to {}, on {entries}, {tls}",
            self.name, self.service
        );
        match self.value.field("rule").filter(|_| with_rule) {
            Some(rule) => format!("{text}, any name: {rule}"),
            None if with_rule => format!("{text}, everything"),
            None => text,
        }
    }

    /// Why it does not work.
    pub(super) fn trouble(&self) -> String {
        match self.value.field("errors") {
            Some(errors) => format!("router {} is disabled: {errors}", self.name),
            None => format!("router {} is disabled", self.name),
        }
    }

    /// Servers behind it that are not up. A service without a provider is of the router's own.
    pub(super) fn down(&self, facts: &TargetFacts, port: u16) -> Vec<String> {
        let provider = self.name.rsplit_once('@').map_or("", |(_, p)| p);
        let service = match self.service.contains('@') {
            true => self.service.to_owned(),
            false => format!("{}@{provider}", self.service),
        };
        let key = format!("{port}/service/{}/{service}", self.protocol);
        let mut services = facts.items(FactKind::Traefik).filter(|(k, _)| *k == key);
        let Some((_, value)) = services.next() else {
            return Vec::new();
        };
        match value.field("servers") {
            Some(Value::Map(servers)) => {
                let down = servers.iter().filter(|(_, s)| s.as_text() != Some("UP"));
                down.map(|(url, _)| url.clone()).collect()
            }
            _ => Vec::new(),
        }
    }
}
