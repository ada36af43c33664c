//! What this machine has room for, asked before anything is started: a host that lacks it fails late and without a reason.

use std::path::Path;

use crate::error::TwinError;

/// Instances of inotify that a booted host holds: of systemd itself, logind and the journal; measured on the image.
const PER_HOST: usize = 6;
const LIMIT: &str = "/proc/sys/fs/inotify/max_user_instances";

/// Refuses if the kernel would not let so many further hosts watch their files.
pub fn room_for(hosts: usize) -> Result<(), TwinError> {
    let limit = std::fs::read_to_string(LIMIT).unwrap_or_default();
    let Ok(limit) = limit.trim().parse::<usize>() else {
        return Ok(());
    };
    let used = used(Path::new("/proc"));
    let need = hosts * PER_HOST;
    match used + need <= limit || hosts == 0 {
        true => Ok(()),
        false => Err(TwinError::NoRoom {
            hosts,
            need,
            used,
            limit,
        }),
    }
}

/// Instances that are in use on this machine. Those of other users count too, which errs on the safe side.
fn used(proc: &Path) -> usize {
    let inside = |dir: &Path| {
        let listing = std::fs::read_dir(dir).into_iter().flatten().flatten();
        listing.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let numbered = |path: &Path| {
        let name = path.file_name().and_then(|n| n.to_str());
        name.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
    };
    let processes = inside(proc).into_iter().filter(|p| numbered(p));
    let files = processes.flat_map(|p| inside(&p.join("fd")));
    files
        .filter(|f| std::fs::read_link(f).is_ok_and(|to| to.as_os_str() == "anon_inode:inotify"))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_counted_where_they_are() {
        let proc = tempfile::tempdir().expect("a directory");
        for (pid, files) in [
            ("7", &["anon_inode:inotify", "/dev/null"][..]),
            ("self", &["anon_inode:inotify"][..]),
            ("9", &["anon_inode:inotify", "anon_inode:inotify"][..]),
        ] {
            let fd = proc.path().join(pid).join("fd");
            std::fs::create_dir_all(&fd).expect("a directory");
            for (n, to) in files.iter().enumerate() {
                std::os::unix::fs::symlink(to, fd.join(n.to_string())).expect("a link");
            }
        }
        assert_eq!(used(proc.path()), 3);
    }
}
