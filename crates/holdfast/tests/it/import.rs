//! `import`: what runs already, as a lab tree that is as declared straight after.

mod docker;
mod hosts;
mod merged;
mod pve;

use crate::ran::{BINARY, Ran, below, holding};
use std::path::PathBuf;
use std::process::Command;

/// A folder for a tree and for what Holdfast keeps.
pub(super) struct Desk {
    pub(super) dir: tempfile::TempDir,
    pub(super) env: Vec<(&'static str, String)>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            env: Vec::new(),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn lab(&self) -> PathBuf {
        self.path("lab")
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(BINARY);
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env("HOLDFAST_DATA", self.path("data"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("HOME", self.path("home"))
            .env("NO_COLOR", "1")
            .env_remove("SSH_AUTH_SOCK")
            .envs(self.env.iter().map(|(k, v)| (k, v)));
        Ran::of(command.output().unwrap())
    }

    /// `import … --into lab --json`.
    pub(super) fn import(&self, more: &[&str]) -> (Ran, serde_json::Value) {
        let arguments = [&["import", "--into", "lab", "--json"], more].concat();
        let ran = self.run(&arguments);
        let json = ran.json();
        (ran, json)
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.lab().join(name)).unwrap()
    }

    /// `check` says nothing that is invalid.
    pub(super) fn is_valid(&self) {
        self.is_valid_but("no file at all");
    }

    /// The same, without what is said of other people's files.
    pub(super) fn is_valid_but(&self, theirs: &str) {
        let ran = self.run(&["check", "lab", "--format", "json"]);
        let all = ran.json();
        let invalid =
            |d: &&serde_json::Value| d["class"] == "invalid" && !d.to_string().contains(theirs);
        let invalid: Vec<_> = all.as_array().unwrap().iter().filter(invalid).collect();
        assert!(invalid.is_empty(), "{invalid:#?}");
    }

    /// Every file of the tree, with its bytes.
    pub(super) fn files(&self) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
        below(&self.lab())
            .into_iter()
            .map(|p| (p.clone(), std::fs::read(p).unwrap()))
            .collect()
    }

    /// Files anywhere below the desk that have a text in them.
    pub(super) fn holding(&self, text: &str) -> Vec<PathBuf> {
        holding(self.dir.path(), text)
    }
}

/// Texts of one sort, by what they are about.
pub(super) fn said(json: &serde_json::Value, sort: &str) -> Vec<String> {
    let all = json["said"].as_array().unwrap().iter();
    let of = all.filter(|s| s["what"] == sort);
    of.map(|s| {
        format!(
            "{}: {}",
            s["of"].as_str().unwrap(),
            s["text"].as_str().unwrap()
        )
    })
    .collect()
}
