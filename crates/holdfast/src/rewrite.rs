//! Writes mended files of a lab tree.
//!
//! All files are looked at before the first is written: one that has changed since it was read, that may not be written, or that a
//! symbolic link puts outside of the lab tree, or whose new text could not be read any more, stops all of them. Each is replaced at once,
//! by a new file beside it that is on the disk before it takes the name; so a reader sees the old text or the new one, whatever
//! happens in between. A file that has further names, by hard links, is left: a new file would part them, and to write over the old one
//! would leave half of it on a full disk, and write outside of the tree if a name of it is there.

use crate::exit::Stop;
use crate::mend::{Change, is_yaml};
use crate::put::beside;
use anyhow::Result;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
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
    if about.nlink() > 1 {
        return Err("has further names by hard links, which a new file would part; copy it over itself (`cp f g && mv g f`) if it is to be one of its own".to_owned());
    }
    unchanged(&real, change)?;
    if is_yaml(&change.path) && lang::readable(&change.was) && !lang::readable(&change.now) {
        return Err("would not be readable YAML any more".to_owned());
    }
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
    beside(real, change.now.as_bytes(), |new| {
        new.sync_all()?;
        unchanged(real, change).map_err(io::Error::other)
    })?;
    File::open(real.parent().unwrap_or(Path::new("/")))?.sync_all()
}
