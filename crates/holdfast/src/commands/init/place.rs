//! The folder of a new lab tree, and putting texts there all at once.
//!
//! Everything is written to a folder beside first (`.NAME.holdfast-init`, or `.holdfast-init` in a folder that exists). A new tree
//! is then one rename, so that whatever ends this program leaves nothing or all of it. Into a folder that exists, files
//! are moved one by one, never over another one, `holdfast.yaml` last: without it the folder is no lab tree, and a second
//! `init` with the same answers takes up what lies there.

use crate::exit::Stop;
use anyhow::{Context as _, Result};
use rustix::fs::{CWD, FlockOperation, RenameFlags};
use std::borrow::Cow;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A folder that has it is a lab tree.
const ROOT: &str = "holdfast.yaml";

/// A text of the tree.
pub(in crate::commands) struct Text {
    pub(in crate::commands) path: Cow<'static, str>,
    pub(in crate::commands) bytes: String,
    /// What is there already stays, and this is not written.
    pub(in crate::commands) spare: bool,
}

/// What was done.
#[derive(Debug, Default)]
pub(in crate::commands) struct Written {
    pub(in crate::commands) files: Vec<Cow<'static, str>>,
    /// There already, and left as they are.
    pub(in crate::commands) kept: Vec<Cow<'static, str>>,
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    folder: PathBuf,
    exists: bool,
}

impl Place {
    /// A folder, or the name of one in a folder that exists.
    pub(in crate::commands) fn at(folder: &Path) -> Result<Self> {
        let shown = folder.display();
        let exists = match std::fs::metadata(folder) {
            Ok(about) if about.is_dir() => true,
            Ok(_) => return Err(Stop::usage(format!("{shown} is a file, not a folder")).into()),
            Err(e) if e.kind() == ErrorKind::NotFound => false,
            Err(e) => return Err(e).with_context(|| format!("cannot look at {shown}")),
        };
        let place = Self {
            folder: folder.to_path_buf(),
            exists,
        };
        if !exists && (folder.file_name().is_none() || !place.parent().is_dir()) {
            let stop = Stop::environment(format!(
                "there is no folder {} to make {shown} in",
                place.parent().display()
            ));
            return Err(stop.help("make it first").into());
        }
        // A dangling link is neither a folder nor free.
        if !exists && std::fs::symlink_metadata(folder).is_ok() {
            return Err(
                Stop::usage(format!("{shown} is a link to something that is not there")).into(),
            );
        }
        Ok(place)
    }

    pub(in crate::commands) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(in crate::commands) fn exists(&self) -> bool {
        self.exists
    }

    /// As it is shown to people: whole.
    pub(in crate::commands) fn shown(&self) -> String {
        let whole = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        whole.display().to_string()
    }

    /// The last part of its name.
    pub(in crate::commands) fn name(&self) -> String {
        let whole = self
            .folder
            .canonicalize()
            .unwrap_or_else(|_| self.folder.clone());
        let name = whole.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn parent(&self) -> PathBuf {
        match self.folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        }
    }

    /// Refuses if something is in the way: a lab tree, files of the same name, more YAML in `lab`.
    pub(in crate::commands) fn refuse_overwriting(&self, texts: &[Text]) -> Result<()> {
        if !self.exists {
            return Ok(());
        }
        let mut in_the_way: Vec<String> = Vec::new();
        for text in texts.iter().filter(|t| !t.spare) {
            let root = text.path == ROOT && self.folder.join(ROOT).exists();
            if root || !matches!(self.there(text), There::Nothing | There::Same) {
                in_the_way.push(text.path.to_string());
            }
        }
        in_the_way.extend(self.strangers(texts)?);
        if in_the_way.is_empty() {
            return Ok(());
        }
        let shown = self.folder.display();
        let message = format!(
            "{shown} has files that would be in the way: {}",
            in_the_way.join(", ")
        );
        let help = match self.folder.join(ROOT).exists() {
            true => "it is a lab tree already; name another folder",
            false => "name another folder, or move them away; init never writes over a file",
        };
        Err(Stop::refused(message).help(help).into())
    }

    /// What else lies below `lab` and would be read with the tree.
    fn strangers(&self, texts: &[Text]) -> Result<Vec<String>> {
        let entries = match std::fs::read_dir(self.folder.join("lab")) {
            Ok(entries) => entries,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(e) => return Err(e).context("cannot list lab"),
        };
        let mut out = Vec::new();
        for entry in entries {
            let path = format!("lab/{}", entry?.file_name().to_string_lossy());
            if texts.iter().all(|t| t.path != path) {
                out.push(path);
            }
        }
        out.sort();
        Ok(out)
    }

    /// Writes one more file of a tree that is there, beside first, never over another one.
    pub(in crate::commands) fn add(&self, text: &Text) -> Result<()> {
        let staging = Staging::beside(self)?;
        staging.put(text)?;
        staging.move_into(&self.folder, std::slice::from_ref(&text.path))
    }

    fn there(&self, text: &Text) -> There {
        let mut path = self.folder.clone();
        for part in Path::new(text.path.as_ref()) {
            path.push(part);
            match std::fs::symlink_metadata(&path) {
                Err(e) if e.kind() == ErrorKind::NotFound => return There::Nothing,
                // Nothing is written through a link to another place.
                Ok(about) if about.is_dir() => {}
                Ok(about) if about.is_file() => {
                    let same = about.len() == text.bytes.len() as u64
                        && std::fs::read(&path).is_ok_and(|b| b == text.bytes.as_bytes());
                    return if same { There::Same } else { There::Other };
                }
                Ok(_) | Err(_) => return There::Other,
            }
        }
        There::Other
    }

