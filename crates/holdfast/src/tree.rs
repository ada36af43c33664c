//! The lab tree on disk: which files are read, and nothing else.

use crate::exit::Stop;
use crate::texts::Folder;
use anyhow::{Context as _, Result};
use diag::{Diagnostic, SourceSet};
use model::compose::Projects;
use model::lab::Lab;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Larger files are not a declaration.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// Texts that stand in for those on the disk, by path: what a mend would make of them.
pub(crate) type Instead = BTreeMap<String, String>;

/// A lab tree: its texts and what they declare.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) sources: SourceSet,
    pub(crate) lab: Lab,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) instead: Instead,
}

impl Tree {
    /// Reads and analyses a lab tree.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, Instead::new())
    }

    /// The same with some texts that are not on the disk yet.
    pub(crate) fn open_with(path: &Path, instead: Instead) -> Result<Self> {
        let root = if path.is_file() {
            path.parent().unwrap_or(path).to_path_buf()
        } else {
            path.to_path_buf()
        };
        let sources = load(&root, &instead)?;
        let (lab, diagnostics) = lang::analyze(&sources);
        Ok(Self {
            root,
            sources,
            lab,
            diagnostics,
            instead,
        })
    }

    /// Opens a tree for a verb that acts on it: an invalid declaration stops here.
    pub(crate) fn open_valid(path: &Path) -> Result<Self> {
        let tree = Self::open(path)?;
        let invalid: Vec<Diagnostic> = tree
            .diagnostics
            .iter()
            .filter(|d| d.class == diag::Class::Invalid && d.severity == diag::Severity::Error)
            .cloned()
            .collect();
        if invalid.is_empty() {
            return Ok(tree);
        }
        eprint!(
            "{}",
            diag::render::full(&invalid, &tree.sources, diag::render::Color::Never)
        );
        Err(Stop::usage(format!(
            "the declaration in {} is not valid",
            tree.root.display()
        ))
        .help(format!(
            "all of it is shown by: holdfast check {}",
            crate::hint::quoted(&path.display().to_string())
        ))
        .into())
    }

    /// Reads the Compose projects of the stacks; their texts and what is wrong with them join those of the lab.
    pub(crate) fn read_stacks(&mut self) -> Projects {
        let loader = Folder::below(&self.root, self.instead.clone());
        let stacks = lang::stacks(&self.lab, std::mem::take(&mut self.sources), &loader);
        self.sources = stacks.sources;
        self.diagnostics.extend(stacks.diagnostics);
        stacks.projects
    }

    /// Where the committed identities are.
    pub(crate) fn lock_path(&self) -> PathBuf {
        self.root.join("holdfast.lock")
    }
}

/// `holdfast.yaml` and `lab/**/*.yaml|yml`, sorted. Symbolic links to directories are not followed, so a loop cannot happen.
fn load(root: &Path, instead: &Instead) -> Result<SourceSet> {
    let first = root.join("holdfast.yaml");
    if !first.is_file() {
        return Err(Stop::usage(format!(
            "{} is no lab tree: it has no holdfast.yaml",
            root.display()
        ))
        .help("name the folder that has one, or write one with `format: 1` and `lab: NAME`")
        .into());
    }
    let mut files = vec![first];
    let mut below = Vec::new();
    collect(&root.join("lab"), &mut below)?;
    below.sort();
    files.extend(below);
    let mut sources = SourceSet::default();
    for file in files {
        let shown = file
            .strip_prefix(root)
            .unwrap_or(&file)
            .display()
            .to_string();
        let text = match instead.get(&shown) {
            Some(text) => text.clone(),
            None => read(&file)?,
        };
        sources.add(shown, text);
    }
    Ok(sources)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e).with_context(|| format!("cannot list {}", folder.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
        let path = entry.path();
        let kind = entry
            .file_type()
            .with_context(|| format!("cannot look at {}", path.display()))?;
        let yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        if kind.is_dir() {
            collect(&path, files)?;
        } else if yaml {
            files.push(path);
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    let size = std::fs::metadata(file)
        .with_context(|| format!("cannot read {}", file.display()))?
        .len();
    if size > FILE_LIMIT {
        return Err(Stop::usage(format!(
            "{} has {size} bytes; a declaration has at most {FILE_LIMIT}",
            file.display()
        ))
        .into());
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Stop::usage(format!(
            "{} is not UTF-8 text: byte {at} is wrong",
            file.display()
        ))
        .help("save it as UTF-8")
        .into()
    })
}
