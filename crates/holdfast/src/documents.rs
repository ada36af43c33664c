//! The documents of a lab on disk: those that it declares are read, and what they mention is looked for. Nothing else is opened.

use crate::texts::Folder;
use crate::tree::Tree;
use diag::{Diagnostic, Edit, Fix, SourceId, Span};
use model::declare::OptExt as _;
use model::document::{Documents, Presence};
use model::lab::service::Status;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Larger files are not a document that people read.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// Reads every declared document; what could not be read is told.
pub(crate) fn load(tree: &mut Tree) -> (Documents, Vec<Diagnostic>) {
    let mut out = Documents::default();
    let mut diagnostics = Vec::new();
    let mut texts: BTreeMap<String, SourceId> = BTreeMap::new();
    for (name, declared) in &tree.lab.documents {
        // What is planned is still to be written, and what is retired need not be true.
        let status = declared.status.known().unwrap_or(&Status::Running);
        let Some(given) = declared
            .file
            .as_ref()
            .filter(|_| *status == Status::Running)
        else {
            continue;
        };
        let Some(file) = declared.file.known().map(|f| f.0.as_str()) else {
            continue;
        };
        if !texts.contains_key(file) {
            let text = match tree.instead.get(file) {
                Some(text) => Ok(text.clone()),
                None => read(&tree.root, file),
            };
            match text {
                Ok(text) => {
                    texts.insert(file.to_owned(), tree.sources.add(file, text));
                }
                Err(unreadable) => {
                    let d = told(name, file, given.span, &unreadable);
                    let folder = Folder::below(&tree.root, tree.instead.clone());
                    let near = lang::near_file(file, &folder);
                    diagnostics.push(match near {
                        Some(near) => d.fix(Fix::doubtful(
                            format!("did you mean '{near}'?"),
                            Edit::replace(given.span, near),
                        )),
                        None => d,
                    });
                    continue;
                }
            }
        }
        let source = texts.get(file).copied().unwrap_or_default();
        let text = tree.sources.get(source).map_or("", |s| s.text.as_str());
        let document = document::read(name, file, source, text);
        out.by_name.insert(name.clone(), document);
    }
    let paths: Vec<String> = out.paths().into_iter().map(str::to_owned).collect();
    for path in paths {
        let presence = presence(&tree.root, &path);
        out.files.insert(path, presence);
    }
    (out, diagnostics)
}

/// Why a document is not read, and what to do.
struct Unreadable {
    what: String,
    help: &'static str,
}

fn told(name: &str, file: &str, span: Span, why: &Unreadable) -> Diagnostic {
    let message = format!("document '{name}' cannot be read: {file} {}", why.what);
    Diagnostic::invalid("document-file", message)
        .at(span, "")
        .help(why.help)
}

fn read(root: &Path, file: &str) -> Result<String, Unreadable> {
    let failed = |e: std::io::Error| Unreadable {
        what: match e.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be opened ({e})"),
        },
        help: "paths are meant from the folder of holdfast.yaml",
    };
    let path = inside(root, file).map_err(failed)?.ok_or(Unreadable {
        what: "lies outside of the lab tree".to_owned(),
        help: "only what is below the lab tree is read; put a copy there instead of a link",
    })?;
    // A pipe or a device would keep the reader waiting, so it is asked first what it is.
    if !std::fs::metadata(&path).map_err(failed)?.is_file() {
        let what = "is no plain file".to_owned();
        let help = "name one file";
        return Err(Unreadable { what, help });
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(&path).map_err(failed)?;
    opened
        .take(FILE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(Unreadable {
            what: format!("is larger than {} MiB", FILE_LIMIT / 1024 / 1024),
            help: "declare the part that people read",
        });
    }
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = e
            .as_bytes()
            .iter()
            .take(at)
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        Unreadable {
            what: format!("is not UTF-8 text: byte {at} in line {line} is wrong"),
            help: "save it as UTF-8",
        }
    })
}

/// The real path of a file of the lab tree; none if symbolic links lead out of it.
fn inside(root: &Path, file: &str) -> std::io::Result<Option<PathBuf>> {
    let real = root.join(file).canonicalize()?;
    let root = root.canonicalize()?;
    Ok(real.starts_with(&root).then_some(real))
}

fn presence(root: &Path, path: &str) -> Presence {
    match inside(root, path) {
        Ok(None) => Presence::Outside,
        Ok(Some(real)) if real.is_dir() => Presence::Folder,
        Ok(Some(_)) => Presence::File,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Presence::Missing,
        Err(_) => Presence::Unknown,
    }
}
