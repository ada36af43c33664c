//! Home Assistant and ESPHome: what their `secrets.yaml` holds, and keys of devices.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_of_words, is_strong, literal};
use crate::scan::yaml;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Home Assistant, ESPHome, Tasmota",
    files: &["secrets.yaml", "secrets.yml"],
    what: "values of `secrets.yaml` that are no words, `encryption: key:`, `network_key:` of Zigbee2MQTT, `webhook_id:`, `MqttPassword X` of Tasmota",
    shapes: &[
        Shape {
            parts: &["encryption"],
            shape: r#"\bencryption["']?:[ \t]*(?:\r?\n[ \t]+|\{[ \t]*)key:[ \t]*["']?([A-Za-z0-9+/]{43}=)"#,
            reach: Reach::Any,
            what: What::Clear("a key of ESPHome"),
        },
        Shape {
            parts: &["webhook_id"],
            shape: r#"\bwebhook_id["']?:[ \t]*["']?([A-Za-z0-9_-]{16,})"#,
            reach: Reach::Any,
            what: What::If(is_made_up, "a webhook of Home Assistant"),
        },
        Shape {
            parts: &["mqttpassword", "webpassword", "password1", "password2"],
            shape: r#"\b(?:MqttPassword|WebPassword|Password[12])[ \t]+["']?([^\s;"']+)"#,
            reach: Reach::Any,
            what: What::If(is_written_out, "a password of Tasmota"),
        },
        Shape {
            parts: &["network_key", "networkkey"],
            shape: r#"(?i)(?:\b|_)network_?key["']?[ \t]*[:=][ \t]*["']?\[\s*((?:0x)?[0-9a-f]{1,3}(?:\s*,\s*(?:0x)?[0-9a-f]{1,3}){15})\s*,?\s*\]"#,
            reach: Reach::Any,
            what: What::If(is_network_key, "a key of a Zigbee network"),
        },
        Shape {
            parts: &["network_key"],
            shape: r#"\bnetwork_key:[ \t]*\r?\n((?:[ \t]*-[ \t]+(?:0x)?[0-9A-Fa-f]{1,3}[ \t]*\r?\n){15}[ \t]*-[ \t]+(?:0x)?[0-9A-Fa-f]{1,3})[ \t]*(?:\r?\n|$)"#,
            reach: Reach::Any,
            what: What::If(is_network_key, "a key of a Zigbee network"),
        },
    ],
    read: Some(of_secrets),
};

fn is_written_out(text: &str) -> bool {
    text.len() > 1 && literal(text, Bounds::Guessed, Kind::Settings).is_some()
}

/// Nobody's word, and written out.
fn is_made_up(text: &str) -> bool {
    is_strong(text, Kind::Prose) && !is_of_words(text) && is_written_out(text)
}

/// Names in `secrets.yaml` of what is kept there so that it stands nowhere else, and is no secret.
const OTHERS: [&str; 14] = [
    "url",
    "host",
    "hostname",
    "user",
    "username",
    "name",
    "ssid",
    "email",
    "mail",
    "latitude",
    "longitude",
    "domain",
    "ip",
    "id",
];

/// The key that Zigbee2MQTT once brought along, which everybody knows.
const DELIVERED: [u8; 16] = [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13];

/// Sixteen bytes, of which not all are one, nor those that are no secret.
fn is_network_key(text: &str) -> bool {
    let numbers = text.split([',', '-', '\n']).map(str::trim);
    let numbers = numbers.filter(|n| !n.is_empty());
    let byte = |n: &str| match n.strip_prefix("0x").or(n.strip_prefix("0X")) {
        Some(hex) => u8::from_str_radix(hex, 16).ok(),
        None => n.parse().ok(),
    };
    let key: Option<Vec<u8>> = numbers.map(byte).collect();
    key.is_some_and(|key| {
        let first = key.first();
        key.len() == 16 && key != DELIVERED && key.iter().any(|b| Some(b) != first)
    })
}

/// What is encrypted by SOPS has texts that nobody reads.
fn of_secrets(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut out = Vec::new();
    if text.contains("ENC[") || text.contains("\nsops:") {
        return out;
    }
    yaml::values(text, |value| {
        let name = value.name.to_ascii_lowercase();
        let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default();
        let said = value.text.trim();
        let made_up = is_strong(said, Kind::Settings)
            && literal(said, Bounds::Quoted, Kind::Settings).is_some();
        if made_up && !said.contains(char::is_whitespace) && !OTHERS.contains(&last) {
            out.push((value.span.clone(), "a value of secrets.yaml"));
        }
    });
    out
}
