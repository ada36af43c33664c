//! Files of a lab tree that look like parts of the declaration and were not read. What they declare is missing without a word, and
//! whoever wrote them believes that it was checked.

use crate::output::words::count;
use crate::tree::Tree;
use diag::{Diagnostic, Severity};
use std::collections::{BTreeSet, VecDeque};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What the code means.
pub(crate) const CODE: (&str, &str) = (
    "file-not-read",
    "A file of the lab tree looks like a part of the declaration and was not read, so that nothing of it was checked. Read are holdfast.yaml, every *.yaml and *.yml below lab/ (in small letters), and what 'include' in holdfast.yaml names. Links to folders are not followed.",
);

/// More names are not looked at: beside a lab tree can be anything.
const MOST_NAMES: usize = 20_000;
/// Folders within folders, outside of `lab/`.
const DEEPEST: usize = 4;
/// Of a file, so much is looked at.
const MOST_BYTES: u64 = 256 * 1024;
/// More files are counted and not named.
const MOST_TOLD: usize = 10;

/// A warning for each file that should perhaps have been read.
pub(crate) fn told(tree: &Tree) -> Vec<Diagnostic> {
    let read = read(tree);
    let stray: Vec<Diagnostic> = names(&tree.root)
        .iter()
        .filter(|found| !read.contains(&real(&tree.root.join(&found.path))))
        .filter_map(|found| judge(&tree.root, found))
        .collect();
    let more = stray.len().saturating_sub(MOST_TOLD);
    let mut told: Vec<Diagnostic> = stray.into_iter().take(MOST_TOLD).collect();
    if more > 0 {
        let files = count(more, "more file like these is", "more files like these are");
        told.push(warning(format!("{files} not read")).help(HELP));
    }
    told
}

const HELP: &str =
    "move it below lab/ as *.yaml, or name it in 'include' of holdfast.yaml, or away from the tree";

fn warning(message: String) -> Diagnostic {
    Diagnostic::finding(CODE.0, Severity::Warning, message)
}

/// A name beside or below the declaration.
struct Found {
    /// From the root.
    path: String,
    is_link: bool,
}

/// What was read, under whatever name.
fn read(tree: &Tree) -> BTreeSet<PathBuf> {
    let paths = tree.sources.iter();
    paths.map(|(_, s)| real(&tree.root.join(&s.path))).collect()
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// The files of a tree, those near the root first. What cannot be looked at is left out: this is a help and no reading.
fn names(root: &Path) -> Vec<Found> {
    let (mut found, mut looked) = (Vec::new(), 0);
    let mut folders = VecDeque::from([(String::new(), 0)]);
    while let Some((folder, depth)) = folders.pop_front() {
        let Ok(entries) = std::fs::read_dir(root.join(&folder)) else {
            continue;
        };
        let mut here = Vec::new();
        for entry in entries.flatten().take(MOST_NAMES - looked) {
            looked += 1;
            if let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) {
                here.push((name, kind));
            }
        }
        // Another lab tree within this one is no part of it.
        if !folder.is_empty() && here.iter().any(|(name, _)| name == "holdfast.yaml") {
            continue;
        }
        here.sort_by(|a, b| a.0.cmp(&b.0));
        let deeper = depth < DEEPEST || folder.starts_with("lab/");
        for (name, kind) in here {
            let path = format!("{folder}{name}");
            match kind.is_dir() {
                true if name.starts_with('.') || name == "node_modules" || !deeper => {}
                true => folders.push_back((format!("{path}/"), depth + 1)),
                false => found.push(Found {
                    path,
                    is_link: kind.is_symlink(),
                }),
            }
        }
    }
    found
}

/// What is said of a file that was not read, if it looks like one that was meant to be.
fn judge(root: &Path, found: &Found) -> Option<Diagnostic> {
    let path = found.path.as_str();
    let file = root.join(path);
    if found.is_link && file.is_dir() {
        return path.starts_with("lab/").then(|| {
            warning(format!("{path} is a link to a folder, and what is in it is not read"))
                .help("put the folder itself there, or name its files in 'include' of holdfast.yaml if they are in the tree")
        });
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_lowercase();
    let is_yaml = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml");
    let text_behind = lower.strip_suffix(".txt").is_some_and(is_yaml);
    if !(is_yaml(&lower) || text_behind) || name.starts_with('.') {
        return None;
    }
    if path.starts_with("lab/") {
        let ending = name.get(stem(&lower).len()..).unwrap_or(name);
        let meant = path.strip_suffix(ending)?;
        return Some(
            warning(format!(
                "{path} is not read: its name ends in '{ending}', not in '.yaml' or '.yml'"
            ))
            .help(format!("rename it to {meant}.yaml")),
        );
    }
    let sections = lang::sections_of(path, &beginning(&file)?);
    if sections.is_empty() {
        return None;
    }
    let has = sections.join(", ");
    let said = warning(format!(
        "{path} is not read, though it has what a lab declares: {has}"
    ));
    Some(match is_yaml(name) && !lower.starts_with("holdfast.") {
        true => said.help(format!(
            "move it below lab/, or write 'include: [{path}]' in holdfast.yaml"
        )),
        false if lower.starts_with("holdfast.") => {
            said.help("the root file is holdfast.yaml; move what is missing there, or below lab/")
        }
        false => said.help(HELP),
    })
}

/// A name without what makes it YAML.
fn stem(lower: &str) -> &str {
    let name = lower.strip_suffix(".txt").unwrap_or(lower);
    let stem = name.strip_suffix(".yaml").or(name.strip_suffix(".yml"));
    stem.unwrap_or(name)
}

/// The beginning of a plain file, as far as it is text.
fn beginning(file: &Path) -> Option<String> {
    if !std::fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).ok()?;
    opened.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
