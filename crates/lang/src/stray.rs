//! Whether a text that was not read looks as if it belonged to the lab: by the keys that begin its lines, without understanding it.

use crate::lower::section_keys;
use std::collections::BTreeSet;

/// Keys that files of other programs begin lines with as well: alone they say nothing.
const SHARED: [&str; 20] = [
    "access",
    "alerts",
    "channels",
    "description",
    "dns",
    "documents",
    "format",
    "include",
    "jobs",
    "labels",
    "metrics",
    "networks",
    "owner",
    "probes",
    "profile",
    "rules",
    "secrets",
    "services",
    "timezone",
    "windows",
];

/// The sections of the lab that a text seems to have, in order: every key at the beginning of a line is one, and one of them is of no
/// other format, or is the file's own name. None if it is something else.
pub fn sections_of(path: &str, text: &str) -> Vec<String> {
    let known: BTreeSet<&str> = section_keys().collect();
    let mut found: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches('\u{feff}').trim_end();
        if line.is_empty() || line.starts_with([' ', '\t', '#', '%', '}', ']']) || line == "---" {
            continue;
        }
        let key = line.split_once(':').map_or(line, |(key, _)| key);
        if !known.contains(key) {
            return Vec::new();
        }
        if !found.iter().any(|f| f == key) {
            found.push(key.to_owned());
        }
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name).to_lowercase();
    let own = |key: &String| *key == stem || !SHARED.contains(&key.as_str());
    match found.iter().any(own) {
        true => found,
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::sections_of;

    #[test]
    fn what_other_programs_write_is_none() {
        for (path, text, expected) in [
            (
                "hosts.yaml",
                "# c\n---\nhosts:\n  a: {}\nsites: {}\n",
                "hosts sites",
            ),
            ("services.yml", "services:\n  a: {}\n", "services"),
            ("holdfast.yml", "format: 1\nlab: x\n", "format lab"),
            ("compose.yaml", "services:\n  a: {}\nnetworks: {}\n", ""),
            ("stack.yaml", "services:\n  a: {}\nvolumes: {}\n", ""),
            ("play.yaml", "- hosts: all\n", ""),
            ("inventory.yaml", "all:\n  hosts: {}\n", ""),
            ("rules.yaml", "groups:\n  - name: x\n", ""),
            ("hosts.yaml", "apiVersion: v1\nhosts: []\n", ""),
            ("services.yaml", "- Group:\n  - a\n", ""),
            ("empty.yaml", "", ""),
        ] {
            assert_eq!(sections_of(path, text).join(" "), expected, "{path}");
        }
    }
}
