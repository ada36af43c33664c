//! Where secrets come from in each realm: the real lab's from its vault, only when a driver acts; a twin's are made up.

use crate::exit::{Exit, Stop};
use crate::tree::Tree;
use model::realm::Real;
use model::secret::{Secret, SecretRef};
use std::path::Path;
use vault::{Commands, Problem, Ready, Refusal, Surroundings, Vault};

/// The vault of a lab tree. Only who holds the tag of the real lab has it.
pub(crate) fn vault(real: Real, tree: &Tree) -> Vault {
    let declared = tree.lab.controller.as_ref().map(|c| &c.age_keys);
    let declared: Vec<String> = declared
        .into_iter()
        .flatten()
        .map(|k| k.value.clone())
        .collect();
    // What restic itself reads there is a secret too.
    let restic = ["RESTIC_PASSWORD".to_owned()];
    let variables = crate::commands::secret::variables(&tree.lab);
    Vault::of(real, Surroundings::here(), tree.root.clone(), &declared)
        .keeping_back(variables.into_iter().chain(restic))
}

/// In one text, for messages of a driver.
pub(crate) fn said(problem: &Problem) -> String {
    match &problem.help {
        Some(help) => format!("{problem} ({help})"),
        None => problem.to_string(),
    }
}

/// As the end of a verb.
pub(crate) fn stop(problem: Problem) -> Stop {
    let exit = match problem.refused {
        None => Exit::Environment,
        Some(Refusal::Usage) => Exit::Usage,
        Some(Refusal::Safety) => Exit::Refused,
    };
    let stop = Stop::new(exit, problem.what);
    match problem.help {
        Some(help) => stop.help(help),
        None => stop,
    }
}

/// Whether a secret will be there when a driver asks for it. Commands are not run for this.
pub(crate) fn available(vault: &Vault, reference: &SecretRef) -> Result<(), Problem> {
    match vault.ready(reference, Commands::Leave) {
        Ready::Yes | Ready::Unknown(_) => Ok(()),
        Ready::No(problem) => Err(problem),
    }
}

/// A twin's stand-in for a secret: made up once, kept in the twin's own folder. The real one is never looked at.
pub(crate) fn twin(reference: &SecretRef, folder: &Path) -> Result<Secret, String> {
    let name = model::digest::Digest::of_json(reference);
    let path = folder.join(name.short());
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(Secret::new(text));
    }
    let mut bytes = [0_u8; 24];
    store::Random::fill(&mut store::SystemRandom, &mut bytes).map_err(|e| e.to_string())?;
    let made: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    write_private(&path, &made)
        .map_err(|e| format!("cannot keep a made-up secret in {}: {e}", path.display()))?;
    Ok(Secret::new(made))
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
