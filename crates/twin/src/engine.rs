//! The container engine: the machine's own Docker daemon, or a private one that touches nothing of the machine's.
//!
//! A private daemon keeps everything below one directory, has no bridge, writes no firewall rule and leaves IP forwarding
//! alone: twin hosts bring their own wires. It is stopped by its pid, after the pid has been checked to be this daemon.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use crate::error::{TwinError, at};
use crate::lock::Lock;
use crate::run;

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// `exec/containerd/containerd.sock.ttrpc` below the directory must fit into a socket address of 108 bytes.
const LONGEST_DIR: usize = 64;

/// A reachable Docker daemon. A private one that this value started is stopped when the value is dropped.
#[derive(Debug)]
pub struct Engine {
    client: Client,
    owned: Option<PathBuf>,
}

/// How to call the daemon; what hosts keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Client {
    /// The `DOCKER_HOST` to use; `None` is the client's default.
    pub(crate) endpoint: Option<String>,
}

impl Client {
    /// A `docker` command for this daemon.
    pub(crate) fn docker(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        if let Some(endpoint) = &self.endpoint {
            command
                .env("DOCKER_HOST", endpoint)
                .env_remove("DOCKER_CONTEXT");
        }
        command.args(args);
        command
    }

    /// Runs a `docker` command; a failure is an error; returns its standard output.
    pub(crate) fn checked(&self, args: &[&str]) -> Result<String, TwinError> {
        run::checked(&mut self.docker(args))
    }

    fn probe(&self) -> Result<Result<(), String>, TwinError> {
        let output =
            run::output(&mut self.docker(&["version", "--format", "{{.Server.Version}}"]))?;
        Ok(if output.status.success() {
            Ok(())
        } else {
            Err(run::text(&output.stderr))
        })
    }
}

impl Engine {
    /// Starts a daemon of its own below `dir`; it is stopped when the returned value is dropped.
    pub fn start_private(dir: &Path) -> Result<Self, TwinError> {
        let dir = prepared(dir)?;
        let _lock = Lock::take(&dir.join("lock"))?;
        if let Some(pid) = running(&dir) {
            return Err(TwinError::DaemonRuns {
                dir,
                pid: pid.as_raw_nonzero().get(),
            });
        }
        let client = started(&dir)?;
        Ok(Self {
            client,
            owned: Some(dir),
        })
    }

    /// The daemon below `dir`, started if none runs; it goes on running for other processes until
    /// [`Engine::stop_private`].
    pub fn share_private(dir: &Path) -> Result<Self, TwinError> {
        let dir = prepared(dir)?;
        let _lock = Lock::take(&dir.join("lock"))?;
        let client = match running(&dir) {
            Some(_) => {
                let client = Client {
                    endpoint: Some(endpoint(&dir)),
                };
                run::wait_for("the shared Docker daemon answers", START_LIMIT, || {
                    client.probe()
                })?;
                client
            }
            None => started(&dir)?,
        };
        Ok(Self {
            client,
            owned: None,
        })
    }

    /// Stops the daemon below `dir`, and with it all its containers; says whether one ran.
    pub fn stop_private(dir: &Path) -> Result<bool, TwinError> {
        let dir = match dir.canonicalize() {
            Ok(dir) => dir,
            Err(_) => return Ok(false),
        };
        let _lock = Lock::take(&dir.join("lock"))?;
        let Some(pid) = running(&dir) else {
            return Ok(false);
        };
        for (signal, limit) in [
            (Signal::TERM, STOP_LIMIT),
            (Signal::KILL, Duration::from_secs(5)),
        ] {
            // It may have ended by itself in between.
            let _ = rustix::process::kill_process(pid, signal);
            let gone = run::wait_for("the private Docker daemon ends", limit, || {
                // A child of this process stays a zombie until it is waited for.
                let _ = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::NOHANG);
                Ok(if running(&dir).is_none() {
                    Ok(())
                } else {
                    Err(format!("pid {pid:?} runs"))
                })
            });
            if gone.is_ok() {
                return Ok(true);
            }
        }
        Err(TwinError::Deadline {
            what: format!("the Docker daemon in {} ends", dir.display()),
            limit: STOP_LIMIT,
            last: "it ignores SIGKILL".to_owned(),
        })
    }

    /// The `DOCKER_HOST` of this daemon; `None` is the client's default.
    pub fn endpoint(&self) -> Option<&str> {
        self.client.endpoint.as_deref()
    }

    /// The storage driver in use, for example `overlay2`.
    pub fn storage_driver(&self) -> Result<String, TwinError> {
        self.client.checked(&["info", "--format", "{{.Driver}}"])
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(dir) = &self.owned {
            // Nobody is left to tell; the next start in this directory finds and reports a daemon that stayed.
            let _ = Engine::stop_private(dir);
        }
    }
}

