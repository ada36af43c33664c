//! What of a container is not kept as it is: values of its environment, arguments of its programs, and most labels.
//!
//! Labels say anything, rules of a proxy with its passwords among them; those of Compose and of images say where the container comes from.

use super::super::frame::plain;
use super::super::redact::program;
use model::secret::Redactor;
use model::value::Value;
use std::collections::BTreeMap;

/// Labels whose values stay.
const LABELS: &[&str] = &[
    "com.docker.compose.config-hash",
    "com.docker.compose.container-number",
    "com.docker.compose.oneoff",
    "com.docker.compose.project",
    "com.docker.compose.project.config_files",
    "com.docker.compose.project.working_dir",
    "com.docker.compose.service",
    "com.docker.compose.version",
    "io.holdfast.stand-in",
    "org.opencontainers.image.revision",
    "org.opencontainers.image.version",
];

/// Replaces by keyed hashes what is not to be kept.
pub(in super::super) fn hide(fields: &mut BTreeMap<String, Value>, redactor: &Redactor) {
    for name in ["entrypoint", "command", "health_test"] {
        if let Some(Value::Text(text)) = fields.get_mut(name) {
            // The kind of a test stands before its program.
            let (kind, rest) = match text.split_once(' ') {
                Some((kind @ ("CMD" | "CMD-SHELL"), rest)) => (format!("{kind} "), rest),
                _ => (String::new(), text.as_str()),
            };
            *text = plain(&format!("{kind}{}", shown(rest, redactor)));
        }
    }
    for (part, kept) in [("env", &[][..]), ("labels", LABELS)] {
        let Some(Value::Map(values)) = fields.get_mut(part) else {
            continue;
        };
        for (name, value) in values {
            let Value::Text(text) = value else { continue };
            *text = match kept.contains(&name.as_str()) {
                true => plain(text),
                false => redactor.redact(text).to_string(),
            };
        }
    }
}

/// The program of a command, where it is one: `sh -c` and an assignment before a program show nothing.
fn shown(text: &str, redactor: &Redactor) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_program = first
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    match is_program && first.len() <= 100 {
        true => program(text, redactor),
        false => redactor.redact(text).to_string(),
    }
}
