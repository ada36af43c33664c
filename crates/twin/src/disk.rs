//! Disks of hosts: sparse files on this machine, each behind a loop device that its host is given.
//!
//! A disk belongs to the lease of its host and ends with it, so whatever a killed creator left is found by the lease: the folder
//! has its name, and a loop device is known by the file behind it. This module must not know what lies on a disk.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::error::{TwinError, at};
use crate::host::Host;
use crate::lease::{Lease, check_name};
use crate::run;

/// On a disk of the machine, for leases lie in memory.
const FOLDER: &str = "/var/lib/holdfast-twin/disks";
/// The kernel lets go of a device when the last mount of a dead container is gone.
const DETACH_LIMIT: Duration = Duration::from_secs(20);
/// Superblocks of btrfs lie in the first MiB and at 64 MiB; without them a disk would be lost rather than damaged.
const SPARED: [(u64, u64); 2] = [(0, 1 << 20), (64 << 20, 1 << 20)];

/// What a disk is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskSpec {
    /// Its name, unique on its host: `/dev/twin/NAME` there.
    pub name: String,
    /// Its bytes.
    pub size: u64,
}

/// The device of a disk, as the host calls it.
pub fn device(name: &str) -> String {
    format!("/dev/twin/{name}")
}

fn folder(owner: &str, host: &str) -> PathBuf {
    Path::new(FOLDER).join(owner).join(host)
}

fn image(owner: &str, host: &str, disk: &str) -> PathBuf {
    folder(owner, host).join(format!("{disk}.img"))
}

/// Makes the disks of a host that has none yet; gives the loop device and the name of each.
pub(crate) fn make(lease: &Lease, disks: &[DiskSpec]) -> Result<Vec<(String, String)>, TwinError> {
    if disks.is_empty() {
        return Ok(Vec::new());
    }
    // The machine may have lost its leases, which lie in memory, and kept these.
    remove(&lease.owner, &lease.name)?;
    let folder = folder(&lease.owner, &lease.name);
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .map_err(at(&folder))?;
    let mut made = Vec::new();
    for disk in disks {
        check_name("disk", &disk.name)?;
        let path = image(&lease.owner, &lease.name, &disk.name);
        let file = File::create(&path).map_err(at(&path))?;
        file.set_len(disk.size).map_err(at(&path))?;
        let mut losetup = Command::new("losetup");
        let device = run::checked(losetup.args(["--find", "--show"]).arg(&path))?;
        made.push((device, disk.name.clone()));
    }
    Ok(made)
}

/// Removes the disks of a host, whoever made them; a folder that is not there is none.
pub(crate) fn remove(owner: &str, host: &str) -> Result<(), TwinError> {
    remove_below(&folder(owner, host))
}

/// Removes what an owner has of hosts that have no lease any more: the machine may have been started anew since.
pub(crate) fn sweep(owner: &str, leases: &[Lease]) -> Result<(), TwinError> {
    let folder = Path::new(FOLDER).join(owner);
    let Ok(hosts) = std::fs::read_dir(&folder) else {
        return Ok(());
    };
    for host in hosts.flatten() {
        let held = |l: &Lease| l.owner == owner && host.file_name().to_str() == Some(&l.name);
        if !leases.iter().any(held) {
            remove_below(&host.path())?;
        }
    }
    // Fails while there are others, which is right.
    let _ = std::fs::remove_dir(&folder);
    Ok(())
}

fn remove_below(folder: &Path) -> Result<(), TwinError> {
    if !folder.exists() {
        return Ok(());
    }
    for (device, _) in loops(folder) {
        let mut losetup = Command::new("losetup");
        let output = run::output(losetup.args(["--detach", &device]))?;
        // Another clean-up may have been faster; what counts is that it is gone.
        let left = loops(folder).into_iter().any(|(d, _)| d == device);
        if !output.status.success() && left {
            return Err(run::failed(&losetup, &output));
        }
    }
    let what = format!("the loop devices of {} are free", folder.display());
    run::wait_for(&what, DETACH_LIMIT, || {
        Ok(match loops(folder).first() {
            None => Ok(()),
            Some((device, _)) => Err(format!("{device} is in use")),
        })
    })?;
    std::fs::remove_dir_all(folder).map_err(at(folder))?;
    if let Some(parent) = folder.parent() {
        // Fails while the owner has other hosts, which is right.
        let _ = std::fs::remove_dir(parent);
    }
    Ok(())
}

