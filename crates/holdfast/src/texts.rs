//! Texts that Compose projects point to, from the disk.

use crate::tree::Instead;
use lang::compose::{Loaded, Loader};
use std::path::{Path, PathBuf};

/// Larger files are not a declaration.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// Files seen from a folder.
pub(crate) struct Folder {
    from: PathBuf,
    /// Nothing outside of it is opened, symbolic links followed.
    within: Option<PathBuf>,
    /// Texts in place of those on the disk.
    instead: Instead,
}

impl Folder {
    /// Files below a folder, or wherever a project points.
    pub(crate) fn anywhere(from: PathBuf) -> Self {
        Self {
            from,
            within: None,
            instead: Instead::new(),
        }
    }

    /// Files of a lab tree, and no others.
    pub(crate) fn below(root: &Path, instead: Instead) -> Self {
        Self {
            from: root.to_path_buf(),
            within: Some(root.canonicalize().unwrap_or_else(|_| root.to_path_buf())),
            instead,
        }
    }

    fn is_outside(&self, path: &Path) -> bool {
        let real = path.canonicalize();
        let within = self.within.as_ref();
        within.is_some_and(|root| real.is_ok_and(|real| !real.starts_with(root)))
    }
}

impl Loader for Folder {
    fn load(&self, path: &str) -> Loaded {
        if let Some(text) = self.instead.get(path) {
            return Loaded::Text(text.clone());
        }
        let path = self.from.join(path);
        let about = match std::fs::metadata(&path) {
            Ok(about) => about,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Loaded::Missing,
            Err(e) if e.kind() == std::io::ErrorKind::NotADirectory => return Loaded::Missing,
            Err(e) => return Loaded::Unreadable(e.to_string()),
        };
        if self.is_outside(&path) {
            return Loaded::Unreadable("it lies outside of the lab tree".to_owned());
        }
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

    fn list(&self, folder: &str) -> Vec<String> {
        let path = self.from.join(folder);
        if self.is_outside(&path) {
            return Vec::new();
        }
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|e| e.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }
}
