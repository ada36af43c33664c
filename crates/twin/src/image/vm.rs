//! The image of a machine with a kernel of its own: the host image with Debian's kernel, as a disk that QEMU starts.
//!
//! Its folder's name is a hash of the recipe, as the host image's is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::{RELEASE, ROOT, archive, remove_old_roots, write_mode};
use crate::error::{TwinError, at};
use crate::lock::Lock;
use crate::mirror::{self, Mirror};
use crate::run;

const SETUP: &str = include_str!("../../image/vm-setup.sh");
/// Room on the disk: what is not written takes none.
const SIZE: &str = "2G";

/// What a machine is started from. Nothing writes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VmImage {
    folder: PathBuf,
}

impl VmImage {
    /// The root file system.
    pub fn disk(&self) -> PathBuf {
        self.folder.join("disk.img")
    }

    /// The kernel.
    pub fn kernel(&self) -> PathBuf {
        self.folder.join("vmlinuz")
    }

    /// What the kernel starts with.
    pub fn initrd(&self) -> PathBuf {
        self.folder.join("initrd")
    }
}

/// Makes sure that the image is in `cache_dir`. The first time takes about a minute (two, if there is no host image), and needs root, debootstrap and
/// a Debian mirror. Builds at the same time wait for each other.
///
/// # Errors
/// What is missing on this machine, or what a program that builds it said.
pub fn ensure_vm(cache_dir: &Path, progress: &dyn Fn(&str)) -> Result<VmImage, TwinError> {
    if std::env::consts::ARCH != "x86_64" {
        return Err(TwinError::Unsupported {
            what: "a machine with a kernel of its own",
            why: format!(
                "its image is made for x86_64, and this is {}",
                std::env::consts::ARCH
            ),
        });
    }
    let folder = cache_dir.join(format!("vm-{}", key()));
    let image = VmImage { folder };
    if image.folder.exists() {
        return Ok(image);
    }
    run::require_root()?;
    let _lock = Lock::take(&cache_dir.join("host-image.lock"))?;
    if !image.folder.exists() {
        let host = archive(cache_dir, progress)?;
        let begun = Instant::now();
        progress("image: kernel, RAID and thin pools");
        build(cache_dir, &host, &image)?;
        progress(&format!("image: built ({} s)", begun.elapsed().as_secs()));
    }
    Ok(image)
}

fn key() -> String {
    let mut hash = Sha256::new();
    for text in [super::recipe_key().as_str(), SETUP, SIZE] {
        hash.update(text);
        hash.update([0]);
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..6])
}

/// Builds it beside its place, and renames it when it is whole. The caller holds the lock.
fn build(cache_dir: &Path, host: &Path, image: &VmImage) -> Result<(), TwinError> {
    remove_old_roots(cache_dir)?;
    let root = cache_dir.join(format!("{ROOT}{}", std::process::id()));
    std::fs::create_dir(&root).map_err(at(&root))?;
    run::checked(
        Command::new("tar")
            .arg("-C")
            .arg(&root)
            .arg("-xpf")
            .arg(host),
    )?;
    set_up(&root, &mirror::of_machine(Path::new("/etc")))?;
    let part = image.folder.with_extension("part");
    if part.exists() {
        std::fs::remove_dir_all(&part).map_err(at(&part))?;
    }
    std::fs::create_dir(&part).map_err(at(&part))?;
    let made = VmImage { folder: part };
    let boot = root.join("boot");
    for (begin, to) in [("vmlinuz-", made.kernel()), ("initrd.img-", made.initrd())] {
        let from = newest(&boot, begin)?;
        std::fs::rename(&from, &to).map_err(at(&from))?;
    }
    run::checked(Command::new("truncate").args(["-s", SIZE]).arg(made.disk()))?;
    let mut format = Command::new("mkfs.ext4");
    run::checked(format.args(["-q", "-F", "-d"]).arg(&root).arg(made.disk()))?;
    std::fs::rename(&made.folder, &image.folder).map_err(at(&image.folder))?;
    std::fs::remove_dir_all(&root).map_err(at(&root))
}

fn newest(folder: &Path, begin: &str) -> Result<PathBuf, TwinError> {
    let entries = std::fs::read_dir(folder).map_err(at(folder))?;
    let names = entries.filter_map(|e| e.ok()?.file_name().into_string().ok());
    let found = names.filter(|n| n.starts_with(begin)).max();
    let none = || std::io::Error::new(std::io::ErrorKind::NotFound, format!("no {begin}*"));
    found
        .map(|n| folder.join(n))
        .ok_or_else(|| at(folder)(none()))
}

fn set_up(root: &Path, mirror: &Mirror) -> Result<(), TwinError> {
    for name in ["hosts", "resolv.conf"] {
        let text = std::fs::read(Path::new("/etc").join(name)).unwrap_or_default();
        write_mode(&root.join("etc").join(name), 0o644, &text)?;
    }
    let sources = root.join("etc/apt/sources.list.d/build.list");
    write_mode(&sources, 0o644, mirror.sources(RELEASE).as_bytes())?;
    super::inside(root, mirror, "vm-setup.sh", SETUP)
}