/// Loop devices with the file behind each, of files below a folder.
fn loops(folder: &Path) -> Vec<(String, PathBuf)> {
    let devices = std::fs::read_dir("/sys/block").into_iter().flatten();
    let backed = devices.flatten().filter_map(|entry| {
        let file = std::fs::read_to_string(entry.path().join("loop/backing_file")).ok()?;
        let file = file.trim_end_matches('\n');
        let file = PathBuf::from(file.strip_suffix(" (deleted)").unwrap_or(file));
        let name = entry.file_name().to_string_lossy().into_owned();
        file.starts_with(folder)
            .then(|| (format!("/dev/{name}"), file))
    });
    backed.collect()
}

impl Host {
    /// The names of its disks, in order.
    pub fn disks(&self) -> Vec<String> {
        let listing = std::fs::read_dir(folder(self.owner(), self.name()));
        let paths = listing.into_iter().flatten().flatten().map(|e| e.path());
        let images = paths.filter(|p| p.extension().is_some_and(|e| e == "img"));
        let stem = |p: PathBuf| Some(p.file_stem()?.to_str()?.to_owned());
        let mut names: Vec<String> = images.filter_map(stem).collect();
        names.sort();
        names
    }

    /// A disk is gone from one moment to the next: whatever is asked of it fails. What it held is kept aside.
    pub fn lose_disk(&self, name: &str) -> Result<(), TwinError> {
        let image = self.image_of(name)?;
        let aside = aside(&image);
        if aside.exists() {
            return Ok(());
        }
        // In one step, so that a copy that was cut short is never taken for a whole one.
        let part = image.with_extension("part");
        copy(&image, &part)?;
        std::fs::rename(&part, &aside).map_err(at(&aside))?;
        let open = OpenOptions::new().write(true).open(&image);
        let cut = open.and_then(|f| f.set_len(0));
        cut.map_err(at(&image))?;
        self.resized(&image)
    }

    /// A lost disk is back, with what it held when it went.
    pub fn return_disk(&self, name: &str) -> Result<(), TwinError> {
        let image = self.image_of(name)?;
        let aside = aside(&image);
        if !aside.exists() {
            return Ok(());
        }
        copy(&aside, &image)?;
        self.resized(&image)?;
        std::fs::remove_file(&aside).map_err(at(&aside))
    }

    /// Whether a disk is lost.
    pub fn is_lost(&self, name: &str) -> bool {
        aside(&image(self.owner(), self.name(), name)).exists()
    }

    /// Writes over what a disk holds, without its knowledge; says how many bytes.
    pub fn damage_disk(&self, name: &str) -> Result<u64, TwinError> {
        let image = self.image_of(name)?;
        let open = OpenOptions::new().read(true).write(true).open(&image);
        let mut file = open.map_err(at(&image))?;
        let mut damaged = 0;
        let mut at_byte = 0;
        while let Some((start, end)) = next_data(&mut file, at_byte).map_err(at(&image))? {
            for (start, end) in spared(start, end) {
                // tidy: allowed because the length of a piece is bounded by the size of the disk.
                let junk = vec![0x5a; usize::try_from(end - start).unwrap_or(0)];
                file.write_all_at(&junk, start).map_err(at(&image))?;
                damaged += end - start;
            }
            at_byte = end;
        }
        file.sync_all().map_err(at(&image))?;
        Ok(damaged)
    }

    fn image_of(&self, name: &str) -> Result<PathBuf, TwinError> {
        let image = image(self.owner(), self.name(), name);
        match image.exists() {
            true => Ok(image),
            false => Err(TwinError::NoSuchDisk {
                host: self.name().to_owned(),
                name: name.to_owned(),
            }),
        }
    }

