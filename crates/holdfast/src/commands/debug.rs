//! `debug`: what was understood of a text.

use crate::cli::ComposeArgs;
use crate::exit::Exit;
use crate::output::Paint;
use anyhow::Result;
use diag::render::{self, Color};
use lang::compose::{Loaded, Loader, Reading, Request, read};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Larger files are not a declaration.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// One JSON object per file on standard output, what is wrong on standard error. Exit 2 if Compose would refuse a file.
pub(crate) fn compose(args: &ComposeArgs, json: bool, paint: Paint) -> Result<Exit> {
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
        let reading = one(file, args, &environment);
        if !reading.is_valid() {
            exit = Exit::Usage;
        }
        let mut object = shown(file, &reading);
        if json {
            let said = render::json(&reading.diagnostics, &reading.sources);
            object["diagnostics"] = serde_json::from_str(&said)?;
        } else {
            eprint!(
                "{}",
                render::full(&reading.diagnostics, &reading.sources, color)
            );
        }
        writeln!(std::io::stdout(), "{object}")?;
    }
    Ok(exit)
}

fn shown(file: &Path, reading: &Reading) -> serde_json::Value {
    let sources: Vec<&str> = reading
        .sources
        .iter()
        .map(|(_, s)| s.path.as_str())
        .collect();
    serde_json::json!({
        "file": file.display().to_string(),
        "valid": reading.is_valid(),
        "sources": sources,
        "project": reading.project,
    })
}

fn one(file: &Path, args: &ComposeArgs, environment: &BTreeMap<String, String>) -> Reading {
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let name = file.file_name().unwrap_or(file.as_os_str());
    let mut files = vec![name.to_string_lossy().into_owned()];
    files.extend(args.overrides.iter().cloned());
    let whole = folder.canonicalize().ok();
    let project = whole.as_deref().and_then(Path::file_name);
    let request = Request {
        files,
        env_files: (!args.env_files.is_empty()).then(|| args.env_files.clone()),
        environment: environment.clone(),
        profiles: args.profiles.clone(),
        name: project.map(|n| n.to_string_lossy().into_owned()),
    };
    read(&request, &Folder(folder))
}

/// Files below a folder, or wherever a project points.
struct Folder(PathBuf);

impl Loader for Folder {
    fn load(&self, path: &str) -> Loaded {
        let path = self.0.join(path);
        let about = match std::fs::metadata(&path) {
            Ok(about) => about,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Loaded::Missing,
            Err(e) => return Loaded::Unreadable(e.to_string()),
        };
        if !about.is_file() {
            return Loaded::Unreadable("it is not a file".to_owned());
        }
        if about.len() > FILE_LIMIT {
            let size = about.len();
            return Loaded::Unreadable(format!(
                "it has {size} bytes, at most {FILE_LIMIT} are read"
            ));
        }
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => Loaded::Text(text),
            Ok(Err(e)) => {
                let at = e.utf8_error().valid_up_to();
                Loaded::Unreadable(format!("it is not UTF-8 text: byte {at} is wrong"))
            }
            Err(e) => Loaded::Unreadable(e.to_string()),
        }
    }
}
