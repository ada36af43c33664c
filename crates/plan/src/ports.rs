//! Every way in of a host, with its justification or the lack of it.

use crate::resource::{is_loopback, serves, socket};
use model::fact::{Completeness, FactKind, TargetFacts};
use model::lab::{Exposure, Host};
use model::value::Value;
use serde::{Deserialize, Serialize};

/// Whether somebody answers for a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Justification {
    /// An exposure with a reason.
    Declared,
    /// Only this machine can reach it.
    Local,
    /// Nobody.
    None,
    /// Not every socket could be seen.
    Unknown,
}

/// One socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// The host.
    pub host: String,
    /// `tcp/0.0.0.0:22`.
    pub socket: String,
    /// What listens.
    pub process: String,
    /// Whether somebody answers for it.
    pub state: Justification,
    /// The reason, with owner and review date.
    pub reason: String,
}

/// All sockets of a host; one row says so if some may be missing.
pub fn ports(name: &str, host: &Host, facts: &TargetFacts) -> Vec<Port> {
    let mut rows: Vec<Port> = facts
        .items(FactKind::Listener)
        .map(|(key, value)| port(name, host, key, value))
        .collect();
    let missing = match facts.collections.get(&FactKind::Listener) {
        Some(Completeness::Yes(_)) => None,
        Some(Completeness::No(reason)) => Some(reason.0.clone()),
        None => Some(
            facts
                .errors
                .first()
                .cloned()
                .unwrap_or_else(|| "not observed".to_owned()),
        ),
    };
    rows.extend(missing.map(|reason| Port {
        host: name.to_owned(),
        socket: "*".to_owned(),
        process: "-".to_owned(),
        state: Justification::Unknown,
        reason,
    }));
    rows
}

fn port(name: &str, host: &Host, key: &str, value: &Value) -> Port {
    let text = |field: &str| {
        value
            .field(field)
            .and_then(Value::as_text)
            .unwrap_or("-")
            .to_owned()
    };
    let local = socket(key).is_some_and(|(_, address, _)| is_loopback(address));
    let exposure = host.exposures.iter().find(|e| serves(key, e));
    let (state, reason) = match (local, exposure) {
        (_, Some(e)) if e.why.is_some() => (Justification::Declared, describe(e)),
        (true, _) => (Justification::Local, String::new()),
        (false, Some(_)) => (Justification::None, "declared without a reason".to_owned()),
        (false, None) => (Justification::None, "not declared".to_owned()),
    };
    Port {
        host: name.to_owned(),
        socket: key.to_owned(),
        process: text("process"),
        state,
        reason,
    }
}

fn describe(exposure: &Exposure) -> String {
    let text = |v: &Option<diag::Spanned<String>>| v.as_ref().map(|s| s.value.clone());
    let from = text(&exposure.from).unwrap_or_else(|| "any".to_owned());
    let mut parts = vec![format!(
        "from {from}: {}",
        text(&exposure.why).unwrap_or_default()
    )];
    parts.extend(text(&exposure.owner).map(|o| format!("owner {o}")));
    parts.extend(
        exposure
            .review
            .as_ref()
            .map(|r| format!("review {}", r.value)),
    );
    parts.join(", ")
}