fn prepared(dir: &Path) -> Result<PathBuf, TwinError> {
    run::require_root()?;
    std::fs::create_dir_all(dir).map_err(at(dir))?;
    let dir = dir.canonicalize().map_err(at(dir))?;
    if dir.as_os_str().len() > LONGEST_DIR {
        Err(TwinError::PathTooLong { dir })
    } else {
        Ok(dir)
    }
}

fn endpoint(dir: &Path) -> String {
    format!("unix://{}", dir.join("docker.sock").display())
}

/// The daemon of this directory: the recorded pid, if that process was started with this directory's pid file.
fn running(dir: &Path) -> Option<Pid> {
    let pidfile = dir.join("docker.pid");
    let raw: i32 = std::fs::read_to_string(&pidfile)
        .ok()?
        .trim()
        .parse()
        .ok()?;
    let arguments = std::fs::read(format!("/proc/{raw}/cmdline")).ok()?;
    let wanted = pidfile.as_os_str().as_encoded_bytes();
    arguments
        .split(|byte| *byte == 0)
        .any(|word| word == wanted)
        .then_some(())?;
    Pid::from_raw(raw)
}

/// Starts the daemon; the storage driver is the daemon's choice, and plain copies where that does not work.
fn started(dir: &Path) -> Result<Client, TwinError> {
    let client = Client {
        endpoint: Some(endpoint(dir)),
    };
    let mut last = None;
    for driver in [None, Some("vfs")] {
        let mut daemon = spawned(dir, driver)?;
        let answers = run::wait_for("the private Docker daemon answers", START_LIMIT, || {
            if let Ok(Some(_)) = daemon.try_wait() {
                return Err(TwinError::DaemonFailed {
                    dir: dir.to_owned(),
                    log: log_tail(dir),
                });
            }
            client.probe()
        });
        match answers {
            Ok(()) => return Ok(client),
            Err(error) => {
                // It may have ended by itself; that is what is reported.
                let _ = daemon.kill();
                let _ = daemon.wait();
                last = last.or(Some(error));
            }
        }
    }
    Err(last.unwrap_or(TwinError::DaemonFailed {
        dir: dir.to_owned(),
        log: log_tail(dir),
    }))
}

fn spawned(dir: &Path, driver: Option<&str>) -> Result<Child, TwinError> {
    let log = File::create(dir.join("dockerd.log")).map_err(at(dir.join("dockerd.log")))?;
    let log_too = log.try_clone().map_err(at(dir.join("dockerd.log")))?;
    // Without this, a missing daemon would be reported by setsid, in its own words.
    run::output(Command::new("dockerd").arg("--version"))?;
    // A session of its own: neither Ctrl-C nor the end of the starting test reaches the daemon.
    let mut command = Command::new("setsid");
    command.arg("dockerd");
    for (flag, name) in [
        ("--data-root", "data"),
        ("--exec-root", "exec"),
        ("--pidfile", "docker.pid"),
    ] {
        command.arg(flag).arg(dir.join(name));
    }
    command.args([
        "--host",
        &endpoint(dir),
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
    ]);
    command
        .args(["--ip-forward=false", "--ip-masq=false", "--config-file"])
        .arg(dir.join("daemon.json"));
    std::fs::write(dir.join("daemon.json"), "{}\n").map_err(at(dir.join("daemon.json")))?;
    if let Some(driver) = driver {
        command.args(["--storage-driver", driver]);
    }
    command.stdin(Stdio::null()).stdout(log).stderr(log_too);
    command.spawn().map_err(|source| TwinError::Spawn {
        command: "setsid dockerd".to_owned(),
        source,
    })
}

fn log_tail(dir: &Path) -> String {
    let log = std::fs::read_to_string(dir.join("dockerd.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
