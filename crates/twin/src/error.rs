//! Everything that can go wrong with a twin, with what to do about it where the reader can do something.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

/// An error of the twin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TwinError {
    /// The caller is not root.
    #[error(
        "a twin needs root: it creates network interfaces and containers; run the command as root"
    )]
    NotRoot,
    /// A program is not installed.
    #[error("`{tool}` is not installed; on Debian: apt-get install {package}")]
    ToolMissing {
        /// The program that was looked for.
        tool: String,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// It cannot be had on this machine.
    #[error("{what} cannot be had here: {why}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The client is there, but no daemon answers.
    #[error(
        "no Docker daemon answers at {endpoint}: {detail}; start one (`systemctl start docker`) or use a private engine"
    )]
    DaemonUnreachable {
        /// The socket, or `the default endpoint`.
        endpoint: String,
        /// The client's words.
        detail: String,
    },
    /// A private daemon ended while it was starting.
    #[error("dockerd in {dir} did not start; its log ends with:\n{log}")]
    DaemonFailed {
        /// The engine's directory.
        dir: PathBuf,
        /// The last lines of its log.
        log: String,
    },
    /// A private daemon already runs there.
    #[error("a daemon (pid {pid}) already runs in {dir}; share it, or stop it first")]
    DaemonRuns {
        /// The engine's directory.
        dir: PathBuf,
        /// Its process.
        pid: i32,
    },
    /// A Unix socket below this directory would have too long a name.
    #[error(
        "the engine directory {dir} is too long for a Unix socket below it; choose a shorter one"
    )]
    PathTooLong {
        /// The engine's directory.
        dir: PathBuf,
    },
    /// A command ended with an error.
    #[error("`{command}` failed ({status}): {stderr}")]
    Command {
        /// The command with its arguments.
        command: String,
        /// The exit status.
        status: String,
        /// What it said on standard error.
        stderr: String,
    },
    /// A command could not be started or read.
    #[error("`{command}` could not be run: {source}")]
    Spawn {
        /// The command with its arguments.
        command: String,
        /// The reason.
        source: std::io::Error,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// Something that was written earlier, or by a tool, cannot be understood.
    #[error("{what} cannot be understood: {reason}")]
    Damaged {
        /// The file or the command.
        what: String,
        /// The reason.
        reason: String,
    },
    /// A condition did not come true in time.
    #[error("{what}: not within {} s; last seen: {last}", limit.as_secs())]
    Deadline {
        /// What was waited for.
        what: String,
        /// How long.
        limit: Duration,
        /// The last state seen.
        last: String,
    },
    /// An owner, host or label is not fit for a container, interface or file name.
    #[error("`{value}` is not a usable {what}: {rule}")]
    BadName {
        /// What kind of name.
        what: &'static str,
        /// The name.
        value: String,
        /// What is allowed.
        rule: &'static str,
    },
    /// The wanted network overlaps with one that is up.
    #[error("{address}/{prefix} overlaps with {other}, which is in use here")]
    AddressTaken {
        /// The wanted host address.
        address: Ipv4Addr,
        /// Its prefix length.
        prefix: u8,
        /// What it overlaps with.
        other: String,
    },
    /// All subnets are taken.
    #[error("no free subnet is left in 10.77.0.0/16")]
    NoFreeSubnet,
    /// The host is already there.
    #[error("the twin of `{owner}` already has a host `{name}`")]
    HostExists {
        /// The owner.
        owner: String,
        /// The host.
        name: String,
    },
    /// So many hosts cannot watch their files.
    #[error(
        "{hosts} more hosts need about {need} instances of inotify, and {used} of {limit} are in use; allow more: sysctl -w fs.inotify.max_user_instances={}", (limit * 4).max(used + need)
    )]
    NoRoom {
        /// Hosts that were to be started.
        hosts: usize,
        /// Instances that they need.
        need: usize,
        /// Instances in use.
        used: usize,
        /// The kernel's limit.
        limit: usize,
    },
    /// The kernel of this machine lacks something.
    #[error("the kernel of this machine has no {what}")]
    NotInKernel {
        /// What.
        what: &'static str,
    },
    /// What the lab declares of a host could not be planted there.
    #[error("what is declared of {host} cannot be planted there: {why}")]
    NotPlanted {
        /// The host.
        host: String,
        /// What it said.
        why: String,
    },
    /// Something does not run that the rest needs.
    #[error("{what} does not run; `holdfast twin up` starts what is missing")]
    NotRunning {
        /// What.
        what: String,
    },
    /// A host was started without a disk that it is to have.
    #[error(
        "{host} has no disk `{name}`; it was started before that was declared: `holdfast twin down` and `up` make it anew"
    )]
    NoSuchDisk {
        /// The host.
        host: String,
        /// The disk.
        name: String,
    },
    /// A pool could not be made.
    #[error("pool {pool} cannot be made on {host}: {why}")]
    NoPool {
        /// The host.
        host: String,
        /// The pool.
        pool: String,
        /// What it said.
        why: String,
    },
    /// The host is not there.
    #[error("the twin of `{owner}` has no host `{name}`")]
    NoSuchHost {
        /// The owner.
        owner: String,
        /// The host.
        name: String,
    },
}

/// Attaches the path to an I/O error.
pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> TwinError {
    let path = path.into();
    move |source| TwinError::Io { path, source }
}
