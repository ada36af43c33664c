//! `debug`: what was understood of a text.

use crate::cli::{ComposeArgs, DebugVerb};
use crate::exit::Exit;
use crate::output::{Paint, stream};
use crate::texts::Folder;
use crate::veil;
use ::secrets::scan::Scanner;
use ::secrets::veil::{Names, Veil};
use anyhow::Result;
use diag::render::{self, Color};
use diag::{SourceSet, Span};
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
        let names = Names::default().with(std::iter::once(&reading.project), &reading.sources);
        let veil = veil::over(&reading.sources, &reading.diagnostics, &names);
        veil.over(&reading.sources, &mut reading.diagnostics, &names);
        let mut object = shown(file, &reading, &veil);
        let variables = veil::of_variables(&reading.sources, &names);
        diag::json::without_words(&mut object["project"], &variables);
        diag::json::without_in_keys(&mut object["project"], &variables);
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

fn shown(file: &Path, reading: &Reading, veil: &Veil) -> serde_json::Value {
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
    let mut hidden = Hidden {
        scanner: Scanner::default(),
        known: BTreeMap::new(),
        veil,
        sources: &reading.sources,
    };
    hidden.in_unknown(&mut object["project"]["unknown"]);
    hidden.in_value(&mut object["project"], "");
    object
}

/// What is not kept as a secret may have one in it: the address that an image is built from, a text under a key of an extension. The
/// scanner that finds secrets in files judges each text as the value of its key, and each of both once: ports come by the thousand.
struct Hidden<'a> {
    scanner: Scanner,
    known: BTreeMap<String, String>,
    veil: &'a Veil,
    sources: &'a SourceSet,
}

impl Hidden<'_> {
    /// What was not understood is kept with the place of its key alone: whatever is hidden in its file is taken out of it.
    fn in_unknown(&self, unknown: &mut serde_json::Value) {
        for entry in unknown.as_object_mut().into_iter().flatten() {
            let span = entry.1.get("span").cloned();
            let span = span.and_then(|s| serde_json::from_value::<Span>(s).ok());
            let text = span.and_then(|s| Some((s.source, self.sources.get(s.source)?)));
            if let (Some((id, source)), Some(value)) = (text, entry.1.get_mut("value")) {
                let all = Span::new(id, 0, source.text.len());
                diag::json::without(value, &self.veil.hidden_in(self.sources, all));
            }
        }
    }

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
                // What stands for a variable that is a secret has its name only where it was written.
                let span = entries.get("span");
                if let Some(span) =
                    span.and_then(|s| serde_json::from_value::<Span>(s.clone()).ok())
                {
                    let hidden = self.veil.hidden_in(self.sources, span);
                    let values = entries.iter_mut().filter(|(key, _)| *key != "span");
                    values.for_each(|(_, v)| diag::json::without(v, &hidden));
                }
                if entries.keys().any(|key| key.contains(char::is_whitespace)) {
                    let old = std::mem::take(entries);
                    entries.extend(old.into_iter().map(|(key, v)| (of_key(&key), v)));
                }
            }
            _ => {}
        }
    }
}

/// A key of several words is a name that has lost its colon: what follows a secret's is none of it.
fn of_key(key: &str) -> String {
    for (at, c) in key.char_indices().filter(|(_, c)| c.is_whitespace()) {
        let (names, rest) = key.split_at(at + c.len_utf8());
        let last = names.split_whitespace().next_back().unwrap_or_default();
        if diag::misspelt(last).is_some() && !rest.trim().is_empty() {
            return format!("{names}[hidden]");
        }
    }
    key.to_owned()
}

impl Hidden<'_> {
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
