//! Kubernetes: everything that a manifest of a Secret holds is one, in base64 or not, but for what is public by its nature.

use super::Family;
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use crate::scan::yaml::{self, Value};
use data_encoding::BASE64;
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Kubernetes",
    files: &[],
    what: "`data` and `stringData` of manifests of `kind: Secret`, but names of users and certificates (YAML and JSON; what is sealed is none)",
    shapes: &[],
    read: Some(of_manifests),
};

/// Names of entries that lie in a Secret and are none.
const PUBLIC: [&str; 14] = [
    "username",
    "user",
    "login",
    "email",
    "host",
    "hostname",
    "port",
    "database",
    "dbname",
    "name",
    "namespace",
    "type",
    "server",
    "issuer",
];
/// Ends of such names.
const PUBLIC_ENDS: [&str; 5] = [".crt", ".pub", ".cert", ".csr", ".pem.pub"];

/// In one reading: which maps are Secrets may be said below what they hold.
fn of_manifests(text: &str) -> Vec<(Range<usize>, &'static str)> {
    if !text.contains("Secret") {
        return Vec::new();
    }
    let mut secrets = BTreeSet::new();
    let mut entries = Vec::new();
    yaml::values(text, |value| {
        if value.name == "kind" && value.text == "Secret" {
            secrets.insert(value.map);
        }
        let held = match value.under {
            "stringData" => is_written_out(value.text),
            "data" => is_encoded(value.text),
            _ => false,
        };
        if held && !is_public(value) {
            entries.push((value.map_above, value.span.clone()));
        }
    });
    let held = entries
        .into_iter()
        .filter(|(above, _)| secrets.contains(above));
    held.map(|(_, span)| (span, "a value of a Secret of Kubernetes"))
        .collect()
}

fn is_public(value: &Value<'_>) -> bool {
    let name = value.name.to_ascii_lowercase();
    PUBLIC.contains(&name.as_str()) || PUBLIC_ENDS.iter().any(|end| name.ends_with(end))
}

fn is_written_out(text: &str) -> bool {
    let said = text.trim();
    let filled = said.contains("{{") || said.contains("${") || said.contains("://");
    let word = ["true", "false", "null", "~"].contains(&said);
    !filled && !word && literal(said, Bounds::Quoted, Kind::Settings).is_some()
}

/// A URL has its password found where all URLs have; what it says beside is no secret.
fn is_encoded(text: &str) -> bool {
    let bare: String = text.split_whitespace().collect();
    let bytes = BASE64.decode(bare.as_bytes());
    bytes.is_ok_and(|bytes| match String::from_utf8(bytes) {
        // In base64 nobody sees what stands in a URL.
        Ok(said) if said.contains("://") => said.contains('@'),
        Ok(said) => is_written_out(&said),
        Err(_) => true,
    })
}
