//! This machine.

use super::{Privilege, RunOptions, shell_command};
use std::process::{Command, Stdio};

/// A shell on this machine.
#[derive(Debug)]
pub struct LocalTransport {
    privileged: bool,
}

impl LocalTransport {
    /// Finds out whether root can be had without a password.
    pub fn new() -> Self {
        let root = rustix::process::geteuid().is_root();
        Self {
            privileged: root || sudo_works(),
        }
    }

    /// Whether scripts can run as root. If not, they can only observe, and what root alone may read stays unknown.
    pub fn privileged(&self) -> bool {
        self.privileged
    }

    pub(super) fn command(&self, opts: RunOptions) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(if self.privileged || opts.privilege == Privilege::Root {
                shell_command(Privilege::Root)
            } else {
                "exec /bin/sh".to_owned()
            });
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .current_dir("/");
        command
    }
}

impl Default for LocalTransport {
    fn default() -> Self {
        Self::new()
    }
}

fn sudo_works() -> bool {
    let mut sudo = Command::new("sudo");
    sudo.env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    sudo.status().is_ok_and(|s| s.success())
}
