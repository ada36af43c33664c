//! The lab tree on disk, read and understood.

use crate::exit::Stop;
use crate::files;
use crate::texts::Folder;
use anyhow::Result;
use diag::{Diagnostic, SourceSet};
use model::compose::Projects;
use model::lab::Lab;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
        Ok(Self::open_beside(path, instead, |_| ())?.0)
    }

    /// The same, while something else is done with the texts: analysis alone does not keep all processors busy.
    pub(crate) fn open_beside<T: Send>(
        path: &Path,
        instead: Instead,
        beside: impl FnOnce(&SourceSet) -> T + Send,
    ) -> Result<(Self, T)> {
        let root = if path.is_file() {
            // A file that is named without a folder is in this one.
            let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
            folder.unwrap_or(Path::new(".")).to_path_buf()
        } else {
            path.to_path_buf()
        };
        let (sources, included) = files::load(&root, &instead)?;
        let ((lab, mut diagnostics), done) =
            rayon::join(|| lang::analyze(&sources), || beside(&sources));
        diagnostics.extend(included);
        let tree = Self {
            root,
            sources,
            lab,
            diagnostics,
            instead,
        };
        Ok((tree, done))
    }

    /// Opens a tree for a verb that acts on it: an invalid declaration stops here.
    pub(crate) fn open_valid(path: &Path) -> Result<Self> {
        let tree = Self::open(path)?;
        let mut invalid: Vec<Diagnostic> = tree
            .diagnostics
            .iter()
            .filter(|d| d.class == diag::Class::Invalid && d.severity == diag::Severity::Error)
            .cloned()
            .collect();
        if invalid.is_empty() {
            return Ok(tree);
        }
        let names = crate::veil::names(&tree.lab);
        let veil = crate::veil::over(&tree.sources, &invalid, &names);
        veil.over(&tree.sources, &mut invalid, &names);
        err!(
            "{}",
            diag::render::full(&invalid, &veil.shown, diag::render::Color::Never)
        );
        Err(Stop::usage(format!(
            "the declaration in {} is not valid",
            tree.root.display()
        ))
        .help(format!(
            "all of it is shown by: holdfast check {}",
            console::hint::quoted(&path.display().to_string())
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
