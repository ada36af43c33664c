//! Writes files that a user names, and those that take the place of others.
//!
//! A plain file is replaced at once by a new one beside it, whose name nobody knows beforehand. Everything else that may stand under a
//! name (a device, a pipe, a link, one of several names of a file) is written to, and stays what it is.

use crate::exit::Stop;
use anyhow::Result;
use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

/// Writes a file, whole or not at all where its kind allows it.
pub(crate) fn put(file: &Path, bytes: &[u8]) -> Result<()> {
    let shown = file.display();
    if file.is_dir() {
        let stop = Stop::usage(format!("{shown} is a folder"));
        return Err(stop.help("name the file to write").into());
    }
    let done = match fs::symlink_metadata(file) {
        Err(e) if e.kind() == ErrorKind::NotFound => beside(file, bytes, |_| Ok(())),
        Ok(about) if about.is_file() && about.nlink() == 1 => match beside(file, bytes, |_| Ok(()))
        {
            // The folder, or the owner of the file, is somebody else's; the file itself may be open to all.
            Err(e) if e.kind() == ErrorKind::PermissionDenied => through(file, bytes),
            done => done,
        },
        _ => through(file, bytes),
    };
    done.map_err(|why| {
        let stop = Stop::environment(format!("cannot write {shown}: {why}"));
        stop.help("the folder must exist and be yours to write to")
            .into()
    })
}

fn through(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).open(file)?;
    file.write_all(bytes)
}

/// Fills a new file beside `file`, with its mode, owner, access list and other attributes if it exists, and gives it the name once `settled` agrees.
pub(crate) fn beside(
    file: &Path,
    bytes: &[u8],
    settled: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty());
    let mut new = tempfile::Builder::new()
        .prefix(".holdfast-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    new.write_all(bytes)?;
    if let Ok(about) = fs::metadata(file) {
        let made = new.as_file().metadata()?;
        if (made.uid(), made.gid()) != (about.uid(), about.gid()) {
            chown(new.path(), Some(about.uid()), Some(about.gid()))?;
        }
        new.as_file().set_permissions(about.permissions())?;
        attributes(file, new.as_file())?;
    }
    settled(new.as_file())?;
    new.persist(file).map_err(|e| e.error)?;
    Ok(())
}

/// Extended attributes, among them access control lists: without its list a file may be open to more than before.
fn attributes(from: &Path, to: &File) -> io::Result<()> {
    let mut names = vec![0_u8; 64 * 1024];
    let length = match listxattr(from, &mut names) {
        Ok(length) => length,
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(()),
        Err(e) => return Err(e.into()),
    };
    names.truncate(length);
    for name in names.split(|b| *b == 0).filter(|n| !n.is_empty()) {
        // Labels of the system are given by the system.
        if let Err(why) = attribute(from, to, name)
            && !name.starts_with(b"security.")
        {
            let why = io::Error::from(why);
            let name = String::from_utf8_lossy(name);
            let said = format!("its attribute {name} cannot be kept: {why}");
            return Err(io::Error::new(why.kind(), said));
        }
    }
    Ok(())
}

fn attribute(from: &Path, to: &File, name: &[u8]) -> Result<(), Errno> {
    let mut value = vec![0_u8; 64 * 1024];
    let length = getxattr(from, name, &mut value)?;
    value.truncate(length);
    fsetxattr(to, name, &value, XattrFlags::empty())
}
