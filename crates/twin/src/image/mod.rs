//! The host image: a Debian root file system built from packages, kept as an archive, imported into the engine.
//!
//! The archive's name is a hash of the recipe, so a change of any file below `image/` makes a new image.

mod docker;
mod vm;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::engine::{Client, Engine};
use crate::error::{TwinError, at};
use crate::lock::Lock;
use crate::mirror::{self, Mirror};
use crate::run;

pub use docker::{ensure_with_engine, with_engine};
pub use vm::{VmImage, ensure_vm};

const RELEASE: &str = "bookworm";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const ROOT: &str = "host-root.";
const SETUP: &str = include_str!("../../image/setup.sh");
/// Files that are in place before the set-up runs: path, mode, text.
const FILES: [(&str, u32, &str); 2] = [
    (
        "usr/local/sbin/lab-init",
        0o755,
        include_str!("../../image/lab-init"),
    ),
    (
        "etc/systemd/system/lab-net.service",
        0o644,
        include_str!("../../image/lab-net.service"),
    ),
];
const CHANGES: [&str; 2] = ["ENV container=docker", "CMD [\"/usr/local/sbin/lab-init\"]"];

/// The name of a host image in an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef(String);

impl ImageRef {
    /// The image's name and tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where images are kept: `HOLDFAST_CACHE`, else `holdfast` in `XDG_CACHE_HOME` or `~/.cache`.
pub fn default_cache_dir() -> PathBuf {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    from("HOLDFAST_CACHE")
        .or_else(|| from("XDG_CACHE_HOME").map(|dir| dir.join("holdfast")))
        .or_else(|| from("HOME").map(|dir| dir.join(".cache/holdfast")))
        .unwrap_or_else(|| PathBuf::from("/var/cache/holdfast"))
}

/// The image's name in an engine, whether or not it is there.
pub fn name() -> ImageRef {
    ImageRef(format!("holdfast-host:{}", recipe_key()))
}

/// Makes sure that the engine has the host image: imports it from `cache_dir`, and builds it there first if need be
/// (about a minute; needs debootstrap and a Debian mirror). Builds at the same time wait for each other.
pub fn ensure(
    engine: &Engine,
    cache_dir: &Path,
    progress: &dyn Fn(&str),
) -> Result<ImageRef, TwinError> {
    let image = name();
    let client = engine.client();
    if is_imported(client, &image)? {
        return Ok(image);
    }
    let _lock = Lock::take(&cache_dir.join("host-image.lock"))?;
    if is_imported(client, &image)? {
        return Ok(image);
    }
    let archive = archive(cache_dir, progress)?;
    progress("image: importing");
    let mut command = client.docker(&["import"]);
    for change in CHANGES {
        command.args(["--change", change]);
    }
    run::checked(command.arg(&archive).arg(&image.0))?;
    Ok(image)
}

/// The archive, built if need be. The caller holds the lock.
fn archive(cache_dir: &Path, progress: &dyn Fn(&str)) -> Result<PathBuf, TwinError> {
    let archive = cache_dir.join(format!("host-{}.tar", recipe_key()));
    if !archive.exists() {
        build(cache_dir, &archive, progress)?;
    }
    Ok(archive)
}

fn is_imported(client: &Client, image: &ImageRef) -> Result<bool, TwinError> {
    Ok(!client
        .checked(&["image", "ls", "--quiet", &image.0])?
        .is_empty())
}

fn recipe_key() -> String {
    let mut hash = Sha256::new();
    for text in [RELEASE, std::env::consts::ARCH, SETUP]
        .into_iter()
        .chain(CHANGES)
    {
        hash.update(text);
        hash.update([0]);
    }
    for (path, mode, text) in FILES {
        hash.update(format!("{path} {mode:o}\n{text}\0"));
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..6])
}

