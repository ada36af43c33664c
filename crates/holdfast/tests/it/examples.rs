//! The example labs: as written they are read whole and found fault with; mended they are clean.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The day on which the examples are judged, so that no end of support changes the verdict.
const DAY: &str = "2026-11-21";

struct Checked {
    code: Option<i32>,
    found: Vec<serde_json::Value>,
}

impl Checked {
    fn of(lab: &Path) -> Self {
        // No table of facts but the one in the binary.
        let nowhere = tempfile::tempdir().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["check", "--json", "--date", DAY])
            .arg(lab)
            .env("HOLDFAST_DATA", nowhere.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Self {
            code: output.status.code(),
            found: serde_json::from_slice(&output.stdout).unwrap(),
        }
    }

    fn messages(&self, key: &str, word: &str) -> Vec<&str> {
        let of = self.found.iter().filter(|d| d[key] == word);
        of.filter_map(|d| d["message"].as_str()).collect()
    }
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let folders = std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path());
    let mut two_forms: Vec<PathBuf> = folders.filter(|p| p.join("as-written").is_dir()).collect();
    two_forms.sort();
    assert_eq!(two_forms.len(), 5, "{two_forms:?}");
    two_forms
}

#[test]
fn as_written_is_read_whole_and_found_fault_with() {
    let mut rules = BTreeSet::new();
    for example in examples() {
        let checked = Checked::of(&example.join("as-written"));
        let none: [&str; 0] = [];
        assert_eq!(checked.messages("class", "invalid"), none, "{example:?}");
        assert!(
            ["error", "warning"]
                .iter()
                .any(|s| !checked.messages("severity", s).is_empty()),
            "{example:?}"
        );
        let told = checked.found.iter().filter(|d| d["unknown"] == false);
        rules.extend(told.filter_map(|d| d["code"].as_str().map(str::to_owned)));
    }
    assert!(rules.len() >= 95, "{} rules: {rules:?}", rules.len());
}

#[test]
fn mended_is_clean_and_not_by_saying_less() {
    for example in examples() {
        let mended = Checked::of(&example.join("mended"));
        assert_eq!(mended.code, Some(0), "{example:?}");
        let none: [&str; 0] = [];
        for (key, word) in [
            ("class", "invalid"),
            ("severity", "error"),
            ("severity", "warning"),
        ] {
            assert_eq!(mended.messages(key, word), none, "{example:?}");
        }
        let text = all_text(&example.join("mended"));
        for accepted in ["\nwaivers:", "\nrules:"] {
            assert!(!text.contains(accepted), "{example:?} has {accepted:?}");
        }
        assert!(
            entities(&example, "mended") >= entities(&example, "as-written"),
            "{example:?}"
        );
    }
}

/// Hosts, networks, guests, services and what protects them: everything that `show` counts.
fn entities(example: &Path, form: &str) -> u64 {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .args(["show", "summary", "--json"])
        .arg(example.join(form))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let sheets: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = sheets[0]["rows"].as_array().unwrap();
    let counts = rows.iter().map(|r| r[1]["text"].as_str().unwrap());
    counts.map(|c| c.parse::<u64>().unwrap()).sum()
}

fn all_text(folder: &Path) -> String {
    let mut text = String::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                text.push('\n');
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}
