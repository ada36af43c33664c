//! `debug`: what was understood of a text.

use crate::cli::{ComposeArgs, DebugVerb};
use crate::exit::Exit;
use crate::output::{Paint, stream};
use crate::texts::Folder;
use crate::veil;
use ::secrets::scan::Scanner;
use anyhow::Result;
use diag::render::{self, Color};
use lang::compose::{Reading, Request, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Looks into one kind of text.
pub(crate) fn debug(what: &DebugVerb, json: bool, paint: Paint) -> Result<Exit> {
    match what {
        DebugVerb::Compose(args) => compose(args, json, paint),
        DebugVerb::CliReference => {
            stream::exact(super::man::reference().as_bytes());
            Ok(Exit::Ok)
        }
    }
}

/// One JSON object per file on standard output, what is wrong on standard error. Exit 2 if Compose would refuse a file.
fn compose(args: &ComposeArgs, json: bool, paint: Paint) -> Result<Exit> {
    let color = if paint.is_on() {
        Color::Always
    } else {
        Color::Never
    };
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
        .collect();
    let mut exit = Exit::Ok;
    for file in &args.files {
        let mut reading = one(file, args, &environment);
        // As `check` does: what is to be taken away is known only with the text around it.
        diag::fix::settle(&mut reading.diagnostics, &reading.sources);
        if !reading.is_valid() {
            exit = Exit::Usage;
        }
        let veil = veil::over(&reading.sources, &reading.diagnostics);
        for d in &mut reading.diagnostics {
            veil.over(&reading.sources, d);
        }
        let mut object = shown(file, &reading);
        if json {
            let said = render::json(&reading.diagnostics, &veil.shown);
            object["diagnostics"] = serde_json::from_str(&said)?;
        } else {
            err!("{}", render::full(&reading.diagnostics, &veil.shown, color));
        }
        dataln!("{object}");
    }
    Ok(exit)
}

fn shown(file: &Path, reading: &Reading) -> serde_json::Value {
    let sources: Vec<&str> = reading
        .sources
        .iter()
        .map(|(_, s)| s.path.as_str())
        .collect();
    let mut object = serde_json::json!({
        "file": file.display().to_string(),
        "valid": reading.is_valid(),
        "sources": sources,
        "project": reading.project,
    });
    let mut hidden = Hidden::default();
    hidden.in_value(&mut object["project"], "");
    object
}

/// What is not kept as a secret may have one in it: the address that an image is built from, a text under a key of an extension. The
/// scanner that finds secrets in files judges each text as the value of its key, and each of both once: ports come by the thousand.
#[derive(Default)]
struct Hidden {
    scanner: Scanner,
    known: BTreeMap<String, String>,
}

impl Hidden {
    fn in_value(&mut self, value: &mut serde_json::Value, key: &str) {
        match value {
            serde_json::Value::String(text) => {
                let line = format!("{key}={text}");
                *text = match self.known.get(&line) {
                    Some(known) => known.clone(),
                    None => {
                        let masked = self.scanner.look(".env", &line).veiled(&line);
                        let shown = masked.get(key.len() + 1..).unwrap_or_default();
                        let shown = diag::hide(shown);
                        self.known.insert(line, shown.clone());
                        shown
                    }
                };
            }
            serde_json::Value::Array(items) if key == "words" => self.in_words(items),
            serde_json::Value::Array(items) => {
                items.iter_mut().for_each(|i| self.in_value(i, key));
            }
            serde_json::Value::Object(entries) => {
                entries.iter_mut().for_each(|(k, v)| self.in_value(v, k));
            }
            _ => {}
        }
    }
}

impl Hidden {
    /// A command's words are judged together, as a list and as a line: what an option takes is none by itself.
    fn in_words(&mut self, items: &mut [serde_json::Value]) {
        let words: Vec<&str> = items
            .iter()
            .map(|i| i.as_str().unwrap_or_default())
            .collect();
        let veiled = self.scanner.veiled_words(&words);
        for (item, shown) in items.iter_mut().zip(veiled) {
            *item = shown.map_or(item.take(), serde_json::Value::String);
        }
        items.iter_mut().for_each(|item| self.in_value(item, ""));
    }
}

fn one(file: &Path, args: &ComposeArgs, environment: &BTreeMap<String, String>) -> Reading {
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let name = file.file_name().unwrap_or(file.as_os_str());
    let mut files = vec![name.to_string_lossy().into_owned()];
    // As Compose does, and whoever lets the shell complete a name: from where the command is given, not from the project's folder.
    let base = std::path::absolute(&folder).ok();
    let from_here = |name: &String| {
        let path = std::path::absolute(name).ok();
        let below = path.as_ref().zip(base.as_ref());
        let below = below.and_then(|(path, base)| path.strip_prefix(base).ok());
        let path = below.or(path.as_deref());
        path.map_or(name.clone(), |p| p.to_string_lossy().into_owned())
    };
    files.extend(args.overrides.iter().map(from_here));
    let env_files: Vec<String> = args.env_files.iter().map(from_here).collect();
    let whole = folder.canonicalize().ok();
    let project = whole.as_deref().and_then(Path::file_name);
    let request = Request {
        files,
        env_files: (!env_files.is_empty()).then_some(env_files),
        environment: environment.clone(),
        profiles: args.profiles.clone(),
        name: project.map(|n| n.to_string_lossy().into_owned()),
        folder: match file.parent() {
            Some(parent) => parent.to_string_lossy().into_owned(),
            None => String::new(),
        },
        ..Request::default()
    };
    read(&request, &Folder::anywhere(folder))
}
