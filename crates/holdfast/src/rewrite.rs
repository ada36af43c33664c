//! Writes mended files of a lab tree.
//!
//! All files are looked at before the first is written: one that has changed since it was read, that may not be written, or that a
//! symbolic link puts outside of the lab tree stops all of them. Each is replaced at once, by a new file beside it that is on the
//! disk before it takes the name; so a reader sees the old text or the new one, whatever happens in between.

use crate::exit::Stop;
use crate::mend::Change;
use anyhow::Result;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};

/// Writes all changes or, if one of them must not be, none. What the disk refuses half-way is told with what was written before.
pub(crate) fn write(root: &Path, changes: &[Change]) -> Result<()> {
    let checked: Vec<_> = changes.iter().map(|c| (c, ready(root, c))).collect();
    let refused: Vec<String> = checked
        .iter()
        .filter_map(|(c, r)| Some(format!("{} {}", c.path, r.as_ref().err()?)))
        .collect();
    if !refused.is_empty() {
        let stop = Stop::refused(format!("nothing is written: {}", refused.join("; ")));
        return Err(stop.help("run it again when that is mended").into());
    }
    let mut written: Vec<&str> = Vec::new();
    for (change, real) in &checked {
        let Ok(real) = real else { continue };
        if let Err(e) = replace(real, change) {
            let left: Vec<&str> = changes
                .iter()
                .skip(written.len())
                .map(|c| c.path.as_str())
                .collect();
            let done = match written.is_empty() {
                true => "nothing is written".to_owned(),
                false => format!("written: {}", written.join(", ")),
            };
            let message = format!(
                "cannot write {}: {e}; {done}; as before: {}",
                change.path,
                left.join(", ")
            );
            return Err(Stop::environment(message)
                .help("run it again when the disk lets it be written")
                .into());
        }
        written.push(&change.path);
    }
    Ok(())
}

/// The real place of a file that may be written now.
fn ready(root: &Path, change: &Change) -> Result<PathBuf, String> {
    let cannot = |e: io::Error| format!("cannot be read ({e})");
    let real = root.join(&change.path).canonicalize().map_err(cannot)?;
    let root = root.canonicalize().map_err(cannot)?;
    if !real.starts_with(&root) {
        return Err("lies outside of the lab tree, by a symbolic link".to_owned());
    }
    let about = fs::metadata(&real).map_err(cannot)?;
    if !about.is_file() {
        return Err("is no plain file".to_owned());
    }
    if about.permissions().readonly() {
        return Err("is read-only".to_owned());
    }
    unchanged(&real, change)?;
    Ok(real)
}

fn unchanged(real: &Path, change: &Change) -> Result<(), String> {
    match fs::read(real) {
        Ok(bytes) if bytes == change.was.as_bytes() => Ok(()),
        Ok(_) => Err("has changed since it was read".to_owned()),
        Err(e) => Err(format!("cannot be read ({e})")),
    }
}

fn replace(real: &Path, change: &Change) -> io::Result<()> {
    let folder = real.parent().unwrap_or(Path::new("/"));
    let name = real.file_name().unwrap_or_default().to_string_lossy();
    let new = folder.join(format!(".{name}.holdfast-{}", std::process::id()));
    let done = fill(&new, real, change).and_then(|()| {
        unchanged(real, change).map_err(io::Error::other)?;
        fs::rename(&new, real)
    });
    if done.is_err() {
        // The old file stands as it was; what is left beside it would only be litter.
        let _ = fs::remove_file(&new);
        return done;
    }
    File::open(folder)?.sync_all()
}

/// The new text with mode and owner of the old file, on the disk.
fn fill(new: &Path, old: &Path, change: &Change) -> io::Result<()> {
    let about = fs::metadata(old)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
    file.write_all(change.now.as_bytes())?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (about.uid(), about.gid()) {
        chown(new, Some(about.uid()), Some(about.gid()))?;
    }
    file.set_permissions(about.permissions())?;
    file.sync_all()
}
