//! The way in for a controller: a key pair per host, the host's true public keys, and an ssh configuration that uses
//! these and nothing of the caller's own (no agent, no default identities, no known hosts).

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::error::{TwinError, at};
use crate::host::Host;
use crate::lease::Lease;
use crate::run;

/// The administrator's account on every host: member of sudo, no password asked.
pub const ADMIN: &str = "admin";

impl Host {
    /// A generated ssh configuration with this host under its name and its host name: `ssh -F CONFIG NAME`.
    pub fn ssh_config(&self) -> PathBuf {
        self.state_dir().join("ssh_config")
    }

    /// The generated known-hosts file, with the public keys read from the host's console.
    pub fn known_hosts(&self) -> PathBuf {
        self.state_dir().join("known_hosts")
    }

    /// The administrator's private key.
    pub fn admin_key(&self) -> PathBuf {
        key_path(self.lease())
    }

    /// Runs a command line through ssh as the administrator, with a connect time-out of five seconds.
    pub fn ssh(&self, command: &str) -> Result<Output, TwinError> {
        let mut ssh = Command::new("ssh");
        run::output(
            ssh.arg("-F")
                .arg(self.ssh_config())
                .args([self.name(), "--", command]),
        )
    }
}

/// Creates a key pair in the host's private directory unless it is there; returns the public key's line.
pub(crate) fn key_pair(path: &Path, comment: &str) -> Result<String, TwinError> {
    if !path.exists() {
        let mut keygen = Command::new("ssh-keygen");
        run::checked(
            keygen
                .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
                .arg(path),
        )?;
    }
    let public = path.with_extension("pub");
    let line = std::fs::read_to_string(&public).map_err(at(&public))?;
    Ok(line.trim_end().to_owned())
}

/// Where the administrator's private key of a host is.
pub(crate) fn key_path(lease: &Lease) -> PathBuf {
    lease.dir().join("admin_ed25519")
}

/// Writes the ssh configuration and the known hosts; `public_keys` are the host's `*.pub` files, one line each.
pub(crate) fn write_client_files(lease: &Lease, public_keys: &str) -> Result<(), TwinError> {
    let dir = lease.dir();
    let known_hosts = dir.join("known_hosts");
    let lines: String = public_keys
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(format!(
                "{} {} {}\n",
                lease.address,
                words.next()?,
                words.next()?
            ))
        })
        .collect();
    write_private(&known_hosts, &lines)?;
    let aliases = match lease.name == lease.hostname {
        true => lease.name.clone(),
        false => format!("{} {}", lease.name, lease.hostname),
    };
    let config = format!(
        "Host {aliases}\n    HostName {}\n    Port 22\n    User {ADMIN}\n    BindAddress {}\n    IdentityFile \"{}\"\n    \
         IdentitiesOnly yes\n    IdentityAgent none\n    UserKnownHostsFile \"{}\"\n    GlobalKnownHostsFile /dev/null\n    \
         StrictHostKeyChecking yes\n    UpdateHostKeys no\n    BatchMode yes\n    ConnectTimeout 5\n",
        lease.address,
        lease.controller,
        key_path(lease).display(),
        known_hosts.display(),
    );
    write_private(&dir.join("ssh_config"), &config)
}

fn write_private(path: &Path, text: &str) -> Result<(), TwinError> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    let opened = options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(at(path))
}