    /// Tells the kernel that a file has another size now.
    fn resized(&self, image: &Path) -> Result<(), TwinError> {
        for (device, _) in loops(image) {
            run::checked(Command::new("losetup").args(["--set-capacity", &device]))?;
        }
        Ok(())
    }
}

/// Where the content of a lost disk is kept.
fn aside(image: &Path) -> PathBuf {
    image.with_extension("lost")
}

/// Copies a sparse file onto another, which stays the same file if it is there: a loop device holds it.
fn copy(from: &Path, to: &Path) -> Result<(), TwinError> {
    let mut source = File::open(from).map_err(at(from))?;
    let length = source.metadata().map_err(at(from))?.len();
    let target = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(to)
        .map_err(at(to))?;
    target.set_len(length).map_err(at(to))?;
    let mut at_byte = 0;
    while let Some((start, end)) = next_data(&mut source, at_byte).map_err(at(from))? {
        source.seek(SeekFrom::Start(start)).map_err(at(from))?;
        let mut piece = (&source).take(end - start);
        let mut into = &target;
        into.seek(SeekFrom::Start(start)).map_err(at(to))?;
        std::io::copy(&mut piece, &mut into).map_err(at(to))?;
        at_byte = end;
    }
    target.sync_all().map_err(at(to))
}

/// The next bytes of a sparse file that are really there, from one place on.
fn next_data(file: &mut File, from: u64) -> std::io::Result<Option<(u64, u64)>> {
    let start = match rustix::fs::seek(&*file, rustix::fs::SeekFrom::Data(from)) {
        Ok(start) => start,
        Err(rustix::io::Errno::NXIO) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let end = rustix::fs::seek(&*file, rustix::fs::SeekFrom::Hole(start))?;
    Ok((end > start).then_some((start, end)))
}

/// A range without what is spared, in pieces of at most 4 MiB.
fn spared(start: u64, end: u64) -> Vec<(u64, u64)> {
    const PIECE: u64 = 4 << 20;
    let mut pieces = vec![(start, end)];
    for (from, length) in SPARED {
        let to = from + length;
        pieces = pieces
            .into_iter()
            .flat_map(|(a, b)| [(a, b.min(from)), (a.max(to), b)])
            .filter(|(a, b)| a < b)
            .collect();
    }
    let cut = |(a, b): (u64, u64)| {
        let size = usize::try_from(PIECE).unwrap_or(usize::MAX);
        (a..b).step_by(size).map(move |s| (s, (s + PIECE).min(b)))
    };
    pieces.into_iter().flat_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superblocks_are_spared() {
        const MIB: u64 = 1 << 20;
        let whole = spared(0, 70 * MIB);
        let bytes: u64 = whole.iter().map(|(a, b)| b - a).sum();
        assert_eq!(bytes, 68 * MIB);
        let touched = |at: u64| whole.iter().any(|(a, b)| (*a..*b).contains(&at));
        assert!(!touched(64 << 10) && !touched(64 * MIB + (64 << 10)));
        assert!(touched(MIB) && touched(63 * MIB) && touched(66 * MIB));
        assert!(whole.iter().all(|(a, b)| b - a <= 4 * MIB));
        assert!(spared(0, MIB).is_empty());
    }

    #[test]
    fn a_copy_has_the_same_bytes_and_the_same_holes() {
        use std::os::unix::fs::MetadataExt as _;
        let dir = tempfile::tempdir().expect("a directory");
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        let file = File::create(&one).expect("a file");
        file.set_len(64 << 20).expect("its length");
        file.write_all_at(b"here", 10 << 20).expect("its bytes");
        std::fs::write(&two, vec![1; 1 << 20]).expect("something else");
        copy(&one, &two).expect("a copy");
        assert_eq!(
            std::fs::read(&one).expect("one"),
            std::fs::read(&two).expect("two")
        );
        assert!(std::fs::metadata(&two).expect("two").blocks() * 512 < 8 << 20);
    }
}
