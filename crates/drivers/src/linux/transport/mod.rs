//! Transports: how a script reaches a root shell on a target and its output comes back.
//!
//! This is own code over [`std::process`] around the system's OpenSSH client instead of the `openssh` crate: Holdfast is
//! synchronous, and needs `-F` with nothing of the user's beside it for a twin, new connections beside the shared one for
//! tests of admin paths, and hard limits on time and output. All of that is a command line and a bounded child process,
//! where the crate would bring an async runtime and leave those parts to be built anyway.
//!
//! A transport knows nothing of facts or actions. A script that is cut off on its way does nothing at all (see [`envelope`]);
//! one that began and whose end was not seen is reported as such, never as done or as not done.
//!
//! | operation × operation | what makes it safe |
//! |---|---|
//! | two calls at once on one transport | ssh opens channels of one connection, or a second connection if the first is still being made |
//! | call × dead shared connection | after a timeout or a loss the shared connection is closed; the next call makes a new one |
//! | test of an admin path × shared connection | `fresh` calls never look at the control socket |

mod child;
mod contact;
mod control;
mod envelope;
mod error;
mod local;
mod ssh;

use super::observe::observer;
use envelope::{Envelope, Opened};
use std::process::Command;
use std::time::Duration;

pub use contact::Offer;
pub(crate) use envelope::nonce;
pub use error::TransportError;
pub use local::LocalTransport;
pub use ssh::{SshOptions, SshTransport};

/// A way to a root shell of one target.
#[derive(Debug)]
pub enum Transport {
    /// By OpenSSH.
    Ssh(SshTransport),
    /// This machine.
    Local(LocalTransport),
}

/// With which rights a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// As root, or not at all.
    Root,
    /// As root if that is possible without a password, else as whoever is logged in; for observing only.
    Any,
}

/// How one call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOptions {
    /// The call is given up after this.
    pub timeout: Duration,
    /// Makes a new TCP connection with full authentication, and uses it for this call only.
    pub fresh: bool,
    /// With which rights.
    pub privilege: Privilege,
}

impl RunOptions {
    /// As root, over the shared connection.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            fresh: false,
            privilege: Privilege::Root,
        }
    }

    /// The same over a connection of its own.
    #[must_use]
    pub fn fresh(self) -> Self {
        Self {
            fresh: true,
            ..self
        }
    }

    /// The same with whatever rights there are.
    #[must_use]
    pub fn any_privilege(self) -> Self {
        Self {
            privilege: Privilege::Any,
            ..self
        }
    }
}

/// A script that ran to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// What it wrote to standard output, at most [`MAX_OUTPUT`] bytes.
    pub stdout: Vec<u8>,
    /// The beginning of what it wrote to standard error, and what ssh had to say.
    pub stderr: Vec<u8>,
    /// Its own exit status; that of ssh is never mixed up with it.
    pub status: i32,
    /// From the start of the client to its end.
    pub took: Duration,
}

/// A call is given up when a target sends more than this.
pub const MAX_OUTPUT: usize = 16 << 20;

impl Transport {
    /// Runs `script` in a shell on the target and waits for its end. The script must be syntactically complete and free of
    /// NUL bytes; its standard input is empty. Nothing of it runs unless all of it has arrived.
    ///
    /// # Errors
    /// [`TransportError`]; a script that ends with a non-zero status is not one.
    pub fn run(&self, script: &[u8], opts: RunOptions) -> Result<Completed, TransportError> {
        let envelope = Envelope::seal(script, opts.privilege)?;
        let ended =
            child::run(self.command(opts), &envelope, opts.timeout).map_err(TransportError::Io)?;
        let result = interpret(&envelope, ended, opts.timeout);
        if let (
            Transport::Ssh(ssh),
            Err(TransportError::Timeout { .. } | TransportError::Lost { .. }),
        ) = (self, &result)
        {
            ssh.hang_up();
        }
        result
    }

    /// Where it leads, for messages: `ssh web` or `this machine`.
    pub fn describe(&self) -> String {
        match self {
            Transport::Ssh(ssh) => ssh.describe(),
            Transport::Local(_) => "this machine".to_owned(),
        }
    }

    fn command(&self, opts: RunOptions) -> Command {
        match self {
            Transport::Ssh(ssh) => ssh.command(opts),
            Transport::Local(local) => local.command(opts),
        }
    }
}

/// What the client's end means for the script.
fn interpret(
    envelope: &Envelope,
    ended: child::Ended,
    after: Duration,
) -> Result<Completed, TransportError> {
    let opened = envelope.open(&ended.stdout);
    if let Opened::Ended { stdout, status } = opened {
        return Ok(Completed {
            stdout: stdout.to_vec(),
            stderr: envelope.said(&ended.stderr).to_vec(),
            status,
            took: ended.took,
        });
    }
    let output = match opened {
        Opened::Begun(output) => output.to_vec(),
        _ => Vec::new(),
    };
    match (ended.end, opened) {
        (_, Opened::NotRoot) => Err(TransportError::NotRoot(
            "the account is not root".to_owned(),
        )),
        (child::End::Timeout, _) => Err(TransportError::Timeout { after, output }),
        (child::End::TooMuch, _) => Err(TransportError::Garbage(format!(
            "more than {} MiB of output",
            MAX_OUTPUT >> 20
        ))),
        (child::End::Exited(_), Opened::Begun(_)) => Err(TransportError::Lost {
            message: error::reason(&ended.stderr),
            output,
        }),
        (child::End::Exited(status), _) => {
            Err(error::classify(status, &ended.stdout, &ended.stderr))
        }
    }
}

/// The command that a login shell is given. It names the shell itself, so that it reads the same in any login shell.
///
/// Where whoever is logged in is to look, sudo is not asked for a root shell if the account may only run the observer script: each
/// refusal would be a line in the host's log.
fn shell_command(privilege: Privilege) -> String {
    match privilege {
        Privilege::Root => {
            r#"exec /bin/sh -c 'if [ "$(id -u)" = 0 ]; then exec /bin/sh; else exec sudo -n /bin/sh; fi'"#
                .to_owned()
        }
        Privilege::Any => format!(
            r#"exec /bin/sh -c 'if [ "$(id -u)" = 0 ] || [ "$(id -un)" = {login} ]; then exec /bin/sh; fi; case $({{ sha256sum <{path}; }} 2>/dev/null) in {digest}*) exec /bin/sh; esac; if sudo -n true 2>/dev/null; then exec sudo -n /bin/sh; fi; exec /bin/sh'"#,
            login = observer::LOGIN,
            path = observer::PATH,
            digest = observer::digest(),
        ),
    }
}

#[cfg(test)]
mod tests;
