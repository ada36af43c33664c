//! Pools of a host: btrfs on its disks, mounted in the host alone and again at each of its boots.
//!
//! All that is done to a pool is done in its host, by a script that lies there; this machine only has the files behind the disks.

use crate::disk;
use crate::error::TwinError;
use crate::host::Host;
use crate::run;

/// What a pool is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSpec {
    /// Its name: letters, digits and '-'.
    pub name: String,
    /// Btrfs profile of data.
    pub profile: String,
    /// Names of its disks.
    pub disks: Vec<String>,
    /// Where it is mounted.
    pub mount: String,
    /// Options of the mount.
    pub options: Vec<String>,
    /// Subvolumes, each with the folder where it is mounted once more.
    pub subvolumes: Vec<(String, Option<String>)>,
}

/// How a pool is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolState {
    /// `mounted`, `read-only`, `not mounted`, `missing`.
    pub state: String,
    /// Bytes that it has, that are used, and that are free.
    pub bytes: Option<(u64, u64, u64)>,
    /// Errors that its disks have counted.
    pub errors: u64,
    /// Names of its disks that are lost.
    pub lost: Vec<String>,
}

const SCRIPT: &str = "/usr/local/sbin/lab-pools";

impl Host {
    /// Makes a pool, or mounts it again; one that is mounted is left alone.
    pub fn pool(&self, spec: &PoolSpec) -> Result<(), TwinError> {
        let known = self.disks();
        if let Some(missing) = spec.disks.iter().find(|d| !known.contains(d)) {
            return Err(TwinError::NoSuchDisk {
                host: self.name().to_owned(),
                name: missing.clone(),
            });
        }
        if self.pool_state(&spec.name, &spec.disks)?.state != "missing" {
            return self.mount_pools();
        }
        let text = wanted(spec)?;
        let command = [SCRIPT, "make", &spec.name, &spec.profile];
        let output = self.exec_with_input(&command, text.as_bytes())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(TwinError::NoPool {
                host: self.name().to_owned(),
                pool: spec.name.clone(),
                why: run::text(&output.stderr),
            }),
        }
    }

    /// Mounts what is not mounted. A pool that lacks a disk may refuse, as a real one does: that shows in its state.
    pub fn mount_pools(&self) -> Result<(), TwinError> {
        self.exec(&[SCRIPT, "mount"]).map(drop)
    }

    /// How a pool is, by its host's own account.
    pub fn pool_state(&self, name: &str, disks: &[String]) -> Result<PoolState, TwinError> {
        let text = self.run(&[SCRIPT, "state", name])?;
        let mut state = PoolState {
            lost: disks.iter().filter(|d| self.is_lost(d)).cloned().collect(),
            ..PoolState::default()
        };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let key = words.next().unwrap_or_default();
            let numbers: Vec<u64> = words.clone().filter_map(|w| w.parse().ok()).collect();
            match (key, numbers.as_slice()) {
                ("state", _) => state.state = words.collect::<Vec<_>>().join(" "),
                ("bytes", [size, used, free]) => state.bytes = Some((*size, *used, *free)),
                ("errors", [errors]) => state.errors = *errors,
                _ => {}
            }
        }
        Ok(state)
    }

    /// Reads all of a pool and mends what can be mended; gives what `btrfs scrub` counted, by name. Its error counters are zero then.
    pub fn scrub_pool(&self, name: &str) -> Result<Vec<(String, u64)>, TwinError> {
        let output = self.exec(&[SCRIPT, "scrub", name])?;
        let text = run::text(&output.stdout);
        let count = |line: &str| {
            let (name, number) = line.split_once(':')?;
            Some((name.trim().to_owned(), number.trim().parse().ok()?))
        };
        Ok(text.lines().filter_map(count).collect())
    }

    /// Takes all that is free below a folder, and says how many bytes that was.
    pub fn fill(&self, folder: &str) -> Result<u64, TwinError> {
        let text = self.run(&["sh", "-euc", FILL, "fill", folder])?;
        Ok(text.trim().parse().unwrap_or_default())
    }

    /// Gives back what [`Host::fill`] took.
    pub fn unfill(&self, folder: &str) -> Result<(), TwinError> {
        let command = "rm -f -- \"$1/.twin-fill\"; sync -f \"$1\"";
        self.run(&["sh", "-euc", command, "unfill", folder])
            .map(drop)
    }

    /// The mount point that a path of the host lies on.
    pub fn mount_of(&self, path: &str) -> Result<Option<String>, TwinError> {
        let output = self.exec(&[
            "findmnt",
            "--noheadings",
            "--raw",
            "--output",
            "TARGET",
            "--target",
            path,
        ])?;
        let text = run::text(&output.stdout);
        let first = text.lines().next().map(str::to_owned);
        Ok(first.filter(|_| output.status.success()))
    }
}

/// Space is reserved and not written, so that the files behind the disks stay small.
const FILL: &str = r#"
file=$1/.twin-fill
touch -- "$file"
before=$(stat -c %s -- "$file")
for piece in 67108864 8388608 1048576 65536 4096; do
    while fallocate --offset "$(stat -c %s -- "$file")" --length $piece -- "$file" 2>/dev/null; do :; done
done
sync -f "$1"
echo $(($(stat -c %s -- "$file") - before))
"#;

/// What the script reads to make a pool.
fn wanted(spec: &PoolSpec) -> Result<String, TwinError> {
    let devices: Vec<String> = spec.disks.iter().map(|d| disk::device(d)).collect();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let mut text = format!(
        "DEVICES={}\nMOUNT={}\nOPTIONS={}\n\n",
        quoted(&devices.join(" ")),
        quoted(&spec.mount),
        quoted(&spec.options.join(","))
    );
    for (path, folder) in &spec.subvolumes {
        text.push_str(&format!("{path}\n{}\n", folder.as_deref().unwrap_or("")));
    }
    let all = [&spec.mount].into_iter().chain(&spec.options);
    let folders = spec
        .subvolumes
        .iter()
        .flat_map(|(p, f)| [Some(p), f.as_ref()]);
    let mut lines = all.chain(folders.flatten());
    match lines.any(|l| l.contains(['\n', '\\'])) {
        false => Ok(text),
        true => Err(TwinError::NoPool {
            host: String::new(),
            pool: spec.name.clone(),
            why: "one of its paths holds a line break or a backslash".to_owned(),
        }),
    }
}
