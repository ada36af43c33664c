//! Obtaining secrets: only when a driver acts, only from the reference, never from the lab tree's text.

use model::secret::{Secret, SecretRef};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Gets a secret of the real lab.
pub(crate) fn real(reference: &SecretRef, root: &Path) -> Result<Secret, String> {
    let text = match reference {
        SecretRef::File(path) => {
            let path = expand(path, root);
            let text = std::fs::read_to_string(&path);
            text.map_err(|e| format!("cannot read the secret file {}: {e}", path.display()))?
        }
        SecretRef::Env(name) => std::env::var(name)
            .map_err(|_| format!("the environment variable {name} is not set"))?,
        SecretRef::Command(words) => run(words)?,
    };
    let first = text.lines().next().unwrap_or_default().to_owned();
    if first.is_empty() {
        return Err(format!("{} is empty", describe(reference)));
    }
    Ok(Secret::new(first))
}

/// Whether a secret will be there when a driver asks for it, without looking at it. Commands are not run for this.
pub(crate) fn available(reference: &SecretRef, root: &Path) -> Result<(), String> {
    match reference {
        SecretRef::File(path) => {
            let path = expand(path, root);
            let say = |e| format!("cannot read the secret file {}: {e}", path.display());
            let file = std::fs::File::open(&path).map_err(say)?;
            match file.metadata().map_err(say)?.len() {
                0 => Err(format!("{} is empty", describe(reference))),
                _ => Ok(()),
            }
        }
        SecretRef::Env(name) => match std::env::var_os(name) {
            Some(value) if !value.is_empty() => Ok(()),
            _ => Err(format!("the environment variable {name} is not set")),
        },
        SecretRef::Command(_) => Ok(()),
    }
}

/// What to call a reference in messages; it is not secret.
pub(crate) fn describe(reference: &SecretRef) -> String {
    match reference {
        SecretRef::File(path) => format!("the secret file {path}"),
        SecretRef::Env(name) => format!("the environment variable {name}"),
        SecretRef::Command(words) => {
            format!("the output of {}", words.first().map_or("", String::as_str))
        }
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

fn expand(path: &str, root: &Path) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => root.join(path),
    }
}

fn run(words: &[String]) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("the secret's command is empty")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command
        .output()
        .map_err(|e| format!("cannot run {program}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{program} ended with {}", output.status));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("{program} printed something that is not text"))
}