/// Builds the archive; the root file system below `cache_dir` is removed again. The caller holds the lock.
fn build(cache_dir: &Path, archive: &Path, progress: &dyn Fn(&str)) -> Result<(), TwinError> {
    run::require_root()?;
    let begun = Instant::now();
    let stage = |text: &str| progress(&format!("image: {text} ({} s)", begun.elapsed().as_secs()));
    let mirror = mirror::of_machine(Path::new("/etc"));
    remove_old_roots(cache_dir)?;
    let root = cache_dir.join(format!("{ROOT}{}", std::process::id()));
    stage("base system");
    bootstrap(&root, &mirror)?;
    stage("packages");
    for (path, mode, text) in FILES {
        write_mode(&root.join(path), mode, text.as_bytes())?;
    }
    set_up(&root, &mirror)?;
    stage("archive");
    let part = archive.with_extension("tar.part");
    run::checked(
        Command::new("tar")
            .arg("-C")
            .arg(&root)
            .args(["--numeric-owner", "-cf"])
            .arg(&part)
            .arg("."),
    )?;
    File::open(&part)
        .and_then(|file| file.sync_all())
        .map_err(at(&part))?;
    std::fs::rename(&part, archive).map_err(at(archive))?;
    std::fs::remove_dir_all(&root).map_err(at(&root))?;
    stage("built");
    Ok(())
}

/// A command in a mount and process namespace of its own, which ends with this process: killed at any point, it leaves
/// no mount and no process.
fn contained(mirror: &Mirror, command: &[&str]) -> Command {
    let mut contained = Command::new("setpriv");
    contained
        .args([
            "--pdeathsig",
            "KILL",
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
        ])
        .args(command);
    if let Some(proxy) = &mirror.proxy {
        contained.env("http_proxy", proxy);
    }
    contained
}

fn bootstrap(root: &Path, mirror: &Mirror) -> Result<(), TwinError> {
    // Without this, a missing program would be reported by setpriv, in its own words.
    run::output(Command::new("debootstrap").arg("--version"))?;
    let variant = ["--variant=minbase", "--force-check-gpg"];
    let mut command = contained(mirror, &["debootstrap"]);
    command
        .args(variant)
        .arg(format!("--keyring={KEYRING}"))
        .arg(RELEASE)
        .arg(root)
        .arg(&mirror.main);
    run_loudly(&mut command)
}

fn set_up(root: &Path, mirror: &Mirror) -> Result<(), TwinError> {
    // The machine's name resolution, for as long as packages are fetched.
    for name in ["hosts", "resolv.conf"] {
        let text = std::fs::read(Path::new("/etc").join(name)).unwrap_or_default();
        write_mode(&root.join("etc").join(name), 0o644, &text)?;
    }
    let sources = mirror.sources(RELEASE);
    write_mode(
        &root.join("etc/apt/sources.list.d/build.list"),
        0o644,
        sources.as_bytes(),
    )?;
    inside(root, mirror, "setup.sh", SETUP)
}

/// Runs a script once inside of a root file system.
fn inside(root: &Path, mirror: &Mirror, name: &str, text: &str) -> Result<(), TwinError> {
    let script = root.join(name);
    write_mode(&script, 0o755, text.as_bytes())?;
    let mut command = contained(mirror, &[]);
    command.arg(format!("--mount-proc={}", root.join("proc").display()));
    command
        .arg("chroot")
        .arg(root)
        .arg(format!("/{name}"))
        .env("TMPDIR", "/tmp");
    run_loudly(&mut command)?;
    std::fs::remove_file(&script).map_err(at(&script))
}

/// These programs explain their failures on standard output; the error carries the end of both.
fn run_loudly(command: &mut Command) -> Result<(), TwinError> {
    let mut output = run::output(command)?;
    if output.status.success() {
        return Ok(());
    }
    let said = run::text(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    output.stderr.extend_from_slice(b"\n");
    output.stderr.extend_from_slice(
        lines[lines.len().saturating_sub(15)..]
            .join("\n")
            .as_bytes(),
    );
    Err(run::failed(command, &output))
}

fn write_mode(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), TwinError> {
    use std::os::unix::fs::PermissionsExt;
    // A symbolic link in the new system would lead into the machine's own files.
    if path.is_symlink() {
        std::fs::remove_file(path).map_err(at(path))?;
    }
    std::fs::write(path, bytes).map_err(at(path))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(at(path))
}

/// Takes away what a killed build has left.
fn remove_old_roots(cache_dir: &Path) -> Result<(), TwinError> {
    for entry in std::fs::read_dir(cache_dir).map_err(at(cache_dir))? {
        let path = entry.map_err(at(cache_dir))?.path();
        let is_root = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(ROOT.as_bytes());
        if path.file_name().is_some_and(is_root) {
            std::fs::remove_dir_all(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}
