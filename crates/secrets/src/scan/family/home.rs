//! Home Assistant and ESPHome: what their `secrets.yaml` holds, and keys of devices.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};
use crate::scan::yaml;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Home Assistant, ESPHome",
    files: &["secrets.yaml", "secrets.yml"],
    what: "values of `secrets.yaml` that are no words, `encryption: key:`",
    shapes: &[Shape {
        parts: &["encryption"],
        shape: r#"\bencryption["']?:[ \t]*(?:\r?\n[ \t]+|\{[ \t]*)key:[ \t]*["']?([A-Za-z0-9+/]{43}=)"#,
        reach: Reach::Any,
        what: What::Clear("a key of ESPHome"),
    }],
    read: Some(of_secrets),
};

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
