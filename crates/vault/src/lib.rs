//! Secrets of the real lab: obtained from SOPS and age files, files, environment and commands; kept in SOPS and age files.
//!
//! A [`Vault`] is opened with the tag of the real lab and with no other, so that nothing that acts on a twin can reach it:
//!
//! ```
//! use model::realm::Real;
//! let vault = vault::Vault::of(Real, vault::Surroundings::default(), "lab".into(), &[]);
//! ```
//! ```compile_fail
//! use model::realm::Twin;
//! let vault = vault::Vault::of(Twin::new("try"), vault::Surroundings::default(), "lab".into(), &[]);
//! ```
//!
//! What a document of secrets is, is the concern of `secrets`; whether a secret is needed, of the callers.
#![allow(
    clippy::disallowed_methods,
    reason = "this crate reads files and the environment, and runs git and commands that the user declared"
)]

mod age_file;
mod disk;
mod document;
mod error;
pub mod git;
mod identity;

pub use document::{Changed, Described, Rekeyed};
pub use error::{Problem, Refusal};
pub use identity::{Identities, Surroundings};

use model::realm::Real;
use model::secret::{Secret, SecretRef};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// Where secrets of the real lab are had.
pub struct Vault {
    surroundings: Surroundings,
    root: PathBuf,
    /// Files with age identities that the lab declares.
    declared: Vec<String>,
    /// Variables with secrets, which the programs of other secrets do not get.
    kept_back: Vec<String>,
}

/// Whether a secret can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// It was had, and let go.
    Yes,
    /// It cannot be had now.
    No(Problem),
    /// Nobody tried.
    Unknown(String),
}

/// Whether commands are run to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commands {
    /// They are.
    Run,
    /// They are not: a password manager might ask for a finger.
    Leave,
}

impl Vault {
    /// The vault of a lab tree. `declared` are files with age identities.
    pub fn of(_: Real, surroundings: Surroundings, root: PathBuf, declared: &[String]) -> Self {
        Self {
            surroundings,
            root,
            declared: declared.to_vec(),
            kept_back: Vec::new(),
        }
    }

    /// The same, with variables of the environment that the program of a `command:` does not get: other secrets. It gets all else, since
    /// what a password manager needs nobody can tell.
    #[must_use]
    pub fn keeping_back(mut self, variables: impl IntoIterator<Item = String>) -> Self {
        self.kept_back.extend(variables);
        self
    }

    /// Gets a secret.
    ///
    /// # Errors
    /// It cannot be had; the message names the place and never the value.
    pub fn get(&self, reference: &SecretRef) -> Result<Secret, Problem> {
        let text = match reference {
            SecretRef::File(path) => {
                let path = self.path(path);
                let bytes = disk::read(&path)
                    .map_err(|e| e.about(format_args!("the secret file {}", path.display())))?;
                text(bytes, reference)?
            }
            SecretRef::Env(name) => match self.surroundings.variable(name) {
                Some(value) => Zeroizing::new(value),
                None => {
                    return Err(Problem::new(format!(
                        "the environment variable {name} is not set"
                    )));
                }
            },
            SecretRef::Command(words) => run(words, &self.kept_back)?,
            SecretRef::Sops { file, key } => return self.sops(file, key),
            SecretRef::Age(file) => text(self.age(file)?, reference)?,
        };
        match text.lines().next().filter(|line| !line.is_empty()) {
            Some(line) => Ok(Secret::new(line.to_owned())),
            None => Err(Problem::new(format!("{reference} is empty"))),
        }
    }

    /// Whether a secret will be there when it is asked for.
    pub fn ready(&self, reference: &SecretRef, commands: Commands) -> Ready {
        if matches!(reference, SecretRef::Command(_)) && commands == Commands::Leave {
            return Ready::Unknown("the command was not run".to_owned());
        }
        match self.get(reference) {
            Ok(_) => Ready::Yes,
            Err(problem) => Ready::No(problem),
        }
    }

    /// The identities at hand; looked for anew each time, since nothing secret is kept longer than it is used.
    pub fn identities(&self) -> Identities {
        let declared: Vec<PathBuf> = self.declared.iter().map(|p| self.path(p)).collect();
        Identities::gather(&self.surroundings, &declared)
    }

    /// A path of the lab: below `~`, absolute, or from the root of the lab tree.
    pub fn path(&self, written: &str) -> PathBuf {
        match (written.strip_prefix("~/"), self.surroundings.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.root.join(written),
        }
    }

    /// The place of a file that is to be written. One that is named from the root of the lab tree lies in it, whatever links are on
    /// the way.
    pub(crate) fn writable(&self, written: &str) -> Result<PathBuf, Problem> {
        let path = self.path(written);
        if !written.starts_with("~/") && !Path::new(written).is_absolute() {
            disk::inside(&self.root, &path)?;
        }
        Ok(path)
    }

    /// The root of the lab tree.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

fn text(bytes: Zeroizing<Vec<u8>>, reference: &SecretRef) -> Result<Zeroizing<String>, Problem> {
    let text = std::str::from_utf8(&bytes);
    let text =
        text.map_err(|_| Problem::new(format!("{reference} holds something that is not text")))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn run(words: &[String], kept_back: &[String]) -> Result<Zeroizing<String>, Problem> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| Problem::new("the secret's command is empty"))?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    for variable in kept_back {
        command.env_remove(variable);
    }
    let output = command
        .output()
        .map_err(|e| Problem::new(format!("cannot run {program}: {e}")))?;
    let printed = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(Problem::new(format!(
            "{program} ended with {}",
            output.status
        )));
    }
    match std::str::from_utf8(&printed) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Problem::new(format!(
            "{program} printed something that is not text"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_of_a_secret_does_not_get_other_secrets() {
        let words = ["sh", "-c", "echo \"${HOME-none} ${PATH:+a path}\""];
        let command = SecretRef::Command(words.map(str::to_owned).to_vec());
        let vault = || Vault::of(Real, Surroundings::default(), ".".into(), &[]);
        let said = |vault: Vault| vault.get(&command).unwrap().expose().to_owned();
        // Every test runs in some home.
        assert_ne!(said(vault()), "none a path");
        let kept = vault().keeping_back(["HOME".to_owned()]);
        assert_eq!(said(kept), "none a path");
    }
}
