//! Where the sockets of shared connections live: a directory of mode 0700 that is ours, with a short name.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// A socket's path is limited to 108 bytes, and ssh adds 17 while it makes one.
const MAX_PATH: usize = 90;

/// A path for a new control socket; `None` if there is no safe place, in which case each call makes its own connection.
pub(super) fn socket() -> Option<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(|d| Path::new(&d).join("holdfast"));
    let places = [
        runtime,
        Some(PathBuf::from(format!("/tmp/holdfast-ssh-{uid}"))),
    ];
    let name: String = super::envelope::nonce().ok()?.chars().take(16).collect();
    places
        .into_iter()
        .flatten()
        .filter(|dir| dir.is_absolute() && dir.as_os_str().len() + 1 + name.len() <= MAX_PATH)
        .find(|dir| is_ours(dir, uid))
        .map(|dir| dir.join(name))
}

/// Makes the directory if it is missing, and makes sure that nobody else can put anything in it.
fn is_ours(dir: &Path, uid: u32) -> bool {
    // If it exists already, what counts is what it is.
    let _ = DirBuilder::new().mode(0o700).create(dir);
    std::fs::symlink_metadata(dir)
        .is_ok_and(|m| m.is_dir() && m.uid() == uid && m.mode() & 0o077 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_directory_that_others_can_write_or_a_link_is_not_used() {
        let base = tempfile::tempdir().unwrap();
        let uid = rustix::process::geteuid().as_raw();
        let dir = base.path().join("a");
        assert!(is_ours(&dir, uid));
        assert!(is_ours(&dir, uid), "a second time");
        assert!(!is_ours(&dir, uid + 1));
        let link = base.path().join("b");
        symlink(&dir, &link).unwrap();
        assert!(!is_ours(&link, uid));
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o770)).unwrap();
        assert!(!is_ours(&dir, uid));
    }

    #[test]
    fn sockets_are_short_and_differ() {
        let (a, b) = (socket().unwrap(), socket().unwrap());
        assert_ne!(a, b);
        assert!(a.as_os_str().len() <= MAX_PATH);
    }
}