    /// Writes all of it, or nothing.
    pub(in crate::commands) fn write(&self, texts: &[Text]) -> Result<Written> {
        self.refuse_overwriting(texts)?;
        // From here on Ctrl-C waits, so that nothing half done is left.
        let interrupted = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupted))?;
        let staging = Staging::beside(self)?;
        let mut written = Written::default();
        let mut fresh = Vec::new();
        for text in texts {
            match (self.exists, self.exists.then(|| self.there(text))) {
                (true, Some(There::Other | There::Same)) if text.spare => {
                    written.kept.push(text.path.clone())
                }
                (true, Some(There::Same)) => written.files.push(text.path.clone()),
                _ => {
                    staging.put(text)?;
                    written.files.push(text.path.clone());
                    fresh.push(text.path.clone());
                }
            }
        }
        if interrupted.load(Ordering::SeqCst) {
            return Err(Stop::refused("interrupted; nothing was written").into());
        }
        match self.exists {
            true => staging.move_into(&self.folder, &fresh)?,
            false => staging.become_folder(&self.folder)?,
        }
        Ok(written)
    }
}

/// What is at the place of a text.
enum There {
    Nothing,
    /// These very bytes, of an earlier start.
    Same,
    Other,
}

/// The folder beside, gone again when it is no longer needed.
struct Staging {
    folder: PathBuf,
    /// Held while it is written, so that a second `init` at the same place waits for nothing and refuses.
    _lock: std::fs::File,
}

impl Staging {
    fn beside(place: &Place) -> Result<Self> {
        let folder = match place.exists {
            true => place.folder.join(".holdfast-init"),
            false => place
                .parent()
                .join(format!(".{}.holdfast-init", place.name())),
        };
        let cannot = || format!("cannot write to {}", folder.display());
        // What is left of one that was killed is taken away.
        for _ in 0..2 {
            match std::fs::create_dir(&folder) {
                Ok(()) => break,
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                    drop(lock(&folder)?);
                    std::fs::remove_dir_all(&folder).with_context(cannot)?;
                }
                Err(e) => return Err(e).with_context(cannot),
            }
        }
        let lock = lock(&folder)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    fn put(&self, text: &Text) -> Result<()> {
        let path = self.folder.join(text.path.as_ref());
        let cannot = || format!("cannot write {}", text.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(cannot)?;
        }
        let mut file = std::fs::File::create_new(&path).with_context(cannot)?;
        file.write_all(text.bytes.as_bytes()).with_context(cannot)?;
        file.sync_all().with_context(cannot)
    }

    /// The one rename.
    fn become_folder(&self, folder: &Path) -> Result<()> {
        rename(&self.folder, folder).with_context(|| format!("cannot make {}", folder.display()))
    }

    /// Moves file by file; if one fails, those before it are taken away again.
    fn move_into(&self, folder: &Path, paths: &[Cow<'static, str>]) -> Result<()> {
        let mut made: Vec<PathBuf> = Vec::new();
        for path in paths {
            let moved = make_parents(folder, path, &mut made).and_then(|()| {
                rename(
                    &self.folder.join(path.as_ref()),
                    &folder.join(path.as_ref()),
                )
            });
            if let Err(e) = moved {
                for path in made.iter().rev() {
                    let _ = std::fs::remove_file(path).or_else(|_| std::fs::remove_dir(path));
                }
                return Err(e).with_context(|| format!("cannot write {path}"));
            }
            made.push(folder.join(path.as_ref()));
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nobody can be told here; after the one rename it is no longer there.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn lock(folder: &Path) -> Result<std::fs::File> {
    let file =
        std::fs::File::open(folder).with_context(|| format!("cannot open {}", folder.display()))?;
    let free = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
    match free {
        true => Ok(file),
        false => {
            Err(Stop::refused(format!("another init is writing to {}", folder.display())).into())
        }
    }
}

fn make_parents(folder: &Path, path: &str, made: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut at = folder.to_path_buf();
    for part in Path::new(path).parent().unwrap_or(Path::new("")) {
        at.push(part);
        match std::fs::create_dir(&at) {
            Ok(()) => made.push(at.clone()),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Never over something that is there. Where the file system cannot promise that, it is looked for right before.
fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
            if std::fs::symlink_metadata(to).is_ok() {
                return Err(ErrorKind::AlreadyExists.into());
            }
            std::fs::rename(from, to)
        }
        done => Ok(done?),
    }
}

/// `git init`, if it is wanted.
pub(in crate::commands) struct Git(bool);

impl Git {
    /// Found out before anything is written: a folder that is in a repository needs none.
    pub(in crate::commands) fn wanted(asked: bool, place: &Place) -> Result<Self> {
        if !asked || place.exists() && place.folder().join(".git").exists() {
            return Ok(Self(false));
        }
        let there = Command::new("git")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match there {
            Ok(status) if status.success() => Ok(Self(true)),
            _ => {
                let stop = Stop::environment(
                    "git is not installed, so that --git cannot be done; nothing was written",
                );
                Err(stop.help("install it, or leave --git away").into())
            }
        }
    }

    pub(in crate::commands) fn make(&self, place: &Place) -> Result<()> {
        if !self.0 {
            return Ok(());
        }
        let mut command = Command::new("git");
        command.args(["init", "--quiet", "--"]).arg(place.folder());
        let ended = command.status().context("cannot start git")?;
        match ended.success() {
            true => Ok(()),
            false => {
                Err(Stop::environment("the lab tree is written, but `git init` failed").into())
            }
        }
    }
}
