//! `secret set`, `show` and `rekey`.

use super::{named, reference};
use crate::exit::{Exit, Stop};
use crate::output::{stream, words::count};
use crate::secrets;
use crate::tree::Tree;
use anyhow::{Context as _, Result};
use model::realm::Real;
use model::secret::{Secret, SecretRef};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Read as _};

/// Longer values are files, not secrets.
const LONGEST: u64 = 1024 * 1024;

/// Keeps a value from standard input.
pub(super) fn set(tree: &Tree, real: Real, name: &str, json: bool) -> Result<Exit> {
    let reference = reference(&tree.lab, name)?;
    let vault = secrets::vault(real, tree);
    let value = read(name)?;
    if matches!(reference, SecretRef::Age(_)) && value.expose().contains('\n') {
        let stop = Stop::usage("an age file holds a secret of one line; nothing was written");
        return Err(stop.help("keep it in a SOPS file").into());
    }
    let changed = vault.set(reference, &value, jiff::Timestamp::now());
    let changed = changed.map_err(secrets::stop)?;
    let file = &changed.file;
    if json {
        dataln!(
            "{:#}",
            json!({"name": name, "file": file, "created": changed.created, "replaced": changed.replaced, "recipients": changed.recipients})
        );
        return Ok(Exit::Ok);
    }
    let what = match (changed.created, changed.replaced) {
        (true, _) => "made with it",
        (false, true) => "changed: its value replaced",
        (false, false) => "changed: the key added",
    };
    outln!("{file}: {what}, for {}", changed.recipients.join(", "));
    outln!("nothing was committed; who uses the old value still has it");
    Ok(Exit::Ok)
}

/// The value without the line break at its end, from standard input or asked for twice without echo.
fn read(name: &str) -> Result<Secret> {
    if std::io::stdin().is_terminal() {
        let ask = |prompt: String| {
            let typed = rpassword::prompt_password(prompt);
            typed
                .map(Secret::new)
                .context("cannot read from the terminal")
        };
        let first = ask(format!("Value of {name}: "))?;
        let again = ask("Once more: ".to_owned())?;
        if first.expose() != again.expose() {
            return Err(Stop::usage("the two are not the same; nothing was written").into());
        }
        return filled(first);
    }
    let mut text = String::new();
    let mut input = std::io::stdin().take(LONGEST + 1);
    let read = input.read_to_string(&mut text);
    let value = Secret::new(text);
    read.map_err(|_| Stop::usage("standard input is not text; nothing was written"))?;
    if value.expose().len() as u64 > LONGEST {
        return Err(Stop::usage("the value is longer than 1 MiB; nothing was written").into());
    }
    let text = value.expose();
    let line = text.strip_suffix('\n').unwrap_or(text);
    filled(Secret::new(
        line.strip_suffix('\r').unwrap_or(line).to_owned(),
    ))
}

fn filled(value: Secret) -> Result<Secret> {
    if value.expose().is_empty() {
        let stop = Stop::usage("the value is empty; nothing was written");
        return Err(stop
            .help("pipe it in: printf %s VALUE | holdfast secret set NAME")
            .into());
    }
    Ok(value)
}

/// Prints one, to a terminal only: what is piped would lie in a file, a log or another program's hands.
pub(super) fn show(tree: &Tree, real: Real, name: &str, reveal: bool, json: bool) -> Result<Exit> {
    let reference = reference(&tree.lab, name)?;
    if !reveal {
        let stop = Stop::usage(format!("{reference} is shown only with --reveal"));
        return Err(stop.help("look who can see the screen").into());
    }
    if json || !std::io::stdout().is_terminal() {
        let stop = Stop::refused("a secret is shown on a terminal only");
        return Err(stop
            .help("programs take it from its file: sops decrypt --extract, or age --decrypt")
            .into());
    }
    let value = secrets::vault(real, tree).get(reference);
    stream::exact(value.map_err(secrets::stop)?.expose().as_bytes());
    outln!();
    Ok(Exit::Ok)
}

/// Encrypts SOPS files for who can read them by now.
pub(super) fn rekey(
    tree: &Tree,
    real: Real,
    only: Option<&str>,
    lock_out: bool,
    json: bool,
) -> Result<Exit> {
    let all = named(&tree.lab);
    let mut files: BTreeSet<&str> = BTreeSet::new();
    for named in &all {
        if let Some(SecretRef::Sops { file, .. }) = named.reference {
            files.insert(file);
        }
    }
    if let Some(file) = only {
        files = BTreeSet::from([file]);
    }
    let vault = secrets::vault(real, tree);
    let mut shown = Vec::new();
    for file in &files {
        let Some(done) = vault.rekey(file, lock_out).map_err(secrets::stop)? else {
            shown.push(json!({"file": file, "added": [], "removed": []}));
            if !json {
                outln!("{file}: its recipients are those of .sops.yaml; nothing to do");
            }
            continue;
        };
        shown.push(json!({"file": file, "added": done.added, "removed": done.removed}));
        if json {
            continue;
        }
        outln!("{}: encrypted anew with a new data key", done.file);
        done.added.iter().for_each(|r| outln!("  + {r}"));
        done.removed.iter().for_each(|r| outln!("  - {r}"));
        if !done.removed.is_empty() {
            outln!(
                "  who was removed still has the old values, from the history: change the secrets themselves"
            );
        }
    }
    if json {
        dataln!("{:#}", json!(shown));
    } else {
        outln!(
            "{}; nothing was committed",
            count(files.len(), "SOPS file", "SOPS files")
        );
    }
    Ok(Exit::Ok)
}
