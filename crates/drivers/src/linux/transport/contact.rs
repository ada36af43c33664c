//! First contact: the key of a server that ssh has not met, for a person to compare, and making it known.
//!
//! ssh itself asks for the key, so that aliases, ports and jump hosts of the configuration count; it is given an empty list of known
//! hosts of its own and no way to log in. What ssh wrote there is added to the user's list only when [`SshTransport::trust`] is called.

use super::child;
use super::control;
use super::envelope::Envelope;
use super::error::{self, TransportError};
use super::{Privilege, SshTransport};
use data_encoding::{BASE64, BASE64_NOPAD};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// A key that a server has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `SHA256:…` of the ed25519 key, as `ssh-keygen -lf` prints it.
    pub fingerprint: String,
    /// What ssh would write for it.
    line: String,
}

impl SshTransport {
    /// Asks the server for its key, without logging in.
    ///
    /// # Errors
    /// [`TransportError`], also if it has no ed25519 key.
    pub fn offer(&self) -> Result<Offer, TransportError> {
        let list = control::socket().ok_or_else(|| {
            TransportError::Config("there is no safe place for a file of ssh's".to_owned())
        })?;
        let offer = self.ask_for_key(&list);
        // It may never have been made.
        let _ = fs::remove_file(&list);
        offer
    }

    fn ask_for_key(&self, list: &Path) -> Result<Offer, TransportError> {
        let mut command = self.client();
        command.args(["-T", "-x", "-a"]);
        for option in [
            "BatchMode=yes",
            "StrictHostKeyChecking=accept-new",
            "GlobalKnownHostsFile=/dev/null",
            "KnownHostsCommand=none",
            "VerifyHostKeyDNS=no",
            "UpdateHostKeys=no",
            "HashKnownHosts=no",
            "HostKeyAlgorithms=ssh-ed25519",
            "PreferredAuthentications=none",
            "ClearAllForwardings=yes",
            "PermitLocalCommand=no",
            "RemoteCommand=none",
            "ControlMaster=no",
            "ControlPath=none",
            "ConnectTimeout=10",
            "LogLevel=ERROR",
        ] {
            command.args(["-o", option]);
        }
        command
            .arg("-o")
            .arg(format!("UserKnownHostsFile={}", list.display()))
            .arg("--")
            .arg(&self.options.destination)
            .arg("exit");
        let nothing = Envelope::seal(b":\n", Privilege::Any)?;
        let ended =
            child::run(command, &nothing, Duration::from_secs(20)).map_err(TransportError::Io)?;
        let written = fs::read_to_string(list).unwrap_or_default();
        let offer = written.lines().find_map(offered);
        offer.ok_or_else(|| match ended.end {
            child::End::Exited(status) => error::classify(status, &ended.stdout, &ended.stderr),
            _ => TransportError::ConnectFailed("the server showed no key in time".to_owned()),
        })
    }

    /// Adds an offered key to the list of known hosts that ssh uses for this server; gives that list's path.
    ///
    /// # Errors
    /// [`TransportError::Config`] if ssh names no such list, or what the system refuses.
    pub fn trust(&self, offer: &Offer) -> Result<PathBuf, TransportError> {
        let mut command = self.client();
        command.args(["-G", "--"]).arg(&self.options.destination);
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(TransportError::Io)?;
        let said = String::from_utf8_lossy(&output.stdout);
        let file = said.lines().find_map(first_list);
        let file = file.ok_or_else(|| {
            TransportError::Config("ssh names no file of known hosts for this host".to_owned())
        })?;
        add(&file, &offer.line).map_err(TransportError::Io)?;
        Ok(file)
    }
}

/// The first file of known hosts in a line of `ssh -G`.
fn first_list(line: &str) -> Option<PathBuf> {
    let file = line
        .strip_prefix("userknownhostsfile ")?
        .split(' ')
        .next()?;
    match file.strip_prefix("~/") {
        Some(rest) => Some(Path::new(&std::env::var_os("HOME")?).join(rest)),
        None => (file.starts_with('/') && file != "/dev/null").then(|| PathBuf::from(file)),
    }
}

/// One line more; a last line without its end is not added to.
fn add(file: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent().filter(|f| !f.exists()) {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let before = match fs::read(file) {
        Ok(before) => before,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(e),
    };
    let gap = match before.last() {
        None | Some(b'\n') => "",
        Some(_) => "\n",
    };
    let mut open = fs::OpenOptions::new();
    let mut open = open.append(true).create(true).mode(0o600).open(file)?;
    open.write_all(format!("{gap}{line}\n").as_bytes())?;
    open.sync_all()
}

/// A line `NAMES ssh-ed25519 BASE64` of a list that ssh wrote.
fn offered(line: &str) -> Option<Offer> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, "ssh-ed25519", key, ..] = words.as_slice() else {
        return None;
    };
    let blob = BASE64.decode(key.as_bytes()).ok()?;
    Some(Offer {
        fingerprint: format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(&blob))),
        line: line.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_ssh_keygen_names_it() {
        let key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        let line = format!("[web]:2222 ssh-ed25519 {key}");
        let offer = offered(&line).unwrap();
        let print = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
        assert_eq!((offer.fingerprint.as_str(), offer.line), (print, line));
        for none in [
            "",
            "web ssh-rsa AAAA",
            "web ssh-ed25519 !",
            "web ssh-ed25519",
        ] {
            assert_eq!(offered(none), None, "{none}");
        }
    }

    #[test]
    fn a_list_that_ends_within_a_line_keeps_its_last_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new/known_hosts");
        add(&file, "one").unwrap();
        fs::write(&file, "one\ntwo").unwrap();
        add(&file, "three").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "one\ntwo\nthree\n");
    }
}
