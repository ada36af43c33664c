//! A file that grows by whole lines.
//!
//! A line counts only once it is written and synced. If writing fails, what got through is cut off again, so that a full disk
//! leaves the file as it was; if even that fails, or the sync did, what is on disk is not known and the file takes nothing more
//! until it is opened anew.

use crate::error::{StoreError, at};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What lines are written to: a file, or in tests one that fails where it is told to.
pub(crate) trait Medium: Send {
    /// Appends some of the bytes and says how many.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    /// Makes everything written durable.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to a length.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

impl Medium for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.sync_all()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// A file of lines with its durable length.
pub(crate) struct LineFile {
    path: PathBuf,
    medium: Box<dyn Medium>,
    len: u64,
    poisoned: bool,
}

impl std::fmt::Debug for LineFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LineFile({}, {} bytes)", self.path.display(), self.len)
    }
}

impl LineFile {
    /// Opens an existing file that ends after `len` bytes, or creates an empty one.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options
            .append(true)
            .create(true)
            .mode(crate::files::PRIVATE);
        let file = options.open(path).map_err(at("open", path))?;
        let len = file.metadata().map_err(at("read", path))?.len();
        Ok(Self {
            path: path.to_path_buf(),
            medium: Box::new(file),
            len,
            poisoned: false,
        })
    }

    /// Cuts unfinished bytes off a file that nobody has open, and syncs it.
    pub(crate) fn cut(path: &Path, len: u64) -> Result<(), StoreError> {
        let mut options = OpenOptions::new();
        let file = options.write(true).open(path).map_err(at("open", path))?;
        file.set_len(len).map_err(at("cut", path))?;
        file.sync_all().map_err(at("sync", path))
    }

    /// Durable length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends one line, its newline included, and syncs it.
    pub(crate) fn append(&mut self, line: &[u8]) -> Result<(), StoreError> {
        if self.poisoned {
            let path = self.path.clone();
            return Err(StoreError::Poisoned { path });
        }
        if let Err(e) = self.write_all(line) {
            self.take_back();
            return Err(StoreError::io("write", &self.path, e));
        }
        if let Err(e) = self.medium.sync() {
            // After a failed sync the kernel may have dropped the pages; only reading anew tells what is there.
            self.poisoned = true;
            return Err(StoreError::io("sync", &self.path, e));
        }
        self.len += line.len() as u64;
        Ok(())
    }

    fn write_all(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.medium.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => rest = rest.get(n..).unwrap_or_default(),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    fn take_back(&mut self) {
        let taken_back = self.medium.cut(self.len).and_then(|()| self.medium.sync());
        self.poisoned = taken_back.is_err();
    }

    /// Puts something between this file and its medium.
    #[cfg(test)]
    pub(crate) fn wrap(&mut self, with: impl FnOnce(Box<dyn Medium>) -> Box<dyn Medium>) {
        let placeholder: Box<dyn Medium> = Box::new(Nothing);
        let medium = std::mem::replace(&mut self.medium, placeholder);
        self.medium = with(medium);
    }
}

#[cfg(test)]
struct Nothing;

#[cfg(test)]
impl Medium for Nothing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Ok(0)
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn cut(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
}
