//! Programs of this machine that answer in a host's network: what stands in for a product that cannot run in a container.
//!
//! Such a program lives as long as its host's lease, however its starter ended: who it is stands beside the lease, and ending the
//! lease ends it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::error::{TwinError, at};
use crate::fabric;
use crate::host::Host;
use crate::lease::{Creator, Lease};
use crate::run;

const WHO: &str = "server.json";
const LOG: &str = "server.log";
const START_LIMIT: Duration = Duration::from_secs(30);

fn process(lease: &Lease) -> Option<Creator> {
    let text = std::fs::read(lease.dir().join(WHO)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Ends the program of a host, if it has one.
pub(crate) fn stop(lease: &Lease) -> Result<(), TwinError> {
    let Some(process) = process(lease).filter(|p| p.is_alive()) else {
        return Ok(());
    };
    if let Some(pid) = process.pid() {
        // It may have ended by itself in between.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
    let what = format!("the server of {} ends", lease.name);
    run::wait_for(&what, Duration::from_secs(5), || {
        Ok(match process.is_alive() {
            false => Ok(()),
            true => Err("it runs".to_owned()),
        })
    })
}

impl Host {
    /// Whether its program runs.
    pub fn is_served(&self) -> bool {
        process(self.lease()).is_some_and(Creator::is_alive)
    }

    /// Ends its program.
    pub fn end_server(&self) -> Result<(), TwinError> {
        stop(self.lease())
    }

    /// Runs a program of this machine in the host's network, until the host is removed. It is ready when it has written `ready`.
    pub fn serve(&self, program: &Path, args: &[&OsStr], ready: &Path) -> Result<(), TwinError> {
        self.end_server()?;
        let _ = std::fs::remove_file(ready);
        let net = self.network_container();
        let pid =
            fabric::running_pid(self.client(), &net)?.ok_or(TwinError::NotRunning { what: net })?;
        let dir = self.state_dir();
        let log = std::fs::File::create(dir.join(LOG)).map_err(at(dir.join(LOG)))?;
        let log_too = log.try_clone().map_err(at(dir.join(LOG)))?;
        // A session of its own, so that Ctrl-C reaches `up` alone; both programs become the next one, so that its process is this one.
        let mut command = Command::new("setsid");
        command
            .arg("nsenter")
            .arg(format!("--net=/proc/{pid}/ns/net"))
            .arg(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(log_too);
        let mut child = command.spawn().map_err(|source| TwinError::Spawn {
            command: "setsid nsenter".to_owned(),
            source,
        })?;
        let who = serde_json::to_vec(&Creator::of(child.id())).unwrap_or_default();
        std::fs::write(dir.join(WHO), who).map_err(at(dir.join(WHO)))?;
        let what = format!("the server of {} answers", self.name());
        run::wait_for(&what, START_LIMIT, || {
            let ended = child.try_wait().ok().flatten();
            let said = || std::fs::read_to_string(dir.join(LOG)).unwrap_or_default();
            match (ready.exists(), ended) {
                (true, None) => Ok(Ok(())),
                (_, Some(status)) => Err(TwinError::Command {
                    command: program.display().to_string(),
                    status: status.to_string(),
                    stderr: said().trim_end().to_owned(),
                }),
                (false, None) => Ok(Err("it has not said so".to_owned())),
            }
        })
    }

    /// Gives the host power, and does not wait until it has booted.
    pub fn power_on(&self) -> Result<(), TwinError> {
        let start = ["start", &self.container()];
        self.client().checked(&start).map(drop)
    }
}
