//! Why a script did not run to its end, told apart as far as it can be known.

use std::io;
use std::time::Duration;

/// Why a call failed. Messages never carry any text of the script.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// It took too long and was killed here; whether the script began or goes on there is not known.
    #[error("no answer within {} s", after.as_secs())]
    Timeout {
        /// The time that it was given.
        after: Duration,
        /// What had come back until then.
        output: Vec<u8>,
    },
    /// The connection broke when the script may already have begun.
    #[error("the connection was lost: {message}")]
    Lost {
        /// What ssh said.
        message: String,
        /// What had come back until then.
        output: Vec<u8>,
    },
    /// There was no connection; nothing ran.
    #[error("no connection: {0}")]
    ConnectFailed(String),
    /// The host key is not the known one, or none is known; nothing ran.
    #[error("the host key is not known, or not the known one: {0}")]
    HostKeyMismatch(String),
    /// The login was refused; nothing ran.
    #[error("the login was refused: {0}")]
    AuthFailed(String),
    /// The login works but does not lead to root; nothing ran.
    #[error("no root shell: {0}")]
    NotRoot(String),
    /// Something else than a shell answered, or it answered too much.
    #[error("not the expected answer: {0}")]
    Garbage(String),
    /// The client could not be run.
    #[error("cannot run the client: {0}")]
    Io(#[source] io::Error),
    /// The transport is set up wrongly; nothing ran.
    #[error("{0}")]
    Config(String),
}

impl TransportError {
    /// Whether it is certain that no command of the script was carried out.
    pub fn nothing_ran(&self) -> bool {
        match self {
            Self::ConnectFailed(_)
            | Self::HostKeyMismatch(_)
            | Self::AuthFailed(_)
            | Self::NotRoot(_)
            | Self::Config(_) => true,
            Self::Timeout { .. } | Self::Lost { .. } | Self::Garbage(_) | Self::Io(_) => false,
        }
    }

    /// What the script had written when it was cut off.
    pub fn partial_output(&self) -> &[u8] {
        match self {
            Self::Timeout { output, .. } | Self::Lost { output, .. } => output,
            _ => &[],
        }
    }
}

const HOST_KEY: &[&str] = &[
    "Host key verification failed",
    "REMOTE HOST IDENTIFICATION HAS CHANGED",
    "host key is known for",
];
const AUTH: &[&str] = &[
    "Permission denied (",
    "Too many authentication failures",
    "no authentication methods",
];
/// What ssh says before there is a session; see `ssh_connect`, `kex` and `ssh_packet` in OpenSSH.
const CONNECT: &[&str] = &[
    "ssh: connect to host",
    "Could not resolve hostname",
    "banner exchange",
    "kex_exchange_identification",
    "Unable to negotiate",
    "Bad configuration option",
    "Bad owner or permissions on",
    "Can't open user config file",
    "terminating, ",
];

/// What the end of a client means whose script showed no sign of having begun.
pub(super) fn classify(status: Option<i32>, stdout: &[u8], stderr: &[u8]) -> TransportError {
    let text = String::from_utf8_lossy(stderr);
    let says = |patterns: &[&str]| patterns.iter().any(|p| text.contains(p));
    let message = reason(stderr);
    match status {
        Some(255) if says(HOST_KEY) => TransportError::HostKeyMismatch(message),
        Some(255) if says(AUTH) => TransportError::AuthFailed(message),
        Some(255) if says(CONNECT) => TransportError::ConnectFailed(message),
        Some(255) | None => TransportError::Lost {
            message,
            output: Vec::new(),
        },
        Some(_)
            if text
                .lines()
                .any(|l| l.starts_with("sudo: ") || l.contains("exec: sudo:")) =>
        {
            TransportError::NotRoot(message)
        }
        Some(status) => {
            let said = if stderr.is_empty() {
                excerpt(stdout)
            } else {
                message
            };
            TransportError::Garbage(format!("no shell ran the script (status {status}): {said}"))
        }
    }
}

/// The line of ssh's or sudo's messages that says why.
pub(super) fn reason(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let telling = lines.iter().find(|l| {
        HOST_KEY
            .iter()
            .chain(AUTH)
            .chain(CONNECT)
            .any(|p| l.contains(p))
    });
    // sudo quotes the lines of sudoers that it does not understand; its own words begin with its name.
    let sudo = lines.iter().rfind(|l| l.starts_with("sudo: "));
    telling.or(sudo).or(lines.last()).map_or_else(
        || "no reason was given".to_owned(),
        |l| excerpt(l.as_bytes()),
    )
}

/// Marks that change the direction of what follows (Unicode Standard Annex 9): they would make a message say something else.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most 200 characters on one line, without control characters.
fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(800)).unwrap_or_default());
    let clean: String = text
        .chars()
        .map(|c| {
            if c.is_control() || turns_text(c) {
                ' '
            } else {
                c
            }
        })
        .take(200)
        .collect();
    clean.trim().to_owned()
}
