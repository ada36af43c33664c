//! The texts of a first lab tree.
//!
//! Lines that begin with `# ` explain; lines in which `#` stands right before a key are YAML to be taken up by removing
//! that sign. What nobody stated is `unknown` where the language has a place for it, and left out with a hint where not.

mod data;
mod hint;
mod machines;
mod network;
mod people;
mod root;
mod services;
mod texts;
pub mod yaml;

use crate::answers::Answers;
use crate::question::{Key, QUESTIONS};

/// A file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where, seen from the folder of the tree.
    pub path: &'static str,
    /// Its text.
    pub text: String,
    /// What is there already stays in its place, and this is not written.
    pub spare: bool,
}

impl File {
    /// Whether the language reads it.
    pub(crate) fn is_lab(&self) -> bool {
        self.path == ROOT || self.path.starts_with("lab/")
    }
}

/// The file that makes a folder a lab tree.
const ROOT: &str = "holdfast.yaml";

/// The settings of an editor, and what they are: for whoever writes a tree of its own.
pub const EDITOR: (&str, &str) = (".vscode/settings.json", texts::EDITOR);

/// All files but the schema, the root last: a folder without it is no lab tree.
pub fn files(answers: &Answers) -> Vec<File> {
    let file = |path, text| File {
        path,
        text,
        spare: false,
    };
    let spare = |path, text| File {
        path,
        text,
        spare: true,
    };
    vec![
        file("lab/network.yaml", network::text(answers)),
        file("lab/machines.yaml", machines::text(answers)),
        file("lab/data.yaml", data::text(answers)),
        file("lab/people.yaml", people::text(answers)),
        file("lab/services.yaml", services::text(answers)),
        file(texts::RUNBOOK, texts::runbook(answers)),
        spare("README.md", texts::readme(answers)),
        spare(".gitignore", texts::GITIGNORE.to_owned()),
        spare(EDITOR.0, EDITOR.1.to_owned()),
        file(ROOT, root::text(answers)),
    ]
}

/// Something that nobody stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What it is.
    pub what: &'static str,
    /// The file in which to state it.
    pub file: &'static str,
}

/// What remains unknown, in the order of the questions.
pub fn unknowns(answers: &Answers) -> Vec<Unknown> {
    let open = |key: Key| answers.profile.asks(key) && answers.get(key).is_none();
    let keys = QUESTIONS.iter().map(|q| q.key).filter(|k| open(*k));
    let mut open: Vec<Unknown> = keys.filter_map(place).collect();
    if !answers.projects.is_empty() {
        open.push(Unknown {
            what: "what each service is worth to you (its tier)",
            file: "lab/services.yaml",
        });
    }
    open
}

/// Where an answer is written.
fn place(key: Key) -> Option<Unknown> {
    let (what, file) = match key {
        Key::Os => ("operating systems and their versions", "lab/machines.yaml"),
        Key::Network => ("the network's addresses", "lab/network.yaml"),
        Key::Gateway => ("the router", "lab/network.yaml"),
        Key::Login => ("the account to log in as", "lab/machines.yaml"),
        Key::Memory => ("memory", "lab/machines.yaml"),
        Key::Disks => ("disks", "lab/machines.yaml"),
        Key::Data => ("where the data lies", "lab/data.yaml"),
        Key::Second => ("the second copy", "lab/data.yaml"),
        Key::Away => ("the copy away from home", "lab/data.yaml"),
        Key::Escrow => ("where the copies' password is kept", "lab/people.yaml"),
        Key::Hours => ("time for the lab", "lab/people.yaml"),
        // These have proposals.
        Key::Name
        | Key::Owner
        | Key::Hosts
        | Key::Storage
        | Key::Loss
        | Key::Back
        | Key::Compose
        | Key::Firewall => return None,
    };
    Some(Unknown { what, file })
}
