//! Files of other tools: inventories and states. Which it is, the text says; files of variables lie beside it.

use super::look::Gathered;
use crate::exit::Stop;
use adopt::ansible::{Form, Vars, VarsFile};
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Larger files are no inventory and no state of a homelab.
const LIMIT: u64 = 32 * 1024 * 1024;
/// More files of variables are not read.
const MOST: usize = 2_000;

/// Reads one.
pub(super) fn read(path: &Path, to: &mut Gathered) -> Result<()> {
    let shown = path.display().to_string();
    let text = text(path)?;
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    if begin.starts_with("#!") {
        let stop = Stop::usage(format!("{shown} is a program, and import runs none"));
        return Err(stop
            .help(format!(
                "ansible-inventory -i {shown} --list --yaml > inventory.yaml, then import that"
            ))
            .into());
    }
    if begin.starts_with("$ANSIBLE_VAULT;") {
        return Err(Stop::usage(format!("{shown} is vaulted, and import opens no vault")).into());
    }
    let found = match begin.starts_with('{') {
        true => adopt::terraform::read(&shown, &text),
        false => adopt::ansible::read(&shown, form(path, begin), &text, &vars(path)?),
    };
    to.found.extend(found.map_err(Stop::usage)?);
    Ok(())
}

/// By its name, else by its first line that says something.
fn form(path: &Path, text: &str) -> Form {
    let end = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    match end.as_str() {
        "yaml" | "yml" => return Form::Yaml,
        "ini" | "cfg" => return Form::Ini,
        _ => {}
    }
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|l| !l.is_empty() && !l.starts_with(['#', ';']));
    match first {
        Some(line) if line == "---" || line.ends_with(':') => Form::Yaml,
        _ => Form::Ini,
    }
}

/// The text of a plain file that is not too large.
fn text(path: &Path) -> Result<String> {
    let shown = path.display();
    let about =
        std::fs::metadata(path).map_err(|e| Stop::usage(format!("cannot look at {shown}: {e}")))?;
    if !about.is_file() {
        return Err(Stop::usage(format!("{shown} is not a plain file")).into());
    }
    if about.len() > LIMIT {
        let message = format!(
            "{shown} has {} bytes, at most {LIMIT} are read",
            about.len()
        );
        let help = "no inventory and no state of a homelab is as large; name the right file";
        return Err(Stop::usage(message).help(help).into());
    }
    let bytes =
        std::fs::read(path).map_err(|e| Stop::usage(format!("cannot read {shown}: {e}")))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Stop::usage(format!("{shown} is not UTF-8 text: byte {at} is wrong")).into()
    })
}

/// `group_vars` and `host_vars` beside the inventory.
fn vars(inventory: &Path) -> Result<Vars> {
    let folder = inventory.parent().unwrap_or(Path::new("."));
    let mut left = MOST;
    Ok(Vars {
        groups: below(&folder.join("group_vars"), &mut left)?,
        hosts: below(&folder.join("host_vars"), &mut left)?,
    })
}

/// `NAME`, `NAME.yaml`, or all files in `NAME/`, in the order of their names.
fn below(folder: &Path, left: &mut usize) -> Result<BTreeMap<String, Vec<VarsFile>>> {
    let mut out: BTreeMap<String, Vec<VarsFile>> = BTreeMap::new();
    for path in listed(folder) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let files = match path.is_dir() {
            true => listed(&path),
            false => vec![path.clone()],
        };
        let name = [".yaml", ".yml"]
            .iter()
            .find_map(|e| name.strip_suffix(e))
            .unwrap_or(&name)
            .to_owned();
        for file in files.into_iter().filter(|f| f.is_file()) {
            if *left == 0 {
                let message = format!(
                    "more than {MOST} files of variables in {}",
                    folder.display()
                );
                return Err(Stop::usage(message).into());
            }
            *left -= 1;
            let text = text(&file)?;
            out.entry(name.clone())
                .or_default()
                .push((file.display().to_string(), text));
        }
    }
    Ok(out)
}

/// What lies in a folder and is not hidden; nothing if there is none.
fn listed(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let visible = entries.filter(|e| !e.file_name().to_string_lossy().starts_with('.'));
    let mut paths: Vec<_> = visible.map(|e| e.path()).collect();
    paths.sort();
    paths
}
