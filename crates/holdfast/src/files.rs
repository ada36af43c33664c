//! Which files of a lab tree are read: `holdfast.yaml`, `lab/**/*.yaml|yml`, what `include` names, and nothing else.
//!
//! The same tree gives the same files in the same order. What is no plain file, or lies outside of the tree, is refused before it is
//! opened: a pipe would keep the reader waiting, and a device has no end.

use crate::exit::Stop;
use crate::tree::Instead;
use anyhow::{Context as _, Result};
use diag::{Diagnostic, SourceId, SourceSet, Span};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

/// Larger files are not a declaration.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;
/// All files together are not larger.
const TREE_LIMIT: u64 = 64 * 1024 * 1024;
/// More files are not read.
const MOST_FILES: usize = 10_000;
/// More names are not looked at.
const MOST_NAMES: usize = 100_000;
/// More names are not looked at to find out what was meant.
const MOST_NEAR: usize = 20_000;
/// Folders within folders.
const DEEPEST: usize = 64;

const ROOT: &str = "holdfast.yaml";

/// The texts of a lab tree, or those that stand in for them, and what is wrong with `include`.
pub(crate) fn load(root: &Path, instead: &Instead) -> Result<(SourceSet, Vec<Diagnostic>)> {
    if !root.join(ROOT).is_file() {
        return Err(no_tree(root).into());
    }
    let mut reader = Reader::new(root, instead)?;
    reader.add(ROOT)?;
    let yaml = |path: &String| path.ends_with(".yaml") || path.ends_with(".yml");
    let own = below(root, "lab/", MOST_NAMES)?;
    for path in own.paths.iter().filter(|p| yaml(p)) {
        reader.add(path)?;
    }
    let included = included(root, &reader.sources)?;
    for path in &included.paths {
        reader.add(path)?;
    }
    let mut diagnostics = reader.garbled;
    diagnostics.extend(included.diagnostics);
    Ok((reader.sources, diagnostics))
}

/// A folder without a root file; one of nearly that name is named.
fn no_tree(root: &Path) -> Stop {
    let stop = Stop::usage(format!(
        "{} is no lab tree: it has no {ROOT}",
        root.display()
    ));
    let stem = |name: &String| name.to_lowercase().starts_with("holdfast.y");
    let names = std::fs::read_dir(root).into_iter().flatten().flatten();
    let near = names.filter_map(|e| e.file_name().into_string().ok());
    match near.filter(stem).min() {
        Some(near) => stop.help(format!("there is {near}: rename it to {ROOT}")),
        None => {
            stop.help("name the folder that has one, or write one with `format: 1` and `lab: NAME`")
        }
    }
}

/// What the root file includes.
fn included(root: &Path, sources: &SourceSet) -> Result<lang::Included> {
    let first = sources.iter().next();
    let Some(includes) = first.map(|(id, source)| lang::includes(id, &source.text)) else {
        let (paths, diagnostics) = Default::default();
        return Ok(lang::Included { paths, diagnostics });
    };
    let mut paths = BTreeSet::new();
    for folder in includes.folders() {
        paths.extend(below(root, folder, MOST_NAMES)?.paths);
    }
    let near = || below(root, "", MOST_NEAR).map_or_else(|_| BTreeSet::new(), |n| n.paths);
    Ok(includes.select(&paths, near))
}

/// Reads files, each once.
struct Reader<'r> {
    root: &'r Path,
    instead: &'r Instead,
    real: PathBuf,
    seen: BTreeSet<PathBuf>,
    bytes: u64,
    sources: SourceSet,
    /// What is wrong with files that are no UTF-8.
    garbled: Vec<Diagnostic>,
}

impl<'r> Reader<'r> {
    fn new(root: &'r Path, instead: &'r Instead) -> Result<Self> {
        let real = root.canonicalize();
        Ok(Self {
            root,
            instead,
            real: real.with_context(|| format!("cannot look at {}", root.display()))?,
            seen: BTreeSet::new(),
            bytes: 0,
            sources: SourceSet::default(),
            garbled: Vec::new(),
        })
    }

