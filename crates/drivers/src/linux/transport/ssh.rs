//! A target reached by the system's OpenSSH client.

use super::{RunOptions, TransportError, child, control, shell_command};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How a target is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshOptions {
    /// Host name, address, or a name of the SSH configuration.
    pub destination: String,
    /// Login name, if the configuration does not say.
    pub user: Option<String>,
    /// Port, if the configuration does not say.
    pub port: Option<u16>,
    /// Used instead of the user's configuration (`ssh -F`).
    pub config_file: Option<PathBuf>,
    /// For twins: nothing of the user's is used, neither configuration nor agent, keys or known hosts. Needs `config_file`, which
    /// has to name the keys and known hosts to use.
    pub isolate: bool,
}

/// A target reached by OpenSSH. Calls share one connection, which is closed on drop and by itself after half a minute.
#[derive(Debug)]
pub struct SshTransport {
    pub(super) options: SshOptions,
    socket: Option<PathBuf>,
    shared: AtomicBool,
}

/// What ssh itself, its proxies and GSSAPI need; everything else, such as the user's locale, stays here.
const ENVIRONMENT: &[&str] = &[
    "HOME",
    "USER",
    "LOGNAME",
    "PATH",
    "SHELL",
    "XDG_RUNTIME_DIR",
    "TZ",
];
/// What leads to the user's credentials.
const CREDENTIALS: &[&str] = &["SSH_AUTH_SOCK", "KRB5CCNAME"];

impl SshTransport {
    /// Checks the options; does not connect.
    ///
    /// # Errors
    /// [`TransportError::Config`] if a part could be taken for an option of ssh, or an isolated configuration is missing or
    /// falls back to what is the user's.
    pub fn new(options: SshOptions) -> Result<Self, TransportError> {
        let plain = |text: &str| {
            !text.is_empty()
                && !text.starts_with('-')
                && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        let names = [Some(&options.destination), options.user.as_ref()];
        if let Some(bad) = names.into_iter().flatten().find(|n| !plain(n)) {
            return Err(TransportError::Config(format!(
                "'{bad}' cannot be a destination or user of ssh"
            )));
        }
        let transport = Self {
            options,
            socket: control::socket(),
            shared: AtomicBool::new(false),
        };
        if transport.options.isolate {
            transport.check_isolation()?;
        }
        Ok(transport)
    }

    pub(super) fn describe(&self) -> String {
        let user = self
            .options
            .user
            .as_ref()
            .map(|u| format!("{u}@"))
            .unwrap_or_default();
        let port = self
            .options
            .port
            .map(|p| format!(":{p}"))
            .unwrap_or_default();
        format!("ssh {user}{}{port}", self.options.destination)
    }

    pub(super) fn command(&self, opts: RunOptions) -> Command {
        let mut command = self.client();
        let connect = opts.timeout.as_secs().clamp(1, 10);
        command.args(["-T", "-x", "-a"]);
        for option in [
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "UpdateHostKeys=no",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=3",
            "ClearAllForwardings=yes",
            "PermitLocalCommand=no",
            "RemoteCommand=none",
            "EscapeChar=none",
            // Its errors only: the server's banner must not be taken for a reason.
            "LogLevel=ERROR",
        ] {
            command.args(["-o", option]);
        }
        command.arg("-o").arg(format!("ConnectTimeout={connect}"));
        match self.socket.as_ref().filter(|_| !opts.fresh) {
            Some(socket) => {
                self.shared.store(true, Ordering::Relaxed);
                command.args(["-o", "ControlMaster=auto", "-o", "ControlPersist=30", "-o"]);
                command.arg(format!("ControlPath={}", socket.display()));
            }
            None => {
                command.args(["-o", "ControlMaster=no", "-o", "ControlPath=none"]);
            }
        }
        command
            .arg("--")
            .arg(&self.options.destination)
            .arg(shell_command(opts.privilege));
        command
    }

    /// Closes the shared connection, if there is one.
    pub(super) fn hang_up(&self) {
        let Some(socket) = self.socket.as_ref().filter(|s| s.exists()) else {
            return;
        };
        let mut command = self.client();
        command
            .arg("-o")
            .arg(format!("ControlPath={}", socket.display()));
        command
            .args(["-O", "exit", "--"])
            .arg(&self.options.destination);
        // A connection that cannot be told closes by itself.
        let _ = quietly(command);
    }

    /// The client with what every call needs.
    pub(super) fn client(&self) -> Command {
        let options = &self.options;
        let mut command = Command::new("ssh");
        command.env_clear().env("LC_ALL", "C").current_dir("/");
        let inherited = ENVIRONMENT.iter().chain(if options.isolate {
            &[][..]
        } else {
            CREDENTIALS
        });
        command
            .envs(inherited.filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
        if let Some(file) = &options.config_file {
            command.arg("-F").arg(file);
        }
        if options.isolate {
            command.args([
                "-o",
                "IdentityAgent=none",
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "GlobalKnownHostsFile=/dev/null",
            ]);
            command.args(["-o", "GSSAPIAuthentication=no", "-o", "PKCS11Provider=none"]);
        }
        if let Some(user) = &options.user {
            command.args(["-l", user]);
        }
        if let Some(port) = options.port {
            command.args(["-p", &port.to_string()]);
        }
        command
    }

    /// `-F` keeps ssh from reading the user's configuration, but what that file leaves out still comes from `~/.ssh`.
    fn check_isolation(&self) -> Result<(), TransportError> {
        let Some(file) = &self.options.config_file else {
            return Err(TransportError::Config(
                "an isolated connection needs an SSH configuration of its own".to_owned(),
            ));
        };
        let mut command = self.client();
        command.args(["-G", "--"]).arg(&self.options.destination);
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(TransportError::Io)?;
        if !output.status.success() {
            return Err(TransportError::Config(super::error::reason(&output.stderr)));
        }
        match users_own(&String::from_utf8_lossy(&output.stdout)) {
            None => Ok(()),
            Some(line) => Err(TransportError::Config(format!(
                "{} does not keep ssh from using '{line}'",
                file.display()
            ))),
        }
    }
}

/// The first line of `ssh -G` that leads into somebody's `~/.ssh`.
fn users_own(effective: &str) -> Option<&str> {
    let files = ["identityfile", "certificatefile", "userknownhostsfile"];
    let is_file = |line: &&str| files.iter().any(|f| line.split(' ').next() == Some(f));
    effective.lines().filter(is_file).find(|line| {
        line.split(' ')
            .skip(1)
            .any(|p| p.starts_with('~') || p.contains("/.ssh/"))
    })
}

/// Runs a command that only talks to a local socket, for two seconds at most.
fn quietly(mut command: Command) -> std::io::Result<()> {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let child = quiet.process_group(0).spawn()?;
    child::wait_within(child, Duration::from_secs(2));
    Ok(())
}

impl Drop for SshTransport {
    fn drop(&mut self) {
        if self.shared.load(Ordering::Relaxed) {
            self.hang_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_user_are_seen_in_the_effective_configuration() {
        assert_eq!(
            users_own("user anna\nidentityfile /t/key\nuserknownhostsfile /t/known\n"),
            None
        );
        for line in [
            "identityfile ~/.ssh/id_rsa",
            "userknownhostsfile /t/known /home/anna/.ssh/known_hosts",
        ] {
            assert_eq!(users_own(&format!("port 22\n{line}\n")), Some(line));
        }
    }
}
