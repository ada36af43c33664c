//! What a run of the binary gave, and a run in a folder.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The binary that is tested.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_holdfast");

/// What a run of the binary gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs the binary in a folder, with nobody to answer.
    pub(crate) fn inside(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(folder);
        command.stdin(Stdio::null()).env_remove("COLUMNS");
        Self::of(command.output().unwrap())
    }

    /// Everything it said.
    pub(crate) fn all(&self) -> String {
        format!("exit {}\n{}\n{}", self.code, self.stdout, self.stderr)
    }

    /// Its standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("not JSON ({e}): {}", self.all()))
    }

    /// What `drift --json` found, each difference as `how path | declared | observed`.
    pub(crate) fn differences(&self) -> Vec<String> {
        let json = self.json();
        let line = |d: &Value| {
            let [how, path, declared, observed] =
                ["how", "path", "declared", "observed"].map(|f| d[f].as_str().unwrap().to_owned());
            format!("{how} {path} | {declared} | {observed}")
        };
        json.as_array().unwrap().iter().map(line).collect()
    }
}

/// All files below a folder, of which there are none where it does not exist.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(below(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// Files below a folder that have a text in them.
pub(crate) fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let has = |p: &PathBuf| String::from_utf8_lossy(&std::fs::read(p).unwrap()).contains(text);
    below(folder).into_iter().filter(has).collect()
}