    /// Reads a file by its path from the root, unless it has been read.
    fn add(&mut self, path: &str) -> Result<()> {
        let file = self.root.join(path);
        let shown = file.display();
        let real = file.canonicalize();
        let real = real.map_err(|e| unreadable(&file, &e))?;
        if !real.starts_with(&self.real) {
            let stop = Stop::usage(format!(
                "{shown} is a symbolic link that leads out of the lab tree"
            ));
            return Err(stop.help("put a copy there instead of the link").into());
        }
        if !self.seen.insert(real.clone()) {
            return Ok(());
        }
        if self.seen.len() > MOST_FILES {
            let stop = Stop::usage(format!(
                "the lab tree has more than {MOST_FILES} files, {shown} among them"
            ));
            return Err(stop.help("several objects fit into one file").into());
        }
        let text = match self.instead.get(path) {
            Some(text) => Ok(text.clone()),
            None => read(&file, &real)?,
        };
        let (text, wrong) = match text {
            Ok(text) => (text, None),
            Err(e) => (
                String::from_utf8_lossy(e.as_bytes()).into_owned(),
                Some(e.utf8_error().valid_up_to()),
            ),
        };
        self.bytes += text.len() as u64;
        if self.bytes > TREE_LIMIT {
            let stop = Stop::usage(format!(
                "the files of the lab tree have more than {} MiB, {shown} among them",
                TREE_LIMIT / 1024 / 1024
            ));
            return Err(stop
                .help("what is no declaration belongs outside of lab/ and 'include'")
                .into());
        }
        let id = self.sources.add(path, text);
        self.garbled.extend(wrong.map(|at| garbled(path, id, at)));
        Ok(())
    }
}

/// Letters in another encoding than UTF-8, from this byte on; the rest of the file is read with a mark in place of each.
fn garbled(path: &str, id: SourceId, at: usize) -> Diagnostic {
    let place = Span::new(id, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
    Diagnostic::invalid(
        "yaml-syntax",
        format!("{path} is not UTF-8 text: byte {at} is wrong"),
    )
    .at(place, "no letter in UTF-8")
    .help("save it as UTF-8")
}

fn unreadable(file: &Path, e: &std::io::Error) -> anyhow::Error {
    let stop = Stop::usage(format!("{} cannot be read: {e}", file.display()));
    match e.kind() {
        std::io::ErrorKind::NotFound => stop.help("a symbolic link may lead to nothing"),
        std::io::ErrorKind::PermissionDenied => {
            stop.help("whoever runs holdfast must be able to read it")
        }
        _ => stop,
    }
    .into()
}

/// The whole text of a plain file of bounded size, or what is no text.
fn read(file: &Path, real: &Path) -> Result<Result<String, FromUtf8Error>> {
    let shown = file.display();
    let about = std::fs::metadata(real).map_err(|e| unreadable(file, &e))?;
    if !about.is_file() {
        let stop = Stop::usage(format!("{shown} is no plain file"));
        return Err(stop
            .help("remove it, or give it another ending than .yaml and .yml")
            .into());
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(real).map_err(|e| unreadable(file, &e))?;
    let whole = opened.take(FILE_LIMIT + 1).read_to_end(&mut bytes);
    whole.map_err(|e| unreadable(file, &e))?;
    if bytes.len() as u64 > FILE_LIMIT {
        let limit = FILE_LIMIT / 1024 / 1024;
        let stop = Stop::usage(format!(
            "{shown} has {} bytes; a declaration has at most {limit} MiB",
            about.len()
        ));
        return Err(stop
            .help("split it, or move what is no declaration elsewhere")
            .into());
    }
    Ok(String::from_utf8(bytes))
}

/// What lies below a folder.
#[derive(Default)]
struct Names {
    /// Paths from the root of what is no folder.
    paths: BTreeSet<String>,
    /// Names that were looked at.
    count: usize,
}

/// The files below a folder of the tree, which is given with its last `/` and may be a symbolic link that stays in the tree. Links
/// to folders below it are not followed, so a loop cannot happen.
fn below(root: &Path, folder: &str, most: usize) -> Result<Names> {
    let real = |path: &Path| path.canonicalize().ok();
    if let (Some(inner), Some(outer)) = (real(&root.join(folder)), real(root))
        && !inner.starts_with(outer)
    {
        let shown = root.join(folder);
        let stop = Stop::usage(format!(
            "{} leads out of the lab tree by a symbolic link",
            shown.display()
        ));
        return Err(stop.help("put a copy there instead of the link").into());
    }
    let mut names = Names::default();
    collect(root, folder, 0, most, &mut names)?;
    Ok(names)
}

fn collect(root: &Path, folder: &str, depth: usize, most: usize, names: &mut Names) -> Result<()> {
    let path = root.join(folder);
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(e) => {
            return match e.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Ok(()),
                _ => Err(unreadable(&path, &e)),
            };
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(&path, &e))?;
        // A name that is no text is none that could be included, or that ends in .yaml.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry
            .file_type()
            .map_err(|e| unreadable(&entry.path(), &e))?;
        found.push((name, kind.is_dir()));
        names.count += 1;
        if names.count > most {
            let stop = Stop::usage(format!(
                "{} has more than {most} files and folders below it",
                path.display()
            ));
            return Err(stop
                .help("name folders in 'include' before the first '*'")
                .into());
        }
    }
    found.sort();
    for (name, is_folder) in found {
        let path = format!("{folder}{name}");
        match is_folder {
            false => drop(names.paths.insert(path)),
            true if name == ".git" || depth >= DEEPEST => {}
            true => collect(root, &format!("{path}/"), depth + 1, most, names)?,
        }
    }
    Ok(())
}
