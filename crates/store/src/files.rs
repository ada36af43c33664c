//! Files that are either the old or the new ones, never something between.

use crate::error::{StoreError, at};
use crate::random;
use data_encoding::HEXLOWER;
use rustix::fs::FlockOperation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Mode of what only the owner may read.
pub(crate) const PRIVATE: u32 = 0o600;

/// Creates a directory of mode 0700 with its parents, and syncs the parent so that it survives a power cut.
pub(crate) fn make_dir(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = parent_of(path);
    if !parent.is_dir() {
        make_dir(&parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(StoreError::io("create directory", path, e)),
        Ok(()) => sync_dir(&parent),
    }
}

/// Makes names in a directory durable.
pub(crate) fn sync_dir(path: &Path) -> Result<(), StoreError> {
    let dir = File::open(path).map_err(at("open directory", path))?;
    dir.sync_all().map_err(at("sync directory", path))
}

/// Replaces a file: temporary file beside it, sync, rename, sync of the directory.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    let dir = parent_of(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let suffix = HEXLOWER.encode(&random::bytes::<4>()?);
    let temporary = dir.join(format!(".{name}.tmp-{suffix}"));
    let written = write_new(&temporary, bytes, mode)
        .and_then(|()| std::fs::rename(&temporary, path).map_err(at("replace", path)));
    if written.is_err() {
        // The first error is the one to tell; a temporary file left behind harms nothing.
        let _ = std::fs::remove_file(&temporary);
    }
    written?;
    sync_dir(&dir)
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let mut file = options.open(path).map_err(at("create", path))?;
    file.write_all(bytes).map_err(at("write", path))?;
    file.sync_all().map_err(at("sync", path))
}

/// The directory that a path lies in.
pub(crate) fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// A file's bytes; `None` if it does not exist.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let read = std::fs::metadata(path).and_then(|about| match about.is_file() {
        true => std::fs::read(path),
        // A pipe would be waited for.
        false => Err(std::io::Error::other("it is no plain file")),
    });
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StoreError::io("read", path, e)),
    }
}

/// Names in a directory, sorted; none if it does not exist. Names that are not UTF-8 are not ours.
pub(crate) fn names(dir: &Path) -> Result<Vec<String>, StoreError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(StoreError::io("list", dir, e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(at("list", dir))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Writes a value as pretty JSON with a final newline.
pub(crate) fn write_json<T: Serialize>(
    path: &Path,
    value: &T,
    mode: u32,
) -> Result<(), StoreError> {
    let text = serde_json::to_string_pretty(value).map_err(|e| StoreError::Malformed {
        path: path.to_path_buf(),
        message: format!("the value cannot be written as JSON: {e}"),
        help: "this is a defect of holdfast",
    })?;
    write_atomic(path, format!("{text}\n").as_bytes(), mode)
}

/// Reads a JSON file with a `format` field, which is looked at before the rest; `None` if there is no file.
pub(crate) fn read_json<T: DeserializeOwned>(
    path: &Path,
    known: u32,
    help: &'static str,
) -> Result<Option<T>, StoreError> {
    let Some(bytes) = read(path)? else {
        return Ok(None);
    };
    parse_json(path, &bytes, known, help).map(Some)
}

/// Reads JSON text with a `format` field, which is looked at before the rest.
pub(crate) fn parse_json<T: DeserializeOwned>(
    path: &Path,
    bytes: &[u8],
    known: u32,
    help: &'static str,
) -> Result<T, StoreError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        format: u64,
    }
    let malformed = |e: serde_json::Error| StoreError::Malformed {
        path: path.to_path_buf(),
        message: format!("is not what it should be: {e}"),
        help,
    };
    let version: Versioned = serde_json::from_slice(bytes).map_err(malformed)?;
    if version.format != u64::from(known) {
        let (path, found) = (path.to_path_buf(), version.format);
        return Err(StoreError::UnknownFormat { path, found, known });
    }
    serde_json::from_slice(bytes).map_err(malformed)
}

/// An exclusive lock, let go when the value is dropped or its process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Locked {
    _file: File,
}

/// Locks a file, creating it, and writes the holder's process id into it for the message of whoever comes second.
pub(crate) fn lock_file(path: &Path) -> Result<Locked, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.mode(PRIVATE).open(path).map_err(at("open", path))?;
    if !try_lock(&file, path)? {
        let mut holder = String::new();
        let read = file.read_to_string(&mut holder);
        let holder = match (read, holder.trim()) {
            (Ok(_), pid) if !pid.is_empty() => format!("process {pid}"),
            _ => "another process".to_owned(),
        };
        let path = path.to_path_buf();
        return Err(StoreError::Busy { path, holder });
    }
    // Who holds it is a courtesy: a full disk must not keep anyone from opening the store.
    let _ = file.set_len(0).and_then(|()| file.rewind());
    let _ = writeln!(file, "{}", std::process::id());
    Ok(Locked { _file: file })
}

/// Locks a directory itself.
pub(crate) fn lock_dir(path: &Path) -> Result<Locked, StoreError> {
    let file = File::open(path).map_err(at("open directory", path))?;
    if try_lock(&file, path)? {
        return Ok(Locked { _file: file });
    }
    let (path, holder) = (path.to_path_buf(), "another process".to_owned());
    Err(StoreError::Busy { path, holder })
}

fn try_lock(file: &File, path: &Path) -> Result<bool, StoreError> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(e) => Err(StoreError::io("lock", path, e.into())),
    }
}
