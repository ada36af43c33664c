//! Files of secrets: read whole, replaced whole or not at all.

use crate::error::{Problem, Refusal};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};
use zeroize::Zeroizing;

/// Larger files hold no secrets that people look after.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Why a file was not read.
pub(crate) enum Unread {
    Missing,
    Other(String),
}

impl Unread {
    pub(crate) fn about(self, what: impl std::fmt::Display) -> Problem {
        match self {
            Unread::Missing => Problem::new(format!("{what} is not there")),
            Unread::Other(why) => Problem::new(format!("cannot read {what}: {why}")),
        }
    }
}

pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Unread::Missing,
        _ => Unread::Other(e.to_string()),
    };
    // A named pipe would keep the reader waiting.
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(Unread::Other("it is no plain file".to_owned()));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(about.len()).unwrap_or(0),
    ));
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Unread::Other("it is larger than 16 MiB".to_owned()));
    }
    Ok(bytes)
}

/// Refuses a place that symbolic links or `..` put outside of a folder, also where nothing stands yet.
pub(crate) fn inside(root: &Path, path: &Path) -> Result<(), Problem> {
    let outside = || {
        let what = format!(
            "{} lies outside of the lab tree, by '..' or a symbolic link; nothing was written",
            path.display()
        );
        Err(Problem::refused(Refusal::Safety, what)
            .help("keep a folder there instead of the link, or declare the path where it leads"))
    };
    let real = |path: &Path| path.canonicalize();
    let there = |p: &&Path| p.symlink_metadata().is_ok();
    let Some(nearest) = path.ancestors().find(there) else {
        return Ok(());
    };
    let rest = path.strip_prefix(nearest).unwrap_or(path);
    let climbs = rest.components().any(|c| c == Component::ParentDir);
    match (real(nearest), real(root)) {
        (Ok(place), Ok(root)) if place.starts_with(&root) && !climbs => Ok(()),
        (_, Err(e)) => Err(Problem::new(format!("cannot read {}: {e}", root.display()))),
        _ => outside(),
    }
}

/// Puts `text` where `before` stood (`None`: nothing). What somebody else wrote in between is kept, and told.
pub(crate) fn replace(path: &Path, before: Option<&[u8]>, text: &[u8]) -> Result<(), Problem> {
    let failed = |e: std::io::Error| Problem::new(format!("cannot write {}: {e}", path.display()));
    // A link stays a link: the file behind it is replaced.
    let path: PathBuf = match before {
        Some(_) => path.canonicalize().map_err(failed)?,
        None => path.to_path_buf(),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mode = match before {
        Some(_) => {
            std::fs::metadata(&path)
                .map_err(failed)?
                .permissions()
                .mode()
                & 0o777
        }
        None => 0o644,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.new-{}", std::process::id()));
    let written = (|| {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary)?;
        file.write_all(text)?;
        file.sync_all()
    })();
    let settled = written.map_err(failed).and_then(|()| {
        let now = read(&path).ok();
        if now.as_ref().map(|n| n.as_slice()) != before {
            let what = format!(
                "{} was changed by somebody else meanwhile; nothing was written",
                path.display()
            );
            return Err(Problem::refused(Refusal::Safety, what).help("run the command again"));
        }
        std::fs::rename(&temporary, &path).map_err(failed)
    });
    if settled.is_err() {
        // What is left over holds nothing in clear text.
        let _ = std::fs::remove_file(&temporary);
        return settled;
    }
    std::fs::File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(failed)
}
