//! What is asked, each with the right that it needs.

use serde_json::{Value, json};

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question {
    pub(crate) object: &'static str,
    pub(crate) method: &'static str,
    /// The configuration that `uci get` is asked for.
    pub(crate) config: Option<&'static str>,
}

impl Question {
    const fn new(object: &'static str, method: &'static str) -> Self {
        Self {
            object,
            method,
            config: None,
        }
    }

    const fn uci(config: &'static str) -> Self {
        Self {
            object: "uci",
            method: "get",
            config: Some(config),
        }
    }

    /// `uci get firewall`.
    pub(crate) fn shown(self) -> String {
        let config = self.config.map(|c| format!(" {c}")).unwrap_or_default();
        format!("{} {}{config}", self.object, self.method)
    }

    pub(crate) fn arguments(self) -> Value {
        match self.config {
            Some(config) => json!({ "config": config }),
            None => json!({}),
        }
    }
}

pub(crate) const BOARD: Question = Question::new("system", "board");
pub(crate) const SYSTEM: Question = Question::new("system", "info");
pub(crate) const INTERFACES: Question = Question::new("network.interface", "dump");
pub(crate) const DEVICES: Question = Question::new("network.device", "status");
pub(crate) const FIREWALL: Question = Question::uci("firewall");
pub(crate) const DHCP: Question = Question::uci("dhcp");
pub(crate) const UPNP: Question = Question::uci("upnpd");
pub(crate) const LEASES: Question = Question::new("luci-rpc", "getDHCPLeases");

/// All that is asked.
pub(crate) const ALL: [Question; 8] = [
    BOARD, SYSTEM, INTERFACES, DEVICES, FIREWALL, DHCP, UPNP, LEASES,
];
